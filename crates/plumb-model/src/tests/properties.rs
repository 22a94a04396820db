//! What must hold for all quantities and formulas, tried on many.

use super::*;
use crate::quantity::{decimal, parse_kubernetes};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// From Kubernetes' own documentation and tests of `resource.Quantity`: text, numerator, denominator.
const GOOD: &[(&str, i64, i64)] = &[
    ("0", 0, 1),
    ("0n", 0, 1),
    ("1", 1, 1),
    ("+1", 1, 1),
    ("-1", -1, 1),
    ("100m", 1, 10),
    ("0.1", 1, 10),
    ("-0.1", -1, 10),
    (".5", 1, 2),
    ("5.", 5, 1),
    ("1e3", 1000, 1),
    ("1E3", 1000, 1),
    ("1E", 1_000_000_000_000_000_000, 1),
    ("1e-3", 1, 1000),
    ("1e+3", 1000, 1),
    ("12.5e1", 125, 1),
    ("1k", 1000, 1),
    ("1Ki", 1024, 1),
    ("128Mi", 134_217_728, 1),
    ("1.5Gi", 1_610_612_736, 1),
    ("0.5Ki", 512, 1),
    ("1n", 1, 1_000_000_000),
    ("5u", 1, 200_000),
    ("0001.25M", 1_250_000, 1),
    ("1.G", 1_000_000_000, 1),
    // finer than a billionth: rounded up, away from zero
    ("0.1n", 1, 1_000_000_000),
    ("-0.1n", -1, 1_000_000_000),
    ("1.0000000001", 1_000_000_001, 1_000_000_000),
    // capped
    ("10Ei", i64::MAX, 1),
    ("9Ei", i64::MAX, 1),
];

/// Also from there, and what people slip into.
const BAD: &[&str] = &[
    "", " ", "1.1.M", "1+1.0M", "0.1mi", "0.1am", "aoeu", ".5i", "1i", "-3.01i", "-3.01e-", "1 ",
    " 1", "1 Mi", "1K", "1ki", "1mi", "1MI", "1b", "1MiB", "e3", "1e", "1e1.5", "1ee3", "1e3k",
    "--1", "+-1", "1,000", "1_000", "0x10", "NaN", "inf", ".", "-", "+", "m",
];

#[test]
fn quantities_are_read_as_kubernetes_reads_them() {
    for (text, above, below) in GOOD {
        let expected = Ratio::new((*above).into(), (*below).into());
        assert_eq!(parse_kubernetes(text).map(|read| read.value), Ok(expected), "{text}");
    }
    for text in BAD {
        // `1e` apart, no suffix may be lost
        assert!(parse_kubernetes(text).is_err(), "{text:?} was read");
    }
}

