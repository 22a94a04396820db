//! Fences with manifests: what their words ask for, what the engine says, and what a page shows of them.

use super::codes::{
    FAILS_BUT_VALID, FAILS_DIFFERENTLY, HERE_DOCUMENT_OPEN, INVALID_FENCE_WORD, UNKNOWN_CODE,
    UNKNOWN_FENCE_WORD,
};
use super::resource;
use super::session::{self, Shown};
use super::site::{Outcome, Site};
use super::tied::Comments;
use super::{Expansion, elision, group, heredoc, placeholder};
use crate::content::{Block, Content, Manifest, ManifestDocument, ManifestState};
use crate::diag::{Diagnostic, Severity};
use crate::directive::versions;
use crate::manifest::{Document, Format, Read, SCHEMA_MISSING, Versions};
use crate::markdown::{Cut, Fence, Word};
use crate::text::{Span, Spanned};

/// What the words of a fence ask for.
#[derive(Debug, Default)]
struct Words<'a> {
    ignore: bool,
    fails: Option<&'a Word>,
    fragment: Option<&'a Word>,
    group: Option<&'a Word>,
    plumb: bool,
    versions: Versions,
    /// The words that are not ours: a highlighter's, mdBook's.
    others: Vec<String>,
}

impl Words<'_> {
    /// The name of the group that the fence's manifests are analysed with.
    fn group(&self) -> Option<String> {
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
    ("plumb", "in a shell or text fence: `{= EXPR }` is computed"),
];

enum Language {
    Manifest(Format),
    Shell,
    Other,
}

fn language(fence: &Fence) -> Language {
    match fence.lang.value.to_ascii_lowercase().as_str() {
        // What says that it is YAML and is the command that reads it.
        "yaml" | "yml" if heredoc::begins(fence.body.text()) => Language::Shell,
        "yaml" | "yml" => Language::Manifest(Format::Yaml),
        "json" | "jsonc" => Language::Manifest(Format::JsonWithComments),
        "bash" | "sh" | "shell" | "zsh" | "console" | "shell-session" | "terminal" => {
            Language::Shell
        }
        _ => Language::Other,
    }
}

/// Checks a fence, as its language and its words ask.
pub(super) fn check(site: &Site<'_>, comments: &mut Comments<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let language = language(site.fence);
    if matches!(language, Language::Other) && !site.fence.has("plumb") {
        return outcome;
    }
    let words = read_words(site, &mut outcome.findings);
    match language {
        Language::Manifest(format) => manifests(site, &words, format, comments, &mut outcome),
        Language::Shell | Language::Other => {
            if words.ignore {
                outcome.ignored = true;
            } else if matches!(language, Language::Shell) {
                here_documents(site, &words, &mut outcome);
            }
            if words.plumb {
                comments.interpolate(site, &words.others, &mut outcome);
            }
        }
    }
    outcome
}

