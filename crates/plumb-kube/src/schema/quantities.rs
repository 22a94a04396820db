//! Which values of a tree a schema of a built-in kind calls quantities.

use super::{Additional, Id, Schema, Type};
use crate::at::At;
use crate::path::Step;

/// The places of all that is a quantity by a schema, whatever stands there.
pub(crate) fn quantities<'n>(schema: &Schema, root: &At<'n>) -> Vec<At<'n>> {
    let mut found = Vec::new();
    visit(schema, schema.root, root, &mut found);
    found
}

fn visit<'n>(schema: &Schema, id: Id, at: &At<'n>, found: &mut Vec<At<'n>>) {
    let id = schema.resolve(id);
    let spec = schema.node(id);
    if is_quantity(schema, id) {
        found.push(at.clone());
        return;
    }
    if let Some(items) = spec.items {
        at.items().iter().for_each(|at| visit(schema, items, at, found));
    }
    if spec.properties.is_empty() && !matches!(spec.additional, Additional::Schema(_)) {
        return;
    }
    let step = |name| match spec.properties.contains_key(name) {
        true => Step::Field(name),
        false => Step::Key(name),
    };
    for (entry, inner) in at.each(step) {
        match (spec.properties.get(&entry.key.value), &spec.additional) {
            (Some(child), _) | (None, Additional::Schema(child)) => {
                visit(schema, *child, &inner, found);
            }
            _ => {}
        }
    }
}

/// Whether a schema is that of a quantity, of which each edition of the schemas says in its own way that it is a text or a
/// number.
pub(crate) fn is_quantity(schema: &Schema, id: Id) -> bool {
    const EITHER: [Type; 2] = [Type::String, Type::Number];
    let spec = schema.node(id);
    let one = |id: &Id| schema.node(schema.resolve(*id)).types.clone();
    spec.types == EITHER
        || spec.types.is_empty()
            && spec.any_of.len() == 2
            && spec.any_of.iter().flat_map(one).eq(EITHER)
}
