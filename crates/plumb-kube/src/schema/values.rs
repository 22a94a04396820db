//! Single values: type, enumeration, and the limits of text and numbers.

use super::check::Checker;
use super::faults::{self, fault, invalid, plural, quote};
use super::formats::Format;
use super::{SchemaNode, Type};
use crate::Value;
use crate::at::At;
use crate::choice::is_choice;
use crate::fault::{ErrorType, Fault};
use plumb_text::diag::nearest;
use serde_json::Value as Json;
use std::cell::OnceCell;

/// How many of the values that a schema supports are named; no more than fit into what a finding says.
const MOST_NAMED: usize = 500;

impl<'a> Checker<'a> {
    pub(super) fn type_fault(&self, spec: &SchemaNode, at: &At<'_>) -> Fault {
        let node = at.node;
        let wanted = if spec.int_or_string {
            "integer or string".to_owned()
        } else {
            let names: Vec<_> = spec.types.iter().map(|ty| type_name(*ty)).collect();
            names.join(" or ")
        };
        let why = format!("must be of type {wanted}, not {}", node.value.type_name());
        let mut found = invalid(&faults::TYPE, at, why);
        found.ty = ErrorType::TypeInvalid;
        found.blocks = true;
        let raw = self.text.get(node.span.range()).unwrap_or("");
        let wants = |ty| spec.types.contains(&ty);
        let replacement = match &node.value {
            _ if !node.is_written() => None,
            Value::Int(_) | Value::Float(_) | Value::Bool(_) if wants(Type::String) => {
                found.help(match node.value {
                    Value::Bool(_) => "YAML reads this word as true or false; in quotes it is text",
                    _ => "in quotes it is text",
                });
                Some(format!("\"{raw}\""))
            }
            Value::String(text) if node.is_quoted() => match crate::yaml::plain(text) {
                Value::Int(_) if wants(Type::Integer) || wants(Type::Number) => Some(text.clone()),
                Value::Float(_) if wants(Type::Number) => Some(text.clone()),
                Value::Bool(value) if wants(Type::Boolean) => Some(value.to_string()),
                _ => None,
            },
            _ => None,
        };
        let is_of_type = |word: &str| match crate::yaml::plain(word) {
            Value::Bool(_) => wants(Type::Boolean),
            Value::Int(_) => wants(Type::Integer) || wants(Type::Number),
            _ => false,
        };
        found.is_choice = node.as_str().is_some_and(|text| is_choice(text, is_of_type));
        if let Some(text) = replacement {
            found.fix = Some((format!("write `{text}`"), node.span, text));
        }
        match &node.value {
            Value::Map(_) if wants(Type::Array) => found.help("a list: put `- ` before each item"),
            Value::Seq(_) if wants(Type::Object) => found.help("a map: without `- `"),
            Value::Null => found.help("nothing is written behind the key, which is null"),
            _ => &mut found,
        };
        found
    }

    pub(super) fn check_enum(&mut self, values: &[Json], at: &At<'a>) {
        let node = at.node;
        let json = OnceCell::new();
        let equal = |value: &Json| match (&node.value, value) {
            (Value::String(text), Json::String(other)) => text == other,
            (Value::Int(number), Json::Number(other)) => {
                other.as_i128().map_or(other.as_f64() == Some(*number as f64), |o| o == *number)
            }
            (Value::Null, Json::Null) => true,
            _ => json.get_or_init(|| node.to_json()) == value,
        };
        if values.iter().any(equal) {
            return;
        }
        self.report(|_| {
            // Where an empty text is as good as none, nobody is told to write one.
            let named = values.iter().filter(|value| value.as_str() != Some(""));
            let supported: Vec<_> = named.take(MOST_NAMED).map(Json::to_string).collect();
            let detail = format!("supported values: {}", supported.join(", "));
            let mut found = fault(&faults::ENUM, ErrorType::NotSupported, at, detail);
            found.on(at);
            found.value = Some(quote(node));
            found.blocks = true;
            let is_value = |word: &str| values.iter().any(|value| value.as_str() == Some(word));
            found.is_choice = node.as_str().is_some_and(|text| is_choice(text, is_value));
            let names = values.iter().filter_map(Json::as_str).filter(|name| !name.is_empty());
            if let Some(near) = node.as_str().and_then(|given| nearest(given, names)) {
                found.near(Some(near));
                if node.is_written() {
                    found.fix = Some((format!("write `{near}`"), node.span, near.to_owned()));
                }
            }
            found
        });
    }

