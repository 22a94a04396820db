//! Escaping: the one place that knows what HTML and Markdown take for markup.
//!
//! Owns: how plain text is written so that it is read back as that text. Must not know: content, or pages.

use std::borrow::Cow;
use std::fmt::Write as _;

/// What may not stand in any output: controls become spaces, and what turns the direction of writing is closed again.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let turns = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(|c: char| c.is_control() || turns(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    // Directional characters that are still open, by what closes them; U+2069 also closes what was opened inside it.
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => open.push('\u{202c}'),
            '\u{2066}'..='\u{2068}' => open.push('\u{2069}'),
            '\u{202c}' | '\u{2069}' => match open.iter().rposition(|&closer| closer == c) {
                Some(at) if c == '\u{2069}' || at + 1 == open.len() => open.truncate(at),
                _ => continue,
            },
            _ => {}
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out.extend(open.into_iter().rev());
    Cow::Owned(out)
}

/// Text as part of an address: what could end the address, or be taken for something else in it, in percent.
pub(super) fn address(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => {
                out.push(char::from(byte));
            }
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}

/// Text inside an HTML block, where Markdown is not read.
pub(super) fn block(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    push_block(&mut out, text);
    out
}

/// The same, behind what is there.
pub(super) fn push_block(out: &mut String, text: &str) {
    push_entities(out, &clean(text), |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        _ => None,
    });
}

/// Code inside an HTML block: line ends are kept, but written so that no line of the chapter ends there.
pub(super) fn code_block(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            out.push_str("&#10;");
        }
        push_code(&mut out, line);
    }
    out
}

/// A line of code, with its tabs.
pub(super) fn push_code(out: &mut String, line: &str) {
    for (index, part) in line.split('\t').enumerate() {
        if index > 0 {
            out.push_str("&#9;");
        }
        push_block(out, part);
    }
}

/// An attribute's value, in double quotes. Also safe within a line of Markdown and within a table's cell.
pub(super) fn push_attribute(out: &mut String, text: &str) {
    push_entities(out, &clean(text), |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&#34;"),
        b'\'' => Some("&#39;"),
        b'`' => Some("&#96;"),
        b'|' => Some("&#124;"),
        b'\\' => Some("&#92;"),
        _ => None,
    });
}

/// The text with an entity for each ASCII character that has one, and for the second of two braces: a preprocessor of mdBook's that
/// runs later reads `{{#include …}}` wherever it stands, and would publish the file.
fn push_entities(out: &mut String, text: &str, entity: impl Fn(u8) -> Option<&'static str>) {
    let mut from = 0;
    let mut before = out.bytes().last();
    for (at, byte) in text.bytes().enumerate() {
        let brace = (byte == b'{' && before == Some(b'{')).then_some("&#123;");
        if let Some(entity) = brace.or_else(|| entity(byte)) {
            out.push_str(&text[from..at]);
            out.push_str(entity);
            from = at + 1;
        }
        before = Some(byte);
    }
    out.push_str(&text[from..]);
}

/// Text between tags within a line of Markdown: whatever Markdown could take for markup is an entity, which it never
/// does.
pub(super) fn inline(text: &str, start_of_line: bool) -> String {
    let text = clean(text);
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        // A dot or a dash is only special in a row of them, a space only at the ends of the line.
        let doubled = before == Some(c) || chars.peek() == Some(&c);
        match c {
            '.' | '-' if doubled => entity(&mut out, c),
            '.' | '-' | ',' | ';' | '/' | '%' | '(' | ')' | '?'
                if !(start_of_line && before.is_none()) =>
            {
                out.push(c);
            }
            _ if c.is_ascii_punctuation() => entity(&mut out, c),
            _ if start_of_line && before.is_none() && c.is_ascii_digit() => entity(&mut out, c),
            _ => out.push(c),
        }
        before = Some(c);
    }
    out
}

fn entity(out: &mut String, c: char) {
    let _ = write!(out, "&#{};", u32::from(c));
}

/// JSON in a `script` element: the same JSON, in which no tag, no comment and no `{{#include …}}` can begin.
pub(super) fn json(value: &serde_json::Value) -> String {
    let text = value.to_string();
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            // Only within a string do two follow each other.
            '{' if before == Some('{') => out.push_str("\\u007b"),
            _ => out.push(c),
        }
        before = Some(c);
    }
    out
}

/// Where a piece of Markdown text stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// In a cell of a table.
    pub(super) in_table: bool,
    /// First on its line.
    pub(super) start_of_line: bool,
}

