//! Reading policies and bindings.

use super::Policies;
use super::codes::{AUDITED, DENIED, INVALID, UNSUPPORTED, WARNED};
use super::environment::{environment as named, for_messages, one_of};
use super::kind::Kind;
use super::lack::Asked;
use super::matching::Constraints;
use super::objects::{Objects, Reference};
use super::rule::{Binding, Clause, Condition, Policy, Validation};
use super::terms::{Terms, mark, shorten};
use crate::rules::NEWEST;
use crate::yaml::part_of_scalar;
use crate::{Document, Format, Node, read};
use plumb_cel::{Environment, Type};
use plumb_text::diag::Diagnostic;
use plumb_text::{Source, Span, TextMap};
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
    let mut files = Files::default();
    for source in sources {
        let read = read(source.text(), &TextMap::identity(source), Format::Yaml);
        files.findings.extend(read.findings);
        read.documents.iter().for_each(|document| files.document(document));
    }
    files.finish()
}

/// What the files hold.
#[derive(Default)]
struct Files {
    policies: Vec<Policy>,
    /// The names of policies that are not right, or that change objects.
    left_out: Vec<String>,
    bindings: Vec<Document>,
    objects: Vec<Document>,
    /// The `apiVersion` and the kind of parameters.
    parameters: Vec<(String, String)>,
    findings: Vec<Diagnostic>,
}

impl Files {
    fn document(&mut self, document: &Document) {
        if document.kind().is_some_and(|kind| kind.value == "List") {
            for item in document.root.get("items").map(Node::items).unwrap_or_default() {
                self.one(document.part(item.clone()));
            }
        } else {
            self.one(document.clone());
        }
    }

    fn one(&mut self, document: Document) {
        let kind = Kind::of(&document.root);
        match kind.map_or(("", ""), |kind| (kind.group, kind.kind)) {
            (GROUP, "ValidatingAdmissionPolicy") => self.policy(&document),
            (GROUP, "MutatingAdmissionPolicy") => self.mutation(&document),
            (GROUP, "ValidatingAdmissionPolicyBinding") => self.bindings.push(document),
            (GROUP, "MutatingAdmissionPolicyBinding") => {}
            _ => self.objects.push(document),
        }
    }

    fn policy(&mut self, document: &Document) {
        let mut reader = Reader { document, findings: &mut self.findings };
        let name = reader.name();
        self.parameters.extend(parameter_kind(&document.root));
        if self.policies.iter().any(|other| other.name == name) {
            let at = document.root.at_path("metadata.name").unwrap_or(&document.root);
            reader.wrong(at, format!("the policy {name} is defined twice"));
            return;
        }
        match reader.policy(&document.root, name.clone()) {
            Some(policy) => self.policies.push(policy),
            None => self.left_out.push(name),
        }
    }

    /// A policy that changes objects: what it says is compiled, what it changes is not.
    fn mutation(&mut self, document: &Document) {
        let mut reader = Reader { document, findings: &mut self.findings };
        let name = reader.name();
        self.parameters.extend(parameter_kind(&document.root));
        reader.mutation(&document.root, &name);
        self.left_out.push(name);
    }

    fn finish(mut self) -> (Policies, Vec<Diagnostic>) {
        for document in &self.bindings {
            let left_out = &self.left_out;
            let mut reader = Reader { document, findings: &mut self.findings };
            reader.binding(&document.root, &mut self.policies, left_out);
        }
        for document in &self.objects {
            let kind = Kind::of(&document.root);
            let is_needed = kind.is_some_and(|kind| {
                kind.is("v1", "Namespace")
                    || kind.is("apiextensions.k8s.io/v1", "CustomResourceDefinition")
                    || self.parameters.iter().any(|(version, name)| kind.is(version, name))
            });
            if !is_needed {
                let at = document.root.get("kind").unwrap_or(&document.root);
                let message = "this is neither a policy, nor a binding, nor a parameter of one";
                Reader { document, findings: &mut self.findings }.wrong(at, message.to_owned());
            }
        }
        let policies = Policies {
            policies: self.policies.into(),
            objects: Objects::default().and(self.objects),
        };
        (policies, self.findings)
    }
}

