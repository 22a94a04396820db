//! How the rules of a mesh are declared and worded.

/// Declares rules that share a code: who refuses, the code; for each a name, its id's second half, and what it mirrors.
macro_rules! refusals {
    ($by:expr, $code:ident, $($name:ident = $id:literal, $mirrors:literal;)*) => {
        $(pub(super) static $name: $crate::fault::Rule = $crate::fault::Rule {
            name: $id,
            by: $by,
            ..$crate::fault::Rule::new(&$code, $mirrors)
        };)*
        /// The rules of this product.
        pub(super) static RULES: &[&$crate::fault::Rule] = &[$(&$name),*];
    };
}
pub(super) use refusals;
