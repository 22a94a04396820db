//! Schema, document, findings: each as an API server has them.

use crate::gaps::{Certainty, Placeholder};
use crate::path::{FieldPath, Step};
use crate::store::Definition;
use crate::versions::Versions;
use crate::{Dialect, Document, Engine, Format, Schemas, read};
use plumb_text::{Source, Span, TextMap};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::sync::Arc;

fn engine(spec: &Json) -> Engine {
    engine_with_rules(spec, json!([]))
}

/// With rules about the object as a whole.
fn engine_with_rules(spec: &Json, rules: Json) -> Engine {
    let schema = json!({"type": "object", "x-kubernetes-validations": rules, "properties": {
        "apiVersion": {"type": "string"}, "kind": {"type": "string"},
        "metadata": {"type": "object"}, "spec": spec,
    }});
    Engine::new(Schemas::empty().with(vec![Definition {
        group: "test.example".into(),
        version: "v1".into(),
        kind: "Thing".into(),
        loose: false,
        served: true,
        deprecated: None,
        scope: crate::bundle::Scope::Namespaced,
        dialect: Dialect::STRUCTURAL,
        document: Arc::new(schema),
        pointer: String::new(),
    }]))
}

fn document(spec: &str) -> Document {
    let text = format!("apiVersion: test.example/v1\nkind: Thing\nmetadata: {{name: a}}\n{spec}");
    let source = Source::new("a.yaml", text.as_str());
    let read = read(&text, &TextMap::identity(&source), Format::Yaml);
    assert!(read.findings.is_empty(), "{text}: {:?}", read.findings);
    read.documents[0].clone()
}

/// Each finding as `code @ marked text: message`.
fn findings(schema: &Json, spec: &str) -> Vec<String> {
    engine(schema)
        .validate_document(&document(spec), &Versions::default())
        .iter()
        .map(|finding| {
            let place = finding.at.location.text();
            format!("{} @ {place}: {}", finding.code.name, finding.message)
        })
        .collect()
}

#[track_caller]
fn holds(schema: &Json, spec: &str) {
    assert_eq!(findings(schema, spec), [""; 0], "{spec}");
}

#[track_caller]
fn fails(schema: &Json, spec: &str, expected: &[&str]) {
    assert_eq!(findings(schema, spec), expected, "{spec}");
}

fn object(properties: Json) -> Json {
    json!({"type": "object", "properties": properties})
}

#[test]
fn types_are_those_of_json() {
    let schema = object(json!({
        "i": {"type": "integer", "format": "int32"}, "num": {"type": "number"}, "s": {"type": "string"},
        "b": {"type": "boolean"}, "l": {"type": "array", "items": {"type": "string"}},
        "x": {"x-kubernetes-int-or-string": true}, "big": {"type": "integer"},
        "e": {"type": "object", "x-kubernetes-embedded-resource": true,
            "x-kubernetes-preserve-unknown-fields": true},
    }));
    holds(&schema, "spec: {big: 9223372036854775807, e: {apiVersion: a/v1, kind: Config}}");
    fails(
        &schema,
        "spec: {big: 9223372036854775808}",
        &[
            "schema-value @ 9223372036854775808: spec.big: Invalid value: 9223372036854775808: must fit int64",
        ],
    );
    let found = findings(&schema, "spec: {e: {apiVersion: a/v1, kind: a.B}}");
    assert!(found[0].starts_with("schema-value @ a.B: spec.e.kind: "), "{found:?}");
    holds(&schema, "spec: {i: 1e3, num: 1, s: '1', b: yes, l: [a], x: 80}");
    holds(&schema, "spec: {num: 1.5, x: http}");
    fails(
        &schema,
        "spec: {i: '3'}",
        &["schema-type @ '3': spec.i: Invalid value: \"3\": must be of type integer, not string"],
    );
    fails(
        &schema,
        "spec: {s: on}",
        &["schema-type @ on: spec.s: Invalid value: true: must be of type string, not boolean"],
    );
    fails(
        &schema,
        "spec: {x: 1.5}",
        &[
            "schema-type @ 1.5: spec.x: Invalid value: 1.5: must be of type integer or string, not number",
        ],
    );
    fails(
        &schema,
        "spec:\n  l:\n    a: b",
        &["schema-type @ l: spec.l: Invalid value: \"object\": must be of type array, not object"],
    );
    fails(
        &schema,
        "spec: {l: [a, ~]}",
        &["schema-type @ ~: spec.l[1]: Invalid value: null: must be of type string, not null"],
    );
    fails(
        &schema,
        "spec: {i: 3000000000}",
        &["schema-value @ 3000000000: spec.i: Invalid value: 3000000000: must fit int32"],
    );
}

