//! Rules that a book brings itself, as Kubernetes' own `ValidatingAdmissionPolicy`.
//!
//! Owns: reading policies and their bindings, which manifests a policy is for, and what it says of them. Must not know:
//! where the files are, or how a finding is shown.
//!
//! A manifest is judged as if it were created (`request.operation` is `CREATE`, `oldObject` is null) and in the version in
//! which it is written: `matchPolicy: Equivalent` has no meaning without a server that converts. A policy without a
//! binding is for every manifest and denies, for it is in the book to be used. Bindings say otherwise as in a cluster:
//! `matchResources` chooses the manifests, and `validationActions` the level (`Deny`, `Warn`, or `Audit` for a note).

mod matching;
mod read;
mod terms;
#[cfg(test)]
mod tests;

use super::rules::{Budget, Expression, functions, plain};
use super::select::Labels;
use super::{Document, Node, Style, Value};
use crate::diag::{Code, Diagnostic, Level};
use crate::text::{Location, Source, Span};
use cel::objects::{Key, Map as CelMap};
use cel::{Context, Value as Cel};
use matching::{Constraints, Kind, Target};
use std::collections::HashMap;
use std::sync::Arc;
use terms::Terms;

macro_rules! declare {
    ($($name:ident = $text:literal, $level:ident, $summary:literal;)*) => {
        $(pub(crate) static $name: Code = Code {
            name: $text,
            level: Level::$level,
            summary: $summary,
            page: include_str!(concat!("pages/", $text, ".md")),
            alias: "",
        };)*
        /// The findings of policies.
        pub static CODES: &[&Code] = &[$(&$name),*];
    };
}

declare! {
    DENIED = "policy-denied", Deny, "a policy of the book's refuses a manifest";
    WARNED = "policy-warned", Warn, "a policy of the book's warns of a manifest";
    AUDITED = "policy-audited", Note, "a policy of the book's notes something of a manifest";
    ERROR = "policy-error", Deny, "a policy of the book's could not be evaluated on a manifest";
    IGNORED = "policy-ignored", Note, "a policy of the book's could not be decided on a manifest";
    INVALID = "policy-invalid", Deny, "a policy of the book's is not right";
    UNSUPPORTED = "policy-unsupported", Warn, "a policy of the book's needs what only a cluster has";
}

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
    expression: Expression,
    terms: Terms,
}

impl Policies {
    /// Reads the policies of files, and says what is wrong with them. A file may hold several documents: policies, and
    /// bindings of policies of any of the files.
    pub fn load<'s>(
        sources: impl IntoIterator<Item = &'s Arc<Source>>,
    ) -> (Policies, Vec<Diagnostic>) {
        read::load(sources)
    }

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
            self.check_node(document, &document.root, others, &mut findings, 0);
        }
        findings
    }

    fn check_node(
        &self,
        document: &Document,
        root: &Node,
        others: &[&Document],
        findings: &mut Vec<Diagnostic>,
        depth: usize,
    ) {
        let Some(kind) = Kind::of(root) else { return };
        if kind.kind == "List" && kind.group.is_empty() && depth < 8 {
            for item in root.get("items").map(Node::items).unwrap_or_default() {
                self.check_node(document, item, others, findings, depth + 1);
            }
            return;
        }
        let target = Target::new(root, kind, others);
        let mut values: Option<Values> = None;
        for policy in &self.policies {
            let Some(code) = policy.level(&target) else { continue };
            let values = values.get_or_insert_with(|| Values::of(&target));
            policy.check(document, &target, values, code, findings);
        }
    }
}

/// What the expressions see of a manifest.
struct Values {
    object: Cel,
    request: Cel,
    namespace: Option<Cel>,
}

impl Values {
    fn of(target: &Target<'_>) -> Values {
        Values {
            object: plain(target.root),
            request: target.request(),
            namespace: target.namespace_object(),
        }
    }

