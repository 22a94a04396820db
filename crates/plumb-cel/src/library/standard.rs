//! The language's own operators and functions.

use super::table::{Done, Run, Table, WALK, part};
use crate::time;
use crate::value::{Key, List, Value};
use std::cmp::Ordering;
use std::sync::Arc;

pub(super) fn rows(table: &mut Table) {
    table.add("@not_strictly_false(bool) -> bool", |args| Ok(args[0].clone()));
    table.add("_?_:_(bool, A, A) -> A", |_| Err("no such overload".to_owned()));
    table.add("_&&_(bool, bool) -> bool", |_| Err("no such overload".to_owned()));
    table.add("_||_(bool, bool) -> bool", |_| Err("no such overload".to_owned()));
    table.add("_[_](list(A), int) -> A", |_| Err("no such overload".to_owned()));
    table.add("_[_](map(A, B), A) -> B", |_| Err("no such overload".to_owned()));
    table.add("!_(bool) -> bool", |args| match args[0] {
        Value::Bool(truth) => Ok(Value::Bool(!truth)),
        _ => Err("no such overload".to_owned()),
    });
    table.costs("_==_(A, A) -> bool", smaller, |args| Ok(truth(args[0].equals(&args[1]))));
    table.costs("_!=_(A, A) -> bool", smaller, |args| {
        Ok(truth(args[0].equals(&args[1]).map(|equal| !equal)))
    });
    orders(table);
    arithmetic(table);
    table.costs(
        "@in(A, list(A)) -> bool",
        |args| args[1].size(),
        |args| {
            let Value::List(list) = &args[1] else { return Ok(Value::Unknown) };
            Ok(truth(contains(list, &args[0])))
        },
    );
    table.add("@in(A, map(A, B)) -> bool", |args| {
        let Value::Map(map) = &args[1] else { return Ok(Value::Unknown) };
        let Some(key) = Key::of(&args[0]) else { return Ok(Value::Bool(false)) };
        let found = map.get(&key).is_some();
        Ok(truth(if !found && map.may_have(&key) { None } else { Some(found) }))
    });
    for declared in [
        "size(string) -> int",
        "size(bytes) -> int",
        "size(list(A)) -> int",
        "size(map(A, B)) -> int",
        "<string> size() -> int",
        "<bytes> size() -> int",
        "<list(A)> size() -> int",
        "<map(A, B)> size() -> int",
    ] {
        table.add(declared, |args| {
            Ok(match &args[0] {
                Value::List(list) if list.open => Value::Unknown,
                Value::Map(map) if map.has_more() => Value::Unknown,
                value => Value::Int(value.size() as i64),
            })
        });
    }
    conversions(table);
    table.row("cel.@mapInsert(map(A, B), A, B) -> map(A, B)", |_| 1, Run::Grows(insert));
    table.row("cel.@mapInsert(map(A, B), map(A, B)) -> map(A, B)", |_| 1, Run::Grows(insert_all));
    table.costs(
        "<string> contains(string) -> bool",
        |args| part(args[0].size(), WALK) * part(args[1].size(), WALK),
        |args| with_texts(args, |text, part| text.contains(part).into()),
    );
    table.costs(
        "<string> startsWith(string) -> bool",
        |args| part(args[1].size(), WALK),
        |args| with_texts(args, |text, part| text.starts_with(part).into()),
    );
    table.costs(
        "<string> endsWith(string) -> bool",
        |args| part(args[1].size(), WALK),
        |args| with_texts(args, |text, part| text.ends_with(part).into()),
    );
}

pub(super) fn truth(known: Option<bool>) -> Value {
    known.map_or(Value::Unknown, Value::Bool)
}

/// Whether a list holds a value.
pub(super) fn contains(list: &List, value: &Value) -> Option<bool> {
    let mut known = if list.open { None } else { Some(false) };
    for item in &list.items {
        match item.equals(value) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => known = None,
        }
    }
    known
}

fn with_texts(args: &[Value], run: fn(&str, &str) -> Value) -> Done {
    match args {
        [Value::String(one), Value::String(two)] => Ok(run(one, two)),
        _ => Err("no such overload".to_owned()),
    }
}

/// Comparing costs what the smaller value does.
fn smaller(args: &[Value]) -> u64 {
    part(args[0].size().min(args[1].size()), WALK)
}

