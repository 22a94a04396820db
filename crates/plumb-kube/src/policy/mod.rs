//! Rules that a book brings itself, as Kubernetes' own `ValidatingAdmissionPolicy`.
//!
//! Owns: reading policies and their bindings, which manifests a policy is for, and what it says of them. Must not know:
//! where the files are, or how a finding is shown.
//!
//! A manifest is judged as if it were created (`request.operation` is `CREATE`, `oldObject` is null) and in the version in
//! which it is written: `matchPolicy: Equivalent` has no meaning without a server that converts. A policy without a
//! binding is for every manifest and denies, for it is in the book to be used. Bindings say otherwise as in a cluster:
//! `matchResources` chooses the manifests, and `validationActions` the level (`Deny`, `Warn`, or `Audit` for a note).

mod codes;
mod matching;
mod read;
mod terms;
#[cfg(test)]
mod tests;

pub use codes::CODES;

use super::gaps::Gaps;
use super::path::{FieldPath, Step};
use super::rules::known;
use super::{Document, Node};
use codes::{DENIED, ERROR, IGNORED};
use matching::{Constraints, Kind, Target};
use plumb_cel::{Budget, Environment, Object, Program, Type, Value as Cel, Variables};
use plumb_text::Location;
use plumb_text::diag::{Code, Diagnostic};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use terms::Terms;

/// The policies of a book.
#[derive(Debug, Default)]
pub struct Policies {
    policies: Vec<Policy>,
}

/// One policy.
#[derive(Debug)]
struct Policy {
    name: String,
    constraints: Constraints,
    conditions: Vec<Condition>,
    variables: Vec<(String, Clause)>,
    validations: Vec<Validation>,
    /// Whether an error of evaluation refuses the manifest.
    fails_closed: bool,
    bindings: Vec<Binding>,
}

/// A binding of a policy.
#[derive(Debug)]
struct Binding {
    constraints: Constraints,
    code: &'static Code,
}

#[derive(Debug)]
struct Condition {
    name: String,
    clause: Clause,
}

#[derive(Debug)]
struct Validation {
    clause: Clause,
    message: Option<String>,
    message_clause: Option<Clause>,
}

/// An expression, where it stands, and what it speaks of.
#[derive(Debug)]
struct Clause {
    source: String,
    at: Location,
    program: Program,
    terms: Terms,
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

    /// What the policies say of a document that stands alone.
    pub fn check(&self, document: &Document) -> Vec<Diagnostic> {
        self.check_within(document, &[])
    }

    /// What the policies say of a document, where the Namespaces among `others` are known.
    pub fn check_within(&self, document: &Document, others: &[&Document]) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        if !self.policies.is_empty() {
            let place = FieldPath::default();
            self.check_node(document, (&document.root, place), others, &mut findings, 0);
        }
        findings
    }

    fn check_node(
        &self,
        document: &Document,
        (root, place): (&Node, FieldPath),
        others: &[&Document],
        findings: &mut Vec<Diagnostic>,
        depth: usize,
    ) {
        let Some(kind) = Kind::of(root) else { return };
        if kind.kind == "List" && kind.group.is_empty() && depth < 8 {
            let items = root.get("items").map(Node::items).unwrap_or_default();
            let place = place.then(Step::Field("items".to_owned()));
            for (index, item) in items.iter().enumerate() {
                let item = (item, place.clone().then(Step::Index(index)));
                self.check_node(document, item, others, findings, depth + 1);
            }
            return;
        }
        let target = Target::new(root, kind, others);
        let mut values: Option<Values> = None;
        for policy in &self.policies {
            let Some(code) = policy.level(&target) else { continue };
            let values = values.get_or_insert_with(|| Values::of(&target, &place, &document.gaps));
            policy.check(document, &target, values, code, findings);
        }
    }
}

