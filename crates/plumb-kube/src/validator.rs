//! The crate in one call: a text in, findings out.

use crate::{Engine, Format, Schemas, Versions, read};
use plumb_text::diag::Diagnostic;
use plumb_text::{Source, TextMap};

/// Validates texts with the embedded schemas, or with others.
///
/// What wants the documents as well, or several texts seen as one group, calls [`read`] and [`Engine::validate`] itself.
#[derive(Debug)]
pub struct Validator {
    engine: Engine,
    versions: Versions,
}

impl Default for Validator {
    fn default() -> Validator {
        Validator::new(Schemas::embedded(), Versions::default())
    }
}

impl Validator {
    /// A validator with these schemas, for these releases of the products.
    pub fn new(schemas: Schemas, versions: Versions) -> Validator {
        Validator { engine: Engine::new(schemas), versions }
    }

    /// What is wrong with the documents of a text, in the order of their places; `path` is what findings call it.
    ///
    /// The text is YAML as `kubectl apply -f` takes it, or JSON where the path ends in `.json`.
    pub fn validate(&self, path: &str, text: &str) -> Vec<Diagnostic> {
        let format = if path.ends_with(".json") { Format::Json } else { Format::Yaml };
        let read = read(text, &TextMap::identity(&Source::new(path, text)), format);
        let mut findings = read.findings;
        findings.extend(self.engine.validate(&read.documents, &self.versions));
        findings
    }
}
