//! What administrators of a cluster set: addresses of Services, servers of API groups, classes of volumes' attributes.

use super::declare::declare;
use crate::at::At;
use crate::fault::{Faults, Rule};
use crate::names;

declare! {
SERVICE_CIDR = "service-cidr", "ValidateServiceCIDR, validateServiceCIDRSpec, IsValidCIDR", "ranges for Services that do not go together",
"A ServiceCIDR has one range, or two of different IP families. A range is in its canonical form: no bits behind the prefix (`10.1.0.0/24`, not `10.1.0.5/24`), lower case, no zeros before a number.",
"ServiceCIDR.spec", "cidrs: [10.1.0.0/24, 10.2.0.0/24]", "cidrs: [10.1.0.0/24, \"fd00:1::/64\"]";

IP_ADDRESS = "ip-address", "ValidateIPAddressName, validateIPAddressParentReference, IsValidIP", "an IPAddress that is not named by an address",
"An IPAddress is named by the address itself in its canonical form: no zeros before a number, lower case, IPv6 as short as it can be.",
"IPAddress", "metadata: {name: \"2001:DB8::1\"}\nspec: {parentRef: {resource: services, namespace: shop, name: web}}",
"metadata: {name: \"2001:db8::1\"}\nspec: {parentRef: {resource: services, namespace: shop, name: web}}";

API_SERVICE = "api-service", "ValidateAPIService", "an APIService that is not named after its version, or that is half local",
"An APIService is named `VERSION.GROUP`. The group is empty for `v1` of the core group alone. Where a Service answers, its certificates are verified with `caBundle`, or \
not at all (`insecureSkipTLSVerify`); where the server itself does, there is neither.",
"APIService",
"metadata: {name: v2.metrics.example.com}\nspec: {group: metrics.example.com, version: v1, groupPriorityMinimum: 100, versionPriority: 100}",
"metadata: {name: v1.metrics.example.com}\nspec: {group: metrics.example.com, version: v1, groupPriorityMinimum: 100, versionPriority: 100}";

VOLUME_ATTRIBUTES = "volume-attributes", "ValidateVolumeAttributesClass, validateProvisioner, validateParameters", "a class of attributes without a driver, or that sets nothing",
"A VolumeAttributesClass names the driver, a qualified name, and sets at least one parameter of it.",
"VolumeAttributesClass", "driverName: disk driver\nparameters: {iops: \"4000\"}", "driverName: disk.example.com\nparameters: {iops: \"4000\"}";
}

pub(super) fn service_cidr(root: &At<'_>, out: &mut Faults) {
    let list = root.field("spec").field("cidrs");
    let ranges = list.items();
    if ranges.is_empty() {
        out.required(&SERVICE_CIDR, &list.clone().keyed(), "at least one CIDR required");
    }
    if ranges.len() > 2 {
        let at = list.keyed();
        let fault = out.invalid(&SERVICE_CIDR, &at, "may only hold up to 2 values");
        fault.is_certain = true;
        return;
    }
    let of_v6: Vec<Option<bool>> = ranges
        .iter()
        .map(|at| {
            let range = at.str().and_then(names::cidr);
            // Until 1.33 any form was taken.
            let is_strict = out.k8s() >= (1, 33);
            if let Some(found) = at.str().and_then(names::irregular_cidr)
                && (is_strict || range.is_none())
            {
                irregular(&SERVICE_CIDR, at, found, out);
            }
            range.map(|(.., is_v6)| is_v6)
        })
        .collect();
    if let ([Some(one), Some(two)], [first, second]) = (&of_v6[..], &ranges[..])
        && one == two
    {
        let why = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";
        out.invalid(&SERVICE_CIDR, second, why).on(first);
    }
}

fn irregular(rule: &'static Rule, at: &At<'_>, found: names::Irregular, out: &mut Faults) {
    let fault = out.invalid(rule, at, found.why);
    fault.wants_format = true;
    if let Some(better) = found.better {
        fault.near(Some(&better)).replace_with(better);
    }
}