#[test]
fn limits_are_named() {
    let schema = object(json!({
        "p": {"type": "string", "pattern": "^[a-z]+$"},
        "len": {"type": "string", "minLength": 2, "maxLength": 3},
        "num": {"type": "integer", "minimum": 1, "maximum": 10, "exclusiveMaximum": true, "multipleOf": 3},
        "l": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "integer"}},
        "e": {"type": "string", "enum": ["SIMPLE", "MUTUAL"]},
        "f": {"type": "string", "format": "ipv4"},
        "m": {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 1},
    }));
    holds(
        &schema,
        "spec: {p: abc, len: äöü, num: 9, l: [1], e: SIMPLE, f: 10.0.0.1, m: {a.b/c: d}}",
    );
    fails(
        &schema,
        "spec: {p: A1}",
        &["schema-value @ A1: spec.p: Invalid value: \"A1\": must match `^[a-z]+$`"],
    );
    fails(
        &schema,
        "spec: {len: äöüß}",
        &["schema-value @ äöüß: spec.len: Too long: may not be more than 3 characters, and has 4"],
    );
    fails(
        &schema,
        "spec: {num: 10}",
        &["schema-value @ 10: spec.num: Invalid value: 10: must be less than 10"],
    );
    fails(
        &schema,
        "spec: {l: [], e: simple}",
        &[
            "schema-value @ l: spec.l: Invalid value: \"array\": should have at least 1 item, and has 0",
            "schema-enum @ simple: spec.e: Unsupported value: \"simple\": supported values: \"SIMPLE\", \"MUTUAL\"",
        ],
    );
    fails(
        &schema,
        "spec: {f: 10.0.0}",
        &["schema-value @ 10.0.0: spec.f: Invalid value: \"10.0.0\": must be of format ipv4"],
    );
    fails(
        &schema,
        "spec: {m: {a: b, c: 1}}",
        &[
            "schema-value @ m: spec.m: Too many: must have at most 1 property, and has 2",
            "schema-type @ 1: spec.m[c]: Invalid value: 1: must be of type string, not integer",
        ],
    );
}

#[test]
fn unknown_fields_say_what_was_meant() {
    let schema = object(json!({
        "selector": {"type": "object", "additionalProperties": {"type": "string"}},
        "http": {"type": "array", "items": object(json!({"timeout": {"type": "string"}}))},
        "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
        "closed": {"type": "object"},
    }));
    holds(&schema, "spec: {open: {a: {b: c}}, selector: {x: z}}");
    let engine = engine(&schema);
    let check = |spec: &str| engine.validate_document(&document(spec), &Versions::default());
    let found = check("spec: {selectr: {}}");
    assert_eq!(found[0].message, "unknown field `spec.selectr`");
    assert_eq!(found[0].help, ["did you mean `selector`?"]);
    assert_eq!(found[0].fix.as_ref().unwrap().edits[0].text, "selector");
    let found = check("spec: {timeout: 1s}");
    assert_eq!(found[0].help, ["`timeout` is a field of `spec.http[]`"]);
    assert_eq!(found[0].at.location.text(), "timeout");
    fails(
        &schema,
        "spec: {closed: {a: 1}}",
        &["schema-unknown-field @ a: unknown field `spec.closed.a`"],
    );
    let found = check("spec: {n: 1}");
    assert_eq!(found[0].help[0], "YAML reads the key `n` as `false`; in quotes it is text");
    fails(&schema, "spce: {}", &["schema-unknown-field @ spce: unknown field `spce`"]);
}

