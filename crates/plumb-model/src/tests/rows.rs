//! Names beside those of the model: rows of tables, options, other expressions.

use super::*;
use std::fmt::Write as _;

const DATABASES: &str = r#"
[facts.replicas]
columns = { lag = "quantity", version = "version" }
basis = "judgement"
rows = [
    { name = "a", lag = "30 ms", version = "16.2" },
    { name = "b", lag = "1.5 s", version = "9.6" },
]

[facts.ports]
value = ["5432", "6432"]
basis = "judgement"

[inputs.clients]
label = "Clients"
default = 300
min = 100
max = 900

[figures."per.connection"]
value = "10 MiB"
low = "5 MiB"
high = "20 MiB"
basis = "judgement"

[options.pooled]
label = "With a pool"
short = "pool"

[[options.pooled.components]]
name = "pooler"
count = "2"
requests = { memory = "64Mi" }

[options.direct]
label = "Directly"

[[options.direct.components]]
name = "backend"
count = "clients"
requests = { memory = "per.connection" }
usage = { memory = "8Mi" }
"#;

/// What an expression comes to for each row of a list.
fn each(model: &Model, list: &str, text: &str) -> Vec<String> {
    let inputs = model.inputs();
    let rows = match model.rows(list, &Bindings::default(), &inputs) {
        Ok(rows) => rows,
        Err(problems) => {
            return vec![format!("{}: {}", problems[0].code.name, problems[0].message)];
        }
    };
    let value = |row| {
        let mut names = Bindings::default();
        rows.bind(model, &mut names, "r", row);
        let compiled = match model.compile_with(text, &names) {
            Ok(compiled) => compiled,
            Err(problems) => return format!("{}: {}", problems[0].code.name, problems[0].message),
        };
        match model.evaluate(&compiled, &inputs) {
            Ok(evaluation) => model.show(&evaluation, &Format::default()).text,
            Err(problem) => format!("{}: {}", problem.code.name, problem.message),
        }
    };
    (0..rows.len()).map(value).collect()
}

#[test]
fn an_expression_is_computed_for_each_row() {
    let model = model(DATABASES);
    for (list, text, expected) in [
        ("replicas", "r.name", ["a", "b"]),
        // a cell is shown as its source has it
        ("replicas", "r.lag", ["30 ms", "1.5 s"]),
        ("replicas", "r.lag * 2", ["60 ms", "3 s"]),
        ("replicas", "r.version >= version('10') ? 'new' : 'old'", ["new", "old"]),
        ("replicas", "lookup(replicas, r.name, 'version')", ["16.2", "9.6"]),
        ("replicas.version", "r", ["16.2", "9.6"]),
        ("ports", "'port ' + r", ["port 5432", "port 6432"]),
        ("[1, 2]", "r * 3", ["3", "6"]),
        ("options", "r.id + ', ' + r.short", ["pooled, pool", "direct, Directly"]),
        ("options", "r.memory", ["128 MiB", "2.93 GiB"]),
        ("options", "r.memory / clients * 300", ["128 MiB", "2.93 GiB"]),
    ] {
        assert_eq!(each(&model, list, text), expected, "{list}: {text}");
    }
    assert_eq!(each(&model, "options", "r.component('pooler').count")[0], "2");
}

#[test]
fn what_a_row_does_not_have_is_told_with_what_it_has() {
    let model = model(DATABASES);
    for (list, text, expected) in [
        ("replicas", "r", "bad-call: `r` is a row of a table, which is no value"),
        ("replicas", "r.lagg", "unknown-name: there is no column `lagg`"),
        ("replicas", "r.lag.x", "unknown-name: there is no field `x` here"),
        ("replicas", "r.lag + 1", "dimension-mismatch: this adds time and a number"),
        ("ports", "r.x", "unknown-name: there is no field `x` here"),
        ("options", "r", "bad-call: `r` is an option, which is no value"),
        ("options", "r.gpu", "unknown-name: option `pooled` does not say its requests of `gpu`"),
        (
            "options",
            "r.usage.memory",
            "unknown-name: option `pooled` does not say its usage of `memory`",
        ),
        ("options", "r.component('x').count", "unknown-name: option `pooled` has no component `x`"),
        ("options", "s.memory", "unknown-name: the model has no `s.memory`"),
    ] {
        assert_eq!(each(&model, list, text)[0], expected, "{list}: {text}");
    }
    assert_eq!(
        each(&model, "clients", "r"),
        ["type-mismatch: this is a number, which has no rows"]
    );
    assert_eq!(each(&model, "clint", "r"), ["unknown-name: the model has no `clint`"]);
}

