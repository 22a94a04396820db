//! Values that stand for others: `<your-cluster>`, `${NAME}`, `__NAME__`, `@NAME@`, `*****`, `[NAME]`, `YOUR_NAME`.
//!
//! Owns: how such values are written, and the note about those that a verdict hangs on. Must not know: what a value is for.

use super::around::{self, Around};
use super::{marks, patch};
use crate::manifest::gaps::{Certainty, Gaps, Placeholder};
use crate::manifest::path::{FieldPath, Step};
use crate::manifest::{Node, Style, Value};
use crate::text::{Span, replaced};
use regex::Regex;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

static SURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"<[A-Za-z][A-Za-z0-9 _.,:;/|+\\"'()@*#?!-]*>|\$\{[^{}]+\}|\$\([^()]+\)|\$[A-Za-z_][A-Za-z0-9_]*|\{\{[^{}]*\}\}|\{%[^{}]*%\}|(?:^|[^A-Za-z0-9_])__[A-Z][A-Z0-9_]*__|@[A-Za-z][A-Za-z0-9_.-]*@|%[A-Z][A-Z0-9_]*%|\*{3,}|##_[A-Z][A-Z0-9_]*_##|\{ \{[^{}:,]*\} \}|\[[A-Z][A-Z0-9]*(?:[ _][A-Z0-9]+|-[A-Z0-9]{2,})*\][@/.:_-][a-z0-9@/.:_-]*\[[A-Z][A-Z0-9]*(?:[ _][A-Z0-9]+|-[A-Z0-9]{2,})*\]|^\*(?:u?int(?:8|16|32|64)?|float(?:32|64)|string|bool)$|\b(?:\d{4}|YYYY)-(?:XX|MM|\d\d)-(?:XX|DD)(?:T|\b)"#,
    )
});

/// A key of an assertion of Chainsaw's, which is an expression: `(length(items))`, `~.(containers)`, `(a)->b`.
static ASSERTED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^~?(?:\w*\.)?\(.+\)(?:->\w+)?$"));

/// A value in the language of these expressions, JMESPath: a binding, a call, a comparison, in parentheses.
static EXPRESSION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\((?:\$\w|[\w.]+\(|.*(?:==|!=|&&|\|\||\[\?|<=|>=)).*\)$"));

/// A whole value in the brackets of a grammar, which YAML takes for a map or a list: `{name}`, `[NAME]`, `[Yes|No]`.
static BRACKETS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:\{ *[A-Za-z][A-Za-z0-9 _./-]*\}|\[ *[A-Z][A-Z0-9]*(?:[ _-][A-Z0-9]+)* *\]|\[(?i:your|my|insert)[ _-][^\[\],]*\]|\[[a-z][a-z0-9]*(?:_[a-z0-9]+)+\]|\[[^\[\],|]+(?:\|[^\[\],|]+)+\])$",
    )
});

/// A list of one item that asks for something: `[fill-in-here]`.
static TO_FILL_IN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\[ *(?:(?:fill[ _-]in|put|enter|paste|replace|insert)(?:[ _-][a-z _-]+)?|[a-z _-]+[ _-](?:here|placeholder)) *\]$",
    )
});

/// A list of one word, which is a list wherever one is wanted: `[FileSystemId]`.
static ONE_WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\[ *[A-Z][A-Za-z0-9]* *\]$"));

/// A whole value in angle brackets, whatever stands in them: `<cat ~/.ssh/id_rsa | base64>`.
static ANGLES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:<[A-Za-z][^<>\n]*>|<<[^<>\n]+>>)$"));

/// A whole value that names no thing: `someName`.
static SOME: LazyLock<Regex> = LazyLock::new(|| pattern(r"^some[A-Z][A-Za-z]*$"));

/// A whole value in capitals, as style guides ask of placeholders: `RESOURCE_GROUP`, `NAMESPACE`.
static CAPITALS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Z][A-Z0-9]+(?:[_-][A-Z0-9]+)*$"));

/// A part of a value in capitals between underscores: `svc_ID_`, `_NAME_-web`.
pub(super) static BETWEEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|[^A-Z0-9_])_[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:$|[^A-Z0-9_])"));

