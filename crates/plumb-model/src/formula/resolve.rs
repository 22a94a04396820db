//! From a tree to nodes, which refer to inputs, figures and definitions by index.

use super::apply::{OPERATIONS, Operation};
use super::bindings::Bindings;
use super::names::{self, Locals, Name, Names};
use super::parse::{Ast, AstKind};
use super::{Binary, Function, Ir, Local, NodeId, Op, Scalar, Type};
use crate::codes::{BAD_CALL, NO_VALUE, UNKNOWN_NAME};
use crate::meets::Meets;
use crate::problem::Problem;
use crate::quantity::{Given, Units, parse_kubernetes};
use crate::view::View;
use num_traits::Zero;
use plumb_text::Span;

/// Where a formula stands, as far as it decides what names mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) names: &'a Names,
    pub(crate) units: &'a Units,
    pub(crate) locals: Option<&'a Locals>,
    pub(crate) bindings: Option<&'a Bindings>,
    /// The key that a bare quantity takes its dimension from (`cpu`), where one may stand.
    pub(crate) bare: Option<&'a str>,
}

/// Reads a text and finds its names. The nodes have no types yet, but for constants.
pub(crate) fn resolve<'a>(text: &'a str, scope: Scope<'a>) -> Result<Ir, Vec<Problem>> {
    let mut resolver = Resolver { text, scope, ir: Ir::default(), problems: Vec::new() };
    if let Some(constant) = resolver.bare_quantity(text) {
        return constant.map_err(|problem| vec![problem]);
    }
    let ast = match super::parse::parse(text) {
        Ok(ast) => ast,
        // `20% * pods` is no quantity of some unit
        Err(problem) if problem.instead.is_some() && problem.span.len() < text.trim().len() => {
            return Err(vec![problem]);
        }
        Err(problem) => return resolver.with_unit(text, problem).map_err(|problem| vec![problem]),
    };
    let (_, depth) = resolver.expression(&ast);
    resolver.ir.depth = depth;
    if resolver.problems.is_empty() { Ok(resolver.ir) } else { Err(resolver.problems) }
}

pub(super) struct Resolver<'a> {
    text: &'a str,
    pub(super) scope: Scope<'a>,
    ir: Ir,
    problems: Vec<Problem>,
}

/// A node and how deep it is nested.
pub(super) type Made = (NodeId, usize);

impl<'a> Resolver<'a> {
    /// `100m` or `0.5` as a whole formula: a quantity of the key it stands under.
    fn bare_quantity(&self, text: &str) -> Option<Result<Ir, Problem>> {
        let word = text.trim();
        let key = self.scope.bare?;
        parse_kubernetes(word).ok()?;
        let start = text.len() - text.trim_start().len();
        let span = Span::new(start, start + word.len());
        let written =
            self.scope.units.read(word).and_then(|written| written.resolve(None, None, key));
        Some(match written {
            Ok(Given { quantity, written, .. }) => {
                let mut ir = Ir { depth: 1, written, ..Ir::default() };
                let id = ir.push(Op::Constant(Scalar::Number(quantity.value)), span, span);
                ir.nodes[id].ty = Type::Number(quantity.dimension);
                Ok(ir)
            }
            Err(error) => Err(Problem::quantity(span, error)),
        })
    }

    /// `8 GiB` as a whole formula, which CEL cannot read. (`2 / pods` it can, so that is a division.)
    fn with_unit(&self, text: &str, problem: Problem) -> Result<Ir, Problem> {
        let word = text.trim();
        let read = self.scope.units.read(word).and_then(|written| written.resolve(None, None, ""));
        match (read, self.scope.bare) {
            (Ok(Given { quantity, written, .. }), Some(_)) => {
                let mut ir = Ir { depth: 1, written, ..Ir::default() };
                let span = Span::new(0, text.len());
                let id = ir.push(Op::Constant(Scalar::Number(quantity.value)), span, span);
                ir.nodes[id].ty = Type::Number(quantity.dimension);
                Ok(ir)
            }
            (Ok(_), None) => Err(problem.help(format!("write `quantity(\"{word}\")`"))),
            (Err(_), _) => Err(problem),
        }
    }

    pub(super) fn problem(&mut self, problem: Problem) -> Op {
        self.problems.push(problem);
        Op::Bad
    }

