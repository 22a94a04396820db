//! What can be wrong with a directive's name and arguments.

use crate::diag::codes;

codes! {
    /// The codes of every directive's findings.
    CODES:
    UNKNOWN_DIRECTIVE = "unknown-directive", Deny, "there is no directive of this name";
    UNKNOWN_ARGUMENT = "unknown-argument", Deny, "a directive is given an argument that it does not take";
    INVALID_ARGUMENT = "invalid-argument", Deny, "an argument has a value of the wrong shape";
    MISSING_ARGUMENT = "missing-argument", Deny, "a required argument of a directive is missing";
    BAD_DIRECTIVE = "bad-directive", Deny, "a file of a directive of the book's own that says what it can't mean";
    UNUSED_ARGUMENT = "unused-argument", Warn, "an argument that a directive of the book's own declares and does not use";
    OUTPUT_LIMIT = "output-limit", Deny, "a directive that writes more text than is supported";
    UNKNOWN_VERSION = "unknown-version", Deny, "there are no schemas for this product or version";
    PLATFORM_VERSION = "platform-version", Warn, "a version is named that the platform named beside it does not ship";
}