fn manifests(
    site: &Site<'_>,
    words: &Words<'_>,
    format: Format,
    comments: &mut Comments<'_>,
    outcome: &mut Outcome,
) {
    let text = site.fence.body.text();
    if words.ignore {
        outcome.ignored = true;
        return;
    }
    let fragment = words.fragment.and_then(|word| read_fragment(site, word, &mut outcome.findings));
    let Some((read, findings)) = read(site, words, format) else { return };
    let (found, shown) = validate(site, words, fragment.as_ref(), &read);
    outcome.documents += shown.len();
    let findings = placeholder::soften(findings.into_iter().chain(found).collect());
    let published = comments.tie(site, &words.versions, text, &read, outcome);
    let whole = fragment.is_none();
    if whole {
        let fresh = published.as_deref();
        let fails = words.fails.is_some();
        outcome.resources = resource::of_fence(site, &words.versions, &read, fresh, format, fails);
    }
    let members = read.documents.into_iter().filter(Document::is_manifest).collect::<Vec<_>>();
    let state = if words.fails.is_some() {
        ManifestState::Fails
    } else if findings.iter().any(|finding| finding.severity == Severity::Error) {
        ManifestState::Unknown
    } else if !whole || members.iter().any(|document| document.excerpt) {
        ManifestState::Fragment
    } else if !shown.is_empty() && shown.iter().all(|document| document.validated.is_some()) {
        ManifestState::Valid
    } else {
        ManifestState::Unknown
    };
    let mut beside = Vec::new();
    if let Some(word) = words.fails {
        let mut findings = findings;
        if whole && !findings.iter().any(|finding| rejects(word, finding)) {
            let documents: Vec<_> = members.iter().collect();
            let between = group::analyse_documents(&documents);
            findings.extend(placeholder::soften(between));
        }
        beside = expected_failure(site, word, findings, outcome);
    } else {
        outcome.findings.extend(findings);
        let members = members.into_iter().filter(|document| whole && !document.excerpt);
        outcome.members =
            members.map(|document| group::Member { group: words.group(), document }).collect();
    }
    // A YAML file that is no manifest is the author's own business, and of a manifest the page is, unless the book asks for more.
    let extras = site.project.config.manifests;
    let ours = site.fence.words.len() > words.others.len();
    let content = if words.fails.is_some() || extras.any() && !(shown.is_empty() && whole) {
        Block::Manifest(Manifest {
            language: site.fence.lang.value.clone(),
            text: published.clone().unwrap_or_else(|| text.to_owned()),
            documents: shown,
            findings: beside,
            state,
            extras,
            classes: words.others.clone(),
        })
    } else if ours || published.is_some() {
        Block::Code {
            language: site.fence.lang.value.clone(),
            text: published.clone().unwrap_or_else(|| text.to_owned()),
            classes: words.others.clone(),
        }
    } else {
        return;
    };
    outcome.expansion = Some(Expansion {
        span: site.node.span,
        place: site.node.place.clone(),
        html_only: !ours && published.is_none_or(|fresh| fresh == text),
        content: Content::Blocks(vec![content]),
        committed: None,
    });
}

/// What a fence holds, and what is wrong with its YAML or JSON; nothing where it is not meant to be either.
fn read(site: &Site<'_>, words: &Words<'_>, format: Format) -> Option<(Read, Vec<Diagnostic>)> {
    let map = site.fence.body.map(site.map);
    let text = site.fence.body.text();
    let commands = match session::shown(text) {
        _ if format != Format::Yaml => Vec::new(),
        Shown::Yaml => Vec::new(),
        Shown::Session(commands) => commands,
        // Who says how it is to be read means it as YAML.
        Shown::Other if words.fails.is_some() || words.fragment.is_some() => Vec::new(),
        Shown::Other => return None,
    };
    let mut read = elision::read(text, &commands, &map, format);
    placeholder::unrendered(&mut read, text, &map);
    // Guides show pieces of settings as JSON, with comments, and what commands print; only manifests are ours.
    let is_ours = format == Format::Yaml && commands.is_empty() || may_hold_manifests(text);
    let findings = if is_ours { read.findings.clone() } else { Vec::new() };
    Some((read, findings))
}

/// What is wrong with the documents of a fence, and what a page says of each.
fn validate(
    site: &Site<'_>,
    words: &Words<'_>,
    fragment: Option<&Fragment<'_>>,
    read: &Read,
) -> (Vec<Diagnostic>, Vec<ManifestDocument>) {
    let mut findings = Vec::new();
    let mut shown = Vec::new();
    for document in &read.documents {
        let text = |part: Option<Spanned<&str>>| part.map_or_else(String::new, |p| p.value.into());
        let (kind, validated) = if let Some(Fragment { kind, path }) = fragment {
            let engine = &site.project.engine;
            findings.extend(engine.validate_fragment(document, kind, path, &words.versions));
            (format!("{kind}:{path}"), None)
        } else if document.is_manifest() {
            let mut found = site.project.validate(document, &words.versions);
            if document.excerpt {
                let map = site.fence.body.map(site.map);
                elision::spare_displaced(&mut found, site.fence.body.text(), &map);
            }
            elision::offer(&mut found);
            findings.extend(found);
            (text(document.kind()), site.project.origin(document, &words.versions))
        } else {
            continue;
        };
        shown.push(ManifestDocument {
            kind,
            name: text(document.name()),
            api_version: text(document.api_version()),
            validated,
        });
    }
    (findings, shown)
}

/// Whether a text has the words that every manifest has.
fn may_hold_manifests(text: &str) -> bool {
    text.contains("apiVersion") && text.contains("kind")
}

