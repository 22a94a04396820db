//! Where a document speaks of the model.
//!
//! Owns: the expressions of chapters, of tied manifests and of the model's own files, and the names in them. They are found in
//! the text as it is typed, so what does not compile has names too. Must not know: what is done with a name.

use crate::check::is_markdown;
use crate::markdown::{self, Cut, Dialect, Fence, NodeKind, Value};
use crate::model::describe::{Kind, Table};
use crate::model::{Model, tables};
use crate::text::{Source, Span, TextMap};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The tables of the model whose entries expressions name.
const NAMED: [&str; 4] = ["inputs", "figures", "facts", "formulas"];
/// The keys of the model's tables whose texts, or whose own keys, are names of inputs and figures.
const LISTS_OF_NAMES: [&str; 3] = ["inputs", "figures", "count"];
/// How deep tables are looked into.
const DEEPEST: usize = 32;
/// What is written before the expression that a scalar is tied to.
const TIE: &str = "plumb: =";

/// An expression, or something else that may name an entry of the model.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    /// Its text, with the place of each part.
    pub(super) cut: Cut,
    /// Whether it is computed: an argument of a directive may be anything.
    pub(super) is_formula: bool,
}

/// Every expression of a document, in no order.
pub(super) fn expressions(path: &Path, source: &Arc<Source>, dialect: Dialect) -> Vec<Expression> {
    let mut out = Vec::new();
    if is_markdown(&path.to_string_lossy()) {
        of_chapter(source, dialect, &mut out);
    } else if path.extension().is_some_and(|extension| extension == "toml") {
        of_model(source, &mut out);
    } else {
        ties(&Cut::whole(source.text(), Span::new(0, source.text().len())), &mut out);
    }
    out
}

/// The expression that a place lies in or touches.
pub(super) fn expression_at(all: &[Expression], offset: usize) -> Option<&Expression> {
    let touches = |span: Span| span.start <= offset && offset <= span.end;
    let own = all.iter().filter(|expression| touches(expression.cut.span()));
    own.min_by_key(|expression| expression.cut.span().len())
}

/// The names in an expression that the model knows, each with its place in the document.
pub(super) fn names(expression: &Expression, model: &Model) -> Vec<(Span, String)> {
    let text = expression.cut.text();
    let known = |part: Span| {
        let name = &text[part.range()];
        // `nodes.max(3)` calls something of `nodes`.
        let called = text[part.end..].starts_with('(').then(|| name.rsplit_once('.')).flatten();
        let name = called.map_or(name, |(name, _)| name);
        model.location_of_name(name)?;
        let part = Span::new(part.start, part.start + name.len());
        Some((expression.cut.span_of(part), name.to_owned()))
    };
    words(text).into_iter().filter_map(known).collect()
}

/// The dotted words of an expression, without those in strings.
fn words(text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if matches!(c, '"' | '\'') {
            while let Some((_, inner)) = chars.next() {
                match inner {
                    '\\' => drop(chars.next()),
                    _ if inner == c => break,
                    _ => {}
                }
            }
        } else if c.is_alphanumeric() || c == '_' {
            let mut end = start + c.len_utf8();
            while let Some((at, c)) =
                chars.next_if(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '.'))
            {
                end = at + c.len_utf8();
            }
            // `128Mi` is a quantity.
            if !c.is_ascii_digit() {
                let word = text[start..end].trim_end_matches('.');
                out.push(Span::new(start, start + word.len()));
            }
        }
    }
    out
}

fn of_chapter(source: &Arc<Source>, dialect: Dialect, out: &mut Vec<Expression>) {
    let text = source.text();
    let scan = markdown::scan(text, &TextMap::identity(source), dialect);
    for node in scan.nodes {
        match node.kind {
            NodeKind::Value(cut) => out.push(Expression { cut, is_formula: true }),
            NodeKind::Directive(directive) => {
                let args = directive.args;
                let written = directive.template.iter().flat_map(markdown::expressions);
                out.extend(written.map(|cut| Expression { cut, is_formula: true }));
                if let Some(arg) = &args.positional {
                    argument(text, &arg.value, arg.span, out);
                }
                for (key, arg) in &args.named {
                    // Text that is to be written names nothing but in its values.
                    let is_text = matches!(key.value.as_str(), "text" | "else" | "separator");
                    if is_text && markdown::WRITES_TEXT.contains(&directive.name.value.as_str()) {
                        let values = markdown::expressions(&Cut::whole(text, arg.span));
                        out.extend(
                            values.into_iter().map(|cut| Expression { cut, is_formula: true }),
                        );
                    } else {
                        argument(text, &arg.value, arg.span, out);
                    }
                }
                for (key, _) in &args.named {
                    out.push(Expression { cut: Cut::whole(text, key.span), is_formula: false });
                }
            }
            NodeKind::Fence(fence) => of_fence(&fence, out),
        }
    }
}

