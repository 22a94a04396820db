//! Where in a text a part of a scalar's value is written.
//!
//! However a scalar is written, folded, quoted or in a block, each character of its value that is no white space is written
//! once, and in the same order. So these are counted.

use plumb_text::Span;

/// The place of a part of a scalar's value: `written` is where the scalar stands in a text, `value` what is read there.
/// None where they are not the same: at an alias, or where a default stands.
pub fn part_of_scalar(text: &str, written: Span, value: &str, part: Span) -> Option<Span> {
    let source = text.get(written.range())?;
    let places = match source.as_bytes().first()? {
        b'|' | b'>' => {
            let start = source.find('\n')? + 1;
            plain(&source[start..], start)
        }
        b'"' => double_quoted(source),
        b'\'' => single_quoted(source),
        _ => plain(source, 0),
    };
    let count = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).count();
    if places.len() != count(value) || places.is_empty() {
        return None;
    }
    let before = count(value.get(..part.start)?);
    let within = count(value.get(part.range())?);
    let at = |place: Span| Span::new(written.start + place.start, written.start + place.end);
    // A part without a character, such as the end of the text, stands behind the last one.
    let Some(first) = places.get(before) else {
        return Some(Span::at(at(*places.last()?).end));
    };
    let first = at(*first);
    match within {
        0 => Some(Span::at(first.start)),
        _ => Some(Span::new(first.start, at(*places.get(before + within - 1)?).end)),
    }
}

/// The characters that stand for themselves.
fn plain(source: &str, start: usize) -> Vec<Span> {
    let letters = source.char_indices().filter(|(_, letter)| !letter.is_whitespace());
    letters.map(|(at, letter)| Span::new(start + at, start + at + letter.len_utf8())).collect()
}

/// In single quotes a quote is written twice.
fn single_quoted(source: &str) -> Vec<Span> {
    let mut places = Vec::new();
    let mut letters = source.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        let mut end = at + letter.len_utf8();
        if letter == '\'' {
            match letters.next_if(|(_, next)| *next == '\'') {
                Some(_) => end += 1,
                None => break,
            }
        }
        if !letter.is_whitespace() {
            places.push(Span::new(at, end));
        }
    }
    places
}

/// In double quotes a backslash and what follows are one character, or the end of a line that is none.
fn double_quoted(source: &str) -> Vec<Span> {
    let mut places = Vec::new();
    let mut letters = source.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => break,
            '\\' => {
                let Some((behind, kind)) = letters.next() else { break };
                let digits = match kind {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    // White space, and the end of a line.
                    'n' | 't' | 'r' | 'v' | 'f' | ' ' | '\t' | '\n' | '\r' | 'N' | '_' | 'L'
                    | 'P' => continue,
                    _ => 0,
                };
                let end = behind + kind.len_utf8() + digits;
                let code =
                    source.get(behind + 1..end).and_then(|code| u32::from_str_radix(code, 16).ok());
                let stands_for = code.and_then(char::from_u32);
                if digits > 0 {
                    letters.nth(digits - 1);
                }
                if !stands_for.is_some_and(char::is_whitespace) {
                    places.push(Span::new(at, end));
                }
            }
            letter if letter.is_whitespace() => {}
            letter => places.push(Span::new(at, at + letter.len_utf8())),
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose;

    #[test]
    fn a_part_of_a_value_is_found_however_it_is_written() {
        // The part is `b.c`, which stands between ⟦ and ⟧; behind it is `d`.
        let table = [
            "a: x ⟦b.c⟧ d",
            "a: 'x ''é'' ⟦b.c⟧ d'",
            r#"a: "x \"\u00e9\" \x62 ⟦b.c⟧ \n d""#,
            r#"a: "x ⟦b\x2ec⟧ d""#,
            "a: |\n  x\n\n    ⟦b.c⟧\n  d\n",
            "a: >-\n  x\n   ⟦b.c⟧\n  d\n",
            "a: |2\n    x ⟦b.c⟧ d\n",
            "a: x\n  ⟦b.c⟧\n  d",
            "a: \"x \\\n  ⟦b.c⟧ \\\n  d\"",
            "a: {b: 'x ⟦b.c⟧ d'}",
        ];
        for marked in table {
            let start = marked.find('⟦').unwrap_or_default();
            let end = marked.find('⟧').unwrap_or_default() - '⟦'.len_utf8();
            let text = marked.replace(['⟦', '⟧'], "");
            let root = compose(&text).roots.remove(0);
            let node = root.at_path("a.b").or(root.get("a")).unwrap();
            let value = node.as_str().unwrap();
            let at = value.find("b.c").unwrap();
            let found = part_of_scalar(&text, node.span, value, Span::new(at, at + 3));
            assert_eq!(found, Some(Span::new(start, end)), "{text}");
            let behind = part_of_scalar(&text, node.span, value, Span::at(value.len())).unwrap();
            assert_eq!(text.as_bytes()[behind.start - 1], b'd', "{text}");
        }
    }

    #[test]
    fn what_stands_elsewhere_has_no_part_here() {
        let text = "a: &x self.b == 1\nc: *x\n";
        let root = compose(text).roots.remove(0);
        let node = root.get("c").unwrap();
        let part = Span::new(0, 4);
        assert_eq!(part_of_scalar("a: \"\\u12", Span::new(3, 8), "x", part), None);
        assert_eq!(part_of_scalar("é", Span::new(1, 2), "x", part), None);
        assert_eq!(part_of_scalar(text, node.span, "other", part), None);
    }
}
