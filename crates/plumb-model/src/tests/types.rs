//! Facts of every type, and the functions over them. Expected values are from arithmetic on paper and from the calendar.

use super::*;

const FACTS: &str = r#"
[settings]
as-of = 2026-11-29

[inputs.calls]
default = 25
max = 1000

[inputs.guess]
default = 150
low = 5
high = 250
max = 1000

[inputs.size]
default = "large"
choices = ["small", "large"]

[facts]
product = { value = "Sizer", basis = "judgement" }
stable = { value = true, basis = "judgement" }

[facts.current]
type = "version"
value = "v1.10.2"
basis = "judgement"

[facts.supported]
type = "version"
value = ["1.9", "1.10", "1.8.4"]
basis = "judgement"

[facts."eol.date"]
value = 2027-02-28
basis = "judgement"

[facts.plans]
basis = "judgement"
columns = { price = "quantity", memory = "quantity", since = "version" }
rows = [
  { name = "small", price = "0.1664 USD/hour", memory = "2 GiB", since = "1.2", cores = 2 },
  { name = "large", price = "0.3328 USD/hour", memory = "8 GiB", since = "1.9", cores = 4 },
]

[[facts.tiers.rows]]
from = 0
price = 1
[[facts.tiers.rows]]
from = 10
price = 0.5
[[facts.tiers.rows]]
from = 100
price = 0.1

[formulas]
latest = "newest(supported)"
left = "days_between(as_of, eol.date)"
bill = "tiers(guess, tiers.from, tiers.price)"
"#;

fn facts() -> Model {
    let text = FACTS.replace(
        "[[facts.tiers.rows]]\nfrom = 0",
        "[facts.tiers]\nbasis = \"judgement\"\n[[facts.tiers.rows]]\nfrom = 0",
    );
    model(&text)
}

#[test]
fn facts_of_every_type_have_values() {
    let model = facts();
    for (text, expected) in [
        ("product", "Sizer"),
        ("stable", "yes"),
        ("current", "v1.10.2"),
        ("supported", "1.9, 1.10, 1.8.4"),
        ("eol.date", "2027-02-28"),
        ("as_of", "2026-11-29"),
        ("plans.name", "small, large"),
        ("plans.price", "$0.1664/hour, $0.3328/hour"),
        ("latest", "1.10"),
        ("oldest(supported)", "1.8.4"),
        ("newest([version(\"1.2\"), version(\"1.10\")])", "1.10"),
        ("newest(date(\"2026-01-01\"), eol.date)", "2027-02-28"),
        ("left", "91"),
        ("days_between(eol.date, as_of)", "-91"),
        ("before(as_of, eol.date)", "yes"),
        ("before(current, version(\"1.9\"))", "no"),
        ("eol.date < as_of", "no"),
        ("current >= version(\"1.10\")", "yes"),
        ("version(\"1.2\") == version(\"v1.2.0\")", "yes"),
        ("version(\"1.10\") in supported", "yes"),
        ("version(\"1.11\") in supported", "no"),
        ("\"small\" in plans.name", "yes"),
        ("major(current) + minor(current)", "11"),
        ("lookup(plans, \"large\", \"price\")", "$0.3328/hour"),
        ("lookup(plans, size, \"memory\")", "8 GiB"),
        ("lookup(plans.cores, 4, plans.name)", "large"),
        ("lookup(plans, \"small\", \"since\") < version(\"1.9\")", "yes"),
        ("count(plans)", "2"),
        ("count(supported) + count([1, 2])", "5"),
        ("sum(plans.cores)", "6"),
        ("sum(plans.memory)", "10 GiB"),
        ("min(plans.price)", "$0.17/hour"),
        (
            "max(plans.cores, 8)",
            "type-mismatch: `max` needs a number, and this is a list of numbers",
        ),
        ("max_by(plans, \"cores\", \"name\")", "large"),
        ("min_by(plans, \"price\", \"since\")", "1.2"),
        ("max_by(plans.cores, plans.price)", "$0.3328/hour"),
        ("tiers(calls, tiers.from, tiers.price)", "17.5"),
        ("tier(calls, tiers.from, tiers.price)", "0.5"),
        ("sqrt(2)", "1.41"),
        ("sqrt(quantity(\"9 s\") * quantity(\"4 s\"))", "6 s"),
        ("log(1024, 2)", "10"),
        ("pow(2, 10)", "1024"),
        ("pow(2, -1)", "0.5"),
        ("join(supported, \" or \")", "1.9 or 1.10 or 1.8.4"),
        ("join(plans.name)", "small, large"),
        ("product + \" \" + current", "Sizer v1.10.2"),
        ("plural(count(plans), \"plan\", \"plans\")", "plans"),
        ("plural(1, \"plan\", \"plans\")", "plan"),
        // What can't be.
        ("plans", "bad-call: `plans` is a table, which is no value"),
        ("plans.prize", "unknown-name: there is no column `prize`"),
        ("product.x", "unknown-name: there is no field `x` here"),
        ("lookup(plans, \"middle\", \"price\")", "no-value: the table has no row for this"),
        (
            "lookup(plans, 3, \"price\")",
            "type-mismatch: `lookup` needs a value of the kind of the keys here, and this is a number",
        ),
        ("lookup(plans, \"small\", \"cost\")", "unknown-name: there is no column `cost`"),
        (
            "newest(plans.name)",
            "type-mismatch: `newest` needs a list of dates or of versions here, and this is a list of texts",
        ),
        (
            "before(current, as_of)",
            "type-mismatch: `before` needs a value of the kind of the first here, and this is a date",
        ),
        ("current + 1", "type-mismatch: `+` needs a number, and this is a version"),
        ("product + 1", "type-mismatch: `+` needs a number, and this is a text"),
        ("sqrt(-1)", "no-value: this is no real number"),
        (
            "sqrt(quantity(\"9 s\"))",
            "type-mismatch: `sqrt` needs a number, or a square of a quantity here, and this is time",
        ),
        (
            "pow(2, 0.5)",
            "type-mismatch: `pow` needs a whole number, at most 64 here, and this is a number",
        ),
        ("pow(0, -1)", "division-by-zero: this divides by zero"),
        ("tier(-1, tiers.from, tiers.price)", "no-value: the table has no row for this"),
        (
            "tiers(5, tiers.from, plans.cores)",
            "no-value: these columns have different numbers of rows",
        ),
        (
            "max_by(tiers.from, plans.cores)",
            "no-value: these columns have different numbers of rows",
        ),
        ("tier(5, [0, 3, 0], [1, 2, 3])", "no-value: two tiers begin at the same amount"),
        ("[1, product]", "type-mismatch: a list holds a number and a text"),
        ("version(\"latest\")", "bad-call: `latest` is no version"),
        (
            "lookup([1, 1, 2], 1, [5, 6, 7])",
            "no-value: the table has several rows for this, with different values",
        ),
        ("lookup([1, 1, 2], 1, [5, 5, 7])", "5"),
        ("lookup([1, 1, 2], 2, [5, 6, 7])", "7"),
        ("nevest(supported)", "bad-call: there is no function `nevest` in formulas"),
        ("lookup(plans)", "bad-call: `lookup` is given 1 arguments"),
    ] {
        assert_eq!(value(&model, text, &[]), expected, "{text}");
    }
    assert_eq!(value(&model, "lookup(plans, size, \"memory\")", &[("size", "small")]), "2 GiB");
}

