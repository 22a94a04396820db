//! The functions over lists, dates, versions and texts, and those whose numbers are not exact.
//!
//! Owns: what each takes ([`Operation::ty`]) and gives ([`apply`]). The numbers of `sqrt` and `log` are cut to so many digits in
//! the same way here and in the reader's browser (`render/assets/js/program.js`), which must be changed together.

use super::scalar::{FaultKind, Item, Scalar, Type};
use crate::quantity::{Dimension, Ratio};
use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};
use plumb_number::half_even;
use std::sync::Arc;

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $least:literal..=$most:expr, $usage:literal;)*) => {
        /// A function that is more than arithmetic over numbers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Operation { $($(#[$doc])* $name),* }

        /// Every one, with the word for it, how many arguments it takes and how it is written.
        pub(crate) const OPERATIONS: &[(Operation, &str, usize, usize, &str)] =
            &[$((Operation::$name, $word, $least, $most, $usage)),*];
    };
}

operations! {
    /// Whether a date or version is before another one.
    Before = "before", 2..=2, "before(A, B)";
    /// The days from one date to another.
    DaysBetween = "days_between", 2..=2, "days_between(FROM, TO)";
    /// The last of versions or dates.
    Newest = "newest", 1..=usize::MAX, "newest(LIST)";
    /// The first of them.
    Oldest = "oldest", 1..=usize::MAX, "oldest(LIST)";
    /// The first number of a version.
    Major = "major", 1..=1, "major(VERSION)";
    /// The second.
    Minor = "minor", 1..=1, "minor(VERSION)";
    /// The value beside a key.
    Lookup = "lookup", 3..=3, "lookup(TABLE, KEY, \"column\")";
    /// How many there are.
    Count = "count", 1..=1, "count(LIST)";
    /// What stands beside the largest number.
    MaxBy = "max_by", 2..=3, "max_by(TABLE, \"by\", \"column\")";
    /// What stands beside the smallest number.
    MinBy = "min_by", 2..=3, "min_by(TABLE, \"by\", \"column\")";
    /// A sum over tiers: each part of the amount at its tier's price.
    Tiers = "tiers", 3..=3, "tiers(AMOUNT, TABLE.from, TABLE.price)";
    /// The price of the tier that the whole amount is in.
    Tier = "tier", 3..=3, "tier(AMOUNT, TABLE.from, TABLE.price)";
    /// The square root.
    Sqrt = "sqrt", 1..=1, "sqrt(X)";
    /// The logarithm: natural, or to a base.
    Log = "log", 1..=2, "log(X, BASE)";
    /// A whole power.
    Pow = "pow", 2..=2, "pow(X, 2)";
    /// The items with a text between.
    Join = "join", 1..=2, "join(LIST, \", \")";
    /// One of two words, by a number.
    Plural = "plural", 3..=3, "plural(N, \"pod\", \"pods\")";
}

impl Operation {
    pub(crate) fn named(name: &str) -> Option<(Operation, usize, usize, &'static str)> {
        let known = OPERATIONS.iter().find(|(_, word, ..)| *word == name);
        known.map(|(operation, _, least, most, usage)| (*operation, *least, *most, *usage))
    }

