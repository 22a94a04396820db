//! Storage, and the limits of a namespace: claims, volumes, classes, LimitRange, ResourceQuota.

use super::declare::declare;
use super::quantity;
use super::{containers, fields, meta, scheduling};
use crate::at::At;
use crate::fault::{Faults, Rule, repetitions};
use crate::names;

declare! {
CLAIM_STORAGE = "claim-storage", "ValidatePersistentVolumeClaimSpec", "a claim that asks for no storage",
"A claim says how it is used (`accessModes`) and how much it needs (`resources.requests.storage`, more than nothing). \
`ReadWriteOncePod` stands alone. What it is filled from (`dataSource`, `dataSourceRef`) is of one kind: a claim of the core \
group, or something of a group that is written.",
"PersistentVolumeClaim.spec", "accessModes: [ReadWriteOnce]", "accessModes: [ReadWriteOnce]\nresources: {requests: {storage: 1Gi}}";

VOLUME_CAPACITY = "volume-capacity", "ValidatePersistentVolumeSpec", "a volume without size, use or source",
"A PersistentVolume has a `capacity` (`storage`, and nothing else), `accessModes`, and exactly one source such as `csi`, `nfs` or `hostPath`. A `local` \
volume says by `nodeAffinity` on which node it is.",
"PersistentVolume.spec", "accessModes: [ReadWriteOnce]\nhostPath: {path: /data}",
"capacity: {storage: 1Gi}\naccessModes: [ReadWriteOnce]\nhostPath: {path: /data}";

STORAGE_CLASS = "storage-class", "ValidateStorageClass", "a storage class with an invalid provisioner",
"The provisioner of a StorageClass is a qualified name, such as `ebs.csi.aws.com` or `kubernetes.io/no-provisioner`.",
"StorageClass", "provisioner: \"my provisioner\"", "provisioner: example.com/provisioner";

LIMIT_RANGE = "limit-range", "ValidateLimitRange", "limits of a namespace that contradict each other",
"For each resource, `min` is not above `defaultRequest`, that not above `default`, and that not above `max`. Defaults are for containers; an \
item for pods has none. `maxLimitRequestRatio` is at least 1, and not above what `max` is to `min`. A type stands once. Resources are the standard ones, or have a domain before them.",
"LimitRange.spec", "limits: [{type: Container, default: {cpu: 2}, max: {cpu: 1}}]",
"limits: [{type: Container, default: {cpu: 1}, max: {cpu: 2}}]";

NODE_TAINT = "node-taint", "validateNodeTaints", "a duplicate taint of a node",
"A node has a taint of one key and effect once, and one range of addresses for its pods in each family of addresses.",
"Node.spec", "taints: [{key: gpu, value: a, effect: NoSchedule}, {key: gpu, value: b, effect: NoSchedule}]",
"taints: [{key: gpu, value: a, effect: NoSchedule}, {key: gpu, value: b, effect: NoExecute}]";

QUOTA = "quota", "ValidateResourceQuotaSpec", "a quota for what cannot be counted",
"A quota limits the standard resources (`requests.cpu`, `limits.memory`, `pods`, `services`, …), `count/RESOURCE.GROUP`, or a resource with its domain. What is counted \
is a whole number. A scope fits what is limited: `BestEffort` pods have no cpu or memory to limit.",
"ResourceQuota.spec", "hard: {deployments: 5}", "hard: {count/deployments.apps: 5}";
}

