//! Versions and values in a text that are the model's, and are typed by hand.

use super::codes::UNTIED;
use super::{Chapter, Project};
use crate::diag::Diagnostic;
use crate::markdown;
use crate::text::Span;
use memchr::memmem;
use rayon::prelude::*;

/// A text, and the name of the fact that it is.
type Literal = (String, String);

/// Among more facts than these, too much is the same by chance.
const MOST: usize = 1_000;

/// The notes of a book: of each fact the first place of a chapter.
pub(super) fn check(project: &Project, chapters: &[Chapter]) -> Vec<Diagnostic> {
    let literals = project.model.literals();
    if literals.is_empty() || literals.len() > MOST {
        return Vec::new();
    }
    let judge = |chapter: &Chapter| {
        let text = chapter.text.as_bytes();
        let there = |(literal, _): &&Literal| memmem::find(text, literal.as_bytes()).is_some();
        let there: Vec<&Literal> = literals.iter().filter(there).collect();
        if there.is_empty() { Vec::new() } else { within(project, chapter, &there) }
    };
    let chapters = chapters.par_iter();
    let chapters = chapters.filter(|chapter| !project.config.excludes(&chapter.path));
    chapters.flat_map_iter(judge).collect()
}

fn within<'l>(project: &Project, chapter: &Chapter, literals: &[&'l Literal]) -> Vec<Diagnostic> {
    let text = &chapter.text;
    let nodes = markdown::scan(text, &chapter.map, project.dialect).nodes;
    let mut prose = markdown::prose(text, project.dialect);
    // What a directive writes is tied; both are in the order of the text.
    prose.retain(|span| {
        let next = nodes.partition_point(|node| node.span.end <= span.start);
        nodes.get(next).is_none_or(|node| span.end <= node.span.start)
    });
    let first = |(literal, name): &'l Literal| {
        let place = prose.iter().find_map(|span| place(text, *span, literal))?;
        Some((name.as_str(), place, literal.as_str()))
    };
    let mut found: Vec<_> = literals.iter().copied().filter_map(first).collect();
    found.sort_by_key(|(name, place, _)| (*name, place.start));
    found.dedup_by_key(|(name, ..)| *name);
    let finding = |(name, place, literal): (&str, Span, &str)| {
        let message =
            format!("`{literal}` is what `{name}` is in the model, and is not tied to it");
        let help = match chapter.is_committed {
            true => format!(
                "if it is meant, write `<!-- plumb: value {name} -->{literal}<!-- /plumb -->`"
            ),
            false => format!("if it is meant, write `` `{{= {name} }}` ``"),
        };
        Diagnostic::new(&UNTIED, chapter.map.locate(place), message).help(help)
    };
    found.into_iter().map(finding).collect()
}

/// Where a literal stands by itself in a part of a text: no part of a longer number, word, name or range.
fn place(text: &str, part: Span, literal: &str) -> Option<Span> {
    let found = memmem::find_iter(text[part.range()].as_bytes(), literal.as_bytes());
    let mut spans = found.map(|at| Span::new(part.start + at, part.start + at + literal.len()));
    spans.find(|span| {
        let mut before = text[..span.start].chars().rev().peekable();
        // `v1.36.7`
        before.next_if(|c| *c == 'v' && literal.starts_with(|c: char| c.is_ascii_digit()));
        let mut behind = text[span.end..].chars();
        let joins = |c: char| c.is_alphanumeric() || "_-+~^<>=/@:*$€£¥".contains(c);
        let is_open = before.next().is_none_or(|c| !joins(c) && c != '.' && c != ',');
        is_open
            && match behind.next() {
                Some('.' | ',') => behind.next().is_none_or(|c| !c.is_alphanumeric()),
                next => next.is_none_or(|c| !joins(c) && c != '%'),
            }
    })
}

#[cfg(test)]
mod tests {
    use super::UNTIED;
    use crate::check::{self, Book};
    use crate::world::MemWorld;

    const MODEL: &str = r#"
[facts.kubernetes]
type = "version"
value = "1.36.7"
basis = "judgement"
[facts.first]
type = "version"
value = "1.0.0"
basis = "judgement"
[facts.a]
type = "version"
value = "1.2.3"
basis = "judgement"
[facts.b]
type = "version"
value = "1.2.3"
basis = "judgement"
[figures."pod.memory"]
value = "128Mi"
basis = "judgement"
[figures."pod.cpu"]
value = "100m"
basis = "judgement"
[figures.price]
value = "0.3328 USD/hour"
basis = "judgement"
"#;

    fn said(page: &str) -> Vec<(usize, usize, String)> {
        let files = [
            ("book.toml", "[book]\ntitle = \"B\"\n"),
            ("model.toml", MODEL),
            ("src/SUMMARY.md", "- [A](a.md)\n"),
            ("src/a.md", page),
        ];
        let world = MemWorld::new(files, jiff::civil::date(2026, 1, 1));
        let book = Book::read(&world).expect("a book");
        let found = check::check(&book.project, &book.chapters).findings.into_iter();
        let found = found.filter(|finding| finding.code == &UNTIED);
        found
            .map(|finding| {
                let start = finding.at.location.start();
                (start.line, start.column, finding.help.join("; "))
            })
            .collect()
    }

    #[test]
    fn a_value_of_the_model_in_a_text_is_noted() {
        let page = "It runs on v1.36.7, and 1.36.7 is it.\n\n| a | b |\n|---|---|\n| (128 MiB) | $0.3328/hour |\n\n- *128MiB*.\n";
        let help = |name: &str| format!("if it is meant, write `` `{{= {name} }}` ``");
        let mut found = said(page);
        found.sort();
        let expected =
            [(1, 13, help("kubernetes")), (5, 4, help("pod.memory")), (5, 15, help("price"))];
        assert_eq!(found, expected);
    }

    /// What is tied, what is no text, and what may be the same by chance.
    #[test]
    fn what_may_be_something_else_is_not_noted() {
        let page = "# Of 1.36.7\n\nIt is <!-- plumb: value kubernetes -->1.36.7<!-- /plumb -->, `1.36.7`, `{= kubernetes }`, [1.36.7](x.md), \
            1.36.70, 11.36.7, 1.36.7-rc.1, 1.36.7.1, >=1.36.7, image:1.36.7, 1.36.7+k3s1, 1.0.0, 1.2.3, 100m, 1128 MiB, -128 MiB, 128 MiB/s, 128Miles.\n\n\
            ```yaml\nversion: 1.36.7\n```\n\n    1.36.7\n\n<div>1.36.7</div>\n";
        assert_eq!(said(page), []);
    }
}
