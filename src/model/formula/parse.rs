//! From CEL text to a tree with places.
//!
//! The grammar is that of the `cel` crate's parser. It keeps no places for a formula that it accepts, and reads `0.1` as a
//! binary fraction; so the tree is walked beside our own list of words, which gives each node its place and each number its
//! digits. Where the two do not agree word by word, the formula is refused.

use super::Binary;
use super::lex::{Token, TokenKind, lex};
use crate::depth;
use crate::model::codes::BAD_FORMULA;
use crate::model::problem::Problem;
use crate::model::quantity::{Ratio, decimal};
use crate::text::Span;
use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};

/// A formula as it was written.
#[derive(Clone, Debug)]
pub(in crate::model) struct Ast {
    pub(in crate::model) kind: AstKind,
    /// All of it, without parentheses around it.
    pub(in crate::model) span: Span,
    /// The operator, or the name of a function or field.
    pub(in crate::model) at: Span,
}

#[derive(Clone, Debug)]
pub(in crate::model) enum AstKind {
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
pub(in crate::model) fn parse(text: &str) -> Result<Ast, Problem> {
    let tokens = lex(text)?;
    if tokens.is_empty() {
        return Err(Problem::new(&BAD_FORMULA, Span::new(0, text.len()), "a formula is expected"));
    }
    if let Some(simple) = simple(text, &tokens) {
        return simple;
    }
    let whole = Span::new(0, text.len());
    let levels = depth::of_expression(text).map_err(|why| {
        let problem =
            Problem::new(&BAD_FORMULA, whole, format!("this formula is too large: {why}"));
        problem.help("split it into several formulas")
    })?;
    let tree = depth::with_room(levels, || {
        cel::parser::Parser::new().parse(text).map_err(|errors| refused(text, &tokens, &errors))
    })?;
    let mut walk = Walk { text, tokens: &tokens, next: 0 };
    let ast = walk.expression(&tree)?;
    while walk.accept(")") {}
    match walk.tokens.get(walk.next) {
        None => Ok(ast),
        Some(token) => Err(walk.unexpected(token.span)),
    }
}

/// A single name or number, which needs no parser.
fn simple(text: &str, tokens: &[Token]) -> Option<Result<Ast, Problem>> {
    match tokens {
        [token] if token.kind == TokenKind::Number => {
            Some(number(text, token.span).map(|value| leaf(AstKind::Number(value), token.span)))
        }
        _ => None,
    }
}

fn leaf(kind: AstKind, span: Span) -> Ast {
    Ast { kind, span, at: span }
}

fn number(text: &str, span: Span) -> Result<Ratio, Problem> {
    decimal(&text[span.range()]).map_err(|error| Problem::new(&BAD_FORMULA, span, error.message))
}

/// The first thing that the parser did not understand.
fn refused(text: &str, tokens: &[Token], errors: &cel::ParseErrors) -> Problem {
    // a syntax error comes first; what the parser says of the half tree that is left then is of no help
    let syntax = errors.errors.iter().find(|error| error.msg.starts_with("Syntax error"));
    let first = syntax.or(errors.errors.first());
    let offset = first.map_or(0, |error| offset_of(text, error.pos));
    if let (None, Some(error)) = (syntax, first)
        && let Some(token) = tokens.iter().find(|token| token.span.start >= offset)
    {
        let message = format!("this cannot be read: {}", error.msg.to_lowercase());
        return Problem::new(&BAD_FORMULA, token.span, message);
    }
    if let Some(token) = tokens.iter().find(|token| token.span.start >= offset)
        && token.kind == TokenKind::Sign("?")
    {
        let message = "a condition between `?` and `:` needs parentheses";
        return Problem::new(&BAD_FORMULA, token.span, message).help("write `a ? (b ? c : d) : e`");
    }
    match tokens.iter().find(|token| token.span.end > offset) {
        Some(token) => {
            let word = &text[token.span.range()];
            let message = match token.kind {
                TokenKind::Sign(_) => format!("`{word}` is unexpected here"),
                _ => format!("an operator is missing before `{word}`"),
            };
            Problem::new(&BAD_FORMULA, token.span, message)
        }
        None => {
            let end = tokens.last().map_or(text.len(), |token| token.span.end);
            Problem::new(&BAD_FORMULA, Span::at(end), "the formula ends too early")
                .label("something is missing here")
        }
    }
}

/// The byte offset of a line and column that count from 1, in characters.
fn offset_of(text: &str, (line, column): (isize, isize)) -> usize {
    let (Ok(line), Ok(column)) = (usize::try_from(line), usize::try_from(column)) else { return 0 };
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}

/// Walks the parser's tree in the order of the text, beside the words.
struct Walk<'a> {
    text: &'a str,
    tokens: &'a [Token],
    next: usize,
}

