//! What is done with findings: which are shown and how much of each, which are known, which are mended.

use crate::support::{folder, plumb, stderr, stdout};
use std::fs;
use std::path::Path;
use std::process::Output;

/// A Service with a misspelt field, and lines of any kind before it.
fn service(before: &str, name: &str, field: &str) -> String {
    format!(
        "{before}apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  ports:\n    - {field}: 80\n      name: http\n"
    )
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    plumb().current_dir(folder).args(arguments).output().expect("the program")
}

fn expect(folder: &Path, arguments: &[&str], code: i32, said: &[&str], unsaid: &[&str]) {
    let output = run(folder, arguments);
    let all = stdout(&output) + &stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {all}");
    for said in said {
        assert!(all.contains(said), "{arguments:?} does not say {said:?}: {all}");
    }
    for unsaid in unsaid {
        assert!(!all.contains(unsaid), "{arguments:?} says {unsaid:?}: {all}");
    }
}

#[test]
fn notes_are_counted_and_shown_when_asked_for() {
    let note = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: <name>\n";
    let page = format!("```yaml\n{note}```\n\n```yaml\n{}```\n", service("", "a", "prot"));
    let files = folder(&[("a.md", &page)]);
    let at = files.path();
    let notes = "1 note in 1 file; `--min-level note` shows notes";
    expect(at, &["validate", "a.md"], 1, &["error[", notes], &["note[placeholder]"]);
    expect(
        at,
        &["validate", "a.md", "--min-level", "note"],
        1,
        &["note[placeholder]"],
        &["shows notes"],
    );
    expect(
        at,
        &["validate", "a.md", "-q"],
        1,
        &["error["],
        &["checked", "to read about", "1 note"],
    );
    // Machines get everything, but for annotations and comments, of which a reader sees the first.
    for format in ["json", "sarif", "gitlab", "junit"] {
        expect(at, &["validate", "a.md", "--format", format], 1, &["placeholder"], &[]);
        let fewer = ["validate", "a.md", "--format", format, "--min-level", "error"];
        expect(at, &fewer, 1, &["unknown"], &["placeholder"]);
    }
    for format in ["github", "markdown"] {
        expect(at, &["validate", "a.md", "--format", format], 1, &["unknown"], &["placeholder"]);
        let more = ["validate", "a.md", "--format", format, "--min-level", "note"];
        expect(at, &more, 1, &["placeholder"], &[]);
    }
    // What is not shown decides nothing.
    let one = folder(&[("a.md", &format!("```yaml\n{note}```\n"))]);
    expect(one.path(), &["validate", "a.md", "--min-level", "error"], 0, &["1 note"], &[]);
}

#[test]
fn what_is_known_is_not_reported_and_what_is_gone_is() {
    let wrong = service("", "a", "prot");
    let files = folder(&[("m/a.yaml", &wrong), ("m/b.yaml", &service("", "b", "prt"))]);
    let at = files.path();
    let known = ["validate", "m", "--baseline", "known.toml"];
    expect(at, &known, 2, &["can't read `known.toml`"], &[]);
    expect(at, &["validate", "m", "--write-baseline"], 2, &["--baseline"], &[]);
    // Another file that is named by mistake is kept; a baseline that a merge has broken is written anew.
    let page = fs::read(at.join("m/a.yaml")).expect("the page");
    let named = ["validate", "m", "--baseline", "m/a.yaml", "--write-baseline"];
    expect(at, &named, 2, &["`m/a.yaml` is there and is not a baseline"], &[]);
    assert_eq!(fs::read(at.join("m/a.yaml")).expect("the page"), page);
    fs::write(at.join("page.md"), "# Baselines\n\n```toml\n# Findings that are known: x\n```\n")
        .expect("a page");
    let quoting = ["validate", "m", "--baseline", "page.md", "--write-baseline"];
    expect(at, &quoting, 2, &["`page.md` is there and is not a baseline"], &[]);
    expect(
        at,
        &[&known[..], &["--write-baseline"]].concat(),
        0,
        &["known findings to known.toml"],
        &[],
    );
    let written = fs::read_to_string(at.join("known.toml")).expect("the baseline");
    assert!(
        written.contains("file = \"m/a.yaml\"") && written.contains("spec.ports[0].prot"),
        "{written}"
    );
    expect(at, &known, 0, &["nothing found", "known"], &["error["]);
    // Lines move, and end otherwise; a new mistake is new.
    let moved = service("# a comment\n\n", "a", "prot").replace('\n', "\r\n");
    fs::write(at.join("m/a.yaml"), &moved).expect("a file");
    expect(at, &known, 0, &["nothing found"], &["error["]);
    fs::write(at.join("m/a.yaml"), moved.replace("kind: Service", "kind: Servic")).expect("a file");
    expect(at, &known, 1, &["m/a.yaml:4:7"], &[]);
    // What is mended is told of, as a note that a book may deny.
    fs::write(at.join("m/a.yaml"), service("", "a", "port")).expect("a file");
    expect(at, &known, 0, &["note"], &["error["]);
    expect(
        at,
        &[&known[..], &["--min-level", "note"]].concat(),
        0,
        &["note[baseline-unmatched]", "known.toml:"],
        &[],
    );
    expect(
        at,
        &[&known[..], &["--deny", "baseline-unmatched"]].concat(),
        1,
        &["error[baseline-unmatched]"],
        &[],
    );
    expect(at, &[&known[..], &["--write-baseline"]].concat(), 0, &[], &[]);
    expect(at, &known, 0, &["known"], &["note"]);
    fs::write(at.join("known.toml"), "version = 1\nfindings = []\n").expect("a file");
    expect(at, &known, 2, &["known.toml:2: "], &[]);
}

