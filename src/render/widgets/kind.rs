//! What a widget is to those who show it.

use crate::content::Inline;

use super::super::Site;
use super::super::element::Element;
use super::super::markdown::Writer;
use super::super::notes::Note;

/// What scripts bring to life, and what a page needs for it.
#[derive(Debug)]
pub(in crate::render) struct Kind {
    pub(in crate::render) name: &'static str,
    /// Its own script; all that a page needs share one scope.
    pub(in crate::render) script: &'static str,
    /// Its own style.
    pub(in crate::render) style: &'static str,
    /// Whether it is an element, made of what `core.js` and `shared.css` have.
    pub(in crate::render) is_element: bool,
    /// Whether it evaluates formulas.
    pub(in crate::render) computes: bool,
    /// Whether values, tables or charts stand in it.
    pub(in crate::render) has_text: bool,
    /// The kinds that it is made of.
    pub(in crate::render) with: &'static [&'static Kind],
}

impl Kind {
    /// What most widgets are.
    pub(in crate::render) const ELEMENT: Kind = Kind {
        name: "",
        script: "",
        style: "",
        is_element: true,
        computes: false,
        has_text: true,
        with: &[],
    };
}

impl PartialEq for Kind {
    fn eq(&self, other: &Kind) -> bool {
        self.name == other.name
    }
}

/// A widget as it is shown.
pub(in crate::render) trait Shown {
    /// What a page needs for it.
    fn kind(&self) -> &'static Kind;

    /// What stands above it; may be empty.
    fn title(&self) -> &[Inline];

    /// Its element, whole without a script, with the marks by which the script finds its way.
    fn html(&self, site: &Site) -> Element;

    /// What other renderers show, and what authors commit.
    fn markdown(&self, writer: &Writer<'_>) -> String;

    /// Collects what in it can be pressed for details.
    fn notes<'a>(&'a self, out: &mut Vec<Note<'a>>);
}
