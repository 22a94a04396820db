//! Claims to devices and classes of them: ResourceClaim, ResourceClaimTemplate, DeviceClass, and the taints of devices.
//!
//! What is behind a feature gate that is off is dropped before it is checked, so that nothing is said of it.

use super::declare::declare;
use super::{admission, fields, meta};
use crate::at::At;
use crate::fault::{Faults, Rule};
use crate::names;
use plumb_cel::{Environment, Object, Type};
use std::sync::Arc;

declare! {
DEVICE_REQUEST = "device-request", "validateDeviceClaim, validateDeviceRequest, validateExactDeviceRequest, validateDeviceSubRequest", "a request for devices that asks for nothing, or for two things at once",
"A request of a claim is named by a DNS label, unlike the others, and holds what it asks for in `exactly`, or in `firstAvailable` a list of what will do, of which the first that there is is taken: one of them (before `v1beta2`, the \
fields of `exactly` stand in the request itself). It names a class; with `allocationMode: All` it has no `count`.",
"ResourceClaim.spec",
"devices:\n  requests: [{name: gpu, exactly: {deviceClassName: gpu.example.com, allocationMode: All, count: 2}}]",
"devices:\n  requests: [{name: gpu, exactly: {deviceClassName: gpu.example.com, count: 2}}]";

DEVICE_SELECTOR = "device-selector", "validateSelector, validateCELExpression", "a selector of devices that does not compile",
"A selector is an expression in CEL that is true or false of a `device`: of its `driver`, of `device.attributes[\"DOMAIN\"].NAME` and `device.capacity[\"DOMAIN\"].NAME`, which is a quantity.",
"DeviceClass.spec",
"selectors: [{cel: {expression: \"device.drivers == 'gpu.example.com'\"}}]",
"selectors: [{cel: {expression: \"device.driver == 'gpu.example.com'\"}}]";

DEVICE_CONSTRAINT = "device-constraint", "validateDeviceConstraint, validateDeviceClaimConfiguration, validateRequestNameRef, validateFullyQualifiedName", "a constraint or configuration for requests that there are not, or of nothing",
"Constraints and configurations name requests of the same claim, or `REQUEST/SUBREQUEST`. A constraint says which attribute must be the same, or different, for all devices: a domain and a name, such as `gpu.example.com/numa`.",
"ResourceClaim.spec",
"devices:\n  requests: [{name: gpu, exactly: {deviceClassName: gpu.example.com}}]\n  constraints: [{requests: [gpus], matchAttribute: gpu.example.com/numa}]",
"devices:\n  requests: [{name: gpu, exactly: {deviceClassName: gpu.example.com}}]\n  constraints: [{requests: [gpu], matchAttribute: gpu.example.com/numa}]";

DEVICE_CONFIG = "device-config", "validateDeviceConfiguration, validateOpaqueConfiguration, validateRawExtension, validateDeviceClassSpec", "a configuration of devices that no driver takes",
"A configuration has `opaque`, with the driver that it is for and `parameters`, an object in the driver's own terms of at most 10 KiB. A class may be an extended resource of pods: a name with a domain that is not Kubernetes' own.",
"DeviceClass.spec",
"config: [{opaque: {driver: gpu_example, parameters: {apiVersion: gpu.example.com/v1, kind: GpuConfig}}}]",
"config: [{opaque: {driver: gpu.example.com, parameters: {apiVersion: gpu.example.com/v1, kind: GpuConfig}}}]";

DEVICE_TAINT = "device-taint", "validateDeviceTaint, validateDeviceToleration", "a taint of a device, or a toleration, that can't be one",
"A taint has a key, a name such as that of a label, and an effect. A toleration with `operator: Exists` compares no value.",
"ResourceClaim.spec",
"devices:\n  requests:\n  - name: gpu\n    exactly: {deviceClassName: gpu.example.com, tolerations: [{key: example.com/old, operator: Exists, value: \"yes\"}]}",
"devices:\n  requests:\n  - name: gpu\n    exactly: {deviceClassName: gpu.example.com, tolerations: [{key: example.com/old, operator: Exists}]}";
}

/// How many requests, constraints, configurations or selectors there may be in one list.
const MOST: usize = 32;
/// `FirstAvailableDeviceRequestMaxSize`
const MOST_ALTERNATIVES: usize = 8;
/// `CELSelectorExpressionMaxLength`, `OpaqueParametersMaxLength`
const MOST_BYTES: usize = 10 * 1024;

/// The spec of a ResourceClaimTemplate.
pub(super) fn template(spec: &At<'_>, out: &mut Faults) {
    if let Some(metadata) = spec.get("metadata") {
        meta::of_template(&metadata, &fields::FIELD_VALUE, out);
    }
    claim(&spec.field("spec"), out);
}

