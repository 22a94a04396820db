//! The findings about YAML itself.

plumb_text::codes! {
    /// The findings that reading YAML reports.
    CODES:
    YAML_SYNTAX = "yaml-syntax", Deny, "the text is not YAML";
    YAML_DUPLICATE_KEY = "yaml-duplicate-key", Deny, "a map has a key twice";
    YAML_KEY = "yaml-key", Deny, "a key that is not a string";
    YAML_VALUE = "yaml-value", Deny, "a value that has no meaning in JSON";
    YAML_ALIAS = "yaml-alias", Deny, "an alias without an anchor";
    YAML_LIMIT = "yaml-limit", Deny, "a document beyond what is read";
    YAML_KEYS_COLLAPSE = "yaml-keys-collapse", Warn, "two keys become one in Kubernetes";
}
