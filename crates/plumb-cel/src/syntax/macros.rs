//! Macros: calls that are rewritten into other nodes while the tree is built.

use super::nodes::Nodes;
use super::tree::{Expr, Fold, Item, Kind, Literal, SyntaxError, ops};
use plumb_text::Span;

/// Which macros there are, beside those of the language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Macros {
    /// `optMap` and `optFlatMap`, over a value that may be absent.
    pub optionals: bool,
    /// Macros over two variables: `all(i, v, …)`, `transformList`, `transformMap` and the others.
    pub two_variables: bool,
    /// `sortBy`, over a list, by a key of each item.
    pub sort_by: bool,
    /// `cel.bind`, which names a value for an expression.
    pub bindings: bool,
}

/// The name of a loop's result so far. No name of an expression can be like it.
pub(crate) const ACCUMULATOR: &str = "@result";

/// A call that is rewritten.
pub(super) struct Call<'n> {
    pub(super) nodes: &'n mut Nodes,
    pub(super) target: Option<Expr>,
    pub(super) args: Vec<Expr>,
    /// All of it.
    pub(super) span: Span,
    /// Its name.
    pub(super) at: Span,
}

type Expanded = Result<Expr, SyntaxError>;
type Expand = fn(Call<'_>) -> Expanded;

impl Macros {
    pub(super) fn global(self, name: &str, args: usize) -> Option<Expand> {
        (name == "has" && args == 1).then_some(has as Expand)
    }

    pub(super) fn member(self, target: &Expr, name: &str, args: usize) -> Option<Expand> {
        let is_of_cel = || matches!(&target.kind, Kind::Ident(name) if name == "cel");
        let expand: Expand = match (name, args) {
            ("bind", 3) if self.bindings && is_of_cel() => bind,
            ("all", 2) => all,
            ("exists", 2) => exists,
            ("exists_one", 2) => exists_one,
            ("map", 2 | 3) => map,
            ("filter", 2) => filter,
            ("optMap", 2) if self.optionals => opt_map,
            ("optFlatMap", 2) if self.optionals => opt_flat_map,
            ("all", 3) if self.two_variables => all,
            ("exists", 3) if self.two_variables => exists,
            ("exists_one" | "existsOne", 3) if self.two_variables => exists_one,
            ("transformList", 3 | 4) if self.two_variables => transform_list,
            ("sortBy", 2) if self.sort_by => sort_by,
            ("transformMap", 3 | 4) if self.two_variables => transform_map,
            ("transformMapEntry", 3 | 4) if self.two_variables => transform_map_entry,
            _ => return None,
        };
        Some(expand)
    }
}

/// Makes the nodes of one expansion.
struct Maker<'n> {
    nodes: &'n mut Nodes,
    span: Span,
    at: Span,
}

impl Maker<'_> {
    fn make(&mut self, kind: Kind) -> Result<Expr, SyntaxError> {
        self.nodes.make(kind, self.span, self.at)
    }

    fn literal(&mut self, literal: Literal) -> Result<Expr, SyntaxError> {
        self.make(Kind::Literal(literal))
    }

    fn ident(&mut self, name: &str) -> Result<Expr, SyntaxError> {
        self.make(Kind::Ident(name.to_owned()))
    }

    fn so_far(&mut self) -> Result<Expr, SyntaxError> {
        self.ident(ACCUMULATOR)
    }

    fn call(&mut self, function: &str, args: Vec<Expr>) -> Result<Expr, SyntaxError> {
        self.nodes.call(function, args, self.span, self.at)
    }

    fn method(&mut self, target: Expr, function: &str) -> Result<Expr, SyntaxError> {
        let (target, function) = (Some(Box::new(target)), function.to_owned());
        self.make(Kind::Call { target, function, args: Vec::new() })
    }

    /// `condition ? step : what there is so far`
    fn only_if(&mut self, condition: Option<Expr>, step: Expr) -> Result<Expr, SyntaxError> {
        match condition {
            None => Ok(step),
            Some(condition) => {
                let so_far = self.so_far()?;
                self.call(ops::CONDITIONAL, vec![condition, step, so_far])
            }
        }
    }

    /// `result` with a name for a value: a loop over nothing.
    fn bind(&mut self, name: String, value: Expr, result: Expr) -> Result<Expr, SyntaxError> {
        let range = self.make(Kind::List(Vec::new()))?;
        let condition = self.literal(Literal::Bool(false))?;
        let step = self.ident(&name)?;
        let (variable, second) = ("@unused".to_owned(), None);
        let fold = Fold {
            range,
            variable,
            second,
            accumulator: name,
            init: value,
            condition,
            step,
            result,
        };
        self.make(Kind::Fold(Box::new(fold)))
    }

    /// The loop; its result is the accumulator where none is given.
    fn fold(
        &mut self,
        range: Expr,
        (variable, second): (String, Option<String>),
        init: Expr,
        condition: Expr,
        step: Expr,
        result: Option<Expr>,
    ) -> Result<Expr, SyntaxError> {
        let result = match result {
            Some(result) => result,
            None => self.so_far()?,
        };
        let accumulator = ACCUMULATOR.to_owned();
        self.make(Kind::Fold(Box::new(Fold {
            range,
            variable,
            second,
            accumulator,
            init,
            condition,
            step,
            result,
        })))
    }
}

