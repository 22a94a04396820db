//! The defaults of a definition's schemas, which hold by the schema that they are a default of (`defaulting.ValidateDefaults`).

use crate::at::At;
use crate::fault::Fault;
use crate::gaps::Gaps;
use crate::schema::{Dialect, Schema, check};

/// What is wrong with each default of a schema. Where a default is of another type altogether, somebody else says so.
pub(super) fn faults(schema: &At<'_>, text: &str, gaps: &Gaps) -> Vec<Fault> {
    let mut faults = Vec::new();
    visit(schema, text, gaps, &mut faults);
    faults
}

fn visit(at: &At<'_>, text: &str, gaps: &Gaps, faults: &mut Vec<Fault>) {
    if at.node.as_map().is_none() {
        return;
    }
    if let Some(default) = at.get("default") {
        let json = at.node.to_json();
        let schema = Schema::compile(&json, &json, Dialect::STRUCTURAL);
        // What it lacks is not filled in with the defaults of its fields.
        if schema.problems.is_empty() {
            faults.extend(check(&schema, schema.root, &default, text, gaps));
        }
    }
    // There are no defaults of any values (`additionalProperties`).
    if let Some(items) = at.get("items") {
        visit(&items, text, gaps, faults);
    }
    if let Some(properties) = at.get("properties") {
        properties.entries().iter().for_each(|(_, at)| visit(at, text, gaps, faults));
    }
}
