//! Break-evens: against a naive look at every step, and against closed forms where there are too many steps to look at.

use super::*;
use proptest::prelude::*;
use std::cmp::Ordering;

const INPUTS: &str = "[inputs.n]\ndefault = 5\nmin = MIN\nmax = MAX\nstep = STEP\n\
    [facts.t]\nbasis = \"judgement\"\ncolumns = { since = \"version\" }\n\
    rows = [{ name = \"a\", v = 5, since = \"1.9\" }, { name = \"b\", v = 1, since = \"1.10\" }]\n";

fn over(min: &str, max: &str, step: &str) -> Model {
    model(&INPUTS.replace("MIN", min).replace("MAX", max).replace("STEP", step))
}

/// The runs of steps at which the first is the larger, the smaller or the same, as a break-even says it: for each change, the step
/// from which on it holds; and where they are the same.
type Orders = (Vec<(String, bool)>, Vec<(String, String)>, bool, bool);

fn found(model: &Model, a: &str, b: &str) -> Result<Orders, &'static str> {
    let (a, b) = (model.compile(a).unwrap(), model.compile(b).unwrap());
    let found =
        model.breakeven_of(&a, &b, "n", &model.inputs()).map_err(|found| found.code.name)?;
    assert!(found.complete);
    let show = |quantity: &Quantity| quantity.value.to_string();
    let crossings = found
        .crossings
        .iter()
        .map(|one| (show(one.from.as_ref().unwrap()), one.first_is_cheaper))
        .collect();
    let equal = found.equal.iter().map(|(from, to)| (show(from), show(to))).collect();
    Ok((crossings, equal, found.always_equal, found.first_is_cheaper))
}

/// The same by looking at every step.
fn naive(
    model: &Model,
    a: &str,
    b: &str,
    (min, max, step): (i64, i64, i64),
) -> Result<Orders, &'static str> {
    let (a, b) = (model.compile(a).unwrap(), model.compile(b).unwrap());
    let mut inputs = model.inputs();
    let mut value = |compiled: &Compiled, at: i64| -> Result<Ratio, &'static str> {
        inputs.set_number(model, "n", Ratio::from_integer(at.into())).unwrap();
        let found = model.evaluate(compiled, &inputs).map_err(|found| found.code.name)?;
        Ok(found.value.quantity().unwrap().value.clone())
    };
    let mut steps: Vec<i64> = (min..max).step_by(usize::try_from(step).unwrap()).collect();
    steps.push(max);
    let (mut crossings, mut equal, mut run) = (Vec::new(), Vec::new(), None);
    let mut last = Ordering::Equal;
    for at in steps {
        let order = value(&a, at)?.cmp(&value(&b, at)?);
        if order == Ordering::Equal {
            let (first, _) = run.unwrap_or((at, at));
            run = Some((first, at));
            continue;
        }
        let same = run.take().map(|(from, to): (i64, i64)| (from.to_string(), to.to_string()));
        if last != Ordering::Equal && last != order {
            crossings.push((at.to_string(), order == Ordering::Less));
        } else {
            equal.extend(same);
        }
        last = order;
    }
    equal.extend(run.map(|(from, to)| (from.to_string(), to.to_string())));
    Ok((crossings, equal, last == Ordering::Equal, last == Ordering::Less))
}

