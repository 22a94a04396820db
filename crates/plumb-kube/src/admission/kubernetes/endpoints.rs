//! Endpoints and EndpointSlice.

use super::declare::declare;
use super::fields;
use crate::at::At;
use crate::fault::{Faults, repetitions};
use crate::names;

declare! {
ENDPOINT_ADDRESS = "endpoint-address", "ValidateEndpointSlice", "an endpoint with an invalid address",
"The addresses of Endpoints are IP addresses; those of an EndpointSlice are of its `addressType`, and at most 100 in an endpoint.",
"EndpointSlice", "addressType: IPv4\nendpoints: [{addresses: [db.example.com]}]", "addressType: IPv4\nendpoints: [{addresses: [10.0.0.1]}]";
}

pub(super) fn endpoints(root: &At<'_>, out: &mut Faults) {
    for subset in root.list("subsets") {
        for list in ["addresses", "notReadyAddresses"] {
            for ip in subset.list(list).iter().filter_map(|address| address.get("ip")) {
                let Some(text) = ip.str() else { continue };
                if !names::is_ip(text) {
                    out.invalid(&ENDPOINT_ADDRESS, &ip, "must be a valid IP address");
                } else if let Some(why) = fields::outside(text) {
                    out.invalid(&ENDPOINT_ADDRESS, &ip, why);
                }
            }
        }
        if subset.list("addresses").is_empty() && subset.list("notReadyAddresses").is_empty() {
            out.required(
                &ENDPOINT_ADDRESS,
                &subset,
                "must specify `addresses` or `notReadyAddresses`",
            );
        }
        let ports = subset.list("ports");
        for port in ports.iter().filter(|port| ports.len() > 1 && port.text("name").is_empty()) {
            out.required(&ENDPOINT_ADDRESS, &port.field("name"), "where there are several ports");
        }
    }
}

pub(super) fn endpoint_slice(root: &At<'_>, out: &mut Faults) {
    let kind = root.text("addressType");
    let ports = root.list("ports");
    for (again, first) in repetitions(&ports, |port| Some(port.text("name"))) {
        out.duplicate(&ENDPOINT_ADDRESS, &again.field("name"), &first.field("name"));
    }
    for endpoint in root.list("endpoints") {
        for hints in ["forZones", "forNodes"] {
            let hints = endpoint.get("hints").map(|at| at.list(hints)).unwrap_or_default();
            out.unique(&ENDPOINT_ADDRESS, &hints, "name");
        }
        let addresses = endpoint.list("addresses");
        if let Some(beyond) = addresses.get(100) {
            out.too_many(&ENDPOINT_ADDRESS, beyond, "must have at most 100 items");
        }
        for address in addresses {
            let Some(text) = address.str() else { continue };
            let parsed = names::ip(text);
            let why = match (kind, parsed) {
                ("IPv4", parsed) if !parsed.is_some_and(|ip| ip.is_ipv4()) => {
                    "must be an IPv4 address"
                }
                ("IPv6", parsed) if !parsed.is_some_and(|ip| ip.is_ipv6()) => {
                    "must be an IPv6 address"
                }
                ("FQDN", Some(_)) => "must be a fully qualified domain name",
                ("IPv4" | "IPv6", _) => match fields::outside(text) {
                    Some(why) => why,
                    None => continue,
                },
                _ => continue,
            };
            out.invalid(&ENDPOINT_ADDRESS, &address, why);
        }
    }
}
