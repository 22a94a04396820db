//! The commands on books and files: what they write, and their exit codes.

use crate::support::{feed, folder, plumb, stderr, stdout};
use std::path::Path;
use std::process::{Command, Output};

const MODEL: &str = "[inputs.pods]\nlabel = \"Pods\"\ndefault = 100\nmin = 1\n\n[sources.s]\ntitle = \"A chart\"\n\
     url = \"https://example.com\"\naccessed = 2026-01-01\n\n[figures.\"proxy.cpu\"]\nvalue = \"100m\"\nsource = \"s\"\n\n\
     [formulas]\n\"tax.cpu\" = \"pods * proxy.cpu\"\n";

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - name: http\n      port: 80\n";

fn book(chapter: &str) -> tempfile::TempDir {
    folder(&[
        ("book.toml", "[preprocessor.plumb]\n"),
        ("model.toml", MODEL),
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        ("src/a.md", chapter),
    ])
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    plumb().current_dir(folder).args(arguments).output().expect("the program")
}

/// Runs and compares the exit code and some of what is said.
fn expect(folder: &Path, arguments: &[&str], code: i32, said: &[&str]) {
    let output = run(folder, arguments);
    let all = stdout(&output) + &stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {all}");
    for said in said {
        assert!(all.contains(said), "{arguments:?} does not say {said:?}: {all}");
    }
}

#[test]
fn sync_rewrites_what_drifted_and_nothing_else() {
    let before = "# A\r\n\r\nIs <!-- plumb: value tax.cpu -->9 cores<!-- /plumb -->, `x`  \r\nend";
    let book = book(before);
    let chapter = book.path().join("src/a.md");
    let text = || std::fs::read_to_string(&chapter).expect("a chapter");
    expect(book.path(), &["check"], 1, &["src/a.md:3:33", "error[drift]", "10 cores"]);
    expect(book.path(), &["sync", "--dry-run"], 1, &["would write", "1 place"]);
    assert_eq!(text(), before);
    expect(book.path(), &["sync"], 0, &["wrote 1 place in src/a.md"]);
    assert_eq!(text(), before.replace("9 cores", "10 cores"));
    let written = std::fs::metadata(&chapter).and_then(|meta| meta.modified()).expect("a time");
    expect(book.path(), &["sync"], 0, &["all committed text is what the model says"]);
    let again = std::fs::metadata(&chapter).and_then(|meta| meta.modified()).expect("a time");
    assert_eq!(written, again, "a second run writes nothing");
    expect(book.path(), &["check"], 0, &["nothing found"]);
}

#[test]
fn sync_tells_what_it_cannot_mend() {
    for (rest, said) in [
        // each has a committed text that nobody knows
        ("<!-- plumb: value nothing.such -->1<!-- /plumb -->", "error[unknown-name]"),
        ("<!-- plumb: valu tax.cpu -->1<!-- /plumb -->", "error[unknown-directive]"),
        ("<!-- plumb: value tax.cpu -->1", "error["),
        ("\n\n```yaml\nkind: A # plumb: = nothing.such\n```", "error[unknown-name]"),
        ("\n\n{{#include none.md}}", "error[include-unreadable]"),
    ] {
        let book = book(&format!("Is <!-- plumb: value tax.cpu -->9<!-- /plumb --> {rest}\n"));
        expect(book.path(), &["sync"], 1, &["wrote 1 place", said]);
        expect(book.path(), &["sync", "--dry-run"], 1, &[said]);
    }
}

/// As formatters do: what else is wrong is for `check`.
#[test]
fn sync_is_well_where_all_committed_text_is() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {container: []}\n";
    for rest in [
        "`{= nothing.such }`".to_owned(),
        "<!-- plumb: value nothing.such /-->".to_owned(),
        format!("\n\n```yaml\n{pod}```"),
    ] {
        let book = book(&format!("Is <!-- plumb: value tax.cpu -->9<!-- /plumb --> {rest}\n"));
        expect(book.path(), &["sync", "--dry-run"], 1, &["would write 1 place"]);
        expect(book.path(), &["sync"], 0, &["wrote 1 place"]);
        expect(book.path(), &["sync"], 0, &["all committed text is what the model says"]);
        expect(book.path(), &["sync", "--dry-run"], 0, &[]);
        expect(book.path(), &["check"], 1, &["1 error"]);
    }
}

#[test]
fn digits_are_those_that_a_use_asks_for() {
    // 123 pods at 100m are 12.3 cores; what is written is rounded too where its use says so
    for (arguments, said) in [
        ("tax.cpu pods=123 digits=1", "now 10 cores"),
        ("\"quantity('123.456 cores')\" digits=2", "now 120 cores"),
        ("\"quantity('123.456 cores')\" digits=2 unit=millicores", "now 120000 millicores"),
        ("\"quantity('123.456 cores')\" places=1", "now 123.5 cores"),
        ("tax.cpu digits=0", "expected a whole number from 1 to 60"),
        ("tax.cpu digits=61", "expected a whole number from 1 to 60"),
        ("tax.cpu places=999", "expected a whole number from 0 to 60"),
        ("tax.cpu digits=2.5", "expected a whole number from 1 to 60"),
        ("tax.cpu places=1 digits=2", "say either `places` or `digits`"),
    ] {
        let book = book(&format!("<!-- plumb: value {arguments} -->x<!-- /plumb -->\n"));
        expect(book.path(), &["check"], 1, &["1 error", said]);
    }
}

#[cfg(unix)]
#[test]
fn sync_writes_where_a_link_within_the_repository_leads() {
    let text = "Is <!-- plumb: value tax.cpu -->9 cores<!-- /plumb -->.\n";
    let outside = folder(&[("a.md", text), (".git/HEAD", "")]);
    let guide = outside.path().join("guide");
    std::fs::rename(book("").keep(), &guide).expect("a folder");
    let chapter = guide.join("src/a.md");
    std::fs::remove_file(&chapter).expect("a file");
    std::os::unix::fs::symlink(outside.path().join("a.md"), &chapter).expect("a link");
    let link =
        ["warning[link-out-of-book]", "--> src/a.md:1:1", "`allow = [\"link-out-of-book\"]`"];
    expect(&guide, &["check"], 1, &link);
    expect(&guide, &["sync"], 0, &["wrote 1 place in src/a.md"]);
    let text = std::fs::read_to_string(outside.path().join("a.md")).expect("a file");
    assert!(text.contains("10 cores"));
    expect(&guide, &["check"], 0, &link);
}

