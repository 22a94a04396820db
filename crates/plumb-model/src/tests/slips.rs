//! Slips in formulas and what a finding says to write, which must be right itself.

use super::*;

const MODEL: &str = r#"
[inputs.pods]
default = 100
[figures."proxy.cpu"]
value = "100m"
basis = "judgement"
[options.proxy-a]
label = "Proxy A"
short = "A"
[[options.proxy-a.components]]
name = "x"
count = "pods"
requests = { cpu = "100m" }
[options.b]
label = "Twice"
components = []
[options.c]
label = "Twice"
components = []
"#;

/// What is said of a formula: the marked text, the help, what the fix writes.
fn said(model: &Model, text: &str) -> (String, String, Option<String>) {
    let problem = model.compile(text).expect_err(text).remove(0);
    (text[problem.span.range()].to_owned(), problem.help.join("; "), problem.instead)
}

#[test]
fn a_percentage_is_a_number() {
    let model = model(MODEL);
    for (text, marked, instead) in [
        ("pods * 20%", "20%", "0.2"),
        ("pods * 20% + 1", "20%", "0.2"),
        ("20% * pods", "20%", "0.2"),
        ("(pods * 2.5%)", "2.5%", "0.025"),
        ("pods * 20% - 1", "20%", "0.2"),
        ("min(150%, 1)", "150%", "1.5"),
    ] {
        let help = format!("a percentage is written as a number: `{instead}`");
        let expected = (marked.to_owned(), help, Some(instead.to_owned()));
        assert_eq!(said(&model, text), expected, "{text}");
        assert!(model.compile(&text.replace(marked, instead)).is_ok(), "{text}");
    }
    // Remainders.
    for (text, expected) in [
        ("pods % 30", "10"),
        ("17 % 5", "2"),
        ("17%5", "2"),
        ("17% 5", "2"),
        ("17%(2 + 3)", "2"),
        ("17%pods", "17"),
        ("17%-5", "2"),
    ] {
        assert_eq!(value(&model, text, &[]), expected, "{text}");
    }
}

#[test]
fn an_option_is_named_by_its_id_in_quotes() {
    let model = model(MODEL);
    let label =
        |label: &str| format!("`{label}` is the label of the option `proxy-a`: write its id");
    let id = Some("proxy-a".to_owned());
    for (text, help, instead) in [
        ("option('Proxy A').cpu", label("Proxy A"), id.clone()),
        ("option(\"proxy a\").cpu", label("proxy a"), id.clone()),
        ("option('A').cpu", label("A"), id),
        ("option('Twice').cpu", String::new(), None),
        ("\"proxy-a\".cpu", "write `option('proxy-a').cpu`".to_owned(), None),
        ("\"Proxy A\".cpu", "write `option('proxy-a').cpu`".to_owned(), None),
        ("\"proxy\".cpu", "write `proxy.cpu`".to_owned(), None),
        ("\"what\".cpu", "a name stands without quotes".to_owned(), None),
        ("proxy-a.cpu * 2", "the option `proxy-a` is written `option('proxy-a')`".to_owned(), None),
        ("option(proxy-a).cpu", "an id stands in quotes: `option('proxy-a')`".to_owned(), None),
    ] {
        let (_, said_help, said_instead) = said(&model, text);
        assert_eq!((said_help, said_instead), (help, instead), "{text}");
    }
}

#[test]
fn a_key_that_stands_twice_is_named_with_its_first_place() {
    let twice = |text: &str| {
        let (_, findings) = load(text);
        let broken = findings.iter().filter(|finding| finding.code == &codes::BAD_TOML);
        let found = broken.map(|finding| {
            let first = finding.related.first().map(|label| label.location.start());
            (shown(finding), first.map(|at| (at.line, at.column)))
        });
        found.collect::<Vec<_>>()
    };
    let expected = |at: &str, key: &str, first| {
        let message = format!("{at} bad-toml: the key `{key}` stands twice in one table [{key}]");
        vec![(message, Some(first))]
    };
    let a = "[inputs.a]\ndefault = 1\n";
    assert_eq!(twice(&format!("{a}min = 0\ndefault = 2\n")), expected("4:1", "default", (2, 1)));
    // One of the same name in a table that is nearer.
    let nearer = format!("{a}[inputs.b]\ndefault = 1\nmin = 1\nrange = {{ min = 1 }}\nmin = 2\n");
    assert_eq!(twice(&nearer), expected("7:1", "min", (5, 1)));
    let table = format!("{a}[options.a]\nlabel = \"A\"\ncomponents = []\n[inputs.a]\nmin = 1\n");
    let found = twice(&table);
    assert!(found[0].0.starts_with("6:9 bad-toml"), "{found:?}");
}

#[test]
fn what_is_hardly_there_by_chance_is_a_literal() {
    let text = r#"
[facts]
a = { type = "version", value = "v1.36.7", basis = "judgement" }
b = { type = "version", value = "1.0.0", basis = "judgement" }
c = { type = "version", value = "1.36", basis = "judgement" }
d = { type = "version", value = "2.3.4", basis = "judgement" }
e = { type = "version", value = "2.3.4", basis = "judgement" }
[figures]
"x.memory" = { value = "128Mi", basis = "judgement" }
"x.cpu" = { value = "100m", basis = "judgement" }
price = { value = "$0.3328/hour", basis = "judgement" }
one = { value = "1 GiB", basis = "judgement" }
count = { value = 12345, basis = "judgement" }
"#;
    let (model, _) = load(text);
    let found = model.literals();
    let found: Vec<_> = found.iter().map(|(text, name)| (text.as_str(), name.as_str())).collect();
    let expected = [
        ("$0.3328/hour", "price"),
        ("1.36.7", "a"),
        ("128 MiB", "x.memory"),
        ("128Mi", "x.memory"),
        ("128MiB", "x.memory"),
    ];
    assert_eq!(found, expected);
}
