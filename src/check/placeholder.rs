//! Places in a manifest that the reader fills in: `<your-cluster>`, `${NAME}`, `$NAME`, `YOUR_NAME`; and those that a template does.

use super::elision;
use crate::diag::{Code, Diagnostic, Level, Severity};
use crate::manifest::{Document, Read};
use crate::text::{Span, TextMap};
use regex::Regex;
use std::sync::LazyLock;

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"<[A-Za-z][A-Za-z0-9 _.,:;/|+"'()@*#?!-]*>|\$\{[^{}]+\}|\$\([^()]+\)|\$[A-Za-z_][A-Za-z0-9_]*|\{\{[^{}]*\}\}"#,
    )
    .expect("the pattern is a constant")
});

/// A whole value in the brackets of a grammar, which YAML takes for a map or a list: `{name}`, `[YOUR_NAME]`, `[Yes|No]`.
static BRACKETS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:\{ *[A-Za-z][A-Za-z0-9 _./-]*\}|\[ *[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+ *\]|\[[^\[\],|]+(?:\|[^\[\],|]+)+\])$")
        .expect("the pattern is a constant")
});

/// A whole value in the capitals that style guides ask of placeholders: `RESOURCE_GROUP`.
static CAPITALS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$").expect("the pattern is a constant")
});

/// Findings about a value that holds a placeholder say so instead, as a note: what the reader will write there can't be
/// known. Everything else stays.
pub(super) fn soften(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut out: Vec<Diagnostic> = Vec::with_capacity(findings.len());
    for finding in findings {
        let text = finding.at.location.text();
        let found = filled_in(text)
            .or_else(|| in_brackets(&finding))
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

fn in_capitals(text: &str) -> Option<&str> {
    let value = text.trim_matches(['"', '\'']);
    CAPITALS.is_match(value).then_some(value)
}

/// A text with `{{ … }}` in it may be no YAML before something fills it in: Helm, or what makes the pages. What is said of
/// its syntax becomes a note, once.
/// The documents that it fills in are left out.
pub(super) fn unrendered(read: &mut Read, text: &str, map: &TextMap) {
    let Some(first) = read.findings.iter().find(|finding| finding.severity == Severity::Error)
    else {
        return;
    };
    let Some((start, close)) = TAGS
        .iter()
        .filter_map(|(open, close)| Some((text.find(open)?, close)))
        .min_by_key(|(start, _)| *start)
    else {
        return;
    };
    let line = text[start..].lines().next().unwrap_or("");
    let end = start + line.find(close).map_or(line.len(), |at| at + close.len());
    let message = "this is filled in later; until then the fence is not YAML";
    let note = Diagnostic::new(&TEMPLATE, map.locate(Span::new(start, end)), message)
        .help(format!("as it stands: {}", first.message));
    read.findings = vec![note];
    read.documents.retain(|document| {
        let own = text.get(document.span.range()).unwrap_or("");
        !TAGS.iter().any(|(open, _)| own.contains(open))
    });
}

/// What templates are written in: Helm's and Hugo's, Jinja's and Liquid's, that of a plugin of MkDocs.
const TAGS: &[(&str, &str)] = &[("{{", "}}"), ("{%", "%}"), ("{!", "!}")];

/// What stands for a manifest that SOPS has encrypted: its values are no values, and `sops` is no field, until something
/// decrypts it.
pub(super) fn encrypted(document: &Document) -> Option<Diagnostic> {
    let entry = document.root.as_map()?.entry("sops")?;
    entry.value.get("mac")?;
    let at = document.locate(entry.key.span);
    let message = "SOPS has encrypted this manifest, so it is not checked";
    Some(Diagnostic::new(&ENCRYPTED, at, message))
}

pub(super) static CODES: &[&Code] = &[&PLACEHOLDER_VALUE, &TEMPLATE, &ENCRYPTED];

/// A manifest that is encrypted.
pub(super) static ENCRYPTED: Code = Code {
    name: "encrypted",
    level: Level::Note,
    summary: "a manifest that SOPS has encrypted is not checked",
    page: "The document holds what SOPS adds to a file that it encrypts (`sops:` with a `mac`). An API server gets it decrypted, without that field.

~~~yaml
data:
  password: ENC[AES256_GCM,data:…]
sops:
  mac: ENC[AES256_GCM,data:…]
~~~

Check the decrypted file: `sops --decrypt FILE | mdbook-plumb validate -`.",
    alias: "",
};

/// A fence that is YAML only once something has filled it in.
pub(super) static TEMPLATE: Code = Code {
    name: "template",
    level: Level::Note,
    summary: "a fence with `{{ … }}` or `{% … %}` in it is not YAML as it stands",
    page: "Something fills this fence in before it is YAML: Helm, say, or another preprocessor, which `check` does not run. So its syntax is
not reported; what can be read of it is checked as ever.

~~~yaml
image: {{ .Values.image }}
~~~

To have a manifest checked that another preprocessor makes, let that one run first (`after = [\"links\", \"other\"]` under
`[preprocessor.plumb]`) and build the book. A fence that is to stay a template can say `ignore`.",
    alias: "",
};

/// A value that the reader fills in.
pub static PLACEHOLDER_VALUE: Code = Code {
    name: "placeholder",
    level: Level::Note,
    summary: "a value with a placeholder in it is not checked",
    page: "A value such as `<your-cluster>`, `${NAME}`, `$NAME` or `YOUR_NAME` is for the reader to fill in. As it stands an API server would reject it,
so it is reported, as a note, and the rest of the manifest is checked as ever.

~~~yaml
metadata:
  name: <your-cluster>
~~~

To have the value checked too, write one that could be real (`name: shop`) and say in the prose what to change. A book that wants no
placeholders sets `deny = [\"placeholder\"]`.",
    alias: "",
};
