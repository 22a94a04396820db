//! What istioctl, and not istiod, says of one resource: TLS without a CA, plain text, logs that go nowhere.

use super::codes::{MTLS_PERMISSIVE, NO_PROVIDER, SYSTEM_CA, SYSTEM_CA_PORT};
use super::groups::{NETWORKING, SECURITY, TELEMETRY};
use crate::admission::declare::rules;
use crate::at::At;
use crate::fault::{Authority, Faults, Rule};

rules! { Authority::Istiod;
    PUBLIC_CA = SYSTEM_CA "", "destinationrule.CaCertificateAnalyzer";
    PUBLIC_CA_OF_PORT = SYSTEM_CA_PORT "", "destinationrule.CaCertificateAnalyzer";
    PLAIN_TEXT = MTLS_PERMISSIVE "", "";
    LOGS_NOWHERE = NO_PROVIDER "", "telemetry.ProviderAnalyzer";
}

/// Checks a resource of Istio's; nothing to say about any other.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    let spec = &root.field("spec");
    match (group, kind) {
        (NETWORKING, "DestinationRule") => {
            let Some(policy) = spec.get("trafficPolicy") else { return };
            tls(out, spec, &policy, &PUBLIC_CA);
            for port in policy.list("portLevelSettings") {
                tls(out, spec, &port, &PUBLIC_CA_OF_PORT);
            }
        }
        (SECURITY, "PeerAuthentication") => {
            if let Some(node) = spec.at(&["mtls", "mode"])
                && let Some(mode @ ("PERMISSIVE" | "DISABLE")) = node.str()
            {
                out.invalid(&PLAIN_TEXT, &node, format!("with {mode}, plain text is accepted"))
                    .help("write STRICT once every client is in the mesh");
            }
        }
        (TELEMETRY, "Telemetry") => {
            for logging in spec.list("accessLogging") {
                if !logging.is_true("disabled") && logging.list("providers").is_empty() {
                    let why = "without a provider this logs nothing, unless the mesh has a default";
                    out.incomplete(&LOGS_NOWHERE, &logging, why).help(
                        "write `providers: [{name: envoy}]`, or one of the mesh's extension providers",
                    );
                }
            }
        }
        _ => {}
    }
}

/// TLS to a destination whose certificate is checked by the proxy's own list of public CAs.
fn tls(out: &mut Faults, spec: &At<'_>, policy: &At<'_>, rule: &'static Rule) {
    let Some(tls) = policy.get("tls") else { return };
    let Some(mode @ ("SIMPLE" | "MUTUAL")) = tls.word("mode") else { return };
    let is_given = |key: &str| tls.word(key).is_some_and(|value| !value.is_empty());
    // A secret is only read where the rule is for chosen workloads.
    let by_secret = is_given("credentialName") && spec.get("workloadSelector").is_some();
    if is_given("caCertificates") || by_secret || tls.get("insecureSkipVerify").is_some() {
        return;
    }
    let host = spec.field("host");
    let name = host.str().unwrap_or_default();
    let why = format!(
        "with {mode} and no `caCertificates`, `{name}` has to have a certificate of a public CA"
    );
    let fault = out.invalid(rule, &tls.field("mode"), why);
    fault.on_all(&tls).help(
        "name the file of its CA in `caCertificates`; `caCertificates: system` says that a public one is meant",
    );
    if is_given("credentialName") {
        fault.on(&spec.field("workloadSelector"));
    }
}
