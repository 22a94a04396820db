//! The secrets that an Istio Gateway takes its certificates from.

use super::analyzer::Analyzer;
use super::group::{CORE, Group, NETWORKING, Object, absent, may_be_same};
use plumb_kube::Node;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    MISSING = "gateway-credential-missing", Warn, "a Gateway takes its certificate from a secret that is not where its pods are", also "IST0101";
    INVALID = "gateway-credential-invalid", Deny, "the secret that a Gateway takes its certificate from holds no certificate and key", also "IST0161";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let secrets: Vec<&Object<'_>> = group.of(CORE, "Secret").collect();
    for gateway in group.of(NETWORKING, "Gateway") {
        let namespace = namespace_of_pods(group, gateway);
        for server in gateway.items("spec.servers") {
            let Some(node) = server.get("tls").and_then(|tls| tls.get("credentialName")) else {
                continue;
            };
            let Some(name) = node.as_str().filter(|name| !name.is_empty()) else { continue };
            let named: Vec<&Object<'_>> =
                secrets.iter().copied().filter(|secret| secret.name == name).collect();
            let there: Vec<&Object<'_>> = named
                .iter()
                .copied()
                .filter(|secret| may_be_same(secret.namespace, namespace))
                .collect();
            if group.may_have_more(CORE, "Secret", namespace) {
                continue;
            }
            if there.is_empty() {
                findings.extend(missing(gateway, node, name, namespace, &named, &secrets));
            } else if let Some(problems) = all_invalid(&there) {
                let mut finding =
                    gateway.finding(&INVALID, node, format!("the secret `{name}` {}", problems.1));
                finding = finding.related(there[0].place(problems.0), "the secret is here");
                findings
                    .push(finding.help("it needs `tls.crt` and `tls.key`, or `cert` and `key`"));
            }
        }
    }
}

/// Where a gateway's pods run, as far as that is known: secrets are read from there.
fn namespace_of_pods<'a>(group: &Group<'a>, gateway: &Object<'a>) -> Option<&'a str> {
    let selector = Selector::of_map(gateway.at("spec.selector"));
    if let Some(pod) =
        group.pods.iter().find(|pod| !selector.is_empty() && selector.matches(&pod.labels))
    {
        return pod.namespace;
    }
    let is = |value: &str| selector.pairs().any(|pair| pair == ("istio", value));
    if is("ingressgateway") {
        Some("istio-system")
    } else if is("aks-istio-ingressgateway-external") || is("aks-istio-ingressgateway-internal") {
        Some("aks-istio-ingress")
    } else {
        None
    }
}

fn missing(
    gateway: &Object<'_>,
    node: &Node,
    name: &str,
    namespace: Option<&str>,
    named: &[&Object<'_>],
    secrets: &[&Object<'_>],
) -> Option<Diagnostic> {
    let place =
        namespace.map(|namespace| format!(" in the namespace `{namespace}`")).unwrap_or_default();
    if let Some(elsewhere) = named.first() {
        return Some(
            gateway
                .finding(
                    &MISSING,
                    node,
                    format!("the secret `{name}` is not{place}, where the gateway's pods are"),
                )
                .related(elsewhere.place(elsewhere.name_node()), "it is here")
                .help("a Gateway reads secrets of its pods' namespace only"),
        );
    }
    // Only beside other certificates is the secret known to be missing.
    let certificates = secrets.iter().filter(|secret| {
        secret.text("type") == Some("kubernetes.io/tls")
            || KEYS.iter().any(|(cert, _)| data(secret, cert).is_some())
    });
    let names: Vec<&str> = certificates
        .filter(|secret| may_be_same(secret.namespace, namespace))
        .map(|secret| secret.name)
        .collect();
    if names.is_empty() {
        return None;
    }
    let finding = gateway.finding(&MISSING, node, format!("no secret `{name}` is shown{place}"));
    Some(absent(finding, name, &names))
}

const KEYS: &[(&str, &str)] = &[("tls.crt", "tls.key"), ("cert", "key")];

/// A value of a secret, and whether it is written as base64.
fn data<'a>(secret: &Object<'a>, key: &str) -> Option<(&'a Node, bool)> {
    let of = |field: &str| secret.root.get(field)?.get(key);
    of("data").map(|node| (node, true)).or_else(|| of("stringData").map(|node| (node, false)))
}

/// What is wrong with the secret, where something is wrong with each variant of it.
fn all_invalid<'a>(secrets: &[&Object<'a>]) -> Option<(&'a Node, &'static str)> {
    let mut first = None;
    for secret in secrets {
        let problem = invalid(secret)?;
        first.get_or_insert(problem);
    }
    first
}

fn invalid<'a>(secret: &Object<'a>) -> Option<(&'a Node, &'static str)> {
    // A secret that shows no data at all is an outline.
    let holder = secret.root.get("data").or(secret.root.get("stringData"))?;
    let Some((cert, key)) = KEYS.iter().find(|(cert, _)| data(secret, cert).is_some()) else {
        return Some((holder, "has neither `tls.crt` nor `cert`"));
    };
    if data(secret, key).is_none() {
        return Some((holder, "has a certificate and no key"));
    }
    for (name, begin) in [(cert, "CERTIFICATE"), (key, "PRIVATE KEY")] {
        let (node, is_base64) = data(secret, name)?;
        let Some(text) = node.as_str() else { continue };
        if is_placeholder(text) {
            continue;
        }
        if text.trim().is_empty() {
            return Some((node, "holds an empty certificate or key"));
        }
        let plain = if is_base64 { decode(text) } else { Some(text.as_bytes().to_vec()) };
        let Some(plain) = plain else { return Some((node, "holds something that is not base64")) };
        if !is_pem(&String::from_utf8_lossy(&plain), begin) {
            return Some((node, "holds something that is not PEM"));
        }
    }
    None
}

/// What stands in a page for a value that is not shown.
fn is_placeholder(text: &str) -> bool {
    text.contains(['<', '$', '{', '…'])
        || text.contains("...")
        || text.to_ascii_uppercase().contains("REDACTED")
}

/// Whether a text is PEM of this kind whose content is DER.
fn is_pem(text: &str, kind: &str) -> bool {
    let Some((_, rest)) = text.split_once("-----BEGIN ") else { return false };
    let Some((label, rest)) = rest.split_once("-----") else { return false };
    let Some((body, _)) = rest.split_once("-----END ") else { return false };
    label.ends_with(kind) && decode(body).is_some_and(|der| der.first() == Some(&0x30))
}

/// Base64 with padding, line breaks ignored.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut buffer, mut bits, mut count) = (0u32, 0u32, 0usize);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        count += 1;
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => continue,
            _ => return None,
        };
        buffer = (buffer << 6 | u32::from(value)) & 0xff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits & 0xff) as u8);
        }
    }
    count.is_multiple_of(4).then_some(bytes)
}
