//! A chapter's text with its includes: as mdBook makes it, as it was given to us, and as its author means it.

use super::{Difference, Meant, Origin};
use crate::diag::Diagnostic;
use crate::markdown::{self, Expanded, Files, Indented};
use crate::text::{Source, TextMap};
use crate::world::World;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// A chapter's file, and what its includes are looked for in.
#[derive(Clone, Copy)]
pub(super) struct ChapterFile<'a> {
    pub(super) world: &'a dyn World,
    pub(super) source: &'a Arc<Source>,
    /// Relative to the book's root.
    pub(super) path: &'a Path,
    pub(super) files: &'a Files,
}

/// A chapter's text, what it was made of, and what is wrong with its includes.
pub(super) struct Text {
    pub(super) text: String,
    pub(super) map: TextMap,
    pub(super) origin: Option<Origin>,
    pub(super) findings: Vec<Diagnostic>,
    /// Every file that was read for it.
    pub(super) files: Vec<Arc<Source>>,
}

impl ChapterFile<'_> {
    fn expand(&self) -> Expanded {
        markdown::expand(self.world, self.source, self.path, self.files)
    }

    fn indented(&self) -> Option<Indented> {
        markdown::expand_indented(self.world, self.source, self.path, self.files)
    }

    /// The text that mdBook makes of the file; with `late`, the file as it is, for then mdBook expands it after us.
    pub(super) fn read(&self, late: bool) -> Text {
        let mut expanded = self.expand();
        let (findings, files) = (std::mem::take(&mut expanded.findings), expanded.files.clone());
        if files.len() < 2 {
            let Expanded { text, map, .. } = expanded;
            return Text { text, map, origin: None, findings, files };
        }
        let indented = expanded.indents.then(|| self.indented()).flatten();
        let Expanded { text, map, .. } = expanded;
        let (text, map, meant) = match (late, indented) {
            (true, indented) => {
                let (file, own) = markdown::unexpanded(self.source);
                let (text, map) = indented.map_or((text, map), |later| (later.text, later.map));
                let meant = Meant { text, map, why: Difference::NotExpanded };
                (file.to_owned(), own, Some(meant))
            }
            (false, indented) => (text, map, indented.map(meant)),
        };
        let origin = Origin { source: self.source.clone(), meant };
        Text { text, map, origin: Some(origin), findings, files }
    }

    /// The map of the text that mdBook has given us for the file: of the one it makes up to 0.5.4, or a later one does; of the
    /// file itself, or of what other preprocessors have made of any of these.
    pub(super) fn given(&self, content: &str) -> (TextMap, Option<Origin>, Vec<Diagnostic>) {
        let mut expanded = self.expand();
        let findings = std::mem::take(&mut expanded.findings);
        if expanded.files.len() < 2 {
            return (markdown::realign(&expanded, content), None, findings);
        }
        let origin = |meant| Some(Origin { source: self.source.clone(), meant });
        if expanded.text == content {
            let indented = expanded.indents.then(|| self.indented()).flatten();
            return (expanded.map, origin(indented.map(meant)), findings);
        }
        let indented = self.indented();
        if let Some(later) = indented.as_ref().filter(|later| later.text == content) {
            return (later.map.clone(), origin(None), findings);
        }
        // What is escaped, or can't be read, looks like an include to the end.
        let late = markdown::includes_in(content) > markdown::includes_in(&expanded.text);
        if let Some(later) =
            indented.filter(|later| is_nearer(&later.text, &expanded.text, content))
        {
            (expanded.text, expanded.map) = (later.text, later.map);
        }
        if !late {
            // What another preprocessor has taken away, nobody has lost.
            return (markdown::realign(&expanded, content), None, findings);
        }
        let (file, own) = markdown::unexpanded(self.source);
        let map = if file == content { own } else { markdown::realign(&expanded, content) };
        let Expanded { text, map: whole, .. } = expanded;
        (map, origin(Some(Meant { text, map: whole, why: Difference::NotExpanded })), findings)
    }
}

fn meant(indented: Indented) -> Meant {
    let Indented { text, map, includes } = indented;
    Meant { text, map, why: Difference::Indented(includes) }
}

/// Whether more lines of a text stand in one than in the other.
fn is_nearer(one: &str, other: &str, text: &str) -> bool {
    let shared = |known: &str| {
        let known: HashSet<&str> = known.lines().collect();
        text.lines().filter(|line| known.contains(line)).count()
    };
    shared(one) > shared(other)
}
