//! Between what and what a size or a cost lies.

use std::ops::{Add, Mul};

/// The least and the most of a size or a cost. What does not fit is the largest number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) least: u64,
    pub(crate) most: u64,
}

impl Range {
    pub(super) const UNKNOWN: Range = Range { least: 0, most: u64::MAX };

    pub(super) fn fixed(size: u64) -> Range {
        Range { least: size, most: size }
    }

    pub(super) fn union(self, other: Range) -> Range {
        Range { least: self.least.min(other.least), most: self.most.max(other.most) }
    }

    /// Times a factor, rounded up.
    pub(super) fn scaled(self, factor: f64) -> Range {
        // A conversion to a whole number stops at the largest.
        let scaled = |size: u64| (size as f64 * factor).ceil() as u64;
        Range { least: scaled(self.least), most: scaled(self.most) }
    }
}

impl Add for Range {
    type Output = Range;

    fn add(self, other: Range) -> Range {
        Range {
            least: self.least.saturating_add(other.least),
            most: self.most.saturating_add(other.most),
        }
    }
}

impl Mul for Range {
    type Output = Range;

    fn mul(self, other: Range) -> Range {
        Range {
            least: self.least.saturating_mul(other.least),
            most: self.most.saturating_mul(other.most),
        }
    }
}
