//! Texts and patterns: the string extensions and Kubernetes' `find`.

use super::table::{Done, Table, WALK, part};
use crate::pattern::go_regex;
use crate::value::Value;
use regex::Regex;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

pub(super) fn rows(table: &mut Table) {
    let walk = |args: &[Value]| part(args[0].size(), WALK);
    let twice = |args: &[Value]| part(args[0].size(), 2.0 * WALK);
    let pattern = |args: &[Value]| part(1 + args[0].size(), WALK) * part(args[1].size(), 0.25);
    table.costs("matches(string, string) -> bool", pattern, matches);
    table.costs("<string> matches(string) -> bool", pattern, matches);
    table.costs("<string> find(string) -> string", pattern, |args| {
        let (text, regex) = text_and_pattern(args)?;
        Ok(regex.find(text).map_or("", |found| found.as_str()).into())
    });
    table.costs("<string> findAll(string) -> list(string)", pattern, |args| find_all(args, None));
    table.costs("<string> findAll(string, int) -> list(string)", pattern, |args| match args[2] {
        Value::Int(limit) => find_all(args, usize::try_from(limit).ok()),
        _ => Err(NONE.to_owned()),
    });
    table.costs("jsonpatch.escapeKey(string) -> string", walk, |args| {
        Ok(text(&args[0])?.replace('~', "~0").replace('/', "~1").into())
    });
    table.add("<string> charAt(int) -> string", |args| match args {
        [Value::String(text), Value::Int(at)] => {
            let length = text.chars().count();
            match usize::try_from(*at).ok().filter(|at| *at <= length) {
                Some(at) => Ok(text.chars().nth(at).map(String::from).unwrap_or_default().into()),
                None => Err(format!("index out of range: {at}")),
            }
        }
        _ => Err(NONE.to_owned()),
    });
    for declared in ["<string> indexOf(string) -> int", "<string> indexOf(string, int) -> int"] {
        table.costs(declared, walk, index_of);
    }
    for declared in
        ["<string> lastIndexOf(string) -> int", "<string> lastIndexOf(string, int) -> int"]
    {
        table.costs(declared, walk, last_index_of);
    }
    table.costs("<string> lowerAscii() -> string", walk, |args| {
        Ok(text(&args[0])?.to_ascii_lowercase().into())
    });
    table.costs("<string> upperAscii() -> string", walk, |args| {
        Ok(text(&args[0])?.to_ascii_uppercase().into())
    });
    table.costs("<string> trim() -> string", walk, |args| {
        // Go's white space is Unicode's.
        Ok(text(&args[0])?.trim().into())
    });
    for declared in ["<string> substring(int) -> string", "<string> substring(int, int) -> string"]
    {
        table.costs(declared, walk, substring);
    }
    for declared in [
        "<string> replace(string, string) -> string",
        "<string> replace(string, string, int) -> string",
    ] {
        table.costs(declared, twice, replace);
    }
    for declared in
        ["<string> split(string) -> list(string)", "<string> split(string, int) -> list(string)"]
    {
        table.costs(declared, twice, split);
    }
    for declared in ["<list(string)> join() -> string", "<list(string)> join(string) -> string"] {
        table.costs(declared, |args| part(joined_size(args), 2.0 * WALK), join);
    }
    table.costs("strings.quote(string) -> string", walk, |args| Ok(quote(text(&args[0])?).into()));
}

const NONE: &str = "no such overload";

/// The longest text that a function makes, in bytes.
pub(super) const MAX_TEXT: usize = 10_000_000;

fn too_long() -> String {
    format!("the text would be longer than {MAX_TEXT} bytes")
}

pub(super) fn text(value: &Value) -> Result<&str, String> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(NONE.to_owned()),
    }
}

/// A pattern as RE2 reads it; compiled once.
pub(super) fn pattern(source: &str) -> Result<Arc<Regex>, String> {
    static KNOWN: OnceLock<Mutex<HashMap<String, Arc<Regex>>>> = OnceLock::new();
    const KEPT: usize = 1_000;
    let known = KNOWN.get_or_init(Mutex::default);
    if let Ok(known) = known.lock()
        && let Some(regex) = known.get(source)
    {
        return Ok(regex.clone());
    }
    let regex = go_regex(source).map_err(|why| format!("invalid pattern: {why}"))?;
    let regex = Arc::new(regex);
    if let Ok(mut known) = known.lock() {
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(source.to_owned(), regex.clone());
    }
    Ok(regex)
}

fn text_and_pattern(args: &[Value]) -> Result<(&str, Arc<Regex>), String> {
    Ok((text(&args[0])?, pattern(text(&args[1])?)?))
}

fn matches(args: &[Value]) -> Done {
    let (text, regex) = text_and_pattern(args)?;
    Ok(regex.is_match(text).into())
}

fn find_all(args: &[Value], limit: Option<usize>) -> Done {
    let (text, regex) = text_and_pattern(args)?;
    let found = regex.find_iter(text).take(limit.unwrap_or(usize::MAX));
    Ok(found.map(|found| Value::from(found.as_str())).collect::<Vec<_>>().into())
}

