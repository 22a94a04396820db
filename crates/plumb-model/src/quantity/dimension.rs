//! What quantities are of.

use std::fmt;

/// What a quantity is of: a product of powers of cpu, memory, data, time and money. Counts have no dimension.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dimension {
    powers: [i8; 5],
}

const NAMES: [&str; 5] = ["cpu", "memory", "data", "time", "money"];

impl Dimension {
    /// Plain numbers, and counts of things.
    pub const COUNT: Dimension = Dimension { powers: [0; 5] };
    /// Processor time per time, in cores.
    pub const CPU: Dimension = Dimension { powers: [1, 0, 0, 0, 0] };
    /// Bytes that are held.
    pub const MEMORY: Dimension = Dimension { powers: [0, 1, 0, 0, 0] };
    /// Bytes that are sent or stored.
    pub const DATA: Dimension = Dimension { powers: [0, 0, 1, 0, 0] };
    /// A length of time, in seconds.
    pub const TIME: Dimension = Dimension { powers: [0, 0, 0, 1, 0] };
    /// An amount of the model's currency.
    pub const MONEY: Dimension = Dimension { powers: [0, 0, 0, 0, 1] };

    /// The names that an author may give as `dimension`.
    pub const NAMES: [&str; 6] = ["cpu", "memory", "data", "time", "money", "count"];

    /// The dimension of that name.
    pub fn named(name: &str) -> Option<Dimension> {
        Some(match name {
            "cpu" => Dimension::CPU,
            "memory" => Dimension::MEMORY,
            "data" => Dimension::DATA,
            "time" => Dimension::TIME,
            "money" => Dimension::MONEY,
            "count" => Dimension::COUNT,
            _ => return None,
        })
    }

    /// The dimension of a resource that is known beforehand; that of any other is seen from its quantities.
    pub fn of_resource(name: &str) -> Option<Dimension> {
        match name {
            "cpu" => Some(Dimension::CPU),
            "memory" => Some(Dimension::MEMORY),
            _ => None,
        }
    }

    /// Whether it is money once, perhaps per something: a price, or a sum.
    pub fn is_of_money(self) -> bool {
        self.powers[4] == 1
    }

    /// Whether it is a plain number.
    pub fn is_count(self) -> bool {
        self == Dimension::COUNT
    }

    /// The dimension of a product; none when a power leaves what anyone can mean.
    pub fn times(self, other: Dimension) -> Option<Dimension> {
        self.combine(other, i8::checked_add)
    }

    /// The dimension of a square root; none where a power is odd.
    pub fn root(self) -> Option<Dimension> {
        let is_square = self.powers.iter().all(|power| power % 2 == 0);
        is_square.then(|| Dimension { powers: self.powers.map(|power| power / 2) })
    }

    /// The dimension of a quotient.
    pub fn per(self, other: Dimension) -> Option<Dimension> {
        self.combine(other, i8::checked_sub)
    }

    /// The same, where its bytes are sent or stored and not held.
    pub fn of_data(self) -> Dimension {
        let [cpu, memory, data, time, money] = self.powers;
        match memory.checked_add(data) {
            Some(data) => Dimension { powers: [cpu, 0, data, time, money] },
            None => self,
        }
    }

    /// Whether bytes are part of it.
    pub fn has_bytes(self) -> bool {
        self.powers[1] != 0 || self.powers[2] != 0
    }

    /// The powers of cpu, memory, data, time and money.
    pub fn powers(self) -> [i8; 5] {
        self.powers
    }

    fn combine(self, other: Dimension, f: fn(i8, i8) -> Option<i8>) -> Option<Dimension> {
        let mut powers = [0; 5];
        for (at, power) in powers.iter_mut().enumerate() {
            *power = f(self.powers[at], other.powers[at])?;
        }
        Some(Dimension { powers })
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |sign: i8| {
            let mut parts = Vec::new();
            for (name, power) in NAMES.iter().zip(self.powers) {
                let power = i16::from(power) * i16::from(sign);
                match power {
                    1 => parts.push((*name).to_owned()),
                    2.. => parts.push(format!("{name}^{power}")),
                    _ => {}
                }
            }
            parts.join("·")
        };
        let (above, below) = (side(1), side(-1));
        match (above.is_empty(), below.is_empty()) {
            (true, true) => f.write_str("count"),
            (false, true) => f.write_str(&above),
            (true, false) => write!(f, "count/{below}"),
            (false, false) => write!(f, "{above}/{below}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_and_quotients_have_names() {
        assert_eq!(Dimension::COUNT.to_string(), "count");
        let price = Dimension::MONEY.per(Dimension::CPU.times(Dimension::TIME).unwrap()).unwrap();
        assert_eq!(price.to_string(), "money/cpu·time");
        assert_eq!(Dimension::COUNT.per(Dimension::TIME).unwrap().to_string(), "count/time");
        assert_eq!(price.times(Dimension::CPU).unwrap().to_string(), "money/time");
        assert_eq!(Dimension::CPU.times(Dimension::CPU).unwrap().to_string(), "cpu^2");
        for name in Dimension::NAMES {
            assert_eq!(Dimension::named(name).unwrap().to_string(), name);
        }
    }
}
