//! Every code there is, and the levels that a book or a command line gives them.

use crate::config::Levels;
use crate::diag::{Code, Diagnostic, Level};
use crate::{config, directive, manifest, markdown, model};

/// Every code, sorted by name.
///
/// Each module lists those that it reports beside the code that reports them; this is the one place that joins the lists.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    let mut all: Vec<&'static Code> = Vec::new();
    all.extend(config::CODES);
    all.extend(model::CODES);
    all.extend(markdown::CODES);
    all.extend(manifest::codes());
    all.extend(directive::CODES);
    all.extend(super::fences::CODES);
    all.extend(super::files::CODES);
    all.extend(super::tied::CODES);
    all.extend(super::load::CODES);
    all.extend(super::placeholder::CODES);
    all.extend(super::elision::CODES);
    all.extend(super::heredoc::CODES);
    all.extend(super::CODES);
    all.sort_by_key(|code| code.name);
    all.dedup_by_key(|code| code.name);
    all.into_iter()
}

/// The code of this name, or of another tool's number (`IST0101`).
pub fn find_code(name: &str) -> Option<&'static Code> {
    codes().find(|code| code.name == name || (!code.alias.is_empty() && code.alias == name))
}

/// Gives each finding the severity that the levels ask for, and leaves out what is allowed. Also reports the names in the levels that are no codes.
pub fn settle(findings: Vec<Diagnostic>, levels: &Levels) -> Vec<Diagnostic> {
    let unknown = levels
        .places
        .iter()
        .filter(|(name, _)| name != config::WARNINGS && find_code(name).is_none());
    let unknown = unknown.map(|(name, place)| {
        Diagnostic::new(
            &super::fences::UNKNOWN_CODE,
            place.clone(),
            format!("there is no code `{name}`"),
        )
        .did_you_mean(name, codes().map(|code| code.name))
    });
    let settled: Vec<_> = unknown
        .collect::<Vec<_>>()
        .into_iter()
        .chain(findings)
        .filter_map(|mut finding| {
            let level = levels.of(finding.code);
            // A finding that its reporter has made milder than its code stays so, unless the book asks for more.
            let level = if level == finding.code.level { None } else { Some(level) };
            match level {
                Some(Level::Allow) => None,
                Some(level) => {
                    finding.severity = level.severity()?;
                    Some(finding)
                }
                None if finding.code.level == Level::Allow => None,
                None => Some(finding),
            }
        })
        .collect();
    settled
}
