//! What Kubernetes' libraries and its values add to the language, with the values of its own tests
//! (`apiserver/pkg/cel/library`, `apiserver/pkg/cel/common`, `apiextensions-apiserver/pkg/apiserver/schema/cel`).

use plumb_cel::{Budget, Environment, Error, List, ListKind, Map, Type, Value};

fn evaluate(text: &str, own: &[(&str, Value)]) -> Result<Value, Error> {
    let names = own.iter().map(|(name, _)| *name);
    let environment = names.fold(Environment::kubernetes(37), |environment, name| {
        environment.variable(name, Type::Dyn)
    });
    let program = environment.compile(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let values =
        |name: &str| own.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    program.evaluate(&values, &mut Budget::default())
}

#[track_caller]
fn holds(text: &str, own: &[(&str, Value)]) {
    let value = evaluate(text, own);
    assert!(matches!(value, Ok(Value::Bool(true))), "{text}: {value:?}");
}

fn list(items: Vec<Value>, kind: ListKind) -> Value {
    Value::List(List { items, kind, open: false }.into())
}

#[test]
fn sums_are_of_the_type_of_their_items() {
    let doubles = Value::from(vec![Value::Double(1.5), Value::Double(2.5)]);
    let durations =
        Value::from(vec![Value::Duration(60_000_000_000), Value::Duration(1_000_000_000)]);
    let uints = Value::from(vec![Value::Uint(3), Value::Uint(1)]);
    let own = [("doubles", doubles), ("durations", durations), ("uints", uints)];
    for text in [
        "doubles.sum() == 4.0",
        "durations.sum() == duration('1m1s')",
        "uints.sum() == 4u",
        "[1, 3].sum() == 4",
        "[3u, 1u].sum() == 4u",
        "[1.0, 3.0].sum() == 4.0",
        "dyn([1.0, 2.0]).sum() == 3.0",
        "[].sum() == 0",
        "[duration('1h')].filter(d, false).sum() < duration('1s')",
        "[1.0].filter(d, false).sum() == 0.0",
    ] {
        holds(text, &own);
    }
    assert!(evaluate("dyn(['a']).sum()", &own).is_err());
}

#[test]
fn sets_have_no_order_and_their_sum_is_a_union() {
    let texts = |texts: &[&str]| texts.iter().map(|text| Value::from(*text)).collect::<Vec<_>>();
    let set = list(texts(&["b", "a"]), ListKind::Set);
    let own = [("set", set), ("plain", texts(&["b", "a"]).into())];
    for text in [
        "set == ['a', 'b']",
        "set != ['a', 'b', 'c'] && set != ['a', 'c'] && set != ['a', 'a']",
        "(set + ['a', 'c', 'c']).size() == 3",
        "set + ['c'] == ['c', 'b', 'a']",
        "(set + ['c']).map(x, x) == ['b', 'a', 'c']",
        // The left side decides, as it does there.
        "plain != ['a', 'b'] && ['a', 'b'] != plain && ['a', 'b'] != set",
        "(plain + ['a']).size() == 3",
        "{'x': set} == {'x': ['a', 'b']}",
    ] {
        holds(text, &own);
    }
}

#[test]
fn lists_with_keys_have_no_order_and_their_sum_is_a_merge() {
    let item = |key: &str, value: i64| -> Value {
        Map::from_iter([("k", Value::from(key)), ("v", Value::Int(value))]).into()
    };
    let kind = || ListKind::Map(["k".into()].into());
    let own = [
        ("one", list(vec![item("a", 1), item("b", 2)], kind())),
        ("turned", list(vec![item("b", 2), item("a", 1)], kind())),
        ("other", list(vec![item("c", 3), item("b", 4)], kind())),
    ];
    for text in [
        "one == turned && one != other",
        "one.map(x, x) != turned.map(x, x)",
        "(one + other).map(x, x.k) == ['a', 'b', 'c']",
        "(one + other).map(x, x.v) == [1, 4, 3]",
        "one + one == turned",
    ] {
        holds(text, &own);
    }
    let hidden = list(vec![Value::Unknown, item("b", 2)], kind());
    let value = evaluate("one == hidden", &[own[0].clone(), ("hidden", hidden)]);
    assert!(matches!(value, Ok(Value::Unknown)));
}

#[test]
fn a_quantity_is_an_integer_where_kubernetes_keeps_it_as_one() {
    for text in [
        "quantity('50000G').isInteger() && quantity('50k').asInteger() == 50000",
        "!quantity('50000000000000000000000000000000000000').isInteger()",
        "!quantity('9999999999999999999999999999999999999G').isInteger()",
        "!quantity('10E').isInteger() && !quantity('1.0').isInteger() && !quantity('1000m').isInteger()",
        "quantity('10E') == quantity('10000P') && quantity('10E').isGreaterThan(quantity('9Ei'))",
        "quantity('50k').add(20).asInteger() == 50020 && quantity('50k').sub(quantity('20k')).asInteger() == 30000",
    ] {
        holds(text, &[]);
    }
    assert!(
        evaluate("quantity('9999999999999999999999999999999999999G').asInteger()", &[]).is_err()
    );
    assert!(evaluate("quantity('9E').add(quantity('9E')).asInteger()", &[]).is_err());
}

#[test]
fn a_time_keeps_its_zone_as_a_text_alone() {
    for text in [
        "string(timestamp('2024-01-01T00:30:00+01:00')) == '2024-01-01T00:30:00+01:00'",
        "string(timestamp('2024-01-01T00:30:00+01:00') + duration('1s')) == '2024-01-01T00:30:01+01:00'",
        "timestamp('2024-01-01T00:30:00+01:00') == timestamp('2023-12-31T23:30:00Z')",
        "timestamp('2024-01-01T00:30:00+01:00').getHours() == 23",
        "'%s'.format([timestamp('2024-01-01T00:30:00+01:00')]) == '2023-12-31T23:30:00Z'",
    ] {
        holds(text, &[]);
    }
}
