//! Why a policy can't be decided on a page, and what asks for that which is not known.

use plumb_text::Location;

/// Where a policy, or one of its bindings, asks for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) at: Location,
    /// The manifest that the place is in: `ValidatingAdmissionPolicyBinding/own`.
    pub(super) by: String,
}

/// Why a policy can't be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// It asks for these, which only a cluster has.
    Cluster(Vec<&'static str>),
    /// It asks for the Namespace of an object, which the book does not show.
    Namespace,
    /// It asks for the namespace or another thing that the manifest does not say.
    Unsaid,
    /// It wants the object in a version that it is not written in.
    Version,
    /// The book has no object of this kind that holds its parameters, and what names it.
    Parameters(String, Asked),
}
