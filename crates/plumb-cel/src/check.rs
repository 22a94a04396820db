//! Type checking: which variables and functions an expression means, and the type of each node.
//!
//! Owns: the rules of typing, and the checks of literals that an API server adds. It resolves dotted names in place: a
//! selection that is a variable's name becomes that name. Must not know: values of variables.

use crate::environment::{Environment, WRAPPERS};
use crate::library::{self, format_string};
use crate::syntax::{Entry, Expr, Fold, Kind, Literal, escaped_keyword, ops};
use crate::types::{Bindings, Object, Type, more_general};
use plumb_text::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is wrong with an expression before it is evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckError {
    /// One sentence, lower case.
    pub message: String,
    /// The place that is wrong.
    pub span: Span,
}

/// Checks an expression and resolves its names. The types are those of the nodes by their id.
pub(crate) fn check(
    expr: &mut Expr,
    nodes: usize,
    environment: &Environment,
) -> Result<Vec<Type>, Vec<CheckError>> {
    let mut checker = Checker {
        environment,
        scopes: Vec::new(),
        bindings: Bindings::default(),
        types: vec![Type::Error; nodes],
        errors: Vec::new(),
    };
    checker.check(expr);
    let Checker { bindings, types, mut errors, .. } = checker;
    let types: Vec<Type> = types.iter().map(|of| bindings.resolve(of, true)).collect();
    if errors.is_empty() {
        literals(expr, &types, (false, environment.is_trusting()), &mut errors);
    }
    if errors.is_empty() { Ok(types) } else { Err(errors) }
}

struct Checker<'e> {
    environment: &'e Environment,
    /// The variables of macros, the innermost last.
    scopes: Vec<(String, Type)>,
    bindings: Bindings,
    types: Vec<Type>,
    errors: Vec<CheckError>,
}

