//! Several releases of a product at once: in which of them each thing is found.
//!
//! Owns: what `1.31..1.37` stands for, and one list of findings out of one for each release. Must not know: what is checked.

use super::cli::Releases;
use crate::diag::Diagnostic;
use crate::manifest::Versions;
use crate::manifest::versions::number;
use anyhow::{Context, bail};
use std::collections::BTreeMap;

/// A product and the version of it that something is checked against.
pub(super) type Choice = (String, String);

/// The releases that something is checked against, one after the other.
#[derive(Debug, Default)]
pub(super) struct Across {
    /// The product as a person calls it, and its releases; nothing where there is only one.
    range: Option<(String, Vec<String>)>,
    /// For each run what is chosen, oldest release first.
    pub(super) runs: Vec<Vec<Choice>>,
}

impl Across {
    /// What was asked for on the command line.
    pub(super) fn of(wanted: &Releases) -> anyhow::Result<Across> {
        let mut single: Vec<Choice> = Vec::new();
        let mut range = None;
        for (product, version) in wanted.pairs() {
            let Some(ends) = version.split_once("..") else {
                Versions::default().with(product, version)?;
                single.push((product.to_owned(), version.to_owned()));
                continue;
            };
            let found = (product.to_owned(), between(product, ends)?);
            if range.replace(found).is_some() {
                bail!("one range of releases at a time: name one version of the others");
            }
        }
        let Some((product, releases)) = range else {
            return Ok(Across { range: None, runs: vec![single] });
        };
        let run = |release: &String| {
            single.iter().cloned().chain([(product.clone(), release.clone())]).collect()
        };
        let runs = releases.iter().map(run).collect();
        Ok(Across { range: Some((Versions::title(&product).to_owned(), releases)), runs })
    }

    /// The only run, for what looks at one release.
    pub(super) fn only(mut self) -> anyhow::Result<Vec<Choice>> {
        match self.runs.pop() {
            Some(only) if self.runs.is_empty() => Ok(only),
            _ => bail!("a line is read for one release: name one, not a range"),
        }
    }

    /// What was found in the runs, once. What is not found in all of them says in which it is, and offers no change: it might
    /// break the others.
    pub(super) fn merge(&self, mut runs: Vec<Vec<Diagnostic>>) -> Vec<Diagnostic> {
        let Some((title, releases)) = &self.range else { return runs.pop().unwrap_or_default() };
        let mut merged: BTreeMap<_, (Vec<bool>, Vec<Diagnostic>)> = BTreeMap::new();
        for (run, findings) in runs.into_iter().enumerate() {
            for finding in findings {
                let (held, ours) = merged
                    .entry(identity(&finding))
                    .or_insert((vec![false; releases.len()], vec![]));
                // As the newest release words it.
                if !std::mem::replace(&mut held[run], true) {
                    ours.clear();
                }
                ours.push(finding);
            }
        }
        let said = |(held, mut findings): (Vec<bool>, Vec<Diagnostic>)| {
            if held.contains(&false) {
                let among = among(releases, &held);
                for finding in &mut findings {
                    finding.message = format!("{} ({title} {among})", finding.message);
                    finding.fix = None;
                }
            }
            findings
        };
        merged.into_values().flat_map(said).collect()
    }
}

/// What makes two findings of different releases the same one: not how they are worded, which may name a release.
fn identity(finding: &Diagnostic) -> impl Ord + use<> {
    let Diagnostic { code, at, path, document, .. } = finding;
    let (file, span) = (at.location.source.path().to_owned(), at.location.span);
    (file, span.start, span.end, code.name, path.clone(), document.clone())
}

/// The releases of a product from one to another, of one channel; an end that is not written is the oldest or the newest.
fn between(product: &str, (first, last): (&str, &str)) -> anyhow::Result<Vec<String>> {
    let mut held = Versions::products().iter();
    let Some(held) = held.find(|held| Some(held.name.as_str()) == Versions::name(product)) else {
        Versions::default().with(product, last)?;
        bail!("no product `{product}` is known");
    };
    let end = |written: &str| -> anyhow::Result<Option<String>> {
        if written.is_empty() {
            return Ok(None);
        }
        let chosen = Versions::default().with(product, written)?;
        if let Some(newer) = chosen.newer(product) {
            bail!("the schemas of {} {newer} are not in the bundle", held.title);
        }
        Ok(Some(chosen.of(product).to_owned()))
    };
    let (first, last) = (end(first)?, end(last)?);
    let channel = |version: &str| version.split_once('-').map(|(_, channel)| channel.to_owned());
    let wanted = first.as_deref().or(last.as_deref()).and_then(channel);
    if last.as_deref().is_some_and(|last| channel(last) != wanted) {
        bail!("a range of releases has the same channel at both ends");
    }
    let lies = |version: &&String| {
        channel(version) == wanted
            && first.as_ref().is_none_or(|first| number(first) <= number(version))
            && last.as_ref().is_none_or(|last| number(version) <= number(last))
    };
    let mut releases: Vec<String> = held.versions.iter().filter(lies).cloned().collect();
    releases.sort_by_key(|version| number(version));
    releases.first().context("the first release of a range is not later than the last one")?;
    Ok(releases)
}

/// The releases in which something holds: `1.31`, `1.31 to 1.33, 1.36 and 1.37`.
fn among(releases: &[String], held: &[bool]) -> String {
    let mut words = Vec::new();
    let mut run: Option<(usize, usize)> = None;
    let written = |(first, last): (usize, usize)| match last - first {
        0 => releases[first].clone(),
        1 => format!("{} and {}", releases[first], releases[last]),
        _ => format!("{} to {}", releases[first], releases[last]),
    };
    for (at, _) in held.iter().enumerate().filter(|(_, held)| **held) {
        run = match run {
            Some((first, last)) if last + 1 == at => Some((first, at)),
            Some(done) => {
                words.push(written(done));
                Some((at, at))
            }
            None => Some((at, at)),
        };
    }
    words.extend(run.map(written));
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_releases_that_are_held() {
        let range = |product: &str, first: &str, last: &str| between(product, (first, last));
        assert_eq!(range("k8s", "1.34", "1.36").expect("held"), ["1.34", "1.35", "1.36"]);
        assert_eq!(range("k8s", "v1.35.2", "").expect("held").first().expect("one"), "1.35");
        assert_eq!(range("k8s", "", "1.31").expect("held"), ["1.31"]);
        let experimental = range("gateway-api", "1.5-experimental", "1.6-experimental");
        assert_eq!(experimental.expect("held"), ["1.5-experimental", "1.6-experimental"]);
        for (product, first, last) in [
            ("k8s", "1.36", "1.34"),
            ("k8s", "1.3", "1.34"),
            ("k8s", "1.34", "1.99"),
            ("gateway-api", "1.5", "1.6-experimental"),
            ("nothing", "1", "2"),
        ] {
            assert!(range(product, first, last).is_err(), "{product} {first}..{last}");
        }
    }

    #[test]
    fn releases_are_named_in_runs() {
        let releases = ["1", "2", "3", "4", "5", "6"].map(str::to_owned);
        let among = |held: [u8; 6]| among(&releases, &held.map(|held| held > 0));
        assert_eq!(among([1, 1, 1, 0, 1, 1]), "1 to 3, 5 and 6");
        assert_eq!(among([0, 1, 0, 0, 0, 1]), "2, 6");
        assert_eq!(among([0, 0, 0, 1, 0, 0]), "4");
    }
}
