//! Rules that a book brings itself, as Kubernetes' own `ValidatingAdmissionPolicy`.
//!
//! Owns: reading policies and their bindings, which manifests a policy is for, and what it says of them. Must not know:
//! where the files are, or how a finding is shown.
//!
//! A manifest is judged as if it were created: `request.operation` is `CREATE`, `oldObject` is null, and `object` has its
//! defaults. What only a cluster knows is unknown, and so is whether a policy refuses what depends on it. A policy without
//! a binding is for every manifest and denies, for it is in the book to be used. Bindings say otherwise as in a cluster:
//! `matchResources` chooses the manifests, `paramRef` the parameters, which are objects that the book shows, and
//! `validationActions` the level (`Deny`, `Warn`, or `Audit` for a note).

mod codes;
#[cfg(test)]
mod context_tests;
mod environment;
mod evaluate;
mod kind;
mod lack;
mod matching;
mod objects;
mod read;
mod report;
mod rule;
mod target;
mod terms;
#[cfg(test)]
mod tests;
mod undecided;

pub use codes::CODES;
pub(crate) use environment::{environment, for_messages, one_of};

use super::path::{FieldPath, Step};
use super::{Document, Node, Schemas, Versions};
use codes::DENIED;
use evaluate::{Params, Values, judge};
use kind::Kind;
use lack::Lack;
use matching::Matched;
use objects::Objects;
use plumb_cel::Value as Cel;
use plumb_text::diag::Diagnostic;
use report::Report;
use rule::{Binding, Policy};
use std::collections::BTreeSet;
use std::sync::Arc;
use target::{Namespace, Target};

/// The policies of a book, and the objects that it shows for them.
#[derive(Debug, Default)]
pub struct Policies {
    policies: Arc<[Policy]>,
    objects: Objects,
}

/// Whether a finding says that an expression could not be evaluated on a manifest.
pub fn is_of_evaluation(finding: &Diagnostic) -> bool {
    [&codes::ERROR, &codes::IGNORED].contains(&finding.code)
}

impl Policies {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// The names of the policies.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.policies.iter().map(|policy| policy.name.as_str())
    }

    /// The kinds of objects that decide about others: those of parameters, and `Namespace` where a policy asks for it.
    pub fn asks_for(&self) -> BTreeSet<&str> {
        let mut kinds = BTreeSet::new();
        for policy in self.policies.iter() {
            kinds.extend(policy.parameters.as_ref().map(|(_, kind, _)| kind.as_str()));
            if policy.asks_for_namespaces() {
                kinds.insert("Namespace");
            }
        }
        kinds
    }

    /// The same, with more objects that the book shows.
    #[must_use]
    pub fn beside(&self, objects: impl IntoIterator<Item = Document>) -> Policies {
        Policies { policies: self.policies.clone(), objects: self.objects.and(objects) }
    }

    /// What the policies say of a document.
    pub fn check(
        &self,
        document: &Document,
        schemas: &Schemas,
        versions: &Versions,
    ) -> Vec<Diagnostic> {
        if self.policies.is_empty() {
            return Vec::new();
        }
        let mut check = Check { policies: self, document, findings: Vec::new() };
        check.node((&document.root, FieldPath::default()), (schemas, versions), 0);
        check.findings
    }
}

/// The check of one document.
struct Check<'a> {
    policies: &'a Policies,
    document: &'a Document,
    findings: Vec<Diagnostic>,
}

impl<'a> Check<'a> {
    fn node(
        &mut self,
        (root, place): (&'a Node, FieldPath),
        context: (&'a Schemas, &'a Versions),
        depth: usize,
    ) {
        let Some(kind) = Kind::of(root).filter(|kind| !kind.is_exempt()) else { return };
        if kind.kind == "List" && kind.group.is_empty() && depth < 8 {
            let items = root.get("items").map(Node::items).unwrap_or_default();
            let place = place.then(Step::Field("items".to_owned()));
            for (index, item) in items.iter().enumerate() {
                self.node((item, place.clone().then(Step::Index(index))), context, depth + 1);
            }
            return;
        }
        let gaps = &self.document.gaps;
        let target = Target::new((root, place), gaps, kind, &self.policies.objects, context);
        let mut values = None;
        for policy in self.policies.policies.iter() {
            let matched = policy.constraints.match_all(&target);
            if !matches!(matched, Matched::No) {
                let values = values.get_or_insert_with(|| Values::of(&target));
                self.policy(policy, &target, values, &matched);
            }
        }
    }

    fn policy(
        &mut self,
        policy: &'a Policy,
        target: &Target<'_>,
        values: &Values,
        matched: &Matched,
    ) {
        let mut report = Report::new(policy, self.document, target);
        if policy.bindings.is_empty() {
            let params = match &policy.parameters {
                None => Params::known(Cel::Null),
                Some((_, kind, by)) => Params::unknown(Lack::Parameters(kind.clone(), by.clone())),
            };
            report.add(&DENIED, judge(policy, target, values, &params, matched));
        }
        for binding in &policy.bindings {
            let matched = matched.clone().and(|| binding.constraints.match_all(target));
            if matches!(matched, Matched::No) {
                continue;
            }
            for params in parameters(policy, binding, target) {
                report.add(binding.code, judge(policy, target, values, &params, &matched));
            }
        }
        self.findings.extend(report.finish());
    }
}

/// The parameters that a binding brings to a manifest, one after the other. Those that no file of the book shows are not
/// known, and what does not read them is judged all the same.
fn parameters(policy: &Policy, binding: &Binding, target: &Target<'_>) -> Vec<Params> {
    let (Some((api_version, kind, _)), Some(reference)) = (&policy.parameters, &binding.parameters)
    else {
        return vec![Params::known(Cel::Null)];
    };
    let namespace = match target.namespace {
        Namespace::Named(name) => Some(name),
        Namespace::None | Namespace::Unsaid => None,
    };
    let found = target.objects.parameters((api_version, kind), reference, namespace);
    if found.is_empty() {
        let lack = Lack::Parameters(kind.clone(), reference.asked.clone());
        return vec![Params::unknown(lack)];
    }
    let context = (target.schemas, target.versions);
    let value = |object: &Document| {
        let place = (&object.root, &FieldPath::default());
        Params::known(objects::value(place, &object.gaps, context, false))
    };
    found.into_iter().map(value).collect()
}
