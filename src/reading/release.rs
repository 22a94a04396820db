//! The releases of Kubernetes that a text says it is for: `Kubernetes 1.18 and older`, `k8s < 1.19`.

use crate::text::Span;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// What has the versions of Kubernetes: it, and what is built from it and numbered like it.
const KUBERNETES: &str = r"(?:kubernetes|k8s|kube|k3s|rke2|eks|gke|aks|minikube|cluster)(?:'s)?(?:\s+(?:api\s+)?(?:clusters?|servers?|versions?|releases?))*(?:\s+(?:is|are))?";

/// The newest minor release that words say a text is for; nothing where they name none, or one and all after it.
pub(crate) fn newest(words: &str) -> Option<u32> {
    const VERSION: &str = r"v?1\.(\d{1,2})(?:\.(?:\d+|x))?";
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        const LESS: &str = r"<|before|prior\s+to|(?:older|earlier|lower|less)\s+than|below|pre-?";
        let clusters = r"(?:(?:clusters?|versions?|releases?)\s+)?";
        Regex::new(&format!(
            r"(?i)\b{KUBERNETES}\s*(?:{LESS})\s*{clusters}{VERSION}|(?:<|\b(?:{LESS}))\s*{KUBERNETES}\s*{VERSION}"
        ))
        .expect("the pattern is a constant")
    });
    static UP_TO: LazyLock<Regex> = LazyLock::new(|| {
        const OLDER: &str =
            r"\(?(?:and|or|&)\s*(?:older|earlier|below|lower|prior|before|previous)\b";
        const MOST: &str = r"<=|≤|up\s+to|(?:at\s+most|until)";
        Regex::new(&format!(
            r"(?i)\b{KUBERNETES}\s*(?:{MOST})\s*{VERSION}|(?:<=|≤|\b(?:{MOST}))\s*{KUBERNETES}\s*{VERSION}|\b{KUBERNETES}\s*{VERSION}\s*{OLDER}|\b{KUBERNETES}\s*{VERSION}\s*(?:-|–|to|\.\.)\s*{VERSION}"
        ))
        .expect("the pattern is a constant")
    });
    let minor = |found: Captures<'_>| {
        let groups = found.iter().skip(1).flatten().last();
        groups.and_then(|minor| minor.as_str().parse::<u32>().ok())
    };
    let before = BEFORE.captures_iter(words).filter_map(minor).filter_map(|m| m.checked_sub(1));
    before.chain(UP_TO.captures_iter(words).filter_map(minor)).max()
}

/// The same, of what the comments in a part of a text say.
pub(super) fn said(text: &str, comments: &[Span], part: Span) -> Option<u32> {
    let first = comments.partition_point(|comment| comment.start < part.start);
    let within = comments[first..].iter().take_while(|comment| comment.start < part.end);
    within.take(MOST_COMMENTS).filter_map(|comment| newest(text.get(comment.range())?)).max()
}

/// How many comments above a manifest are read.
const MOST_COMMENTS: usize = 8;

/// How much of a page's beginning may say what the page is for.
const BEGINNING: usize = 2000;

/// The same of a page, where its beginning says what the page is for: `This guide applies to Kubernetes 1.24 and older.`
pub(super) fn newest_of_page(page: &str) -> Option<u32> {
    static SENTENCE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\bthis\s+(?:document|page|guide|article|tutorial|documentation|post)\b[^\n]*?(?:[.!?](?:\s|$)|\n|$)")
            .expect("the pattern is a constant")
    });
    let beginning = &page[..crate::text::floor_char_boundary(page, BEGINNING)];
    SENTENCE.find_iter(beginning).filter_map(|sentence| newest(sentence.as_str())).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_the_releases_that_a_text_is_for() {
        for (words, expected) in [
            ("For k8s versions < 1.19, apply this:", Some(18)),
            ("On Kubernetes before v1.22:", Some(21)),
            ("If your cluster is older than Kubernetes 1.16, use", Some(15)),
            ("## Kubernetes 1.18 and older", Some(18)),
            ("This applies to RKE2 v1.24 and older.", Some(24)),
            ("Kubernetes <= 1.21.x", Some(21)),
            ("Kubernetes 1.14 - 1.18", Some(18)),
            ("=== \"Kubernetes 1.18 (or lower)\"", Some(18)),
            ("If the cluster version is < 1.19, you can", Some(18)),
            ("for Kubernetes versions prior to 1.25", Some(24)),
            ("up to Kubernetes 1.21", Some(21)),
            // What is said of other products, of newer releases, or of one.
            ("Istio 1.15 and older", None),
            ("Kubernetes 1.19 and newer", None),
            ("Kubernetes >= 1.19", None),
            ("This needs Kubernetes 1.19.", None),
            ("removed in Kubernetes 1.22", None),
            ("since 1.22, before that", None),
            ("Kubernetes 1.19+", None),
        ] {
            assert_eq!(newest(words), expected, "{words}");
        }
    }

    #[test]
    fn a_page_says_at_its_beginning_what_it_is_for() {
        let page = "# PSP\n\n:::info\nThis document applies to RKE2 v1.24 and older, see [x](x) for v1.25.\n:::\n";
        assert_eq!(newest_of_page(page), Some(24));
        assert_eq!(
            newest_of_page("# Ingress\n\nKubernetes 1.18 and older had another one.\n"),
            None
        );
    }
}