#[test]
fn a_name_that_is_right_elsewhere_is_not_spelt_anew() {
    let schema = object(json!({
        "timers": {"type": "string"},
        "http": object(json!({"timeout": {"type": "string"}, "timer": {"type": "string"}})),
    }));
    let engine = engine(&schema);
    let check = |spec: &str| engine.validate_document(&document(spec), &Versions::default());
    // Two letters from `timers`.
    let found = check("spec: {timeout: 1s}");
    assert_eq!(found[0].help, ["`timeout` is a field of `spec.http`"]);
    assert!(found[0].fix.is_none());
    // One letter from it.
    assert_eq!(check("spec: {timer: 1s}")[0].help, ["did you mean `timers`?"]);
}

#[test]
fn null_is_absence_and_defaults_come_first() {
    let schema = json!({"type": "object", "required": ["mode"], "properties": {
        "mode": {"type": "string", "default": "A", "enum": ["A", "B"]},
        "name": {"type": "string"},
        "any": {"type": "string", "nullable": true},
    }, "oneOf": [
        {"properties": {"mode": {"enum": ["A"]}}, "required": ["mode"]},
        {"properties": {"mode": {"enum": ["B"]}}, "required": ["name"]},
    ]});
    holds(&schema, "spec: {}");
    holds(&schema, "spec: {mode: ~, name: , any: null}");
    holds(&schema, "spec: {mode: B, name: x}");
    fails(
        &schema,
        "spec: {mode: B}",
        &[
            "schema-combination @ spec: spec: Invalid value: none of the 2 alternatives holds (oneOf)",
        ],
    );
    let found =
        engine(&schema).validate_document(&document("spec: {mode: B}"), &Versions::default());
    assert_eq!(found[0].help, ["the nearest one needs: spec.name: Required value"]);
    let required =
        json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}});
    fails(&required, "spec: {name: ~}", &["schema-required @ name: spec.name: Required value"]);
    let help = engine(&required)
        .validate_document(&document("spec: {name: ~}"), &Versions::default())
        .remove(0)
        .help;
    assert_eq!(help, ["`name` is there, but empty"]);
}

/// The OpenAPI of Kubernetes gives a Deployment's selector the default `{}`, which the API server never fills in.
#[test]
fn what_a_built_in_kind_requires_has_no_default() {
    let engine = Engine::new(Schemas::embedded());
    let pod = "metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}";
    let cases = [
        ("Deployment", format!("{{template: {{{pod}}}}}"), "spec.selector"),
        ("Deployment", format!("{{selector: null, template: {{{pod}}}}}"), "spec.selector"),
        ("Deployment", format!("{{selector: , template: {{{pod}}}}}"), "spec.selector"),
        ("Deployment", "{template: {spec: null}}".to_owned(), "spec.template.spec"),
        ("ReplicaSet", "{selector: {}}".to_owned(), "spec.template"),
    ];
    for (kind, spec, missing) in cases {
        let text =
            format!("apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec}\n");
        let source = Source::new("a.yaml", text.as_str());
        let read = read(&text, &TextMap::identity(&source), Format::Yaml);
        let found = engine.validate(&read.documents, &Versions::default());
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert!(messages.contains(&&*format!("{missing}: Required value")), "{spec}: {messages:?}");
    }
}