#[cfg(unix)]
#[test]
fn folders_are_read_once_and_dead_links_are_told() {
    let folder =
        folder(&[("a/one.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n")]);
    let link = |to: &str, at: &str| {
        std::os::unix::fs::symlink(to, folder.path().join(at)).expect("a link");
    };
    link("..", "a/up");
    link("../a", "a/again");
    link("nowhere", "a/two.yaml");
    let said = ["error[unfit-file]: `a/two.yaml`", "checked 1 manifest: 1 error in 1 file"];
    expect(folder.path(), &["validate", "."], 1, &said);
}

#[test]
fn levels_are_set_on_the_command_line() {
    let book = book("Is <!-- plumb: value tax.cpu -->9 cores<!-- /plumb -->.\n");
    expect(book.path(), &["check", "--warn", "drift"], 0, &["warning[drift]", "1 warning"]);
    expect(book.path(), &["check", "--allow", "drift"], 0, &["nothing found"]);
    expect(book.path(), &["check", "--warn", "drift", "--deny", "drift"], 1, &["error[drift]"]);
    expect(book.path(), &["check", "--deny", "drfit"], 2, &["did you mean `drift`?"]);
    expect(book.path(), &["check", "--quiet", "--allow", "drift"], 0, &[]);
    assert!(run(book.path(), &["check", "-q", "--allow", "drift"]).stdout.is_empty());
}

#[test]
fn levels_are_set_in_the_settings() {
    let book = book("Is <!-- plumb: value tax.cpu -->9 cores<!-- /plumb -->.\n");
    let set = |levels: &str| {
        let settings = format!("[preprocessor.plumb]\n{levels}\n");
        std::fs::write(book.path().join("book.toml"), settings).expect("a file");
    };
    set("warn = ['drift']");
    expect(book.path(), &["check"], 0, &["warning[drift]", "1 warning"]);
    set("allow = ['drift']\ndeny = ['contradiction', 'warnings']");
    expect(book.path(), &["check"], 0, &["nothing found"]);
    set("allow = ['drfit']");
    expect(book.path(), &["check"], 1, &["book.toml:2:1", "did you mean `drift`?"]);
}

#[test]
fn a_finding_is_named_from_where_one_stands() {
    let book = book("`{= no.such }`\n");
    let said = |folder: &Path, arguments: &[&str]| stdout(&run(folder, arguments));
    assert!(said(book.path(), &["check"]).contains("--> src/a.md:1:5"));
    let name = book.path().file_name().and_then(|name| name.to_str()).expect("a name");
    let above = book.path().parent().expect("a folder");
    assert!(said(above, &["check", name]).contains(&format!("--> {name}/src/a.md:1:5")));
    let github = plumb()
        .args(["check", "--format", "github"])
        .current_dir(book.path())
        .env("GITHUB_WORKSPACE", above)
        .output()
        .expect("the program");
    assert!(stdout(&github).contains(&format!("::error file={name}/src/a.md,line=1,")));
}

#[test]
fn every_format_is_well_formed() {
    let book = book("`{= no.such }`\n\n```yaml\napiVersion: v1\nkind: Pod\na: [\n```\n");
    let said = |format| stdout(&run(book.path(), &["check", "--format", format]));
    let json = said("json");
    let lines: Vec<serde_json::Value> =
        json.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let (summary, findings) = lines.split_last().expect("a summary");
    assert!(findings.len() >= 2);
    let count = |kind: &str| summary["summary"][kind].as_u64().expect("a number");
    assert_eq!(count("errors") + count("warnings") + count("notes"), findings.len() as u64);
    for key in [
        "file",
        "line",
        "column",
        "end_line",
        "end_column",
        "code",
        "severity",
        "message",
        "help",
        "path",
        "document",
    ] {
        assert!(findings.iter().all(|finding| finding.get(key).is_some()), "{key}");
    }
    let sarif: serde_json::Value = serde_json::from_str(&said("sarif")).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(findings.len()));
    let annotations = said("github").lines().filter(|line| line.starts_with("::")).count();
    assert_eq!(annotations as u64, count("errors") + count("warnings"));
    assert!(said("junit").contains("failures=\"1\""));
}

/// What a reader fills in is no mistake of the author's, whether one manifest says so or a comparison of several.
#[test]
fn placeholders_of_a_page_are_notes() {
    let rule = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata:\n  name: $name\nspec:\n  host: $HOST.$ns.svc\n";
    let page = format!("# G\n\n```bash\nkubectl apply -f - <<EOF\n{rule}EOF\n```\n");
    let files = folder(&[("guide.md", &page), ("rule.yaml", rule)]);
    let at = files.path();
    let said = ["note[placeholder]: `$name` and `$HOST.$ns.svc` are", "checked 1 manifest: 1 note"];
    expect(at, &["validate", "guide.md", "--min-level", "note"], 0, &said);
    expect(at, &["validate", "rule.yaml", "--min-level", "note"], 0, &said);
}

/// What is applied together holds the schemas of its own objects; files by themselves do not know each other.
#[test]
fn definitions_hold_for_files_that_are_applied_together() {
    let crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: gears.a.example}\nspec:\n  \
         group: a.example\n  scope: Namespaced\n  names: {kind: Gear, plural: gears}\n  versions:\n  - name: v1\n    served: true\n    \
         storage: true\n    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {teeth: {type: integer}}}}}}\n";
    let gear = "apiVersion: a.example/v1\nkind: Gear\nmetadata: {name: a}\nspec: {teeth: many}\n";
    let files = folder(&[("crd.yaml", crd), ("gear.yaml", gear)]);
    let said = ["error[schema-type]", "gear.yaml:4", "1 error in 1 file"];
    expect(files.path(), &["validate", "--together", "."], 1, &said);
    expect(files.path(), &["validate", "--together", "--ignore-missing", "."], 1, &said);
    expect(files.path(), &["validate", "."], 0, &["warning[schema-missing]"]);
}

