//! Functions of durations and points in time.

use super::table::{Done, Table};
use crate::time::{Parts, Time, duration, offset};
use crate::value::Value;

pub(super) fn rows(table: &mut Table) {
    type Part = fn(&Parts) -> i64;
    macro_rules! part {
        ($name:literal, $part:expr) => {
            table.add(concat!("<timestamp> ", $name, "() -> int"), |args| {
                let part: Part = $part;
                part_of(args, part)
            });
            table.add(concat!("<timestamp> ", $name, "(string) -> int"), |args| {
                let part: Part = $part;
                part_of(args, part)
            });
        };
    }
    part!("getFullYear", |at| at.year);
    part!("getMonth", |at| at.month - 1);
    part!("getDate", |at| at.day);
    part!("getDayOfMonth", |at| at.day - 1);
    part!("getDayOfWeek", |at| at.weekday);
    part!("getDayOfYear", |at| at.year_day);
    part!("getHours", |at| at.hour);
    part!("getMinutes", |at| at.minute);
    part!("getSeconds", |at| at.second);
    part!("getMilliseconds", |at| at.milli);
    table.add("<duration> getHours() -> int", |args| whole(args, 3_600_000_000_000));
    table.add("<duration> getMinutes() -> int", |args| whole(args, 60_000_000_000));
    table.add("<duration> getSeconds() -> int", |args| whole(args, 1_000_000_000));
    table.add("<duration> getMilliseconds() -> int", |args| whole(args, 1_000_000));
    table.add("duration(duration) -> duration", |args| Ok(args[0].clone()));
    table.add("duration(string) -> duration", |args| match &args[0] {
        Value::String(text) => duration(text).map(Value::Duration),
        _ => Err("no such overload".to_owned()),
    });
    table.add("timestamp(timestamp) -> timestamp", |args| Ok(args[0].clone()));
    table.add("timestamp(string) -> timestamp", |args| match &args[0] {
        Value::String(text) => timestamp(text),
        _ => Err("no such overload".to_owned()),
    });
    table.add("timestamp(int) -> timestamp", |args| match &args[0] {
        Value::Int(seconds) => {
            let at = Time::new(*seconds, 0).map(Value::Timestamp);
            at.ok_or_else(|| "timestamp overflow".to_owned())
        }
        _ => Err("no such overload".to_owned()),
    });
}

fn whole(args: &[Value], unit: i64) -> Done {
    match args[0] {
        Value::Duration(nanos) => Ok(Value::Int(nanos / unit)),
        _ => Err("no such overload".to_owned()),
    }
}

fn part_of(args: &[Value], part: fn(&Parts) -> i64) -> Done {
    let Value::Timestamp(at) = args[0] else { return Err("no such overload".to_owned()) };
    let offset = match args.get(1) {
        None => 0,
        Some(Value::String(name)) => offset(name, at)?,
        Some(_) => return Err("no such overload".to_owned()),
    };
    Ok(Value::Int(part(&Parts::of(at, offset))))
}

fn timestamp(text: &str) -> Done {
    Time::parse(text).map(Value::Timestamp).ok_or_else(|| {
        "type conversion error from 'string' to 'google.protobuf.Timestamp'".to_owned()
    })
}
