//! What drivers publish of their devices: ResourceSlice.

use super::declare::declare;
use super::devices::{self, bounded, driver, label, qualified_name};
use super::{quantity, scheduling};
use crate::at::At;
use crate::fault::{Faults, Rule};
use crate::names;
use plumb_number::Ratio;

declare! {
RESOURCE_SLICE = "resource-slice", "validateResourceSliceSpec, validateResourcePool, validateCounterSet", "a slice of devices that is in no pool, or on no node or on several",
"A ResourceSlice names its driver and the pool that it is a part of, which consists of one slice at least. Exactly one of `nodeName`, `nodeSelector` (with one term), `allNodes: true` and \
`perDeviceNodeSelection: true` says from where its devices can be reached. It has at most 128 devices (64 where one has taints, counters or lists of values), or counters that devices of other slices share.",
"ResourceSlice.spec",
"driver: gpu.example.com\npool: {name: node-1, generation: 1, resourceSliceCount: 1}\nnodeName: node-1\nallNodes: true\ndevices: [{name: gpu-0}]",
"driver: gpu.example.com\npool: {name: node-1, generation: 1, resourceSliceCount: 1}\nnodeName: node-1\ndevices: [{name: gpu-0}]";

SLICE_DEVICE = "slice-device", "validateDevice, validateDeviceAttribute, validateRequestPolicy, validateDeviceCounterConsumption, validateDeviceBindingParameters", "a device with an attribute or capacity that it can't have",
"A device is named by a DNS label. An attribute has one value: `int`, `bool`, `string`, `version` (a semantic version), or a list of one of them; attributes and capacities have names such as `model` or `gpu.example.com/model`, 32 of them \
at most. What a claim may take of a capacity (`requestPolicy`) is for devices that several claims share (`allowMultipleAllocations`), and its default is one of the values that it allows.",
"ResourceSlice.spec",
"driver: gpu.example.com\npool: {name: node-1, generation: 1, resourceSliceCount: 1}\nnodeName: node-1\ndevices: [{name: gpu-0, attributes: {firmware: {version: \"1.2\"}}}]",
"driver: gpu.example.com\npool: {name: node-1, generation: 1, resourceSliceCount: 1}\nnodeName: node-1\ndevices: [{name: gpu-0, attributes: {firmware: {version: 1.2.0}}}]";
}

/// `ResourceSliceMaxDevices`, and `ResourceSliceMaxDevicesWithAdvancedFeatures`.
const MOST_DEVICES: (usize, usize) = (128, 64);
/// `ResourceSliceMaxAttributesAndCapacitiesPerDevice`
const MOST_PROPERTIES: usize = 32;
/// `ResourceSliceMaxAttributeValuesPerDevice`
const MOST_VALUES: usize = 48;
/// `DeviceAttributeMaxValueLength`
const MOST_BYTES: usize = 64;
/// `DeviceTaintsMaxLength`
const MOST_TAINTS: usize = 16;
/// `BindingConditionsMaxSize`, `BindingFailureConditionsMaxSize`
const MOST_CONDITIONS: usize = 4;
/// `ResourceSliceMaxCounterSets`, and the counters of one.
const MOST_COUNTERS: (usize, usize) = (8, 32);
/// `CapacityRequestPolicyDiscreteMaxOptions`
const MOST_OPTIONS: usize = 10;

/// The spec of a ResourceSlice.
pub(super) fn slice(spec: &At<'_>, out: &mut Faults) {
    driver(&spec.field("driver"), &RESOURCE_SLICE, out);
    let pool = spec.field("pool");
    let name = pool.field("name");
    if name.node.is_null() || name.str() == Some("") {
        out.required(&RESOURCE_SLICE, &name, "");
    } else if let Some(why) = name.str().and_then(devices::pool) {
        out.invalid(&RESOURCE_SLICE, &name, why);
    }
    let least = [
        ("resourceSliceCount", 1, "must be greater than zero"),
        ("generation", 0, "must be greater than or equal to zero"),
    ];
    for (field, least, why) in least {
        if let Some(at) = pool.get(field).filter(|at| at.int().is_some_and(|n| n < least)) {
            out.invalid(&RESOURCE_SLICE, &at, why);
        }
    }
    let wanted = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
    let ways = ["nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection"];
    place(spec, &ways, wanted, &RESOURCE_SLICE, out);
    if let Some(terms) = spec.get("nodeSelector").and_then(|at| at.get("nodeSelectorTerms"))
        && terms.items().len() > 1
    {
        let why = "must have exactly one node selector term";
        out.invalid(&RESOURCE_SLICE, &terms, why);
    }
    let (devices, counters) = (spec.get("devices"), spec.get("sharedCounters"));
    if let (Some(one), Some(two)) = (&devices, &counters)
        && out.k8s() >= (1, 35)
    {
        let why = "only one of `sharedCounters` or `devices` is allowed";
        let (one, two) = (one.clone().keyed(), two.clone().keyed());
        out.forbidden(&RESOURCE_SLICE, &two, why).on_only(&[&one, &two]);
    }
    if let Some(list) = counters {
        counter_sets(&list, "name", &RESOURCE_SLICE, out);
    }
    let Some(list) = devices else { return };
    let is_advanced = list.items().iter().map(basic).any(|at| is_advanced(&at));
    let most = if is_advanced { MOST_DEVICES.1 } else { MOST_DEVICES.0 };
    let Some(items) = bounded(&list, most, &RESOURCE_SLICE, out) else { return };
    out.unique(&RESOURCE_SLICE, &items, "name");
    let each = spec.is_true("perDeviceNodeSelection");
    for item in &items {
        label(&item.field("name"), &SLICE_DEVICE, out);
        device(&basic(item), each, out);
    }
}