fn orders(table: &mut Table) {
    const TYPES: &[&str] =
        &["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"];
    const MIXED: &[(&str, &str)] = &[
        ("int", "double"),
        ("int", "uint"),
        ("uint", "double"),
        ("uint", "int"),
        ("double", "int"),
        ("double", "uint"),
    ];
    type Test = fn(&[Value]) -> Done;
    fn ordered(args: &[Value], test: fn(Ordering) -> bool) -> Done {
        let nan = args.iter().any(|arg| matches!(arg, Value::Double(number) if number.is_nan()));
        match args[0].compare(&args[1]) {
            Some(order) => Ok(test(order).into()),
            None if nan => Err("NaN values cannot be ordered".to_owned()),
            None => Err("no such overload".to_owned()),
        }
    }
    let tests: [(&str, Test); 4] = [
        ("_<_", |args| ordered(args, Ordering::is_lt)),
        ("_<=_", |args| ordered(args, Ordering::is_le)),
        ("_>_", |args| ordered(args, Ordering::is_gt)),
        ("_>=_", |args| ordered(args, Ordering::is_ge)),
    ];
    for (name, test) in tests {
        let pairs = TYPES.iter().map(|of| (*of, *of)).chain(MIXED.iter().copied());
        for (one, two) in pairs {
            // One leak for each row of the table, which lives as long as the program.
            let declared: &'static str = Box::leak(format!("{name}({one}, {two}) -> bool").into());
            let sized = matches!(one, "string" | "bytes");
            table.costs(declared, if sized { smaller } else { |_| 1 }, test);
        }
    }
}

fn overflow(what: &str) -> String {
    format!("{what} overflow")
}

fn arithmetic(table: &mut Table) {
    use Value::{Double, Duration, Int, Timestamp, Uint};
    const NONE: &str = "no such overload";
    let both = |args: &[Value]| part(args[0].size() + args[1].size(), WALK);
    table.add("_+_(int, int) -> int", |args| match args {
        [Int(a), Int(b)] => a.checked_add(*b).map(Int).ok_or_else(|| overflow("integer")),
        _ => Err(NONE.to_owned()),
    });
    table.add("_+_(uint, uint) -> uint", |args| match args {
        [Uint(a), Uint(b)] => {
            a.checked_add(*b).map(Uint).ok_or_else(|| overflow("unsigned integer"))
        }
        _ => Err(NONE.to_owned()),
    });
    table.add("_+_(double, double) -> double", |args| match args {
        [Double(a), Double(b)] => Ok(Double(a + b)),
        _ => Err(NONE.to_owned()),
    });
    table.costs("_+_(string, string) -> string", both, |args| match args {
        [Value::String(a), Value::String(b)] => Ok(Value::String(format!("{a}{b}").into())),
        _ => Err(NONE.to_owned()),
    });
    table.costs("_+_(bytes, bytes) -> bytes", both, |args| match args {
        [Value::Bytes(a), Value::Bytes(b)] => Ok(Value::Bytes([&a[..], &b[..]].concat().into())),
        _ => Err(NONE.to_owned()),
    });
    table.row("_+_(list(A), list(A)) -> list(A)", |_| 1, Run::Grows(append));
    table.add("_+_(duration, duration) -> duration", |args| match args {
        [Duration(a), Duration(b)] => {
            a.checked_add(*b).map(Duration).ok_or_else(|| overflow("duration"))
        }
        _ => Err(NONE.to_owned()),
    });
    table.add("_+_(timestamp, duration) -> timestamp", |args| match args {
        [Timestamp(at), Duration(by)] => time::add(*at, *by).map(Timestamp),
        _ => Err(NONE.to_owned()),
    });
    table.add("_+_(duration, timestamp) -> timestamp", |args| match args {
        [Duration(by), Timestamp(at)] => time::add(*at, *by).map(Timestamp),
        _ => Err(NONE.to_owned()),
    });
    table.add("_-_(int, int) -> int", |args| match args {
        [Int(a), Int(b)] => a.checked_sub(*b).map(Int).ok_or_else(|| overflow("integer")),
        _ => Err(NONE.to_owned()),
    });
    table.add("_-_(uint, uint) -> uint", |args| match args {
        [Uint(a), Uint(b)] => {
            a.checked_sub(*b).map(Uint).ok_or_else(|| overflow("unsigned integer"))
        }
        _ => Err(NONE.to_owned()),
    });
    table.add("_-_(double, double) -> double", |args| match args {
        [Double(a), Double(b)] => Ok(Double(a - b)),
        _ => Err(NONE.to_owned()),
    });
    table.add("_-_(duration, duration) -> duration", |args| match args {
        [Duration(a), Duration(b)] => {
            a.checked_sub(*b).map(Duration).ok_or_else(|| overflow("duration"))
        }
        _ => Err(NONE.to_owned()),
    });
    table.add("_-_(timestamp, duration) -> timestamp", |args| match args {
        [Timestamp(at), Duration(by)] => by
            .checked_neg()
            .ok_or_else(|| overflow("timestamp"))
            .and_then(|by| time::add(*at, by).map(Timestamp)),
        _ => Err(NONE.to_owned()),
    });
    table.add("_-_(timestamp, timestamp) -> duration", |args| match args {
        [Timestamp(a), Timestamp(b)] => {
            a.since(*b).map(Duration).ok_or_else(|| overflow("integer"))
        }
        _ => Err(NONE.to_owned()),
    });
    table.add("_*_(int, int) -> int", |args| match args {
        [Int(a), Int(b)] => a.checked_mul(*b).map(Int).ok_or_else(|| overflow("integer")),
        _ => Err(NONE.to_owned()),
    });
    table.add("_*_(uint, uint) -> uint", |args| match args {
        [Uint(a), Uint(b)] => {
            a.checked_mul(*b).map(Uint).ok_or_else(|| overflow("unsigned integer"))
        }
        _ => Err(NONE.to_owned()),
    });
    table.add("_*_(double, double) -> double", |args| match args {
        [Double(a), Double(b)] => Ok(Double(a * b)),
        _ => Err(NONE.to_owned()),
    });
    table.add("_/_(int, int) -> int", |args| match args {
        [Int(_), Int(0)] => Err("division by zero".to_owned()),
        [Int(a), Int(b)] => a.checked_div(*b).map(Int).ok_or_else(|| overflow("integer")),
        _ => Err(NONE.to_owned()),
    });
    table.add("_/_(uint, uint) -> uint", |args| match args {
        [Uint(a), Uint(b)] => {
            a.checked_div(*b).map(Uint).ok_or_else(|| "division by zero".to_owned())
        }
        _ => Err(NONE.to_owned()),
    });
    table.add("_/_(double, double) -> double", |args| match args {
        [Double(a), Double(b)] => Ok(Double(a / b)),
        _ => Err(NONE.to_owned()),
    });
    table.add("_%_(int, int) -> int", |args| match args {
        [Int(_), Int(0)] => Err("modulus by zero".to_owned()),
        [Int(a), Int(b)] => a.checked_rem(*b).map(Int).ok_or_else(|| overflow("integer")),
        _ => Err(NONE.to_owned()),
    });
    table.add("_%_(uint, uint) -> uint", |args| match args {
        [Uint(a), Uint(b)] => {
            a.checked_rem(*b).map(Uint).ok_or_else(|| "modulus by zero".to_owned())
        }
        _ => Err(NONE.to_owned()),
    });
    table.add("-_(int) -> int", |args| match args {
        [Int(a)] => a.checked_neg().map(Int).ok_or_else(|| overflow("integer")),
        _ => Err(NONE.to_owned()),
    });
    table.add("-_(double) -> double", |args| match args {
        [Double(a)] => Ok(Double(-a)),
        _ => Err(NONE.to_owned()),
    });
}