/// The spec of a PersistentVolumeClaim, or of a claim template.
pub(super) fn claim(spec: &At<'_>, out: &mut Faults) {
    fields::claim(spec, out);
    modes(spec, &CLAIM_STORAGE, out);
    if let Some(selector) = spec.get("selector") {
        meta::selector(&selector, out);
    }
    match entry(spec.at(&["resources", "requests"]), "storage") {
        None => {
            let requests = spec.field("resources").field("requests");
            let at = requests.entry("storage").keyed();
            out.required(&CLAIM_STORAGE, &at, "");
        }
        Some(at) => {
            positive(&CLAIM_STORAGE, &at, out);
            containers::whole_bytes(&at, out);
        }
    }
    if let Some(at) = entry(spec.at(&["resources", "limits"]), "storage") {
        containers::whole_bytes(&at, out);
    }
    let sources = [spec.get("dataSource"), spec.get("dataSourceRef")];
    for source in sources.iter().flatten() {
        let kind = source.field("kind");
        if source.text("apiGroup").is_empty()
            && kind.str().is_some_and(|text| !["", "PersistentVolumeClaim"].contains(&text))
        {
            let why = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
            out.invalid(&CLAIM_STORAGE, &kind, why).on(&source.field("apiGroup"));
        }
    }
    if let [Some(old), Some(new)] = &sources
        && ["apiGroup", "kind", "name"].iter().any(|field| old.text(field) != new.text(field))
    {
        out.invalid(&CLAIM_STORAGE, old, "must match dataSourceRef");
    }
}

/// The taints of a Node, and its ranges of addresses.
pub(super) fn node(spec: &At<'_>, out: &mut Faults) {
    let taints = spec.list("taints");
    for (again, first) in
        repetitions(&taints, |taint| Some((taint.text("key"), taint.text("effect"))))
    {
        out.duplicate(&NODE_TAINT, &again.field("key"), &first.field("key"));
    }
    let ranges: Vec<bool> =
        spec.list("podCIDRs").iter().filter_map(|at| Some(at.str()?.contains(':'))).collect();
    let second =
        ranges.iter().filter(|v6| **v6).count() > 1 || ranges.iter().filter(|v6| !**v6).count() > 1;
    if second {
        let at = spec.field("podCIDRs").keyed();
        out.invalid(&NODE_TAINT, &at, "may specify no more than one CIDR for each IP family");
    }
}

/// An entry of a map of amounts.
fn entry<'n>(map: Option<At<'n>>, name: &str) -> Option<At<'n>> {
    let entries = map.map(|at| at.entries()).unwrap_or_default();
    entries.into_iter().find(|(key, _)| *key == name).map(|(_, at)| at)
}

pub(super) fn modes(spec: &At<'_>, code: &'static Rule, out: &mut Faults) {
    let modes = spec.list("accessModes");
    if modes.is_empty() {
        out.required(
            code,
            &spec.field("accessModes").keyed(),
            "at least 1 access mode is required",
        );
    }
    let alone = modes.iter().find(|at| at.str() == Some("ReadWriteOncePod"));
    if let Some(at) = alone.filter(|_| modes.len() > 1) {
        let other = modes.iter().find(|mode| mode.node.value != at.node.value).unwrap_or(at);
        out.forbidden(code, at, "may not use ReadWriteOncePod with other access modes")
            .on_only(&[at, other]);
    }
}

fn positive(code: &'static Rule, at: &At<'_>, out: &mut Faults) {
    match quantity::of(at.node) {
        Some(amount) if !quantity::is_positive(&amount) => {
            out.invalid(code, at, "must be greater than zero");
        }
        Some(_) => {}
        None => containers::amount_of(at, out),
    }
}