#[test]
fn combinations_name_the_fields() {
    let of = |name: &str| json!({"required": [name]});
    let properties =
        json!({"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"}});
    let with = |key: &str, value: Json| {
        let mut schema = object(properties.clone());
        schema[key] = value;
        schema
    };
    let one = with("oneOf", json!([of("a"), of("b")]));
    holds(&one, "spec: {a: x}");
    fails(
        &one,
        "spec: {c: x}",
        &["schema-combination @ spec: spec: Invalid value: one of `a` and `b` must be set"],
    );
    fails(
        &one,
        "spec: {a: x, b: z}",
        &["schema-combination @ b: spec: Invalid value: only one of `a` and `b` may be set"],
    );
    // How Istio's schemas say "at most one".
    let at_most = with("oneOf", json!([{"not": {"anyOf": [of("a"), of("b")]}}, of("a"), of("b")]));
    holds(&at_most, "spec: {c: x}");
    fails(
        &at_most,
        "spec: {a: x, b: z}",
        &["schema-combination @ b: spec: Invalid value: only one of `a` and `b` may be set"],
    );
    let not = with("not", of("c"));
    fails(
        &not,
        "spec: {c: x}",
        &["schema-combination @ spec: spec: Invalid value: `c` may not be set here"],
    );
    let any = with("anyOf", json!([of("a"), of("b")]));
    holds(&any, "spec: {a: x, b: z}");
    let all = with("allOf", json!([{"properties": {"a": {"minLength": 2}}}, of("b")]));
    fails(
        &all,
        "spec: {a: x}",
        &[
            "schema-required @ spec: spec.b: Required value",
            "schema-value @ x: spec.a: Invalid value: \"x\": must be at least 2 characters long",
        ],
    );
}

#[test]
fn lists_have_distinct_items() {
    let schema = object(json!({
        "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        "map": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port", "protocol"],
            "items": object(json!({"port": {"type": "integer"}, "protocol": {"type": "string", "default": "TCP"}}))},
    }));
    holds(&schema, "spec: {set: [a, b], map: [{port: 1}, {port: 1, protocol: UDP}]}");
    fails(
        &schema,
        "spec: {set: [a, b, a]}",
        &["schema-duplicate @ a: spec.set[2]: Duplicate value: \"a\""],
    );
    fails(
        &schema,
        "spec:\n  map:\n  - port: 1\n  - protocol: TCP\n    port: 1\n",
        &[
            "schema-duplicate @ protocol: spec.map[1]: Duplicate value: {\"port\":1,\"protocol\":\"TCP\"}",
        ],
    );
}

