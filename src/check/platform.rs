//! The platform that settings or a command line name: what is to be said of it.

use crate::diag::{Diagnostic, Severity};
use crate::directive::{PLATFORM_VERSION, UNKNOWN_VERSION};
use crate::manifest::Versions;
use crate::manifest::platforms::{Release, Shipped};
use crate::text::Location;

/// The release of a platform that a name stands for. It says at the name where there is none, and what it ships that is not known.
pub(crate) fn find(name: &str, at: &Location, findings: &mut Vec<Diagnostic>) -> Option<Release> {
    match Release::find(name) {
        Ok(release) => {
            findings.extend(lacking(release, at));
            Some(release)
        }
        Err(error) => {
            findings.push(Diagnostic::new(&UNKNOWN_VERSION, at.clone(), error.to_string()));
            None
        }
    }
}

/// What a release of a platform ships of which no schemas are known.
pub(crate) fn lacking(release: Release, at: &Location) -> impl Iterator<Item = Diagnostic> {
    release.lacking().map(move |shipped| lacks(release, shipped, at))
}

/// The finding where the chosen version of a product is not the one that the platform ships.
pub(crate) fn contradiction(
    platform: Option<Release>,
    versions: &Versions,
    product: &str,
    at: &Location,
) -> Option<Diagnostic> {
    let found = platform?.contradicts(versions, Versions::name(product)?)?;
    let mut finding = Diagnostic::new(&PLATFORM_VERSION, at.clone(), found.message);
    if found.optional {
        finding.severity = Severity::Note;
    }
    Some(finding.help(format!("see {}", found.source)))
}

fn lacks(release: Release, shipped: &Shipped, at: &Location) -> Diagnostic {
    let (title, versions) = (Versions::title(&shipped.product), shipped.ships.join(" or "));
    let message = format!(
        "{} ships {title} {versions}, whose schemas are not embedded; manifests are validated against {title} {}",
        release.title(),
        release.versions().of(&shipped.product)
    );
    let mut finding = Diagnostic::new(&PLATFORM_VERSION, at.clone(), message);
    finding.severity = Severity::Note;
    finding.help("`mdbook-plumb schemas add` adds the schemas of another version")
}