pub(super) fn volume(root: &At<'_>, out: &mut Faults) {
    let Some(spec) = root.get("spec") else { return };
    modes(&spec, &VOLUME_CAPACITY, out);
    match entry(spec.get("capacity"), "storage") {
        None => {
            out.required(
                &VOLUME_CAPACITY,
                &spec.field("capacity").keyed(),
                "a volume has a capacity of storage",
            );
        }
        Some(at) => positive(&VOLUME_CAPACITY, &at, out),
    }
    let capacity = spec.get("capacity").map(|at| at.entries()).unwrap_or_default();
    for (name, at) in capacity.iter().filter(|(name, _)| *name != "storage") {
        let fault = out.not_supported(&VOLUME_CAPACITY, &at.clone().keyed(), &["storage"]);
        fault.value = Some(format!("{name:?}"));
    }
    match spec.get("nodeAffinity") {
        None if spec.get("local").is_some() => {
            let at = spec.field("nodeAffinity");
            out.required(&VOLUME_CAPACITY, &at, "Local volume requires node affinity");
        }
        Some(affinity) => scheduling::nodes(&affinity, out),
        None => {}
    }
    if spec.text("persistentVolumeReclaimPolicy") == "Recycle"
        && spec.get("hostPath").is_some_and(|at| at.text("path").trim_end_matches('/').is_empty())
    {
        let at = spec.field("persistentVolumeReclaimPolicy");
        let path = spec.field("hostPath").field("path");
        out.forbidden(&VOLUME_CAPACITY, &at, "may not be 'recycle' for a hostPath mount of '/'")
            .on_only(&[&at, &path]);
    }
    let others = [
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
        "volumeMode",
    ];
    let sources: Vec<&str> =
        spec.names().into_iter().filter(|name| !others.contains(name)).collect();
    if sources.is_empty() {
        out.required(&VOLUME_CAPACITY, &spec.clone().keyed(), "must specify a volume type");
    }
    for extra in sources.iter().skip(1) {
        let (first, at) = (spec.field(sources[0]).keyed(), spec.field(extra).keyed());
        out.forbidden(&VOLUME_CAPACITY, &at, "may not specify more than 1 volume type")
            .on_only(&[&first, &at]);
    }
}

pub(super) fn class(root: &At<'_>, out: &mut Faults) {
    let name = root.field("provisioner");
    match name.str() {
        Some("") => {
            out.required(&STORAGE_CLASS, &name, "");
        }
        Some(text) => {
            if let Some(why) = names::qualified(&text.to_lowercase()) {
                out.invalid(&STORAGE_CLASS, &name, why);
            }
        }
        None => {}
    }
    let parameters = root.get("parameters").map(|at| at.entries()).unwrap_or_default();
    if let Some((_, at)) = parameters.iter().find(|(key, _)| key.is_empty()) {
        out.invalid_key(&STORAGE_CLASS, at, "", "field can not be empty");
    }
    for term in root.list("allowedTopologies") {
        let requirements = term.list("matchLabelExpressions");
        out.unique(&STORAGE_CLASS, &requirements, "key");
        for requirement in &requirements {
            if let Some(key) = requirement.get("key")
                && let Some(why) = key.str().and_then(names::qualified)
            {
                out.invalid(&STORAGE_CLASS, &key, why);
            }
            let values = requirement.list("values");
            out.distinct(&STORAGE_CLASS, &values);
        }
    }
}

/// The resources that a quota or a range counts in whole numbers.
const COUNTED: &[&str] = &[
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];
const MEASURED: &[&str] = &[
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
];

/// Says what is wrong with the name of a resource that a quota or a range limits.
fn limited(name: &str, more: &[&str]) -> Option<&'static str> {
    let huge = name.strip_prefix("requests.").unwrap_or(name).starts_with("hugepages-");
    if name.contains('/') {
        return names::qualified(name);
    }
    let known = huge || COUNTED.contains(&name) || MEASURED.contains(&name) || more.contains(&name);
    (!known).then_some("must be a standard resource type or fully qualified")
}

fn limited_name(code: &'static Rule, name: &str, more: &[&str], at: &At<'_>, out: &mut Faults) {
    let Some(why) = limited(name, more) else { return };
    let known = COUNTED.iter().chain(MEASURED).chain(more).copied();
    let near = plumb_text::diag::nearest(name, known).map(str::to_owned);
    let finding = out.invalid_key(code, at, name, why);
    if let Some(near) = near {
        finding.near(Some(near));
    } else if code == &QUOTA {
        finding.help.push(
            "what is counted is written `count/RESOURCE.GROUP`, such as `count/deployments.apps`"
                .to_owned(),
        );
    }
}

