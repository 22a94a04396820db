//! Why a policy can't be decided on a page.

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
    /// The book has no object of this kind that holds its parameters.
    Parameters(String),
}
