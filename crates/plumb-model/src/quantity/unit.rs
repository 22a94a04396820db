//! The units that people write, and how each is read.

use super::{Dimension, QuantityError, Ratio};
use num_traits::One;
use std::collections::BTreeMap;

/// A unit, simple or made of others: `cores`, `GiB`, `requests/s`, `USD/core-hour`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// How many base units of the dimension one of it is.
    pub factor: Ratio,
    /// The dimension of what it measures.
    pub dimension: Dimension,
    /// How it is shown behind `1`.
    pub one: String,
    /// How it is shown behind any other number.
    pub many: String,
    /// What stands before the number instead (`$`), with `one` and `many` behind it.
    pub before: &'static str,
}

/// The units that a model's texts may use: those that are known to all, the model's currency and its own.
#[derive(Clone, Debug)]
pub struct Units {
    currency: String,
    own: BTreeMap<String, (Ratio, Dimension)>,
}

/// A unit by name: how it is shown for one and for many, other ways to write it, its size and dimension.
struct Known {
    one: &'static str,
    many: &'static str,
    also: &'static [&'static str],
    size: (u64, u64),
    dimension: Dimension,
}

impl Known {
    fn is_called(&self, name: &str) -> bool {
        name == self.one || name == self.many || self.also.contains(&name)
    }
}

const fn known(
    one: &'static str,
    many: &'static str,
    also: &'static [&'static str],
    size: (u64, u64),
    dimension: Dimension,
) -> Known {
    Known { one, many, also, size, dimension }
}

const KIB: u64 = 1 << 10;
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

use Dimension as D;

static KNOWN: &[Known] = &[
    known("core", "cores", &[], (1, 1), D::CPU),
    known("vCPU", "vCPU", &["vCPUs", "vcpu", "vcpus"], (1, 1), D::CPU),
    known("CPU", "CPU", &["CPUs", "cpu", "cpus"], (1, 1), D::CPU),
    known("millicore", "millicores", &["mcore", "mcores"], (1, 1000), D::CPU),
    known("B", "B", &["byte", "bytes"], (1, 1), D::MEMORY),
    known("kB", "kB", &["KB"], (1000, 1), D::MEMORY),
    known("MB", "MB", &[], (1_000_000, 1), D::MEMORY),
    known("GB", "GB", &[], (1_000_000_000, 1), D::MEMORY),
    known("TB", "TB", &[], (1_000_000_000_000, 1), D::MEMORY),
    known("PB", "PB", &[], (1_000_000_000_000_000, 1), D::MEMORY),
    known("KiB", "KiB", &["Ki"], (KIB, 1), D::MEMORY),
    known("MiB", "MiB", &["Mi"], (KIB * KIB, 1), D::MEMORY),
    known("GiB", "GiB", &["Gi"], (KIB * KIB * KIB, 1), D::MEMORY),
    known("TiB", "TiB", &["Ti"], (KIB * KIB * KIB * KIB, 1), D::MEMORY),
    known("PiB", "PiB", &["Pi"], (KIB * KIB * KIB * KIB * KIB, 1), D::MEMORY),
    known("bit", "bits", &[], (1, 8), D::DATA),
    known("kbit", "kbit", &["kbits"], (1000, 8), D::DATA),
    known("Mbit", "Mbit", &["Mbits"], (1_000_000, 8), D::DATA),
    known("Gbit", "Gbit", &["Gbits"], (1_000_000_000, 8), D::DATA),
    known("Tbit", "Tbit", &["Tbits"], (1_000_000_000_000, 8), D::DATA),
    known("ns", "ns", &["nanosecond", "nanoseconds"], (1, 1_000_000_000), D::TIME),
    known("µs", "µs", &["us", "μs", "microsecond", "microseconds"], (1, 1_000_000), D::TIME),
    known("ms", "ms", &["millisecond", "milliseconds"], (1, 1000), D::TIME),
    known("s", "s", &["sec", "secs", "second", "seconds"], (1, 1), D::TIME),
    known("min", "min", &["minute", "minutes"], (60, 1), D::TIME),
    known("hour", "hours", &["h", "hr", "hrs"], (HOUR, 1), D::TIME),
    known("day", "days", &["d"], (DAY, 1), D::TIME),
    known("week", "weeks", &[], (7 * DAY, 1), D::TIME),
    known("month", "months", &["mo"], (730 * HOUR, 1), D::TIME),
    known("year", "years", &["yr", "yrs"], (365 * DAY, 1), D::TIME),
    known("%", "%", &["percent"], (1, 100), D::COUNT),
    known("pod", "pods", &[], (1, 1), D::COUNT),
    known("node", "nodes", &[], (1, 1), D::COUNT),
    known("replica", "replicas", &[], (1, 1), D::COUNT),
    known("container", "containers", &[], (1, 1), D::COUNT),
    known("namespace", "namespaces", &[], (1, 1), D::COUNT),
    known("cluster", "clusters", &[], (1, 1), D::COUNT),
    known("service", "services", &[], (1, 1), D::COUNT),
    known("endpoint", "endpoints", &[], (1, 1), D::COUNT),
    known("instance", "instances", &[], (1, 1), D::COUNT),
    known("request", "requests", &["req", "reqs"], (1, 1), D::COUNT),
    known("query", "queries", &[], (1, 1), D::COUNT),
    known("call", "calls", &[], (1, 1), D::COUNT),
    known("connection", "connections", &["conn", "conns"], (1, 1), D::COUNT),
    known("hop", "hops", &[], (1, 1), D::COUNT),
    known("edge", "edges", &[], (1, 1), D::COUNT),
    known("proxy", "proxies", &[], (1, 1), D::COUNT),
    known("gateway", "gateways", &[], (1, 1), D::COUNT),
    known("user", "users", &[], (1, 1), D::COUNT),
    known("person", "people", &["persons"], (1, 1), D::COUNT),
    known("team", "teams", &[], (1, 1), D::COUNT),
    known("item", "items", &[], (1, 1), D::COUNT),
    known("revision", "revisions", &[], (1, 1), D::COUNT),
    known("upgrade", "upgrades", &[], (1, 1), D::COUNT),
    known("time", "times", &[], (1, 1), D::COUNT),
];

