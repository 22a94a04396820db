//! Changes of an input that keep what it is: a document stays YAML, a formula an expression, a page Markdown.
//!
//! libFuzzer's own changes of bytes break most inputs in the first character that is read; half of the changes are these.

use plumb_yaml::{Node, compose};
use std::ops::Range;

/// A kind of input: what one more change makes of a text. Nothing where there is nothing to change.
pub type Change = fn(&str, &mut Dice) -> Option<String>;

/// Changes an input in place, to at most `most` bytes; the new length. `bytes` is libFuzzer's own change.
pub fn change(
    how: Change,
    data: &mut [u8],
    size: usize,
    most: usize,
    seed: u32,
    bytes: impl FnOnce(&mut [u8], usize, usize) -> usize,
) -> usize {
    let mut dice = Dice(u64::from(seed) | 1 << 40);
    let text = std::str::from_utf8(&data[..size]).ok().filter(|_| dice.throw(2) == 0);
    match text.and_then(|text| how(text, &mut dice)) {
        Some(changed) if changed.len() <= most => {
            data[..changed.len()].copy_from_slice(changed.as_bytes());
            changed.len()
        }
        _ => bytes(data, size, most),
    }
}

/// A generator of small numbers.
pub struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.throw(all.len()))
    }
}

/// What stands in the place of a value: what readers of YAML, JSON and Go take for different things.
const SCALARS: &[&str] = &[
    "null",
    "~",
    "''",
    "\"\"",
    "true",
    "yes",
    "0",
    "-1",
    "017",
    "0o17",
    "0x1F",
    "1e400",
    ".inf",
    "1_000",
    "2147483648",
    "9223372036854775808",
    "100m",
    "1.5Gi",
    "-0",
    "1m5s",
    "2026-11-29",
    "2026-11-29T00:00:00Z",
    "{}",
    "[]",
    "[{}]",
    "{a: b}",
    "*a",
    "&a b",
    "!!str 1",
    "!!binary aGk=",
    "<name>",
    "${NAME}",
    "$(NAME)",
    "{{ .Values.a }}",
    "...",
    "\"\\u0000\"",
    "\"a\\nb\"",
    "a/b",
    "A_b",
    "*.example.com",
    "10.0.0.0/8",
    "::1",
    "http://a.b/c?d",
    "ü",
    "e\u{301}",
    "\u{202e}",
    "spec",
    "metadata.name",
    "'#'",
    "|-\n x",
];

/// A value for another one, an entry gone or there twice, a comment, a second document.
pub fn yaml(text: &str, dice: &mut Dice) -> Option<String> {
    let roots = compose(text).roots;
    let mut values = Vec::new();
    let mut entries = Vec::new();
    roots.iter().for_each(|root| parts(root, &mut values, &mut entries));
    let value = dice.of(&values)?.clone();
    let entry = dice.of(&entries).cloned().unwrap_or(value.clone());
    Some(match dice.throw(8) {
        0 => replaced(text, value, &text[dice.of(&values)?.clone()]),
        1 => replaced(text, entry, ""),
        2 => {
            let twice = format!("{0}{1}{0}", &text[entry.clone()], line_start(text, entry.start));
            replaced(text, entry, &twice)
        }
        3 => replaced(
            text,
            value.end..value.end,
            *dice.of(&[" # ...", " # plumb: = pods", "  ", "\t", "\r"])?,
        ),
        4 => format!("{text}\n---\n{text}"),
        _ => replaced(text, value, dice.of(SCALARS)?),
    })
}

fn parts(node: &Node, values: &mut Vec<Range<usize>>, entries: &mut Vec<Range<usize>>) {
    values.push(node.span.range());
    node.items().iter().for_each(|item| parts(item, values, entries));
    for entry in node.as_map().into_iter().flatten() {
        values.push(entry.key.span.range());
        entries.push(entry.key.span.start..entry.value.span.end.max(entry.key.span.end));
        parts(&entry.value, values, entries);
    }
}

/// The end of the line before a place, and as many blanks as stand before it on its own.
fn line_start(text: &str, at: usize) -> String {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    format!("\n{}", " ".repeat(at - start))
}

fn replaced(text: &str, range: Range<usize>, by: &str) -> String {
    match (text.get(..range.start), text.get(range.end..)) {
        (Some(before), Some(after)) => format!("{before}{by}{after}"),
        _ => text.to_owned(),
    }
}

/// A language of expressions: its operands, operators and functions (with how many arguments).
struct Grammar {
    operands: &'static [&'static str],
    operators: &'static [&'static str],
    functions: &'static [(&'static str, usize)],
}

const FORMULAS: Grammar = Grammar {
    operands: &[
        "pods",
        "proxy.cpu",
        "tax.cpu",
        "tier",
        "\"basic\"",
        "1",
        "0",
        "3.25",
        "20%",
        "100m",
        "64Mi",
        "1e9",
        "option(\"o\").cpu",
        "lookup(plans, \"small\").cores",
        "k8s.supported",
        "support.ends",
        "fuzzed",
        "-1",
        "999999999999",
    ],
    operators: &["+", "-", "*", "/", "<", "<=", "==", "!=", "&&", "||", "? 1 :", "in"],
    functions: &[
        ("max", 2),
        ("min", 2),
        ("ceil", 1),
        ("floor", 1),
        ("round", 2),
        ("log", 1),
        ("sqrt", 1),
        ("abs", 1),
        ("pow", 2),
        ("sum", 1),
    ],
};

