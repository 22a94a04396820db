//! Named formats: `format.dns1123Label().validate(text)`.

use crate::time::Time;
use crate::url;

/// A format that a text may have.
#[derive(Debug)]
pub struct Format {
    pub(crate) name: &'static str,
    /// The length that its pattern is taken to have, for the cost.
    pub(crate) size: u64,
    /// What is wrong with a text: nothing where it has the format.
    pub(crate) check: fn(&str) -> Vec<String>,
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
    Format { name: "uri", size: 1_000, check: |text| Vec::from_iter(url::parse(text).err()) },
    Format {
        name: "uuid",
        size: 90,
        check: |text| unless(is_uuid(text), "does not match the UUID format"),
    },
    Format { name: "byte", size: 90, check: |text| unless(is_base64(text), "invalid base64") },
    Format { name: "date", size: 200, check: |text| unless(is_date(text), "invalid date") },
    Format {
        name: "datetime",
        size: 200,
        check: |text| unless(Time::parse(&text.to_uppercase()).is_some(), "invalid datetime"),
    },
];

fn unless(right: bool, why: &str) -> Vec<String> {
    if right { Vec::new() } else { vec![why.to_owned()] }
}

fn is_name(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// A name behind which more is to follow, as `generateName`, as `maskTrailingDash` makes it one that is whole.
fn whole(text: &str, prefix: bool) -> String {
    match text.strip_suffix('-') {
        Some(rest) if prefix && !rest.is_empty() => {
            let mut kept = rest.to_owned();
            kept.pop();
            kept + "a"
        }
        _ => text.to_owned(),
    }
}

fn is_label(text: &str) -> bool {
    text.starts_with(is_name)
        && text.ends_with(is_name)
        && text.chars().all(|c| is_name(c) || c == '-')
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

/// What is wrong, in the words of `k8s.io/apimachinery/pkg/api/validate/content`: first the length, then the form.
fn wrong(text: &str, most: usize, form: Option<String>) -> Vec<String> {
    let long = (text.len() > most).then(|| format!("must be no more than {most} bytes"));
    long.into_iter().chain(form).collect()
}

fn form(rule: &str, examples: &str, pattern: &str) -> String {
    format!("{rule} (e.g. {examples}, regex used for validation is '{pattern}')")
}

fn label(text: &str, prefix: bool) -> Vec<String> {
    let text = whole(text, prefix);
    let form = (!is_label(&text)).then(|| match is_subdomain(&text) {
        true => "must not contain dots".to_owned(),
        false => form(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
            "'my-name',  or '123-abc'",
            "[a-z0-9]([-a-z0-9]*[a-z0-9])?",
        ),
    });
    wrong(&text, 63, form)
}

fn old_label(text: &str, prefix: bool) -> Vec<String> {
    let text = whole(text, prefix);
    let right = is_label(&text) && !text.starts_with(|c: char| c.is_ascii_digit());
    let form = (!right).then(|| {
        form(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
            "'my-name',  or 'abc-123'",
            "[a-z]([-a-z0-9]*[a-z0-9])?",
        )
    });
    wrong(&text, 63, form)
}

fn subdomain(text: &str, prefix: bool) -> Vec<String> {
    let text = whole(text, prefix);
    let form = (!is_subdomain(&text)).then(|| {
        form(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
            "'example.com'",
            "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
        )
    });
    wrong(&text, 253, form)
}

fn is_qualified_part(text: &str) -> bool {
    let edge = |c: char| c.is_ascii_alphanumeric();
    text.starts_with(edge)
        && text.ends_with(edge)
        && text.chars().all(|c| edge(c) || "-_.".contains(c))
}

fn qualified(text: &str) -> Vec<String> {
    let form = || {
        form(
            "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
            "'MyName',  or 'my.name',  or '123-abc'",
            "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]",
        )
    };
    let (prefix, name) = match text.split_once('/') {
        Some((_, name)) if name.contains('/') => {
            let form = form();
            return vec![format!(
                "a valid label key {form} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    let prefix = match prefix {
        Some("") => vec!["must be non-empty".to_owned()],
        Some(prefix) => subdomain(prefix, false),
        None => Vec::new(),
    };
    let name = match name {
        "" => vec!["must be non-empty".to_owned(), form()],
        name => wrong(name, 63, (!is_qualified_part(name)).then(form)),
    };
    let prefix = prefix.into_iter().map(|why| format!("prefix part {why}"));
    prefix.chain(name.into_iter().map(|why| format!("name part {why}"))).collect()
}

fn label_value(text: &str) -> Vec<String> {
    let form = (!text.is_empty() && !is_qualified_part(text)).then(|| {
        form(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
            "'MyValue',  or 'my_value',  or '12345'",
            "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?",
        )
    });
    wrong(text, 63, form)
}

fn is_uuid(text: &str) -> bool {
    let digits: Vec<char> = text.chars().filter(|c| *c != '-').collect();
    let places: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
    digits.len() == 32
        && digits.iter().all(char::is_ascii_hexdigit)
        && (places.is_empty() || places == [8, 13, 18, 23])
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, text: &str) -> Vec<String> {
        (FORMATS.iter().find(|format| format.name == name).unwrap().check)(text)
    }

    /// The texts of `content.RegexError` and of apiextensions' `TestValidationExpressions`.
    #[test]
    fn what_is_wrong_is_said_as_an_api_server_says_it() {
        assert_eq!(
            check("dns1123Label", "not a label"),
            [
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
            ]
        );
        assert_eq!(check("dns1123Label", "a.b"), ["must not contain dots"]);
        let long = check("dns1035Label", &"1".repeat(64));
        assert_eq!((long.len(), &*long[0]), (2, "must be no more than 63 bytes"));
        assert!(long[1].ends_with(
            "(e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
        ));
        assert!(check("dns1123Subdomain", "A.b")[0].ends_with(
            "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
        ));
        assert_eq!(check("qualifiedName", "/").len(), 3);
        assert!(check("qualifiedName", "a/b/c")[0].starts_with("a valid label key must consist"));
        for (name, right) in [
            ("dns1123LabelPrefix", "web-"),
            ("dns1123LabelPrefix", "web--"),
            ("dns1123SubdomainPrefix", "web.a-"),
            ("labelValue", ""),
            ("qualifiedName", "example.com/Name_1"),
            ("uuid", "123e4567-e89b-12d3-a456-426614174000"),
        ] {
            assert_eq!(check(name, right), [""; 0], "{name} {right}");
        }
        assert_eq!(check("dns1123LabelPrefix", "-").len(), 1);
    }
}
