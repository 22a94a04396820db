//! Values that may be there.

use super::table::{Done, Table};
use crate::value::{Map, Value};
use std::sync::Arc;

pub(super) fn rows(table: &mut Table) {
    table.add("optional.of(V) -> optional(V)", |args| Ok(some(&args[0])));
    table.add("optional.ofNonZeroValue(V) -> optional(V)", |args| {
        Ok(match is_zero(&args[0]) {
            true => Value::Optional(None),
            false => some(&args[0]),
        })
    });
    table.add("optional.none() -> optional(V)", |_| Ok(Value::Optional(None)));
    table.add("<optional(V)> value() -> V", |args| match &args[0] {
        Value::Optional(Some(value)) => Ok((**value).clone()),
        _ => Err("optional.none() dereference".to_owned()),
    });
    table.add("<optional(V)> hasValue() -> bool", |args| {
        Ok(matches!(args[0], Value::Optional(Some(_))).into())
    });
    table.add("<optional(V)> or(optional(V)) -> optional(V)", |args| {
        Ok(match &args[0] {
            Value::Optional(None) => args[1].clone(),
            other => other.clone(),
        })
    });
    table.add("<optional(V)> orValue(V) -> V", |args| {
        Ok(match &args[0] {
            Value::Optional(Some(value)) => (**value).clone(),
            _ => args[1].clone(),
        })
    });
    table.add("_[?_](list(V), int) -> optional(V)", none);
    table.add("_[?_](optional(list(V)), int) -> optional(V)", none);
    table.add("_[?_](map(K, V), K) -> optional(V)", none);
    table.add("_[?_](optional(map(K, V)), K) -> optional(V)", none);
    table.add("_[_](optional(list(V)), int) -> optional(V)", none);
    table.add("_[_](optional(map(K, V)), K) -> optional(V)", none);
    table.add("optional.unwrap(list(optional(V))) -> list(V)", unwrap);
    table.add("<list(optional(V))> unwrapOpt() -> list(V)", unwrap);
    table.add("<list(V)> first() -> optional(V)", |args| {
        Ok(match &args[0] {
            Value::List(list) if list.open => Value::Unknown,
            Value::List(list) => list.items.first().map_or(Value::Optional(None), some),
            _ => Value::Optional(None),
        })
    });
    table.add("<list(V)> last() -> optional(V)", |args| {
        Ok(match &args[0] {
            Value::List(list) if list.open => Value::Unknown,
            Value::List(list) => list.items.last().map_or(Value::Optional(None), some),
            _ => Value::Optional(None),
        })
    });
}

fn none(_: &[Value]) -> Done {
    Err("no such overload".to_owned())
}

fn some(value: &Value) -> Value {
    Value::Optional(Some(Arc::new(value.clone())))
}

fn unwrap(args: &[Value]) -> Done {
    let Value::List(list) = &args[0] else { return none(args) };
    if list.open {
        return Ok(Value::Unknown);
    }
    let mut items = Vec::new();
    for item in &list.items {
        match item {
            Value::Optional(Some(value)) => items.push((**value).clone()),
            Value::Optional(None) => {}
            Value::Unknown => return Ok(Value::Unknown),
            _ => return none(args),
        }
    }
    Ok(items.into())
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Optional(None) => true,
        Value::Bool(truth) => !truth,
        Value::Int(number) | Value::Duration(number) => *number == 0,
        Value::Uint(number) => *number == 0,
        Value::Double(number) => *number == 0.0,
        Value::String(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::List(list) => list.items.is_empty(),
        Value::Map(map) => Map::is_empty(map),
        Value::Timestamp(at) => at.is_zero(),
        _ => false,
    }
}
