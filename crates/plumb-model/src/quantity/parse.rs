//! From a text to a quantity with a dimension: as Kubernetes reads it, or a number with a unit.

use super::{Dimension, Quantity, QuantityError, Ratio, Unit, Units, decimal, parse_kubernetes};
use plumb_number::{leading_decimal, multiplier};

/// What a text says, before it is known what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The number, in its unit if it has one.
    pub number: Ratio,
    /// The unit that is written with it.
    pub unit: Option<Unit>,
    /// Whether it was written with `Ki` … `Ei` and no unit.
    pub binary: bool,
    /// The multiple of a byte that its suffix stands for, where it is of bytes: MiB for `Mi`, MB for `M`.
    pub multiple: Option<Unit>,
    /// What Kubernetes would keep of it, where that is another value. It is what counts for cpu and memory; a price or a rate
    /// is none of Kubernetes' quantities.
    pub kept: Option<Ratio>,
}

/// A text whose dimension is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The quantity, in base units.
    pub quantity: Quantity,
    /// The unit that it was given in, by itself or by a key beside it.
    pub unit: Option<Unit>,
    /// The unit in which its number is the one that was written; none for `125m` or a bare number, which have no unit.
    pub written: Option<Unit>,
}

impl Units {
    /// Reads a text: a quantity as Kubernetes reads it, or a number with a unit.
    pub fn read(&self, text: &str) -> Result<Written, QuantityError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(QuantityError::new("a quantity is expected")
                .help("for example `100m`, `128Mi` or `0.2 ms`"));
        }
        match parse_kubernetes(text) {
            Ok(bare) => Ok(Written {
                binary: bare.is_binary(),
                kept: (bare.value != bare.written).then_some(bare.value),
                number: bare.written,
                unit: None,
                multiple: self
                    .parse(&format!("{}B", bare.suffix))
                    .ok()
                    .filter(|_| !bare.suffix.is_empty()),
            }),
            Err(error) => self.with_unit(text, error),
        }
    }

    /// Reads a text whose dimension nothing else says.
    pub fn quantity(&self, text: &str) -> Result<Quantity, QuantityError> {
        self.read(text)?.resolve(None, None, "").map(|given| given.quantity)
    }

    fn with_unit(&self, text: &str, bare: QuantityError) -> Result<Written, QuantityError> {
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        if let Some((sign, rest)) = Unit::sign_of(unsigned) {
            let (number, unit) = leading_decimal(rest.trim_start()).ok_or(bare)?;
            let unit = self.parse(&format!("{sign}{unit}"))?;
            return Ok(Written::new(signed(decimal(number)?, negative), unit));
        }
        let (number, rest) = leading_decimal(text).ok_or_else(|| bare.clone())?;
        if rest.starts_with(',') || rest.starts_with('_') {
            return Err(bare.help("write numbers without separators: `1000`"));
        }
        let mut value = decimal(number)?;
        let attached = rest.split([' ', '/']).next().unwrap_or("");
        let has_exponent = number.contains(['e', 'E']);
        if has_exponent && !attached.is_empty() && multiplier(attached).is_some() {
            return Err(bare.help(format!(
                "a quantity has an exponent or a suffix like `{attached}`, not both"
            )));
        }
        let mut unit = rest;
        // `2k requests/s`: a suffix, then a unit
        if !attached.is_empty()
            && attached.len() < rest.len()
            && !self.knows(attached)
            && let Some(factor) = multiplier(attached)
        {
            value *= factor;
            unit = &rest[attached.len()..];
        }
        let unit = match self.parse(unit) {
            Ok(unit) => unit,
            // a suffix gone wrong is better explained as a quantity
            Err(_) if bare.help.is_some() => return Err(bare),
            Err(error) => return Err(error),
        };
        Ok(Written::new(value, unit))
    }
}

fn signed(value: Ratio, negative: bool) -> Ratio {
    if negative { -value } else { value }
}

impl Written {
    fn new(number: Ratio, unit: Unit) -> Written {
        Written { number, unit: Some(unit), binary: false, multiple: None, kept: None }
    }

