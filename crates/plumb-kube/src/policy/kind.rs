//! What a manifest says that it is, and what follows from it for a request.

use crate::Node;

/// What a manifest says that it is.
#[derive(Clone, Copy)]
pub(super) struct Kind<'a> {
    pub(super) group: &'a str,
    pub(super) version: &'a str,
    pub(super) kind: &'a str,
}

impl<'a> Kind<'a> {
    pub(super) fn of(root: &'a Node) -> Option<Kind<'a>> {
        let version = root.get("apiVersion")?.as_str()?;
        let kind = root.get("kind")?.as_str()?;
        let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
        Some(Kind { group, version, kind })
    }

    /// Whether no policy is asked about such objects, so that nobody is locked out.
    pub(super) fn is_exempt(&self) -> bool {
        self.group == "admissionregistration.k8s.io"
            && ["Configuration", "Policy", "PolicyBinding"]
                .iter()
                .any(|end| self.kind.ends_with(end))
    }

    /// Whether these are the `apiVersion` and the kind.
    pub(super) fn is(&self, api_version: &str, kind: &str) -> bool {
        self.kind == kind && crate::api_version(self.group, self.version) == api_version
    }

    /// The name of the resource, made as Kubernetes itself guesses it.
    pub(super) fn resource(&self) -> String {
        let name = self.kind.to_ascii_lowercase();
        let before_y = name.strip_suffix('y').and_then(|stem| stem.chars().last());
        if name == "endpoints" {
            name
        } else if let Some(stem) = name.strip_suffix('y')
            && !before_y.is_some_and(|letter| "aeiou".contains(letter))
        {
            format!("{stem}ies")
        } else if name.ends_with(['s', 'x']) || name.ends_with("ch") || name.ends_with("sh") {
            format!("{name}es")
        } else {
            format!("{name}s")
        }
    }

    /// Whether Kubernetes keeps such objects outside of namespaces. Kinds that are not known are taken to be in one.
    pub(super) fn is_cluster_wide(&self) -> bool {
        match self.group {
            "" => {
                matches!(self.kind, "Namespace" | "Node" | "PersistentVolume" | "ComponentStatus")
            }
            "rbac.authorization.k8s.io" => self.kind.starts_with("Cluster"),
            "admissionregistration.k8s.io"
            | "apiextensions.k8s.io"
            | "apiregistration.k8s.io"
            | "scheduling.k8s.io"
            | "node.k8s.io"
            | "flowcontrol.apiserver.k8s.io" => true,
            "storage.k8s.io" => self.kind != "CSIStorageCapacity",
            "networking.k8s.io" => {
                matches!(self.kind, "IngressClass" | "IPAddress" | "ServiceCIDR")
            }
            "certificates.k8s.io" => self.kind != "PodCertificateRequest",
            "resource.k8s.io" => matches!(self.kind, "DeviceClass" | "ResourceSlice"),
            "gateway.networking.k8s.io" => self.kind == "GatewayClass",
            "cilium.io" => self.kind.starts_with("CiliumClusterwide"),
            _ => false,
        }
    }
}
