//! Volumes of a pod, and the mounts that refer to them.

use super::at::{At, Out};
use super::{containers, declare};
use crate::manifest::names;

declare! {
VOLUME_NAME = "volume-name", "a volume without a name that can be one",
"A volume's name is a DNS-1123 label.",
"Pod.spec", "containers: [{name: web, image: nginx}]\nvolumes: [{name: My_Data, emptyDir: {}}]",
"containers: [{name: web, image: nginx}]\nvolumes: [{name: my-data, emptyDir: {}}]";

DUPLICATE_VOLUME = "duplicate-volume", "two volumes of a pod with one name",
"A mount names its volume, so each name stands once.",
"Pod.spec", "containers: [{name: web, image: nginx}]\nvolumes: [{name: data, emptyDir: {}}, {name: data, emptyDir: {}}]",
"containers: [{name: web, image: nginx}]\nvolumes: [{name: data, emptyDir: {}}, {name: cache, emptyDir: {}}]";

VOLUME_SOURCE = "volume-source", "a volume of several kinds at once",
"A volume comes from one source, such as `emptyDir`, `configMap`, `secret` or `persistentVolumeClaim`.",
"Pod.spec",
"containers: [{name: web, image: nginx}]\nvolumes: [{name: data, emptyDir: {}, configMap: {name: config}}]",
"containers: [{name: web, image: nginx}]\nvolumes: [{name: data, configMap: {name: config}}]";

VOLUME_PATH = "volume-path", "a path that leads out of its volume",
"Paths within a volume (`subPath`, the `path` of an item) are relative and have no `..`; a `hostPath` has no `..` either.",
"Pod.spec",
"containers: [{name: web, image: nginx, volumeMounts: [{name: data, mountPath: /data, subPath: ../etc}]}]\nvolumes: [{name: data, emptyDir: {}}]",
"containers: [{name: web, image: nginx, volumeMounts: [{name: data, mountPath: /data, subPath: etc}]}]\nvolumes: [{name: data, emptyDir: {}}]";

VOLUME_UNKNOWN = "volume-unknown", "a mount of a volume that the pod does not have",
"A mount's `name` is that of an entry of the pod's `volumes`, or of a StatefulSet's `volumeClaimTemplates`.",
"Pod.spec", "containers: [{name: web, image: nginx, volumeMounts: [{name: dta, mountPath: /data}]}]\nvolumes: [{name: data, emptyDir: {}}]",
"containers: [{name: web, image: nginx, volumeMounts: [{name: data, mountPath: /data}]}]\nvolumes: [{name: data, emptyDir: {}}]";

MOUNT_PATH = "mount-path", "two mounts at one place, or none",
"Each mount of a container has a `mountPath` of its own.",
"Pod.spec",
"containers: [{name: web, image: nginx, volumeMounts: [{name: a, mountPath: /data}, {name: b, mountPath: /data}]}]\nvolumes: [{name: a, emptyDir: {}}, {name: b, emptyDir: {}}]",
"containers: [{name: web, image: nginx, volumeMounts: [{name: a, mountPath: /a}, {name: b, mountPath: /b}]}]\nvolumes: [{name: a, emptyDir: {}}, {name: b, emptyDir: {}}]";
}

/// The volumes, and every container's mounts. `claims` are the names of a StatefulSet's claim templates.
pub(super) fn volumes(spec: &At<'_>, claims: &[&str], out: &mut Out<'_>) {
    let volumes = spec.list("volumes");
    out.unique(&DUPLICATE_VOLUME, &volumes, "name");
    for volume in &volumes {
        check(volume, out);
    }
    let mut known: Vec<&str> = volumes.iter().map(|volume| volume.text("name")).collect();
    known.extend(claims);
    for list in ["containers", "initContainers"] {
        for container in spec.list(list) {
            mounts(&container, &known, out);
        }
    }
}

fn check(volume: &At<'_>, out: &mut Out<'_>) {
    let name = volume.field("name");
    if let Some(text) = name.str()
        && let Some(why) = names::label(text)
    {
        let better = names::mended(text, names::label);
        let finding = out.invalid(&VOLUME_NAME, &name, why);
        if let Some(better) = better {
            finding.help.push(format!("did you mean `{better}`?"));
        }
    }
    let sources: Vec<&str> = volume.names().into_iter().filter(|name| *name != "name").collect();
    for extra in sources.iter().skip(1) {
        out.forbidden(
            &VOLUME_SOURCE,
            &volume.field(extra).keyed(),
            "may not specify more than 1 volume type",
        );
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
    for source in &projected {
        for extra in source.names().iter().skip(1) {
            out.forbidden(
                &VOLUME_SOURCE,
                &source.field(extra).keyed(),
                "may not specify more than 1 volume type per source",
            );
        }
    }
}

fn mounts(container: &At<'_>, known: &[&str], out: &mut Out<'_>) {
    let mounts = container.list("volumeMounts");
    for mount in mounts.iter().chain(&container.list("volumeDevices")) {
        let name = mount.field("name");
        if let Some(text) = name.str()
            && !known.contains(&text)
        {
            let near = crate::diag::nearest(text, known.iter().copied()).map(str::to_owned);
            let finding = out.report(&VOLUME_UNKNOWN, &name, &format!("Not found: {text:?}"));
            if let Some(near) = near {
                *finding = finding
                    .clone()
                    .help(format!("did you mean `{near}`?"))
                    .replace_with(format!("write `{near}`"), near);
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
        if let Some(sub) = mount.get("subPath")
            && let Some(why) = sub.str().and_then(names::descending)
        {
            out.invalid(&VOLUME_PATH, &sub, why);
        }
        if let (Some(_), Some(sub)) = (mount.get("subPath"), mount.get("subPathExpr")) {
            out.invalid(&VOLUME_PATH, &sub, "subPathExpr and subPath are mutually exclusive");
        }
    }
    out.unique(&MOUNT_PATH, &mounts, "mountPath");
}
