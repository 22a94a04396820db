//! Go's regular expressions through the `regex` crate: both are RE2's, and differ in a few spellings.

use regex::{Regex, RegexBuilder};
use std::fmt::Write;

/// Compiles a pattern with the meaning that it has in Go.
pub(crate) fn go_regex(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(&translate(pattern)).size_limit(8 << 20).build().map_err(
        |error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large to compile".to_owned(),
            other => {
                let text = other.to_string();
                text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
            }
        },
    )
}

/// In Go `\d`, `\w`, `\s` and `\b` know ASCII only; within a class `[` is a plain character, and so are `&&`, `--`, `~~`.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut chars = pattern.chars().peekable();
    let mut class = false;
    // Whether a `]` would be the first character of its class, where it is a plain one.
    let mut class_start = false;
    while let Some(c) = chars.next() {
        let was_start = class_start;
        class_start = false;
        match c {
            '\\' => match chars.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('s') => out.push_str("[\\t\\n\\x0C\\r ]"),
                Some('S') => out.push_str("[^\\t\\n\\x0C\\r ]"),
                Some('b') if !class => out.push_str("(?-u:\\b)"),
                Some('B') if !class => out.push_str("(?-u:\\B)"),
                Some('Q') => {
                    let mut literal = String::new();
                    while let Some(c) = chars.next() {
                        if c == '\\' && chars.peek() == Some(&'E') {
                            chars.next();
                            break;
                        }
                        literal.push(c);
                    }
                    out.push_str(&regex::escape(&literal));
                }
                // An octal escape.
                Some('0') => {
                    let mut code = 0;
                    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(8)) {
                        code = (code * 8 + digit).min(0xFFFF);
                        chars.next();
                    }
                    let _ = write!(out, "\\x{{{code:x}}}");
                }
                Some(other) => {
                    out.push('\\');
                    out.push(other);
                }
                None => out.push('\\'),
            },
            '[' if !class => {
                class = true;
                class_start = true;
                out.push('[');
                if chars.peek() == Some(&'^') {
                    chars.next();
                    out.push('^');
                }
            }
            '[' if chars.peek() == Some(&':') => {
                // A named class such as `[:alpha:]`.
                out.push('[');
                while let Some(c) = chars.next() {
                    out.push(c);
                    if c == ':' && chars.peek() == Some(&']') {
                        chars.next();
                        out.push(']');
                        break;
                    }
                }
            }
            '[' => out.push_str("\\["),
            ']' if class && was_start => out.push_str("\\]"),
            ']' if class => {
                class = false;
                out.push(']');
            }
            '&' | '~' if class => {
                out.push('\\');
                out.push(c);
            }
            '-' if class && (chars.peek() == Some(&'-') || was_start) => {
                out.push_str("\\-");
                if chars.peek() == Some(&'-') && !was_start {
                    // `+--` is the range from `+` to `-`.
                    out.truncate(out.len() - 2);
                    out.push('-');
                    chars.next();
                    out.push_str("\\-");
                }
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_go() {
        // Pattern, text, whether RE2 finds it; from RE2's syntax page.
        let table = [
            (r"^\d+$", "12", true),
            (r"^\d+$", "१२", false),
            (r"^\w$", "é", false),
            (r"^[\w.-]+$", "a.b-c", true),
            (r"^[[a]+$", "[a", true),
            (r"^[]a]+$", "]a", true),
            (r"^[^]a]+$", "b", true),
            (r"^[a&&b]+$", "a&b", true),
            (r"^[a-z&&c]+$", "x&", true),
            (r"^[+--]+$", "+,-", true),
            (r"^[-a]+$", "-a", true),
            (r"^[a-]+$", "-a", true),
            (r"^[[:alpha:]_]+$", "a_", true),
            (r"^\Qa.b\E$", "a.b", true),
            (r"^\Qa.b\E$", "axb", false),
            (r"^\/x\-\_$", "/x-_", true),
            (r"^\PC*$", "é x", true),
            (r"^(a|b)*?$", "abab", true),
            (r"^a{2}$", "aa", true),
        ];
        for (pattern, text, found) in table {
            let regex = go_regex(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert_eq!(regex.is_match(text), found, "{pattern} on {text}");
        }
        assert!(go_regex("(").is_err());
        assert!(go_regex("(?=a)").is_err(), "RE2 knows no lookahead either");
        assert!(go_regex("((((a{1000}){1000}){1000}){1000})").is_err());
    }
}