/// What the expressions of a policy may name in Kubernetes 1.`minor`, beside its own variables.
pub(crate) fn environment(minor: u32, has_parameters: bool) -> Environment {
    let text = || Type::String;
    let object = |name: &str, fields: Vec<(&str, Type)>| {
        let fields = fields.into_iter().map(|(name, of)| (name.to_owned(), of)).collect();
        Type::Object(Arc::new(Object { name: format!("kubernetes.{name}"), fields }))
    };
    let three = |name: &str, last: &'static str| {
        object(name, vec![("group", text()), ("version", text()), (last, text())])
    };
    let (kind, resource) =
        (three("GroupVersionKind", "kind"), three("GroupVersionResource", "resource"));
    let texts = || Type::list(Type::String);
    let user = object(
        "UserInfo",
        vec![
            ("username", text()),
            ("uid", text()),
            ("groups", texts()),
            ("extra", Type::map(Type::String, texts())),
        ],
    );
    let request = object(
        "AdmissionRequest",
        vec![
            ("kind", kind.clone()),
            ("resource", resource.clone()),
            ("subResource", text()),
            ("requestKind", kind),
            ("requestResource", resource),
            ("requestSubResource", text()),
            ("name", text()),
            ("namespace", text()),
            ("operation", text()),
            ("userInfo", user),
            ("dryRun", Type::Bool),
            ("options", Type::Dyn),
        ],
    );
    let environment = Environment::kubernetes(minor)
        .variable("object", Type::Dyn)
        .variable("oldObject", Type::Dyn)
        .variable("request", request)
        .variable("namespaceObject", Type::Dyn)
        .variable("authorizer", Type::Opaque("kubernetes.authorization.Authorizer", Vec::new()));
    if has_parameters { environment.variable("params", Type::Dyn) } else { environment }
}

/// What the expressions see of a manifest.
struct Values {
    object: Cel,
    request: Cel,
    namespace: Cel,
}

impl Values {
    fn of(target: &Target<'_>, place: &FieldPath, gaps: &Gaps) -> Values {
        Values {
            object: known(target.root, place, gaps),
            request: target.request(),
            namespace: target.namespace_object().unwrap_or(Cel::Unknown),
        }
    }
}

/// The values of one policy's expressions: those of the manifest, and the policy's own variables, each made when it is
/// first read.
struct Scope<'p> {
    policy: &'p Policy,
    values: &'p Values,
    made: RefCell<BTreeMap<String, Result<Cel, String>>>,
}

impl Variables for Scope<'_> {
    fn value(&self, name: &str) -> Option<Result<Cel, String>> {
        let known = match name {
            "object" => Some(&self.values.object),
            "request" => Some(&self.values.request),
            "namespaceObject" => Some(&self.values.namespace),
            "oldObject" => Some(&Cel::Null),
            // Who asks, only a cluster knows.
            "authorizer" => Some(&Cel::Unknown),
            _ => None,
        };
        if let Some(value) = known {
            return Some(Ok(value.clone()));
        }
        let own = name.strip_prefix("variables.")?;
        if let Some(made) = self.made.borrow().get(own) {
            return Some(made.clone());
        }
        // A variable reads only those before it, so that this ends.
        let (_, clause) = self.policy.variables.iter().find(|(known, _)| known == own)?;
        let value = clause.program.evaluate(self, &mut Budget::default());
        let value = value.map_err(|error| format!("the variable `{own}`: {error}"));
        self.made.borrow_mut().insert(own.to_owned(), value.clone());
        Some(value)
    }
}

/// Why an expression has no answer.
enum Undecided {
    /// It failed.
    Failed(String),
    /// It depends on the namespace, which is not shown.
    Namespace,
    /// It depends on what only a cluster knows.
    Cluster,
}

