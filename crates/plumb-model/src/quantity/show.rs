//! From a quantity to a text: for people, or as a manifest has it.

use super::{Dimension, Quantity, Ratio, Unit, Units};
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};
use plumb_number::{Canonical, decimal_places, exact, grouped, half_even, to_places};

/// How to show a quantity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Format {
    /// For people, or as a manifest has it.
    pub style: Style,
    /// The unit to show it in; without one, one that suits the size.
    pub unit: Option<Unit>,
    /// Exactly so many decimal places; without, at most two (and at least two digits that count), trailing zeros dropped.
    pub places: Option<usize>,
    /// How it is rounded where no places are asked for and it is no fact.
    pub rounding: Option<Rounding>,
    /// `12,800` instead of `12800`.
    pub thousands: bool,
    /// The number without its unit.
    pub bare: bool,
    /// The unit that the value was written in, where it is a fact and no result: it is shown as it was written, all its digits with it.
    /// In another unit too, unless it has more digits there.
    pub written: Option<Unit>,
    /// Where a unit is chosen for bytes: `MB` and `GB` instead of `MiB` and `GiB`.
    pub decimal_bytes: bool,
}

/// How a result is rounded, half to even.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To at most so many places behind the point.
    Places(usize),
    /// To so many digits that count.
    Digits(usize),
}

/// For whom a quantity is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// `12.5 GiB`, `10 cores`.
    #[default]
    People,
    /// `12800Mi`, `10`: as it would stand in a manifest.
    Kubernetes,
}

/// A quantity as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The whole of it, number and unit.
    pub text: String,
    /// The digits alone, rounded and grouped, with their sign.
    pub number: String,
    /// The unit's name behind it, or empty.
    pub unit: String,
    /// Whether digits were lost: the text is near the value, not equal to it.
    pub rounded: bool,
    /// The exact value in the unit shown, as a decimal or a fraction.
    pub exact: String,
    /// The same with its unit: `2806.9571936 /month` would lack the currency.
    pub exact_text: String,
}

impl Units {
    /// Shows a quantity. A unit of another dimension is not used; callers check it first.
    pub fn show(&self, quantity: &Quantity, format: &Format) -> Shown {
        if format.style == Style::Kubernetes {
            return kubernetes(quantity);
        }
        let unit = self.unit_for(quantity, format);
        let value = &quantity.value / &unit.factor;
        let money = quantity.dimension.is_of_money() && !value.is_integer();
        let least = format.places.unwrap_or(if money { 2 } else { 0 });
        let faithful = || written_places(quantity, &unit, format.written.as_ref()?);
        let (mut number, rounded) = match (format.places.or_else(faithful), format.rounding) {
            (Some(places), _) => to_places(&value, places.max(least), least),
            (None, Some(Rounding::Places(places))) => to_places(&value, places, least.min(places)),
            (None, Some(Rounding::Digits(count))) => to_digits(&value, count, least),
            (None, None) => to_places(&value, places_for(&value).max(least), least),
        };
        if format.thousands {
            number = grouped(&number);
        }
        let one = value.is_one() || number == "1";
        let name = if one { &unit.one } else { &unit.many };
        let text = if format.bare { number.clone() } else { with_unit(&number, unit.before, name) };
        let exact = exact(&value);
        let exact_text = with_unit(&exact, unit.before, name);
        Shown { text, number, unit: name.clone(), rounded, exact, exact_text }
    }

    /// A fact, in the unit that it is to be shown in: as it was written where it has no more digits there, else in that of its text.
    pub fn fact(
        &self,
        value: &Ratio,
        dimension: Dimension,
        unit: Option<&Unit>,
        written: &Unit,
    ) -> String {
        let quantity = Quantity::new(value.clone(), dimension);
        let format = self.fact_format(&quantity, unit, written, &Format::default());
        self.show(&quantity, &format).text
    }

