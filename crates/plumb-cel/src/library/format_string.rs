//! `format`: clauses in a text, each for an argument.

use super::standard::{shown_double, string};
use super::strings::{MAX_TEXT, quote, text};
use super::table::{Done, Table, WALK, part};
use crate::syntax::{Expr, Kind};
use crate::time;
use crate::types::Type;
use crate::value::Value;
use plumb_text::Span;
use std::fmt::Write;

pub(super) fn rows(table: &mut Table) {
    let walk = |args: &[Value]| part(args[0].size(), WALK);
    table.costs("<string> format(list(dyn)) -> string", walk, format);
}

/// A clause: what it makes of its argument.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Clause {
    String,
    Decimal,
    Fixed(usize),
    Scientific(usize),
    Binary,
    Hex(bool),
    Octal,
}

/// The digits behind the point where a clause names none.
const PRECISION: usize = 6;
/// The most digits behind the point.
const MAX_PRECISION: usize = 1_000;

/// What stands in a text, in its order.
enum Piece<'t> {
    Text(&'t str),
    Clause(Clause),
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        pieces.push(Piece::Text(&rest[..at]));
        let mut behind = &rest[at + 1..];
        if let Some(after) = behind.strip_prefix('%') {
            pieces.push(Piece::Text("%"));
            rest = after;
            continue;
        }
        let mut precision = None;
        if let Some(digits) = behind.strip_prefix('.') {
            let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            let value =
                digits[..end].parse::<usize>().map_err(|_| "could not parse the precision")?;
            if value > MAX_PRECISION {
                return Err(format!("a precision is at most {MAX_PRECISION}"));
            }
            precision = Some(value);
            behind = &digits[end..];
        }
        let name = behind.chars().next().ok_or("unexpected end of string")?;
        let digits = precision.unwrap_or(PRECISION);
        let clause = match name {
            's' => Clause::String,
            'd' => Clause::Decimal,
            'f' => Clause::Fixed(digits),
            'e' => Clause::Scientific(digits),
            'b' => Clause::Binary,
            'x' => Clause::Hex(false),
            'X' => Clause::Hex(true),
            'o' => Clause::Octal,
            other => return Err(format!("unrecognized formatting clause \"{other}\"")),
        };
        pieces.push(Piece::Clause(clause));
        rest = &behind[name.len_utf8()..];
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

fn format(args: &[Value]) -> Done {
    let (whole, list) = match args {
        [whole, Value::List(list)] => (text(whole)?, list),
        _ => return Err("no such overload".to_owned()),
    };
    if list.open || list.items.iter().any(|item| matches!(item, Value::Unknown)) {
        return Ok(Value::Unknown);
    }
    let mut out = String::new();
    let mut items = list.items.iter();
    let mut taken = 0;
    for piece in pieces(whole)? {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Clause(clause) => {
                let item = items.next().ok_or_else(|| format!("index {taken} out of range"))?;
                taken += 1;
                out.push_str(&shown(clause, item)?);
            }
        }
        if out.len() > MAX_TEXT {
            return Err(format!("the text would be longer than {MAX_TEXT} bytes"));
        }
    }
    Ok(out.into())
}

fn refused(clause: Clause, name: &str) -> String {
    let wants = match clause {
        Clause::String => {
            "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps"
        }
        Clause::Decimal => "decimal clause can only be used on integers",
        Clause::Fixed(_) => "fixed-point clause can only be used on doubles",
        Clause::Scientific(_) => "scientific clause can only be used on doubles",
        Clause::Binary => "only integers and bools can be formatted as binary",
        Clause::Hex(_) => "only integers, byte buffers, and strings can be formatted as hex",
        Clause::Octal => "octal clause can only be used on integers",
    };
    format!("error during formatting: {wants}, was given {name}")
}

