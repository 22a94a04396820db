//! A name of the bindings in an expression, with the fields behind it.

use super::bindings::Bound;
use super::parse::{Ast, AstKind};
use super::resolve::{Made, Resolver};
use super::{Op, Scalar, Type};
use crate::codes::{BAD_CALL, TOO_DEEP, UNKNOWN_NAME};
use crate::problem::Problem;
use plumb_text::Span;

impl<'a> Resolver<'a> {
    fn columns_of(&self, fact: usize) -> &'a [String] {
        self.scope.names.columns.get(&fact).map_or(&[], Vec::as_slice)
    }

    /// What a name of the bindings stands for, with the fields behind it. None where the model has to know the name.
    pub(super) fn bound(&mut self, ast: &Ast) -> Option<Made> {
        let mut fields = Vec::new();
        let mut base = ast;
        while let AstKind::Select(operand, field) = &base.kind {
            fields.push((field.as_str(), base.at));
            base = operand;
        }
        fields.reverse();
        match &base.kind {
            AstKind::Name(name) => {
                let bound = self.scope.bindings?.get(name)?.clone();
                Some(self.of_binding(ast, name, bound, &fields))
            }
            AstKind::Call { target: Some(target), name, args } if name == "component" => {
                let AstKind::Name(option) = &target.kind else { return None };
                let Bound::Option(option) = self.scope.bindings?.get(option)? else { return None };
                let id = option.id.clone();
                let op = self.of_option(target, (&id, target.span), Some((base, args)), &fields);
                Some(self.made(op, ast, 0))
            }
            _ => None,
        }
    }

    fn of_binding(&mut self, ast: &Ast, name: &str, bound: Bound, fields: &[(&str, Span)]) -> Made {
        let refuse = |this: &mut Self, problem| {
            let op = this.problem(problem);
            this.made(op, ast, 0)
        };
        match (bound, fields) {
            (Bound::Value(ir), []) => match self.splice(&ir, ast.span) {
                Some(made) => made,
                None => {
                    let message =
                        format!("with `{name}` in its place, this expression is too large");
                    refuse(self, Problem::new(&TOO_DEEP, ast.span, message))
                }
            },
            (Bound::Row { fact, row }, [(column, span)]) => {
                let columns = self.columns_of(fact);
                let op = self.column(fact, columns, column, *span);
                if let Op::Bad = op {
                    return self.made(op, ast, 0);
                }
                let (list, depth) = self.made(op, ast, 0);
                self.made(Op::Item(list, row), ast, depth)
            }
            (Bound::Row { fact, .. }, []) => {
                let columns = self.columns_of(fact).iter();
                let columns: Vec<_> = columns.map(|column| format!("`{name}.{column}`")).collect();
                let message = format!("`{name}` is a row of a table, which is no value");
                let problem = Problem::new(&BAD_CALL, ast.span, message);
                refuse(self, problem.help(format!("name a column of it: {}", columns.join(", "))))
            }
            (Bound::Option(option), [(word @ ("id" | "label" | "short"), _)]) => {
                let text = match *word {
                    "id" => option.id,
                    "label" => option.label,
                    _ => option.short,
                };
                self.constant(Scalar::Text(text), Type::Text, ast)
            }
            (Bound::Option(_), []) => {
                let message = format!("`{name}` is an option, which is no value");
                let problem = Problem::new(&BAD_CALL, ast.span, message);
                refuse(self, problem.help(format!("name what of it: `{name}.label`, `{name}.cpu`")))
            }
            (Bound::Option(option), fields) => {
                let op = self.of_option(ast, (&option.id, ast.span), None, fields);
                self.made(op, ast, 0)
            }
            (Bound::Options(_), _) => {
                let message = format!("`{name}` is several options, which are no value");
                let problem = Problem::new(&BAD_CALL, ast.span, message);
                refuse(self, problem.help("go through them with `each` or `table`"))
            }
            (Bound::Value(_), [(field, span), ..])
            | (Bound::Row { .. }, [_, (field, span), ..]) => {
                let message = format!("there is no field `{field}` here");
                refuse(self, Problem::new(&UNKNOWN_NAME, *span, message))
            }
        }
    }
}
