//! Text of the author's on its way to a person: nothing in it acts on a terminal, or on what reads a log.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character is not seen, and changes how what is around it is shown: controls, ends of lines, marks of
/// direction, characters without a width. The joiners of scripts and emoji are not among them.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What a hidden character is shown as: `\n`, `\u{1b}`.
fn escaped(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
    }
}

/// What a runner of CI takes for a command wherever it stands in a line: GitHub's older form, Azure's and TeamCity's.
const COMMANDS: &[&str] = &["##[", "##vso[", "##teamcity["];

fn visible(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_shown = |c: char| !is_hidden(c) || keep(c);
    let has_command = COMMANDS.iter().any(|command| text.contains(command));
    if !has_command && text.chars().all(is_shown) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        if !is_shown(c) {
            escaped(&mut out, c);
            continue;
        }
        out.push(c);
        if c == '#' && COMMANDS.iter().any(|command| text[at..].starts_with(command)) {
            out.push('\\');
        }
    }
    out.into()
}

/// A part of a line, such as a name, a path or a message: what is hidden in it is written out.
pub fn one_line(text: &str) -> Cow<'_, str> {
    visible(text, |_| false)
}

/// Lines of a source, with their indentation: all that is hidden is written out, but for tabs and ends of lines.
pub fn source_lines(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") {
        return visible(&text.replace("\r\n", "\n"), |c| matches!(c, '\n' | '\t'))
            .into_owned()
            .into();
    }
    visible(text, |c| matches!(c, '\n' | '\t'))
}

/// What GitHub's runner takes for a command where a line begins with it, blanks aside.
const COMMAND: &str = "::";

/// Lines on their way to a stream: as [`source_lines`], and none begins with what a runner of CI takes for a command.
pub fn printed(text: &str) -> Cow<'_, str> {
    let text = source_lines(text);
    let is_command = |line: &str| line.trim_start().starts_with(COMMAND);
    if !text.lines().any(is_command) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        if is_command(line) {
            let blank = line.len() - line.trim_start().len();
            out.push_str(&line[..blank]);
            out.push('\\');
            out.push_str(&line[blank..]);
        } else {
            out.push_str(line);
        }
    }
    out.into()
}

/// JSON that has been written: what is hidden, or a command to a runner of CI, becomes an escape of JSON. Both can only
/// stand in its strings.
pub fn json(text: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| is_hidden(c) && c != '\n';
    let has_command = COMMANDS.iter().any(|command| text.contains(command));
    if !has_command && !text.chars().any(is_hidden) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        let is_command = c == '#' && COMMANDS.iter().any(|command| text[at..].starts_with(command));
        if is_hidden(c) || is_command {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_written_out() {
        for (text, shown) in [
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{1b}[31m\u{9b}1m\u{7f}\0", "\\u{1b}[31m\\u{9b}1m\\u{7f}\\u{0}"),
            ("\u{85}\u{2028}\u{2029}", "\\u{85}\\u{2028}\\u{2029}"),
            (
                "\u{202e}\u{2066}\u{200f}\u{61c}\u{feff}",
                "\\u{202e}\\u{2066}\\u{200f}\\u{61c}\\u{feff}",
            ),
            ("naïve 日本 👩‍💻 \\n", "naïve 日本 👩‍💻 \\n"),
        ] {
            assert_eq!(one_line(text), shown);
        }
        assert_eq!(source_lines("a:\r\n\tb\r\u{1b}\n"), "a:\n\tb\\r\\u{1b}\n");
    }

    #[test]
    fn no_line_is_a_command() {
        for (text, shown) in [
            ("a\n ::error::x\n##[error]y\n", "a\n \\::error::x\n#\\#[error]y\n"),
            ("a ::error\nb##vso[task.x]\n", "a ::error\nb#\\#vso[task.x]\n"),
            ("1 | ###[error]x ##[group]\n", "1 | ##\\#[error]x #\\#[group]\n"),
            ("a ##teamcity[x]\n", "a #\\#teamcity[x]\n"),
            ("# ## [a] #[b] ## c\n", "# ## [a] #[b] ## c\n"),
            ("std::io\n", "std::io\n"),
            ("\u{2003}::warning::z", "\u{2003}\\::warning::z"),
        ] {
            assert_eq!(printed(text), shown);
        }
    }

    #[test]
    fn json_stays_the_same_value() {
        let value = serde_json::json!({ "a\u{9b}": "\u{202e}\u{e0041}\n\u{7f}é", "\\##[error]": "\"##vso[" });
        let text = serde_json::to_string_pretty(&value).unwrap();
        let safe = json(&text);
        assert!(!safe.chars().any(|c| is_hidden(c) && c != '\n'), "{safe}");
        assert!(!COMMANDS.iter().any(|command| safe.contains(command)), "{safe}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
    }
}
