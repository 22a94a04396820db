//! Rounding.

use super::Ratio;
use num_bigint::BigInt;
use num_traits::{One, Zero};
use std::cmp::Ordering;

/// The nearest whole number; of two equally near, the even one.
///
/// It is the only rounding to the nearest that there is: of published figures, of formulas, and (`round` in `program.js`, which
/// is tested against it) in the reader's browser.
pub fn half_even(value: &Ratio) -> BigInt {
    let floor = value.floor().to_integer();
    let rest = value - Ratio::from_integer(floor.clone());
    let half = Ratio::new(BigInt::one(), BigInt::from(2));
    let odd = !(&floor % BigInt::from(2)).is_zero();
    match rest.cmp(&half) {
        Ordering::Less => floor,
        Ordering::Greater => floor + 1,
        Ordering::Equal if odd => floor + 1,
        Ordering::Equal => floor,
    }
}

/// The nearest multiple of a number that is not zero; of two equally near, the even one.
pub fn half_even_to(value: &Ratio, step: &Ratio) -> Ratio {
    Ratio::from_integer(half_even(&(value / step))) * step
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(above: i64, below: i64) -> Ratio {
        Ratio::new(above.into(), below.into())
    }

    #[test]
    fn halves_go_to_the_even_side() {
        // As IEEE 754 has it for roundTiesToEven.
        for (above, below, expected) in [
            (1, 2, 0),
            (3, 2, 2),
            (5, 2, 2),
            (-1, 2, 0),
            (-3, 2, -2),
            (-5, 2, -2),
            (7, 3, 2),
            (8, 3, 3),
            (-7, 3, -2),
            (4, 1, 4),
        ] {
            assert_eq!(half_even(&ratio(above, below)), BigInt::from(expected), "{above}/{below}");
        }
        assert_eq!(half_even_to(&ratio(7, 100), &ratio(1, 50)), ratio(4, 50));
        assert_eq!(half_even_to(&ratio(1025, 1), &ratio(1024, 1)), ratio(1024, 1));
    }
}