/// An address whose numbers are left to the reader: `x.x.x.x`, `xx.xx.xx.xx`, `10.0.x.x/24`, `aaa.bbb.ccc.ddd`.
fn is_address_to_be(value: &str) -> bool {
    let (address, _) = value.split_once(['/', ':']).unwrap_or((value, ""));
    let is_number = |part: &str| part.parse::<u8>().is_ok();
    let is_letters = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().filter(char::is_ascii_alphabetic);
        part.len() <= 3 && first.is_some_and(|first| letters.all(|letter| letter == first))
    };
    let parts: Vec<&str> = address.split('.').collect();
    parts.len() == 4
        && parts.iter().all(|part| is_number(part) || is_letters(part))
        && parts.iter().any(|part| is_letters(part))
}

/// A value written as what makes it: `base64(access-key)`.
static CALL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?i:base64(?:[_-]?enc(?:ode)?)?|b64(?:enc)?)\([^()\n]+\)$"));

/// Words in capitals within a value: `canary.CLUSTER_ID.example.com`.
static WITHIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:^|[^A-Za-z0-9_])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)(?:$|[^A-Za-z0-9_])")
});

/// Whether a value holds a word in capitals that stands for another one: several words in one, or one that the page explains.
fn holds_capitals(value: &str, around: &Around<'_>) -> bool {
    let mut words = WITHIN.captures_iter(value).filter_map(|found| found.get(1)).take(MOST_WITHIN);
    words.any(|word| {
        let word = word.as_str();
        word.len() < value.len() && word.len() > 3 && (word.contains('_') || around.explains(word))
    })
}

/// How many words of a value are looked at.
const MOST_WITHIN: usize = 8;

/// A part of a value in braces: `web-{name}`.
static BRACED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\{[A-Za-z][A-Za-z0-9_.-]*\}"));

/// Words that only a value to be replaced has; and a value with the number of a remark behind it.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i:(?:^|[^a-z])your(?:[^a-z]|$)|placeholder|replace[_ -]?(?:me(?:[^a-z]|$)|with)|change[_-]?me|^x{3,}$|\bpaste\b|^\*\*[^*\n]+\*\*$|base[_-]?64[ _-]?(?:encoded|of|string|value)|encoded in base64|^abcdef[a-z]*=*$)|Your[A-Z]|(?:^|[a-z_ -])Encoded(?:[A-Z_ -]|$)|\bA\.B\.C\.D\b|\S\s+[\[(<]\d{1,2}[\])>]$",
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

/// Notes the placeholders of a tree.
pub(super) fn note(root: &Node, text: &str, around: &Around<'_>, gaps: &mut Gaps) {
    around.set_beside(false);
    note_at(root, Span::at(root.span.start), &mut FieldPath::default(), text, around, gaps);
    if gaps.all_replaced().next().is_some() {
        // Words in capitals beside what is surely to be replaced are to be replaced too.
        around.set_beside(true);
        note_at(root, Span::at(root.span.start), &mut FieldPath::default(), text, around, gaps);
    }
    if holds_assertion(root) {
        *gaps = gaps.and_everywhere();
    }
}

/// Notes the empty texts of a tree that is a form: its name is one, and two more are.
pub(super) fn note_form(root: &Node, gaps: &mut Gaps) {
    let name = root.get("metadata").and_then(|metadata| metadata.get("name"));
    let is_empty = |node: &Node| node.is_quoted() && node.as_str() == Some("");
    if !name.is_some_and(is_empty) {
        return;
    }
    let mut found = Vec::new();
    empty_texts(root, &mut FieldPath::default(), &mut found);
    if found.len() > 2 {
        for (path, span) in found {
            gaps.replaced(Placeholder { path, span, certainty: Certainty::Sure });
        }
    }
}

fn empty_texts(node: &Node, path: &mut FieldPath, found: &mut Vec<(FieldPath, Span)>) {
    match &node.value {
        Value::Map(map) => {
            for entry in map.iter() {
                path.with(Step::Field(entry.key.value.as_str()), |path| {
                    empty_texts(&entry.value, path, found);
                });
            }
        }
        Value::Seq(items) => {
            for (i, item) in items.iter().enumerate() {
                let step: Step<&str> = Step::Index(i);
                path.with(step, |path| empty_texts(item, path, found));
            }
        }
        Value::String(text) if text.is_empty() && node.is_quoted() => {
            found.push((path.clone(), node.span));
        }
        _ => {}
    }
}

