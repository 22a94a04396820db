//! Fences with manifests: what their words ask for, what the engine says, and what a page shows of them.

use super::codes::{
    FAILS_BUT_VALID, FAILS_DIFFERENTLY, INVALID_FENCE_WORD, UNKNOWN_CODE, UNTAGGED_MANIFEST,
    WRONG_ON_PURPOSE,
};
use super::judge::Judge;
use super::levels;
use super::resource;
use super::shell;
use super::site::{CheckedFence, Site};
use super::texts::{Holder, ReadText, TextKind};
use super::tied::Comments;
use super::trace::Judged;
use super::words::{Fragment, WORDS, Words, read_fragment, read_words};
use super::{Expansion, group};
use crate::content::{Block, Content, Manifest, ManifestDocument, ManifestState};
use crate::diag::{Diagnostic, Edit, Fix, Severity};
use crate::manifest::{Document, Extent, Format, tools};
use crate::markdown::{Fence, Word};
use crate::reading::{self, Reading, heredoc};
use crate::text::{Location, Span, Spanned};
use std::collections::BTreeMap;

enum Language {
    Manifest(Format),
    /// YAML, by what it holds: manifests in a fence without a language.
    Untagged,
    Shell,
    Other,
}

fn language(fence: &Fence) -> Language {
    let text = fence.body.text();
    // Hugo, Docusaurus and others write what they want right behind it: `yaml{3-5}`, `yaml:a.yaml`.
    let name = fence.lang.value.split(['{', ':', ',']).next().unwrap_or("");
    match name.to_ascii_lowercase().as_str() {
        // What says that it is YAML and is the command that reads it.
        "yaml" | "yml" if heredoc::begins(text) => Language::Shell,
        "yaml" | "yml" | "kyaml" => Language::Manifest(Format::Yaml),
        "json" | "jsonc" | "json5" => Language::Manifest(Format::JsonWithComments),
        // A manifest and no command, whatever it is called.
        "bash" | "sh" | "shell" | "zsh" | "console" | "shell-session" | "terminal"
            if reading::has_head(text)
                && !heredoc::begins(text)
                && !reading::begins_with_command(text)
                && reading::is_yaml(text) =>
        {
            Language::Manifest(Format::Yaml)
        }
        "bash" | "sh" | "shell" | "zsh" | "console" | "shell-session" | "terminal" => {
            Language::Shell
        }
        "" if fence.info.is_empty() && reading::begins_with_command(text) => Language::Shell,
        "" if fence.info.is_empty() && heredoc::begins(text) => Language::Shell,
        "" if fence.info.is_empty() && reading::has_head(text) && reading::is_yaml(text) => {
            Language::Untagged
        }
        _ => Language::Other,
    }
}

/// Whether a fence is looked at for what it holds: manifests, or what a word of ours asks for.
pub(super) fn is_looked_at(fence: &Fence) -> bool {
    !matches!(language(fence), Language::Other) && may_hold_manifests(fence.body.text())
        || WORDS.iter().any(|(word, _)| fence.has(word))
}

/// Whether a fence is in the language of manifests, whatever it holds.
pub(super) fn is_manifest(fence: &Fence) -> bool {
    matches!(language(fence), Language::Manifest(_))
}

/// What to do about a tie where none is read.
const ELSEWHERE: &str = "in other languages, write `{= EXPR }` in the value's place, and the word `plumb` behind the fence's language";
const IN_JSON: &str =
    "JSON has no comments of its own: show it as YAML, or say the value in the text";
const NOT_YAML: &str = "what the fence holds can't be read as YAML: write `{= EXPR }` in a fence of another language with the word `plumb`";

