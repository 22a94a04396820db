//! How the rules of an API server are declared: code, page and examples in one entry.
//!
//! Every other code is declared with `codes!`. This is a table of a hundred rules of one shape, whose pages are made of their examples, and
//! the examples are their tests: a file for each would say the same thing twice.

/// Declares rules: a name, the code, the function of Kubernetes, a summary, why, the place of the examples, the wrong one,
/// the right one; behind it `until (1, 37)` where that release has the rule no more, `level Warn` where a server takes the object and warns.
macro_rules! declare {
    (@level) => { plumb_text::diag::Level::Deny };
    (@level $level:ident) => { plumb_text::diag::Level::$level };
    ($($name:ident = $code:literal, $mirrors:literal, $summary:literal, $why:literal, $place:literal, $wrong:literal, $right:literal $(, until $until:expr)? $(, level $level:ident)?;)*) => {
        $(#[doc = concat!("`", $code, "`: ", $summary, ".")]
        #[allow(unreachable_pub, reason = "some are named outside of the crate")]
        pub static $name: crate::fault::Rule = {
            static CODE: plumb_text::diag::Code = plumb_text::diag::Code {
                name: $code,
                level: declare!(@level $($level)?),
                summary: $summary,
                page: concat!(
                    $why, "\n\nWrong, in `", $place, "`:\n\n```yaml\n", $wrong, "\n```\n\nRight:\n\n```yaml\n", $right, "\n```\n"
                ),
                alias: "", former: &[],
            };
            crate::fault::Rule {
                $(until: Some($until),)?
                example: Some(crate::fault::Example { place: $place, wrong: $wrong, right: $right }),
                ..crate::fault::Rule::new(&CODE, $mirrors)
            }
        };)*
        /// The rules of this module.
        pub(super) static RULES: &[&crate::fault::Rule] = &[$(&$name),*];
    };
}
pub(super) use declare;
