//! Text that is written for each row of a list, or only when something holds: `` `{each LIST as NAME}` `` to `` `{/each}` ``, and
//! `` `{when EXPR}` ``, perhaps `` `{else}` ``, to `` `{/when}` ``.
//!
//! The two are words of the page's language as `` `{= EXPR }` `` is; a word that has its line to itself takes the line with it.
//! Values, directives and fences between them are found where all Markdown is read, in what comes of the text.

use super::Cut;
use crate::text::{Span, Spanned};

/// A text with the words in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    /// The text, up to an `else` that is within no other word.
    pub parts: Vec<Part>,
    /// The text behind that.
    pub otherwise: Option<Vec<Part>>,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Markdown of the author's.
    Text(Cut),
    /// What is written once for each row.
    Each {
        /// What is gone through.
        list: Cut,
        /// The name of a row.
        name: Spanned<String>,
        /// What is written for it.
        body: Vec<Part>,
    },
    /// What is written when something holds.
    When {
        /// What has to hold.
        condition: Cut,
        /// What is written then.
        yes: Vec<Part>,
        /// What is written else.
        no: Vec<Part>,
    },
}

/// A word that can't be read, or has no partner; the place is the chapter's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// One sentence.
    pub message: String,
    /// The way out.
    pub help: &'static str,
}

/// More words within words than this nobody can follow.
pub const MOST_NESTED: usize = 8;

const USAGE: &str = "write `{each LIST as NAME}` … `{/each}`, or `{when EXPR}` … `{else}` … `{/when}`, each word in backticks";

/// A word that is open, and what has been read in it.
struct Open {
    word: Word,
    at: Span,
    parts: Vec<Part>,
    /// What stood before its `else`.
    yes: Option<Vec<Part>>,
}

enum Word {
    /// All of it.
    Whole,
    Each {
        list: Cut,
        name: Spanned<String>,
    },
    When {
        condition: Cut,
    },
}

/// Reads a template; what can't be read is left out, and told.
pub fn template(cut: &Cut) -> (Template, Vec<Fault>) {
    let text = cut.text();
    let mut faults = Vec::new();
    let whole = Open { word: Word::Whole, at: Span::at(0), parts: Vec::new(), yes: None };
    let (mut stack, mut at) = (vec![whole], 0);
    let mut skipped = 0;
    for found in words(text) {
        let fault = |message: String| Fault { span: cut.span_of(found.span), message, help: USAGE };
        push(&mut stack, Part::Text(cut.slice(Span::new(at, found.line.start.max(at)))));
        at = found.line.end;
        let inner = text[found.inner.range()].trim();
        let start = found.inner.end - text[found.inner.range()].trim_start().len();
        let here = |from: usize, to: usize| cut.slice(Span::new(start + from, start + to));
        let (word, rest) = inner.split_at(inner.find(char::is_whitespace).unwrap_or(inner.len()));
        let opened = match word {
            "each" => match rest.rfind(" as ") {
                Some(middle) if !rest[..middle].trim().is_empty() => {
                    let name = rest[middle + 4..].trim();
                    let from = inner.len() - rest[middle + 4..].trim_start().len();
                    let span = here(from, from + name.len()).span();
                    let list = here(word.len() + 1, word.len() + middle);
                    Some(Word::Each { list, name: Spanned::new(name.to_owned(), span) })
                }
                _ => {
                    faults
                        .push(fault("this goes through nothing, or its rows have no name".into()));
                    skipped += 1;
                    continue;
                }
            },
            "when" => {
                if rest.trim().is_empty() {
                    faults.push(fault("this has no condition".into()));
                    skipped += 1;
                    continue;
                }
                Some(Word::When { condition: here(word.len() + 1, inner.len()) })
            }
            _ => None,
        };
        if let Some(word) = opened {
            if stack.len() > MOST_NESTED {
                faults.push(fault(format!("words are nested at most {MOST_NESTED} deep")));
                skipped += 1;
                continue;
            }
            let at = cut.span_of(found.span);
            stack.push(Open { word, at, parts: Vec::new(), yes: None });
            continue;
        }
        let top = stack.len() - 1;
        let open = &mut stack[top];
        match (word, &open.word) {
            ("else", Word::When { .. } | Word::Whole) if open.yes.is_none() => {
                open.yes = Some(std::mem::take(&mut open.parts));
            }
            ("else", _) => faults.push(fault("this `else` belongs to no `when`".into())),
            ("/each", Word::Each { .. }) | ("/when", Word::When { .. }) => close(&mut stack),
            // That of a word which is told already.
            _ if skipped > 0 => skipped -= 1,
            _ => faults.push(fault(format!("`{{{word}}}` closes nothing that is open here"))),
        }
    }
    push(&mut stack, Part::Text(cut.slice(Span::new(at, text.len()))));
    while stack.len() > 1 {
        let open = &stack[stack.len() - 1];
        let closer = if matches!(open.word, Word::Each { .. }) { "{/each}" } else { "{/when}" };
        let message = format!("there is no `{closer}` to this");
        faults.push(Fault { span: open.at, message, help: USAGE });
        close(&mut stack);
    }
    let whole = stack.pop().map(|open| match open.yes {
        Some(yes) => Template { parts: yes, otherwise: Some(open.parts) },
        None => Template { parts: open.parts, otherwise: None },
    });
    (whole.unwrap_or_default(), faults)
}

