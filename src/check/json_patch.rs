//! JSON patches (RFC 6902): lists of operations on an object that is named elsewhere.

use super::codes::JSON_PATCH;
use crate::diag::{Diagnostic, nearest};
use crate::manifest::path::{FieldPath, Step};
use crate::manifest::{Document, Map, Node};
use crate::text::Span;

/// The operations, and the other field that each needs beside `path`.
const OPERATIONS: &[(&str, Option<&str>)] = &[
    ("add", Some("value")),
    ("remove", None),
    ("replace", Some("value")),
    ("move", Some("from")),
    ("copy", Some("from")),
    ("test", Some("value")),
];

/// What is wrong with the operations of a patch.
pub(super) fn check(document: &Document) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (index, item) in document.root.items().iter().enumerate() {
        let path = FieldPath::default().then(Step::Index(index));
        // Where an item is no map, it is no patch.
        if let Some(map) = item.as_map() {
            Operation { document, path, item, map }.check(&mut findings);
        }
    }
    findings
}

struct Operation<'d> {
    document: &'d Document,
    path: FieldPath,
    item: &'d Node,
    map: &'d Map,
}

impl Operation<'_> {
    fn check(&self, findings: &mut Vec<Diagnostic>) {
        let mut needed = vec!["path"];
        match self.map.get("op") {
            None => findings.extend(self.missing("op", "the operation")),
            Some(node) => {
                let name = node.as_str().unwrap_or_default();
                match OPERATIONS.iter().find(|(known, _)| *known == name) {
                    Some((_, also)) => needed.extend(also),
                    None => findings.extend(self.unknown(node, name)),
                }
            }
        }
        for field in needed {
            match self.map.get(field) {
                None => findings.extend(self.missing(field, "what this operation needs")),
                Some(node) if field != "value" => findings.extend(self.pointer(field, node)),
                Some(_) => {}
            }
        }
    }

    fn field(&self, name: &str) -> FieldPath {
        self.path.clone().then(Step::Field(name.to_owned()))
    }

    fn found(&self, field: &str, span: Span, message: String) -> Diagnostic {
        let at = self.document.locate(span);
        Diagnostic::new(&JSON_PATCH, at, message).path(self.field(field).to_string())
    }

    /// A mark, or a field in other letters, may stand for it.
    fn missing(&self, field: &str, what: &str) -> Option<Diagnostic> {
        if self.document.gaps.is_open(&self.path) {
            return None;
        }
        let start = self.map.iter().next().map_or(self.item.span, |entry| entry.key.span);
        let path = self.field(field);
        let mut finding = self.found(field, start, format!("{path}: Required value: {what}"));
        if let Some(near) = nearest(field, self.map.keys()) {
            finding = finding.help(format!("`{near}` may have been meant as `{field}`"));
        }
        Some(finding)
    }

    fn unknown(&self, node: &Node, name: &str) -> Option<Diagnostic> {
        let path = self.field("op");
        if self.document.gaps.replaced_at(&path).is_some() {
            return None;
        }
        let known = || OPERATIONS.iter().map(|(name, _)| *name);
        let message = format!(
            "{path}: Unsupported value: {name:?}: supported values: {}",
            known().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
        );
        Some(self.found("op", node.span, message).did_you_mean(name, known()))
    }

    /// A JSON pointer (RFC 6901) is empty, or begins with `/`, and `~` in it stands before `0` or `1`.
    fn pointer(&self, field: &str, node: &Node) -> Option<Diagnostic> {
        let path = self.field(field);
        if self.document.gaps.replaced_at(&path).is_some() {
            return None;
        }
        let why = match node.as_str() {
            None => format!("must be a JSON pointer, not {}", node.value.type_name()),
            Some(text) if !(text.is_empty() || text.starts_with('/')) => {
                format!("{text:?} is no JSON pointer: it begins with `/`")
            }
            Some(text) if text.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1'])) => {
                format!(
                    "{text:?} is no JSON pointer: `~` is written `~0` in it, and `/` in a name `~1`"
                )
            }
            Some(_) => return None,
        };
        Some(self.found(field, node.span, format!("{path}: Invalid value: {why}")))
    }
}
