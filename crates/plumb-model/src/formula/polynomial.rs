//! Polynomials with exact coefficients, and where they change their sign.

use crate::quantity::Ratio;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;

/// A polynomial: the coefficients of rising powers, the last of which is not zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Polynomial(Vec<Ratio>);

impl Polynomial {
    pub(super) fn new(mut coefficients: Vec<Ratio>) -> Polynomial {
        while coefficients.last().is_some_and(Zero::is_zero) {
            coefficients.pop();
        }
        Polynomial(coefficients)
    }

    pub(super) fn constant(value: Ratio) -> Polynomial {
        Polynomial::new(vec![value])
    }

    /// `x`.
    pub(super) fn variable() -> Polynomial {
        Polynomial(vec![Ratio::zero(), Ratio::one()])
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// 0 for a constant.
    pub(super) fn degree(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// The value of a constant.
    pub(super) fn as_constant(&self) -> Option<Ratio> {
        match &self.0[..] {
            [] => Some(Ratio::zero()),
            [value] => Some(value.clone()),
            _ => None,
        }
    }

    /// The coefficient of a power.
    pub(super) fn coefficient(&self, power: usize) -> Ratio {
        self.0.get(power).cloned().unwrap_or_else(Ratio::zero)
    }

    pub(super) fn coefficients(&self) -> impl Iterator<Item = &Ratio> {
        self.0.iter()
    }

    /// The value.
    pub(super) fn at(&self, x: &Ratio) -> Ratio {
        self.0.iter().rev().fold(Ratio::zero(), |value, coefficient| value * x + coefficient)
    }

    /// What it is at least and at most between two values; exactly so for a line.
    pub(super) fn range(&self, (from, to): (&Ratio, &Ratio)) -> (Ratio, Ratio) {
        if self.degree() <= 1 {
            let (one, other) = (self.at(from), self.at(to));
            return if one <= other { (one, other) } else { (other, one) };
        }
        let times = |(low, high): (Ratio, Ratio)| {
            let all = [&low * from, &low * to, &high * from, &high * to];
            let [mut least, b, c, d] = all;
            let mut most = least.clone();
            for one in [b, c, d] {
                least = least.min(one.clone());
                most = most.max(one);
            }
            (least, most)
        };
        self.0.iter().rev().fold((Ratio::zero(), Ratio::zero()), |range, coefficient| {
            let (low, high) = times(range);
            (low + coefficient, high + coefficient)
        })
    }

    pub(super) fn plus(&self, other: &Polynomial) -> Polynomial {
        let length = self.0.len().max(other.0.len());
        let sum = |power| self.coefficient(power) + other.coefficient(power);
        Polynomial::new((0..length).map(sum).collect())
    }

    pub(super) fn times(&self, other: &Polynomial) -> Polynomial {
        let mut product = vec![Ratio::zero(); self.0.len() + other.0.len()];
        for (power, one) in self.0.iter().enumerate() {
            for (more, two) in other.0.iter().enumerate() {
                product[power + more] += one * two;
            }
        }
        Polynomial::new(product)
    }

    pub(super) fn scaled(&self, factor: &Ratio) -> Polynomial {
        Polynomial::new(self.0.iter().map(|coefficient| coefficient * factor).collect())
    }

    fn derivative(&self) -> Polynomial {
        let power = |power: usize| Ratio::from_integer(power.into());
        let terms = self.0.iter().enumerate().skip(1);
        Polynomial::new(terms.map(|(at, coefficient)| coefficient * power(at)).collect())
    }

    /// Divided by another one, which is not zero: the quotient and what remains.
    fn divided(&self, by: &Polynomial) -> (Polynomial, Polynomial) {
        let mut rest = self.0.clone();
        let mut quotient = Vec::new();
        let Some(leading) = by.0.last() else { return (Polynomial::new(quotient), self.clone()) };
        while rest.len() >= by.0.len() {
            let Some(top) = rest.last() else { break };
            let (factor, shift) = (top / leading, rest.len() - by.0.len());
            for (power, coefficient) in by.0.iter().enumerate() {
                rest[shift + power] -= &factor * coefficient;
            }
            rest.pop();
            quotient.push(factor);
        }
        quotient.reverse();
        (Polynomial::new(quotient), Polynomial::new(rest))
    }

    /// The same zeros and signs with a leading coefficient of 1 or -1, so that numbers stay small.
    fn normal(self) -> Polynomial {
        match self.0.last() {
            Some(leading) => self.scaled(&(Ratio::one() / leading.abs())),
            None => self,
        }
    }
}

/// The zeros of a polynomial, counted by Sturm's theorem.
pub(super) struct Zeros {
    chain: Vec<Polynomial>,
}

impl Zeros {
    /// Of a polynomial that is not zero everywhere.
    pub(super) fn of(polynomial: &Polynomial) -> Zeros {
        let chain = |first: Polynomial| {
            let mut chain = vec![first.derivative().normal(), first.normal()];
            chain.reverse();
            while let [.., before, last] = &chain[..]
                && !last.is_zero()
            {
                let (_, rest) = before.divided(last);
                chain.push(rest.scaled(&-Ratio::one()).normal());
            }
            chain.pop();
            chain
        };
        let whole = chain(polynomial.clone());
        // The last is what it has in common with its derivative; without that each zero is a simple one.
        match whole.last() {
            Some(common) if common.degree() > 0 => {
                Zeros { chain: chain(polynomial.divided(common).0) }
            }
            _ => Zeros { chain: whole },
        }
    }

    /// How many there are above one value, up to another one.
    pub(super) fn between(&self, from: &Ratio, to: &Ratio) -> usize {
        self.changes(from).saturating_sub(self.changes(to))
    }

    fn changes(&self, at: &Ratio) -> usize {
        let mut last = Ordering::Equal;
        let mut changes = 0;
        for polynomial in &self.chain {
            let sign = polynomial.at(at).cmp(&Ratio::zero());
            if sign != Ordering::Equal {
                changes += usize::from(last != Ordering::Equal && last != sign);
                last = sign;
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(coefficients: &[i64]) -> Polynomial {
        let whole = |value: &i64| Ratio::from_integer((*value).into());
        Polynomial::new(coefficients.iter().map(whole).collect())
    }

    fn from_zeros(zeros: &[i64]) -> Polynomial {
        zeros.iter().fold(of(&[1]), |product, zero| product.times(&of(&[-zero, 1])))
    }

    fn count(polynomial: &Polynomial, from: i64, to: i64) -> usize {
        let whole = |value: i64| Ratio::from_integer(value.into());
        Zeros::of(polynomial).between(&whole(from), &whole(to))
    }

    #[test]
    fn zeros_are_counted() {
        for zeros in [&[1, 2, 3][..], &[2, 2, 5], &[-4, -4, -4, 7, 9, 9], &[0], &[3, 4, 5, 6, 7]] {
            let polynomial = from_zeros(zeros);
            for from in -6..11 {
                for to in from..11 {
                    let mut expected: Vec<i64> = zeros.to_vec();
                    expected.dedup();
                    expected.retain(|zero| from < *zero && *zero <= to);
                    assert_eq!(
                        count(&polynomial, from, to),
                        expected.len(),
                        "{zeros:?} {from} {to}"
                    );
                    assert_eq!(count(&polynomial.scaled(&-Ratio::one()), from, to), expected.len());
                }
            }
        }
        // x² + 1, x² - 2, a constant
        assert_eq!(count(&of(&[1, 0, 1]), -9, 9), 0);
        assert_eq!(count(&of(&[-2, 0, 1]), -9, 9), 2);
        assert_eq!(count(&of(&[-2, 0, 1]), 1, 9), 1);
        assert_eq!(count(&of(&[5]), -9, 9), 0);
    }

    #[test]
    fn ranges_enclose() {
        let polynomial = of(&[-3, 2, -5, 1]);
        let (from, to) = (Ratio::from_integer((-2).into()), Ratio::from_integer(4.into()));
        let (low, high) = polynomial.range((&from, &to));
        for x in -2..5 {
            let value = polynomial.at(&Ratio::from_integer(x.into()));
            assert!(low <= value && value <= high);
        }
    }
}