#[test]
fn a_folder_holds_more_than_manifests() {
    let patch =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 2\n";
    let files = folder(&[
        ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        ("chart/values.yaml", "image: web\nports: [80]\n"),
        (
            "chart/templates/a.yaml",
            "{{- if .Values.on }}\nkind: {{ .Values.kind }}\napiVersion: v1\n{{- end }}\n",
        ),
        ("compose.yml", "services:\n  web: {image: web}\n"),
        ("settings.json", "{ // with a comment\n  \"a\": 1\n}\n"),
        (
            "over/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches:\n- path: less.yaml\n- path: ops.yaml\n",
        ),
        ("over/less.yaml", patch),
        ("over/ops.yaml", "- op: remove\n  path: /spec/replicas\n"),
        ("web.yaml", SERVICE),
    ]);
    let at = files.path();
    let said = [
        "note[template]",
        "chart/templates/a.yaml:1:1",
        "3 manifests, 2 settings of other tools (1 helm, 1 kustomize), 3 ignored",
    ];
    expect(at, &["validate", ".", "--min-level", "note"], 0, &said);
    // What is asked for by name is to be a manifest.
    expect(at, &["validate", "chart/values.yaml"], 1, &["error[manifest-incomplete]"]);
    expect(at, &["validate", "over/less.yaml"], 1, &["spec.selector: Required value"]);
    // What is wrong in a patch is wrong all the same.
    let wrong = patch.replace("replicas", "replcas");
    std::fs::write(at.join("over/less.yaml"), wrong).expect("a file");
    expect(at, &["validate", "over"], 1, &["over/less.yaml:5:3", "1 error"]);
    // A stray `---` leaves a part of a manifest without its head.
    std::fs::create_dir(at.join("split")).expect("a folder");
    let split = format!("{SERVICE}---\n- path: /\n");
    std::fs::write(at.join("split/web.yaml"), split).expect("a file");
    expect(at, &["validate", "split"], 1, &["error[manifest-incomplete]"]);
}

#[test]
fn files_are_validated_like_fences() {
    let guide = format!(
        "# G\n\n```yaml\n{}```\n\n`{{= left.alone }}`\n",
        SERVICE.replace("port:", "prot:")
    );
    let files = folder(&[
        ("ok/a.yaml", SERVICE),
        ("ok/empty.yml", "---\n---\n"),
        ("bad/b.yaml", &format!("{SERVICE}---\n{}", SERVICE.replace("80", "eighty"))),
        ("bad/.hidden.yaml", "a: ["),
        ("bad/not.txt", "a: ["),
        ("guide.md", &guide),
        ("latin.yaml", ""),
    ]);
    std::fs::write(files.path().join("latin.yaml"), b"a: \xff").expect("a file");
    let at = files.path();
    expect(at, &["validate", "ok"], 0, &["checked 1 manifest: nothing found"]);
    expect(
        at,
        &["validate", "bad"],
        1,
        &["bad/b.yaml:17:13", "checked 2 manifests", "spec.ports[0].port"],
    );
    expect(at, &["validate", "guide.md"], 1, &["guide.md:11:7", "did you mean `port`?"]);
    expect(at, &["validate", "latin.yaml"], 1, &["error[unreadable-file]", "byte 3"]);
    // Windows' UTF-16, as go-yaml takes it behind its mark. A fix keeps the encoding.
    let deprecated = "apiVersion: autoscaling/v2beta2\r\nkind: HorizontalPodAutoscaler\r\n";
    let wide = |bytes: fn(u16) -> [u8; 2], text: &str| {
        let marked = format!("\u{feff}{text}");
        marked.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
    };
    for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        std::fs::write(at.join("wide.yaml"), wide(bytes, deprecated)).expect("a file");
        expect(at, &["validate", "wide.yaml"], 1, &["wide.yaml:1:13", "error[api-removed]"]);
        expect(at, &["validate", "wide.yaml", "--fix"], 1, &["wide.yaml"]);
        let mended = wide(bytes, &deprecated.replace("v2beta2", "v2"));
        assert_eq!(std::fs::read(at.join("wide.yaml")).expect("a file"), mended);
    }
    std::fs::write(at.join("wide.yaml"), b"\xff\xfea").expect("a file");
    expect(at, &["validate", "wide.yaml"], 1, &["error[unreadable-file]"]);
    expect(at, &["validate", "missing"], 2, &["missing"]);
    expect(at, &["validate"], 2, &["Usage"]);
    expect(at, &["validate", "ok", "--k8s", "0.1"], 2, &["0.1"]);
    expect(at, &["validate", "ok", "--k8s", "1.36", "-q", "--summary"], 0, &["checked 1 manifest"]);
    let output = feed(
        plumb().args(["validate", "-"]).current_dir(at),
        SERVICE.replace("80", "0").as_bytes(),
    );
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).contains("--> standard input:8:13"), "{}", stdout(&output));
}

