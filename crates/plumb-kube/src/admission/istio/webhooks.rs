//! The address at which an API server calls a control plane, in a webhook of Istio's.

use super::codes::{BAD_URL, IP_URL};
use crate::admission::declare::rules;
use crate::at::At;
use crate::fault::{Authority, Faults};

rules! { Authority::Istiod;
    ADDRESS = BAD_URL "", "externalcontrolplane.ExternalControlPlaneAnalyzer";
    HOST_NAME = IP_URL "", "externalcontrolplane.ExternalControlPlaneAnalyzer";
}

/// Checks the configuration of webhooks, where it is one of Istio's.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    if group != "admissionregistration.k8s.io" {
        return;
    }
    let prefixes: &[&str] = match kind {
        "ValidatingWebhookConfiguration" => &["istiod-default-validator", "istio-validator"],
        "MutatingWebhookConfiguration" => &["istio-sidecar-injector"],
        _ => return,
    };
    let name = root.field("metadata").word("name").unwrap_or_default();
    if prefixes.iter().any(|prefix| name.starts_with(prefix)) {
        root.list("webhooks").iter().for_each(|hook| address(out, hook));
    }
}

fn address(out: &mut Faults, hook: &At<'_>) {
    let config = hook.get("clientConfig");
    if let Some(node) = config.as_ref().and_then(|config| config.get("url")) {
        let url = node.str().unwrap_or_default();
        let host = url.split_once("://").map_or("", |(_, rest)| rest);
        let host = host.split(['/', '?', '#']).next().unwrap_or_default();
        let host = match host.strip_prefix('[') {
            Some(inner) => inner.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        if url.contains(char::is_whitespace) || host.is_empty() {
            out.invalid(&ADDRESS, &node, format!("invalid control plane address `{url}`"));
        } else if host.parse::<std::net::IpAddr>().is_ok() {
            let fault = out.invalid(&HOST_NAME, &node, format!("`{host}` is an IP address"));
            fault.help("a host name outlives a change of address");
        }
    } else if config.as_ref().and_then(|config| config.get("service")).is_none() {
        let why = "this webhook has neither an address nor a service";
        let fault = out.incomplete(&ADDRESS, config.as_ref().unwrap_or(hook), why);
        fault.help("write `clientConfig.url` or `clientConfig.service`");
    }
}