/// Checks a fence, as its language and its words ask.
pub(super) fn check(site: &Site<'_>, comments: &mut Comments<'_>) -> CheckedFence {
    let mut outcome = CheckedFence::default();
    let language = language(site.fence);
    match language {
        Language::Manifest(Format::Yaml) | Language::Untagged => {}
        Language::Manifest(_) => comments.untied(site, IN_JSON, &mut outcome),
        Language::Shell | Language::Other => comments.untied(site, ELSEWHERE, &mut outcome),
    }
    if matches!(language, Language::Other) && !site.fence.has("plumb") {
        unread(
            site,
            TextKind::OtherLanguage,
            "manifests are looked for in no such fence",
            &mut outcome,
        );
        return outcome;
    }
    let words = read_words(site, &mut outcome.findings);
    match language {
        Language::Manifest(format) => manifests(site, &words, format, comments, &mut outcome),
        Language::Untagged => {
            manifests(site, &words, Format::Yaml, comments, &mut outcome);
            outcome.expansion = None;
            if outcome.documents > 0 {
                outcome.findings.push(untagged(site));
            }
        }
        Language::Shell | Language::Other => {
            if words.ignore {
                outcome.ignored = true;
                unread(site, TextKind::Ignored, "the fence says `ignore`", &mut outcome);
            } else if matches!(language, Language::Shell) {
                let why = "of commands, the here-documents are read that kubectl or a file is given, and manifests that they print";
                unread(site, TextKind::Shell, why, &mut outcome);
                shell::here_documents(site, &words, &mut outcome);
                shell::printed(site, &words, &mut outcome);
            } else {
                let why = "manifests are looked for in no such fence";
                unread(site, TextKind::OtherLanguage, why, &mut outcome);
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
    outcome: &mut CheckedFence,
) {
    let text = site.fence.body.text();
    if words.ignore {
        outcome.ignored = true;
        unread(site, TextKind::Ignored, "the fence says `ignore`", outcome);
        return;
    }
    if let Some(word) = words.schema {
        described(site, words, (word, format), comments, outcome);
        return;
    }
    let fragment = words.fragment.and_then(|word| read_fragment(site, word, &mut outcome.findings));
    let mut reading = read(site, words, format);
    if site.project.asked.is_some() {
        let at = site.map.locate(site.node.span);
        let map = site.fence.body.map(site.map);
        let holder = Holder::Fence(site.fence.lang.value.clone());
        let fragment = fragment.as_ref().map(|fragment| (fragment.kind, fragment.path));
        let judged = Judged { fragment, ..Judged::of_fence(site, words) };
        outcome.texts.push(ReadText::new(at, holder, &reading, &map, &judged));
    }
    if reading.kind == reading::Kind::Other {
        comments.untied(site, NOT_YAML, outcome);
        return;
    }
    let (found, shown) =
        validate(site, words, fragment.as_ref(), &mut reading, &mut outcome.settings);
    outcome.documents += shown.len();
    let mut findings = std::mem::take(&mut reading.findings);
    if !is_ours(&reading, text, format) {
        findings.clear();
    }
    findings.extend(found);
    let published = comments.tie(site, &words.versions, text, &reading, outcome);
    let whole = fragment.is_none();
    if whole {
        let fresh = published.as_deref();
        let fails = words.fails.is_some();
        outcome.resources =
            resource::of_fence(site, &words.versions, &reading.documents, fresh, format, fails);
    }
    let is_group_open = reading.is_group_open;
    let members = reading.documents.into_iter().filter(group::is_shown).collect::<Vec<_>>();
    let state = if words.fails.is_some() {
        ManifestState::Fails
    } else if findings.iter().any(|finding| finding.severity == Severity::Error) {
        ManifestState::Unknown
    } else if !whole || members.iter().any(|document| document.gaps.has_gap()) {
        ManifestState::Fragment
    } else if !shown.is_empty() && shown.iter().all(|document| document.validated.is_some()) {
        ManifestState::Valid
    } else {
        ManifestState::Unknown
    };
    let mut beside = Vec::new();
    if words.fails.is_some() && !site.is_judged() {
        // Another run says whether it is refused.
    } else if let Some(word) = words.fails {
        let mut findings = findings;
        if whole && !findings.iter().any(|finding| rejects(word, finding)) {
            let documents: Vec<_> = members.iter().collect();
            findings.extend(group::analyse_documents(&documents));
        }
        beside = expected_failure(site, word, findings, outcome);
    } else {
        outcome.findings.extend(findings);
        let members = members.into_iter().filter(|_| whole);
        outcome.members = members
            .map(|document| group::Member {
                group: words.group(),
                document,
                is_group_open,
                section: site.section.clone(),
            })
            .collect();
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
        within: Vec::new(),
        committed: None,
    });
}

/// A fence with what is no manifest, and a JSON Schema that describes it.
fn described(
    site: &Site<'_>,
    words: &Words<'_>,
    (word, format): (&Word, Format),
    comments: &mut Comments<'_>,
    outcome: &mut CheckedFence,
) {
    let Some(name) = &word.value else { return };
    let mut reading = read(site, words, format);
    let known = &site.project.described;
    let mut findings = std::mem::take(&mut reading.findings);
    match known.get(&name.value) {
        Some(schema) => {
            findings.extend(reading.documents.iter().flat_map(|document| schema.judge(document)));
            *outcome.settings.entry("JSON Schema").or_default() += reading.documents.len();
        }
        // What is wrong with a schema is said at its setting.
        None if site.project.config.json_schemas.contains_key(&name.value) => {}
        None => {
            let at = site.map.locate(name.span);
            let message = format!("no JSON Schema is called `{}`", name.value);
            let finding = Diagnostic::new(&INVALID_FENCE_WORD, at, message);
            findings.push(match known.near(&name.value) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding
                    .help("name it in the settings: `json-schemas = { NAME = \"a.schema.json\" }`"),
            });
        }
    }
    unread(site, TextKind::OtherLanguage, "the fence says which JSON Schema describes it", outcome);
    let text = site.fence.body.text();
    let published = comments.tie(site, &words.versions, text, &reading, outcome);
    match words.fails {
        Some(word) => drop(expected_failure(site, word, findings, outcome)),
        None => outcome.findings.extend(findings),
    }
    let block = Block::Code {
        language: site.fence.lang.value.clone(),
        text: published.unwrap_or_else(|| text.to_owned()),
        classes: words.others.clone(),
    };
    outcome.expansion = Some(Expansion {
        span: site.node.span,
        place: site.node.place.clone(),
        html_only: false,
        content: Content::Blocks(vec![block]),
        within: Vec::new(),
        committed: None,
    });
}

/// The documents of a fence that shows a definition, for what is applied with it.
pub(super) fn definitions(site: &Site<'_>) -> Vec<Document> {
    let text = site.fence.body.text();
    if !text.contains("CustomResourceDefinition") || !text.contains("openAPIV3Schema") {
        return Vec::new();
    }
    documents(site)
}

/// The documents that a fence shows to be applied.
pub(super) fn documents(site: &Site<'_>) -> Vec<Document> {
    // What is wrong with its words is said where it is checked.
    let words = read_words(site, &mut Vec::new());
    let is_apart = words.fails.is_some() || words.fragment.is_some() || words.schema.is_some();
    if words.ignore || is_apart {
        return Vec::new();
    }
    match language(site.fence) {
        Language::Manifest(format) => read(site, &words, format).documents,
        Language::Untagged => read(site, &words, Format::Yaml).documents,
        Language::Shell => shell::applied(site),
        Language::Other => Vec::new(),
    }
}

/// The note about a fence that holds manifests and names no language.
fn untagged(site: &Site<'_>) -> Diagnostic {
    let open = site.fence.open;
    let message = "this fence holds a manifest and names no language";
    let mut note = Diagnostic::new(&UNTAGGED_MANIFEST, site.map.locate(open), message)
        .help("write `yaml` behind the row that opens it");
    if let Some(location) = site.map.locate_copied(Span::at(open.end)) {
        let edits = vec![Edit { location, text: "yaml".to_owned() }];
        note.fix = Some(Fix { title: "write `yaml`".to_owned(), edits });
    }
    note
}

/// Makes notes of what is found of the manifests in fences of which the author says that they are wrong, and says so once for each fence.
pub(super) fn soften_wrong(findings: &mut Vec<Diagnostic>, wrong: &[Wrong]) {
    if wrong.is_empty() {
        return;
    }
    let known = levels::of_manifests();
    let is_in = |wrong: &Wrong, finding: &Diagnostic| {
        let (at, fence) = (&finding.at.location, &wrong.fence);
        at.source.path() == fence.source.path()
            && fence.span.contains(at.span)
            && known.contains(&finding.code)
    };
    for wrong in wrong {
        let mut count = 0;
        for finding in findings.iter_mut().filter(|finding| is_in(wrong, finding)) {
            count += usize::from(finding.severity > Severity::Note);
            finding.severity = Severity::Note;
        }
        if count > 0 {
            let message = "the words before this fence say that it is wrong, so what is found in it is a note";
            let mut note = Diagnostic::new(&WRONG_ON_PURPOSE, wrong.row.clone(), message)
                .related(wrong.told.clone(), "it is said here");
            note = note.help("write `fails` behind the language, so that it has to be wrong");
            findings.push(note);
        }
    }
}

/// A fence that is wrong on purpose, as the words before it say.
pub(super) struct Wrong {
    /// Its row.
    pub(super) row: Location,
    fence: Location,
    told: Location,
}

/// Whether the words before a fence say that it is wrong; who writes `fails` has said more.
pub(super) fn wrong(site: &Site<'_>) -> Option<Wrong> {
    if site.fence.has("fails") || !is_looked_at(site.fence) {
        return None;
    }
    let (row, fence) = (site.map.locate(site.fence.open), site.map.locate(site.node.span));
    Some(Wrong { row, fence, told: site.told_wrong()? })
}

/// Notes a fence of which no manifest is read, where that is asked for.
fn unread(site: &Site<'_>, how: TextKind, why: &str, outcome: &mut CheckedFence) {
    if site.project.asked.is_some() {
        let at = site.map.locate(site.node.span);
        let holder = Holder::Fence(site.fence.lang.value.clone());
        outcome.texts.push(ReadText::unread(at, holder, how, why));
    }
}

/// Reads what a fence holds.
fn read(site: &Site<'_>, words: &Words<'_>, format: Format) -> Reading {
    let body = &site.fence.body;
    reading::read(&reading::Text {
        text: body.text(),
        map: &body.map(site.map),
        format,
        setting: site.setting(),
        // Who says how it is to be read means it as YAML.
        is_certain: words.fails.is_some() || words.fragment.is_some() || words.schema.is_some(),
    })
}

/// Whether what is wrong with the YAML or JSON of a fence is our business: guides show pieces of settings as JSON, with
/// comments, and what commands print.
fn is_ours(reading: &Reading, text: &str, format: Format) -> bool {
    format == Format::Yaml && reading.kind == reading::Kind::Manifests || may_hold_manifests(text)
}

/// Whether a text has the words that every manifest has.
fn may_hold_manifests(text: &str) -> bool {
    text.contains("apiVersion") && text.contains("kind")
}

/// What is wrong with the documents of a fence, what a page says of each, and which of them are parts.
fn validate(
    site: &Site<'_>,
    words: &Words<'_>,
    fragment: Option<&Fragment<'_>>,
    reading: &mut Reading,
    settings: &mut BTreeMap<&'static str, usize>,
) -> (Vec<Diagnostic>, Vec<ManifestDocument>) {
    let mut judge = Judge::of_fence(site, words);
    let mut shown = Vec::new();
    for document in &mut reading.documents {
        if words.fails.is_some() {
            // Whoever says that it is refused means it as it stands.
            document.extent = Extent::Whole;
        }
        let text = |part: Option<Spanned<&str>>| part.map_or_else(String::new, |p| p.value.into());
        let (kind, validated) = if let Some(Fragment { kind, path }) = fragment {
            judge.fragment(document, kind, path);
            (format!("{kind}:{path}"), None)
        } else if let Some(tool) = tools::of(document) {
            judge.document(document);
            *settings.entry(&tool.name).or_default() += 1;
            continue;
        } else if document.is_manifest() || document.has_lost_its_head() {
            if judge.document(document) {
                document.gaps = document.gaps.and_everywhere();
            }
            (text(document.kind()), site.project.origin(document, &words.versions))
        } else {
            if reading::is_json_patch(&document.root) {
                judge.json_patch(document);
            }
            continue;
        };
        shown.push(ManifestDocument {
            kind,
            name: text(document.name()),
            api_version: text(document.api_version()),
            validated,
        });
    }
    (judge.finish(reading.is_template), shown)
}

/// Whether a finding is what a `fails` asks for: the code that it names, or any error.
fn rejects(word: &Word, finding: &Diagnostic) -> bool {
    match &word.value {
        Some(code) => finding.code.answers_to(&code.value),
        None => finding.severity == Severity::Error,
    }
}

/// A `fails` fence: what was found is what its author wants to show; that nothing was found is the error.
fn expected_failure(
    site: &Site<'_>,
    word: &Word,
    findings: Vec<Diagnostic>,
    outcome: &mut CheckedFence,
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
    let renamed = word.value.as_ref().and_then(|code| {
        levels::renamed(
            &code.value,
            &site.map.locate(code.span),
            &super::codes().collect::<Vec<_>>(),
        )
    });
    outcome.findings.extend(renamed);
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