/// A range of releases: what differs between them says where it is, and what does not is said once, as always.
#[test]
fn manifests_are_checked_across_releases() {
    // `v1beta3` is served until 1.31, deprecated since 1.29 (Kubernetes' deprecation guide); `Gt` came with 1.35
    // (KEP-5471); `x` is no field of any release.
    let manifests = "apiVersion: flowcontrol.apiserver.k8s.io/v1beta3\nkind: FlowSchema\nmetadata: {name: a}\n\
        spec: {priorityLevelConfiguration: {name: a}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  \
        containers: [{name: a, image: b, x: 1}]\n  tolerations: [{key: a, operator: Gt, value: \"3\"}]\n";
    let page = format!("# G\n\n```yaml\n{manifests}```\n");
    let files = folder(&[
        ("a.yaml", manifests),
        ("book.toml", ""),
        ("src/a.md", &page),
        ("src/SUMMARY.md", "[a](a.md)"),
    ]);
    for command in [&["validate", "a.yaml"][..], &["check"]] {
        let run = |releases: &str| {
            let mut plumb = plumb();
            plumb.current_dir(files.path()).args(command).args(["--k8s", releases]);
            plumb.output().expect("the program")
        };
        let output = run("1.31..1.35");
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        let on = |code: &str| text.lines().find(|line| line.contains(code)).unwrap_or_default();
        assert!(on("[api-deprecated]").ends_with("(Kubernetes 1.31)"), "{text}");
        assert!(on("[api-removed]").ends_with("(Kubernetes 1.32 to 1.35)"), "{text}");
        assert!(on("[schema-enum]").ends_with("(Kubernetes 1.31 to 1.34)"), "{text}");
        assert!(on("[schema-unknown-field]").ends_with("[0].x`"), "{text}");
        assert_eq!(text.matches("unknown field `").count(), 1, "{text}");
        let only = stdout(&run("1.35.."));
        assert!(only.contains("api-removed") && !only.contains("schema-enum"), "{only}");
        for (wrong, why) in
            [("1.35..1.34", "not later"), ("1.2..", "not in the bundle"), ("..9.0", "9.0")]
        {
            let output = run(wrong);
            assert_eq!(output.status.code(), Some(2), "{wrong}");
            assert!(stderr(&output).contains(why), "{wrong}: {}", stderr(&output));
        }
    }
    let two = ["--k8s", "1.34..", "--with", "istio=1.30.."];
    expect(files.path(), &[&["validate", "a.yaml"], &two[..]].concat(), 2, &["one range"]);
    expect(files.path(), &["explain", "a.yaml:1", "--k8s", "1.34.."], 2, &["for one release"]);
}

/// What pages show that is not a whole manifest, and what is said of it: nothing, or the words.
#[test]
fn parts_of_manifests_are_read_as_their_authors_mean_them() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n";
    let cases = [
        ("yaml", format!("{deployment}  ...\n  replicas: 3\n"), ""),
        ("yaml", format!("{deployment}  ...\n  replicas: x\n"), "spec.replicas: Invalid value"),
        ("yaml", format!("{deployment}  ...\n  replica: 3\n"), "unknown field `spec.replica`"),
        ("yaml", format!("{deployment}  # ...\n  replicas: 3\n"), ""),
        ("yaml", format!("{deployment}  replicas: 3\n"), "note[unmarked-part]"),
        ("yaml", format!("{deployment}  replicas: x\n"), "spec.replicas: Invalid value"),
        ("yaml", format!("{deployment}  selector: ...\n  template: {{}}\n"), ""),
        ("yaml", "a:\n  ...\n  b: 1\n   c: 2\n".to_owned(), "warning[fence-yaml]"),
        ("yaml", "kind:\n  ...\n  b: 1\n   c: 2\n".to_owned(), "error[yaml-syntax]"),
        ("json", "\"files\": {\n  // settings\n},\n".to_owned(), ""),
        ("json", "{\"apiVersion\": \"v1\",\n\"kind\": ]\n".to_owned(), "error["),
        ("yaml", "image: {{ .Values.image }}\n".to_owned(), "guide.md:4:8"),
        (
            "yaml",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .x }}\n".to_owned(),
            "in Pod/{{ .x }}",
        ),
        ("yaml", SERVICE.replace("web", "MY_NAME"), "error[object-name]"),
        (
            "yaml",
            SERVICE.replace("name: web", "name: MY_NAME\n  namespace: THE_SPACE"),
            "note[placeholder]: `MY_NAME` and `THE_SPACE`",
        ),
        ("yaml", SERVICE.replace("web", "My_Name"), "error[object-name]"),
        ("yaml", format!("{SERVICE}  type: CLUSTER_IP\n"), "error[schema-enum]"),
        (
            "bash",
            format!("kubectl apply -f - <<EOF\n{}EOF\n", SERVICE.replace("web", "$web-1")),
            "note[placeholder]: `$web-1`",
        ),
        ("yaml", "{{- if .Values.x }}\na: b\n{{- end }}\n".to_owned(), "note[template]"),
        ("yaml", format!("kubectl apply -f - <<EOF\n{SERVICE}EOF\n"), ""),
        (
            "yaml",
            format!("kubectl apply -f - <<EOF\n{}EOF\n", SERVICE.replace("80", "x")),
            "spec.ports[0].port: Invalid value",
        ),
        ("yaml", "apiVersion: v1\nkind: Config\ncurrent-context: x\n".to_owned(), ""),
    ];
    for (language, body, words) in cases {
        let files = folder(&[("guide.md", &format!("# G\n\n```{language}\n{body}```\n"))]);
        let output = run(files.path(), &["validate", "guide.md", "--min-level", "note"]);
        let said = stdout(&output);
        match words {
            "" => assert!(said.contains("nothing found"), "{body}\n{said}"),
            words => assert!(said.contains(words), "{body}\n{said}"),
        }
    }
}

/// Directives and ties are the business of the book that a page may belong to; its manifests, and lines that nobody can read,
/// are checked wherever it lies.
#[test]
fn of_a_page_outside_of_a_book_the_manifests_are_checked() {
    let page = "# P\n\n`{= nobody.knows }` <!-- plumb: nothing -->\n\n```yaml\napiVersion: v1\nkind: Service\n\
        metadata: {name: a}\nspec: {ports: [{port: 0}]} # plumb: = nobody.knows\n```\n";
    let culprit = format!("{page}\n+\t[\0]:d\n\u{b}\n");
    let files = folder(&[("guide.md", page), ("broken.md", &culprit)]);
    let said = ["error[schema-value]", "guide.md:9:23", "checked 1 manifest: 1 error"];
    expect(files.path(), &["validate", "guide.md"], 1, &said);
    expect(
        files.path(),
        &["validate", "broken.md"],
        1,
        &["error[markdown-fails]", "broken.md:12:"],
    );
}

