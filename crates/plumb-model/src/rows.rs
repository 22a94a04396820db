//! Lists, tables and options gone through one by one, and what is computed over all of them.

use super::codes::{BAD_CALL, BAD_NAME, NO_VALUE, TOO_DEEP, TYPE_MISMATCH};
use super::entry::{FactValue, ModelOption};
use super::formula::bindings::{Bound, BoundOption};
use super::formula::eval::evaluate;
use super::formula::names::Name;
use super::formula::parse::{Ast, AstKind, parse};
use super::formula::types::check;
use super::formula::{Bindings, Compiled, Function, Ir, Op, Scalar, Type};
use super::problem::Problem;
use super::quantity::{Dimension, Ratio};
use super::version::Version;
use super::view::View;
use super::{Inputs, Model, Value};
use plumb_text::Span;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What can be gone through: the options of a model, the rows of a table, the items of a list.
#[derive(Clone, Debug)]
pub struct Rows {
    of: Of,
}

#[derive(Clone, Debug)]
enum Of {
    Options(Arc<[String]>),
    /// A fact with columns, and how many rows it has.
    Table(usize, usize),
    /// A list, and how many items it has.
    List(Arc<Ir>, usize),
}

/// What stands for all options of the model.
const OPTIONS: &str = "options";

impl Model {
    /// What an expression names to be gone through: `options`, a table's name, or whatever comes to a list.
    ///
    /// Spans of problems are in the text.
    pub fn rows(
        &self,
        text: &str,
        bindings: &Bindings,
        inputs: &Inputs,
    ) -> Result<Rows, Vec<Problem>> {
        let name = text.trim();
        let of = match (bindings.get(name), self.names.values.get(name)) {
            (Some(Bound::Options(ids)), _) => Of::Options(ids.clone()),
            (None, None) if name == OPTIONS => {
                if self.options.is_empty() {
                    let whole = Span::new(0, text.len());
                    return Err(vec![Problem::new(&NO_VALUE, whole, "the model has no options")]);
                }
                Of::Options(self.options.keys().cloned().collect())
            }
            (None, Some(Name::Fact(index))) if self.names.columns.contains_key(index) => {
                let rows = match &self.facts[*index].value {
                    FactValue::Table(columns) => {
                        columns.first().map_or(0, |column| column.values.items().len())
                    }
                    FactValue::One(..) => 0,
                };
                Of::Table(*index, rows)
            }
            _ => {
                let compiled = self.compile_with(text, bindings)?;
                if !matches!(compiled.ty(), Type::List(_)) {
                    let message = format!("this is {}, which has no rows", compiled.ty());
                    let whole = Span::new(0, text.len());
                    let problem = Problem::new(&TYPE_MISMATCH, whole, message);
                    return Err(vec![
                        problem.help("name a list, a table of the model, or `options`"),
                    ]);
                }
                let mut evaluator = super::evaluator::Evaluator::new(self, inputs, None);
                let list = evaluate(&compiled.ir, &mut evaluator)
                    .map_err(|fault| vec![self.problem(text, fault)])?;
                Of::List(compiled.ir.into(), list.items().len())
            }
        };
        let rows = Rows { of };
        if rows.len() > Rows::MOST {
            let message =
                format!("{} rows are more than the {} that are shown", rows.len(), Rows::MOST);
            return Err(vec![Problem::new(&BAD_CALL, Span::new(0, text.len()), message)]);
        }
        Ok(rows)
    }

    /// The sum of some expressions of one dimension, as an expression. A problem's span is at the start.
    pub fn sum(&self, parts: &[Compiled]) -> Result<Compiled, Problem> {
        let text = "sum";
        let mut ir = Ir::default();
        let mut roots = Vec::with_capacity(parts.len());
        for part in parts {
            let Some(root) = ir.splice(&part.ir, Span::at(0)) else {
                let message = "the sum of so many values is too large an expression";
                return Err(Problem::new(&TOO_DEEP, Span::at(0), message));
            };
            roots.push(root);
            ir.depth = ir.depth.max(part.ir.depth);
        }
        ir.push(Op::Call(Function::Sum, roots), Span::at(0), Span::at(0));
        ir.depth += 1;
        match check(&mut ir, text, &self.leaves).pop() {
            Some(problem) => Err(problem),
            None => Ok(Compiled::new(ir, text)),
        }
    }

    /// The option of this id, under a name.
    pub fn bind_option(
        &self,
        bindings: &mut Bindings,
        name: &str,
        id: &str,
    ) -> Result<(), Problem> {
        let Some(option) = self.options.get(id) else {
            return Err(Problem::unknown_id("option", id, self.options.keys()));
        };
        bindings.insert(name, Bound::Option(of_option(option)));
        Ok(())
    }

