//! The findings about YAML itself.

use crate::diag::{Code, Level};

macro_rules! codes {
    ($($name:ident = $text:literal, $level:ident, $summary:literal, $page:literal;)*) => {
        $(pub(crate) static $name: Code =
            Code { name: $text, level: Level::$level, summary: $summary, page: $page, alias: "" };)*
        /// The findings that reading YAML reports.
        pub static CODES: &[&Code] = &[$(&$name),*];
    };
}

codes! {
YAML_SYNTAX = "yaml-syntax", Deny, "the text is not YAML",
r#"The text breaks YAML's grammar as libyaml has it, whose rules Kubernetes follows. The message is the one that `kubectl`
shows; the place is where reading stopped, which is often the line after the mistake.

```yaml
metadata:
  name: demo
   labels: {}      # neither a key of `metadata` nor part of the name
```

Mend the indentation, close the quote or bracket, or put a value in quotes that begins with `@`, `` ` `` or `%`, or that
contains `: `. Reading goes on behind the next `---`."#;

YAML_DUPLICATE_KEY = "yaml-duplicate-key", Deny, "a map has a key twice",
r#"A map sets the same key twice. Kubernetes refuses it (field validation `Strict`) or keeps only one of them.

```yaml
metadata:
  name: a
  name: b
```

Keep one. A key that a merge (`<<: *base`) brings and the map sets itself is a duplicate too: Kubernetes knows no override."#;

YAML_KEY = "yaml-key", Deny, "a key that is no name",
r#"A key of a map is null, a map or a list; Kubernetes can't turn it into a field's name.

```yaml
~: x
{{ .Values.name }}: x
```

Write a name or put the key in quotes. Templates must be rendered before they are manifests; mark their fence `ignore`."#;

YAML_VALUE = "yaml-value", Deny, "a value that has no meaning in JSON",
r#"A value that Kubernetes can't turn into JSON: infinity, not-a-number, a tag that does not fit its text, or a merge of
something that is no map.

```yaml
limit: .inf
count: !!int yes
```

Write a finite number, or text in quotes."#;

YAML_ALIAS = "yaml-alias", Deny, "an alias that stands for nothing",
r#"An alias (`*name`) refers to an anchor (`&name`) that the document has not set before, or that it is itself part of.
Anchors do not reach from one document to the next.

```yaml
host: *wildcard
```

Set the anchor, or put the text in quotes: `host: "*.example.com"`."#;

YAML_LIMIT = "yaml-limit", Deny, "a document beyond what is read",
r#"The document is nested more than 256 deep, is larger than 8 MiB, or expands its aliases beyond go-yaml's bound. An API
server refuses such a document as well.

```yaml
a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
```

Split it, or write out what the aliases stand for."#;

YAML_KEYS_COLLAPSE = "yaml-keys-collapse", Warn, "two keys become one in Kubernetes",
r#"Two keys differ in YAML and are the same text in JSON, so that Kubernetes silently drops one of the values.

```yaml
data:
  1: a
  "1": b
```

Keep one, or give them different names."#;
}