    fn context<'c>(&self) -> Context<'c> {
        let mut context = functions().new_inner_scope();
        context.add_variable_from_value("object", self.object.clone());
        context.add_variable_from_value("oldObject", Cel::Null);
        context.add_variable_from_value("request", self.request.clone());
        context.add_variable_from_value(
            "namespaceObject",
            self.namespace.clone().unwrap_or(Cel::Null),
        );
        context
    }
}

/// Why an expression has no answer.
enum Undecided {
    /// It failed.
    Failed(String),
    /// It speaks of the namespace, which is not shown.
    Namespace,
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
        let mut context = values.context();
        let budget = Budget::new();
        for condition in &self.conditions {
            match self.truth(&condition.clause, &context, values, &budget) {
                Ok(true) => {}
                Ok(false) => return,
                Err(why) => {
                    let what = format!("the condition `{}`", condition.name);
                    findings.push(self.undecided(document, target, &condition.clause, &what, why));
                    return;
                }
            }
        }
        let mut broken: Vec<(&str, String)> = Vec::new();
        let mut fields: HashMap<Key, Cel> = HashMap::new();
        for (name, clause) in &self.variables {
            if budget.is_spent() {
                break;
            }
            match clause.expression.evaluate(&context, &budget) {
                Ok(value) => {
                    fields.insert(Key::String(Arc::new(name.clone())), value);
                }
                // A variable is only evaluated where it is used, so that its error is that of its use.
                Err(error) => broken.push((name, error)),
            }
            let map = Cel::Map(CelMap { map: Arc::new(fields.clone()) });
            budget.copied(&map);
            context.add_variable_from_value("variables", map);
        }
        for validation in &self.validations {
            match self.truth(&validation.clause, &context, values, &budget) {
                Ok(true) => {}
                Ok(false) => {
                    let message = validation.message(&context, &budget);
                    findings.push(self.refused(document, target, validation, code, message));
                }
                Err(why) => {
                    let why = match why {
                        Undecided::Failed(error) => Undecided::Failed(
                            broken
                                .iter()
                                .find(|(name, _)| error == format!("no such key: {name}"))
                                .map_or(error, |(name, error)| {
                                    format!("the variable `{name}`: {error}")
                                }),
                        ),
                        other => other,
                    };
                    let what = format!("`{}`", terms::shorten(&validation.clause.source));
                    findings.push(self.undecided(document, target, &validation.clause, &what, why));
                }
            }
        }
    }

    fn truth(
        &self,
        clause: &Clause,
        context: &Context<'_>,
        values: &Values,
        budget: &Budget,
    ) -> Result<bool, Undecided> {
        if values.namespace.is_none() && self.speaks_of(clause, "namespaceObject") {
            return Err(Undecided::Namespace);
        }
        match clause.expression.evaluate(context, budget) {
            Ok(Cel::Bool(truth)) => Ok(truth),
            Ok(_) => Err(Undecided::Failed("it is neither true nor false".to_owned())),
            Err(error) => Err(Undecided::Failed(error)),
        }
    }

    /// Whether an expression, or a variable that it uses, names something.
    fn speaks_of(&self, clause: &Clause, name: &str) -> bool {
        clause.terms.names.iter().any(|own| own == name)
            || self.used(clause).any(|variable| variable.terms.names.iter().any(|own| own == name))
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
    fn message(&self, context: &Context<'_>, budget: &Budget) -> String {
        let own = self.message_clause.as_ref().and_then(|clause| {
            match clause.expression.evaluate(context, budget) {
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

/// The labels of a manifest.
fn labels(root: &Node) -> Labels<'_> {
    Labels::of(root.get("metadata").and_then(|metadata| metadata.get("labels")))
}

/// What marks a value: of a long one, only its key.
fn mark(node: &Node, key: Option<Span>) -> Span {
    let is_long = matches!(node.value, Value::Map(_) | Value::Seq(_)) && node.style == Style::Block
        || node.style == Style::BlockScalar
        || !node.is_written();
    match key {
        Some(key) if is_long => key,
        _ => node.span,
    }
}
