//! `anyOf`, `oneOf` and `not`: which alternative was meant, and what it lacks.

use super::check::Checker;
use super::issue::{Issue, anchor};
use super::{Id, SCHEMA_COMBINATION, SCHEMA_ENUM, SCHEMA_TYPE, SchemaNode};
use crate::manifest::Node;
use crate::text::Span;

impl<'n> Checker<'_, 'n> {
    /// Whether a schema holds, with nothing written down.
    fn holds(&mut self, id: Id, node: &'n Node, at: Span) -> bool {
        let before = (self.quiet, self.failed);
        (self.quiet, self.failed) = (true, false);
        self.visit(id, node, at);
        let holds = !self.failed;
        (self.quiet, self.failed) = before;
        holds
    }

    /// Why a schema does not hold.
    fn faults(&mut self, id: Id, node: &'n Node, at: Span) -> Vec<Issue> {
        let issues = std::mem::take(&mut self.issues);
        let before = (self.quiet, self.failed);
        self.quiet = false;
        self.visit(id, node, at);
        (self.quiet, self.failed) = before;
        std::mem::replace(&mut self.issues, issues)
    }

    pub(super) fn check_any_of(&mut self, spec: &SchemaNode, node: &'n Node, at: Span) {
        if spec.any_of.is_empty() || spec.any_of.iter().any(|id| self.holds(*id, node, at)) {
            return;
        }
        self.report_none("anyOf", &spec.any_of, node, at);
    }

    pub(super) fn check_one_of(&mut self, spec: &SchemaNode, node: &'n Node, at: Span) {
        if spec.one_of.is_empty() {
            return;
        }
        let holding: Vec<Id> =
            spec.one_of.iter().copied().filter(|id| self.holds(*id, node, at)).collect();
        match holding.len() {
            1 => {}
            0 => self.report_none("oneOf", &spec.one_of, node, at),
            count => {
                self.failed = true;
                if self.quiet {
                    return;
                }
                let names: Vec<_> = holding.iter().filter_map(|id| self.asks_for(*id)).collect();
                let why = if names.len() == count {
                    format!("only one of {} may be set", listing(&names))
                } else {
                    format!(
                        "matches {count} of the alternatives, and must match exactly one (oneOf)"
                    )
                };
                let mut issue = self.combination(node, at, &why);
                // The second of the fields is the one too many.
                let keys = node.as_map().into_iter().flatten();
                let mut keys = keys.filter(|entry| names.contains(&entry.key.value));
                if let (Some(first), Some(second)) = (keys.next(), keys.next())
                    && second.value.is_written()
                {
                    issue.span = second.key.span;
                    issue.related.push((first.key.span, "set here".to_owned()));
                }
                self.issues.push(issue);
            }
        }
    }

    pub(super) fn check_not(&mut self, spec: &SchemaNode, node: &'n Node, at: Span) {
        let Some(id) = spec.not else { return };
        if !self.holds(id, node, at) {
            return;
        }
        self.failed = true;
        if self.quiet {
            return;
        }
        let why = match self.asks_for(id) {
            Some(name) => format!("`{name}` may not be set here"),
            None => "matches what the schema excludes (not)".to_owned(),
        };
        let issue = self.combination(node, at, &why);
        self.issues.push(issue);
    }

    fn combination(&self, node: &Node, at: Span, why: &str) -> Issue {
        let message = format!("{}Invalid value: {why}", self.path.prefix());
        Issue::new(&SCHEMA_COMBINATION, anchor(node, at), &self.path, message)
    }

    /// The field that a schema asks for, where that is all it does.
    fn asks_for(&self, id: Id) -> Option<String> {
        let spec = self.schema.node(self.schema.resolve(id));
        match spec.required.as_slice() {
            [name] if spec.only_requires() => Some(name.clone()),
            _ => None,
        }
    }

    fn report_none(&mut self, combinator: &str, branches: &[Id], node: &'n Node, at: Span) {
        self.failed = true;
        if self.quiet {
            return;
        }
        let names: Vec<_> = branches.iter().filter_map(|id| self.asks_for(*id)).collect();
        if names.len() == branches.len() {
            let why = format!("one of {} must be set", listing(&names));
            let mut issue = self.combination(node, at, &why);
            issue.blocking = true;
            self.issues.push(issue);
            return;
        }
        let faults: Vec<Vec<Issue>> =
            branches.iter().map(|id| self.faults(*id, node, at)).collect();
        // A value of the wrong type, or of another alternative by its own word, was not meant for this one.
        let strangeness = |issues: &Vec<Issue>| {
            let of = |code| issues.iter().filter(|issue| issue.code == code).count();
            (of(&SCHEMA_TYPE), of(&SCHEMA_ENUM), issues.len())
        };
        let Some(meant) = faults.into_iter().min_by_key(strangeness) else { return };
        let Some(first) = meant.first() else { return };
        let why = format!("none of the {} alternatives holds ({combinator})", branches.len());
        let mut issue = self.combination(node, at, &why);
        issue.span = first.span;
        issue.blocking = meant.iter().any(|issue| issue.blocking);
        for fault in &meant {
            issue.help.push(format!("the nearest one needs: {}", fault.message));
            issue.help.extend(fault.help.iter().cloned());
        }
        issue.fix = first.fix.clone();
        self.issues.push(issue);
    }
}

fn listing(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
