//! What an evaluation may cost, and how it is counted.
//!
//! The library evaluates for as long as an expression asks it to. So an expression is changed once it is parsed: each pass
//! of a loop and each value that is copied goes through a function of this file that counts it, and stops everything at the
//! limits. They are those of an API server (`k8s.io/apiserver/pkg/apis/cel`): 1,000,000 for a call and 10,000,000 for all
//! calls on an object; twice that here, because this engine copies where an API server's does not, and copies are counted.

use super::expression::NAMESPACES;
use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, operators};
use cel::{Context, ExecutionError, Value as Cel};
use std::cell::Cell;

/// What one call may cost.
const CALL: u64 = 2_000_000;
/// What all calls on an object may cost.
const OBJECT: u64 = 20_000_000;
/// The heaviest value: more than fits into a request to an API server (3 MiB).
const HEAVIEST: usize = 256 << 10;
/// Values that are nested deeper than this are refused; manifests are not.
const DEEPEST: usize = 300;
/// The bytes of a text that weigh as much as an item of a list.
const BYTES: usize = 16;
/// How many items are copied in the time that one step of a loop takes.
const COPIED: usize = 8;

/// What is left for the calls on an object.
#[derive(Debug)]
pub(crate) struct Budget {
    left: Cell<u64>,
}

impl Budget {
    /// For an object of which nothing has been evaluated.
    pub(crate) fn new() -> Budget {
        Budget { left: Cell::new(OBJECT) }
    }

    /// Whether nothing is left.
    pub(crate) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    /// What a copy of a value outside of an evaluation costs.
    pub(crate) fn copied(&self, value: &Cel) {
        let cost = weigh(value).map_or(OBJECT, copying);
        self.left.set(self.left.get().saturating_sub(cost));
    }

    /// What a call may cost now.
    pub(super) fn of_a_call(&self) -> u64 {
        self.left.get().min(CALL)
    }

    /// Takes off what a call has cost.
    pub(super) fn spend(&self, cost: u64) {
        self.left.set(self.left.get().saturating_sub(cost));
    }
}

/// Why an evaluation was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Cost,
    Size,
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Stop::Cost => "it costs more on this object than an API server allows (its cost limit)",
            Stop::Size => "a value in it grows larger than an API server allows",
        })
    }
}

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(0) };
    static STOPPED: Cell<Option<Stop>> = const { Cell::new(None) };
}

/// Evaluates at a cost of no more than this; tells what it has cost.
pub(super) fn metered<T>(limit: u64, run: impl FnOnce() -> T) -> (Result<T, Stop>, u64) {
    LEFT.set(limit);
    STOPPED.set(None);
    let value = run();
    let cost = limit - LEFT.get();
    // An error may have been passed over (`true || …`), so that the value says nothing.
    match STOPPED.get() {
        Some(stop) => (Err(stop), limit.min(cost.max(1))),
        None => (Ok(value), cost),
    }
}

fn stop(why: Stop) -> ExecutionError {
    if STOPPED.get().is_none() {
        STOPPED.set(Some(why));
    }
    LEFT.set(0);
    ExecutionError::function_error("limit", why)
}

/// Counts a cost; at the limit there is no going on.
pub(super) fn spend(cost: u64) -> Result<(), ExecutionError> {
    let left = LEFT.get();
    if STOPPED.get().is_some() || left < cost {
        return Err(stop(Stop::Cost));
    }
    LEFT.set(left - cost);
    Ok(())
}

/// Counts that a value is copied, and that it is not too large.
pub(super) fn copy(value: &Cel) -> Result<usize, ExecutionError> {
    let weight = weigh(value).ok_or_else(|| stop(Stop::Size))?;
    spend(copying(weight))?;
    Ok(weight)
}

/// Counts that a text of this length is made.
pub(super) fn make_text(bytes: usize) -> Result<(), ExecutionError> {
    if bytes / BYTES > HEAVIEST {
        return Err(stop(Stop::Size));
    }
    spend(copying(bytes / BYTES))
}

/// Counts that a list of this length is made.
pub(super) fn make_list(items: usize) -> Result<(), ExecutionError> {
    if items > HEAVIEST {
        return Err(stop(Stop::Size));
    }
    spend(copying(items))
}

fn copying(weight: usize) -> u64 {
    1 + (weight / COPIED) as u64
}

/// The items of a value, a long text counted as several; none where there are too many, or too many within each other.
pub(super) fn weigh(value: &Cel) -> Option<usize> {
    let mut weight = 0;
    add(value, 0, &mut weight).then_some(weight)
}

