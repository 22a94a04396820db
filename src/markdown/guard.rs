//! The Markdown parser has bugs that panic. A page must not end a run: what the parser can't bear is a finding at its line.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What a piece of work comes to; nothing where it panics, of which nothing is printed.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                before(info);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    // What the work has left half done is dropped with it.
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.ok()
}

/// The line, from its start to its end, up to which a text must be read to panic.
pub(super) fn culprit(text: &str, panics: impl Fn(&str) -> bool) -> (usize, usize) {
    let ends: Vec<usize> = text
        .split_inclusive('\n')
        .scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        })
        .collect();
    let mut line =
        ends.partition_point(|end| !panics(&text[..*end])).min(ends.len().saturating_sub(1));
    let start = |line: usize| line.checked_sub(1).map_or(0, |before| ends[before]);
    // A line without anything on it only ends what the one above it began.
    while line > 0 && text[start(line)..ends[line]].trim().is_empty() {
        line -= 1;
    }
    let (start, end) = (start(line), ends.get(line).copied().unwrap_or(text.len()));
    (start, start + text[start..end].trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_nothing_and_the_next_one_is_told_again() {
        assert_eq!(guarded(|| -> u8 { panic!("as expected") }), None);
        assert_eq!(guarded(|| 1), Some(1));
        assert!(!GUARDED.get());
    }

    #[test]
    fn the_line_that_makes_it_panic_is_found() {
        let text = "a\nb\nbad\nc\n";
        assert_eq!(culprit(text, |text| text.contains("bad")), (4, 7));
        assert_eq!(culprit("bad", |text| text.contains("bad")), (0, 3));
    }
}