/// Whether a tree is an assertion of Chainsaw's, which holds only what it asks.
fn holds_assertion(node: &Node) -> bool {
    match &node.value {
        Value::Map(map) => map
            .iter()
            .any(|entry| ASSERTED.is_match(&entry.key.value) || holds_assertion(&entry.value)),
        Value::Seq(items) => items.iter().any(holds_assertion),
        _ => false,
    }
}

/// `key` is what the node stands under, or the node itself.
fn note_at(
    node: &Node,
    key: Span,
    path: &mut FieldPath,
    text: &str,
    around: &Around<'_>,
    gaps: &mut Gaps,
) {
    let is_empty = || text.get(node.span.range()).is_some_and(|written| written.trim().is_empty());
    if node.is_null() && is_empty() && around::is_named_beside(text, node.span, around.is_file()) {
        let certainty = Certainty::Sure;
        return gaps.replaced(Placeholder { path: path.clone(), span: key, certainty });
    }
    // A number in quotes is a value, whatever is said beside it.
    let is_word = node.as_str().is_some_and(|value| value.contains(char::is_alphabetic));
    let told = || is_word && around::is_told(text, key, node.span);
    let certainty = certainty(node, text, around);
    if let Some(certainty) = match certainty {
        Some(Certainty::IfNotAlone) | None if told() => Some(Certainty::IfMalformed),
        certainty => certainty,
    } {
        return gaps.replaced(Placeholder { path: path.clone(), span: node.span, certainty });
    }
    match &node.value {
        Value::Map(map) => {
            for entry in map.iter() {
                let key = entry.key.value.as_str();
                path.with(Step::Field(key), |path| {
                    let is_bracketed = key.starts_with('[') && key.ends_with(']');
                    let is_placeholder = is_bracketed
                        || SURE.is_match(key) && !patch::is_slip(key, &entry.value)
                        || BRACKETS.is_match(key)
                        || ASSERTED.is_match(key);
                    if is_placeholder {
                        gaps.replaced_key(path.clone(), entry.key.span);
                    }
                    note_at(&entry.value, entry.key.span, path, text, around, gaps);
                });
            }
        }
        Value::Seq(items) => {
            for (i, item) in items.iter().enumerate() {
                let step: Step<&str> = Step::Index(i);
                path.with(step, |path| note_at(item, item.span, path, text, around, gaps));
            }
        }
        _ => {}
    }
}

/// How surely a node stands for something else; nothing where it does not.
fn certainty(node: &Node, text: &str, around: &Around<'_>) -> Option<Certainty> {
    let written = text.get(node.span.range())?;
    if matches!(node.value, Value::Map(_) | Value::Seq(_)) {
        let is_short = node.style == Style::Flow && node.span.len() < 200;
        return match is_short {
            true if BRACKETS.is_match(written) && node.as_map().is_some() => Some(Certainty::Sure),
            true if BRACKETS.is_match(written) || ONE_WORD.is_match(written) => {
                Some(Certainty::SureIfNoList)
            }
            true if TO_FILL_IN.is_match(written) => Some(Certainty::IfMalformed),
            _ => None,
        };
    }
    static ZEROS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^0{8,}$"));
    if matches!(node.value, Value::Int(_)) && ZEROS.is_match(written) {
        return Some(Certainty::Sure);
    }
    let value = node.as_str()?;
    let value = match node.style {
        // A block of one line is that line.
        Style::BlockScalar => match value.trim_end() {
            line if !line.contains('\n') => line,
            lines => return is_cut(lines).then_some(Certainty::IfMalformed),
        },
        _ => value,
    };
    // What would be a map or a list is one of these only where more stands behind it.
    let has_tail = node.style == Style::Plain && value.starts_with('{');
    if has_tail
        || SURE.is_match(value)
        || ANGLES.is_match(value.trim())
        || value.contains("...")
        || value.contains('…')
    {
        return Some(Certainty::Sure);
    }
    let value = value.trim();
    if EXPRESSION.is_match(value) {
        return Some(Certainty::Sure);
    }
    match around.names_part_of(value) {
        Some(named) if BETWEEN.is_match(named) => return Some(Certainty::Sure),
        Some(_) => return Some(Certainty::IfMalformed),
        None if WORDS.is_match(value)
            || BETWEEN.is_match(value)
            || BRACED.is_match(value)
            || CALL.is_match(value)
            || holds_capitals(value, around)
            || is_address_to_be(value) =>
        {
            return Some(Certainty::IfMalformed);
        }
        None => {}
    }
    if SOME.is_match(value) {
        return Some(Certainty::IfNotAlone);
    }
    let mixed = value.starts_with("my") && value[2..].starts_with(char::is_uppercase);
    if CAPITALS.is_match(value) || mixed {
        return Some(match around.explains(value) {
            true => Certainty::IfMalformed,
            false if !mixed && around.is_beside() => Certainty::IfMalformed,
            false if mixed => return None,
            false => Certainty::IfNotAlone,
        });
    }
    None
}

