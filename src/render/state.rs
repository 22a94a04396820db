//! What both renderers say of a manifest.

use crate::content::{Manifest, ManifestState};

/// What was found out about a manifest, in a few words.
pub(super) fn state_text(manifest: &Manifest) -> String {
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
        ManifestState::Valid if against.is_empty() => "checked".to_owned(),
        ManifestState::Valid => format!("checked against {against}"),
        ManifestState::Fails => "deliberately wrong".to_owned(),
        ManifestState::Fragment if against.is_empty() => "a fragment".to_owned(),
        ManifestState::Fragment => format!("a fragment, checked against {against}"),
        ManifestState::Ignored => "not checked".to_owned(),
        ManifestState::Unchecked => "no schema known, not checked".to_owned(),
    }
}
