//! Reading policies and bindings.

use super::codes::{AUDITED, DENIED, INVALID, UNSUPPORTED, WARNED};
use super::matching::{Constraints, Kind};
use super::terms::{Terms, mark, shorten};
use super::{self as policy, Binding, Clause, Condition, Policies, Policy, Validation};
use crate::rules::NEWEST;
use crate::{Document, Format, Node, read};
use plumb_cel::Environment;
use plumb_text::diag::Diagnostic;
use plumb_text::{Source, TextMap};
use std::sync::Arc;

const GROUP: &str = "admissionregistration.k8s.io";

impl Policies {
    /// Reads the policies of files, and says what is wrong with them. A file may hold several documents: policies, and
    /// bindings of policies of any of the files.
    pub fn load<'s>(
        sources: impl IntoIterator<Item = &'s Arc<Source>>,
    ) -> (Policies, Vec<Diagnostic>) {
        load(sources)
    }
}

fn load<'s>(sources: impl IntoIterator<Item = &'s Arc<Source>>) -> (Policies, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let mut policies: Vec<Policy> = Vec::new();
    let mut bindings: Vec<(Document, Node)> = Vec::new();
    for source in sources {
        let read = read(source.text(), &TextMap::identity(source), Format::Yaml);
        findings.extend(read.findings);
        for document in read.documents {
            let mut reader = Reader { document: &document, findings: &mut findings };
            let mut roots = vec![&document.root];
            if document.kind().is_some_and(|kind| kind.value == "List") {
                roots = document
                    .root
                    .get("items")
                    .map(Node::items)
                    .unwrap_or_default()
                    .iter()
                    .collect();
            }
            for root in roots {
                match Kind::of(root) {
                    Some(kind)
                        if kind.group == GROUP && kind.kind == "ValidatingAdmissionPolicy" =>
                    {
                        if let Some(policy) = reader.policy(root) {
                            if policies.iter().any(|other| other.name == policy.name) {
                                let message =
                                    format!("the policy {} is defined twice", policy.name);
                                reader
                                    .wrong(root.at_path("metadata.name").unwrap_or(root), message);
                            } else {
                                policies.push(policy);
                            }
                        }
                    }
                    Some(kind)
                        if kind.group == GROUP
                            && kind.kind == "ValidatingAdmissionPolicyBinding" =>
                    {
                        bindings.push((document.clone(), root.clone()));
                    }
                    _ => {
                        let at = root.get("kind").unwrap_or(root);
                        reader.wrong(
                            at,
                            "this is neither a ValidatingAdmissionPolicy nor a ValidatingAdmissionPolicyBinding".to_owned(),
                        );
                    }
                }
            }
        }
    }
    for (document, root) in &bindings {
        Reader { document, findings: &mut findings }.binding(root, &mut policies);
    }
    (Policies { policies }, findings)
}

