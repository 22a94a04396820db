//! Versions by semver 2.0.

use super::{Done, Table, WALK, part};
use crate::value::Value;
use std::cmp::Ordering;
use std::sync::Arc;

/// A version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    numbers: [u64; 3],
    before: Vec<String>,
    build: Vec<String>,
}

pub(super) fn rows(table: &mut Table) {
    table.releases(33, 0);
    let walk = |args: &[Value]| part(args[0].size(), WALK);
    for declared in
        ["semver(string) -> kubernetes.Semver", "semver(string, bool) -> kubernetes.Semver"]
    {
        table.costs(declared, walk, |args| {
            read(args).map(|version| Value::Semver(Arc::new(version)))
        });
    }
    for declared in ["isSemver(string) -> bool", "isSemver(string, bool) -> bool"] {
        table.costs(declared, walk, |args| Ok(read(args).is_ok().into()));
    }
    table.add("<kubernetes.Semver> major() -> int", |args| number(args, 0));
    table.add("<kubernetes.Semver> minor() -> int", |args| number(args, 1));
    table.add("<kubernetes.Semver> patch() -> int", |args| number(args, 2));
    table.add("<kubernetes.Semver> isGreaterThan(kubernetes.Semver) -> bool", |args| {
        Ok((compare(args)? == Ordering::Greater).into())
    });
    table.add("<kubernetes.Semver> isLessThan(kubernetes.Semver) -> bool", |args| {
        Ok((compare(args)? == Ordering::Less).into())
    });
    table.add("<kubernetes.Semver> compareTo(kubernetes.Semver) -> int", |args| {
        Ok(Value::Int(compare(args)? as i64))
    });
    table.releases(0, 0);
}

fn number(args: &[Value], at: usize) -> Done {
    match &args[0] {
        Value::Semver(version) => Ok(Value::Int(version.numbers[at] as i64)),
        _ => Err("no such overload".to_owned()),
    }
}

fn compare(args: &[Value]) -> Result<Ordering, String> {
    match args {
        [Value::Semver(one), Value::Semver(two)] => Ok(one.compare(two)),
        _ => Err("no such overload".to_owned()),
    }
}

fn read(args: &[Value]) -> Result<Version, String> {
    match args {
        [Value::String(text)] | [Value::String(text), Value::Bool(false)] => parse(text),
        [Value::String(text), Value::Bool(true)] => normalized(text).and_then(|text| parse(&text)),
        _ => Err("no such overload".to_owned()),
    }
}

/// Without a `v`, without leading zeros, and with the numbers that are missing.
fn normalized(text: &str) -> Result<String, String> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut parts: Vec<String> = text.splitn(3, '.').map(str::to_owned).collect();
    for part in &mut parts {
        if part.len() > 1 {
            let rest = part.trim_start_matches('0');
            let keep = rest.starts_with(|c: char| c.is_ascii_digit());
            *part = if keep { rest.to_owned() } else { format!("0{rest}") };
        }
    }
    if parts.len() < 3 {
        if parts.last().is_some_and(|last| last.contains(['+', '-'])) {
            return Err("short version cannot contain PreRelease/Build meta data".to_owned());
        }
        parts.resize(3, "0".to_owned());
    }
    Ok(parts.join("."))
}

fn parse(text: &str) -> Result<Version, String> {
    let wrong = |what: &str| format!("invalid version {text:?}: {what}");
    let (rest, build) =
        text.split_once('+').map_or((text, None), |(rest, build)| (rest, Some(build)));
    let (rest, before) =
        rest.split_once('-').map_or((rest, None), |(rest, before)| (rest, Some(before)));
    let parts: Vec<&str> = rest.split('.').collect();
    if parts.len() != 3 {
        return Err(wrong("no Major.Minor.Patch elements found"));
    }
    let mut numbers = [0; 3];
    for (number, part) in numbers.iter_mut().zip(&parts) {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong("a number is expected"));
        }
        if part.len() > 1 && part.starts_with('0') {
            return Err(wrong("a number has no leading zeros"));
        }
        *number = part.parse().map_err(|_| wrong("a number is too large"))?;
    }
    let words = |text: Option<&str>, numbers_too: bool| -> Result<Vec<String>, String> {
        let Some(text) = text else { return Ok(Vec::new()) };
        text.split('.')
            .map(|word| {
                let letters = |c: char| c.is_ascii_alphanumeric() || c == '-';
                let number = word.bytes().all(|byte| byte.is_ascii_digit());
                let zeros = numbers_too && number && word.len() > 1 && word.starts_with('0');
                match word.is_empty() || !word.chars().all(letters) || zeros {
                    true => Err(wrong("a part behind the numbers is invalid")),
                    false => Ok(word.to_owned()),
                }
            })
            .collect()
    };
    Ok(Version { numbers, before: words(before, true)?, build: words(build, false)? })
}

impl Version {
    /// Which version comes first; build metadata does not count.
    pub(crate) fn compare(&self, other: &Version) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| {
            match (self.before.is_empty(), other.before.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => {
                    let pairs = self.before.iter().zip(&other.before);
                    let first = pairs.map(|(one, two)| compare_words(one, two)).find(|o| o.is_ne());
                    first.unwrap_or_else(|| self.before.len().cmp(&other.before.len()))
                }
            }
        })
    }
}

/// Numbers come before words, and are compared as numbers.
fn compare_words(one: &str, two: &str) -> Ordering {
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    match (is_number(one), is_number(two)) {
        (true, true) => one.len().cmp(&two.len()).then_with(|| one.cmp(two)),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => one.cmp(two),
    }
}