    pub(super) fn made(&mut self, op: Op, ast: &Ast, depth: usize) -> Made {
        (self.ir.push(op, ast.at, ast.span), depth + 1)
    }

    pub(super) fn constant(&mut self, scalar: Scalar, ty: Type, ast: &Ast) -> Made {
        let id = self.ir.push(Op::Constant(scalar), ast.at, ast.span);
        self.ir.nodes[id].ty = ty;
        (id, 1)
    }

    /// Another formula in the place of a name; none where that is too much.
    pub(super) fn splice(&mut self, other: &Ir, at: Span) -> Option<Made> {
        let id = self.ir.splice(other, at)?;
        Some((id, other.depth.max(1)))
    }

    pub(super) fn expression(&mut self, ast: &Ast) -> Made {
        match &ast.kind {
            AstKind::Number(value) => {
                let ty =
                    if value.is_zero() { Type::Zero } else { Type::Number(Default::default()) };
                self.constant(Scalar::Number(value.clone()), ty, ast)
            }
            AstKind::Bool(value) => self.constant(Scalar::Bool(*value), Type::Bool, ast),
            AstKind::Text(value) => {
                self.constant(Scalar::Text(value.as_str().into()), Type::Text, ast)
            }
            AstKind::Name(_) | AstKind::Select(..) => {
                if let Some(made) = self.bound(ast) {
                    return made;
                }
                let op = self.name(ast);
                self.made(op, ast, 0)
            }
            AstKind::Not(operand) => {
                let (id, depth) = self.expression(operand);
                self.made(Op::Not(id), ast, depth)
            }
            AstKind::Negate(operand) => {
                let (id, depth) = self.expression(operand);
                self.made(Op::Negate(id), ast, depth)
            }
            AstKind::Binary(binary, left, right) => {
                let (left, left_depth) = self.expression(left);
                let (right, right_depth) = self.expression(right);
                if matches!(binary, Binary::Equal | Binary::NotEqual) {
                    self.check_choice(left, &[right]);
                    self.check_choice(right, &[left]);
                }
                self.made(Op::Binary(*binary, left, right), ast, left_depth.max(right_depth))
            }
            AstKind::If(condition, yes, no) => {
                let (condition, a) = self.expression(condition);
                let (yes, b) = self.expression(yes);
                let (no, c) = self.expression(no);
                self.made(Op::If(condition, yes, no), ast, a.max(b).max(c))
            }
            AstKind::In(element, list) => self.membership(ast, element, list),
            AstKind::Call { target, name, args } => self.call(ast, target.as_deref(), name, args),
            AstKind::List(items) => {
                let (ids, depth) = self.expressions(items);
                if ids.is_empty() {
                    let problem = Problem::new(&BAD_CALL, ast.span, "this list is empty");
                    let op = self.problem(problem);
                    return self.made(op, ast, 0);
                }
                self.made(Op::List(ids), ast, depth)
            }
        }
    }

    fn membership(&mut self, ast: &Ast, element: &Ast, list: &Ast) -> Made {
        let AstKind::List(list) = &list.kind else {
            let ((element, a), (list, b)) = (self.expression(element), self.expression(list));
            return self.made(Op::Among(element, list), ast, a.max(b));
        };
        let (element, element_depth) = self.expression(element);
        let (ids, depth) = self.expressions(list);
        self.check_choice(element, &ids);
        self.made(Op::In(element, ids), ast, depth.max(element_depth))
    }

    /// Several expressions, and how deep the deepest of them is nested.
    pub(super) fn expressions(&mut self, list: &[Ast]) -> (Vec<NodeId>, usize) {
        let made: Vec<Made> = list.iter().map(|ast| self.expression(ast)).collect();
        let depth = made.iter().map(|(_, depth)| *depth).max().unwrap_or(0);
        (made.into_iter().map(|(id, _)| id).collect(), depth)
    }

