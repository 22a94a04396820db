//! Whose control plane a revision of Istio is.

/// Whether the revisions of the AKS add-on have such a name: `asm-1-30`.
pub(super) fn is_of_aks(revision: &str) -> bool {
    let parts: Vec<&str> = revision.split('-').collect();
    let is_short = |part: &&str| part.len() < 4 && part.parse::<u32>().is_ok();
    matches!(parts[..], ["asm", major, minor] if is_short(&major) && is_short(&minor))
}

/// Whether Google runs the control plane of a revision, outside the cluster: `asm-managed`, `asm-managed-rapid`
/// ([managed Cloud Service Mesh](https://cloud.google.com/service-mesh/docs/managed/provision-managed-anthos-service-mesh)).
pub(super) fn is_of_google(revision: &str) -> bool {
    revision
        .strip_prefix("asm-managed")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::{is_of_aks, is_of_google};

    #[test]
    fn revisions_and_who_runs_them() {
        for (revision, aks, google) in [
            ("asm-1-30", true, false),
            ("asm-managed", false, true),
            ("asm-managed-rapid", false, true),
            ("asm-managedish", false, false),
            ("asm-1187-26", false, false),
            ("1-30-0", false, false),
            ("asm-1-30-2", false, false),
        ] {
            assert_eq!((is_of_aks(revision), is_of_google(revision)), (aks, google), "{revision}");
        }
    }
}