fn shown(clause: Clause, value: &Value) -> Result<String, String> {
    let refuse = || refused(clause, value.type_name());
    let double = |value: &Value| match value {
        Value::Double(number) => Some(*number),
        Value::String(text) => match &**text {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    };
    Ok(match (clause, value) {
        (Clause::String, value) => plain(value).ok_or_else(refuse)?,
        (Clause::Decimal, Value::Int(number)) => number.to_string(),
        (Clause::Decimal, Value::Uint(number)) => number.to_string(),
        (Clause::Fixed(digits), value) => fixed(double(value).ok_or_else(refuse)?, digits),
        (Clause::Scientific(digits), value) => {
            scientific(double(value).ok_or_else(refuse)?, digits)
        }
        (Clause::Binary, Value::Bool(truth)) => u8::from(*truth).to_string(),
        (Clause::Binary, Value::Int(number)) => {
            signed(*number, format!("{:b}", number.unsigned_abs()))
        }
        (Clause::Binary, Value::Uint(number)) => format!("{number:b}"),
        (Clause::Octal, Value::Int(number)) => {
            signed(*number, format!("{:o}", number.unsigned_abs()))
        }
        (Clause::Octal, Value::Uint(number)) => format!("{number:o}"),
        (Clause::Hex(upper), value) => {
            let digits = match value {
                Value::Int(number) => signed(*number, format!("{:x}", number.unsigned_abs())),
                Value::Uint(number) => format!("{number:x}"),
                Value::String(text) => hex(text.as_bytes()),
                Value::Bytes(bytes) => hex(bytes),
                _ => return Err(refuse()),
            };
            if upper { digits.to_uppercase() } else { digits }
        }
        _ => return Err(refuse()),
    })
}

fn signed(number: i64, digits: String) -> String {
    if number < 0 { format!("-{digits}") } else { digits }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A value as `%s` writes it.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("null".to_owned()),
        Value::List(_) | Value::Map(_) => nested(value, 0),
        // Unlike `string()`, at no distance from UTC.
        Value::Timestamp(at) => Some(at.to_string()),
        Value::Int(_)
        | Value::Uint(_)
        | Value::Double(_)
        | Value::Bool(_)
        | Value::String(_)
        | Value::Bytes(_)
        | Value::Duration(_)
        | Value::Type(_) => match string(std::slice::from_ref(value)) {
            Ok(Value::String(text)) => Some(text.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// A value within a list or a map.
fn nested(value: &Value, depth: usize) -> Option<String> {
    const MAX_NESTING: usize = 100;
    if depth > MAX_NESTING {
        return None;
    }
    Some(match value {
        Value::String(text) => quote(text),
        Value::Bytes(_) => format!("b{}", quote(&plain(value)?)),
        Value::Timestamp(at) => format!("timestamp({})", quote(&at.to_string())),
        Value::Duration(nanos) => format!("duration({})", quote(&time::show_duration(*nanos))),
        Value::Double(number) if number.is_finite() => format!("{number:.PRECISION$}"),
        Value::Double(number) => quote(&shown_double(*number)),
        Value::List(list) => {
            let items: Option<Vec<String>> =
                list.items.iter().map(|item| nested(item, depth + 1)).collect();
            format!("[{}]", items?.join(", "))
        }
        Value::Map(map) => {
            let mut entries = Vec::new();
            for (key, value) in map.iter() {
                entries.push((nested(key, depth + 1)?, nested(value, depth + 1)?));
            }
            entries.sort();
            let entries: Vec<String> =
                entries.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => plain(other)?,
    })
}

/// With digits behind the point, and commas between thousands.
fn fixed(number: f64, digits: usize) -> String {
    if !number.is_finite() {
        return infinite(number).to_owned();
    }
    let plain = format!("{:.digits$}", number.abs());
    let (whole, fraction) = plain.split_once('.').map_or((&plain[..], None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    if number.is_sign_negative() {
        out.push('-');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn infinite(number: f64) -> &'static str {
    match number {
        _ if number.is_nan() => "NaN",
        _ if number > 0.0 => "∞",
        _ => "-∞",
    }
}

/// `1.052033×10⁰³`
fn scientific(number: f64, digits: usize) -> String {
    if !number.is_finite() {
        return format!("{:>6}", infinite(number));
    }
    let plain = format!("{number:.digits$e}");
    let (mantissa, exponent) = plain.split_once('e').unwrap_or((&plain, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mut out = format!("{mantissa}×10");
    if exponent < 0 {
        out.push('⁻');
    }
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = format!("{:02}", exponent.abs());
    out.extend(raised.chars().filter_map(|c| c.to_digit(10)).map(|digit| RAISED[digit as usize]));
    out
}

/// Checks a text that is written out against the types of arguments that are too. An error may have the place of an
/// argument.
pub(crate) fn check(
    text: &str,
    items: &[(Span, &Type, &Expr)],
    types: &[Type],
) -> Result<(), (Option<Span>, String)> {
    let mut next = items.iter();
    let mut taken = 0;
    for piece in pieces(text).map_err(|message| (None, message))? {
        let Piece::Clause(clause) = piece else { continue };
        let (span, of, expr) =
            next.next().ok_or_else(|| (None, format!("index {taken} out of range")))?;
        taken += 1;
        if !fits(clause, of, expr, types) {
            let name = match of {
                Type::Null => "null_type".to_owned(),
                Type::List(_) => "list".to_owned(),
                Type::Map(..) => "map".to_owned(),
                other => other.to_string(),
            };
            return Err((Some(*span), refused(clause, &name)));
        }
    }
    match next.len() {
        0 => Ok(()),
        _ => Err((
            None,
            format!(
                "too many arguments supplied to string.format (expected {taken}, got {})",
                items.len()
            ),
        )),
    }
}

fn fits(clause: Clause, of: &Type, expr: &Expr, types: &[Type]) -> bool {
    let type_of = |expr: &Expr| types.get(expr.id as usize).unwrap_or(&Type::Dyn);
    if *of == Type::Dyn {
        return true;
    }
    match clause {
        Clause::Decimal | Clause::Octal => matches!(of, Type::Int | Type::Uint),
        Clause::Fixed(_) | Clause::Scientific(_) => matches!(of, Type::Double | Type::String),
        Clause::Binary => matches!(of, Type::Int | Type::Uint | Type::Bool),
        Clause::Hex(_) => matches!(of, Type::Int | Type::Uint | Type::String | Type::Bytes),
        Clause::String => match (of, &expr.kind) {
            (_, Kind::List(items)) => {
                items.iter().all(|item| fits(clause, type_of(&item.value), &item.value, types))
            }
            (_, Kind::Map(entries)) => entries.iter().all(|entry| {
                let key = type_of(&entry.key);
                matches!(key, Type::String | Type::Bool | Type::Int | Type::Uint | Type::Dyn)
                    && fits(clause, type_of(&entry.value), &entry.value, types)
            }),
            (Type::Opaque(..) | Type::Object(_) | Type::Error, _) => false,
            _ => true,
        },
    }
}
