//! How a directive writes a passage: a template read, its words followed, and the texts of arguments.

use super::codes::{INVALID_ARGUMENT, MISSING_ARGUMENT, OUTPUT_LIMIT};
use super::passage::Passage;
use super::{Call, ask};
use crate::diag::Diagnostic;
use crate::markdown::{
    self, Cut, Dialect, MALFORMED_DIRECTIVE, NodeKind, Part, Template, template,
};
use crate::model::{Bindings, Compiled, Rows, Value};
use crate::text::{Span, Spanned, TextMap, TextMapBuilder};
use std::collections::BTreeSet;
use std::rc::Rc;

/// A text of a directive's as a template; what is wrong with it is reported. `may_else` where it may have two halves.
pub(super) fn read(call: &mut Call<'_>, text: &Cut, may_else: bool) -> Option<Template> {
    let (template, faults) = template(text);
    let mut findings: Vec<Diagnostic> = faults
        .into_iter()
        .map(|fault| {
            let at = call.locate(fault.span);
            Diagnostic::new(&MALFORMED_DIRECTIVE, at, fault.message).help(fault.help)
        })
        .collect();
    if !may_else && template.otherwise.is_some() && findings.is_empty() {
        let at = call.locate(text.span());
        let message = "an `else` of this text belongs to no `when`";
        findings.push(Diagnostic::new(&MALFORMED_DIRECTIVE, at, message));
    }
    let is_good = findings.is_empty();
    call.report(findings);
    is_good.then_some(template)
}

/// Writes a passage.
pub(super) struct Writer<'c, 'a> {
    call: &'c mut Call<'a>,
    /// The map of the chapter or file that the templates are of.
    map: &'c TextMap,
    text: String,
    builder: TextMapBuilder,
    names: Vec<(usize, Rc<Bindings>)>,
    /// The conditions, with what they come to, whose other text has been checked for a row.
    checked: BTreeSet<(Span, bool)>,
}

impl<'c, 'a> Writer<'c, 'a> {
    pub(super) fn new(call: &'c mut Call<'a>, map: &'c TextMap) -> Writer<'c, 'a> {
        Writer {
            call,
            map,
            text: String::new(),
            builder: TextMapBuilder::default(),
            names: Vec::new(),
            checked: BTreeSet::new(),
        }
    }

    pub(super) fn finish(self, inline: bool, said: impl Into<String>) -> Passage {
        let map = self.builder.finish_within(self.map);
        Passage { text: self.text, map, inline, said: said.into(), names: self.names }
    }

    /// Text as it stands.
    pub(super) fn text(&mut self, text: &Cut, names: &Rc<Bindings>) -> Option<()> {
        self.take(text.text().len(), 0)?;
        if self.names.last().is_none_or(|(_, last)| !Rc::ptr_eq(last, names)) {
            self.names.push((self.text.len(), names.clone()));
        }
        self.text.push_str(text.text());
        text.map_into(&mut self.builder, self.map);
        Some(())
    }

    /// Ends the line that the text ends in.
    pub(super) fn end_line(&mut self, names: &Rc<Bindings>) -> Option<()> {
        match self.text.is_empty() || self.text.ends_with('\n') {
            true => Some(()),
            false => self.text(&Cut::of("\n", Span::at(0)), names),
        }
    }

    /// All of a template with these names.
    pub(super) fn parts(&mut self, parts: &[Part], names: &Rc<Bindings>) -> Option<()> {
        for part in parts {
            match part {
                Part::Text(text) => self.text(text, names)?,
                Part::When { condition, yes, no } => {
                    let holds = self.holds(condition, names)?;
                    let (shown, other) = if holds { (yes, no) } else { (no, yes) };
                    let is_first = self.checked.insert((condition.span(), holds));
                    self.check(other, names, is_first)?;
                    self.parts(shown, names)?;
                }
                Part::Each { list, name, body } => {
                    let rows = self.rows(list, name, names)?;
                    for row in 0..rows.len() {
                        self.take(0, 1)?;
                        let mut inner = Bindings::clone(names);
                        rows.bind(self.call.model, &mut inner, &name.value, row);
                        self.parts(body, &Rc::new(inner))?;
                    }
                }
            }
        }
        Some(())
    }

    /// Reads the expressions of a template that is not written today, and computes nothing: what it says must make sense when it is.
    ///
    /// With `all`, every option of a list of options is tried, within the first of the lists around; else the first alone. To try
    /// each with each other would take as many steps as the lists are long, to the power of how deep they are nested.
    pub(super) fn check(&mut self, parts: &[Part], names: &Rc<Bindings>, all: bool) -> Option<()> {
        for part in parts {
            match part {
                Part::Text(text) => {
                    self.take(text.text().len(), 0)?;
                    let map = text.map(self.map);
                    for node in markdown::scan(text.text(), &map, Dialect::default()).nodes {
                        if let NodeKind::Value(value) = &node.kind {
                            self.compile(value, &map, names);
                        }
                    }
                }
                Part::When { condition, yes, no } => {
                    self.take(0, 1)?;
                    self.compile(condition, self.map, names);
                    self.check(yes, names, all)?;
                    self.check(no, names, all)?;
                }
                Part::Each { list, name, body } => {
                    self.take(0, 1)?;
                    let (rows, mut inner) = (self.rows(list, name, names)?, Bindings::clone(names));
                    // Options differ in what they have; the rows of a table are all of one kind.
                    let differ = all && rows.options().is_some();
                    let tried = if differ { rows.len() } else { rows.len().min(1) };
                    for row in 0..tried {
                        self.take(0, 1)?;
                        rows.bind(self.call.model, &mut inner, &name.value, row);
                        self.check(body, &Rc::new(inner.clone()), all && row == 0)?;
                    }
                }
            }
        }
        Some(())
    }

