//! What a use, or a default, gives for an argument: read by the argument's kind, and put under its name.

use super::argument::{Argument, Kind};
use crate::diag::Diagnostic;
use crate::directive::Call;
use crate::directive::ask;
use crate::directive::codes::INVALID_ARGUMENT;
use crate::directive::params::{Expression, FromArg, one_of};
use crate::markdown::{Arg, Value};
use crate::model::{Bindings, Compiled, Dimension, Model, Problem};
use crate::text::{Span, Spanned};

impl Argument {
    /// Binds what a use gives; what is wrong is told, here and where the argument is declared.
    pub(super) fn bind(&self, call: &mut Call<'_>, given: &Arg, names: &mut Bindings) {
        let at = call.locate(given.span);
        let findings = match self.bound(call.model, given, call.names, names) {
            Ok(()) => {
                if let Some(text) = given.value.as_text() {
                    call.used.mentioned(call.model, text);
                }
                return;
            }
            Err(Wrong::Message(message)) => {
                let message = format!("`{}` of `{}`: {message}", self.name, call.name().value);
                vec![Diagnostic::new(&INVALID_ARGUMENT, at, message)]
            }
            Err(Wrong::Problems(problems)) => {
                let expression = Expression::from_arg(given)
                    .unwrap_or(Expression { text: String::new(), span: given.span });
                let locate = ask::in_expression(call.map, &expression);
                problems.into_iter().map(|problem| problem.located(&locate)).collect()
            }
        };
        let related = findings
            .into_iter()
            .map(|finding| finding.related(self.location.clone(), "declared here"));
        call.report(related);
    }

    /// Binds the default, which is read like what a use gives.
    pub(super) fn bind_default(&self, model: &Model, names: &mut Bindings) -> Result<(), String> {
        let Some(default) = &self.default else { return Err("there is none".to_owned()) };
        let value = match self.kind {
            Kind::Options => {
                let ids = default.split(',').map(str::trim).filter(|id| !id.is_empty());
                let text = |id: &str| Spanned::new(Value::Text(id.to_owned()), Span::at(0));
                Value::List(ids.map(text).collect())
            }
            _ => Value::Text(default.clone()),
        };
        let given = Spanned::new(value, Span::at(0));
        self.bound(model, &given, &Bindings::default(), names).map_err(|wrong| match wrong {
            Wrong::Message(message) => message,
            Wrong::Problems(problems) => {
                problems.into_iter().map(|problem| problem.message).next().unwrap_or_default()
            }
        })
    }

    fn bound(
        &self,
        model: &Model,
        given: &Arg,
        around: &Bindings,
        names: &mut Bindings,
    ) -> Result<(), Wrong> {
        let shape = || Wrong::Message(format!("expected {}", self.shape()));
        let text = || given.value.as_text().ok_or_else(shape);
        match self.kind {
            Kind::Text => names.bind_text(&self.name, text()?),
            Kind::Bool => {
                let truth = bool::from_arg(given).map_err(Wrong::Message)?;
                let compiled = model.compile(if truth { "true" } else { "false" });
                names.bind(&self.name, &compiled.map_err(Wrong::Problems)?);
            }
            Kind::Choice => {
                let text = text()?;
                let choices: Vec<&str> = self.choices.iter().map(String::as_str).collect();
                if !choices.contains(&text) {
                    return Err(Wrong::Message(one_of(given, &choices)));
                }
                names.bind_text(&self.name, text);
            }
            Kind::Option => {
                let id = text()?;
                if model.bind_option(names, &self.name, id).is_err() {
                    return Err(Wrong::Message(no_option(model, given, id)));
                }
            }
            Kind::Options => {
                let ids = Vec::<Spanned<String>>::from_arg(given).map_err(Wrong::Message)?;
                for id in &ids {
                    if !model.options.contains_key(&id.value) {
                        return Err(Wrong::Message(no_option(model, given, &id.value)));
                    }
                }
                let ids: Vec<String> = ids.into_iter().map(|id| id.value).collect();
                names.bind_options(&self.name, &ids);
            }
            Kind::Version | Kind::Date => {
                let text = text()?;
                let word = if self.kind == Kind::Version { "version" } else { "date" };
                let quoted = !text.contains(['\'', '\\', '\n']);
                let literal = quoted.then(|| model.compile(&format!("{word}('{text}')")).ok());
                let compiled = match literal.flatten() {
                    Some(compiled) => compiled,
                    None => model.compile_with(text, around).map_err(|_| shape())?,
                };
                self.typed(compiled, shape, names)?;
            }
            Kind::Number | Kind::Quantity | Kind::List => {
                let key = self.dimension.map_or("", key_of);
                let compiled = model.compile_given(text()?, key, around);
                self.typed(compiled.map_err(Wrong::Problems)?, shape, names)?;
            }
        }
        Ok(())
    }

    /// Binds an expression, if it is of the argument's kind.
    fn typed(
        &self,
        compiled: Compiled,
        shape: impl Fn() -> Wrong,
        names: &mut Bindings,
    ) -> Result<(), Wrong> {
        let fits = match self.kind {
            Kind::Number => compiled.dimension() == Some(Dimension::COUNT),
            Kind::Quantity => {
                compiled.dimension().is_some_and(|own| self.dimension.is_none_or(|it| it == own))
            }
            Kind::Version => compiled.is_version(),
            Kind::Date => compiled.is_date(),
            Kind::List => compiled.is_list(),
            _ => false,
        };
        if !fits {
            return Err(shape());
        }
        names.bind(&self.name, &compiled);
        Ok(())
    }
}

/// Why something can't be an argument's value.
enum Wrong {
    Message(String),
    /// In the text of the value.
    Problems(Vec<Problem>),
}

fn no_option(model: &Model, given: &Arg, id: &str) -> String {
    let known: Vec<&str> = model.options.keys().map(String::as_str).collect();
    match known.is_empty() {
        true => "the model has no options".to_owned(),
        false => match model.option_called(id) {
            Some((_, help)) => help,
            None => format!("the model has no option `{id}`: {}", one_of(given, &known)),
        },
    }
}

/// The key under which a bare quantity has a dimension: `100m` of cpu.
fn key_of(dimension: Dimension) -> &'static str {
    let mut named = Dimension::NAMES.into_iter();
    named.find(|name| Dimension::named(name) == Some(dimension)).unwrap_or("")
}
