//! Quantities in expressions, as Kubernetes keeps them: nothing finer than a billionth, nothing beyond 2⁶³−1.
//!
//! The library reads a quantity of any size and computes with numbers of a fixed one. What does not fit would be compared
//! wrongly, or end the program; so it gets to read only what Kubernetes keeps.

use crate::manifest::builtin::quantity::parse;
use cel::common::ast::IdedExpr;
use cel::parser::Parser;
use cel::{Context, ExecutionError, Value as Cel};
use kube_cel::KubeCelExt;
use num_bigint::BigInt;
use num_traits::Signed;
use std::sync::{Arc, OnceLock};

pub(super) fn register(context: &mut Context<'_>) {
    context.add_function("quantity", quantity);
    context.add_function("isQuantity", is_quantity);
}

fn is_quantity(text: Arc<String>) -> bool {
    parse(&text).is_some()
}

fn quantity(text: Arc<String>) -> Result<Cel, ExecutionError> {
    let Some(billionths) = billionths(&text) else {
        let message = format!("`{text}` is not a quantity");
        return Err(ExecutionError::function_error("quantity", message));
    };
    let (library, call) = library();
    let mut context = library.new_inner_scope();
    context.add_variable_from_value("text", format!("{billionths}n"));
    Cel::resolve(call, &context)
}

/// How many billionths Kubernetes keeps of a quantity.
fn billionths(text: &str) -> Option<BigInt> {
    let exact = parse(text)? * BigInt::from(1_000_000_000);
    let whole = if exact.is_negative() { exact.floor() } else { exact.ceil() }.to_integer();
    let most: BigInt = BigInt::from(i64::MAX) * 1_000_000_000;
    Some(whole.clamp(-most.clone(), most))
}

/// The library's own functions, and the call of its `quantity`.
fn library() -> (&'static Context<'static>, &'static IdedExpr) {
    static LIBRARY: OnceLock<(Context<'static>, IdedExpr)> = OnceLock::new();
    let (context, call) = LIBRARY.get_or_init(|| {
        let mut context = Context::default();
        context.register_all();
        (context, Parser::new().parse("quantity(text)").unwrap_or_default())
    });
    (context, call)
}

#[cfg(test)]
mod tests {
    use crate::manifest::rules::{Expression, Extent, functions};
    use cel::Value as Cel;

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
            let compiled = Expression::compile(expression).expect(expression);
            let found = match compiled.evaluate(functions(), Extent::default()) {
                Ok(Cel::Bool(truth)) => Some(truth),
                Ok(other) => panic!("{expression}: {other:?}"),
                Err(_) => None,
            };
            assert_eq!(found, expected, "{expression}");
        }
    }
}
