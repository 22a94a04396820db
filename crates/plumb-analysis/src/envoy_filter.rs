//! Patches of Envoy's configuration that do not do what they say.

use super::analyzer::Analyzer;
use super::group::{Group, NETWORKING, Object, text};
use plumb_kube::Node;
use plumb_text::diag::{Code, Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    RELATIVE = "envoy-filter-relative", Warn, "an EnvoyFilter without a priority patches relative to a filter that may not be there yet", also "IST0151";
    RELATIVE_VERSION = "envoy-filter-relative-version", Warn, "an EnvoyFilter without a priority patches a filter that another patch brings for one proxy version only", also "IST0155";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    // The filters that patches for one proxy version bring, over all EnvoyFilters in their order.
    let mut versioned: Vec<String> = Vec::new();
    for filter in group.of(NETWORKING, "EnvoyFilter") {
        let priority = filter.at("spec.priority").and_then(Node::as_int).unwrap_or(0);
        for item in filter.items("spec.configPatches") {
            let Some(patch) = item.get("patch") else { continue };
            let name = patched(item, patch);
            if let Some(code) = code_of(item, patch, priority, versioned.contains(&name)) {
                findings.push(finding(filter, patch, code));
            }
            let version = item.get("match").and_then(|m| text(m.get("proxy")?, "proxyVersion"));
            if version.is_some_and(|version| !version.is_empty()) {
                versioned.push(name);
            }
        }
    }
}

/// The name of the filter that a patch brings, or that it is about.
fn patched(item: &Node, patch: &Node) -> String {
    let value = patch.get("value");
    if let Some(name) = value.and_then(|value| text(value, "name")) {
        return name.to_owned();
    }
    let within = || {
        value?;
        text(item.get("match")?.get("listener")?.get("filterChain")?.get("filter")?, "name")
    };
    within().unwrap_or_default().to_owned()
}

/// What a patch is relative to may come later, or for some proxies only. What an operation does not apply to, another finding
/// is about.
fn code_of(item: &Node, patch: &Node, priority: i128, is_versioned: bool) -> Option<&'static Code> {
    let target = text(item, "applyTo").unwrap_or_default();
    let is_relative = match text(patch, "operation")? {
        "REMOVE" => !matches!(target, "ROUTE_CONFIGURATION" | "HTTP_ROUTE"),
        "REPLACE" => matches!(target, "NETWORK_FILTER" | "HTTP_FILTER" | "VIRTUAL_HOST"),
        "INSERT_BEFORE" | "INSERT_AFTER" => true,
        _ => false,
    };
    let code = if is_versioned { &RELATIVE_VERSION } else { &RELATIVE };
    (is_relative && priority == 0).then_some(code)
}

fn finding(filter: &Object<'_>, patch: &Node, code: &'static Code) -> Diagnostic {
    let operation = text(patch, "operation").unwrap_or_default();
    let node = patch.get("operation").unwrap_or(patch);
    let (message, help) = if code == &RELATIVE_VERSION {
        (
            format!(
                "{operation} is relative to a filter that another patch brings for one proxy version only"
            ),
            "use INSERT_FIRST or ADD, or write a `priority`; otherwise it may not apply during an upgrade",
        )
    } else {
        (
            format!("{operation} is relative to a filter that may come later"),
            "use INSERT_FIRST or ADD, or write a `priority` (negative comes before the default 0)",
        )
    };
    filter.finding(code, node, message).help(help)
}