fn argument(text: &str, value: &Value, span: Span, out: &mut Vec<Expression>) {
    match value {
        Value::List(items) => {
            for item in items {
                argument(text, &item.value, item.span, out);
            }
        }
        Value::Text(_) if span.len() >= 2 => {
            let cut = Cut::whole(text, Span::new(span.start + 1, span.end - 1));
            out.push(Expression { cut, is_formula: false });
        }
        _ => out.push(Expression { cut: Cut::whole(text, span), is_formula: false }),
    }
}

fn of_fence(fence: &Fence, out: &mut Vec<Expression>) {
    if fence.has("plumb") {
        let values = fence.interpolations().into_iter();
        out.extend(values.map(|value| Expression { cut: value.expression, is_formula: true }));
    }
    ties(&fence.body, out);
}

/// The expressions that scalars of a manifest are tied to.
fn ties(text: &Cut, out: &mut Vec<Expression>) {
    let mut start = 0;
    for line in text.text().split_inclusive('\n') {
        let tie = line.find(TIE).filter(|at| line[..*at].trim_end().ends_with('#'));
        if let Some(at) = tie {
            let rest = &line[at + TIE.len()..];
            let from = start + line.len() - rest.trim_start().len();
            let to = start + line.trim_end().len();
            let cut = text.slice(Span::new(from, to.max(from)));
            out.push(Expression { cut, is_formula: true });
        }
        start += line.len();
    }
}

fn of_model(source: &Arc<Source>, out: &mut Vec<Expression>) {
    let (table, _) = DeTable::parse_recoverable(source.text());
    fields(source.text(), &tables::MODEL, table.get_ref(), out, DEEPEST);
}

fn fields(text: &str, spec: &Table, table: &DeTable<'_>, out: &mut Vec<Expression>, depth: usize) {
    for (key, value) in table {
        if let Some(field) = spec.field(key.get_ref()) {
            let names = LISTS_OF_NAMES.contains(&field.name);
            walk(text, &field.kind, names, value, out, depth);
        }
    }
}

/// Collects the expressions of a value of this kind; `names` says whether its texts and keys are names.
fn walk(
    text: &str,
    kind: &Kind,
    names: bool,
    value: &Spanned<DeValue<'_>>,
    out: &mut Vec<Expression>,
    depth: usize,
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match (kind, value.get_ref()) {
        (Kind::Formula | Kind::Condition, DeValue::String(written)) => {
            out.extend(inner(text, value.span().into(), written));
        }
        (Kind::Text | Kind::Id, DeValue::String(written)) if names => {
            out.extend(inner(text, value.span().into(), written));
        }
        (Kind::Prose, DeValue::String(_)) => {
            let span: Span = value.span().into();
            let written = text.get(span.range()).unwrap_or("");
            for (at, _) in written.match_indices("{=") {
                let rest = &written[at + 2..];
                let length = rest.find(['}', '\n']).unwrap_or(rest.len());
                let from = span.start + at + 2;
                let cut = Cut::whole(text, Span::new(from, from + length));
                out.push(Expression { cut, is_formula: true });
            }
        }
        (Kind::List(kind), DeValue::Array(items)) => {
            for item in items {
                walk(text, kind, names, item, out, depth);
            }
        }
        (Kind::Table(spec), DeValue::Table(table)) => fields(text, spec, table, out, depth),
        (Kind::Table(spec) | Kind::Named(spec), _) if !value.get_ref().is_table() => {
            if let Some(field) = spec.short.and_then(|short| spec.field(short)) {
                walk(text, &field.kind, names, value, out, depth);
            }
        }
        (Kind::Map(kind), DeValue::Table(table)) => {
            for (key, value) in table {
                if names && !matches!(**kind, Kind::Table(_)) {
                    let cut = Cut::whole(text, unquoted(text, key.span().into()));
                    out.push(Expression { cut, is_formula: false });
                }
                walk(text, kind, false, value, out, depth);
            }
        }
        (Kind::Named(spec), DeValue::Table(table)) => {
            // Either an entry, or more of a dotted name.
            fields(text, spec, table, out, depth);
            for (key, value) in table {
                if spec.field(key.get_ref()).is_none() || value.get_ref().is_table() {
                    walk(text, kind, false, value, out, depth);
                }
            }
        }
        _ => {}
    }
}