/// Rates that have a short name: what is shown for it, and what it means.
static RATES: &[(&str, &str)] = &[
    ("rps", "requests/s"),
    ("qps", "queries/s"),
    ("bps", "bit/s"),
    ("kbps", "kbit/s"),
    ("Mbps", "Mbit/s"),
    ("Gbps", "Gbit/s"),
    ("Tbps", "Tbit/s"),
];

/// Currency signs and what they stand for.
static SIGNS: &[(&str, &str)] = &[("$", "USD"), ("€", "EUR"), ("£", "GBP"), ("¥", "JPY")];

impl Default for Units {
    fn default() -> Units {
        Units::new("USD")
    }
}

impl Units {
    /// The units of a model that counts its money in this currency (`USD`).
    pub fn new(currency: impl Into<String>) -> Units {
        Units { currency: currency.into(), own: BTreeMap::new() }
    }

    /// The code of the model's currency, such as `USD`.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// Adds a unit of the model's own: its name in the singular, its size and dimension.
    pub fn define(&mut self, name: impl Into<String>, size: Ratio, dimension: Dimension) {
        self.own.insert(name.into(), (size, dimension));
    }

    /// Whether a name of one word is taken by a unit already.
    pub fn knows(&self, name: &str) -> bool {
        self.atom(name).is_ok()
    }

