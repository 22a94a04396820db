//! Kubernetes' quantities: `500m`, `1.5Gi`, `1e3`.

use super::{Table, WALK, part};
use crate::value::Value;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use std::cmp::Ordering;
use std::sync::Arc;

pub(super) fn rows(table: &mut Table) {
    const NONE: &str = "no such overload";
    let walk = |args: &[Value]| part(args[0].size(), WALK);
    table.costs("quantity(string) -> kubernetes.Quantity", walk, |args| match &args[0] {
        Value::String(text) => parse(text).map(value),
        _ => Err(NONE.to_owned()),
    });
    table.costs("isQuantity(string) -> bool", walk, |args| match &args[0] {
        Value::String(text) => Ok(parse(text).is_ok().into()),
        _ => Err(NONE.to_owned()),
    });
    // Declared as a function of the value by an API server too, and not as a method.
    table.add("sign(kubernetes.Quantity) -> int", |args| match &args[0] {
        Value::Quantity(own) => Ok(Value::Int(match own.cmp(&Arc::new(BigRational::zero())) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        })),
        _ => Err(NONE.to_owned()),
    });
    table.add("<kubernetes.Quantity> isInteger() -> bool", |args| match &args[0] {
        Value::Quantity(own) => Ok(whole(own).is_some().into()),
        _ => Err(NONE.to_owned()),
    });
    table.add("<kubernetes.Quantity> asInteger() -> int", |args| match &args[0] {
        Value::Quantity(own) => {
            whole(own).map(Value::Int).ok_or_else(|| "cannot convert value to integer".to_owned())
        }
        _ => Err(NONE.to_owned()),
    });
    table.add("<kubernetes.Quantity> asApproximateFloat() -> double", |args| match &args[0] {
        Value::Quantity(own) => Ok(Value::Double(own.to_f64().unwrap_or(f64::NAN))),
        _ => Err(NONE.to_owned()),
    });
    table.add("<kubernetes.Quantity> isGreaterThan(kubernetes.Quantity) -> bool", |args| {
        Ok((compare(args)? == Ordering::Greater).into())
    });
    table.add("<kubernetes.Quantity> isLessThan(kubernetes.Quantity) -> bool", |args| {
        Ok((compare(args)? == Ordering::Less).into())
    });
    table.add("<kubernetes.Quantity> compareTo(kubernetes.Quantity) -> int", |args| {
        Ok(Value::Int(compare(args)? as i64))
    });
    for declared in [
        "<kubernetes.Quantity> add(kubernetes.Quantity) -> kubernetes.Quantity",
        "<kubernetes.Quantity> add(int) -> kubernetes.Quantity",
    ] {
        table.add(declared, |args| Ok(value(number(&args[0])? + number(&args[1])?)));
    }
    for declared in [
        "<kubernetes.Quantity> sub(kubernetes.Quantity) -> kubernetes.Quantity",
        "<kubernetes.Quantity> sub(int) -> kubernetes.Quantity",
    ] {
        table.add(declared, |args| Ok(value(number(&args[0])? - number(&args[1])?)));
    }
}

fn value(number: BigRational) -> Value {
    Value::Quantity(Arc::new(number))
}

fn number(value: &Value) -> Result<BigRational, String> {
    match value {
        Value::Quantity(own) => Ok((**own).clone()),
        Value::Int(whole) => Ok(BigRational::from_integer((*whole).into())),
        _ => Err("no such overload".to_owned()),
    }
}

fn whole(own: &BigRational) -> Option<i64> {
    own.is_integer().then(|| own.to_integer().to_i64()).flatten()
}

fn compare(args: &[Value]) -> Result<Ordering, String> {
    Ok(number(&args[0])?.cmp(&number(&args[1])?))
}

/// Reads a quantity by the grammar of `resource.ParseQuantity`: a number and one suffix or one exponent.
fn parse(text: &str) -> Result<BigRational, String> {
    const WRONG: &str = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = body.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(body.len());
    let (digits, suffix) = body.split_at(end);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return Err(WRONG.to_owned());
    }
    let ten = |power: i32| {
        let factor = BigInt::from(10).pow(power.unsigned_abs());
        match power < 0 {
            true => BigRational::new(1.into(), factor),
            false => BigRational::from_integer(factor),
        }
    };
    let two = |power: u32| BigRational::from_integer(BigInt::from(1) << power);
    let factor = match suffix {
        "" => ten(0),
        "n" => ten(-9),
        "u" => ten(-6),
        "m" => ten(-3),
        "k" => ten(3),
        "M" => ten(6),
        "G" => ten(9),
        "T" => ten(12),
        "P" => ten(15),
        "E" => ten(18),
        "Ki" => two(10),
        "Mi" => two(20),
        "Gi" => two(30),
        "Ti" => two(40),
        "Pi" => two(50),
        "Ei" => two(60),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E']).ok_or(WRONG)?;
            let power: i32 = exponent.parse().map_err(|_| WRONG)?;
            // Beyond these any number is cut to the limits anyway.
            ten(power.clamp(-100, 100))
        }
    };
    let written: BigInt = format!("{whole}{fraction}").parse().map_err(|_| WRONG)?;
    let places = BigInt::from(10).pow(u32::try_from(fraction.len().min(1_000)).unwrap_or(1_000));
    let mut number = BigRational::new(written, places) * factor;
    if text.starts_with('-') {
        number = -number;
    }
    // What is smaller than a nano is rounded up, away from zero; what is larger than 2^63-1 is cut.
    let nano = BigRational::from_integer(BigInt::from(1_000_000_000));
    let scaled = number * &nano;
    let rounded = if scaled.is_negative() { scaled.floor() } else { scaled.ceil() };
    let limit = BigRational::from_integer(i64::MAX.into());
    let number = rounded / nano;
    Ok(if number > limit {
        limit
    } else if number < -limit.clone() {
        -limit
    } else {
        number
    })
}
