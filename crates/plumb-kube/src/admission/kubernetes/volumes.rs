//! Volumes of a pod, and the mounts that refer to them.

use super::declare::declare;
use super::{containers, meta, storage};
use crate::at::At;
use crate::fault::Faults;
use crate::names;

declare! {
VOLUME_NAME = "volume-name", "ValidateVolumes", "a volume without a name that can be one",
"A volume's name is a DNS-1123 label.",
"Pod.spec", "containers: [{name: web, image: nginx}]\nvolumes: [{name: My_Data, emptyDir: {}}]",
"containers: [{name: web, image: nginx}]\nvolumes: [{name: my-data, emptyDir: {}}]";

DUPLICATE_VOLUME = "duplicate-volume", "ValidateVolumes", "two volumes of a pod with one name",
"A mount names its volume, so names must be unique.",
"Pod.spec", "containers: [{name: web, image: nginx}]\nvolumes: [{name: data, emptyDir: {}}, {name: data, emptyDir: {}}]",
"containers: [{name: web, image: nginx}]\nvolumes: [{name: data, emptyDir: {}}, {name: cache, emptyDir: {}}]";

VOLUME_SOURCE = "volume-source", "validateVolumeSource", "a volume of several kinds at once, or without what its kind needs",
"A volume comes from one source, such as `emptyDir`, `configMap`, `secret` or `persistentVolumeClaim`. A file of the downward API comes from \
one `fieldRef` (what is known before the pod runs: its name, namespace, uid, labels and annotations) or `resourceFieldRef` (of a named container). \
The parts of a `projected` volume have distinct paths.",
"Pod.spec",
"containers: [{name: web, image: nginx}]\nvolumes: [{name: data, emptyDir: {}, configMap: {name: config}}]",
"containers: [{name: web, image: nginx}]\nvolumes: [{name: data, configMap: {name: config}}]";

VOLUME_PATH = "volume-path", "validateLocalDescendingPath", "a path that leads out of its volume",
"Paths within a volume (`subPath`, the `path` of an item) are relative and have no `..`; a `hostPath` has no `..` either.",
"Pod.spec",
"containers: [{name: web, image: nginx, volumeMounts: [{name: data, mountPath: /data, subPath: ../etc}]}]\nvolumes: [{name: data, emptyDir: {}}]",
"containers: [{name: web, image: nginx, volumeMounts: [{name: data, mountPath: /data, subPath: etc}]}]\nvolumes: [{name: data, emptyDir: {}}]";

VOLUME_UNKNOWN = "volume-unknown", "ValidateVolumeMounts", "a mount of a volume that the pod does not have",
"A mount's `name` is that of an entry of the pod's `volumes`, or of a StatefulSet's `volumeClaimTemplates`.",
"Pod.spec", "containers: [{name: web, image: nginx, volumeMounts: [{name: dta, mountPath: /data}]}]\nvolumes: [{name: data, emptyDir: {}}]",
"containers: [{name: web, image: nginx, volumeMounts: [{name: data, mountPath: /data}]}]\nvolumes: [{name: data, emptyDir: {}}]";

MOUNT_PATH = "mount-path", "ValidateVolumeMounts", "two mounts at one place, or none",
"Each mount of a container has a `mountPath` of its own.",
"Pod.spec",
"containers: [{name: web, image: nginx, volumeMounts: [{name: a, mountPath: /data}, {name: b, mountPath: /data}]}]\nvolumes: [{name: a, emptyDir: {}}, {name: b, emptyDir: {}}]",
"containers: [{name: web, image: nginx, volumeMounts: [{name: a, mountPath: /a}, {name: b, mountPath: /b}]}]\nvolumes: [{name: a, emptyDir: {}}, {name: b, emptyDir: {}}]";

MOUNT_MODE = "mount-mode", "ValidateVolumeMounts", "a way of mounting that is not allowed here",
"`mountPropagation: Bidirectional` changes the mounts of the host, so the container is `privileged`. `recursiveReadOnly` is for a mount that is \
`readOnly` and propagates nothing.",
"Pod.spec",
"containers: [{name: web, image: nginx, volumeMounts: [{name: a, mountPath: /a, mountPropagation: Bidirectional}]}]\nvolumes: [{name: a, hostPath: {path: /a}}]",
"containers: [{name: web, image: nginx, securityContext: {privileged: true}, volumeMounts: [{name: a, mountPath: /a, mountPropagation: Bidirectional}]}]\nvolumes: [{name: a, hostPath: {path: /a}}]";

BLOCK_DEVICE = "block-device", "ValidateVolumeDevices", "a device that is none, or is mounted as well",
"`volumeDevices` give a container the block device of a `persistentVolumeClaim` or `ephemeral` volume, which it does not mount as a file system too; \
each at a path of its own.",
"Pod.spec",
"containers: [{name: web, image: nginx, volumeDevices: [{name: a, devicePath: /dev/a}]}]\nvolumes: [{name: a, emptyDir: {}}]",
"containers: [{name: web, image: nginx, volumeDevices: [{name: a, devicePath: /dev/a}]}]\nvolumes: [{name: a, persistentVolumeClaim: {claimName: a}}]";
}