    /// A dotted name, or a field of an option.
    fn name(&mut self, ast: &Ast) -> Op {
        let mut fields: Vec<(&str, Span)> = Vec::new();
        let mut base = ast;
        while let AstKind::Select(operand, field) = &base.kind {
            fields.push((field, base.at));
            base = operand;
        }
        fields.reverse();
        match &base.kind {
            AstKind::Name(first) => self.dotted(first, &fields, ast.span),
            AstKind::Call { target: None, name, args } if name == "option" => {
                self.option(base, args, None, &fields)
            }
            AstKind::Call { target: Some(target), name, args } if name == "component" => {
                match &target.kind {
                    AstKind::Call { target: None, name, args: option } if name == "option" => {
                        self.option(target, option, Some((base, args)), &fields)
                    }
                    _ => self.problem(Problem::new(
                        &BAD_CALL,
                        base.at,
                        "`component` belongs behind `option(…)`",
                    )),
                }
            }
            _ => {
                let (field, span) = fields.first().copied().unwrap_or(("", ast.span));
                let message = format!("there is no field `{field}` here");
                let problem = Problem::new(&UNKNOWN_NAME, span, message);
                let problem = match &base.kind {
                    AstKind::Text(text) => match self.quoted(text, &fields) {
                        Some(formula) => problem.help(format!("write `{formula}`")),
                        None => problem.help("a name stands without quotes"),
                    },
                    _ => problem,
                };
                self.problem(problem)
            }
        }
    }

    /// What was meant by a text with fields: a name, or a field of an option.
    fn quoted(&self, text: &str, fields: &[(&str, Span)]) -> Option<String> {
        let names = self.scope.names;
        let rest: String = fields.iter().map(|(field, _)| format!(".{field}")).collect();
        let whole = format!("{text}{rest}");
        if names.values.contains_key(&whole) {
            return Some(whole);
        }
        let id = names.options.get_key_value(text).map(|(id, _)| id.as_str());
        Some(format!("option('{}'){rest}", id.or_else(|| names.option_called(text))?))
    }

