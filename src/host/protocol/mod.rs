//! mdBook's preprocessor protocol: `[context, book]` on standard input, the book on standard output.
//!
//! Owns: finding the chapters' `content` in the JSON as it came, and putting other text in its place. Must not know:
//! what is done to a chapter. Nothing is read into types and written back: every byte that is not the content of a
//! changed chapter goes out as it came in, so one binary serves mdBook 0.4 (`sections`), 0.5 (`items`) and whatever keys
//! later versions add.

mod outline;

use outline::{Outline, Slot};
use rayon::prelude::*;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value as Json;
use std::fmt;
use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;

/// A book as a preprocessor gets it, whoever gives it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    /// The folder that holds `book.toml`.
    pub root: PathBuf,
    /// `book.toml`, as mdBook read it.
    pub config: Json,
    /// The renderer that the book is for: `html`, `markdown`, `test`, …
    pub renderer: String,
    /// mdBook's own version.
    pub mdbook_version: String,
    /// The chapters that have a file, in reading order.
    pub chapters: Vec<Chapter>,
}

/// A chapter that has a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chapter {
    /// Its title in the summary.
    pub name: String,
    /// Its place in the book, below `src`; a `README.md` is an `index.md` by now.
    pub path: String,
    /// Its file below `src`; none where another preprocessor made it up.
    pub source_path: Option<String>,
    /// Its text, includes expanded.
    pub content: String,
}

/// What mdBook sent, in which chapters can be replaced.
#[derive(Debug)]
pub struct Request<'a> {
    /// The book.
    pub book: Book,
    /// The bytes of the book, without the context before it.
    text: &'a str,
    /// The JSON string of each chapter's content, as a range of `text`.
    contents: Vec<Range<usize>>,
}

/// Input that is not what mdBook sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolError {
    /// What is wrong.
    pub message: String,
    /// The byte of standard input at which it was seen.
    pub offset: usize,
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {} of standard input)", self.message, self.offset)
    }
}

impl std::error::Error for ProtocolError {}