/// Several files are read on threads of their own, which have to bear what the first one does.
#[test]
fn files_nested_deep_are_refused_on_any_thread() {
    let values = format!("{}1{}", r#"{"a":"#.repeat(5000), "}".repeat(5000));
    let deep = format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","data":{values}}}"#);
    let files: Vec<_> = (0..8).map(|number| format!("{number}.json")).collect();
    let files: Vec<_> = files.iter().map(|name| (name.as_str(), deep.as_str())).collect();
    let said = ["error[yaml-limit]", "8 errors in 8 files"];
    expect(folder(&files).path(), &["validate", "."], 1, &said);
}

#[test]
fn a_kind_without_a_schema_is_said_once() {
    let kind = "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: w\n";
    let files = folder(&[("a.yaml", &format!("{kind}---\n{kind}"))]);
    expect(files.path(), &["validate", "a.yaml"], 0, &["warning[schema-missing]", "1 warning"]);
    expect(files.path(), &["validate", "a.yaml", "--ignore-missing"], 0, &["nothing found"]);
}

const CRD: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: widgets.example.com\n\
               spec:\n  group: example.com\n  scope: Namespaced\n  names:\n    kind: Widget\n    plural: widgets\n  versions:\n\
               \x20   - name: v1\n      served: true\n      storage: true\n      schema:\n        openAPIV3Schema:\n          type: object\n\
               \x20         properties:\n            spec:\n              type: object\n              properties:\n\
               \x20               size:\n                  type: integer\n                  maximum: 3\n";

#[test]
fn schemas_are_added_locked_and_removed() {
    let widget =
        "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: w\nspec:\n  size: 4\n";
    let book = folder(&[("crd.yaml", CRD), ("widget.yaml", widget), ("none.yaml", SERVICE)]);
    let at = book.path();
    expect(at, &["schemas", "list"], 0, &["no schemas have been added", "k8s="]);
    expect(at, &["schemas", "add", "none.yaml"], 2, &["holds no schema"]);
    assert!(!at.join("schemas").exists(), "nothing is written");
    expect(at, &["schemas", "add", "crd.yaml"], 0, &["added", "Widget"]);
    expect(at, &["schemas", "add", "crd.yaml"], 0, &["same", "Widget"]);
    expect(at, &["schemas", "verify"], 0, &[]);
    expect(at, &["validate", "widget.yaml"], 1, &["widget.yaml:6:9", "spec.size"]);
    let output = feed(plumb().args(["schemas", "add", "-"]).current_dir(at), CRD.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let file = at.join("schemas/example.com_v1.json");
    let text = std::fs::read_to_string(&file).expect("a schema");
    std::fs::write(&file, text.replace('3', "9")).expect("a schema");
    expect(at, &["schemas", "verify"], 1, &["error[schemas-lock]"]);
    expect(at, &["schemas", "remove", "Gadget"], 2, &["no schema `Gadget`"]);
    expect(at, &["schemas", "remove", "Widget"], 0, &["removed"]);
    expect(at, &["validate", "widget.yaml"], 0, &["schema-missing"]);
}

#[test]
fn a_folder_of_schemas_may_hold_other_files() {
    let template = "{{- if .Values.x }}\nkind: [\n{{- end }}\n";
    let others = [("in/a.yaml", SERVICE), ("in/b.yaml", template), ("in/c.json", "{")];
    let more = [("in/crd.yaml", CRD), ("in/d.yaml", "- a\n")];
    let book = folder(&[&others[..], &more[..]].concat());
    let at = book.path();
    let line = "passed over 4 files without definitions: in/a.yaml, in/b.yaml, in/c.json, …";
    expect(at, &["schemas", "add", "in"], 0, &[line, "added", "Widget"]);
    // A file that is named is meant, and so is one that speaks of definitions.
    expect(at, &["schemas", "add", "in/c.json"], 1, &["nothing was added", "not valid JSON"]);
    let broken = CRD.replace("spec:", "spec: [");
    std::fs::write(at.join("in/broken.yaml"), broken).expect("a file");
    expect(at, &["schemas", "add", "in"], 1, &["nothing was added", "in/broken.yaml"]);
}

#[test]
fn a_platform_stands_for_versions() {
    let tls = "apiVersion: gateway.networking.k8s.io/v1\nkind: TLSRoute\nmetadata: {name: a}\nspec:\n  hostnames: [a.example.com]\n  \
               rules: [{backendRefs: [{name: a, port: 443}]}]\n";
    let files = folder(&[("a.yaml", tls)]);
    let at = files.path();
    let validate = |more: &[&str], code, expected: &[&str]| {
        expect(at, &[&["validate", "a.yaml"], more].concat(), code, expected);
    };
    validate(&["--platform", "aks-1.36"], 0, &["nothing found"]);
    validate(&["--platform", "aks-1.35"], 1, &["unknown-kind", "checked against 1.4"]);
    let newer = ["--platform", "aks-1.35", "--with", "gateway-api=1.5"];
    validate(&newer, 0, &["platform-version", "AKS 1.35 ships Gateway API 1.4, not 1.5"]);
    validate(&["--platform", "aks-9"], 2, &["no platform `aks-9` is known", "aks-1.31 to"]);
    let settings = |text: &str| format!("[book]\n[preprocessor.plumb]\n{text}\n");
    let page = format!("# A\n\n```yaml\n{tls}```\n");
    let book = |text: &str| {
        folder(&[
            ("book.toml", &settings(text)),
            ("src/SUMMARY.md", "- [A](a.md)\n"),
            ("src/a.md", &page),
        ])
    };
    let shipped = book("platform = \"aks-1.35\"");
    expect(shipped.path(), &["check"], 1, &["unknown-kind", "checked against 1.4"]);
    let named = book("platform = \"aks-1.35\"\nversions = { gateway-api = \"1.5\" }");
    expect(
        named.path(),
        &["check"],
        0,
        &["book.toml:4:14", "AKS 1.35 ships Gateway API 1.4, not 1.5"],
    );
    let unknown = book("platform = \"aks\"");
    expect(unknown.path(), &["check"], 1, &["book.toml:3:", "no platform `aks` is known"]);
}

/// Answers each request on a port of this machine with one of these bodies, by path.
fn serve(bodies: Vec<(&'static str, Vec<u8>)>) -> String {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let path = first.split([' ', '?']).nth(1).unwrap_or_default();
            let body = bodies.iter().find(|(known, _)| *known == path).map(|(_, body)| body);
            let status = if body.is_some() { "200 OK" } else { "404 Not Found" };
            let body = body.map_or(&[][..], Vec::as_slice);
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        }
    });
    format!("127.0.0.1:{}", address.port())
}

