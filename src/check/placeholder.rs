//! Places in a manifest that the reader fills in: `<your-cluster>`, `${NAME}`, `$NAME`, `YOUR_NAME`; and those that a template does.

use super::codes::{ENCRYPTED, PLACEHOLDER_VALUE, TEMPLATE};
use super::elision;
use crate::diag::{Diagnostic, Severity};
use crate::manifest::{self, Document, Format, Read, SECRET_BASE64, YAML_SYNTAX};
use crate::text::{Span, TextMap};
use regex::Regex;
use std::sync::LazyLock;

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"<[A-Za-z][A-Za-z0-9 _.,:;/|+\\"'()@*#?!-]*>|\$\{[^{}]+\}|\$\([^()]+\)|\$[A-Za-z_][A-Za-z0-9_]*|\{\{[^{}]*\}\}"#,
    )
    .expect("the pattern is a constant")
});

/// A whole value in the brackets of a grammar, which YAML takes for a map or a list: `{name}`, `[YOUR_NAME]`, `[Yes|No]`.
static BRACKETS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:\{ *[A-Za-z][A-Za-z0-9 _./-]*\}|\[ *[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+ *\]|\[(?i:your|my|insert)[ _-][^\[\],]*\]|\[[^\[\],|]+(?:\|[^\[\],|]+)+\])$")
        .expect("the pattern is a constant")
});

/// A whole value in the capitals that style guides ask of placeholders: `RESOURCE_GROUP`.
static CAPITALS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$").expect("the pattern is a constant")
});

/// Words that only a value to be replaced has.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i:(?:^|[^a-z])your(?:[^a-z]|$)|placeholder|replace[_ -]?(?:me(?:[^a-z]|$)|with)|change[_-]?me|^x{3,}$)|Your[A-Z]",
    )
    .expect("the pattern is a constant")
});

/// Findings about a value that holds a placeholder say so instead, as a note: what the reader will write there can't be
/// known. Everything else stays.
pub(super) fn soften(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut out: Vec<Diagnostic> = Vec::with_capacity(findings.len());
    for finding in findings {
        let text = finding.at.location.text();
        let found = filled_in(text)
            .or_else(|| in_brackets(&finding))
            .or_else(|| in_words(&finding))
            // Names of choices are in capitals themselves (`ROUND_ROBIN`), so a wrong one is no placeholder.
            .or_else(|| in_capitals(text).filter(|_| finding.message.contains("Invalid value")))
            .filter(|_| finding.severity == Severity::Error);
        let Some(found) = found else {
            out.push(finding);
            continue;
        };
        let message = format!("`{found}` is a placeholder, so this value is not checked");
        // What is said of one place stands together.
        let known = out
            .iter()
            .rev()
            .take_while(|known| known.at.location == finding.at.location)
            .any(|known| known.code == &PLACEHOLDER_VALUE);
        if !known {
            let mut note =
                Diagnostic::new(&PLACEHOLDER_VALUE, finding.at.location.clone(), message)
                    .help(format!("as it stands: {}", finding.message));
            note.path = finding.path;
            note.document = finding.document;
            out.push(note);
        }
    }
    out
}

/// What in a value is not what a reader will have there.
fn filled_in(text: &str) -> Option<&str> {
    // A block of one line is that line.
    let text = match text.split_once('\n') {
        Some((header, block)) if header.starts_with(['|', '>']) && !block.trim().contains('\n') => {
            block.trim()
        }
        _ => text,
    };
    if text.contains('\n') {
        return elision::within(text).then_some("...");
    }
    if elision::is_value(text) || text.contains("...") || text.contains('…') {
        return Some("...");
    }
    if BRACKETS.is_match(text) {
        return Some(text);
    }
    PLACEHOLDER.find(text).map(|found| found.as_str())
}

