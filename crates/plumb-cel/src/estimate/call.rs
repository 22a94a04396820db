//! What a call costs, and how large its result is.

use super::{Entries, Estimator, LIST, Part, Range};
use crate::syntax::{Expr, Kind, Literal, ops};
use crate::types::Type;

/// The cost of walking a text, for each character.
const WALK: f64 = 0.1;
/// The cost of a pattern, for each of its characters.
const PATTERN: f64 = 0.25;

/// The cost of a call without its arguments, and the size of its result where that is known.
struct Called {
    cost: Range,
    size: Option<Range>,
}

impl Called {
    fn cost(cost: Range) -> Called {
        Called { cost, size: None }
    }

    fn sized(cost: Range, size: Range) -> Called {
        Called { cost, size: Some(size) }
    }
}

impl Estimator<'_> {
    pub(super) fn call(
        &mut self,
        expr: &Expr,
        target: Option<&Expr>,
        function: &str,
        args: &[Expr],
    ) -> Range {
        let costs: Vec<Range> = args.iter().map(|arg| self.cost(arg)).collect();
        let sum = costs.iter().fold(Range::fixed(0), |sum, cost| sum + *cost);
        if let ("dyn", [arg]) = (function, args) {
            self.copy_sizes(expr, arg);
            return sum + Range::fixed(1);
        }
        let above = match target {
            Some(target) => self.cost(target),
            None => Range::fixed(0),
        };
        let called = match (function, args) {
            (ops::AND | ops::OR, [_, _]) => Called::cost(sum),
            (ops::CONDITIONAL, [_, yes, no]) => {
                let size = self.size_or_unknown(yes).union(self.size_or_unknown(no));
                self.join_entries(expr, yes, no);
                let cost = costs[0] + costs[1].union(costs[2]);
                Called::sized(cost, size)
            }
            _ => {
                let mut called = self.called(expr, target, function, args);
                called.cost = called.cost + sum;
                called
            }
        };
        let mut size = called.size;
        if let (ops::INDEX, [operand, _]) = (function, args)
            && self.type_of(operand).in_optional().is_none()
        {
            size = self.entries(operand).map(|entries| entries.value);
            let path = self.beyond(operand, |path| path.part(Part::Item));
            self.paths.insert(expr.id, path);
        }
        if let Some(size) = size.or_else(|| self.size(expr)) {
            self.sizes.insert(expr.id, size);
        }
        above + called.cost
    }

    fn join_entries(&mut self, expr: &Expr, one: &Expr, two: &Expr) {
        if let Some((one, two)) = self.entries(one).zip(self.entries(two)) {
            self.entries.insert(expr.id, Entries::union(one, two));
        }
    }

    /// A call that is none of logic.
    fn called(
        &mut self,
        expr: &Expr,
        target: Option<&Expr>,
        function: &str,
        args: &[Expr],
    ) -> Called {
        match (target, args) {
            (Some(target), args) => self.method(target, function, args),
            (None, [one, two]) => self.two(expr, function, one, two),
            (None, [one, ..]) => self.function(function, one),
            (None, []) => Called::cost(Range::fixed(1)),
        }
    }

    /// An operator or a function of two. Where a type is known only when it is evaluated, it costs as much as the dearest
    /// of the functions that may be meant.
    fn two(&mut self, expr: &Expr, function: &str, one: &Expr, two: &Expr) -> Called {
        let (left, right) = (self.size_or_unknown(one), self.size_or_unknown(two));
        let (of, with) = (self.type_of(one).clone(), self.type_of(two).clone());
        let shorter = {
            let most = left.most.min(right.most);
            Range { least: u64::from(most > 0), most }.scaled(WALK)
        };
        // Both are of this type, or nothing is known of either.
        let both = if of.is_open() { &with } else { &of };
        match function {
            ops::EQUALS => match own_equality(&of).filter(|_| of == with) {
                Some(cost) => Called::cost(cost),
                None if matches!(of, Type::Opaque("kubernetes.URL", _)) && of == with => {
                    let most = self.size(two).map_or(1, |size| size.most);
                    Called::cost(Range { least: 1, most }.scaled(WALK))
                }
                None => Called::cost(shorter),
            },
            ops::NOT_EQUALS => Called::cost(shorter),
            ops::LESS | ops::LESS_EQUALS | ops::GREATER | ops::GREATER_EQUALS => {
                Called::cost(walked(both, shorter))
            }
            ops::IN => Called::cost(match with {
                Type::List(_) => right,
                Type::Map(..) => Range::fixed(1),
                _ => right.union(Range::fixed(1)),
            }),
            ops::ADD => {
                let size = left + right;
                let cost = walked(both, size.scaled(WALK));
                match both {
                    Type::String | Type::Bytes => Called::sized(cost, size),
                    Type::List(_) | Type::Dyn | Type::Error => {
                        self.join_entries(expr, one, two);
                        Called::sized(cost, size)
                    }
                    _ => Called::cost(cost),
                }
            }
            "matches" => Called::cost(matched(left, right)),
            "sets.contains" | "sets.intersects" => Called::cost(left * right + Range::fixed(1)),
            "sets.equivalent" => Called::cost((left * right).scaled(2.0) + Range::fixed(1)),
            _ => self.function(function, one),
        }
    }

    /// A function of one, or of one that counts.
    fn function(&mut self, function: &str, arg: &Expr) -> Called {
        let size = self.size_or_unknown(arg);
        match function {
            "url" => Called::sized(size.scaled(WALK), size),
            "strings.quote" => {
                let most = size.most.wrapping_mul(2).wrapping_add(2);
                let least = size.least.wrapping_add(2);
                Called::sized(size.scaled(WALK), Range { least, most })
            }
            "lists.range" => listed(Range::fixed(whole(arg).unwrap_or(u64::MAX)), 1.0),
            "cidr" | "isIP" | "isCIDR" | "ip" | "quantity" | "isQuantity" | "semver"
            | "isSemver" => Called::cost(size.scaled(WALK)),
            "ip.isCanonical" => Called::cost(size.scaled(2.0 * WALK)),
            "bytes" if matches!(self.type_of(arg), Type::String | Type::Dyn) => {
                let most = size.most.wrapping_mul(4);
                let cost = walked(self.type_of(arg), size.scaled(WALK));
                Called::sized(cost, Range { most, ..size })
            }
            "string" if matches!(self.type_of(arg), Type::Bytes | Type::Dyn) => {
                let cost = walked(self.type_of(arg), size.scaled(WALK));
                Called::sized(cost, Range { least: size.least / 4, ..size })
            }
            _ => Called::cost(Range::fixed(1)),
        }
    }

    fn method(&mut self, target: &Expr, function: &str, args: &[Expr]) -> Called {
        let size = self.size_or_unknown(target);
        let sizes: Vec<Range> = args.iter().map(|arg| self.size_or_unknown(arg)).collect();
        let of = self.type_of(target).clone();
        match (function, &sizes[..]) {
            ("isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf" | "includes", _) => {
                match item_type(&of) {
                    Some(item) => {
                        let mut each = Range::fixed(1);
                        if matches!(item, Type::String | Type::Bytes) {
                            each = each + self.item_size(target).scaled(WALK);
                        }
                        Called::cost(size * each)
                    }
                    None if function == "includes" => Called::cost(size),
                    None => Called::cost(size.scaled(WALK)),
                }
            }
            ("lowerAscii" | "upperAscii" | "substring" | "trim", _) => {
                Called::sized(size.scaled(WALK), size)
            }
            ("replace", [from, to, ..]) => {
                Called::sized(size.scaled(2.0 * WALK), replaced(size, *from, *to))
            }
            ("split", _) => {
                let most = match args.get(1).map(|arg| &arg.kind) {
                    Some(Kind::Literal(Literal::Int(count))) => count.cast_unsigned(),
                    _ => size.most,
                };
                Called::sized(size.scaled(2.0 * WALK), Range { least: 0, most })
            }
            ("join", rest) => {
                let mut joined = match item_type(&of) {
                    Some(_) => size * self.item_size(target),
                    None => Range::fixed(0),
                };
                if let Some(separator) = rest.first() {
                    let between = Range {
                        least: size.least.saturating_sub(1),
                        most: size.most.saturating_sub(1),
                    };
                    joined = joined + *separator * between;
                }
                Called::sized(joined.scaled(WALK), joined)
            }
            ("find" | "findAll", [pattern, ..]) => {
                let found = Range { least: 0, most: size.most };
                Called::sized(matched(size, *pattern), found)
            }
            ("matches", [pattern]) => Called::cost(matched(size, *pattern)),
            ("startsWith" | "endsWith", [text]) => Called::cost(text.scaled(WALK)),
            ("contains", [text]) => Called::cost(size.scaled(WALK) * text.scaled(WALK)),
            ("format", _) => Called::cost(size.scaled(WALK)),
            ("containsIP" | "containsCIDR", [other, ..]) => {
                let address = Range { least: 4, most: 16 };
                let mut cost = (address + address).scaled(WALK);
                if function == "containsCIDR" {
                    cost = cost + address.scaled(WALK) + Range::fixed(1);
                }
                if matches!(args.first().map(|arg| self.type_of(arg)), Some(Type::String)) {
                    cost = cost + other.scaled(WALK);
                }
                Called::cost(cost)
            }
            ("validate", [text, ..]) => Called::cost(text.scaled(WALK).scaled(128.0 * PATTERN)),
            ("check", _) => Called::cost(Range::fixed(350_000)),
            ("slice", _) => {
                let end = |at: usize, open: u64| args.get(at).and_then(whole).unwrap_or(open);
                listed(Range::fixed(end(1, size.most).wrapping_sub(end(0, 0))), 1.0)
            }
            ("flatten", _) => {
                let depth = args.first().map_or(1, |arg| whole(arg).unwrap_or(u64::MAX));
                listed(size, depth as f64)
            }
            ("reverse", _) => listed(size, 1.0),
            ("distinct", _) => listed(size * size, 2.0),
            ("sort", _) => listed(size * size, sorted(&of)),
            ("@sortByAssociatedKeys", [keys]) => {
                let of = args.first().map(|arg| self.type_of(arg));
                listed(*keys * *keys, of.map_or(2.0, sorted))
            }
            _ => Called::cost(Range::fixed(1)),
        }
    }

    /// The size of an item of a list.
    fn item_size(&self, list: &Expr) -> Range {
        self.path(list).part(Part::Item).size().unwrap_or(Range::UNKNOWN)
    }
}

