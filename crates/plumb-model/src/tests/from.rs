//! Facts that are read from files of the repository.

use super::*;
use plumb_text::world::MemWorld;

/// Where a fact is read from, and what it comes to, or what is said.
fn read(from: &str, more: &str) -> (String, Vec<String>) {
    let world = MemWorld::new(
        [
            (
                "Cargo.toml",
                "[package]\nname = \"sizer\"\nversion = \"1.4.2\"\nrust-version = \"1.85\"\n",
            ),
            (
                "Cargo.lock",
                "version = 4\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.229\"\n\n[[package]]\nname = \"toml\"\nversion = \"1.2.1\"\n",
            ),
            (
                "package.json",
                "{\n  \"engines\": { \"node\": \">=20\" },\n  \"packages\": { \"node_modules/a.b\": { \"version\": \"3.1.0\" } },\n  \"limits\": [10, 20]\n}\n",
            ),
            (
                "deploy.yaml",
                "kind: Service\nmetadata:\n  name: web\nspec:\n  replicas: 9\n---\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n      - name: app\n        image: ghcr.io:443/a/app:2.1@sha256:abc\n",
            ),
            ("README.md", "# Sizer\n\nMSRV: 1.85 (see CI)\n"),
            ("chart/Chart.yaml", "version: 0.10\n"),
        ],
        jiff::civil::date(2026, 11, 29),
    );
    let text = format!("[facts.a]\nfrom = {from}\n{more}\n");
    let (model, findings) = Model::load_in(&[Source::new("model.toml", text.as_str())], &world);
    let fact = model.facts.get("a").map_or(String::new(), |fact| {
        let place =
            fact.from.as_ref().map(|at| format!(" @ {}:{}", at.source.path(), at.start().line));
        model.fact_text(fact) + &place.unwrap_or_default()
    });
    (fact, findings.iter().map(shown).collect())
}

