//! Where in the Markdown something of ours stands.

use crate::text::{ceil_char_boundary, floor_char_boundary};

/// How much of a line is looked at on each side of a value for the address that it may be part of.
const LONGEST_ADDRESS: usize = 2_000;
/// How many values before it in the same address are passed over.
const MOST_IN_ADDRESS: usize = 32;

/// Where in the Markdown a directive or a fence stands, and so what may stand there in its stead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Within running text: a paragraph, a heading, a table cell, or a line that other text shares. Else it is a block.
    pub inline: bool,
    /// A block that has its lines to itself. Running text may stand there as well: it becomes a paragraph, or part of
    /// the one whose lines are directly above or below.
    pub alone: bool,
    /// In a table cell: no line break, and `|` is written `\|`.
    pub in_table: bool,
    /// In a heading.
    pub in_heading: bool,
    /// In a link's text: no further link.
    pub in_link: bool,
    /// In what is to be the address of a link or an image: no blanks, no tags.
    pub in_address: bool,
    /// In an image's alternative text, which is plain text and nothing else.
    pub in_image: bool,
    /// Within raw HTML, where Markdown is not read.
    pub in_html: bool,
    /// Whether a blank line, or the start of what it stands in, is above; false also for what shares its line.
    pub blank_before: bool,
    /// Whether a blank line, or the end of the text, is below; false also for what shares its line.
    pub blank_after: bool,
    /// What each further line must begin with to stay in the quotes and list items around: `> `, four spaces.
    pub prefix: String,
}

impl Place {
    /// Puts the place's prefix before each line but the first, and nothing but its quote marks before an empty one.
    pub fn fit(&self, text: &str) -> String {
        if self.prefix.is_empty() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                out.push('\n');
                let empty = line.is_empty() || line == "\r";
                out.push_str(if empty { self.prefix.trim_end() } else { &self.prefix });
            }
            out.push_str(line);
        }
        out
    }

    /// Takes the place's prefix off each line but the first, and makes line ends `\n`.
    ///
    /// A line that holds less than the prefix loses what it has of it: editors strip the blanks of an empty line.
    pub fn strip(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                out.push('\n');
            }
            let line = line.strip_suffix('\r').unwrap_or(line);
            out.push_str(if number == 0 { line } else { strip_line(line, &self.prefix) });
        }
        out
    }
}

/// A line without what it has of a prefix.
pub(super) fn strip_line<'a>(line: &'a str, prefix: &str) -> &'a str {
    let mut rest = line;
    for wanted in prefix.chars() {
        match rest.chars().next() {
            Some(c) if c == wanted => rest = &rest[1..],
            Some('>') if wanted == ' ' => {}
            Some(' ' | '\t') if wanted == '>' => {
                let trimmed = rest.trim_start_matches([' ', '\t']);
                rest = trimmed.strip_prefix('>').unwrap_or(rest);
            }
            _ => {}
        }
    }
    rest
}

/// What the lines below a block must begin with, from what stands before the block on its first line.
///
/// The markers of quotes are repeated; a list item's or a definition's becomes as many spaces; a footnote's four.
pub(super) fn prefix(lead: &str) -> String {
    let mut out = String::with_capacity(lead.len());
    let mut rest = lead;
    while let Some(c) = rest.chars().next() {
        let footnote = rest.starts_with("[^").then(|| rest.find("]:")).flatten();
        if let Some(end) = footnote {
            out.push_str("    ");
            rest = rest[end + 2..].trim_start_matches([' ', '\t']);
            continue;
        }
        out.push(if matches!(c, '>' | ' ' | '\t') { c } else { ' ' });
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// Whether a line holds nothing but the markers of quotes.
fn is_blank(line: &str) -> bool {
    line.chars().all(|c| matches!(c, '>' | ' ' | '\t' | '\r'))
}

/// Whether a character may stand in what is no address by itself and part of one: no blank, no bracket.
fn is_run(c: char) -> bool {
    !(c.is_whitespace() || matches!(c, '<' | '>' | '`'))
}

/// Whether what stands at a place is part of the address of a link: `[a](https://x/?n=HERE)`, `<https://x/HERE>`, `[a]: x/HERE`.
///
/// With blanks in it Markdown reads no address there; it does once the value is in its place.
pub(super) fn is_in_address(text: &str, start: usize, end: usize) -> bool {
    let from = floor_char_boundary(text, start.saturating_sub(LONGEST_ADDRESS));
    let to = ceil_char_boundary(text, (end + LONGEST_ADDRESS).min(text.len()));
    let mut before = text[from..start].rsplit(['\n', '\r']).next().unwrap_or("");
    let behind = text[end..to].split(['\n', '\r']).next().unwrap_or("");
    for _ in 0..MOST_IN_ADDRESS {
        let blank = before.rfind(|c: char| !is_run(c));
        let run = match blank {
            Some(at) => before[at..].trim_start_matches(|c: char| !is_run(c)),
            None => before,
        };
        let opens = run.rfind("](").filter(|at| !run[at + 2..].contains(')'));
        if opens.is_some() && before.contains('[') {
            return behind.contains(')');
        }
        let Some(blank) = blank else { return false };
        let lead = &before[..blank];
        match before[blank..].chars().next() {
            Some('<') if lead.ends_with("](") => return behind.contains('>'),
            Some('<') => {
                return behind.contains('>') && run.starts_with(['h', 'H']) && run.contains("://");
            }
            // Other values of the same address.
            Some('>') if lead.ends_with("--") => match lead.rfind("<!--") {
                Some(open) if lead[open..].starts_with("<!-- /plumb") => {
                    match lead[..open].rfind("<!-- plumb:") {
                        Some(open) => before = &lead[..open],
                        None => return false,
                    }
                }
                Some(open) => before = &lead[..open],
                None => return false,
            },
            Some('`') => match lead.rfind('`') {
                Some(open) => before = &lead[..open],
                None => return false,
            },
            _ => {
                return !run.is_empty() && defines_link(lead) && ends_definition(behind);
            }
        }
    }
    false
}

/// Whether what stands before an address is the label of a link: `[a]:`. That of a footnote is text.
fn defines_link(lead: &str) -> bool {
    let label = lead.trim_start().strip_prefix('[').and_then(|rest| rest.strip_suffix("]:"));
    label.is_some_and(|label| !label.starts_with('^') && !label.contains(['[', ']']))
}

/// Whether an address, and perhaps a title, is all that stands behind a place in it.
fn ends_definition(behind: &str) -> bool {
    let title = behind.trim_start_matches(is_run).trim();
    title.is_empty() || title.starts_with(['"', '\'', '(', '`', '<'])
}

/// Whether the line above the one that `at` is on is blank; the text's first line counts as having one above.
pub(super) fn blank_before(text: &str, at: usize) -> bool {
    let start = line_start(text, at);
    let Some(above) = start.checked_sub(1) else { return true };
    // A list item or a footnote that starts on this line starts afresh.
    let lead = &text[start..at];
    !is_blank(lead) || is_blank(&text[line_start(text, above)..above])
}

/// Whether the line below the one that `at` is on is blank.
pub(super) fn blank_after(text: &str, at: usize) -> bool {
    match memchr::memchr(b'\n', &text.as_bytes()[at..]) {
        None => true,
        Some(length) => {
            let below = &text[at + length + 1..];
            is_blank(below.split('\n').next().unwrap_or(""))
        }
    }
}

/// Where the line that holds an offset begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    memchr::memrchr2(b'\n', b'\r', &text.as_bytes()[..at]).map_or(0, |line_end| line_end + 1)
}
