//! A use of a directive of the book's own: its arguments, and what it writes.

use super::def::{Let, Own};
use crate::diag::Diagnostic;
use crate::directive::Call;
use crate::directive::codes::{MISSING_ARGUMENT, UNKNOWN_ARGUMENT};
use crate::directive::passage::Passage;
use crate::directive::write::Writer;
use crate::model::Bindings;
use crate::text::Location;
use std::rc::Rc;

impl Own {
    /// What a use of it writes. Nothing where something is wrong, which is told: with the file, when it was read.
    pub fn write(&self, call: &mut Call<'_>) -> Option<Passage> {
        if !self.is_good {
            return None;
        }
        let names = self.given(call)?;
        let mut writer = Writer::new(call, &self.map);
        let names = Rc::new(writer.lets(&self.lets, names)?);
        writer.parts(&self.template.parts, &names)?;
        Some(writer.finish(self.is_inline, self.name.clone()))
    }

    /// The arguments of a use under their names. All that is wrong with them is told, here and where they are declared.
    fn given(&self, call: &mut Call<'_>) -> Option<Bindings> {
        let before = call.findings.len();
        let written = call.directive;
        let mut names = Bindings::default();
        for arg in &self.args {
            let given = match arg.positional {
                true => written.args.positional.as_ref(),
                false => written.args.get(&arg.name),
            };
            match given {
                Some(given) => arg.bind(call, given, &mut names),
                None if arg.default.is_some() => {
                    // The default was looked at when the file was read.
                    let _ = arg.bind_default(call.model, &mut names);
                }
                None => {
                    let message = format!("`{}` needs `{}`, {}", self.name, arg.name, arg.shape());
                    let at = call.locate(call.name().span);
                    let finding = Diagnostic::new(&MISSING_ARGUMENT, at, message);
                    let finding = finding.help(format!("usage: {}", self.usage()));
                    call.findings.push(finding.related(arg.location.clone(), "declared here"));
                }
            }
        }
        if let Some(arg) = &written.args.positional
            && !self.args.iter().any(|arg| arg.positional)
        {
            let message = format!("`{}` takes no argument without a key", self.name);
            call.findings.push(self.unknown(call.locate(arg.span), message));
        }
        for (key, _) in &written.args.named {
            let mut known = self.args.iter().filter(|arg| !arg.positional);
            if !known.clone().any(|arg| arg.name == key.value) {
                let message = format!("`{}` has no argument `{}`", self.name, key.value);
                let finding = self.unknown(call.locate(key.span), message);
                let names = known.by_ref().map(|arg| arg.name.as_str());
                call.findings.push(finding.did_you_mean(&key.value, names));
            }
        }
        (call.findings.len() == before).then_some(names)
    }

    fn unknown(&self, at: Location, message: String) -> Diagnostic {
        Diagnostic::new(&UNKNOWN_ARGUMENT, at, message)
            .help(format!("usage: {}", self.usage()))
            .related(self.location.clone(), "the directive")
    }
}

impl Writer<'_, '_> {
    /// Adds the names of a file to those of its arguments. What can't be read is told at its place in the file.
    pub(super) fn lets(&mut self, lets: &[Let], mut names: Bindings) -> Option<Bindings> {
        for one in lets {
            let compiled = self.read(&one.expression, &names)?;
            names.bind(&one.name.value, &compiled);
        }
        Some(names)
    }
}
