//! Expressions in CEL: compiled, measured, and evaluated with Kubernetes' functions within a bound.

use super::meter::{self, Budget};
use crate::depth;
use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};
use cel::parser::Parser;
use cel::{Context, ExecutionError, Value as Cel};
use kube_cel::KubeCelExt;
use std::sync::OnceLock;

/// The longest rule that is compiled; Kubernetes' own limit on an expression's size is below it.
const MAX_LENGTH: usize = 32 << 10;

#[derive(Debug)]
pub(crate) struct Expression {
    pub(super) root: IdedExpr,
    /// How deep the evaluation calls itself.
    depth: usize,
}

impl Expression {
    /// Compiles an expression; `Err` says why it can't be.
    pub(crate) fn compile(source: &str) -> Result<Expression, String> {
        if source.len() > MAX_LENGTH {
            return Err(format!("it is longer than {MAX_LENGTH} bytes"));
        }
        let levels = depth::of_expression(source)?;
        let parsed = depth::with_room(levels, || {
            // How deep it is has been looked at already.
            let parser = Parser::new().enable_optional_syntax(true).max_recursion_depth(400);
            parser.parse(source).map_err(|errors| {
                let first = errors.errors.first().map(|error| error.msg.clone());
                first.unwrap_or_else(|| "it is no CEL".to_owned())
            })
        });
        let mut root = parsed?;
        check(&root)?;
        meter::install(&mut root);
        Ok(Expression { depth: depth_of(&root), root })
    }

    /// The value, or why there is none.
    pub(crate) fn evaluate(&self, context: &Context<'_>, budget: &Budget) -> Result<Cel, String> {
        let limit = budget.of_a_call();
        let (result, cost) = depth::with_room(self.depth / 3, || {
            meter::metered(limit, || {
                let value = Cel::resolve(&self.root, context)?;
                meter::copy(&value)?;
                Ok(value)
            })
        });
        budget.spend(cost);
        match result {
            Ok(value) => value.map_err(|error: ExecutionError| explain(&error)),
            Err(stop) => Err(stop.to_string()),
        }
    }
}

/// What an expression can name that is no variable: types, and what functions are kept under.
pub(super) const NAMESPACES: &[&str] = &[
    "base64",
    "bool",
    "bytes",
    "cidr",
    "double",
    "dyn",
    "duration",
    "format",
    "google",
    "int",
    "ip",
    "jsonpatch",
    "list",
    "lists",
    "map",
    "math",
    "null_type",
    "optional",
    "quantity",
    "semver",
    "sets",
    "string",
    "strings",
    "timestamp",
    "type",
    "uint",
    "url",
];

impl Expression {
    /// The names that stand for nothing: neither one of these variables, nor bound within the expression.
    pub(crate) fn undeclared(&self, known: &[&str]) -> Vec<String> {
        let mut bound: Vec<String> =
            known.iter().chain(NAMESPACES).map(|&name| name.to_owned()).collect();
        let mut out = Vec::new();
        names(&self.root, &mut bound, &mut out);
        out
    }

    /// The fields that it reads of a variable: `x` of `variables.x`.
    pub(crate) fn fields_of(&self, variable: &str) -> Vec<String> {
        let mut out = Vec::new();
        fields(&self.root, variable, &mut out);
        out
    }

    /// The type of its value where its form alone says so, and that is not the truth of something.
    pub(crate) fn plain_type(&self) -> Option<&'static str> {
        match &self.root.expr {
            Expr::Literal(LiteralValue::Int(_)) => Some("int"),
            Expr::Literal(LiteralValue::UInt(_)) => Some("uint"),
            Expr::Literal(LiteralValue::Double(_)) => Some("double"),
            Expr::Literal(LiteralValue::String(_)) => Some("string"),
            Expr::Literal(LiteralValue::Bytes(_)) => Some("bytes"),
            Expr::Literal(LiteralValue::Boolean(_)) => Some("bool"),
            Expr::Literal(LiteralValue::Null) => Some("null_type"),
            Expr::List(_) => Some("list"),
            Expr::Map(_) => Some("map"),
            Expr::Call(call) => match call.func_name.as_str() {
                "_+_" | "_-_" | "_*_" | "_/_" | "_%_" | "-_" => Some("a sum"),
                "_==_" | "_!=_" | "_<_" | "_<=_" | "_>_" | "_>=_" | "_&&_" | "_||_" | "!_"
                | "@in" => Some("bool"),
                "size" | "indexOf" | "lastIndexOf" | "int" | "sum" => Some("int"),
                "string" | "lowerAscii" | "upperAscii" | "trim" | "replace" | "substring"
                | "join" => Some("string"),
                "split" => Some("list"),
                _ => None,
            },
            _ => None,
        }
    }
}

