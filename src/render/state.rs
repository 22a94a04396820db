//! What both renderers say of a manifest.

use crate::content::{Manifest, ManifestState};

/// What was found out about a manifest, in a few words; that nothing was is not for readers.
pub(super) fn state_text(manifest: &Manifest) -> Option<String> {
    let mut against: Vec<&str> = Vec::new();
    for document in &manifest.documents {
        if let Some(validated) = document.validated.as_deref()
            && !against.contains(&validated)
        {
            against.push(validated);
        }
    }
    let against = against.join(", ");
    match manifest.state {
        ManifestState::Valid => Some(format!("valid for {against}")),
        ManifestState::Fails => Some("deliberately wrong".to_owned()),
        ManifestState::Fragment if against.is_empty() => Some("a fragment".to_owned()),
        ManifestState::Fragment => Some(format!("a fragment, valid for {against}")),
        ManifestState::Unknown => None,
    }
}