fn add(value: &Cel, depth: usize, weight: &mut usize) -> bool {
    *weight += 1;
    if *weight > HEAVIEST || depth > DEEPEST {
        return false;
    }
    match value {
        Cel::String(text) => *weight += text.len() / BYTES,
        Cel::Bytes(bytes) => *weight += bytes.len() / BYTES,
        Cel::List(items) => return items.iter().all(|item| add(item, depth + 1, weight)),
        Cel::Map(map) => return map.map.values().all(|item| add(item, depth + 1, weight)),
        _ => {}
    }
    *weight <= HEAVIEST
}

/// Returns its value, which is copied.
const COPY: &str = "@copy";
/// Returns its value, the condition of a loop.
const STEP: &str = "@step";
/// Returns its value, a pattern that is not known before.
const PATTERN: &str = "@pattern";
/// What it costs to compile a pattern.
const COMPILING: u64 = 20_000;

/// Registers the functions that count; no expression can call them by name.
pub(super) fn register(context: &mut Context<'_>) {
    context.add_function(COPY, |value: Cel| copy(&value).map(|_| value));
    context.add_function(STEP, |value: Cel| spend(2).map(|()| value));
    context.add_function(PATTERN, |value: Cel| spend(COMPILING).map(|()| value));
}

fn wrap(node: &mut IdedExpr, function: &str) {
    let inner = std::mem::take(node);
    let call = CallExpr { func_name: function.to_owned(), target: None, args: vec![inner] };
    *node = IdedExpr { id: 0, expr: Expr::Call(call) };
}

/// Makes an expression count. The value of the whole is left as it is.
pub(super) fn install(node: &mut IdedExpr) {
    match &mut node.expr {
        Expr::Call(call) => {
            if matches!(call.func_name.as_str(), "matches" | "find" | "findAll") {
                // Of `matches(text, pattern)` the second.
                let pattern = call.args.get_mut(usize::from(call.target.is_none()));
                pattern.into_iter().for_each(|pattern| {
                    if !matches!(pattern.expr, Expr::Literal(_)) {
                        value(pattern);
                        wrap(pattern, PATTERN);
                    }
                });
            }
            // `math` of `math.abs(x)` is no value.
            let is_qualified = |target: &IdedExpr| matches!(&target.expr, Expr::Ident(name) if NAMESPACES.contains(&name.as_str()));
            call.target
                .as_deref_mut()
                .filter(|target| !is_qualified(target))
                .into_iter()
                .for_each(value);
            call.args.iter_mut().for_each(value);
        }
        Expr::Select(select) => {
            // Only what is selected is copied.
            if !matches!(select.operand.expr, Expr::Ident(_)) {
                value(&mut select.operand);
            }
        }
        Expr::List(list) => list.elements.iter_mut().for_each(value),
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    value(&mut entry.key);
                    value(&mut entry.value);
                }
            }
        }
        Expr::Comprehension(comprehension) => {
            value(&mut comprehension.iter_range);
            install(&mut comprehension.accu_init);
            install(&mut comprehension.loop_cond);
            wrap(&mut comprehension.loop_cond, STEP);
            value(&mut comprehension.loop_step);
            install(&mut comprehension.result);
        }
        Expr::Unspecified | Expr::Struct(_) | Expr::Literal(_) | Expr::Ident(_) => {}
    }
}

/// Makes an expression count whose value is used within another.
fn value(node: &mut IdedExpr) {
    install(node);
    let is_copied = match &node.expr {
        // What a macro gathers is counted when it is gathered.
        Expr::Ident(name) => !name.starts_with('@'),
        Expr::Select(select) => !select.test && matches!(select.operand.expr, Expr::Ident(_)),
        Expr::Call(call) if call.func_name == operators::CONDITIONAL => {
            // The step of `map` and `filter` gathers; that of `all` is a truth.
            call.args.iter().skip(1).any(gathers)
        }
        Expr::Call(call) => match call.func_name.as_str() {
            operators::INDEX => true,
            operators::ADD => gathers(node),
            name => name.starts_with(|c: char| c.is_ascii_alphabetic()),
        },
        _ => false,
    };
    if is_copied {
        wrap(node, COPY);
    }
}

