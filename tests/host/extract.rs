//! `extract`: which files it writes, and which it leaves alone.

use crate::support::{folder, plumb, stderr, stdout, tree};
use std::path::Path;

const MODEL: &str = "[figures.replicas]\nvalue = 3\nsource = \"s\"\n[sources.s]\ntitle = \"A chart\"\nurl = \"https://example.com\"\n\
     accessed = 2026-01-01\n";

const CHAPTER: &str = r#"# A

`{= replicas }`

```yaml
# what the shop runs
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 2  # plumb: = replicas
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: shop
          image: shop:1
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: shop
data:
  text: |+
    kept

```

1. In a list:

   ```json
   {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
   ```

Another form, and the same again:

```yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: shop
data:
  text: other
```

```yaml
apiVersion: v1
kind: Namespace
metadata: {name: other}
```

```yaml
apiVersion: v1
kind: Namespace
metadata: {name: other}
```

```console
$ kubectl apply -f - <<EOF
apiVersion: v1
kind: ConfigMap
metadata:
  name: here
data:
  price: "\$5"
EOF
```

```yaml fails
apiVersion: v1
kind: ConfigMap
metadata:
  name: shop
data: 5
```

```yaml ignore
apiVersion: v1
kind: ConfigMap
metadata:
  name: ignored
```

```yaml fragment=Pod:spec
containers: [{name: a, image: b}]
```

```yaml
apiVersion: example.com/v1
kind: Widget
metadata:
  name: w
```

```yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${NAME}
```

```yaml
just: yaml
```
"#;

fn book() -> tempfile::TempDir {
    folder(&[
        ("book.toml", "[preprocessor.plumb]\n"),
        ("model.toml", MODEL),
        ("src/SUMMARY.md", "- [A](part/a.md)\n"),
        ("src/part/a.md", CHAPTER),
    ])
}

fn extract(book: &Path, arguments: &[&str], code: i32) -> String {
    let mut command = plumb();
    command.current_dir(book).args(["extract", "-o", "out"]).args(arguments);
    let output = command.output().expect("the program");
    let said = stdout(&output) + &stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

fn names(out: &Path) -> Vec<String> {
    tree(out).into_keys().collect()
}

#[test]
fn each_manifest_is_a_file() {
    let book = book();
    let out = book.path().join("out");
    let said = extract(book.path(), &[], 0);
    assert!(said.contains("8 manifests in out: 10 files written, 0 removed, 2 not in"), "{said}");
    assert!(said.contains("kubectl apply --dry-run=server -k out\n"), "{said}");
    assert_eq!(
        names(&out),
        [
            "kustomization.yaml",
            "part-a-configmap-here.yaml",
            "part-a-configmap-name.yaml",
            "part-a-configmap-shop.yaml",
            "part-a-deployment-shop.yaml",
            "part-a-namespace-other.yaml",
            "part-a-namespace-shop.yaml",
            "part-a-widget-w.yaml",
            "variant-2/kustomization.yaml",
            "variant-2/part-a-configmap-shop-2.yaml",
        ]
    );
    let read = |name: &str| std::fs::read_to_string(out.join(name)).expect(name);
    assert_eq!(
        read("kustomization.yaml"),
        "# Extracted by mdbook-plumb; apply with: kubectl apply --dry-run=server -k .\n\
         apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - part-a-deployment-shop.yaml\n  \
         - part-a-configmap-shop.yaml\n  - part-a-namespace-shop.yaml\n  - part-a-namespace-other.yaml\n  \
         - part-a-configmap-here.yaml\n  # not listed: part-a-widget-w.yaml: no schema knows its kind\n  \
         # not listed: part-a-configmap-name.yaml: a reader has to fill something in\n"
    );
    let deployment = read("part-a-deployment-shop.yaml");
    assert!(
        deployment.starts_with(
            "# Extracted by mdbook-plumb from src/part/a.md\n# what the shop runs\napiVersion: apps/v1\n"
        ),
        "{deployment}"
    );
    assert!(deployment.contains("  replicas: 3\n"), "{deployment}");
    assert!(read("part-a-configmap-shop.yaml").ends_with("  text: |+\n    kept\n\n"));
    assert!(read("part-a-configmap-here.yaml").contains("price: \"$5\"\n"));
    assert!(read("part-a-namespace-shop.yaml").ends_with(
        "\n{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"shop\"}}\n"
    ));
    // What was written is what the engine itself takes, but for what a reader has to fill in.
    std::fs::remove_file(out.join("part-a-configmap-name.yaml")).expect("a file");
    let output = plumb().current_dir(&out).args(["validate", "--ignore-missing", "."]).output();
    let output = output.expect("the program");
    let said = stdout(&output);
    assert!(!said.contains("configmap") && !said.contains("deployment"), "{said}");
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let book = book();
    let out = book.path().join("out");
    extract(book.path(), &[], 0);
    std::fs::write(out.join("mine.yaml"), "a: 1\n").expect("a file");
    std::fs::create_dir(out.join("variant-mine")).expect("a folder");
    std::fs::write(out.join("variant-mine/mine.yaml"), "a: 1\n").expect("a file");
    assert!(extract(book.path(), &[], 0).contains("0 files written, 0 removed"));
    let valid = names(&out);
    assert!(extract(book.path(), &["--fails"], 0).contains("1 files written"));
    assert!(out.join("fails/part-a-configmap-shop.yaml").exists());
    assert!(extract(book.path(), &[], 0).contains("0 files written, 1 removed"));
    assert_eq!(names(&out), valid, "the names of the others do not depend on --fails");
    assert!(!out.join("fails").exists());
    // A chapter that is gone takes its files with it, and nothing else.
    std::fs::write(book.path().join("src/part/a.md"), "`{= replicas }`\n").expect("a file");
    extract(book.path(), &[], 0);
    assert_eq!(names(&out), ["mine.yaml", "variant-mine/mine.yaml"]);
    // A file of somebody's in the way stops all of it.
    std::fs::write(book.path().join("src/part/a.md"), CHAPTER).expect("a file");
    std::fs::write(out.join("part-a-widget-w.yaml"), "mine: 1\n").expect("a file");
    let said = extract(book.path(), &[], 2);
    assert!(said.contains("part-a-widget-w.yaml` has not been written by `extract`"), "{said}");
    assert_eq!(names(&out), ["mine.yaml", "part-a-widget-w.yaml", "variant-mine/mine.yaml"]);
}

#[test]
fn a_manifest_with_an_error_is_written_and_not_listed() {
    let bad = "```yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata: 5\n```\n";
    let book = folder(&[("book.toml", ""), ("src/SUMMARY.md", "- [A](a.md)\n"), ("src/a.md", bad)]);
    let said = extract(book.path(), &[], 1);
    assert!(said.contains("src/a.md:6:7") && said.contains("1 not in a kustomization"), "{said}");
    assert_eq!(names(&book.path().join("out")), ["a-configmap-a.yaml"]);
    let output = plumb().current_dir(book.path()).args(["extract"]).output().expect("the program");
    assert_eq!(output.status.code(), Some(2), "without --out");
}
