//! The findings about a group itself.

plumb_text::codes! {
    /// The findings about a group itself.
    CODES:
    GROUP_TOO_LARGE = "group-too-large", Warn, "a group has too many manifests to compare them with each other";
}
