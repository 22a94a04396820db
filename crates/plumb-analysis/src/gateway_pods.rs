//! The pods that Istio makes for a Gateway of the Gateway API.

use super::group::{GATEWAY_API, Group, Object, text};
use plumb_kube::select::Labels;

/// The pods of one Gateway, in its namespace.
pub(super) struct GatewayPods<'g, 'a> {
    /// The Gateway.
    pub(super) gateway: &'g Object<'a>,
    /// Its class.
    pub(super) class: &'a str,
    own: Labels<'a>,
    set: [(&'static str, &'a str); 2],
}

/// The classes whose pods Istio, or the add-on of AKS, makes in the Gateway's own namespace.
const CLASSES: &[&str] = &["istio", "istio-waypoint", "istio-east-west", "approuting-istio"];

impl<'g, 'a> GatewayPods<'g, 'a> {
    /// Of every Gateway that has such pods: those with an address are for a proxy that is there already.
    pub(super) fn all(group: &'g Group<'a>) -> impl Iterator<Item = GatewayPods<'g, 'a>> {
        group.of(GATEWAY_API, "Gateway").filter_map(|gateway| {
            let class = gateway.text("spec.gatewayClassName")?;
            if !CLASSES.contains(&class) || !gateway.items("spec.addresses").is_empty() {
                return None;
            }
            // Without `infrastructure` they get the labels of the Gateway itself.
            let labels = match gateway.at("spec.infrastructure") {
                Some(infrastructure) => infrastructure.get("labels"),
                None => gateway.at("metadata.labels"),
            };
            let set = [
                ("gateway.networking.k8s.io/gateway-name", gateway.name),
                ("gateway.networking.k8s.io/gateway-class-name", class),
            ];
            Some(GatewayPods { gateway, class, own: Labels::of(labels), set })
        })
    }

    /// Their labels.
    pub(super) fn labels(&self) -> Labels<'_> {
        self.own.with(&self.set)
    }

    /// The ports that they listen at: number and the listener's name.
    pub(super) fn ports(&self) -> impl Iterator<Item = (i128, &'a str)> {
        let listeners = self.gateway.items("spec.listeners").iter();
        listeners.filter(|listener| text(listener, "protocol") != Some("UDP")).filter_map(
            |listener| {
                Some((listener.get("port")?.as_int()?, text(listener, "name").unwrap_or_default()))
            },
        )
    }
}
