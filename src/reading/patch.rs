//! Patches: what tells a patcher what to do is no part of the object.

use crate::diag::nearest;
use crate::manifest::{Document, Node, Value};
use crate::text::Span;

/// Takes the directives of strategic merge patches (`$patch: delete`, `$setElementOrder/…`) out of a tree; whether there were
/// any.
pub(super) fn take_out_directives(node: &mut Node) -> bool {
    match &mut node.value {
        Value::Map(map) => {
            let before = map.len();
            map.entries_mut().retain(|entry| !is_directive(&entry.key.value));
            let mut found = map.len() < before;
            for entry in map.entries_mut() {
                found |= take_out_directives(&mut entry.value);
            }
            found
        }
        Value::Seq(items) => {
            let mut found = false;
            for item in items {
                found |= take_out_directives(item);
            }
            found
        }
        _ => false,
    }
}

/// The first directive of a strategic merge patch in the text of a document, which its tree has no more.
pub(crate) fn directive_in(document: &Document) -> Option<Span> {
    let within = document.text().get(document.span.range())?;
    let mut at = document.span.start;
    within.split_inclusive('\n').find_map(|line| {
        let start = at + line.len() - line.trim_start_matches([' ', '-']).len();
        at += line.len();
        let key = line.trim_start_matches([' ', '-']).split_once(':')?.0;
        is_directive(key).then(|| Span::new(start, start + key.len()))
    })
}

/// The words of `k8s.io/apimachinery/pkg/util/strategicpatch`.
fn is_directive(key: &str) -> bool {
    matches!(key, "$patch" | "$retainKeys")
        || key.starts_with("$deleteFromPrimitiveList/")
        || key.starts_with("$setElementOrder/")
}

/// Whether an entry is nearly a directive, with what such a directive says: `$pach: delete`. A variable for a key is none.
pub(super) fn is_slip(key: &str, value: &Node) -> bool {
    let word = key.split('/').next().unwrap_or_default();
    let is_near = |directive: &str| word != directive && nearest(word, [directive]).is_some();
    let says_what = || matches!(value.as_str(), Some("delete" | "merge" | "replace"));
    let lists = || value.as_seq().is_some();
    is_near("$patch") && says_what()
        || lists()
            && ["$retainKeys", "$setElementOrder", "$deleteFromPrimitiveList"]
                .into_iter()
                .any(is_near)
}

/// Whether a document is a JSON patch (RFC 6902): a list of maps with the fields of operations, of which one has both `op` and
/// `path`.
pub(crate) fn is_json_patch(root: &Node) -> bool {
    const FIELDS: &[&str] = &["op", "path", "value", "from"];
    let items = root.items();
    let is_operation = |item: &Node| {
        item.as_map().is_some_and(|map| {
            // One may be misspelt; of two nobody knows what they are.
            let known = map.keys().filter(|key| FIELDS.contains(key)).count();
            known > 0 && known + 1 >= map.len() && (known > 1 || map.get("op").is_some())
        })
    };
    let is_whole = |item: &Node| {
        let text = |key: &str| item.get(key).and_then(Node::as_str);
        text("op").is_some()
            && text("path").is_some_and(|path| path.is_empty() || path.contains('/'))
    };
    !items.is_empty() && items.iter().all(is_operation) && items.iter().any(is_whole)
}