    /// A number without a unit, as it is written.
    pub fn number(number: Ratio) -> Written {
        Written { number, unit: None, binary: false, multiple: None, kept: None }
    }

    /// Decides the dimension; the first of these that says one: the `unit` or `dimension` beside it, its own unit, the
    /// last part of the name it stands under (`….cpu`, `….memory`), a binary suffix (memory); else it is a count.
    ///
    /// The unit that it was given in is how it is shown where nothing else is asked for.
    pub fn resolve(
        &self,
        unit: Option<&Unit>,
        dimension: Option<Dimension>,
        name: &str,
    ) -> Result<Given, QuantityError> {
        let (quantity, given) = self.decide(unit, dimension, name)?;
        let in_bytes = matches!(quantity.dimension, Dimension::MEMORY | Dimension::DATA);
        let multiple =
            self.multiple.as_ref().filter(|_| in_bytes && (self.binary || unit.is_none()));
        let written = self.unit.as_ref().or(multiple).or(given.as_ref());
        let written = written.map(|unit| unit.towards(quantity.dimension));
        Ok(Given { quantity, unit: given, written })
    }

    fn decide(
        &self,
        unit: Option<&Unit>,
        dimension: Option<Dimension>,
        name: &str,
    ) -> Result<(Quantity, Option<Unit>), QuantityError> {
        let wanted = dimension.or(unit.map(|unit| unit.dimension));
        if let Some(own) = &self.unit {
            let value = &self.number * &own.factor;
            // `GB` is memory by itself; where data is asked for, it is bytes of data, alone or in a rate or a price
            let data = own.dimension.of_data();
            return match wanted {
                Some(wanted) if wanted == own.dimension => {
                    Ok((Quantity::new(value, wanted), unit.or(Some(own)).cloned()))
                }
                Some(wanted)
                    if wanted == data
                        || (dimension == Some(Dimension::DATA) && own.dimension.has_bytes()) =>
                {
                    let own = Unit { dimension: data, ..own.clone() };
                    Ok((
                        Quantity::new(value, data),
                        Some(unit.map_or(own, |unit| unit.towards(data))),
                    ))
                }
                Some(wanted) if own.dimension == wanted.of_data() => {
                    Ok((Quantity::new(value, wanted), Some(own.towards(wanted))))
                }
                Some(wanted) => {
                    let has = own.dimension;
                    Err(QuantityError::new(format!("`{}` is {has}, not {wanted}", own.one)))
                }
                None => Ok((Quantity::new(value, own.dimension), Some(own.clone()))),
            };
        }
        if let Some(unit) = unit {
            let is_bytes = matches!(unit.dimension, Dimension::MEMORY | Dimension::DATA);
            if self.binary && !is_bytes {
                let message = format!(
                    "a suffix like `Mi` is for bytes, and `{}` is {}",
                    unit.many, unit.dimension
                );
                return Err(QuantityError::new(message));
            }
            let value = if self.binary { self.number.clone() } else { &self.number * &unit.factor };
            let wanted = match dimension {
                Some(Dimension::DATA) if unit.dimension.has_bytes() => unit.dimension.of_data(),
                Some(dimension) => dimension,
                None => unit.dimension,
            };
            let unit = unit.towards(wanted);
            if unit.dimension != wanted {
                let has = unit.dimension;
                return Err(QuantityError::new(format!("`{}` is {has}, not {wanted}", unit.many)));
            }
            return Ok((Quantity::new(value, wanted), Some(unit)));
        }
        let named = name.rsplit('.').next().and_then(Dimension::of_resource);
        let dimension = wanted.or(named);
        let dimension = dimension.or(self.binary.then_some(Dimension::MEMORY)).unwrap_or_default();
        let kept = self.kept.as_ref();
        let kept = kept.filter(|_| matches!(dimension, Dimension::CPU | Dimension::MEMORY));
        Ok((Quantity::new(kept.unwrap_or(&self.number).clone(), dimension), None))
    }
}