#[test]
fn units_are_those_that_people_write() {
    let mut units = Units::default();
    units.define("waypoint", Ratio::from_integer(1.into()), Dimension::COUNT);
    for (text, shown) in [
        ("10 cores", "10 cores"),
        ("1 core", "1 core"),
        ("250 millicores", "0.25 cores"),
        ("0.2 ms", "200 µs"),
        ("3 GB", "2.79 GiB"),
        ("60MB", "57.22 MiB"),
        ("$0.05", "$0.05"),
        ("$1200", "$1200"),
        ("-$5.5", "-$5.50"),
        ("0.0375 USD/core-hour", "$0.038/core-hour"),
        ("1000 requests/s", "1000/s"),
        ("2k requests/s", "2000/s"),
        ("5 per minute", "0.083/s"),
        ("85%", "0.85"),
        ("3 waypoints", "3"),
        ("30 days", "30 days"),
        ("10 Gbps", "1.16 GiB/s"),
        ("10 MiB/pod", "10 MiB"),
        ("1e3 pods", "1000"),
        ("0.5 h", "30 min"),
    ] {
        let quantity =
            units.quantity(text).unwrap_or_else(|error| panic!("{text}: {}", error.message));
        assert_eq!(units.show(&quantity, &Format::default()).text, shown, "{text}");
    }
    for (text, message) in [
        ("10 coers", "unknown unit `coers`"),
        ("5 €", "`€` is not the model's currency, USD"),
        ("5 EUR/month", "`EUR` is not the model's currency, USD"),
        ("1,000", "`1,000` is not a quantity"),
        ("1 /", "a unit is missing behind the division"),
        ("1 ms/0 s", "a unit cannot be divided by zero or less"),
        ("ms", "`ms` is not a quantity"),
        ("1 K", "unknown unit `K`"),
    ] {
        assert_eq!(
            units.quantity(text).map_err(|error| error.message),
            Err(message.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn quantities_are_shown_in_the_style_asked_for() {
    let units = Units::default();
    let unit = |name| Some(units.parse(name).unwrap());
    let people = Format::default();
    let manifest = Format { style: Style::Kubernetes, ..Format::default() };
    for (text, format, shown, rounded) in [
        ("12.5Gi", &people, "12.5 GiB", false),
        ("17.48046875Gi", &people, "17.48 GiB", true),
        ("12.5Gi", &manifest, "12800Mi", false),
        ("10 cores", &manifest, "10", false),
        ("240 millicores", &manifest, "240m", false),
        ("60 MB", &manifest, "60M", false),
        ("1 B/3", &manifest, "1", true),
        (
            "12.5Gi",
            &Format { unit: unit("MiB"), thousands: true, ..Format::default() },
            "12,800 MiB",
            false,
        ),
        ("0.24 cores", &Format { unit: unit("vCPU"), ..Format::default() }, "0.24 vCPU", false),
        ("10 cores", &Format { places: Some(2), ..Format::default() }, "10.00 cores", false),
        ("0.125 cores", &people, "0.12 cores", true),
        ("0.135 cores", &people, "0.14 cores", true),
        ("-0.125 cores", &people, "-0.12 cores", true),
        (
            "1234567.891 cores",
            &Format { thousands: true, bare: true, ..Format::default() },
            "1,234,567.89",
            true,
        ),
        ("0.00034 cores", &people, "0.00034 cores", false),
        ("0.000345 cores", &people, "0.00034 cores", true),
        ("0 cores", &people, "0 cores", false),
        ("100", &Format { unit: unit("pods"), ..Format::default() }, "100 pods", false),
        ("1", &Format { unit: unit("pods"), ..Format::default() }, "1 pod", false),
        ("0.85", &Format { unit: unit("%"), ..Format::default() }, "85%", false),
        ("$1234.5", &Format { thousands: true, ..Format::default() }, "$1,234.50", false),
        ("$0.005", &people, "$0.005", false),
    ] {
        let found = units.show(&units.quantity(text).unwrap(), format);
        assert_eq!((found.text.as_str(), found.rounded), (shown, rounded), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What is a quantity and what is not: the grammar of Kubernetes' documentation, as a pattern.
    #[test]
    fn the_grammar_is_kubernetes(text in "[-+]?[0-9.]{0,4}(K|k|m|M|G|i|Ki|Mi|e|E|n|u| |-|\\+|[0-9]){0,3}") {
        let grammar = regex::Regex::new(
            r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$"
        ).unwrap();
        let bounded = parse_kubernetes(&text).map_or_else(|error| error.message.contains("larger"), |_| true);
        prop_assert_eq!(bounded, grammar.is_match(&text), "{:?}", text);
    }

    /// The value, reckoned in whole billionths.
    #[test]
    fn values_are_exact(whole in 0u32..100_000, places in 0usize..4, digits in 0u32..1000, suffix in 0usize..7) {
        let (name, above, below) =
            [("", 1i128, 1i128), ("m", 1, 1000), ("u", 1, 1_000_000), ("k", 1000, 1), ("M", 1_000_000, 1), ("Ki", 1024, 1), ("Mi", 1 << 20, 1)][suffix];
        let digits = digits % 10u32.pow(u32::try_from(places).unwrap());
        let text = if places == 0 { format!("{whole}{name}") } else { format!("{whole}.{digits:0places$}{name}") };
        let scale = 10i128.pow(u32::try_from(places).unwrap());
        let mantissa = i128::from(whole) * scale + i128::from(digits);
        let expected = Ratio::new(BigInt::from(mantissa * above), BigInt::from(scale * below));
        let read = parse_kubernetes(&text).unwrap();
        prop_assert_eq!(&read.value, &expected);
        prop_assert_eq!(read.value, read.written);
    }

    /// A quantity that is shown as a manifest has it is read as the same quantity.
    #[test]
    fn manifests_round_trip(above in -1_000_000i64..1_000_000_000, below in 0usize..4, memory in any::<bool>()) {
        let below = [1i64, 1000, 1_000_000, 1_000_000_000][below];
        let below = if memory { 1 } else { below };
        let dimension = if memory { Dimension::MEMORY } else { Dimension::CPU };
        let quantity = Quantity::new(Ratio::new(above.into(), below.into()), dimension);
        let format = Format { style: Style::Kubernetes, ..Format::default() };
        let shown = Units::default().show(&quantity, &format);
        prop_assert!(!shown.rounded);
        prop_assert_eq!(parse_kubernetes(&shown.text).unwrap().value, quantity.value);
    }

    /// Digits are the nearest, half to even, and say when they are not all.
    #[test]
    fn rounding_is_half_even(above in -100_000i64..100_000, below in 1i64..2000, places in 0usize..4) {
        let value = Ratio::new(above.into(), below.into());
        let quantity = Quantity::new(value.clone(), Dimension::COUNT);
        let shown = Units::default().show(&quantity, &Format { places: Some(places), ..Format::default() });
        let read = decimal(&shown.text).unwrap();
        let unit = Ratio::new(1.into(), BigInt::from(10).pow(u32::try_from(places).unwrap()));
        let twice = (&read - &value).abs() * Ratio::from_integer(2.into());
        prop_assert!(twice <= unit);
        if twice == unit {
            let last = (read.clone() / &unit).to_integer();
            prop_assert!((last % BigInt::from(2)).is_zero());
        }
        prop_assert_eq!(shown.rounded, read != value);
    }
}

/// An expression over `a`, `b`, `c`, and what it comes to, reckoned without the code under test.
#[derive(Clone, Debug)]
enum Tree {
    Leaf(usize),
    Number(i64),
    Op(&'static str, Box<Tree>, Box<Tree>),
    Call(&'static str, Vec<Tree>),
    If(Box<Tree>, Box<Tree>, Box<Tree>, Box<Tree>),
}

const LEAVES: [&str; 3] = ["a", "b.x", "c"];

impl Tree {
    fn text(&self) -> String {
        match self {
            Tree::Leaf(at) => LEAVES[*at].into(),
            Tree::Number(value) => format!("({value})"),
            Tree::Op(op, a, b) => format!("({} {op} {})", a.text(), b.text()),
            Tree::Call(name, args) => {
                format!("{name}({})", args.iter().map(Tree::text).collect::<Vec<_>>().join(", "))
            }
            Tree::If(a, b, c, d) => {
                format!("({} < {} ? {} : {})", a.text(), b.text(), c.text(), d.text())
            }
        }
    }

    fn value(&self, at: &[Ratio; 3]) -> Option<Ratio> {
        Some(match self {
            Tree::Leaf(index) => at[*index].clone(),
            Tree::Number(value) => Ratio::from_integer((*value).into()),
            Tree::Op(op, a, b) => {
                let (a, b) = (a.value(at)?, b.value(at)?);
                match *op {
                    "+" => a + b,
                    "-" => a - b,
                    "*" => a * b,
                    _ if b.is_zero() => return None,
                    "/" => a / b,
                    _ => &a - (&a / &b).trunc() * &b,
                }
            }
            Tree::Call(name, args) => {
                let args: Option<Vec<Ratio>> = args.iter().map(|arg| arg.value(at)).collect();
                let args = args?;
                match *name {
                    "min" => args.iter().min()?.clone(),
                    "max" => args.iter().max()?.clone(),
                    "abs" => args[0].abs(),
                    "floor" => args[0].floor(),
                    _ => args[0].ceil(),
                }
            }
            Tree::If(a, b, c, d) => {
                if a.value(at)? < b.value(at)? {
                    c.value(at)?
                } else {
                    d.value(at)?
                }
            }
        })
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf =
        prop_oneof![3 => (0usize..3).prop_map(Tree::Leaf), 1 => (-3i64..5).prop_map(Tree::Number)];
    leaf.prop_recursive(4, 16, 3, |inner| {
        let op = prop::sample::select(vec!["+", "-", "*", "/", "%"]);
        let unary = prop::sample::select(vec!["abs", "floor", "ceil"]);
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            6 => (op, boxed(), boxed()).prop_map(|(op, a, b)| Tree::Op(op, a, b)),
            1 => (unary, inner.clone()).prop_map(|(name, a)| Tree::Call(name, vec![a])),
            2 => (prop::sample::select(vec!["min", "max"]), prop::collection::vec(inner.clone(), 1..3))
                .prop_map(|(name, args)| Tree::Call(name, args)),
            1 => (boxed(), boxed(), boxed(), boxed()).prop_map(|(a, b, c, d)| Tree::If(a, b, c, d)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Values are exact, and within the range; a range that says it is reached, is.
    #[test]
    fn values_are_exact_and_within_their_range(
        tree in tree(),
        ends in prop::collection::vec((-6i64..7, 0i64..6), 3),
    ) {
        let figure = |(low, width): &(i64, i64)| format!("{{ value = {low}, high = {}, basis = \"judgement\" }}", low + width);
        let text = format!("[figures]\na = {}\nb.x = {}\nc = {}\n", figure(&ends[0]), figure(&ends[1]), figure(&ends[2]));
        let (model, _) = load(&text);
        let formula = tree.text();
        let compiled = match model.compile(&formula) {
            Ok(compiled) => compiled,
            // a division by a literal zero, or the same thing twice
            Err(problems) => {
                prop_assert_eq!(problems[0].code.name, "division-by-zero", "{}", formula);
                return Ok(());
            }
        };
        let mut lowest: Option<Ratio> = None;
        let mut highest: Option<Ratio> = None;
        let mut range = None;
        let steps: Vec<Vec<Ratio>> = ends.iter().map(|(low, width)| {
            (0..=2 * width).map(|half| Ratio::new((2 * low + half).into(), 2.into())).collect()
        }).collect();
        for a in &steps[0] {
            for b in &steps[1] {
                for c in &steps[2] {
                    let at = [a.clone(), b.clone(), c.clone()];
                    let expected = tree.value(&at);
                    if at.iter().zip(&ends).all(|(value, (low, _))| *value == Ratio::from_integer((*low).into())) {
                        let found = model.evaluate(&compiled, &model.inputs());
                        match (&found, &expected) {
                            (Ok(found), Some(expected)) => {
                                prop_assert_eq!(&found.value.quantity().unwrap().value, expected, "{}", formula);
                                range.clone_from(&found.range);
                            }
                            (Err(problem), None) => prop_assert_eq!(problem.code.name, "division-by-zero"),
                            _ => prop_assert!(false, "{}: {:?}, expected {:?}", formula, found, expected),
                        }
                    }
                    if let Some(value) = expected {
                        lowest = Some(lowest.map_or(value.clone(), |low| low.min(value.clone())));
                        highest = Some(highest.map_or(value.clone(), |high| high.max(value)));
                    }
                }
            }
        }
        if let (Some(range), Some(lowest), Some(highest)) = (range, lowest, highest) {
            prop_assert!(range.low <= lowest && range.high >= highest, "{}: {:?} does not hold {} to {}", formula, range, lowest, highest);
            // without steps and turns between the samples, ends that are reached are among them
            let smooth = !["abs", "floor", "ceil", "%", "<"].iter().any(|sign| formula.contains(sign));
            if range.exact && smooth && !formula.contains('/') {
                prop_assert!(range.low == lowest && range.high == highest, "{}: {:?} is not {} to {}", formula, range, lowest, highest);
            }
        }
    }

    /// No text makes reading, evaluating or showing panic.
    #[test]
    fn nothing_panics(words in prop::collection::vec(prop::sample::select(vec![
        "pods", "n", "1", "0", "2.5", "1e3", "+", "-", "--", "*", "/", "%", "(", ")", "[", "]", ",", ".", "<", "==", "!", "!!", "&&", "||", "?", ":", "in",
        "true", "'x'", "\"é\"", "min", "round", "quantity", "option('o')", ".cpu", "component", "math", "null", "{", "}", "has", ".map", "//", "\n", "é", "=", "1u",
        "0x1f", "b'x'", "100m", "\\",
    ]), 0..12), space in any::<bool>()) {
        let model = model("[inputs.pods]\ndefault = 100\n[inputs]\nn = 0\n[options.o]\nlabel = \"O\"\ncomponents = []\n");
        let text = words.join(if space { " " } else { "" });
        match model.compile(&text) {
            Ok(compiled) => {
                if let Ok(evaluation) = model.evaluate(&compiled, &model.inputs()) {
                    let _ = model.show(&evaluation, &Format::default());
                }
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!(text.get(problem.span.range()).is_some(), "{:?}: {:?}", text, problem);
                }
            }
        }
    }

    /// Nor does any model file, nor any quantity.
    #[test]
    fn no_text_panics(text in "\\PC{0,80}", key in prop::sample::select(vec!["figures.a", "inputs.a", "formulas.a", "options.a", "checklists.a", "units"])) {
        let _ = Units::default().read(&text);
        let _ = load(&text);
        let _ = load(&format!("[{key}]\nvalue = {text:?}\nexpr = {text:?}\ndefault = {text:?}\ncomponents = [{{name={text:?}, count={text:?}}}]"));
        let _ = load(&format!("[{key}]\n{text}"));
    }
}

#[test]
fn formulas_have_bounds() {
    let model = model("[inputs]\nn = 3\n");
    let long = |unit: &str, count: usize, last: &str| format!("{}{last}", unit.repeat(count));
    for text in [
        long("n + ", 120, "n"),
        long("(", 20, &format!("n{}", ")".repeat(20))),
        long("n > 0 ? n : ", 30, "n"),
        long("n == 1 || ", 60, "true"),
    ] {
        let compiled =
            model.compile(&text).unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
        model.evaluate(&compiled, &model.inputs()).unwrap();
    }
    for text in [
        long("n + ", 100_000, "n"),
        long("(", 50_000, "n"),
        long("-", 50_000, "n"),
        long("!", 5000, "true"),
        long("n > 0 ? n : ", 500, "n"),
        long("min(", 400, &format!("n{}", ")".repeat(400))),
        long("[", 400, "1"),
        long("n.", 5000, "n"),
    ] {
        assert!(model.compile(&text).is_err(), "{}", &text[..20]);
    }
    // numbers do not grow without end either
    let squares: String =
        (1..40).map(|at| format!("x{at} = \"x{} * x{}\"\n", at - 1, at - 1)).collect();
    let (_, findings) = load(&format!("[formulas]\nx0 = \"1e50\"\n{squares}"));
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].code.name, "number-too-large");
    // nor do chains of formulas
    let chain: String = (1..5000).map(|at| format!("x{at} = \"x{} + 1\"\n", at - 1)).collect();
    let (_, findings) = load(&format!("[formulas]\nx0 = \"1\"\n{chain}"));
    let codes: Vec<_> = findings.iter().map(|finding| finding.code.name).collect();
    assert_eq!(codes, ["formula-too-deep"]);
}

#[test]
fn signs_are_counted() {
    let model = model("[inputs]\nn = 3\nt = true\n");
    for (text, expected) in [
        ("-n", "-3"),
        ("--n", "3"),
        ("---n", "-3"),
        ("- -n", "3"),
        ("-(-n)", "3"),
        ("--5", "5"),
        ("1 - -1", "2"),
        ("1--1", "2"),
        ("1 - --1", "0"),
        ("-2.5 * -2", "5"),
        ("!t", "no"),
        ("!!t", "yes"),
        ("!!!t", "no"),
        ("2 - 3 - 4", "-5"),
        ("2 * (3 + 4) - 5 % 3", "12"),
        ("7 / 2", "3.5"),
        ("-7 % 3", "-1"),
        ("0.1 + 0.2 == 0.3", "yes"),
        ("n in [1, 2, 3]", "yes"),
        ("!(n in [1, 2])", "yes"),
        ("n > 2 && !t || n == 3", "yes"),
        ("t ? (n < 2 ? 1 : 2) : 3", "2"),
        ("n < 2 ? 1 : n < 3 ? 2 : 4", "4"),
        ("round(2.5) + round(3.5) + round(-2.5)", "4"),
        ("ceil(7, 4) + floor(7, 4)", "12"),
        ("math.ceil(2.1) + math.least(1, 2)", "4"),
        ("n > 5 ? 1 / (n - 3) : 0", "0"),
        ("false && 1 / (n - 3) > 0", "no"),
        ("max((n), ((2)), 1)", "3"),
        ("quantity('1.5Gi') / quantity(\"512Mi\")", "3"),
        ("// a remark\n n // another", "3"),
    ] {
        assert_eq!(value(&model, text, &[]), expected, "{text}");
    }
}

#[test]
fn ranges_are_as_narrow_as_can_be_said() {
    let (model, _) = load(
        "[figures]\nx = { value = 2, low = 1, high = 3, basis = \"judgement\" }\ny = { value = 0, low = -1, high = 1, basis = \"judgement\" }\n",
    );
    let cases: BTreeMap<&str, (&str, &str, bool)> = BTreeMap::from([
        ("x", ("1", "3", true)),
        ("x - x", ("0", "0", true)),
        ("x * 2 - x", ("1", "3", true)),
        ("x * y + x", ("0", "6", true)),
        ("x * x", ("1", "9", true)),
        ("10 / x", ("3.33", "10", true)),
        ("x / (x + 1)", ("0.5", "0.75", true)),
        ("y / (x + y + 1)", ("-1", "0.33", true)),
        ("(1 - x) / (x + 2) * y", ("-0.4", "0.4", true)),
        ("x * x / (x + 1)", ("0.25", "4.5", false)),
        ("max(x, 2 * x)", ("2", "6", true)),
        ("y > 0 ? 1 : 2", ("1", "2", false)),
        ("floor(x / 2)", ("0", "1", true)),
        ("x > 0 ? x : 100", ("1", "3", true)),
        ("abs(y)", ("0", "1", true)),
    ]);
    for (text, (low, high, exact)) in cases {
        let evaluation = model.evaluate(&model.compile(text).unwrap(), &model.inputs()).unwrap();
        let (from, to) = model.show_range(&evaluation, &Format::default()).unwrap();
        let range = evaluation.range.unwrap();
        assert_eq!(
            (from.text.as_str(), to.text.as_str(), range.exact),
            (low, high, exact),
            "{text}"
        );
    }
    let evaluation =
        model.evaluate(&model.compile("y == 0 ? 1 : 1 / y").unwrap(), &model.inputs()).unwrap();
    assert!(
        evaluation.range.is_none() && evaluation.uncertain,
        "a divisor that may be zero has no range"
    );
}
