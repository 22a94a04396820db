//! Kubernetes' quantities: `500m`, `1.5Gi`, `1e3`.

use super::table::{Table, WALK, part};
use crate::quantity::Quantity;
use crate::value::Value;
use num_traits::ToPrimitive;
use std::borrow::Cow;
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
        Value::Quantity(own) => Ok(Value::Int(own.sign() as i64)),
        _ => Err(NONE.to_owned()),
    });
    table.add("<kubernetes.Quantity> isInteger() -> bool", |args| match &args[0] {
        Value::Quantity(own) => Ok(own.as_int().is_some().into()),
        _ => Err(NONE.to_owned()),
    });
    table.add("<kubernetes.Quantity> asInteger() -> int", |args| match &args[0] {
        Value::Quantity(own) => {
            own.as_int().map(Value::Int).ok_or_else(|| "cannot convert value to integer".to_owned())
        }
        _ => Err(NONE.to_owned()),
    });
    table.add("<kubernetes.Quantity> asApproximateFloat() -> double", |args| match &args[0] {
        Value::Quantity(own) => Ok(Value::Double(own.value().to_f64().unwrap_or(f64::NAN))),
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
        table.add(declared, |args| Ok(value(number(&args[0])?.plus(&*number(&args[1])?))));
    }
    for declared in [
        "<kubernetes.Quantity> sub(kubernetes.Quantity) -> kubernetes.Quantity",
        "<kubernetes.Quantity> sub(int) -> kubernetes.Quantity",
    ] {
        table.add(declared, |args| Ok(value(number(&args[0])?.minus(&*number(&args[1])?))));
    }
}

fn value(quantity: Quantity) -> Value {
    Value::Quantity(Arc::new(quantity))
}

fn number(value: &Value) -> Result<Cow<'_, Quantity>, String> {
    match value {
        Value::Quantity(own) => Ok(Cow::Borrowed(own)),
        Value::Int(whole) => Ok(Cow::Owned(Quantity::of(*whole))),
        _ => Err("no such overload".to_owned()),
    }
}

fn compare(args: &[Value]) -> Result<Ordering, String> {
    Ok(number(&args[0])?.value().cmp(number(&args[1])?.value()))
}

fn parse(text: &str) -> Result<Quantity, String> {
    Quantity::parse(text).ok_or_else(|| {
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            .to_owned()
    })
}