    pub(crate) fn name(self) -> &'static str {
        OPERATIONS.iter().find(|(known, ..)| *known == self).map_or("", |(_, word, ..)| word)
    }

    pub(crate) fn usage(self) -> &'static str {
        OPERATIONS.iter().find(|(known, ..)| *known == self).map_or("", |(.., usage)| usage)
    }

    /// What it gives for arguments of these types; or which of them is wrong, and what it should be.
    ///
    /// `exponent` is the second argument where that is a constant.
    pub(crate) fn ty(
        self,
        args: &[Type],
        exponent: Option<&Ratio>,
    ) -> Result<Type, (usize, &'static str)> {
        let count = Type::Number(Dimension::COUNT);
        let ordered = |ty: Type| matches!(ty, Type::Version | Type::Date);
        let is_count = |ty: Type| ty.dimension().is_some_and(Dimension::is_count);
        let list = |at: usize, wanted: &'static str| match args.get(at) {
            Some(Type::List(item)) => Ok(*item),
            _ => Err((at, wanted)),
        };
        match (self, args) {
            (Operation::Before, [a, b]) => match (ordered(*a), a == b) {
                (true, true) => Ok(Type::Bool),
                (true, false) => Err((1, "a value of the kind of the first")),
                _ => Err((0, "a date or a version")),
            },
            (Operation::DaysBetween, [a, b]) => match (a, b) {
                (Type::Date, Type::Date) => Ok(count),
                (Type::Date, _) => Err((1, "a date")),
                _ => Err((0, "a date")),
            },
            (Operation::Newest | Operation::Oldest, [Type::List(item)]) => {
                let one = item.ty();
                if ordered(one) { Ok(one) } else { Err((0, "a list of dates or of versions")) }
            }
            (Operation::Newest | Operation::Oldest, [first, ..]) => {
                if !ordered(*first) {
                    return Err((0, "a date, a version or a list of them"));
                }
                match args.iter().position(|arg| arg != first) {
                    Some(at) => Err((at, "a value of the kind of the first")),
                    None => Ok(*first),
                }
            }
            (Operation::Major | Operation::Minor, [version]) => match version {
                Type::Version => Ok(count),
                _ => Err((0, "a version")),
            },
            (Operation::Lookup, [_, key, _]) => {
                let (keys, values) = (list(0, "a column")?, list(2, "a column")?);
                if fits(*key, keys) {
                    Ok(values.ty())
                } else {
                    Err((1, "a value of the kind of the keys"))
                }
            }
            (Operation::Count, [_]) => list(0, "a list or a table").map(|_| count),
            (Operation::MaxBy | Operation::MinBy, [_, _]) => {
                match list(0, "a column of numbers")? {
                    Item::Number(_) => list(1, "a column").map(Item::ty),
                    _ => Err((0, "a column of numbers")),
                }
            }
            (Operation::Tiers | Operation::Tier, [amount, ..]) => {
                let Some(dimension) = amount.dimension() else { return Err((0, "a number")) };
                let Item::Number(from) = list(1, "a column of numbers")? else {
                    return Err((1, "a column of numbers"));
                };
                let Item::Number(price) = list(2, "a column of numbers")? else {
                    return Err((2, "a column of numbers"));
                };
                if dimension != from && *amount != Type::Zero {
                    return Err((1, "a column of the dimension of the amount"));
                }
                let made = if self == Operation::Tier { Some(price) } else { from.times(price) };
                made.map(Type::Number).ok_or((2, "a column of a smaller dimension"))
            }
            (Operation::Sqrt, [x]) => {
                let Some(dimension) = x.dimension() else { return Err((0, "a number")) };
                dimension.root().map(Type::Number).ok_or((0, "a number, or a square of a quantity"))
            }
            (Operation::Log, [..]) => match args.iter().position(|arg| !is_count(*arg)) {
                Some(at) => Err((at, "a plain number")),
                None => Ok(count),
            },
            (Operation::Pow, [x, _]) => {
                let Some(dimension) = x.dimension() else { return Err((0, "a number")) };
                let whole = exponent.filter(|n| n.is_integer()).and_then(ToPrimitive::to_i32);
                let Some(n) = whole.filter(|n| n.abs() <= MOST_POWER) else {
                    return Err((1, "a whole number, at most 64"));
                };
                let one = Dimension::COUNT;
                let power = (0..n.abs()).try_fold(one, |made, _| match n > 0 {
                    true => made.times(dimension),
                    false => made.per(dimension),
                });
                power.map(Type::Number).ok_or((1, "a smaller power"))
            }
            (Operation::Join, [_, rest @ ..]) => {
                if !list(0, "a list of texts, versions or dates")?.ty().is_word() {
                    return Err((0, "a list of texts, versions or dates"));
                }
                if rest.iter().all(|ty| *ty == Type::Text) {
                    Ok(Type::Text)
                } else {
                    Err((1, "a text"))
                }
            }
            (Operation::Plural, [n, one, other]) => match () {
                () if n.dimension().is_none() => Err((0, "a number")),
                () if *one != Type::Text => Err((1, "a text")),
                () if *other != Type::Text => Err((2, "a text")),
                () => Ok(Type::Text),
            },
            _ => Err((0, "another argument")),
        }
    }
}