/// What is said of a device; in `v1beta1` it stands in a field of its own.
fn basic<'n>(device: &At<'n>) -> At<'n> {
    device.get("basic").unwrap_or_else(|| device.clone())
}

/// Whether a device has what makes it costlier to allocate.
fn is_advanced(device: &At<'_>) -> bool {
    let has = |field| !device.list(field).is_empty();
    let lists = || device.map("attributes").iter().any(|(_, at)| !at.set(LISTS).is_empty());
    has("taints") || has("consumesCounters") || lists()
}

/// From where devices can be reached, which one of `ways` says.
fn place(at: &At<'_>, ways: &[&str], wanted: &str, rule: &'static Rule, out: &mut Faults) {
    let mut set = Vec::new();
    for way in ways {
        let Some(at) = at.get(way) else { continue };
        match *way {
            "nodeName" => match at.str() {
                Some("") => {
                    out.invalid(rule, &at, "must not be empty if specified");
                    continue;
                }
                text => {
                    if let Some(why) = text.and_then(names::subdomain) {
                        out.invalid(rule, &at, why);
                    }
                }
            },
            "nodeSelector" => scheduling::terms(&at, out),
            _ if at.node.as_bool() == Some(false) => {
                out.invalid(rule, &at, "must be either unset or set to true");
                continue;
            }
            _ => {}
        }
        set.push(at.keyed());
    }
    match &set[..] {
        [] => {
            out.incomplete(rule, at, wanted);
        }
        [_] => {}
        [first, second, ..] => {
            let why = format!("{wanted}, but multiple fields are set");
            let fault = out.invalid(rule, second, why).on(first);
            fault.value = None;
            fault.related(first, "one here");
        }
    }
}

fn device(device: &At<'_>, each: bool, out: &mut Faults) {
    properties(device, out);
    if let Some(list) = device.get("taints") {
        for taint in bounded(&list, MOST_TAINTS, &SLICE_DEVICE, out).unwrap_or_default() {
            devices::taint(&taint, out);
        }
    }
    if let Some(list) = device.get("consumesCounters") {
        counter_sets(&list, "counterSet", &SLICE_DEVICE, out);
    }
    let ways = ["nodeName", "nodeSelector", "allNodes"];
    if each {
        let wanted = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
        place(device, &ways, wanted, &SLICE_DEVICE, out);
    } else if let Some(at) = ways.iter().find_map(|way| device.get(way)) {
        let why =
            "can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
        let spec = std::iter::successors(Some(device), |at| at.parent())
            .find(|at| at.get("devices").is_some());
        out.forbidden(&SLICE_DEVICE, &at.keyed(), why).on_all(spec.unwrap_or(device));
    }
    conditions(device, out);
}

/// Attributes and capacities.
fn properties(device: &At<'_>, out: &mut Faults) {
    let (attributes, capacities) = (device.map("attributes"), device.map("capacity"));
    let count = attributes.len() + capacities.len();
    if count > MOST_PROPERTIES {
        let why = format!(
            "the total number of attributes and capacities must not exceed {MOST_PROPERTIES}, and is {count}"
        );
        out.too_many(&SLICE_DEVICE, &device.clone().keyed(), why);
        return;
    }
    let values = |at: &At<'_>| LISTS.iter().map(|list| at.list(list).len()).sum::<usize>().max(1);
    let count: usize = attributes.iter().map(|(_, at)| values(at)).sum();
    if count > MOST_VALUES {
        let why = format!(
            "the total number of attribute values must not exceed {MOST_VALUES}, and is {count}"
        );
        out.too_many(&SLICE_DEVICE, &device.clone().keyed(), why);
        return;
    }
    for (key, at) in attributes.iter().chain(&capacities) {
        if let Some(why) = qualified_name(key) {
            out.invalid_key(&SLICE_DEVICE, at, key, why);
        }
    }
    for (_, at) in &attributes {
        attribute(at, out);
    }
    let shared = device.is_true("allowMultipleAllocations");
    for (_, at) in &capacities {
        let Some(policy) = at.get("requestPolicy") else { continue };
        if shared {
            request_policy(&policy, &at.field("value"), out);
        } else {
            let why = "allowMultipleAllocations must be true";
            out.forbidden(&SLICE_DEVICE, &policy.keyed(), why).on_all(device);
        }
    }
}