#[test]
fn a_baseline_of_a_book_is_found_from_anywhere() {
    let page = format!("# A\n\n```yaml\n{}```\n", service("", "a", "prot"));
    let files = folder(&[
        ("docs/book.toml", ""),
        ("docs/src/SUMMARY.md", "- [A](a.md)\n"),
        ("docs/src/a.md", &page),
        ("docs/.git/x", ""),
    ]);
    let (at, docs) = (files.path(), files.path().join("docs"));
    expect(
        at,
        &["check", "docs", "--baseline", "docs/known.toml", "--write-baseline"],
        0,
        &[],
        &[],
    );
    expect(&docs, &["check", "--baseline", "known.toml"], 0, &["known"], &["error["]);
    fs::write(docs.join("src/a.md"), "# A\n").expect("a file");
    let note = ["check", "docs", "--baseline", "docs/known.toml", "--min-level", "note"];
    expect(at, &note, 0, &["--> docs/known.toml:4:"], &[]);
}

#[test]
fn fixes_are_made_until_there_are_none() {
    let page = format!(
        "# A\r\n\r\nIt is <!-- plum: value 1 /-->.\r\n\r\n```yaml\r\n{}```\r\n",
        service("", "a", "prot").replace('\n', "\r\n")
    );
    let files = folder(&[
        ("book.toml", "[preprocessor.plumb]\n"),
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        ("src/a.md", &page),
    ]);
    let at = files.path();
    let text = || fs::read_to_string(at.join("src/a.md")).expect("a chapter");
    expect(at, &["check"], 1, &["misspelt-directive"], &["fixed"]);
    assert_eq!(text(), page, "a check writes nothing");
    expect(at, &["check", "--fix"], 0, &["fixed 2 places in src/a.md"], &["error["]);
    assert_eq!(text(), page.replace("plum:", "plumb:").replace("prot", "port"));
    let time =
        || fs::metadata(at.join("src/a.md")).and_then(|meta| meta.modified()).expect("a time");
    let before = time();
    expect(at, &["check", "--fix"], 0, &["nothing found"], &["fixed"]);
    assert_eq!(time(), before, "a second run writes nothing");
    assert_eq!(fs::read_dir(at).expect("a folder").count(), 2, "nothing is left behind");
    // Committed text is the author's to change, with `sync`.
    fs::write(at.join("src/a.md"), "It is <!-- plumb: value 1+1 -->3<!-- /plumb --> now.\n")
        .expect("a file");
    expect(at, &["check", "--fix"], 1, &["error[drift]"], &["fixed"]);
}

