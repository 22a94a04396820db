//! Comments that are ties, nearly ties, or ties where none is read. What is no tie counts only if it names what the model has:
//! others write `# plumb` as well.

use super::codes::TIED_TO_NOTHING;
use crate::diag::Diagnostic;
use crate::markdown::Fence;
use crate::model::{Model, Used, tables};
use crate::text::{Location, Span};

/// Whether a fence shows how pages or models are written, or its author wants nothing of it to be read.
pub(super) fn shows_sources(fence: &Fence) -> bool {
    let language = fence.lang.value.to_ascii_lowercase();
    let is_model = || {
        let heads = fence.body.text().lines().filter_map(|line| line.trim().strip_prefix('['));
        heads.map(|line| line.trim_start_matches('[')).any(|line| {
            let end = line.find(['.', ']']).unwrap_or(0);
            tables::top(&line[..end]).is_some()
        })
    };
    matches!(language.as_str(), "markdown" | "md" | "mdx" | "commonmark" | "gfm" | "diff")
        || language == "toml" && is_model()
        || fence.has("ignore")
}

/// What a comment in code has to do with a tie.
pub(super) enum Comment {
    /// A tie: its expression.
    Tie(Span),
    /// Nearly one: the words that are misspelt, and the expression.
    Misspelt(Span, Span),
}

/// Reads a comment from behind its sign: `plumb: = EXPR` is a tie.
pub(super) fn read_comment(model: &Model, text: &str, inside: Span) -> Option<Comment> {
    let words = &text[inside.range()];
    let start = inside.start + (words.len() - words.trim_start().len());
    let words = words.trim();
    let length =
        words.find(|c: char| !(c.is_ascii_alphabetic() || c == '-')).unwrap_or(words.len());
    let (word, rest) = words.split_at(length);
    let lower = word.to_ascii_lowercase();
    let is_name = lower == "plumb" || lower == "mdbook-plumb";
    if !is_name && strsim::damerau_levenshtein(&lower, "plumb") != 1 {
        return None;
    }
    let signs = rest.len() - rest.trim_start_matches([' ', '\t', ':', '=']).len();
    let sign: String = rest[..signs].split_whitespace().collect();
    let expression = Span::new(start + length + signs, start + words.len());
    let head = Span::new(start, expression.start);
    if word == "plumb" && sign == ":=" {
        return Some(Comment::Tie(expression));
    }
    // `# plumb: see below` is somebody's note; `# plumb: pods` is not.
    let certain = sign == ":=" && is_name;
    let near = model.is_about(&text[expression.range()]);
    (certain || near && (is_name || !sign.is_empty()))
        .then_some(Comment::Misspelt(head, expression))
}

/// The finding for a comment that is nearly a tie.
pub(super) fn misspelt(written: &str, at: Location, fixable: bool) -> Diagnostic {
    let message = format!("`{}` ties nothing to the model", written.trim());
    let finding = Diagnostic::new(&TIED_TO_NOTHING, at, message)
        .help("a tie is written `# plumb: = EXPR`, behind the value");
    if fixable { finding.replace_with("write `plumb: = `", "plumb: = ") } else { finding }
}

/// The findings for ties in a text in which none is read: code in another language, or YAML that is none.
pub(super) fn ties_elsewhere(
    model: &Model,
    text: &str,
    locate: impl Fn(Span) -> Location,
    used: &mut Used,
    help: &str,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    if !text.contains("lumb") && !text.contains("LUMB") {
        return findings;
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let line = line.trim_end();
        for sign in ["#", "//", "--", ";", "/*", "<!--", "%"] {
            let Some(open) = line.rfind(sign) else { continue };
            let end = line.len()
                - ["*/", "-->"].iter().find(|end| line.ends_with(**end)).map_or(0, |end| end.len());
            let inside = Span::new(at + open + sign.len(), at + end.max(open + sign.len()));
            let Some(comment) = read_comment(model, text, inside) else { continue };
            let (Comment::Tie(expression) | Comment::Misspelt(_, expression)) = comment;
            let expression = &text[expression.range()];
            if !model.is_about(expression) {
                continue;
            }
            used.mentioned(model, expression);
            let message = "this comment ties nothing to the model: ties are read in YAML";
            let at = locate(Span::new(at + open, at + line.len()));
            findings.push(Diagnostic::new(&TIED_TO_NOTHING, at, message).help(help));
            break;
        }
    }
    findings
}