#[test]
fn schemas_come_from_an_address() {
    let host = serve(vec![
        ("/crd.yaml", CRD.into()),
        ("/page.html", b"<!doctype html><p>no".to_vec()),
        ("/binary", b"\xff\xfe".to_vec()),
    ]);
    let book = folder(&[("book.toml", "")]);
    let at = book.path();
    for (path, says) in
        [("page.html", "holds no schema"), ("binary", "UTF-8"), ("missing.yaml", "404")]
    {
        expect(at, &["schemas", "add", &format!("http://{host}/{path}")], 2, &[says]);
    }
    assert!(!at.join("schemas").exists(), "nothing is written");
    let url = format!("http://me:secret@{host}/crd.yaml?token=secret");
    expect(at, &["schemas", "add", &url], 0, &["added   example.com/v1/Widget"]);
    let lock = std::fs::read_to_string(at.join("schemas/schemas.lock")).expect("a lock file");
    assert!(lock.contains(&format!("origin = \"http://{host}/crd.yaml\"")), "{lock}");
    assert!(!lock.contains("secret"), "{lock}");
}

#[test]
fn schemas_come_in_many_forms() {
    let widget = r#"{"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer"}}}}}"#;
    let open_api = r#"{"openapi":"3.0.0","components":{"schemas":{"Gadget":{"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer"}}}},"x-kubernetes-group-version-kind":[{"group":"example.org","version":"v1","kind":"Gadget"}]}}}}"#;
    let list = CRD.replace('\n', "\n    ");
    let list = format!("apiVersion: v1\nkind: List\nitems:\n  - {}\n", list.trim());
    let book = folder(&[
        ("book.toml", ""),
        ("list.yaml", &list),
        ("catalogue/example.net/thing_v1.json", widget),
        ("cluster/v1.json", open_api),
        ("broken.yaml", &CRD.replace("type: integer", "type: integr")),
        (
            "wrong.yaml",
            "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: w\nspec:\n  size: x\n---\napiVersion: \
             example.net/v1\nkind: Thing\nmetadata:\n  name: w\nspec:\n  size: x\n---\napiVersion: example.org/v1\nkind: Gadget\n\
             metadata:\n  name: w\nspec:\n  size: x\n",
        ),
    ]);
    let at = book.path();
    expect(at, &["schemas", "add", "broken.yaml"], 1, &["broken.yaml:23:25", "nothing was added"]);
    assert!(!at.join("schemas").exists(), "nothing is written");
    expect(at, &["schemas", "verify"], 0, &["no schemas have been added"]);
    expect(at, &["schemas", "add", "list.yaml", "catalogue", "cluster"], 0, &["Widget", "thing"]);
    expect(at, &["schemas", "list"], 0, &["example.com/v1/Widget  (added from list.yaml)"]);
    expect(at, &["validate", "wrong.yaml"], 1, &[":6:", ":13:", ":20:", "3 errors"]);
    expect(
        at,
        &["schemas", "remove", "Thing", "example.org/v1/Gadget"],
        0,
        &["example.net/v1/thing"],
    );
    expect(at, &["schemas", "verify"], 0, &["every schema is as it was added"]);
    for command in ["list", "verify"] {
        expect(at, &["schemas", command, "--dir", "nowhere"], 2, &["there is no folder `nowhere`"]);
    }
    expect(at, &["schemas", "add", "list.yaml", "--dir", "nowhere"], 2, &["no folder `nowhere`"]);
    assert!(!at.join("nowhere").exists());
}

#[test]
fn the_model_answers() {
    let book = book("Costs `{= tax.cpu }`.\n");
    let at = book.path();
    expect(at, &["model", "eval", "tax.cpu"], 0, &["10 cores\n"]);
    expect(at, &["model", "eval", "tax.cpu", "--set", "pods=33"], 0, &["3.3 cores\n"]);
    expect(
        at,
        &["model", "eval", "proxy.cpu * 3", "--format", "json"],
        0,
        &["\"kubernetes\":\"300m\""],
    );
    expect(at, &["model", "eval", "tax.cup"], 1, &["expression:1:1", "did you mean `tax.cpu`?"]);
    expect(at, &["model", "eval", "tax.cpu", "--set", "pods=0"], 1, &["--set"]);
    expect(at, &["model", "eval", "tax.cpu", "--set", "pods"], 2, &["NAME=VALUE"]);
    expect(at, &["model", "list", "cpu"], 0, &["proxy.cpu", "tax.cpu", "pods * proxy.cpu"]);
    expect(
        at,
        &["explain", "tax.cpu"],
        0,
        &["pods * proxy.cpu", "10 cores", "A chart", "model.toml:16:13"],
    );
    expect(
        at,
        &["model", "eval", "tax.cpu"],
        0,
        &[
            "input     pods = 100",
            "figure    proxy.cpu = 0.1 cores",
            "formula   tax.cpu = pods * proxy.cpu = 10 cores",
            "source    A chart, read on 2026-01-01 <https://example.com>",
        ],
    );
    assert_eq!(stdout(&run(at, &["model", "eval", "-q", "tax.cpu"])), "10 cores\n");
    // A fraction is exact, the digits of a root are cut.
    assert_eq!(stdout(&run(at, &["model", "eval", "-q", "2 / 3"])), "0.67 (exactly 2/3)\n");
    assert_eq!(
        stdout(&run(at, &["model", "eval", "-q", "sqrt(2)"])),
        "1.41 (to 20 places 1.41421356237309504880)\n"
    );
    assert_eq!(stdout(&run(at, &["model", "eval", "-q", "sqrt(4)"])), "2\n");
    let json = stdout(&run(at, &["model", "eval", "tax.cpu", "--format", "json"]));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["value"], "10 cores");
    assert_eq!(json["figures"][0]["name"], "proxy.cpu");
    assert_eq!(json["sources"][0]["url"], "https://example.com");
    expect(at, &["explain", "drift"], 0, &["# drift"]);
    expect(at, &["explain", "drfit"], 2, &["did you mean `drift`?"]);
    expect(at, &["explain"], 0, &["Directives:", "Findings:"]);
}

