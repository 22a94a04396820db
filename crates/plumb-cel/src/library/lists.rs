//! Lists: Kubernetes' own functions, the extensions of 1.34, and sets.

use super::standard::contains;
use super::table::{Done, Table};
use crate::value::{List, Value};
use std::cmp::Ordering;

const COMPARED: &[&str] =
    &["int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"];

pub(super) fn rows(table: &mut Table) {
    // The rows are made once and live as long as the program.
    let declared = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    for of in COMPARED {
        table.costs(declared(format!("<list({of})> isSorted() -> bool")), walk, |args| {
            let items = known(&args[0])?;
            let Some(items) = items else { return Ok(Value::Unknown) };
            let sorted =
                items.windows(2).all(|pair| pair[0].compare(&pair[1]) != Some(Ordering::Greater));
            Ok(sorted.into())
        });
        table.costs(declared(format!("<list({of})> max() -> {of}")), walk, |args| {
            best(args, "max", Ordering::Less)
        });
        table.costs(declared(format!("<list({of})> min() -> {of}")), walk, |args| {
            best(args, "min", Ordering::Greater)
        });
    }
    table.costs("<list(int)> sum() -> int", walk, |args| sum(args, Value::Int(0)));
    table.costs("<list(uint)> sum() -> uint", walk, |args| sum(args, Value::Uint(0)));
    table.costs("<list(double)> sum() -> double", walk, |args| sum(args, Value::Double(0.0)));
    table.costs("<list(duration)> sum() -> duration", walk, |args| sum(args, Value::Duration(0)));
    table.costs("<list(A)> indexOf(A) -> int", walk, |args| {
        let Some(items) = known(&args[0])? else { return Ok(Value::Unknown) };
        let found = items.iter().position(|item| item.equals(&args[1]) == Some(true));
        Ok(Value::Int(found.map_or(-1, |at| at as i64)))
    });
    table.costs("<list(A)> lastIndexOf(A) -> int", walk, |args| {
        let Some(items) = known(&args[0])? else { return Ok(Value::Unknown) };
        let found = items.iter().rposition(|item| item.equals(&args[1]) == Some(true));
        Ok(Value::Int(found.map_or(-1, |at| at as i64)))
    });
    sets(table);
    table.releases(34, 0);
    let size = |args: &[Value]| 10 + args[0].size();
    table.costs(
        "<list(T)> slice(int, int) -> list(T)",
        |args| 10 + args[0].size(),
        |args| match args {
            [Value::List(list), Value::Int(start), Value::Int(end)] => slice(list, *start, *end),
            _ => Err(NONE.to_owned()),
        },
    );
    table.costs("<list(list(T))> flatten() -> list(T)", size, |args| flattened(args, 1));
    table.costs("<list(dyn)> flatten(int) -> list(dyn)", size, |args| match args[1] {
        Value::Int(depth) if depth >= 0 => flattened(args, depth),
        _ => Err("level must be non-negative".to_owned()),
    });
    table.costs("<list(T)> reverse() -> list(T)", size, |args| {
        let Some(items) = known(&args[0])? else { return Ok(Value::Unknown) };
        Ok(items.iter().rev().cloned().collect::<Vec<_>>().into())
    });
    let squared = |args: &[Value]| 10 + args[0].size().saturating_mul(args[0].size());
    table.costs("<list(T)> distinct() -> list(T)", squared, |args| {
        let Some(items) = known(&args[0])? else { return Ok(Value::Unknown) };
        let mut distinct = List::default();
        for item in items {
            if contains(&distinct, item) != Some(true) {
                distinct.items.push(item.clone());
            }
        }
        Ok(distinct.items.into())
    });
    table.costs(
        "lists.range(int) -> list(int)",
        |args| match args[0] {
            Value::Int(count) => 10 + u64::try_from(count).unwrap_or(0).min(1_000_000),
            _ => 1,
        },
        |args| match args[0] {
            Value::Int(count) if count < 0 => {
                Err(format!("lists.range: size must be non-negative, got {count}"))
            }
            Value::Int(count) if count > 1_000_000 => {
                Err(format!("lists.range: size {count} exceeds maximum allowed (1000000)"))
            }
            Value::Int(count) => Ok((0..count).map(Value::Int).collect::<Vec<_>>().into()),
            _ => Err(NONE.to_owned()),
        },
    );
    for of in COMPARED {
        table.costs(declared(format!("<list({of})> sort() -> list({of})")), squared, |args| {
            let Some(items) = known(&args[0])? else { return Ok(Value::Unknown) };
            sorted(items, items)
        });
        let by = declared(format!("<list(T)> @sortByAssociatedKeys(list({of})) -> list(T)"));
        table.costs(by, squared, |args| {
            let (Some(items), Some(keys)) = (known(&args[0])?, known(&args[1])?) else {
                return Ok(Value::Unknown);
            };
            sorted(items, keys)
        });
    }
    table.releases(37, 0);
    table.costs("<dyn> includes(dyn) -> bool", walk, |args| {
        Ok(match &args[0] {
            Value::List(list) => super::standard::truth(contains(list, &args[1])),
            other => super::standard::truth(other.equals(&args[1])),
        })
    });
    table.releases(0, 0);
}