/// The target of a macro, the names of its variables, and the arguments behind them.
struct Parts<'n> {
    maker: Maker<'n>,
    range: Expr,
    names: (String, Option<String>),
    rest: std::vec::IntoIter<Expr>,
}

impl<'n> Call<'n> {
    /// Its target, and its first argument, or two of them, as names of variables.
    fn parts(self, two: bool) -> Result<Parts<'n>, SyntaxError> {
        let Call { nodes, target, args, span, at } = self;
        let error = |message: &str, span| SyntaxError::new(message, span);
        let mut rest = args.into_iter();
        let mut name = || -> Result<(String, Span), SyntaxError> {
            let arg = rest.next().ok_or_else(|| error("a variable is missing", at))?;
            match arg.kind {
                Kind::Ident(name) if !name.starts_with('.') => Ok((name, arg.span)),
                _ => Err(error("the variable of a macro is a simple name", arg.span)),
            }
        };
        let (first, _) = name()?;
        let second = if two { Some(name()?) } else { None };
        if let Some((second, span)) = &second
            && *second == first
        {
            return Err(error(&format!("the variable `{first}` is named twice"), *span));
        }
        let range = target.ok_or_else(|| error("a macro needs what it walks", at))?;
        let names = (first, second.map(|(name, _)| name));
        Ok(Parts { maker: Maker { nodes, span, at }, range, names, rest })
    }
}

impl Parts<'_> {
    /// The filter, where there is one more argument than `wanted`.
    fn filter(&mut self, wanted: usize) -> Option<Expr> {
        (self.rest.len() > wanted).then(|| self.rest.next()).flatten()
    }

    fn argument(&mut self) -> Result<Expr, SyntaxError> {
        let at = self.maker.at;
        self.rest.next().ok_or_else(|| SyntaxError::new("an argument is missing", at))
    }
}

fn has(mut call: Call<'_>) -> Expanded {
    match call.args.pop() {
        Some(Expr { kind: Kind::Select { operand, field, test: false }, at: place, .. }) => {
            call.nodes.make(Kind::Select { operand, field, test: true }, call.span, place)
        }
        other => {
            let span = other.map_or(call.at, |arg| arg.span);
            Err(SyntaxError::new("`has` takes a field: has(a.b)", span))
        }
    }
}

fn all(call: Call<'_>) -> Expanded {
    let two = call.args.len() == 3;
    let mut parts = call.parts(two)?;
    let predicate = parts.argument()?;
    let Parts { mut maker, range, names, .. } = parts;
    let init = maker.literal(Literal::Bool(true))?;
    let so_far = maker.so_far()?;
    let condition = maker.call(ops::NOT_STRICTLY_FALSE, vec![so_far])?;
    let so_far = maker.so_far()?;
    let step = maker.call(ops::AND, vec![so_far, predicate])?;
    maker.fold(range, names, init, condition, step, None)
}

fn exists(call: Call<'_>) -> Expanded {
    let two = call.args.len() == 3;
    let mut parts = call.parts(two)?;
    let predicate = parts.argument()?;
    let Parts { mut maker, range, names, .. } = parts;
    let init = maker.literal(Literal::Bool(false))?;
    let so_far = maker.so_far()?;
    let not = maker.call(ops::NOT, vec![so_far])?;
    let condition = maker.call(ops::NOT_STRICTLY_FALSE, vec![not])?;
    let so_far = maker.so_far()?;
    let step = maker.call(ops::OR, vec![so_far, predicate])?;
    maker.fold(range, names, init, condition, step, None)
}

fn exists_one(call: Call<'_>) -> Expanded {
    let two = call.args.len() == 3;
    let mut parts = call.parts(two)?;
    let predicate = parts.argument()?;
    let Parts { mut maker, range, names, .. } = parts;
    let init = maker.literal(Literal::Int(0))?;
    let condition = maker.literal(Literal::Bool(true))?;
    let (so_far, one) = (maker.so_far()?, maker.literal(Literal::Int(1))?);
    let more = maker.call(ops::ADD, vec![so_far, one])?;
    let step = maker.only_if(Some(predicate), more)?;
    let (so_far, one) = (maker.so_far()?, maker.literal(Literal::Int(1))?);
    let result = maker.call(ops::EQUALS, vec![so_far, one])?;
    maker.fold(range, names, init, condition, step, Some(result))
}