#[test]
fn files_are_fixed_where_they_are_named() {
    let files = folder(&[("here/x", ""), ("m/a.yaml", &service("", "a", "prot"))]);
    let at = files.path();
    expect(
        &at.join("here"),
        &["validate", "--fix", "../m"],
        0,
        &["fixed 1 place in", "nothing found"],
        &[],
    );
    assert_eq!(fs::read_to_string(at.join("m/a.yaml")).expect("a file"), service("", "a", "port"));
    expect(at, &["validate", "--fix", "-"], 2, &["standard input can't be fixed"], &[]);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_protected_is_not_fixed() {
    use std::os::unix::fs::PermissionsExt;
    let wrong = service("", "a", "prot");
    let files = folder(&[("a.yaml", &wrong), ("b.yaml", &wrong)]);
    let locked = fs::Permissions::from_mode(0o444);
    fs::set_permissions(files.path().join("a.yaml"), locked).expect("a mode");
    let said = ["fixed 1 place in b.yaml", "not-written", "a.yaml:7:", "make it writable"];
    expect(files.path(), &["validate", "--fix", "."], 1, &said, &["b.yaml:7:"]);
    assert_eq!(fs::read_to_string(files.path().join("a.yaml")).expect("a file"), wrong);
}

/// A line that a fix writes stands as deep in lists and quotes as the text that it is about, and ends as the lines around it.
#[test]
fn a_fix_keeps_what_stands_around_a_fence() {
    let list = "1. Scale it:\n\n   ```yaml\n   apiVersion: apps/v1\n   kind: Deployment\n   metadata: {name: a}\n   spec:\n     replicas: 3\n   ```\n\n   And more.\n";
    let quote = "> ```yaml\r\n> apiVersion: v1\r\n> kind: Namespace\r\n> metadata: {name: a}\r\n> apiVersion: v1\r\n> kind: Namespace\r\n> metadata: {name: b}\r\n> ```\r\n";
    let json = "```json\n{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"metadata\": {\"name\": \"a\"}, \"spec\": {\"replicas\": 3}}\n```\n";
    let files = folder(&[("list.md", list), ("quote.md", quote), ("json.md", json)]);
    let at = files.path();
    for _ in 0..2 {
        expect(at, &["validate", "--fix", "--min-level", "note", "."], 0, &[], &["error["]);
    }
    let read = |name: &str| fs::read_to_string(at.join(name)).expect("a file");
    let marked = list.replace("     replicas: 3\n", "     replicas: 3\n   # ...\n");
    assert_eq!(read("list.md"), marked);
    let parted = quote.replace("{name: a}\r\n", "{name: a}\r\n> ---\r\n");
    assert_eq!(read("quote.md"), parted);
    assert_eq!(read("json.md"), json, "JSON has no comments");
}

/// What a book of the first edition says goes on working; a former name is said where it stands, and mended where that is
/// mechanical.
#[test]
fn former_names_of_codes_go_on_working() {
    let rule = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata:\n  name: a\nspec:\n  host: a.example.com\n  \
                trafficPolicy:\n    tls: {mode: SIMPLE}\n";
    let page = |word: &str| format!("# A\n\n```yaml{word}\n{rule}```\n");
    let settings = "[preprocessor.plumb]\nallow = [\"destination-tls-unverified\"]\n";
    let book = folder(&[
        ("book.toml", settings),
        ("src/SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n"),
        ("src/a.md", &page("")),
        ("src/b.md", &page(" fails=destination-tls-unverified")),
    ]);
    let at = book.path();
    let notes = ["check", "--min-level", "note"];
    let said = [
        "note[renamed-code]",
        "book.toml:2:",
        "src/b.md:3:15",
        "`destination-tls-system-ca`",
        "2 notes",
    ];
    expect(at, &notes, 0, &said, &["[destination-tls-system-ca]", "[fails-"]);
    expect(
        at,
        &["check", "--fix", "--min-level", "note"],
        0,
        &["book.toml:2:", "fixed 1 place in src/b.md"],
        &["src/b.md:3"],
    );
    let mended = fs::read_to_string(at.join("src/b.md")).expect("the page");
    assert_eq!(mended, page(" fails=destination-tls-system-ca"));
    // The last word holds, whichever of its names a code is called by.
    for name in ["destination-tls-unverified", "destination-tls-system-ca", "IST0128"] {
        let said = ["error[destination-tls-system-ca]", "src/a.md"];
        expect(at, &["check", "--deny", name, "--allow", "IST0101"], 1, &said, &[]);
    }
    let explained = ["explain", "destination-tls-unverified"];
    expect(
        at,
        &explained,
        0,
        &["# destination-tls-system-ca", "formerly `destination-tls-unverified`"],
        &[],
    );
    expect(at, &["check", "--allow", "destination-tls-unverifie"], 2, &["there is no code"], &[]);
}

/// Only beside something of Istio's it matters how Istio knows a port's protocol, in a page and in a file.
#[test]
fn what_holds_in_a_mesh_is_told_beside_one() {
    let port =
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports:\n    - port: 80\n";
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels:\n    istio-injection: enabled\n";
    let fence = |text: &str| format!("```yaml\n{text}```\n\n");
    let files = folder(&[
        ("alone.md", &fence(port)),
        ("mesh.md", &(fence(port) + &fence(namespace))),
        ("alone.yaml", port),
        ("mesh.yaml", &format!("{port}---\n{namespace}")),
    ]);
    let code = "service-port-protocol";
    for (alone, mesh) in [("alone.md", "mesh.md"), ("alone.yaml", "mesh.yaml")] {
        let json = |file| ["validate", file, "--format", "json"];
        expect(files.path(), &json(alone), 0, &[], &[code]);
        expect(files.path(), &json(mesh), 0, &[code], &[]);
    }
}

/// A mark alone between documents leaves out what may be named, and not what is shown to contradict.
#[test]
fn a_group_with_a_mark_is_compared_all_the_same() {
    let service = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  ports:\n    - name: http\n      port: 80\n"
        )
    };
    let ingress = |name: &str, port: u16| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {name}\nspec:\n  defaultBackend:\n    service:\n      name: {name}\n      port:\n        number: {port}\n"
        )
    };
    let page = |mark: &str, name: &str, port: u16| {
        format!("```yaml\n{}---\n{mark}{}```\n", service("web-app"), ingress(name, port))
    };
    let open = "# ...\n---\n";
    let files = folder(&[
        ("whole.md", &page("", "web-apps", 80)),
        ("open.md", &page(open, "web-apps", 80)),
        ("wrong.md", &page(open, "web-app", 81)),
    ]);
    let at = files.path();
    expect(at, &["validate", "whole.md"], 0, &["backend-missing"], &[]);
    expect(at, &["validate", "open.md"], 0, &[], &["backend-missing"]);
    expect(at, &["validate", "wrong.md"], 1, &["backend-port-missing"], &[]);
}

