//! The findings of policies.

use plumb_text::diag::codes;

codes! {
    /// The findings of policies.
    CODES:
    DENIED = "policy-denied", Deny, "a policy of the book's refuses a manifest";
    WARNED = "policy-warned", Warn, "a policy of the book's warns of a manifest";
    AUDITED = "policy-audited", Note, "a policy of the book's notes something of a manifest";
    ERROR = "policy-error", Deny, "a policy of the book's could not be evaluated on a manifest";
    IGNORED = "policy-ignored", Note, "a policy of the book's could not be decided on a manifest";
    INVALID = "policy-invalid", Deny, "a policy of the book's is not right";
    UNSUPPORTED = "policy-unsupported", Warn, "a policy of the book's needs what only a cluster has";
}
