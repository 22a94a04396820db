//! `explain FILE:LINE`: how a text is read, by the commands that read it.

use crate::support::{folder, plumb, stderr, stdout};
use serde_json::Value;
use std::path::Path;

const PAGE: &str = "\
# A page

Some words.

```yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: <your-name>
spec:
  replicas: two
  template:
    spec:
      # ...
      containers:
      - name: web
```

Add the following annotation to the Service:

```yaml
apiVersion: v1
kind: Service
metadata:
  annotations: {a: b}
```

```yaml fails
apiVersion: v1
kind: Service
metadata: {name: A}
spec: {ports: [{name: http, port: 80}]}
```

```go
x := 1
```

```console
$ kubectl apply -f - <<EOF
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
dta: {}
EOF
```

```yaml k8s=1.34
apiVersion: example.com/v1
kind: Widget
metadata: {name: a}
```

```yaml ignore
apiVersion: v1
kind: Pdo
```

~~~yaml
image: {{ .Values.image }}
apiVersion: v1
kind: Pod
~~~
";

fn explained(at: &Path, place: &str) -> Value {
    let output = plumb()
        .current_dir(at)
        .args(["explain", place, "--format", "json"])
        .output()
        .expect("the program");
    assert!(output.status.success(), "{place}: {}", stderr(&output));
    serde_json::from_str(&stdout(&output)).expect("JSON")
}

/// The line of a page that holds a text.
fn line(text: &str) -> usize {
    1 + PAGE.lines().position(|line| line.contains(text)).expect("a line")
}

fn texts<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    let items = list.as_array().expect("a list");
    items.iter().map(|item| item[key].as_str().unwrap_or("")).collect()
}

#[test]
fn a_line_of_a_page_is_explained() {
    let files = folder(&[("a.md", PAGE)]);
    let at = |text: &str| explained(files.path(), &format!("a.md:{}", line(text)));

    let part = at("replicas: two");
    assert_eq!(
        (&part["command"], &part["text"]["reading"]),
        (&"validate".into(), &"manifests".into())
    );
    let document = &part["documents"][0];
    assert_eq!(document["reading"], "marked part");
    assert_eq!(document["schema"], "Deployment of apps/v1, embedded");
    let places: Vec<_> = document["evidence"].as_array().expect("a list").iter().collect();
    let mark = places.iter().find(|one| one["line"] == line("# ...")).expect("the mark");
    assert_eq!((&mark["file"], &mark["column"]), (&"a.md".into(), &7.into()));
    assert!(places.iter().any(|one| one["line"] == line("<your-name>")), "{document}");
    assert_eq!(texts(&part["findings"], "code"), ["schema-type", "placeholder"]);
    let withheld: Vec<_> = part["withheld"].as_array().expect("a list").iter().collect();
    let because = |code: &str| {
        let one = withheld.iter().find(|one| one["code"] == code).expect("a finding");
        one["because"].as_str().expect("a text").to_owned()
    };
    assert_eq!(because("object-name"), "it depends on a placeholder");
    assert_eq!(
        because("schema-required"),
        format!("something is left out: line {}", line("# ..."))
    );

    let part = at("annotations: {a: b}");
    assert_eq!(part["documents"][0]["reading"], "unmarked part");
    assert_eq!(part["documents"][0]["of"], "lacks metadata.name, spec");
    let evidence = part["documents"][0]["evidence"].as_array().expect("a list");
    assert!(evidence.iter().any(|one| one["line"] == line("Add the following")), "{part}");
    assert_eq!(texts(&part["findings"], "code"), ["unmarked-part"]);

    let fails = at("metadata: {name: A}");
    assert_eq!(texts(&fails["findings"], "code"), [""; 0]);
    assert_eq!(texts(&fails["withheld"], "code"), ["object-name"]);
    assert!(texts(&fails["withheld"], "because")[0].contains("`fails`"));

    assert_eq!(at("x := 1")["text"]["reading"], "another language");
    assert_eq!(at("kind: Pdo")["text"]["reading"], "ignored");
    assert_eq!(at(".Values.image")["text"]["reading"], "template");
    let here = at("dta: {}");
    assert_eq!(here["text"]["holder"], "here-document");
    assert_eq!(texts(&here["findings"], "code"), ["schema-unknown-field"]);
    assert_eq!(at("$ kubectl")["text"]["reading"], "commands");

    let missing = at("kind: Widget");
    assert_eq!(missing["documents"][0]["schema"], Value::Null);
    assert_eq!(missing["documents"][0]["release"], "Kubernetes 1.34");
    assert_eq!(missing["documents"][0]["release_because"], "the fence says `k8s=1.34`");
    assert_eq!(texts(&missing["findings"], "code"), ["schema-missing"]);

    let words = at("Some words.");
    assert_eq!(words["text"], Value::Null);
    assert_eq!(words["hints"][0], "text outside of every fence");
    assert_eq!(words["hints"][1], "the nearest fence below it is in lines 5 to 17");
    assert_eq!(explained(files.path(), "a.md:4")["hints"][0], "an empty line");
}

