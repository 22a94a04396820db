//! How well an option meets a need.

use super::quantity::Ratio;

/// How well a need is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Meets {
    /// Entirely.
    Fully,
    /// In part.
    Partly,
    /// Only in something that is not yet released.
    Preview,
    /// Not.
    No,
    /// The question does not arise.
    NotApplicable,
}

impl Meets {
    /// The word for it, as in the model.
    pub fn name(self) -> &'static str {
        match self {
            Meets::Fully => "fully",
            Meets::Partly => "partly",
            Meets::Preview => "preview",
            Meets::No => "no",
            Meets::NotApplicable => "not-applicable",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Meets> {
        let all = [Meets::Fully, Meets::Partly, Meets::Preview, Meets::No, Meets::NotApplicable];
        all.into_iter().find(|meets| meets.name() == name)
    }

    pub(crate) fn usual_weight(self) -> Ratio {
        let (above, below) = match self {
            Meets::Fully => (1, 1),
            Meets::Partly => (1, 2),
            Meets::Preview => (1, 4),
            Meets::No | Meets::NotApplicable => (0, 1),
        };
        Ratio::new(above.into(), below.into())
    }
}
