//! How a directive declares its arguments: a struct whose fields, with their docs, are what an author may write.
//!
//! `params!` makes three things of one declaration: the struct, the reading of it from [`Args`] with findings at the
//! argument, and the rows of the reference page. There is no second list of names to keep in step.

use super::call::{Param, ParamKind};
use super::codes::{INVALID_ARGUMENT, MISSING_ARGUMENT, UNKNOWN_ARGUMENT};
use crate::diag::{Diagnostic, nearest};
use crate::markdown::{Arg, Args, Directive, Value};
use crate::model::View;
use crate::text::{Span, Spanned, TextMap};

/// What can be read from an argument.
pub trait FromArg: Sized {
    /// What an author writes for it.
    const SHAPE: &'static str;

    /// Whether it must be given.
    const REQUIRED: bool = true;

    /// Reads it; the error says what was expected.
    fn from_arg(arg: &Arg) -> Result<Self, String>;

    /// What holds where it is not given.
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: FromArg> FromArg for Option<T> {
    const SHAPE: &'static str = T::SHAPE;
    const REQUIRED: bool = false;

    fn from_arg(arg: &Arg) -> Result<Self, String> {
        T::from_arg(arg).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// A name or a text, with its place.
impl FromArg for Spanned<String> {
    const SHAPE: &'static str = "a name";

    fn from_arg(arg: &Arg) -> Result<Self, String> {
        match arg.value.as_text() {
            Some(text) => Ok(Spanned::new(text.to_owned(), arg.span)),
            None => Err("expected a name, not a list".to_owned()),
        }
    }
}

/// One name or a list of them; empty where it is not given.
impl FromArg for Vec<Spanned<String>> {
    const SHAPE: &'static str = "a name or a [list] of names";
    const REQUIRED: bool = false;

    fn from_arg(arg: &Arg) -> Result<Self, String> {
        match &arg.value {
            Value::List(items) => items.iter().map(Spanned::<String>::from_arg).collect(),
            _ => Ok(vec![Spanned::<String>::from_arg(arg)?]),
        }
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
}

/// A switch; off where it is not given.
impl FromArg for bool {
    const SHAPE: &'static str = "`true` or `false`";
    const REQUIRED: bool = false;

    fn from_arg(arg: &Arg) -> Result<Self, String> {
        match arg.value.as_text() {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            _ => Err("expected `true` or `false`".to_owned()),
        }
    }

    fn absent() -> Option<Self> {
        Some(false)
    }
}

/// Which of an option's numbers.
impl FromArg for View {
    const SHAPE: &'static str = "`requests`, `usage`, `limits` or `reserved`";

    fn from_arg(arg: &Arg) -> Result<Self, String> {
        arg.value
            .as_text()
            .and_then(View::named)
            .ok_or_else(|| one_of(arg, &View::ALL.map(View::name)))
    }
}

/// What was expected of an argument that should be one of these words.
pub(crate) fn one_of(arg: &Arg, words: &[&str]) -> String {
    let near = arg.value.as_text().and_then(|given| nearest(given, words.iter().copied()));
    let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("expected one of `{}`{hint}", words.join("`, `"))
}

/// A small count.
impl FromArg for u32 {
    const SHAPE: &'static str = "a whole number";

    fn from_arg(arg: &Arg) -> Result<Self, String> {
        arg.value
            .as_text()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| "expected a whole number".to_owned())
    }
}

/// An expression over the model, with its place: a bare name, a number or a quantity, or a "string".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// Its text.
    pub text: String,
    /// Where the text stands, quotes left out.
    pub span: Span,
}

impl FromArg for Expression {
    const SHAPE: &'static str = "an expression";

    fn from_arg(arg: &Arg) -> Result<Self, String> {
        let Some(text) = arg.value.as_text() else {
            return Err("expected an expression, not a list".to_owned());
        };
        let quoted = matches!(arg.value, Value::Text(_)) && arg.span.len() >= 2;
        let span = if quoted { Span::new(arg.span.start + 1, arg.span.end - 1) } else { arg.span };
        Ok(Expression { text: text.to_owned(), span })
    }
}

/// One expression or a list of them; empty where it is not given.
impl FromArg for Vec<Expression> {
    const SHAPE: &'static str = "an expression or a [list] of them";
    const REQUIRED: bool = false;

    fn from_arg(arg: &Arg) -> Result<Self, String> {
        match &arg.value {
            Value::List(items) => items.iter().map(Expression::from_arg).collect(),
            _ => Ok(vec![Expression::from_arg(arg)?]),
        }
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
}

/// Declares an enum whose variants are words that an author writes.
macro_rules! words {
    ($(#[doc = $doc:literal])* $vis:vis enum $name:ident = $shape:literal {
        $($(#[doc = $vdoc:literal])* $variant:ident = $word:literal),* $(,)?
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $name { $($(#[doc = $vdoc])* $variant),* }

        impl $crate::directive::params::FromArg for $name {
            const SHAPE: &'static str = $shape;

            fn from_arg(arg: &$crate::markdown::Arg) -> Result<Self, String> {
                match arg.value.as_text() {
                    $(Some($word) => Ok($name::$variant),)*
                    _ => Err($crate::directive::params::one_of(arg, &[$($word),*])),
                }
            }
        }
    };
}
pub(crate) use words;

/// Declares a directive's arguments; see the module's docs.
///
/// A field is `name: Type = "key"`. The field `[positional]` is the argument without a key; `[inputs]` collects every key
/// that is no other argument's, as values for the model's inputs.
macro_rules! params {
    (
        $(#[doc = $doc:literal])*
        $vis:vis struct $name:ident {
            $([positional] $(#[doc = $pdoc:literal])* $pfield:ident : $pty:ty = $pkey:literal,)?
            $($(#[doc = $fdoc:literal])* $field:ident : $ty:ty = $key:literal,)*
            $([inputs] $(#[doc = $idoc:literal])* $ifield:ident,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        $vis struct $name {
            $($(#[doc = $pdoc])* $vis $pfield: $pty,)?
            $($(#[doc = $fdoc])* $vis $field: $ty,)*
            $($(#[doc = $idoc])* $vis $ifield: Vec<($crate::text::Spanned<String>, $crate::markdown::Arg)>,)?
        }

        impl $name {
            /// The arguments, for the reference.
            $vis const PARAMS: &'static [$crate::directive::Param] = &[
                $($crate::directive::Param {
                    key: $pkey,
                    shape: <$pty as $crate::directive::params::FromArg>::SHAPE,
                    required: <$pty as $crate::directive::params::FromArg>::REQUIRED,
                    kind: $crate::directive::ParamKind::Positional,
                    doc: concat!($($pdoc),*),
                },)?
                $($crate::directive::Param {
                    key: $key,
                    shape: <$ty as $crate::directive::params::FromArg>::SHAPE,
                    required: <$ty as $crate::directive::params::FromArg>::REQUIRED,
                    kind: $crate::directive::ParamKind::Named,
                    doc: concat!($($fdoc),*),
                },)*
                $($crate::directive::Param {
                    key: "INPUT",
                    shape: "a number, a quantity, `true`, `false` or a choice",
                    required: false,
                    kind: $crate::directive::ParamKind::Inputs,
                    doc: { let _ = stringify!($ifield); concat!($($idoc),*) },
                },)?
            ];

            /// Reads the arguments; everything that is wrong is a finding.
            $vis fn read(call: &mut $crate::directive::Call<'_>) -> Option<$name> {
                let (directive, map) = (call.directive, call.map);
                let mut reader = $crate::directive::params::Reader::new(directive, map, $name::PARAMS);
                $(let $pfield = reader.positional::<$pty>($pkey);)?
                $(let $field = reader.named::<$ty>($key);)*
                $(let $ifield = reader.rest();)?
                let findings = reader.finish();
                let is_good = findings.is_empty();
                call.report(findings);
                match ($($pfield,)? $($field,)*) {
                    ($(Some($pfield),)? $(Some($field),)*) if is_good => Some($name {
                        $($pfield,)?
                        $($field,)*
                        $($ifield,)?
                    }),
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use params;

/// Reads arguments one by one; made by `params!`.
pub(crate) struct Reader<'a> {
    args: &'a Args,
    name: &'a Spanned<String>,
    map: &'a TextMap,
    params: &'static [Param],
    findings: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        directive: &'a Directive,
        map: &'a TextMap,
        params: &'static [Param],
    ) -> Reader<'a> {
        let Directive { args, name, .. } = directive;
        Reader { args, name, map, params, findings: Vec::new() }
    }

    pub(crate) fn positional<T: FromArg>(&mut self, key: &str) -> Option<T> {
        match &self.args.positional {
            Some(arg) => self.value(key, arg),
            None => self.absent(key),
        }
    }

    pub(crate) fn named<T: FromArg>(&mut self, key: &str) -> Option<T> {
        match self.args.get(key) {
            Some(arg) => self.value(key, arg),
            None => self.absent(key),
        }
    }

    /// The keys that are no argument's.
    pub(crate) fn rest(&mut self) -> Vec<(Spanned<String>, Arg)> {
        let known = |key: &str| self.params.iter().any(|param| param.key == key);
        self.args.named.iter().filter(|(key, _)| !known(&key.value)).cloned().collect()
    }

    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        let has = |kind| self.params.iter().any(|param| param.kind == kind);
        if let Some(arg) = &self.args.positional
            && !has(ParamKind::Positional)
        {
            let message = format!("`{}` takes no argument without a key", self.name.value);
            self.findings.push(
                Diagnostic::new(&UNKNOWN_ARGUMENT, self.map.locate(arg.span), message)
                    .help(self.usage()),
            );
        }
        if !has(ParamKind::Inputs) {
            for (key, _) in &self.args.named {
                let known = self.params.iter().filter(|param| param.kind == ParamKind::Named);
                if !known.clone().any(|param| param.key == key.value) {
                    let message = format!("`{}` has no argument `{}`", self.name.value, key.value);
                    let finding =
                        Diagnostic::new(&UNKNOWN_ARGUMENT, self.map.locate(key.span), message)
                            .did_you_mean(&key.value, known.map(|param| param.key));
                    let usage = self.usage();
                    self.findings.push(finding.help(usage));
                }
            }
        }
        self.findings
    }

    fn value<T: FromArg>(&mut self, key: &str, arg: &Arg) -> Option<T> {
        match T::from_arg(arg) {
            Ok(value) => Some(value),
            Err(expected) => {
                let message =
                    format!("`{key}` of `{}` is {}: {expected}", self.name.value, arg.value.kind());
                self.findings.push(Diagnostic::new(
                    &INVALID_ARGUMENT,
                    self.map.locate(arg.span),
                    message,
                ));
                None
            }
        }
    }

    fn absent<T: FromArg>(&mut self, key: &str) -> Option<T> {
        let absent = T::absent();
        if absent.is_none() {
            let message = format!("`{}` needs `{key}`, {}", self.name.value, T::SHAPE);
            let usage = self.usage();
            self.findings.push(
                Diagnostic::new(&MISSING_ARGUMENT, self.map.locate(self.name.span), message)
                    .help(usage),
            );
        }
        absent
    }

    fn usage(&self) -> String {
        usage(&self.name.value, self.params)
    }
}

/// How a directive is written, in a line: `value EXPR [scenario=…] [INPUT=…]`.
pub fn usage(name: &str, params: &[Param]) -> String {
    let mut out = format!("usage: {name}");
    for param in params {
        let word = match param.kind {
            ParamKind::Positional => param.key.to_owned(),
            ParamKind::Named | ParamKind::Inputs => format!("{}=…", param.key),
        };
        out.push(' ');
        out.push_str(&if param.required { word } else { format!("[{word}]") });
    }
    out
}
