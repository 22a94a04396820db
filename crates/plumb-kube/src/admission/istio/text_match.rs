//! What is refused in a match of a text: an empty prefix, a regular expression that is none.

use super::common::{REGULAR_EXPRESSION, STRING_MATCH};
use crate::at::At;
use crate::fault::Faults;
use plumb_cel::go_regex;

/// The longest regular expression that Istio takes.
const LONGEST_REGEX: usize = 1024;

/// A match of a text, whose kind `what` decides whether a prefix may be empty.
pub(super) fn string_match(out: &mut Faults, node: &At<'_>, what: &str) {
    if let Some(prefix) = node.get("prefix")
        && what != "uri"
        && prefix.str() == Some("")
    {
        out.invalid(&STRING_MATCH, &prefix, "the prefix to match is not empty");
    }
    if let Some(regex) = node.get("regex") {
        // `*` here stands for any value.
        if !(what == "withoutHeaders" && regex.str() == Some("*")) {
            regular_expression(out, &regex);
        }
    }
}

pub(super) fn regular_expression(out: &mut Faults, node: &At<'_>) {
    let Some(pattern) = node.str() else { return };
    if pattern.is_empty() {
        out.invalid(&REGULAR_EXPRESSION, node, "a regular expression is not empty");
    } else if pattern.len() > LONGEST_REGEX {
        out.invalid(
            &REGULAR_EXPRESSION,
            node,
            format!(
                "a regular expression has at most {LONGEST_REGEX} bytes, and this has {}",
                pattern.len()
            ),
        );
    } else if let Err(error) = go_regex(pattern) {
        out.invalid(
            &REGULAR_EXPRESSION,
            node,
            format!("the regular expression does not compile: {error}"),
        )
        .help("the syntax is RE2's: no look-around, no back-references");
    }
}
