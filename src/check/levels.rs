//! Every code there is, and the levels that a book or a command line gives them.

use super::codes::{FAILS_BUT_VALID, FAILS_DIFFERENTLY, RENAMED_CODE, UNKNOWN_CODE};
use crate::config::Levels;
use crate::diag::{Code, Diagnostic, Level};
use crate::text::Location;
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

/// What may be said of manifests, and of the texts that hold them: nothing of the model, of directives or of words on a fence.
pub(super) fn of_manifests() -> Vec<&'static Code> {
    let read = crate::reading::CODES.iter().copied();
    let all = manifest::codes().chain(plumb_analysis::codes()).chain(read);
    all.chain([&super::codes::JSON_PATCH]).collect()
}

/// What may be said of an object that was read, and of the fence that holds it: which values of the model it takes is known then.
pub(super) fn of_objects() -> Vec<&'static Code> {
    let read = |code: &&Code| !manifest::yaml::CODES.contains(code);
    let all = manifest::codes().filter(read).chain(plumb_analysis::codes());
    all.chain([&FAILS_BUT_VALID, &FAILS_DIFFERENTLY]).collect()
}

/// The code of this name; else the one that has it as another tool's number (`IST0101`), or had it.
pub fn find_code(name: &str) -> Option<&'static Code> {
    codes().find(|code| code.name == name).or_else(|| codes().find(|code| code.answers_to(name)))
}

/// The finding for a name that a code had, and no code has; none for other names.
pub(super) fn renamed(name: &str, at: &Location, known: &[&'static Code]) -> Option<Diagnostic> {
    let today: Vec<&str> =
        known.iter().filter(|code| code.was(name)).map(|code| code.name).collect();
    let is_name = known.iter().any(|code| code.name == name);
    let first = today.first().filter(|_| !is_name)?;
    let names = manifest::fault::listed(&today);
    let message = format!("the code `{name}` is called {names} now");
    let finding = Diagnostic::new(&RENAMED_CODE, at.clone(), message);
    let is_marked = at.text() == name;
    Some(if is_marked && today.len() == 1 {
        finding.replace_with(format!("write `{first}`"), *first)
    } else {
        finding
    })
}

/// Gives each finding the severity that the levels ask for, and leaves out what is allowed. Names in the levels that are
/// none of the `known` codes are findings too.
pub fn settle(
    findings: Vec<Diagnostic>,
    levels: &Levels,
    known: &[&'static Code],
) -> Vec<Diagnostic> {
    let names = || known.iter().map(|code| code.name);
    let is_known =
        |name: &str| name == config::WARNINGS || known.iter().any(|code| code.answers_to(name));
    let places = levels.places.iter();
    let renamed = places.filter_map(|(name, place)| renamed(name, place, known));
    let unknown = levels.places.iter().filter(|(name, _)| !is_known(name)).map(|(name, place)| {
        let message = format!("there is no code `{name}`");
        Diagnostic::new(&UNKNOWN_CODE, place.clone(), message).did_you_mean(name, names())
    });
    unknown.chain(renamed).chain(findings).filter_map(|finding| settled(finding, levels)).collect()
}

fn settled(mut finding: Diagnostic, levels: &Levels) -> Option<Diagnostic> {
    let level = levels.of(finding.code);
    // A finding that its reporter has made milder than its code stays so, unless the book asks for more.
    if level == Level::Allow || level != finding.code.level {
        finding.severity = level.severity()?;
    }
    Some(finding)
}
