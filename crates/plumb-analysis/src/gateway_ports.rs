//! The pods of an Istio Gateway, and the ports that their Service opens.

use super::analyzer::Analyzer;
use super::group::{CORE, Group, NETWORKING, Object, Pod, may_be_same, text};
use plumb_kube::Node;
use plumb_kube::fault::listed;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes, nearest};
use std::collections::{HashMap, HashSet};

codes! {
    /// The findings of this analyzer.
    CODES:
    PORT_CLOSED = "gateway-port-closed", Warn, "a Gateway listens at a port that the Service before its pods does not open", also "IST0162";
    SELECTS_NOTHING = "gateway-selects-nothing", Warn, "a Gateway selects no pod, beside pods that it nearly selects", also "IST0101";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

/// What the Services of the stock gateways open: Istio's own profile (port and target port), and the AKS add-on's.
const STOCK: &[(&str, &[i128])] = &[
    ("ingressgateway", &[80, 443, 8080, 8443, 15021, 15443, 31400]),
    ("aks-istio-ingressgateway-external", &[80, 443, 15021]),
    ("aks-istio-ingressgateway-internal", &[80, 443, 15021]),
];

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let services = Services::of(group);
    for gateway in group.of(NETWORKING, "Gateway") {
        let Some(node) = gateway.at("spec.selector") else { continue };
        let selector = Selector::of_map(Some(node));
        if selector.is_empty() || group.may_select_more(&selector, None) {
            continue;
        }
        let pods = group.pods_maybe_with(&selector);
        if pods.is_empty() {
            findings.extend(typo(group, gateway, node, &selector));
        }
        if group.may_have_more(CORE, "Service", None) {
            continue;
        }
        let Some(open) = open_ports(&services, &pods, &selector) else { continue };
        for server in gateway.items("spec.servers") {
            let Some(port) = server.get("port").and_then(|port| port.get("number")) else {
                continue;
            };
            // A server at a Unix socket has the port 0.
            let Some(number) = port.as_int().filter(|number| *number != 0) else { continue };
            if !open.contains(&number) {
                let mut known: Vec<String> = open.iter().map(ToString::to_string).collect();
                known.dedup();
                findings.push(
                    gateway
                        .finding(
                            &PORT_CLOSED,
                            port,
                            format!(
                                "no Service before the pods of `{selector}` opens port {number}"
                            ),
                        )
                        .help(format!("open are {}", listed(known))),
                );
            }
        }
    }
}

/// The Services with a selector, by the first label that their pods surely have.
#[derive(Default)]
struct Services<'g, 'a> {
    by_label: HashMap<(&'a str, &'a str), Vec<Service<'g, 'a>>>,
    /// Those that ask for none.
    others: Vec<Service<'g, 'a>>,
}

type Service<'g, 'a> = (&'g Object<'a>, Selector<'a>);

impl<'g, 'a> Services<'g, 'a> {
    fn of(group: &'g Group<'a>) -> Services<'g, 'a> {
        let mut services = Services::default();
        for service in group.of(CORE, "Service") {
            let own = Selector::of_map(service.at("spec.selector"));
            if own.is_empty() {
                continue;
            }
            let first = own.known_pairs().next();
            let list = first
                .map_or(&mut services.others, |pair| services.by_label.entry(pair).or_default());
            list.push((service, own));
        }
        services
    }

    /// Those that may be before pods, or have the selector itself.
    fn near<'s>(
        &'s self,
        pods: &[&'s Pod<'s>],
        selector: &Selector<'s>,
    ) -> Vec<&'s Service<'g, 'a>> {
        let labels: HashSet<_> =
            pods.iter().flat_map(|pod| pod.labels.iter()).chain(selector.pairs()).collect();
        let having = labels.iter().filter_map(|pair| self.by_label.get(pair));
        having.flatten().chain(&self.others).collect()
    }
}

/// The ports and target ports of the Services before a gateway's pods; none where no such Service is shown.
fn open_ports<'s>(
    services: &'s Services<'_, '_>,
    pods: &[&'s Pod<'s>],
    selector: &Selector<'s>,
) -> Option<Vec<i128>> {
    let mut open = Vec::new();
    let mut is_shown = false;
    for (service, own) in services.near(pods, selector) {
        let behind: Vec<&&Pod<'_>> = pods
            .iter()
            .filter(|pod| {
                may_be_same(pod.namespace, service.namespace) && own.may_match(&pod.labels)
            })
            .collect();
        let is_same = pods.is_empty() && own.covers(selector) && selector.covers(own);
        if behind.is_empty() && !is_same {
            continue;
        }
        is_shown = true;
        for port in service.items("spec.ports") {
            if !matches!(text(port, "protocol"), None | Some("TCP")) {
                continue;
            }
            open.extend(port.get("port").and_then(Node::as_int));
            let target = port.get("targetPort");
            open.extend(target.and_then(Node::as_int));
            if let Some(name) = target.and_then(Node::as_str) {
                let numbers = behind.iter().filter_map(|pod| {
                    pod.ports().find(|(own, _)| *own == Some(name)).and_then(|(_, number)| number)
                });
                open.extend(numbers);
            }
        }
    }
    if is_shown {
        open.sort_unstable();
        return Some(open);
    }
    let stock = |(name, ports): &(&str, &'static [i128])| {
        selector.pairs().any(|pair| pair == ("istio", name)).then(|| ports.to_vec())
    };
    if pods.is_empty() { STOCK.iter().find_map(stock) } else { None }
}

/// A pod whose label has the selector's value under another key, or nearly its value.
fn typo(
    group: &Group<'_>,
    gateway: &Object<'_>,
    node: &Node,
    selector: &Selector<'_>,
) -> Option<Diagnostic> {
    let (pod, key, value) = group.pods.iter().find_map(|pod| {
        let mut labels = pod.labels.iter();
        labels
            .find(|(key, value)| {
                selector.pairs().any(|(wanted, given)| {
                    (*value == given && *key != wanted)
                        || (*key == wanted && nearest(given, [*value]).is_some())
                })
            })
            .map(|(key, value)| (pod, key, value))
    })?;
    let owner = group.owner(pod);
    Some(
        gateway
            .finding(
                &SELECTS_NOTHING,
                node,
                format!("no pod shown here has the labels `{selector}`"),
            )
            .related(
                owner.place(owner.name_node()),
                format!("{} has `{key}: {value}`", owner.id()),
            ),
    )
}
