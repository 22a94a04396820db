//! A synthetic book: ordinary prose, tables and small manifests, the same bytes on every machine.

use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// Small enough to be a guide's example, large enough to have something to validate; `NAME` is replaced.
const MANIFESTS: &[&str] = &[
    "apiVersion: v1
kind: Service
metadata:
  name: NAME
  labels: {app: NAME}
spec:
  selector: {app: NAME}
  ports:
    - name: http
      port: 80
      targetPort: 8080
",
    "apiVersion: apps/v1
kind: Deployment
metadata:
  name: NAME
spec:
  replicas: 2
  selector:
    matchLabels: {app: NAME}
  template:
    metadata:
      labels: {app: NAME}
    spec:
      containers:
        - name: app
          image: registry.example.com/NAME:1.4.2
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {memory: 256Mi}
",
    "apiVersion: v1
kind: ConfigMap
metadata:
  name: NAME
data:
  settings.yaml: |
    level: info
    retries: 3
",
    "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: NAME
spec:
  podSelector:
    matchLabels: {app: NAME}
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector: {}
      ports:
        - port: 8080
",
];

const WORDS: &[&str] = &[
    "the",
    "cluster",
    "of",
    "a",
    "node",
    "pods",
    "that",
    "request",
    "to",
    "each",
    "service",
    "is",
    "with",
    "traffic",
    "policy",
    "when",
    "`kubectl`",
    "and",
    "**not**",
    "latency",
    "for",
    "it",
    "[retries](chapter-1.md)",
    "in",
    "proxy",
    "memory",
    "costs",
    "more",
    "than",
    "one",
    "expects",
];

/// How many manifests a chapter has on average, and of four chapters how many have any.
const PER_CHAPTER: usize = 3;

/// A generator of small numbers, for text that repeats nothing and is the same in each run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// Writes a book of so many chapters into a folder; returns what mdBook would send for it.
pub(crate) fn write(folder: &Path, chapters: usize) -> io::Result<String> {
    let src = folder.join("src");
    std::fs::create_dir_all(&src)?;
    std::fs::write(folder.join("book.toml"), "[preprocessor.plumb]\nafter = [\"links\"]\n")?;
    let mut summary = "# Summary\n\n".to_owned();
    let mut items = Vec::new();
    for number in 1..=chapters {
        let path = format!("chapter-{number}.md");
        let content = chapter(number);
        std::fs::write(src.join(&path), &content)?;
        writeln!(summary, "- [Chapter {number}]({path})").expect("a string takes all");
        items.push(json!({ "Chapter": {
            "name": format!("Chapter {number}"),
            "content": content,
            "number": [number],
            "sub_items": [],
            "path": path,
            "source_path": path,
            "parent_names": [],
        }}));
    }
    std::fs::write(src.join("SUMMARY.md"), summary)?;
    let config = json!({
        "book": { "title": "Synthetic", "src": "src", "authors": [], "language": "en" },
        "preprocessor": { "plumb": { "after": ["links"] } },
    });
    let context = json!({
        "root": folder,
        "config": config,
        "renderer": "html",
        "mdbook_version": "0.5.4",
    });
    Ok(Json::Array(vec![context, json!({ "items": items })]).to_string())
}

/// One of the manifests.
pub(crate) fn manifest() -> String {
    MANIFESTS[1].replace("NAME", "web")
}

fn chapter(number: usize) -> String {
    let mut dice = Dice(number as u64);
    let mut text = format!("# Chapter {number}\n\n");
    let manifests = if number.is_multiple_of(4) { 0 } else { PER_CHAPTER * 4 / 3 };
    for section in 0..6 {
        writeln!(text, "## Section {section}\n").expect("a string takes all");
        for _ in 0..2 {
            paragraph(&mut dice, &mut text);
        }
        if section < manifests {
            let name = format!("app-{number}-{section}");
            let manifest = MANIFESTS[dice.throw(MANIFESTS.len())].replace("NAME", &name);
            writeln!(text, "```yaml\n{manifest}```\n").expect("a string takes all");
        } else {
            table(&mut dice, &mut text);
        }
    }
    text
}

fn paragraph(dice: &mut Dice, text: &mut String) {
    for line in 0..6 {
        let words: Vec<_> = (0..15).map(|_| WORDS[dice.throw(WORDS.len())]).collect();
        text.push_str(&words.join(" "));
        text.push_str(if line == 5 { ".\n\n" } else { "\n" });
    }
}

fn table(dice: &mut Dice, text: &mut String) {
    text.push_str("| Option | CPU | Memory |\n|---|--:|--:|\n");
    for row in 0..8 {
        let (cpu, memory) = (dice.throw(900), dice.throw(4000));
        writeln!(text, "| option {row} | {cpu}m | {memory} MiB |").expect("a string takes all");
    }
    text.push('\n');
}
