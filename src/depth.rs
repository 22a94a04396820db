//! How deep an expression in CEL is, told from its words, and room on the stack for what calls itself that deep.
//!
//! Owns: [`of_expression`], [`with_room`]. Must not know: what an expression means.
//!
//! The parser of the library calls itself for each bracket and for each link of a chain (`a.b.c`, `a - b - c`), with large
//! frames, and so do the functions that walk its tree. A text that is too deep has to be refused before it is parsed.

use std::thread;

/// The most brackets within brackets; the library's parser itself stops at 96.
const MAX_BRACKETS: usize = 64;
/// The most links of chains, those of the brackets around counted in: the recursion limit of cel-go, as an API server has it.
const MAX_LINKS: usize = 250;
/// How often the parser may be made to read a part twice, which it does for `!!` and `--`.
const MAX_TWICE: usize = 10;
/// What a bracket takes of the stack, counted in links.
const BRACKET: usize = 5;

/// More levels than this are given a stack of their own.
const SHALLOW: usize = 16;
/// The stack that the deepest of expressions has room on, in a build without optimisation too.
const ROOM: usize = 64 << 20;

/// What has been seen between two brackets.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Binary operators in a row: `a - b - c`.
    operators: usize,
    /// What stands behind a value in a row: `.b`, `[0]`, `(x)`.
    postfixes: usize,
    /// Conditions in a row: `a ? b : c ? d : e`.
    conditions: usize,
    /// Whether a doubled sign stands before what comes next.
    doubled: bool,
}

impl Level {
    fn links(&self) -> usize {
        self.operators + self.postfixes + self.conditions
    }
}

/// How many levels an expression has at most, or why it is not to be parsed.
pub(crate) fn of_expression(source: &str) -> Result<usize, String> {
    let bytes = source.as_bytes();
    let mut outer: Vec<Level> = Vec::new();
    let mut level = Level::default();
    let mut most = 0;
    let mut at = 0;
    // A sign before a value, to see whether another one follows it.
    let mut sign = None;
    while let Some(&byte) = bytes.get(at) {
        let before = sign.take();
        let two = bytes.get(at + 1) == Some(&byte);
        at += 1;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b'\x0c' => sign = before,
            b'/' if two => {
                at = source[at..].find('\n').map_or(source.len(), |end| at + end);
                sign = before;
            }
            b'\'' | b'"' => at = behind_text(bytes, at - 1)?,
            b'&' | b'|' => {
                level = Level { conditions: level.conditions, ..Level::default() };
            }
            b',' => level = Level::default(),
            b'?' => {
                level = Level { conditions: level.conditions + 1, ..Level::default() };
            }
            b'.' => level.postfixes += 1,
            b'!' | b'-' => {
                level.doubled = before == Some(byte);
                level.operators += usize::from(byte == b'-');
                level.postfixes = 0;
                sign = Some(byte);
            }
            b'+' | b'*' | b'/' | b'%' | b'=' | b'<' | b'>' => {
                level.operators += usize::from(bytes.get(at) != Some(&b'='));
                level.postfixes = 0;
                level.doubled = false;
            }
            b'(' | b'[' | b'{' => {
                level.postfixes += 1;
                outer.push(level);
                level = Level::default();
            }
            b')' | b']' | b'}' => level = outer.pop().unwrap_or_default(),
            _ if byte.is_ascii_alphanumeric() || byte == b'_' => {
                let start = at - 1;
                while bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') {
                    at += 1;
                }
                if &bytes[start..at] == b"in" {
                    level.operators += 1;
                    level.postfixes = 0;
                }
            }
            _ => {}
        }
        let links = level.links() + outer.iter().map(Level::links).sum::<usize>();
        if outer.len() > MAX_BRACKETS {
            return Err("its brackets are nested too deep".to_owned());
        }
        if links > MAX_LINKS {
            return Err(format!("it is nested deeper than {MAX_LINKS} levels"));
        }
        if outer.iter().filter(|level| level.doubled).count() > MAX_TWICE {
            return Err("its signs are nested too deep".to_owned());
        }
        most = most.max(links + outer.len() * BRACKET);
    }
    Ok(most)
}

