//! Why a policy can't be decided on a page, and the findings that say so.

use super::codes::{IGNORED, UNSUPPORTED};
use super::lack::Lack;
use super::rule::{Clause, Policy};
use super::target::Target;
use super::terms::NAMESPACE;
use crate::Document;
use crate::fault::listed;
use plumb_text::Location;
use plumb_text::diag::Diagnostic;

/// What an expression asks for that is not known.
pub(super) fn lack_of(policy: &Policy, clause: &Clause, target: &Target<'_>) -> Lack {
    let asked = policy.used(clause).chain([clause]).flat_map(|clause| &clause.terms.cluster);
    let mut names: Vec<&'static str> = asked.copied().collect();
    names.sort_unstable();
    names.dedup();
    let is_known = target.namespace_object().is_some();
    names.retain(|name| *name != NAMESPACE || !is_known);
    match names[..] {
        [] => Lack::Unsaid,
        [NAMESPACE] => Lack::Namespace,
        _ => Lack::Cluster(names),
    }
}

/// The finding: about the policy, once, or about the manifest, where that could say more.
pub(super) fn finding(
    lack: &Lack,
    policy: &Policy,
    at: &Location,
    document: &Document,
    target: &Target<'_>,
) -> Diagnostic {
    let name = &policy.name;
    let why = match lack {
        Lack::Unsaid => {
            let message = format!(
                "the policy {name} depends on what the manifest does not say, such as its namespace"
            );
            let here = document.locate(target.kind_span());
            return Diagnostic::new(&IGNORED, here, message)
                .related(at.clone(), "asked for here")
                .document(target.id());
        }
        Lack::Cluster(names) => {
            let names = listed(names);
            format!("asks for {names}, which only a cluster has")
        }
        Lack::Namespace => {
            "asks for the Namespace of an object, which the book does not show".to_owned()
        }
        Lack::Version => "asks for a version of an object that it is not written in".to_owned(),
        Lack::Parameters(kind) => {
            format!("takes its parameters from a {kind} that no file of the book holds")
        }
    };
    let message = format!("the policy {name} {why}; what depends on it is not checked");
    Diagnostic::new(&UNSUPPORTED, at.clone(), message)
        .document(format!("ValidatingAdmissionPolicy/{name}"))
        .subject(name)
}
