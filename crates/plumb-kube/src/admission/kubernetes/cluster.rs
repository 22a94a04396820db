//! What administrators of a cluster set: priority levels of requests, addresses of Services, classes of volumes' attributes.

use super::declare::declare;
use crate::at::At;
use crate::fault::Faults;
use crate::names;

declare! {
PRIORITY_LEVEL = "priority-level", "ValidatePriorityLevelConfigurationSpec, ValidateLimitResponse, ValidatePriorityLevelQueuingConfiguration", "a priority level that is not what its type says",
"A priority level of the type Limited says its limits in `limited`, and only one named `exempt` is Exempt. Where requests wait (`limitResponse.type: Queue`) `queuing` says how; a hand of queues is not greater than all of them.",
"PriorityLevelConfiguration.spec",
"type: Limited\nlimited: {limitResponse: {type: Queue, queuing: {queues: 4, handSize: 8, queueLengthLimit: 50}}}",
"type: Limited\nlimited: {limitResponse: {type: Queue, queuing: {queues: 64, handSize: 8, queueLengthLimit: 50}}}";

SERVICE_CIDR = "service-cidr", "ValidateServiceCIDR, validateServiceCIDRSpec", "ranges for Services that do not go together",
"A ServiceCIDR has one range, or two of different IP families.",
"ServiceCIDR.spec", "cidrs: [10.1.0.0/24, 10.2.0.0/24]", "cidrs: [10.1.0.0/24, \"fd00:1::/64\"]";

VOLUME_ATTRIBUTES = "volume-attributes", "ValidateVolumeAttributesClass, validateProvisioner, validateParameters", "a class of attributes without a driver, or that sets nothing",
"A VolumeAttributesClass names the driver, a qualified name, and sets at least one parameter of it.",
"VolumeAttributesClass", "driverName: disk driver\nparameters: {iops: \"4000\"}", "driverName: disk.example.com\nparameters: {iops: \"4000\"}";
}

/// The bits of a hash that dealing queues may take: `shufflesharding.MaxHashBits`.
const MOST_BITS: f64 = 60.0;

pub(super) fn priority_level(root: &At<'_>, out: &mut Faults) {
    let (spec, name) = (root.field("spec"), root.field("metadata").field("name"));
    let kind = spec.field("type");
    if let (Some(name_text), Some(text @ ("Exempt" | "Limited"))) = (name.str(), kind.str())
        && (name_text == "exempt") != (text == "Exempt")
    {
        let why = "must be 'Exempt' if and only if `name` is 'exempt'";
        out.invalid(&PRIORITY_LEVEL, &kind, why).on(&name);
    }
    let other = match kind.str() {
        Some("Exempt") => "limited",
        Some("Limited") => "exempt",
        _ => return,
    };
    if let Some(at) = spec.get(other) {
        let (at, why) =
            (at.keyed(), format!("must be nil if the type is {}", kind.str().unwrap_or_default()));
        out.forbidden(&PRIORITY_LEVEL, &at, why).on_only(&[&kind, &at]);
    }
    for holder in ["limited", "exempt"].iter().filter_map(|field| spec.get(field)) {
        not_negative(&holder, "nominalConcurrencyShares", out);
        not_negative(&holder, "borrowingLimitPercent", out);
        if let Some(at) = holder.get("lendablePercent")
            && at.int().is_some_and(|percent| !(0..=100).contains(&percent))
        {
            out.invalid(&PRIORITY_LEVEL, &at, "must be between 0 and 100, inclusive");
        }
    }
    match spec.get("limited") {
        None if other == "exempt" => {
            let why = "must not be empty when type is Limited";
            out.required(&PRIORITY_LEVEL, &spec.field("limited").keyed(), why);
        }
        Some(limited) => response(&limited.field("limitResponse"), out),
        None => {}
    }
}

fn not_negative(at: &At<'_>, field: &str, out: &mut Faults) {
    if let Some(at) = at.get(field).filter(|at| at.int().is_some_and(|number| number < 0)) {
        out.invalid(&PRIORITY_LEVEL, &at, "must be a non-negative integer");
    }
}

/// What becomes of requests beyond the limit.
fn response(response: &At<'_>, out: &mut Faults) {
    let kind = response.field("type");
    let queuing = response.get("queuing");
    match (kind.str(), queuing) {
        (Some("Reject"), Some(at)) => {
            let (at, why) = (at.keyed(), "must be nil if limited.limitResponse.type is Reject");
            out.forbidden(&PRIORITY_LEVEL, &at, why).on_only(&[&kind, &at]);
        }
        (Some("Queue"), None) => {
            let why = "must not be empty if limited.limitResponse.type is Queue";
            out.required(&PRIORITY_LEVEL, &response.field("queuing").keyed(), why);
        }
        (Some("Queue"), Some(at)) => queues(&at, out),
        _ => {}
    }
}

fn queues(queuing: &At<'_>, out: &mut Faults) {
    let fields = ["queues", "handSize", "queueLengthLimit"].map(|name| queuing.field(name));
    for at in fields.iter().filter(|at| at.int().is_some_and(|number| number < 0)) {
        out.invalid(&PRIORITY_LEVEL, at, "must be positive");
    }
    // What is absent or 0 has a default.
    let of = |at: &At<'_>, default| at.int().filter(|number| *number != 0).unwrap_or(default);
    let [all, hand, _] = &fields;
    let (queues, dealt) = (of(all, 64), of(hand, 8));
    if queues <= 0 || dealt <= 0 {
        return;
    }
    let at = if hand.node.is_null() { all } else { hand };
    #[expect(clippy::cast_precision_loss, reason = "compared with 60")]
    let bits = ((queues as f64).log2() * dealt as f64).ceil();
    if queues > 10_000_000 {
        out.invalid(&PRIORITY_LEVEL, all, "must not be greater than 10000000");
    } else if dealt > queues {
        let why = format!("should not be greater than queues ({queues})");
        out.invalid(&PRIORITY_LEVEL, at, why).on(all).on(hand);
    } else if bits > MOST_BITS {
        let why = format!(
            "required entropy bits of deckSize {queues} and handSize {dealt} should not be greater than {MOST_BITS}"
        );
        out.invalid(&PRIORITY_LEVEL, at, why).on(all).on(hand);
    }
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
            if at.str().is_some() && range.is_none() {
                let why = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
                out.invalid(&SERVICE_CIDR, at, why);
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
