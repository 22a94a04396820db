//! What a policy says of a manifest, with one set of parameters.

use super::environment::{AUTHORIZER, REQUEST_RESOURCE};
use super::lack::{Asked, Lack};
use super::matching::Matched;
use super::rule::{Clause, Policy, Validation};
use super::target::Target;
use super::terms::{self, NAMESPACE, OLD, PARAMS};
use super::undecided::lack_of;
use plumb_cel::{Budget, Value as Cel, Variables};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What the expressions see of a manifest.
pub(super) struct Values {
    object: Cel,
    request: Cel,
    namespace: Cel,
}

impl Values {
    pub(super) fn of(target: &Target<'_>) -> Values {
        Values {
            object: target.object(),
            request: target.request(),
            namespace: target.namespace_object().unwrap_or(Cel::Unknown),
        }
    }
}

/// The parameters of a policy.
pub(super) struct Params {
    pub(super) value: Cel,
    /// Why they are not known.
    pub(super) lack: Option<Lack>,
}

impl Params {
    pub(super) fn known(value: Cel) -> Params {
        Params { value, lack: None }
    }

    pub(super) fn unknown(lack: Lack) -> Params {
        Params { value: Cel::Unknown, lack: Some(lack) }
    }
}

/// What a policy says.
pub(super) enum Said<'p> {
    /// A validation does not hold.
    Refused(&'p Validation, String),
    /// An expression can't be evaluated: what it is, and why.
    Failed(&'p Clause, String, String),
    /// It is not known whether the policy refuses the manifest, and where it asks for what is not known.
    Undecided(Lack, Asked),
}

/// What a policy says of a manifest: `matched` whether it is for it, and with these parameters.
pub(super) fn judge<'p>(
    policy: &'p Policy,
    target: &Target<'_>,
    values: &Values,
    params: &Params,
    matched: &Matched,
) -> Vec<Said<'p>> {
    let evaluation = Evaluation { policy, target, values, params };
    let said = evaluation.run();
    match matched {
        Matched::Unknown(lack, asked) if !said.is_empty() => {
            vec![Said::Undecided(lack.clone(), asked.clone())]
        }
        _ => said,
    }
}

struct Evaluation<'a, 'p> {
    policy: &'p Policy,
    target: &'a Target<'a>,
    values: &'a Values,
    params: &'a Params,
}

/// Why an expression has no answer.
enum Undecided {
    /// It failed.
    Failed(String),
    /// It depends on what is not known.
    Unknown,
}

impl<'p> Evaluation<'_, 'p> {
    fn run(&self) -> Vec<Said<'p>> {
        let mut budget = Budget::default();
        let scopes = [Scope::new(self, Cel::Null), Scope::new(self, Cel::Unknown)];
        // What is not shown may be as a policy wants it.
        let is_shown = !self.target.gaps.is_partial();
        let mut doubt = None;
        for condition in &self.policy.conditions {
            let clause = &condition.clause;
            match self.truth(clause, &scopes, &mut budget) {
                Ok(true) => {}
                Ok(false) => return Vec::new(),
                Err(_) if !is_shown => return Vec::new(),
                // Another condition may still say that the policy is not for the manifest.
                Err(why) => {
                    let what = format!("the condition `{}`", condition.name);
                    doubt.get_or_insert_with(|| self.said(clause, what, why));
                }
            }
        }
        if let Some(failed @ Said::Failed(..)) = doubt {
            return vec![failed];
        }
        let mut all = Vec::new();
        for validation in &self.policy.validations {
            let clause = &validation.clause;
            match self.truth(clause, &scopes, &mut budget) {
                Ok(true) => {}
                Err(_) if !is_shown => {}
                Ok(false) => {
                    let message = validation.message(&scopes[0], &mut budget);
                    all.push(Said::Refused(validation, message));
                }
                Err(why) => {
                    let what = format!("`{}`", terms::shorten(&clause.source));
                    all.push(self.said(clause, what, why));
                }
            }
        }
        for clause in self.policy.annotations.iter().filter(|_| is_shown) {
            if let Err(error) = clause.program.evaluate(&scopes[0], &mut budget) {
                let what = format!("the annotation `{}`", terms::shorten(&clause.source));
                all.push(Said::Failed(clause, what, error.to_string()));
            }
        }
        match doubt {
            Some(doubt) if !all.is_empty() => vec![doubt],
            _ => all,
        }
    }

    fn truth(
        &self,
        clause: &Clause,
        [created, changed]: &[Scope<'_, 'p>; 2],
        budget: &mut Budget,
    ) -> Result<bool, Undecided> {
        let failed = match clause.program.evaluate(created, budget) {
            Ok(Cel::Bool(truth)) => return Ok(truth),
            Ok(Cel::Unknown) => return Err(Undecided::Unknown),
            Ok(_) => "it is neither true nor false".to_owned(),
            Err(error) => error.to_string(),
        };
        // What compares with what was there before says nothing of what is new.
        let reads_old = |clause: &Clause| clause.program.reads(OLD);
        let is_about_change = reads_old(clause) || self.policy.used(clause).any(reads_old);
        match is_about_change.then(|| clause.program.evaluate(changed, budget)) {
            Some(Ok(Cel::Unknown)) => Err(Undecided::Unknown),
            _ => Err(Undecided::Failed(failed)),
        }
    }

    fn said(&self, clause: &'p Clause, what: String, why: Undecided) -> Said<'p> {
        match why {
            Undecided::Failed(error) => Said::Failed(clause, what, error),
            Undecided::Unknown => {
                let lack = lack_of(self.policy, clause, self.target, self.params.lack.as_ref());
                Said::Undecided(lack, clause.asked.clone())
            }
        }
    }
}

/// The values of one policy's expressions: those of the manifest, and the policy's own variables, each made when it is
/// first read.
struct Scope<'e, 'p> {
    evaluation: &'e Evaluation<'e, 'p>,
    old: Cel,
    made: RefCell<BTreeMap<String, Result<Cel, String>>>,
}

impl<'e, 'p> Scope<'e, 'p> {
    fn new(evaluation: &'e Evaluation<'e, 'p>, old: Cel) -> Scope<'e, 'p> {
        Scope { evaluation, old, made: RefCell::default() }
    }
}

impl Variables for Scope<'_, '_> {
    fn value(&self, name: &str) -> Option<Result<Cel, String>> {
        let Evaluation { values, params, policy, .. } = self.evaluation;
        let known = match name {
            "object" => Some(&values.object),
            "request" => Some(&values.request),
            NAMESPACE => Some(&values.namespace),
            PARAMS => Some(&params.value),
            OLD => Some(&self.old),
            // Who asks, only a cluster knows.
            AUTHORIZER | REQUEST_RESOURCE => Some(&Cel::Unknown),
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
        let (_, clause) = policy.variables.iter().find(|(known, _)| known == own)?;
        let value = clause.program.evaluate(self, &mut Budget::default());
        let value = value.map_err(|error| format!("the variable `{own}`: {error}"));
        self.made.borrow_mut().insert(own.to_owned(), value.clone());
        Some(value)
    }
}

impl Validation {
    fn message(&self, scope: &Scope<'_, '_>, budget: &mut Budget) -> String {
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