/// Text of GFM, with as few backslashes as are needed: authors commit it.
pub(super) fn markdown(text: &str, place: Place) -> String {
    let text = clean(text);
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    let at = |index: usize| chars.get(index).copied();
    // A list's number, a heading or a quote can only begin on a line of its own.
    let digits = chars.iter().take_while(|c| c.is_ascii_digit()).count();
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).and_then(at);
        let after = at(index + 1);
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        // An entity, which is also right on a line that a comment makes raw HTML: a backslash there hides no tag.
        if c == '<' && after.is_none_or(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
        {
            out.push_str("&lt;");
            continue;
        }
        let escaped = match c {
            '\\' => after.is_none_or(|c| c.is_ascii_punctuation()),
            '`' | '*' | '[' | ']' => true,
            '|' => place.in_table,
            '_' => !(word(before) && word(after)),
            '~' => before.is_some_and(|c| !c.is_whitespace() && c != '('),
            '&' => {
                after.is_some_and(|c| c == '#' || c.is_ascii_alphabetic())
                    && chars[index..].contains(&';')
            }
            // `{{` would be read by mdBook's own preprocessor, which takes the backslash off before it.
            '{' => before == Some('{'),
            '#' | '+' | '-' | '>' | '=' => place.start_of_line && index == 0,
            '.' | ')' => place.start_of_line && digits > 0 && index == digits,
            _ => false,
        };
        if escaped {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A code span of GFM.
pub(super) fn code_span(text: &str, in_table: bool) -> String {
    let mut text = clean(text);
    let mut rest = &text[..];
    while let Some(at) = rest.find("{{") {
        rest = rest[at..].trim_start_matches('{');
        // Nothing else hides these braces from mdBook in code.
        if rest.trim_start().starts_with('#') {
            return format!("<code>{}</code>", inline(&text, false));
        }
    }
    if in_table {
        text = Cow::Owned(text.replace('|', "\\|"));
    }
    // Two backticks make `{= … }` literal.
    let least = if text.trim_start().starts_with("{=") { 2 } else { 1 };
    let ticks = "`".repeat((longest_run(&text, '`') + 1).max(least));
    let padded = text.starts_with('`')
        || text.ends_with('`')
        || (text.starts_with(' ') && text.ends_with(' '));
    let pad = if padded && !text.trim().is_empty() { " " } else { "" };
    if text.is_empty() { String::new() } else { format!("{ticks}{pad}{text}{pad}{ticks}") }
}

/// How many of `c` stand in a row at most.
pub(super) fn longest_run(text: &str, c: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for other in text.chars() {
        run = if other == c { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// An address that may be linked to, or nothing: pages of the book, the web and mail; never a script.
pub(super) fn url(url: &str, root: &str) -> Option<String> {
    let url = url.trim();
    if url.is_empty() || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let scheme = url
        .split(['/', '?', '#'])
        .next()
        .and_then(|head| head.split_once(':'))
        .map(|(scheme, _)| scheme);
    match scheme {
        Some(scheme)
            if ["http", "https", "mailto"]
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known)) =>
        {
            Some(url.to_owned())
        }
        Some(_) => None,
        // `/page.md` is a page from the book's own root, wherever the book is published.
        None if url.starts_with("//") => None,
        None => Some(
            url.strip_prefix('/').map_or_else(|| url.to_owned(), |page| format!("{root}{page}")),
        ),
    }
}

/// A link's address in GFM.
pub(super) fn markdown_url(url: &str, in_table: bool) -> String {
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '`' => out.push_str("%60"),
            '\\' => out.push_str("%5C"),
            '|' if in_table => out.push_str("%7C"),
            '{' if out.ends_with('{') => out.push_str("%7B"),
            _ => out.push(c),
        }
    }
    out
}

/// A word for ids and keys: lower-case letters, digits and dashes; never empty.
pub(super) fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() { "x".to_owned() } else { out.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mdBook's own preprocessor may run later, and reads HTML and scripts too.
    #[test]
    fn no_include_is_published() {
        let text = "{{#include /etc/passwd}} {{{{ {";
        let safe = "{&#123;#include /etc/passwd}} {&#123;&#123;&#123; {";
        let mut attribute = String::from("{");
        push_attribute(&mut attribute, text);
        assert_eq!(attribute, format!("{{&#123;{}", &safe[1..]));
        assert_eq!((block(text), code_block(text)), (safe.to_owned(), safe.to_owned()));
        assert!(!inline(text, false).contains("{{"));
        let value = serde_json::json!({ "a": { "b": text } });
        let written = json(&value);
        assert!(!written.contains("{{"), "{written}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), value);
    }

    #[test]
    fn text_of_markdown_is_escaped_only_where_it_must_be() {
        let prose = Place::default();
        let cell = Place { in_table: true, ..prose };
        let first = Place { start_of_line: true, ..prose };
        let cases = [
            ("10 cores (5–20)", prose, "10 cores (5–20)"),
            ("~500m", prose, "~500m"),
            ("a~~b~~", prose, r"a\~\~b\~\~"),
            ("snake_case _stressed_", prose, r"snake_case \_stressed\_"),
            ("a|b", prose, "a|b"),
            ("a|b", cell, r"a\|b"),
            ("1. one", prose, "1. one"),
            ("1. one", first, r"1\. one"),
            ("- one", first, r"\- one"),
            ("# one", first, r"\# one"),
            ("</script> & &amp; AT&T", prose, r"&lt;/script> & \&amp; AT&T"),
            ("<!-- /plumb -->", prose, "&lt;!-- /plumb -->"),
            ("a < b <5", prose, "a < b <5"),
            ("{{#include secret}}", prose, r"{\{#include secret}}"),
            ("{{{{ x", prose, r"{\{\{\{ x"),
            (r"C:\dir \* end\", prose, r"C:\dir \\\* end\\"),
        ];
        for (text, place, expected) in cases {
            assert_eq!(markdown(text, place), expected, "{text:?}");
        }
    }

    /// pulldown-cmark is the reader whose opinion counts: mdBook uses it.
    #[test]
    fn what_is_written_is_read_back_as_the_same_text() {
        use pulldown_cmark::{Event, Options, Parser};
        let hostile = [
            "<b>&amp;</b>",
            "a*b*c",
            "__x__",
            "`code`",
            "[link](url)",
            "![i](u)",
            "~~x~~",
            "\\",
            "a\\",
            "| a | b |",
            "1. x",
            "1) x",
            "- x",
            "+ x",
            "# x",
            "> x",
            "===",
            "---",
            "...",
            "-- x",
            "'quoted' \"text\"",
            "&lt;",
            "&#42;",
            "</script>",
            "<!-- x -->",
            "[^1]",
            ":smile:",
            "https://example.org",
            "x  ",
            "{{x}}",
            "a\u{202e}b",
            "<span>",
            "$x$",
            "^x^",
            "- [ ] x",
            "    x",
            "&copy",
            "\t x",
            "*",
            "_",
            "``",
            "a_b_c",
            "_a_b",
            "**",
            "{{#include x}}",
            "{{{#include x}}",
            "a <b",
            "<",
            "<5",
            "\\{{#title x}}",
        ];
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_SMART_PUNCTUATION;
        let read = |source: &str, options: Options| -> String {
            Parser::new_ext(source, options)
                .filter_map(|event| match event {
                    Event::Text(text) => Some(text.to_string()),
                    Event::Start(_) | Event::End(_) => None,
                    other => Some(format!("[{other:?}]")),
                })
                .collect()
        };
        for text in hostile {
            let expected = clean(text);
            for (before, start_of_line) in [("", true), ("see ", false)] {
                let html = inline(text, start_of_line);
                assert_eq!(
                    read(&format!("{before}{html}"), options).trim(),
                    format!("{before}{expected}").trim()
                );
                let place = Place { start_of_line, in_table: false };
                let gfm = markdown(text, place);
                let got =
                    read(&format!("{before}{gfm}"), options - Options::ENABLE_SMART_PUNCTUATION);
                assert_eq!(got.trim(), format!("{before}{expected}").trim(), "{gfm:?}");
            }
            for cell in [
                inline(text, false),
                markdown(text, Place { in_table: true, start_of_line: false }),
            ] {
                let table = format!("| h |\n|---|\n| {cell} |\n");
                let got = read(&table, options - Options::ENABLE_SMART_PUNCTUATION);
                assert_eq!(got.trim(), format!("h{}", expected.trim()), "{cell:?}");
            }
        }
    }

    #[test]
    fn scripts_are_not_linked_to() {
        let cases = [
            ("https://example.org/a", Some("https://example.org/a")),
            ("page.md#x:y", Some("page.md#x:y")),
            ("/deep/page.md", Some("../deep/page.md")),
            ("javascript:alert(1)", None),
            (" JavaScript:alert(1)", None),
            ("java\nscript:x", None),
            ("data:text/html,x", None),
            ("//evil.example", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(url(text, "../").as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn directions_are_closed() {
        assert_eq!(clean("a\u{202e}b"), "a\u{202e}b\u{202c}");
        assert_eq!(clean("a\u{2067}b\u{202e}c\u{2069}d"), "a\u{2067}b\u{202e}c\u{2069}d");
        assert_eq!(clean("a\u{202c}\0b"), "a b");
    }
}
