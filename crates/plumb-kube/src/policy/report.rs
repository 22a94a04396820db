//! The findings of one policy on one manifest.

use super::codes::{DENIED, ERROR, IGNORED};
use super::evaluate::Said;
use super::rule::{Policy, Validation};
use super::target::Target;
use super::terms;
use super::undecided;
use crate::Document;
use plumb_text::diag::{Code, Diagnostic};

/// Collects what a policy says of a manifest by each of its bindings.
pub(super) struct Report<'a, 'p> {
    policy: &'p Policy,
    document: &'a Document,
    target: &'a Target<'a>,
    refused: Vec<(&'static Code, &'p Validation, String)>,
    others: Vec<Diagnostic>,
}

impl<'a, 'p> Report<'a, 'p> {
    pub(super) fn new(
        policy: &'p Policy,
        document: &'a Document,
        target: &'a Target<'a>,
    ) -> Report<'a, 'p> {
        Report { policy, document, target, refused: Vec::new(), others: Vec::new() }
    }

    /// What the policy says by a binding, which reports with this code.
    pub(super) fn add(&mut self, code: &'static Code, said: Vec<Said<'p>>) {
        for said in said {
            let finding = match said {
                Said::Refused(validation, message) => {
                    self.refuse(code, validation, message);
                    continue;
                }
                Said::Failed(clause, what, error) => {
                    let code = match self.policy.fails_closed {
                        true if code == &DENIED => &ERROR,
                        _ => &IGNORED,
                    };
                    let message = format!(
                        "{what} of the policy {} can't be evaluated: {error}",
                        self.policy.name
                    );
                    let at = self.document.locate(self.target.kind_span());
                    Diagnostic::new(code, at, message)
                        .related(clause.asked.at.clone(), "the expression")
                        .document(self.target.id())
                }
                Said::Undecided(lack, asked) => {
                    undecided::finding(&lack, self.policy, asked, self.document, self.target)
                }
            };
            if !self.others.contains(&finding) {
                self.others.push(finding);
            }
        }
    }

    /// Of several bindings, the strictest counts.
    fn refuse(&mut self, code: &'static Code, validation: &'p Validation, message: String) {
        let known = self
            .refused
            .iter_mut()
            .find(|(_, other, text)| std::ptr::eq(*other, validation) && *text == message);
        match known {
            Some((known, ..)) if known.level >= code.level => {}
            Some((known, ..)) => *known = code,
            None => self.refused.push((code, validation, message)),
        }
    }

    pub(super) fn finish(self) -> Vec<Diagnostic> {
        let refused = self.refused.iter();
        let refused = refused.map(|(code, validation, text)| self.refused(code, validation, text));
        refused.chain(self.others.iter().cloned()).collect()
    }

    fn refused(&self, code: &'static Code, validation: &Validation, message: &str) -> Diagnostic {
        let mut terms = validation.clause.terms.clone();
        for variable in self.policy.used(&validation.clause) {
            terms.paths.extend(variable.terms.paths.iter().cloned());
            terms.texts.extend(variable.terms.texts.iter().cloned());
        }
        let (path, span) = terms.place(self.target.root);
        let mut finding = Diagnostic::new(code, self.document.locate(span), message)
            .label(format!("policy {}", self.policy.name))
            .related(validation.clause.asked.at.clone(), "demanded here")
            .document(self.target.id());
        if !path.is_empty() {
            finding = finding.path(path);
        }
        if validation.message.is_some() || validation.message_clause.is_some() {
            finding =
                finding.help(format!("the rule: `{}`", terms::shorten(&validation.clause.source)));
        }
        finding
    }
}
