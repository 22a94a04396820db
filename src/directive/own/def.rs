//! What a file of `directives/` says.

use super::argument::Argument;
use crate::markdown::{Cut, Template};
use crate::text::{Location, Spanned, TextMap};
use indexmap::IndexMap;

/// The directives of a book's own, by name.
#[derive(Debug, Default)]
pub struct Directives {
    pub(super) all: IndexMap<String, Own>,
}

/// A directive of a book's own.
#[derive(Debug)]
pub struct Own {
    /// What an author writes behind `plumb:`; the name of its file.
    pub name: String,
    /// One line: what it puts into the page.
    pub summary: String,
    /// Whether it writes running text rather than blocks.
    pub is_inline: bool,
    /// Its arguments, in the order of the file.
    pub args: Vec<Argument>,
    /// What it is to give, with the uses that give it.
    pub examples: Vec<Example>,
    /// The start of its file.
    pub location: Location,
    /// Whether its text may hold raw HTML.
    pub(super) allows_html: bool,
    /// Names for expressions over the arguments, in their order.
    pub(super) lets: Vec<Let>,
    pub(super) text: Cut,
    pub(super) template: Template,
    pub(super) map: TextMap,
    /// Whether nothing is wrong with the file itself; else that is told once, and not at each use.
    pub(super) is_good: bool,
}

/// A use, and what comes of it: its test.
#[derive(Debug)]
pub struct Example {
    /// What stands behind `plumb:`.
    pub call: String,
    /// The Markdown that it gives.
    pub gives: String,
    /// Where the file says what it gives.
    pub location: Location,
}

/// A name for an expression.
#[derive(Debug)]
pub(super) struct Let {
    pub(super) name: Spanned<String>,
    pub(super) expression: Cut,
}

impl Directives {
    /// The directive of this name.
    pub fn find(&self, name: &str) -> Option<&Own> {
        self.all.get(name)
    }

    /// Every one, in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = &Own> {
        self.all.values()
    }
}

impl Own {
    /// How it is written, in a line: `capacity DB [headroom=…]`.
    pub fn usage(&self) -> String {
        let mut out = self.name.clone();
        let (first, rest): (Vec<_>, Vec<_>) = self.args.iter().partition(|arg| arg.positional);
        for arg in first.into_iter().chain(rest) {
            let word = match arg.positional {
                true => arg.name.to_uppercase(),
                false => format!("{}=…", arg.name),
            };
            let needed = arg.default.is_none();
            out.push_str(&if needed { format!(" {word}") } else { format!(" [{word}]") });
        }
        out
    }
}