/// The spec of a ResourceClaim.
pub(super) fn claim(spec: &At<'_>, out: &mut Faults) {
    let devices = spec.field("devices");
    let requests = devices.field("requests");
    let Some(items) = bounded(&requests, MOST, &DEVICE_REQUEST, out) else { return };
    out.unique(&DEVICE_REQUEST, &items, "name");
    items.iter().for_each(|at| request(at, out));
    let constraints = devices.field("constraints");
    for constraint in bounded(&constraints, MOST, &DEVICE_CONSTRAINT, out).unwrap_or_default() {
        references(&constraint.field("requests"), &requests, out);
        let attributes = ["matchAttribute", "distinctAttribute"];
        match attributes.iter().find_map(|name| constraint.get(name)) {
            Some(at) => {
                if let Some(why) = at.str().and_then(full_name) {
                    out.invalid(&DEVICE_CONSTRAINT, &at, why);
                }
            }
            None => {
                let why = "exactly one of `matchAttribute` or `distinctAttribute` is required";
                out.incomplete(&DEVICE_CONSTRAINT, &constraint, why);
            }
        }
    }
    for config in bounded(&devices.field("config"), MOST, &DEVICE_CONFIG, out).unwrap_or_default() {
        references(&config.field("requests"), &requests, out);
        opaque(&config, out);
    }
}

/// The items of a list, unless there are too many: then nothing more is said of them.
pub(super) fn bounded<'n>(
    list: &At<'n>,
    most: usize,
    rule: &'static Rule,
    out: &mut Faults,
) -> Option<Vec<At<'n>>> {
    let items = list.items();
    if items.len() > most {
        let why = format!("must have at most {most} items");
        out.too_many(rule, &list.clone().keyed(), why);
        return None;
    }
    Some(items)
}

/// The fields of a request that in `v1beta1` stand in place of `exactly`.
const FLAT: &[&str] =
    &["deviceClassName", "selectors", "allocationMode", "count", "adminAccess", "tolerations"];

fn request(request: &At<'_>, out: &mut Faults) {
    label(&request.field("name"), &DEVICE_REQUEST, out);
    let alternatives = request.get("firstAvailable").filter(|at| !at.items().is_empty());
    let is_flat = is_flat(request);
    let exactly = match is_flat {
        true => FLAT.iter().find_map(|name| request.get(name)),
        false => request.get("exactly"),
    };
    match (exactly, alternatives) {
        // Of fields of `v1beta1` in another version it is said that they are unknown there.
        (None, None) if !is_flat && request.set(FLAT).is_empty() => {
            let why = "exactly one of `exactly` or `firstAvailable` is required";
            out.incomplete(&DEVICE_REQUEST, request, why);
        }
        (Some(one), Some(two)) => {
            let why = "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set";
            let (one, two) = (one.keyed(), two.keyed());
            let fault = out.invalid(&DEVICE_REQUEST, request, why);
            fault.on_only(&[&one, &two]).value = None;
            fault.related(&one, "one here").related(&two, "another here");
        }
        (None, Some(list)) => {
            let Some(items) = bounded(&list, MOST_ALTERNATIVES, &DEVICE_REQUEST, out) else {
                return;
            };
            out.unique(&DEVICE_REQUEST, &items, "name");
            for item in &items {
                label(&item.field("name"), &DEVICE_REQUEST, out);
                wanted(item, out);
            }
        }
        (_, None) if is_flat => wanted(request, out),
        (Some(exactly), None) => wanted(&exactly, out),
        (None, None) => {}
    }
}

/// Whether a request is one of `v1beta1`, which has no `exactly`.
fn is_flat(request: &At<'_>) -> bool {
    let root = std::iter::successors(Some(request), |at| at.parent()).last().unwrap_or(request);
    root.text("apiVersion") == "resource.k8s.io/v1beta1"
}

/// What is asked for.
fn wanted(wanted: &At<'_>, out: &mut Faults) {
    let class = wanted.field("deviceClassName");
    if is_empty(&class) {
        out.required(&DEVICE_REQUEST, &class, "");
    } else if let Some(why) = class.str().and_then(names::subdomain) {
        let better = class.str().and_then(|text| names::mended(text, names::subdomain));
        out.invalid(&DEVICE_REQUEST, &class, why).near(better);
    }
    selectors(&wanted.field("selectors"), out);
    let (mode, count) = (wanted.field("allocationMode"), wanted.field("count"));
    match mode.str().unwrap_or_default() {
        "All" => {
            if count.int().is_some_and(|count| count != 0) {
                let why = "must not be specified when allocationMode is 'All'";
                out.invalid(&DEVICE_REQUEST, &count, why).on(&mode);
            }
        }
        "" | "ExactCount" => {
            // Zero is none, which is one.
            if count.int().is_some_and(|count| count < 0) {
                out.invalid(&DEVICE_REQUEST, &count, "must be greater than zero");
            }
        }
        _ => out.one_of(&DEVICE_REQUEST, &mode, &["All", "ExactCount"]),
    }
    for toleration in wanted.list("tolerations") {
        self::toleration(&toleration, out);
    }
}