/// The expressions of a template, with those of the values in its text, for what wants to know which names it has.
pub fn expressions(cut: &Cut) -> Vec<Cut> {
    fn of(parts: &[Part], out: &mut Vec<Cut>) {
        for part in parts {
            match part {
                Part::Text(text) => values(text, out),
                Part::Each { list, body, .. } => {
                    out.push(list.clone());
                    of(body, out);
                }
                Part::When { condition, yes, no } => {
                    out.push(condition.clone());
                    of(yes, out);
                    of(no, out);
                }
            }
        }
    }
    fn values(cut: &Cut, out: &mut Vec<Cut>) {
        let text = cut.text();
        for (open, _) in text.match_indices("{=") {
            let Some(length) = text[open..].find('}') else { return };
            let inner = &text[open + 2..open + length];
            let from = open + length - inner.trim_start().len();
            out.push(cut.slice(Span::new(from, from + inner.trim().len())));
        }
    }
    let (template, _) = template(cut);
    let mut out = Vec::new();
    of(&template.parts, &mut out);
    of(template.otherwise.as_deref().unwrap_or_default(), &mut out);
    out
}

fn push(stack: &mut [Open], part: Part) {
    if matches!(&part, Part::Text(cut) if cut.text().is_empty()) {
        return;
    }
    if let Some(open) = stack.last_mut() {
        open.parts.push(part);
    }
}

fn close(stack: &mut Vec<Open>) {
    let Some(open) = stack.pop() else { return };
    let part = match open.word {
        Word::Each { list, name } => Part::Each { list, name, body: open.parts },
        Word::When { condition } => match open.yes {
            Some(yes) => Part::When { condition, yes, no: open.parts },
            None => Part::When { condition, yes: open.parts, no: Vec::new() },
        },
        Word::Whole => return,
    };
    push(stack, part);
}

/// Where a word stands.
struct Found {
    /// With its backticks.
    span: Span,
    /// Between its braces.
    inner: Span,
    /// What goes with it: its line, if there is nothing else on it.
    line: Span,
}

