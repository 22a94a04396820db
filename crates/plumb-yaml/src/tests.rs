use super::compose;
use super::compose::Composed;
use plumb_text::Span;
use proptest::prelude::*;

/// The documents of a text as JSON, or the first thing that is wrong.
fn read(text: &str) -> String {
    let composed = compose(text);
    match composed.problems.iter().find(|p| p.code.level == plumb_text::diag::Level::Deny) {
        Some(problem) => format!("{}: {}", problem.code.name, problem.message),
        None => composed
            .roots
            .iter()
            .map(|root| root.to_json().to_string())
            .collect::<Vec<_>>()
            .join(" | "),
    }
}

#[test]
fn reads_what_kubernetes_reads() {
    // Left: YAML. Right: what `kubectl` makes of it. From YAML 1.1's type repository, the libyaml grammar, and the
    // documented behaviour of sigs.k8s.io/yaml.
    let table: &[(&str, &str)] = &[
        ("a: yes\nb: Off\nc: y\nd: tRue", r#"{"a":true,"b":false,"c":true,"d":"tRue"}"#),
        ("on: 1\n2: b\n1.5: c", r#"{"true":1,"2":"b","1.5":"c"}"#),
        (
            "a: 0644\nb: 0o17\nc: 0x1F\nd: 0b11\ne: 08\nf: 1_000",
            r#"{"a":420,"b":15,"c":31,"d":3,"e":8,"f":1000}"#,
        ),
        ("a: 1e3\nb: 2.0\nc: .5\nd: 1.25\ne: -017", r#"{"a":1000,"b":2,"c":0.5,"d":1.25,"e":-15}"#),
        (
            "a: 1:30\nb: 2020-01-01\nc: 100m\nd: 1.2.3",
            r#"{"a":"1:30","b":"2020-01-01","c":"100m","d":"1.2.3"}"#,
        ),
        ("a: 18446744073709551615\nb: 1e400", r#"{"a":18446744073709551615,"b":"1e400"}"#),
        ("a:\nb: ~\nc: Null\nd: \"\"", r#"{"a":null,"b":null,"c":null,"d":""}"#),
        (
            "a: !!str 1\nb: !!int \"3\"\nc: !own x\nd: !!binary aGk=",
            r#"{"a":"1","b":3,"c":"x","d":"hi"}"#,
        ),
        ("a:\t1", r#"{"a":1}"#),
        ("a: |\n  x\n  y\nb: >-\n  x\n  y\n\n  z\n", r#"{"a":"x\ny\n","b":"x y\nz"}"#),
        ("a: |+\n  x\n\nb: |2\n   x\n", r#"{"a":"x\n\n","b":" x\n"}"#),
        ("a: |\n  x", r#"{"a":"x"}"#),
        ("a: one\n  two\n\n  three", r#"{"a":"one two\nthree"}"#),
        ("a: \"x\\\n   y\\u00e9\\x41 \n  z\"", r#"{"a":"xyéA z"}"#),
        ("a: 'it''s'", r#"{"a":"it's"}"#),
        (
            "{\"a\": [1, {\"b\": null}], \"c\": \"\\ud83d\\ude00\\/\"}",
            "{\"a\":[1,{\"b\":null}],\"c\":\"😀/\"}",
        ),
        ("a: [1, 2,]\nb: {c: 1, d}", r#"{"a":[1,2],"b":{"c":1,"d":null}}"#),
        ("a: [b: 1]", r#"{"a":[{"b":1}]}"#),
        ("a:\n- b\n- - c\n  - d\n", r#"{"a":["b",["c","d"]]}"#),
        ("? a\n: b", r#"{"a":"b"}"#),
        ("a: &x [1]\nb: *x", r#"{"a":[1],"b":[1]}"#),
        ("a: &x {b: 1}\nc:\n  <<: *x\n  d: 2", r#"{"a":{"b":1},"c":{"b":1,"d":2}}"#),
        ("a: &x {b: 1}\nc: {<<: *x, b: 2}", r#"{"a":{"b":1},"c":{"b":2}}"#),
        ("a: &x {b: 1}\nc: {<<: [{b: 2}, *x]}", r#"{"a":{"b":1},"c":{"b":2}}"#),
        ("a: 1\n---\n# nothing\n---\n--- # two\nb: 2\n...\n", r#"{"a":1} | {"b":2}"#),
        ("\u{feff}a: é\r\nb: 'c'\r\n", r#"{"a":"é","b":"c"}"#),
        ("a: http://x/#y # z\nb: c#d", r#"{"a":"http://x/#y","b":"c#d"}"#),
        ("", ""),
        ("# nothing", ""),
        (
            "a: &x {b: 1}\nc: {b: 2, <<: *x}",
            "yaml-duplicate-key: key `b` is already set in this map",
        ),
        (
            "a: &x {b: 1}\nc: {<<: *x, b: 2, b: 3}",
            "yaml-duplicate-key: key `b` is already set in this map",
        ),
        ("a: 1\n\"a\": 2", "yaml-duplicate-key: key `a` is already set in this map"),
        ("~: 1", "yaml-key: null can't be a key"),
        ("a: {{ .Values.x }}", "yaml-key: a map or a list can't be a key"),
        ("a: .inf", "yaml-value: JSON has no such number, so Kubernetes can't read it"),
        ("a: *b", "yaml-alias: unknown anchor `b` referenced"),
        ("a: &b [*b]", "yaml-alias: anchor `b` contains itself"),
        ("a: &b 1\n---\nc: *b", "yaml-alias: unknown anchor `b` referenced"),
        ("a: b: c", "yaml-syntax: mapping values are not allowed in this context"),
        (
            "a:\n\tb: 1",
            "yaml-syntax: found character that cannot start any token, while scanning for the next token",
        ),
        (
            "a: @b",
            "yaml-syntax: found character that cannot start any token, while scanning for the next token",
        ),
        ("a: \"b", "yaml-syntax: found unexpected end of stream, while scanning a quoted scalar"),
        ("a: [1", "yaml-syntax: did not find expected ',' or ']', while parsing a flow sequence"),
        ("a: b\n c: d", "yaml-syntax: mapping values are not allowed in this context"),
        ("a:\n  - b\n c", "yaml-syntax: did not find expected key, while parsing a block mapping"),
        ("a: 1\n  b: 2\n", "yaml-syntax: mapping values are not allowed in this context"),
        ("- a\n-b\n", "yaml-syntax: could not find expected ':', while scanning a simple key"),
        (
            "a: \"\\q\"",
            "yaml-syntax: found unknown escape character, while parsing a quoted scalar",
        ),
        ("a: \u{0}", "yaml-syntax: control characters are not allowed: U+0000"),
        ("a: 'x'y", "yaml-syntax: did not find expected key, while parsing a block mapping"),
    ];
    for (text, expected) in table {
        assert_eq!(&read(text), expected, "{text:?}");
    }
}

#[test]
fn every_value_knows_its_bytes() {
    let text = "é: \"x\"\nlist:\n- a: 'b'   # c\n  k: |\n    t\n    u\n- {d: 12, e: }\nend: v v\n";
    let composed = compose(text);
    let root = &composed.roots[0];
    let raw = |span: Span| &text[span.range()];
    let at = |path: &str| raw(root.at_path(path).unwrap().span);
    assert_eq!(at("é"), "\"x\"");
    assert_eq!(at("list[0].a"), "'b'");
    assert_eq!(at("list[0].k"), "|\n    t\n    u");
    assert_eq!(at("list[1]"), "{d: 12, e: }");
    assert_eq!(at("list[1].d"), "12");
    assert_eq!(at("list[1].e"), "");
    assert_eq!(at("end"), "v v");
    assert_eq!(at("list"), "- a: 'b'   # c\n  k: |\n    t\n    u\n- {d: 12, e: }");
    assert_eq!(raw(root.as_map().unwrap().entry("list").unwrap().key.span), "list");
    assert_eq!(composed.comments.iter().map(|span| raw(*span)).collect::<Vec<_>>(), ["# c"]);
}

#[test]
fn an_error_spoils_only_its_document() {
    let composed = compose("a: 1\n---\nb: [\n---\nc: 'x\n---\nd: 2\n");
    assert_eq!(composed.problems.len(), 2);
    assert_eq!(composed.roots.len(), 2);
    assert_eq!(composed.roots[1].to_json().to_string(), r#"{"d":2}"#);
}

#[test]
fn hostile_texts_are_bounded() {
    let nested = "[".repeat(1_000_000);
    let indented: String = (0..3000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    let dashes = "- ".repeat(100_000);
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for level in 1..40 {
        let before = format!("*a{}", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", [before.as_str(); 9].join(","));
    }
    let large = format!("a: {}", "x".repeat(9 << 20));
    for text in [&nested, &indented, &dashes, &bomb, &large] {
        let composed = compose(text);
        let names: Vec<_> = composed.problems.iter().map(|problem| problem.code.name).collect();
        assert_eq!(names, ["yaml-limit"], "{}", &text[..40]);
    }
    let wide: String = (0..50_000).map(|n| format!("k{n}: v\n")).collect();
    assert_eq!(compose(&wide).roots[0].as_map().unwrap().len(), 50_000);
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "[ \\t\\n\\r:#\\-?&*!|>'\"%@`{}\\[\\],.a0é\u{2028}\u{85}~<\\\\xu]{0,60}") {
        let composed = compose(&text);
        check_spans(&text, &composed);
    }

    #[test]
    fn no_json_with_comments_is_too_strange(text in "[{\\[]?[ \t\n\r:/*\"{}\\[\\],a0é\u{a0}\u{2028}\\\\]{0,60}") {
        for text in [format!("\u{a0}{text}"), text] {
            let composed = super::compose_commented(&text);
            for comment in &composed.comments {
                assert!(text[comment.range()].starts_with(['/', '#']), "{text:?}");
            }
            check_spans(&text, &Composed { comments: Vec::new(), ..composed });
        }
    }

    #[test]
    fn a_damaged_manifest_is_read_or_refused(at in 0usize..200, cut in 0usize..20, with in "\\PC{0,3}") {
        let manifest = "apiVersion: v1\nkind: Service\nmetadata: {name: \"a\", labels: {b: 'c'}}\nspec:\n  ports:\n  - port: 80\n    name: |\n      x\n  - &p {port: 1}\n  - *p\n  # end\n---\n- >-\n  folded\n   text\n";
        let start = at.min(manifest.len());
        let end = (start + cut).min(manifest.len());
        let text = format!("{}{with}{}", &manifest[..start], &manifest[end..]);
        let composed = compose(&text);
        check_spans(&text, &composed);
    }
}

/// Every span must be sliceable, and every written value inside the text.
fn check_spans(text: &str, composed: &Composed) {
    fn walk(text: &str, node: &super::Node) {
        assert!(text.get(node.span.range()).is_some(), "{text:?} {node:?}");
        for item in node.items() {
            walk(text, item);
        }
        for entry in node.as_map().into_iter().flatten() {
            assert!(text.get(entry.key.span.range()).is_some());
            walk(text, &entry.value);
        }
    }
    for root in &composed.roots {
        walk(text, root);
    }
    for problem in &composed.problems {
        assert!(text.get(problem.span.range()).is_some(), "{text:?} {problem:?}");
    }
    for comment in &composed.comments {
        assert!(text[comment.range()].starts_with('#'));
    }
}

/// With `PLUMB_SHARED` set to a folder that holds `conformance/yaml-as-kubernetes-reads-it.tsv`.
#[test]
#[ignore = "needs measured cases that are not part of the repository"]
fn agrees_with_measured_cases() {
    let Some(shared) = std::env::var_os("PLUMB_SHARED") else { panic!("PLUMB_SHARED is not set") };
    let path = std::path::Path::new(&shared).join("conformance/yaml-as-kubernetes-reads-it.tsv");
    let cases = std::fs::read_to_string(path).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases.lines() {
        let Some((text, expected)) = case.split_once("\t=> ") else { continue };
        count += 1;
        let text = text.replace("\\n", "\n");
        let composed = compose(&text);
        let refused =
            composed.problems.iter().any(|p| p.code.level == plumb_text::diag::Level::Deny);
        let agrees = if expected.starts_with("ERR") {
            refused
        } else {
            let wanted: serde_json::Value = serde_json::from_str(expected).unwrap();
            !refused && composed.roots.len() == 1 && same(&composed.roots[0].to_json(), &wanted)
        };
        if !agrees {
            wrong.push(format!("{text:?}: wanted {expected}, read {}", read(&text)));
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 80);
}

fn same(left: &serde_json::Value, right: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        _ => left == right,
    }
}

#[test]
fn what_is_taken_for_yaml_is_named() {
    let cases = [
        ("  a: 1\n\u{a0} b: 1\n", Some("indent with spaces: this line begins with U+00A0")),
        ("  a: 1\n  ---\n  b: 1\n", Some("`---` begins a document only at the start of a line")),
        ("a: 1\n--\nb: 1\n", Some("what begins a document is three hyphens: `---`")),
        ("a: 1\n\u{2014}--\nb: 1\n", Some("what begins a document is three hyphens: `---`")),
        (
            "a: \"b\" // c\nd: 1\n",
            Some("`//` begins no comment: in YAML that is `#`, and JSON has none"),
        ),
        (
            "a: 1\n// b\nc: 1\n",
            Some("`//` begins no comment: in YAML that is `#`, and JSON has none"),
        ),
        ("a: b: c\n", Some("put a value that contains `: ` in quotes, or mend the indentation")),
    ];
    for (text, expected) in cases {
        let composed = compose(text);
        let help = composed.problems.first().and_then(|problem| problem.help.as_deref());
        assert_eq!(help, expected, "{text:?}");
    }
}

/// Text; the text that the problem marks, or nothing where it marks a place only; its line; the words of the help.
#[test]
fn a_mistake_is_marked_where_it_was_made() {
    let table: &[(&str, &str, usize, &str)] = &[
        // A colon or a space that is not there.
        ("apiVersion: v1\nkind:Pod\nmetadata: {}\n", "kind:Pod", 2, "`kind: Pod`"),
        ("metadata:\n  name:a # b\n  labels: {}\n", "name:a", 2, "`name: a`"),
        ("- name:a\n  image: b\n", "name:a", 1, "`name: a`"),
        ("kind Pod\nmetadata: {}\n", "kind Pod", 1, "a key ends with `: `"),
        ("a:\n  name b\n  image: c\n", "name b", 2, "a key ends with `: `"),
        ("a: 1\nkind Pod\nb: 2\n", "kind Pod", 2, ""),
        ("- a\n-b\n", "-b", 2, "`- b`"),
        // What only looks so.
        ("a: http://x\n  b: c\n", "b:", 2, "mend the indentation"),
        ("a: demo\n   labels: {}\n", "labels:", 2, "mend the indentation"),
        ("a: b: c\n", ":", 1, "in quotes"),
        // Quotes.
        ("a: 'b\nc: d\n", "'", 1, "close this quote"),
        ("a:\n  b: \"c\n  d: \"e\"\n", "\"", 2, "close this quote"),
        ("a: 'it's b'\n", "s", 1, "twice"),
        ("a: \"b\n  c\"\nd: e: f\n", ":", 3, "in quotes"),
        // Tabs.
        ("a:\n\tb: 1\n", "\t", 2, "indent with spaces"),
        ("a:\n  b: 1\n\tc: 2\n", "\t", 3, "indent with spaces"),
        ("a:\n  b: c\n   \td: 2\n", "\t", 3, "indent with spaces"),
        ("a: |\n\tb\n", "\t", 2, ""),
        // Brackets and commas.
        ("a: [1, 2\nb: 3\n", "[", 1, "nothing closes this `[`"),
        ("a:\n  b: {c: 1\nd: 3\n", "{", 2, "nothing closes this `{`"),
        ("{\"a\": {\"b\": 1}\n", "{", 1, "nothing closes this `{`"),
        ("{\n  \"a\": 1\n  \"b\": 2\n}\n", "1", 2, "comma behind"),
        ("{\n\"a\": {\n\"b\": 1\n\"c\": 2\n}}\n", "1", 3, "comma behind"),
        ("a: [\"1\" \"b\"]\n", "\"", 1, "comma before"),
        // Others.
        ("a: *.b.c\n", "*", 1, "in quotes"),
        ("a: @b\n", "@", 1, "in quotes"),
        ("a:\n  - b\n c: 1\n", "c", 3, "indentation"),
    ];
    for (text, marked, line, help) in table {
        let problems = compose(text).problems;
        let [problem] = &problems[..] else { panic!("{text:?}: {problems:#?}") };
        assert_eq!(&text[problem.span.range()], *marked, "{text:?}");
        assert_eq!(text[..problem.span.start].matches('\n').count() + 1, *line, "{text:?}");
        assert!(problem.help.clone().unwrap_or_default().contains(help), "{text:?} {problem:?}");
    }
}

/// Text; its documents as JSON; the lines of its problems. As `kubectl create --dry-run=client -f -` reads it.
#[test]
fn a_stream_is_split_as_kubectl_splits_it() {
    let two = r#"{"a":1} | {"b":2}"#;
    let table: &[(&str, &str, &[usize])] = &[
        ("a: 1\n---\nb: 2\n", two, &[]),
        ("---\na: 1\n--- # c\nb: 2\n---#d\n", two, &[]),
        ("---\n---\n# x\n---\na: 1\n---\n", r#"{"a":1}"#, &[]),
        ("a: |\n  ---\n  x\n---\nb: 2\n", r#"{"a":"---\nx\n"} | {"b":2}"#, &[]),
        ("\u{feff}a: 1\n---\n\u{feff}b: 2\n", two, &[]),
        ("a: 1\n--- # c\n\u{feff}b: 2\nc: 3\n", r#"{"a":1} | {"b":2,"c":3}"#, &[]),
        ("a: 1\r\n---\r\nb: 2\r\n", two, &[]),
        // No separators.
        ("a: 1\n--- {b: 2}\n", two, &[2]),
        ("a: 1\n--- !!map\nb: 2\n", two, &[2]),
        ("a: 1\n--- b: 2\n", two, &[2]),
        ("a: 1\n--- the second\nb: 2\n", two, &[2]),
        ("a: 1\n----\nb: 2\n", two, &[2]),
        ("%YAML 1.2\n---\na: 1\n", r#"{"a":1}"#, &[1]),
        ("a: 1\n---\n%TAG ! tag:x,2000:\n---\nb: 2\n", two, &[3]),
        // Each document by itself.
        ("a: &x 1\n---\nb: *x\n", r#"{"a":1} | {"b":null}"#, &[3]),
        ("a: 1\n---\nc: [\n---\nb: 2\n", two, &[3]),
        // JSON, one object after another.
        ("{\"a\": 1}\n{\"b\": 2}\n", two, &[]),
        ("{\"a\":1}{\"b\":2}", two, &[]),
        ("\n {\n\"a\"\n:\n1}\n\n{\"b\":2}\n\n", two, &[]),
        ("{\"a\":1}\n---\n{\"b\":2}\n", two, &[]),
        ("{\"a\":1}\n---\nb: 2\n", two, &[]),
        ("{\"a\":1} # c\n---\nb: 2\n", two, &[]),
        ("{\"a\":1}\n{b: 2}\n", two, &[]),
        ("{a: 1}\n---\n{b: 2}\n", two, &[]),
        ("{\"a\":1}\n{\"b\":2}\n{c: 3}\n{\"d\":4}\n", r#"{"a":1} | {"b":2} | {"d":4}"#, &[3]),
        ("{\"a\":1}\n{\"b\":2}\n---\n{\"d\":4}\n", r#"{"a":1} | {"b":2} | {"d":4}"#, &[3]),
        // By the rules of JSON where it is JSON, of YAML elsewhere.
        ("{\"a\": \"\\/\u{7f}\"}", "{\"a\":\"/\u{7f}\"}", &[]),
        ("a: 1\n---\n{\"b\": \"\\/\"}", r#"{"a":1} | {"b":"/"}"#, &[3]),
        ("a: \"x\\/y\"\nb: c: d\n", "", &[1, 2]),
    ];
    for (text, documents, lines) in table {
        let composed = compose(text);
        let roots: Vec<_> = composed.roots.iter().map(|root| root.to_json().to_string()).collect();
        assert_eq!(roots.join(" | "), *documents, "{text:?}");
        let line = |span: Span| text[..span.start].matches('\n').count() + 1;
        let found: Vec<_> = composed.problems.iter().map(|problem| line(problem.span)).collect();
        assert_eq!(found, *lines, "{text:?} {:#?}", composed.problems);
    }
}

#[test]
fn comments_in_json_are_read_where_they_are_asked_for() {
    let text = "// one\n{\n  \"a\": \"//x\\\"/*\", // two\n  /* three\n */ \"b\": 1\n}\n";
    let composed = super::compose_commented(text);
    assert!(composed.problems.is_empty(), "{:#?}", composed.problems);
    assert_eq!(composed.roots[0].to_json().to_string(), r#"{"a":"//x\"/*","b":1}"#);
    let comments: Vec<_> = composed.comments.iter().map(|span| &text[span.range()]).collect();
    assert_eq!(comments, ["// one", "// two", "/* three\n */"]);
    assert!(!compose(text).problems.is_empty());
    // A path in YAML is no comment.
    assert_eq!(super::compose_commented("a: b //c\n").roots[0].to_json()["a"], "b //c");
}
