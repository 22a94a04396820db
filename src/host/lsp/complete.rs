//! What can be written at a place.

use super::fields::{self, Known};
use super::place::Encoding;
use super::unit::Analysis;
use crate::check::{FENCE_WORDS, is_markdown};
use crate::config::{Home, SETTINGS, Setting};
use crate::directive::own::{Argument, Directives, Kind, Own};
use crate::directive::{self, ParamKind};
use crate::host::model;
use crate::manifest::Versions;
use crate::model::{Model, View};
use crate::reference::all_codes;
use crate::text::{Source, Span};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, MarkupContent,
    MarkupKind, TextEdit,
};
use std::path::Path;
use std::sync::Arc;

/// What a client asks again behind.
pub(super) const TRIGGERS: &[&str] = &[":", " ", "=", "[", ".", "\"", ","];

/// The most values of a model of which the value is shown beside the name.
const MOST_SHOWN: usize = 500;

/// Something that can be written.
struct Word {
    text: String,
    kind: CompletionItemKind,
    detail: String,
    docs: String,
}

impl Word {
    fn new(text: &str, kind: CompletionItemKind, detail: impl Into<String>) -> Word {
        Word { text: text.to_owned(), kind, detail: detail.into(), docs: String::new() }
    }

    fn docs(mut self, docs: impl Into<String>) -> Word {
        self.docs = docs.into();
        self
    }
}

/// What can be written at an offset of a document.
pub(super) fn complete(
    path: &Path,
    source: &Arc<Source>,
    analysis: &Analysis,
    offset: usize,
    encoding: Encoding,
) -> Vec<CompletionItem> {
    let text = source.text();
    let before = text.get(..offset).unwrap_or(text);
    let start_of_line = before.rfind('\n').map_or(0, |at| at + 1);
    let line = &before[start_of_line..];
    let model = &analysis.project().model;
    let mut words = if is_markdown(&path.to_string_lossy()) {
        in_chapter(before, line, model, &analysis.project().directives)
    } else if let Some(home) = Home::of(path) {
        in_settings(home, line)
    } else if path.extension().is_some_and(|extension| extension == "toml") {
        // Within a text of the model's.
        if line.matches('"').count() % 2 == 1 { values(model) } else { Vec::new() }
    } else if is_tie(line) {
        values(model)
    } else {
        Vec::new()
    };
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let start = start_of_line + line.trim_end_matches(is_part).len();
    if words.is_empty() {
        let project = analysis.project();
        let against = (project.dialect, &project.versions);
        words.extend(
            fields::known(path, source, against, (start, offset)).into_iter().map(of_manifest),
        );
    }
    let range = encoding.range(source, Span::new(start, offset));
    let item = |word: Word| CompletionItem {
        label: word.text.trim_end_matches([' ', '=', ':']).to_owned(),
        kind: Some(word.kind),
        detail: Some(word.detail).filter(|detail| !detail.is_empty()),
        documentation: Some(word.docs).filter(|docs| !docs.is_empty()).map(|docs| {
            Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: docs })
        }),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: word.text })),
        ..CompletionItem::default()
    };
    words.into_iter().map(item).collect()
}

fn in_chapter(before: &str, line: &str, model: &Model, own: &Directives) -> Vec<Word> {
    // In the text of a directive too.
    if line.rfind("{=").is_some_and(|at| !line[at..].contains('}')) || is_tie(line) {
        return values(model);
    }
    let opened = before.rfind("<!--").filter(|at| !before[*at..].contains("-->"));
    if let Some(at) = opened {
        let inside = before[at + 4..].trim_start();
        return inside
            .strip_prefix("plumb:")
            .map_or_else(Vec::new, |rest| in_directive(rest, model, own));
    }
    let fence = line.trim_start_matches([' ', '>']);
    let info = fence.trim_start_matches(['`', '~']);
    if fence.len() >= info.len() + 3 && info.contains([' ', ',']) {
        return words_of_fence();
    }
    Vec::new()
}