    /// An expression of the directive's own file; what can't be read is told.
    pub(super) fn read(&mut self, expression: &Cut, names: &Bindings) -> Option<Compiled> {
        self.compile(expression, self.map, names)
    }

    fn compile(&mut self, expression: &Cut, map: &TextMap, names: &Bindings) -> Option<Compiled> {
        match self.call.model.compile_with(expression.text(), names) {
            Ok(compiled) => {
                self.call.used.expression(&compiled);
                Some(compiled)
            }
            Err(problems) => {
                self.call.used.mentioned(self.call.model, expression.text());
                let locate = ask::in_cut(map, expression);
                self.call.report(problems.into_iter().map(|problem| problem.located(&locate)));
                None
            }
        }
    }

    /// What an `each` of a template goes through.
    fn rows(&mut self, list: &Cut, name: &Spanned<String>, names: &Bindings) -> Option<Rows> {
        let model = self.call.model;
        if let Err(problem) = model.check_binding(&name.value, names) {
            let at = self.map.locate(name.span);
            self.call.findings.push(problem.located(|_| at.clone()));
            return None;
        }
        self.call.used.mentioned(model, list.text());
        match model.rows(list.text(), names, &model.inputs()) {
            Ok(rows) => Some(rows),
            Err(problems) => {
                let locate = ask::in_cut(self.map, list);
                self.call.report(problems.into_iter().map(|problem| problem.located(&locate)));
                None
            }
        }
    }

    /// Whether a condition holds.
    pub(super) fn holds(&mut self, condition: &Cut, names: &Bindings) -> Option<bool> {
        self.take(0, 1)?;
        let locate = ask::in_cut(self.map, condition);
        holds(self.call, (condition.text(), names), locate)
    }

    /// Takes what is written, or gone through, from what is left.
    pub(super) fn take(&mut self, text: usize, steps: usize) -> Option<()> {
        let budget = self.call.budget;
        if budget.take(text, steps) {
            return Some(());
        }
        let message = budget.exhausted();
        let at = self.call.locate(self.call.name().span);
        self.call.findings.push(Diagnostic::new(&OUTPUT_LIMIT, at, message));
        None
    }
}

/// Whether a condition holds; what is wrong is reported.
pub(super) fn holds(
    call: &mut Call<'_>,
    (text, names): (&str, &Bindings),
    locate: impl Fn(Span) -> crate::text::Location,
) -> Option<bool> {
    let inputs = call.model.inputs();
    let is_condition = call.model.compile_with(text, names).map(|it: Compiled| it.is_condition());
    if let Ok(false) = is_condition {
        let at = locate(Span::new(0, text.len()));
        let message = "this is neither true nor false, so nothing can depend on it";
        let finding = Diagnostic::new(&INVALID_ARGUMENT, at, message);
        call.findings.push(finding.help("compare it with something: `… == …`, `… > …`"));
        return None;
    }
    let value =
        ask::evaluate(call.model, (text, names), &inputs, call.used, locate, call.findings)?;
    match value.value {
        Value::Bool(holds) => Some(holds),
        _ => None,
    }
}

/// The text that a directive is to write, and whether it is running text: what is below its arguments, or its `text`.
pub(super) fn body(call: &mut Call<'_>, text: Option<&Spanned<String>>) -> Option<(Cut, bool)> {
    match (&call.directive.template, text) {
        (Some(template), None) if !call.place.inline => Some((template.clone(), false)),
        (Some(template), None) => {
            let message = "text below the arguments is blocks, which can't be within a paragraph";
            let finding =
                Diagnostic::new(&MALFORMED_DIRECTIVE, call.locate(template.span()), message);
            let help = "put it into `text=\"…\"`, or the comment on a line of its own";
            call.findings.push(finding.help(help));
            None
        }
        (None, Some(text)) => Some((cut_of(text), true)),
        (Some(_), Some(text)) => {
            call.wrong(text.span, "there is text below the arguments already");
            None
        }
        (None, None) => {
            let message = format!("`{}` has nothing to write", call.name().value);
            let at = call.locate(call.name().span);
            let help = "write the text below this line, before the `-->`; within a sentence, as `text=\"…\"`";
            call.findings.push(Diagnostic::new(&MISSING_ARGUMENT, at, message).help(help));
            None
        }
    }
}

/// A text of an argument with its place.
pub(super) fn cut_of(text: &Spanned<String>) -> Cut {
    let quoted = text.span.len() == text.value.len() + 2;
    let span = if quoted { Span::new(text.span.start + 1, text.span.end - 1) } else { text.span };
    Cut::of(&text.value, span)
}