#[test]
fn ranges_go_through_tiers_and_roots() {
    let model = facts();
    for (text, range) in [
        // 5 · 1; 10 · 1 + 90 · 0.5 + 150 · 0.1
        ("bill", " (5–70)"),
        ("tier(guess, tiers.from, tiers.price)", " (within 0.1–1)"),
        ("sqrt(guess * guess)", " (5–250)"),
        ("pow(guess - 100, 2)", " (within 0–22500)"),
        ("count(plans)", ""),
    ] {
        let compiled = model.compile(text).unwrap();
        let evaluation = model.evaluate(&compiled, &model.inputs()).unwrap();
        let note = model.range_note(&evaluation, &Format::default());
        assert_eq!(note.unwrap_or_default(), range, "{text}");
    }
}

/// Powers of powers, and long tables, cost no more than they should.
#[test]
fn numbers_and_tables_are_bounded() {
    let nested = (0..20).fold("guess".to_owned(), |inner, _| format!("pow({inner}, 64)"));
    let rows: String =
        (0..5000).map(|n| format!("[[facts.long.rows]]\nkey = \"k{n}\"\nvalue = {n}\n")).collect();
    let dates: String = (1..=30)
        .map(|n| format!("d{n} = \"oldest(d{}, newest(d{}, late))\"\n", n - 1, n - 1))
        .collect();
    let text = format!(
        "[formulas]\nd0 = \"guess > 1 ? early : late\"\n{dates}[inputs.guess]\ndefault = 3\nlow = 2\nhigh = 5\nmax = 10\n[inputs.word]\ndefault = \"k7\"\nchoices = [\"k7\", \"k8\"]\n[facts]\nearly = {{ value = 2026-01-01, type = \"date\", basis = \"judgement\" }}\n\
         late = {{ value = 2026-02-01, type = \"date\", basis = \"judgement\" }}\nfew = {{ basis = \"judgement\", rows = [{{ key = \"k7\", value = 7 }}, {{ key = \"k8\", value = 8 }}] }}\n[facts.long]\nbasis = \"judgement\"\n{rows}"
    );
    let model = model(&text);
    let start = std::time::Instant::now();
    assert_eq!(value(&model, &nested, &[]), "number-too-large: this number is too large");
    assert_eq!(value(&model, "lookup(long, word, \"value\")", &[("word", "k8")]), "8");
    let mut program = Program::new(&model);
    program.add("row", &model.compile("lookup(long, word, \"value\")").unwrap());
    for depth in [1, 5, 10] {
        let nest = |shape: &str| {
            (0..depth).fold("guess".to_owned(), |inner, _| shape.replace('X', &inner))
        };
        for shape in [
            "pow(X, 64)",
            "tiers(X, [0, 1, 2], [3, 2, 1])",
            "lookup(few, X > 1 ? word : \"k8\", \"value\")",
            "days_between(late, X > 1 ? early : late)",
            "days_between(d30, X > 1 ? early : late)",
        ] {
            program.add(format!("{shape}{depth}"), &model.compile(&nest(shape)).unwrap());
        }
    }
    let json = program.json(&model.inputs());
    let expr = |root: &str| json["roots"][root]["expr"].to_string();
    assert_eq!(
        expr("days_between(late, X > 1 ? early : late)1"),
        r#"["?",[">",["input","guess"],"1"],"-31","0"]"#
    );
    assert_eq!(expr("row"), "null");
    // Of thousands of cases the page says that it does not know.
    assert_eq!(expr("days_between(d30, X > 1 ? early : late)1"), "null");
    let size = json.to_string().len();
    assert!(size < 5_000_000, "{size}");
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#[test]
fn a_browser_gets_what_depends_on_its_inputs_taken_apart() {
    let model = facts();
    let mut program = Program::new(&model);
    for (key, text) in [
        ("lookup", "lookup(plans, size, \"cores\")"),
        ("twice", "lookup([1, 1, 2, 3, 3], calls, [5, 6, 7, 8, 8])"),
        ("tier", "tier(calls, tiers.from, tiers.price)"),
        ("fixed", "days_between(as_of, eol.date) > 30 && current > version(\"1.9\")"),
        ("power", "pow(calls, 3)"),
        ("among", "size in plans.name"),
        ("sum", "sum(plans.cores) * calls"),
    ] {
        program.add(key, &model.compile(text).unwrap());
    }
    let roots = program.json(&model.inputs());
    let expr = |key: &str| roots["roots"][key]["expr"].to_string();
    let size = r#"["input","size"]"#;
    assert_eq!(
        expr("lookup"),
        format!(r#"["lookup",{size},["text","small"],"2",["text","large"],"4"]"#)
    );
    let calls = r#"["input","calls"]"#;
    assert_eq!(expr("twice"), format!(r#"["lookup",{calls},"1",null,"2","7","3","8"]"#));
    assert_eq!(expr("tier"), format!(r#"["tier",{calls},"0","1","10","1/2","100","1/10"]"#));
    assert_eq!(expr("fixed"), "true");
    assert_eq!(expr("power"), format!(r#"["pow",{calls},"3"]"#));
    assert_eq!(expr("among"), format!(r#"["in",{size},["text","small"],["text","large"]]"#));
    assert_eq!(expr("sum"), format!(r#"["*",["sum","2","4"],{calls}]"#));
}

#[test]
fn what_a_fact_cannot_be_is_said() {
    for (text, expected) in [
        (
            "[facts.a]\nbasis = \"judgement\"\n",
            "1:8 missing-key: `a` has no value: write a `value` or a `from` [a]",
        ),
        (
            "[facts.a]\nvalue = \"new\"\ntype = \"version\"\nbasis = \"judgement\"\n",
            "2:9 wrong-kind: `new` is no version, which `a` is [\"new\"]",
        ),
        (
            "[facts.a]\nvalue = \"2026-13-01\"\ntype = \"date\"\nbasis = \"judgement\"\n",
            "2:9 wrong-kind: `2026-13-01` is no date, which `a` is [\"2026-13-01\"]",
        ),
        (
            "[facts.a]\nvalue = 5\nbasis = \"judgement\"\n",
            "2:9 wrong-kind: `a` is a quantity: it belongs to `[figures]` [5]",
        ),
        (
            "[facts.a]\nvalue = []\nbasis = \"judgement\"\n",
            "2:9 wrong-kind: the list `a` is empty [[]]",
        ),
        (
            "[facts.a]\nvalue = [1, \"b\"]\nbasis = \"judgement\"\n",
            "2:13 wrong-kind: `a` holds a number, and this is a text [\"b\"]",
        ),
        (
            "[facts.a]\nrows = [{ x = 1 }, { y = 1 }]\nbasis = \"judgement\"\n",
            "2:20 wrong-kind: the first row of `a` has no `y` [{ y = 1 }]",
        ),
        (
            "[facts.a]\nrows = [{ x = 1, y = 2 }, { x = 1 }]\nbasis = \"judgement\"\n",
            "2:27 missing-key: this row of `a` has no `y` [{ x = 1 }]",
        ),
        (
            "[facts.a]\nrows = [{ x-y = 1 }]\nbasis = \"judgement\"\n",
            "2:9 bad-name: `x-y` cannot be a column: formulas could not name it [{ x-y = 1 }]",
        ),
        (
            "[facts.a]\nrows = [{ x = 1 }]\ncolumns = { z = \"text\" }\nbasis = \"judgement\"\n",
            "3:13 unknown-id: there is no column `z` [z]",
        ),
        (
            "[facts.a]\nvalue = \"x\"\n",
            "1:8 figure-without-source: fact `a` does not say where it is from [a]",
        ),
        (
            "[facts.a]\nvalue = \"x\"\ntyp = \"text\"\nbasis = \"judgement\"\n",
            "3:1 unknown-key: a fact has no key `typ` [typ]",
        ),
    ] {
        let (_, findings) = load(text);
        let found: Vec<String> = findings.iter().map(shown).collect();
        assert_eq!(found, [expected], "{text}");
    }
}

#[test]
fn dates_that_come_soon_are_said() {
    let text =
        "[facts.end]\nvalue = 2026-12-24\nwarn-before = \"30 days\"\nbasis = \"judgement\"\n";
    let model = model(text);
    let said = |day: &str| {
        let found = model.stale(day.parse().unwrap());
        found.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(said("2026-11-23"), "");
    assert_eq!(said("2026-11-24"), "`end` is 2026-12-24, in 30 days");
    assert_eq!(said("2026-12-23"), "`end` is 2026-12-24, tomorrow");
    assert_eq!(said("2026-12-25"), "`end` was 2026-12-24, which has passed");
}

#[test]
fn results_are_rounded_by_the_models_rule_and_facts_are_not() {
    let text = |display: &str| {
        format!(
            "[display]\n{display}\n[inputs.n]\ndefault = 1\nmax = 1000000\n[figures]\nx = {{ value = \"99.995%\", basis = \"judgement\" }}\n\
             [figures.p]\nvalue = \"0.1664 USD/hour\"\nbasis = \"judgement\"\n\
             [formulas]\na = \"n * 1234.5678\"\nb = {{ expr = \"n * 1234.5678\", digits = 2 }}\nc = {{ expr = \"n * 2.5\", places = 0 }}\nd = \"p * 2\"\n"
        )
    };
    for (display, expected) in [
        ("", ["1234.57", "1200", "2", "$0.33/hour", "99.995%", "$0.1664/hour", "2.5", "0.0012"]),
        ("places = 1", ["1234.6", "1200", "2", "$0.3/hour", "99.995%", "$0.1664/hour", "2.5", "0"]),
        (
            "digits = 3",
            ["1230", "1200", "2", "$0.333/hour", "99.995%", "$0.1664/hour", "2.5", "0.00123"],
        ),
    ] {
        let model = model(&text(display));
        let texts = ["a", "b", "c", "d", "x", "p", "n * 2.5", "a / 1000000"]
            .map(|text| value(&model, text, &[]));
        assert_eq!(texts, expected, "{display}");
    }
    let model = model(&text("digits = 3"));
    let evaluation = model.evaluate(&model.compile("a").unwrap(), &model.inputs()).unwrap();
    let one = model.show(&evaluation, &Format::default());
    assert_eq!((one.rounded, one.exact_text.as_str()), (true, "1234.5678"));
    let places = Format { places: Some(3), ..Format::default() };
    assert_eq!(model.show(&evaluation, &places).text, "1234.568");
    for (display, expected) in [
        ("places = 1\ndigits = 2", "3:10 wrong-kind: say either `places` or `digits` [2]"),
        ("places = 1.5", "2:10 wrong-kind: `places` is a whole number from 0 to 60 [1.5]"),
        ("digits = 0", "2:10 wrong-kind: `digits` is a whole number from 1 to 60 [0]"),
    ] {
        let (_, findings) = load(&format!("[display]\n{display}\n"));
        assert_eq!(findings.iter().map(shown).collect::<Vec<_>>(), [expected]);
    }
}
