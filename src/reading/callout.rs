//! Callouts: numbers at the end of lines that the text below a fence explains, `name: shop [1]`, `replicas: 2 <2>`.

use crate::text::{Span, replaced};
use regex::Regex;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The callouts of a text, with the spaces before them: numbered from 1 on, at least two, and one of them where no list of
/// one number could stand.
pub(super) fn find(text: &str) -> Vec<Span> {
    static CALLOUT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)[ \t]+(?:\[(\d{1,2})\]|\((\d{1,2})\)|<(\d{1,2})>)[ \t]*\r?$")
            .expect("the pattern is a constant")
    });
    let (mut found, mut numbers, mut is_sure) = (Vec::new(), BTreeSet::new(), false);
    for captures in CALLOUT.captures_iter(text) {
        let (Some(whole), Some(number)) =
            (captures.get(0), (1..4).find_map(|group| captures.get(group)))
        else {
            continue;
        };
        let line = text[..whole.start()].rfind('\n').map_or(0, |end| end + 1);
        let before = text[line..whole.start()].trim();
        numbers.insert(number.as_str().parse::<u8>().unwrap_or(0));
        is_sure |= !(before.is_empty() || before.ends_with([':', '-', ',', '[']));
        if !before.is_empty() && !before.starts_with('#') {
            found.push(Span::new(whole.start(), number.end() + 1));
        }
    }
    let is_counted = numbers.len() > 1 && numbers.iter().copied().eq((1..).take(numbers.len()));
    if is_sure && is_counted { found } else { Vec::new() }
}

/// The lines by which a site generator is told which lines to mark, and which it takes out: `// highlight-start`.
pub(super) fn magic(text: &str) -> Vec<Span> {
    static MAGIC: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^[ \t]*//[ \t]*highlight-(?:start|end|next-line)[ \t]*\r?$")
            .expect("the pattern is a constant")
    });
    MAGIC.find_iter(text).map(|found| Span::new(found.start(), found.end())).collect()
}

/// The marks by which a site generator shows what a change takes away and adds, `// [!code --]` and `# [!code ++]`; and the lines
/// that it takes away, whole.
pub(super) fn differences(text: &str) -> Vec<Span> {
    static CODE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?m)(?:^|[ \t])[ \t]*(?://|#)(?:[^\n#/]|/[^\n#/])*\[!code ([^\]\n]+)\][^\n\r]*",
        )
        .expect("the pattern is a constant")
    });
    if !text.contains("[!code ") {
        return Vec::new();
    }
    let gone = |found: &regex::Captures<'_>| found[1].starts_with("--");
    let spans = CODE.captures_iter(text).filter_map(|found| {
        let mark = found.get(0)?;
        let line = text[..mark.start()].rfind('\n').map_or(0, |end| end + 1);
        Some(Span::new(if gone(&found) { line } else { mark.start() }, mark.end()))
    });
    spans.collect()
}

/// The text with spaces in the place of callouts.
pub(super) fn without<'t>(text: &'t str, callouts: &[Span]) -> Cow<'t, str> {
    if callouts.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut spans = callouts.to_vec();
    spans.sort_by_key(|span| span.start);
    Cow::Owned(replaced(text, spans.into_iter().map(|span| (span, " ".repeat(span.len())))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_change_takes_away_is_not_there() {
        let without = |text: &str| without(text, &differences(text)).into_owned();
        let text = "a: 1 // [!code --]\na: 2 // [!code ++]\n# Now 3 // [!code ++:2]\nb: 3 # [!code highlight]\r\n";
        let left = without(text);
        let lines: Vec<_> = left.lines().map(str::trim).collect();
        assert_eq!((lines, left.len()), (vec!["", "a: 2", "# Now 3", "b: 3"], text.len()));
        let text = "a: https://x.example/y // [!code highlight]\n";
        assert_eq!(without(text).trim_end(), "a: https://x.example/y");
        for text in ["a: http://x/[!code ++]\n", "a: \"b\" # [code]\n", "a: b/c[!code ++]\n"] {
            assert_eq!(without(text), text);
        }
    }

    #[test]
    fn numbers_that_are_explained_are_no_values() {
        let without = |text: &str| without(text, &find(text)).into_owned();
        assert_eq!(without("a: b [1]\nc: [2]\n  d: 1 [3]\r\n"), "a: b    \nc:    \n  d: 1    \r\n");
        assert_eq!(without("a: b <1>\n# c (2)\n"), "a: b    \n# c (2)\n");
        // Lists of one number, a number alone, numbers of something else.
        for text in [
            "a: [1]\nb: [2]\n",
            "a: b [1]\n",
            "a: version [3]\nb: version [4]\n",
            "- [1]\n- [2]\n",
            "a: b[1]\nc: d[2]\n",
        ] {
            assert_eq!(without(text), text);
        }
    }
}