pub(super) fn limit_range(root: &At<'_>, out: &mut Faults) {
    let limits = root.get("spec").map(|spec| spec.list("limits")).unwrap_or_default();
    out.unique(&LIMIT_RANGE, &limits, "type");
    for limit in &limits {
        // In the order in which each must not be above the next.
        const ORDER: &[&str] = &["min", "defaultRequest", "default", "max"];
        let amounts: Vec<(&str, Vec<(&str, At<'_>)>)> = ORDER
            .iter()
            .map(|field| (*field, limit.get(field).map(|at| at.entries()).unwrap_or_default()))
            .collect();
        for (name, at) in amounts.iter().flat_map(|(_, list)| list) {
            containers::is_quantity(at, out);
            limited_name(&LIMIT_RANGE, name, &["storage"], at, out);
        }
        ratios(limit, &amounts, out);
        let kind = limit.field("type");
        let standard = ["Pod", "Container", "PersistentVolumeClaim"];
        if let Some(text) =
            kind.str().filter(|text| !text.contains('/') && !standard.contains(text))
        {
            let near = plumb_text::diag::nearest(text, standard).map(str::to_owned);
            let finding = out.invalid(
                &LIMIT_RANGE,
                &kind,
                "must be a standard limit type or fully qualified",
            );
            finding.near(near);
        }
        let storage = ["min", "max"]
            .iter()
            .any(|field| limit.get(field).is_some_and(|at| at.get("storage").is_some()));
        if kind.str() == Some("PersistentVolumeClaim") && !storage {
            let why =
                "either minimum or maximum storage value is required, but neither was provided";
            out.required(&LIMIT_RANGE, limit, why);
        }
        if limit.text("type") == "Pod" {
            let is_given = |field: &&str| !limit.map(field).is_empty();
            for field in ["default", "defaultRequest"].into_iter().filter(is_given) {
                let (of_type, at) = (limit.field("type"), limit.field(field).keyed());
                out.forbidden(&LIMIT_RANGE, &at, "may not be specified when `type` is 'Pod'")
                    .on_only(&[&of_type, &at]);
            }
        }
        equal_defaults(&amounts, out);
        for (i, (low, lower)) in amounts.iter().enumerate() {
            for (name, at) in lower {
                let above = amounts[i + 1..].iter().find_map(|(high, upper)| {
                    let (_, most) = upper.iter().find(|(other, _)| other == name)?;
                    (quantity::of(at.node)? > quantity::of(most.node)?)
                        .then(|| (*high, most.quoted()))
                });
                if let Some((high, most)) = above {
                    out.invalid(
                        &LIMIT_RANGE,
                        at,
                        format!("{low} value {} is greater than {high} value {most}", at.quoted()),
                    );
                }
            }
        }
    }
}

/// What can't be shared out beyond what there is has one default: huge pages, and resources with a domain.
fn equal_defaults(amounts: &[(&str, Vec<(&str, At<'_>)>)], out: &mut Faults) {
    let [_, (_, requests), (_, limits), _] = amounts else { return };
    for (name, at) in requests {
        if !name.starts_with("hugepages-") && !name.contains('/') {
            continue;
        }
        let limit = limits.iter().find(|(other, _)| other == name).map(|(_, limit)| limit);
        if let Some(limit) = limit
            && quantity::of(at.node)
                .zip(quantity::of(limit.node))
                .is_some_and(|(one, two)| one < two)
        {
            let why = format!("must equal the default value {}", limit.quoted());
            out.invalid(&LIMIT_RANGE, at, why).on(limit);
        }
    }
}

/// How far a limit may be above its request: at least 1, and no more than `max` is above `min`.
fn ratios(limit: &At<'_>, amounts: &[(&str, Vec<(&str, At<'_>)>)], out: &mut Faults) {
    for (name, at) in limit.map("maxLimitRequestRatio") {
        containers::amount_of(&at, out);
        limited_name(&LIMIT_RANGE, name, &["storage"], &at, out);
        let Some(ratio) = quantity::of(at.node) else { continue };
        if ratio < quantity::one() {
            out.invalid(&LIMIT_RANGE, &at, "ratio is less than 1");
        }
        let bound = |field: &str| {
            let (_, list) = amounts.iter().find(|(other, _)| *other == field)?;
            let (_, bound) = list.iter().find(|(other, _)| *other == name)?;
            Some((bound, quantity::of(bound.node)?))
        };
        let (Some((low, least)), Some((high, most))) = (bound("min"), bound("max")) else {
            continue;
        };
        if quantity::is_positive(&least) && ratio * least > most {
            let why =
                format!("greater than max/min, which are {} and {}", high.quoted(), low.quoted());
            out.invalid(&LIMIT_RANGE, &at, why).on(low).on(high);
        }
    }
}

pub(super) fn resource_quota(root: &At<'_>, out: &mut Faults) {
    let Some(spec) = root.get("spec") else { return };
    let hard = spec.get("hard").map(|at| at.entries()).unwrap_or_default();
    for (name, at) in &hard {
        containers::amount_of(at, out);
        limited_name(&QUOTA, name, &[], at, out);
        if COUNTED.contains(name)
            && quantity::of(at.node).is_some_and(|amount| !amount.is_integer())
        {
            out.invalid(&QUOTA, at, "must be an integer");
        }
    }
    let names: Vec<&str> = hard.iter().map(|(name, _)| *name).collect();
    let scopes = spec.list("scopes");
    let selected =
        spec.get("scopeSelector").map(|at| at.list("matchExpressions")).unwrap_or_default();
    for requirement in &selected {
        let values = requirement.field("values");
        match requirement.text("operator") {
            "In" | "NotIn" if values.items().is_empty() => {
                let why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
                out.required(&QUOTA, &values.clone().keyed(), why);
            }
            "Exists" | "DoesNotExist" if !values.items().is_empty() => {
                let why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
                out.invalid(&QUOTA, &values.clone().keyed(), why);
            }
            _ => {}
        }
        let operator = requirement.field("operator");
        let plain = [
            "BestEffort",
            "NotBestEffort",
            "Terminating",
            "NotTerminating",
            "CrossNamespacePodAffinity",
        ];
        if plain.contains(&requirement.text("scopeName"))
            && operator.str().is_some_and(|text| text != "Exists")
        {
            let why = format!("must be 'Exists' when scope is {}", requirement.text("scopeName"));
            out.invalid(&QUOTA, &operator, why);
        }
    }
    let scopes: Vec<At<'_>> =
        scopes.into_iter().chain(selected.iter().map(|at| at.field("scopeName"))).collect();
    for scope in &scopes {
        let text = scope.str().unwrap_or_default();
        let fits = |name: &&&str| match text {
            "BestEffort" => **name == "pods",
            "VolumeAttributesClass" => {
                ["persistentvolumeclaims", "requests.storage"].contains(name)
            }
            "Terminating"
            | "NotTerminating"
            | "NotBestEffort"
            | "PriorityClass"
            | "CrossNamespacePodAffinity" => [
                "pods",
                "cpu",
                "memory",
                "limits.cpu",
                "limits.memory",
                "requests.cpu",
                "requests.memory",
            ]
            .contains(name),
            _ => true,
        };
        let standard = |name: &&&str| COUNTED.contains(name) || MEASURED.contains(name);
        if let Some(name) = names.iter().filter(standard).find(|name| !fits(name)) {
            let why = format!("unsupported scope applied to resource {name}");
            out.invalid(&QUOTA, scope, why);
        }
        let opposite = match text {
            "NotBestEffort" => "BestEffort",
            "NotTerminating" => "Terminating",
            _ => continue,
        };
        if scopes.iter().any(|other| other.str() == Some(opposite)) {
            out.invalid(&QUOTA, scope, format!("conflicting scopes: {opposite} and {text}"));
        }
    }
}
