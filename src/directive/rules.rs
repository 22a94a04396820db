//! The model's rules in words, for the reader who has no script or wants to know why.
//!
//! Owns: the wording. A rule that is not of a common shape is shown as its author wrote it.

use super::ask;
use crate::content::plain;
use crate::model::{Checklist, Model};
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
        let part = self.meant(part)?;
        let (op, args) = operation(part)?;
        if depth > MAX_DEPTH {
            return None;
        }
        match (op, args) {
            ("&&" | "||", _) => self.chain(op, part, depth),
            ("!", [a]) => self.negation(self.meant(a)?, depth + 1),
            ("answer", [item]) => Some(format!("{} is ticked", self.item(item.as_str()?)?)),
            ("meets", [column, level @ ..]) => {
                let column = self.column(column.as_str()?)?;
                Some(match level.first().and_then(Json::as_str) {
                    Some("partly") => format!("{column} meets every chosen need at least in part"),
                    Some("preview") => {
                        format!("{column} meets every chosen need, if only in preview")
                    }
                    _ => format!("{column} meets every chosen need"),
                })
            }
            ("need", [row]) => Some(format!("{} is needed", self.need(row.as_str()?)?)),
            ("==" | "!=" | "<" | "<=" | ">" | ">=", [a, b]) => self.comparison(op, a, b, depth),
            ("input", [name]) => Some(format!("{} is on", self.input(name.as_str()?)?)),
            _ => None,
        }
    }

    /// Conditions that all hold, or of which one does: "a, and b"; those of the other kind among them in brackets.
    fn chain(&self, op: &str, part: &Json, depth: usize) -> Option<String> {
        let mut parts = Vec::new();
        self.flatten(op, part, &mut parts, depth)?;
        let mut words = Vec::new();
        if op == "&&" {
            words.extend(self.ticks(&mut parts));
        }
        for part in parts {
            let text = self.condition(part, depth + 1)?;
            // "a, or b and c" would be read wrongly.
            let mixed = operation(part).is_some_and(|(inner, _)| matches!(inner, "&&" | "||"));
            words.push(if mixed { format!("({text})") } else { text });
        }
        let word = if op == "&&" { ", and " } else { ", or " };
        let last = words.pop()?;
        Some(if words.is_empty() { last } else { format!("{}{word}{last}", words.join(", ")) })
    }

    /// The members of `a && b && c`, however they are bracketed or named.
    fn flatten<'j>(
        &'j self,
        op: &str,
        part: &'j Json,
        parts: &mut Vec<&'j Json>,
        depth: usize,
    ) -> Option<()> {
        let part = self.meant(part)?;
        match operation(part)? {
            (inner, [a, b]) if inner == op && depth <= MAX_DEPTH => {
                self.flatten(op, a, parts, depth + 1)?;
                self.flatten(op, b, parts, depth + 1)
            }
            _ => {
                parts.push(part);
                Some(())
            }
        }
    }

    /// How many are ticked and which of them: "only “a” is ticked" for `yes == 1 && answer("a")`, else "at least 2 are ticked,
    /// “a” among them, but not “b”". What is said so is taken from the parts.
    fn ticks(&self, parts: &mut Vec<&Json>) -> Option<String> {
        let counts = |part: &&Json| match operation(part) {
            Some((_, [a, _])) => matches!(operation(a), Some(("yes", []))),
            _ => false,
        };
        let ticked = |part: &Json| match operation(part)? {
            ("answer", [item]) => self.item(item.as_str()?),
            _ => None,
        };
        let open = |part: &Json| match operation(part)? {
            ("!", [inner]) => ticked(self.meant(inner)?),
            _ => None,
        };
        let at = parts.iter().position(counts)?;
        let with: Vec<String> = parts.iter().filter_map(|part| ticked(part)).collect();
        let without: Vec<String> = parts.iter().filter_map(|part| open(part)).collect();
        let mut words = self.condition(parts[at], MAX_DEPTH)?;
        match with.as_slice() {
            [] if without.is_empty() => return None,
            [] => {}
            [item] if words.starts_with("exactly 1 ") => words = format!("only {item} is ticked"),
            items => words += &format!(", {} among them", items.join(" and ")),
        }
        if !without.is_empty() {
            words += &format!(", but not {}", without.join(" or "));
        }
        parts.remove(at);
        parts.retain(|part| ticked(part).is_none() && open(part).is_none());
        Some(words)
    }

    /// What a name of the program stands for.
    fn meant<'j>(&'j self, mut part: &'j Json) -> Option<&'j Json> {
        for _ in 0..=MAX_DEPTH {
            match operation(part)? {
                ("let", [name]) => part = &self.program["lets"][name.as_str()?],
                _ => return Some(part),
            }
        }
        None
    }

    fn negation(&self, part: &Json, depth: usize) -> Option<String> {
        Some(match operation(part)? {
            ("answer", [item]) => format!("{} is not ticked", self.item(item.as_str()?)?),
            ("meets", [column, level @ ..]) => {
                let column = self.column(column.as_str()?)?;
                match level.first().and_then(Json::as_str) {
                    Some("partly") => {
                        format!("{column} does not even partly meet every chosen need")
                    }
                    Some("preview") => format!("{column} fails a chosen need"),
                    _ => format!("{column} does not meet every chosen need"),
                }
            }
            ("need", [row]) => format!("{} is not needed", self.need(row.as_str()?)?),
            ("input", [name]) => format!("{} is off", self.input(name.as_str()?)?),
            _ => format!("not ({})", self.condition(part, depth)?),
        })
    }

    fn comparison(&self, op: &str, a: &Json, b: &Json, depth: usize) -> Option<String> {
        let (name, args) = operation(a)?;
        if let ("input", [input]) = (name, args) {
            let label = self.input(input.as_str()?)?;
            if let Some(("text", [choice])) = operation(b) {
                return match op {
                    "==" => Some(format!("{label} is {}", choice.as_str()?)),
                    "!=" => Some(format!("{label} is not {}", choice.as_str()?)),
                    _ => None,
                };
            }
            let amount = amount(op)?.replace("fewer", "less");
            return Some(format!("{label} is {amount} {}", self.operand(b, 0)?));
        }
        let number = self.number(b, depth)?;
        let amount = amount(op)?;
        let are = if counted(&number) == "1" { "is" } else { "are" };
        Some(match (name, args) {
            ("yes", []) if op == "==" && counted(&number) == "0" => "nothing is ticked".to_owned(),
            ("yes", []) => format!("{amount} {number} {are} ticked"),
            ("no", []) if op == "==" && counted(&number) == "0" => {
                "everything is ticked".to_owned()
            }
            ("no", []) => format!("{amount} {number} {are} not ticked"),
            ("score", []) => format!("the score is {} {number}", amount.replace("fewer", "less")),
            ("count", [group]) => {
                let group = group.as_str()?;
                let groups = &self.checklist?.groups;
                let label = groups
                    .iter()
                    .find(|other| other.id == group)
                    .map_or(group, |group| &group.label);
                format!("{amount} {number} of “{label}” {are} ticked")
            }
            ("rank", [column]) => {
                let column = self.column(column.as_str()?)?;
                match op {
                    "==" | "<=" if number == "1" => format!("{column} ranks first"),
                    "<=" => format!("{column} ranks among the first {number}"),
                    ">" => format!("{column} ranks below the first {number}"),
                    "==" => format!("{column} ranks at place {number}"),
                    _ => return None,
                }
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
            ("input", [name]) => self.input(name.as_str()?),
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
                    Some(self.model.figure_text(figure, &figure.quantity.value))
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
        let prose = if item.short.is_empty() { &item.text } else { &item.short };
        let text = plain(&ask::prose(self.model, prose, &self.model.inputs()));
        Some(format!("“{text}”"))
    }

    fn input(&self, name: &str) -> Option<String> {
        Some(format!("“{}”", self.model.inputs.get(name)?.label))
    }

    fn column(&self, id: &str) -> Option<&str> {
        let mut columns = self.model.matrices.values().flat_map(|matrix| &matrix.columns);
        columns.find(|column| column.id == id).map(|column| column.label.as_str())
    }

    fn need(&self, id: &str) -> Option<String> {
        let mut rows = self.model.matrices.values().flat_map(|matrix| &matrix.rows);
        rows.find(|row| row.id == id).map(|row| format!("“{}”", row.label))
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

/// The number alone of "2 items".
fn counted(number: &str) -> &str {
    number.split_once(' ').map_or(number, |(number, _)| number)
}

/// The operator of an expression and what it is applied to.
fn operation(part: &Json) -> Option<(&str, &[Json])> {
    let (op, args) = part.as_array()?.split_first()?;
    Some((op.as_str()?, args))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Program;
    use crate::text::Source;

    const MODEL: &str = r#"
[inputs.pods]
label = "Pods"
default = 100
min = 1
max = 5000

[inputs.nodes]
label = "Nodes"
default = 10

[inputs.agent]
label = "With the agent"
default = false

[inputs.tier]
label = "Tier"
choices = ["standard", "premium"]
default = "standard"

[figures.enough]
value = 2
unit = "items"
basis = "judgement"

[figures.density]
value = 3
basis = "judgement"

[units]
item = "1"

[statuses.yes]
label = "yes"
meets = "fully"
weight = 1

[matrices.needs]
label = "Needs"

[[matrices.needs.columns]]
id = "mesh"
label = "A mesh"

[[matrices.needs.rows]]
id = "support"
label = "Support"
cells.mesh = { status = "yes" }

[checklists.list]
title = "List"

[[checklists.list.groups]]
id = "must"
label = "Must"

[[checklists.list.items]]
id = "a"
text = "A rule"
group = "must"

[[checklists.list.items]]
id = "b"
text = "Everyone wishes for it"
short = "A wish"
group = "must"

[[checklists.list.bands]]
id = "any"
verdict = "Any"

[advisors.which]
title = "Which?"
checklist = "list"
matrix = "needs"
inputs = ["pods", "nodes", "agent", "tier"]
"#;

    #[test]
    fn rules_are_said_as_people_say_them() {
        let cases = [
            ("yes == 0", "nothing is ticked"),
            ("no == 0", "everything is ticked"),
            ("yes == 1", "exactly 1 is ticked"),
            ("no >= 2", "at least 2 are not ticked"),
            ("yes >= enough", "at least 2 items are ticked"),
            ("yes == 1 && answer('a')", "only “A rule” is ticked"),
            ("answer('a') && yes >= enough", "at least 2 items are ticked, “A rule” among them"),
            (
                "yes == 1 && !answer('a') && meets('mesh')",
                "exactly 1 is ticked, but not “A rule”, and A mesh meets every chosen need",
            ),
            (
                "yes >= 2 && answer('a') && !answer('b')",
                "at least 2 are ticked, “A rule” among them, but not “A wish”",
            ),
            (
                "answer('a') && (need('support') || !meets('mesh'))",
                "“A rule” is ticked, and (“Support” is needed, or A mesh does not meet every chosen need)",
            ),
            (
                "meets('mesh', 'partly') && !meets('mesh', 'preview')",
                "A mesh meets every chosen need at least in part, and A mesh fails a chosen need",
            ),
            (
                "meets('mesh', 'preview') || !meets('mesh', 'partly')",
                "A mesh meets every chosen need, if only in preview, or A mesh does not even partly meet every chosen need",
            ),
            ("!(yes > 1 || agent)", "not (more than 1 is ticked, or “With the agent” is on)"),
            ("!agent && tier == 'premium'", "“With the agent” is off, and “Tier” is premium"),
            ("pods > density * nodes", "“Pods” is more than 3 × “Nodes”"),
            ("pods < 10", "“Pods” is less than 10"),
            ("score < 3", "the score is less than 3"),
            ("count('must') >= 1", "at least 1 of “Must” is ticked"),
            ("rank('mesh') == 1", "A mesh ranks first"),
            ("rank('mesh') <= 2", "A mesh ranks among the first 2"),
            // no common shape: as it was written
            ("yes * 2 > no", "yes * 2 > no"),
        ];
        let outcomes = cases.iter().enumerate().map(|(at, (when, _))| {
            format!(
                "[[advisors.which.outcomes]]\nid = \"o{at}\"\ntitle = \"T\"\nwhen = \"{when}\"\n"
            )
        });
        let text = format!("{MODEL}\n{}", outcomes.collect::<Vec<_>>().join("\n"));
        let (model, findings) = Model::load(&[Source::new("model.toml", &text)]);
        let said: Vec<_> = findings.iter().map(|finding| &finding.message).collect();
        let advisor = &model.advisors["which"];
        assert_eq!(advisor.outcomes.len(), cases.len(), "{said:?}");
        let mut program = Program::new(&model);
        for outcome in &advisor.outcomes {
            program.add(outcome.id.clone(), outcome.when.as_ref().expect("a rule"));
        }
        let program = program.json(&model.inputs());
        let checklist = model.checklists.get("list");
        let words = Words { model: &model, checklist, program: &program };
        for (at, (when, expected)) in cases.iter().enumerate() {
            assert_eq!(words.rule(&format!("o{at}"), when), *expected, "{when}; {said:?}");
        }
    }
}