#[test]
fn a_bound_expression_keeps_its_range_and_its_figures() {
    let model = model(DATABASES);
    let mut names = Bindings::default();
    names.bind("all", &model.compile("per.connection * clients").unwrap());
    names.bind_text("who", "clients");
    let compiled = model.compile_with("all / 2", &names).unwrap();
    let evaluation = model.evaluate(&compiled, &model.inputs()).unwrap();
    assert_eq!(model.show(&evaluation, &Format::default()).text, "1.46 GiB");
    assert!(evaluation.range.is_some());
    assert_eq!(evaluation.provenance.figures, ["per.connection"]);
    assert_eq!(evaluation.provenance.inputs, ["clients"]);
    // the name goes before those of the model, and its parts stay together: not 1 + 2 * 3
    names.bind("sum", &model.compile("1 + 2").unwrap());
    let compiled = model.compile_with("sum * 3", &names).unwrap();
    let evaluation = model.evaluate(&compiled, &model.inputs()).unwrap();
    assert_eq!(model.show(&evaluation, &Format::default()).text, "9");
}

#[test]
fn the_sum_of_rows_is_exact_and_of_one_dimension() {
    let model = model(DATABASES);
    let sum = |texts: &[&str]| {
        let parts: Vec<_> = texts.iter().map(|text| model.compile(text).unwrap()).collect();
        let sum = model.sum(&parts).map_err(|problem| problem.code.name)?;
        let evaluation = model.evaluate(&sum, &model.inputs()).unwrap();
        Ok(model.show(&evaluation, &Format::default()).exact)
    };
    assert_eq!(sum(&["1 / 3", "1 / 6", "0.5"]), Ok("1".into()));
    assert_eq!(sum(&["quantity('1 GiB')", "1"]), Err("dimension-mismatch"));
}

#[test]
fn a_name_that_would_hide_another_one_is_refused() {
    let model = model(DATABASES);
    let mut around = Bindings::default();
    around.bind_text("outer", "x");
    let check = |name: &str| model.check_binding(name, &around).map_err(|problem| problem.message);
    for good in ["r", "row", "replica", "clients2", "_x"] {
        assert_eq!(check(good), Ok(()), "{good}");
    }
    for (bad, why) in [
        ("clients", "`clients` is a value of the model, which this would hide"),
        // of `per.connection`
        ("per", "`per` is a value of the model, which this would hide"),
        ("options", "`options` is a value of the model, which this would hide"),
        ("outer", "`outer` is a name around this, which it would hide"),
        ("for", "`for` can't be a name in expressions"),
        ("a-b", "`a-b` can't be a name in expressions"),
        ("a.b", "`a.b` can't be a name in expressions"),
        ("", "`` can't be a name in expressions"),
    ] {
        assert_eq!(check(bad), Err(why.to_owned()), "{bad}");
    }
}

#[test]
fn what_is_put_in_the_place_of_names_is_bounded() {
    let model = model(DATABASES);
    let mut names = Bindings::default();
    names.bind("x0", &model.compile("clients + 1").unwrap());
    let mut refused = None;
    for at in 1..40 {
        let text = format!("x{0} + x{0}", at - 1);
        match model.compile_with(&text, &names) {
            Ok(compiled) => names.bind(&format!("x{at}"), &compiled),
            Err(problems) => {
                refused = Some((at, problems[0].code.name));
                break;
            }
        }
    }
    assert!(refused.is_some_and(|(at, code)| at < 20 && code == "formula-too-deep"), "{refused:?}");
    let mut text = String::from("[facts.many]\nbasis = \"judgement\"\nvalue = [\"0\"");
    (0..1_000).for_each(|n| _ = write!(text, ", \"{n}\""));
    let many = super::model(&format!("{text}]"));
    let found = many.rows("many", &Bindings::default(), &many.inputs());
    assert_eq!(found.unwrap_err()[0].code.name, "bad-call");
}
