//! Functions of named formats.

use super::table::{Table, part};
use crate::format::FORMATS;
use crate::value::Value;
use std::sync::Arc;

pub(super) fn rows(table: &mut Table) {
    table.releases(31, 0);
    table.add("format.named(string) -> optional(kubernetes.NamedFormat)", |args| {
        let known = match &args[0] {
            Value::String(name) => FORMATS.iter().find(|format| format.name == &**name),
            _ => return Err("no such overload".to_owned()),
        };
        Ok(Value::Optional(known.map(|format| Arc::new(Value::Format(format)))))
    });
    macro_rules! named {
        ($($name:literal = $at:literal),*) => {$(
            table.add(concat!("format.", $name, "() -> kubernetes.NamedFormat"), |_| {
                Ok(Value::Format(&FORMATS[$at]))
            });
        )*};
    }
    named!(
        "dns1123Label" = 0,
        "dns1123Subdomain" = 1,
        "dns1035Label" = 2,
        "qualifiedName" = 3,
        "dns1123LabelPrefix" = 4,
        "dns1123SubdomainPrefix" = 5,
        "dns1035LabelPrefix" = 6,
        "labelValue" = 7,
        "uri" = 8,
        "uuid" = 9,
        "byte" = 10,
        "date" = 11,
        "datetime" = 12
    );
    let cost = |args: &[Value]| match &args[0] {
        Value::Format(format) => part(1 + args[1].size(), 0.1) * part(format.size, 0.25),
        _ => 1,
    };
    table.costs(
        "<kubernetes.NamedFormat> validate(string) -> optional(list(string))",
        cost,
        |args| match args {
            [Value::Format(format), Value::String(text)] => {
                let wrong = (format.check)(text);
                let list: Vec<Value> = wrong.into_iter().map(Value::from).collect();
                Ok(Value::Optional((!list.is_empty()).then(|| Arc::new(list.into()))))
            }
            _ => Err("no such overload".to_owned()),
        },
    );
    table.releases(0, 0);
}
