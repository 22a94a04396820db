//! What a policy is, as it was read.

use super::lack::Asked;
use super::matching::Constraints;
use super::objects::Reference;
use super::terms::{NAMESPACE, Terms};
use plumb_cel::Program;
use plumb_text::diag::Code;

/// One policy.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) constraints: Constraints,
    pub(super) conditions: Vec<Condition>,
    pub(super) variables: Vec<(String, Clause)>,
    pub(super) validations: Vec<Validation>,
    pub(super) annotations: Vec<Clause>,
    /// Whether an error of evaluation refuses the manifest.
    pub(super) fails_closed: bool,
    /// The `apiVersion` and `kind` of its parameters, and where it says so.
    pub(super) parameters: Option<(String, String, Asked)>,
    pub(super) bindings: Vec<Binding>,
}

/// A binding of a policy.
#[derive(Debug)]
pub(super) struct Binding {
    pub(super) constraints: Constraints,
    pub(super) code: &'static Code,
    pub(super) parameters: Option<Reference>,
}

#[derive(Debug)]
pub(super) struct Condition {
    pub(super) name: String,
    pub(super) clause: Clause,
}

#[derive(Debug)]
pub(super) struct Validation {
    pub(super) clause: Clause,
    pub(super) message: Option<String>,
    pub(super) message_clause: Option<Clause>,
}

/// An expression, where it stands, and what it speaks of.
#[derive(Debug)]
pub(super) struct Clause {
    pub(super) source: String,
    pub(super) asked: Asked,
    pub(super) program: Program,
    pub(super) terms: Terms,
}

impl Policy {
    /// All its expressions but those of messages.
    pub(super) fn clauses(&self) -> impl Iterator<Item = &Clause> {
        let conditions = self.conditions.iter().map(|condition| &condition.clause);
        let variables = self.variables.iter().map(|(_, clause)| clause);
        let validations = self.validations.iter().map(|validation| &validation.clause);
        conditions.chain(variables).chain(validations).chain(&self.annotations)
    }

    /// Whether it asks for Namespaces, or for their labels.
    pub(super) fn asks_for_namespaces(&self) -> bool {
        let constraints = self.bindings.iter().map(|binding| &binding.constraints);
        self.clauses().any(|clause| clause.terms.cluster.contains(NAMESPACE))
            || constraints.chain([&self.constraints]).any(Constraints::ask_for_namespaces)
    }

    /// The variables that an expression uses, and those that they use.
    pub(super) fn used<'p>(&'p self, clause: &Clause) -> impl Iterator<Item = &'p Clause> {
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
}
