//! What one object decides beside its schema: what is refused by the API server's own code, by the admission webhooks of Istio and
//! Linkerd, by Cilium's agent, and what these and controllers of the Gateway API would take and not do.
//!
//! Owns: the registry of these rules, each with an id and the upstream function that it mirrors. A folder or file for each
//! product. They are asked of every document, whole or in part, with the versions that it is for. Must not know: schemas
//! (what a schema says is not said here again), other documents, where a manifest stands.

mod cilium;
mod declare;
mod gateway;
pub mod istio;
pub mod kubernetes;
mod linkerd;
mod matches;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unknown_tests;

use super::Document;
use super::at::At;
use super::fault::{Authority, ErrorType, Fault, Faults, Rule};
use super::path::Paths;
use super::rules::HOLDS;
use super::schema::{ENUM, UNKNOWN_FIELD};
use super::versions::Versions;
use plumb_text::diag::{Code, Level};

/// Every rule, by product.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    kubernetes::rules()
        .chain(istio::rules())
        .chain(linkerd::rules())
        .chain(cilium::rules())
        .chain(gateway::RULES.iter().copied())
}

/// The codes of the meshes, of Cilium and of the Gateway API.
pub fn codes_of_others() -> impl Iterator<Item = &'static Code> {
    [istio::CODES, linkerd::CODES, cilium::CODES, gateway::CODES].into_iter().flatten().copied()
}

/// What is refused of a document beside its schema.
pub(super) fn check(document: &Document, versions: &Versions) -> Vec<Fault> {
    let mut faults = kubernetes::check(document, versions);
    let (Some(group), Some(kind)) = (document.group(), document.kind()) else { return faults };
    let root = At::root(document);
    let mut out = Faults::new(versions);
    istio::check(&mut out, &root, group, kind.value);
    linkerd::check(&mut out, &root, group, kind.value);
    cilium::check(&mut out, &root, group, kind.value);
    gateway::check(&mut out, &root, group, kind.value);
    let mut others = out.into_list();
    others.retain(|fault| !is_suppressed(document, fault.rule.code));
    faults.extend(others);
    faults
}

/// What has not been said by the schema, of which `said` is. The API server's own rules speak of the same fields as its
/// schemas do; of what a mesh asks, the server says a part itself: a refusal by one at the field or around it, a warning by one at
/// the very field; a note tells something else. A field that nobody knows tells nothing of those that should be there.
pub(super) fn unsaid(faults: Vec<Fault>, said: &[Fault]) -> Vec<Fault> {
    let (mut own, mut others): (Vec<_>, Vec<_>) =
        faults.into_iter().partition(|fault| fault.rule.by == Authority::ApiServer);
    let places: Paths<'_> = said.iter().map(|fault| &fault.path).collect();
    own.retain(|fault| fault.path.is_root() || !places.contains(&fault.path));
    let server = || said.iter().chain(&own).filter(|fault| fault.rule != &UNKNOWN_FIELD);
    let at: Paths<'_> = server().map(|fault| &fault.path).collect();
    let around: Paths<'_> =
        server().map(|fault| &fault.path).filter(|path| !path.is_root()).collect();
    others.retain(|fault| match fault.rule.code.level {
        Level::Deny => !around.overlap(&fault.path),
        Level::Warn => !at.contains(&fault.path),
        Level::Note | Level::Allow => true,
    });
    own.extend(others);
    own
}

/// Whether a project's own code says what an embedded schema says of a document. The definitions of Cilium and Linkerd leave to
/// code what a rule or a list of values of the bundle's stands for, so that who brings the definitions is told the same.
pub(super) fn is_said_by_code(fault: &Fault, coded: &[Fault]) -> bool {
    let mut by_code = coded.iter().filter(|own| {
        matches!(own.rule.by, Authority::Cilium | Authority::Linkerd)
            && own.rule.code.level == Level::Deny
    });
    match fault.rule {
        rule if rule == &HOLDS => {
            by_code.any(|own| own.path.holds(&fault.path) || fault.path.holds(&own.path))
        }
        rule if rule == &ENUM => {
            by_code.any(|own| own.ty == ErrorType::NotSupported && own.path == fault.path)
        }
        _ => false,
    }
}

/// Whether the author has turned a code off, as istioctl lets them: by its number, in the manifest's annotations.
fn is_suppressed(document: &Document, code: &Code) -> bool {
    let annotations = document.root.get("metadata").and_then(|node| node.get("annotations"));
    let list = annotations.and_then(|node| node.get(SUPPRESS)?.as_str());
    list.is_some_and(|list| list.split(',').any(|entry| suppresses(entry.trim(), code)))
}

/// The annotation that turns findings off: a list of istioctl's numbers, or `*`.
pub const SUPPRESS: &str = "galley.istio.io/analyze-suppress";

/// Whether an entry of that list is for a code.
pub fn suppresses(entry: &str, code: &Code) -> bool {
    entry == "*" || code.answers_to(entry)
}
