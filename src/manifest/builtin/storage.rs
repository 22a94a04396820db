//! Storage, and the limits of a namespace: claims, volumes, classes, LimitRange, ResourceQuota.

use super::at::{At, Out};
use super::{containers, declare, meta, quantity};
use crate::manifest::names;

declare! {
CLAIM_STORAGE = "claim-storage", "a claim that asks for no storage",
"A claim says how it is used (`accessModes`) and how much it needs (`resources.requests.storage`, more than nothing). \
`ReadWriteOncePod` stands alone.",
"PersistentVolumeClaim.spec", "accessModes: [ReadWriteOnce]", "accessModes: [ReadWriteOnce]\nresources: {requests: {storage: 1Gi}}";

VOLUME_CAPACITY = "volume-capacity", "a volume without size, use or source",
"A PersistentVolume has a `capacity` (`storage`), `accessModes`, and exactly one source such as `csi`, `nfs` or `hostPath`.",
"PersistentVolume.spec", "accessModes: [ReadWriteOnce]\nhostPath: {path: /data}",
"capacity: {storage: 1Gi}\naccessModes: [ReadWriteOnce]\nhostPath: {path: /data}";

STORAGE_CLASS = "storage-class", "a class whose provisioner is no name",
"The provisioner of a StorageClass is a qualified name, such as `ebs.csi.aws.com` or `kubernetes.io/no-provisioner`.",
"StorageClass", "provisioner: \"my provisioner\"", "provisioner: example.com/provisioner";

LIMIT_RANGE = "limit-range", "limits of a namespace that contradict each other",
"For each resource, `min` is not above `defaultRequest`, that not above `default`, and that not above `max`. Defaults are for containers; an \
item for pods has none. A type stands once.",
"LimitRange.spec", "limits: [{type: Container, default: {cpu: 2}, max: {cpu: 1}}]",
"limits: [{type: Container, default: {cpu: 1}, max: {cpu: 2}}]";
}

/// The spec of a PersistentVolumeClaim, or of a claim template.
pub(super) fn claim(spec: &At<'_>, out: &mut Out<'_>) {
    modes(spec, &CLAIM_STORAGE, out);
    if let Some(selector) = spec.get("selector") {
        meta::selector(&selector, out);
    }
    match entry(spec.at(&["resources", "requests"]), "storage") {
        None => {
            let mut at = spec.field("resources").keyed();
            at.path.push_str(".requests[storage]");
            out.required(&CLAIM_STORAGE, &at, "");
        }
        Some(at) => positive(&CLAIM_STORAGE, &at, out),
    }
}

/// An entry of a map of amounts.
fn entry<'n>(map: Option<At<'n>>, name: &str) -> Option<At<'n>> {
    let entries = map.map(|at| at.entries()).unwrap_or_default();
    entries.into_iter().find(|(key, _)| *key == name).map(|(_, at)| at)
}

fn modes(spec: &At<'_>, code: &'static crate::diag::Code, out: &mut Out<'_>) {
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
        out.forbidden(code, at, "may not use ReadWriteOncePod with other access modes");
    }
}

fn positive(code: &'static crate::diag::Code, at: &At<'_>, out: &mut Out<'_>) {
    match quantity::of(at) {
        Some(amount) if !quantity::is_positive(&amount) => {
            out.invalid(code, at, "must be greater than zero");
        }
        Some(_) => {}
        None => containers::amount_of(at, out),
    }
}

pub(super) fn volume(root: &At<'_>, out: &mut Out<'_>) {
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
        out.forbidden(
            &VOLUME_CAPACITY,
            &spec.field(extra).keyed(),
            "may not specify more than 1 volume type",
        );
    }
}

pub(super) fn class(root: &At<'_>, out: &mut Out<'_>) {
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
}

pub(super) fn limit_range(root: &At<'_>, out: &mut Out<'_>) {
    let limits = root.get("spec").map(|spec| spec.list("limits")).unwrap_or_default();
    out.unique(&LIMIT_RANGE, &limits, "type");
    for limit in &limits {
        // In the order in which each must not be above the next.
        const ORDER: &[&str] = &["min", "defaultRequest", "default", "max"];
        let amounts: Vec<(&str, Vec<(&str, At<'_>)>)> = ORDER
            .iter()
            .map(|field| (*field, limit.get(field).map(|at| at.entries()).unwrap_or_default()))
            .collect();
        for (_, at) in amounts.iter().flat_map(|(_, list)| list) {
            containers::amount_of(at, out);
        }
        if limit.text("type") == "Pod" {
            for field in limit.set(&["default", "defaultRequest"]) {
                out.forbidden(
                    &LIMIT_RANGE,
                    &limit.field(field).keyed(),
                    "may not be specified when `type` is 'Pod'",
                );
            }
        }
        for (i, (low, lower)) in amounts.iter().enumerate() {
            for (name, at) in lower {
                let above = amounts[i + 1..].iter().find_map(|(high, upper)| {
                    let (_, most) = upper.iter().find(|(other, _)| other == name)?;
                    (quantity::of(at)? > quantity::of(most)?).then(|| (*high, most.quoted()))
                });
                if let Some((high, most)) = above {
                    out.invalid(
                        &LIMIT_RANGE,
                        at,
                        &format!("{low} value {} is greater than {high} value {most}", at.quoted()),
                    );
                }
            }
        }
    }
}

pub(super) fn resource_quota(root: &At<'_>, out: &mut Out<'_>) {
    for (_, at) in root.at(&["spec", "hard"]).map(|at| at.entries()).unwrap_or_default() {
        containers::amount_of(&at, out);
    }
}
