//! Definitions settled: their names are found, then they get their types in the order of their dependence.

use super::Loader;
use super::define::{Expect, Pending};
use crate::codes::{DIMENSION_MISMATCH, FORMULA_CYCLE, TOO_DEEP, TYPE_MISMATCH};
use crate::entry::Text;
use crate::formula::MAX_DEPTH;
use crate::formula::resolve::{Scope, resolve};
use crate::formula::types::check;
use crate::formula::{Ir, Type};
use crate::quantity::Dimension;
use plumb_text::diag::Diagnostic;
use plumb_text::{Location, Span};
use std::collections::HashMap;

impl Loader<'_> {
    /// Reads what is pending, and gives all definitions their types.
    pub(super) fn settle(&mut self, pending: &[Pending]) {
        self.resolve(pending);
        let order = self.order();
        self.types(&order, pending);
    }

    fn resolve(&mut self, pending: &[Pending]) {
        for one in pending {
            let text = self.model.definitions[one.definition].text.clone();
            let scope = Scope {
                names: &self.model.names,
                units: &self.model.units,
                locals: None,
                bindings: None,
                bare: one.bare.as_deref(),
            };
            match resolve(&text.text, scope) {
                Ok(ir) => self.model.definitions[one.definition].ir = ir,
                Err(problems) => self.report_all(&text, problems),
            }
        }
    }

    /// The definitions, each behind all that it needs. Those in a circle are reported and made bad.
    fn order(&mut self) -> Vec<usize> {
        let count = self.model.definitions.len();
        let needs: Vec<Vec<(usize, Span)>> = self
            .model
            .definitions
            .iter()
            .map(|definition| definition.ir.definitions().collect())
            .collect();
        let mut state = vec![State::New; count];
        let mut order = Vec::with_capacity(count);
        let mut circles = Vec::new();
        for start in 0..count {
            if state[start] != State::New {
                continue;
            }
            state[start] = State::Open;
            let mut stack = vec![(start, 0usize)];
            while let Some((index, next)) = stack.last_mut() {
                let index = *index;
                let Some((needed, span)) = needs[index].get(*next).copied() else {
                    state[index] = State::Done;
                    order.push(index);
                    stack.pop();
                    continue;
                };
                *next += 1;
                match state[needed] {
                    State::New => {
                        state[needed] = State::Open;
                        stack.push((needed, 0));
                    }
                    State::Open => {
                        let from = stack.iter().position(|(open, _)| *open == needed).unwrap_or(0);
                        circles.push((
                            stack[from..].iter().map(|(open, _)| *open).collect::<Vec<_>>(),
                            span,
                        ));
                    }
                    State::Done => {}
                }
            }
        }
        for (circle, span) in circles {
            let names: Vec<&str> = circle
                .iter()
                .chain(&circle[..1])
                .map(|index| self.model.definitions[*index].name.as_str())
                .collect();
            let message = format!("these formulas need each other: {}", names.join(" → "));
            let last = circle.last().copied().unwrap_or(0);
            let location = self.model.definitions[last].text.locate(span);
            self.findings.push(Diagnostic::new(&FORMULA_CYCLE, location, message));
            for index in circle {
                self.model.definitions[index].ir = Ir::default();
            }
        }
        order
    }

    fn types(&mut self, order: &[usize], pending: &[Pending]) {
        let by_definition: HashMap<usize, &Pending> =
            pending.iter().map(|one| (one.definition, one)).collect();
        let mut resources: HashMap<String, (Dimension, Location)> = HashMap::new();
        self.model.leaves.definitions = vec![Type::Bad; self.model.definitions.len()];
        for index in order {
            let text = self.model.definitions[*index].text.clone();
            let mut ir = std::mem::take(&mut self.model.definitions[*index].ir);
            let problems = check(&mut ir, &text.text, &self.model.leaves);
            let mut bad = !problems.is_empty();
            self.report_all(&text, problems);
            let below = ir
                .definitions()
                .map(|(needed, _)| self.model.definitions[needed].depth)
                .max()
                .unwrap_or(0);
            let depth = below + ir.depth;
            if depth > MAX_DEPTH && !bad {
                // only the first that is too deep is reported; what is above it is bad with it
                if below <= MAX_DEPTH {
                    let message = "this formula is built on too many layers of other formulas";
                    self.report(&TOO_DEEP, text.location.clone(), message);
                }
                bad = true;
            }
            let ty = ir.ty();
            if !bad
                && ty != Type::Bad
                && let Some(one) = by_definition.get(index)
            {
                bad = !self.expected(&text, ty, &one.expect, &mut resources);
            }
            self.model.leaves.definitions[*index] = if bad { Type::Bad } else { ty };
            self.model.definitions[*index].depth = depth.min(MAX_DEPTH + 1);
            self.model.definitions[*index].ir = if bad { Ir::default() } else { ir };
        }
        self.nothing_of(&resources);
        for formula in self.model.formulas.values_mut() {
            let ty = self.model.leaves.definitions[formula.definition];
            if let (Some(unit), Type::Number(dimension)) = (&mut formula.unit, ty) {
                *unit = unit.towards(dimension);
                if unit.dimension == dimension {
                    continue;
                }
                let message = format!(
                    "`{}` is {dimension}, and `{}` is {}",
                    formula.name, unit.many, unit.dimension
                );
                self.findings.push(Diagnostic::new(
                    &DIMENSION_MISMATCH,
                    formula.location.clone(),
                    message,
                ));
            }
        }
    }

    /// Gives the totals of options that request nothing of a resource the dimension that it has in other options.
    fn nothing_of(&mut self, resources: &HashMap<String, (Dimension, Location)>) {
        for names in self.model.names.options.values() {
            for ((_, resource), definition) in &names.totals {
                let ty = &mut self.model.leaves.definitions[*definition];
                if let (Type::Zero, Some((dimension, _))) = (&ty, resources.get(resource)) {
                    *ty = Type::Number(*dimension);
                }
            }
        }
    }

    /// Whether a formula is what it has to be, where it stands.
    fn expected(
        &mut self,
        text: &Text,
        ty: Type,
        expect: &Expect,
        resources: &mut HashMap<String, (Dimension, Location)>,
    ) -> bool {
        let location = text.location.clone();
        let (code, message) = match (expect, ty) {
            (Expect::Any, _) | (_, Type::Zero) if !matches!(expect, Expect::Condition) => {
                return true;
            }
            (Expect::Condition, Type::Bool) => return true,
            (Expect::Condition, _) => {
                (&TYPE_MISMATCH, format!("a condition is true or false, and this is {ty}"))
            }
            (Expect::Count, Type::Number(dimension)) if dimension.is_count() => return true,
            (Expect::Count, Type::Number(dimension)) => {
                (&DIMENSION_MISMATCH, format!("a count is a plain number, and this is {dimension}"))
            }
            (Expect::Resource(resource), Type::Number(dimension)) => {
                let usual = Dimension::of_resource(resource);
                let first = resources.get(resource).cloned();
                let wanted = usual.or(first.as_ref().map(|(dimension, _)| *dimension));
                match wanted {
                    Some(wanted) if wanted != dimension => {
                        let message = format!("`{resource}` is {wanted}, and this is {dimension}");
                        let mut finding = Diagnostic::new(&DIMENSION_MISMATCH, location, message);
                        if let (None, Some((_, place))) = (usual, first) {
                            finding = finding.related(place, "here it is given first");
                        }
                        self.findings.push(finding);
                        return false;
                    }
                    _ => {
                        resources.entry(resource.clone()).or_insert((dimension, location));
                        return true;
                    }
                }
            }
            _ => (&TYPE_MISMATCH, format!("a number is needed, and this is {ty}")),
        };
        self.report(code, location, message);
        false
    }
}

/// How far the search for circles is with a definition.
#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}