const NONE: &str = "no such overload";

/// One for each item, and a tenth for each character of texts.
fn walk(args: &[Value]) -> u64 {
    match &args[0] {
        Value::List(list) => {
            let sized =
                list.items.iter().filter(|item| matches!(item, Value::String(_) | Value::Bytes(_)));
            list.items.len() as u64
                + super::table::part(sized.map(Value::size).sum(), super::table::WALK)
        }
        other => super::table::part(other.size(), super::table::WALK),
    }
}

/// The items of a list, where all of them are known.
fn known(value: &Value) -> Result<Option<&[Value]>, String> {
    match value {
        Value::List(list) => {
            let unknown = list.open || list.items.iter().any(|item| matches!(item, Value::Unknown));
            Ok((!unknown).then_some(&list.items[..]))
        }
        _ => Err(NONE.to_owned()),
    }
}

fn best(args: &[Value], name: &str, worse: Ordering) -> Done {
    let Some(items) = known(&args[0])? else { return Ok(Value::Unknown) };
    let mut best = items.first().ok_or_else(|| format!("{name} called on empty list"))?;
    for item in items {
        if best.compare(item) == Some(worse) {
            best = item;
        }
    }
    Ok(best.clone())
}

fn sum(args: &[Value], zero: Value) -> Done {
    let Some(items) = known(&args[0])? else { return Ok(Value::Unknown) };
    items.iter().try_fold(zero, |sum, item| match (sum, item) {
        (Value::Int(sum), Value::Int(item)) => {
            sum.checked_add(*item).map(Value::Int).ok_or_else(|| "integer overflow".to_owned())
        }
        (Value::Uint(sum), Value::Uint(item)) => sum
            .checked_add(*item)
            .map(Value::Uint)
            .ok_or_else(|| "unsigned integer overflow".to_owned()),
        (Value::Double(sum), Value::Double(item)) => Ok(Value::Double(sum + item)),
        (Value::Duration(sum), Value::Duration(item)) => sum
            .checked_add(*item)
            .map(Value::Duration)
            .ok_or_else(|| "duration overflow".to_owned()),
        _ => Err(NONE.to_owned()),
    })
}

fn slice(list: &List, start: i64, end: i64) -> Done {
    if list.open {
        return Ok(Value::Unknown);
    }
    let bounds = (usize::try_from(start), usize::try_from(end));
    let (Ok(from), Ok(to)) = bounds else {
        return Err(format!("cannot slice({start}, {end}), negative indexes not supported"));
    };
    if from > to {
        return Err(format!(
            "cannot slice({start}, {end}), start index must be less than or equal to end index"
        ));
    }
    match list.items.get(from..to) {
        Some(items) => Ok(items.to_vec().into()),
        None => Err(format!("cannot slice({start}, {end}), list is length {}", list.items.len())),
    }
}

fn flattened(args: &[Value], depth: i64) -> Done {
    fn add(items: &[Value], depth: i64, out: &mut List) {
        for item in items {
            match item {
                Value::List(inner) if depth > 0 => {
                    out.open |= inner.open;
                    add(&inner.items, depth - 1, out);
                }
                other => out.items.push(other.clone()),
            }
        }
    }
    let Some(items) = known(&args[0])? else { return Ok(Value::Unknown) };
    let mut out = List::default();
    add(items, depth, &mut out);
    Ok(Value::List(out.into()))
}

fn sorted(items: &[Value], keys: &[Value]) -> Done {
    if items.len() != keys.len() {
        return Err("a list and its keys have different lengths".to_owned());
    }
    let of = keys.first().map(Value::type_name);
    if keys.iter().any(|key| Some(key.type_name()) != of) {
        return Err("list elements must have the same type".to_owned());
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|a, b| keys[*a].compare(&keys[*b]).unwrap_or(Ordering::Equal));
    Ok(order.into_iter().map(|at| items[at].clone()).collect::<Vec<_>>().into())
}

fn sets(table: &mut Table) {
    let product = |args: &[Value]| args[0].size().saturating_mul(args[1].size()).saturating_add(1);
    table.costs("sets.contains(list(T), list(T)) -> bool", product, |args| {
        let (Some(one), Some(two)) = (known(&args[0])?, known(&args[1])?) else {
            return Ok(Value::Unknown);
        };
        Ok(holds_all(one, two).into())
    });
    table.costs("sets.equivalent(list(T), list(T)) -> bool", product, |args| {
        let (Some(one), Some(two)) = (known(&args[0])?, known(&args[1])?) else {
            return Ok(Value::Unknown);
        };
        Ok((holds_all(one, two) && holds_all(two, one)).into())
    });
    table.costs("sets.intersects(list(T), list(T)) -> bool", product, |args| {
        let (Some(one), Some(two)) = (known(&args[0])?, known(&args[1])?) else {
            return Ok(Value::Unknown);
        };
        Ok(one.iter().any(|item| holds_all(two, std::slice::from_ref(item))).into())
    });
}

/// Whether the first list holds each item of the second.
fn holds_all(one: &[Value], two: &[Value]) -> bool {
    two.iter().all(|item| one.iter().any(|own| own.equals(item) == Some(true)))
}
