//! Names that an expression can't use as they are.

/// Names that are kept for other languages, so that no variable can be called so.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Names that mean something of themselves.
const WORDS: [&str; 4] = ["true", "false", "null", "in"];

pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// The escaped form of a reserved name, which is the name of a field that an expression writes as it is: `namespace` for
/// `__namespace__` (`DeclTypeProvider.FindStructFieldType`, `Unescape`).
pub(crate) fn escaped_keyword(name: &str) -> Option<String> {
    is_reserved(name).then(|| escape(name))
}

/// A field's name as an expression of an API server's has to write it: `a-b` is `a__dash__b`, `for` is `__for__`. Of
/// underscores, only two in a row are escaped.
pub fn escape(name: &str) -> String {
    if is_reserved(name) || WORDS.contains(&name) {
        return format!("__{name}__");
    }
    if !name.contains(['.', '-', '/']) && !name.contains("__") {
        return name.to_owned();
    }
    name.replace("__", "__underscores__")
        .replace('.', "__dot__")
        .replace('-', "__dash__")
        .replace('/', "__slash__")
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn names_are_written_as_an_api_server_takes_them() {
        // The examples of Kubernetes' documentation of validation rules.
        for (name, escaped) in [
            ("namespace", "__namespace__"),
            ("in", "__in__"),
            ("x-prop", "x__dash__prop"),
            ("redact__d", "redact__underscores__d"),
            ("string", "string"),
            ("a.b/c", "a__dot__b__slash__c"),
            ("jwks_uri", "jwks_uri"),
            ("_a_", "_a_"),
        ] {
            assert_eq!(escape(name), escaped);
        }
    }
}
