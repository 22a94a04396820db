//! Which files of a folder are patches: the kustomizations beside them say so.

use crate::manifest::{self, Format, Node};
use crate::text::{Source, TextMap};
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