fn append(args: Vec<Value>) -> Done {
    let mut args = args.into_iter();
    match (args.next(), args.next()) {
        (Some(Value::List(mut one)), Some(Value::List(two))) => {
            let known = Arc::make_mut(&mut one).append(&two);
            Ok(if known { Value::List(one) } else { Value::Unknown })
        }
        _ => Err("no such overload".to_owned()),
    }
}

fn insert(args: Vec<Value>) -> Done {
    let mut args = args.into_iter();
    match (args.next(), args.next(), args.next()) {
        (Some(Value::Map(mut map)), Some(key), Some(value)) => {
            put(&mut map, key, value)?;
            Ok(Value::Map(map))
        }
        _ => Err("no such overload".to_owned()),
    }
}

fn insert_all(args: Vec<Value>) -> Done {
    let mut args = args.into_iter();
    match (args.next(), args.next()) {
        (Some(Value::Map(mut map)), Some(Value::Map(more))) => {
            for (key, value) in more.iter() {
                put(&mut map, key.clone(), value.clone())?;
            }
            Arc::make_mut(&mut map).doubt_as(&more);
            Ok(Value::Map(map))
        }
        _ => Err("no such overload".to_owned()),
    }
}

fn put(map: &mut Arc<crate::value::Map>, key: Value, value: Value) -> Result<(), String> {
    let own = Key::of(&key).ok_or("unsupported key type")?;
    if map.get(&own).is_some() {
        return Err(format!("insert failed: key {} already exists", text(&key)));
    }
    Arc::make_mut(map).insert(key, value);
    Ok(())
}

