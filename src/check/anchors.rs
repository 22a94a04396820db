//! Links to headings whose text holds a value: mdBook makes a heading's id of its text, so it changes with the value.

use super::codes::{CHANGING_ANCHOR, LINK_TO_VALUE};
use super::{Chapter, CheckedChapter, Project};
use crate::content::{Content, plain};
use crate::diag::{Diagnostic, Edit, Fix};
use crate::markdown::{self, Anchors, Heading, LinkTo, id_part};
use crate::text::Span;
use memchr::memmem;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The findings of a book, whose chapters and what came of them are in the same order.
pub(super) fn check(
    project: &Project,
    chapters: &[Chapter],
    checked: &[CheckedChapter],
) -> Vec<Diagnostic> {
    let mut pages = BTreeMap::new();
    for (chapter, outcome) in chapters.iter().zip(checked) {
        // The ids of other pages are made by whoever publishes them.
        let is_ours = !chapter.is_committed;
        if is_ours && outcome.expansions.iter().any(|expansion| expansion.place.in_heading) {
            let anchors = markdown::anchors(&chapter.text, project.dialect);
            let page = Page::of(chapter, outcome, &anchors);
            if !page.changing.is_empty() {
                pages.insert(chapter.path.as_str(), page);
            }
        }
    }
    if pages.is_empty() {
        return Vec::new();
    }
    let judge = |chapter: &Chapter| {
        let links = markdown::anchors(&chapter.text, project.dialect).links.into_iter();
        let judged = links.filter_map(|link| {
            let target = target(&chapter.path, &link.page)?;
            let fragment = link.fragment.as_deref()?;
            pages.get(target.as_str())?.judge(chapter, &link, fragment)
        });
        judged.collect::<Vec<_>>()
    };
    // A chapter that names none of them is not read for its links.
    let names_one = |chapter: &Chapter| pages.values().any(|page| page.is_named(&chapter.text));
    let chapters = chapters.par_iter();
    chapters
        .filter(|chapter| !project.config.excludes(&chapter.path) && names_one(chapter))
        .flat_map_iter(judge)
        .collect()
}

/// How many headings of a page are looked for one by one.
const FEW: usize = 16;

/// A page with headings whose ids change.
struct Page<'a> {
    chapter: &'a Chapter,
    /// Every id that is known of, and how many were to be the same.
    ids: BTreeMap<String, usize>,
    /// The ids that its own HTML gives.
    written: BTreeSet<&'a str>,
    changing: Vec<Changing>,
}

/// A heading that holds a value and has no id of its author's.
struct Changing {
    heading: Heading,
    /// The id today.
    id: String,
    /// The id around the values: what stands before the first, and behind the last.
    around: (String, String),
}

