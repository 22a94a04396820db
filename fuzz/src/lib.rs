//! What must hold of any input, one function for each fuzzer of `fuzz_targets`.
//!
//! None may panic, abort or take more than a share of time and memory that grows with its input. What else must hold stands
//! in each function: places that lie in the author's file, results that stay as they are when they are read again.

pub mod mutate;

use mdbook_plumb::check::{self, Book};
use mdbook_plumb::diag::{Diagnostic, Fix};
use mdbook_plumb::host::protocol::Request;
use mdbook_plumb::render::{self, Delivery, Target};
use mdbook_plumb::sync;
use mdbook_plumb::world::MemWorld;
use plumb_cel::{Budget, Environment, Map, Type, Value};
use plumb_kube::Validator;
use plumb_number::{Canonical, KubernetesQuantity, Limits};
use plumb_text::Span;
use plumb_yaml::{Composed, Node, compose, compose_commented};
use pulldown_cmark::{Event, Options, Parser};
use std::sync::LazyLock;

/// A fuzzer whose inputs are changed as `mutate` does.
#[macro_export]
macro_rules! structured {
    ($how:path, $check:path) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $check(data));
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
            $crate::mutate::change($how, data, size, most, seed, libfuzzer_sys::fuzzer_mutate)
        });
    };
}

/// The day on which all checks run: what is found must not depend on when a fuzzer does.
const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 29);

/// A model with one of everything that a page can ask for.
const MODEL: &str = include_str!("../corpus/model/whole");

/// A text of a model's that would be markup if a page took it as it is.
const MARK: &str = "<xss-mark";

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// YAML and JSON with comments: every node, key, comment and problem has a place in the text, and a scalar on one line says there what it
/// is read as.
pub fn yaml(data: &[u8]) {
    let Some(text) = text(data) else { return };
    for composed in [compose(text), compose_commented(text)] {
        let Composed { roots, problems, comments, .. } = &composed;
        let lies = |span: Span| assert!(text.get(span.range()).is_some(), "{span:?}");
        roots.iter().for_each(|root| nodes(root, text, &lies));
        problems.iter().for_each(|problem| lies(problem.span));
        comments.iter().for_each(|comment| lies(*comment));
    }
}

fn nodes(node: &Node, text: &str, lies: &impl Fn(Span)) {
    lies(node.span);
    if let Some(value) = node.as_str() {
        let written = &text[node.span.range()];
        let plain = written.len() == value.len() && !written.contains(['\n', '\r']);
        // What is neither quoted, folded nor an alias stands there letter by letter.
        if plain && !written.starts_with(['*', '&', '!', '"', '\'']) {
            assert_eq!(written, value);
        }
    }
    node.items().iter().for_each(|item| nodes(item, text, lies));
    for entry in node.as_map().into_iter().flatten() {
        lies(entry.key.span);
        nodes(&entry.value, text, lies);
    }
}

/// Quantities: what is read is written in Kubernetes' canonical form, which is read as the same number.
pub fn quantity(data: &[u8]) {
    let Some(read) = text(data).map(|text| KubernetesQuantity::parse(text, Limits::default()))
    else {
        return;
    };
    let Ok(quantity) = read else { return };
    let value = &quantity.value;
    for canonical in [Canonical::of(value), Canonical::of_bytes(value)] {
        let written = format!("{}{}", canonical.number, canonical.suffix);
        let again = KubernetesQuantity::parse(&written, Limits::default());
        let again = again.expect("a canonical quantity is a quantity");
        assert_eq!(&again.value == value, !canonical.rounded, "{written}");
    }
}

/// CEL: an expression is refused at a place in it, or it is evaluated within its budget.
pub fn cel(data: &[u8]) {
    let Some(text) = text(data) else { return };
    static ENVIRONMENT: LazyLock<Environment> = LazyLock::new(|| {
        Environment::kubernetes(37).variable("self", Type::map(Type::String, Type::Dyn)).trusting()
    });
    match ENVIRONMENT.compile(text) {
        Err(error) => {
            if let Some(span) = error.span() {
                assert!(text.get(span.range()).is_some(), "{span:?}");
            }
        }
        Ok(program) => {
            let object: Map = [("replicas", Value::Int(3))].into_iter().collect();
            let mut budget = Budget::new(1_000_000, 1_000_000);
            let _ = program.evaluate(&|_: &str| Some(object.clone().into()), &mut budget);
        }
    }
}