/// The `apiVersion` and the kind of a policy's parameters.
fn parameter_kind(root: &Node) -> Option<(String, String)> {
    let kind = root.at_path("spec.paramKind")?;
    let text = |name: &str| kind.get(name).and_then(Node::as_str).map(str::to_owned);
    text("apiVersion").zip(text("kind"))
}

/// Reads one document.
struct Reader<'d, 'f> {
    document: &'d Document,
    findings: &'f mut Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    fn wrong(&mut self, node: &Node, message: String) {
        self.wrong_at(mark(node, first_key(node)), message);
    }

    fn wrong_at(&mut self, at: Span, message: String) {
        let at = self.document.locate(at);
        self.findings.push(Diagnostic::new(&INVALID, at, message).document(self.document.id()));
    }

    fn asked(&self, at: Span) -> Asked {
        Asked { at: self.document.locate(at), by: self.document.id() }
    }

    fn unsupported(&mut self, node: &Node, message: String) {
        let at = self.document.locate(mark(node, first_key(node)));
        self.findings.push(Diagnostic::new(&UNSUPPORTED, at, message).document(self.document.id()));
    }

    fn name(&mut self) -> String {
        let root = &self.document.root;
        let name = root.at_path("metadata.name").and_then(Node::as_str).unwrap_or_default();
        if name.is_empty() {
            self.wrong(root, "a policy needs a name".to_owned());
        }
        name.to_owned()
    }

    fn policy(&mut self, root: &Node, name: String) -> Option<Policy> {
        let Some(spec) = root.get("spec") else {
            self.wrong(root, "a policy needs a `spec`".to_owned());
            return None;
        };
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
            constraints: self.constraints(spec, "matchConstraints"),
            conditions: Vec::new(),
            variables: Vec::new(),
            validations: Vec::new(),
            annotations: Vec::new(),
            fails_closed: spec.get("failurePolicy").and_then(Node::as_str) != Some("Ignore"),
            parameters: parameter_kind(root).map(|(api_version, kind)| {
                (api_version, kind, self.asked(key_of(spec, "paramKind")))
            }),
            bindings: Vec::new(),
        };
        let mut environment = named(NEWEST, spec.get("paramKind").is_some());
        for node in items("matchConditions") {
            let name = node.get("name").and_then(Node::as_str).unwrap_or_default().to_owned();
            if let Some(clause) = self.clause(node, "expression", &environment, &[Type::Bool]) {
                policy.conditions.push(Condition { name, clause });
            }
        }
        for node in items("variables") {
            let Some(name) = node.get("name").and_then(Node::as_str) else {
                self.wrong(node, "a variable needs a name".to_owned());
                continue;
            };
            if let Some(clause) = self.clause(node, "expression", &environment, &[]) {
                let of = clause.program.result().clone();
                environment = environment.variable(format!("variables.{name}"), of);
                policy.variables.push((name.to_owned(), clause));
            }
        }
        for node in items("validations") {
            let Some(clause) = self.clause(node, "expression", &environment, &[Type::Bool]) else {
                continue;
            };
            let message_clause = node.get("messageExpression").and_then(|_| {
                let environment = for_messages(&environment);
                self.clause(node, "messageExpression", &environment, &[Type::String])
            });
            let message =
                node.get("message").and_then(Node::as_str).map(|text| text.trim().to_owned());
            policy.validations.push(Validation { clause, message, message_clause });
        }
        for node in items("auditAnnotations") {
            let wanted = [Type::String, Type::Null];
            let clause = self.clause(node, "valueExpression", &environment, &wanted);
            policy.annotations.extend(clause);
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

    /// A policy that changes objects: its expressions are compiled.
    fn mutation(&mut self, root: &Node, name: &str) {
        let Some(spec) = root.get("spec") else {
            self.wrong(root, "a policy needs a `spec`".to_owned());
            return;
        };
        let items = |field: &str| spec.get(field).map(Node::items).unwrap_or_default();
        let has_parameters = spec.get("paramKind").is_some();
        let mut environment = named(NEWEST, has_parameters).patches();
        for node in items("matchConditions") {
            self.clause(node, "expression", &environment, &[Type::Bool]);
        }
        for node in items("variables") {
            if let Some(clause) = self.clause(node, "expression", &environment, &[]) {
                let of = clause.program.result().clone();
                let name = node.get("name").and_then(Node::as_str).unwrap_or_default();
                environment = environment.variable(format!("variables.{name}"), of);
            }
        }
        for node in items("mutations") {
            for field in ["applyConfiguration", "jsonPatch"] {
                node.get(field)
                    .and_then(|patch| self.clause(patch, "expression", &environment, &[]));
            }
        }
        let message = format!(
            "the policy {name} changes objects, which is not done: other policies see them as they are written"
        );
        self.unsupported(root.get("kind").unwrap_or(root), message);
    }

    fn constraints(&self, holder: &Node, field: &str) -> Constraints {
        Constraints::read(holder.get(field), self.document, key_of(holder, field))
    }

    /// Compiles an expression. `wanted` are the types that its value may have; none: any.
    fn clause(
        &mut self,
        holder: &Node,
        field: &str,
        environment: &Environment,
        wanted: &[Type],
    ) -> Option<Clause> {
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
                let found = program.result();
                // What is known only when it is evaluated is judged then, though an API server refuses it.
                if !wanted.is_empty() && !wanted.contains(found) && *found != Type::Dyn {
                    let (shown, wanted) = (shorten(source), one_of(wanted));
                    let why =
                        format!("`{shown}` must evaluate to {wanted}, but is of type {found}");
                    self.wrong_at(mark(node, key), why);
                    return None;
                }
                let terms = Terms::of(program.expr());
                let asked = self.asked(mark(node, key));
                Some(Clause { source: source.to_owned(), asked, program, terms })
            }
            Err(error) => {
                let text = self.document.text();
                let part =
                    error.span().and_then(|part| part_of_scalar(text, node.span, source, part));
                let at = part.unwrap_or_else(|| mark(node, first_key(node)));
                self.wrong_at(at, format!("`{}` does not compile: {error}", shorten(source)));
                None
            }
        }
    }

    fn binding(&mut self, root: &Node, policies: &mut [Policy], left_out: &[String]) {
        let Some(node) = root.at_path("spec.policyName") else {
            self.wrong(root, "a binding needs `spec.policyName`".to_owned());
            return;
        };
        let wanted = node.as_str().unwrap_or_default();
        if left_out.iter().any(|name| name == wanted) {
            return;
        }
        let Some(index) = policies.iter().position(|policy| policy.name == wanted) else {
            let names = policies.iter().map(|policy| policy.name.as_str());
            let at = self.document.locate(node.span);
            let finding = Diagnostic::new(&INVALID, at, format!("there is no policy {wanted}"))
                .did_you_mean(wanted, names)
                .document(self.document.id());
            self.findings.push(finding);
            return;
        };
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
        let spec = root.get("spec").unwrap_or(root);
        let constraints = self.constraints(spec, "matchResources");
        let parameters = spec.get("paramRef").map(|reference| {
            let text = |name: &str| reference.get(name).and_then(Node::as_str).map(str::to_owned);
            Reference {
                name: text("name"),
                namespace: text("namespace"),
                selector: reference.get("selector").cloned(),
                asked: self.asked(key_of(spec, "paramRef")),
            }
        });
        policies[index].bindings.push(Binding { constraints, code, parameters });
    }
}

/// The key of a field, or what holds it.
fn key_of(holder: &Node, field: &str) -> Span {
    let entry = holder.as_map().and_then(|map| map.entry(field));
    entry.map_or_else(|| first_key(holder).unwrap_or(holder.span), |entry| entry.key.span)
}

fn first_key(node: &Node) -> Option<Span> {
    node.as_map()?.iter().next().map(|entry| entry.key.span)
}
