//! Why a policy can't be decided on a page, and the findings that say so.

use super::codes::{IGNORED, UNSUPPORTED};
use super::lack::{Asked, Lack};
use super::rule::{Clause, Policy};
use super::target::Target;
use super::terms::{NAMESPACE, PARAMS};
use crate::Document;
use crate::fault::listed;
use plumb_text::diag::Diagnostic;

/// What an expression asks for that is not known: of the parameters, why they are not.
pub(super) fn lack_of(
    policy: &Policy,
    clause: &Clause,
    target: &Target<'_>,
    params: Option<&Lack>,
) -> Lack {
    let asked = policy.used(clause).chain([clause]).flat_map(|clause| &clause.terms.cluster);
    let mut names: Vec<&'static str> = asked.copied().collect();
    if let Some(params) = params.filter(|_| names.contains(&PARAMS)) {
        return params.clone();
    }
    names.sort_unstable();
    names.dedup();
    names.retain(|name| *name != PARAMS && (*name != NAMESPACE || !target.knows_namespace()));
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
    asked: Asked,
    document: &Document,
    target: &Target<'_>,
) -> Diagnostic {
    let name = &policy.name;
    let why = match lack {
        Lack::Unsaid => {
            let message = format!(
                "the policy {name} depends on what the manifest does not say, such as its namespace or what a cluster adds"
            );
            let here = document.locate(target.kind_span());
            return Diagnostic::new(&IGNORED, here, message)
                .related(asked.at, format!("{} asks for it here", asked.by))
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
        Lack::Parameters(kind, _) => {
            format!("takes its parameters from a {kind} that no file of the book holds")
        }
    };
    let message = format!("the policy {name} {why}; what depends on it is not checked");
    let finding = Diagnostic::new(&UNSUPPORTED, asked.at, message).document(asked.by).subject(name);
    match lack {
        Lack::Parameters(_, named) => {
            finding.related(named.at.clone(), format!("{} names them here", named.by))
        }
        _ => finding,
    }
}
