//! The findings about the CEL rules of schemas.

plumb_text::codes! {
    /// The findings about the CEL rules of schemas.
    CODES:
    SCHEMA_RULE = "schema-rule", Deny, "a rule of the kind does not hold";
    RULE_ERROR = "rule-error", Deny, "a rule of the kind could not be evaluated";
}
