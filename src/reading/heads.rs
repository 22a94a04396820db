//! Two manifests in one document: `apiVersion` and `kind` again at the same depth, where somebody forgot `---`.

use crate::manifest::yaml::{Composed, YAML_DUPLICATE_KEY};
use crate::text::Span;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// How many manifests without `---` between them are told apart.
const MOST: usize = 64;

/// Whether a text has both words of a manifest's head at the start of lines.
pub(crate) fn has(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("apiVersion:") && has("kind:")
}

/// How many manifests of a page are looked at to see how it writes them.
const MOST_HEADS: usize = 200;

/// Whether a page leaves `apiVersion` out of its manifests, but for a few.
pub(super) fn leaves_out_versions(page: &str) -> bool {
    let (mut with, mut without) = (0, 0);
    let mut part = Head::default();
    for line in page.lines() {
        let content = line.trim();
        if content.starts_with("```") || content.starts_with("~~~") || content == "---" {
            match std::mem::take(&mut part).has_version() {
                Some(true) => with += 1,
                Some(false) => without += 1,
                None => {}
            }
        } else if !content.is_empty() && !content.starts_with('#') {
            part.add(content, line.len() - line.trim_start().len());
        }
        if with + without == MOST_HEADS {
            break;
        }
    }
    without > 1 && without > 2 * with
}

/// Which of the keys of a manifest stand at the depth of a part's first line.
#[derive(Default)]
struct Head {
    depth: Option<usize>,
    has_version: bool,
    has_kind: bool,
    has_more: bool,
}

impl Head {
    fn add(&mut self, content: &str, depth: usize) {
        if *self.depth.get_or_insert(depth) == depth {
            self.has_version |= content.starts_with("apiVersion:");
            self.has_kind |= content.starts_with("kind:");
            self.has_more |= content.starts_with("metadata:") || content.starts_with("spec:");
        }
    }

    /// Whether it has a version, where it is a manifest.
    fn has_version(&self) -> Option<bool> {
        (self.has_kind && self.has_more).then_some(self.has_version)
    }
}

/// Composes a text, and where manifests stand in one document without `---` between them, each by itself.
pub(super) fn compose(text: &str, compose: impl Fn(&str) -> Composed) -> Composed {
    let composed = compose(text);
    let is_repeated = composed.problems.iter().any(|problem| problem.code == &YAML_DUPLICATE_KEY);
    if !is_repeated {
        return composed;
    }
    let heads = heads(text);
    if heads.is_empty() || heads.len() > MOST {
        return composed;
    }
    let mut parts = Composed::default();
    let mut start = 0;
    for end in heads.into_iter().chain([text.len()]) {
        let part = compose(&only(text, Span::new(start, end)));
        parts.roots.extend(part.roots);
        parts.problems.extend(part.problems);
        parts.comments.extend(part.comments);
        start = end;
    }
    parts.problems.dedup_by(|one, other| one.code == other.code && one.span == other.span);
    parts
}

/// Where a document begins without `---` before it, though another one stands there.
pub(super) fn seconds(text: &str, composed: &Composed) -> Vec<usize> {
    if composed.roots.len() < 2 {
        return Vec::new();
    }
    let begins: BTreeSet<usize> = composed.roots.iter().map(|root| root.span.start).collect();
    heads(text).into_iter().filter(|at| begins.contains(at)).collect()
}

/// Whether the comment right above a manifest names the file that it is, so that the text shows several: `# cat a.yaml`, `# k8s/b.yaml`.
pub(super) fn is_file(text: &str, head: usize) -> bool {
    static NAMES: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(?i)^#[#\s-]*(?:\$ )?(?:(?:cat|file|file ?name|path|contents?(?: of)?|in|source|save (?:as|to|this as))[:\s]\s*)?[`'\x22(<]?[\w./~{}$-]+\.(?:ya?ml|json)[`'\x22)>]?[\s:#-]*$";
        Regex::new(pattern).expect("the pattern is a constant")
    });
    let above = text[..head].lines().rev().map(str::trim);
    let mut comments =
        above.skip_while(|line| line.is_empty()).take_while(|line| line.starts_with('#'));
    comments.by_ref().take(MOST_COMMENTS).any(|line| NAMES.is_match(line))
}

/// How many lines of comments above a manifest are read.
const MOST_COMMENTS: usize = 8;

/// The lines at which a further manifest begins within what `---` separates.
fn heads(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    // What stands at the start of a line since the last manifest began.
    let (mut has_version, mut has_kind) = (false, false);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.starts_with("---") {
            (has_version, has_kind) = (false, false);
        }
        let (version, kind) = (line.starts_with("apiVersion:"), line.starts_with("kind:"));
        let again = version && has_version || kind && has_kind;
        if again && has_version && has_kind && is_whole(&text[start..]) {
            found.push(start);
            (has_version, has_kind) = (false, false);
        }
        has_version |= version;
        has_kind |= kind;
    }
    found
}

/// Whether a text has both words of a manifest's head, at the start of lines and before the next `---`.
fn is_whole(text: &str) -> bool {
    let lines = || text.lines().take_while(|line| !line.starts_with("---"));
    let mut keys =
        lines().filter(|line| line.starts_with("apiVersion:") || line.starts_with("kind:"));
    let (first, second) = (keys.next(), keys.next());
    first
        .zip(second)
        .is_some_and(|(first, second)| first.starts_with('k') != second.starts_with('k'))
}

/// A text of which all but a part is blank.
fn only(text: &str, part: Span) -> String {
    let blank = |text: &str| -> String {
        text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
    };
    format!("{}{}{}", blank(&text[..part.start]), &text[part.range()], blank(&text[part.end..]))
}

#[cfg(test)]
mod tests {
    use super::{heads, is_file};

    #[test]
    fn a_comment_names_the_file_that_follows() {
        let file = |above: &str| is_file(above, above.len());
        for above in [
            "a: 1\n# cat 02-vlan.yaml\n",
            "## path/to/x.yaml\n\n",
            "# b.yml:\n# the second one\n",
            "# --- c.yaml ---\n",
            "# file: `d.json`\n",
            "# Save as {{ name }}.yaml\n# e.yaml\n",
        ] {
            assert!(file(above), "{above}");
        }
        for above in [
            "",
            "# the second Service\n",
            "# see b.yaml for the reason\n",
            "# b.yaml\na: 1\n",
            "# kubectl apply\n",
        ] {
            assert!(!file(above), "{above}");
        }
    }

    #[test]
    fn a_manifest_begins_where_its_head_is_there_again() {
        let cases: [(&str, &[usize]); 6] = [
            ("apiVersion: v1\nkind: A\n", &[]),
            ("apiVersion: v1\nkind: A\napiVersion: v1\nkind: B\n", &[23]),
            ("kind: A\napiVersion: v1\nkind: B\napiVersion: v1\n", &[23]),
            ("apiVersion: v1\nkind: A\n---\napiVersion: v1\nkind: B\n", &[]),
            // A key twice within one object.
            ("apiVersion: v1\napiVersion: v1\nkind: A\n", &[]),
            ("apiVersion: v1\nkind: A\nkind: B\n", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(heads(text), expected, "{text}");
        }
    }
}