/// The code spans of one backtick that are words of ours, in the order of the text.
fn words(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find("`{").map(|at| from + at) {
        from = open + 2;
        let line = text[from..].split('\n').next().unwrap_or("");
        let Some(length) = line.find("}`") else { continue };
        let (inner, end) = (Span::new(from, from + length), from + length + 2);
        let word = text[inner.range()].trim();
        let first = word.split_whitespace().next().unwrap_or("");
        let is_ours = match first {
            "each" | "when" => true,
            "else" | "/each" | "/when" => word == first,
            _ => false,
        };
        // Two backticks make it literal, but for those of a word or value that it touches.
        let (before, behind) = (&text[..open], &text[end..]);
        let is_literal = before.ends_with('`') && !before.ends_with("}`")
            || behind.starts_with('`') && !behind.starts_with("`{");
        if !is_ours || is_literal {
            continue;
        }
        let start = text[..open].rfind('\n').map_or(0, |at| at + 1);
        let stop = behind.find('\n').map_or(text.len(), |at| end + at + 1);
        let is_alone = text[start..open].trim().is_empty() && text[end..stop].trim().is_empty();
        let span = Span::new(open, end);
        let line = if is_alone { Span::new(start, stop) } else { span };
        found.push(Found { span, inner, line });
        from = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A template in a line: `[each LIST as NAME: …]`, `[when EXPR: … | …]`.
    fn shown(parts: &[Part]) -> String {
        let one = |part: &Part| match part {
            Part::Text(text) => text.text().to_owned(),
            Part::Each { list, name, body } => {
                format!("[each {} as {}: {}]", list.text().trim(), name.value, shown(body))
            }
            Part::When { condition, yes, no } => {
                format!("[when {}: {} | {}]", condition.text().trim(), shown(yes), shown(no))
            }
        };
        parts.iter().map(one).collect()
    }

    fn read(text: &str) -> (String, Vec<String>) {
        let (template, faults) = template(&Cut::whole(text, Span::new(0, text.len())));
        let mut out = shown(&template.parts);
        if let Some(other) = &template.otherwise {
            out.push_str(&format!(" / {}", shown(other)));
        }
        (out, faults.into_iter().map(|fault| text[fault.span.range()].to_owned()).collect())
    }

    #[test]
    fn words_are_read_with_their_lines() {
        for (text, expected) in [
            ("a\n", "a\n"),
            ("`{each xs as x}`a`{/each}`", "[each xs as x: a]"),
            ("a\n`{each a.b as x}`\n- b\n  `{/each}`\nc\n", "a\n[each a.b as x: - b\n]c\n"),
            ("`{when a == b}`x`{else}`y`{/when}`", "[when a == b: x | y]"),
            ("`{when a}``{= a }``{/when}`", "[when a: `{= a }` | ]"),
            ("yes`{else}`no", "yes / no"),
            ("`{when f(' as ')}`x`{/when}`", "[when f(' as '): x | ]"),
            ("`{each f(x, ' as ') as y}`z`{/each}`", "[each f(x, ' as ') as y: z]"),
            // Code that is no word of ours, and words that are shown.
            (
                "``{each xs as x}`` `{eachother}` `{else if}` `{#each}` `{if a}`",
                "``{each xs as x}`` `{eachother}` `{else if}` `{#each}` `{if a}`",
            ),
            ("`{each xs\nas x}`", "`{each xs\nas x}`"),
        ] {
            assert_eq!(read(text), (expected.to_owned(), vec![]), "{text:?}");
        }
    }

    #[test]
    fn what_has_no_partner_is_told_at_its_place() {
        for (text, faults) in [
            ("`{each xs as x}`a", &["`{each xs as x}`"][..]),
            ("a`{/each}`", &["`{/each}`"]),
            ("`{when a}`b`{/each}``{/when}`", &["`{/each}`"]),
            ("`{each xs as x}`a`{else}`b`{/each}`", &["`{else}`"]),
            ("`{when a}`b`{else}`c`{else}`d`{/when}`", &["`{else}`"]),
            // a word that can't be read takes its closer with it
            ("`{each xs}`a`{/each}`", &["`{each xs}`"]),
            ("`{when }`a`{/when}`", &["`{when }`"]),
        ] {
            assert_eq!(read(text).1, faults, "{text:?}");
        }
        let deep = |depth: usize| "`{when a}`".repeat(depth) + &"`{/when}`".repeat(depth);
        assert_eq!(read(&deep(MOST_NESTED)).1.len(), 0);
        assert_eq!(read(&deep(MOST_NESTED + 2)).1.len(), 2);
    }

    #[test]
    fn expressions_have_their_places() {
        let text =
            "`{each xs as x}``{= x.a }``{when x.b > 1}`{= y }`{/when}``{/each}``{else}`{= z }";
        let cuts = expressions(&Cut::whole(text, Span::new(0, text.len())));
        let mut found: Vec<_> =
            cuts.iter().map(|cut| text[cut.span().range()].trim().to_owned()).collect();
        found.sort();
        assert_eq!(found, ["x.a", "x.b > 1", "xs", "y", "z"]);
    }
}