/// Larger powers than this nobody means.
const MOST_POWER: i32 = 64;

/// Whether a value of a type can be among these.
pub(crate) fn fits(ty: Type, item: Item) -> bool {
    ty == item.ty() || ty == Type::Zero && matches!(item, Item::Number(_))
}

/// The value. Arguments are as [`Operation::ty`] wants them.
pub(crate) fn apply(operation: Operation, args: &[Scalar]) -> Result<Scalar, FaultKind> {
    let number = |at: usize| args.get(at).and_then(Scalar::number).ok_or(FaultKind::Bad);
    let items = |at: usize| args.get(at).map(Scalar::items).ok_or(FaultKind::Bad);
    let count = |n: i64| Scalar::Number(Ratio::from_integer(n.into()));
    Ok(match operation {
        Operation::Before => Scalar::Bool(order(&args[0], &args[1])?.is_lt()),
        Operation::DaysBetween => match args {
            [Scalar::Date(from), Scalar::Date(to)] => {
                let days = from.until(*to).map_err(|_| FaultKind::TooLarge)?.get_days();
                count(days.into())
            }
            _ => return Err(FaultKind::Bad),
        },
        Operation::Newest | Operation::Oldest => {
            let all: Vec<&Scalar> = args.iter().flat_map(Scalar::items).collect();
            let (first, rest) = all.split_first().ok_or(FaultKind::Empty)?;
            let mut best = *first;
            for other in rest {
                let is_after = order(other, best)?.is_gt();
                if is_after == (operation == Operation::Newest) {
                    best = other;
                }
            }
            best.clone()
        }
        Operation::Major | Operation::Minor => match &args[0] {
            Scalar::Version(version) => {
                let place = usize::from(operation == Operation::Minor);
                Scalar::Number(Ratio::from_integer(version.number(place).into()))
            }
            _ => return Err(FaultKind::Bad),
        },
        Operation::Lookup => {
            let rows = items(0)?.iter().zip(items(2)?);
            let mut values = rows.filter(|(key, _)| **key == args[1]).map(|(_, value)| value);
            let value = values.next().ok_or(FaultKind::NoRow)?;
            if values.any(|other| other != value) {
                return Err(FaultKind::SeveralRows);
            }
            value.clone()
        }
        Operation::Count => Scalar::Number(Ratio::from_integer(BigInt::from(items(0)?.len()))),
        Operation::MaxBy | Operation::MinBy => {
            let by = items(0)?;
            if by.len() != items(1)?.len() {
                return Err(FaultKind::Uneven);
            }
            let mut best: Option<(usize, &Ratio)> = None;
            for (at, value) in by.iter().enumerate() {
                let value = value.number().ok_or(FaultKind::Bad)?;
                let is_better = best.is_none_or(|(_, known)| match operation {
                    Operation::MaxBy => value > known,
                    _ => value < known,
                });
                if is_better {
                    best = Some((at, value));
                }
            }
            let (at, _) = best.ok_or(FaultKind::Empty)?;
            items(1)?.get(at).cloned().ok_or(FaultKind::Bad)?
        }
        Operation::Tiers => Scalar::Number(tiers(number(0)?, &bands(items(1)?, items(2)?)?)),
        Operation::Tier => {
            let amount = number(0)?;
            let bands = bands(items(1)?, items(2)?)?;
            let found = bands.iter().rev().find(|(from, _)| *from <= *amount);
            Scalar::Number(found.map(|(_, price)| price.clone()).ok_or(FaultKind::NoRow)?)
        }
        Operation::Sqrt => Scalar::Number(sqrt(number(0)?)?),
        Operation::Log => {
            let base = match args.len() {
                1 => None,
                _ => Some(number(1)?),
            };
            Scalar::Number(log(number(0)?, base)?)
        }
        Operation::Pow => {
            let n = number(1)?.to_i32().filter(|n| n.abs() <= MOST_POWER).ok_or(FaultKind::Bad)?;
            let x = number(0)?;
            if n < 0 && x.is_zero() {
                return Err(FaultKind::DivisionByZero);
            }
            Scalar::Number(x.pow(n))
        }
        Operation::Join => {
            let between = match args.get(1) {
                Some(text) => text.word().ok_or(FaultKind::Bad)?,
                None => ", ".to_owned(),
            };
            let words = items(0)?.iter().map(Scalar::word).collect::<Option<Vec<_>>>();
            text(words.ok_or(FaultKind::Bad)?.join(&between))?
        }
        Operation::Plural => args[if number(0)?.is_one() { 1 } else { 2 }].clone(),
    })
}