    pub(super) fn check_text(&mut self, spec: &SchemaNode, text: &str, at: &At<'a>) {
        if spec.length != (None, None) {
            let count = text.chars().count() as u64;
            if let Some(least) = spec.length.0
                && count < least
            {
                let why = format!("must be at least {least} {} long", plural(least, "character"));
                self.report(|_| invalid(&faults::VALUE, at, why));
            }
            if let Some(most) = spec.length.1
                && count > most
            {
                self.report(|_| {
                    let why = format!("may not be more than {most} characters, and has {count}");
                    let mut found = fault(&faults::VALUE, ErrorType::TooLong, at, why);
                    found.on(at);
                    found.blocks = true;
                    found
                });
            }
        }
        if let Some(pattern) = &spec.pattern {
            match pattern.regex() {
                Ok(regex) if regex.is_match(text) => {}
                Ok(_) => {
                    let why = format!("must match `{}`", pattern.text);
                    self.report(|_| invalid(&faults::VALUE, at, why));
                }
                Err(error) => {
                    let why = format!(
                        "the schema's pattern `{}` can't be checked: {error}",
                        pattern.text
                    );
                    self.report(|_| fault(&faults::UNUSABLE, ErrorType::Internal, at, why));
                }
            }
        }
        if let Some(format) = spec.format
            && !format.holds_text(text)
        {
            self.report(|_| {
                let why = format!("must be of format {}", format.name());
                let mut found = invalid(&faults::VALUE, at, why);
                found.wants_format = true;
                found.help(format!("expected {}", format.example()));
                found
            });
        }
    }

    pub(super) fn check_number(&mut self, spec: &SchemaNode, at: &At<'a>) {
        let node = at.node;
        let value = match node.value {
            Value::Int(value) => value as f64,
            Value::Float(value) => value,
            _ => return,
        };
        // JSON has no larger integers for an API server: what does not fit is a number with a fraction to it.
        let bits = spec.format.filter(|format| matches!(format, Format::Int32 | Format::Int64));
        let bits = bits.or((spec.types == [Type::Integer]).then_some(Format::Int64));
        if let (Some(format), Value::Int(int)) = (bits, &node.value)
            && !format.holds_int(*int)
        {
            let why = format!("must fit {}", format.name());
            self.report(|_| {
                let mut found = invalid(&faults::VALUE, at, why);
                found.blocks = true;
                found.help(format!("expected {}", format.example()));
                found
            });
        }
        if let Some((limit, exclusive)) = spec.minimum
            && (value < limit || (exclusive && value == limit))
        {
            let or_equal = if exclusive { "" } else { "or equal to " };
            let why = format!("must be greater than {or_equal}{limit}");
            self.report(|_| invalid(&faults::VALUE, at, why));
        }
        if let Some((limit, exclusive)) = spec.maximum
            && (value > limit || (exclusive && value == limit))
        {
            let or_equal = if exclusive { "" } else { "or equal to " };
            let why = format!("must be less than {or_equal}{limit}");
            self.report(|_| invalid(&faults::VALUE, at, why));
        }
        if let Some(step) = spec.multiple_of {
            let times = value / step;
            if (times - times.round()).abs() > 1e-9 {
                let why = format!("must be a multiple of {step}");
                self.report(|_| invalid(&faults::VALUE, at, why));
            }
        }
    }
}

fn type_name(ty: Type) -> &'static str {
    match ty {
        Type::Object => "object",
        Type::Array => "array",
        Type::String => "string",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Null => "null",
    }
}
