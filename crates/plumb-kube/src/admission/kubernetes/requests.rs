//! The requests that a webhook or a policy is for.

use crate::at::At;
use crate::fault::{Faults, Rule};
use crate::names;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// The requests that a webhook or policy is for.
pub(super) fn rules(list: &[At<'_>], code: &'static Rule, out: &mut Faults) {
    for rule in list {
        resources(&rule.list("resources"), code, out);
        for version in rule.list("apiVersions").iter().filter(|at| at.str() == Some("")) {
            out.required(code, version, "");
        }
        names(&rule.list("resourceNames"), code, out);
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

/// The names of the objects that a policy is for (`validateNamedRuleWithOperations`).
fn names(list: &[At<'_>], code: &'static Rule, out: &mut Faults) {
    let mut known: HashMap<&str, &At<'_>> = HashMap::new();
    for at in list {
        let Some(text) = at.str() else { continue };
        if let Some(why) = names::segment(text) {
            out.invalid(code, at, why);
        }
        match known.entry(text) {
            Entry::Occupied(first) => drop(out.duplicate(code, at, first.get())),
            Entry::Vacant(place) => drop(place.insert(at)),
        }
    }
}

/// The resources that a webhook is for: `pods`, `pods/log`, `pods/*`, `*/log`, `*`, `*/*` (`validateResources`).
fn resources(list: &[At<'_>], code: &'static Rule, out: &mut Faults) {
    let mut wide: HashSet<&str> = HashSet::new();
    let mut bare = None;
    for at in list {
        let Some(text) = at.str() else { continue };
        let Some((resource, part)) = text.split_once('/') else {
            match text {
                "" => drop(out.required(code, at, "")),
                _ => bare = Some(at),
            }
            continue;
        };
        if text == "*/*" && list.len() > 1 {
            out.invalid(code, at, "must not specify other resources beside '*/*'");
        }
        for wider in [format!("{resource}/*"), format!("*/{part}")] {
            if wide.contains(&*wider) {
                let why = format!("if '{wider}' is present, must not specify {text}");
                out.invalid(code, at, why);
            }
        }
        if resource == "*" || part == "*" {
            wide.insert(text);
        }
    }
    // Of the resources without a part, the last decides.
    let every = list.iter().find(|at| at.str() == Some("*"));
    if let (Some(every), Some(last)) = (every, bare.filter(|at| at.str() != Some("*"))) {
        let why = "if '*' is present, must not specify other resources without subresources";
        out.invalid(code, last, why).on(every);
    }
}