fn conversions(table: &mut Table) {
    let first = |args: &[Value]| part(args[0].size(), WALK);
    table.add("dyn(A) -> dyn", |args| Ok(args[0].clone()));
    table.add("type(A) -> type(A)", |args| Ok(Value::Type(args[0].type_name().into())));
    table.add("bool(bool) -> bool", |args| Ok(args[0].clone()));
    table.add("bool(string) -> bool", |args| match &args[0] {
        Value::String(text) => match &**text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true.into()),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false.into()),
            _ => Err("type conversion error from 'string' to 'bool'".to_owned()),
        },
        _ => Err("no such overload".to_owned()),
    });
    table.add("bytes(bytes) -> bytes", |args| Ok(args[0].clone()));
    table.costs("bytes(string) -> bytes", first, |args| match &args[0] {
        Value::String(text) => Ok(Value::Bytes(text.as_bytes().into())),
        _ => Err("no such overload".to_owned()),
    });
    for declared in [
        "double(double) -> double",
        "double(int) -> double",
        "double(string) -> double",
        "double(uint) -> double",
    ] {
        table.add(declared, double);
    }
    for declared in [
        "int(int) -> int",
        "int(double) -> int",
        "int(duration) -> int",
        "int(string) -> int",
        "int(timestamp) -> int",
        "int(uint) -> int",
    ] {
        table.add(declared, int);
    }
    for declared in
        ["uint(uint) -> uint", "uint(double) -> uint", "uint(int) -> uint", "uint(string) -> uint"]
    {
        table.add(declared, uint);
    }
    for declared in [
        "string(string) -> string",
        "string(bool) -> string",
        "string(double) -> string",
        "string(duration) -> string",
        "string(int) -> string",
        "string(timestamp) -> string",
        "string(uint) -> string",
    ] {
        table.add(declared, string);
    }
    table.costs("string(bytes) -> string", first, string);
}

fn double(args: &[Value]) -> Done {
    let number = match &args[0] {
        Value::Double(number) => *number,
        Value::Int(number) => *number as f64,
        Value::Uint(number) => *number as f64,
        Value::String(text) => {
            parse_double(text).ok_or("type conversion error from 'string' to 'double'")?
        }
        _ => return Err("no such overload".to_owned()),
    };
    Ok(Value::Double(number))
}

/// A double as Go's `strconv.ParseFloat` reads it.
fn parse_double(text: &str) -> Option<f64> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let named = ["inf", "infinity", "nan"].iter().any(|name| body.eq_ignore_ascii_case(name));
    let digits = body.chars().all(|c| c.is_ascii_digit() || ".eE+-".contains(c));
    let number: f64 = (named || digits).then(|| text.parse().ok()).flatten()?;
    (named || number.is_finite()).then_some(number)
}

fn int(args: &[Value]) -> Done {
    let number = match &args[0] {
        Value::Int(number) => *number,
        // The limits themselves are refused too: a double is not exact there.
        Value::Double(number) if *number > i64::MIN as f64 && *number < i64::MAX as f64 => {
            *number as i64
        }
        Value::Double(_) => return Err(overflow("integer")),
        Value::Uint(number) => i64::try_from(*number).map_err(|_| overflow("integer"))?,
        Value::Duration(nanos) => *nanos,
        Value::Timestamp(at) => at.seconds(),
        Value::String(text) => {
            let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
            (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| text.parse().ok())
                .flatten()
                .ok_or("type conversion error from 'string' to 'int'")?
        }
        _ => return Err("no such overload".to_owned()),
    };
    Ok(Value::Int(number))
}

fn uint(args: &[Value]) -> Done {
    let number = match &args[0] {
        Value::Uint(number) => *number,
        Value::Double(number) if *number >= 0.0 && *number < u64::MAX as f64 => *number as u64,
        Value::Int(number) => u64::try_from(*number).map_err(|_| overflow("unsigned integer"))?,
        Value::Double(_) => return Err(overflow("unsigned integer")),
        Value::String(text) => (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse().ok())
            .flatten()
            .ok_or("type conversion error from 'string' to 'uint'")?,
        _ => return Err("no such overload".to_owned()),
    };
    Ok(Value::Uint(number))
}

pub(super) fn string(args: &[Value]) -> Done {
    Ok(match &args[0] {
        Value::String(text) => Value::String(text.clone()),
        Value::Bool(truth) => truth.to_string().into(),
        Value::Int(number) => number.to_string().into(),
        Value::Uint(number) => number.to_string().into(),
        Value::Double(number) => shown_double(*number).into(),
        Value::Duration(nanos) => time::show_duration(*nanos).into(),
        Value::Timestamp(at) => at.local().into(),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => return Err("invalid UTF-8 in bytes, cannot convert to string".to_owned()),
        },
        Value::Type(name) => Value::String(name.clone()),
        _ => return Err("no such overload".to_owned()),
    })
}

/// A value as `string()` writes it, for messages.
pub(crate) fn text(value: &Value) -> String {
    match string(std::slice::from_ref(value)) {
        Ok(Value::String(text)) => text.to_string(),
        _ => value.type_name().to_owned(),
    }
}

/// A double with as few digits as tell it from all others, as Go's `%g` writes it.
pub(super) fn shown_double(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if number == 0.0 || (-4..6).contains(&exponent) {
        return format!("{number}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}
