//! Whom a rule of a policy lets in, or reaches: selectors, ranges of addresses, names.

use super::rules::{DOMAIN, LABELS, PEERS, RANGE, RANGE_SET, WIDER};
use crate::at::At;
use crate::fault::{Faults, listed};
use crate::names;

const FROM: &[&str] =
    &["fromEndpoints", "fromCIDR", "fromCIDRSet", "fromEntities", "fromNodes", "fromGroups"];
const TO: &[&str] = &[
    "toCIDR",
    "toCIDRSet",
    "toEndpoints",
    "toEntities",
    "toServices",
    "toFQDNs",
    "toGroups",
    "toNodes",
];

/// The peers of a rule.
pub(super) fn check(out: &mut Faults, direction: &At<'_>, is_ingress: bool) {
    combined(out, direction, if is_ingress { FROM } else { TO });
    for list in ["fromEndpoints", "fromNodes", "toEndpoints", "toNodes"] {
        direction.list(list).iter().for_each(|selector| labels(out, selector));
    }
    for list in ["fromCIDR", "toCIDR"] {
        for node in direction.list(list) {
            let text = node.str().unwrap_or_default();
            if node.str().is_some() && !names::is_ip(text) && names::cidr(text).is_none() {
                let why = format!("invalid IP address or CIDR block `{text}`");
                out.invalid(&RANGE, &node, why);
            }
        }
    }
    for list in ["fromCIDRSet", "toCIDRSet"] {
        direction.list(list).iter().for_each(|entry| range(out, entry));
    }
    for name in direction.list("toFQDNs") {
        domain(out, &name);
    }
}

/// A range, and what is excepted from it; what groups of ranges name is not read.
fn range(out: &mut Faults, entry: &At<'_>) {
    let Some(node) = entry.filled("cidr") else { return };
    let Some(text) = node.str() else { return };
    let Some(range) = names::cidr(text) else {
        let fault = out.invalid(&RANGE_SET, &node, format!("invalid CIDR block `{text}`"));
        if names::is_ip(text) {
            let bits = if text.contains(':') { 128 } else { 32 };
            fault.help(format!("for one address, write `{text}/{bits}`"));
        }
        return;
    };
    for except in entry.list("except") {
        let Some(text) = except.str() else { continue };
        match names::cidr(text) {
            None => {
                out.invalid(&RANGE_SET, &except, format!("invalid CIDR block `{text}`"));
            }
            Some(inner) => {
                let why = format!("`{text}` is not within the range that it is excepted from");
                // Agents before 1.20 look at the address alone.
                if !names::begins_within(inner, range) {
                    out.invalid(&RANGE_SET, &except, why).on(&node);
                } else if inner.1 < range.1 {
                    out.invalid(&WIDER, &except, why).on(&node);
                }
            }
        }
    }
}

/// A label selector, whose keys may begin with the source of the label: `k8s:app`.
pub(super) fn labels(out: &mut Faults, selector: &At<'_>) {
    for (key, label) in selector.map("matchLabels") {
        name(out, &label.clone().keyed(), key);
        value(out, &label);
    }
    for requirement in selector.list("matchExpressions") {
        let (operator, values) = (requirement.field("operator"), requirement.list("values"));
        match operator.str() {
            Some(word @ ("In" | "NotIn")) if values.is_empty() => {
                let why = format!("{word} needs `values`");
                out.incomplete(&LABELS, &requirement, why).on(&operator);
            }
            Some(word @ ("Exists" | "DoesNotExist")) if !values.is_empty() => {
                let node = requirement.field("values");
                let why = format!("{word} takes no `values`");
                out.forbidden(&LABELS, &node, why).on_only(&[&operator, &node]);
            }
            _ => {}
        }
        if let Some(node) = requirement.filled("key") {
            name(out, &node, node.str().unwrap_or_default());
        }
        values.iter().for_each(|node| value(out, node));
    }
}

fn name(out: &mut Faults, at: &At<'_>, key: &str) {
    let plain = match key.split_once([':']) {
        Some((source, rest)) if !source.contains('/') => rest,
        _ => key,
    };
    if !plain.is_empty() && names::qualified(plain).is_some() {
        out.invalid(&LABELS, at, format!("invalid label key `{key}`"));
    }
}

fn value(out: &mut Faults, at: &At<'_>) {
    if let Some(text) = at.str()
        && names::label_value(text).is_some()
    {
        out.invalid(&LABELS, at, format!("invalid label value `{text}`"));
    }
}

fn combined(out: &mut Faults, direction: &At<'_>, peers: &[&'static str]) {
    let mut given = peers.iter().filter_map(|peer| {
        let at = direction.get(peer)?;
        (!at.items().is_empty()).then_some((*peer, at))
    });
    let (first, second) = (given.next(), given.next());
    let (both, help) = match (first, second) {
        (Some((one, first)), Some((other, second))) => {
            let mut names = vec![one, other];
            names.extend(given.map(|(name, _)| name));
            (Some((first, second, names)), "a rule takes one kind of peer; write a rule for each")
        }
        _ if !direction.list("icmps").is_empty() && !direction.list("toPorts").is_empty() => {
            let places = (direction.field("toPorts"), direction.field("icmps"));
            (Some((places.0, places.1, vec!["icmps", "toPorts"])), "write a rule for each")
        }
        _ => (None, ""),
    };
    if let Some((first, second, names)) = both {
        let why = format!("Cilium cannot combine {}", listed(names));
        out.forbidden(&PEERS, &second, why).on_only(&[&first, &second]).help(help);
    }
}

/// A name, or a pattern of names.
pub(super) fn domain(out: &mut Faults, selector: &At<'_>) {
    let (name, pattern) = (selector.get("matchName"), selector.get("matchPattern"));
    for (node, star) in [(&name, false), (&pattern, true)] {
        let Some(node) = node else { continue };
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c) || star && c == '*';
        match node.str() {
            Some(text) if !text.chars().all(fits) => {
                let more = if star { ", and `*`" } else { "" };
                let why = format!("a name has letters, digits, `-`, `_` and `.`{more}");
                out.invalid(&DOMAIN, node, why);
            }
            Some(text) if text.trim().len() > 255 => {
                out.too_long(&DOMAIN, node, "a name has at most 255 characters");
            }
            _ => {}
        }
    }
    if let (Some(name), Some(pattern)) = (&name, &pattern) {
        let why = "a name is given by `matchName` or by `matchPattern`";
        out.forbidden(&DOMAIN, pattern, why).on_only(&[name, pattern]);
    }
}