/// A cost where values of a type are texts, which are walked; at most that where they may be. Anything else costs 1.
fn walked(of: &Type, cost: Range) -> Range {
    match of {
        Type::String | Type::Bytes => cost,
        Type::Dyn | Type::Error => cost.union(Range::fixed(1)),
        _ => Range::fixed(1),
    }
}

/// A function that makes a list of this size, and costs as much as a factor says for each item.
fn listed(size: Range, factor: f64) -> Called {
    Called::sized(size.scaled(factor) + Range::fixed(1 + LIST), size)
}

/// What it costs to sort a list of this type, for each pair of items.
fn sorted(list: &Type) -> f64 {
    match list {
        Type::List(item) if !matches!(**item, Type::String | Type::Bytes | Type::Dyn) => 2.0,
        _ => 2.0 + WALK,
    }
}

/// A whole number that is written, 0 where it is less.
fn whole(expr: &Expr) -> Option<u64> {
    match expr.kind {
        Kind::Literal(Literal::Int(number)) => Some(u64::try_from(number).unwrap_or(0)),
        _ => None,
    }
}

/// A text by a pattern.
fn matched(text: Range, pattern: Range) -> Range {
    (text + Range::fixed(1)).scaled(WALK) * pattern.scaled(PATTERN)
}

/// What comes of a text whose parts are replaced.
fn replaced(text: Range, from: Range, to: Range) -> Range {
    let (mut count, mut kept) = (Range::fixed(0), Range::fixed(0));
    if from.least == 0 {
        (count.most, kept.most) = (text.most.saturating_add(1), text.most);
    } else if to.most <= from.least {
        kept.most = text.most;
    } else {
        count.most = (text.most as f64 / from.least as f64).ceil() as u64;
    }
    if from.most == 0 {
        (count.least, kept.least) = (text.least.saturating_add(1), text.least);
    } else if from.most <= to.least {
        kept.least = text.least;
    } else {
        count.least = (text.least as f64 / from.most as f64).ceil() as u64;
    }
    count * to + kept
}

/// The first parameter of a type: the type of a list's items.
fn item_type(of: &Type) -> Option<&Type> {
    match of {
        Type::List(item) => Some(item),
        Type::Map(key, _) => Some(key),
        Type::Opaque(_, parameters) => parameters.first(),
        _ => None,
    }
}

/// What it costs to compare two values of a library's type.
fn own_equality(of: &Type) -> Option<Range> {
    let Type::Opaque(name, _) = of else { return None };
    match *name {
        "net.IP" | "net.CIDR" | "kubernetes.Quantity" | "kubernetes.Semver" => {
            Some(Range::fixed(1))
        }
        "kubernetes.NamedFormat" => Some(Range { least: 1, most: 64 }.scaled(WALK)),
        _ => None,
    }
}