/// The fields of an attribute that hold one value, and those that hold a list of them.
const SCALARS: &[&str] = &["bool", "int", "string", "version"];
const LISTS: &[&str] = &["bools", "ints", "strings", "versions"];

fn attribute(attribute: &At<'_>, out: &mut Faults) {
    let scalars: Vec<At<'_>> = SCALARS.iter().filter_map(|field| attribute.get(field)).collect();
    let lists: Vec<At<'_>> = LISTS.iter().filter_map(|field| attribute.get(field)).collect();
    // Where lists are not enabled, a server drops them, and one value beside them is what is left.
    let set = if scalars.is_empty() { &lists } else { &scalars };
    match &set[..] {
        [] => {
            out.incomplete(&SLICE_DEVICE, attribute, "exactly one value must be specified");
        }
        [_] => {}
        [first, second, ..] => {
            let (first, second) = (first.clone().keyed(), second.clone().keyed());
            let why = "exactly one value must be specified";
            out.forbidden(&SLICE_DEVICE, &second, why).on_only(&[&first, &second]);
        }
    }
    for list in lists.iter().filter(|_| scalars.is_empty()) {
        if list.node.as_seq().is_some_and(<[_]>::is_empty) {
            out.invalid(&SLICE_DEVICE, list, "must not be empty if specified");
        }
    }
    let texts = |one: &str, list: &str| attribute.get(one).into_iter().chain(attribute.list(list));
    let (plain, versions) = (texts("string", "strings"), texts("version", "versions"));
    for (at, is_version) in
        plain.map(|at| (at, false)).chain(versions.map(|at| (at, true))).collect::<Vec<_>>()
    {
        let Some(text) = at.str() else { continue };
        if is_version && text.parse::<plumb_cel::Version>().is_err() {
            let why = "must be a string compatible with semver.org spec 2.0.0";
            out.invalid(&SLICE_DEVICE, &at, why);
        }
        if text.len() > MOST_BYTES {
            let why = format!("may not be more than {MOST_BYTES} bytes");
            out.too_long(&SLICE_DEVICE, &at, why);
        }
    }
}

/// What a claim may take of a capacity.
fn request_policy(policy: &At<'_>, capacity: &At<'_>, out: &mut Faults) {
    let valid = policy.get("validValues").filter(|at| !at.items().is_empty());
    let range = policy.get("validRange");
    if let (Some(one), Some(two)) = (&valid, &range) {
        let why = "exactly one policy can be specified, cannot specify `validValues` and `validRange` at the same time";
        let (one, two) = (one.clone().keyed(), two.clone().keyed());
        out.forbidden(&SLICE_DEVICE, &two, why).on_only(&[&one, &two]);
        return;
    }
    let Some((kind, at)) =
        valid.map(|at| ("validValues", at)).or(range.map(|at| ("validRange", at)))
    else {
        return;
    };
    let default = policy.field("default");
    if default.node.is_null() {
        let why = format!("required when {kind} is defined");
        out.required(&SLICE_DEVICE, &default, why).on_presence(&at);
        return;
    }
    let amounts = (quantity::of(default.node), quantity::of(capacity.node));
    let (Some(of_default), Some(whole)) = amounts else { return };
    match kind {
        "validValues" => valid_values(&at, (&default, &of_default), (capacity, &whole), out),
        _ => valid_range(&at, (&default, &of_default), (capacity, &whole), out),
    }
}