/// What a finding says to write is right itself.
#[test]
fn slips_in_formulas_are_mended() {
    let book = book("It is `{= pods * 20% }` or <!-- plumb: value quantity(\"100m\") /-->.\n");
    expect(book.path(), &["check", "--fix"], 0, &[]);
    let page = std::fs::read_to_string(book.path().join("src/a.md")).expect("the page");
    let mended = "It is `{= pods * 0.2 }` or <!-- plumb: value \"quantity('100m')\" /-->.\n";
    assert_eq!(page, mended);
}

/// A page that uses figures in a book that has none: the finding says what was looked for.
#[test]
fn a_model_that_is_not_there_is_said_to_be() {
    let book = book("It is `{= pods }`.\n");
    std::fs::remove_file(book.path().join("model.toml")).expect("the model");
    let no_model = "neither the file `model.toml` nor TOML in a folder `model`";
    expect(book.path(), &["check"], 1, &["the model has no `pods`", no_model]);
    std::fs::create_dir(book.path().join("model")).expect("a folder");
    std::fs::write(book.path().join("model/a.toml"), "").expect("a model");
    let output = run(book.path(), &["check"]);
    let said = stdout(&output) + &stderr(&output);
    assert!(said.contains("has no `pods`") && !said.contains(no_model), "{said}");
}

