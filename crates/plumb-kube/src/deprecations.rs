//! API versions that are deprecated, removed or superseded: `schemas/deprecations.toml`, and the findings about them.
//!
//! Owns: the table and its reading. Must not know: schemas, or what a document holds beyond its apiVersion and kind.

use super::codes::{API_DEPRECATED, API_REMOVED, API_SUPERSEDED};
use super::dated::is_dated;
use super::experimental;
use super::versions::{Versions, number};
use super::{Document, Extent};
use plumb_text::diag::{Diagnostic, Severity};
use std::sync::OnceLock;

static TEXT: &str = include_str!("../schemas/deprecations.toml");

/// What has become of an API version in the chosen versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No longer served.
    Removed,
    /// Served, and to be removed.
    Deprecated,
    /// Served, and there is a newer one.
    Superseded,
}

/// An entry of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deprecation {
    /// The product: `k8s`, `istio`, ….
    pub product: String,
    /// The apiVersion.
    pub api: String,
    /// The kinds; every kind of the apiVersion when empty.
    pub kinds: Vec<String>,
    /// The product's version since which it is deprecated.
    pub deprecated: Option<String>,
    /// The product's version since which it is not served.
    pub removed: Option<String>,
    /// The product's version since which there is a newer one.
    pub superseded: Option<String>,
    /// The apiVersion to write instead.
    pub replacement: Option<String>,
    /// Whether nothing but the apiVersion changes.
    pub mechanical: bool,
    /// What else changes.
    pub note: String,
}

/// Every entry, in the order of the file.
pub fn table() -> &'static [Deprecation] {
    #[derive(serde::Deserialize)]
    struct File {
        api: Vec<Deprecation>,
    }
    static TABLE: OnceLock<Vec<Deprecation>> = OnceLock::new();
    // The file is part of the program; a test reads it.
    TABLE.get_or_init(|| toml::from_str::<File>(TEXT).map(|file| file.api).unwrap_or_default())
}

/// What has become of a kind's API version, if anything.
pub fn find(
    api_version: &str,
    kind: &str,
    versions: &Versions,
) -> Option<(&'static Deprecation, State)> {
    let names = |entry: &&Deprecation| {
        entry.api == api_version
            && (entry.kinds.is_empty() || entry.kinds.iter().any(|k| k == kind))
    };
    let entry = table().iter().find(names)?;
    let now = versions.number(&entry.product);
    let since = |version: &Option<String>| version.as_deref().is_some_and(|v| now >= number(v));
    let state = if since(&entry.removed) {
        State::Removed
    } else if since(&entry.deprecated) {
        State::Deprecated
    } else if since(&entry.superseded) {
        State::Superseded
    } else {
        return None;
    };
    Some((entry, state))
}

/// The finding about a document's apiVersion, if there is one.
pub fn check(document: &Document, versions: &Versions) -> Option<Diagnostic> {
    let (api, kind) = (document.api_version()?, document.kind()?);
    let (entry, state) = find(api.value, kind.value, versions)?;
    let product = Versions::products().iter().find(|product| product.name == entry.product)?;
    let (code, verb, since) = match state {
        State::Removed => (&API_REMOVED, "is not served", &entry.removed),
        State::Deprecated => (&API_DEPRECATED, "is deprecated", &entry.deprecated),
        State::Superseded => (&API_SUPERSEDED, "has a newer version", &entry.superseded),
    };
    let since = since.as_deref().unwrap_or_default();
    let at = document.locate(api.span);
    let message = format!("{} of {} {verb} since {} {since}", api.value, kind.value, product.title);
    let mut finding = Diagnostic::new(code, at, message).path("apiVersion").document(document.id());
    if let Some(replacement) = &entry.replacement {
        finding = finding.help(format!("write `apiVersion: {replacement}`"));
        if entry.mechanical {
            finding = finding.replace_with(format!("write `{replacement}`"), replacement.clone());
        }
    }
    if !entry.note.is_empty() {
        finding = finding.help(entry.note.clone());
    }
    // Who tries out what is for experiments has the release that has it, though none here does.
    let group = api.value.split('/').next().unwrap_or_default();
    if experimental::is_group(group) && !versions.is_said(&entry.product) {
        finding.severity = Severity::Note;
    }
    // Who says that a text is for a release which has it knows what has become of it.
    if let Some(newest) = document.newest.filter(|_| entry.product == "k8s")
        && !versions.is_said("k8s")
        && number(since) > (1, newest)
    {
        finding.severity = Severity::Note;
        finding.fix = None;
        return Some(
            finding.help(format!("the text says that it is for Kubernetes 1.{newest} at most")),
        );
    }
    // A release that people run may have it, where nobody says which one they do.
    let removed = entry.removed.as_deref().filter(|_| state == State::Removed).map(number);
    let before = |held: &&String| removed.is_some_and(|removed| number(held) < removed);
    let older = product.versions.iter().rev().find(before).map(String::as_str);
    Some(of_its_time(finding, document, Some(&entry.product), versions, older))
}