/// The volumes, and every container's mounts. `claims` are the names of a StatefulSet's claim templates.
pub(super) fn volumes(spec: &At<'_>, claims: &[&str], out: &mut Faults) {
    let volumes = spec.list("volumes");
    out.unique(&DUPLICATE_VOLUME, &volumes, "name");
    for volume in &volumes {
        check(volume, out);
    }
    let mut known: Vec<&str> = volumes.iter().map(|volume| volume.text("name")).collect();
    known.extend(claims);
    for list in ["containers", "initContainers"] {
        for container in spec.list(list) {
            mounts(spec, &container, &known, out);
            devices(&container, &volumes, out);
        }
    }
}

fn check(volume: &At<'_>, out: &mut Faults) {
    let name = volume.field("name");
    if let Some(text) = name.str()
        && let Some(why) = names::label(text)
    {
        let better = names::mended(text, names::label);
        let finding = out.invalid(&VOLUME_NAME, &name, why);
        finding.near(better);
    }
    let sources: Vec<&str> = volume.names().into_iter().filter(|name| *name != "name").collect();
    for extra in sources.iter().skip(1) {
        let (first, at) = (volume.field(sources[0]).keyed(), volume.field(extra).keyed());
        out.forbidden(&VOLUME_SOURCE, &at, "may not specify more than 1 volume type")
            .on_only(&[&first, &at]);
    }
    if let Some(path) = volume.get("hostPath").and_then(|at| at.get("path")) {
        match path.str() {
            Some("") => {
                out.required(&VOLUME_PATH, &path, "");
            }
            Some(text) if text.split('/').any(|step| step == "..") => {
                out.invalid(&VOLUME_PATH, &path, "must not contain '..'");
            }
            _ => {}
        }
    }
    if let Some(image) = volume.get("image") {
        let reference = image.field("reference");
        if reference.node.is_null() || reference.str() == Some("") {
            out.required(&VOLUME_SOURCE, &reference, "");
        }
    }
    if let Some(limit) = volume.get("emptyDir").and_then(|at| at.get("sizeLimit")) {
        containers::amount_of(&limit, out);
    }
    let projected = volume.get("projected").map(|at| at.list("sources")).unwrap_or_default();
    let parts = projected.iter().flat_map(|source| {
        source.names().into_iter().map(|name| source.field(name)).collect::<Vec<_>>()
    });
    let direct =
        ["configMap", "secret", "downwardAPI"].into_iter().filter_map(|name| volume.get(name));
    for source in direct.chain(parts) {
        for item in source.list("items") {
            if let Some(path) = item.get("path")
                && let Some(why) = path.str().and_then(names::descending)
            {
                out.invalid(&VOLUME_PATH, &path, why);
            }
        }
    }
    if let Some(claim) = volume.at(&["ephemeral", "volumeClaimTemplate"]) {
        if let Some(spec) = claim.get("spec") {
            storage::claim(&spec, out);
        }
        if let Some(metadata) = claim.get("metadata") {
            meta::of_template(&metadata, &VOLUME_SOURCE, out);
        }
    }
    let direct = volume.get("downwardAPI");
    for files in
        direct.into_iter().chain(projected.iter().filter_map(|part| part.get("downwardAPI")))
    {
        files.list("items").iter().for_each(|file| downward(file, out));
    }
    projections(&projected, out);
    for source in &projected {
        let names = source.names();
        for extra in names.iter().skip(1) {
            let (first, at) = (source.field(names[0]).keyed(), source.field(extra).keyed());
            out.forbidden(
                &VOLUME_SOURCE,
                &at,
                "may not specify more than 1 volume type per source",
            )
            .on_only(&[&first, &at]);
        }
    }
}

/// What a file of the downward API says.
fn downward(file: &At<'_>, out: &mut Faults) {
    let why = match (file.get("fieldRef"), file.get("resourceFieldRef")) {
        (None, None) => "one of fieldRef and resourceFieldRef is required",
        (Some(_), Some(_)) => "fieldRef and resourceFieldRef can not be specified simultaneously",
        (Some(field), None) => {
            let path = field.field("fieldPath");
            let fields = ["annotations", "labels", "name", "namespace", "uid"]
                .map(|name| format!("metadata.{name}"));
            let text = path.str().unwrap_or_default();
            let keyed = ["metadata.labels['", "metadata.annotations['"];
            let by_key = keyed.iter().any(|start| text.starts_with(start)) && text.ends_with("']");
            if path.str().is_some() && !by_key && !fields.iter().any(|field| field == text) {
                let fault = out.not_supported(&VOLUME_SOURCE, &path, &[]);
                fault.detail = format!("supported values: {}", fields.join(", "));
                fault.help("in a variable (`env`), more fields are known");
            }
            return;
        }
        (None, Some(resource)) => {
            if resource.text("containerName").is_empty() {
                out.required(&VOLUME_SOURCE, &resource.field("containerName"), "");
            }
            return;
        }
    };
    out.required(&VOLUME_SOURCE, file, why);
}

