//! The codes of paths that are refused, wherever they were named.

use crate::diag::codes;

codes! {
    /// The codes of paths that are refused.
    CODES:
    OUTSIDE_REPOSITORY = "outside-repository", Deny, "a path leads out of the repository";
    UNFIT_FILE = "unfit-file", Deny, "a path that is not a regular file, or is too large";
}
