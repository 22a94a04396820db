//! What is said around a value: that it, or a part of it, is for the reader to replace.
//!
//! Owns: the words that say so, in the page, in the paragraph before a text, and in a comment beside a value. Must not know: how
//! placeholders are written.

use super::{heads, release};
use crate::text::{Span, ceil_char_boundary, floor_char_boundary};
use regex::Regex;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::LazyLock;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

/// A page, and what its words have been found to say: each is found out once, however many texts of it ask.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    text: &'a str,
    /// Whether it proposes what there is not yet.
    is_proposal: bool,
    /// The words that have been asked for.
    asked: RefCell<HashMap<String, bool>>,
    leaves_out_versions: OnceCell<bool>,
    newest: OnceCell<Option<u32>>,
}

impl<'a> Page<'a> {
    /// A page by its path and text.
    pub(crate) fn new(path: &str, text: &'a str) -> Page<'a> {
        let mut folders = path.split('/').rev().skip(1);
        let is_proposal = folders.any(|folder| {
            PROPOSALS.iter().any(|name| {
                folder
                    .trim_start_matches(char::is_numeric)
                    .trim_start_matches(['-', '_'])
                    .eq_ignore_ascii_case(name)
            })
        });
        Page {
            text,
            is_proposal,
            asked: RefCell::default(),
            leaves_out_versions: OnceCell::new(),
            newest: OnceCell::new(),
        }
    }

    /// The newest minor release of Kubernetes that it says at its beginning that it is for.
    pub(super) fn newest(&self) -> Option<u32> {
        *self.newest.get_or_init(|| release::newest_of_page(self.text))
    }

    /// Whether it proposes what there is not yet, so that it shows what it speaks of.
    pub(super) fn is_proposal(&self) -> bool {
        self.is_proposal
    }

    /// Whether it leaves `apiVersion` out of its manifests, but for a few.
    pub(super) fn leaves_out_versions(&self) -> bool {
        *self.leaves_out_versions.get_or_init(|| heads::leaves_out_versions(self.text))
    }

    /// Whether it tells the reader to put something of his own in the place of a word.
    fn explains(&self, word: &str) -> bool {
        let mut asked = self.asked.borrow_mut();
        if let Some(answer) = asked.get(word) {
            return *answer;
        }
        let answer = asked.len() < MOST_ASKED && tells(self.text, word);
        asked.insert(word.to_owned(), answer);
        answer
    }
}

/// The folders in which projects keep what they propose.
const PROPOSALS: &[&str] = &[
    "proposal",
    "proposals",
    "design-proposals",
    "enhancements",
    "kep",
    "keps",
    "legacy-keps",
    "gep",
    "geps",
    "oeps",
    "rfc",
    "rfcs",
    "adr",
    "adrs",
];

/// What a page says around a text.
#[derive(Debug, Default)]
pub(super) struct Around<'a> {
    /// The page, the text itself included; none of a file.
    page: Option<&'a Page<'a>>,
    /// The words in code in the paragraph before the text that it says are replaced.
    named: Vec<&'a str>,
    /// Whether something else in the document surely stands for another value.
    beside: Cell<bool>,
}

/// How many words are looked for in a page, and in a paragraph; each at how many places, and how much of a line there is read.
const MOST_ASKED: usize = 500;
const MOST_WORDS: usize = 100;
const MOST_PLACES: usize = 20;
const NEAR: usize = 200;

impl<'a> Around<'a> {
    /// Of a page, and the paragraph before the text.
    pub(super) fn new(page: &'a Page<'a>, before: &'a str) -> Around<'a> {
        Around { page: Some(page), named: named(before), ..Around::default() }
    }

    /// Whether the text stands in a file of its own.
    pub(super) fn is_file(&self) -> bool {
        self.page.is_none()
    }

    /// Whether something else in the document surely stands for another value.
    pub(super) fn is_beside(&self) -> bool {
        self.beside.get()
    }

    /// Says so.
    pub(super) fn set_beside(&self, beside: bool) {
        self.beside.set(beside);
    }

    /// What of a value the paragraph before says is replaced.
    pub(super) fn names_part_of(&self, value: &str) -> Option<&'a str> {
        let is_within = |name: &&&str| {
            let found = memchr::memmem::find_iter(value.as_bytes(), name.as_bytes());
            found.take(MOST_PLACES).any(|at| {
                let before = value[..at].chars().next_back();
                let behind = value[at + name.len()..].chars().next();
                let joins = |inner: Option<char>, outer: Option<char>| {
                    [inner, outer].iter().all(|c| c.is_some_and(char::is_alphanumeric))
                };
                !joins(name.chars().next(), before) && !joins(name.chars().next_back(), behind)
            })
        };
        self.named.iter().find(is_within).copied()
    }