/// Reads one document.
struct Reader<'d, 'f> {
    document: &'d Document,
    findings: &'f mut Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    fn wrong(&mut self, node: &Node, message: String) {
        let at = self.document.locate(mark(node, first_key(node)));
        self.findings.push(Diagnostic::new(&INVALID, at, message).document(self.document.id()));
    }

    fn unsupported(&mut self, node: &Node, message: String) {
        let at = self.document.locate(mark(node, first_key(node)));
        self.findings.push(Diagnostic::new(&UNSUPPORTED, at, message).document(self.document.id()));
    }

    fn policy(&mut self, root: &Node) -> Option<Policy> {
        let name =
            root.at_path("metadata.name").and_then(Node::as_str).unwrap_or_default().to_owned();
        if name.is_empty() {
            self.wrong(root, "a policy needs a name".to_owned());
        }
        let Some(spec) = root.get("spec") else {
            self.wrong(root, "a policy needs a `spec`".to_owned());
            return None;
        };
        if let Some(node) = spec.get("paramKind") {
            let message = format!(
                "the policy {name} has parameters, which a book does not have, and is left out"
            );
            self.unsupported(node, message);
            return None;
        }
        let constraints = spec.get("matchConstraints");
        let rules = constraints.and_then(|constraints| constraints.get("resourceRules"));
        if rules.is_none_or(|rules| rules.items().is_empty()) {
            self.wrong(
                constraints.unwrap_or(spec),
                "`matchConstraints.resourceRules` says which manifests a policy is for".to_owned(),
            );
            return None;
        }
        let items = |field: &str| spec.get(field).map(Node::items).unwrap_or_default();
        let mut policy = Policy {
            name,
            constraints: Constraints::read(constraints),
            conditions: Vec::new(),
            variables: Vec::new(),
            validations: Vec::new(),
            fails_closed: spec.get("failurePolicy").and_then(Node::as_str) != Some("Ignore"),
            bindings: Vec::new(),
        };
        let mut environment = policy::environment(NEWEST, false);
        for node in items("matchConditions") {
            let name = node.get("name").and_then(Node::as_str).unwrap_or_default().to_owned();
            if let Some(clause) = self.clause(node, "expression", &environment) {
                policy.conditions.push(Condition { name, clause });
            }
        }
        for node in items("variables") {
            let Some(name) = node.get("name").and_then(Node::as_str) else {
                self.wrong(node, "a variable needs a name".to_owned());
                continue;
            };
            if let Some(clause) = self.clause(node, "expression", &environment) {
                let of = clause.program.result().clone();
                environment = environment.variable(format!("variables.{name}"), of);
                policy.variables.push((name.to_owned(), clause));
            }
        }
        for node in items("validations") {
            let Some(clause) = self.clause(node, "expression", &environment) else { continue };
            let message_clause = match node.get("messageExpression") {
                Some(_) => self.clause(node, "messageExpression", &environment),
                None => None,
            };
            let message =
                node.get("message").and_then(Node::as_str).map(|text| text.trim().to_owned());
            policy.validations.push(Validation { clause, message, message_clause });
        }
        if items("validations").is_empty() && items("auditAnnotations").is_empty() {
            self.wrong(
                spec.get("validations").unwrap_or(spec),
                "a policy without `validations` says nothing".to_owned(),
            );
        }
        // A condition or a variable that is missing would change the meaning of all that is left.
        let lost = policy.conditions.len() < items("matchConditions").len()
            || policy.variables.len() < items("variables").len();
        (!lost).then_some(policy)
    }

    /// Compiles an expression. One that asks what only a cluster knows is reported and left out.
    fn clause(&mut self, holder: &Node, field: &str, environment: &Environment) -> Option<Clause> {
        let Some(node) = holder.get(field) else {
            self.wrong(holder, format!("`{field}` is missing"));
            return None;
        };
        let Some(source) = node.as_str() else {
            self.wrong(node, format!("`{field}` is a text"));
            return None;
        };
        let key = holder.as_map().and_then(|map| map.entry(field)).map(|entry| entry.key.span);
        match environment.compile(source) {
            Ok(program) => {
                if program.reads("authorizer") {
                    let message = format!(
                        "`{}` asks for the caller's rights, which a book does not have; it is left out",
                        shorten(source)
                    );
                    self.unsupported(node, message);
                    return None;
                }
                let terms = Terms::of(program.expr());
                let at = self.document.locate(mark(node, key));
                Some(Clause { source: source.to_owned(), at, program, terms })
            }
            Err(error) => {
                self.wrong(node, format!("`{}` does not compile: {error}", shorten(source)));
                None
            }
        }
    }

    fn binding(&mut self, root: &Node, policies: &mut [Policy]) {
        let Some(node) = root.at_path("spec.policyName") else {
            self.wrong(root, "a binding needs `spec.policyName`".to_owned());
            return;
        };
        let wanted = node.as_str().unwrap_or_default();
        let Some(index) = policies.iter().position(|policy| policy.name == wanted) else {
            let names = policies.iter().map(|policy| policy.name.as_str());
            let at = self.document.locate(node.span);
            let finding = Diagnostic::new(&INVALID, at, format!("there is no policy {wanted}"))
                .did_you_mean(wanted, names)
                .document(self.document.id());
            self.findings.push(finding);
            return;
        };
        if let Some(node) = root.at_path("spec.paramRef") {
            self.unsupported(
                node,
                "this binding has parameters, which a book does not have".to_owned(),
            );
        }
        let actions = root.at_path("spec.validationActions");
        let is_given = |action: &str| {
            actions.is_some_and(|actions| {
                actions.items().iter().any(|own| own.as_str() == Some(action))
            })
        };
        let code = if is_given("Deny") {
            &DENIED
        } else if is_given("Warn") {
            &WARNED
        } else if is_given("Audit") {
            &AUDITED
        } else {
            self.wrong(
                actions.unwrap_or(root),
                "`validationActions` is one or more of Deny, Warn and Audit".to_owned(),
            );
            return;
        };
        let constraints = Constraints::read(root.at_path("spec.matchResources"));
        policies[index].bindings.push(Binding { constraints, code });
    }
}

fn first_key(node: &Node) -> Option<plumb_text::Span> {
    node.as_map()?.iter().next().map(|entry| entry.key.span)
}
