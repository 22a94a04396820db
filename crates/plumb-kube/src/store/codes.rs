//! The findings about schema files.

plumb_text::codes! {
    /// The findings of schema files.
    CODES:
    SCHEMAS_READ = "schemas-read", Deny, "a schema file can't be read";
    SCHEMAS_LOCK = "schemas-lock", Deny, "an added schema is not what the lock file says";
}