    /// All names of simple units, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let known = KNOWN
            .iter()
            .flat_map(|unit| [unit.one, unit.many].into_iter().chain(unit.also.iter().copied()));
        let rates = RATES.iter().map(|(name, _)| *name);
        known
            .chain(rates)
            .chain(self.own.keys().map(String::as_str))
            .chain([self.currency.as_str()])
    }

    /// Reads a unit: simple ones joined by `-`, `·` or `*`, divided with `/` or `per`.
    ///
    /// Everything behind a `/` up to the next one is below the line: `USD/core-hour` is USD per (core × hour). `per` divides
    /// by all that follows it: `vCPU per 1000 requests/s` is vCPU per (1000 × (requests/s)).
    pub fn parse(&self, text: &str) -> Result<Unit, QuantityError> {
        let text = format!(" {}", text.trim());
        let mut parts = text.split(" per ").map(str::trim);
        let mut unit = self.fraction(parts.next().unwrap_or(""), false)?;
        for part in parts {
            let below = self.fraction(part, true)?;
            let joint = if part.contains('/') { " per " } else { "/" };
            unit = unit.divided(&below, joint)?;
        }
        Ok(unit)
    }

    /// What `/` divides.
    fn fraction(&self, text: &str, below: bool) -> Result<Unit, QuantityError> {
        let mut parts = text.split('/').map(str::trim);
        let mut unit = self.product(parts.next().unwrap_or(""), below)?;
        for (count, part) in parts.enumerate() {
            if count > 4 {
                return Err(QuantityError::new(
                    "this unit has more divisions than anyone can read",
                ));
            }
            unit = unit.divided(&self.product(part, true)?, "/")?;
        }
        Ok(unit)
    }

    /// Simple units that are multiplied; below a division, perhaps with a number before them.
    fn product(&self, text: &str, below: bool) -> Result<Unit, QuantityError> {
        let (number, names) = leading_number(text);
        let factor = match number {
            "" => Ratio::one(),
            number if below => super::decimal(number)?,
            _ => return Err(QuantityError::new(format!("`{text}` is not a unit"))),
        };
        let mut unit = Unit {
            factor,
            dimension: Dimension::COUNT,
            one: String::new(),
            many: String::new(),
            before: "",
        };
        let names = names.trim();
        if names.is_empty() {
            if below && number.is_empty() {
                return Err(QuantityError::new("a unit is missing behind the division"));
            }
        } else {
            for name in names.split(['-', '·', '*']) {
                let atom = self.atom(name.trim())?;
                unit.factor *= atom.factor;
                unit.dimension = unit.dimension.times(atom.dimension).ok_or_else(too_large)?;
                if atom.before.is_empty() || (!below && unit.many.is_empty()) {
                    unit.before = if unit.many.is_empty() { atom.before } else { unit.before };
                    let joint = if unit.many.is_empty() { "" } else { "-" };
                    // the last word carries the plural: core-hours
                    unit.many = format!("{}{joint}{}", unit.one, atom.many);
                    unit.one = format!("{}{joint}{}", unit.one, atom.one);
                } else {
                    // a sign can only stand before a number
                    unit.many = format!("{}{}", unit.one, self.currency);
                    unit.one.clone_from(&unit.many);
                }
            }
        }
        if !number.is_empty() {
            unit.many = format!("{number} {}", unit.many).trim_end().to_owned();
            unit.one.clone_from(&unit.many);
        }
        Ok(unit)
    }

    /// A unit of one word.
    fn atom(&self, name: &str) -> Result<Unit, QuantityError> {
        if let Some(own) = self.own_atom(name) {
            return Ok(own);
        }
        let found = KNOWN
            .iter()
            .find_map(|unit| unit.is_called(name).then_some(((unit.one, unit.many), unit)));
        if let Some(((one, many), unit)) = found {
            return Ok(Unit {
                factor: Ratio::new(unit.size.0.into(), unit.size.1.into()),
                dimension: unit.dimension,
                one: one.into(),
                many: many.into(),
                before: "",
            });
        }
        if let Some((_, meaning)) = RATES.iter().find(|(rate, _)| *rate == name) {
            let unit = self.parse(meaning)?;
            return Ok(Unit { one: name.into(), many: name.into(), ..unit });
        }
        let sign = SIGNS.iter().find(|(sign, _)| *sign == name);
        let code = sign.map_or(name, |(_, code)| code);
        let is_code = code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
        if code == self.currency {
            let before = SIGNS.iter().find(|(_, c)| *c == code).map_or("", |(sign, _)| sign);
            let shown = if before.is_empty() { code } else { "" };
            return Ok(Unit {
                factor: Ratio::one(),
                dimension: Dimension::MONEY,
                one: shown.into(),
                many: shown.into(),
                before,
            });
        }
        if sign.is_some() || (is_code && CURRENCIES.contains(&code)) {
            let currency = &self.currency;
            return Err(QuantityError::new(format!(
                "`{name}` is not the model's currency, {currency}"
            ))
            .help("convert it, or set `currency` in [settings]"));
        }
        let error = QuantityError::new(format!("unknown unit `{name}`"));
        Err(match plumb_text::diag::nearest(name, self.names()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("a count of your own is declared in [units]: `name = \"1\"`"),
        })
    }

    fn own_atom(&self, name: &str) -> Option<Unit> {
        let singular = match name.strip_suffix('s') {
            // `ms` stays milliseconds beside a unit `m`
            Some(cut)
                if self.own.contains_key(cut)
                    && !self.own.contains_key(name)
                    && !KNOWN.iter().any(|unit| unit.is_called(name)) =>
            {
                cut
            }
            _ => name,
        };
        let (factor, dimension) = self.own.get(singular)?;
        let plain = *factor == Ratio::one() && !singular.ends_with('s');
        let many = if plain { format!("{singular}s") } else { singular.to_owned() };
        Some(Unit {
            factor: factor.clone(),
            dimension: *dimension,
            one: singular.to_owned(),
            many,
            before: "",
        })
    }
}