impl Checker<'_> {
    fn error(&mut self, span: Span, message: String) {
        self.errors.push(CheckError { message, span });
    }

    fn mismatch(&mut self, span: Span, wanted: &Type, found: &Type) {
        let (wanted, found) = (self.shown(wanted), self.shown(found));
        self.error(span, format!("expected type '{wanted}' but found '{found}'"));
    }

    fn undeclared(&mut self, span: Span, name: &str) {
        let scopes: Vec<&str> = self.scopes.iter().map(|(name, _)| name.as_str()).collect();
        let near = self.environment.nearest(name, &scopes);
        let hint = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        self.error(span, format!("undeclared reference to '{name}'{hint}"));
    }

    fn shown(&self, of: &Type) -> Type {
        self.bindings.resolve(of, true)
    }

    fn type_of(&self, expr: &Expr) -> Type {
        self.types[expr.id as usize].clone()
    }

    fn set(&mut self, expr: &Expr, of: Type) -> Type {
        self.types[expr.id as usize] = of.clone();
        of
    }

    fn check(&mut self, expr: &mut Expr) -> Type {
        let of = match &mut expr.kind {
            Kind::Literal(literal) => match literal {
                Literal::Null => Type::Null,
                Literal::Bool(_) => Type::Bool,
                Literal::Int(_) => Type::Int,
                Literal::Uint(_) => Type::Uint,
                Literal::Double(_) => Type::Double,
                Literal::String(_) => Type::String,
                Literal::Bytes(_) => Type::Bytes,
            },
            Kind::Ident(name) => {
                let name = name.clone();
                match self.resolve(&name) {
                    Some((full, of)) => {
                        expr.kind = Kind::Ident(full);
                        of
                    }
                    None => {
                        self.undeclared(expr.span, name.trim_start_matches('.'));
                        Type::Error
                    }
                }
            }
            Kind::Select { .. } => self.select(expr),
            Kind::Call { .. } => self.call(expr),
            Kind::List(_) => self.list(expr),
            Kind::Map(_) => self.map(expr),
            Kind::Struct { .. } => self.message(expr),
            Kind::Fold(fold) => self.fold(fold),
        };
        self.set(expr, of)
    }

    /// The variable that a name means: one of a macro, or one of the environment; names of the container come first.
    fn resolve(&self, name: &str) -> Option<(String, Type)> {
        if !name.starts_with('.')
            && let Some((_, of)) = self.scopes.iter().rev().find(|(own, _)| own == name)
        {
            return Some((name.to_owned(), of.clone()));
        }
        self.environment.resolve(name)
    }

    fn select(&mut self, expr: &mut Expr) -> Type {
        if let Some(name) = expr.qualified_name() {
            let first = name.split('.').next().unwrap_or_default();
            let hidden = self.scopes.iter().any(|(own, _)| own == first);
            if !hidden && let Some((full, of)) = self.environment.resolve(&name) {
                expr.kind = Kind::Ident(full);
                return of;
            }
        }
        let at = expr.at;
        if self.is_there(expr) {
            expr.kind = Kind::Literal(Literal::Bool(true));
            return Type::Bool;
        }
        let Kind::Select { operand, field, test } = &mut expr.kind else { return Type::Error };
        let (field, test) = (field.clone(), *test);
        let operand = self.check(operand);
        let of = self.field(&operand, &field, at, false);
        if test { Type::Bool } else { self.bindings.resolve(&of, false) }
    }

    /// Whether this asks for a variable whose name has dots: what is declared is there, as a field of what holds it.
    fn is_there(&self, expr: &Expr) -> bool {
        let Kind::Select { operand, field, test: true } = &expr.kind else { return false };
        operand.qualified_name().is_some_and(|holder| {
            self.resolve(&holder).is_none()
                && (self.environment.resolve(&format!("{holder}.{field}")))
                    .is_some_and(|(full, _)| !self.environment.is_type(&full))
        })
    }

    /// The type of a field of a value of this type.
    fn field(&mut self, operand: &Type, field: &str, at: Span, optional: bool) -> Type {
        let operand = self.bindings.resolve(operand, false);
        let (target, is_optional) = match operand.in_optional() {
            Some(inner) => (inner.clone(), true),
            None => (operand.clone(), false),
        };
        let of = match &target {
            Type::Map(_, value) => (**value).clone(),
            Type::Object(object) => match self
                .environment
                .patch_field(&object.name, field)
                .unwrap_or_else(|| self.declared(object, field))
            {
                Some(of) => of,
                None => {
                    let near =
                        plumb_text::diag::nearest(field, object.fields.keys().map(String::as_str));
                    let hint =
                        near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
                    self.error(at, format!("undefined field '{field}'{hint}"));
                    Type::Error
                }
            },
            Type::Param(_) => {
                self.bindings.assign(&Type::Dyn, &target);
                Type::Dyn
            }
            other if other.is_open() => Type::Dyn,
            other => {
                let message =
                    format!("type '{}' does not support field selection", self.shown(other));
                self.error(at, message);
                Type::Dyn
            }
        };
        if is_optional || optional { Type::optional(of) } else { of }
    }

    /// The type that an object declares for a field.
    fn declared(&self, object: &Object, field: &str) -> Option<Type> {
        let escaped = || escaped_keyword(field).filter(|_| self.environment.has_keyword_fields());
        let own = object.fields.get(field);
        own.or_else(|| object.fields.get(&escaped()?)).cloned()
    }

    fn call(&mut self, expr: &mut Expr) -> Type {
        let (at, span) = (expr.at, expr.span);
        let Kind::Call { target, function, args } = &mut expr.kind else { return Type::Error };
        if function == ops::OPTIONAL_SELECT {
            let [operand, field] = &mut args[..] else { return Type::Error };
            let operand = self.check(operand);
            let Kind::Literal(Literal::String(name)) = &field.kind else { return Type::Error };
            let name = name.clone();
            self.check(field);
            let of = self.field(&operand, &name, at, true);
            return self.bindings.resolve(&of, false);
        }
        let given: Vec<Type> = args.iter_mut().map(|arg| self.check(arg)).collect();
        let Some(receiver) = target else {
            let Some(name) = self.environment.function_name(function.trim_start_matches('.'))
            else {
                let name = function.clone();
                self.undeclared(at, name.trim_start_matches('.'));
                return Type::Error;
            };
            *function = name.to_owned();
            let places: Vec<Span> = args.iter().map(|arg| arg.span).collect();
            return self.overloads(
                name,
                None,
                &given,
                &places,
                if is_operator(name) { at } else { span },
            );
        };
        if let Some(prefix) = receiver.qualified_name()
            && let Some(name) = self.environment.function_name(&format!("{prefix}.{function}"))
        {
            *function = name.to_owned();
            *target = None;
            let places: Vec<Span> = args.iter().map(|arg| arg.span).collect();
            return self.overloads(name, None, &given, &places, span);
        }
        let receiver_type = self.check(receiver);
        let places: Vec<Span> =
            std::iter::once(receiver.span).chain(args.iter().map(|arg| arg.span)).collect();
        let name = function.clone();
        match self.environment.function_name(&name) {
            Some(name) => self.overloads(name, Some(receiver_type), &given, &places, at),
            None => {
                self.undeclared(at, &name);
                Type::Error
            }
        }
    }

    fn overloads(
        &mut self,
        name: &str,
        receiver: Option<Type>,
        args: &[Type],
        places: &[Span],
        at: Span,
    ) -> Type {
        let is_member = receiver.is_some();
        let given: Vec<Type> = receiver.into_iter().chain(args.iter().cloned()).collect();
        if name == ops::AND || name == ops::OR {
            let mut right = true;
            for (of, place) in given.iter().zip(places) {
                if !self.bindings.assign(of, &Type::Bool) {
                    self.mismatch(*place, &Type::Bool, of);
                    right = false;
                }
            }
            return if right { Type::Bool } else { Type::Error };
        }
        let environment = self.environment;
        let mut result: Option<Type> = None;
        for overload in environment.overloads(name).filter(|one| one.member == is_member) {
            let mut types = self.bindings.instance(&overload.types());
            let of = types.pop().unwrap_or(Type::Error);
            if self.bindings.assign_all(&types, &given) {
                let of = self.bindings.resolve(&of, false);
                result = Some(match result {
                    None => of,
                    Some(known) if known == Type::Dyn || known.is_like(&of) => known,
                    Some(_) => Type::Dyn,
                });
            }
        }
        if let Some(of) = result {
            return of;
        }
        let shown: Vec<String> = given.iter().map(|of| self.shown(of).to_string()).collect();
        let signature = match (is_member, shown.split_first()) {
            (true, Some((receiver, args))) => format!("{receiver}.({})", args.join(", ")),
            _ => format!("({})", shown.join(", ")),
        };
        if !given.contains(&Type::Error) {
            self.error(
                at,
                format!("found no matching overload for '{name}' applied to '{signature}'"),
            );
        }
        Type::Error
    }

    fn list(&mut self, expr: &mut Expr) -> Type {
        let Kind::List(items) = &mut expr.kind else { return Type::Error };
        let mut joined: Option<Type> = None;
        for item in items {
            let mut of = self.check(&mut item.value);
            if item.optional {
                of = self.unwrap(&of, item.value.span);
            }
            joined = Some(self.join(joined, of));
        }
        Type::list(joined.unwrap_or_else(|| self.bindings.fresh()))
    }

    fn map(&mut self, expr: &mut Expr) -> Type {
        let Kind::Map(entries) = &mut expr.kind else { return Type::Error };
        let (mut keys, mut values) = (None, None);
        for entry in entries {
            let key = self.check(&mut entry.key);
            keys = Some(self.join(keys, key));
            let mut value = self.check(&mut entry.value);
            if entry.optional {
                value = self.unwrap(&value, entry.value.span);
            }
            values = Some(self.join(values, value));
        }
        match (keys, values) {
            (Some(key), Some(value)) => Type::map(key, value),
            _ => Type::map(self.bindings.fresh(), self.bindings.fresh()),
        }
    }

    /// A message. Those that an API server's expressions can make hold one value, which may be null elsewhere, so that
    /// nothing is known of its type.
    fn message(&mut self, expr: &mut Expr) -> Type {
        let span = expr.span;
        let Kind::Struct { name, fields } = &mut expr.kind else { return Type::Error };
        let name = name.trim_start_matches('.').to_owned();
        let Some((_, of)) = WRAPPERS.iter().find(|(own, _)| *own == name) else {
            if self.environment.is_patch(&name) {
                return self.patch(name, fields);
            }
            self.undeclared(span, &name);
            return Type::Error;
        };
        let wanted = Type::declared(of);
        for field in fields {
            self.check(&mut field.key);
            let of = self.check(&mut field.value);
            match &field.key.kind {
                Kind::Literal(Literal::String(name)) if name == "value" => {
                    let fits = self.bindings.assign(&wanted, &of) || of == Type::Null;
                    if !fits {
                        self.mismatch(field.value.span, &wanted, &of);
                    }
                }
                Kind::Literal(Literal::String(name)) => {
                    let message = format!("undefined field '{name}'");
                    self.error(field.key.span, message);
                }
                _ => {}
            }
        }
        Type::Dyn
    }

    /// A part of a patch. What its fields hold, a schema says that is not known here.
    fn patch(&mut self, name: String, fields: &mut [Entry]) -> Type {
        for field in fields {
            self.check(&mut field.key);
            let mut of = self.check(&mut field.value);
            if field.optional {
                of = self.unwrap(&of, field.value.span);
            }
            let Kind::Literal(Literal::String(key)) = &field.key.kind else { continue };
            match self.environment.patch_field(&name, key).flatten() {
                None => {
                    let message = format!("undefined field '{key}'");
                    self.error(field.key.span, message);
                }
                Some(wanted) if !self.bindings.assign(&wanted, &of) => {
                    self.mismatch(field.value.span, &wanted, &of);
                }
                Some(_) => {}
            }
        }
        Type::Object(Arc::new(Object { name, fields: BTreeMap::new() }))
    }

    /// The type within an optional, which an entry with `?` has to be.
    fn unwrap(&mut self, of: &Type, span: Span) -> Type {
        let of = self.bindings.resolve(of, false);
        match of.in_optional() {
            Some(inner) => inner.clone(),
            None => {
                if of != Type::Dyn {
                    self.mismatch(span, &Type::optional(of.clone()), &of);
                }
                of
            }
        }
    }

    /// The type of items that are of both types; `dyn` where no other is.
    fn join(&mut self, before: Option<Type>, of: Type) -> Type {
        match before {
            None => of,
            Some(before) if self.bindings.assign(&before, &of) => more_general(&before, &of),
            Some(_) => Type::Dyn,
        }
    }

    fn fold(&mut self, fold: &mut Fold) -> Type {
        let range = self.check(&mut fold.range);
        let accumulator = self.check(&mut fold.init);
        let range = self.bindings.resolve(&range, false);
        let depth = self.scopes.len();
        let (first, second) = match &range {
            Type::List(item) if fold.second.is_some() => (Type::Int, (**item).clone()),
            Type::List(item) => ((**item).clone(), Type::Dyn),
            Type::Map(key, value) => ((**key).clone(), (**value).clone()),
            Type::Param(_) => {
                self.bindings.assign(&Type::Dyn, &range);
                (Type::Dyn, Type::Dyn)
            }
            other if other.is_open() => (Type::Dyn, Type::Dyn),
            other => {
                let message = format!(
                    "expression of type '{}' cannot be range of a comprehension (must be list, map, or dynamic)",
                    self.shown(other)
                );
                self.error(fold.range.span, message);
                (Type::Error, Type::Error)
            }
        };
        self.scopes.push((fold.accumulator.clone(), accumulator.clone()));
        self.scopes.push((fold.variable.clone(), first));
        if let Some(name) = &fold.second {
            self.scopes.push((name.clone(), second));
        }
        self.wants(&mut fold.condition, &Type::Bool);
        self.wants(&mut fold.step, &accumulator);
        self.scopes.truncate(depth + 1);
        let of = self.check(&mut fold.result);
        self.scopes.truncate(depth);
        self.bindings.resolve(&of, false)
    }

    fn wants(&mut self, expr: &mut Expr, wanted: &Type) {
        let of = self.check(expr);
        if !self.bindings.assign(wanted, &of) {
            // A condition of the author's stands behind what a macro makes of it.
            let span = match &expr.kind {
                Kind::Call { args, .. } => args.last().map_or(expr.span, |arg| arg.span),
                _ => expr.span,
            };
            let of = self.type_of(expr);
            self.mismatch(span, wanted, &of);
        }
    }
}

