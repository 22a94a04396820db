//! Markdown that a directive writes: text of its author's with values, directives and fences in it, some of it for each row of a
//! list, some only when something holds.
//!
//! What is written is text, and is read like the text of a chapter: whatever works on a page works in it.

use crate::model::Bindings;
use crate::text::TextMap;
use std::cell::Cell;
use std::rc::Rc;

/// What a directive has written.
#[derive(Debug)]
pub struct Passage {
    /// The Markdown.
    pub text: String,
    /// From it to the author's files.
    pub map: TextMap,
    /// Whether it is running text rather than blocks.
    pub inline: bool,
    /// What decided about it, in a word or two: `true`, `3 rows`.
    pub said: String,
    /// From where on in the text which names are known.
    pub(super) names: Vec<(usize, Rc<Bindings>)>,
}

impl Passage {
    /// The names that expressions at an offset of the text may use beside those of the model.
    pub fn names_at(&self, offset: usize) -> Rc<Bindings> {
        let at = self.names.partition_point(|(start, _)| *start <= offset);
        at.checked_sub(1).map_or_else(Rc::default, |at| self.names[at].1.clone())
    }
}

/// How much directives may do: those of a chapter write and go through, all of them together, or the check of one of the book's
/// own tries.
#[derive(Debug)]
pub struct Budget {
    text: Cell<usize>,
    steps: Cell<usize>,
    is_of_check: bool,
}

impl Budget {
    /// The bytes of text that a chapter's directives may write.
    pub const TEXT: usize = 1 << 20;
    /// The rows and conditions that they may go through.
    pub const STEPS: usize = 20_000;
    /// The bytes of text that are read to check a directive, for all options and choices together.
    const CHECKED: usize = 16 << 20;

    /// That of the check of a directive of the book's own, for everything that is tried.
    pub(super) fn of_check() -> Budget {
        let text = Cell::new(Budget::CHECKED);
        Budget { text, steps: Cell::new(Budget::STEPS), is_of_check: true }
    }

    /// Takes some of it; false where it is not there.
    pub(super) fn take(&self, text: usize, steps: usize) -> bool {
        let left = |of: &Cell<usize>, taken: usize| match of.get().checked_sub(taken) {
            Some(left) => {
                of.set(left);
                true
            }
            None => {
                of.set(0);
                false
            }
        };
        left(&self.text, text) && left(&self.steps, steps)
    }

    /// What to say where it is not there.
    pub(super) fn exhausted(&self) -> String {
        let steps = Budget::STEPS;
        if self.is_of_check {
            let text = Budget::CHECKED >> 20;
            return format!(
                "this is more than can be checked: with all options and choices, more than {text} MiB of text, or more than \
                {steps} rows and conditions"
            );
        }
        let text = Budget::TEXT >> 10;
        format!(
            "with this, directives write more in a chapter than {text} KiB, or go through more than {steps} rows"
        )
    }
}

impl Default for Budget {
    fn default() -> Budget {
        let text = Cell::new(Budget::TEXT);
        Budget { text, steps: Cell::new(Budget::STEPS), is_of_check: false }
    }
}