fn is_empty(at: &At<'_>) -> bool {
    at.node.is_null() || at.str() == Some("")
}

/// A name that is a DNS label.
pub(super) fn label(at: &At<'_>, rule: &'static Rule, out: &mut Faults) {
    if is_empty(at) {
        out.required(rule, at, "");
    } else if let Some(why) = at.str().and_then(names::label) {
        let better = at.str().and_then(|text| names::mended(text, names::label));
        out.invalid(rule, at, why).near(better);
    }
}

/// The name of a driver.
pub(super) fn driver(at: &At<'_>, rule: &'static Rule, out: &mut Faults) {
    if is_empty(at) {
        out.required(rule, at, "");
    } else if let Some(why) = at.str().and_then(fields::driver) {
        out.invalid(rule, at, why);
    }
}

/// The selectors of a request or class.
pub(super) fn selectors(list: &At<'_>, out: &mut Faults) {
    for selector in bounded(list, MOST, &DEVICE_SELECTOR, out).unwrap_or_default() {
        let Some(cel) = selector.get("cel") else {
            out.required(&DEVICE_SELECTOR, &selector.field("cel"), "");
            continue;
        };
        let at = cel.field("expression");
        if at.str().is_some_and(|text| text.len() > MOST_BYTES) {
            out.too_long(&DEVICE_SELECTOR, &at, format!("may not be more than {MOST_BYTES} bytes"));
            continue;
        }
        let environment = environment(out.k8s().1);
        // What an attribute is, is known only of a device.
        let wanted = [Type::Bool, Type::Dyn];
        admission::expression(&at, &environment, &wanted, &DEVICE_SELECTOR, out);
    }
}

/// What a selector may name. An attribute may be of any type, a list too.
fn environment(minor: u32) -> Environment {
    let of = |value: Type| Type::map(Type::String, Type::map(Type::String, value));
    let fields = [
        ("driver", Type::String),
        ("attributes", of(Type::Dyn)),
        ("capacity", of(Type::Opaque("kubernetes.Quantity", Vec::new()))),
        ("allowMultipleAllocations", Type::Bool),
    ];
    let fields = fields.into_iter().map(|(name, of)| (name.to_owned(), of)).collect();
    let device = Object { name: "kubernetes.DRADevice".to_owned(), fields };
    Environment::kubernetes(minor).bindings().variable("device", Type::Object(Arc::new(device)))
}

/// The requests that a constraint or configuration is for.
fn references(list: &At<'_>, requests: &At<'_>, out: &mut Faults) {
    let Some(items) = bounded(list, MOST, &DEVICE_CONSTRAINT, out) else { return };
    out.distinct(&DEVICE_CONSTRAINT, &items);
    let known = requests.items();
    for at in &items {
        let Some(text) = at.str() else { continue };
        let (name, part) =
            text.split_once('/').map_or((text, None), |(name, part)| (name, Some(part)));
        let named = |list: &[At<'_>], name: &str| list.iter().any(|at| at.text("name") == name);
        let is_known = match part {
            None => named(&known, name),
            Some(part) => known
                .iter()
                .filter(|request| request.text("name") == name)
                .any(|request| named(&request.list("firstAvailable"), part)),
        };
        if !is_known {
            let why = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
            let near = plumb_text::diag::nearest(name, known.iter().map(|at| at.text("name")));
            out.invalid(&DEVICE_CONSTRAINT, at, why)
                .on_all(requests)
                .near(near.filter(|_| part.is_none()));
        }
    }
}

/// A domain, which is that of a driver, and an identifier of C, with `/` between them.
pub(super) fn full_name(text: &str) -> Option<&'static str> {
    if !text.contains('/') {
        return Some("a fully qualified name must be a domain and a name separated by a slash");
    }
    qualified_name(text)
}

/// An identifier of C, perhaps behind a domain.
pub(super) fn qualified_name(text: &str) -> Option<&'static str> {
    let (domain, name) =
        text.split_once('/').map_or((None, text), |(domain, name)| (Some(domain), name));
    if let Some(why) = domain.and_then(|domain| match domain {
        "" => Some("the domain must not be empty"),
        domain => fields::driver(domain),
    }) {
        return Some(why);
    }
    // Whether there may be more than one slash, releases are not agreed.
    if name.contains('/') {
        return None;
    }
    if name.len() > 32 {
        return Some("the name must be no more than 32 characters");
    }
    (!admission::is_identifier(name))
        .then_some("a name must start with a letter or '_', and consist of letters, digits and '_'")
}

