//! Runs expressions with the values that an API server gives, a JSON object a line, and prints right and wrong per file.
//!
//! `cargo run -p plumb-cel --example conformance -- FILE.jsonl [--show]`
//!
//! A line has `expr`, `bindings` (variables as typed values), `container`, and in `kubernetes` (or, per release, in
//! `kubernetes_by_version`) what comes of it: `value`, `error`, `compile_error` or `program_error`. Exit code 1 where
//! anything is wrong.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a program that prints")]

use plumb_cel::{Budget, Environment, Map, Type, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let show = args.iter().any(|arg| arg == "--show");
    let Some(file) = args.iter().find(|arg| !arg.starts_with("--")) else {
        eprintln!("usage: conformance FILE.jsonl [--show]");
        return ExitCode::from(2);
    };
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{file}: {error}");
            return ExitCode::from(2);
        }
    };
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (line, row) in text.lines().enumerate() {
        let Ok(row) = serde_json::from_str::<Json>(row) else {
            eprintln!("{file}:{}: not JSON", line + 1);
            return ExitCode::from(2);
        };
        let wrong = wrong(&row);
        let name = row["file"].as_str().unwrap_or("?").to_owned();
        let count = counts.entry(name).or_default();
        match wrong {
            None => count.0 += 1,
            Some(why) => {
                count.1 += 1;
                if show {
                    println!("{}:{}: {}\n    {why}", file, line + 1, row["expr"]);
                }
            }
        }
    }
    let (mut right, mut wrong) = (0, 0);
    for (name, (ok, bad)) in &counts {
        println!("{name:16} {ok:5} right {bad:5} wrong");
        (right, wrong) = (right + ok, wrong + bad);
    }
    println!("{:16} {right:5} right {wrong:5} wrong", "all");
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What differs from what an API server makes of a row.
fn wrong(row: &Json) -> Option<String> {
    let releases: Vec<(u32, &Json)> = match row.get("kubernetes") {
        Some(all) => [31, 33, 37].into_iter().map(|minor| (minor, all)).collect(),
        None => row["kubernetes_by_version"]
            .as_object()?
            .iter()
            .filter_map(|(release, result)| {
                Some((release.strip_prefix("1.")?.parse().ok()?, result))
            })
            .collect(),
    };
    releases.into_iter().find_map(|(minor, expected)| {
        let found = run(row, minor);
        let is = |key: &str| expected.get(key).is_some();
        let right = match &found {
            Outcome::Value(value) => {
                expected.get("value").map(sorted).as_ref() == Some(&sorted(value))
            }
            Outcome::Fails(_) => is("error"),
            Outcome::Refused(_) => is("compile_error") || is("program_error"),
        };
        (!right).then(|| format!("1.{minor}: {found:?}\n    expected {expected}"))
    })
}

/// A value with the entries of its maps in one order: they have none.
fn sorted(json: &Json) -> Json {
    match json {
        Json::Array(items) => items.iter().map(sorted).collect(),
        Json::Object(object) => object
            .iter()
            .map(|(kind, value)| {
                let mut value = sorted(value);
                if kind == "map"
                    && let Some(pairs) = value.as_array_mut()
                {
                    pairs.sort_by_key(Json::to_string);
                }
                (kind.clone(), value)
            })
            .collect(),
        other => other.clone(),
    }
}

#[derive(Debug)]
enum Outcome {
    Value(Json),
    Fails(#[allow(dead_code, reason = "shown")] String),
    Refused(#[allow(dead_code, reason = "shown")] String),
}

fn run(row: &Json, minor: u32) -> Outcome {
    let empty = serde_json::Map::new();
    let bindings = row["bindings"].as_object().unwrap_or(&empty);
    let mut environment = Environment::kubernetes(minor);
    for name in bindings.keys() {
        environment = environment.variable(name, Type::Dyn);
    }
    if let Some(container) = row["container"].as_str() {
        environment = environment.container(container);
    }
    let program = match environment.compile(row["expr"].as_str().unwrap_or_default()) {
        Ok(program) => program,
        Err(error) => return Outcome::Refused(error.to_string()),
    };
    let value = |name: &str| bindings.get(name).map(read);
    match program.evaluate(&value, &mut Budget::default()) {
        Ok(value) => Outcome::Value(write(&value)),
        Err(error) => Outcome::Fails(error.to_string()),
    }
}

fn read(json: &Json) -> Value {
    let Some((kind, value)) = json.as_object().and_then(|map| map.iter().next()) else {
        return Value::Null;
    };
    let text = value.as_str().unwrap_or_default();
    match kind.as_str() {
        "int" => Value::Int(text.parse().unwrap_or_default()),
        "uint" => Value::Uint(text.parse().unwrap_or_default()),
        "double" => Value::Double(text.parse().unwrap_or(f64::NAN)),
        "bool" => Value::Bool(value.as_bool().unwrap_or_default()),
        "string" => text.into(),
        "bytes" => {
            let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap_or_default();
            Value::Bytes((0..text.len() / 2).map(|at| byte(at * 2)).collect())
        }
        "list" => value.as_array().into_iter().flatten().map(read).collect::<Vec<_>>().into(),
        "map" => {
            let mut map = Map::default();
            for pair in value.as_array().into_iter().flatten() {
                map.insert(read(&pair[0]), read(&pair[1]));
            }
            map.into()
        }
        "type" => Value::Type(text.into()),
        _ => Value::Null,
    }
}

fn write(value: &Value) -> Json {
    match value {
        Value::Null => json!({"null": true}),
        Value::Bool(truth) => json!({"bool": truth}),
        Value::Int(number) => json!({"int": number.to_string()}),
        Value::Uint(number) => json!({"uint": number.to_string()}),
        Value::Double(number) => json!({"double": shown(*number)}),
        Value::String(text) => json!({"string": **text}),
        Value::Bytes(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            json!({"bytes": digits})
        }
        Value::List(list) => json!({"list": list.items.iter().map(write).collect::<Vec<_>>()}),
        Value::Map(map) => {
            let pairs: Vec<Json> =
                map.iter().map(|(key, value)| json!([write(key), write(value)])).collect();
            json!({"map": pairs})
        }
        Value::Type(name) => json!({"type": **name}),
        other => json!({"other": other.type_name()}),
    }
}

fn shown(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    if number.is_nan() {
        return "nan".to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    match (-4..16).contains(&exponent) {
        true if number.fract() == 0.0 => format!("{number:.1}"),
        true => number.to_string(),
        false => {
            format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
        }
    }
}