impl Policy {
    /// The code to report with, where the policy is for a manifest: of several bindings, the strictest.
    fn level(&self, target: &Target<'_>) -> Option<&'static Code> {
        if !self.constraints.match_all(target) {
            return None;
        }
        if self.bindings.is_empty() {
            return Some(&DENIED);
        }
        self.bindings
            .iter()
            .filter(|binding| binding.constraints.match_all(target))
            .map(|binding| binding.code)
            .max_by_key(|code| code.level)
    }

    fn check(
        &self,
        document: &Document,
        target: &Target<'_>,
        values: &Values,
        code: &'static Code,
        findings: &mut Vec<Diagnostic>,
    ) {
        let scope = Scope { policy: self, values, made: RefCell::default() };
        let mut budget = Budget::default();
        // What is not shown may be as a policy wants it.
        let is_shown = !document.gaps.is_partial();
        for condition in &self.conditions {
            match self.truth(&condition.clause, &scope, &mut budget) {
                Ok(true) => {}
                Err(_) if !is_shown => return,
                Ok(false) => return,
                Err(why) => {
                    let what = format!("the condition `{}`", condition.name);
                    findings.push(self.undecided(document, target, &condition.clause, &what, why));
                    return;
                }
            }
        }
        for validation in &self.validations {
            match self.truth(&validation.clause, &scope, &mut budget) {
                Ok(true) => {}
                Err(_) if !is_shown => {}
                Ok(false) => {
                    let message = validation.message(&scope, &mut budget);
                    findings.push(self.refused(document, target, validation, code, message));
                }
                Err(why) => {
                    let what = format!("`{}`", terms::shorten(&validation.clause.source));
                    findings.push(self.undecided(document, target, &validation.clause, &what, why));
                }
            }
        }
    }

    fn truth(
        &self,
        clause: &Clause,
        scope: &Scope<'_>,
        budget: &mut Budget,
    ) -> Result<bool, Undecided> {
        match clause.program.evaluate(scope, budget) {
            Ok(Cel::Bool(truth)) => Ok(truth),
            Ok(Cel::Unknown) if self.speaks_of(clause, "namespaceObject") => {
                Err(Undecided::Namespace)
            }
            Ok(Cel::Unknown) => Err(Undecided::Cluster),
            Ok(_) => Err(Undecided::Failed("it is neither true nor false".to_owned())),
            Err(error) => Err(Undecided::Failed(error.to_string())),
        }
    }

    /// Whether an expression, or a variable that it uses, names something.
    fn speaks_of(&self, clause: &Clause, name: &str) -> bool {
        clause.program.reads(name) || self.used(clause).any(|variable| variable.program.reads(name))
    }

    /// The variables that an expression uses, and those that they use.
    fn used<'p>(&'p self, clause: &Clause) -> impl Iterator<Item = &'p Clause> {
        let mut wanted: Vec<&str> = clause.terms.variables.iter().map(String::as_str).collect();
        let mut used: Vec<&'p Clause> = Vec::new();
        // A variable may only use those before it, so that one pass from the end finds all.
        for (name, variable) in self.variables.iter().rev() {
            if wanted.contains(&name.as_str()) {
                wanted.extend(variable.terms.variables.iter().map(String::as_str));
                used.push(variable);
            }
        }
        used.into_iter()
    }

    fn refused(
        &self,
        document: &Document,
        target: &Target<'_>,
        validation: &Validation,
        code: &'static Code,
        message: String,
    ) -> Diagnostic {
        let mut terms = validation.clause.terms.clone();
        for variable in self.used(&validation.clause) {
            terms.paths.extend(variable.terms.paths.iter().cloned());
            terms.texts.extend(variable.terms.texts.iter().cloned());
        }
        let (path, span) = terms.place(target.root);
        let mut finding = Diagnostic::new(code, document.locate(span), message)
            .label(format!("policy {}", self.name))
            .related(validation.clause.at.clone(), "demanded here")
            .document(target.id());
        if !path.is_empty() {
            finding = finding.path(path);
        }
        if validation.message.is_some() || validation.message_clause.is_some() {
            finding =
                finding.help(format!("the rule: `{}`", terms::shorten(&validation.clause.source)));
        }
        finding
    }

    fn undecided(
        &self,
        document: &Document,
        target: &Target<'_>,
        clause: &Clause,
        what: &str,
        why: Undecided,
    ) -> Diagnostic {
        let at = target.kind_span();
        let (code, message) = match why {
            Undecided::Namespace => (
                &IGNORED,
                format!(
                    "{what} of the policy {} asks for the namespace, which is not shown",
                    self.name
                ),
            ),
            Undecided::Cluster => (
                &IGNORED,
                format!("{what} of the policy {} asks for what only a cluster knows", self.name),
            ),
            Undecided::Failed(error) if self.fails_closed => {
                (&ERROR, format!("{what} of the policy {} can't be evaluated: {error}", self.name))
            }
            Undecided::Failed(error) => (
                &IGNORED,
                format!("{what} of the policy {} can't be evaluated: {error}", self.name),
            ),
        };
        Diagnostic::new(code, document.locate(at), message)
            .related(clause.at.clone(), "the expression")
            .document(target.id())
    }
}

impl Validation {
    fn message(&self, scope: &Scope<'_>, budget: &mut Budget) -> String {
        let own = self.message_clause.as_ref().and_then(|clause| {
            match clause.program.evaluate(scope, budget) {
                Ok(Cel::String(text)) if !text.trim().is_empty() && !text.contains('\n') => {
                    Some(text.trim().to_owned())
                }
                _ => None,
            }
        });
        own.or_else(|| self.message.clone()).unwrap_or_else(|| {
            format!("failed expression: {}", terms::shorten(&self.clause.source))
        })
    }
}
