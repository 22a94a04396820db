//! Merge conflicts that were left in a page.

use super::codes::MERGE_CONFLICT;
use crate::diag::Diagnostic;
use crate::text::{Span, TextMap, conflicts};

/// The conflicts of a page. One that lies within code as a whole is what the page shows; `seen` is what was read as code or
/// HTML, in order.
pub(super) fn find(text: &str, map: &TextMap, seen: &[Span]) -> Vec<Diagnostic> {
    let is_shown = |place: Span| {
        let before = seen.partition_point(|span| span.start <= place.start);
        before > 0 && seen[before - 1].contains(place)
    };
    let found = conflicts(text).into_iter();
    let meant = found.filter(|[opens, _, closes]| !is_shown(opens.to(*closes)));
    meant
        .map(|[opens, parts, closes]| {
            let message = "a merge conflict is not resolved: both sides would be published";
            Diagnostic::new(&MERGE_CONFLICT, map.locate(opens), message)
                .related(map.locate(parts), "the other side begins here")
                .related(map.locate(closes), "the conflict ends here")
                .help("keep one side, or what is right of both, and delete the three marks")
        })
        .collect()
}