/// Whether a finding is what a `fails` asks for: the code that it names, or any error.
fn rejects(word: &Word, finding: &Diagnostic) -> bool {
    match &word.value {
        Some(code) => finding.code.name == code.value || finding.code.alias == code.value,
        None => finding.severity == Severity::Error,
    }
}

/// A `fails` fence: what was found is what its author wants to show; that nothing was found is the error.
fn expected_failure(
    site: &Site<'_>,
    word: &Word,
    findings: Vec<Diagnostic>,
    outcome: &mut Outcome,
) -> Vec<(usize, String)> {
    let wanted = word.value.as_ref().map(|code| code.value.as_str());
    if let Some(wanted) = wanted
        && super::find_code(wanted).is_none()
    {
        let at = word.value.as_ref().map_or(word.span, |value| value.span);
        outcome.findings.push(
            Diagnostic::new(
                &UNKNOWN_CODE,
                site.map.locate(at),
                format!("there is no code `{wanted}`"),
            )
            .did_you_mean(wanted, super::codes().map(|code| code.name)),
        );
        return Vec::new();
    }
    if findings.iter().any(|finding| rejects(word, finding)) {
        outcome.fails = true;
    } else {
        let at = site.map.locate(word.span);
        let mut finding = match wanted {
            Some(code) if !findings.is_empty() => Diagnostic::new(
                &FAILS_DIFFERENTLY,
                at,
                format!("this manifest is marked `fails={code}`, and fails for another reason"),
            ),
            _ => Diagnostic::new(
                &FAILS_BUT_VALID,
                at,
                "this manifest is marked `fails`, and nothing rejects it",
            ),
        };
        for other in &findings {
            finding = finding.related(
                other.at.location.clone(),
                format!("{}: {}", other.code.name, other.message),
            );
        }
        outcome.findings.push(finding);
    }
    let body = site.fence.body.span();
    // Who names the code wants that one shown, and not what another rule says of the same line.
    let named = outcome.fails && wanted.is_some();
    findings
        .iter()
        .filter(|finding| rejects(word, finding) || (!named && finding.severity > Severity::Note))
        .map(|finding| {
            let place = &finding.at.location;
            let first = site.map.locate(Span::at(body.start)).start().line;
            let line = place.start().line.saturating_sub(first) + 1;
            (line, finding.message.clone())
        })
        .collect()
}

/// The here-documents of a shell fence.
fn here_documents(site: &Site<'_>, words: &Words<'_>, outcome: &mut Outcome) {
    let body = &site.fence.body;
    for found in heredoc::find(body.text()) {
        if let Some(line) = found.nearly_closed {
            let at = site.map.locate(body.span_of(line));
            let word = body.text()[line.range()].trim();
            let message =
                format!("this line does not close the here-document: it is not `{word}` alone");
            outcome.findings.push(
                Diagnostic::new(&HERE_DOCUMENT_OPEN, at, message)
                    .help("take away the spaces around it"),
            );
        }
        let part: Cut = body.slice(found.body).without(&found.gone);
        let map = part.map(site.map);
        let mut read = elision::read(part.text(), &[], &map, Format::Yaml);
        placeholder::unrendered(&mut read, part.text(), &map);
        outcome.findings.extend(placeholder::soften(read.findings));
        for document in &mut read.documents {
            document.excerpt |= found.kept;
        }
        outcome.resources.extend(resource::of_here_document(
            site,
            &words.versions,
            &read.documents,
        ));
        for document in read.documents.into_iter().filter(Document::is_manifest) {
            let mut findings = site.project.validate(&document, &words.versions);
            if found.kept {
                // Settings of some tool have a kind as well.
                findings.retain(|finding| finding.code != &SCHEMA_MISSING);
            }
            outcome.documents += 1;
            outcome.findings.extend(placeholder::soften(findings));
            if !document.excerpt {
                outcome.members.push(group::Member { group: words.group(), document });
            }
        }
    }
}

fn read_words<'a>(site: &Site<'a>, findings: &mut Vec<Diagnostic>) -> Words<'a> {
    let mut words = Words { versions: site.versions.clone(), ..Words::default() };
    for word in &site.fence.words {
        let needs_value = matches!(word.name.as_str(), "fragment" | "group");
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
struct Fragment<'a> {
    kind: &'a str,
    path: &'a str,
}

fn read_fragment<'a>(
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
