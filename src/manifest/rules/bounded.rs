//! Functions of the library that get only what they can bear: quantities as Kubernetes keeps them, formats with as many
//! digits as somebody may want, patterns with Go's meaning, and what makes much out of little, or takes long over it.
//!
//! The library reads a quantity of any size and computes with numbers of a fixed one, and writes numbers with any count of
//! digits. What does not fit would be judged wrongly, or end the program.

use super::meter::{self, make_list, make_text, spend};
use crate::manifest::schema::go_regex;
use crate::number::{KubernetesQuantity, Limits, Ratio};
use cel::common::ast::{CallExpr, Expr, IdedExpr};
use cel::extractors::{Arguments, This};
use cel::parser::Parser;
use cel::{Context, ExecutionError, Value as Cel};
use kube_cel::KubeCelExt;
use num_bigint::BigInt;
use num_traits::Signed;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, RwLock};

/// Registers them in place of the library's.
pub(super) fn register(context: &mut Context<'_>) {
    context.add_function("quantity", quantity);
    context.add_function("isQuantity", is_quantity);
    context.add_function("format", format);
    context.add_function("lists.range", range);
    context.add_function("matches", matches);
    context.add_function("find", find);
    context.add_function("findAll", find_all);
    for &(name, cost) in COSTLY {
        context.add_function(name, move |This(target): This<Cel>, Arguments(args): Arguments| {
            cost(&target, &args)?;
            delegate(name, Some(target), &args)
        });
    }
    for name in ["sets.contains", "sets.equivalent", "sets.intersects"] {
        context.add_function(name, move |Arguments(args): Arguments| {
            let lengths = args.iter().map(length).product::<usize>();
            let heaviest = args.iter().map(weight).max().unwrap_or(0);
            spend((lengths.max(heaviest) / 4) as u64)?;
            delegate(name, None, &args)
        });
    }
}

/// Functions whose cost is not that of copying what they are given; each pays before it is called.
type Cost = fn(&Cel, &[Cel]) -> Result<(), ExecutionError>;

const COSTLY: &[(&str, Cost)] = &[
    ("distinct", |list, _| {
        let count = length(list).max(1);
        // Each item is compared with all that were kept.
        spend((weight(list).saturating_mul(count) / 4) as u64)
    }),
    ("join", |list, args| {
        let Cel::List(items) = list else { return Ok(()) };
        let separator = args.first().map_or(0, length);
        let texts: usize = items.iter().map(length).sum();
        make_text(texts.saturating_add(separator.saturating_mul(items.len())))
    }),
    ("replace", |text, args| match (text, args) {
        (Cel::String(text), [Cel::String(from), Cel::String(to), ..]) => {
            let found = text.matches(from.as_str()).count();
            make_text(text.len().saturating_add(found.saturating_mul(to.len())))
        }
        _ => Ok(()),
    }),
    ("split", |text, args| {
        let parts = match (text, args.first()) {
            (Cel::String(text), Some(Cel::String(separator))) => {
                text.matches(separator.as_str()).count()
            }
            _ => 0,
        };
        make_list(parts)
    }),
];

/// How many items or bytes a value has.
fn length(value: &Cel) -> usize {
    match value {
        Cel::List(items) => items.len(),
        Cel::Map(map) => map.map.len(),
        Cel::String(text) => text.len(),
        Cel::Bytes(bytes) => bytes.len(),
        _ => 1,
    }
}

fn weight(value: &Cel) -> usize {
    meter::weigh(value).unwrap_or(usize::MAX)
}

/// Calls the library's own function.
fn delegate(name: &str, target: Option<Cel>, args: &[Cel]) -> Result<Cel, ExecutionError> {
    let mut context = LIBRARY.new_inner_scope();
    let mut variable = |name: String, value: Cel| {
        context.add_variable_from_value(name.as_str(), value);
        IdedExpr { id: 0, expr: Expr::Ident(name) }
    };
    let call = CallExpr {
        func_name: name.to_owned(),
        target: target.map(|value| Box::new(variable("target".to_owned(), value))),
        args: (0..)
            .zip(args)
            .map(|(index, value): (usize, _)| variable(format!("a{index}"), value.clone()))
            .collect(),
    };
    Cel::resolve(&IdedExpr { id: 0, expr: Expr::Call(call) }, &context)
}

