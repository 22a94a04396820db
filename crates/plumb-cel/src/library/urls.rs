//! Functions of URLs.

use super::table::{Done, Table, WALK, part};
use crate::url::{Url, escapes, host_and_port, parse, unescaped};
use crate::value::{Map, Value};
use std::sync::Arc;

pub(super) fn rows(table: &mut Table) {
    let walk = |args: &[Value]| part(args[0].size(), WALK);
    table.costs("url(string) -> kubernetes.URL", walk, |args| match &args[0] {
        Value::String(text) => parse(text)
            .map(|url| Value::Url(Arc::new(url)))
            .map_err(|why| format!("URL parse error during conversion from string: {why}")),
        _ => Err("no such overload".to_owned()),
    });
    table.add("isURL(string) -> bool", |args| match &args[0] {
        Value::String(text) => Ok(parse(text).is_ok().into()),
        _ => Err("no such overload".to_owned()),
    });
    table.add("<kubernetes.URL> getScheme() -> string", |args| get(args, |url| url.scheme.clone()));
    table.add("<kubernetes.URL> getHost() -> string", |args| get(args, |url| url.host.clone()));
    table.add("<kubernetes.URL> getHostname() -> string", |args| {
        get(args, |url| {
            let (host, _) = host_and_port(&url.host);
            host.trim_start_matches('[').trim_end_matches(']').to_owned()
        })
    });
    table.add("<kubernetes.URL> getPort() -> string", |args| {
        get(args, |url| host_and_port(&url.host).1.to_owned())
    });
    table.add("<kubernetes.URL> getEscapedPath() -> string", |args| {
        get(args, |url| url.path.clone())
    });
    table.add("<kubernetes.URL> getQuery() -> map(string, list(string))", |args| match &args[0] {
        Value::Url(url) => Ok(query(&url.query)),
        _ => Err("no such overload".to_owned()),
    });
}

fn get(args: &[Value], part: fn(&Url) -> String) -> Done {
    match &args[0] {
        Value::Url(url) => Ok(part(url).into()),
        _ => Err("no such overload".to_owned()),
    }
}

fn query(text: &str) -> Value {
    let mut values: Vec<(String, Vec<Value>)> = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';')) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if escapes(key).is_err() || escapes(value).is_err() {
            continue;
        }
        let (key, value) = (unescaped(key, true), Value::from(unescaped(value, true)));
        match values.iter_mut().find(|(own, _)| *own == key) {
            Some((_, all)) => all.push(value),
            None => values.push((key, vec![value])),
        }
    }
    let entries = values.into_iter().map(|(key, all)| (key, Value::from(all)));
    entries.collect::<Map>().into()
}