/// A configuration for a driver.
pub(super) fn opaque(config: &At<'_>, out: &mut Faults) {
    let Some(opaque) = config.get("opaque") else {
        out.required(&DEVICE_CONFIG, &config.field("opaque"), "");
        return;
    };
    driver(&opaque.field("driver"), &DEVICE_CONFIG, out);
    let parameters = opaque.field("parameters");
    if parameters.node.is_null() {
        out.required(&DEVICE_CONFIG, &parameters, "");
    } else if parameters.node.as_map().is_none() {
        out.invalid(&DEVICE_CONFIG, &parameters, "must be a valid JSON object");
    } else if parameters.node.to_json().to_string().len() > MOST_BYTES {
        let why = format!("may not be more than {MOST_BYTES} bytes");
        out.too_long(&DEVICE_CONFIG, &parameters.keyed(), why);
    }
}

/// The spec of a DeviceClass.
pub(super) fn class(spec: &At<'_>, out: &mut Faults) {
    selectors(&spec.field("selectors"), out);
    for config in bounded(&spec.field("config"), MOST, &DEVICE_CONFIG, out).unwrap_or_default() {
        opaque(&config, out);
    }
    let name = spec.field("extendedResourceName");
    if name.str().is_some_and(|text| !is_extended(text)) {
        out.invalid(&DEVICE_CONFIG, &name, "must be a valid extended resource name");
    }
}

/// Whether a name is that of an extended resource, which a node has beside Kubernetes' own.
fn is_extended(text: &str) -> bool {
    let is_native = !text.contains('/') || text.contains("kubernetes.io/");
    !is_native
        && !text.starts_with("requests.")
        && names::qualified(&format!("requests.{text}")).is_none()
}

/// The effects of a taint.
const EFFECTS: &[&str] = &["NoExecute", "NoSchedule", "None"];

fn toleration(toleration: &At<'_>, out: &mut Faults) {
    let key = toleration.field("key");
    if let Some(why) = key.str().filter(|text| !text.is_empty()).and_then(names::qualified) {
        out.invalid(&DEVICE_TAINT, &key, why);
    }
    let (operator, value) = (toleration.field("operator"), toleration.field("value"));
    match operator.str().unwrap_or_default() {
        "Exists" => {
            if value.str().is_some_and(|text| !text.is_empty()) {
                let why = "must be empty for operator `Exists`";
                out.invalid(&DEVICE_TAINT, &value, why).on(&operator);
            }
        }
        "" | "Equal" => {
            if let Some(why) = value.str().and_then(names::label_value) {
                out.invalid(&DEVICE_TAINT, &value, why);
            }
        }
        _ => out.one_of(&DEVICE_TAINT, &operator, &["Equal", "Exists"]),
    }
    effect(&toleration.field("effect"), out);
}

/// A taint of a device, or of all that a rule selects.
pub(super) fn taint(taint: &At<'_>, out: &mut Faults) {
    let key = taint.field("key");
    if is_empty(&key) {
        out.required(&DEVICE_TAINT, &key, "");
    } else if let Some(why) = key.str().and_then(names::qualified) {
        out.invalid(&DEVICE_TAINT, &key, why);
    }
    let value = taint.field("value");
    if let Some(why) = value.str().and_then(names::label_value) {
        out.invalid(&DEVICE_TAINT, &value, why);
    }
    let at = taint.field("effect");
    if is_empty(&at) {
        out.required(&DEVICE_TAINT, &at, "");
    }
    effect(&at, out);
}

fn effect(at: &At<'_>, out: &mut Faults) {
    if !is_empty(at) {
        out.one_of(&DEVICE_TAINT, at, EFFECTS);
    }
}

/// The spec of a DeviceTaintRule.
pub(super) fn taint_rule(spec: &At<'_>, out: &mut Faults) {
    if let Some(chosen) = spec.get("deviceSelector") {
        for field in ["driver", "pool", "device"] {
            let at = chosen.field(field);
            let check = match field {
                "driver" => fields::driver,
                "pool" => pool,
                _ => names::label,
            };
            if let Some(why) = at.str().and_then(check) {
                out.invalid(&DEVICE_TAINT, &at, why);
            }
        }
    }
    if let Some(at) = spec.get("taint") {
        taint(&at, out);
    }
}

/// The name of a pool: subdomains with `/` between them.
pub(super) fn pool(text: &str) -> Option<&'static str> {
    if text.len() > 253 {
        return Some("must be no more than 253 characters");
    }
    text.split('/').find_map(names::subdomain)
}
