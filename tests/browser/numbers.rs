//! The page's reading of the formulas against the build's: the same digits, for thousands of random inputs.

use std::fmt::Write as _;

use mdbook_plumb::check::Book;
use mdbook_plumb::model::{Format, InputKind, Model, Program};
use mdbook_plumb::world::MemWorld;
use serde_json::{Map, Value as Json, json};

use super::*;

/// A small generator of numbers; the same ones in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const MODEL: &str = r#"
[settings]
currency = "USD"
as-of = 2026-11-29
[inputs.pods]
label = "Pods"
default = 100
min = 0
max = 1000000
[inputs.rate]
label = "Requests"
unit = "requests/s"
default = 1000
min = 0
max = 1000000
[inputs.share]
label = "Share"
unit = "%"
default = 50
min = 0
max = 100
[inputs.heap]
label = "Heap"
unit = "MiB"
default = "60 MiB"
min = "0 MiB"
max = "999999 MiB"
[inputs.wait]
label = "Wait"
unit = "ms"
default = "3 ms"
min = "0 ms"
max = "100000 ms"
[inputs.price]
label = "Price"
default = "$0.04"
min = "$0"
max = "$1000"
[inputs.agent]
label = "Agent"
default = true
[inputs.tier]
label = "Tier"
choices = ["standard", "premium"]
default = "standard"
[sources.s]
title = "S"
accessed = 2026-01-01
[figures."one.cpu"]
value = "100m"
source = "s"
checked = 2026-01-01
[figures."odd.cpu"]
value = "333m"
source = "s"
checked = 2026-01-01
[figures."one.memory"]
value = "128Mi"
source = "s"
checked = 2026-01-01
[figures."odd.memory"]
value = "60 MB"
source = "s"
checked = 2026-01-01
[figures."hop.time"]
value = "0.17 ms"
source = "s"
checked = 2026-01-01
[figures."core.price"]
value = "0.0412 USD/core-hour"
source = "s"
checked = 2026-01-01
[figures."traffic.data"]
value = "1.5 Gbit"
source = "s"
checked = 2026-01-01
[figures.third]
value = "0.3333"
source = "s"
checked = 2026-01-01
[formulas]
"tax.cpu" = "pods * one.cpu + (agent ? odd.cpu : 0)"
"tax.memory" = "ceil(pods * one.memory, quantity(\"1 GiB\"))"
"tax.price" = "tax.cpu * core.price"
small = { expr = "share * third / 7", digits = 3 }
rough = { expr = "pods * third", places = 1 }
since = "agent ? lookup(tiers, tier, \"since\") : version(\"1.10\")"
[facts.bands]
basis = "judgement"
[[facts.bands.rows]]
from = 0
price = 1
[[facts.bands.rows]]
from = 12
price = 0.35
[[facts.bands.rows]]
from = 5000
price = 0.01
[facts.tiers]
basis = "judgement"
columns = { since = "version", eol = "date" }
rows = [
  { name = "standard", share = 0.125, since = "1.9", eol = 2027-01-01 },
  { name = "premium", share = 3, since = "v1.10.0", eol = 2028-01-01 },
]
"#;

