//! What a number is while one input goes from one value to another: a quotient of polynomials, or between two lines.

use super::Function;
use super::eval::{apply, too_large};
use super::polynomial::Polynomial;
use super::scalar::FaultKind;
use crate::quantity::Ratio;
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;

/// The input that goes, and from where to where.
pub(crate) struct Course<'c> {
    pub(crate) input: usize,
    pub(crate) from: &'c Ratio,
    pub(crate) to: &'c Ratio,
}

#[derive(Clone, Debug)]
pub(super) struct Number {
    /// What it is; none where that changes on the way, or has too high a degree.
    pub(super) exact: Option<Quotient>,
    /// It is within `slope · x + low` and `slope · x + high`.
    slope: Ratio,
    low: Ratio,
    high: Ratio,
}

/// One polynomial divided by another, which has no zero on the way.
#[derive(Clone, Debug)]
pub(super) struct Quotient {
    pub(super) above: Polynomial,
    pub(super) below: Polynomial,
}

/// Polynomials of a higher degree are enclosed only.
const MAX_DEGREE: usize = 12;

/// The digits behind the point that are right in roots and logarithms.
const COMPUTED: u32 = 29;

impl Number {
    pub(super) fn constant(value: Ratio) -> Number {
        Number::of(Quotient {
            above: Polynomial::constant(value.clone()),
            below: Polynomial::constant(Ratio::one()),
        })
        .unwrap_or(Number {
            exact: None,
            slope: Ratio::zero(),
            low: value.clone(),
            high: value,
        })
    }

    /// Of a line; none for anything else.
    pub(super) fn of(exact: Quotient) -> Option<Number> {
        let below = exact.below.as_constant()?;
        if exact.above.degree() > 1 {
            return None;
        }
        let (slope, at) =
            (exact.above.coefficient(1) / &below, exact.above.coefficient(0) / &below);
        Some(Number { exact: Some(exact), slope, low: at.clone(), high: at })
    }

    fn within(low: Ratio, high: Ratio) -> Number {
        Number { exact: None, slope: Ratio::zero(), low, high }
    }

    /// The better of what is known of the parts and of what it is exactly.
    fn known(self, exact: Option<Quotient>, course: &Course<'_>) -> Number {
        let Some(exact) = exact.filter(Quotient::is_small) else { return self };
        if let Some(line) = Number::of(exact.clone()) {
            return line;
        }
        let (low, high) = self.range(course);
        match exact.range(course) {
            Some((least, most)) if &most - &least < &high - &low => {
                Number { exact: Some(exact), ..Number::within(least, most) }
            }
            _ => Number { exact: Some(exact), ..self },
        }
    }

    /// What it is at least and at most.
    pub(super) fn range(&self, course: &Course<'_>) -> (Ratio, Ratio) {
        let (one, other) = (&self.slope * course.from, &self.slope * course.to);
        let (least, most) = if one <= other { (one, other) } else { (other, one) };
        (least + &self.low, most + &self.high)
    }

    /// The one sign that it has.
    pub(super) fn sign(&self, course: &Course<'_>) -> Option<Ordering> {
        if self.exact.as_ref().is_some_and(|exact| exact.above.is_zero()) {
            return Some(Ordering::Equal);
        }
        let (low, high) = self.range(course);
        if low.is_positive() {
            Some(Ordering::Greater)
        } else if high.is_negative() {
            Some(Ordering::Less)
        } else {
            (low.is_zero() && high.is_zero()).then_some(Ordering::Equal)
        }
    }

    pub(super) fn as_constant(&self) -> Option<Ratio> {
        let exact = self.exact.as_ref()?;
        Some(exact.above.as_constant()? / exact.below.as_constant()?)
    }

    pub(super) fn negated(&self) -> Number {
        self.scaled(&-Ratio::one())
    }

    pub(super) fn scaled(&self, factor: &Ratio) -> Number {
        let exact = self.exact.as_ref().map(|exact| Quotient {
            above: exact.above.scaled(factor),
            below: exact.below.clone(),
        });
        let (one, other) = (&self.low * factor, &self.high * factor);
        let (low, high) = if one <= other { (one, other) } else { (other, one) };
        Number { exact, slope: &self.slope * factor, low, high }
    }

    pub(super) fn plus(&self, other: &Number, course: &Course<'_>) -> Number {
        let exact = self.exact.as_ref().zip(other.exact.as_ref()).map(|(a, b)| a.plus(b));
        let sum = Number {
            exact: None,
            slope: &self.slope + &other.slope,
            low: &self.low + &other.low,
            high: &self.high + &other.high,
        };
        sum.known(exact, course)
    }

    pub(super) fn minus(&self, other: &Number, course: &Course<'_>) -> Number {
        self.plus(&other.negated(), course)
    }

    pub(super) fn times(&self, other: &Number, course: &Course<'_>) -> Number {
        for (one, other) in [(self, other), (other, self)] {
            if let Some(factor) = one.as_constant() {
                return other.scaled(&factor);
            }
        }
        let exact = self.exact.as_ref().zip(other.exact.as_ref()).map(|(a, b)| Quotient {
            above: a.above.times(&b.above),
            below: a.below.times(&b.below),
        });
        let ((al, ah), (bl, bh)) = (self.range(course), other.range(course));
        hull([&al * &bl, &al * &bh, &ah * &bl, &ah * &bh]).known(exact, course)
    }

