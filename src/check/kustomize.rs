//! Which files of a folder are patches: the kustomizations beside them say so.

use crate::manifest::path::{FieldPath, Step};
use crate::manifest::{self, Document, Format, Node, Style, Value};
use crate::reading::{self, Reading, Setting, Text};
use crate::text::{Source, Span, TextMap};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whether a file is a kustomization, which need not say its `apiVersion` and `kind`.
pub(super) fn is_kustomization(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization")
}

/// The paths of the files that some kustomization among these patches others with.
pub(super) fn patches<'a>(files: impl Iterator<Item = &'a Arc<Source>>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files.filter(|file| is_kustomization(file.path())) {
        let folder = file.path().rsplit_once('/').map_or(".", |(folder, _)| folder);
        let read = manifest::read(file.text(), &TextMap::identity(file), Format::Yaml);
        for document in &read.documents {
            let named = ["patches", "patchesStrategicMerge", "patchesJson6902"]
                .iter()
                .flat_map(|field| document.root.get(field).map(Node::items).unwrap_or_default());
            let paths = named.filter_map(|patch| {
                patch.as_str().or_else(|| patch.get("path").and_then(Node::as_str))
            });
            // A patch may also stand in the kustomization itself.
            let paths = paths.filter(|path| !path.contains('\n'));
            found.extend(paths.map(|path| normal(&format!("{folder}/{path}"))));
        }
    }
    found
}

/// The files and folders of which some kustomization among these makes the selectors, with the labels that it adds.
pub(super) fn labelled<'a>(files: impl Iterator<Item = &'a Arc<Source>>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files.filter(|file| is_kustomization(file.path())) {
        let folder = file.path().rsplit_once('/').map_or(".", |(folder, _)| folder);
        let read = manifest::read(file.text(), &TextMap::identity(file), Format::Yaml);
        for document in &read.documents {
            let root = &document.root;
            let labels = root.get("labels").map(Node::items).unwrap_or_default();
            let selects = |labels: &Node| {
                let included = labels.get("includeSelectors");
                included.is_some_and(|included| matches!(included.value, Value::Bool(true)))
            };
            if root.get("commonLabels").is_none() && !labels.iter().any(selects) {
                continue;
            }
            let resources = root.get("resources").map(Node::items).unwrap_or_default();
            let paths = resources.iter().filter_map(Node::as_str);
            found.extend(paths.map(|path| normal(&format!("{folder}/{path}"))));
        }
    }
    found
}

/// Takes the selector and the labels that a kustomization adds for left out, where a workload does not write them.
pub(super) fn leave_out_labels(document: &mut Document) {
    for path in [&["spec", "selector"][..], &["spec", "template", "metadata"]] {
        let node = path.iter().try_fold(&document.root, |node, field| node.get(field));
        if node.is_none() {
            let steps = path.iter().map(|field| Step::Field((*field).to_owned()));
            document.gaps.hide(steps.fold(FieldPath::default(), FieldPath::then));
        }
    }
}

/// A patch that a kustomization holds itself.
pub(super) struct Inline<'d> {
    /// Its lines, without their indentation.
    pub(super) text: String,
    /// From them to where they stand.
    pub(super) map: TextMap,
    /// What says which objects it is for; then what the patch calls its own object counts for nothing.
    pub(super) target: Option<&'d Node>,
}

impl Inline<'_> {
    /// What the patch holds.
    pub(super) fn read(&self) -> Reading {
        let (format, setting) = (Format::Yaml, Setting::File);
        reading::read(&Text { text: &self.text, map: &self.map, format, setting, is_certain: true })
    }
}

/// The patches that a kustomization holds itself.
///
/// Only blocks are read: in quotes a text has escapes, and what it is would stand at no place.
pub(super) fn inline(document: &Document) -> Vec<Inline<'_>> {
    let named = |field: &str| document.root.get(field).map(Node::items).unwrap_or_default();
    let patches = named("patches").iter().chain(named("patchesJson6902"));
    let patches = patches.filter_map(|patch| Some((patch.get("patch")?, patch.get("target"))));
    let texts = patches.chain(named("patchesStrategicMerge").iter().map(|patch| (patch, None)));
    let inline = |(node, target)| {
        let (text, map) = block(node, document)?;
        Some(Inline { text, map, target })
    };
    texts.filter_map(inline).collect()
}

/// Whether a block says `|` and not how deep it stands.
fn is_plain(written: &str) -> bool {
    let header = written.lines().next().unwrap_or("").trim_end();
    matches!(header, "|" | "|-" | "|+")
}

/// The lines of a literal block without their indentation.
fn block(node: &Node, document: &Document) -> Option<(String, TextMap)> {
    let written = document.text().get(node.span.range())?;
    if node.style != Style::BlockScalar || !is_plain(written) {
        return None;
    }
    let (mut spans, mut at) = (Vec::new(), node.span.start);
    let lines: Vec<&str> = written.split_inclusive('\n').collect();
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let filled = lines.iter().skip(1).find(|line| !line.trim().is_empty())?;
    let deep = indent(filled);
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            let taken = indent(line).min(deep).min(line.trim_end_matches(['\r', '\n']).len());
            spans.push(Span::new(at + taken, at + line.len()));
        }
        at += line.len();
    }
    let text = spans.iter().filter_map(|span| document.text().get(span.range())).collect();
    Some((text, document.map().select(spans)))
}

/// A path without `.` and `..`.
pub(super) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_files_whose_selectors_are_made() {
        let found = |text: &str| {
            let file = Source::new("k8s/kustomization.yaml", text);
            labelled([&file].into_iter()).into_iter().collect::<Vec<_>>()
        };
        let resources = "resources: [a.yaml, ../base]\n";
        let wanted = ["base", "k8s/a.yaml"];
        assert_eq!(found(&format!("{resources}commonLabels: {{app: a}}\n")), wanted);
        let labels = "labels:\n- pairs: {app: a}\n  includeSelectors: ";
        assert_eq!(found(&format!("{resources}{labels}true\n")), wanted);
        assert!(found(&format!("{resources}{labels}false\n")).is_empty());
        assert!(found(resources).is_empty());
    }

    #[test]
    fn finds_the_files_that_are_patches() {
        let text = "resources: [a.yaml]\npatches:\n- path: ./b.yaml\n- path: ../base/c.yaml\n- patch: |\n    - op: x\n\
            patchesStrategicMerge:\n- d.yaml\n- |\n  kind: Pod\npatchesJson6902:\n- path: sub/e.yaml\n";
        let found = |folder: &str| {
            let file = Source::new(format!("{folder}kustomization.yaml"), text);
            patches([&file].into_iter()).into_iter().collect::<Vec<_>>()
        };
        assert_eq!(
            found("k8s/over/"),
            ["k8s/base/c.yaml", "k8s/over/b.yaml", "k8s/over/d.yaml", "k8s/over/sub/e.yaml"]
        );
        assert_eq!(found(""), ["../base/c.yaml", "b.yaml", "d.yaml", "sub/e.yaml"]);
        assert_eq!(found("./k/"), ["base/c.yaml", "k/b.yaml", "k/d.yaml", "k/sub/e.yaml"]);
        assert_eq!(found("/k/"), ["/base/c.yaml", "/k/b.yaml", "/k/d.yaml", "/k/sub/e.yaml"]);
        assert!(patches([&Source::new("values.yaml", text)].into_iter()).is_empty());
    }
}