/// A field of a manifest, or one of the values that it can have.
fn of_manifest(known: Known) -> Word {
    let Known { text, is_field, about } = known;
    match is_field {
        true => Word::new(&format!("{text}: "), CompletionItemKind::FIELD, about),
        false => Word::new(&text, CompletionItemKind::ENUM_MEMBER, about),
    }
}

fn is_tie(line: &str) -> bool {
    line.rfind("plumb: =").is_some_and(|at| line[..at].trim_end().ends_with('#'))
}

fn in_directive(written: &str, model: &Model, own: &Directives) -> Vec<Word> {
    let written = written.trim_start();
    let Some((name, args)) = written.split_once(char::is_whitespace) else {
        let known = directive::REGISTRY.iter();
        let word = |known: &&directive::Directive| {
            Word::new(known.name, CompletionItemKind::FUNCTION, known.summary)
                .docs(directive::params::usage(known.name, known.params))
        };
        let of_book = own.iter().map(|own| {
            Word::new(&own.name, CompletionItemKind::FUNCTION, own.summary.clone())
                .docs(format!("usage: {}", own.usage()))
        });
        return known.map(word).chain(of_book).collect();
    };
    let Some(directive) = directive::find(name) else {
        return own.find(name).map_or_else(Vec::new, |own| in_own(own, args, model));
    };
    let last = args.rsplit(char::is_whitespace).next().unwrap_or("");
    // A list may have blanks in it.
    let list = args.rfind('[').filter(|at| !args[*at..].contains(']'));
    let last = list.map_or(last, |at| args[..at].rsplit(char::is_whitespace).next().unwrap_or(""));
    match last.split_once('=') {
        Some((key, _)) => of_key(name, key, model),
        None if list.is_some() => of_key(name, last.trim_end_matches('='), model),
        None => {
            let mut words = Vec::new();
            for param in directive.params {
                match param.kind {
                    ParamKind::Positional if args.trim() == last => {
                        words.extend(of_positional(name, model));
                    }
                    ParamKind::Positional => {}
                    ParamKind::Named => {
                        let key = format!("{}=", param.key);
                        let word = Word::new(&key, CompletionItemKind::PROPERTY, param.shape);
                        words.push(word.docs(param.doc.trim()));
                    }
                    ParamKind::Inputs => {
                        for (name, input) in &model.inputs {
                            let key = format!("{name}=");
                            let kind = CompletionItemKind::VARIABLE;
                            words.push(Word::new(&key, kind, input.label.clone()));
                        }
                    }
                }
            }
            words
        }
    }
}

/// The arguments of a directive of the book's own, and what they may be.
fn in_own(own: &Own, args: &str, model: &Model) -> Vec<Word> {
    let last = args.rsplit(char::is_whitespace).next().unwrap_or("");
    let given = last.split_once('=').map(|(key, _)| key);
    let is_meant = |arg: &&Argument| match given {
        Some(key) => arg.name == key,
        None => arg.positional && args.trim() == last,
    };
    let mut words = own.args.iter().find(is_meant).map_or_else(Vec::new, |arg| of_arg(arg, model));
    if given.is_none() {
        let named = own.args.iter().filter(|arg| !arg.positional);
        words.extend(named.map(|arg| {
            let key = format!("{}=", arg.name);
            Word::new(&key, CompletionItemKind::PROPERTY, arg.shape()).docs(arg.docs.clone())
        }));
    }
    words
}

fn of_arg(arg: &Argument, model: &Model) -> Vec<Word> {
    let plain = |word: &str| Word::new(word, CompletionItemKind::ENUM_MEMBER, "");
    match arg.kind {
        Kind::Choice => arg.choices.iter().map(|choice| plain(choice)).collect(),
        Kind::Bool => ["true", "false"].map(plain).into_iter().collect(),
        Kind::Option | Kind::Options => of_key("", "options", model),
        Kind::Text => Vec::new(),
        Kind::Number | Kind::Quantity | Kind::Version | Kind::Date | Kind::List => values(model),
    }
}

