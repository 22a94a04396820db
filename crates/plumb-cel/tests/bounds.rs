//! Nothing that an expression holds ends the program or takes without bound. The tests run with the small stack of a
//! thread of the test runner, in a build that is not optimised.

use plumb_cel::{Budget, Environment, Type, Value};

fn environment() -> Environment {
    Environment::kubernetes(37).variable("self", Type::Dyn)
}

/// Compiles and evaluates; says what came of it.
fn run(text: &str) -> Result<Value, String> {
    let program = environment().compile(text).map_err(|error| error.to_string())?;
    let value = |name: &str| (name == "self").then(|| Value::from("x".repeat(1000)));
    program.evaluate(&value, &mut Budget::default()).map_err(|error| error.to_string())
}

#[test]
fn deep_expressions_are_read_or_refused() {
    let nested = |open: &str, inside: &str, close: &str, count: usize| {
        format!("{}{inside}{}", open.repeat(count), close.repeat(count))
    };
    for count in [10, 90, 99, 100, 101, 249, 250, 20_000] {
        for text in [
            nested("(", "1", ")", count),
            nested("[", "1", "]", count),
            nested("{1: ", "1", "}", count),
            nested("size([", "1", "])", count),
            nested("[1].map(x, ", "1", ")", count / 10),
            nested("optional.of(", "1", ").optMap(x, x).value()", count / 4),
            nested("true ? ", "1", " : 1", count),
            format!("1{}", " + 1".repeat(count)),
            format!("1{}", " < 1".repeat(count)),
            format!("self{}", ".a".repeat(count)),
            format!("self{}", "[0]".repeat(count)),
            format!("{}true", "!".repeat(count)),
            format!("{}1", "- ".repeat(count)),
            format!("true{}", " && true".repeat(count)),
            format!("false{}", " || self.a".repeat(count)),
            "(".repeat(count),
            "\"".repeat(count),
        ] {
            // What counts is that it ends.
            let _ = run(&text);
        }
    }
    assert!(matches!(run(&nested("(", "1", ")", 90)), Ok(Value::Int(1))));
    assert!(matches!(run(&format!("true{}", " && true".repeat(5_000))), Ok(Value::Bool(true))));
    assert!(run(&format!("1{}", " + 1".repeat(300))).is_err());
}

#[test]
fn work_and_memory_are_bounded() {
    let grow = "[1, 2, 3, 4, 5, 6, 7, 8].map(a, [1, 2, 3, 4, 5, 6, 7, 8].map(b, [1, 2, 3, 4, 5, 6, 7, 8].map(c, \
                [1, 2, 3, 4, 5, 6, 7, 8].map(d, [1, 2, 3, 4, 5, 6, 7, 8].map(e, [1, 2, 3, 4, 5, 6, 7, 8].map(f, \
                [1, 2, 3, 4, 5, 6, 7, 8].map(g, a + b + c + d + e + f + g)))))))";
    for text in [
        grow,
        "lists.range(1000000).map(x, lists.range(1000000))",
        "lists.range(10000).map(x, self + self + self)",
        "self.replace('', self).replace('', self)",
        "'%.1000000000f'.format([1.0])",
        "lists.range(100000).map(x, x).distinct()",
    ] {
        assert!(run(text).is_err(), "{text}");
    }
}

/// From the documentation of Kubernetes: errors are absorbed where another side decides, and so is what is unknown.
#[test]
fn unknowns_are_absorbed_where_another_side_decides() {
    let list = plumb_cel::List {
        items: vec![Value::Int(1), Value::Int(2)],
        open: true,
        ..Default::default()
    };
    let value = |name: &str| (name == "self").then(|| Value::List(list.clone().into()));
    let eval = |text: &str| {
        let program = environment().compile(text).unwrap();
        program.evaluate(&value, &mut Budget::default()).unwrap()
    };
    assert!(matches!(eval("self.exists(x, x == 2)"), Value::Bool(true)));
    assert!(matches!(eval("self.exists(x, x == 3)"), Value::Unknown));
    assert!(matches!(eval("self.all(x, x > 1)"), Value::Bool(false)));
    assert!(matches!(eval("self.all(x, x > 0)"), Value::Unknown));
    assert!(matches!(eval("size(self) > 1"), Value::Unknown));
    assert!(matches!(eval("size(self) > 1 || true"), Value::Bool(true)));
    assert!(matches!(eval("2 in self"), Value::Bool(true)));
    assert!(matches!(eval("3 in self"), Value::Unknown));
    assert!(matches!(eval("self.map(x, x)"), Value::Unknown));
}

/// A key that may be there decides nothing, and all others stay known.
#[test]
fn a_key_that_may_be_there_is_unknown_alone() {
    let mut map: plumb_cel::Map =
        [("a", Value::Int(1)), ("b", Value::Int(2)), ("c", Value::Int(3))].into_iter().collect();
    map.doubt("a");
    map.doubt("x");
    map.doubt("y");
    map.insert("y".into(), Value::Int(4));
    assert!(matches!(map.remove("b"), Some(Value::Int(2))));
    let value = |name: &str| (name == "self").then(|| Value::from(map.clone()));
    let eval = |text: &str| {
        let program = environment().compile(text).unwrap();
        program.evaluate(&value, &mut Budget::default())
    };
    for text in [
        "has(self.x)",
        "!has(self.x)",
        "self.x",
        "self['x']",
        "self.?x.orValue(1)",
        "'x' in self",
        "size(self)",
        "self.all(key, key != 'x')",
        "self == {'a': 1, 'c': 3, 'y': 4}",
        "self == {'a': 1, 'c': 3, 'y': 4, 'x': 1}",
    ] {
        assert!(matches!(eval(text), Ok(Value::Unknown)), "{text}: {:?}", eval(text));
    }
    for text in [
        "has(self.a) && self.c == 3 && self.y == 4 && !has(self.b) && !('b' in self)",
        "self.exists(key, key == 'a')",
        "self != {'a': 1, 'c': 3}",
        "self != {'a': 1, 'c': 3, 'y': 4, 'z': 1}",
    ] {
        assert!(matches!(eval(text), Ok(Value::Bool(true))), "{text}: {:?}", eval(text));
    }
    assert!(eval("self.b").is_err(), "what is known not to be there is an error");
}