    /// Whether the page tells the reader to put something of his own in the place of a word.
    pub(super) fn explains(&self, word: &str) -> bool {
        self.page.is_some_and(|page| page.explains(word))
    }
}

/// Whether a text says near a word that it is to be replaced.
fn tells(text: &str, word: &str) -> bool {
    static TELLS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:replac|substitut|your\b|placeholder|stands for|fill in|insert|chang|specif|where\b|name of|instead of|variable\b)",
        )
    });
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "_-.".contains(c));
    let found = memchr::memmem::find_iter(text.as_bytes(), word.as_bytes());
    found.take(MOST_PLACES).any(|at| {
        let (before, behind) = (&text[..at], &text[at + word.len()..]);
        let is_whole = !is_word(before.chars().next_back()) && !is_word(behind.chars().next());
        let before = &before[ceil_char_boundary(before, before.len().saturating_sub(NEAR))..];
        let behind = &behind[..floor_char_boundary(behind, NEAR)];
        let near = |text: &str| TELLS.is_match(text);
        is_whole
            && (near(before.rsplit('\n').next().unwrap_or(""))
                || near(behind.split('\n').next().unwrap_or("")))
    })
}

/// That something is replaced, as pages say it in the languages that docs are mostly translated to.
static REPLACED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:replac|substitut|placeholders?\b|stands? for\b|fill(?:ed)? in\b|platzhalter|ersetz|reemplaz|sustitu|marcador|remplac|espace réservé|substitu|заполнител|замен|подстав)|占位|替换|替換|置き換|プレースホルダ|자리 ?표시|바꾸|대체",
    )
});

/// The words in code in a paragraph, each of which a sentence says is replaced.
fn named(paragraph: &str) -> Vec<&str> {
    static CODE: LazyLock<Regex> = LazyLock::new(|| pattern(r"`([^`\n]{2,80})`"));
    static SENTENCE: LazyLock<Regex> = LazyLock::new(|| pattern(r"[.!?:;](?:\s|$)|[。！？；：]"));
    static WHERE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bwhere\s+(?:the\s+)?$"));
    static IS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\s+(?:is|are|denotes?|means|represents?)\b"));
    // What comes in the place of another word is meant.
    static WITH: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:with|by)\s+$"));
    let mut found = Vec::new();
    for code in CODE.captures_iter(paragraph).take(MOST_WORDS) {
        let (Some(all), Some(word)) = (code.get(0), code.get(1)) else { continue };
        let (before, behind) = (&paragraph[..all.start()], &paragraph[all.end()..]);
        let begins = SENTENCE.find_iter(before).last().map_or(0, |end| end.end());
        let ends = SENTENCE.find(behind).map_or(behind.len(), |end| end.start());
        let (before, behind) = (&before[begins..], &behind[..ends]);
        let is_said = || {
            // Words in other code say nothing of this one.
            let words = |text: &str| REPLACED.is_match(&CODE.replace_all(text, "`"));
            words(before) || words(behind)
        };
        let explains = || WHERE.is_match(before) && IS.is_match(behind);
        if !WITH.is_match(before) && (explains() || is_said()) {
            found.push(word.as_str());
        }
    }
    found
}

