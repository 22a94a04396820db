//! `explain` without a name: every name that there is, in a line each.

use crate::config::SETTINGS;
use crate::{check, directive, reference};

/// The names by what they are, and what each is about.
pub(super) fn names() -> String {
    let directives = directive::REGISTRY.iter().map(|known| (known.name, known.summary));
    let words = check::FENCE_WORDS.iter().copied();
    let settings = SETTINGS.iter().map(|(key, _, meaning)| (*key, *meaning));
    let codes = reference::all_codes().into_iter().map(|code| (code.name, code.summary));
    let mut out = String::new();
    list(&mut out, "Directives", directives);
    list(&mut out, "Words on a fence", words);
    list(&mut out, "Settings in book.toml", settings);
    list(&mut out, "Findings", codes);
    out
}

fn list<'a>(out: &mut String, title: &str, names: impl Iterator<Item = (&'a str, &'a str)>) {
    let names: Vec<_> = names.collect();
    let width = names.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    out.push_str(&format!("{title}:\n"));
    for (name, about) in names {
        out.push_str(&format!("  {name:width$}  {about}\n"));
    }
    out.push('\n');
}
