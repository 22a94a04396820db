//! What a book is checked with, and what is wrong with one of its manifests by itself.

use super::placeholder;
use crate::config::{Config, IgnoreMissing};
use crate::diag::Diagnostic;
use crate::manifest::policy::Policies;
use crate::manifest::{self, Document, Engine, Versions};
use crate::markdown::Dialect;
use crate::model::Model;

/// What a book's chapters are checked with.
#[derive(Debug)]
pub struct Project {
    /// The settings.
    pub config: Config,
    /// The model.
    pub model: Model,
    /// The schemas and rules that manifests are checked with.
    pub engine: Engine,
    /// The book's own rules.
    pub policies: Policies,
    /// The versions that the book's manifests are for.
    pub versions: Versions,
    /// The parts of Markdown that the book uses.
    pub dialect: Dialect,
}

impl Project {
    /// What is wrong with a manifest by itself: its schema, the rules that go with it, the book's own policies.
    pub fn validate(&self, document: &Document, versions: &Versions) -> Vec<Diagnostic> {
        if let Some(encrypted) = placeholder::encrypted(document) {
            return vec![encrypted];
        }
        let mut findings = self.engine.validate_document(document, versions);
        findings.retain(|finding| {
            finding.code != &manifest::SCHEMA_MISSING || !self.may_lack_schema(document)
        });
        // What a policy asks for may be among what is left out.
        if !document.excerpt {
            findings.extend(self.policies.check(document));
        }
        findings
    }

    /// What a manifest is validated against, as people call it: "Istio 1.29". Nothing where no schema knows its kind.
    pub fn origin(&self, document: &Document, versions: &Versions) -> Option<String> {
        let (group, version) = (document.group()?, document.version()?);
        let kind = document.kind()?.value;
        self.engine.schemas().find(group, version, kind, versions)?;
        let product = manifest::bundle::find(group, version, kind)?.product.as_str();
        let title = Versions::products().iter().find(|known| known.name == product)?.title.as_str();
        Some(format!("{title} {}", versions.of(product)))
    }

    fn may_lack_schema(&self, document: &Document) -> bool {
        let kind = document.kind().map_or("", |kind| kind.value);
        match &self.config.ignore_missing {
            IgnoreMissing::None => false,
            IgnoreMissing::All => true,
            IgnoreMissing::Kinds(kinds) => kinds.iter().any(|known| match known.rsplit_once('/') {
                Some((group, name)) => name == kind && document.group() == Some(group),
                None => known == kind,
            }),
        }
    }
}