fn is_operator(name: &str) -> bool {
    name.contains('_') && !name.starts_with(|c: char| c.is_ascii_alphabetic())
        || name.starts_with('@')
}

/// What an API server checks of literals: items of one type, times, durations, patterns, and the texts of `format`.
fn literals(
    expr: &Expr,
    types: &[Type],
    (in_format, trusting): (bool, bool),
    errors: &mut Vec<CheckError>,
) {
    let mut error = |span: Span, message: String| errors.push(CheckError { message, span });
    let of = |expr: &Expr| &types[expr.id as usize];
    match &expr.kind {
        Kind::List(items) if !in_format => {
            let inner = |item: &crate::syntax::Item| match item.optional {
                true => of(&item.value).in_optional().cloned().unwrap_or(Type::Dyn),
                false => of(&item.value).clone(),
            };
            uneven(trusting, items.iter().map(|item| (item.value.span, inner(item))), &mut error);
        }
        Kind::Map(entries) if !in_format => {
            let inner = |entry: &Entry| match entry.optional {
                true => of(&entry.value).in_optional().cloned().unwrap_or(Type::Dyn),
                false => of(&entry.value).clone(),
            };
            uneven(
                trusting,
                entries.iter().map(|entry| (entry.key.span, of(&entry.key).clone())),
                &mut error,
            );
            uneven(
                trusting,
                entries.iter().map(|entry| (entry.value.span, inner(entry))),
                &mut error,
            );
        }
        Kind::Call { target, function, args } => {
            if let Some(message) = library::refuses_literal(function, args) {
                let span = args.last().map_or(expr.span, |arg| arg.span);
                error(span, message);
            }
            if function == "format"
                && let Some(target) = target
                && let (Kind::Literal(Literal::String(text)), [list]) = (&target.kind, &args[..])
                && let Kind::List(items) = &list.kind
            {
                let items: Vec<(Span, &Type, &Expr)> = items
                    .iter()
                    .map(|item| (item.value.span, of(&item.value), &item.value))
                    .collect();
                if let Err((span, message)) = format_string::check(text, &items, types) {
                    error(span.unwrap_or(expr.at), message);
                }
            }
        }
        _ => {}
    }
    let in_format = in_format
        || matches!(&expr.kind, Kind::Call { function, target: Some(_), .. } if function == "format");
    for child in expr.children() {
        literals(child, types, (in_format, trusting), errors);
    }
}

/// Reports the first that is of another type than the first of all.
fn uneven(
    trusting: bool,
    mut types: impl Iterator<Item = (Span, Type)>,
    error: &mut impl FnMut(Span, String),
) {
    let Some((_, first)) = types.next() else { return };
    if let Some((span, other)) = types.find(|(_, of)| {
        !first.is_like(of) && !(trusting && (first == Type::Dyn || *of == Type::Dyn))
    }) {
        error(span, format!("expected type '{first}' but found '{other}'"));
    }
}
