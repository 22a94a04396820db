//! One HTML comment: is it ours, and what does it say?

use super::Cut;
use super::args::{self, Args, Malformed};
use crate::text::{Span, Spanned};

/// What a comment is to us. Spans are the chapter's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Comment {
    /// `plumb: NAME args` or, self-closing, `plumb: NAME args /`.
    Open {
        name: Option<Spanned<String>>,
        args: Args,
        /// The text that it is to write, below the line of the arguments.
        template: Option<Cut>,
        self_closing: bool,
        wrong: Vec<Malformed>,
    },
    /// `/plumb`.
    Close,
    /// Nearly one of the two.
    Misspelt {
        /// The words that are misspelt.
        span: Span,
        /// What was meant: `plumb:` or `/plumb`.
        meant: &'static str,
        closes: bool,
        self_closing: bool,
        /// Whether it can't be anything else; if not, what follows decides.
        certain: bool,
    },
}

/// Reads a whole comment, `<!--` and `-->` included; nothing for one that is not ours.
pub(super) fn read(comment: &Cut) -> Option<Comment> {
    let text = comment.text();
    let inner_end = text.len().checked_sub(3).filter(|&end| end >= 4)?;
    let inner = &text[4..inner_end];
    let dashed = inner.trim_start_matches('-');
    let start = inner_end - dashed.trim_start().len();
    let dashes = inner.len() - dashed.len();
    let end = 4 + inner.trim_end_matches('-').len();
    let end = if dashes > 0 { end.max(start) } else { inner_end };
    let body = &text[start..end];
    let comment = read_body(comment, start, body)?;
    if dashes == 0 {
        return Some(comment.0);
    }
    // `<!--- plumb: … --->`: a habit of some, and not what is looked for.
    let (what, cut) = comment;
    Some(match what {
        Comment::Open { self_closing, .. } => {
            misspelt(cut.span_of(Span::new(4, start + 6)), "plumb:", false, self_closing)
        }
        Comment::Close => misspelt(cut.span_of(Span::new(4, end)), "/plumb", true, false),
        other => other,
    })
}

fn misspelt(span: Span, meant: &'static str, closes: bool, self_closing: bool) -> Comment {
    Comment::Misspelt { span, meant, closes, self_closing, certain: true }
}

fn read_body<'a>(cut: &'a Cut, start: usize, body: &str) -> Option<(Comment, &'a Cut)> {
    let at = |from: usize, to: usize| cut.span_of(Span::new(start + from, start + to));
    let trimmed = body.trim_end();
    if let Some(rest) = body.strip_prefix('/') {
        let inner = rest.trim_start();
        let (word, after) = word(inner);
        let exact = word == "plumb";
        let rest = after.trim();
        if exact && rest.is_empty() {
            return Some((Comment::Close, cut));
        }
        let near = is_near(word) || exact;
        let ours = near && (exact || rest.is_empty() || rest == "/" || rest.starts_with(':'));
        return ours.then(|| (misspelt(at(0, trimmed.len()), "/plumb", true, false), cut));
    }
    let (first, after) = word(body);
    if first == "plumb" && after.trim_start().starts_with(':') {
        let colon = body.len() - after.trim_start().len() + 1;
        return Some((open(cut, start + colon, start + body.len()), cut));
    }
    let lower = first.to_ascii_lowercase();
    // `end plumb`, `endplumb`, `plumb end`, `plumb/`
    let rest = after.trim();
    let ends = match lower.as_str() {
        "end" | "close" => matches!(rest, "plumb" | "plumb:"),
        "endplumb" | "end-plumb" | "plumb-end" | "plumbend" | "end_plumb" => rest.is_empty(),
        "plumb" => matches!(rest, "end" | "/" | ""),
        _ => false,
    };
    if ends {
        return Some((misspelt(at(0, trimmed.len()), "/plumb", true, false), cut));
    }
    if !is_near(first) && first != "plumb" {
        return None;
    }
    let spaced = after.trim_start();
    let colon = spaced.starts_with(':');
    let length = if colon { body.len() - spaced.len() + 1 } else { first.len() };
    if !colon && lower != "plumb" {
        return None;
    }
    let Comment::Open { name, args, self_closing, wrong, .. } =
        open(cut, start + length, start + body.len())
    else {
        return None;
    };
    let named = !args.named.is_empty();
    let clear = name.is_some() && wrong.is_empty();
    let certain =
        self_closing || named || lower == "plumb" && (colon || clear) || lower == "mdbook-plumb";
    (name.is_some() || certain).then(|| {
        let span = at(0, length);
        (Comment::Misspelt { span, meant: "plumb:", closes: false, self_closing, certain }, cut)
    })
}

/// The words of a page whose comment holds the text that they write.
pub const WRITES_TEXT: [&str; 2] = ["each", "when"];

/// Where the arguments end; and the text below their line, where a word writes text. A blank line of it counts.
fn template(cut: &Cut, part: Span) -> (usize, Option<Cut>) {
    let text = &cut.text()[part.range()];
    if !WRITES_TEXT.contains(&word(text.trim_start()).0) {
        return (part.end, None);
    }
    let Some(line) = text.find('\n') else { return (part.end, None) };
    let body = text[line + 1..].trim_end_matches([' ', '\t']);
    let template = cut.slice(Span::new(part.start + line + 1, part.start + line + 1 + body.len()));
    (part.start + line, (!body.trim().is_empty()).then_some(template))
}

/// The name and arguments between the colon and the comment's end.
fn open(cut: &Cut, start: usize, end: usize) -> Comment {
    let body = &cut.text()[start..end];
    // `/-->` closes; so does a slash on its own before the end. The slash of `path=a/ -->` is the word's.
    let slash = body.trim_end().strip_suffix('/');
    let self_closing = slash.is_some_and(|before| {
        body.ends_with('/') || before.is_empty() || before.ends_with(char::is_whitespace)
    });
    let end = match slash {
        Some(before) if self_closing => start + before.len(),
        _ => end,
    };
    let (end, template) = template(cut, Span::new(start, end));
    let (name, args, wrong) = args::read(cut, Span::new(start, end));
    Comment::Open { name, args, template, self_closing, wrong }
}

fn word(text: &str) -> (&str, &str) {
    let end =
        text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(text.len());
    text.split_at(end)
}

/// One slip away from `plumb`.
fn is_near(word: &str) -> bool {
    if !(4..=12).contains(&word.len()) {
        return false;
    }
    let lower = word.to_ascii_lowercase();
    word != "plumb"
        && (lower == "plumb"
            || lower == "mdbook-plumb"
            || strsim::damerau_levenshtein(&lower, "plumb") == 1)
}
