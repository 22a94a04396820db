//! What a manifest lacks, and whether it is a part of one for that.

use super::causes;
use super::fault::{Fault, Read};
use super::path::{FieldPath, Step};
use super::schema::UNKNOWN_FIELD;
use super::{Document, Extent, Map, Node};
use plumb_text::diag::nearest;
use std::collections::{BTreeMap, BTreeSet};

/// The schema paths of all that is missing and that a server would refuse for its absence, without what follows from it.
pub(super) fn missing(faults: &[Fault], document: &Document) -> Vec<String> {
    if document.extent == Extent::Whole {
        return Vec::new();
    }
    let written = causes::written(faults);
    let is_missing = |fault: &&Fault| {
        fault.is_absence()
            && !written.contains(&fault.path)
            && !is_shown(&fault.path, &document.root)
    };
    let absences = faults.iter().filter(is_missing);
    let mut paths: Vec<FieldPath> = absences.map(|fault| fault.path.without_indices()).collect();
    // A rule that asks for one of several fields misses them all where none but the metadata is shown.
    let root = FieldPath::default();
    let asks_for_one = |fault: &Fault| {
        let of_root = |read: &Read| matches!(read, Read::Whole(place) if place.path == root);
        fault.path == root && fault.reads.iter().any(of_root)
    };
    if document.extent != Extent::Whole
        && shows_metadata_only(document)
        && faults.iter().any(asks_for_one)
    {
        paths.push(root.then(Step::Field("spec".to_owned())));
    }
    paths.sort();
    paths.dedup();
    // Who writes a field that nobody knows, nor knows a near one of, has put something where another one is missing.
    let is_page = document.extent == Extent::Page;
    let unknown = faults
        .iter()
        .filter(|fault| is_page && fault.rule == &UNKNOWN_FIELD && fault.fix.is_none());
    let above = unknown.filter_map(|fault| Some(fault.path.without_indices().split_last()?.0));
    let mut replaced: BTreeMap<FieldPath, usize> = BTreeMap::new();
    above
        .filter(|above| *above != FieldPath::default())
        .for_each(|above| *replaced.entry(above).or_default() += 1);
    // One field stands for one, and of an object that lacks more than that it is a part that is shown.
    let lacks = |above: &FieldPath| {
        let own = |path: &&FieldPath| path.split_last().is_some_and(|(of, _)| of == *above);
        paths.iter().filter(own).count()
    };
    let replaced: BTreeSet<FieldPath> = replaced
        .into_iter()
        .filter(|(above, unknown)| lacks(above) <= *unknown)
        .map(|(above, _)| above)
        .collect();
    let is_replaced =
        |path: &FieldPath| path.split_last().is_some_and(|(above, _)| replaced.contains(&above));
    paths.retain(|path| !is_replaced(path) && !replaced.contains(path));
    let follows = |path: &FieldPath| paths.iter().any(|other| path.lies_in(other));
    let causes = paths.iter().filter(|path| !follows(path)).map(FieldPath::to_string);
    // Who forgets a name has written the rest.
    let is_bare = document.root.get(METADATA).is_none() && !is_misspelt(METADATA, document);
    causes.map(|path| if is_bare && path == NAME { METADATA.to_owned() } else { path }).collect()
}

/// Whether something stands at a path: what is wrong with it is not that it is left out.
fn is_shown(path: &FieldPath, root: &Node) -> bool {
    path.node_in(root).is_some_and(|node| !node.is_null())
}

const METADATA: &str = "metadata";
const NAME: &str = "metadata.name";

/// Whether the object has a field of this name in other letters.
fn is_misspelt(name: &str, document: &Document) -> bool {
    let keys = document.root.as_map().into_iter().flat_map(Map::keys);
    nearest(name, keys).is_some()
}

/// Whether a document has `apiVersion` or `kind` in other letters, which is a slip and no part.
pub(super) fn has_misspelt_head(document: &Document) -> bool {
    ["apiVersion", "kind"]
        .iter()
        .any(|name| document.root.get(name).is_none() && is_misspelt(name, document))
}

/// What is missing of a document that does not say what it is: a part of a manifest lacks its name too.
pub(super) fn missing_of_head(faults: &[Fault], document: &Document) -> Vec<String> {
    let mut missing = missing(faults, document);
    let metadata = document.root.get(METADATA);
    if metadata.and_then(|metadata| metadata.get("name")).is_none() {
        missing.push(NAME.to_owned());
    }
    missing
}

/// Whether a document that lacks these paths is a part: nobody forgets the main thing, or two at once.
pub(super) fn is_part(document: &Document, missing: &[String]) -> bool {
    const MAIN: &[&str] = &["spec", "containers", "ports", "rules", "listeners"];
    let is_main = |path: &String| {
        let last = path.rsplit('.').next().unwrap_or(path);
        // What owns an object is written by a controller, with an identity that no page knows.
        MAIN.contains(&last) || path == METADATA || path == "metadata.ownerReferences.uid"
    };
    match document.extent {
        Extent::Whole => false,
        Extent::Page => {
            let lacks_main = missing.iter().any(is_main)
                || missing.iter().any(|path| path.ends_with(IMAGE))
                    && shows_bare_containers(document)
                || shows_metadata_only(document)
                || missing.iter().any(|path| path == SELECTOR) && !shows_labels(document);
            missing.len() > 1 || !missing.is_empty() && lacks_main
        }
        Extent::Announced | Extent::Printed => !missing.is_empty(),
    }
}

const IMAGE: &str = "containers.image";

/// Whether the containers without an image show their name and one thing more: whoever shows that much leaves out the rest.
fn shows_bare_containers(document: &Document) -> bool {
    const PLACES: [&[&str]; 2] = [&["spec"], &["spec", "template", "spec"]];
    let pod = |place: &[&str]| {
        place.iter().try_fold(&document.root, |node, field| node.get(field))?.get("containers")
    };
    let containers = PLACES.into_iter().filter_map(pod).flat_map(Node::items);
    let mut without = containers.filter(|container| container.get("image").is_none()).peekable();
    without.peek().is_some()
        && without.all(|container| container.as_map().is_some_and(|map| map.len() <= 2))
}

const SELECTOR: &str = "spec.selector";

/// Whether a workload's template shows the labels that its selector selects. Who shows neither has left both out.
fn shows_labels(document: &Document) -> bool {
    const LABELS: [&str; 4] = ["spec", "template", METADATA, "labels"];
    let root = Some(&document.root);
    LABELS.iter().fold(root, |node, field| node.and_then(|node| node.get(field))).is_some()
}

/// Whether what is written says nothing but how an object is labelled and annotated, so that whatever the kind holds is left
/// out, though a server may do without.
fn shows_metadata_only(document: &Document) -> bool {
    let Some(map) = document.root.as_map() else { return false };
    let is_head = |key: &str| matches!(key, "apiVersion" | "kind" | METADATA);
    let metadata = map.get(METADATA).and_then(Node::as_map);
    // Some kinds need no more than a name.
    let is_name = |key: &str| matches!(key, "name" | "namespace");
    metadata.is_some_and(|metadata| metadata.keys().any(|key| !is_name(key)))
        && map.keys().all(is_head)
}
