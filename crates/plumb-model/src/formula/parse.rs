//! From CEL text to a tree with places.
//!
//! The grammar is that of [`plumb_cel`]. A formula holds less than CEL does, and its numbers are the digits that are
//! written, not binary fractions.

use super::Binary;
use super::lex::{Token, TokenKind, lex};
use crate::codes::BAD_FORMULA;
use crate::problem::Problem;
use crate::quantity::{Ratio, decimal};
use plumb_cel::syntax::{self, Expr, Kind, Literal, Macros, SyntaxError, ops};
use plumb_text::Span;

/// A formula as it was written.
#[derive(Clone, Debug)]
pub(crate) struct Ast {
    pub(crate) kind: AstKind,
    /// All of it, without parentheses around it.
    pub(crate) span: Span,
    /// The operator, or the name of a function or field.
    pub(crate) at: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum AstKind {
    Number(Ratio),
    Bool(bool),
    Text(String),
    Name(String),
    Select(Box<Ast>, String),
    Not(Box<Ast>),
    Negate(Box<Ast>),
    Binary(Binary, Box<Ast>, Box<Ast>),
    If(Box<Ast>, Box<Ast>, Box<Ast>),
    In(Box<Ast>, Box<Ast>),
    Call { target: Option<Box<Ast>>, name: String, args: Vec<Ast> },
    List(Vec<Ast>),
}

/// Reads a formula.
pub(crate) fn parse(text: &str) -> Result<Ast, Problem> {
    let tokens = lex(text)?;
    if tokens.is_empty() {
        return Err(Problem::new(&BAD_FORMULA, Span::new(0, text.len()), "a formula is expected"));
    }
    if let Some(problem) = percentage(text, &tokens) {
        return Err(problem);
    }
    let tree =
        syntax::parse(text, Macros::default()).map_err(|error| refused(text, &tokens, &error))?;
    Reader { text }.expression(&tree)
}

fn leaf(kind: AstKind, span: Span) -> Ast {
    Ast { kind, span, at: span }
}

/// `20%` with nothing behind it that a remainder could be of: what was meant, which is a number.
fn percentage(text: &str, tokens: &[Token]) -> Option<Problem> {
    let is_blank = |at: usize| text[at..].starts_with(char::is_whitespace);
    let ends = |token: &Token| match token.kind {
        // `20% - 1` is written as a subtraction; `20 % -1` as what it is
        TokenKind::Sign("-") => is_blank(token.span.start - 1) && is_blank(token.span.end),
        TokenKind::Sign(sign) => !matches!(sign, "(" | "[" | "!"),
        _ => false,
    };
    let at = tokens.windows(2).enumerate().position(|(at, pair)| {
        pair[0].kind == TokenKind::Number
            && pair[1].kind == TokenKind::Sign("%")
            && pair[0].span.end == pair[1].span.start
            && tokens.get(at + 2).is_none_or(ends)
    })?;
    let span = Span::new(tokens[at].span.start, tokens[at + 1].span.end);
    let value = decimal(&text[tokens[at].span.range()]).ok()?;
    let instead = match plumb_number::exact(&(value / Ratio::from_integer(100.into()))) {
        fraction if fraction.contains('/') => format!("({fraction})"),
        decimal => decimal,
    };
    let message = format!("`{}` is no number: `%` is the remainder", &text[span.range()]);
    let mut problem = Problem::new(&BAD_FORMULA, span, message)
        .help(format!("a percentage is written as a number: `{instead}`"));
    problem.instead = Some(instead);
    Some(problem)
}

/// The first thing that the parser did not understand.
fn refused(text: &str, tokens: &[Token], error: &SyntaxError) -> Problem {
    let offset = error.span.start;
    let Some(token) = tokens.iter().find(|token| token.span.end > offset) else {
        let end = tokens.last().map_or(text.len(), |token| token.span.end);
        return Problem::new(&BAD_FORMULA, Span::at(end), "the formula ends too early")
            .label("something is missing here");
    };
    let word = &text[token.span.range()];
    match token.kind {
        TokenKind::Sign("?") => {
            let message = "a condition between `?` and `:` needs parentheses";
            Problem::new(&BAD_FORMULA, token.span, message).help("write `a ? (b ? c : d) : e`")
        }
        TokenKind::Sign(_) => {
            Problem::new(&BAD_FORMULA, token.span, format!("`{word}` is unexpected here"))
        }
        _ if error.is_at_value => {
            let message = format!("an operator is missing before `{word}`");
            Problem::new(&BAD_FORMULA, token.span, message)
        }
        _ => Problem::new(&BAD_FORMULA, token.span, error.message.clone()),
    }
}

/// Makes of the parser's tree what a formula may hold.
struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    fn boxed(&self, tree: &Expr) -> Result<Box<Ast>, Problem> {
        self.expression(tree).map(Box::new)
    }

