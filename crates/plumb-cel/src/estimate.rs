//! What evaluating an expression may cost, as an API server estimates it before it takes a rule (`checker.Cost` of cel-go,
//! `library.CostEstimator` of k8s.io/apiserver).
//!
//! Owns: the walk over a checked tree with the sizes that a schema declares. Must not know: schemas, limits. An estimate is
//! that of an API server.

mod call;
mod range;

pub(crate) use range::Range;

use crate::compile::Program;
use crate::syntax::{ACCUMULATOR, Expr, Fold, Kind, Literal, TARGET};
use crate::types::Type;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// How large the value of a schema may be, and what is in it.
#[derive(Clone, Debug, Default)]
pub struct Size {
    /// How many characters, bytes, items or entries it has at most; 0 of a number or an object.
    pub most: u64,
    /// The fields of an object. Names are those that an expression writes (escaped).
    pub fields: BTreeMap<String, Arc<Size>>,
    /// A key of a map.
    pub key: Option<Arc<Size>>,
    /// An item of a list, or a value of a map.
    pub item: Option<Arc<Size>>,
}

impl Program {
    /// What the expression costs at most, of variables with this size. The largest number where it depends on the size of
    /// something that nothing limits, such as the text that a function makes.
    pub fn estimate(&self, variables: &Arc<Size>) -> u64 {
        let mut estimator = Estimator {
            program: self,
            root: variables.clone(),
            paths: HashMap::new(),
            sizes: HashMap::new(),
            entries: HashMap::new(),
            locals: Vec::new(),
        };
        estimator.cost(self.expr()).most
    }
}

/// Where in the variables a value is found.
#[derive(Clone, Debug, Default)]
enum Path {
    /// It is none of theirs.
    #[default]
    None,
    At(Arc<Size>),
    /// Where they declare nothing.
    Lost,
}

#[derive(Clone, Copy)]
enum Part {
    Key,
    Item,
    Index,
}

impl Path {
    fn field(self, name: &str) -> Path {
        self.then(|size| size.fields.get(name).cloned())
    }

    fn part(self, part: Part) -> Path {
        self.then(|size| match part {
            Part::Key => size.key.clone(),
            Part::Item => size.item.clone(),
            Part::Index => None,
        })
    }

    fn then(self, next: impl Fn(&Size) -> Option<Arc<Size>>) -> Path {
        match self {
            Path::At(size) => next(&size).map_or(Path::Lost, Path::At),
            other => other,
        }
    }

    fn size(&self) -> Option<Range> {
        match self {
            Path::At(size) => Some(Range { least: 0, most: size.most }),
            Path::None | Path::Lost => None,
        }
    }
}

/// How large the keys and the values of a list or map are that an expression makes.
#[derive(Clone, Copy)]
struct Entries {
    is_list: bool,
    key: Range,
    value: Range,
}

impl Entries {
    fn union(self, other: Entries) -> Entries {
        Entries { key: self.key.union(other.key), value: self.value.union(other.value), ..self }
    }
}

/// A variable of a macro's.
struct Local {
    name: String,
    path: Path,
    size: Option<Range>,
    entries: Option<Entries>,
    /// What it costs to read it.
    cost: Range,
}

/// What it costs to read a variable.
const READ: Range = Range { least: 1, most: 1 };

struct Estimator<'p> {
    program: &'p Program,
    root: Arc<Size>,
    paths: HashMap<u32, Path>,
    sizes: HashMap<u32, Range>,
    entries: HashMap<u32, Entries>,
    locals: Vec<Local>,
}

const LIST: u64 = 10;
const MAP: u64 = 30;
const STRUCT: u64 = 40;