/// A text, which is not longer than anyone can read.
pub(crate) fn text(text: String) -> Result<Scalar, FaultKind> {
    const LONGEST: usize = 10_000;
    if text.len() > LONGEST { Err(FaultKind::TooLarge) } else { Ok(Scalar::Text(text.into())) }
}

/// Which of two dates, or of two versions, is first.
pub(crate) fn order(a: &Scalar, b: &Scalar) -> Result<std::cmp::Ordering, FaultKind> {
    match (a, b) {
        (Scalar::Date(a), Scalar::Date(b)) => Ok(a.cmp(b)),
        (Scalar::Version(a), Scalar::Version(b)) => Ok(Arc::as_ref(a).cmp(b)),
        _ => Err(FaultKind::Bad),
    }
}

/// Tiers: from where each begins, and its price.
pub(crate) fn bands(from: &[Scalar], price: &[Scalar]) -> Result<Vec<(Ratio, Ratio)>, FaultKind> {
    if from.len() != price.len() {
        return Err(FaultKind::Uneven);
    }
    let mut bands = from
        .iter()
        .zip(price)
        .map(|(from, price)| Some((from.number()?.clone(), price.number()?.clone())))
        .collect::<Option<Vec<_>>>()
        .ok_or(FaultKind::Bad)?;
    bands.sort();
    if bands.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(FaultKind::Repeated);
    }
    if bands.is_empty() { Err(FaultKind::Empty) } else { Ok(bands) }
}

/// What an amount comes to, each part of it at the price of the tier that it is in.
pub(crate) fn tiers(amount: &Ratio, bands: &[(Ratio, Ratio)]) -> Ratio {
    let mut sum = Ratio::zero();
    for (at, (from, price)) in bands.iter().enumerate() {
        let end = match bands.get(at + 1) {
            Some((next, _)) => next.min(amount),
            None => amount,
        };
        if end > from {
            sum += (end - from) * price;
        }
    }
    sum
}

/// The digits behind the point to which roots are computed. What comes out exactly is exact.
const ROOT_DIGITS: u32 = 40;

/// The square root, cut to 40 digits behind the point.
pub(crate) fn sqrt(x: &Ratio) -> Result<Ratio, FaultKind> {
    if x.is_negative() {
        return Err(FaultKind::Domain);
    }
    let (n, d) = (x.numer().sqrt(), x.denom().sqrt());
    if &n * &n == *x.numer() && &d * &d == *x.denom() {
        return Ok(Ratio::new(n, d));
    }
    let scale = BigInt::from(10).pow(ROOT_DIGITS);
    let scaled = x.numer() * &scale * &scale / x.denom();
    Ok(Ratio::new(scaled.sqrt(), scale))
}