    /// The format in which a fact is shown: in this unit if it has no more digits there than in that of its text.
    pub fn fact_format(
        &self,
        quantity: &Quantity,
        unit: Option<&Unit>,
        written: &Unit,
        format: &Format,
    ) -> Format {
        let fits = |unit: &&Unit| {
            unit.dimension == quantity.dimension
                && written_places(quantity, unit, written).is_some()
        };
        let unit = unit.filter(fits).unwrap_or(written);
        Format { unit: Some(unit.clone()), written: Some(written.clone()), ..format.clone() }
    }

    /// A value of a dimension for people, in the unit that is asked for.
    pub fn text(&self, value: &Ratio, dimension: Dimension, unit: Option<&Unit>) -> String {
        let format = Format { unit: unit.cloned(), ..Format::default() };
        self.show(&Quantity::new(value.clone(), dimension), &format).text
    }

    /// The unit in which a fact is shown as it was written: the one that it has, or for `125m` and `134217728`, which have none, the
    /// one that suits its size, if it has no more digits there.
    pub fn as_written(&self, quantity: &Quantity, written: Option<Unit>) -> Unit {
        written.filter(|unit| unit.dimension == quantity.dimension).unwrap_or_else(|| {
            let mut ladder = self.ladder(quantity.dimension, false);
            let suitable = self.suitable(quantity, false);
            let plain = ladder.iter().position(|unit| unit.factor.is_one());
            let plain = plain.map(|at| ladder.swap_remove(at));
            plain
                .filter(|plain| written_places(quantity, &suitable, plain).is_none())
                .unwrap_or(suitable)
        })
    }

    /// The unit that a quantity would be shown in.
    pub fn unit_for(&self, quantity: &Quantity, format: &Format) -> Unit {
        match &format.unit {
            Some(unit) if unit.dimension == quantity.dimension => unit.clone(),
            _ => self.suitable(quantity, format.decimal_bytes),
        }
    }

    /// A unit in which the number is easy to read: the largest of the ladder that is not larger than the number.
    fn suitable(&self, quantity: &Quantity, decimal_bytes: bool) -> Unit {
        let mut ladder = self.ladder(quantity.dimension, decimal_bytes);
        let size = quantity.value.abs();
        let fits = ladder.iter().rposition(|unit| unit.factor <= size);
        // nothing at all is nothing of the unit with the factor 1
        let plain =
            || ladder.iter().position(|unit| unit.factor.is_one()).filter(|_| size.is_zero());
        let at = fits.or_else(plain).unwrap_or(0);
        ladder.swap_remove(at)
    }

