//! Functions of the library that get only what they can bear: quantities as Kubernetes keeps them, and formats with as
//! many digits as somebody may want.
//!
//! The library reads a quantity of any size and computes with numbers of a fixed one, and writes numbers with any count of
//! digits. What does not fit would be judged wrongly, or end the program.

use crate::manifest::builtin::quantity::parse;
use cel::common::ast::IdedExpr;
use cel::extractors::This;
use cel::parser::Parser;
use cel::{Context, ExecutionError, Value as Cel};
use kube_cel::KubeCelExt;
use num_bigint::BigInt;
use num_traits::Signed;
use std::sync::{Arc, LazyLock};

/// Registers them in place of the library's.
pub(super) fn register(context: &mut Context<'_>) {
    context.add_function("quantity", quantity);
    context.add_function("isQuantity", is_quantity);
    context.add_function("format", format);
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
    if text.split("%.").skip(1).any(|part| precision(part) > MAX_PRECISION) {
        let message = format!("a precision is at most {MAX_PRECISION}");
        return Err(ExecutionError::function_error("format", message));
    }
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
    use crate::manifest::rules::{Expression, Extent, functions};
    use cel::Value as Cel;

    #[track_caller]
    fn check(expression: &str, expected: Option<bool>) {
        let compiled = Expression::compile(expression).expect(expression);
        let found = match compiled.evaluate(functions(), Extent::default()) {
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
