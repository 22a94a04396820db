//! The marks that a version control system leaves where two changes could not be merged.

use super::Span;

/// The conflicts of a text, in order: the lines of the three marks of each, `<<<<<<< HEAD` before the one side, `=======` between
/// the two and `>>>>>>> branch` behind the other.
///
/// ```
/// let text = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n";
/// assert_eq!(plumb_text::conflicts(text)[0][0].range(), 0..12);
/// assert!(plumb_text::conflicts("Heading\n=======\n").is_empty());
/// ```
pub fn conflicts(text: &str) -> Vec<[Span; 3]> {
    let mut found = Vec::new();
    if !text.contains("<<<<<<<") {
        return found;
    }
    let (mut opens, mut parts) = (None, None);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        let mark = Span::new(start, start + line.len());
        if is_mark(line, "<<<<<<<") {
            (opens, parts) = (Some(mark), None);
        } else if line == "=======" && opens.is_some() {
            parts = Some(mark);
        } else if is_mark(line, ">>>>>>>")
            && let (Some(opens), Some(parts)) = (opens.take(), parts.take())
        {
            found.push([opens, parts, mark]);
        }
    }
    found
}

fn is_mark(line: &str, mark: &str) -> bool {
    line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}