fn range(count: i64) -> Result<Cel, ExecutionError> {
    let count = usize::try_from(count)
        .map_err(|_| ExecutionError::function_error("lists.range", "a count is not negative"))?;
    make_list(count)?;
    Ok(Cel::List(Arc::new((0..count).map(|at| Cel::Int(at as i64)).collect())))
}

/// What is done with a pattern, which is compiled once.
fn with_pattern<T>(
    function: &str,
    text: &str,
    pattern: &Arc<String>,
    run: impl Fn(&regex::Regex) -> T,
) -> Result<T, ExecutionError> {
    type Cache = RwLock<HashMap<Arc<String>, Result<regex::Regex, String>>>;
    static CACHE: LazyLock<Cache> = LazyLock::new(Cache::default);
    // The cost that an API server counts.
    spend((1 + text.len() as u64 / 10) * (1 + pattern.len() as u64 / 4))?;
    let answer = |result: &Result<regex::Regex, String>| match result {
        Ok(regex) => Ok(run(regex)),
        Err(error) => Err(ExecutionError::function_error(function, error)),
    };
    if let Ok(cache) = CACHE.read()
        && let Some(result) = cache.get(pattern)
    {
        return answer(result);
    }
    let result = go_regex(pattern);
    let found = answer(&result);
    if let Ok(mut cache) = CACHE.write()
        && cache.len() < 4096
    {
        cache.insert(pattern.clone(), result);
    }
    found
}

fn matches(This(text): This<Arc<String>>, pattern: Arc<String>) -> Result<bool, ExecutionError> {
    with_pattern("matches", &text, &pattern, |regex| regex.is_match(&text))
}

fn find(This(text): This<Arc<String>>, pattern: Arc<String>) -> Result<Cel, ExecutionError> {
    let found = |regex: &regex::Regex| regex.find(&text).map_or("", |found| found.as_str()).into();
    with_pattern("find", &text, &pattern, found)
}

fn find_all(
    This(text): This<Arc<String>>,
    Arguments(args): Arguments,
) -> Result<Cel, ExecutionError> {
    let wrong = |what: &str| Err(ExecutionError::function_error("findAll", what));
    let (pattern, most) = match &args[..] {
        [Cel::String(pattern)] => (pattern, usize::MAX),
        [Cel::String(pattern), Cel::Int(most)] => {
            // Fewer than none are all.
            (pattern, usize::try_from(*most).unwrap_or(usize::MAX))
        }
        _ => return wrong("a pattern is expected"),
    };
    let found = with_pattern("findAll", &text, pattern, |regex| {
        let parts = regex.find_iter(&text).take(most);
        parts.map(|part| Cel::from(part.as_str())).collect::<Vec<_>>()
    })?;
    make_list(found.len())?;
    Ok(Cel::List(Arc::new(found)))
}

/// The amount of a quantity as it is written; nothing when it is not one, or one of a size that nobody writes.
fn parse(text: &str) -> Option<Ratio> {
    KubernetesQuantity::parse(text, Limits::default()).ok().map(|quantity| quantity.written)
}

fn is_quantity(text: Arc<String>) -> bool {
    parse(&text).is_some()
}

fn quantity(text: Arc<String>) -> Result<Cel, ExecutionError> {
    static CALL: Call = LazyLock::new(|| compiled("quantity(text)"));
    let Some(billionths) = billionths(&text) else {
        let message = format!("`{text}` is not a quantity");
        return Err(ExecutionError::function_error("quantity", message));
    };
    let mut context = LIBRARY.new_inner_scope();
    context.add_variable_from_value("text", format!("{billionths}n"));
    Cel::resolve(&CALL, &context)
}