/// Where a text in quotes ends. What the parser would not read as one text is refused, so that nothing hides in it.
fn behind_text(bytes: &[u8], start: usize) -> Result<usize, String> {
    let quote = bytes[start];
    let prefix = bytes[..start]
        .iter()
        .rposition(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'))
        .map_or(0, |at| at + 1);
    let raw = matches!(&bytes[prefix..start], [b'r' | b'R'] | [b'b' | b'B', b'r' | b'R']);
    let long = bytes[start..].starts_with(&[quote; 3]);
    let end: &[u8] = if long { &[quote; 3] } else { &[quote] };
    let mut at = start + end.len();
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        match rest.first() {
            None => return Err("a text in it does not end".to_owned()),
            Some(b'\n' | b'\r') if !long => {
                return Err("a text in it does not end on its line".to_owned());
            }
            Some(b'\\') if !raw => at += escape(&rest[1..])?,
            Some(_) if rest.starts_with(end) => return Ok(at + end.len()),
            Some(_) => at += 1,
        }
    }
}

/// The length of an escape, its backslash counted in.
fn escape(rest: &[u8]) -> Result<usize, String> {
    let (digits, from, is_digit): (usize, usize, fn(&u8) -> bool) = match rest.first() {
        Some(b'x' | b'X') => (2, 1, u8::is_ascii_hexdigit),
        Some(b'u') => (4, 1, u8::is_ascii_hexdigit),
        Some(b'U') => (8, 1, u8::is_ascii_hexdigit),
        Some(b'0'..=b'3') => (3, 0, |byte| matches!(byte, b'0'..=b'7')),
        Some(
            b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'"' | b'\'' | b'\\' | b'?' | b'`',
        ) => return Ok(2),
        _ => (1, 0, |_| false),
    };
    match rest.get(from..from + digits) {
        Some(found) if found.iter().all(is_digit) => Ok(1 + from + digits),
        _ => Err("a text in it has an escape that CEL does not know".to_owned()),
    }
}

/// Runs something that calls itself this many levels deep, on a stack of its own where the caller's may be too small.
pub(crate) fn with_room<T: Send>(levels: usize, run: impl FnOnce() -> T + Send) -> T {
    if levels <= SHALLOW {
        return run();
    }
    thread::scope(|scope| {
        let own = thread::Builder::new().stack_size(ROOM).spawn_scoped(scope, run);
        let own = own.unwrap_or_else(|error| panic!("there is no memory for a stack: {error}"));
        own.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_expressions_are_shallow_and_long_chains_are_refused() {
        let terms = |term: &str, sign: &str, count: usize| vec![term; count].join(sign);
        for (source, most) in [
            ("self.a.b == 1", 3),
            ("has(self.a) && !has(self.b)", 7),
            (&terms("has(object.metadata.name)", " && ", 500), 10),
            (&terms("object.metadata.name + '-'", " + ", 100), 210),
            (&format!("x in [{}]", terms("-1", ", ", 1000)), 10),
            (&format!("m == {{{}}}", terms("'a': 1.5", ", ", 1000)), 10),
            ("'((((((((((((((((((((((' + r'\\' + \"\\\"[[[[[[\" + '''\n'((('''", 5),
            (&terms("a.b", " || ", 2000), 3),
        ] {
            let found = of_expression(source).unwrap_or_else(|why| panic!("{source}: {why}"));
            assert!(found <= most, "{source}: {found}");
        }
        for source in [
            "self".to_owned() + &".b".repeat(14_000),
            "self".to_owned() + &"[0]".repeat(300),
            "1".to_owned() + &" - 1".repeat(11_000),
            "1".to_owned() + &" == 1".repeat(300),
            "1".to_owned() + &" in x".repeat(300),
            "[1]".to_owned() + &".map(x, x)".repeat(300),
            "a ? b : ".repeat(300) + "c",
            "(".repeat(65) + "1" + &")".repeat(65),
            "[".repeat(65),
            "self.all(x, ".repeat(65),
            // What closes only within a text closes nothing.
            "(')' + ".repeat(65),
            "(r'\\' + ')' + ".repeat(65),
            "(\"\\\")\" + ".repeat(65),
            "!!(".repeat(20),
            "- -(".repeat(20),
            "'".to_owned(),
            "'a\n'".to_owned(),
            "'\\q'".to_owned(),
            "'\\u12'".to_owned(),
        ] {
            assert!(of_expression(&source).is_err(), "{}", &source[..source.len().min(40)]);
        }
    }

    #[test]
    fn there_is_room_for_what_is_deep() {
        fn deep(levels: usize) -> usize {
            let frame = std::hint::black_box([levels; 4096]);
            if levels == 0 { 0 } else { 1 + deep(frame[1] - 1) }
        }
        assert_eq!(with_room(1000, || deep(1000)), 1000);
        assert_eq!(with_room(1, || 1), 1);
    }
}
