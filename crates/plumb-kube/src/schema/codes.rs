//! The findings about values and the schemas of their kinds.

plumb_text::codes! {
    /// The findings of schemas.
    CODES:
    SCHEMA_UNKNOWN_FIELD = "schema-unknown-field", Deny, "a field that the kind does not have";
    SCHEMA_TYPE = "schema-type", Deny, "a value of the wrong type";
    SCHEMA_REQUIRED = "schema-required", Deny, "a field that must be set";
    SCHEMA_ENUM = "schema-enum", Deny, "a value that is not one of those allowed";
    SCHEMA_VALUE = "schema-value", Deny, "a value outside the schema's limits";
    SCHEMA_DUPLICATE = "schema-duplicate", Deny, "an item twice in a list of distinct ones";
    LIST_DUPLICATE = "list-duplicate", Warn, "an item twice in a list that is merged by a key";
    SCHEMA_COMBINATION = "schema-combination", Deny, "a combination that the schema excludes";
    METADATA_NAME = "metadata-name", Deny, "an object's name is missing or not allowed";
    METADATA_LABEL = "metadata-label", Deny, "a label or annotation that is not allowed";
    SCHEMA_INVALID = "schema-invalid", Deny, "a schema that can't be used in full";
}