    /// Whether something beside the values of the model can have this name in expressions; else why not.
    pub fn check_binding(&self, name: &str, bindings: &Bindings) -> Result<(), Problem> {
        let refuse =
            |message: String| Err(Problem::new(&BAD_NAME, Span::new(0, name.len()), message));
        if !matches!(parse(name), Ok(Ast { kind: AstKind::Name(read), .. }) if read == name) {
            let help = "names are letters (a–z), digits and `_`";
            let message = format!("`{name}` can't be a name in expressions");
            return refuse(message).map_err(|problem| problem.help(help));
        }
        let below = format!("{name}.");
        let mut names = self.names.values.keys().chain(self.names.bad.keys());
        if names.any(|known| known == name || known.starts_with(&below)) || name == OPTIONS {
            return refuse(format!("`{name}` is a value of the model, which this would hide"));
        }
        if bindings.has(name) {
            return refuse(format!("`{name}` is a name around this, which it would hide"));
        }
        Ok(())
    }
}

fn of_option(option: &ModelOption) -> BoundOption {
    BoundOption {
        id: option.id.as_str().into(),
        label: option.label.as_str().into(),
        short: option.short_label().into(),
    }
}

impl Bindings {
    /// An expression that was read against the same model, under a name.
    pub fn bind(&mut self, name: &str, value: &Compiled) {
        self.insert(name, Bound::Value(Arc::new(value.ir.clone())));
    }

    /// A text under a name.
    pub fn bind_text(&mut self, name: &str, text: &str) {
        let mut ir = Ir { depth: 1, ..Ir::default() };
        let id = ir.push(Op::Constant(Scalar::Text(text.into())), Span::at(0), Span::at(0));
        ir.nodes[id].ty = Type::Text;
        self.insert(name, Bound::Value(ir.into()));
    }

    /// Some number of a dimension under a name, for those who want to know what an expression over it is.
    pub fn bind_number(&mut self, name: &str, dimension: Dimension) {
        let mut ir = Ir { depth: 1, ..Ir::default() };
        let one = Op::Constant(Scalar::Number(Ratio::from_integer(1.into())));
        let id = ir.push(one, Span::at(0), Span::at(0));
        ir.nodes[id].ty = Type::Number(dimension);
        self.insert(name, Bound::Value(ir.into()));
    }

    /// Several options under a name, by their ids, which are the model's.
    pub fn bind_options(&mut self, name: &str, ids: &[String]) {
        self.insert(name, Bound::Options(ids.into()));
    }
}

impl Rows {
    /// More rows than this nobody reads on a page.
    pub const MOST: usize = 1_000;

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.of {
            Of::Options(ids) => ids.len(),
            Of::Table(_, rows) | Of::List(_, rows) => *rows,
        }
    }

    /// Whether there are none at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A row under a name. The place is below the number of rows.
    pub fn bind(&self, model: &Model, bindings: &mut Bindings, name: &str, row: usize) {
        let bound = match &self.of {
            Of::Options(ids) => {
                let option = ids.get(row).and_then(|id| model.options.get(id));
                option.map(|option| Bound::Option(of_option(option)))
            }
            Of::Table(fact, _) => Some(Bound::Row { fact: *fact, row }),
            Of::List(list, _) => {
                let mut ir = Ir::default();
                ir.splice(list, Span::at(0)).map(|root| {
                    let id = ir.push(Op::Item(root, row), Span::at(0), Span::at(0));
                    if let Type::List(item) = ir.nodes[root].ty {
                        ir.nodes[id].ty = item.ty();
                    }
                    ir.depth = list.depth + 1;
                    Bound::Value(ir.into())
                })
            }
        };
        if let Some(bound) = bound {
            bindings.insert(name, bound);
        }
    }

    /// The options that are gone through, where it is options.
    pub fn options(&self) -> Option<&[String]> {
        match &self.of {
            Of::Options(ids) => Some(ids),
            _ => None,
        }
    }

    /// The columns that a table of all of it has: the name of each, and its expression, with the row under a name.
    pub fn columns(&self, model: &Model, name: &str) -> Vec<(String, String)> {
        let below = |column: &String| (column.clone(), format!("{name}.{column}"));
        match &self.of {
            Of::Options(ids) => {
                let known = ids.iter().filter_map(|id| model.names.options.get(id));
                let totals = known.flat_map(|option| option.totals.keys());
                let requests = totals.filter(|(view, _)| *view == View::Requests);
                let resources: BTreeSet<&String> = requests.map(|(_, resource)| resource).collect();
                let label = ("option".to_owned(), format!("{name}.label"));
                std::iter::once(label).chain(resources.into_iter().map(below)).collect()
            }
            Of::Table(fact, _) => {
                model.names.columns.get(fact).into_iter().flatten().map(below).collect()
            }
            Of::List(..) => vec![("value".to_owned(), name.to_owned())],
        }
    }
}

impl Value {
    /// Which of two values of one kind comes first; none for what has no order.
    pub fn order(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Quantity(a), Value::Quantity(b)) => Some(a.value.cmp(&b.value)),
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Value::Version(a), Value::Version(b)) => {
                Some(Version::read(a)?.cmp(&Version::read(b)?))
            }
            (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}
