//! Texts that their own path says are of some release, or of some day: `docs/v1.2/`, `install/v2_0_0_full.yaml`, `blog/2023/`.
//!
//! What such a text names was there then. Whether a release of today still has it says nothing of the text, unless its author
//! says that it is for that release.

use regex::Regex;
use std::sync::LazyLock;

/// Whether a part of a path names a release or a day.
pub(super) fn is_dated(path: &str) -> bool {
    static RELEASE: LazyLock<Regex> = LazyLock::new(|| {
        let number = r"\d+(?:[._]\d+)+(?:[._]x)?|\d+[._]x";
        let channel = r"(?:[-_.]?(?:alpha|beta|rc|edge|lts|stable|full|docs?)[-_.\w]*)?";
        let day = r"(?:19|20)\d\d(?:-\d\d(?:-\d\d\b.*)?)?";
        let pattern = format!(
            r"(?i)^(?:(?:v|version[-_]?v?|release[-_]?v?|rel[-_]?v?)?(?:{number}){channel}|{day})(?:\.(?:ya?ml|md|json))?$"
        );
        Regex::new(&pattern).expect("the pattern is a constant")
    });
    path.split('/').any(|part| part.len() <= LONGEST_NAME && RELEASE.is_match(part))
}

/// The most bytes of a name that is looked at.
const LONGEST_NAME: usize = 200;

#[cfg(test)]
mod tests {
    use super::is_dated;

    #[test]
    fn paths_of_a_release_or_a_day() {
        for path in [
            "docs/v1.2/a.md",
            "content/2.11/reference/a.md",
            "install/v2_0_0_full.yaml",
            "docs/release-1.20/a.md",
            "version-v1.5/a.md",
            "v0.9.0/a.md",
            "1.x/a.md",
            "v1.0.0-beta.1/a.md",
            "blog/2023/0526-move/index.md",
            "blog/2023-05-26-move.md",
        ] {
            assert!(is_dated(path), "{path}");
        }
        for path in [
            "docs/a.md",
            "docs/v1/a.md",
            "docs/2-edge/a.md",
            "docs/latest/a.md",
            "docs/1-install/a.md",
            "docs/1.1-install/a.md",
            "upgrade-to-1.29.md",
            "docs/v1alpha1/a.md",
            "project-1.2/a.md",
            "10.0.0.1.conf/a.md",
            "2000-nodes/a.md",
        ] {
            assert!(!is_dated(path), "{path}");
        }
    }
}