impl Walk<'_> {
    fn expression(&mut self, tree: &IdedExpr) -> Result<Ast, Problem> {
        match &tree.expr {
            Expr::Literal(literal) => self.literal(literal),
            Expr::Ident(name) => {
                let span = self.name(name)?;
                Ok(leaf(AstKind::Name(name.clone()), span))
            }
            Expr::Select(select) if !select.test => {
                let operand = self.expression(&select.operand)?;
                self.sign(".")?;
                let at = self.name(&select.field)?;
                let span = operand.span.to(at);
                Ok(Ast { kind: AstKind::Select(Box::new(operand), select.field.clone()), span, at })
            }
            Expr::Call(call) => self.call(&call.func_name, call.target.as_deref(), &call.args),
            Expr::List(list) => {
                self.open();
                let start = self.sign("[")?;
                let mut elements = Vec::new();
                for (index, element) in list.elements.iter().enumerate() {
                    if index > 0 {
                        self.sign(",")?;
                    }
                    elements.push(self.expression(element)?);
                }
                self.accept(",");
                let end = self.sign("]")?;
                Ok(Ast { kind: AstKind::List(elements), span: start.to(end), at: start })
            }
            _ => {
                self.open();
                let span = self
                    .tokens
                    .get(self.next)
                    .map_or(Span::at(self.text.len()), |token| token.span);
                let message = "this part of CEL is not supported in formulas";
                Err(Problem::new(&BAD_FORMULA, span, message)
                    .help("names, numbers, operators, `c ? a : b`, `in [ … ]`, and the functions of the reference"))
            }
        }
    }

    fn call(
        &mut self,
        name: &str,
        target: Option<&IdedExpr>,
        args: &[IdedExpr],
    ) -> Result<Ast, Problem> {
        let binary = match name {
            operators::LOGICAL_AND => Binary::And,
            operators::LOGICAL_OR => Binary::Or,
            operators::ADD => Binary::Add,
            operators::SUBSTRACT => Binary::Subtract,
            operators::MULTIPLY => Binary::Multiply,
            operators::DIVIDE => Binary::Divide,
            operators::MODULO => Binary::Remainder,
            operators::EQUALS => Binary::Equal,
            operators::NOT_EQUALS => Binary::NotEqual,
            operators::GREATER_EQUALS => Binary::GreaterEqual,
            operators::LESS_EQUALS => Binary::LessEqual,
            operators::GREATER => Binary::Greater,
            operators::LESS => Binary::Less,
            operators::IN => return self.membership(args),
            operators::NEGATE => return self.prefix("-", AstKind::Negate, args),
            operators::LOGICAL_NOT => return self.prefix("!", AstKind::Not, args),
            operators::CONDITIONAL => return self.conditional(args),
            operators::INDEX => {
                return Err(self.unsupported("`[ ]` behind a value is not supported in formulas"));
            }
            _ => return self.function(name, target, args),
        };
        let [left, right] = args else { return Err(self.lost()) };
        let left = self.expression(left)?;
        let at = self.sign(binary.sign())?;
        let right = self.expression(right)?;
        let span = left.span.to(right.span);
        Ok(Ast { kind: AstKind::Binary(binary, Box::new(left), Box::new(right)), span, at })
    }

    fn membership(&mut self, args: &[IdedExpr]) -> Result<Ast, Problem> {
        let [element, list] = args else { return Err(self.lost()) };
        let element = self.expression(element)?;
        let at = self.name("in")?;
        let list = self.expression(list)?;
        let span = element.span.to(list.span);
        Ok(Ast { kind: AstKind::In(Box::new(element), Box::new(list)), span, at })
    }

    /// `-x`, `!x`. The parser keeps one sign of several; how many there are is seen from the words.
    fn prefix(
        &mut self,
        sign: &'static str,
        kind: fn(Box<Ast>) -> AstKind,
        args: &[IdedExpr],
    ) -> Result<Ast, Problem> {
        let [operand] = args else { return Err(self.lost()) };
        self.open();
        let at = self.sign(sign)?;
        let mut count = 1;
        while self.accept(sign) {
            count += 1;
        }
        let operand = match &operand.expr {
            // the literal's own sign is among those that were counted, or behind a parenthesis: `-(-1)`
            Expr::Literal(literal) => self.literal(literal)?,
            _ => self.expression(operand)?,
        };
        let span = at.to(operand.span);
        let once = Ast { span, at, kind: kind(Box::new(operand)) };
        if count % 2 == 1 {
            return Ok(once);
        }
        // even: the same as none, but still of the type that the sign asks for
        Ok(Ast { span, at, kind: kind(Box::new(once)) })
    }

    fn conditional(&mut self, args: &[IdedExpr]) -> Result<Ast, Problem> {
        let [condition, yes, no] = args else { return Err(self.lost()) };
        let condition = self.expression(condition)?;
        let at = self.sign("?")?;
        let yes = self.expression(yes)?;
        self.sign(":")?;
        let no = self.expression(no)?;
        let span = condition.span.to(no.span);
        let kind = AstKind::If(Box::new(condition), Box::new(yes), Box::new(no));
        Ok(Ast { kind, span, at })
    }

    fn function(
        &mut self,
        name: &str,
        target: Option<&IdedExpr>,
        args: &[IdedExpr],
    ) -> Result<Ast, Problem> {
        let target = match target {
            Some(target) => {
                let target = self.expression(target)?;
                self.sign(".")?;
                Some(Box::new(target))
            }
            None => None,
        };
        let at = self.name(name)?;
        self.sign("(")?;
        let mut read = Vec::new();
        for (index, arg) in args.iter().enumerate() {
            if index > 0 {
                self.sign(",")?;
            }
            read.push(self.expression(arg)?);
        }
        let start = target.as_ref().map_or(at, |target| target.span);
        let mut span = start.to(read.last().map_or(at, |last| last.span));
        if let Some(token) = self.tokens.get(self.next)
            && token.kind == TokenKind::Sign(")")
        {
            span = span.to(token.span);
        }
        Ok(Ast { kind: AstKind::Call { target, name: name.to_owned(), args: read }, span, at })
    }

    fn literal(&mut self, literal: &LiteralValue) -> Result<Ast, Problem> {
        self.open();
        if matches!(literal, LiteralValue::Int(_) | LiteralValue::Double(_))
            && self.peek() == Some("-")
        {
            let at = self.sign("-")?;
            let operand = self.unsigned(literal)?;
            let span = at.to(operand.span);
            return Ok(Ast { kind: AstKind::Negate(Box::new(operand)), span, at });
        }
        self.unsigned(literal)
    }

    fn unsigned(&mut self, literal: &LiteralValue) -> Result<Ast, Problem> {
        self.open();
        let token = self.tokens.get(self.next).ok_or_else(|| self.lost())?.clone();
        self.next += 1;
        let word = &self.text[token.span.range()];
        let kind = match (literal, token.kind) {
            (LiteralValue::Int(_) | LiteralValue::Double(_), TokenKind::Number) => {
                AstKind::Number(number(self.text, token.span)?)
            }
            (LiteralValue::Boolean(_), TokenKind::Name) if word == "true" || word == "false" => {
                AstKind::Bool(word == "true")
            }
            (LiteralValue::String(value), TokenKind::Text) => {
                AstKind::Text(value.inner().to_owned())
            }
            (LiteralValue::Null, _) => {
                return Err(Problem::new(
                    &BAD_FORMULA,
                    token.span,
                    "there is no `null` in formulas",
                ));
            }
            _ => return Err(self.unexpected(token.span)),
        };
        Ok(leaf(kind, token.span))
    }

    /// Passes parentheses that begin here.
    fn open(&mut self) {
        while self.accept("(") {}
    }

    fn peek(&self) -> Option<&'static str> {
        match self.tokens.get(self.next)?.kind {
            TokenKind::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    fn accept(&mut self, sign: &str) -> bool {
        let found = self.peek() == Some(sign);
        self.next += usize::from(found);
        found
    }

    /// Passes parentheses that end here, and the sign.
    fn sign(&mut self, sign: &str) -> Result<Span, Problem> {
        while self.accept(")") {}
        let span = self.tokens.get(self.next).map(|token| token.span);
        match span {
            Some(span) if self.accept(sign) => Ok(span),
            Some(span) => Err(self.unexpected(span)),
            None => Err(self.lost()),
        }
    }

    /// Passes parentheses around a name, and the name.
    fn name(&mut self, name: &str) -> Result<Span, Problem> {
        while matches!(self.peek(), Some("(" | ")")) {
            self.next += 1;
        }
        match self.tokens.get(self.next) {
            Some(token)
                if token.kind == TokenKind::Name && &self.text[token.span.range()] == name =>
            {
                self.next += 1;
                Ok(token.span)
            }
            Some(token) => Err(self.unexpected(token.span)),
            None => Err(self.lost()),
        }
    }

    fn unexpected(&self, span: Span) -> Problem {
        let message = format!("`{}` is unexpected here", &self.text[span.range()]);
        Problem::new(&BAD_FORMULA, span, message)
    }

    fn unsupported(&self, message: &str) -> Problem {
        let span = self.tokens.get(self.next).map_or(Span::at(self.text.len()), |token| token.span);
        Problem::new(&BAD_FORMULA, span, message)
    }

    fn lost(&self) -> Problem {
        Problem::new(&BAD_FORMULA, Span::new(0, self.text.len()), "this formula cannot be read")
    }
}
