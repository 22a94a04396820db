//! Functions of versions.

use super::table::{Done, Table, WALK, part};
use crate::semver::{Version, normalized, parse};
use crate::value::Value;
use std::cmp::Ordering;
use std::sync::Arc;

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
