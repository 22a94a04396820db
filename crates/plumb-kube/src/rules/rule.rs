//! What a rule is, and its compilation, once, when it is first needed.

use crate::fault::ErrorType;
use plumb_cel::{CompileError, Environment, Program, Type as CelType};
use serde_json::Value as Json;
use std::sync::OnceLock;

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(super) source: String,
    pub(super) message: Option<String>,
    message_source: Option<String>,
    pub(super) reason: ErrorType,
    pub(super) field: Option<String>,
    pub(super) optional_old_self: bool,
    compiled: OnceLock<Result<Compiled, String>>,
}

#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) rule: Program,
    pub(super) message: Option<Program>,
    pub(super) transition: bool,
}

impl Rule {
    /// Reads an entry of `x-kubernetes-validations`; `Err` says what is wrong with it.
    pub(crate) fn read(json: &Json) -> Result<Rule, String> {
        let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let source = text("rule").ok_or_else(|| "has a validation without a rule".to_owned())?;
        Ok(Rule {
            source,
            message: text("message"),
            message_source: text("messageExpression"),
            reason: match text("reason").as_deref() {
                Some("FieldValueForbidden") => ErrorType::Forbidden,
                Some("FieldValueRequired") => ErrorType::Required,
                Some("FieldValueDuplicate") => ErrorType::Duplicate,
                _ => ErrorType::Invalid,
            },
            field: text("fieldPath"),
            optional_old_self: json.get("optionalOldSelf").and_then(Json::as_bool).unwrap_or(false),
            compiled: OnceLock::new(),
        })
    }

    pub(super) fn compiled(&self) -> Result<&Compiled, &String> {
        self.compiled
            .get_or_init(|| {
                let environment = environment(self.optional_old_self);
                let compile = |source: &str| -> Result<Program, String> {
                    environment.compile(source).map_err(|error: CompileError| error.to_string())
                };
                let rule = compile(&self.source)?;
                let message = match &self.message_source {
                    Some(source) => Some(compile(source).map_err(|error| {
                        format!("its messageExpression does not compile: {error}")
                    })?),
                    None => None,
                };
                let reads_old = |program: &Program| program.reads("oldSelf");
                let transition = reads_old(&rule) || message.as_ref().is_some_and(reads_old);
                Ok(Compiled { rule, message, transition })
            })
            .as_ref()
    }
}

/// What a rule may name. It was checked with the types of its schema when that came into a cluster.
fn environment(optional_old: bool) -> Environment {
    let old = if optional_old { CelType::optional(CelType::Dyn) } else { CelType::Dyn };
    // A rule of any release is one of the newest, too: nothing but what a macro shadows was ever taken away.
    Environment::kubernetes(NEWEST)
        .trusting()
        .variable("self", CelType::Dyn)
        .variable("oldSelf", old)
}

/// The newest release of Kubernetes whose functions are known.
pub(crate) const NEWEST: u32 = 37;