    fn all(&self, trees: &[Expr]) -> Result<Vec<Ast>, Problem> {
        trees.iter().map(|tree| self.expression(tree)).collect()
    }

    fn expression(&self, tree: &Expr) -> Result<Ast, Problem> {
        let (span, at) = (tree.span, tree.at);
        let kind = match &tree.kind {
            Kind::Literal(literal) => return self.literal(literal, span),
            Kind::Ident(name) if !name.starts_with('.') => AstKind::Name(name.clone()),
            Kind::Select { operand, field, test: false } => {
                AstKind::Select(self.boxed(operand)?, field.clone())
            }
            Kind::Call { target, function, args } => {
                self.call(tree, target.as_deref(), function, args)?
            }
            Kind::List(items) if !items.iter().any(|item| item.optional) => {
                let items = items.iter().map(|item| self.expression(&item.value));
                AstKind::List(items.collect::<Result<_, _>>()?)
            }
            _ => {
                let message = "this part of CEL is not supported in formulas";
                return Err(Problem::new(&BAD_FORMULA, at, message).help(
                    "names, numbers, operators, `c ? a : b`, `in [ … ]`, and the functions of the reference",
                ));
            }
        };
        Ok(Ast { kind, span, at })
    }

    fn call(
        &self,
        tree: &Expr,
        target: Option<&Expr>,
        function: &str,
        args: &[Expr],
    ) -> Result<AstKind, Problem> {
        let binary = match (function, args) {
            (ops::AND, _) => Binary::And,
            (ops::OR, _) => Binary::Or,
            (ops::ADD, _) => Binary::Add,
            (ops::SUBTRACT, _) => Binary::Subtract,
            (ops::MULTIPLY, _) => Binary::Multiply,
            (ops::DIVIDE, _) => Binary::Divide,
            (ops::MODULO, _) => Binary::Remainder,
            (ops::EQUALS, _) => Binary::Equal,
            (ops::NOT_EQUALS, _) => Binary::NotEqual,
            (ops::GREATER_EQUALS, _) => Binary::GreaterEqual,
            (ops::LESS_EQUALS, _) => Binary::LessEqual,
            (ops::GREATER, _) => Binary::Greater,
            (ops::LESS, _) => Binary::Less,
            (ops::IN, [element, list]) => {
                return Ok(AstKind::In(self.boxed(element)?, self.boxed(list)?));
            }
            (ops::NEGATE, [operand]) => return self.boxed(operand).map(AstKind::Negate),
            (ops::NOT, [operand]) => return self.boxed(operand).map(AstKind::Not),
            (ops::CONDITIONAL, [condition, yes, no]) => {
                let (condition, yes) = (self.boxed(condition)?, self.boxed(yes)?);
                return Ok(AstKind::If(condition, yes, self.boxed(no)?));
            }
            (ops::INDEX | ops::OPTIONAL_INDEX | ops::OPTIONAL_SELECT, _) => {
                let message = "`[ ]` behind a value is not supported in formulas";
                return Err(Problem::new(&BAD_FORMULA, tree.at, message));
            }
            _ => {
                let target = target.map(|target| self.boxed(target)).transpose()?;
                let args = self.all(args)?;
                return Ok(AstKind::Call { target, name: function.to_owned(), args });
            }
        };
        match args {
            [left, right] => Ok(AstKind::Binary(binary, self.boxed(left)?, self.boxed(right)?)),
            _ => {
                let whole = Span::new(0, self.text.len());
                Err(Problem::new(&BAD_FORMULA, whole, "this formula cannot be read"))
            }
        }
    }

    fn literal(&self, literal: &Literal, span: Span) -> Result<Ast, Problem> {
        let kind = match literal {
            Literal::Int(_) | Literal::Double(_) => {
                let word = &self.text[span.range()];
                let digits = word.trim_start_matches('-').trim_start();
                let own = Span::new(span.end - digits.len(), span.end);
                let value = decimal(digits)
                    .map_err(|error| Problem::new(&BAD_FORMULA, own, error.message))?;
                let number = leaf(AstKind::Number(value), own);
                if own == span {
                    return Ok(number);
                }
                let at = Span::new(span.start, span.start + 1);
                return Ok(Ast { kind: AstKind::Negate(Box::new(number)), span, at });
            }
            Literal::Bool(truth) => AstKind::Bool(*truth),
            Literal::String(text) => AstKind::Text(text.clone()),
            Literal::Null => {
                return Err(Problem::new(&BAD_FORMULA, span, "there is no `null` in formulas"));
            }
            Literal::Uint(_) | Literal::Bytes(_) => {
                let message = "this part of CEL is not supported in formulas";
                return Err(Problem::new(&BAD_FORMULA, span, message));
            }
        };
        Ok(leaf(kind, span))
    }
}
