//! Texts and bytes in quotes: raw ones, triple quotes, escapes.

/// What stands in quotes.
pub(super) enum Quoted {
    String(String),
    Bytes(Vec<u8>),
}

/// Reads the literal in quotes at the start of a text, if one begins there: its value and its length in the text. An
/// error has the length of what is wrong.
pub(super) fn quoted(text: &str) -> Option<Result<(Quoted, usize), (String, usize)>> {
    let prefix = text.find(|c: char| !c.is_ascii_alphabetic()).filter(|length| *length <= 2)?;
    let (mut raw, mut bytes) = (0, 0);
    for c in text[..prefix].chars() {
        match c {
            'r' | 'R' => raw += 1,
            'b' | 'B' => bytes += 1,
            _ => return None,
        }
    }
    let mark = text[prefix..].chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    if raw > 1 || bytes > 1 {
        return None;
    }
    let triple: String = std::iter::repeat_n(mark, 3).collect();
    let delimiter = if text[prefix..].starts_with(&triple) { &triple[..] } else { &triple[..1] };
    let from = prefix + delimiter.len();
    Some(read(text, from, delimiter, raw > 0, bytes > 0))
}

fn read(
    text: &str,
    from: usize,
    delimiter: &str,
    raw: bool,
    bytes: bool,
) -> Result<(Quoted, usize), (String, usize)> {
    let mut out: Vec<u8> = Vec::new();
    let mut at = from;
    loop {
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else {
            return Err(("this text does not end".to_owned(), text.len()));
        };
        if rest.starts_with(delimiter) {
            break;
        }
        if delimiter.len() == 1 && matches!(c, '\n' | '\r') {
            return Err(("a text of one line does not end".to_owned(), at));
        }
        if c == '\\' && !raw {
            let (value, length) =
                escape(&rest[1..], bytes).map_err(|why| (why, at + 1 + c.len_utf8()))?;
            match value {
                Escape::Byte(byte) => out.push(byte),
                Escape::Char(c) => out.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            at += 1 + length;
            continue;
        }
        match c {
            // Line ends are read as one kind.
            '\r' => {
                out.push(b'\n');
                at += if rest.starts_with("\r\n") { 2 } else { 1 };
            }
            _ => {
                out.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
                at += c.len_utf8();
            }
        }
    }
    let end = at + delimiter.len();
    if bytes {
        return Ok((Quoted::Bytes(out), end));
    }
    match String::from_utf8(out) {
        Ok(text) => Ok((Quoted::String(text), end)),
        Err(_) => Err(("this text is not UTF-8".to_owned(), end)),
    }
}

enum Escape {
    Byte(u8),
    Char(char),
}

/// The escape behind a backslash and its length.
fn escape(text: &str, bytes: bool) -> Result<(Escape, usize), String> {
    let first = text.chars().next().ok_or("this text does not end")?;
    let plain = match first {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'v' => 11,
        '\\' | '\'' | '"' | '`' | '?' => first as u8,
        _ => 0,
    };
    if plain != 0 {
        return Ok((Escape::Byte(plain), 1));
    }
    let (digits, radix, skip) = match first {
        'x' | 'X' => (2, 16, 1),
        'u' if !bytes => (4, 16, 1),
        'U' if !bytes => (8, 16, 1),
        '0'..='3' => (3, 8, 0),
        _ => return Err(format!("invalid escape `\\{first}`")),
    };
    let written = text.get(skip..skip + digits).filter(|t| t.chars().all(|c| c.is_digit(radix)));
    let value = written
        .and_then(|written| u32::from_str_radix(written, radix).ok())
        .ok_or_else(|| format!("`\\{first}` takes {digits} digits"))?;
    let length = skip + digits;
    if bytes {
        return u8::try_from(value)
            .map(|byte| (Escape::Byte(byte), length))
            .map_err(|_| "an escape of bytes is at most \\377".to_owned());
    }
    match char::from_u32(value) {
        Some(c) => Ok((Escape::Char(c), length)),
        None => Err(format!("`\\{}` is not a character", &text[..length])),
    }
}
