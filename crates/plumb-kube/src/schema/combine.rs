//! `anyOf`, `oneOf` and `not`: which alternative was meant, and what it lacks.

use super::check::Checker;
use super::faults::{self, fault};
use super::{Id, SchemaNode};
use crate::at::At;
use crate::fault::{ErrorType, Fault};
use crate::gaps::Gaps;
use std::sync::LazyLock;

/// Whether a value is right by a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Holds,
    Fails,
    /// That depends on what is not shown.
    Unsure,
}

impl<'a> Checker<'a> {
    /// Whether a schema holds, with nothing written down.
    fn verdict(&mut self, id: Id, at: &At<'a>) -> Verdict {
        let before = (self.quiet, self.failed, self.unsure);
        (self.quiet, self.failed, self.unsure) = (true, false, false);
        self.visit(id, at);
        let verdict = match (self.failed, self.unsure) {
            (true, _) => Verdict::Fails,
            (false, true) => Verdict::Unsure,
            (false, false) => Verdict::Holds,
        };
        (self.quiet, self.failed, self.unsure) = before;
        verdict
    }

    /// Whether a schema may hold once something is added to the value.
    fn may_hold(&mut self, id: Id, at: &At<'a>) -> bool {
        static EVERYWHERE: LazyLock<Gaps> = LazyLock::new(Gaps::everywhere);
        let before = std::mem::replace(&mut self.gaps, &EVERYWHERE);
        let verdict = self.verdict(id, at);
        self.gaps = before;
        verdict != Verdict::Fails
    }

    /// Why a schema does not hold.
    fn faults_of(&mut self, id: Id, at: &At<'a>) -> Vec<Fault> {
        let faults = std::mem::take(&mut self.faults);
        let before = (self.quiet, self.failed);
        self.quiet = false;
        self.visit(id, at);
        (self.quiet, self.failed) = before;
        std::mem::replace(&mut self.faults, faults)
    }

    pub(super) fn check_any_of(&mut self, spec: &SchemaNode, at: &At<'a>) {
        if spec.any_of.is_empty() {
            return;
        }
        let mut unsure = false;
        for id in &spec.any_of {
            match self.verdict(*id, at) {
                Verdict::Holds => return,
                Verdict::Unsure => unsure = true,
                Verdict::Fails => {}
            }
        }
        match unsure {
            true => self.unsure = true,
            false => self.report_none("anyOf", &spec.any_of, at),
        }
    }

    pub(super) fn check_one_of(&mut self, spec: &SchemaNode, at: &At<'a>) {
        if spec.one_of.is_empty() {
            return;
        }
        let (mut holding, mut unsure): (Vec<Id>, bool) = (Vec::new(), false);
        for id in &spec.one_of {
            match self.verdict(*id, at) {
                Verdict::Holds => holding.push(*id),
                Verdict::Unsure => unsure = true,
                Verdict::Fails => {}
            }
        }
        match holding.len() {
            0 | 1 if unsure => self.unsure = true,
            1 => {}
            0 => self.report_none("oneOf", &spec.one_of, at),
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
                let mut found = combination(at, why);
                found.is_certain = true;
                // The second of the fields is the one too many.
                let keys = at.node.as_map().into_iter().flatten();
                let mut keys = keys.filter(|entry| names.contains(&entry.key.value));
                if let (Some(first), Some(second)) = (keys.next(), keys.next())
                    && second.value.is_written()
                {
                    found.span = second.key.span;
                    found.related.push((first.key.span, "set here".to_owned()));
                }
                self.faults.push(found);
            }
        }
    }

    pub(super) fn check_not(&mut self, spec: &SchemaNode, at: &At<'a>) {
        let Some(id) = spec.not else { return };
        match self.verdict(id, at) {
            Verdict::Fails => return,
            Verdict::Unsure => {
                self.unsure = true;
                return;
            }
            Verdict::Holds => self.failed = true,
        }
        if self.quiet {
            return;
        }
        let why = match self.asks_for(id) {
            Some(name) => format!("`{name}` may not be set here"),
            None => "matches what the schema excludes (not)".to_owned(),
        };
        let mut found = combination(at, why);
        found.is_certain = true;
        self.faults.push(found);
    }

    /// The field that a schema asks for, where that is all it does.
    fn asks_for(&self, id: Id) -> Option<String> {
        let spec = self.schema.node(self.schema.resolve(id));
        match spec.required.as_slice() {
            [name] if spec.only_requires() => Some(name.clone()),
            _ => None,
        }
    }

    fn report_none(&mut self, combinator: &str, branches: &[Id], at: &At<'a>) {
        self.failed = true;
        if self.quiet {
            return;
        }
        let names: Vec<_> = branches.iter().filter_map(|id| self.asks_for(*id)).collect();
        if names.len() == branches.len() {
            let why = format!("one of {} must be set", listing(&names));
            let mut found = combination(at, why);
            found.is_lack = true;
            found.blocks = true;
            self.faults.push(found);
            return;
        }
        let faults: Vec<Vec<Fault>> = branches.iter().map(|id| self.faults_of(*id, at)).collect();
        // A value of the wrong type, or of another alternative by its own word, was not meant for this one.
        let strangeness = |faults: &Vec<Fault>| {
            let of = |ty| faults.iter().filter(|fault| fault.ty == ty).count();
            (of(ErrorType::TypeInvalid), of(ErrorType::NotSupported), faults.len())
        };
        let Some(meant) = faults.into_iter().min_by_key(strangeness) else { return };
        let Some(first) = meant.first() else { return };
        let why = format!("none of the {} alternatives holds ({combinator})", branches.len());
        let mut found = combination(at, why);
        found.is_certain = !branches.iter().any(|id| self.may_hold(*id, at));
        found.span = first.span;
        found.blocks = meant.iter().any(|fault| fault.blocks);
        for fault in &meant {
            found.help(format!("the nearest one needs: {}", fault.message()));
            found.help.extend(fault.help.iter().cloned());
        }
        found.fix = first.fix.clone();
        self.faults.push(found);
    }
}

/// A combination depends on all that a value holds.
fn combination(at: &At<'_>, why: impl Into<String>) -> Fault {
    let mut found = fault(&faults::COMBINATION, ErrorType::Invalid, at, why);
    found.on_all(at);
    found
}

fn listing(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