/// The recipes of a page are apart, a variant of a Gateway that lost its head counts, and so does one without a spec.
#[test]
fn what_a_page_shows_elsewhere_and_in_part_counts() {
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - name: http\n      port: 80\n";
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\nspec:\n  defaultBackend:\n    service:\n      name: web\n      port:\n        number: 443\n";
    let gateway = |name: &str| {
        format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata:\n  name: {name}\nspec:\n  gatewayClassName: c\n  listeners:\n    - name: http\n      port: 80\n      protocol: HTTP\n"
        )
    };
    let part =
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata:\n  name: edges\n";
    let route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: web\nspec:\n  parentRefs:\n    - name: edges\n";
    let fence = |text: &str| format!("```yaml\n{text}```\n\n");
    let edge = fence(&gateway("edge"));
    let files = folder(&[
        ("recipes.md", &format!("# A\n\n## B\n\n{}## C\n\n{}", fence(ingress), fence(service))),
        ("steps.md", &format!("# A\n\n## B\n\n{}## C\n\n{}", fence(service), fence(ingress))),
        ("part.md", &format!("{edge}{}{}", fence(part), fence(route))),
        ("missing.md", &format!("{edge}{}", fence(route))),
    ]);
    let at = files.path();
    expect(at, &["validate", "recipes.md"], 0, &[], &["backend-port-missing"]);
    expect(at, &["validate", "steps.md"], 1, &["backend-port-missing"], &[]);
    expect(at, &["validate", "part.md"], 0, &[], &["route-parent-missing"]);
    expect(at, &["validate", "missing.md"], 0, &["route-parent-missing"], &[]);
}

#[test]
fn a_kustomization_without_an_extension_makes_patches_and_selectors() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec: {containers: [{name: a, image: a}]}\n";
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: b}]}}}\n";
    let with = |kustomization: &str| {
        folder(&[
            ("k/Kustomization", kustomization),
            ("k/a.yaml", deployment),
            ("k/p.yaml", patch),
            (
                "page.mdx",
                "A line.\n\n<br />\n```yaml\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {prts: []}\n```\n",
            ),
            (
                "page.md",
                "A line.\n\n<br />\n```yaml\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {prts: []}\n```\n",
            ),
        ])
    };
    let built = with("resources: [a.yaml]\npatches: [{path: p.yaml}]\ncommonLabels: {app: a}\n");
    // In MDX `<br />` is no HTML, and the fence is one; in Markdown all of it is.
    let unknown = "[schema-unknown-field]";
    expect(built.path(), &["validate", "page.mdx"], 1, &[unknown], &[]);
    expect(built.path(), &["validate", "page.md"], 0, &[], &[unknown]);
    expect(built.path(), &["validate", "k"], 0, &[], &["error["]);
    // Without the labels somebody has forgotten the selector.
    let plain = with("resources: [a.yaml]\npatches: [{path: p.yaml}]\n");
    expect(plain.path(), &["validate", "k"], 1, &["k/a.yaml", "spec.selector"], &["k/p.yaml"]);
}