impl<'a> Page<'a> {
    fn of(chapter: &'a Chapter, outcome: &CheckedChapter, anchors: &Anchors) -> Page<'a> {
        let mut page = Page {
            chapter,
            ids: BTreeMap::new(),
            written: written_ids(&chapter.text),
            changing: Vec::new(),
        };
        for heading in &anchors.headings {
            if let Some(id) = &heading.id {
                page.ids.entry(id.clone()).or_default();
                continue;
            }
            let (text, around) = shown(heading, outcome);
            let id = page.unique(id_part(text.trim()));
            if let Some((before, behind)) = around {
                let around = (id_part(before.trim_start()), id_part(behind.trim_end()));
                page.changing.push(Changing { heading: heading.clone(), id, around });
            }
        }
        page
    }

    /// The id, or with a number behind it if there is one like it already.
    fn unique(&mut self, id: String) -> String {
        let Some(mut count) = self.ids.get(&id).copied() else {
            self.ids.insert(id.clone(), 0);
            return id;
        };
        let candidate = loop {
            count += 1;
            let candidate = format!("{id}-{count}");
            if !self.ids.contains_key(&candidate) {
                break candidate;
            }
        };
        self.ids.insert(id, count);
        self.ids.insert(candidate.clone(), 0);
        candidate
    }

    /// Whether a text may hold a link to a heading whose id changes.
    fn is_named(&self, text: &str) -> bool {
        // Of many, looking for each costs more than reading the text.
        self.changing.len() > FEW
            || self.changing.iter().any(|changing| {
                let (before, behind) = &changing.around;
                let part = match before.is_empty() {
                    true => behind.clone(),
                    false => format!("#{before}"),
                };
                memmem::find(text.as_bytes(), part.as_bytes()).is_some()
            })
    }

    fn judge(&self, from: &Chapter, link: &LinkTo, fragment: &str) -> Option<Diagnostic> {
        let written = link.fragment_at();
        let at = || from.map.locate(written.unwrap_or_else(|| link.at()));
        let locate = |changing: &Changing| self.chapter.map.locate(changing.heading.span);
        if let Some(known) = self.changing.iter().find(|known| known.id == fragment) {
            let message = format!("the id `{}` changes with the value in its heading", known.id);
            let mut finding = Diagnostic::new(&CHANGING_ANCHOR, at(), message)
                .related(locate(known), "the heading")
                .help("give the heading an id of its own");
            let place = known.heading.end.map(Span::at);
            if let Some(location) = place.and_then(|at| self.chapter.map.locate_copied(at)) {
                let text = format!(" {{#{}}}", known.id);
                let title = format!("add `{}` to the heading", text.trim());
                finding.fix = Some(Fix { title, edits: vec![Edit { location, text }] });
            }
            return Some(finding);
        }
        if self.ids.contains_key(fragment) || self.written.contains(fragment) {
            return None;
        }
        let meant = self.changing.iter().find(|changing| changing.is_like(fragment))?;
        let message = format!("no heading has the id `{fragment}`: a value in it has changed");
        let finding = Diagnostic::new(&LINK_TO_VALUE, at(), message)
            .related(locate(meant), format!("its id is `{}` today", meant.id))
            .help("give the heading an id of its own: `## Heading {#id}`");
        Some(match written.and_then(|at| from.map.locate_copied(at)) {
            Some(_) => finding.replace_with(format!("write `{}`", meant.id), meant.id.clone()),
            None => finding,
        })
    }
}

impl Changing {
    /// Whether an id is what this heading's would be with other values.
    fn is_like(&self, id: &str) -> bool {
        let (before, behind) = &self.around;
        before.len() + behind.len() > 2
            && id
                .strip_prefix(before.as_str())
                .is_some_and(|rest| rest.len() > behind.len() && rest.ends_with(behind.as_str()))
    }
}

/// A heading's text with its values, and what stands around the values if there are any.
fn shown(heading: &Heading, outcome: &CheckedChapter) -> (String, Option<(String, String)>) {
    // Both are in the order of the text.
    let all = &outcome.expansions;
    let first = all.partition_point(|expansion| expansion.span.start < heading.span.start);
    let values: Vec<_> = all[first..]
        .iter()
        .take_while(|expansion| heading.span.contains(expansion.span))
        .map(|expansion| match &expansion.content {
            Content::Inline(inlines) => (expansion.span, plain(inlines)),
            // What a passage in a heading says is not known here; nor is it for what links to it.
            Content::Written(_) | Content::Blocks(_) => (expansion.span, String::new()),
        })
        .collect();
    let is_value = |span: Span| {
        let behind = values.partition_point(|(value, _)| value.start <= span.start);
        behind.checked_sub(1).is_some_and(|at| values[at].0.contains(span))
    };
    let mut parts: Vec<(Span, &str)> = heading
        .parts
        .iter()
        .filter(|(span, _)| !is_value(*span))
        .map(|(span, text)| (*span, text.as_str()))
        .collect();
    let (Some(first), Some(last)) = (values.first(), values.last()) else {
        return (parts.iter().map(|(_, text)| *text).collect(), None);
    };
    let before = parts.iter().filter(|(span, _)| span.end <= first.0.start);
    let behind = parts.iter().filter(|(span, _)| span.start >= last.0.end);
    let text =
        |found: &mut dyn Iterator<Item = &(Span, &str)>| found.map(|(_, text)| *text).collect();
    let around: (String, String) = (text(&mut before.into_iter()), text(&mut behind.into_iter()));
    parts.extend(values.iter().map(|(span, text)| (*span, text.as_str())));
    parts.sort_by_key(|(span, _)| span.start);
    (parts.into_iter().map(|(_, text)| text).collect(), Some(around))
}

/// The ids that a page's own HTML and attributes give.
fn written_ids(text: &str) -> BTreeSet<&str> {
    let opens = ["id=\"", "name=\"", "id='", "name='", "{#"];
    let places = opens
        .into_iter()
        .flat_map(|open| text.match_indices(open).map(move |(at, _)| &text[at + open.len()..]));
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '{' | '}' | '>');
    places.map(|rest| &rest[..rest.find(is_end).unwrap_or(rest.len())]).collect()
}

/// The chapter that a link leads to, by its file below `src`.
fn target(from: &str, page: &str) -> Option<String> {
    let path = resolved(from, page)?;
    Some(match path.strip_suffix(".html") {
        Some(stem) => format!("{stem}.md"),
        None => path,
    })
}

/// Where a link of a page leads, from `src` on; nothing for one that leads out of it.
pub(super) fn resolved(from: &str, page: &str) -> Option<String> {
    if page.is_empty() {
        return Some(from.to_owned());
    }
    if page.contains(':') || page.starts_with('/') {
        return None;
    }
    let mut path: Vec<&str> = from.split('/').collect();
    path.pop();
    for part in page.split('/') {
        match part {
            "." | "" => {}
            ".." => _ = path.pop()?,
            part => path.push(part),
        }
    }
    Some(path.join("/"))
}

#[cfg(test)]
mod tests {
    use super::written_ids;

    #[test]
    fn ids_of_html_and_attributes_are_read() {
        let text = "<a id=\"one\"></a><a name='two'> ## T {#three .x} id=\"id=\"four\" {#{#five}";
        let ids = written_ids(text);
        for id in ["one", "two", "three", "four", "five"] {
            assert!(ids.contains(id), "{id}: {ids:?}");
        }
        assert!(!ids.contains("on") && !ids.contains("one\"></a"), "{ids:?}");
    }
}
