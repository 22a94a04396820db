//! How the rules of a mesh, of Cilium and of the Gateway API are declared.

/// Declares the rules of one authority: `NAME = CODE "id", "the upstream function";`, with `since (1, 29)` and
/// `until (1, 31)` behind it where not every release has it. The id tells apart the rules of one code; it is empty where a code
/// has one rule.
macro_rules! rules {
    ($by:expr; $($name:ident = $code:ident $id:literal, $mirrors:literal $(, since $since:expr)? $(, until $until:expr)?;)*) => {
        $(pub(super) static $name: $crate::fault::Rule = $crate::fault::Rule {
            name: $id,
            by: $by,
            $(since: Some($since),)?
            $(until: Some($until),)?
            ..$crate::fault::Rule::new(&$code, $mirrors)
        };)*
        /// The rules of this file.
        pub(super) static RULES: &[&$crate::fault::Rule] = &[$(&$name),*];
    };
}
pub(super) use rules;