pub(super) fn ip_address(root: &At<'_>, out: &mut Faults) {
    let name = root.field("metadata").field("name");
    if let Some(found) = name.str().filter(|text| !text.is_empty()).and_then(names::irregular_ip) {
        irregular(&IP_ADDRESS, &name, found, out);
    }
}

pub(super) fn api_service(root: &At<'_>, out: &mut Faults) {
    let (spec, metadata) = (root.field("spec"), root.field("metadata"));
    let name = metadata.field("name");
    let (group, version) = (spec.field("group"), spec.field("version"));
    let (group_text, version_text) = (spec.text("group"), spec.text("version"));
    let needed = format!("{version_text}.{group_text}");
    if name.str().is_some_and(|text| !text.is_empty() && text != needed) && !version_text.is_empty()
    {
        let why = format!("must be `spec.version+\".\"+spec.group`: {needed:?}");
        out.invalid(&API_SERVICE, &name, why).on(&group).on(&version).near(Some(&needed));
    }
    if version.node.is_null() {
        out.required(&API_SERVICE, &version, "");
    } else if let Some(why) = version.str().and_then(names::dns_1035) {
        out.invalid(&API_SERVICE, &version, why);
    }
    // What is generated is never the name that it must be.
    if let Some(prefix) = metadata.filled("generateName").filter(|at| at.str() != Some(&needed)) {
        let why = "is of no use: the name must be `spec.version+\".\"+spec.group`";
        out.invalid(&API_SERVICE, &prefix, why).on(&group).on(&version);
    }
    if group_text.is_empty() && !["", "v1"].contains(&version_text) {
        let why = "only v1 may have an empty group";
        out.required(&API_SERVICE, &group.clone().keyed(), why).on(&version);
    } else if let Some(why) = group.str().filter(|text| !text.is_empty()).and_then(names::subdomain)
    {
        out.invalid(&API_SERVICE, &group, why);
    }
    let insecure = spec.field("insecureSkipTLSVerify");
    let bundle = spec.filled("caBundle");
    let Some(service) = spec.get("service") else {
        let set = [bundle, spec.is_true("insecureSkipTLSVerify").then_some(insecure)];
        for at in set.into_iter().flatten() {
            let why = "is for an APIService that a Service answers; there is no `service`";
            out.invalid(&API_SERVICE, &at.keyed(), why).on_all(&spec);
        }
        return;
    };
    for field in ["namespace", "name"] {
        let at = service.field(field);
        if at.node.is_null() || at.str() == Some("") {
            out.required(&API_SERVICE, &at, "");
        }
    }
    if let Some(port) = service
        .get("port")
        .filter(|at| at.int().is_some_and(|number| !(1..=65535).contains(&number)))
    {
        out.invalid(&API_SERVICE, &port, "must be between 1 and 65535, inclusive");
    }
    if let Some(bundle) = bundle.filter(|_| spec.is_true("insecureSkipTLSVerify")) {
        out.invalid(&API_SERVICE, &insecure, "may not be true if caBundle is present").on(&bundle);
    }
}

pub(super) fn volume_attributes(root: &At<'_>, out: &mut Faults) {
    let driver = root.field("driverName");
    let text = driver.str().unwrap_or_default();
    if text.is_empty() {
        out.required(&VOLUME_ATTRIBUTES, &driver, "");
    } else if let Some(why) = names::qualified(&text.to_ascii_lowercase()) {
        out.invalid(&VOLUME_ATTRIBUTES, &driver, why);
    }
    let parameters = root.field("parameters");
    let all = parameters.entries();
    if all.is_empty() {
        let why = "must contain at least one key/value pair";
        out.required(&VOLUME_ATTRIBUTES, &parameters.keyed(), why);
    } else if let Some((key, at)) = all.iter().find(|(key, _)| key.is_empty()) {
        out.invalid_key(&VOLUME_ATTRIBUTES, at, key, "field can not be empty.");
    }
}
