//! The requests that a webhook or a policy is for.

use crate::at::At;
use crate::fault::{Faults, Rule};

/// The requests that a webhook or policy is for.
pub(super) fn rules(list: &[At<'_>], code: &'static Rule, out: &mut Faults) {
    for rule in list {
        resources(&rule.list("resources"), code, out);
        for version in rule.list("apiVersions").iter().filter(|at| at.str() == Some("")) {
            out.required(code, version, "");
        }
        for field in ["operations", "apiGroups", "apiVersions", "resources"] {
            let list = rule.list(field);
            if list.is_empty() {
                out.required(code, &rule.field(field).keyed(), "");
            } else if field != "resources"
                && list.len() > 1
                && list.iter().any(|at| at.str() == Some("*"))
            {
                let at = rule.field(field).keyed();
                out.invalid(code, &at, "if '*' is present, must not specify others").value = None;
            }
        }
    }
}

/// The resources that a webhook is for: `pods`, `pods/log`, `pods/*`, `*/log`, `*`, `*/*`.
fn resources(list: &[At<'_>], code: &'static Rule, out: &mut Faults) {
    let texts: Vec<&str> = list.iter().map(|at| at.str().unwrap_or_default()).collect();
    for (i, at) in list.iter().enumerate() {
        let why = match texts[i].split_once('/') {
            Some(_) if texts.len() > 1 && texts[i] == "*/*" => {
                "must not specify other resources beside '*/*'".to_owned()
            }
            Some((resource, part)) => {
                let wide = [format!("{resource}/*"), format!("*/{part}")];
                let Some(wide) =
                    texts[..i].iter().find(|text| wide.iter().any(|wide| wide == *text))
                else {
                    continue;
                };
                format!("if '{wide}' is present, must not specify {}", texts[i])
            }
            None if texts[i] != "*" && texts.contains(&"*") => {
                "if '*' is present, must not specify other resources without subresources"
                    .to_owned()
            }
            None => continue,
        };
        out.invalid(code, at, why);
    }
}
