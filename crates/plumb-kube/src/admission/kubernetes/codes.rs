//! The findings about the schemas in a CustomResourceDefinition.

plumb_text::codes! {
    /// The findings about the schemas in a CustomResourceDefinition.
    CODES:
    CRD_SCHEMA_VALUE = "crd-schema-value", Deny, "a type, pattern or rule in a definition that can't be used";
    CRD_STRUCTURE = "crd-structure", Deny, "a schema in a definition that is not structural";
}
