//! Parts of manifests, validated at their place in a kind.

use super::admission;
use super::at::{At, first_line};
use super::codes::FRAGMENT_PLACE;
use super::engine::{Engine, Judgement, sort, validate_schema};
use super::fault::{Fault, Read};
use super::gaps::Gaps;
use super::newer;
use super::path::{FieldPath, Step};
use super::versions::Versions;
use super::{Document, Entry, Map, Node, Style, Value, api_version};
use plumb_text::diag::Diagnostic;
use plumb_text::{Span, Spanned};
use std::collections::BTreeSet;

impl Engine {
    /// Judges part of a manifest at a place of a kind: `kind` is a name, or `group/version/Kind`; `path` is as in
    /// `spec.http[]`.
    pub fn judge_fragment(
        &self,
        document: &Document,
        kind: &str,
        path: &str,
        versions: &Versions,
    ) -> Judgement {
        let at = Span::at(document.span.start);
        let said = |finding| Judgement { findings: vec![finding], ..Judgement::default() };
        let wrong = |message| Diagnostic::new(&FRAGMENT_PLACE, document.locate(at), message);
        let parts: Vec<&str> = kind.split('/').collect();
        let candidates: Vec<(String, String)> = match parts.as_slice() {
            [kind] => self.schemas().find_kind(kind),
            [version, _] => vec![(String::new(), (*version).to_owned())],
            [group, version, _] => vec![((*group).to_owned(), (*version).to_owned())],
            _ => Vec::new(),
        };
        let name = parts.last().copied().unwrap_or("");
        let known = candidates.iter().find_map(|(group, version)| {
            let known = self.schemas().find(group, version, name, versions)?;
            Some((known, api_version(group, version)))
        });
        let Some((known, api)) = known else {
            let kinds: BTreeSet<String> = self.schemas().kinds().map(|(_, _, kind)| kind).collect();
            let finding = wrong(format!("no schema is known for a kind `{kind}`"));
            return said(finding.did_you_mean(name, kinds.iter().map(String::as_str)));
        };
        let id = match known.schema.at(path) {
            Ok(id) => id,
            Err(why) => return said(wrong(format!("`{kind}` has no field `{path}`: {why}"))),
        };
        let newer = newer::note(api.rsplit_once('/').map_or("", |(group, _)| group), versions);
        // A list in a fence for `spec.http[]` is some of its items.
        let step = |index| FieldPath::default().then(Step::Index(index));
        let items: Vec<(&Node, Gaps)> = match &document.root.value {
            Value::Seq(items) if path.ends_with("[]") => {
                let items = items.iter().enumerate();
                items.map(|(index, item)| (item, document.gaps.below(&step(index)))).collect()
            }
            _ => vec![(&document.root, document.gaps.clone())],
        };
        let mut judgement = Judgement::default();
        for (item, gaps) in &items {
            let start = match item.as_map() {
                Some(map) => map.iter().next().map_or(item.span, |entry| entry.key.span),
                None => first_line(item),
            };
            let root = At::new(item, start);
            let mut faults = validate_schema(&known.schema, id, &root, document.text(), gaps);
            // Of the rest nothing is known, and what the schema has said need not be said again.
            let whole = document.part(whole(&api, name, path, item, at));
            let part = place(path);
            let around = Gaps::around(part.clone());
            let coded = admission::check(&whole, versions).into_iter();
            let coded = coded.filter(|fault| fault.excuse(&around).is_none());
            let coded = coded.filter_map(|fault| within(fault, &part)).collect();
            faults.extend(admission::unsaid(coded, &faults));
            judgement.say(faults, (document, item), newer.as_deref(), gaps);
        }
        for finding in &mut judgement.findings {
            finding.document = Some(format!("{name}:{path}"));
        }
        sort(&mut judgement.findings);
        judgement
    }
}

/// A manifest of which nothing is known but this part of it.
fn whole(api: &str, kind: &str, path: &str, part: &Node, at: Span) -> Node {
    let node = |value| Node { value, span: at, style: Style::Default };
    let entry = |key: &str, value| Entry { key: Spanned::new(key.to_owned(), at), value };
    let steps = path.split('.').filter(|step| !step.is_empty());
    let mut root = steps.rev().fold(part.clone(), |part, step| {
        let lists = 0..step.matches("[]").count();
        let part = lists.fold(part, |part, _| node(Value::Seq(vec![part])));
        let mut map = Map::default();
        map.push(entry(step.trim_end_matches("[]"), part));
        node(Value::Map(map))
    });
    if let Value::Map(map) = &mut root.value {
        for (key, text) in [("apiVersion", api), ("kind", kind)] {
            if map.get(key).is_none() {
                map.push(entry(key, node(Value::String(text.to_owned()))));
            }
        }
    }
    root
}

/// The path of a part as an API server writes it: `spec.http[]` is the first of them.
fn place(path: &str) -> FieldPath {
    let steps = path.split('.').filter(|step| !step.is_empty());
    steps.fold(FieldPath::default(), |place, step| {
        let place = place.then(Step::Field(step.trim_end_matches("[]").to_owned()));
        (0..step.matches("[]").count()).fold(place, |place, _| place.then(Step::Index(0)))
    })
}

/// A fault of a whole manifest as one of the part at a path; nothing where it is about the rest.
fn within(mut fault: Fault, part: &FieldPath) -> Option<Fault> {
    fault.path = fault.path.below(part)?;
    for read in &mut fault.reads {
        let (Read::Presence(place) | Read::Value(place) | Read::Whole(place)) = read;
        // What lies outside has been found not to matter.
        place.path = place.path.below(part).unwrap_or_default();
    }
    Some(fault)
}
