//! The preprocessor: reads what mdBook sends, has it processed, answers.

use super::book::Processed;
use super::outcome::Exit;
use super::protocol::{Book, Request};
use anyhow::Context;
use std::io::{Read, Write};

/// Answers mdBook; nothing is written unless all of the book can be.
///
/// Standard input is read to its end first: mdBook warns of a broken pipe otherwise.
pub(super) fn answer(
    mut input: impl Read,
    out: &mut dyn Write,
    process: impl Fn(&Book) -> anyhow::Result<Processed>,
    show: impl Fn(&Processed) -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).context("can't read standard input")?;
    let request = Request::parse(&bytes)?;
    let processed = process(&request.book)?;
    let outcome = show(&processed)?;
    if outcome == Exit::Clean {
        request.write(&processed.contents, out).context("can't write the book")?;
    }
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Report;

    const INPUT: &str =
        r#"[{},{"items":[{"Chapter":{"name":"A","content":"a","path":"a.md"}}],"x":1}]"#;

    fn run(input: &str, outcome: Exit) -> (anyhow::Result<Exit>, String) {
        let mut out = Vec::new();
        let process = |book: &Book| {
            let upper = |content: &String| Some(content.to_uppercase());
            let contents = book.chapters.iter().map(|chapter| upper(&chapter.content)).collect();
            Ok(Processed {
                root: book.root.clone(),
                contents,
                report: Report::default(),
                fails: false,
            })
        };
        let result = answer(input.as_bytes(), &mut out, process, |_| Ok(outcome));
        (result, String::from_utf8(out).unwrap())
    }

    #[test]
    fn the_book_is_the_answer() {
        let (result, out) = run(INPUT, Exit::Clean);
        assert_eq!(result.unwrap(), Exit::Clean);
        assert_eq!(
            out,
            r#"{"items":[{"Chapter":{"name":"A","content":"A","path":"a.md"}}],"x":1}"#
        );
    }

    #[test]
    fn a_build_that_fails_writes_nothing() {
        let (result, out) = run(INPUT, Exit::Findings);
        assert_eq!((result.unwrap(), out.as_str()), (Exit::Findings, ""));
        let (result, out) = run(&INPUT[..40], Exit::Clean);
        assert!(result.is_err() && out.is_empty());
    }
}
