//! From a text to a program.

use crate::check::{CheckError, check};
use crate::environment::Environment;
use crate::eval::{Budget, Error, Evaluation, Variables};
use crate::plan::plan;
use crate::step::Step;
use crate::syntax::{Expr, Kind, parse};
use crate::types::Type;
use crate::value::Value;
use plumb_text::Span;
use std::fmt;

/// Why an expression is refused before it is evaluated: one or more reasons, each with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// What is wrong, in the order of the text.
    pub reasons: Vec<CheckError>,
}

impl CompileError {
    /// Where the first of the reasons is.
    pub fn span(&self) -> Option<Span> {
        self.reasons.first().map(|reason| reason.span)
    }

    fn one(message: String, span: Span) -> CompileError {
        CompileError { reasons: vec![CheckError { message, span }] }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<&str> = self.reasons.iter().map(|one| one.message.as_str()).collect();
        f.write_str(&messages.join("; "))
    }
}

impl std::error::Error for CompileError {}

impl Environment {
    /// Reads, checks and prepares an expression.
    ///
    /// # Errors
    ///
    /// What an API server refuses when it compiles the expression, each reason at its place.
    pub fn compile(&self, text: &str) -> Result<Program, CompileError> {
        let mut expr = parse(text, self.macros())
            .map_err(|error| CompileError::one(error.message, error.span))?;
        let mut nodes = 0;
        expr.walk(&mut |node| nodes = nodes.max(node.id as usize + 1));
        let types = check(&mut expr, nodes, self).map_err(|reasons| CompileError { reasons })?;
        plan(&expr, &types, self)
            .map(|step| Program { step, expr, types })
            .map_err(|(message, span)| CompileError::one(message, span))
    }
}

/// An expression that is ready to be evaluated.
#[derive(Debug)]
pub struct Program {
    step: Step,
    expr: Expr,
    types: Vec<Type>,
}

impl Program {
    /// The tree, names resolved and macros expanded.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// The type of the value.
    pub fn result(&self) -> &Type {
        self.type_of(&self.expr)
    }

    /// The type of a node of [`Program::expr`].
    pub fn type_of(&self, node: &Expr) -> &Type {
        self.types.get(node.id as usize).unwrap_or(&Type::Dyn)
    }

    /// Whether the expression reads a variable.
    pub fn reads(&self, variable: &str) -> bool {
        // The names that macros bind are none of the environment's, and none is like one of them.
        let mut found = false;
        self.expr.walk(&mut |node| {
            found |= matches!(&node.kind, Kind::Ident(name) if name.trim_start_matches('.') == variable);
        });
        found
    }

    /// Evaluates with these variables. A variable is asked for when it is first read.
    ///
    /// # Errors
    ///
    /// What fails while it is evaluated, with its place, and when the budget is used up.
    pub fn evaluate(&self, variables: &dyn Variables, budget: &mut Budget) -> Result<Value, Error> {
        Evaluation::new(variables, budget).run(&self.step)
    }
}
