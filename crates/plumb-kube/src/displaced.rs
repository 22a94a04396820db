//! Fields at the wrong depth: unknown where they are written, and required around there or right below. Each is one slip of
//! the indentation, however many faults come of it.

use super::fault::Fault;
use super::path::{FieldPath, Step};
use super::schema::UNKNOWN_FIELD;
use super::{Node, Value};
use std::collections::{BTreeMap, BTreeSet};

/// By the index of the fault of each such field, the path that it belongs at.
pub(super) struct Displaced(BTreeMap<usize, FieldPath>);

impl Displaced {
    pub(super) fn find(faults: &[Fault]) -> Displaced {
        let mut unknown =
            faults.iter().enumerate().filter(|(_, fault)| is_unknown(fault)).peekable();
        if unknown.peek().is_none() {
            return Displaced(BTreeMap::new());
        }
        let required = faults.iter().filter(|fault| fault.names_missing_field());
        let required: BTreeSet<&FieldPath> = required.map(|fault| &fault.path).collect();
        // What is required in an entry of a node, or in an item of a list there: by the node and the name.
        let mut below: BTreeMap<(FieldPath, &Step), &FieldPath> = BTreeMap::new();
        for path in &required {
            let Some(name) = path.steps().last() else { continue };
            let above = |path: &FieldPath| Some(path.split_last()?.0);
            let Some(holder) = above(path) else { continue };
            let is_item = matches!(holder.steps().last(), Some(Step::Index(_)));
            let entry = if is_item { above(&holder) } else { Some(holder) };
            if let Some(around) = entry.as_ref().and_then(above) {
                below.entry((around, name)).or_insert(path);
            }
        }
        let meant = unknown.filter_map(|(index, fault)| {
            let (around, name) = fault.path.split_last()?;
            let at = |steps: &[Step]| {
                let path =
                    steps.iter().fold(FieldPath::default(), |path, step| path.then(step.clone()));
                path.then(name.clone())
            };
            let above = around.around().take(around.steps().len()).map(at);
            let nearest = above.filter(|path| required.contains(path)).last();
            let found = nearest.or_else(|| below.get(&(around, name)).map(|path| (*path).clone()));
            Some((index, found?))
        });
        Displaced(meant.collect())
    }

    /// Where they belong.
    pub(super) fn into_paths(self) -> impl Iterator<Item = FieldPath> {
        self.0.into_values()
    }

    /// The faults of what stands behind such a field at the same depth, where both belong to the empty field above them:
    /// the one slip has moved them all.
    pub(super) fn beside(&self, faults: &[Fault], root: &Node) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let by_path: BTreeMap<&FieldPath, usize> = (faults.iter().enumerate())
            .filter(|(_, fault)| is_unknown(fault))
            .map(|(index, fault)| (&fault.path, index))
            .collect();
        for (index, meant) in &self.0 {
            let Some((around, Step::Field(name))) = faults[*index].path.split_last() else {
                continue;
            };
            let Some(below) = meant.below(&around) else { continue };
            let Some(Step::Field(empty)) = below.steps().first() else { continue };
            let Some(Value::Map(map)) = around.node_in(root).map(|node| &node.value) else {
                continue;
            };
            let mut entries = map.iter().skip_while(|entry| entry.key.value != *empty);
            if !entries.next().is_some_and(|entry| entry.value.is_null()) {
                continue;
            }
            for entry in entries {
                let path = around.clone().then(Step::Field(entry.key.value.clone()));
                match by_path.get(&path) {
                    Some(other) if entry.key.value != *name => drop(found.insert(*other)),
                    Some(_) => {}
                    None => break,
                }
            }
        }
        found
    }

    /// Says of each where it belongs.
    pub(super) fn tell(self, faults: &mut [Fault]) {
        for (index, path) in self.0 {
            let fault = &mut faults[index];
            let name =
                fault.path.steps().last().and_then(Step::name).unwrap_or_default().to_owned();
            let place = match path.split_last() {
                Some((above, _)) if !above.is_root() => format!("in `{above}`"),
                _ => "at the top level of the manifest".to_owned(),
            };
            fault.help = vec![format!("`{name}` is required {place}: check the indentation")];
        }
    }
}

/// Whether a fault is about a field that is unknown and near to no known one.
fn is_unknown(fault: &Fault) -> bool {
    fault.rule == &UNKNOWN_FIELD && fault.fix.is_none()
}
