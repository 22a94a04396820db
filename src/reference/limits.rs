//! What is bounded, and the finding beyond each bound.

use crate::check::{self, find_code};
use crate::directive::{self, Budget};
use crate::manifest::yaml::Composed;
use crate::model::{Compiled, Rows, Sweep};
use crate::{diag, markdown, report, world};
use std::fmt::Write as _;

/// What is bounded, the bound, and what is said of more: names of findings, or what happens where nothing is found.
type Limit = (&'static str, String, &'static [&'static str]);

fn mib(bytes: usize) -> String {
    format!("{} MiB", bytes >> 20)
}

fn count(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

fn limits() -> Vec<Limit> {
    let file = "A file of a book, a repository or a folder: chapters, the model, `directives/`, facts' files, policies, schemas";
    let costs = |cost: u64| count(cost as usize);
    vec![
        (
            file,
            mib(world::FILE_LIMIT as usize),
            &[
                "chapter-unreadable",
                "include-unreadable",
                "unreadable-file",
                "unreadable-model",
                "unreadable-directive",
                "unreadable-policy",
                "schemas-read",
                "from-file",
            ],
        ),
        (
            "A file that is named on the command line (a baseline is one), and standard input",
            mib(world::NAMED_LIMIT as usize),
            &["unreadable-file", "else the command fails"],
        ),
        (
            "All chapters of a book, without includes",
            mib(markdown::CHAPTERS_LIMIT),
            &["book-too-large"],
        ),
        ("The text of all includes of a book", mib(markdown::INCLUDED_LIMIT), &["book-too-large"]),
        (
            "The files that are looked through for them",
            mib(markdown::LOOKED_THROUGH_LIMIT),
            &["book-too-large"],
        ),
        ("Includes in a book", count(markdown::MAX_INCLUDES), &["book-too-large"]),
        (
            "Includes within each other",
            count(markdown::MOST_WITHIN_INCLUDES),
            &["include-too-deep"],
        ),
        (
            "Text that `each`, `when` and directives of the book's own write in a chapter",
            mib(Budget::TEXT),
            &["output-limit"],
        ),
        ("Rows and conditions that they go through in it", count(Budget::STEPS), &["output-limit"]),
        (
            "Directives that write each other, one within the other",
            count(check::MOST_WITHIN),
            &["output-limit"],
        ),
        (
            "`each` and `when` within each other",
            count(markdown::MOST_NESTED),
            &["invalid-argument"],
        ),
        ("Rows of a table or an `each`", count(Rows::MOST), &["bad-call"]),
        ("Columns of a table", count(directive::MOST_COLUMNS), &["invalid-argument"]),
        ("Values of a sweep: in a table", count(directive::MOST_VALUES), &["invalid-argument"]),
        ("Values of a sweep: in a chart", count(Sweep::MOST), &["bad-range"]),
        ("Characters of a formula", count(Compiled::LONGEST), &["bad-formula"]),
        ("Words and signs of a formula", count(Compiled::MOST_TOKENS), &["bad-formula"]),
        ("Formulas built on each other", count(Compiled::DEEPEST), &["formula-too-deep"]),
        (
            "Digits of a number that is written",
            count(Compiled::MOST_DIGITS),
            &["bad-quantity", "bad-formula"],
        ),
        (
            "Bits of one that is computed, above and below the line",
            count(Compiled::MOST_BITS as usize),
            &["number-too-large"],
        ),
        ("A document of YAML or JSON", mib(Composed::LARGEST), &["yaml-limit"]),
        ("Values of a document within each other", count(Composed::DEEPEST), &["yaml-limit"]),
        ("What its aliases stand for", "go-yaml's bound".to_owned(), &["yaml-limit"]),
        (
            "Characters of a CEL expression",
            count(plumb_cel::syntax::MAX_LENGTH),
            &["crd-schema-value", "policy-invalid"],
        ),
        (
            "The cost of a CEL rule on an object",
            costs(plumb_cel::Budget::ONE_RULE),
            &["rule-error"],
        ),
        (
            "The cost of all of an object's rules",
            costs(plumb_cel::Budget::ONE_OBJECT),
            &["rule-error"],
        ),
        (
            "Manifests that are analysed together",
            count(plumb_analysis::MOST_TOGETHER),
            &["group-too-large"],
        ),
        (
            "Findings in a report",
            count(report::MOST_FINDINGS),
            &["the rest is counted, and fails all the same"],
        ),
        (
            "Other places of a finding",
            count(diag::Diagnostic::MOST_RELATED),
            &["the rest is counted"],
        ),
        (
            "A message of an editor",
            mib(world::MESSAGE_LIMIT as usize),
            &["it is answered with an error"],
        ),
    ]
}

/// The table, with its heading.
pub(super) fn table() -> String {
    let mut out = String::from(
        "\n## Limits\n\nOnly regular files are read. What is above a limit is a finding, and the rest is done.\n\n\
         | What | At most | Beyond it |\n|---|--:|---|\n",
    );
    for (what, most, beyond) in limits() {
        let said = beyond.iter().map(|name| match find_code(name) {
            Some(code) => format!("[`{0}`](findings.md#{0})", code.name),
            None => (*name).to_owned(),
        });
        let _ = writeln!(out, "| {what} | {most} | {} |", said.collect::<Vec<_>>().join(", "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_threes() {
        let written = [7, 999, 1_000, 20_000, 1_048_576].map(count);
        assert_eq!(written, ["7", "999", "1,000", "20,000", "1,048,576"]);
    }

    #[test]
    fn what_looks_like_a_finding_is_one() {
        let names = limits().into_iter().flat_map(|(_, _, beyond)| beyond);
        let names = names.filter(|name| !name.contains(' '));
        names.for_each(|name| assert!(find_code(name).is_some(), "{name}"));
    }
}