/// The value in brackets that a map or a list was read from. What is said of its type stands at the key.
fn in_brackets(finding: &Diagnostic) -> Option<&str> {
    if !finding.message.contains("must be of type") {
        return None;
    }
    let place = &finding.at.location;
    let behind = place.source.text().get(place.span.end..)?.strip_prefix(':')?;
    let line = behind.lines().next()?;
    let value = line.split(" #").next()?.trim();
    (BRACKETS.is_match(value) || (!value.is_empty() && elision::is_value(value))).then_some(value)
}

/// A value that says in words that it is to be replaced, or by what.
fn in_words(finding: &Diagnostic) -> Option<&str> {
    let text = finding.at.location.text().trim_matches(['"', '\'']);
    let names_what =
        finding.code == SECRET_BASE64.code && text.to_ascii_lowercase().contains("base64");
    let said = !text.contains('\n') && finding.message.contains("nvalid value");
    (said && (names_what || WORDS.is_match(text))).then_some(text)
}

fn in_capitals(text: &str) -> Option<&str> {
    let value = text.trim_matches(['"', '\'']);
    CAPITALS.is_match(value).then_some(value)
}

/// A text with `{{ … }}` in it may be no YAML before something fills it in: Helm, or what makes the pages. What is said of
/// its syntax becomes a note, once, unless it would be said whatever is filled in.
/// The documents that it fills in are left out.
pub(super) fn unrendered(read: &mut Read, text: &str, map: &TextMap) {
    if !read.findings.iter().any(|finding| finding.severity == Severity::Error) {
        return;
    }
    let tags = tags(text);
    let Some(first) = tags.first() else { return };
    let filled = manifest::read(&filled(text, &tags), map, Format::Yaml).findings;
    let stays = |finding: &Diagnostic| {
        let same = |other: &Diagnostic| {
            other.code == finding.code && other.at.location == finding.at.location
        };
        finding.code == &YAML_SYNTAX && filled.iter().any(same)
    };
    let (kept, gone): (Vec<_>, Vec<_>) = read.findings.drain(..).partition(stays);
    read.findings = kept;
    let Some(said) = gone.first() else { return };
    let message = "this is filled in later; until then it is not YAML";
    let note = Diagnostic::new(&TEMPLATE, map.locate(*first), message)
        .help(format!("as it stands: {}", said.message));
    read.findings.push(note);
    read.documents.retain(|document| {
        let own = document.span;
        !tags.iter().any(|tag| own.start < tag.end && tag.start < own.end)
    });
}

/// The places of a text that a template fills in.
fn tags(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find(['{', '[']).map(|open| at + open) {
        let rest = &text[open..];
        at = match TAGS.iter().find(|(tag, _)| rest.starts_with(tag)) {
            Some((tag, close)) => {
                let line = rest.find('\n').unwrap_or(rest.len());
                // A comment may go over lines; what is never closed ends with its line.
                let end =
                    rest[tag.len()..].find(close).map_or(line, |end| tag.len() + end + close.len());
                found.push(Span::new(open, open + end));
                open + end
            }
            None => open + 1,
        };
    }
    found
}

/// A text as it might be once something is filled in: a comment where a line holds nothing else, a word elsewhere. All
/// else keeps its place.
fn filled(text: &str, tags: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for tag in tags {
        out.push_str(&text[at..tag.start]);
        let line = out.rfind('\n').map_or(0, |end| end + 1);
        let before = out[line..].chars().all(|c| c.is_whitespace() || c == '#');
        let after = text[tag.end..].lines().next().unwrap_or("").trim_end();
        let alone =
            before && (after.is_empty() || after.starts_with("{{") || after.starts_with("{%"));
        let mut fresh_line = alone;
        for byte in text[tag.range()].bytes() {
            match byte {
                b'\n' => out.push('\n'),
                _ if fresh_line => out.push('#'),
                _ => out.push('x'),
            }
            fresh_line = byte == b'\n';
        }
        at = tag.end;
    }
    out.push_str(&text[at..]);
    out
}

