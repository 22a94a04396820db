//! What is said of a text because of how it was read.

use crate::diag::codes;

codes! {
    /// What is said of a text because of how it was read.
    CODES:
    PLACEHOLDER_VALUE = "placeholder", Note, "a value with a placeholder in it is not checked";
    TEMPLATE = "template", Note, "a text with `{{ … }}` or `{% … %}` in it is not a manifest before it is filled in";
    EXCERPT = "excerpt", Note, "what is left of a manifest can't be read as it is written";
    FENCE_YAML = "fence-yaml", Warn, "a YAML fence without a manifest can't be read as YAML";
    SECOND_MANIFEST = "second-manifest", Deny, "a second manifest begins without `---` before it";
    UNMARKED_PART = "unmarked-part", Note, "a page shows a part of a manifest and does not say so";
}
