//! Tables of the model in formulas: columns by name, and functions that take a table.

use super::apply::Operation;
use super::names::{Name, Names};
use super::parse::{Ast, AstKind};
use super::resolve::{Made, Resolver, text_argument};
use super::{Op, Scalar, Type};
use crate::codes::{BAD_CALL, UNKNOWN_NAME};
use crate::problem::Problem;
use crate::version::Version;
use plumb_text::Span;

impl<'a> Resolver<'a> {
    /// A column of a table, by name.
    pub(super) fn column(
        &mut self,
        index: usize,
        columns: &[String],
        name: &str,
        span: Span,
    ) -> Op {
        if let Some(column) = columns.iter().position(|column| column == name) {
            return Op::Fact(index, Some(column));
        }
        let problem = Problem::new(&UNKNOWN_NAME, span, format!("there is no column `{name}`"))
            .help(format!("there are: {}", columns.join(", ")));
        self.problem(problem.did_you_mean(name, columns.iter().map(String::as_str)))
    }

    /// The table that an argument names: its index, and its columns.
    pub(super) fn table(&self, ast: &Ast) -> Option<(usize, &'a [String])> {
        let mut parts = Vec::new();
        let mut base = ast;
        while let AstKind::Select(operand, field) = &base.kind {
            parts.push(field.as_str());
            base = operand;
        }
        let AstKind::Name(first) = &base.kind else { return None };
        if self.scope.bindings.is_some_and(|bindings| bindings.has(first)) {
            return None;
        }
        parts.push(first);
        parts.reverse();
        let names: &'a Names = self.scope.names;
        match names.values.get(&parts.join(".")) {
            Some(Name::Fact(index)) => Some((*index, names.columns.get(index)?)),
            _ => None,
        }
    }

    /// A function over lists, dates, versions or texts. A table stands for its first column; where a column is named in quotes, it
    /// is that of the table.
    pub(super) fn operation(&mut self, ast: &Ast, operation: Operation, args: &[Ast]) -> Made {
        let Some((table, columns)) = args.first().and_then(|first| self.table(first)) else {
            let (ids, depth) = self.expressions(args);
            return self.made(Op::Apply(operation, ids), ast, depth);
        };
        let (mut ids, mut depth) = (Vec::new(), 0);
        for (at, arg) in args.iter().enumerate() {
            let is_column = match operation {
                Operation::Lookup => at == 2,
                Operation::MaxBy | Operation::MinBy => at > 0,
                _ => false,
            };
            let (id, below) = match &arg.kind {
                _ if at == 0 && matches!(operation, Operation::MaxBy | Operation::MinBy) => {
                    continue;
                }
                _ if at == 0 => self.made(Op::Fact(table, Some(0)), arg, 0),
                AstKind::Text(name) if is_column => {
                    let op = self.column(table, columns, name, arg.span);
                    self.made(op, arg, 0)
                }
                _ => self.expression(arg),
            };
            ids.push(id);
            depth = depth.max(below);
        }
        self.made(Op::Apply(operation, ids), ast, depth)
    }

    /// `version("1.32")`, `date("2026-11-29")`.
    pub(super) fn literal(&mut self, ast: &Ast, name: &str, args: &[Ast]) -> Made {
        let read = text_argument(ast, name, args).and_then(|(text, span)| {
            let found = match name {
                "version" => Version::read(text)
                    .map(|version| (Scalar::Version(version.into()), Type::Version)),
                _ => text.parse().ok().map(|date| (Scalar::Date(date), Type::Date)),
            };
            found.ok_or_else(|| {
                let message = format!("`{text}` is no {name}");
                Problem::new(&BAD_CALL, span, message)
            })
        });
        match read {
            Ok((scalar, ty)) => self.constant(scalar, ty, ast),
            Err(problem) => {
                let op = self.problem(problem);
                self.made(op, ast, 0)
            }
        }
    }
}