#[test]
fn facts_are_read_from_where_they_live() {
    let version = "type = \"version\"";
    for (from, more, expected) in [
        (r#"{ file = "Cargo.toml", at = "package.version" }"#, version, "1.4.2 @ Cargo.toml:3"),
        (
            r#"{ file = "Cargo.lock", at = "package[name=toml].version" }"#,
            version,
            "1.2.1 @ Cargo.lock:9",
        ),
        (
            r#"{ file = "package.json", at = 'packages."node_modules/a.b".version' }"#,
            version,
            "3.1.0 @ package.json:3",
        ),
        (
            r#"{ file = "package.json", at = "engines.node", pattern = '>=(\d+)' }"#,
            version,
            "20 @ package.json:2",
        ),
        (
            r#"{ file = "deploy.yaml", at = "Deployment/web:spec.template.spec.containers[name=app].image", part = "tag" }"#,
            version,
            "2.1 @ deploy.yaml:16",
        ),
        (
            r#"{ file = "deploy.yaml", at = "spec.template.spec.containers[0].image", part = "digest" }"#,
            "",
            "sha256:abc @ deploy.yaml:16",
        ),
        (
            r#"{ file = "deploy.yaml", at = "spec.template.spec.containers[0].image", part = "repository" }"#,
            "",
            "ghcr.io:443/a/app @ deploy.yaml:16",
        ),
        (r#"{ file = "README.md", pattern = '^MSRV: (\S+)' }"#, version, "1.85 @ README.md:3"),
        (r#"{ file = "chart/Chart.yaml", at = "version" }"#, version, "0.10 @ chart/Chart.yaml:1"),
        (r#"{ file = "package.json", at = "limits" }"#, "", "10, 20 @ package.json:4"),
    ] {
        assert_eq!(read(from, more), (expected.to_owned(), vec![]), "{from}");
    }
}

#[test]
fn a_place_that_is_gone_is_said() {
    for (from, expected) in [
        (
            r#"{ file = "Cargo.toml", at = "package.verison" }"#,
            "2:36 from-place: `Cargo.toml` has no `verison` in `package` [\"package.verison\"]",
        ),
        (
            r#"{ file = "Cargo.lock", at = "package[name=serd].version" }"#,
            "2:36 from-place: `Cargo.lock` has no item with `name` `serd` in `package` [\"package[name=serd].version\"]",
        ),
        (
            r#"{ file = "gone.toml", at = "a" }"#,
            "2:17 from-file: `gone.toml` can't be read: entity not found [\"gone.toml\"]",
        ),
        (
            r#"{ file = "deploy.yaml", at = "spec.replicas" }"#,
            "2:37 from-place: `deploy.yaml` has 2 documents with this place: name one, `KIND/NAME:` [\"spec.replicas\"]",
        ),
        (
            r#"{ file = "deploy.yaml", at = "Job/x:spec" }"#,
            "2:37 from-place: `deploy.yaml` has no document `Job/x` [\"Job/x:spec\"]",
        ),
        (
            r#"{ file = "README.md", pattern = 'MSRV (\S+)' }"#,
            "2:40 from-place: nothing in `README.md` matches the pattern ['MSRV (\\S+)']",
        ),
        (
            r#"{ file = "README.md", pattern = '(e)' }"#,
            "2:40 from-place: more than one place in `README.md` matches the pattern ['(e)']",
        ),
        (
            r#"{ file = "README.md", pattern = 'MSRV' }"#,
            "2:40 from-place: the pattern has 0 groups, and needs one ['MSRV']",
        ),
        (
            r#"{ file = "README.md" }"#,
            "2:8 from-place: say the place in the file: `at` or `pattern` [{ file = \"README.md\" }]",
        ),
        (
            r#"{ file = "Cargo.toml", at = "package..x" }"#,
            "2:45 from-place: the place `package..x` can't be read [.x]",
        ),
    ] {
        let (_, found) = read(from, "");
        assert_eq!(found, [expected], "{from}");
    }
    let text = "[facts.a]\nfrom = { file = \"Cargo.toml\", at = \"a\" }\nvalue = \"1.2\"\n";
    let world = MemWorld::new(
        [("Cargo.toml", "[package]\nversion = \"2\"\n")],
        jiff::civil::date(2026, 11, 29),
    );
    let (model, findings) = Model::load_in(&[Source::new("model.toml", text)], &world);
    let help = findings[0].help.join("; ");
    assert_eq!(help, "there is: package; it was `1.2` when someone last looked");
    assert_eq!(model.fact_text(&model.facts["a"]), "1.2");
}

/// Cargo.lock of a workspace with two releases of one package, and two entries that say the same.
const DOUBLES: &str = "version = 4\n[[package]]\nname = \"syn\"\nversion = \"1.0.109\"\nsource = \"registry\"\n\
                       [[package]]\nname = \"syn\"\nversion = \"2.0.100\"\nsource = \"registry\"\n\
                       [[package]]\nname = \"own\"\n[[package]]\nname = \"own\"\n";

#[test]
fn an_item_is_the_only_one_with_its_values() {
    let found = |at: &str| {
        let world = MemWorld::new([("Cargo.lock", DOUBLES)], jiff::civil::date(2026, 11, 29));
        let model = format!(
            "[facts.a]\ntype = \"text\"\nfrom = {{ file = \"Cargo.lock\", at = \"{at}\" }}\n"
        );
        let (model, findings) =
            Model::load_in(&[Source::new("model.toml", model.as_str())], &world);
        let fact = model.facts.get("a").map(|fact| model.fact_text(fact)).unwrap_or_default();
        let said =
            |finding: &Diagnostic| format!("{}; {}", finding.message, finding.help.join("; "));
        (fact, findings.iter().map(said).collect::<Vec<_>>().join("\n"))
    };
    for (at, fact, said) in [
        (
            "package[name=syn].version",
            "",
            "`Cargo.lock` has 2 items with `name` `syn` in `package`, which hold `1.0.109`, `2.0.100`; \
             there is: `package[name=syn, version=1.0.109]`, `package[name=syn, version=2.0.100]`",
        ),
        ("package[name=syn, version=2.0.100].source", "registry", ""),
        ("package[version=2.0.100, name=syn].name", "syn", ""),
        ("package[version='1.0.109'].name", "syn", ""),
        (
            "package[name=own].name",
            "",
            "`Cargo.lock` has 2 items with `name` `own` in `package`, which hold `own`, `own`; \
             there is: `package[2]`, `package[3]`",
        ),
        ("package[3].name", "own", ""),
        (
            "package[name=syn, version=2.0.101].name",
            "",
            "`Cargo.lock` has no item with `name` `syn` and `version` `2.0.101` in `package`; \
             did you mean `2.0.100`?; there is: 1.0.109, 2.0.100",
        ),
    ] {
        assert_eq!(found(at), (fact.to_owned(), said.to_owned()), "{at}");
    }
}

#[test]
fn numbers_and_keys_are_those_of_the_file() {
    // Go's reader of YAML 1.1, and TOML 1.0.
    let yaml = "octal: 017\nnew: 0o17\nhex: 0x10\nwide: 1_000\nbits: -0b101\nfloat: 1_0.50\nnone: 0\nless: 0.5\n\
                nine: 089\nexponent: 1e3\nlong: 123456789012345678.25\nversion: 1.10\n\
                on: {push: main, no: 1}\nn: 2\n1.10: old\n'yes': quoted\n0x1F: 3\n";
    let toml = "hex = 0x10\noctal = 0o17\nbits = 0b101\nwide = 1_000\nplus = +5\n";
    for (file, text, at, expected) in [
        ("a.yaml", yaml, "octal", "15"),
        ("a.yaml", yaml, "new", "15"),
        ("a.yaml", yaml, "hex", "16"),
        ("a.yaml", yaml, "wide", "1000"),
        ("a.yaml", yaml, "bits", "-5"),
        ("a.yaml", yaml, "float", "10.5"),
        ("a.yaml", yaml, "none", "0"),
        ("a.yaml", yaml, "less", "0.5"),
        ("a.yaml", yaml, "nine", "89"),
        ("a.yaml", yaml, "exponent", "1000"),
        ("a.yaml", yaml, "on.no", "1"),
        ("a.yaml", yaml, "n", "2"),
        ("a.yaml", yaml, "0x1F", "3"),
        ("a.toml", toml, "hex", "16"),
        ("a.toml", toml, "octal", "15"),
        ("a.toml", toml, "bits", "5"),
        ("a.toml", toml, "wide", "1000"),
        ("a.toml", toml, "plus", "5"),
    ] {
        let world = MemWorld::new([(file, text)], jiff::civil::date(2026, 11, 29));
        let model = format!("[figures.a]\nfrom = {{ file = '{file}', at = '{at}' }}\n");
        let (model, findings) =
            Model::load_in(&[Source::new("model.toml", model.as_str())], &world);
        assert_eq!(findings.iter().map(shown).collect::<Vec<_>>(), [""; 0], "{at}");
        assert_eq!(value(&model, "a", &[]), expected, "{at}");
    }
    let world = MemWorld::new([("a.yaml", yaml)], jiff::civil::date(2026, 11, 29));
    let text = |at: &str| {
        let model =
            format!("[facts.a]\ntype = \"text\"\nfrom = {{ file = 'a.yaml', at = '{at}' }}\n");
        let (model, findings) = Model::load_in(&[Source::new("model.toml", model)], &world);
        match findings.first() {
            None => model.fact_text(&model.facts["a"]),
            Some(finding) => finding.message.clone(),
        }
    };
    for (at, expected) in [
        ("on.push", "main"),
        ("\"1.10\"", "old"),
        ("yes", "quoted"),
        ("true.push", "`a.yaml` has no `true`"),
    ] {
        assert_eq!(text(at), expected);
    }
}

/// Of a file with this name and text: what the fact at a place of it is, or the findings.
fn read_of(file: &str, text: &str, at: &str) -> (String, Vec<String>) {
    let world = MemWorld::new([(file, text)], jiff::civil::date(2026, 11, 29));
    let model = format!("[facts.a]\ntype = \"text\"\nfrom = {{ file = '{file}', {at} }}\n");
    let (model, findings) = Model::load_in(&[Source::new("model.toml", model.as_str())], &world);
    let fact = model.facts.get("a").map_or(String::new(), |fact| model.fact_text(fact));
    let said = findings.iter().map(|finding| {
        let at = &finding.related[0].location;
        format!(
            "{} {} @ {}:{}",
            finding.code.name,
            finding.message,
            at.source.path(),
            at.start().line
        )
    });
    (fact, said.collect())
}

/// A value of a broken file is a guess.
#[test]
fn a_broken_file_has_no_values() {
    let conflict = "a: 1.5\n<<<<<<< HEAD\nb: 1.6\n=======\nb: 1.7\n>>>>>>> x\n";
    for (file, text, at, expected) in [
        (
            "a.toml",
            "[p]\nv = \"1\"\nv = \"2\"\n",
            "p.v",
            "from-file `a.toml` is not valid TOML: duplicate key @ a.toml:3",
        ),
        (
            "a.toml",
            "[p]\nv = \"1\"\n<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> b\n",
            "p.v",
            "from-file `a.toml` is not valid TOML: a merge conflict is not resolved @ a.toml:3",
        ),
        (
            "a.yaml",
            "a: 1.5\na: 1.6\n",
            "a",
            "from-file `a.yaml` is not valid YAML: key `a` is already set in this map @ a.yaml:2",
        ),
        (
            "a.yaml",
            conflict,
            "a",
            "from-file `a.yaml` is not valid YAML: a merge conflict is not resolved @ a.yaml:2",
        ),
        (
            "a.json",
            "{\"a\": 1,\n \"a\": 2}",
            "a",
            "from-file `a.json` is not valid JSON: key `a` is already set in this map @ a.json:2",
        ),
        (
            "Cargo.lock",
            "[[package]]\nname = \"a\"\nname = \"b\"\n",
            "package[0].name",
            "from-file `Cargo.lock` is not valid TOML: duplicate key @ Cargo.lock:3",
        ),
        (
            "Chart.lock",
            "digest: a\nversion: 1\nversion: 2\n",
            "digest",
            "from-file `Chart.lock` is not valid YAML: key `version` is already set in this map @ Chart.lock:3",
        ),
    ] {
        let found = read_of(file, text, &format!("at = '{at}'"));
        assert_eq!(found, (String::new(), vec![expected.to_owned()]), "{text}");
    }
    // what is no error of the language, or not looked at as one
    for (file, text, at, expected) in [
        ("ci.yml", "on: push\nenv: {v: 1.2}\n1: a\n", "at = 'env.v'", "1.2"),
        ("tsconfig.json", "{\n  // the target\n  \"v\": \"es2022\"\n}\n", "at = 'v'", "es2022"),
        ("a.yaml", conflict, "pattern = '^a: (.*)$'", "1.5"),
        ("Chart.yaml", "v: {{ x }}\nw: 2\n", "pattern = '^w: (\\w+)$'", "2"),
    ] {
        assert_eq!(read_of(file, text, at), (expected.to_owned(), vec![]), "{text}");
    }
}

#[test]
fn a_lock_file_is_whatever_it_is_written_in() {
    for (file, text, at) in [
        (
            "Chart.lock",
            "dependencies:\n- name: pg\n  version: 12.1.2\ngenerated: \"2023-01-01T00:00:00Z\"\n",
            "dependencies[name=pg].version",
        ),
        (
            "Cargo.lock",
            "[[package]]\nname = \"pg\"\nversion = \"12.1.2\"\n",
            "package[name=pg].version",
        ),
        (
            "uv.lock",
            "# made by hand\n\n[[package]]\nname = \"pg\"\nversion = \"12.1.2\"\n",
            "package[name=pg].version",
        ),
        ("flake.lock", "{\"nodes\": {\"pg\": {\"version\": \"12.1.2\"}}}\n", "nodes.pg.version"),
        ("Pipfile", "[packages]\npg = \"12.1.2\"\n", "packages.pg"),
    ] {
        let found = read_of(file, text, &format!("at = '{at}'"));
        assert_eq!(found, ("12.1.2".to_owned(), vec![]), "{file}");
    }
}

#[test]
fn documents_have_names_with_dots() {
    let text = "kind: CustomResourceDefinition\nmetadata: {name: foos.example.com}\nspec: {v: 1.2}\n---\n\
                kind: CustomResourceDefinition\nmetadata: {name: bars.example.com}\nspec: {v: 1.3}\n";
    let at = "at = 'CustomResourceDefinition/bars.example.com:spec.v'";
    assert_eq!(read_of("crd.yaml", text, at), ("1.3".to_owned(), vec![]));
    let text = "keys:\n  a/b:c: 4\n";
    assert_eq!(read_of("a.yaml", text, "at = 'keys.\"a/b:c\"'"), ("4".to_owned(), vec![]));
}

/// A pattern is compiled in as much room as a line needs.
#[test]
fn a_pattern_is_bounded() {
    let (_, found) = read("{ file = \"README.md\", pattern = '^(\\w{4000})$' }", "");
    assert_eq!(found.len(), 1);
    assert!(
        found[0]
            .contains("from-place: the pattern can't be read: Compiled regex exceeds size limit"),
        "{found:?}"
    );
    let (fact, found) =
        read("{ file = \"README.md\", pattern = '^\\w+: (\\w+[.]\\w+) [(]\\w+ \\w+[)]$' }", "");
    assert_eq!((fact.as_str(), found), ("1.85 @ README.md:3", vec![]));
}

#[test]
fn figures_are_read_from_where_they_live() {
    let world = MemWorld::new(
        [("values.yaml", "resources:\n  cpu: 250m\n  memory: 1Gi\n  hosts: 4\n")],
        jiff::civil::date(2026, 11, 29),
    );
    let figure = |name: &str| {
        format!(
            "[figures.\"web.{name}\"]\nfrom = {{ file = \"values.yaml\", at = \"resources.{name}\" }}\n"
        )
    };
    let text = ["cpu", "memory", "hosts"].map(figure).concat();
    let (model, findings) = Model::load_in(&[Source::new("model.toml", text.as_str())], &world);
    assert_eq!(findings.iter().map(shown).collect::<Vec<_>>(), Vec::<String>::new());
    for (name, shown) in [("web.cpu", "0.25 cores"), ("web.memory", "1 GiB"), ("web.hosts", "4")] {
        assert_eq!(value(&model, name, &[]), shown);
    }
}

/// What is written beside `from` is what the file has; if not, it is an error at that value.
#[test]
fn a_value_beside_its_place_is_that_of_the_file() {
    for (more, expected) in [
        ("type = \"version\"\nvalue = \"1.4.2\"", ""),
        ("type = \"version\"\nvalue = \"v1.4.2\"", ""),
        (
            "type = \"version\"\nvalue = \"1.4.1\"",
            "4:9 from-differs: `a` is `1.4.1` here, and `1.4.2` in `Cargo.toml` [\"1.4.1\"]",
        ),
        ("value = \"1.4.2\"", ""),
        (
            "value = \"v1.4.2\"",
            "3:9 from-differs: `a` is `v1.4.2` here, and `1.4.2` in `Cargo.toml` [\"v1.4.2\"]",
        ),
        (
            "value = [\"1.4.2\"]",
            "3:9 from-differs: `a` is a list here, and `1.4.2` in `Cargo.toml` [[\"1.4.2\"]]",
        ),
    ] {
        let (fact, found) = read("{ file = \"Cargo.toml\", at = \"package.version\" }", more);
        assert_eq!(fact, "1.4.2 @ Cargo.toml:3");
        assert_eq!(found.join("; "), expected, "{more}");
    }
    let world = MemWorld::new(
        [("values.yaml", "cpu: 250m\nmemory: 1Gi\n")],
        jiff::civil::date(2026, 11, 29),
    );
    let text = "[figures.\"web.cpu\"]\nvalue = \"0.25\"\nfrom = { file = \"values.yaml\", at = \"cpu\" }\n\
                [figures.\"web.memory\"]\nvalue = \"512 MiB\"\nfrom = { file = \"values.yaml\", at = \"memory\" }\n";
    let (model, findings) = Model::load_in(&[Source::new("model.toml", text)], &world);
    assert_eq!(
        findings.iter().map(shown).collect::<Vec<_>>(),
        [
            "5:9 from-differs: `web.memory` is `512 MiB` here, and `1Gi` in `values.yaml` [\"512 MiB\"]"
        ]
    );
    let fix = findings[0].fix.as_ref().expect("a fix");
    assert_eq!(fix.edits[0].text, "\"1Gi\"");
    assert_eq!(value(&model, "web.memory", &[]), "1 GiB");
}

#[test]
fn a_requirement_is_no_version() {
    let load = |text: &str| {
        let world = MemWorld::new(
            [("package.json", "{ \"engines\": { \"node\": \">=20.9, <23\" } }")],
            jiff::civil::date(2026, 11, 29),
        );
        let (model, findings) = Model::load_in(&[Source::new("model.toml", text)], &world);
        let fact = model.facts.get("react").map(|fact| model.fact_text(fact));
        (fact.unwrap_or_default(), findings)
    };
    let (_, found) = load("[facts.react]\ntype = \"version\"\nvalue = \"^19.0.0\"\n");
    assert_eq!(
        shown(&found[0]),
        "3:9 wrong-kind: `react` is a version, and `^19.0.0` is a requirement on versions [\"^19.0.0\"]"
    );
    assert_eq!(found[0].help, ["write the version: `19.0.0`"]);
    assert_eq!(found[0].fix.as_ref().expect("a fix").edits[0].text, "\"19.0.0\"");
    // Nobody's `package.json` is changed; the help is true.
    let from = |more: &str| {
        load(&format!(
            "[facts.react]\ntype = \"version\"\nfrom = {{ file = \"package.json\", at = \"engines.node\"{more} }}\n"
        ))
    };
    let (_, found) = from("");
    assert!(found[0].fix.is_none());
    assert_eq!(
        found[0].help,
        [r"`pattern = '^\D*([^\s,|]+)'` in its `from` takes the version out of it: `20.9`"]
    );
    let (fact, found) = from(r", pattern = '^\D*([^\s,|]+)'");
    assert_eq!((fact.as_str(), found.len()), ("20.9", 0));
}