type Amount<'a, 'n> = (&'a At<'n>, &'a Ratio);

fn valid_values(list: &At<'_>, default: Amount<'_, '_>, whole: Amount<'_, '_>, out: &mut Faults) {
    let Some(items) = bounded(list, MOST_OPTIONS, &SLICE_DEVICE, out) else { return };
    let amounts: Vec<Option<Ratio>> = items.iter().map(|at| quantity::of(at.node)).collect();
    for (i, pair) in amounts.windows(2).enumerate() {
        let [Some(one), Some(two)] = pair else { continue };
        let (first, second) = (&items[i], &items[i + 1]);
        if one > two {
            let why = "values must be sorted in ascending order";
            out.invalid(&SLICE_DEVICE, second, why).on(first);
        } else if one == two {
            out.duplicate(&SLICE_DEVICE, second, first);
        }
    }
    for (at, amount) in items.iter().zip(&amounts) {
        if amount.as_ref().is_some_and(|amount| amount > whole.1) {
            let why = format!("option is larger than capacity value: {}", whole.0.quoted());
            out.invalid(&SLICE_DEVICE, at, why).on(whole.0);
        }
    }
    if amounts.iter().all(|amount| amount.as_ref().is_some_and(|amount| amount != default.1)) {
        let why = "default value is not valid according to the requestPolicy";
        out.invalid(&SLICE_DEVICE, default.0, why).on_all(list);
    }
}

fn valid_range(range: &At<'_>, default: Amount<'_, '_>, whole: Amount<'_, '_>, out: &mut Faults) {
    let (min, max, step) = (range.field("min"), range.field("max"), range.field("step"));
    if min.node.is_null() {
        out.required(&SLICE_DEVICE, &min, "required when validRange is defined");
        return;
    }
    let of = |at: &At<'_>| quantity::of(at.node);
    let (least, most, by) = (of(&min), of(&max), of(&step));
    let mut above = |one: Amount<'_, '_>, two: Amount<'_, '_>, why: &str| {
        if one.1 > two.1 {
            let why = format!("{why}: {}", two.0.quoted());
            out.invalid(&SLICE_DEVICE, one.0, why).on(two.0);
        }
    };
    let Some(least) = &least else { return };
    above((&min, least), whole, "min is larger than capacity value");
    above((&min, least), default, "min is larger than default");
    if let Some(most) = &most {
        above((&min, least), (&max, most), "min is larger than max");
        above((&max, most), whole, "max is larger than capacity value");
        above(default, (&max, most), "default is more than max");
    }
    let Some(by) = &by else { return };
    if !quantity::is_positive(by) {
        out.invalid(&SLICE_DEVICE, &step, "must be greater than zero");
        return;
    }
    if least + by > *whole.1 {
        let why = format!("min and one step are larger than capacity value: {}", whole.0.quoted());
        out.invalid(&SLICE_DEVICE, &step, why).on(&min).on(whole.0);
    }
    let values = [Some((default.0, default.1)), most.as_ref().map(|most| (&max, most))];
    for (at, amount) in values.into_iter().flatten() {
        // Releases differ in how they round what is no whole number.
        let whole = [amount, least, by].iter().all(|amount| amount.is_integer());
        if whole && !((amount - least) / by).is_integer() {
            let why = format!(
                "value is not a multiple of a given step ({}) from ({})",
                step.quoted(),
                min.quoted()
            );
            out.invalid(&SLICE_DEVICE, at, why).on(&step).on(&min);
        }
    }
}

/// Sets of counters, or what a device takes of them, each under the name of the set.
fn counter_sets(list: &At<'_>, name: &'static str, rule: &'static Rule, out: &mut Faults) {
    let Some(sets) = bounded(list, MOST_COUNTERS.0, rule, out) else { return };
    out.unique(rule, &sets, name);
    for set in &sets {
        label(&set.field(name), rule, out);
        let counters = set.field("counters");
        let entries = counters.entries();
        if counters.node.is_null() || counters.node.as_map().is_some() && entries.is_empty() {
            out.required(rule, &counters.keyed(), "");
        } else if entries.len() > MOST_COUNTERS.1 {
            let why = format!("must have at most {} items", MOST_COUNTERS.1);
            out.too_many(rule, &counters.keyed(), why);
        } else {
            for (key, at) in &entries {
                if let Some(why) = names::label(key) {
                    out.invalid_key(rule, at, key, why);
                }
            }
        }
    }
}

/// The conditions under which a device is bound, or fails to be.
fn conditions(device: &At<'_>, out: &mut Faults) {
    let (one, two) = ("bindingConditions", "bindingFailureConditions");
    for (field, other) in [(one, two), (two, one)] {
        let list = device.field(field);
        let Some(items) = bounded(&list, MOST_CONDITIONS, &SLICE_DEVICE, out) else { return };
        out.distinct(&SLICE_DEVICE, &items);
        for at in &items {
            if let Some(why) = at.str().and_then(names::qualified) {
                out.invalid(&SLICE_DEVICE, at, why);
            }
        }
        let others = device.field(other);
        if !items.is_empty() && others.items().is_empty() {
            let why = format!("`{other}` are required to use `{field}`");
            out.required(&SLICE_DEVICE, &others.keyed(), why).on_presence(&list);
        }
    }
    let binding = device.list(one);
    for at in device.list(two) {
        if let Some(first) =
            binding.iter().find(|first| at.str().is_some() && first.str() == at.str())
        {
            let why = "bindingFailureConditions must not overlap with bindingConditions";
            out.invalid(&SLICE_DEVICE, &at, why).on(first);
        }
    }
}