/// What templates are written in: Helm's and Hugo's, Jinja's and Liquid's, that of a plugin of MkDocs.
const TAGS: &[(&str, &str)] = &[("{{", "}}"), ("{%", "%}"), ("{!", "!}"), ("[[%", "%]]")];

/// What stands for a manifest that SOPS has encrypted: its values are no values, and `sops` is no field, until something
/// decrypts it.
pub(super) fn encrypted(document: &Document) -> Option<Diagnostic> {
    let entry = document.root.as_map()?.entry("sops")?;
    entry.value.get("mac")?;
    let at = document.locate(entry.key.span);
    let message = "SOPS has encrypted this manifest, so it is not checked";
    Some(Diagnostic::new(&ENCRYPTED, at, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Source;

    #[test]
    fn a_template_is_not_yaml_and_what_is_wrong_besides_is() {
        type Codes = &'static [(&'static str, usize)];
        let cases: [(&str, Codes, usize); 10] = [
            ("a: {{ .b }}\n", &[("template", 1)], 0),
            ("a: \"{{ .b }}\"\n", &[], 1),
            ("a: \"{{ .b }}\"\nb: c: d\n", &[("yaml-syntax", 2)], 0),
            ("{{- if .a }}\na: 1\n{{- end }}\n---\nb: 1\n", &[("template", 1)], 1),
            ("{{- /* one\ntwo */}}\na: {{ .b }}-c\n", &[("template", 1)], 0),
            ("{% include 'a.yaml' %}\n", &[("template", 1)], 0),
            ("{!docs/a.yaml!}\n", &[("template", 1)], 0),
            ("[[% include 'a.yaml' %]]\n", &[("template", 1)], 0),
            ("a: {{ .b }}\n---\nc:\n  d: 1\n   e: 1\n", &[("yaml-syntax", 5), ("template", 1)], 0),
            ("a: {{ é\n", &[("template", 1)], 0),
        ];
        for (text, expected, documents) in cases {
            let map = TextMap::identity(&Source::new("", text));
            let mut read = manifest::read(text, &map, Format::Yaml);
            unrendered(&mut read, text, &map);
            let found: Vec<_> = read
                .findings
                .iter()
                .map(|finding| (finding.code.name, finding.at.location.start().line))
                .collect();
            assert_eq!(found, expected, "{text:?}");
            assert_eq!(read.documents.len(), documents, "{text:?}");
        }
    }

    #[test]
    fn words_say_that_a_value_is_to_be_replaced() {
        for text in [
            "your-token",
            "PlaceYourTokenHere",
            "TOKEN-PLACEHOLDER",
            "REPLACEME-x",
            "change_me",
            "xxxxx",
        ] {
            assert!(WORDS.is_match(text), "{text}");
        }
        for text in ["yourself", "my-token", "replacement", "Yours", "exchange", "xx", "maxxx"] {
            assert!(!WORDS.is_match(text), "{text}");
        }
    }

    #[test]
    fn a_block_of_one_line_may_be_a_placeholder() {
        let cases = [
            ("|\n    {{ ca }}\n", Some("{{ ca }}")),
            (">-\n  <key>", Some("<key>")),
            ("|\n    {{ ca }}\n    b\n", None),
            ("ab...yz", Some("...")),
            ("<PEM key + \"\\n\">", Some("<PEM key + \"\\n\">")),
            ("abc", None),
        ];
        for (text, expected) in cases {
            assert_eq!(filled_in(text), expected, "{text:?}");
        }
    }

    #[test]
    fn brackets_of_a_grammar_are_placeholders() {
        for text in [
            "{name}",
            "{ deployment-name }",
            "[YOUR_NAME]",
            "[YOUR DOMAIN.example]",
            "[Yes|No]",
            "[a | b | c]",
        ] {
            assert!(BRACKETS.is_match(text), "{text}");
        }
        for text in ["{name: x}", "{}", "[a, b]", "[NAME]", "[a]", "{a, b}", "name"] {
            assert!(!BRACKETS.is_match(text), "{text}");
        }
    }
}
