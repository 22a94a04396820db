//! Values that nobody knows yet: wherever one stands in what is right, nothing becomes wrong.

use super::codes_of_others;
use super::kubernetes::tests::right_examples;
use crate::gaps::{Certainty, Placeholder};
use crate::path::{FieldPath, Step};
use crate::{Document, Engine, Format, Node, Schemas, Value, Versions, read};
use plumb_text::diag::Severity;
use plumb_text::{Source, Span, TextMap};
use rayon::prelude::*;
use std::collections::BTreeSet;

fn documents(text: &str) -> Vec<Document> {
    let read = read(text, &TextMap::identity(&Source::new("a.yaml", text)), Format::Yaml);
    assert!(read.findings.is_empty(), "{text}{:?}", read.findings);
    read.documents
}

/// The scalars of a tree that can be anything, and their paths.
fn scalars(node: &Node, path: &FieldPath, found: &mut Vec<(FieldPath, Span)>) {
    match &node.value {
        Value::Map(map) => {
            for entry in map.iter() {
                let name = entry.key.value.as_str();
                let is_head = path.is_root() && matches!(name, "apiVersion" | "kind");
                if !is_head {
                    scalars(&entry.value, &path.clone().then(Step::named(name.to_owned())), found);
                }
            }
        }
        Value::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                scalars(item, &path.clone().then(Step::Index(index)), found);
            }
        }
        Value::Null => {}
        _ => found.push((path.clone(), node.span)),
    }
}

/// The errors of a document, as code and path.
fn errors(engine: &Engine, document: &Document, versions: &Versions) -> BTreeSet<(String, String)> {
    let found = engine.validate_document(document, versions).into_iter();
    let errors = found.filter(|finding| finding.severity == Severity::Error);
    errors.map(|e| (e.code.name.to_owned(), e.path.unwrap_or_default())).collect()
}

/// What becomes wrong where a scalar of a right text is a placeholder, of the same type or another.
fn wrong(engine: &Engine, text: &str, versions: &Versions) -> Vec<String> {
    let mut wrong = Vec::new();
    for (index, document) in documents(text).iter().enumerate() {
        let before = errors(engine, document, versions);
        let mut places = Vec::new();
        scalars(&document.root, &FieldPath::default(), &mut places);
        for (path, span) in places {
            // Text, and what YAML takes for a map.
            for unknown in ["\"<unknown>\"", "{unknown}"] {
                let mut changed = text.to_owned();
                changed.replace_range(span.range(), unknown);
                let mut document = documents(&changed).swap_remove(index);
                let certainty = Certainty::Sure;
                document.gaps.replaced(Placeholder { path: path.clone(), span, certainty });
                let after = errors(engine, &document, versions);
                let new = after.difference(&before);
                wrong.extend(new.map(|new| format!("{path}: {unknown}: {new:?}\n{text}")));
            }
        }
    }
    wrong
}

#[test]
fn a_value_that_is_not_known_makes_nothing_wrong() {
    let engine = Engine::new(Schemas::embedded());
    let others = codes_of_others().filter_map(|code| Some(code.examples()?.1.to_owned()));
    let others = others.map(|text| (text, Versions::default()));
    let all: Vec<(String, Versions)> = others.chain(right_examples()).collect();
    let wrong: Vec<String> =
        all.par_iter().flat_map_iter(|(text, versions)| wrong(&engine, text, versions)).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
