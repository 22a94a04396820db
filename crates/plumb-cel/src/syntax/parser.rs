//! From words to the tree, by recursive descent.

use super::lexer::{Token, TokenKind, lex};
use super::macros::{Call, Macros};
use super::names::is_reserved;
use super::nodes::{Nodes, too_deep};
use super::tree::{Entry, Expr, Item, Kind, Literal, MAX_NESTING, SyntaxError, ops};
use plumb_text::Span;

/// Reads an expression. Macros are expanded, those that `macros` names.
pub fn parse(text: &str, macros: Macros) -> Result<Expr, SyntaxError> {
    let mut parser =
        Parser { tokens: lex(text)?, next: 0, depth: 0, nodes: Nodes::default(), macros };
    let expr = parser.expression()?;
    match parser.peek() {
        TokenKind::End => Ok(expr),
        _ => Err(SyntaxError { is_at_value: true, ..parser.unexpected() }),
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    nodes: Nodes,
    macros: Macros,
}

/// How strongly an operator between two operands binds, and the function that it means.
fn binary(sign: &TokenKind) -> Option<(u8, &'static str)> {
    Some(match sign {
        TokenKind::Sign("||") => (1, ops::OR),
        TokenKind::Sign("&&") => (2, ops::AND),
        TokenKind::Sign("<") => (3, ops::LESS),
        TokenKind::Sign("<=") => (3, ops::LESS_EQUALS),
        TokenKind::Sign(">") => (3, ops::GREATER),
        TokenKind::Sign(">=") => (3, ops::GREATER_EQUALS),
        TokenKind::Sign("==") => (3, ops::EQUALS),
        TokenKind::Sign("!=") => (3, ops::NOT_EQUALS),
        TokenKind::Name(name) if name == "in" => (3, ops::IN),
        TokenKind::Sign("+") => (4, ops::ADD),
        TokenKind::Sign("-") => (4, ops::SUBTRACT),
        TokenKind::Sign("*") => (5, ops::MULTIPLY),
        TokenKind::Sign("/") => (5, ops::DIVIDE),
        TokenKind::Sign("%") => (5, ops::MODULO),
        _ => return None,
    })
}

impl Parser {
    fn peek(&self) -> &TokenKind {
        &self.tokens[self.next].kind
    }

    fn span(&self) -> Span {
        self.tokens[self.next].span
    }

    fn advance(&mut self) -> Token {
        let token = self.tokens[self.next].clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), TokenKind::Sign(found) if *found == sign)
    }

    fn accept(&mut self, sign: &str) -> Option<Span> {
        self.is(sign).then(|| self.advance().span)
    }

    fn expect(&mut self, sign: &str) -> Result<Span, SyntaxError> {
        match self.accept(sign) {
            Some(span) => Ok(span),
            None => {
                let mut error = self.unexpected();
                error.message = format!("{}, `{sign}` is expected", error.message);
                Err(error)
            }
        }
    }

    fn unexpected(&self) -> SyntaxError {
        let message = match self.peek() {
            TokenKind::End => "the expression ends too early".to_owned(),
            TokenKind::Name(name) => format!("`{name}` is unexpected here"),
            TokenKind::Sign(sign) => format!("`{sign}` is unexpected here"),
            TokenKind::Quoted(_) => "a name in back quotes is only a field's".to_owned(),
            _ => "a value is unexpected here".to_owned(),
        };
        SyntaxError::new(message, self.span())
    }

    fn expression(&mut self) -> Result<Expr, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(too_deep(self.span(), MAX_NESTING));
        }
        let condition = self.operators(1)?;
        let expr = match self.accept("?") {
            None => condition,
            Some(at) => {
                let yes = self.operators(1)?;
                self.expect(":")?;
                let no = self.expression()?;
                let span = condition.span.to(no.span);
                self.nodes.call(ops::CONDITIONAL, vec![condition, yes, no], span, at)?
            }
        };
        self.depth -= 1;
        Ok(expr)
    }

    /// Operands with operators of at least this strength between them.
    fn operators(&mut self, strength: u8) -> Result<Expr, SyntaxError> {
        let mut left = self.unary()?;
        while let Some((own, function)) = binary(self.peek()).filter(|(own, _)| *own >= strength) {
            let at = self.advance().span;
            if matches!(function, ops::AND | ops::OR) {
                // Balanced, so that a long chain is not deep.
                let mut terms = vec![left, self.operators(own + 1)?];
                let mut places = vec![at];
                while binary(self.peek()).is_some_and(|(_, next)| next == function) {
                    places.push(self.advance().span);
                    terms.push(self.operators(own + 1)?);
                }
                left = self.balanced(function, terms, &places)?;
                continue;
            }
            let right = self.operators(own + 1)?;
            let span = left.span.to(right.span);
            left = self.nodes.call(function, vec![left, right], span, at)?;
        }
        Ok(left)
    }

    fn balanced(
        &mut self,
        function: &str,
        mut terms: Vec<Expr>,
        places: &[Span],
    ) -> Result<Expr, SyntaxError> {
        if terms.len() == 1 {
            return terms.pop().ok_or_else(|| self.unexpected());
        }
        let middle = terms.len().div_ceil(2);
        let right = terms.split_off(middle);
        let left = self.balanced(function, terms, &places[..middle - 1])?;
        let right = self.balanced(function, right, &places[middle..])?;
        let span = left.span.to(right.span);
        self.nodes.call(function, vec![left, right], span, places[middle - 1])
    }

    fn unary(&mut self) -> Result<Expr, SyntaxError> {
        let first = self.span();
        let Some(sign) = ["!", "-"].into_iter().find(|sign| self.is(sign)) else {
            return self.member();
        };
        let mut count = 0;
        while self.is(sign) {
            // The last minus before a number is the number's own.
            let behind = self.tokens.get(self.next + 1).map(|token| &token.kind);
            let number = matches!(
                behind,
                Some(TokenKind::Int(_) | TokenKind::Double(_) | TokenKind::Uint(_))
            );
            if sign == "-" && number && count == 0 && !matches!(behind, Some(TokenKind::Uint(_))) {
                return self.member();
            }
            self.advance();
            count += 1;
        }
        let operand = self.member()?;
        if count % 2 == 0 {
            return Ok(operand);
        }
        let function = if sign == "!" { ops::NOT } else { ops::NEGATE };
        let span = first.to(operand.span);
        self.nodes.call(function, vec![operand], span, first)
    }

    fn member(&mut self) -> Result<Expr, SyntaxError> {
        let mut expr = self.primary()?;
        loop {
            if self.accept(".").is_some() {
                let optional = self.accept("?").is_some();
                let token = self.advance();
                let at = token.span;
                let (name, quoted) = match token.kind {
                    TokenKind::Name(name) if !is_word(&name) => (name, false),
                    TokenKind::Quoted(name) => (name, true),
                    _ => {
                        self.next = self.next.saturating_sub(1);
                        return Err(self.unexpected());
                    }
                };
                if !quoted && !optional && self.is("(") {
                    self.advance();
                    let (args, close) = self.arguments(")")?;
                    let span = expr.span.to(close);
                    expr = self.method(expr, name, args, span, at)?;
                } else {
                    let span = expr.span.to(at);
                    expr = if optional {
                        let field =
                            self.nodes.make(Kind::Literal(Literal::String(name)), at, at)?;
                        self.nodes.call(ops::OPTIONAL_SELECT, vec![expr, field], span, at)?
                    } else {
                        let operand = Box::new(expr);
                        let kind = Kind::Select { operand, field: name, test: false };
                        self.nodes.make(kind, span, at)?
                    };
                }
            } else if let Some(at) = self.accept("[") {
                let optional = self.accept("?").is_some();
                let index = self.expression()?;
                let close = self.expect("]")?;
                let function = if optional { ops::OPTIONAL_INDEX } else { ops::INDEX };
                let span = expr.span.to(close);
                expr = self.nodes.call(function, vec![expr, index], span, at)?;
            } else if self.is("{")
                && let Some(name) = type_name(&expr)
            {
                let open = self.advance().span;
                let (fields, close) = self.entries(true)?;
                let span = expr.span.to(close);
                expr = self.nodes.make(Kind::Struct { name, fields }, span, open)?;
            } else {
                return Ok(expr);
            }
        }
    }

    fn primary(&mut self) -> Result<Expr, SyntaxError> {
        let first = self.span();
        if self.accept("(").is_some() {
            let expr = self.expression()?;
            self.expect(")")?;
            return Ok(expr);
        }
        if self.accept("[").is_some() {
            let (items, close) = self.items()?;
            return self.nodes.make(Kind::List(items), first.to(close), first);
        }
        if self.accept("{").is_some() {
            let (entries, close) = self.entries(false)?;
            return self.nodes.make(Kind::Map(entries), first.to(close), first);
        }
        let absolute = self.accept(".").is_some();
        let negative = !absolute && self.accept("-").is_some();
        let token = self.tokens[self.next].clone();
        let span = if absolute || negative { first.to(token.span) } else { token.span };
        if let TokenKind::Name(name) = &token.kind
            && !negative
            && (!is_word(name) || (!absolute && name != "in"))
        {
            return self.name(name.clone(), absolute, span);
        }
        if absolute {
            return Err(self.unexpected());
        }
        let invalid = |what: &str| SyntaxError::new(format!("invalid {what} literal"), span);
        let literal = match token.kind {
            TokenKind::Int(text) => {
                Literal::Int(whole(&text, negative).ok_or_else(|| invalid("int"))?)
            }
            TokenKind::Double(value) => Literal::Double(if negative { -value } else { value }),
            TokenKind::Uint(text) if !negative => {
                let value = match text.strip_prefix("0x") {
                    Some(digits) => u64::from_str_radix(digits, 16),
                    None => text.parse(),
                };
                Literal::Uint(value.map_err(|_| invalid("uint"))?)
            }
            TokenKind::String(text) if !negative => Literal::String(text),
            TokenKind::Bytes(bytes) if !negative => Literal::Bytes(bytes),
            _ => return Err(self.unexpected()),
        };
        self.advance();
        self.nodes.make(Kind::Literal(literal), span, span)
    }

    /// A name, a literal that is a word, or a function that is called.
    fn name(&mut self, name: String, absolute: bool, span: Span) -> Result<Expr, SyntaxError> {
        let literal = match name.as_str() {
            "null" => Some(Literal::Null),
            "true" => Some(Literal::Bool(true)),
            "false" => Some(Literal::Bool(false)),
            _ => None,
        };
        if let Some(literal) = literal {
            self.advance();
            return self.nodes.make(Kind::Literal(literal), span, span);
        }
        if is_reserved(&name) {
            let message = format!("`{name}` is a reserved name");
            return Err(SyntaxError::new(message, span));
        }
        self.advance();
        let name = if absolute { format!(".{name}") } else { name };
        if self.accept("(").is_none() {
            return self.nodes.make(Kind::Ident(name), span, span);
        }
        let (args, close) = self.arguments(")")?;
        if let Some(expand) = self.macros.global(&name, args.len()) {
            let span = (span.to(close), span);
            return expand(Call {
                nodes: &mut self.nodes,
                target: None,
                args,
                span: span.0,
                at: span.1,
            });
        }
        self.nodes.call(&name, args, span.to(close), span)
    }

    fn method(
        &mut self,
        target: Expr,
        name: String,
        args: Vec<Expr>,
        span: Span,
        at: Span,
    ) -> Result<Expr, SyntaxError> {
        if let Some(expand) = self.macros.member(&target, &name, args.len()) {
            return expand(Call { nodes: &mut self.nodes, target: Some(target), args, span, at });
        }
        let kind = Kind::Call { target: Some(Box::new(target)), function: name, args };
        self.nodes.make(kind, span, at)
    }

    /// Arguments up to the closing sign, which is taken.
    fn arguments(&mut self, close: &str) -> Result<(Vec<Expr>, Span), SyntaxError> {
        let mut args = Vec::new();
        if let Some(end) = self.accept(close) {
            return Ok((args, end));
        }
        loop {
            args.push(self.expression()?);
            if self.accept(",").is_none() {
                return Ok((args, self.expect(close)?));
            }
        }
    }

    fn items(&mut self) -> Result<(Vec<Item>, Span), SyntaxError> {
        let mut items = Vec::new();
        loop {
            if let Some(end) = self.accept("]") {
                return Ok((items, end));
            }
            let optional = self.accept("?").is_some();
            items.push(Item { value: self.expression()?, optional });
            if self.accept(",").is_none() {
                return Ok((items, self.expect("]")?));
            }
        }
    }

    fn entries(&mut self, fields: bool) -> Result<(Vec<Entry>, Span), SyntaxError> {
        let mut entries = Vec::new();
        loop {
            if let Some(end) = self.accept("}") {
                return Ok((entries, end));
            }
            let optional = self.accept("?").is_some();
            let key = match (fields, self.peek().clone()) {
                (true, TokenKind::Name(name) | TokenKind::Quoted(name)) => {
                    let span = self.advance().span;
                    self.nodes.make(Kind::Literal(Literal::String(name)), span, span)?
                }
                (true, _) => return Err(self.unexpected()),
                (false, _) => self.expression()?,
            };
            self.expect(":")?;
            entries.push(Entry { key, value: self.expression()?, optional });
            if self.accept(",").is_none() {
                return Ok((entries, self.expect("}")?));
            }
        }
    }
}

/// Words of the grammar, which are no names.
fn is_word(name: &str) -> bool {
    matches!(name, "in" | "null" | "true" | "false")
}

/// The name of a message's type before `{`.
fn type_name(expr: &Expr) -> Option<String> {
    expr.qualified_name()
}

fn whole(text: &str, negative: bool) -> Option<i64> {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let value = i128::from(u64::from_str_radix(digits, radix).ok()?);
    i64::try_from(if negative { -value } else { value }).ok()
}