/// The digits with which logarithms are computed, and those of the result.
const LOG_WORK: u32 = 50;
const LOG_DIGITS: u32 = 30;

/// The logarithm to a base, or the natural one, rounded to 30 digits behind the point.
pub(crate) fn log(x: &Ratio, base: Option<&Ratio>) -> Result<Ratio, FaultKind> {
    let scale = BigInt::from(10).pow(LOG_WORK);
    let mut value = ln(x, &scale)?;
    if let Some(base) = base {
        let below = ln(base, &scale)?;
        if below.is_zero() {
            return Err(FaultKind::DivisionByZero);
        }
        value = value * &scale / below;
    }
    let digits = BigInt::from(10).pow(LOG_DIGITS);
    let shown = Ratio::new(value * &digits, scale);
    Ok(Ratio::new(half_even(&shown), digits))
}

/// The natural logarithm, times the scale. A number is brought near 1 by powers of two; `ln m = 2 artanh((m - 1) / (m + 1))`.
fn ln(x: &Ratio, scale: &BigInt) -> Result<BigInt, FaultKind> {
    if !x.is_positive() {
        return Err(FaultKind::Domain);
    }
    let (mut n, mut d) = (x.numer().clone(), x.denom().clone());
    let power = i64::try_from(n.bits()).unwrap_or(0) - i64::try_from(d.bits()).unwrap_or(0);
    if power > 0 {
        d <<= power.unsigned_abs();
    } else {
        n <<= power.unsigned_abs();
    }
    let near = artanh(&(&n - &d), &(&n + &d), scale);
    let two = artanh(&BigInt::one(), &BigInt::from(3), scale);
    Ok((near + two * power) * 2)
}

/// `artanh(n / d)` times the scale, by its series. Divisions are cut towards zero.
fn artanh(n: &BigInt, d: &BigInt, scale: &BigInt) -> BigInt {
    let mut term: BigInt = n * scale / d;
    let square: BigInt = &term * &term / scale;
    let (mut sum, mut odd) = (BigInt::zero(), BigInt::one());
    while !term.is_zero() {
        sum += &term / &odd;
        term = &term * &square / scale;
        odd += 2;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        crate::quantity::decimal(text).expect("a number")
    }

    #[test]
    fn roots_and_logarithms_are_exact_where_they_can_be() {
        assert_eq!(sqrt(&ratio("2.25")), Ok(ratio("1.5")));
        assert_eq!(sqrt(&ratio("0")), Ok(ratio("0")));
        assert_eq!(sqrt(&ratio("2")), Ok(ratio("1.4142135623730950488016887242096980785696")));
        assert_eq!(sqrt(&ratio("-1")), Err(FaultKind::Domain));
        assert_eq!(log(&ratio("1024"), Some(&ratio("2"))), Ok(ratio("10")));
        assert_eq!(log(&ratio("0.001"), Some(&ratio("10"))), Ok(ratio("-3")));
        assert_eq!(log(&ratio("1"), None), Ok(ratio("0")));
        // OEIS A002392 and A002162
        assert_eq!(log(&ratio("10"), None), Ok(ratio("2.302585092994045684017991454684")));
        assert_eq!(log(&ratio("2"), None), Ok(ratio("0.693147180559945309417232121458")));
        assert_eq!(log(&ratio("0"), None), Err(FaultKind::Domain));
        assert_eq!(log(&ratio("2"), Some(&ratio("1"))), Err(FaultKind::DivisionByZero));
    }

    #[test]
    fn tiers_are_summed_part_by_part() {
        let bands = [("0", "1"), ("10", "0.5"), ("100", "0.1")].map(|(f, p)| (ratio(f), ratio(p)));
        for (amount, sum) in [("0", "0"), ("10", "10"), ("20", "15"), ("110", "56"), ("-5", "0")] {
            assert_eq!(tiers(&ratio(amount), &bands), ratio(sum), "{amount}");
        }
    }
}