#[test]
fn metadata_is_checked_for_every_kind() {
    let schema = json!({"type": "object"});
    let check = |metadata: &str| {
        let text = format!("apiVersion: test.example/v1\nkind: Thing\n{metadata}");
        let source = Source::new("a.yaml", text.as_str());
        let read = read(&text, &TextMap::identity(&source), Format::Yaml);
        let found = engine(&schema).validate(&read.documents, &Versions::default());
        found
            .iter()
            .map(|f| format!("{} {}", f.code.name, f.path.clone().unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    assert_eq!(check("metadata: {name: a.b-c}"), [""; 0]);
    assert_eq!(check("metadata: {generateName: a-, creationTimestamp: null}"), [""; 0]);
    assert_eq!(check("spec: {}"), ["metadata-name metadata.name"]);
    assert_eq!(check("metadata: {}"), ["metadata-name metadata.name"]);
    assert_eq!(check("metadata: {name: A_b}"), ["metadata-name metadata.name"]);
    assert_eq!(check("metadata: {name: a, namespace: a.b}"), ["metadata-name metadata.namespace"]);
    assert_eq!(check("metadata: {name: a, label: {}}"), ["schema-unknown-field metadata.label"]);
    assert_eq!(
        check("metadata: {name: a, labels: {a/b/c: x}}"),
        ["metadata-label metadata.labels"]
    );
    assert_eq!(check("metadata: {name: a, labels: {a: x y}}"), ["metadata-label metadata.labels"]);
    assert_eq!(check("metadata: {name: a, labels: {a: 1}}"), ["schema-type metadata.labels[a]"]);
    assert_eq!(check("metadata: {name: a, annotations: {a: x y}}"), [""; 0]);
    assert_eq!(check("metadata: [name]"), ["schema-type metadata"]);
    let owner =
        "metadata: {name: a, ownerReferences: [{apiVersion: v1, kind: Pod, name: b, uid: ''}]}";
    assert_eq!(check(owner), ["schema-value metadata.ownerReferences[0].uid"]);
}

#[test]
fn schemas_with_faults_are_findings_and_end() {
    let schema = object(json!({"p": {"type": "string", "pattern": "("}}));
    assert_eq!(findings(&schema, "spec: {p: x}").len(), 1);
    assert!(findings(&schema, "spec: {p: x}")[0].starts_with("schema-invalid"));
    let unknown = object(json!({"p": {"type": "strign"}}));
    assert!(findings(&unknown, "spec: {}")[0].contains("unknown type `strign`"));
    let nowhere = object(json!({"p": {"$ref": "#/nothing"}}));
    assert!(findings(&nowhere, "spec: {p: 1}")[0].contains("`#/nothing`"));
    // The root's own schema, in itself: by a property, by a rename, and by a combination that never steps forward.
    let tree = object(json!({"again": {"$ref": "#/properties/spec"}, "leaf": {"type": "string"}}));
    holds(&tree, "spec: {again: {again: {leaf: x}}}");
    assert_eq!(findings(&tree, "spec: {again: {again: {leaf: 1}}}").len(), 1);
    let loops = object(
        json!({"a": {"$ref": "#/properties/spec/properties/b"}, "b": {"$ref": "#/properties/spec/properties/a"}}),
    );
    assert!(findings(&loops, "spec: {a: 1}")[0].contains("leads back to itself"));
    let endless = object(
        json!({"a": {"anyOf": [{"$ref": "#/properties/spec/properties/a"}, {"$ref": "#/properties/spec/properties/a"}]}}),
    );
    assert!(findings(&endless, "spec: {a: 1}").iter().any(|f| f.starts_with("schema-")));
}

/// A schema may ask for any number of defaults: within each other, in each item of a list, large ones, without end.
#[test]
fn defaults_come_to_no_more_than_an_object_may() {
    let again = json!({"allOf": [{"$ref": "#/properties/spec"}], "default": {}});
    let endless = object(json!({"a": again, "b": again}));
    let mut many = json!({"type": "object", "default": {}});
    for _ in 0..8 {
        let properties: serde_json::Map<_, _> =
            (0..10).map(|n| (format!("p{n}"), many.clone())).take(3).collect();
        many = json!({"type": "object", "default": {}, "properties": properties});
    }
    let items = |item: Json| object(json!({"l": {"type": "array", "items": item}}));
    let large = items(
        json!({"type": "object", "properties": {"z": {"type": "string", "default": "x".repeat(100_000)}}}),
    );
    let list = format!("spec: {{l: [{}]}}", vec!["{}"; 10_000].join(", "));
    for (schema, spec) in [(&endless, "spec: {}"), (&items(many.clone()), &*list), (&large, &*list)]
    {
        let found = findings(schema, spec);
        assert!(
            found.iter().any(|f| f.starts_with("schema-invalid") && f.contains("defaults")),
            "{found:?}"
        );
    }
    holds(&large, "spec: {l: [{}, {}]}");
    holds(&items(many), "spec: {l: [{}]}");
}

/// Thousands of duplicates, and thousands of names for what a value may be.
#[test]
fn what_is_wrong_in_many_places_costs_no_more_than_its_sum() {
    let start = std::time::Instant::now();
    let list = |item: Json, more: Json| {
        let mut list = json!({"type": "array", "items": item});
        list.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object(json!({"l": list}))
    };
    let keyed = list(
        json!({"type": "object", "properties": {"k": {"type": "string"}}}),
        json!({"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"]}),
    );
    let twice = format!("spec: {{l: [{}]}}", vec!["{k: a}"; 10_000].join(", "));
    assert_eq!(findings(&keyed, &twice).len(), 9_999);
    let known: Vec<String> = (0..20_000).map(|n| format!("value-{n}")).collect();
    let named = list(json!({"type": "string", "enum": known}), json!({}));
    let found = findings(&named, &format!("spec: {{l: [{}]}}", vec!["x"; 1_000].join(", ")));
    assert!(found.len() == 1_000 && found.iter().all(|f| f.len() < 6_000), "{}", found.len());
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

/// OpenAPI v3 writes a reference with something beside it as `allOf` of one; all of it holds.
#[test]
fn what_stands_beside_a_reference_holds_too() {
    let beside = |key: &str, value: Json| {
        let mut both = json!({"allOf": [{"$ref": "#/properties/spec/properties/base"}]});
        both[key] = value;
        object(json!({"base": object(json!({"a": {"type": "string"}})), "both": both}))
    };
    let said = |schema: &Json, spec: &str| findings(schema, spec).join("\n");
    let schema = beside("required", json!(["a"]));
    holds(&schema, "spec: {both: {a: x}}");
    assert!(said(&schema, "spec: {both: {}}").contains("spec.both.a: Required value"));
    let schema = beside("x-kubernetes-validations", json!([{"rule": "false", "message": "wrong"}]));
    assert!(said(&schema, "spec: {both: {a: x}}").contains("wrong"));
    let schema = beside("default", json!({}));
    holds(&schema, "spec: {both: {a: x}}");
    assert!(said(&schema, "spec: {both: {b: x}}").contains("unknown field `spec.both.b`"));
}

#[test]
fn rules_see_the_object_as_an_api_server_shows_it() {
    let rule = |rule: &str| json!([{"rule": rule, "message": "wrong"}]);
    let with = |properties: Json, rules: Json| {
        let mut schema = object(properties);
        schema["x-kubernetes-validations"] = rules;
        schema
    };
    // A single underscore is part of a name; two are escaped, as are words of CEL and other characters.
    let names = json!({"jwks_uri": {"type": "string"}, "a__b": {"type": "string"}, "namespace": {"type": "string"},
        "x-y": {"type": "string"}});
    let schema =
        with(names.clone(), rule("!has(self.jwks_uri) || self.jwks_uri.startsWith('https://')"));
    holds(&schema, "spec: {jwks_uri: 'https://a'}");
    fails(
        &schema,
        "spec: {jwks_uri: 'ftp://a'}",
        &["schema-rule @ spec: spec: Invalid value: wrong"],
    );
    let schema =
        with(names, rule("self.a__underscores__b == self.__namespace__ && self.x__dash__y == 'z'"));
    holds(&schema, "spec: {a__b: q, namespace: q, x-y: z}");
    fails(
        &schema,
        "spec: {a__b: q, namespace: r, x-y: z}",
        &["schema-rule @ spec: spec: Invalid value: wrong"],
    );

    // Kubernetes' functions, numbers as the schema has them, keys of maps as they are.
    let schema = with(
        json!({"u": {"type": "string"}, "d": {"type": "string"}, "num": {"type": "number"}, "q": {"type": "string"},
            "m": {"type": "object", "additionalProperties": {"type": "string"}}}),
        rule(
            "url(self.u).getScheme() == 'https' && duration(self.d) <= duration('1h') && self.num < 2.5 \
            && quantity(self.q).isLessThan(quantity('1Gi')) && self.m['a-b/c'] == 'x' && self.m.all(k, k.contains('-'))",
        ),
    );
    holds(&schema, "spec: {u: 'https://a', d: 30m, num: 2, q: 128Mi, m: {a-b/c: x}}");
    assert_eq!(
        findings(&schema, "spec: {u: 'https://a', d: 2h, num: 2, q: 128Mi, m: {a-b/c: x}}").len(),
        1
    );

    // The name of the object, though the schema says of the metadata only that they are an object; a generated one too.
    let rules = json!([{"rule": "self.metadata.name.startsWith('a')", "message": "wrong"}]);
    let engine = engine_with_rules(&object(json!({})), rules);
    let cases = [("{name: a}", true), ("{name: b}", false), ("{generateName: a-}", true)];
    for (metadata, expected) in cases {
        let text = format!("apiVersion: test.example/v1\nkind: Thing\nmetadata: {metadata}\n");
        let source = Source::new("a.yaml", text.as_str());
        let read = read(&text, &TextMap::identity(&source), Format::Yaml);
        let found = engine.validate(&read.documents, &Versions::default());
        let codes: Vec<&str> = found.iter().map(|finding| finding.code.name).collect();
        assert_eq!(codes, if expected { vec![] } else { vec!["schema-rule"] }, "{metadata}");
    }

    // The message may be computed, and the rule say what it is about.
    let schema = with(
        json!({"min": {"type": "integer", "default": 1}, "max": {"type": "integer"}}),
        json!([{"rule": "self.min <= self.max", "messageExpression": "'at least ' + string(self.min)",
            "reason": "FieldValueForbidden", "fieldPath": ".max"}]),
    );
    holds(&schema, "spec: {max: 1}");
    fails(&schema, "spec: {max: 0}", &["schema-rule @ 0: spec.max: Forbidden: at least 1"]);

    // What can't be evaluated is not passed over; what is about a change is.
    let schema = with(json!({"a": {"type": "integer"}}), rule("self.a > 0"));
    assert!(
        findings(&schema, "spec: {}")[0]
            .starts_with("rule-error @ spec: spec: the rule `self.a > 0` can't be")
    );
    // A value that may be a placeholder, if it is malformed, hides nothing from a rule; what is surely one does.
    for (certainty, codes) in [
        (Certainty::IfNotAlone, vec!["rule-error"]),
        (Certainty::IfMalformed, vec!["rule-error"]),
        (Certainty::Sure, vec![]),
    ] {
        let mut document = document("spec: {}");
        let path = ["spec", "a"].map(|name| Step::Field(name.to_owned()));
        let path = path.into_iter().fold(FieldPath::default(), FieldPath::then);
        document.gaps.replaced(Placeholder { path, span: Span::at(0), certainty });
        let found = self::engine(&schema).validate_document(&document, &Versions::default());
        assert_eq!(found.iter().map(|one| one.code.name).collect::<Vec<_>>(), codes);
    }
    let schema = with(json!({"a": {"type": "integer"}}), rule("self.a >"));
    assert!(findings(&schema, "spec: {}")[0].contains("does not compile"));
    let schema = with(json!({"a": {"type": "integer"}}), rule("self.a == oldSelf.a"));
    holds(&schema, "spec: {a: 1}");
    let schema = with(
        json!({"a": {"type": "integer"}}),
        json!([{"rule": "oldSelf.hasValue() || self.a == 1", "optionalOldSelf": true}]),
    );
    holds(&schema, "spec: {a: 1}");
    assert_eq!(findings(&schema, "spec: {a: 2}").len(), 1);

    // Only where the structure is sound.
    let schema = with(json!({"a": {"type": "integer"}}), rule("false"));
    fails(
        &schema,
        "spec: {a: x}",
        &["schema-type @ x: spec.a: Invalid value: \"x\": must be of type integer, not string"],
    );
}

#[test]
fn no_rule_takes_for_ever() {
    let mut schema = object(json!({"l": {"type": "array", "items": {"type": "integer"}}}));
    let nested = "self.l.all(a, self.l.all(b, self.l.all(c, self.l.all(d, a + b + c + d >= 0))))";
    schema["x-kubernetes-validations"] = json!([{"rule": nested}]);
    let items = (0..1000).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let found = findings(&schema, &format!("spec: {{l: [{items}]}}"));
    assert!(found[0].starts_with("rule-error") && found[0].contains("cost limit"), "{found:?}");
    holds(&schema, "spec: {l: [1, 2, 3]}");
    schema["x-kubernetes-validations"] = json!([{"rule": "(".repeat(5000)}, {"rule": "Thing{a: 1}.a == 1"},
        {"rule": "lists.range(1000000000).size() > 0"}]);
    assert_eq!(findings(&schema, "spec: {}").len(), 3);
}

#[test]
fn fragments_are_checked_at_their_place() {
    let engine = Engine::new(Schemas::embedded());
    let check = |text: &str, kind: &str, path: &str, partial: bool| {
        let source = Source::new("a.md", text);
        let mut read = read(text, &TextMap::identity(&source), Format::Yaml);
        if partial {
            read.documents[0].gaps = crate::gaps::Gaps::everywhere();
        }
        let found =
            engine.judge_fragment(&read.documents[0], kind, path, &Versions::default()).findings;
        found.iter().map(|f| f.message.clone()).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(check("containerPort: 80\n", "Pod", "spec.containers[].ports[]", false), none);
    assert_eq!(
        check(
            "- containerPort: 80\n- containerPort: x\n",
            "Pod",
            "spec.containers[].ports[]",
            false
        )
        .len(),
        1
    );
    assert_eq!(
        check("resources: {}\n", "Pod", "spec.containers[]", false),
        ["image: Required value", "name: Required value"]
    );
    assert_eq!(check("resources: {}\n", "Pod", "spec.containers[]", true), none);
    // What depends on the rest of the manifest, a part can't say.
    let mount = "name: a\nimage: b\nvolumeMounts: [{name: c, mountPath: /c}]\n";
    assert_eq!(check(mount, "Pod", "spec.containers[]", false), none);
    let route = "retries: {attempts: 3, retryOn: sometimes}\n";
    let found = check(route, "VirtualService", "spec.http[]", false);
    assert!(found.len() == 2 && found[0].starts_with("a route needs"), "{found:?}");
    assert_eq!(check(route, "VirtualService", "spec.http[]", true).len(), 1);
    // What an API server checks in code, of what is shown.
    let container =
        "name: a\nimage: b\nresources: {requests: {cpu: 2}, limits: {cpu: 1, memery: 1Gi}}\n";
    let found = check(container, "Deployment", "spec.template.spec.containers[]", false);
    let starts = ["resources.limits[memery]: ", "resources.requests[cpu]: "];
    let is_said = |start: &&str| found.iter().any(|message| message.starts_with(start));
    assert!(found.len() == 2 && starts.iter().all(is_said), "{found:?}");
    assert_eq!(check("a: b\n", "Pood", "spec", false), ["no schema is known for a kind `Pood`"]);
    assert!(
        check("a: b\n", "Pod", "spec.containres[]", false)[0]
            .contains("did you mean `containers`?")
    );
}

/// JSON made of the words that schemas are made of, put together without sense.
fn nonsense() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(json!(null)),
        Just(json!(true)),
        any::<i64>().prop_map(|number| json!(number)),
        "[a-z(\\[]{0,4}".prop_map(|text| json!(text)),
        Just(json!("object")),
        Just(json!("array")),
        Just(json!("#/properties/spec")),
        Just(json!("#")),
        Just(json!(["a", "a"])),
    ];
    let key = prop::sample::select(vec![
        "type",
        "properties",
        "items",
        "additionalProperties",
        "required",
        "enum",
        "default",
        "pattern",
        "minimum",
        "maxLength",
        "oneOf",
        "anyOf",
        "allOf",
        "not",
        "$ref",
        "nullable",
        "format",
        "a",
        "b",
        "x-kubernetes-list-type",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-int-or-string",
        "x-kubernetes-validations",
        "x-kubernetes-embedded-resource",
        "rule",
        "messageExpression",
    ]);
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|pairs| pairs
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn a_senseless_schema_is_survived(schema in nonsense(), value in nonsense()) {
        findings(&schema, &format!("spec: {value}"));
    }

    #[test]
    fn a_damaged_manifest_is_validated_or_refused(at in 0usize..420, cut in 0usize..30, with in "[ -~\\n]{0,6}") {
        static ENGINE: std::sync::OnceLock<Engine> = std::sync::OnceLock::new();
        let manifest = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a, labels: {b: 'c'}}\nspec:\n  parentRefs:\n  - name: g\n  rules:\n  - matches:\n    - path: {type: PathPrefix, value: /}\n      headers: [{name: a, value: b}]\n    backendRefs:\n    - name: s\n      port: 80\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: d}\n  spec: {selector: {matchLabels: {a: b}}}\n";
        let start = at.min(manifest.len());
        let end = (start + cut).min(manifest.len());
        let text = format!("{}{with}{}", &manifest[..start], &manifest[end..]);
        let source = Source::new("a.yaml", text.as_str());
        let read = read(&text, &TextMap::identity(&source), Format::Yaml);
        let engine = ENGINE.get_or_init(|| Engine::new(Schemas::embedded()));
        for finding in engine.validate(&read.documents, &Versions::default()) {
            let location = &finding.at.location;
            prop_assert!(text.get(location.span.range()).is_some(), "{:?}", finding);
        }
    }
}