/// A text without its quotes, if the file has the very same bytes.
fn inner(text: &str, span: Span, written: &str) -> Option<Expression> {
    let inner = unquoted(text, span);
    let is_same = text.get(inner.range()) == Some(written);
    is_same.then(|| Expression { cut: Cut::whole(text, inner), is_formula: true })
}

fn unquoted(text: &str, span: Span) -> Span {
    let is_quoted = text.get(span.range()).is_some_and(|text| text.starts_with(['"', '\'']));
    if is_quoted && span.len() >= 2 { Span::new(span.start + 1, span.end - 1) } else { span }
}

/// Where the names of a file of the model are defined: all of a name as it is written there, and whether it is in quotes. Without
/// those that are put together of several tables.
pub(super) fn definitions(source: &Source) -> HashMap<String, (Span, bool)> {
    let text = source.text();
    let (table, _) = DeTable::parse_recoverable(text);
    let mut keys = HashMap::new();
    for named in NAMED {
        if let Some(DeValue::Table(entries)) = table.get_ref().get(named).map(Spanned::get_ref) {
            last_keys(entries, "", &mut keys, DEEPEST);
        }
    }
    let written = |name: &str, key: Span| {
        let written = text.get(key.range())?;
        if written.trim_matches(['"', '\'']) == name {
            return Some((key, written.starts_with(['"', '\''])));
        }
        let before = name.strip_suffix(written)?;
        let start = text.get(..key.start)?.strip_suffix(before)?.len();
        Some((Span::new(start, key.end), false))
    };
    let placed = |(name, key): (String, Span)| written(&name, key).map(|at| (name, at));
    keys.into_iter().filter_map(placed).collect()
}

/// Collects the last key of each name below `above`; of a name that is there twice, the first.
fn last_keys(entries: &DeTable<'_>, above: &str, keys: &mut HashMap<String, Span>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for (key, value) in entries {
        let name = format!("{above}{}", key.get_ref());
        if let DeValue::Table(below) = value.get_ref() {
            last_keys(below, &format!("{name}."), keys, depth);
        }
        keys.entry(name).or_insert_with(|| key.span().into());
    }
}

/// Whether an entry of the model can be called so.
pub(super) fn is_name(name: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    name.split('.').all(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_outside_of_strings() {
        let found = |text: &'static str| -> Vec<&str> {
            words(text).into_iter().map(|span| &text[span.range()]).collect()
        };
        assert_eq!(found("a.b*2 + \"c.d\" - 128Mi / é_1."), ["a.b", "é_1"]);
        assert_eq!(found("x > 1e3 ? 'y' : z.max(q)"), ["x", "z.max", "q"]);
        assert_eq!(found("\"open"), [""; 0]);
    }

    #[test]
    fn a_definition_is_found_however_it_is_written() {
        for (text, at) in [
            ("[figures.\"a.b\"]\nvalue = 1\n", Some("\"a.b\"")),
            ("[figures.a.b]\nvalue = 1\n", Some("a.b")),
            ("[figures.a.c]\nvalue = 1\n[figures.a.b]\nvalue = 1\n", Some("a.b")),
            ("[facts.\"a.b\"]\nvalue = 1\n[figures.a.b]\nvalue = 1\n", Some("a.b")),
            ("[formulas]\na.b = \"1\"\n", Some("a.b")),
            ("[formulas.a]\nb = \"1\"\n", None),
            ("[inputs.x]\ndefault = 1\n", None),
            ("figures = 3", None),
        ] {
            let source = Source::new("m.toml", text);
            let found = definitions(&source);
            let found = found.get("a.b").map(|(span, _)| &source.text()[span.range()]);
            assert_eq!(found, at, "{text}");
        }
    }
}
