//! The findings about values and the schemas of their kinds.

use plumb_text::diag::{Code, Level};

macro_rules! codes {
    ($($name:ident = $text:literal, $level:ident, $summary:literal, $page:literal;)*) => {
        $(#[doc = concat!("`", $text, "`: ", $summary, ".")]
        #[allow(unreachable_pub, reason = "some are named outside of the crate")]
        pub static $name: Code = Code {
            name: $text,
            level: Level::$level,
            summary: $summary,
            page: $page,
            alias: "",
        };)*
        /// The findings of schemas.
        pub static CODES: &[&Code] = &[$(&$name),*];
    };
}

codes! {
SCHEMA_UNKNOWN_FIELD = "schema-unknown-field", Deny, "a field that the kind does not have",
r#"The kind has no such field. Kubernetes refuses it with field validation `Strict`, and silently drops it otherwise, so that
the manifest does not do what it says.

```yaml
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selectors: {app: web}      # the field is `selector`
```

Write the name that is suggested, or move the field to where it belongs."#;

SCHEMA_TYPE = "schema-type", Deny, "a value of the wrong type",
r#"The value is of another type than the field. YAML decides by how a value is written: `8080` is a number, `"8080"` is text,
`yes` is a boolean.

```yaml
spec:
  replicas: "3"        # a number is wanted
metadata:
  labels: {on: true}   # text is wanted, and `on` is the boolean true
```

Add or remove the quotes."#;

SCHEMA_REQUIRED = "schema-required", Deny, "a field that must be set",
r#"A field that the kind requires is missing. The place is the object that lacks it.

```yaml
spec:
  template:
    spec: {}     # spec.template.spec.containers: Required value
```

Set the field. A field that is null counts as missing."#;

SCHEMA_ENUM = "schema-enum", Deny, "a value that is not one of those allowed",
r#"The field takes one of a few values, which the message lists. Case matters.

```yaml
tls: {mode: simple}     # SIMPLE
```

Write one of the supported values."#;

SCHEMA_VALUE = "schema-value", Deny, "a value outside the schema's limits",
r#"The value has the right type and breaks a limit of the schema: a pattern, a format, a length, a range, or a number of items.

```yaml
listeners:
- port: 123456789      # must be less than or equal to 65535
```

The message names the limit."#;

SCHEMA_DUPLICATE = "schema-duplicate", Deny, "an item twice in a list of distinct ones",
r#"The list is a set, or a map by some keys of its items, and has the same item twice.

```yaml
listeners:
- {name: http, port: 80, protocol: HTTP}
- {name: http, port: 81, protocol: HTTP}     # Duplicate value: {"name":"http"}
```

Remove one or give it another key."#;

LIST_DUPLICATE = "list-duplicate", Warn, "an item twice in a list that is merged by a key",
r#"The list of a built-in kind is a map by some keys of its items, and has the same item twice. Server-side apply
refuses the object; without it an API server warns, and a later `kubectl apply` may drop one of the items.

```yaml
env:
- {name: PORT, value: "80"}
- {name: PORT, value: "81"}      # hides the one before
```

Remove one."#;

SCHEMA_COMBINATION = "schema-combination", Deny, "a combination that the schema excludes",
r#"The fields are each fine and do not go together: the schema wants exactly one of them (`oneOf`), at least one (`anyOf`), or
excludes some (`not`).

```yaml
loadBalancer:
  simple: ROUND_ROBIN
  consistentHash: {useSourceIp: true}      # only one of `simple` and `consistentHash`
```

The help says what the alternative that was most likely meant still needs."#;

METADATA_NAME = "metadata-name", Deny, "an object's name is missing or not allowed",
r#"`metadata.name` (or `generateName`) is required, and is a DNS-1123 subdomain for most kinds: lower-case letters, digits, `-` and
`.`, at most 253 characters, beginning and ending with a letter or digit. A namespace is a single label of at most 63.

```yaml
metadata:
  name: My_App
```

Write `my-app`."#;

METADATA_LABEL = "metadata-label", Deny, "a label or annotation that is not allowed",
r#"The key of a label or annotation is a name of at most 63 characters (letters, digits, `-`, `_`, `.`), with an optional DNS
prefix before a `/`; the value of a label is such a name or empty. The annotations of an object may take 256 KiB together.

```yaml
metadata:
  labels:
    app: "my app"
```

Write `my-app`."#;

SCHEMA_INVALID = "schema-invalid", Deny, "a schema that can't be used in full",
r#"The schema itself has a fault: a pattern that does not compile, a reference to nothing or without end, an unknown type. What the
fault concerns is not checked, and this finding says so instead of passing silently.

```yaml
pattern: "(unclosed"
```

Mend the schema, or get a newer one with `mdbook-plumb schemas add`."#;
}