/// A manifest, or a definition and an object of it: what is found has a place, line ends change nothing, and a fix mends what it is for.
pub fn manifest(data: &[u8]) {
    let Some(text) = text(data) else { return };
    static VALIDATOR: LazyLock<Validator> = LazyLock::new(Validator::default);
    let validate = |text: &str| VALIDATOR.validate("a.yaml", text);
    let findings = validate(text);
    placed(&findings);
    same_with_crlf(text, &findings, validate);
    // Of a key that stands twice, the one that is not mended says it again.
    let is_read = findings.iter().all(|finding| !finding.code.name.starts_with("yaml-"));
    let fixable = findings.iter().find_map(|finding| Some((finding, finding.fix.as_ref()?)));
    if let (true, Some((finding, fix))) = (is_read, fixable) {
        let mended = fixed(text, fix);
        let said = |findings: &[Diagnostic]| {
            findings
                .iter()
                .filter(|other| {
                    other.code.name == finding.code.name && other.message == finding.message
                })
                .count()
        };
        let left = validate(&mended);
        assert!(said(&left) < said(&findings), "{text:?}\n{mended:?}\n{finding:?}");
    }
}

/// Schemas of a book's own, a definition or a JSON Schema, and a manifest for them, divided by a line of `====`.
pub fn schema(data: &[u8]) {
    let Some((schema, manifest)) = text(data).and_then(|text| text.split_once("====\n")) else {
        return;
    };
    let settings = "[book]\ntitle = \"A\"\n[preprocessor.plumb]\nschemas = [\"schemas\"]\n";
    let page = format!("~~~yaml\n{manifest}\n~~~\n");
    for name in ["schemas/a.yaml", "schemas/widget_v1.json"] {
        checked(&[("book.toml", settings), (name, schema)], &page);
    }
}

/// A formula in a model.
pub fn formula(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let quoted: String = text.chars().map(|c| format!("\\U{:08X}", u32::from(c))).collect();
    let model = format!("{MODEL}\n[formulas.fuzzed]\nexpr = \"{quoted}\"\nlabel = \"Fuzzed\"\n");
    checked(
        &[("model.toml", &model)],
        "It is `{= fuzzed }`.\n\n<!-- plumb: chart fuzzed over=pods /-->\n",
    );
}

/// A model, with a page that asks for some of it.
pub fn model(data: &[u8]) {
    let Some(text) = text(data) else { return };
    checked(
        &[("model.toml", text)],
        "It is `{= tax.cpu }` and `{= pods }`.\n\n<!-- plumb: sources all=true /-->\n",
    );
}

/// A page: what is found has a place; what `sync` writes is what `check` reads; line ends change nothing; no text of the model's becomes
/// markup.
pub fn page(data: &[u8]) {
    let Some(page) = text(data) else { return };
    let hostile =
        MODEL.replace("Some text", "<xss-mark a='1'>&<!-- ` {= pods } {{#include a}} </script>");
    let files = [("model.toml", hostile.as_str())];
    let (book, checked) = checked(&files, page);
    if !is_marked(page) {
        for target in
            [Target::Html(Delivery::Inline), Target::Html(Delivery::External), Target::Markdown]
        {
            for shown in rendered(&book, &checked, target) {
                assert!(!is_marked(&shown), "{page:?}\n{shown}");
            }
        }
    }
    let drift = drift(&book, &checked);
    let (rewrites, wrong) = sync::rewrites(&drift);
    if let ([rewrite], true) = (rewrites.as_slice(), wrong.is_empty()) {
        let (again, rechecked) = self::checked(&files, &rewrite.text);
        let left = self::drift(&again, &rechecked);
        assert!(left.is_empty(), "{page:?}\n{:?}\n{left:?}", rewrite.text);
    }
    same_with_crlf(page, &checked.findings, |page| self::checked(&files, page).1.findings);
}

