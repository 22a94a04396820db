//! `--shard N/M`: of several runs, each says what lies in its files, and together they say what one says.

use crate::support::{folder, plumb, stderr, stdout};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;

/// The findings, sorted, and what was counted.
fn run(
    folder: &Path,
    arguments: &[&str],
    shard: Option<(usize, usize)>,
) -> (Vec<String>, BTreeMap<String, u64>) {
    let mut command = plumb();
    command.args(arguments).args(["--format", "json"]).current_dir(folder);
    if let Some((number, of)) = shard {
        command.args(["--shard", &format!("{number}/{of}")]);
    }
    let output = command.output().expect("the program");
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
    let said = stdout(&output);
    let mut lines: Vec<_> = said.lines().map(str::to_owned).collect();
    let last: Json = serde_json::from_str(&lines.pop().expect("a summary")).expect("JSON");
    let counts = last["summary"].as_object().expect("an object");
    let counts = counts.iter().filter_map(|(name, count)| Some((name.clone(), count.as_u64()?)));
    let counts = counts.collect();
    lines.sort();
    (lines, counts)
}

/// The whole run's findings.
fn assert_shared(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let (whole, counts) = run(folder, arguments, None);
    for of in [2, 3] {
        let mut all = Vec::new();
        let mut sum: BTreeMap<String, u64> = BTreeMap::new();
        for number in 1..=of {
            let (found, counts) = run(folder, arguments, Some((number, of)));
            all.extend(found);
            counts.into_iter().for_each(|(name, count)| *sum.entry(name).or_default() += count);
        }
        all.sort();
        assert_eq!(all, whole, "{arguments:?} in {of}");
        assert_eq!(sum, counts, "{arguments:?} in {of}");
    }
    whole
}

fn codes(findings: &[String]) -> Vec<String> {
    let code = |line: &String| serde_json::from_str::<Json>(line).expect("JSON")["code"].clone();
    let mut codes: Vec<_> =
        findings.iter().map(|line| code(line).as_str().expect("a code").to_owned()).collect();
    codes.sort();
    codes
}

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  prots: []\n";

#[test]
fn shards_of_a_book_are_the_book() {
    let wrong = format!("```yaml\n{SERVICE}```\n");
    let included = "# A\n\n```yaml\n{{#include ../web.yaml}}\n```\n\n`{= pods }` and `{= pod }`\n";
    let route = |subset: &str| {
        format!(
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: a}}\nspec:\n  hosts: [a]\n  \
             http: [{{route: [{{destination: {{host: a, subset: {subset}}}}}]}}]\n"
        )
    };
    let rule = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a}\nspec:\n  host: a\n  \
                subsets: [{name: v1, labels: {version: v1}}]\n";
    let book = folder(&[
        ("book.toml", "[book]\ntitle = \"A\"\n[preprocessor.plumb]\ndeny = [\"no-such-code\"]\n"),
        (
            "model.toml",
            "[inputs.pods]\ndefault = 3\n[figures.unused]\nvalue = 1\nbasis = \"judgement\"\n[figures.prots]\nvalue = 1\nbasis = \"judgement\"\n",
        ),
        ("src/SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n- [C](c.md)\n- [D](d.md)\n- [E](e.md)\n"),
        ("src/a.md", included),
        ("src/b.md", &format!("{included}\n[gone](gone.md)\n")),
        ("src/c.md", &format!("```yaml group=g\n{}```\n\n{wrong}", route("v2"))),
        (
            "src/d.md",
            &format!(
                "```yaml group=g\n{rule}```\n\n```yaml fails\n{rule}```\n\n<!-- plumb: shown /-->\n"
            ),
        ),
        (
            "src/e.md",
            &format!(
                "<!-- plumb: shown /-->\n\n<!-- plumb: value pods -->4<!-- /plumb -->\n\n```sh\nkubectl apply -f - <<EOF\n{SERVICE}EOF\n```\n"
            ),
        ),
        ("web.yaml", SERVICE),
        ("directives/shown.md", &format!("+++\nsummary = \"A manifest.\"\n+++\n{wrong}")),
    ]);
    let found = codes(&assert_shared(book.path(), &["check"]));
    // What each file says by itself, what a group says, and what the whole book says.
    for code in [
        "schema-unknown-field",
        "subset-missing",
        "never-used",
        "fails-but-valid",
        "drift",
        "unknown-name",
        "unknown-code",
    ] {
        assert!(found.iter().any(|one| one == code), "no {code} in {found:?}");
    }
}

#[test]
fn shards_of_files_are_the_files() {
    let all = folder(&[
        ("m/a.yaml", SERVICE),
        ("m/b.yaml", SERVICE),
        ("m/base/kustomization.yaml", "resources: [../c.yaml]\npatches: [{path: part.yaml}]\n"),
        (
            "m/base/part.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n",
        ),
        (
            "m/c.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n",
        ),
        ("m/d.md", &format!("```yaml\n{SERVICE}```\n")),
        ("none/a.yaml", "a: 1\n"),
        ("none/b.yaml", "a: 1\n"),
    ]);
    let found = codes(&assert_shared(all.path(), &["validate", "m", "none"]));
    assert!(found.iter().any(|code| code == "nothing-to-validate"), "{found:?}");
    assert_shared(all.path(), &["validate", "m"]);
    assert_shared(all.path(), &["validate", "--together", "m"]);
    // One of the files of a pattern holds a manifest, and so none of them is missed.
    assert_shared(all.path(), &["validate", "none/a.yaml", "none/b.yaml", "m/a.yaml"]);
}

#[test]
fn a_baseline_is_shared_too_and_nothing_is_written() {
    let all = folder(&[("m/a.yaml", SERVICE), ("m/b.yaml", SERVICE)]);
    let validate = |arguments: &[&str]| {
        plumb()
            .args(["validate", "m", "--quiet"])
            .args(arguments)
            .current_dir(all.path())
            .output()
            .expect("the program")
    };
    assert!(validate(&["--baseline", "known.toml", "--write-baseline"]).status.success());
    for shard in ["1/2", "2/2"] {
        let output = validate(&["--baseline", "known.toml", "--shard", shard, "--format", "json"]);
        let said = stdout(&output);
        assert!(output.status.success() && said.lines().count() == 1, "{said}");
        for writes in [&["--fix"][..], &["--baseline", "known.toml", "--write-baseline"]] {
            assert_eq!(validate(&[writes, &["--shard", shard]].concat()).status.code(), Some(2));
        }
        let said = stdout(&validate(&["--shard", shard, "--format", "sarif"]));
        let id = format!("\"id\": \"mdbook-plumb-{}-of-2/\"", &shard[..1]);
        assert!(said.contains(&id), "{said}");
    }
    for wrong in ["0/2", "3/2", "2", "x/2"] {
        assert_eq!(validate(&["--shard", wrong]).status.code(), Some(2), "{wrong}");
    }
}
