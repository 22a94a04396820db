//! What a schema can find wrong, and how it is quoted.

use super::{
    LIST_DUPLICATE, METADATA_LABEL, METADATA_NAME, SCHEMA_COMBINATION, SCHEMA_DUPLICATE,
    SCHEMA_ENUM, SCHEMA_INVALID, SCHEMA_REQUIRED, SCHEMA_TYPE, SCHEMA_UNKNOWN_FIELD, SCHEMA_VALUE,
};
use crate::at::At;
use crate::fault::{ErrorType, Fault, Rule};
use crate::{Node, Value};

// Functions of `kube-openapi/pkg/validation/validate` and of what API servers do besides.
pub(crate) static UNKNOWN_FIELD: Rule = Rule::new(&SCHEMA_UNKNOWN_FIELD, "strict decoding");
pub(crate) static REQUIRED: Rule = Rule::new(&SCHEMA_REQUIRED, "objectValidator.Validate");
pub(crate) static TYPE: Rule = Rule::new(&SCHEMA_TYPE, "typeValidator.Validate");
pub(crate) static ENUM: Rule = Rule::new(&SCHEMA_ENUM, "basicCommonValidator.Validate");
pub(crate) static VALUE: Rule = Rule::new(&SCHEMA_VALUE, "stringValidator.Validate");
pub(crate) static COMBINATION: Rule =
    Rule::new(&SCHEMA_COMBINATION, "schemaPropsValidator.Validate");
pub(crate) static DUPLICATE: Rule =
    Rule::new(&SCHEMA_DUPLICATE, "listtype.ValidateListSetsAndMaps");
pub(crate) static APPLY_DUPLICATE: Rule = Rule::new(&LIST_DUPLICATE, "structured-merge-diff");
pub(crate) static UNUSABLE: Rule = Rule::new(&SCHEMA_INVALID, "");
pub(crate) static NAME: Rule = Rule::new(&METADATA_NAME, "ValidateObjectMetaAccessor");
pub(crate) static LABEL: Rule = Rule::new(&METADATA_LABEL, "ValidateLabels");

/// A fault at a place, marked where it is short.
pub(crate) fn fault(
    rule: &'static Rule,
    ty: ErrorType,
    at: &At<'_>,
    detail: impl Into<String>,
) -> Fault {
    let mut fault = Fault::new(rule, ty, at, detail.into());
    fault.span = at.anchor();
    fault
}

/// A value that is wrong as it is written.
pub(crate) fn invalid(rule: &'static Rule, at: &At<'_>, why: impl Into<String>) -> Fault {
    let mut fault = fault(rule, ErrorType::Invalid, at, why);
    fault.value = Some(quote(at.node));
    fault.on(at);
    fault
}

/// A value that is not there, below `at`.
pub(crate) fn required(rule: &'static Rule, at: &At<'_>, why: impl Into<String>) -> Fault {
    let mut fault = fault(rule, ErrorType::Required, at, why);
    fault.on_all(at.parent().unwrap_or(at));
    fault
}

/// A value as messages quote it, cut where it is long.
pub(crate) fn quote(node: &Node) -> String {
    match &node.value {
        Value::Map(_) => "\"object\"".to_owned(),
        Value::Seq(_) => "\"array\"".to_owned(),
        Value::String(text) if text.chars().count() > 80 => {
            let start: String = text.chars().take(77).collect();
            format!("{:?}", format!("{start}..."))
        }
        Value::String(text) => format!("{text:?}"),
        _ => node.to_json().to_string(),
    }
}

pub(super) fn plural(count: u64, what: &str) -> String {
    match (count, what) {
        (1, _) => what.to_owned(),
        (_, "property") => "properties".to_owned(),
        _ => format!("{what}s"),
    }
}