    pub(super) fn over(&self, other: &Number, course: &Course<'_>) -> Result<Number, FaultKind> {
        let (bl, bh) = other.range(course);
        if !bl.is_positive() && !bh.is_negative() {
            return Err(FaultKind::DivisionByZero);
        }
        if let Some(divisor) = other.as_constant() {
            return Ok(self.scaled(&(Ratio::one() / divisor)));
        }
        let exact = self.exact.as_ref().zip(other.exact.as_ref()).map(|(a, b)| Quotient {
            above: a.above.times(&b.below),
            below: a.below.times(&b.above),
        });
        let (al, ah) = self.range(course);
        Ok(hull([&al / &bl, &al / &bh, &ah / &bl, &ah / &bh]).known(exact, course))
    }

    /// One of two, which is not known.
    pub(super) fn or(&self, other: &Number, course: &Course<'_>) -> Number {
        if self.slope == other.slope {
            let (low, high) = (
                self.low.clone().min(other.low.clone()),
                self.high.clone().max(other.high.clone()),
            );
            return Number { exact: None, slope: self.slope.clone(), low, high };
        }
        let ((al, ah), (bl, bh)) = (self.range(course), other.range(course));
        Number::within(al.min(bl), ah.max(bh))
    }

    /// The larger of two, or the smaller.
    pub(super) fn choice(self, other: Number, larger: bool, course: &Course<'_>) -> Number {
        let difference = self.minus(&other, course);
        match difference.sign(course) {
            Some(Ordering::Equal) => self,
            Some(sign) if (sign == Ordering::Greater) == larger => self,
            Some(_) => other,
            // Neither may be the larger one all the way: known of a line by its ends.
            None => {
                let (low, high) = difference.range(course);
                match (low.is_negative(), high.is_positive()) {
                    (false, _) if larger => self,
                    (_, false) if !larger => self,
                    (false, _) | (_, false) => other,
                    _ => {
                        let ((al, ah), (bl, bh)) = (self.range(course), other.range(course));
                        let either = self.or(&other, course);
                        if either.slope.is_zero() {
                            return match larger {
                                true => Number::within(al.max(bl), ah.max(bh)),
                                false => Number::within(al.min(bl), ah.min(bh)),
                            };
                        }
                        either
                    }
                }
            }
        }
    }

    /// A function that never turns, computed to more than [`COMPUTED`].
    pub(super) fn monotonous(
        &self,
        course: &Course<'_>,
        function: impl Fn(&Ratio) -> Result<Ratio, FaultKind>,
    ) -> Result<Number, FaultKind> {
        let (low, high) = self.range(course);
        let (one, other) = (function(&low)?, function(&high)?);
        let cut = Ratio::new(1.into(), BigInt::from(10).pow(COMPUTED));
        Ok(Number::within(one.clone().min(other.clone()) - &cut, one.max(other) + cut))
    }

    /// A whole multiple near it.
    pub(super) fn rounded(
        &self,
        function: Function,
        multiple: &Number,
        course: &Course<'_>,
    ) -> Result<Number, FaultKind> {
        let scaled = self.over(multiple, course)?;
        let (low, high) = scaled.range(course);
        let whole = apply(function, vec![low])?;
        if whole == apply(function, vec![high])? {
            return Ok(multiple.scaled(&whole));
        }
        let half = || Ratio::one() / (Ratio::one() + Ratio::one());
        let (below, above) = match function {
            Function::Floor => (-Ratio::one(), Ratio::zero()),
            Function::Ceil => (Ratio::zero(), Ratio::one()),
            _ => (-half(), half()),
        };
        let near = Number {
            exact: None,
            low: &scaled.low + below,
            high: &scaled.high + above,
            slope: scaled.slope,
        };
        Ok(near.times(multiple, course))
    }

    pub(super) fn is_too_large(&self) -> bool {
        too_large(&self.slope) || too_large(&self.low) || too_large(&self.high)
    }
}

impl Quotient {
    pub(super) fn plus(&self, other: &Quotient) -> Quotient {
        if self.below == other.below {
            return Quotient { above: self.above.plus(&other.above), below: self.below.clone() };
        }
        let above = self.above.times(&other.below).plus(&other.above.times(&self.below));
        Quotient { above, below: self.below.times(&other.below) }
    }

    fn is_small(&self) -> bool {
        [&self.above, &self.below]
            .iter()
            .all(|part| part.degree() <= MAX_DEGREE && !part.coefficients().any(too_large))
    }

    /// What it is at least and at most; none where the enclosure of what it is divided by can't tell.
    pub(super) fn range(&self, course: &Course<'_>) -> Option<(Ratio, Ratio)> {
        let way = (course.from, course.to);
        let ((al, ah), (bl, bh)) = (self.above.range(way), self.below.range(way));
        let hull = hull([&al / nonzero(&bl)?, &al / nonzero(&bh)?, &ah / &bl, &ah / &bh]);
        (bl.is_positive() == bh.is_positive()).then_some((hull.low, hull.high))
    }
}

fn nonzero(value: &Ratio) -> Option<&Ratio> {
    (!value.is_zero()).then_some(value)
}

fn hull([first, b, c, d]: [Ratio; 4]) -> Number {
    let (mut low, mut high) = (first.clone(), first);
    for one in [b, c, d] {
        low = low.min(one.clone());
        high = high.max(one);
    }
    Number::within(low, high)
}

/// What remains of a division, with the sign of what is divided.
pub(super) fn remainder(a: &Number, b: &Number, course: &Course<'_>) -> Result<Number, FaultKind> {
    let (low, high) = a.over(b, course)?.range(course);
    if low.trunc() == high.trunc() {
        return Ok(a.minus(&b.scaled(&low.trunc()), course));
    }
    let ((al, ah), (bl, bh)) = (a.range(course), b.range(course));
    let most = bl.abs().max(bh.abs());
    let low = if al.is_negative() { al.max(-most.clone()) } else { Ratio::zero() };
    let high = if ah.is_positive() { ah.min(most) } else { Ratio::zero() };
    Ok(Number::within(low, high))
}