/// Currencies that are recognised in order to say that they are not the model's.
static CURRENCIES: &[&str] = &[
    "USD", "EUR", "GBP", "JPY", "CHF", "CNY", "INR", "AUD", "CAD", "SEK", "NOK", "DKK", "PLN",
    "BRL",
];

impl Unit {
    /// The sign of a currency that a text starts with, and the rest.
    pub(super) fn sign_of(text: &str) -> Option<(&'static str, &str)> {
        SIGNS.iter().find_map(|(sign, _)| text.strip_prefix(sign).map(|rest| (*sign, rest)))
    }

    /// A unit per another.
    fn divided(self, below: &Unit, joint: &str) -> Result<Unit, QuantityError> {
        if below.factor.numer().sign() != num_bigint::Sign::Plus {
            return Err(QuantityError::new("a unit cannot be divided by zero or less"));
        }
        Ok(Unit {
            factor: self.factor / &below.factor,
            dimension: self.dimension.per(below.dimension).ok_or_else(too_large)?,
            one: format!("{}{joint}{}", self.one, below.one),
            many: format!("{}{joint}{}", self.many, below.one),
            before: self.before,
        })
    }

    /// The same unit for another dimension, if the two only differ in what their bytes are: held (memory), or sent and stored
    /// (data).
    pub fn towards(&self, dimension: Dimension) -> Unit {
        if self.dimension.of_data() == dimension.of_data() {
            Unit { dimension, ..self.clone() }
        } else {
            self.clone()
        }
    }

    /// Whether it is a plain number's unit, with no name.
    pub fn is_bare(&self) -> bool {
        self.many.is_empty() && self.before.is_empty()
    }

    /// Whether it counts bytes in powers of a thousand.
    pub fn is_decimal_bytes(&self) -> bool {
        let above = self.many.split('/').next();
        matches!(above, Some("kB" | "MB" | "GB" | "TB" | "PB"))
    }

    /// Whether it counts bits, not bytes.
    pub fn is_of_bits(&self) -> bool {
        self.one.ends_with("bit")
    }
}

/// The number that a text starts with, if any, and the rest.
fn leading_number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    text.split_at(end)
}

fn too_large() -> QuantityError {
    QuantityError::new("the dimension of this unit is too large")
}
