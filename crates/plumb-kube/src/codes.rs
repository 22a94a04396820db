//! The findings about documents as a whole: what they are, and what has become of their versions.

plumb_text::codes! {
    /// The findings about documents as a whole.
    CODES:
    MANIFEST_INCOMPLETE = "manifest-incomplete", Deny, "a document that does not say what it is";
    UNKNOWN_KIND = "unknown-kind", Deny, "a kind or version that its API group does not have";
    SCHEMA_MISSING = "schema-missing", Warn, "a kind whose schema is not known";
    API_NOT_SERVED = "api-not-served", Deny, "a version that is defined and not served";
    FRAGMENT_PLACE = "fragment-place", Deny, "a fragment of a place that is not there";
    API_EXPERIMENTAL = "api-experimental", Note, "what only the experimental channel of a product has";
    API_REMOVED = "api-removed", Deny, "an apiVersion that is no longer served";
    API_SUPERSEDED = "api-superseded", Note, "an apiVersion for which there is a newer one";
    API_DEPRECATED = "api-deprecated", Warn, "a version that its author calls deprecated";
}