/// A random expression of a dimension.
fn expression(random: &mut Random, dimension: &str, depth: usize) -> String {
    let leaves: &[&str] = match dimension {
        "count" => &[
            "pods",
            "rate * quantity(\"1 s\")",
            "share",
            "third",
            "small",
            "rough",
            "lookup(tiers, tier, \"share\")",
            "days_between(as_of, lookup(tiers, tier, \"eol\"))",
            "minor(since)",
            "tier(pods, bands.from, bands.price)",
            "sum([pods, share])",
            "3",
            "0",
            "1000",
            "0.125",
        ],
        "cpu" => &["one.cpu", "odd.cpu", "tax.cpu", "quantity(\"1500m\")", "0"],
        "memory" => &["one.memory", "odd.memory", "heap", "tax.memory", "quantity(\"1Ki\")"],
        "time" => &["hop.time", "wait", "quantity(\"2 hours\")"],
        "money" => &["price", "quantity(\"$12.50\")"],
        "rate" => &["rate", "tax.price", "core.price", "odd.memory / hop.time", "heap / wait"],
        _ => &["traffic.data", "traffic.data / hop.time"],
    };
    if depth == 0 {
        return random.of(leaves).to_owned();
    }
    let same = |random: &mut Random| expression(random, dimension, depth - 1);
    match random.below(16) {
        0 => format!("({} + {})", same(random), same(random)),
        1 => format!("({} - {})", same(random), same(random)),
        2 => format!("min({}, {})", same(random), same(random)),
        3 => format!("max({}, {}, {})", same(random), same(random), same(random)),
        4 => format!("(-{})", same(random)),
        5 => format!("abs({})", same(random)),
        6 => {
            let condition = condition(random, depth - 1);
            format!("({condition} ? {} : {})", same(random), same(random))
        }
        7 if dimension == "count" => {
            let function = random.of(&["floor", "ceil", "round"]);
            format!("{function}({})", same(random))
        }
        7 => {
            let function = random.of(&["floor", "ceil", "round"]);
            format!("{function}({}, {})", same(random), same(random))
        }
        8 if dimension == "count" => format!("({} % {})", same(random), same(random)),
        9 if dimension == "count" => {
            let other = random.of(&["cpu", "memory", "time", "money"]);
            let (a, b) =
                (expression(random, other, depth - 1), expression(random, other, depth - 1));
            format!("({a} / {b})")
        }
        12 if dimension == "count" => format!("sqrt({})", same(random)),
        13 if dimension == "count" => format!("log(abs({}) + 0.5, 7)", same(random)),
        14 if dimension == "count" => {
            format!("tiers({}, bands.from, bands.price)", same(random))
        }
        15 if dimension == "count" => format!("pow({}, 3)", same(random)),
        10 => format!("({} / {})", same(random), expression(random, "count", depth - 1)),
        _ => format!("({} * {})", same(random), expression(random, "count", depth - 1)),
    }
}

fn condition(random: &mut Random, depth: usize) -> String {
    let dimension = random.of(&["count", "cpu", "memory"]);
    let compare = random.of(&["<", "<=", ">", ">=", "==", "!="]);
    let left = expression(random, dimension, depth.min(1));
    let right = expression(random, dimension, 0);
    let simple = format!("{left} {compare} {right}");
    match random.below(8) {
        5 => {
            let compare = random.of(&["<", "<=", ">", ">=", "==", "!="]);
            let other =
                random.of(&["version(\"1.10\")", "version(\"v1.9.0\")", "newest(tiers.since)"]);
            format!("since {compare} {other}")
        }
        6 => "since in [version(\"1.10\"), version(\"2\")]".to_owned(),
        7 => "\"a \" + tier + \" \" + since == \"a premium v1.10.0\"".to_owned(),
        0 => "agent".to_owned(),
        1 => "tier == 'premium'".to_owned(),
        2 => format!("(agent && {simple})"),
        3 => format!("(tier in ['premium', 'other'] || !({simple}))"),
        _ => simple,
    }
}

fn model() -> std::sync::Arc<Model> {
    let world = MemWorld::new(
        [
            ("book.toml", "[book]\n"),
            ("model.toml", MODEL),
            ("src/SUMMARY.md", "[P](p.md)\n"),
            ("src/p.md", "x\n"),
        ],
        jiff::civil::date(2026, 11, 23),
    );
    let book = Book::read(&world).expect("the book is read");
    let bad: Vec<_> = book.findings.iter().map(|finding| finding.message.clone()).collect();
    assert!(bad.is_empty(), "{bad:?}");
    book.project.model
}

