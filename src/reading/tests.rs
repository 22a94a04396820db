//! Readings by the rules of DESIGN: what a mark opens, what is read in spite of itself, what is told apart.

use super::*;
use crate::text::Source;

fn page(text: &str) -> Reading {
    read_in(
        text,
        Setting::Page { page: &Page::new("a.md", text), before: "", above: "", newest: None },
    )
}

fn read_in(text: &str, setting: Setting<'_>) -> Reading {
    let map = TextMap::identity(&Source::new("a.md", text));
    read(&Text { text, map: &map, format: Format::Yaml, setting, is_certain: false })
}

/// The paths that a text says are open, of those that are given.
fn open(text: &str, of: &[&str]) -> Vec<String> {
    let reading = page(text);
    assert!(reading.findings.is_empty(), "{text}: {:?}", reading.findings);
    let gaps = &reading.documents[0].gaps;
    let is_open = |path: &&&str| gaps.is_open(&steps(path));
    of.iter().filter(is_open).map(|path| (*path).to_owned()).collect()
}

fn steps(path: &str) -> FieldPath {
    path.split('.').filter(|step| !step.is_empty()).fold(FieldPath::default(), |path, step| {
        path.then(match step.parse() {
            Ok(index) => Step::Index(index),
            Err(_) => Step::Field(step.to_owned()),
        })
    })
}

#[test]
fn a_mark_opens_what_it_stands_in() {
    const ALL: &[&str] = &["", "a", "a.b", "a.b.0", "a.b.1", "c", "d"];
    let cases: [(&str, &[&str]); 14] = [
        // On a line with a key: that key's value.
        ("a: # ...\n  b: [1]\nc: {x: 1}\n", &["a"]),
        ("a:\n  b: [1]\nc: {x: 1} # and more...\n", &["c"]),
        // Before a node's first entry: that node.
        ("a:\n  # ...\n  b: [1]\nc: 1\n", &["a"]),
        ("...\na:\n  b: [1]\n", &[""]),
        // Between two entries: the innermost node that holds both.
        ("a: 1\n# ...\nc: 2\n", &[""]),
        ("a:\n  b:\n  - {x: 1}\n  - ...\n  - {y: 1}\n", &["a.b"]),
        // At the end of a node: every node that ends there, and with nothing behind it every node around it.
        ("a:\n  b:\n  - x: 1\n# ...\n", &["", "a", "a.b", "a.b.0"]),
        ("a:\n  b:\n  - x: 1\n    # ...\n", &["", "a", "a.b", "a.b.0"]),
        ("a:\n  b:\n  - x: 1\n...\n", &["", "a", "a.b", "a.b.0"]),
        // Before an ancestor's next key: what ends there, and the ancestor if it is indented like that key.
        ("a:\n  b:\n  - x: 1\n  # ...\nc: 1\n", &["a", "a.b", "a.b.0"]),
        ("a:\n  b:\n  - x: 1\n# ...\nc: 1\n", &["", "a", "a.b", "a.b.0"]),
        // In brackets.
        ("a: {b: [1, ...]}\nc: 1\n", &["a.b"]),
        ("a: {b: [1], ...}\nc: 1\n", &["a"]),
        // As a value.
        ("a: ...\nc: 1\n", &["a"]),
    ];
    for (text, expected) in cases {
        assert_eq!(open(text, ALL), expected, "{text}");
    }
}

#[test]
fn what_is_text_or_tells_something_opens_nothing() {
    for text in [
        "a: |\n  ...\n  # ...\n",
        "a: \"...\"\n",
        "a: 1 # the port of the other team\n",
        "# one more thing to know about this manifest: it is applied first\na: 1\n",
    ] {
        let reading = page(text);
        assert!(!reading.documents[0].gaps.has_gap(), "{text}");
    }
    // In a file, dots at the start of a line end a document.
    let reading = read_in("a: 1\n...\n---\nb: 1\n", Setting::File);
    assert_eq!(reading.documents.len(), 2);
    assert!(reading.documents.iter().all(|document| !document.gaps.has_gap()));
    assert!(read_in("a: 1\n# ...\n", Setting::File).documents[0].gaps.has_gap());
}

#[test]
fn a_mark_alone_opens_the_group() {
    assert!(page("a: 1\n---\n# ...\n---\nb: 1\n").is_group_open);
    assert!(!page("a: 1\n# ...\n---\nb: 1\n").is_group_open);
}