/// A loop that builds a list: the items that pass the filter, each as `item`.
fn collect(
    maker: &mut Maker<'_>,
    range: Expr,
    names: (String, Option<String>),
    filter: Option<Expr>,
    item: Expr,
) -> Expanded {
    let init = maker.make(Kind::List(Vec::new()))?;
    let condition = maker.literal(Literal::Bool(true))?;
    let so_far = maker.so_far()?;
    let list = maker.make(Kind::List(vec![Item { value: item, optional: false }]))?;
    let more = maker.call(ops::ADD, vec![so_far, list])?;
    let step = maker.only_if(filter, more)?;
    maker.fold(range, names, init, condition, step, None)
}

fn map(call: Call<'_>) -> Expanded {
    let mut parts = call.parts(false)?;
    let filter = parts.filter(1);
    let item = parts.argument()?;
    let Parts { mut maker, range, names, .. } = parts;
    collect(&mut maker, range, names, filter, item)
}

fn filter(call: Call<'_>) -> Expanded {
    let mut parts = call.parts(false)?;
    let filter = parts.argument()?;
    let Parts { mut maker, range, names, .. } = parts;
    let item = maker.ident(&names.0)?;
    collect(&mut maker, range, names, Some(filter), item)
}

fn transform_list(call: Call<'_>) -> Expanded {
    let mut parts = call.parts(true)?;
    let filter = parts.filter(1);
    let item = parts.argument()?;
    let Parts { mut maker, range, names, .. } = parts;
    collect(&mut maker, range, names, filter, item)
}

/// A loop that builds a map out of what `insert` adds to it.
fn collect_map(
    maker: &mut Maker<'_>,
    range: Expr,
    names: (String, Option<String>),
    filter: Option<Expr>,
    mut insert: Vec<Expr>,
) -> Expanded {
    let init = maker.make(Kind::Map(Vec::new()))?;
    let condition = maker.literal(Literal::Bool(true))?;
    insert.insert(0, maker.so_far()?);
    let more = maker.call(ops::MAP_INSERT, insert)?;
    let step = maker.only_if(filter, more)?;
    maker.fold(range, names, init, condition, step, None)
}

fn transform_map(call: Call<'_>) -> Expanded {
    let mut parts = call.parts(true)?;
    let filter = parts.filter(1);
    let value = parts.argument()?;
    let Parts { mut maker, range, names, .. } = parts;
    let key = maker.ident(&names.0)?;
    collect_map(&mut maker, range, names, filter, vec![key, value])
}

fn transform_map_entry(call: Call<'_>) -> Expanded {
    let mut parts = call.parts(true)?;
    let filter = parts.filter(1);
    let entry = parts.argument()?;
    let Parts { mut maker, range, names, .. } = parts;
    collect_map(&mut maker, range, names, filter, vec![entry])
}

/// The name of what `optMap` and `optFlatMap` are called on.
pub(crate) const TARGET: &str = "@optional";

/// `target.hasValue() ? FULL(with the variable bound to target.value()) : optional.none()`; the target stands once.
fn with_value(call: Call<'_>, wrap: bool) -> Expanded {
    let mut parts = call.parts(false)?;
    let body = parts.argument()?;
    let Parts { mut maker, range: target, names: (name, _), .. } = parts;
    let optional = maker.ident(TARGET)?;
    let condition = maker.method(optional, "hasValue")?;
    let optional = maker.ident(TARGET)?;
    let value = maker.method(optional, "value")?;
    let bound = maker.bind(name, value, body)?;
    let full = if wrap { maker.call("optional.of", vec![bound])? } else { bound };
    let empty = maker.call("optional.none", Vec::new())?;
    let result = maker.call(ops::CONDITIONAL, vec![condition, full, empty])?;
    maker.bind(TARGET.to_owned(), target, result)
}

fn opt_map(call: Call<'_>) -> Expanded {
    with_value(call, true)
}

fn opt_flat_map(call: Call<'_>) -> Expanded {
    with_value(call, false)
}

/// `cel.bind(v, value, result)`: what it is called on is no value, but a name before the macro's.
fn bind(call: Call<'_>) -> Expanded {
    let mut parts = call.parts(false)?;
    let (value, result) = (parts.argument()?, parts.argument()?);
    let Parts { mut maker, names: (name, _), .. } = parts;
    maker.bind(name, value, result)
}

/// `target.sortBy(v, key)`: the target is bound to a name, so that it is evaluated once.
fn sort_by(call: Call<'_>) -> Expanded {
    const LIST: &str = "@list";
    let mut parts = call.parts(false)?;
    let key = parts.argument()?;
    let Parts { mut maker, range: target, names, .. } = parts;
    let list = maker.ident(LIST)?;
    let keys = collect(&mut maker, list, names, None, key)?;
    let list = Some(Box::new(maker.ident(LIST)?));
    let function = "@sortByAssociatedKeys".to_owned();
    let sorted = maker.make(Kind::Call { target: list, function, args: vec![keys] })?;
    maker.bind(LIST.to_owned(), target, sorted)
}
