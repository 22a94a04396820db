//! Texts that their own path says are of some release, or of some day: `docs/v1.2/`, `install/v2_0_0_full.yaml`, `blog/2023/`;
//! or what some program is tried with: `testdata/`; or that they are kept as they were: `old/`, `manifests-legacy/`.
//!
//! What such a text names was there then. Whether a release of today still has it says nothing of the text, unless its author
//! says that it is for that release.

use regex::Regex;
use std::sync::OnceLock;

/// Whether a part of a path names a release or a day. A file whose name is a bare number is a chapter.
pub(super) fn is_dated(path: &str) -> bool {
    const NUMBER: &str = r"(?:\d+(?:[._]\d+){1,2}(?:[._]x)?|\d+[._]x)";
    const CHANNEL: &str = r"(?:[-_.]?(?:alpha|beta|rc|edge|lts|stable|full|docs?)[-_.\w]*)?";
    const NAMED: &str = r"(?:v|version[-_]?v?|release[-_]?v?|rel[-_]?v?)";
    const DAY: &str = r"(?:19|20)\d\d(?:-\d\d(?:-\d\d\b.*)?)?";
    let pattern = |text: String| Regex::new(&text).expect("the pattern is a constant");
    static FOLDER: OnceLock<Regex> = OnceLock::new();
    static FILE: OnceLock<Regex> = OnceLock::new();
    let folder =
        FOLDER.get_or_init(|| pattern(format!("(?i)^(?:{NAMED}?{NUMBER}{CHANNEL}|{DAY})$")));
    let file = FILE.get_or_init(|| {
        pattern(format!(r"(?i)^(?:{NAMED}{NUMBER}{CHANNEL}|(?:19|20)\d\d-\d\d-\d\d\b.*)\.\w+$"))
    });
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_short = |part: &&str| part.len() <= LONGEST_NAME;
    static KEPT: OnceLock<Regex> = OnceLock::new();
    let kept = KEPT.get_or_init(|| {
        pattern(r"(?i)^(?:.*[-_.])?(?:old|legacy|archived?|deprecated)(?:[-_.].*)?$".to_owned())
    });
    let tells = |part: &str| part == TRIED || folder.is_match(part) || kept.is_match(part);
    folders.split('/').filter(is_short).any(tells) || is_short(&name) && file.is_match(name)
}

/// The folder that Go's tools, and many others, keep the inputs of tests in.
const TRIED: &str = "testdata";

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
            "api/testdata/hpa/a.yaml",
            "old/ingress/a.yaml",
            "ingress/kube-manifests-old/a.yml",
            "0-legacy-docs/a.md",
            "_archived/a.md",
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
            "docs/testdata.md",
            "project-1.2/a.md",
            "10.0.0.1.conf/a.md",
            "10.0.0.1/a.md",
            "src/1.2.md",
            "2023.md",
            "2000-nodes/a.md",
            "old.md",
            "threshold/a.md",
            "older/a.md",
        ] {
            assert!(!is_dated(path), "{path}");
        }
    }
}