impl<'a> Request<'a> {
    /// Reads what mdBook sent.
    pub fn parse(input: &'a [u8]) -> Result<Request<'a>, ProtocolError> {
        let input = std::str::from_utf8(input).map_err(|error| ProtocolError {
            message: "the input is not UTF-8".to_owned(),
            offset: error.valid_up_to(),
        })?;
        let mut reader = Reader { input, at: 0 };
        reader.punctuation('[')?;
        let context: Context = reader.value()?;
        reader.punctuation(',')?;
        reader.skip_space();
        let start = reader.at;
        let Outline(slots) = reader.value()?;
        let text = &input[start..reader.at];
        reader.end_of_array()?;

        let slots: Vec<_> = slots.into_iter().flatten().collect();
        let contents: Vec<_> =
            slots.iter().map(|slot| range_in(text, slot.content.get())).collect();
        let chapters = slots
            .into_par_iter()
            .zip(&contents)
            .map(|(slot, range)| {
                let content = serde_json::from_str(slot.content.get()).map_err(|error| {
                    let (name, why) = (&slot.name, without_place(&error));
                    ProtocolError {
                        message: format!("the content of chapter `{name}` is not text: {why}"),
                        offset: start + range.start,
                    }
                })?;
                let Slot { name, path, source_path, .. } = slot;
                Ok(Chapter { name, path, source_path, content })
            })
            .collect::<Result<_, ProtocolError>>()?;
        let Context { root, config, renderer, mdbook_version } = context;
        let book = Book { root, config, renderer, mdbook_version, chapters };
        Ok(Request { book, text, contents })
    }

    /// Writes the book with these contents in place of the chapters'; `None` leaves a chapter as it came.
    pub fn write(&self, contents: &[Option<String>], out: &mut dyn Write) -> io::Result<()> {
        let mut changed: Vec<_> = self
            .contents
            .par_iter()
            .zip(contents)
            .zip(&self.book.chapters)
            .filter_map(|((range, content), chapter)| {
                let content = content.as_ref().filter(|content| **content != chapter.content)?;
                Some(serde_json::to_string(content).map(|json| (range.clone(), json)))
            })
            .collect::<Result<_, _>>()?;
        changed.sort_by_key(|(range, _)| range.start);
        let mut at = 0;
        for (range, content) in &changed {
            out.write_all(&self.text.as_bytes()[at..range.start])?;
            out.write_all(content.as_bytes())?;
            at = range.end;
        }
        out.write_all(&self.text.as_bytes()[at..])?;
        out.flush()
    }
}

/// What serde_json says, without the line and column in a part that the user does not know.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Where a part of a text stands in it.
fn range_in(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr() - text.as_ptr().addr();
    start..start + part.len()
}

/// Reads JSON values one behind the other, knowing the byte at which it stands.
struct Reader<'a> {
    input: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn skip_space(&mut self) {
        let rest = &self.input[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn punctuation(&mut self, expected: char) -> Result<(), ProtocolError> {
        self.skip_space();
        let rest = &self.input[self.at..];
        if rest.starts_with(expected) {
            self.at += expected.len_utf8();
            return Ok(());
        }
        let message = match rest.chars().next() {
            None if self.at == 0 => {
                "standard input is empty; mdBook sends `[context, book]` to it".to_owned()
            }
            None => format!("the input ends where `{expected}` should follow"),
            Some(found) => format!(
                "mdBook sends `[context, book]`, but here is `{found}` where `{expected}` was expected"
            ),
        };
        Err(ProtocolError { message, offset: self.at })
    }

    fn value<T: Deserialize<'a>>(&mut self) -> Result<T, ProtocolError> {
        let rest = &self.input[self.at..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter();
        match values.next() {
            Some(Ok(value)) => {
                self.at += values.byte_offset();
                Ok(value)
            }
            Some(Err(error)) => {
                let line = error.line().saturating_sub(1);
                let before = rest.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
                // The column is that of the last byte read, from 1; at the end of the input there is none behind it.
                let read = before + error.column().saturating_sub(usize::from(!error.is_eof()));
                let offset = self.at + read.min(rest.len());
                let message = format!("the input is not a book: {}", without_place(&error));
                Err(ProtocolError { message, offset })
            }
            None => Err(ProtocolError {
                message: "the input ends where a value should follow".to_owned(),
                offset: self.input.len(),
            }),
        }
    }

    /// The end of the array; what a later mdBook may add to it is not for us.
    fn end_of_array(&mut self) -> Result<(), ProtocolError> {
        self.skip_space();
        while self.input[self.at..].starts_with(',') {
            self.at += 1;
            self.value::<IgnoredAny>()?;
            self.skip_space();
        }
        self.punctuation(']')?;
        self.skip_space();
        match &self.input[self.at..] {
            "" => Ok(()),
            _ => Err(ProtocolError {
                message: "something follows behind `[context, book]`".to_owned(),
                offset: self.at,
            }),
        }
    }
}

#[derive(Deserialize)]
struct Context {
    #[serde(default)]
    root: PathBuf,
    #[serde(default)]
    config: Json,
    #[serde(default)]
    renderer: String,
    #[serde(default)]
    mdbook_version: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(input: &str, change: impl Fn(&Chapter) -> Option<String>) -> String {
        let request = Request::parse(input.as_bytes()).unwrap();
        let contents: Vec<_> = request.book.chapters.iter().map(change).collect();
        let mut out = Vec::new();
        request.write(&contents, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// What mdBook 0.4 and 0.5 send, with keys added that neither knows, and with bytes that a reader and writer of
    /// JSON would not give back: spaces, escapes, a float, a large number.
    const V04: &str = r##" [ {"root":"/b","config":{"book":{"language":"en"},"preprocessor":{"plumb":{}}},"renderer":"html","mdbook_version":"0.4.52","new":1},
 {"sections":[{"Chapter":{"name":"One","content":"# \u004fne\n\ud83d\ude00","number":[1],"sub_items":[{"Chapter":{"name":"Sub","content":"sub\/text","number":[1,1],"sub_items":[],"path":"one/sub.md","source_path":"one/sub.md","parent_names":["One"]}}],"path":"index.md","source_path":"README.md","parent_names":[] , "weight": 1.0e2 }},"Separator",{"PartTitle":"Part"},{"Chapter":{"name":"Draft","content":"","number":null,"sub_items":[],"path":null,"source_path":null,"parent_names":[]}},{"Later":{"content":"x"}}],"__non_exhaustive":null,"big":123456789012345678901234567890} ] "##;
    const V05: &str = r#"[{"root":"/b","config":{"preprocessor":{"plumb":{"model":null}}},"renderer":"markdown","mdbook_version":"0.5.4"},{"items":[{"Chapter":{"future":{"content":"no"},"sub_items":[{"Chapter":{"path":"b.md","content":"b","name":"B","sub_items":null}}],"path":"a.md","content":"a","name":"A","source_path":null}}],"extra":[{"Chapter":{"content":"no","path":"no"}}]}]"#;

    fn book_of(input: &str) -> &str {
        let starts = [r#"{"sections"#, r#"{"later":[{"Ch"#, r#"{"items"#];
        let start = starts.iter().find_map(|start| input.find(start)).unwrap();
        input[start..].trim_end().trim_end_matches(']').trim_end()
    }

    #[test]
    fn a_book_that_is_not_changed_comes_back_to_the_byte() {
        for input in [V04, V05] {
            assert_eq!(run(input, |_| None), book_of(input));
            assert_eq!(run(input, |chapter| Some(chapter.content.clone())), book_of(input));
        }
    }

    #[test]
    fn only_the_contents_of_chapters_change() {
        let upper = |chapter: &Chapter| Some(format!("\"{}\"\n", chapter.path));
        let expected = book_of(V04)
            .replace(r##""# \u004fne\n\ud83d\ude00""##, r#""\"index.md\"\n""#)
            .replace(r#""sub\/text""#, r#""\"one/sub.md\"\n""#);
        assert_eq!(run(V04, upper), expected);
        let expected = book_of(V05)
            .replace(r#""content":"a""#, r#""content":"\"a.md\"\n""#)
            .replace(r#""content":"b""#, r#""content":"\"b.md\"\n""#);
        assert_eq!(run(V05, upper), expected);
    }

    #[test]
    fn chapters_are_read_in_reading_order() {
        let request = Request::parse(V04.as_bytes()).unwrap();
        let book = &request.book;
        assert_eq!((book.root.as_path(), book.renderer.as_str()), ("/b".as_ref(), "html"));
        assert_eq!(book.config["book"]["language"], "en");
        let chapters: Vec<_> = book
            .chapters
            .iter()
            .map(|c| (c.name.as_str(), c.source_path.as_deref(), c.content.as_str()))
            .collect();
        assert_eq!(
            chapters,
            [("One", Some("README.md"), "# One\n😀"), ("Sub", Some("one/sub.md"), "sub/text")]
        );
        let request = Request::parse(V05.as_bytes()).unwrap();
        let paths: Vec<_> = request.book.chapters.iter().map(|c| c.path.as_str()).collect();
        assert_eq!(paths, ["a.md", "b.md"]);
    }

    #[test]
    fn what_is_no_book_is_an_error_with_its_place() {
        for (input, message, offset) in [
            ("", "standard input is empty", 0),
            ("  ", "ends where `[` should follow", 2),
            ("hello", "`h` where `[` was expected", 0),
            ("{}", "`{` where `[` was expected", 0),
            ("[]", "expected value", 1),
            ("[{}]", "`]` where `,` was expected", 3),
            ("[{},", "a value should follow", 4),
            ("[{},{}]", "neither `items` nor `sections`", 5),
            ("[{},{\"items\":3}]", "a list of book items", 13),
            ("[{},{\"items\":[]}", "ends where `]` should follow", 16),
            ("[{},{\"items\":[]}] x", "something follows", 18),
            (
                "[{},{\"items\":[{\"Chapter\":{\"path\":\"a\",\"content\":7}}]}]",
                "content of chapter ``",
                47,
            ),
            (
                "[{},{\"items\":[{\"Chapter\":{\"path\":\"a\",\"content\":\"\\ud83d\"}}]}]",
                "content of chapter",
                47,
            ),
            (
                "[{},{\"items\":[{\"Chapter\":{\"path\":\"a\",\"content\":\"\\uzz\"}}]}]",
                "escape",
                53,
            ),
        ] {
            let error = Request::parse(input.as_bytes()).unwrap_err();
            assert!(error.message.contains(message), "{input}: {error}");
            assert_eq!(error.offset, offset, "{input}: {error}");
        }
        let error = Request::parse(b"[{},{\"items\":[\"\xff\"]}]").unwrap_err();
        assert_eq!((error.message.as_str(), error.offset), ("the input is not UTF-8", 15));
    }

    #[test]
    fn an_input_cut_short_anywhere_is_an_error() {
        for input in [V04.trim_end(), V05] {
            for end in (0..input.len()).filter(|&end| input.is_char_boundary(end)) {
                let error = Request::parse(&input.as_bytes()[..end]).unwrap_err();
                assert!(error.offset <= end, "{end}: {error}");
            }
        }
    }

    /// What mdBook 0.4.52 and 0.5.4 sent for the same book, with keys added (`later`) in the places where another version
    /// may have some.
    #[test]
    fn a_chapter_changes_and_nothing_around_it() {
        for input in [
            include_str!("../../../tests/host/fixtures/mdbook-0.4.json"),
            include_str!("../../../tests/host/fixtures/mdbook-0.5.json"),
        ] {
            assert_eq!(run(input, |_| None), book_of(input));
            let request = Request::parse(input.as_bytes()).unwrap();
            let paths: Vec<_> = request.book.chapters.iter().map(|c| c.path.as_str()).collect();
            assert_eq!(paths, ["index.md", "one/index.md", "one/deep.md", "two.md", "after.md"]);
            for path in paths {
                let out = run(input, |chapter| (chapter.path == path).then(|| "new\n".to_owned()));
                let chapter = request.book.chapters.iter().find(|c| c.path == path).unwrap();
                let old = Json::String(chapter.content.clone()).to_string();
                assert_eq!(out, book_of(input).replacen(&old, r#""new\n""#, 1), "{path}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_book_or_an_error(input: Vec<u8>) {
            let _ = Request::parse(&input);
        }

        #[test]
        fn any_text_comes_back_as_it_was(content: String, name: String, new: String) {
            let chapter = serde_json::json!({
                "Chapter": { "name": name, "content": content, "path": "a.md", "sub_items": [] }
            });
            let book = serde_json::json!({ "items": [chapter] });
            let input = serde_json::json!([{ "renderer": "html" }, book]).to_string();
            let request = Request::parse(input.as_bytes()).unwrap();
            assert_eq!(request.book.chapters[0].content, content);
            let mut out = Vec::new();
            request.write(&[Some(new.clone())], &mut out).unwrap();
            let out: Json = serde_json::from_slice(&out).unwrap();
            let mut expected = book;
            expected["items"][0]["Chapter"]["content"] = new.into();
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_book_too_deep_is_an_error_and_not_a_crash() {
        let chapter = r#"{"Chapter":{"path":"a","content":"x","sub_items":["#;
        let input = format!("[{{}},{{\"items\":[{}", chapter.repeat(100_000));
        assert!(Request::parse(input.as_bytes()).is_err());
        let input = format!("[{},{{\"items\":[]}}]", "[".repeat(1_000_000));
        assert!(Request::parse(input.as_bytes()).is_err());
    }
}