/// What a release of a product says of a version of an API, where the text may be of another release, or printed by a server that
/// has it: a note.
pub(super) fn of_its_time(
    mut finding: Diagnostic,
    document: &Document,
    product: Option<&str>,
    versions: &Versions,
    older: Option<&str>,
) -> Diagnostic {
    if document.extent == Extent::Printed {
        finding.severity = Severity::Note;
        finding.fix = None;
    }
    // Of other products nobody can say a release.
    let Some(product) = product.filter(|product| !versions.is_said(product)) else {
        return finding;
    };
    if is_dated(finding.at.location.source.path()) {
        // What was right then is nothing to mend.
        finding.severity = Severity::Note;
        finding.fix = None;
        let releases = Versions::products().iter().find(|known| known.name == product);
        let releases = releases.map(|known| known.versions.join(", ")).unwrap_or_default();
        finding = finding.help(format!(
            "the path names a release or a day; to have the text judged by a release, say `{product}=VERSION` ({releases})"
        ));
    } else if let Some(older) = older.filter(|_| document.extent != Extent::Printed) {
        if finding.severity == Severity::Error {
            finding.severity = Severity::Warning;
        }
        finding = finding.help(format!(
            "{} {older} has it: say so with `{product}={older}`",
            Versions::title(product)
        ));
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle;

    #[test]
    fn the_table_is_whole() {
        let file: toml::Table = toml::from_str(TEXT).expect("deprecations.toml");
        assert_eq!(file["api"].as_array().map(Vec::len), Some(table().len()));
        for entry in table() {
            assert!(Versions::is_product(&entry.product), "{entry:?}");
            let since = [&entry.deprecated, &entry.removed, &entry.superseded];
            assert!(since.iter().any(|version| version.is_some()), "{entry:?}");
            assert!(!entry.mechanical || entry.replacement.is_some(), "{entry:?}");
            // A mechanical replacement is a kind that the bundle holds.
            for kind in entry.kinds.iter().filter(|_| entry.mechanical) {
                let replacement = entry.replacement.as_deref().unwrap_or_default();
                let (group, version) = replacement.rsplit_once('/').unwrap_or(("", replacement));
                let known = bundle::find(group, version, kind).is_some();
                // What is only sent to a server, and never stored, has no schema here.
                let sent = ["authentication.k8s.io", "authorization.k8s.io"].contains(&group);
                assert!(known || sent, "{replacement} {kind}");
            }
        }
    }

    /// What a text of some release or day names was there then; who says what it is for is told as ever.
    #[test]
    fn a_text_of_its_time_gets_a_note() {
        let said = Versions::parse("k8s=1.34").expect("it is known");
        let budget = ("policy/v1beta1", "PodDisruptionBudget");
        let cidr = ("networking.k8s.io/v1beta1", "ServiceCIDR");
        let newest = Versions::parse("k8s=1.37").expect("it is known");
        for ((api, kind), path, versions, severity) in [
            (budget, "docs/budget.yaml", &Versions::default(), Severity::Error),
            (budget, "docs/v1.2/budget.yaml", &Versions::default(), Severity::Note),
            (budget, "docs/v1.2/budget.yaml", &said, Severity::Error),
            (cidr, "docs/a.yaml", &newest, Severity::Error),
            (cidr, "docs/a.yaml", &Versions::default(), Severity::Warning),
        ] {
            let text = format!("apiVersion: {api}\nkind: {kind}\n");
            let text = text.as_str();
            let source = plumb_text::Source::new(path, text);
            let map = plumb_text::TextMap::identity(&source);
            let read = crate::document::read(text, &map, crate::Format::Yaml);
            let found = check(&read.documents[0], versions).expect("a finding");
            assert_eq!(found.severity, severity, "{path}");
        }
    }

    #[test]
    fn what_is_gone_is_gone_since_its_version() {
        let cases = [
            ("policy/v1beta1", "PodDisruptionBudget", "k8s=1.34", Some(State::Removed)),
            ("networking.k8s.io/v1beta1", "ServiceCIDR", "k8s=1.36", Some(State::Deprecated)),
            ("networking.k8s.io/v1beta1", "ServiceCIDR", "k8s=1.37", Some(State::Removed)),
            ("networking.istio.io/v1beta1", "VirtualService", "", Some(State::Superseded)),
            ("gateway.networking.k8s.io/v1alpha2", "TCPRoute", "gateway-api=1.5", None),
            (
                "gateway.networking.k8s.io/v1alpha2",
                "TCPRoute",
                "gateway-api=1.6",
                Some(State::Deprecated),
            ),
            ("config.istio.io/v1alpha2", "handler", "", Some(State::Removed)),
            ("apps/v1", "Deployment", "", None),
        ];
        for (api, kind, versions, expected) in cases {
            let versions = Versions::parse(versions).expect(versions);
            assert_eq!(
                find(api, kind, &versions).map(|(_, state)| state),
                expected,
                "{api} {kind}"
            );
        }
    }

    #[test]
    fn what_the_table_calls_removed_has_no_schema() {
        for entry in table().iter().filter(|entry| entry.product == "k8s") {
            let (group, version) = entry.api.rsplit_once('/').unwrap_or(("", &entry.api));
            for kind in &entry.kinds {
                for release in ["1.34", "1.35", "1.36", "1.37"] {
                    let versions = Versions::parse(release).expect(release);
                    let removed =
                        matches!(find(&entry.api, kind, &versions), Some((_, State::Removed)));
                    let held = versions.schema(group, version, kind).is_some();
                    assert!(!(removed && held), "{} {kind} {release}", entry.api);
                }
            }
        }
    }
}
