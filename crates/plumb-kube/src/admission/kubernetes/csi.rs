//! What CSI drivers and their controllers write: CSIDriver, CSINode, CSIStorageCapacity, VolumeAttachment.

use super::declare::declare;
use super::{fields, meta, storage};
use crate::at::At;
use crate::fault::Faults;
use crate::names;

declare! {
CSI_DRIVER = "csi-driver", "validateCSIDriverSpec, validateTokenRequests, validateServiceAccountTokenInSecrets", "a CSIDriver that asks for a token twice, or for none",
"A driver asks for one token of each audience. `serviceAccountTokenInSecrets` says where tokens go, so it needs `tokenRequests`, and a driver is not asked for its capacity \
more often than every 10 seconds (`nodeAllocatableUpdatePeriodSeconds`).",
"CSIDriver.spec", "tokenRequests: [{audience: vault}, {audience: vault, expirationSeconds: 3600}]", "tokenRequests: [{audience: vault, expirationSeconds: 3600}, {audience: example.com}]";

CSI_NODE = "csi-node", "validateCSINodeDriver, validateCSINodeDriverNodeID", "a driver of a CSINode twice, or without the node's name",
"A CSINode has an entry for each driver on the node: what the driver calls the node (`nodeID`), and the labels that say where it is (`topologyKeys`, each once).",
"CSINode.spec", "drivers: [{name: disk.example.com, nodeID: \"\"}]", "drivers: [{name: disk.example.com, nodeID: node-1}]";

CSI_CAPACITY = "csi-capacity", "ValidateCSIStorageCapacity", "a capacity below zero, or of no class",
"A CSIStorageCapacity says how much storage of one StorageClass can be had on the nodes that `nodeTopology` selects.",
"CSIStorageCapacity", "storageClassName: Fast Disk\ncapacity: 10Gi", "storageClassName: fast-disk\ncapacity: 10Gi";

VOLUME_ATTACHMENT = "volume-attachment", "validateVolumeAttachmentSpec, validateVolumeAttachmentSource", "an attachment of no volume, or of two",
"A VolumeAttachment names a PersistentVolume, or has the spec of a CSI volume inline, one of them.",
"VolumeAttachment.spec", "attacher: disk.example.com\nnodeName: node-1\nsource: {}", "attacher: disk.example.com\nnodeName: node-1\nsource: {persistentVolumeName: data}";
}

/// The bytes that a driver's name for a node may have: `csiNodeIDMaxLength`.
const LONGEST_NODE: usize = 256;

pub(super) fn driver(spec: &At<'_>, out: &mut Faults) {
    let requests = spec.list("tokenRequests");
    out.unique(&CSI_DRIVER, &requests, "audience");
    if let Some(at) = spec.get("serviceAccountTokenInSecrets").filter(|_| requests.is_empty()) {
        let why = "serviceAccountTokenInSecrets is set but no tokenRequests are specified";
        out.invalid(&CSI_DRIVER, &at, why).on_all(&spec.field("tokenRequests"));
    }
    if let Some(period) = spec
        .get("nodeAllocatableUpdatePeriodSeconds")
        .filter(|at| at.int().is_some_and(|seconds| seconds < 10))
    {
        out.invalid(&CSI_DRIVER, &period, "must be greater than or equal to 10 seconds");
    }
}