/// The parts of a projected volume: each path once, and a bundle of certificates that is named.
fn projections(parts: &[At<'_>], out: &mut Faults) {
    let mut paths: Vec<At<'_>> = Vec::new();
    for part in parts {
        let items =
            ["configMap", "secret", "downwardAPI"].into_iter().filter_map(|name| part.get(name));
        let items = items.flat_map(|source| source.list("items"));
        let direct = ["serviceAccountToken", "clusterTrustBundle"];
        let direct = direct.into_iter().filter_map(|name| part.get(name));
        for path in items.chain(direct).filter_map(|item| item.get("path")) {
            let first = paths.iter().find(|other| other.node.value == path.node.value).cloned();
            match first {
                Some(first) => {
                    out.duplicate(&VOLUME_SOURCE, &path, &first);
                }
                None => paths.push(path),
            }
        }
        if let Some(bundle) = part.get("clusterTrustBundle") {
            let why = match bundle.set(&["name", "signerName"]).len() {
                0 => "either name or signerName must be specified",
                1 => continue,
                _ => "only one of name and signerName may be used",
            };
            out.required(&VOLUME_SOURCE, &bundle.keyed(), why);
        }
    }
}

fn devices(container: &At<'_>, volumes: &[At<'_>], out: &mut Faults) {
    let (devices, mounts) = (container.list("volumeDevices"), container.list("volumeMounts"));
    out.unique(&BLOCK_DEVICE, &devices, "name");
    out.unique(&BLOCK_DEVICE, &devices, "devicePath");
    for device in &devices {
        let (name, path) = (device.field("name"), device.field("devicePath"));
        let volume =
            volumes.iter().find(|volume| volume.text("name") == name.str().unwrap_or_default());
        if volume.is_some_and(|at| at.set(&["persistentVolumeClaim", "ephemeral"]).is_empty()) {
            let why = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
            out.invalid(&BLOCK_DEVICE, &name, why);
        }
        for mount in &mounts {
            if !name.node.is_null() && mount.text("name") == name.str().unwrap_or_default() {
                out.invalid(&BLOCK_DEVICE, &name, "must not already exist in volumeMounts");
            }
            if !path.node.is_null() && mount.text("mountPath") == path.str().unwrap_or_default() {
                out.invalid(
                    &BLOCK_DEVICE,
                    &path,
                    "must not already exist as a path in volumeMounts",
                );
            }
        }
    }
}

fn mounts(pod: &At<'_>, container: &At<'_>, known: &[&str], out: &mut Faults) {
    let mounts = container.list("volumeMounts");
    for mount in mounts.iter().chain(&container.list("volumeDevices")) {
        let name = mount.field("name");
        if let Some(text) = name.str()
            && !known.contains(&text)
        {
            let near = plumb_text::diag::nearest(text, known.iter().copied()).map(str::to_owned);
            let finding = out.not_found(&VOLUME_UNKNOWN, &name, pod);
            finding.on_all(&pod.field("volumes"));
            let owner = pod.parent().and_then(At::parent);
            if let Some(claims) = owner.and_then(|spec| spec.get("volumeClaimTemplates")) {
                finding.on_all(&claims);
            }
            if let Some(near) = near {
                finding.near(Some(&near)).replace_with(near);
            } else if known.is_empty() {
                finding.help.push("the pod has no volumes".to_owned());
            }
        }
    }
    for mount in &mounts {
        let path = mount.field("mountPath");
        if path.str() == Some("") {
            out.required(&MOUNT_PATH, &path, "");
        }
        if let Some(mode) =
            mount.get("mountPropagation").filter(|at| at.str() == Some("Bidirectional"))
            && !container.get("securityContext").is_some_and(|at| at.is_true("privileged"))
        {
            let why = "Bidirectional mount propagation is available only to privileged containers";
            let privileged = container.field("securityContext").field("privileged");
            out.forbidden(&MOUNT_MODE, &mode, why).on_only(&[&mode, &privileged]);
        }
        if let Some(mode) =
            mount.get("recursiveReadOnly").filter(|at| !matches!(at.str(), Some("" | "Disabled")))
        {
            if !mount.is_true("readOnly") {
                out.forbidden(&MOUNT_MODE, &mode, "may only be specified when readOnly is true")
                    .on_only(&[&mode, &mount.field("readOnly")]);
            } else if !matches!(mount.text("mountPropagation"), "" | "None") {
                let why = "may only be specified when mountPropagation is None or not specified";
                let propagation = mount.field("mountPropagation");
                out.forbidden(&MOUNT_MODE, &mode, why).on_only(&[&mode, &propagation]);
            }
        }
        if let Some(sub) = mount.get("subPath")
            && let Some(why) = sub.str().and_then(names::descending)
        {
            out.invalid(&VOLUME_PATH, &sub, why);
        }
        if let (Some(_), Some(sub)) = (mount.filled("subPath"), mount.filled("subPathExpr")) {
            out.invalid(&VOLUME_PATH, &sub, "subPathExpr and subPath are mutually exclusive");
        }
    }
    out.unique(&MOUNT_PATH, &mounts, "mountPath");
}