/// Whether the lines of a block are cut: the last one ends in dots, or one holds nothing else. Prose and markup may hold dots of
/// their own, and are as malformed without them.
fn is_cut(block: &str) -> bool {
    let ends = |line: &str| line.ends_with("...") || line.ends_with('…');
    let is_whole_line = |line: &&str| marks::is_mark(line.trim());
    let is_data = || {
        block.trim_start().starts_with(['{', '['])
            || block.lines().all(|line| !line.trim().contains([' ', '<']))
    };
    (ends(block) || block.lines().any(|line| is_whole_line(&line))) && is_data()
}

/// A text without the placeholders that are no YAML, or other YAML: `@NAME@`, `*****`, `*int32`, `[USER]@[HOST]`, `##_NAME_##`
/// and `{ { name } }` as values, `{name}` as a key. Letters stand in their place.
pub(super) fn readable(text: &str) -> Cow<'_, str> {
    match without_variables(text) {
        Cow::Borrowed(text) => readable_of(text),
        Cow::Owned(plain) => Cow::Owned(readable_of(&plain).into_owned()),
    }
}

/// A text with letters in the place of the variables and commands of a shell that are no YAML as they stand: `${X}` in a list in
/// brackets, `$(cmd '{"a": 1}')` as a value.
fn without_variables(text: &str) -> Cow<'_, str> {
    static VARIABLES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?m)[\[,][ \t]*[A-Za-z0-9._/-]*(\$\{[A-Za-z_][^{}\n]*\})|:[ \t]*[A-Za-z0-9._/-]*(\$\{[A-Za-z_][^{}\n]*\})[A-Za-z0-9._/-]*[ \t]*[,\]}]|(?::|^[ \t]*-)[ \t]+(\$\([^\n]*\)|\$\{[^{}\n]*\})[ \t]*\r?$",
        )
    });
    if !text.contains("${") && !text.contains("$(") {
        return Cow::Borrowed(text);
    }
    let found =
        VARIABLES.captures_iter(text).filter_map(|found| (1..4).find_map(|group| found.get(group)));
    let edits: Vec<_> = found
        .map(|found| (Span::new(found.start(), found.end()), "x".repeat(found.len())))
        .collect();
    if edits.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(replaced(text, edits)) }
}

fn readable_of(text: &str) -> Cow<'_, str> {
    static UNREADABLE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?m)(?:^|[:\-\[,{][ \t]+)(@[A-Za-z][A-Za-z0-9_.-]*@[^\s#,\]}"']*|\*{3,}[^\s#,\]}"']*|%[A-Z][A-Z0-9_]*%[^\s#,\]}"']*|\*(?:u?int(?:8|16|32|64)?|float(?:32|64)|string|bool)|##_[A-Z][A-Z0-9_]*_##|\{ \{[^{}:,\n]*\} \}|\[[A-Z][A-Z0-9]*(?:[ _][A-Z0-9]+|-[A-Z0-9]{2,})*\][@/.:_-][a-z0-9@/.:_-]*\[[A-Z][A-Z0-9]*(?:[ _][A-Z0-9]+|-[A-Z0-9]{2,})*\][^\s#,\]}"']*|\[(?:\.{3,}|…)\][^\s#,\]}:"'][^\s#,\]}"']*|\{[A-Za-z][A-Za-z0-9_. -]*\}(?::?[A-Za-z0-9._/@-]|:?\{[A-Za-z][A-Za-z0-9_.-]*\})+)[ \t]*(?:$|[\r#,\]}])|^[ \t]*(?:- +)*(\{[A-Za-z][A-Za-z0-9_.-]*\}|\[[A-Za-z][A-Za-z0-9_ .-]*\]):(?:[ \t\r]|$)"#,
        )
    });
    let has_brackets = ["[.", "[…", "]:"].into_iter().any(|mark| text.contains(mark));
    if !text.contains(['@', '*', '%', '#', '{']) && !has_brackets {
        return Cow::Borrowed(text);
    }
    // What an anchor names is meant.
    let has_anchors = text.contains('&');
    let mut anchors: HashMap<String, bool> = HashMap::new();
    let mut is_anchored = |found: &str| {
        // They are the names of some types, so that few are looked for.
        let name = found.strip_prefix('*').filter(|_| has_anchors);
        name.is_some_and(|name| match anchors.get(name) {
            Some(is_there) => *is_there,
            None => {
                let is_there = text.contains(&format!("&{name}"));
                anchors.insert(name.to_owned(), is_there);
                is_there
            }
        })
    };
    let found = UNREADABLE.captures_iter(text).filter_map(|found| found.get(1).or(found.get(2)));
    // At the start of a line it is a comment.
    let is_comment = |found: &regex::Match<'_>| {
        found.as_str().starts_with('#')
            && !text[..found.start()].trim_end_matches([' ', '\t']).ends_with([':', '-'])
    };
    let found = found.filter(|found| !is_anchored(found.as_str()) && !is_comment(found));
    let edits: Vec<_> = found
        .map(|found| (Span::new(found.start(), found.end()), "x".repeat(found.len())))
        .collect();
    if edits.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(replaced(text, edits)) }
}

