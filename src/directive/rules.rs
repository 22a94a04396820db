//! The model's rules in words, for the reader who has no script or wants to know why.
//!
//! Owns: the wording. A rule that is not of a common shape is shown as its author wrote it.

use super::ask;
use crate::content::plain;
use crate::model::{Checklist, Model, Quantity};
use serde_json::Value as Json;

/// Who is meant by the names in a rule.
pub(super) struct Words<'a> {
    pub(super) model: &'a Model,
    pub(super) checklist: Option<&'a Checklist>,
    /// The program that the rule is part of.
    pub(super) program: &'a Json,
}

/// Words nest no deeper than people read.
const MAX_DEPTH: usize = 6;

impl Words<'_> {
    /// A rule of the program in words; `written` where there are none.
    pub(super) fn rule(&self, root: &str, written: &str) -> String {
        let words =
            self.program["roots"].get(root).and_then(|root| self.condition(&root["expr"], 0));
        words.unwrap_or_else(|| written.to_owned())
    }

    fn condition(&self, part: &Json, depth: usize) -> Option<String> {
        let (op, args) = operation(part)?;
        if depth > MAX_DEPTH {
            return None;
        }
        match (op, args) {
            ("let", [name]) => self.condition(&self.program["lets"][name.as_str()?], depth + 1),
            ("&&" | "||", [a, b]) => {
                let word = if op == "&&" { "and" } else { "or" };
                let side = |part: &Json| {
                    let words = self.condition(part, depth + 1)?;
                    // "a, or b and c" would be read wrongly.
                    let mixed = operation(part)
                        .is_some_and(|(inner, _)| matches!(inner, "&&" | "||") && inner != op);
                    Some(if mixed { format!("({words})") } else { words })
                };
                Some(format!("{} {word} {}", side(a)?, side(b)?))
            }
            ("!", [a]) => self.negation(a, depth + 1),
            ("answer", [item]) => Some(format!("“{}”", self.item(item.as_str()?)?)),
            ("meets", [column]) => {
                Some(format!("{} meets every need that is chosen", self.column(column.as_str()?)?))
            }
            ("need", [row]) => Some(format!("the need “{}”", self.need(row.as_str()?)?)),
            ("==" | "!=" | "<" | "<=" | ">" | ">=", [a, b]) => self.comparison(op, a, b, depth),
            ("input", [name]) => {
                Some(format!("{}: yes", self.model.inputs.get(name.as_str()?)?.label))
            }
            _ => None,
        }
    }

    fn negation(&self, part: &Json, depth: usize) -> Option<String> {
        Some(match operation(part)? {
            ("answer", [item]) => format!("“{}” is not ticked", self.item(item.as_str()?)?),
            ("meets", [column]) => {
                let column = self.column(column.as_str()?)?;
                format!("{column} does not meet every need that is chosen")
            }
            ("need", [row]) => format!("the need “{}” is not chosen", self.need(row.as_str()?)?),
            _ => format!("not: {}", self.condition(part, depth)?),
        })
    }

    fn comparison(&self, op: &str, a: &Json, b: &Json, depth: usize) -> Option<String> {
        let (name, args) = operation(a)?;
        if let ("input", [input]) = (name, args) {
            let label = &self.model.inputs.get(input.as_str()?)?.label;
            if let Some(("text", [choice])) = operation(b) {
                return match op {
                    "==" => Some(format!("{label}: {}", choice.as_str()?)),
                    "!=" => Some(format!("{label}: not {}", choice.as_str()?)),
                    _ => None,
                };
            }
            return Some(format!("{label}: {} {}", amount(op)?, self.operand(b, 0)?));
        }
        let number = self.number(b, depth)?;
        Some(match (name, args) {
            ("yes", []) if op == "==" && number == "0" => "nothing ticked".to_owned(),
            ("yes", []) => format!("{} {number} ticked", amount(op)?),
            ("no", []) if op == "==" && number == "0" => "everything ticked".to_owned(),
            ("no", []) => format!("{} {number} not ticked", amount(op)?),
            ("score", []) => format!("a score of {} {number}", amount(op)?),
            ("count", [group]) => {
                let group = group.as_str()?;
                let groups = &self.checklist?.groups;
                let label = groups
                    .iter()
                    .find(|other| other.id == group)
                    .map_or(group, |group| &group.label);
                format!("{} {number} of “{label}”", amount(op)?)
            }
            ("rank", [column]) => {
                format!("{} ranks {} {number}", self.column(column.as_str()?)?, amount(op)?)
            }
            _ => return None,
        })
    }

    /// What an input is compared with: a number, or a product of what has a name.
    fn operand(&self, part: &Json, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        if let Some(number) = self.number(part, depth) {
            return Some(number);
        }
        match operation(part)? {
            ("input", [name]) => Some(self.model.inputs.get(name.as_str()?)?.label.clone()),
            ("let", [name]) => {
                // A name of the model's says less than what it is.
                let formula = self.model.formulas.get(name.as_str()?)?;
                let named = formula.label != formula.name;
                if named {
                    Some(formula.label.clone())
                } else {
                    self.operand(&self.program["lets"][&formula.name], depth + 1)
                }
            }
            (op @ ("*" | "/" | "+" | "-"), [a, b]) => {
                let sign = match op {
                    "*" => "×",
                    "-" => "−",
                    other => other,
                };
                let words = format!(
                    "{} {sign} {}",
                    self.operand(a, depth + 1)?,
                    self.operand(b, depth + 1)?
                );
                // What is not the whole must not be read with its neighbours.
                Some(if depth > 0 { format!("({words})") } else { words })
            }
            _ => None,
        }
    }

    /// A number that is written or is a figure; it must be a count to be said without its unit.
    fn number(&self, part: &Json, depth: usize) -> Option<String> {
        match part {
            Json::String(number) if !number.contains('/') => Some(number.clone()),
            _ => match operation(part)? {
                ("figure", [name]) => {
                    let figure = self.model.figures.get(name.as_str()?)?;
                    // Without its unit a quantity can be misread; counts have none.
                    let Quantity { value, dimension } = &figure.quantity;
                    Some(self.model.units.text(value, *dimension, figure.unit.as_ref()))
                }
                ("let", [name]) if depth <= MAX_DEPTH => {
                    self.number(&self.program["lets"][name.as_str()?], depth + 1)
                }
                _ => None,
            },
        }
    }

    fn item(&self, id: &str) -> Option<String> {
        let item = self.checklist?.items.iter().find(|item| item.id == id)?;
        Some(plain(&ask::prose(self.model, &item.text, &self.model.inputs())))
    }

    fn column(&self, id: &str) -> Option<&str> {
        let mut columns = self.model.matrices.values().flat_map(|matrix| &matrix.columns);
        columns.find(|column| column.id == id).map(|column| column.label.as_str())
    }

    fn need(&self, id: &str) -> Option<&str> {
        let mut rows = self.model.matrices.values().flat_map(|matrix| &matrix.rows);
        rows.find(|row| row.id == id).map(|row| row.label.as_str())
    }
}

fn amount(op: &str) -> Option<&'static str> {
    Some(match op {
        "==" => "exactly",
        "<" => "fewer than",
        "<=" => "at most",
        ">" => "more than",
        ">=" => "at least",
        _ => return None,
    })
}

/// The operator of an expression and what it is applied to.
fn operation(part: &Json) -> Option<(&str, &[Json])> {
    let (op, args) = part.as_array()?.split_first()?;
    Some((op.as_str()?, args))
}
