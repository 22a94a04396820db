//! What a manifest says that it is, and what follows from it for a request.

use crate::bundle::Scope;
use crate::{Node, Schemas, Versions};

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

    /// Whether Kubernetes keeps such objects outside of namespaces. Kinds that no schema knows are taken to be in one.
    pub(super) fn is_cluster_wide(&self, schemas: &Schemas, versions: &Versions) -> bool {
        let scope = schemas.scope(self.group, self.version, self.kind, versions);
        scope == Some(Scope::Cluster)
    }
}