impl Estimator<'_> {
    fn type_of(&self, expr: &Expr) -> &Type {
        self.program.type_of(expr)
    }

    fn local(&self, expr: &Expr) -> Option<&Local> {
        let Kind::Ident(name) = &expr.kind else { return None };
        self.locals.iter().rev().find(|local| local.name == *name)
    }

    fn path(&self, expr: &Expr) -> Path {
        match self.local(expr) {
            Some(local) => local.path.clone(),
            None => self.paths.get(&expr.id).cloned().unwrap_or_default(),
        }
    }

    /// A step from a value of the variables. What is none of theirs begins with its first step, as in cel-go.
    fn beyond(&self, expr: &Expr, step: impl Fn(Path) -> Path) -> Path {
        match self.path(expr) {
            Path::None => Path::At(self.root.clone()),
            path => step(path),
        }
    }

    fn cost(&mut self, expr: &Expr) -> Range {
        match &expr.kind {
            Kind::Literal(_) => Range::fixed(0),
            Kind::Ident(_) => {
                let (path, cost) = match self.local(expr) {
                    Some(local) => (local.path.clone(), local.cost),
                    None => (Path::At(self.root.clone()), READ),
                };
                self.paths.insert(expr.id, path);
                cost
            }
            Kind::Select { operand, test: true, .. } => self.cost(operand),
            Kind::Select { operand, field, test: false } => {
                let cost = self.cost(operand);
                let is_counted = matches!(
                    self.type_of(operand),
                    Type::Map(..) | Type::Object(_) | Type::Param(_)
                );
                let path = self.beyond(operand, |path| path.field(field));
                self.paths.insert(expr.id, path);
                cost + Range::fixed(u64::from(is_counted))
            }
            Kind::Call { target, function, args } => {
                self.call(expr, target.as_deref(), function, args)
            }
            Kind::List(items) => {
                let mut sum = Range::fixed(LIST);
                for item in items {
                    sum = sum + self.cost(&item.value);
                }
                let value = self.joined(items.iter().map(|item| &item.value));
                self.entries
                    .insert(expr.id, Entries { is_list: true, key: Range::fixed(1), value });
                sum
            }
            Kind::Map(entries) => {
                let mut sum = Range::fixed(MAP);
                for entry in entries {
                    sum = sum + self.cost(&entry.key) + self.cost(&entry.value);
                }
                let key = self.joined(entries.iter().map(|entry| &entry.key));
                let value = self.joined(entries.iter().map(|entry| &entry.value));
                self.entries.insert(expr.id, Entries { is_list: false, key, value });
                sum
            }
            Kind::Struct { fields, .. } => {
                let mut sum = Range::fixed(STRUCT);
                for field in fields {
                    sum = sum + self.cost(&field.value);
                }
                sum
            }
            Kind::Fold(fold) => self.fold(expr, fold),
        }
    }

    /// What the sizes of all of these lie within.
    fn joined<'e>(&mut self, exprs: impl Iterator<Item = &'e Expr>) -> Range {
        let sizes: Vec<Range> = exprs.map(|expr| self.size_or_unknown(expr)).collect();
        sizes.into_iter().reduce(Range::union).unwrap_or(Range::fixed(0))
    }

    fn fold(&mut self, expr: &Expr, fold: &Fold) -> Range {
        let init = self.cost(&fold.init);
        let mut local = Local {
            name: fold.accumulator.clone(),
            path: self.path(&fold.init),
            size: self.size(&fold.init),
            entries: self.entries(&fold.init),
            cost: READ,
        };
        if fold.accumulator != ACCUMULATOR {
            // The macros of cel-go write what an optional is made of as often as it is read.
            let mut sum = Range::fixed(0);
            if fold.accumulator == TARGET {
                local.cost = init;
            } else {
                sum = self.cost(&fold.range) + init;
            }
            self.locals.push(local);
            sum = sum + self.cost(&fold.result);
            self.locals.pop();
            self.copy_sizes(expr, &fold.result);
            return sum;
        }
        let mut sum = self.cost(&fold.range) + init;
        self.locals.push(local);
        let depth = self.locals.len();
        self.bind(fold);
        let loop_cost = self.cost(&fold.condition) + self.cost(&fold.step);
        self.locals.truncate(depth);
        sum = sum + self.cost(&fold.result);
        self.locals.pop();
        let count = self.size_or_unknown(&fold.range);
        match &fold.init.kind {
            Kind::Literal(_) => {
                if let Some(size) = self.size(&fold.init) {
                    self.sizes.insert(expr.id, size);
                }
            }
            Kind::List(_) | Kind::Map(_) => {
                self.sizes.insert(expr.id, count);
                if let Some(entries) = self.entries(&fold.step) {
                    self.entries.insert(expr.id, entries);
                }
            }
            _ => {}
        }
        sum + count * loop_cost
    }

    /// The variables of a loop: the item of a list or the key of a map, or both the key or index and the value.
    fn bind(&mut self, fold: &Fold) {
        let entries = self.entries(&fold.range);
        let is_list =
            entries.map_or(matches!(self.type_of(&fold.range), Type::List(_)), |own| own.is_list);
        let (key, value) = (entries.map(|own| own.key), entries.map(|own| own.value));
        let path = |part| self.beyond(&fold.range, |path| path.part(part));
        let local = |name: &str, path, size| Local {
            name: name.to_owned(),
            path,
            size,
            entries: None,
            cost: READ,
        };
        let own = match &fold.second {
            Some(second) => {
                let first = path(if is_list { Part::Index } else { Part::Key });
                vec![local(&fold.variable, first, key), local(second, path(Part::Item), value)]
            }
            None if is_list => vec![local(&fold.variable, path(Part::Item), value)],
            None => vec![local(&fold.variable, path(Part::Key), key)],
        };
        self.locals.extend(own);
    }

    fn size_or_unknown(&mut self, expr: &Expr) -> Range {
        self.size(expr).unwrap_or(Range::UNKNOWN)
    }

    fn size(&mut self, expr: &Expr) -> Option<Range> {
        if let Some(size) = self.sizes.get(&expr.id) {
            return Some(*size);
        }
        let written = match &expr.kind {
            Kind::Literal(Literal::String(text)) => Some(text.chars().count()),
            Kind::Literal(Literal::Bytes(bytes)) => Some(bytes.len()),
            Kind::Literal(_) => Some(1),
            Kind::List(items) => Some(items.len()),
            Kind::Map(entries) => Some(entries.len()),
            _ => None,
        };
        if let Some(size) = written {
            return Some(Range::fixed(size as u64));
        }
        if let Some(size) = self.path(expr).size() {
            self.sizes.insert(expr.id, size);
            return Some(size);
        }
        if is_scalar(self.type_of(expr)) {
            return Some(Range::fixed(1));
        }
        self.local(expr).and_then(|local| local.size)
    }

    fn entries(&self, expr: &Expr) -> Option<Entries> {
        let own = self.entries.get(&expr.id).copied();
        own.or_else(|| self.local(expr).and_then(|local| local.entries))
    }

    fn copy_sizes(&mut self, to: &Expr, from: &Expr) {
        if let Some(size) = self.size(from) {
            self.sizes.insert(to.id, size);
        }
        if let Some(entries) = self.entries(from) {
            self.entries.insert(to.id, entries);
        }
    }
}

fn is_scalar(of: &Type) -> bool {
    match of {
        Type::Bool | Type::Double | Type::Duration | Type::Int | Type::Timestamp | Type::Uint => {
            true
        }
        other => other.in_optional().is_some_and(is_scalar),
    }
}