/// Whether a comment on the line of a value, or the lines of comments right above its key, tell the reader to replace it.
pub(super) fn is_told(text: &str, key: Span, value: Span) -> bool {
    static TOLD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:replace|substitute|change[- _]?(?:me|this|it|to)|your|placeholder|to-?do|fixme|fill[- _](?:me|this|it|in)|insert|dummy)\b",
        )
    });
    // A text may be one line of any length: what stands near is all that is looked at.
    let behind = |at: usize| {
        let near = text.get(at..).map_or("", |rest| &rest[..floor_char_boundary(rest, NEAR)]);
        let line = near.split('\n').next().unwrap_or("");
        line.find(" #").map_or("", |at| &line[at..])
    };
    // Behind the `|` of a block, or behind the value.
    if TOLD.is_match(behind(value.start)) || TOLD.is_match(behind(value.end)) {
        return true;
    }
    let Some(before) = text.get(..key.start) else { return false };
    let near = &before[ceil_char_boundary(before, before.len().saturating_sub(NEAR))..];
    let indent = near.len() - near.rfind('\n').map_or(0, |end| end);
    let above = if near.contains('\n') { &before[..before.len() - indent] } else { "" };
    let comments = above.rsplit('\n').take(MOST_LINES).map(str::trim);
    comments.take_while(|line| line.starts_with('#')).any(|line| TOLD.is_match(line))
}

/// Whether a comment stands in the place of a value that is not written, and names what to write there: `name: # name`, or for
/// ytt `image: #@ data.values.image`, which alone counts in a file. What is commented out is no name.
pub(super) fn is_named_beside(text: &str, value: Span, in_file: bool) -> bool {
    let Some(rest) = text.get(value.end..) else { return false };
    let line = rest[..floor_char_boundary(rest, NEAR)].split('\n').next().unwrap_or("");
    let comment = line.trim_start_matches(':').trim_start().strip_prefix('#');
    comment.is_some_and(|comment| {
        let words = comment.trim();
        let is_word = |c: char| c.is_alphabetic() || " -_'’,.<>/()?".contains(c);
        let says = words.contains(|c: char| c.is_alphabetic() || c == '?');
        // One word with a stroke or dot in it is a value.
        let is_value = !words.contains(char::is_whitespace)
            && words.trim_end_matches(['.', ',', '?']).contains(['/', '.']);
        words.starts_with('@') || !in_file && says && !is_value && words.chars().all(is_word)
    })
}

/// How many lines of comments above a value are read.
const MOST_LINES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_names_what_is_replaced() {
        for (paragraph, expected) in [
            ("Note the\n`_ID_` placeholders which will be replaced.", &["_ID_"][..]),
            ("Replace `My_Name` with a name of your own.", &["My_Name"]),
            ("Save this, where `X_Y` is the name of the shop:", &["X_Y"]),
            ("注意 `_ID_` 占位符，将用于为两个作业生成配置。配置为 `75%`。", &["_ID_"]),
            ("Ersetzen Sie `Mein_Name` durch Ihren Namen:", &["Mein_Name"]),
            ("The `kind` is a Pod. Replace `A_B`; then apply it with `kubectl`.", &["A_B"]),
            // What is meant.
            ("Create a Service named `My_Service`:", &[]),
            ("Write `replace: true` into `My_Config`:", &[]),
            ("Replace the old name with `New_Name`:", &[]),
            ("The Pod was replaced. It is called `Web_1` now:", &[]),
        ] {
            assert_eq!(named(paragraph), expected, "{paragraph}");
        }
    }

    #[test]
    fn a_comment_tells_of_the_value_beside_it() {
        let told = |text: &str| {
            let at = text.find("a: ").expect("a key");
            let end = text[at..].find('X').map_or(text.len(), |end| at + end + 1);
            is_told(text, Span::new(at, at + 1), Span::new(at + 3, end))
        };
        for text in [
            "a: X # replace me\n",
            "# Replace this by yours.\n# echo x | base64\na: X\n",
            "b:\n  # TODO\n  a: X\n",
            "a: X # <- your name\n",
        ] {
            assert!(told(text), "{text}");
        }
        for text in [
            "a: X # the name\n",
            "# Replace this.\n\na: X\n",
            "# Replace this.\nb: 1\na: X\n",
            "b: 1 # replace me\na: X\n",
            "a: X#replace\n",
            "a: X\n# replace me\n",
        ] {
            assert!(!told(text), "{text}");
        }
    }
}