#[test]
fn a_cluster_is_measured() {
    let proxy = "\n[proxies.side]\nlabel = \"Sidecar\"\nper = \"pod\"\ncontainer = [\"proxy\"]\n";
    let book = folder(&[
        ("book.toml", ""),
        ("model.toml", &format!("{MODEL}{proxy}")),
        ("src/SUMMARY.md", ""),
    ]);
    let pod = |name: &str, container: &str| {
        format!(
            r#"{{"kind":"Pod","metadata":{{"name":"{name}","namespace":"shop"}},"spec":{{"containers":[{{"name":"app","image":"a"}},{{"name":"{container}","image":"p","resources":{{"requests":{{"cpu":"150m","memory":"64Mi"}}}}}}]}},"status":{{"phase":"Running"}}}}"#
        )
    };
    let items = [pod("one", "proxy"), pod("two", "proxy"), pod("three", "other")].join(",");
    let pods = format!(r#"{{"kind":"List","apiVersion":"v1","items":[{items}]}}"#);
    for (input, code) in [(pods.as_str(), 0), (&pods[..pods.len() - 9], 1), ("", 1)] {
        let mut measure = plumb();
        let measure = measure.args(["model", "measure"]).current_dir(book.path());
        let output = feed(measure, input.as_bytes());
        assert_eq!(output.status.code(), Some(code), "{input}: {}", stderr(&output));
        if code == 0 {
            let said = stdout(&output);
            assert!(said.contains("2 of 3 pods") && said.contains("0.3"), "{said}");
        }
    }
    expect(book.path(), &["model", "measure", "missing.json"], 2, &["missing.json"]);
    expect(book.path(), &["model", "schema"], 0, &["\"$schema\"", "\"figures\""]);
}

/// A model with options, a range, a matrix and a checklist.
fn guide() -> tempfile::TempDir {
    let more = "\n[options.side]\nlabel = \"Sidecars, \\\"classic\\\"\"\n[[options.side.components]]\nname = \"proxy\"\n\
         count = \"pods\"\n[options.side.components.requests]\ncpu = \"proxy.cpu\"\n\n[options.node]\nlabel = \"Per node\"\n\
         [[options.node.components]]\nname = \"agent\"\ncount = \"10\"\n[options.node.components.requests]\ncpu = \"proxy.cpu\"\n\n\
         [statuses.yes]\nlabel = \"yes\"\nmeets = \"fully\"\nweight = 1\n[statuses.no]\nlabel = \"no\"\nmeets = \"no\"\nweight = 0\n\n[matrices.needs]\nlabel = \"Needs\"\ncolumns = [\"side\", \"node\"]\n[[matrices.needs.rows]]\nid = \"mtls\"\n\
         label = \"Encryption\"\ncells.side = { status = \"yes\" }\ncells.node = { status = \"no\" }\n\n\
         [checklists.mesh]\ntitle = \"A mesh?\"\n[[checklists.mesh.items]]\nid = \"big\"\ntext = \"Many teams?\"\n\
         [[checklists.mesh.items]]\nid = \"zero\"\ntext = \"Zero trust?\"\n[[checklists.mesh.bands]]\nid = \"mesh\"\n\
         when = \"yes >= 1\"\nverdict = \"A mesh\"\n[[checklists.mesh.bands]]\nid = \"none\"\nverdict = \"No mesh\"\n";
    let book = book("Costs `{= tax.cpu }`.\n");
    std::fs::write(book.path().join("model.toml"), format!("{MODEL}{more}")).expect("a file");
    book
}

#[test]
fn tables_are_written_in_four_formats() {
    let book = guide();
    let at = book.path();
    expect(at, &["check"], 0, &[]);
    let said = |arguments: &[&str]| {
        let output = run(at, &[&["model"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    };
    for (arguments, expected) in [
        (
            &["table", "--costs", "requests"][..],
            "option                    cpu\nSidecars, \"classic\"  10 cores\nPer node               1 core\n",
        ),
        (
            &["table", "side", "--set", "pods=5", "--format", "csv"],
            "option,cpu\n\"Sidecars, \"\"classic\"\"\",0.5 cores\n",
        ),
        (
            &["table", "node", "--format", "json"],
            "[{\"option\":\"Per node\",\"cpu\":\"1 core\"}]\n",
        ),
        (
            &["table", "--sweep", "pods:10..30..10", "tax.cpu", "--format", "markdown"],
            "| pods | tax.cpu |\n|--:|--:|\n| 10 | 1 core |\n| 20 | 2 cores |\n| 30 | 3 cores |\n",
        ),
        (
            &["table", "--sweep", "pods:7,1", "pods * 2", "--format", "csv"],
            "pods,pods * 2\n1,2\n7,14\n",
        ),
        (
            &["list", "figures", "--format", "csv"],
            "name,value,range,basis,checked,sources\nproxy.cpu,0.1 cores,,published,,s\n",
        ),
        (
            &["list", "options", "no", "--format", "json"],
            "[{\"id\":\"node\",\"label\":\"Per node\",\"components\":\"agent\"}]\n",
        ),
        (&["list", "scenarios", "--format", "json"], "[]\n"),
    ] {
        assert_eq!(said(arguments), expected, "{arguments:?}");
    }
    assert!(said(&["table", "needs"]).starts_with("need"));
    assert!(said(&["list", "--format", "markdown"]).contains("## Figures\n\n| name | value |"));
    let all: serde_json::Value =
        serde_json::from_str(&said(&["list", "--format", "json"])).expect("JSON");
    assert_eq!(all["inputs"][0]["name"], "pods");
    for (arguments, code, says) in [
        (&["list", "--format", "csv"][..], 2, "name one of inputs"),
        (&["list", "figuers"], 2, "did you mean `figures`?"),
        (&["table", "sied"], 2, "did you mean `side`?"),
        (&["table", "needs", "side"], 2, "name it alone"),
        (&["table", "--sweep", "pods"], 2, "name the expressions"),
        (&["table", "--sweep", "pod:1,2", "tax.cpu"], 1, "did you mean `pods`?"),
        (&["table", "--sweep", "pods:9..1", "tax.cpu"], 1, "--sweep:1:6"),
        (&["table", "--sweep", "pods:1..2", "tax.cup"], 1, "did you mean `tax.cpu`?"),
        (&["table", "--scenario", "x"], 1, "there is no scenario `x`"),
    ] {
        expect(at, &[&["model"], arguments].concat(), code, &[says]);
    }
}

#[test]
fn what_no_page_shows_is_told_once() {
    let book = guide();
    let at = book.path();
    let model = std::fs::read_to_string(at.join("model.toml")).expect("a model");
    let old = model
        .replace("yes >= 1", "yes >= 2")
        .replace("node = { status = \"no\" }", "node = { status = \"yes\" }");
    std::fs::write(at.join("old.toml"), old).expect("a file");
    let unseen = "no published value changes\n\nbeside what pages show:\nmodel.toml\n";
    expect(
        at,
        &["model", "diff", "old.toml"],
        0,
        &[unseen, "cell needs / mtls / node: ", "verdict mesh: No mesh -> A mesh (2 of 4 answers)"],
    );
    let chapter = "Costs `{= tax.cpu }`.\n\n<!-- plumb: matrix needs /-->\n";
    std::fs::write(at.join("src/a.md"), chapter).expect("a file");
    let said = stdout(&run(at, &["model", "diff", "old.toml", "--format", "json"]));
    let changes: Vec<serde_json::Value> = serde_json::from_str(&said).expect("JSON");
    let told: Vec<_> = changes
        .iter()
        .map(|change| {
            (change["file"].as_str(), change["line"].as_u64(), change["published"].as_bool())
        })
        .collect();
    assert_eq!(told.len(), 2, "{said}");
    assert_eq!(told[0], (Some("src/a.md"), Some(3), Some(true)));
    assert_eq!((told[1].0, told[1].2), (Some("model.toml"), Some(false)));
    expect(
        at,
        &["model", "diff", "old.toml", "--format", "markdown"],
        0,
        &["1 published value changes.\n\n| Page |", "Beside what pages show:\n\n| Model |"],
    );
}

#[test]
fn a_value_in_a_fence_is_published() {
    let book = book(
        "```yaml\na: 1\nb: 10 # plumb: = tax.cpu\n```\n\n```bash plumb\nscale {= tax.cpu }\n```\n",
    );
    let at = book.path();
    std::fs::write(at.join("old.toml"), MODEL.replace("100m", "50m")).expect("a file");
    expect(
        at,
        &["model", "diff", "old.toml"],
        0,
        &["3:4  tax.cpu: 5 -> 10", "7:7  tax.cpu: 5 cores -> 10 cores", "2 published values"],
    );
}

#[test]
fn a_change_of_the_model_is_shown_page_by_page() {
    let book = book("Costs `{= tax.cpu }`.\n");
    let at = book.path();
    std::fs::write(at.join("old.toml"), MODEL.replace("100m", "200m")).expect("a file");
    expect(
        at,
        &["model", "diff", "old.toml"],
        0,
        &["src/a.md", "20 cores -> 10 cores", "1 published value"],
    );
    expect(at, &["model", "diff", "no-such-thing"], 2, &["neither a file nor a revision"]);
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(at).args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
        git.args(arguments).output().is_ok_and(|output| output.status.success())
    };
    if !(git(&["init", "-q"]) && git(&["add", "."]) && git(&["commit", "-qm", "one"])) {
        eprintln!("not tested: there is no git");
        return;
    }
    expect(at, &["model", "diff"], 0, &["no published value changes"]);
    std::fs::write(at.join("model.toml"), MODEL.replace("100m", "300m")).expect("a file");
    expect(at, &["model", "diff", "--format", "markdown"], 0, &["| 10 cores | 30 cores |"]);
    expect(at, &["model", "diff", "HEAD", "--format", "json"], 0, &["\"after\":\"30 cores\""]);
}