/// How many billionths Kubernetes keeps of a quantity: none in part, and no more than 2⁶³−1 whole ones.
fn billionths(text: &str) -> Option<BigInt> {
    let exact = parse(text)? * BigInt::from(1_000_000_000);
    let whole = if exact.is_negative() { exact.floor() } else { exact.ceil() }.to_integer();
    let most: BigInt = BigInt::from(i64::MAX) * 1_000_000_000;
    Some(whole.clamp(-most.clone(), most))
}

/// More digits behind a point than this are not written.
const MAX_PRECISION: usize = 1000;

fn format(This(text): This<Arc<String>>, arguments: Cel) -> Result<Cel, ExecutionError> {
    static CALL: Call = LazyLock::new(|| compiled("text.format(arguments)"));
    let precision = |part: &str| {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        part[..digits].parse().unwrap_or(if digits == 0 { 0 } else { usize::MAX })
    };
    let precisions = || text.split("%.").skip(1).map(precision);
    if precisions().any(|digits| digits > MAX_PRECISION) {
        let message = format!("a precision is at most {MAX_PRECISION}");
        return Err(ExecutionError::function_error("format", message));
    }
    make_text(precisions().sum::<usize>())?;
    let mut context = LIBRARY.new_inner_scope();
    context.add_variable_from_value("text", Cel::String(text));
    context.add_variable_from_value("arguments", arguments);
    Cel::resolve(&CALL, &context)
}

/// The library's own functions.
static LIBRARY: LazyLock<Context<'static>> = LazyLock::new(|| {
    let mut context = Context::default();
    context.register_all();
    context
});

type Call = LazyLock<IdedExpr>;

fn compiled(source: &str) -> IdedExpr {
    Parser::new().parse(source).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::manifest::rules::{Budget, Expression, functions};
    use cel::Value as Cel;

    #[track_caller]
    fn check(expression: &str, expected: Option<bool>) {
        let compiled = Expression::compile(expression).expect(expression);
        let found = match compiled.evaluate(functions(), &Budget::new()) {
            Ok(Cel::Bool(truth)) => Some(truth),
            Ok(other) => panic!("{expression}: {other:?}"),
            Err(_) => None,
        };
        assert_eq!(found, expected, "{expression}");
    }

    /// The examples of Kubernetes' documentation of its library, and what `resource.Quantity` says of its bounds.
    #[test]
    fn quantities_are_those_of_kubernetes() {
        for (expression, expected) in [
            (
                "isQuantity('1.3Gi') && isQuantity('10000k') && isQuantity('200K') == false",
                Some(true),
            ),
            ("isQuantity('1,3G') || isQuantity('Three') || isQuantity('')", Some(false)),
            ("quantity('50000000G').isInteger() && !quantity('50m').isInteger()", Some(true)),
            ("quantity('50k').asInteger() == 50000", Some(true)),
            ("quantity('50k').add(quantity('20k')).compareTo(quantity('70k')) == 0", Some(true)),
            ("quantity('200M').compareTo(quantity('0.2G')) == 0", Some(true)),
            ("quantity('150Mi').isGreaterThan(quantity('100Mi'))", Some(true)),
            ("quantity('0.1n').compareTo(quantity('1n')) == 0", Some(true)),
            ("quantity('-1e-60').compareTo(quantity('-1n')) == 0", Some(true)),
            ("quantity('1e60').compareTo(quantity('9223372036854775807')) == 0", Some(true)),
            ("quantity('1e-60').isLessThan(quantity('9E'))", Some(true)),
            ("quantity('1e60').sub(quantity('-1e60')).isGreaterThan(quantity('1n'))", Some(true)),
            ("quantity('1e-2147483648').isLessThan(quantity('1'))", None),
            ("quantity(' 1') == quantity('1')", None),
        ] {
            check(expression, expected);
        }
    }

    #[test]
    fn formats_are_bounded() {
        check("'%.2f and %s'.format([1.0, 'x']) == '1.00 and x'", Some(true));
        check("'%.1000f'.format([1.0]).size() == 1002", Some(true));
        check("'%.1001f'.format([1.0]) == ''", None);
        check("'%s %.99999999999999999999e'.format(['', 1.0]) == ''", None);
        check("'%d'.format([]) == ''", None);
    }
}
