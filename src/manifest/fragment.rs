//! Parts of manifests, validated at their place in a kind.

use super::engine::{Engine, finding, sort, stands_by_itself, validate_schema};
use super::versions::Versions;
use super::{Document, Node, Value};
use crate::diag::{Code, Diagnostic, Level};
use crate::text::Span;
use std::collections::BTreeSet;

pub(crate) static FRAGMENT_PLACE: Code = Code {
    name: "fragment-place",
    level: Level::Deny,
    summary: "a fragment of a place that is not there",
    page: r#"A fence marked `fragment=KIND:path` is part of a manifest. Its kind must have a known schema, and its path must be in it: field
names with dots, `[]` for an item of a list.

````markdown
```yaml fragment=VirtualService:spec.http[]
route:
- destination: {host: reviews}
```
````

The help names what is near."#,
    alias: "",
};

/// The findings about fragments.
pub(super) static CODES: &[&Code] = &[&FRAGMENT_PLACE];

impl Engine {
    /// Validates part of a manifest at a place of a kind: `kind` is a name, or `group/version/Kind`; `path` is as in
    /// `spec.http[]`.
    pub fn validate_fragment(
        &self,
        document: &Document,
        kind: &str,
        path: &str,
        versions: &Versions,
    ) -> Vec<Diagnostic> {
        let at = Span::at(document.span.start);
        let wrong = |message| Diagnostic::new(&FRAGMENT_PLACE, document.locate(at), message);
        let parts: Vec<&str> = kind.split('/').collect();
        let candidates: Vec<(String, String)> = match parts.as_slice() {
            [kind] => self.schemas().find_kind(kind),
            [version, _] => vec![(String::new(), (*version).to_owned())],
            [group, version, _] => vec![((*group).to_owned(), (*version).to_owned())],
            _ => Vec::new(),
        };
        let name = parts.last().copied().unwrap_or("");
        let known = candidates
            .iter()
            .find_map(|(group, version)| self.schemas().find(group, version, name, versions));
        let Some(known) = known else {
            let kinds: BTreeSet<String> = self.schemas().kinds().map(|(_, _, kind)| kind).collect();
            let finding = wrong(format!("no schema is known for a kind `{kind}`"));
            return vec![finding.did_you_mean(name, kinds.iter().map(String::as_str))];
        };
        let id = match known.schema.at(path) {
            Ok(id) => id,
            Err(why) => return vec![wrong(format!("`{path}` is no place in `{kind}`: {why}"))],
        };
        // A list in a fence for `spec.http[]` is some of its items.
        let items: Vec<&Node> = match &document.root.value {
            Value::Seq(items) if path.ends_with("[]") => items.iter().collect(),
            _ => vec![&document.root],
        };
        let mut findings = Vec::new();
        for item in items {
            let start = match item.as_map().and_then(|map| map.iter().next()) {
                Some(entry) => entry.key.span,
                None => item.span,
            };
            let issues = validate_schema(document, &known.schema, id, item, start);
            findings.extend(issues.into_iter().map(|issue| finding(issue, document)));
        }
        if document.excerpt {
            findings.retain(stands_by_itself);
        }
        for finding in &mut findings {
            finding.document = Some(format!("{name}:{path}"));
        }
        sort(&mut findings);
        findings
    }
}
