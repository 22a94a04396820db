//! What a text names of a model, whether it can be read as a formula or not.
//!
//! A formula with a slip in it still uses what it names: who says "nothing uses it" of such a figure tells of one slip twice,
//! and wrongly. And `{= EXPR }` where no value is read is an author's own only if it names what their model has.

use super::entry::FactValue;
use super::formula::Scalar;
use super::formula::names::Name;
use super::quantity::Quantity;
use super::{Model, Used};
use plumb_text::diag::nearest;
use std::collections::{BTreeMap, BTreeSet};

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

impl Model {
    /// The versions and quantities that are hardly the same as something else by chance: the text as pages have it, and the name of the
    /// fact or figure, which no other has the text of.
    pub fn literals(&self) -> Vec<(String, String)> {
        let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for fact in self.facts.values() {
            if let FactValue::One(Scalar::Version(version), _) = &fact.value {
                let text = version.text().trim_start_matches('v').to_owned();
                found.entry(text).or_default().insert(&fact.name);
            }
        }
        for figure in self.figures.values() {
            let Quantity { value, dimension } = &figure.quantity;
            let (unit, written) = (figure.unit.as_ref(), &figure.written);
            let shown = self.units.fact(value, *dimension, unit, written);
            let close = shown.replacen(' ', "", 1);
            let manifest = figure.value_location.text().trim_matches(['"', '\'']).to_owned();
            for text in [shown, close, manifest] {
                found.entry(text).or_default().insert(&figure.name);
            }
        }
        let certain = found.into_iter().filter(|(text, names)| names.len() == 1 && is_rare(text));
        let named = certain.filter_map(|(text, names)| Some((text, (*names.first()?).to_owned())));
        named.collect()
    }
}

/// Whether a text is hardly there by chance: a version of three numbers that is no first one, or a number with a unit and three digits that count.
fn is_rare(text: &str) -> bool {
    if text.chars().all(|c| c.is_ascii_digit() || c == '.') {
        let parts: Vec<&str> = text.split('.').collect();
        return parts.len() > 2 && parts[1..].iter().any(|part| !part.trim_matches('0').is_empty());
    }
    let number = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let length = number.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(number.len());
    let digits = number[..length].replace('.', "");
    let counting = digits.trim_start_matches('0');
    // `100` has one that counts, `128` three
    let counting =
        if number[..length].contains('.') { counting } else { counting.trim_end_matches('0') };
    counting.len() > 2 && !number[length..].contains(|c: char| c.is_ascii_digit())
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
