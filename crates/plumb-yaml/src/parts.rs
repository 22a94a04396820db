//! A text before it is read: the parts that are read one by one, and characters that may not be in it.

use plumb_text::Span;

/// The parts that `kubectl` reads one by one: a line `---` begins a new one, whatever stands before it, so that an error
/// in one document leaves the others readable.
pub(super) fn parts(text: &str) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut content = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        let separator = bare.strip_prefix("---").is_some_and(|rest| {
            let rest = rest.trim_start_matches([' ', '\t']);
            rest.is_empty() || (rest.starts_with('#') && !bare.starts_with("---#"))
        });
        if separator && content {
            parts.push(Span::new(start, at));
            start = at;
            content = false;
        } else if !separator
            && !matches!(bare.trim_start().bytes().next(), None | Some(b'#' | b'%'))
        {
            content = true;
        }
        at += line.len();
    }
    if start < text.len() {
        parts.push(Span::new(start, text.len()));
    }
    parts
}

/// The first character that YAML does not allow in a text.
pub(super) fn unprintable(text: &str) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    let at = bytes.iter().enumerate().position(|(at, byte)| match byte {
        b'\t' | b'\n' | b'\r' | 0x20..=0x7E => false,
        0..=0x1F | 0x7F => true,
        0xC2 => bytes.get(at + 1).is_some_and(|next| *next < 0xA0 && *next != 0x85),
        0xEF => bytes.get(at + 1..at + 3).is_some_and(|next| next[0] == 0xBF && next[1] >= 0xBE),
        _ => false,
    })?;
    Some((at, text[at..].chars().next()?))
}