pub(super) fn node(spec: &At<'_>, out: &mut Faults) {
    let drivers = spec.list("drivers");
    out.unique(&CSI_NODE, &drivers, "name");
    for driver in &drivers {
        let name = driver.field("name");
        if let Some(why) = name.str().filter(|text| !text.is_empty()).and_then(fields::driver) {
            out.invalid(&CSI_NODE, &name, why);
        }
        for field in ["name", "nodeID"] {
            let at = driver.field(field);
            if at.str() == Some("") {
                out.required(&CSI_NODE, &at, "");
            }
        }
        let id = driver.field("nodeID");
        if id.str().is_some_and(|text| text.len() > LONGEST_NODE) {
            out.invalid(&CSI_NODE, &id, format!("must be {LONGEST_NODE} characters or less"));
        }
        if let Some(count) = driver
            .at(&["allocatable", "count"])
            .filter(|at| at.int().is_some_and(|count| count < 0))
        {
            out.invalid(&CSI_NODE, &count, "must be greater than or equal to 0");
        }
        let keys = driver.list("topologyKeys");
        for key in &keys {
            if let Some(why) = key.str().and_then(names::qualified) {
                out.invalid(&CSI_NODE, key, why);
            }
        }
        out.distinct(&CSI_NODE, &keys);
    }
}

pub(super) fn capacity(root: &At<'_>, out: &mut Faults) {
    if let Some(selector) = root.get("nodeTopology") {
        meta::selector(&selector, out);
    }
    let class = root.field("storageClassName");
    if let Some(why) = class.str().and_then(names::subdomain) {
        out.invalid(&CSI_CAPACITY, &class, why)
            .near(class.str().and_then(|text| names::mended(text, names::subdomain)));
    }
}

pub(super) fn attachment(spec: &At<'_>, out: &mut Faults) {
    let (attacher, node) = (spec.field("attacher"), spec.field("nodeName"));
    match attacher.str() {
        Some("") => {
            out.required(&VOLUME_ATTACHMENT, &attacher, "");
        }
        Some(text) => {
            if let Some(why) = fields::driver(text) {
                out.invalid(&VOLUME_ATTACHMENT, &attacher, why);
            }
        }
        None => {}
    }
    if let Some(why) = node.str().and_then(names::subdomain) {
        out.invalid(&VOLUME_ATTACHMENT, &node, why);
    }
    let Some(source) = spec.get("source") else { return };
    let why = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
    match (source.get("inlineVolumeSpec"), source.get("persistentVolumeName")) {
        (None, None) => {
            out.incomplete(&VOLUME_ATTACHMENT, &source, why);
        }
        (Some(inline), Some(name)) => {
            let inline = inline.keyed();
            out.forbidden(&VOLUME_ATTACHMENT, &inline, why).on_only(&[&inline, &name]);
        }
        (None, Some(name)) => match name.str() {
            Some("") => {
                let why = "must specify non empty persistentVolumeName";
                out.required(&VOLUME_ATTACHMENT, &name, why);
            }
            Some(text) => {
                if let Some(why) = names::subdomain(text) {
                    out.invalid(&VOLUME_ATTACHMENT, &name, why);
                }
            }
            None => {}
        },
        (Some(inline), None) => self::inline(&inline, out),
    }
}

/// `ValidatePersistentVolumeSpec` of a volume that no PersistentVolume is there for.
fn inline(spec: &At<'_>, out: &mut Faults) {
    let why = "may not be specified in the context of inline volumes";
    for field in ["claimRef", "capacity", "nodeAffinity", "storageClassName"] {
        // Without capacities there is no capacity, and no class without a name.
        let is_empty =
            |at: &At<'_>| field == "capacity" && at.entries().is_empty() || at.str() == Some("");
        if let Some(at) = spec.get(field).filter(|at| !is_empty(at)) {
            let at = at.keyed();
            out.forbidden(&VOLUME_ATTACHMENT, &at, why).on_only(&[&at]);
        }
    }
    let policy = spec.field("persistentVolumeReclaimPolicy");
    if policy.str().is_some_and(|text| !["", "Retain"].contains(&text)) {
        let why = "may only be Retain in the context of inline volumes";
        out.forbidden(&VOLUME_ATTACHMENT, &policy, why).on_only(&[&policy]);
    }
    if spec.get("csi").is_none() {
        let why = "has to be specified in the context of inline volumes";
        out.required(&VOLUME_ATTACHMENT, &spec.field("csi").keyed(), why);
    }
    storage::modes(spec, &VOLUME_ATTACHMENT, out);
    fields::volume(spec, out);
}
