//! Named formats: `format.dns1123Label().validate(text)`.

use crate::time::Time;
use crate::url;

/// A format that a text may have.
#[derive(Debug)]
pub struct Format {
    pub(crate) name: &'static str,
    /// The length that its pattern is taken to have, for the cost.
    pub(crate) size: u64,
    /// What is wrong with a text.
    pub(crate) check: fn(&str) -> Option<String>,
}

pub(crate) static FORMATS: &[Format] = &[
    Format { name: "dns1123Label", size: 30, check: |text| label(text, false) },
    Format { name: "dns1123Subdomain", size: 60, check: |text| subdomain(text, false) },
    Format { name: "dns1035Label", size: 30, check: |text| old_label(text, false) },
    Format { name: "qualifiedName", size: 60, check: qualified },
    Format { name: "dns1123LabelPrefix", size: 30, check: |text| label(text, true) },
    Format { name: "dns1123SubdomainPrefix", size: 60, check: |text| subdomain(text, true) },
    Format { name: "dns1035LabelPrefix", size: 30, check: |text| old_label(text, true) },
    Format { name: "labelValue", size: 40, check: label_value },
    Format { name: "uri", size: 1_000, check: |text| url::parse(text).err() },
    Format { name: "uuid", size: 90, check: uuid },
    Format {
        name: "byte",
        size: 90,
        check: |text| (!is_base64(text)).then(|| "invalid base64".to_owned()),
    },
    Format {
        name: "date",
        size: 200,
        check: |text| (!is_date(text)).then(|| "invalid date".to_owned()),
    },
    Format {
        name: "datetime",
        size: 200,
        check: |text| {
            Time::parse(&text.to_uppercase()).is_none().then(|| "invalid datetime".to_owned())
        },
    },
];

fn is_name(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// Text that `generateName` may have: a name follows its last sign.
fn whole(text: &str, prefix: bool) -> String {
    match text.strip_suffix('-') {
        Some(rest) if prefix => format!("{rest}a"),
        _ => text.to_owned(),
    }
}

fn is_label(text: &str) -> bool {
    text.starts_with(is_name)
        && text.ends_with(is_name)
        && text.chars().all(|c| is_name(c) || c == '-')
}

fn label(text: &str, prefix: bool) -> Option<String> {
    let text = whole(text, prefix);
    if text.len() > 63 {
        return Some("must be no more than 63 characters".to_owned());
    }
    (!is_label(&text)).then(|| {
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character".to_owned()
    })
}

fn old_label(text: &str, prefix: bool) -> Option<String> {
    let text = whole(text, prefix);
    if text.len() > 63 {
        return Some("must be no more than 63 characters".to_owned());
    }
    (!is_label(&text) || text.starts_with(|c: char| c.is_ascii_digit())).then(|| {
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character".to_owned()
    })
}

fn subdomain(text: &str, prefix: bool) -> Option<String> {
    let text = whole(text, prefix);
    if text.len() > 253 {
        return Some("must be no more than 253 characters".to_owned());
    }
    (!text.split('.').all(is_label)).then(|| {
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character".to_owned()
    })
}

fn is_qualified_part(text: &str) -> bool {
    let edge = |c: char| c.is_ascii_alphanumeric();
    text.starts_with(edge)
        && text.ends_with(edge)
        && text.chars().all(|c| edge(c) || "-_.".contains(c))
}

fn qualified(text: &str) -> Option<String> {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    if let Some(prefix) = prefix
        && let Some(wrong) = subdomain(prefix, false)
    {
        return Some(format!("prefix part {wrong}"));
    }
    if name.is_empty() || name.len() > 63 || !is_qualified_part(name) {
        return Some("name part must consist of alphanumeric characters, '-', '_' or '.', must start and end with an alphanumeric character, and be no more than 63 characters".to_owned());
    }
    None
}

fn label_value(text: &str) -> Option<String> {
    (text.len() > 63 || !text.is_empty() && !is_qualified_part(text)).then(|| {
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', must start and end with an alphanumeric character, and be no more than 63 characters".to_owned()
    })
}

fn uuid(text: &str) -> Option<String> {
    let digits: Vec<char> = text.chars().filter(|c| *c != '-').collect();
    let places: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
    let right = digits.len() == 32
        && digits.iter().all(char::is_ascii_hexdigit)
        && (places.is_empty() || places == [8, 13, 18, 23]);
    (!right).then(|| "does not match the UUID format".to_owned())
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok_and(|date| date.year() >= 0)
}
