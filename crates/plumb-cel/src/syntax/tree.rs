//! The tree of an expression, each node with its place.

use plumb_text::Span;
use std::fmt;

/// How deep an expression may nest: the limit of an API server's parser.
pub const MAX_DEPTH: usize = 250;
/// How deep parentheses, brackets and conditions may nest in the text. An API server reads more than twice as much; no
/// expression that a person wrote comes near either.
pub const MAX_NESTING: usize = 100;
/// How long an expression may be, in characters: the limit of an API server's parser.
pub const MAX_LENGTH: usize = 100_000;

/// What is wrong with the text of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// One sentence, lower case.
    pub message: String,
    /// The word that does not fit.
    pub span: Span,
    /// Whether a whole expression stands before that word, so that an operator may be missing.
    pub is_at_value: bool,
}

impl SyntaxError {
    pub(super) fn new(message: impl Into<String>, span: Span) -> SyntaxError {
        SyntaxError { message: message.into(), span, is_at_value: false }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Which node it is: unique in its tree, from 0.
    pub id: u32,
    /// All of it, with the parentheses that it stands in left out.
    pub span: Span,
    /// What names it: an operator, a function's name, a field.
    pub at: Span,
    /// What kind of node it is, with the nodes below it.
    pub kind: Kind,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A value that is written out.
    Literal(Literal),
    /// A name; with a dot before it, one that no variable of a macro hides.
    Ident(String),
    /// `operand.field`, or `has(operand.field)`.
    Select {
        /// What the field is of.
        operand: Box<Expr>,
        /// The field's name.
        field: String,
        /// Whether it is asked if the field is there.
        test: bool,
    },
    /// A function, an operator, or an index. Operators have the names of [`ops`].
    Call {
        /// What stands before the dot.
        target: Option<Box<Expr>>,
        /// The function's name.
        function: String,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// `[a, ?b]`.
    List(Vec<Item>),
    /// `{a: b, ?c: d}`.
    Map(Vec<Entry>),
    /// `Name{field: value}`.
    Struct {
        /// The name of the type.
        name: String,
        /// Its fields; each key is a literal text.
        fields: Vec<Entry>,
    },
    /// What a macro expands to.
    Fold(Box<Fold>),
}

/// An item of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The expression whose value is the item.
    pub value: Expr,
    /// Whether it is written with `?`: left out where the optional is empty.
    pub optional: bool,
}

/// An entry of a map, or a field of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The expression of the key; of a message's field, its name as a literal.
    pub key: Expr,
    /// The expression whose value the key has.
    pub value: Expr,
    /// Whether it is written with `?`: left out where the optional is empty.
    pub optional: bool,
}

/// A loop: what `all`, `exists`, `map` and the other macros mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Fold {
    /// The list or map that is walked; of a map, its keys.
    pub range: Expr,
    /// The name of the item, or of the key of a map.
    pub variable: String,
    /// With two variables, the name of the second: the item of a list, the value of a map.
    pub second: Option<String>,
    /// The name of the result so far.
    pub accumulator: String,
    /// What the accumulator starts with.
    pub init: Expr,
    /// Whether to go on.
    pub condition: Expr,
    /// The accumulator's next value.
    pub step: Expr,
    /// The value of all of it.
    pub result: Expr,
}

/// A value that is written out.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// `1`, `-1`, `0x1f`
    Int(i64),
    /// `1u`
    Uint(u64),
    /// `1.5`, `1e3`
    Double(f64),
    /// `"text"`
    String(String),
    /// `b"bytes"`
    Bytes(Vec<u8>),
}

/// The names of operators, as function names of [`Kind::Call`].
pub mod ops {
    /// The function that `a && b` calls.
    pub const AND: &str = "_&&_";
    /// The function that `a || b` calls.
    pub const OR: &str = "_||_";
    /// `a ? b : c`
    pub const CONDITIONAL: &str = "_?_:_";
    /// The function that `!a` calls.
    pub const NOT: &str = "!_";
    /// The function that `-a` calls.
    pub const NEGATE: &str = "-_";
    /// The function that `a == b` calls.
    pub const EQUALS: &str = "_==_";
    /// The function that `a != b` calls.
    pub const NOT_EQUALS: &str = "_!=_";
    /// The function that `a < b` calls.
    pub const LESS: &str = "_<_";
    /// The function that `a <= b` calls.
    pub const LESS_EQUALS: &str = "_<=_";
    /// The function that `a > b` calls.
    pub const GREATER: &str = "_>_";
    /// The function that `a >= b` calls.
    pub const GREATER_EQUALS: &str = "_>=_";
    /// The function that `a in b` calls.
    pub const IN: &str = "@in";
    /// The function that `a + b` calls.
    pub const ADD: &str = "_+_";
    /// The function that `a - b` calls.
    pub const SUBTRACT: &str = "_-_";
    /// The function that `a * b` calls.
    pub const MULTIPLY: &str = "_*_";
    /// The function that `a / b` calls.
    pub const DIVIDE: &str = "_/_";
    /// The function that `a % b` calls.
    pub const MODULO: &str = "_%_";
    /// The function that `a[b]` calls.
    pub const INDEX: &str = "_[_]";
    /// The function that `a[?b]` calls.
    pub const OPTIONAL_INDEX: &str = "_[?_]";
    /// The function that `a.?b` calls; the field is a literal text.
    pub const OPTIONAL_SELECT: &str = "_?._";
    /// Whether a condition of a loop is not plainly false: an error counts as true.
    pub const NOT_STRICTLY_FALSE: &str = "@not_strictly_false";
    /// Puts an entry into the map that a macro builds.
    pub const MAP_INSERT: &str = "cel.@mapInsert";
}

impl Expr {
    /// Every node below and the node itself, parents first.
    pub fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }

    /// The nodes directly below.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            Kind::Literal(_) | Kind::Ident(_) => Vec::new(),
            Kind::Select { operand, .. } => vec![operand],
            Kind::Call { target, args, .. } => {
                target.iter().map(|target| &**target).chain(args).collect()
            }
            Kind::List(items) => items.iter().map(|item| &item.value).collect(),
            Kind::Map(entries) | Kind::Struct { fields: entries, .. } => {
                entries.iter().flat_map(|entry| [&entry.key, &entry.value]).collect()
            }
            Kind::Fold(fold) => {
                vec![&fold.range, &fold.init, &fold.condition, &fold.step, &fold.result]
            }
        }
    }

    /// The dotted name that the node is written as: `a`, `a.b`; none for anything else.
    pub(crate) fn qualified_name(&self) -> Option<String> {
        match &self.kind {
            Kind::Ident(name) => Some(name.clone()),
            Kind::Select { operand, field, test: false } => {
                Some(format!("{}.{field}", operand.qualified_name()?))
            }
            _ => None,
        }
    }
}