/// What is said of a text's YAML, and how many documents there are.
#[test]
fn what_is_no_yaml_is_told_apart() {
    type Codes = &'static [(&'static str, usize)];
    let cases: [(&str, Codes, usize); 26] = [
        ("a: {{ .b }}\n", &[("template", 1)], 1),
        ("a: \"{{ .b }}\"\n", &[], 1),
        ("a: \"{{ .b }}\"\nb: c: d\n", &[("fence-yaml", 2)], 0),
        ("kind: \"{{ .b }}\"\nb: c: d\n", &[("yaml-syntax", 2)], 0),
        ("{{- if .a }}\na: 1\n{{- end }}\n---\nb: 1\n", &[("template", 1)], 2),
        ("{% include 'a.yaml' %}\n", &[("template", 1)], 0),
        ("kind: {{ .b }}\n---\nc:\n  d: 1\n   e: 1\n", &[("yaml-syntax", 5), ("template", 1)], 1),
        ("kind: A\n...\n    image: b\n", &[("excerpt", 3)], 0),
        ("    a:\n    - b\n  c:\n  - d\n", &[("excerpt", 3)], 0),
        ("kind:\n  ...\n  b: 1\n   c: 1\n", &[("yaml-syntax", 4)], 0),
        ("kind: b: c\n...\nd: 1\n", &[("yaml-syntax", 1)], 0),
        // A tab is no indentation, whatever is left out before it.
        ("kind: A\n...\n\timage: b\n", &[("yaml-syntax", 3)], 0),
        ("apiVersion: v1\nkind: A\napiVersion: v1\nkind: B\n", &[("second-manifest", 3)], 2),
        ("apiVersion: v1\napiVersion: v1\nkind: A\n", &[("yaml-duplicate-key", 2)], 1),
        ("a: 1\n# or\na: 2\n", &[], 1),
        ("a: 1\na: 2\n", &[("yaml-duplicate-key", 2)], 1),
        ("a: 1 # now\na: 2 # then\n", &[], 1),
        ("a: 1 # now\na: 2\n", &[("yaml-duplicate-key", 2)], 1),
        ("a: 1\nb: 1\n\na: 2\nb: 2\n", &[], 1),
        ("a: 1\nb: 1\n\na: 2\nc: 2\nb: 2\n", &[], 1),
        ("a: 1\nb: 1\n\na: 2\nb: 2\nb: 3\n", &[("yaml-duplicate-key", 6)], 1),
        ("apiVersion: v1\na: 1\na: 2\n", &[("yaml-duplicate-key", 3)], 1),
        // What begins with no entry is said once to be no YAML.
        ("a=b\nc=d\n---\nf(x: y: z)\n", &[("fence-yaml", 4)], 0),
        ("Job: done: x\n", &[("fence-yaml", 1)], 0),
        ("kind: A\na: 1\n# or\na: 2\n", &[("yaml-duplicate-key", 4)], 1),
        ("a: @NAME@\nb: *****\n", &[], 1),
    ];
    for (text, expected, documents) in cases {
        let reading = page(text);
        let found: Vec<_> = reading
            .findings
            .iter()
            .map(|finding| (finding.code.name, finding.at.location.start().line))
            .collect();
        assert_eq!(found, expected, "{text:?}");
        assert_eq!(reading.documents.len(), documents, "{text:?}");
    }
}

#[test]
fn a_field_behind_a_mark_may_belong_to_what_is_left_out() {
    let text = "apiVersion: v1\nkind: Pod\n...\nimage: b\nports: 1\nspec: {containers: [{name: a, image: b}]}\nhostPort: 1\n";
    let reading = page(text);
    let engine = manifest::Engine::new(manifest::Schemas::embedded());
    let judgement = engine.judge(&reading.documents[0], &manifest::Versions::default());
    let strays: Vec<_> = judgement
        .excused
        .iter()
        .filter_map(|excuse| match excuse {
            manifest::excuse::Excuse::Stray(key) => text.get(key.range()),
            _ => None,
        })
        .collect();
    assert_eq!(strays, ["image", "ports"]);
    let said: Vec<_> =
        judgement.findings.iter().map(|finding| finding.at.location.text()).collect();
    // A field of the object's own ends what is left out.
    assert_eq!(said, ["hostPort"]);
}

#[test]
fn commands_are_no_part_of_what_they_print() {
    let reading = page("$ kubectl get pod x -o yaml\napiVersion: v1\nkind: Pod\n");
    assert_eq!((reading.kind, reading.documents.len()), (Kind::Session, 1));
    assert_eq!(page("Name:         x\nNamespace:    y\nLabels:       a=b\n").kind, Kind::Other);
}

/// Texts of marks, comments, placeholders and documents without end are read in a time that grows with them: four times the
/// text takes about four times as long, not sixteen.
#[test]
fn a_long_text_is_read_in_proportion() {
    let item =
        |i: usize| format!("- name: item-{i}\n  # ...\n  value: NAME_{i}\n  other: <x{i}>\n");
    let list = |count| format!("a:\n{}", (0..count).map(item).collect::<String>());
    let stream = |count| (0..count).map(|i| format!("a: {i}\n# ...\n---\n")).collect::<String>();
    let texts: [&dyn Fn(usize) -> String; 2] = [&list, &stream];
    for text in texts {
        let time = |count: usize| {
            let text = text(count);
            let start = std::time::Instant::now();
            let reading = page(&text);
            assert!(!reading.documents.is_empty());
            start.elapsed().as_secs_f64()
        };
        time(500);
        let (short, long) = (time(2_000), time(8_000));
        assert!(long < short * 10.0 + 0.2, "{short} s, and {long} s for four times as much");
    }
}

#[test]
fn what_a_proposal_shows_is_announced_as_a_part() {
    let text = "kind: Gateway\nmetadata: {name: a}\nspec: {}\n";
    for (path, extent) in [
        ("docs/proposals/0002-backup/_index.md", Extent::Announced),
        ("oeps/0003-models/README.md", Extent::Announced),
        ("proposals/0-legacy-keps/41/README.md", Extent::Announced),
        ("docs/proposals.md", Extent::Page),
        ("docs/guide/a.md", Extent::Page),
    ] {
        let page = &Page::new(path, text);
        let read = read_in(text, Setting::Page { page, before: "", above: "", newest: None });
        assert_eq!(read.documents[0].extent, extent, "{path}");
    }
}
