//! The words behind a fence's language, and what they ask for.

use super::codes::{INVALID_FENCE_WORD, UNKNOWN_FENCE_WORD};
use super::site::Site;
use crate::diag::Diagnostic;
use crate::directive::versions;
use crate::manifest::Versions;
use crate::markdown::Word;

/// What the words of a fence ask for.
#[derive(Debug, Default)]
pub(super) struct Words<'a> {
    pub(super) ignore: bool,
    pub(super) fails: Option<&'a Word>,
    pub(super) fragment: Option<&'a Word>,
    pub(super) group: Option<&'a Word>,
    pub(super) schema: Option<&'a Word>,
    pub(super) plumb: bool,
    pub(super) versions: Versions,
    /// The words that are not ours: a highlighter's, mdBook's.
    pub(super) others: Vec<String>,
}

impl Words<'_> {
    /// The name of the group that the fence's manifests are analysed with.
    pub(super) fn group(&self) -> Option<String> {
        Some(self.group?.value.as_ref()?.value.clone())
    }
}

/// The words of ours that a fence may carry, for "did you mean" and the reference.
pub const WORDS: &[(&str, &str)] = &[
    ("ignore", "not checked; counted and shown in the report"),
    (
        "fails",
        "deliberately wrong: must be rejected; `fails=CODE` with that code; published with the finding beside its line",
    ),
    (
        "fragment",
        "part of a manifest, validated at that place: `fragment=VirtualService:spec.http[]`",
    ),
    ("group", "analysed together with the manifests of the same group; default: the chapter"),
    (
        "schema",
        "no manifest: judged by the JSON Schema of that name in the settings (`json-schemas`): `schema=values`",
    ),
    ("plumb", "in a shell or text fence: `{= EXPR }` is computed"),
];

/// Reads the words of a fence.
pub(super) fn read_words<'a>(site: &Site<'a>, findings: &mut Vec<Diagnostic>) -> Words<'a> {
    let mut words = Words { versions: site.versions.clone(), ..Words::default() };
    for word in &site.fence.words {
        let needs_value = matches!(word.name.as_str(), "fragment" | "group" | "schema");
        if needs_value && word.value.as_ref().is_none_or(|value| value.value.is_empty()) {
            findings.push(Diagnostic::new(
                &INVALID_FENCE_WORD,
                site.map.locate(word.span),
                format!("`{}` needs a value: `{}=…`", word.name, word.name),
            ));
            continue;
        }
        if let Some(value) = &word.value
            && Versions::is_product(&word.name)
        {
            match words.versions.with(&word.name, &value.value) {
                Ok(versions) => words.versions = versions,
                Err(error) => {
                    let at = site.map.locate(value.span);
                    findings.push(versions::unknown(&error, at));
                }
            }
            continue;
        }
        match word.name.as_str() {
            "ignore" => words.ignore = true,
            "plumb" => words.plumb = true,
            "fails" => words.fails = Some(word),
            "fragment" => words.fragment = Some(word),
            "group" => words.group = Some(word),
            "schema" => words.schema = Some(word),
            name => {
                let ours = WORDS.iter().map(|(word, _)| *word);
                let near = crate::diag::nearest(name, ours.clone());
                if let Some(near) = near
                    && near.len() > 3
                {
                    findings.push(
                        Diagnostic::new(
                            &UNKNOWN_FENCE_WORD,
                            site.map.locate(word.span),
                            format!("`{name}` means nothing here"),
                        )
                        .did_you_mean(name, ours),
                    );
                }
                words.others.push(written(word));
            }
        }
    }
    words
}

/// A word as it was written.
fn written(word: &Word) -> String {
    match &word.value {
        Some(value) => format!("{}={}", word.name, value.value),
        None => word.name.clone(),
    }
}

/// Where in a kind a fragment belongs.
pub(super) struct Fragment<'a> {
    pub(super) kind: &'a str,
    pub(super) path: &'a str,
}

/// Reads where in a kind the fragment of a fence belongs.
pub(super) fn read_fragment<'a>(
    site: &Site<'a>,
    word: &'a Word,
    findings: &mut Vec<Diagnostic>,
) -> Option<Fragment<'a>> {
    let value = word.value.as_ref()?;
    match value.value.split_once(':') {
        Some((kind, path)) if !kind.is_empty() && !path.is_empty() => Some(Fragment { kind, path }),
        _ => {
            let message =
                format!("`{}` does not say where in a kind the fragment belongs", value.value);
            findings.push(
                Diagnostic::new(&INVALID_FENCE_WORD, site.map.locate(value.span), message).help(
                    "write the kind and the place in it: `fragment=VirtualService:spec.http[]`",
                ),
            );
            None
        }
    }
}