/// The offset of a character in bytes; the text's end behind the last one.
fn offset(text: &str, at: usize) -> usize {
    text.char_indices().nth(at).map_or(text.len(), |(offset, _)| offset)
}

fn start(args: &[Value]) -> Result<Option<usize>, String> {
    match args.get(2) {
        None => Ok(None),
        Some(Value::Int(at)) => {
            usize::try_from(*at).map(Some).map_err(|_| format!("index out of range: {at}"))
        }
        Some(_) => Err(NONE.to_owned()),
    }
}

fn index_of(args: &[Value]) -> Done {
    let (text, part, from) = (text(&args[0])?, text(&args[1])?, start(args)?.unwrap_or(0));
    let length = text.chars().count();
    if part.is_empty() {
        return Ok(Value::Int(from.min(length) as i64));
    }
    let start = offset(text, from);
    Ok(Value::Int(match text[start..].find(part) {
        Some(found) if from < length => text[..start + found].chars().count() as i64,
        _ => -1,
    }))
}

fn last_index_of(args: &[Value]) -> Done {
    let (text, part, from) = (text(&args[0])?, text(&args[1])?, start(args)?);
    let length = text.chars().count();
    if part.is_empty() {
        return Ok(Value::Int(from.unwrap_or(length).min(length) as i64));
    }
    if from.is_some_and(|from| from >= length) {
        return Ok(Value::Int(-1));
    }
    // A match begins at `from` at the latest.
    let last = offset(text, from.unwrap_or(length));
    let found = text.match_indices(part).map(|(at, _)| at).take_while(|at| *at <= last).last();
    // Matches may overlap: look again from the last one that was found.
    let overlapping = found.map(|mut at| {
        while let Some(next) = text[at..].chars().next().map(|c| at + c.len_utf8())
            && let Some(more) = text[next..].find(part).map(|more| next + more)
            && more <= last
        {
            at = more;
        }
        at
    });
    Ok(Value::Int(overlapping.map_or(-1, |at| text[..at].chars().count() as i64)))
}

fn substring(args: &[Value]) -> Done {
    let text = text(&args[0])?;
    let length = text.chars().count();
    let bound = |value: &Value| match value {
        Value::Int(at) => usize::try_from(*at)
            .ok()
            .filter(|at| *at <= length)
            .ok_or_else(|| format!("index out of range: {at}")),
        _ => Err(NONE.to_owned()),
    };
    let start = bound(&args[1])?;
    let end = args.get(2).map_or(Ok(length), bound)?;
    if start > end {
        return Err(format!("invalid substring range. start: {start}, end: {end}"));
    }
    Ok(text[offset(text, start)..offset(text, end)].into())
}

fn replace(args: &[Value]) -> Done {
    let (whole, from, to) = (text(&args[0])?, text(&args[1])?, text(&args[2])?);
    let limit = match args.get(3) {
        None => usize::MAX,
        Some(Value::Int(limit)) => usize::try_from(*limit).unwrap_or(usize::MAX),
        Some(_) => return Err(NONE.to_owned()),
    };
    let places = whole.matches(from).take(limit).count();
    let grown = places.saturating_mul(to.len().saturating_sub(from.len()));
    if whole.len().saturating_add(grown) > MAX_TEXT {
        return Err(too_long());
    }
    Ok(whole.replacen(from, to, limit).into())
}

fn split(args: &[Value]) -> Done {
    let (whole, at) = (text(&args[0])?, text(&args[1])?);
    let limit = match args.get(2) {
        None => usize::MAX,
        Some(Value::Int(limit)) => usize::try_from(*limit).unwrap_or(usize::MAX),
        Some(_) => return Err(NONE.to_owned()),
    };
    let parts: Vec<Value> = match (limit, at) {
        (0, _) => Vec::new(),
        // Between characters, none before the first and none behind the last.
        (_, "") => {
            let mut parts = Vec::new();
            let mut rest = whole;
            while let Some(first) = rest.chars().next() {
                if parts.len() + 1 == limit {
                    break;
                }
                parts.push(&rest[..first.len_utf8()]);
                rest = &rest[first.len_utf8()..];
            }
            if !rest.is_empty() {
                parts.push(rest);
            }
            parts.into_iter().map(Value::from).collect()
        }
        _ => whole.splitn(limit, at).map(Value::from).collect(),
    };
    Ok(parts.into())
}

fn joined_size(args: &[Value]) -> u64 {
    let Value::List(list) = &args[0] else { return 1 };
    let between = args.get(1).map_or(0, Value::size);
    list.items.iter().map(|item| item.size() + between).sum()
}

fn join(args: &[Value]) -> Done {
    let Value::List(list) = &args[0] else { return Err(NONE.to_owned()) };
    if list.open || list.items.iter().any(|item| matches!(item, Value::Unknown)) {
        return Ok(Value::Unknown);
    }
    let between = args.get(1).map_or(Ok(""), text)?;
    let parts: Vec<&str> = list.items.iter().map(text).collect::<Result<_, _>>()?;
    if parts.iter().map(|part| part.len() + between.len()).sum::<usize>() > MAX_TEXT {
        return Err(too_long());
    }
    Ok(parts.join(between).into())
}

/// A text in quotes that an expression reads as the same text.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            other => out.push(other),
        }
    }
    out + "\""
}