/// A book whose settings, model, file of facts and page come from the input, divided by lines of `====`.
pub fn book(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let mut parts = text.split("====\n");
    let mut next = || parts.next().unwrap_or_default();
    let (settings, model, facts, page) = (next(), next(), next(), next());
    checked(&[("book.toml", settings), ("model.toml", model), ("facts.yaml", facts)], page);
}

/// What mdBook hands to a preprocessor.
pub fn protocol(data: &[u8]) {
    let Ok(request) = Request::parse(data) else { return };
    let contents: Vec<_> = request.book.chapters.iter().map(|_| Some("x".to_owned())).collect();
    request.write(&contents, &mut Vec::new()).expect("memory takes everything");
}

/// A book with one page, checked and rendered in every way.
fn checked(files: &[(&str, &str)], page: &str) -> (Book, check::Checked) {
    let mut all = vec![
        ("book.toml", "[book]\ntitle = \"Guide\"\n"),
        ("src/SUMMARY.md", "[Page](page.md)\n"),
        ("src/page.md", page),
    ];
    all.retain(|(name, _)| !files.iter().any(|(other, _)| other == name));
    all.extend(files);
    let book = Book::read(&MemWorld::new(all, TODAY)).expect("there is a book.toml");
    let checked = check::check(&book.project, &book.chapters);
    placed(&book.findings);
    placed(&checked.findings);
    for target in
        [Target::Html(Delivery::Inline), Target::Html(Delivery::External), Target::Markdown]
    {
        rendered(&book, &checked, target).for_each(drop);
    }
    (book, checked)
}

fn shown(book: &Book) -> impl Iterator<Item = render::Chapter<'_>> {
    book.chapters.iter().map(|chapter| render::Chapter {
        text: &chapter.text,
        path: &chapter.path,
        guide: &book.title,
    })
}

/// The chapters as a renderer gets them.
fn rendered(book: &Book, checked: &check::Checked, target: Target) -> impl Iterator<Item = String> {
    shown(book).zip(&checked.chapters).map(move |(shown, checked)| {
        render::chapter(shown, checked, target).unwrap_or_else(|| shown.text.to_owned())
    })
}

fn drift(book: &Book, checked: &check::Checked) -> Vec<Diagnostic> {
    let chapters = shown(book).zip(&book.chapters);
    sync::drift(
        chapters.map(|(shown, chapter)| sync::Chapter { shown, map: &chapter.map }),
        checked,
    )
}

/// Whether the mark of the model's texts is markup in Markdown: neither code nor text, in no value of an attribute, comment or script.
fn is_marked(markdown: &str) -> bool {
    let markup = Parser::new_ext(markdown, Options::all()).filter_map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(html),
        _ => None,
    });
    let html: String = markup.map(|part| part.into_string()).collect();
    html.contains(MARK)
}

/// Each place of a finding lies in its file.
fn placed(findings: &[Diagnostic]) {
    for finding in findings {
        let labels = std::iter::once(&finding.at).chain(&finding.related);
        for location in labels.map(|label| &label.location) {
            let text = location.source.text();
            assert!(text.get(location.span.range()).is_some(), "{finding:?}");
        }
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        for location in edits.map(|edit| &edit.location) {
            let text = location.source.text();
            assert!(text.get(location.span.range()).is_some(), "{finding:?}");
        }
    }
}

/// A text with a fix made.
fn fixed(text: &str, fix: &Fix) -> String {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.location.span.start);
    let mut out = text.to_owned();
    for edit in edits.into_iter().rev() {
        out.replace_range(edit.location.span.range(), &edit.text);
    }
    out
}

/// The same is found, in the same lines, where lines end as on Windows.
fn same_with_crlf(text: &str, findings: &[Diagnostic], check: impl Fn(&str) -> Vec<Diagnostic>) {
    if text.contains('\r') {
        return;
    }
    let lines = |findings: &[Diagnostic]| {
        let mut found: Vec<_> = findings
            .iter()
            .map(|finding| (finding.at.location.start().line, finding.code.name))
            .collect();
        found.sort_unstable();
        found
    };
    assert_eq!(lines(findings), lines(&check(&text.replace('\n', "\r\n"))), "{text:?}");
}
