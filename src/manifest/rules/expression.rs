//! Expressions in CEL: compiled, measured, and evaluated with Kubernetes' functions within a bound.

use crate::manifest::schema::go_regex;
use crate::manifest::{Node, Value};
use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};
use cel::extractors::This;
use cel::parser::Parser;
use cel::{Context, ExecutionError, Value as Cel};
use kube_cel::KubeCelExt;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

/// How many steps of evaluation a rule may take on one value, by a bound from above.
const MAX_COST: f64 = 50e6;
/// The longest rule that is compiled; Kubernetes' own limit on an expression's size is below it.
const MAX_LENGTH: usize = 32 << 10;

#[derive(Debug)]
pub(crate) struct Expression {
    pub(super) root: IdedExpr,
    shape: Shape,
}

/// What an expression's cost depends on.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    /// How many nodes it has.
    size: usize,
    /// How deep its loops are nested.
    loops: usize,
    /// The longest list written out in it.
    longest: usize,
    /// Whether it makes lists out of text.
    splits: bool,
}

impl Expression {
    /// Compiles an expression; `Err` says why it can't be.
    pub(crate) fn compile(source: &str) -> Result<Expression, String> {
        if source.len() > MAX_LENGTH {
            return Err(format!("it is longer than {MAX_LENGTH} bytes"));
        }
        if nesting(source) > 64 {
            return Err("its brackets are nested too deep".to_owned());
        }
        let root = Parser::new().enable_optional_syntax(true).parse(source).map_err(|errors| {
            let first = errors.errors.first().map(|error| error.msg.clone());
            first.unwrap_or_else(|| "it is no CEL".to_owned())
        })?;
        let mut shape = Shape::default();
        measure(&root, 0, &mut shape)?;
        Ok(Expression { root, shape })
    }

    /// The value, or why there is none.
    pub(crate) fn evaluate(&self, context: &Context<'_>, data: Extent) -> Result<Cel, String> {
        let text = if self.shape.splits { data.text } else { 0 };
        let width = data.items.max(self.shape.longest).max(text) as f64 + 1.0;
        let loops = i32::try_from(self.shape.loops).unwrap_or(i32::MAX);
        if self.shape.size as f64 * width.powi(loops) > MAX_COST {
            return Err("it would take too long on an object of this size".to_owned());
        }
        Cel::resolve(&self.root, context).map_err(|error| explain(&error))
    }
}

/// What an expression can name that is no variable: types, and what functions are kept under.
const NAMESPACES: &[&str] = &[
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

/// How deep the brackets of an expression are nested, those in its texts included.
fn nesting(source: &str) -> usize {
    let mut depth: usize = 0;
    let mut most = 0;
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
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

/// Takes the measure of an expression, and refuses what the evaluator has no answer to.
fn measure(node: &IdedExpr, loops: usize, shape: &mut Shape) -> Result<(), String> {
    shape.size += 1;
    match &node.expr {
        Expr::Unspecified => return Err("it is empty".to_owned()),
        Expr::Struct(_) => return Err("it makes an object of a named type".to_owned()),
        Expr::Literal(_) | Expr::Ident(_) => {}
        Expr::Call(call) => {
            if matches!(
                call.func_name.as_str(),
                "split" | "findAll" | "charAt" | "lists.range" | "range"
            ) {
                shape.splits = true;
            }
            for argument in call.target.as_deref().into_iter().chain(&call.args) {
                measure(argument, loops, shape)?;
            }
        }
        Expr::Comprehension(comprehension) => {
            shape.loops = shape.loops.max(loops + 1);
            measure(&comprehension.iter_range, loops, shape)?;
            measure(&comprehension.accu_init, loops, shape)?;
            measure(&comprehension.loop_cond, loops + 1, shape)?;
            measure(&comprehension.loop_step, loops + 1, shape)?;
            measure(&comprehension.result, loops, shape)?;
        }
        Expr::List(list) => {
            shape.longest = shape.longest.max(list.elements.len());
            for element in &list.elements {
                measure(element, loops, shape)?;
            }
        }
        Expr::Map(map) => {
            shape.longest = shape.longest.max(map.entries.len());
            for entry in &map.entries {
                match &entry.expr {
                    EntryExpr::MapEntry(entry) => {
                        measure(&entry.key, loops, shape)?;
                        measure(&entry.value, loops, shape)?;
                    }
                    EntryExpr::StructField(_) => {
                        return Err("it makes an object of a named type".to_owned());
                    }
                }
            }
        }
        Expr::Select(select) => measure(&select.operand, loops, shape)?,
    }
    Ok(())
}

/// How large the data is that an expression sees.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extent {
    /// The longest list or map.
    pub(crate) items: usize,
    /// The longest text.
    pub(crate) text: usize,
}

impl Extent {
    /// The extent of a value.
    pub(crate) fn of(node: &Node) -> Extent {
        let mut extent = Extent::default();
        extent.grow(node);
        extent
    }

    fn grow(&mut self, node: &Node) {
        match &node.value {
            Value::String(text) => self.text = self.text.max(text.len()),
            Value::Seq(items) => {
                self.items = self.items.max(items.len());
                for item in items {
                    self.grow(item);
                }
            }
            Value::Map(map) => {
                self.items = self.items.max(map.len());
                for entry in map {
                    self.grow(&entry.value);
                }
            }
            _ => {}
        }
    }
}

/// The functions that rules may call, made once.
pub(crate) fn functions() -> &'static Context<'static> {
    static FUNCTIONS: OnceLock<Context<'static>> = OnceLock::new();
    FUNCTIONS.get_or_init(|| {
        let mut context = Context::default();
        context.register_all();
        // In place of the library's: the pattern has Go's meaning and is compiled once; what others are given is bounded.
        context.add_function("matches", matches);
        context.add_function("lists.range", range);
        super::bounded::register(&mut context);
        context
    })
}

fn matches(This(text): This<Arc<String>>, pattern: Arc<String>) -> Result<bool, ExecutionError> {
    type Cache = RwLock<HashMap<Arc<String>, Result<regex::Regex, String>>>;
    static CACHE: OnceLock<Cache> = OnceLock::new();
    let cache = CACHE.get_or_init(Cache::default);
    let found = |result: &Result<regex::Regex, String>| match result {
        Ok(regex) => Ok(regex.is_match(&text)),
        Err(error) => Err(ExecutionError::function_error("matches", error)),
    };
    if let Ok(cache) = cache.read()
        && let Some(result) = cache.get(&pattern)
    {
        return found(result);
    }
    let result = go_regex(&pattern);
    let answer = found(&result);
    if let Ok(mut cache) = cache.write()
        && cache.len() < 4096
    {
        cache.insert(pattern, result);
    }
    answer
}

fn range(count: i64) -> Result<Cel, ExecutionError> {
    if !(0..=10_000).contains(&count) {
        return Err(ExecutionError::function_error("lists.range", "more than 10000 items"));
    }
    Ok(Cel::List(Arc::new((0..count).map(Cel::Int).collect())))
}