#[test]
fn a_line_of_a_chapter_is_read_as_its_book_reads_it() {
    let kustomization = "patches:\n- path: a.yaml\nresorces: [b.yaml]\n";
    let files = folder(&[
        (
            "book.toml",
            "[preprocessor.plumb]\nallow = [\"metadata-name\"]\nversions = { k8s = \"1.35\" }\n",
        ),
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        ("src/a.md", "```yaml\n{{#include pod.yaml}}\n```\n"),
        ("src/pod.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n"),
        ("k/kustomization.yaml", kustomization),
    ]);
    let at = files.path();
    let included = explained(at, "src/pod.yaml:2");
    assert_eq!(included["command"], "check");
    let document = &included["documents"][0];
    assert_eq!(document["release_because"], "book.toml says `k8s = \"1.35\"`");
    assert_eq!(document["evidence"][0]["file"], "src/pod.yaml");
    assert_eq!(texts(&included["withheld"], "code"), ["metadata-name"]);
    assert_eq!(included["withheld"][0]["because"], "the level of its code is `allow`");
    // The page that includes it says the same.
    assert_eq!(explained(at, "src/a.md:2")["documents"], included["documents"]);
    let settings = explained(at, "k/kustomization.yaml:3");
    assert_eq!(settings["command"], "validate");
    assert_eq!(settings["documents"][0]["reading"], "settings");
    assert_eq!(settings["documents"][0]["of"], "kustomize");
    assert_eq!(texts(&settings["findings"], "message"), ["unknown field `resorces`"]);
}

#[test]
fn what_a_console_prints_is_explained() {
    let page = "```console\n$ kubectl get cm a -o yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  lables: {}\n```\n\n\
        ```\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndta: {}\n```\n";
    let files = folder(&[("a.md", page)]);
    let printed = explained(files.path(), "a.md:7");
    assert_eq!(printed["documents"][0]["kind"], "ConfigMap");
    assert_eq!(texts(&printed["findings"], "code"), ["schema-unknown-field"]);
    let untagged = explained(files.path(), "a.md:14");
    assert_eq!(untagged["documents"][0]["first_line"], 11);
    assert!(texts(&untagged["findings"], "code").contains(&"schema-unknown-field"), "{untagged}");
    let lines = untagged["findings"].as_array().expect("a list").iter();
    assert!(lines.map(|one| one["line"].as_u64()).all(|line| line >= Some(10)), "{untagged}");
    assert_eq!(untagged["documents"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_patch_in_a_kustomization_is_explained_by_itself() {
    let text = "resources: [a.yaml]\npatches:\n- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: a}\n    \
        spec: {replicas: two}\n";
    let files = folder(&[("kustomization.yaml", text)]);
    let patch = explained(files.path(), "kustomization.yaml:7");
    let document = &patch["documents"][0];
    assert_eq!((&document["reading"], &document["first_line"]), (&"patch".into(), &4.into()));
    assert_eq!(document["schema"], "Deployment of apps/v1, embedded");
    assert_eq!(texts(&patch["findings"], "code"), ["schema-type"]);
    // Its head is not written, and its types are known all the same.
    let whole = explained(files.path(), "kustomization.yaml:1");
    assert!(
        whole["documents"][0]["schema"].as_str().is_some_and(|schema| schema.contains("kustomize"))
    );
}

#[test]
fn it_is_judged_by_what_the_command_line_names() {
    let cron = "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\nspec: {}\n";
    let files = folder(&[("a.yaml", cron)]);
    let run = |more: &[&str]| {
        let arguments = ["explain", "a.yaml:1"].iter().chain(more);
        plumb().current_dir(files.path()).args(arguments).output().expect("the program")
    };
    assert!(stdout(&run(&["--k8s", "1.34"])).contains("error[api-removed]"));
    assert!(stdout(&run(&[])).contains("[api-removed]"));
    let name = plumb().args(["explain", "drift", "--k8s", "1.34"]).output().expect("the program");
    assert_eq!(name.status.code(), Some(2), "{}", stderr(&name));
    let json =
        plumb().args(["explain", "drift", "--format", "json"]).output().expect("the program");
    let json: Value = serde_json::from_str(&stdout(&json)).expect("JSON");
    assert_eq!(json["name"], "drift");
    let all = plumb().args(["explain", "--format", "json"]).output().expect("the program");
    let all: Value = serde_json::from_str(&stdout(&all)).expect("JSON");
    assert_eq!(all[0]["title"], "Directives");
}

#[test]
fn what_is_no_place_is_said() {
    let files = folder(&[("a.md", PAGE)]);
    let run = |place: &str| {
        let command = plumb().current_dir(files.path()).args(["explain", place]).output();
        let output = command.expect("the program");
        (output.status.code(), stdout(&output) + &stderr(&output))
    };
    for (place, said) in [
        ("b.md:1", "can't read `b.md`"),
        ("a.md:0", "`a.md` has no line 0"),
        ("a.md:999", "`a.md` has no line 999"),
        ("a.md:99999999999999999999", "nothing is called"),
    ] {
        let (code, all) = run(place);
        assert_eq!(code, Some(2), "{place}: {all}");
        assert!(all.contains(said), "{place}: {all}");
    }
    let (code, all) = run(&format!("a.md:{}:3", line("replicas: two")));
    assert_eq!(code, Some(0), "{all}");
    for said in [
        "a fence `yaml`, lines 5 to 17, read as manifests (by `validate`)",
        "lines 6 to 16: marked part",
        "because     a.md:14:7: this says that something is left out here",
        "found: 11:13 error[schema-type]",
        "not said: 10:1 [schema-required]",
        "to change: without the marks",
    ] {
        assert!(all.contains(said), "{said}: {all}");
    }
}
