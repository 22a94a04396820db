//! YAML that a JSON Schema of the author's own describes.

use crate::support::{folder, plumb, stdout};
use std::path::Path;

const SETTINGS: &str = r#"
[book]
title = "A shop"

[preprocessor.plumb.json-schemas]
values = "chart/values.schema.json"
ci = { file = "ci.schema.yaml", files = ["ci/*.yml"] }
"#;

const VALUES: &str = r##"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "required": ["image"],
  "additionalProperties": false,
  "properties": {
    "replicaCount": { "type": "integer", "minimum": 1 },
    "image": { "$ref": "parts/image.json#/definitions/image" },
    "service": {
      "oneOf": [
        { "type": "string" },
        {
          "type": "object",
          "additionalProperties": false,
          "properties": { "type": { "enum": ["ClusterIP", "NodePort"] }, "port": { "type": "integer" } }
        }
      ]
    }
  }
}"##;

const IMAGE: &str =
    r#"{"definitions": {"image": {"type": "object", "properties": {"tag": {"type": "string"}}}}}"#;

const CI: &str = "type: object
required: [jobs]
properties:
  jobs: {type: object, additionalProperties: {required: [runs-on]}}
  on: {enum: [push, pull_request]}
";

const PAGE: &str = "# Values

```yaml schema=values
replicaCount: 0
image:
  tag: 1.10
service:
  type: Loadbalancer
  prot: 80
```

```yaml schema=values
replicaCount: <number>
# ...
```

```yaml schema=values fails=json-schema
replicas: 1
```

```yaml schema=ci
on: psuh
# ...
```

```yaml schema=valeus
a: 1
```
";

/// The errors as `FILE:LINE:COLUMN MESSAGE`.
fn said(dir: &Path, arguments: &[&str]) -> Vec<String> {
    let ran = plumb().current_dir(dir).args(arguments).args(["--format", "json"]).output();
    let of = |line: &str| {
        let found: serde_json::Value = serde_json::from_str(line).ok()?;
        let at = |key: &str| found[key].as_str().map(str::to_owned);
        let number = |key: &str| found[key].as_u64();
        let (file, message) = (at("file")?, at("message")?);
        Some(format!("{file}:{}:{} {message}", number("line")?, number("column")?))
    };
    stdout(&ran.expect("it runs")).lines().filter_map(of).collect()
}

#[test]
fn values_are_judged_by_the_schema_of_the_chart() {
    let book = folder(&[
        ("book.toml", SETTINGS),
        ("chart/values.schema.json", VALUES),
        ("chart/parts/image.json", IMAGE),
        ("ci.schema.yaml", CI),
        ("ci/build.yml", "on: push\njobs:\n  build: {}\n"),
        ("src/SUMMARY.md", "- [Values](values.md)\n"),
        ("src/values.md", PAGE),
    ]);
    let found = said(book.path(), &["check"]);
    let expected = [
        ("ci/build.yml:3:3", "jobs.build: `runs-on` is required"),
        ("src/values.md:4:15", "replicaCount: must be 1 at least"),
        ("src/values.md:6:8", "image.tag: must be string, and is number"),
        ("src/values.md:8:9", "service.type: must be one of"),
        ("src/values.md:9:3", "service.prot: unknown field"),
        ("src/values.md:22:5", "on: must be one of"),
        ("src/values.md:26:16", "no JSON Schema is called `valeus`"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for ((place, words), found) in expected.into_iter().zip(&found) {
        assert!(found.starts_with(place) && found.contains(words), "{found}");
    }
}

#[test]
fn a_schema_that_can_t_be_used_is_said_at_its_setting() {
    let with = |schema: &str| {
        let book = folder(&[
            (
                "book.toml",
                "[book]\ntitle = \"A\"\n[preprocessor.plumb.json-schemas]\na = \"a.json\"\n",
            ),
            ("a.json", schema),
            ("src/SUMMARY.md", "- [A](a.md)\n"),
            ("src/a.md", "```yaml schema=a\na: 1\n```\n"),
        ]);
        said(book.path(), &["check"])
    };
    assert_eq!(with("{}"), [""; 0]);
    for (schema, words) in [
        (r#"{"type": "strin"}"#, "can't be used"),
        (r#"{"$ref": "https://example.com/a.json"}"#, "nothing is fetched"),
        (r#"{"$ref": "../../a.json"}"#, "outside of"),
        (r#"{"type": "#, "can't be read"),
        ("", "empty"),
    ] {
        let found = with(schema);
        assert!(found.len() == 1 && found[0].contains(words), "{schema}: {found:?}");
    }
}
