//! The front matter that a page begins with, in YAML or TOML: settings of who publishes it, and no Markdown.

use crate::text::Span;

/// Where a page's front matter stands, the rows around it included; nothing where the page begins with a rule or a fence.
///
/// A row of dashes is a rule in Markdown too. Between two of them stands front matter if its first line is a key or a comment,
/// as YAML has them, and none is a fence.
pub fn front_matter(text: &str) -> Option<Span> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut at = start;
    let mut row = "";
    let mut is_first = true;
    for line in text[start..].split_inclusive('\n') {
        at += line.len();
        let words = line.trim_end();
        if row.is_empty() {
            row = words;
            if !matches!(row, "---" | "+++") {
                return None;
            }
        } else if words == row || row == "---" && words == "..." {
            return Some(Span::new(start, at));
        } else if words.starts_with("```") || words.starts_with("~~~") {
            return None;
        } else if is_first && !words.is_empty() {
            if !is_setting(words, row) {
                return None;
            }
            is_first = false;
        }
    }
    None
}

/// Whether a line is a comment, or begins with a key.
fn is_setting(line: &str, row: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'' | ' ');
    let sign = if row == "+++" { '=' } else { ':' };
    let begins_table = row == "+++" && line.starts_with('[');
    let key = line.split(sign).next().unwrap_or(line);
    line.starts_with('#') || begins_table || key.len() < line.len() && key.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::front_matter;

    #[test]
    fn front_matter_is_told_from_rules_and_fences() {
        for (text, expected) in [
            ("---\ntitle: A\n---\n# A\n", "---\ntitle: A\n---\n"),
            (
                "\u{feff}---\r\n\r\n# c\r\ntitle: A\r\n---\r\nx",
                "---\r\n\r\n# c\r\ntitle: A\r\n---\r\n",
            ),
            ("---\nfile-format: mystnb\n...\nx\n", "---\nfile-format: mystnb\n...\n"),
            ("---\n---\n# A\n", "---\n---\n"),
            ("+++\ntitle = \"A\"\n[x]\n+++\n", "+++\ntitle = \"A\"\n[x]\n+++\n"),
            // Rules, fences, what is never closed, what stands elsewhere.
            ("---\nSome text.\n\n---\n", ""),
            ("---\nkey: v\n```yaml\na: 1\n---\n```\n", ""),
            ("---\ntitle: A\n", ""),
            ("# A\n---\ntitle: A\n---\n", ""),
            ("", ""),
        ] {
            let found = front_matter(text).map_or("", |span| &text[span.range()]);
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
