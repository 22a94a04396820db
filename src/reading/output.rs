//! What a server or a program has written, so that a page shows it and nobody applies it.

use super::said;
use crate::manifest::gaps::{Certainty, Placeholder};
use crate::manifest::path::{FieldPath, Step};
use crate::manifest::{Document, Entry, Node};
use crate::text::Span;

/// Fields of the metadata that only a server writes.
const SERVERS: &[&str] = &[
    "creationTimestamp",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// The field that only a server or a controller writes, by its key, so that the manifest was printed and perhaps cut.
pub(crate) fn server_field(document: &Document) -> Option<Span> {
    let metadata = document.root.get("metadata").and_then(Node::as_map);
    let is_servers = |entry: &&Entry| {
        let Entry { key, value } = entry;
        SERVERS.contains(&key.value.as_str()) && value.is_written() && !value.is_null()
    };
    let written = metadata.into_iter().flatten().find(is_servers);
    let status = || {
        let entry = document.root.as_map()?.entry("status")?;
        entry.value.as_map().filter(|status| !status.is_empty()).map(|_| entry)
    };
    written.or_else(status).map(|entry| entry.key.span)
}

/// What a server or a controller writes it does not take from an author, so that masking it does no harm; nor does the empty
/// identity of an owner that a program prints before there is any.
pub(super) fn excuse_servers(document: &mut Document, is_output: bool) {
    let Some(metadata) = document.root.get("metadata") else { return };
    let place = || then(FieldPath::default(), "metadata");
    let mut masked: Vec<(FieldPath, Span, Certainty)> = Vec::new();
    // Whatever a page makes of them, nobody writes them.
    let written =
        |field: &&str| Some((then(place(), field), metadata.get(field)?.span, Certainty::Sure));
    masked.extend(SERVERS.iter().filter(|_| is_output).filter_map(written));
    let owners = metadata.get("ownerReferences").map(Node::items).unwrap_or_default();
    for (index, owner) in owners.iter().enumerate() {
        if let Some(uid) = owner.get("uid").filter(|uid| uid.as_str() == Some("")) {
            let owner = then(place(), "ownerReferences").then(Step::Index(index));
            masked.push((then(owner, "uid"), uid.span, Certainty::IfMalformed));
        }
    }
    for (path, span, certainty) in masked {
        document.gaps.replaced(Placeholder { path, span, certainty });
    }
}

fn then(path: FieldPath, field: &str) -> FieldPath {
    path.then(Step::Field(field.to_owned()))
}

/// Whether the comment right above a document says that it is made by a program, or shown in part.
pub(super) fn told(text: &str, comments: &[Span], above: Span) -> bool {
    let end = comments.partition_point(|comment| comment.start < above.end);
    let last = comments[..end].last().filter(|comment| comment.start >= above.start);
    let words = last.and_then(|comment| text.get(comment.range()));
    words.is_some_and(|words| said::announces_part(words.trim_start_matches('#')))
}
