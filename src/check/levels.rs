//! Every code there is, and the levels that a book or a command line gives them.

use super::codes::UNKNOWN_CODE;
use crate::config::Levels;
use crate::diag::{Code, Diagnostic, Level};
use crate::{config, directive, manifest, markdown, model, world};

/// Every code, sorted by name.
///
/// Each module lists those that it reports; this is the one place that joins the lists.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    let mut all: Vec<&'static Code> = Vec::new();
    all.extend(world::CODES);
    all.extend(config::CODES);
    all.extend(model::CODES);
    all.extend(markdown::CODES);
    all.extend(manifest::codes());
    all.extend(crate::reading::CODES);
    all.extend(plumb_analysis::codes());
    all.extend(directive::CODES);
    all.extend(super::codes::FENCES);
    all.extend(super::codes::CODES);
    all.sort_by_key(|code| code.name);
    all.dedup_by_key(|code| code.name);
    all.into_iter()
}

/// The code of this name, or of another tool's number (`IST0101`).
pub fn find_code(name: &str) -> Option<&'static Code> {
    codes().find(|code| code.name == name || (!code.alias.is_empty() && code.alias == name))
}

/// Gives each finding the severity that the levels ask for, and leaves out what is allowed. Names in the levels that are
/// none of the `known` codes are findings too.
pub fn settle(
    findings: Vec<Diagnostic>,
    levels: &Levels,
    known: &[&'static Code],
) -> Vec<Diagnostic> {
    let names = || known.iter().map(|code| code.name);
    let is_known = |name: &str| name == config::WARNINGS || names().any(|known| known == name);
    let unknown = levels.places.iter().filter(|(name, _)| !is_known(name)).map(|(name, place)| {
        let message = format!("there is no code `{name}`");
        Diagnostic::new(&UNKNOWN_CODE, place.clone(), message).did_you_mean(name, names())
    });
    unknown.chain(findings).filter_map(|finding| settled(finding, levels)).collect()
}

fn settled(mut finding: Diagnostic, levels: &Levels) -> Option<Diagnostic> {
    let level = levels.of(finding.code);
    // A finding that its reporter has made milder than its code stays so, unless the book asks for more.
    if level == Level::Allow || level != finding.code.level {
        finding.severity = level.severity()?;
    }
    Some(finding)
}