/// Random settings of the inputs.
fn settings(random: &mut Random) -> Vec<(&'static str, String)> {
    let mut number = |most: usize| match random.below(6) {
        0 => "0".to_owned(),
        1 => format!("{}", random.below(10)),
        2 => format!("{}.{}", random.below(most), random.below(1000)),
        3 => format!("0.{:06}", random.below(1_000_000)),
        _ => format!("{}", random.below(most + 1)),
    };
    let mut out = vec![
        ("pods", number(100_000)),
        ("rate", number(99_999)),
        ("share", number(99)),
        ("heap", number(99_999)),
        ("wait", number(9_999)),
        ("price", number(999)),
    ];
    out.push(("agent", (random.below(2) == 0).to_string()));
    out.push(("tier", random.of(&["standard", "premium"]).to_owned()));
    out
}

/// What the page's scripts are given, with the programs that the scripts are.
fn script() -> String {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/assets/js/program.js");
    std::fs::read_to_string(program).expect("the script is there")
}

#[test]
fn the_page_computes_the_digits_of_the_build() {
    let model = model();
    let mut random = Random(2026);
    let dimensions = ["count", "cpu", "memory", "time", "money", "rate", "data"];
    let mut roots = Vec::new();
    let mut program = Program::new(&model);
    while roots.len() < 150 {
        let dimension = random.of(&dimensions);
        let depth = 1 + random.below(3);
        let text = expression(&mut random, dimension, depth);
        // Some mean nothing: a sum of rates of different kinds.
        if let Ok(compiled) = model.compile(&text) {
            program.add(format!("r{}", roots.len()), &compiled);
            roots.push((text, compiled));
        }
    }
    // The unit is chosen once, by the values that the page starts with.
    let hints: Vec<_> = roots
        .iter()
        .map(|(_, compiled)| model.evaluate(compiled, &model.inputs()).ok())
        .map(|start| start.map_or((None, false), |start| (start.unit, start.decimal_bytes)))
        .collect();
    let json = program.json(&model.inputs());
    let mut cases = Vec::new();
    let mut expected = Vec::new();
    let mut computed = 0;
    for _ in 0..60 {
        let mut inputs = model.inputs();
        let mut shown = Map::new();
        for (name, text) in settings(&mut random) {
            inputs
                .set(&model, name, &text)
                .unwrap_or_else(|problem| panic!("{name} = {text}: {problem:?}"));
            shown.insert(name.to_owned(), Json::from(text));
        }
        let mut row = Vec::new();
        for ((_, compiled), hint) in roots.iter().zip(&hints) {
            row.push(match model.evaluate(compiled, &inputs) {
                Ok(mut evaluation) => {
                    computed += 1;
                    (evaluation.unit, evaluation.decimal_bytes) = hint.clone();
                    model.show(&evaluation, &Format::default()).text
                }
                Err(_) => "–".to_owned(),
            });
        }
        cases.push(Json::Object(shown));
        expected.push(row);
    }
    assert!(computed > 5000, "{computed} of the cases have a value");
    let kinds: Map<String, Json> = model
        .inputs
        .iter()
        .map(|(name, input)| {
            (name.clone(), Json::from(matches!(input.kind, InputKind::Number { .. })))
        })
        .collect();
    browse(|tab, address| {
        tab.goto(&format!("{address}values.html"));
        // As the calculator reads its fields: what is typed, times the unit.
        let run = format!(
            "(() => {{ {}\nconst program = {json}; const kinds = {}; const cases = {};
             return cases.map((inputs) => Array.from({{ length: {} }}, (_, at) => result(program, `r${{at}}`, {{
               input: (name) => kinds[name] ? Ratio.read(inputs[name]).times(Ratio.read(program.inputs[name]?.unit?.factor ?? '1')) : inputs[name] === 'true' ? true : inputs[name] === 'false' ? false : inputs[name],
             }}).text)); }})()",
            script(),
            Json::Object(kinds),
            Json::Array(cases.clone()),
            roots.len()
        );
        let got = tab.eval(&run);
        let mut wrong = String::new();
        for (at, row) in expected.iter().enumerate() {
            for (root, text) in row.iter().enumerate() {
                if got[at][root] != json!(text) && wrong.len() < 4000 {
                    let _ = writeln!(
                        wrong,
                        "{} with {}: build {text:?}, page {}",
                        roots[root].0, cases[at], got[at][root]
                    );
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    });
}