    /// The option whose id stands at a place without quotes: before its field (`proxy-a.cpu`), or all of an argument.
    fn unquoted(&self, at: Span) -> Option<&'a str> {
        let names: &'a Names = self.scope.names;
        let rest = self.text.get(at.start..)?;
        let whole = &self.text[at.range()];
        let stands = |id: &&String| {
            id.as_str() == whole
                || rest.strip_prefix(id.as_str()).is_some_and(|rest| rest.starts_with('.'))
        };
        names.options.keys().find(stands).map(String::as_str)
    }

    fn dotted(&mut self, first: &str, fields: &[(&str, Span)], span: Span) -> Op {
        if fields.is_empty()
            && self.scope.locals.is_some()
            && let Some(local) = match first {
                "yes" => Some(Local::Yes),
                "no" => Some(Local::No),
                "total" => Some(Local::Total),
                "score" => Some(Local::Score),
                _ => None,
            }
        {
            return Op::Local(local);
        }
        let mut full = first.to_owned();
        let mut known = None;
        for (at, (field, _)) in
            std::iter::once((first, span)).chain(fields.iter().copied()).enumerate()
        {
            if at > 0 {
                full.push('.');
                full.push_str(field);
            }
            if let Some(name) = self.scope.names.values.get(&full) {
                known = Some((*name, at));
            }
        }
        match known {
            Some((Name::Input(index), at)) if at == fields.len() => Op::Input(index),
            Some((Name::Figure(index), at)) if at == fields.len() => Op::Figure(index),
            Some((Name::Definition(index), at)) if at == fields.len() => Op::Definition(index),
            Some((Name::Fact(index), at)) if at + 1 >= fields.len() => {
                let names: &'a Names = self.scope.names;
                match (names.columns.get(&index), fields.get(at)) {
                    (None, None) => Op::Fact(index, None),
                    (Some(columns), Some((column, span))) => {
                        self.column(index, columns, column, *span)
                    }
                    (Some(columns), None) => {
                        let message = format!("`{full}` is a table, which is no value");
                        let problem = Problem::new(&BAD_CALL, span, message);
                        self.problem(problem.help(format!(
                            "name a column of it: {}",
                            columns
                                .iter()
                                .map(|column| format!("`{full}.{column}`"))
                                .collect::<Vec<_>>()
                                .join(", ")
                        )))
                    }
                    (None, Some((field, span))) => {
                        let message = format!("there is no field `{field}` here");
                        self.problem(Problem::new(&UNKNOWN_NAME, *span, message))
                    }
                }
            }
            _ if self.scope.names.bad.contains_key(&full) => {
                let problem = Problem::new(&NO_VALUE, span, format!("`{full}` has no value"));
                let place = self.scope.names.bad[&full].clone();
                self.problem(problem.related(place, "it has a finding of its own"))
            }
            _ => {
                // of thousands of names, only those of about that length can be near
                let near = |name: &&str| name.len().abs_diff(full.len()) <= 4;
                let names = self.scope.names.values.keys().map(String::as_str).filter(near);
                let mut candidates: Vec<&str> = names.collect();
                if self.scope.locals.is_some() {
                    candidates.extend(["yes", "no", "total", "score"]);
                }
                candidates.extend(self.scope.bindings.into_iter().flat_map(Bindings::names));
                let mut problem =
                    Problem::new(&UNKNOWN_NAME, span, format!("the model has no `{full}`"));
                if full.contains('.')
                    && let Some((option, resource)) =
                        full.strip_prefix("options.").and_then(|r| r.split_once('.'))
                {
                    problem = problem.help(format!(
                        "an option's total is written `option(\"{option}\").{resource}`"
                    ));
                } else if let Some(id) = self.unquoted(span) {
                    let example = "its values are its resources: `option('a').cpu`";
                    let help = format!("the option `{id}` is written `option('{id}')`");
                    problem = problem.help(match fields.is_empty() {
                        true if !self.text[span.start + id.len()..].starts_with('.') => {
                            format!("{help}; {example}")
                        }
                        _ => help,
                    });
                }
                problem.help.extend(self.scope.names.absent.clone());
                self.problem(problem.did_you_mean(&full, candidates))
            }
        }
    }

    /// `option("id")`, perhaps `.component("name")`, then perhaps a view, then a resource or `count`.
    fn option(
        &mut self,
        call: &Ast,
        args: &[Ast],
        component: Option<(&Ast, &[Ast])>,
        fields: &[(&str, Span)],
    ) -> Op {
        match (text_argument(call, "option", args), args) {
            (Ok(id), _) => self.of_option(call, id, component, fields),
            (Err(mut problem), [id]) => {
                if let Some(id) = self.unquoted(id.span) {
                    problem.help = vec![format!("an id stands in quotes: `option('{id}')`")];
                }
                self.problem(problem)
            }
            (Err(problem), _) => self.problem(problem),
        }
    }

    /// The same of an option that is known by its id, which stands at a span.
    pub(super) fn of_option(
        &mut self,
        call: &Ast,
        (id, span): (&str, Span),
        component: Option<(&Ast, &[Ast])>,
        fields: &[(&str, Span)],
    ) -> Op {
        let names: &'a Names = self.scope.names;
        let Some(option) = names.options.get(id) else {
            let problem = Problem::new(&UNKNOWN_NAME, span, format!("there is no option `{id}`"));
            return self.problem(match names.option_called(id) {
                Some(meant) => {
                    let mut problem = problem.help(names::is_label(id, meant));
                    problem.instead = Some(meant.to_owned());
                    problem
                }
                None => problem.did_you_mean(id, names.options.keys().map(String::as_str)),
            });
        };
        let (table, count) = match component {
            None => (&option.totals, None),
            Some((call, args)) => {
                let (name, span) = match text_argument(call, "component", args) {
                    Ok(found) => found,
                    Err(problem) => return self.problem(problem),
                };
                let Some(component) = option.components.get(name) else {
                    let message = format!("option `{id}` has no component `{name}`");
                    let problem = Problem::new(&UNKNOWN_NAME, span, message);
                    let known = option.components.keys().map(String::as_str);
                    return self.problem(problem.did_you_mean(name, known));
                };
                (&component.share, Some(component.count))
            }
        };
        let (view, rest) = match fields {
            [(name, _), rest @ ..] if View::named(name).is_some() => {
                (View::named(name).unwrap_or(View::Requests), rest)
            }
            rest => (View::Requests, rest),
        };
        match (rest, count) {
            ([("count", _)], Some(count)) => Op::Definition(count),
            ([(resource, span)], _) => match table.get(&(view, (*resource).to_owned())) {
                Some(definition) => Op::Definition(*definition),
                None => {
                    let known: Vec<&str> =
                        table.keys().filter(|(v, _)| *v == view).map(|(_, r)| r.as_str()).collect();
                    let message =
                        format!("option `{id}` does not say its {} of `{resource}`", view.name());
                    let mut problem = Problem::new(&UNKNOWN_NAME, *span, message);
                    if !known.is_empty() {
                        problem = problem.help(format!("it says: {}", known.join(", ")));
                    }
                    self.problem(problem.did_you_mean(resource, known))
                }
            },
            _ => {
                let problem =
                    Problem::new(&BAD_CALL, call.span, "say which resource of the option");
                self.problem(problem.help(format!("for example `option(\"{id}\").cpu`")))
            }
        }
    }

    fn call(&mut self, ast: &Ast, target: Option<&Ast>, name: &str, args: &[Ast]) -> Made {
        // CEL's extension library has some functions behind `math.`
        let (name, target) = match target {
            Some(Ast { kind: AstKind::Name(library), .. }) if library == "math" => {
                let known = [("least", "min"), ("greatest", "max")];
                let name =
                    known.iter().find(|(theirs, _)| *theirs == name).map_or(name, |(_, ours)| ours);
                (name, None)
            }
            other => (name, other),
        };
        if target.is_some() {
            let op = if name == "component" {
                self.name(ast)
            } else {
                let message = format!("there is no function `.{name}()` in formulas");
                self.problem(Problem::new(&BAD_CALL, ast.at, message))
            };
            return self.made(op, ast, 0);
        }
        match name {
            "quantity" => self.quantity(ast, args),
            "version" | "date" => self.literal(ast, name, args),
            "option" => {
                let op = self.option(ast, args, None, &[]);
                self.made(op, ast, 0)
            }
            "count" | "answer" | "need" | "meets" | "rank"
                if self.scope.locals.is_some()
                    && !args.iter().any(|arg| name == "count" && self.table(arg).is_some()) =>
            {
                let op = self.local(ast, name, args);
                self.made(op, ast, 0)
            }
            _ => self.function(ast, name, args),
        }
    }

    fn function(&mut self, ast: &Ast, name: &str, args: &[Ast]) -> Made {
        let (function, least, most) = match name {
            "min" => (Function::Min, 1, usize::MAX),
            "max" => (Function::Max, 1, usize::MAX),
            "sum" => (Function::Sum, 1, usize::MAX),
            "abs" => (Function::Abs, 1, 1),
            "floor" => (Function::Floor, 1, 2),
            "ceil" => (Function::Ceil, 1, 2),
            "round" => (Function::Round, 1, 2),
            _ => {
                if let Some((operation, least, most, usage)) = Operation::named(name) {
                    if (least..=most).contains(&args.len()) {
                        return self.operation(ast, operation, args);
                    }
                    let message = format!("`{name}` is given {} arguments", args.len());
                    let problem = Problem::new(&BAD_CALL, ast.at, message);
                    let op = self.problem(problem.help(format!("it is written `{usage}`")));
                    return self.made(op, ast, 0);
                }
                let plain =
                    ["min", "max", "sum", "abs", "floor", "ceil", "round", "quantity", "option"];
                let known = || {
                    let more = OPERATIONS.iter().map(|(_, word, ..)| *word);
                    plain.into_iter().chain(["version", "date"]).chain(more)
                };
                let problem = Problem::new(
                    &BAD_CALL,
                    ast.at,
                    format!("there is no function `{name}` in formulas"),
                );
                let problem = problem
                    .help(format!("there are: {}", known().collect::<Vec<_>>().join(", ")))
                    .did_you_mean(name, known());
                let op = self.problem(problem);
                return self.made(op, ast, 0);
            }
        };
        if args.len() < least || args.len() > most {
            let wants = match (least, most) {
                (1, 1) => "one argument",
                (1, 2) => "one or two arguments",
                _ => "at least one argument",
            };
            let message = format!("`{name}` takes {wants}, not {}", args.len());
            let op = self.problem(Problem::new(&BAD_CALL, ast.at, message));
            return self.made(op, ast, 0);
        }
        let (ids, depth) = self.expressions(args);
        self.made(Op::Call(function, ids), ast, depth)
    }

    fn quantity(&mut self, ast: &Ast, args: &[Ast]) -> Made {
        let read = text_argument(ast, "quantity", args).and_then(|(text, span)| {
            let read = self.scope.units.read(text);
            let read = read.and_then(|written| written.resolve(None, None, ""));
            read.map_err(|error| Problem::quantity(span, error))
        });
        match read {
            Ok(Given { quantity, written, .. }) => {
                self.ir.written = written;
                let ty = Type::Number(quantity.dimension);
                self.constant(Scalar::Number(quantity.value), ty, ast)
            }
            Err(problem) => {
                let op = self.problem(problem);
                self.made(op, ast, 0)
            }
        }
    }

    fn local(&mut self, ast: &Ast, name: &str, args: &[Ast]) -> Op {
        let (args, least) = match (name, args) {
            ("meets", [option, level]) => match self.level(ast, level) {
                Ok(level) => (std::slice::from_ref(option), level),
                Err(problem) => return self.problem(problem),
            },
            _ => (args, Meets::Fully),
        };
        let (id, span) = match text_argument(ast, name, args) {
            Ok(found) => found,
            Err(problem) => return self.problem(problem),
        };
        let Some(locals) = self.scope.locals else { return Op::Bad };
        let (known, what) = match name {
            "count" => (&locals.groups, "group"),
            "need" => (&locals.needs, "need"),
            "meets" | "rank" => (&locals.columns, "option"),
            _ => (&locals.items, "item"),
        };
        if !known.contains(id) {
            let problem = Problem::new(&UNKNOWN_NAME, span, format!("there is no {what} `{id}`"));
            return self.problem(problem.did_you_mean(id, known.iter().map(String::as_str)));
        }
        Op::Local(match name {
            "count" => Local::Count(id.into()),
            "need" => Local::Need(id.into()),
            "meets" => Local::Meets(id.into(), least),
            "rank" => Local::Rank(id.into()),
            _ => Local::Answer(id.into()),
        })
    }

    /// How well an option must meet the needs: the second argument of `meets`.
    fn level(&self, call: &Ast, level: &Ast) -> Result<Meets, Problem> {
        const LEVELS: [Meets; 3] = [Meets::Fully, Meets::Partly, Meets::Preview];
        let (word, span) = text_argument(call, "meets", std::slice::from_ref(level))?;
        LEVELS.into_iter().find(|level| level.name() == word).ok_or_else(|| {
            let names = LEVELS.map(Meets::name);
            let message = format!("needs cannot be met `{word}`");
            Problem::new(&UNKNOWN_NAME, span, message)
                .help(format!("there are: {}", names.join(", ")))
                .did_you_mean(word, names)
        })
    }

    /// A choice that is compared with a text that it can never be.
    fn check_choice(&mut self, input: NodeId, texts: &[NodeId]) {
        let Op::Input(index) = self.ir.nodes[input].op else { return };
        let names: &'a Names = self.scope.names;
        let Some(choices) = names.choices.get(&index) else { return };
        for id in texts {
            let node = &self.ir.nodes[*id];
            if let Op::Constant(Scalar::Text(text)) = &node.op
                && !choices.iter().any(|choice| **choice == **text)
            {
                let message = format!("`{text}` is not one of the choices");
                let problem = Problem::new(&UNKNOWN_NAME, node.span, message)
                    .help(format!("there are: {}", choices.join(", ")));
                let problem =
                    match plumb_text::diag::nearest(text, choices.iter().map(String::as_str)) {
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None => problem,
                    };
                self.problems.push(problem);
            }
        }
    }
}

/// The one argument of a function that takes a text in quotes.
pub(super) fn text_argument<'t>(
    call: &Ast,
    name: &str,
    args: &'t [Ast],
) -> Result<(&'t str, Span), Problem> {
    match args {
        // the place is that of the text itself: what may be written instead of it goes within the quotes
        [Ast { kind: AstKind::Text(text), span, .. }] if span.len() == text.len() + 2 => {
            Ok((text, Span::new(span.start + 1, span.end - 1)))
        }
        [Ast { kind: AstKind::Text(text), span, .. }] => Ok((text, *span)),
        _ => {
            let message = format!("`{name}` takes one text in quotes");
            Err(Problem::new(&BAD_CALL, call.at, message)
                .help(format!("for example `{name}(\"…\")`")))
        }
    }
}
