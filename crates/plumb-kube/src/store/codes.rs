//! The findings about schema files.

use plumb_text::diag::{Code, Level};

pub(crate) static SCHEMAS_READ: Code = Code {
    name: "schemas-read",
    level: Level::Deny,
    summary: "a schema file can't be read",
    page: r#"A file in a folder of schemas is no CustomResourceDefinition, no OpenAPI v3 document and no JSON Schema, or is not readable.

```toml
[preprocessor.plumb]
schemas = ["crds"]
```

Mend or remove the file, or name another folder."#,
    alias: "",
};

pub(crate) static SCHEMAS_LOCK: Code = Code {
    name: "schemas-lock",
    level: Level::Deny,
    summary: "an added schema is not what the lock file says",
    page: r#"The book's `schemas/` folder and its lock file disagree: a file was changed, removed or put there by hand.

```console
$ mdbook-plumb schemas verify
```

Add the schema again from its origin (`mdbook-plumb schemas add`), or remove it (`mdbook-plumb schemas remove`)."#,
    alias: "",
};

/// The findings of schema files.
pub static CODES: &[&Code] = &[&SCHEMAS_READ, &SCHEMAS_LOCK];