/// Formulas with the functions, steps, bends, branches and poles that authors write.
fn formula() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => Just("n".to_owned()),
        3 => (-9..60i32).prop_map(|value| value.to_string()),
        1 => (1..9i32, 2..9i32).prop_map(|(a, b)| format!("({a} / {b})")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            3 => (two.clone(), prop_oneof![Just("+"), Just("-")]).prop_map(|((a, b), op)| format!("({a} {op} {b})")),
            2 => two.clone().prop_map(|(a, b)| format!("({a} * {b})")),
            1 => two.clone().prop_map(|(a, b)| format!("({a} / {b})")),
            1 => (inner.clone(), 1..20i32).prop_map(|(a, b)| format!("({a} % {b})")),
            2 => (two.clone(), prop_oneof![Just("min"), Just("max")]).prop_map(|((a, b), f)| format!("{f}({a}, {b})")),
            2 => (inner.clone(), 1..40i32, prop_oneof![Just("ceil"), Just("floor"), Just("round")])
                .prop_map(|(a, m, f)| format!("{f}({a} / {m})")),
            1 => (inner.clone(), 1..40i32, prop_oneof![Just("ceil"), Just("floor"), Just("round")])
                .prop_map(|(a, m, f)| format!("{f}({a}, {m})")),
            1 => inner.clone().prop_map(|a| format!("abs({a})")),
            1 => (inner.clone(), -3..5i32).prop_map(|(a, n)| format!("pow({a}, {n})")),
            1 => inner.clone().prop_map(|a| format!("sqrt(abs({a}))")),
            1 => inner.clone().prop_map(|a| format!("log(abs({a}) + 1, 2)")),
            1 => (inner.clone(), 1..60i32, prop_oneof![Just("tier"), Just("tiers")])
                .prop_map(|(a, k, f)| format!("{f}({a}, [-9999, 0, {k}], [4, 3, 1])")),
            1 => two.clone()
                .prop_map(|(a, b)| format!("lookup(t, {a} < {b} ? \"a\" : \"b\", \"v\")")),
            1 => (two.clone(), two.clone()).prop_map(|((a, b), (c, d))| {
                format!("(lookup(t, {a} < {b} ? \"a\" : \"b\", \"since\") < version(\"1.9.1\") ? {c} : {d})")
            }),
            2 => (two.clone(), two, prop_oneof![Just("<"), Just(">="), Just("=="), Just("!=")])
                .prop_map(|((a, b), (c, d), op)| format!("({a} {op} {b} ? {c} : {d})")),
            1 => (inner.clone(), inner.clone(), inner, 0..50i32)
                .prop_map(|(a, b, c, k)| format!("(n > {k} && {a} < 9 || n in [1, 7, {k}] ? {b} : {c})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 4))]
    #[test]
    fn what_is_found_is_what_a_look_at_every_step_finds(
        a in formula(),
        b in formula(),
        range in prop_oneof![Just((0, 100, 1)), Just((1, 300, 1)), Just((-40, 60, 3)), Just((5, 1000, 7))],
    ) {
        let (min, max, step) = range;
        let model = over(&min.to_string(), &max.to_string(), &step.to_string());
        prop_assume!(model.compile(&a).is_ok() && model.compile(&b).is_ok());
        let (expected, found) = (naive(&model, &a, &b, range), found(&model, &a, &b));
        prop_assert_eq!(found, expected, "{} against {}", a, b);
    }
}

/// A thousand million steps: where it crosses is known from arithmetic on paper.
#[test]
fn any_number_of_steps_is_complete() {
    let million = over("0", "1000000000", "1");
    let at = |from: &str, cheaper: bool| (from.to_owned(), cheaper);
    let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    for (a, b, expected) in [
        // 3n = 2n + 600,000,000
        ("3 * n", "2 * n + 600000000", (vec![at("600000001", false)], vec![], false, false)),
        // 10 for each begun 1000, against 7 for each 1000 and 400,000. Within the k-th step the first is the larger where 10k > 7n/1000 + 400,000:
        // nowhere up to k = 133,331, everywhere from 133,334 on, and of the two steps between up to 933,320 and 933,330 times 1000/7
        (
            "10 * ceil(n / 1000)",
            "7 * n / 1000 + 400000",
            (
                vec![
                    at("133331001", false),
                    at("133331429", true),
                    at("133332001", false),
                    at("133332858", true),
                    at("133333001", false),
                ],
                vec![],
                false,
                false,
            ),
        ),
        // n² = 250,000,000,000,000,000
        ("n * n", "250000000000000000", (vec![at("500000001", false)], vec![], false, false)),
        // 1/n against 1/400,000,000
        ("1 / (n + 1)", "1 / 400000000", (vec![at("400000000", true)], vec![], false, true)),
        // two zeros of a square: n² + 6·10¹⁶ = 5·10⁸·n at 200,000,000 and 300,000,000
        (
            "n * n + 60000000000000000",
            "500000000 * n",
            (vec![at("200000001", true), at("300000001", false)], vec![], false, false),
        ),
        // √n = 10,000; lg(n + 1) = 6; n³ = 10²⁴; 1 / (n + 1)² = 1 / 10,000
        ("sqrt(n)", "10000", (vec![at("100000001", false)], vec![], false, false)),
        ("log(n + 1, 10)", "6", (vec![at("1000000", false)], vec![], false, false)),
        ("pow(n, 3)", "pow(100000000, 3)", (vec![at("100000001", false)], vec![], false, false)),
        ("pow(n + 1, -2)", "1 / 10000", (vec![at("100", true)], vec![], false, true)),
        // the price falls at the second tier; what is looked up changes behind 123,456
        ("tier(n, [0, 1000000], [5, 3])", "4", (vec![at("1000000", true)], vec![], false, true)),
        (
            "lookup(t, n > 123456 ? \"a\" : \"b\", \"v\")",
            "3",
            (vec![at("123457", false)], vec![], false, false),
        ),
        (
            "lookup(t, n > 123456 ? \"b\" : \"a\", \"since\") < version(\"1.10\") ? 1 : 2",
            "3 / 2",
            (vec![at("123457", false)], vec![], false, false),
        ),
        (
            "n in t.v ? 2 : 0",
            "1",
            (
                vec![at("1", false), at("2", true), at("5", false), at("6", true)],
                vec![],
                false,
                true,
            ),
        ),
        // a touch
        (
            "(n - 123456789) * (n - 123456789)",
            "0",
            (vec![], vec![pair("123456789", "123456789")], false, false),
        ),
        // the same, said otherwise
        (
            "(n + 1) * (n + 1)",
            "n * n + 2 * n + 1",
            (vec![], vec![pair("0", "1000000000")], true, false),
        ),
        // an allowance
        ("max(0, n - 700000000)", "0", (vec![], vec![pair("0", "700000000")], false, false)),
    ] {
        assert_eq!(found(&million, a, b), Ok(expected), "{a} against {b}");
    }
}

/// 20 for each begun 30 and 1,000 at once, against 1 for each: the second is the larger from some 3,000 on, up to a thousand million.
#[test]
fn steps_are_found_among_many() {
    let model = over("1", "1000000000", "1");
    let (changes, equal, ..) = found(&model, "20 * ceil(n / 30) + 1000", "n").unwrap();
    let small = over("1", "10000", "1");
    let expected = naive(&small, "20 * ceil(n / 30) + 1000", "n", (1, 10_000, 1)).unwrap();
    assert_eq!((changes, equal), (expected.0, expected.1));
}

/// More places than anyone can read: it ends, and says that it may have missed some.
#[test]
fn what_has_too_many_places_says_so() {
    let model = over("0", "1000000000", "1");
    let (a, b) = (model.compile("n % 2").unwrap(), model.compile("1 / 2").unwrap());
    let found = model.breakeven_of(&a, &b, "n", &model.inputs()).unwrap();
    assert!(!found.complete);
    assert!(!found.crossings.is_empty());
}

/// What has no value at a step is a problem wherever that step is.
#[test]
fn a_pole_among_many_steps_is_found() {
    let model = over("0", "1000000000", "1");
    assert_eq!(found(&model, "1 / (n - 987654321)", "0"), Err("division-by-zero"));
    assert_eq!(found(&model, "n == 7 ? 1 / (n - 7) : 1", "0"), Err("division-by-zero"));
    // between two steps there is none
    let half = found(&model, "1 / (2 * n - 987654321)", "0").unwrap();
    assert_eq!(half.0, [("493827161".to_owned(), false)]);
}
