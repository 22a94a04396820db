//! What a text names of a model, whether it can be read as a formula or not.
//!
//! A formula with a slip in it still uses what it names: who says "nothing uses it" of such a figure tells of one slip twice,
//! and wrongly. And `{= EXPR }` where no value is read is an author's own only if it names what their model has.

use super::formula::names::Name;
use super::{Model, Used};
use plumb_text::diag::nearest;
use std::collections::BTreeSet;

/// How many unknown words of texts that can't be read are compared with the names of the model.
const MOST_UNKNOWN: usize = 200;

impl Model {
    /// Whether a text is an expression over something that the model has: an input, a figure, a formula, an option.
    ///
    /// A misspelt name counts where the rest can be read and a name of the model is near.
    pub fn is_about(&self, text: &str) -> bool {
        let mut used = Used::default();
        match self.compile(text) {
            Ok(compiled) => {
                used.expression(&compiled);
                !used.names.is_empty()
            }
            Err(_) => self.words(text).any(|word| self.named(word).is_some()),
        }
    }

    /// The words of a text that might be names: letters, digits and `_`, with dots between.
    fn words<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')))
            .map(|word| word.trim_matches('.'))
            .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
    }

    /// What a word names, if it is a name of the model, or begins with one and a dot.
    fn named(&self, word: &str) -> Option<Name> {
        let mut name = word;
        loop {
            if let Some(found) = self.names.values.get(name) {
                return Some(*found);
            }
            name = &name[..name.rfind('.')?];
        }
    }
}

impl Used {
    /// Everything is used that a text names; the text itself may be wrong.
    pub fn mentioned(&mut self, model: &Model, text: &str) {
        self.mentioned_in(model, [text]);
    }

    pub(super) fn mentioned_in<'t>(
        &mut self,
        model: &Model,
        texts: impl IntoIterator<Item = &'t str>,
    ) {
        let mut unknown = BTreeSet::new();
        for text in texts {
            for word in model.words(text) {
                match model.named(word) {
                    Some(name) => _ = self.names.insert(name),
                    None if unknown.len() < MOST_UNKNOWN => _ = unknown.insert(word),
                    None => {}
                }
            }
        }
        for word in unknown {
            let near = |name: &&str| name.len().abs_diff(word.len()) <= 4;
            let names = model.names.values.keys().map(String::as_str).filter(near);
            let meant = nearest(word, names).and_then(|name| model.names.values.get(name));
            self.names.extend(meant);
        }
    }
}