fn names(node: &IdedExpr, bound: &mut Vec<String>, out: &mut Vec<String>) {
    match &node.expr {
        Expr::Ident(name) => {
            let name = name.trim_start_matches('.');
            if !bound.iter().any(|known| known == name) && !out.iter().any(|said| said == name) {
                out.push(name.to_owned());
            }
        }
        Expr::Comprehension(loops) => {
            names(&loops.iter_range, bound, out);
            names(&loops.accu_init, bound, out);
            let before = bound.len();
            bound.extend([loops.iter_var.clone(), loops.accu_var.clone()]);
            bound.extend(loops.iter_var2.clone());
            for part in [&loops.loop_cond, &loops.loop_step, &loops.result] {
                names(part, bound, out);
            }
            bound.truncate(before);
        }
        _ => below(node, &mut |child| names(child, bound, out)),
    }
}

fn fields(node: &IdedExpr, variable: &str, out: &mut Vec<String>) {
    if let Expr::Select(select) = &node.expr
        && matches!(&select.operand.expr, Expr::Ident(name) if name == variable)
    {
        out.push(select.field.clone());
    }
    below(node, &mut |child| fields(child, variable, out));
}

/// Calls a function with each part of an expression.
fn below(node: &IdedExpr, each: &mut dyn FnMut(&IdedExpr)) {
    match &node.expr {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).for_each(each),
        Expr::List(list) => list.elements.iter().for_each(each),
        Expr::Map(map) => {
            for entry in &map.entries {
                if let EntryExpr::MapEntry(entry) = &entry.expr {
                    each(&entry.key);
                    each(&entry.value);
                }
            }
        }
        Expr::Select(select) => each(&select.operand),
        Expr::Comprehension(loops) => {
            let parts = [
                &loops.iter_range,
                &loops.accu_init,
                &loops.loop_cond,
                &loops.loop_step,
                &loops.result,
            ];
            parts.into_iter().for_each(each);
        }
        Expr::Unspecified | Expr::Struct(_) | Expr::Literal(_) | Expr::Ident(_) => {}
    }
}

/// An error in the words of Kubernetes, without the values, which may be long.
fn explain(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => format!("no such key: {key}"),
        ExecutionError::UndeclaredReference(name) => format!("undeclared reference to `{name}`"),
        other => {
            let text = other.to_string();
            match text.char_indices().nth(160) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text,
            }
        }
    }
}

/// Refuses what the evaluator has no answer to.
fn check(node: &IdedExpr) -> Result<(), String> {
    let names_a_type = match &node.expr {
        Expr::Unspecified => return Err("it is empty".to_owned()),
        Expr::Struct(_) => true,
        Expr::Map(map) => {
            map.entries.iter().any(|entry| matches!(entry.expr, EntryExpr::StructField(_)))
        }
        _ => false,
    };
    if names_a_type {
        return Err("it makes an object of a named type".to_owned());
    }
    let mut result = Ok(());
    below(node, &mut |child| {
        if result.is_ok() {
            result = check(child);
        }
    });
    result
}

fn depth_of(node: &IdedExpr) -> usize {
    let mut most = 0;
    below(node, &mut |child| most = most.max(depth_of(child)));
    most + 1
}

/// The functions that rules may call, made once.
pub(crate) fn functions() -> &'static Context<'static> {
    static FUNCTIONS: OnceLock<Context<'static>> = OnceLock::new();
    FUNCTIONS.get_or_init(|| {
        let mut context = Context::default();
        context.register_all();
        // In place of the library's: what they are given is bounded, and counted.
        super::bounded::register(&mut context);
        meter::register(&mut context);
        context
    })
}
