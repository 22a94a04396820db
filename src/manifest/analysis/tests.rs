use super::{analyse, codes};
use crate::diag::Diagnostic;
use crate::manifest::{Document, Format, read};
use crate::text::{Source, TextMap};
use std::collections::BTreeSet;

fn findings(text: &str) -> Vec<Diagnostic> {
    let source = Source::new("page.yaml", text);
    let read = read(source.text(), &TextMap::identity(&source), Format::Yaml);
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    analyse(&read.documents.iter().collect::<Vec<&Document>>())
}

/// The fences of a page: the first line's words, and the text.
fn fences(page: &str) -> Vec<(&str, &str)> {
    page.split("```yaml")
        .skip(1)
        .filter_map(|rest| rest.split_once('\n'))
        .map(|(words, rest)| (words.trim(), rest.split("```").next().unwrap_or_default()))
        .collect()
}

/// Each page is its code's test: the first example has the finding, at a place in it, and the second has not.
#[test]
fn pages_examples_are_true() {
    let mut wrong = Vec::new();
    for code in codes() {
        let fences = fences(code.page);
        let [(bad_words, bad), (good_words, good)] = fences[..] else {
            wrong.push(format!("{}: {} examples", code.name, fences.len()));
            continue;
        };
        if bad_words != format!("fails={0} group={0}.wrong", code.name)
            || good_words != format!("group={}.right", code.name)
        {
            wrong.push(format!("{}: fences of {bad_words:?} and {good_words:?}", code.name));
        }
        let found = findings(bad);
        match found.iter().find(|finding| finding.code == code) {
            None => {
                wrong.push(format!("{}: the wrong example has only {:?}", code.name, names(&found)))
            }
            Some(finding) => {
                let document = finding.document.as_deref();
                if document.is_none() || finding.at.location.span.is_empty() {
                    wrong.push(format!("{}: has no place", code.name));
                }
                if finding.message.ends_with('.')
                    || finding.message.starts_with(char::is_uppercase)
                        && !starts_with_name(&finding.message)
                {
                    wrong.push(format!("{}: message {:?}", code.name, finding.message));
                }
            }
        }
        let found = findings(good);
        // Notes of other analyzers aside, a right example is right.
        let others: Vec<&Diagnostic> = found
            .iter()
            .filter(|finding| {
                finding.code == code || finding.severity != crate::diag::Severity::Note
            })
            .collect();
        if !others.is_empty() {
            wrong.push(format!(
                "{}: the right example has {:?}",
                code.name,
                others.iter().map(|f| (f.code.name, &f.message)).collect::<Vec<_>>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A message may begin with a kind or a product's name.
fn starts_with_name(message: &str) -> bool {
    ["Istio", "Cilium"].iter().any(|name| message.starts_with(name))
        || message.split(' ').next().is_some_and(|word| {
            word.contains('/') || word.chars().filter(|c| c.is_uppercase()).count() > 1
        })
}

fn names(findings: &[Diagnostic]) -> Vec<&str> {
    findings.iter().map(|finding| finding.code.name).collect()
}

#[test]
fn codes_are_distinct_and_follow_the_house_style() {
    let mut seen = BTreeSet::new();
    for code in codes() {
        assert!(seen.insert(code.name), "{} is declared twice", code.name);
        assert!(
            code.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
        assert!(!code.summary.ends_with('.'), "{}", code.name);
        assert!(code.alias.is_empty() || code.alias.starts_with("IST0"), "{}", code.name);
    }
}