/// The argument without a key.
fn of_positional(directive: &str, model: &Model) -> Vec<Word> {
    let id = CompletionItemKind::REFERENCE;
    match directive {
        "matrix" => {
            model.matrices.iter().map(|(name, it)| Word::new(name, id, &it.label)).collect()
        }
        "checklist" => {
            model.checklists.iter().map(|(name, it)| Word::new(name, id, &it.title)).collect()
        }
        "advisor" => {
            model.advisors.iter().map(|(name, it)| Word::new(name, id, &it.title)).collect()
        }
        "table" | "each" => {
            let mut words = values(model);
            words.insert(0, Word::new("options", id, "the options of the model"));
            words
        }
        _ => values(model),
    }
}

/// What may stand behind a key of a directive.
fn of_key(directive: &str, key: &str, model: &Model) -> Vec<Word> {
    let id = CompletionItemKind::REFERENCE;
    let plain = |words: &[&str]| {
        words.iter().map(|word| Word::new(word, CompletionItemKind::ENUM_MEMBER, "")).collect()
    };
    match key {
        "columns" if directive == "table" => values(model),
        "scenario" | "scenarios" => {
            model.scenarios.iter().map(|(name, it)| Word::new(name, id, &it.label)).collect()
        }
        "option" | "options" | "columns" => {
            model.options.iter().map(|(name, it)| Word::new(name, id, &it.label)).collect()
        }
        "inputs" | "input" | "sweep" => {
            model.inputs.iter().map(|(name, it)| Word::new(name, id, &it.label)).collect()
        }
        "costs" | "view" => plain(&View::ALL.map(View::name)),
        "format" => plain(&["people", "kubernetes"]),
        _ => {
            let mut words = values(model);
            words.extend::<Vec<Word>>(plain(&["true", "false"]));
            words
        }
    }
}

/// Every value of a model, with what it is now.
fn values(model: &Model) -> Vec<Word> {
    let value = |name: &str| model::value(model, name).map(|(value, _)| value).unwrap_or_default();
    let inputs = model.inputs.keys().map(|name| (name, CompletionItemKind::VARIABLE));
    let facts = model.figures.keys().chain(model.facts.keys());
    let facts = facts.map(|name| (name, CompletionItemKind::CONSTANT));
    let formulas = model.formulas.keys().map(|name| (name, CompletionItemKind::FUNCTION));
    let all = inputs.chain(facts).chain(formulas).enumerate();
    all.map(|(at, (name, kind))| {
        Word::new(name, kind, if at < MOST_SHOWN { value(name) } else { String::new() })
    })
    .collect()
}

fn words_of_fence() -> Vec<Word> {
    let own = FENCE_WORDS.iter().map(|(word, meaning)| {
        let needs_value = matches!(*word, "fragment" | "group" | "schema");
        let text = if needs_value { format!("{word}=") } else { (*word).to_owned() };
        Word::new(&text, CompletionItemKind::KEYWORD, *meaning)
    });
    let products = Versions::products().iter().map(|product| {
        let detail = format!("{} {}", product.title, product.versions.join(", "));
        Word::new(&format!("{}=", product.name), CompletionItemKind::PROPERTY, detail)
    });
    own.chain(products).collect()
}

/// A setting where a line begins; a code in a list of them.
fn in_settings(home: Home, line: &str) -> Vec<Word> {
    match line.split_once('=') {
        None => {
            let here = SETTINGS.iter().filter(|setting| setting.is_of(home));
            let word = |setting: &Setting| {
                let text = format!("{} = ", setting.key);
                let shape = setting.shape.name();
                Word::new(&text, CompletionItemKind::PROPERTY, shape).docs(setting.about)
            };
            here.map(word).collect()
        }
        Some((key, value)) if matches!(key.trim(), "deny" | "warn" | "allow") => {
            let is_open = value.matches('"').count() % 2 == 1;
            let codes = all_codes().into_iter().filter(|_| is_open);
            codes
                .map(|code| Word::new(code.name, CompletionItemKind::ENUM_MEMBER, code.summary))
                .collect()
        }
        _ => Vec::new(),
    }
}