/// Whether it adds to what a macro has gathered.
fn gathers(node: &IdedExpr) -> bool {
    matches!(&node.expr, Expr::Call(call) if call.func_name == operators::ADD
        && call.args.iter().any(|arg| matches!(&arg.expr, Expr::Ident(name) if name.starts_with('@'))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::rules::{Expression, functions};
    use std::sync::Arc;

    fn evaluate(source: &str, budget: &Budget) -> Result<Cel, String> {
        let mut context = functions().new_inner_scope();
        let items = Cel::List(Arc::new((0..64).map(Cel::Int).collect()));
        context.add_variable_from_value("items", items);
        context.add_variable_from_value("text", "ab".repeat(2000));
        Expression::compile(source).expect(source).evaluate(&context, budget)
    }

    fn limited(left: u64) -> Budget {
        Budget { left: Cell::new(left) }
    }

    #[test]
    fn what_grows_or_loops_without_end_is_stopped() {
        let (cost, size) = (Stop::Cost.to_string(), Stop::Size.to_string());
        for (source, why) in [
            ("['aaaaaaaaaa']".to_owned() + &".map(x, x + x)".repeat(28) + ".size() == 1", &size),
            ("[1]".to_owned() + &".map(x, [x, x])".repeat(28) + ".size() == 1", &size),
            ("[{'a': 1}]".to_owned() + &".map(x, {'a': x, 'b': x})".repeat(28) + " == []", &size),
            ("text".to_owned() + &".replace('a', 'aaaaaaaa')".repeat(28) + " == ''", &size),
            ("text".to_owned() + &".split('').join(text)".repeat(4) + " == ''", &size),
            (format!("{}'\"'{} == ''", "strings.quote(".repeat(60), ")".repeat(60)), &size),
            (
                "['%.1000f']".to_owned() + &".map(x, x + x)".repeat(16) + "[0].format([]) == ''",
                &size,
            ),
            ("lists.range(300000).size() == 1".to_owned(), &size),
            ("lists.range(9223372036854775807) == []".to_owned(), &size),
            ("lists.range(9999).all(x, lists.range(9999).all(y, x + y >= 0))".to_owned(), &cost),
            ("true || lists.range(9999).all(x, lists.range(9999).all(y, true))".to_owned(), &cost),
            ("lists.range(9999).distinct().size() == 1".to_owned(), &cost),
            ("sets.contains(lists.range(9999), lists.range(9999))".to_owned(), &cost),
            (
                "lists.range(9999).filter(x, lists.range(9999)[x] == x).size() == 1".to_owned(),
                &cost,
            ),
            ("lists.range(999).exists(x, text.matches('c{1' + string(x) + '}'))".to_owned(), &cost),
            ("lists.range(9999).exists(x, text.matches('(a|b|ab)*c'))".to_owned(), &cost),
            (format!("{}true{}", "items.all(x, ".repeat(20), ")".repeat(20)), &cost),
        ] {
            let budget = if why == &cost { limited(100_000) } else { Budget::new() };
            let found = evaluate(&source, &budget);
            // The left side of `||` may be all that is needed.
            if source.starts_with("true ||") && found == Ok(Cel::Bool(true)) {
                continue;
            }
            assert_eq!(found.as_ref(), Err(why), "{source}");
        }
    }

    #[test]
    fn ordinary_work_is_done() {
        for source in [
            "items.all(x, items.exists_one(y, x == y))",
            "items.map(x, x + 1).filter(x, x % 2 == 0).size() == 32",
            "items.map(x, string(x)).join(',').split(',').size() == 64",
            "lists.range(1000).all(x, x >= 0) && lists.range(1000).map(x, x * 2)[999] == 1998",
            "items.distinct().size() == 64 && sets.contains(items, [1, 2, 3])",
            "text.replace('a', 'xyz').size() == 8000 && text.matches('^(ab)+$')",
            "text.find('b+a') == 'ba' && text.findAll('b').size() == 2000",
            "'abcabc'.findAll('b', 1) == ['b'] && 'x'.find('y') == ''",
            "!has({'a': [1]}.b) && {'a': [1, 2]}.a[1] == 2 && optional.of(1).orValue(2) == 1",
            "math.greatest(1, 2) == 2 && items[?99].orValue(7) == 7",
            "items.filter(x, x > 60) == [61, 62, 63] && items.exists(x, x == 5)",
            "(items + items).size() == 128 && ('a' + 'b') in ['ab'] && 'a' in {'a': 1}",
        ] {
            assert_eq!(evaluate(source, &Budget::new()), Ok(Cel::Bool(true)), "{source}");
        }
    }

    #[test]
    fn the_calls_on_an_object_share_a_budget() {
        let budget = limited(100_000);
        let all = "lists.range(9999).all(x, true)";
        let done = (0..20).take_while(|_| evaluate(all, &budget) == Ok(Cel::Bool(true))).count();
        assert!((1..10).contains(&done) && budget.is_spent(), "{done} calls");
        assert_eq!(evaluate("true", &budget), Err(Stop::Cost.to_string()));
        assert_eq!(Budget::new().of_a_call(), CALL);
    }

    #[test]
    fn deep_values_are_refused() {
        let deep = (0..400).fold(Cel::Int(1), |value, _| Cel::List(Arc::new(vec![value])));
        assert_eq!(weigh(&deep), None);
    }
}