const CEL: Grammar = Grammar {
    operands: &[
        "self",
        "self.replicas",
        "self.?a",
        "1",
        "-1",
        "2u",
        "1.5",
        "'a'",
        "b'a'",
        "true",
        "null",
        "[1, 2]",
        "{'a': 1}",
        "'%d'",
        "0x7fffffffffffffff",
        "timestamp('2026-11-29T00:00:00Z')",
        "duration('1h')",
        "quantity('1Gi')",
        "ip('::1')",
        "semver('1.2.3')",
        "optional.none()",
        "type(1)",
    ],
    operators: &["+", "-", "*", "/", "%", "<", ">=", "==", "&&", "||", "in", "? 1 :", "."],
    functions: &[
        ("size", 1),
        ("int", 1),
        ("string", 1),
        ("dyn", 1),
        ("has", 1),
        ("quantity", 1),
        ("type", 1),
        ("double", 1),
        ("url", 1),
        ("isURL", 1),
    ],
};

/// An operand of a formula becomes another formula.
pub fn formula(text: &str, dice: &mut Dice) -> Option<String> {
    operand(text, dice, &FORMULAS)
}

/// An operand of a CEL expression becomes another one.
pub fn cel(text: &str, dice: &mut Dice) -> Option<String> {
    if dice.throw(4) == 0 {
        let method = ["all", "exists", "map", "filter", "exists_one"];
        let list = expression(dice, &CEL, 2);
        return Some(format!("{list}.{}(x, {text})", dice.of(&method)?));
    }
    operand(text, dice, &CEL)
}

fn operand(text: &str, dice: &mut Dice, grammar: &Grammar) -> Option<String> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut operands = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, is_name(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                operands.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    let by = expression(dice, grammar, 3);
    match dice.of(&operands) {
        Some(range) => Some(replaced(text, range.clone(), &by)),
        None => Some(by),
    }
}

fn expression(dice: &mut Dice, grammar: &Grammar, depth: usize) -> String {
    let below = |dice: &mut Dice| expression(dice, grammar, depth - 1);
    match if depth == 0 { 0 } else { dice.throw(4) } {
        0 | 1 => dice.of(grammar.operands).copied().unwrap_or_default().to_owned(),
        2 => {
            let (left, right) = (below(dice), below(dice));
            format!("({left} {} {right})", dice.of(grammar.operators).copied().unwrap_or_default())
        }
        _ => {
            let (name, count) = dice.of(grammar.functions).copied().unwrap_or_default();
            let arguments: Vec<_> = (0..count).map(|_| below(dice)).collect();
            format!("{name}({})", arguments.join(", "))
        }
    }
}

/// What a page may hold, each on lines of its own.
const BLOCKS: &[&str] = &[
    "<!-- plumb: value tax.cpu -->x<!-- /plumb -->",
    "`{= pods }`",
    "<!-- plumb: overhead options=[o, p] sweep=pods -->\n\n<!-- /plumb -->",
    "<!-- plumb: matrix needs /-->",
    "<!-- plumb: table plans -->\n<!-- /plumb -->",
    "<!-- plumb: each plans as r text=\"`{= r.name }`\" /-->",
    "<!-- plumb: when pods > 10 text=\"more\" -->\nmore\n<!-- /plumb -->",
    "<!-- plumb: chart tax.cpu over=pods /-->",
    "<!-- plumb: checklist list /-->",
    "<!-- plumb: advisor which /-->",
    "<!-- plumb: calculator inputs=[pods] show=[tax.cpu] /-->",
    "<!-- plumb: versions k8s=1.35 /-->",
    "```yaml\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n```",
    "```yaml fails\nkind: Pod\n```",
    "```sh\nkubectl apply -f - <<EOF\nkind: Pod\napiVersion: v1\nEOF\n```",
    "```text plumb\n{= pods } <name>\n```",
    "> quoted\n> ",
    "- item\n  ",
    "| a | b |\n|---|---|\n| `{= pods }` | <xss-mark> |",
    "# Heading {#id}",
    "<div>",
    "</div>",
    "[link](page.md#id)",
    "\\`{= pods }`",
    "<!-- comment -->",
    "***",
];

/// A block more, a line gone, there twice, or in another place.
pub fn page(text: &str, dice: &mut Dice) -> Option<String> {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = dice.throw(lines.len() + 1);
    let block;
    match dice.throw(6) {
        0 if at < lines.len() => _ = lines.remove(at),
        1 if at < lines.len() => lines.insert(at, lines[at]),
        2 if at < lines.len() => {
            let line = lines.remove(at);
            lines.insert(dice.throw(lines.len() + 1), line);
        }
        3 if at < lines.len() => lines.insert(at, *dice.of(&["> ", "- ", "    ", "\t", "1. "])?),
        _ => {
            let gap = *dice.of(&["\n", "\n\n", " "])?;
            block = format!("{gap}{}{gap}", dice.of(BLOCKS)?);
            lines.insert(at, &block);
        }
    }
    Some(lines.concat())
}