/// Whether a value stands for one that is left out: `...`, `…`, also in brackets.
pub(super) fn is_left_out(node: &Node) -> bool {
    !node.is_quoted() && node.as_str().is_some_and(marks::is_mark)
}

#[cfg(test)]
mod tests {
    use super::super::around::Page;
    use super::*;
    use crate::manifest::yaml::compose;

    fn found(text: &str, page: &str) -> Option<Certainty> {
        let readable = readable(text);
        let composed = compose(&readable);
        assert!(composed.problems.is_empty(), "{text}");
        let mut node = composed.roots[0].get("a").expect("a value").clone();
        super::super::restore(&mut node, text);
        certainty(&node, text, &Around::new(&Page::new("a.md", page), page))
    }

    #[test]
    fn values_that_stand_for_others() {
        let sure = Some(Certainty::Sure);
        for text in [
            "<name>",
            "${X}",
            "$X",
            "__NAME__",
            "x-__NAME__-y",
            "ab...yz",
            "\"{{ x }}\"",
            "{name}",
            "[YOUR_NAME]",
            "[NAME]",
            "[Yes|No]",
            "[a | b]",
            "\"*****\"",
            "|\n  {{ ca }}\n",
            "\"@NAME@\"",
            "[USER]@[HOST]",
            "[SERVICE_ACCOUNT]@[PROJECT-ID].iam.example.com",
            "gcr.io/[PROJECT]/[IMAGE]:v1",
            "##_REPLICAS_##",
            "\"##_NAME_##\"",
            "*int32",
            "\"*string\"",
            "{ { .Values.image } }",
            "2024-XX-XX",
            "2024-01-XXT00:00:00Z",
            "YYYY-MM-DD",
            "($replicas)",
            "$(echo '{\"a\": 1}' | base64 -w 0)",
            "<cat ~/.ssh/id_rsa | base64>",
            "<< deployment name >>",
            "[FileSystemId]",
            "(length(items))",
            "(a == `b` && c)",
            "[...].iam.example.com",
            "[…]/web:1",
            "{name}-web",
            "{a}/{b}:{c}",
            "{name}.example.com:80",
        ] {
            let sure = match text {
                _ if text.starts_with('[') && text.find(']') == Some(text.len() - 1) => {
                    Some(Certainty::SureIfNoList)
                }
                _ => sure,
            };
            assert_eq!(found(&format!("a: {text}"), ""), sure, "{text}");
        }
        for text in [
            "your-token",
            "PlaceYourTokenHere",
            "TOKEN-PLACEHOLDER",
            "change_me",
            "EncodedKey==",
            "base_64_encoded_key",
            "abcdefgh=",
            "paste here the content of the key",
            "\"**the bundle**\"",
            "xyz.A.B.C.D.nip.io",
            "[fill-in-here]",
            "xxxxx",
            "web [1]",
            "x.x.x.x",
            "XX.xx.XX.xx/24",
            "192.168.x.x:80",
            "aaa.bbb.ccc.ddd",
            "web-{name}",
            "svc_ID_",
            "_MY_ID_-web",
            "base64(access-key-secret)",
            "\"canary.CLUSTER_ID.example.com\"",
            "|\n  TUlJ\n  ...\n",
            "|\n  TUlJ\n  TUlJ…\n",
            "|\n  {\n    \"a\": 1,\n    ...\n  }\n",
        ] {
            assert_eq!(found(&format!("a: {text}"), ""), Some(Certainty::IfMalformed), "{text}");
        }
        assert_eq!(found("a: someName", ""), Some(Certainty::IfNotAlone));
        for text in ["APP_CONFIG", "NAMESPACE"] {
            assert_eq!(found(&format!("a: {text}"), ""), Some(Certainty::IfNotAlone), "{text}");
            let page = format!("Replace `{text}` by your own.\n");
            assert_eq!(found(&format!("a: {text}"), &page), Some(Certainty::IfMalformed), "{text}");
        }
        let page = "where `myNamespace` is your namespace";
        assert_eq!(found("a: myNamespace", page), Some(Certainty::IfMalformed));
        for text in [
            "yourself",
            "1.2.3.400",
            "10.0.0.1",
            "x.x.x",
            "www.shop.com.x",
            "my-token",
            "replacement",
            "Yours",
            "encoded",
            "[add-on]",
            "[web-here-1]",
            "something",
            "xx",
            "maxxx",
            "my__name",
            "Shop_settings",
            "{name: x}",
            "{}",
            "[a, b]",
            "[a]",
            "abc",
            "myNamespace",
            "|\n  <html>\n  <b>\n",
            "80",
            "a@b.example",
            "\"[A-Z]-[A-Z]\"",
            "\"[a-z]+@[a-z]+\"",
            "int32",
            "\"*.example.com\"",
            "2024-01-31",
            "(none)",
            "a (b)",
            "## REPLICAS ##\n",
            "MY_ID_x",
            "org-TEAM",
            "a-B_C-d_E",
            "f(x)",
            "a_ID",
            "__init__",
            "|\n  <a>\n  ...\n  </a>\n",
            "|\n  more of it\n  ...\n",
            "|\n  TUlJ\n  TUlJ\n",
            "\"[a-z]{2}\"",
        ] {
            assert_eq!(found(&format!("a: {text}"), "the page of myNamespace-x"), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_yaml_is_read_all_the_same() {
        assert_eq!(
            readable("a: @NAME@\nb: ***** # c\n- @X@-1\n"),
            "a: xxxxxx\nb: xxxxx # c\n- xxxxx1\n".replace("xxxxx1", "xxxxx")
        );
        assert_eq!(
            readable("a: *int32\nb: ##_N_## # c\n- ##_N_##\n{name}: 1\n- {x}: { { a.b } }\n"),
            "a: xxxxxx\nb: xxxxxxx # c\n- xxxxxxx\nxxxxxx: 1\n- xxx: { { a.b } }\n"
        );
        assert_eq!(readable("[key]: [value]\n[my key]:\n"), "xxxxx: [value]\nxxxxxxxx:\n");
        assert_eq!(readable("a: [${X}, b-${Y}]\n"), "a: [xxxx, b-xxxx]\n");
        assert_eq!(readable("a: {b: ${X}, c: d}\n"), "a: {b: xxxx, c: d}\n");
        assert_eq!(readable("a: {b: c-${X}-d}\n"), "a: {b: c-xxxx-d}\n");
        assert_eq!(
            readable("a: [b] # ${X}\n- $(c '{d: e}')\n"),
            "a: [b] # ${X}\n- xxxxxxxxxxxxx\n"
        );
        assert_eq!(readable("[a, b]: c\nd: \"[e]: f\"\n"), "[a, b]: c\nd: \"[e]: f\"\n");
        assert_eq!(readable("a: { { a.b } }\nb: [A]@[B]\n"), "a: xxxxxxxxxxx\nb: xxxxxxx\n");
        for text in [
            "a: @team a\n",
            "a: *anchor\n",
            "a: x@y.z\n",
            "a: \"@X@\"\n",
            "a: **b\n",
            "n: &int32 3\na: *int32\n",
            "##_SECTION_##\na: 1\n",
            "a: ##SECTION##\n  b: 1\n",
            "a: [A-Z]+\n",
            "a: [b]c\n",
            "a: { b: { c: 1 } }\n",
            "{a: b}: 1\n",
            "a: {b}\n",
            "a: [...]\n",
            "a: {b: 1}-c\n",
            "a: [b, ...]c\n",
        ] {
            assert_eq!(readable(text), text);
        }
    }
}