    /// The units that a quantity of a dimension is shown in where none is asked for, from small to large; never empty.
    pub fn ladder(&self, dimension: Dimension, decimal_bytes: bool) -> Vec<Unit> {
        let bytes: &[&str] = if decimal_bytes {
            &["B", "kB", "MB", "GB", "TB", "PB"]
        } else {
            &["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        };
        let names: &[&str] = match dimension {
            Dimension::CPU => &["cores"],
            Dimension::MEMORY | Dimension::DATA => bytes,
            // bytes per something, a rate above all
            _ if matches!(dimension.powers(), [..=0, 1, 0, ..=0, 0] | [..=0, 0, 1, ..=0, 0]) => {
                return bytes.iter().map(|name| self.composed(dimension, name)).collect();
            }
            Dimension::TIME => &["ns", "µs", "ms", "s", "min", "hours", "days"],
            Dimension::COUNT => &[""],
            _ => return vec![self.composed(dimension, if decimal_bytes { "GB" } else { "GiB" })],
        };
        names
            .iter()
            .filter_map(|name| self.parse(name).ok())
            .map(|unit| Unit { dimension, ..unit })
            .collect()
    }

    /// A unit for a dimension that has no unit of its own: `cores·s`, `USD/month`; with its bytes counted in these.
    fn composed(&self, dimension: Dimension, bytes: &str) -> Unit {
        // what people expect: rates by the second, but money by the month and prices by the hour
        let powers = dimension.powers();
        let time = match powers {
            [0, 0, 0, -1, 1] => "month",
            [_, _, _, _, 1] => "hour",
            [1, 0, 0, 1, 0] | [0, 1, 0, 1, 0] => "hour",
            _ => "s",
        };
        let currency = self.currency().to_owned();
        let names = ["core", bytes, bytes, time, currency.as_str()];
        let side = |sign: i8| {
            let mut words = Vec::new();
            // money leads, then resources, then time
            for at in [4, 0, 1, 2, 3] {
                for _ in 0..(i16::from(powers[at]) * i16::from(sign)).clamp(0, 8) {
                    words.push(names[at]);
                }
            }
            words.join("-")
        };
        let (above, below) = (side(1), side(-1));
        let text = if below.is_empty() { above } else { format!("{above}/{below}") };
        match self.parse(&text) {
            Ok(unit) => Unit { dimension, ..unit },
            Err(_) => Unit {
                factor: Ratio::one(),
                dimension,
                one: dimension.to_string(),
                many: dimension.to_string(),
                before: "",
            },
        }
    }
}

fn with_unit(number: &str, before: &str, name: &str) -> String {
    let number = match (before, number.strip_prefix('-')) {
        ("", _) => number.to_owned(),
        (sign, Some(digits)) => format!("-{sign}{digits}"),
        (sign, None) => format!("{sign}{number}"),
    };
    match name {
        "" => number,
        "%" => format!("{number}%"),
        name if name.starts_with('/') => format!("{number}{name}"),
        name => format!("{number} {name}"),
    }
}

/// Two places; more where a small number would lose its first two digits.
fn places_for(value: &Ratio) -> usize {
    let mut places = 2;
    let mut left = value.abs();
    if left.is_zero() {
        return places;
    }
    // 0.05 shows as 0.05; 0.0125 as 0.012
    let ten = Ratio::from_integer(BigInt::from(10));
    let enough = Ratio::new(BigInt::one(), BigInt::from(10));
    while left < enough && places < 30 {
        left *= &ten;
        places += 1;
    }
    places
}

/// A number with so many digits that count; and whether others were lost. With `least` places where that are no more.
fn to_digits(value: &Ratio, count: usize, least: usize) -> (String, bool) {
    let ten = Ratio::from_integer(BigInt::from(10));
    let mut size = value.abs();
    let mut places = i32::try_from(count.clamp(1, 60)).unwrap_or(60) - 1;
    while size >= ten {
        size /= &ten;
        places -= 1;
    }
    while !size.is_zero() && size < Ratio::one() && places < 60 {
        size *= &ten;
        places += 1;
    }
    match usize::try_from(places) {
        Ok(places) => to_places(value, places, least.min(places)),
        Err(_) => {
            let unit = Ratio::from_integer(BigInt::from(10).pow(places.unsigned_abs()));
            let rounded = Ratio::from_integer(half_even(&(value / &unit))) * unit;
            (to_places(&rounded, 0, 0).0, rounded != *value)
        }
    }
}

/// How many places a fact has in a unit, if it can be shown there as it was written: as a decimal with no more digits that count.
fn written_places(quantity: &Quantity, unit: &Unit, written: &Unit) -> Option<usize> {
    let (places, digits) = decimal_digits(&(&quantity.value / &unit.factor))?;
    let (_, least) = decimal_digits(&(&quantity.value / &written.factor))?;
    (digits <= least).then_some(places)
}

/// The places behind the point, and the digits that count, of a number that is a decimal of bearable length.
fn decimal_digits(value: &Ratio) -> Option<(usize, usize)> {
    let places = decimal_places(value)?;
    let scale = BigInt::from(10).pow(u32::try_from(places).ok()?);
    let whole = (value * Ratio::from_integer(scale)).to_integer().magnitude().to_string();
    Some((places, whole.trim_end_matches('0').len()))
}

/// As a manifest has it: the canonical form, the largest suffix that needs no fraction.
fn kubernetes(quantity: &Quantity) -> Shown {
    let bytes = matches!(quantity.dimension, Dimension::MEMORY | Dimension::DATA);
    let value = &quantity.value;
    let Canonical { number, suffix, rounded } =
        if bytes { Canonical::of_bytes(value) } else { Canonical::of(value) };
    Shown {
        text: format!("{number}{suffix}"),
        number,
        unit: suffix.to_owned(),
        rounded,
        exact: exact(value),
        // where digits are lost, the suffix is not that of the exact value
        exact_text: exact(value),
    }
}
