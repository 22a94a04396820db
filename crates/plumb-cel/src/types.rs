//! The types of expressions, and which value may stand where.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A type of the language or of a library, as the checker infers it.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Known only when it is evaluated.
    Dyn,
    /// What stands for a node that is wrong, so that one mistake is reported once.
    Error,
    /// `null`
    Null,
    /// `bool`
    Bool,
    /// `int`, 64 bits with a sign.
    Int,
    /// `uint`, 64 bits without.
    Uint,
    /// `double`
    Double,
    /// `string`
    String,
    /// `bytes`
    Bytes,
    /// `google.protobuf.Duration`
    Duration,
    /// `google.protobuf.Timestamp`
    Timestamp,
    /// `list(T)`
    List(Arc<Type>),
    /// `map(K, V)`
    Map(Arc<Type>, Arc<Type>),
    /// The type of a type.
    Type(Option<Arc<Type>>),
    /// A type of a library: `optional_type(T)`, `net.IP`.
    Opaque(&'static str, Vec<Type>),
    /// An object with named fields.
    Object(Arc<Object>),
    /// A type that is found out while the expression is checked.
    Param(Param),
}

/// A type parameter: of a function's declaration, or one that the checker made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Param {
    /// `A` in a declaration.
    Declared(char),
    /// Made by the checker.
    Free(u32),
}

/// An object with named fields, as a schema declares it.
#[derive(Debug, PartialEq)]
pub struct Object {
    /// A name that no other object type of the environment has, such as the field's path.
    pub name: String,
    /// Its fields. Names are those that an expression writes (escaped).
    pub fields: BTreeMap<String, Type>,
}

/// The names of library types.
const OPAQUE: &[&str] = &[
    "kubernetes.URL",
    "net.IP",
    "net.CIDR",
    "kubernetes.Quantity",
    "kubernetes.NamedFormat",
    "kubernetes.Semver",
    "kubernetes.authorization.Authorizer",
    "kubernetes.authorization.PathCheck",
    "kubernetes.authorization.GroupCheck",
    "kubernetes.authorization.ResourceCheck",
    "kubernetes.authorization.Decision",
];

/// The one text of a library type's name.
fn opaque(name: &str) -> &'static str {
    let known = OPAQUE.iter().find(|known| **known == name);
    known.unwrap_or_else(|| panic!("`{name}` is the name of no type"))
}

/// The name of the type of optionals.
pub(crate) const OPTIONAL: &str = "optional_type";

impl Type {
    /// `list(T)`, for items of the given type.
    pub fn list(of: Type) -> Type {
        Type::List(Arc::new(of))
    }

    /// `map(K, V)`, for keys and values of the given types.
    pub fn map(key: Type, value: Type) -> Type {
        Type::Map(Arc::new(key), Arc::new(value))
    }

    /// `optional_type(T)`, for a value that may be absent.
    pub fn optional(of: Type) -> Type {
        Type::Opaque(OPTIONAL, vec![of])
    }

    /// The type in an optional.
    pub(crate) fn in_optional(&self) -> Option<&Type> {
        match self {
            Type::Opaque(OPTIONAL, of) => of.first(),
            _ => None,
        }
    }

    /// Whether neither it nor a part of it is [`Type::Error`].
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Type::Error => false,
            Type::List(of) | Type::Type(Some(of)) => of.is_whole(),
            Type::Map(key, value) => key.is_whole() && value.is_whole(),
            Type::Opaque(_, of) => of.iter().all(Type::is_whole),
            Type::Object(object) => object.fields.values().all(Type::is_whole),
            _ => true,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Type::Dyn | Type::Error)
    }

    /// Whether two types are the same but for the names of parameters.
    pub(crate) fn is_like(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Param(_), Type::Param(_)) => true,
            (Type::List(one), Type::List(two)) => one.is_like(two),
            (Type::Map(k, v), Type::Map(l, w)) => k.is_like(l) && v.is_like(w),
            (Type::Type(Some(one)), Type::Type(Some(two))) => one.is_like(two),
            (Type::Opaque(one, of), Type::Opaque(two, with)) => {
                one == two
                    && of.len() == with.len()
                    && of.iter().zip(with).all(|(one, two)| one.is_like(two))
            }
            (Type::Object(one), Type::Object(two)) => one.name == two.name,
            _ => self == other,
        }
    }

    /// Reads a type as declarations write it: `list(A)`, `map(string, dyn)`, `net.IP`. Panics on what is none, which
    /// only the tables of this crate can cause; a test reads them all.
    pub(crate) fn declared(text: &str) -> Type {
        let text = text.trim();
        let inside = |prefix: &str| text.strip_prefix(prefix)?.strip_suffix(')');
        if let Some(of) = inside("list(") {
            return Type::list(Type::declared(of));
        }
        if let Some(of) = inside("optional(") {
            return Type::optional(Type::declared(of));
        }
        if let Some(of) = inside("type(") {
            return Type::Type(Some(Arc::new(Type::declared(of))));
        }
        if let Some((key, value)) = inside("map(").and_then(|of| of.split_once(',')) {
            return Type::map(Type::declared(key), Type::declared(value));
        }
        match text {
            "dyn" => Type::Dyn,
            "null" => Type::Null,
            "bool" => Type::Bool,
            "int" => Type::Int,
            "uint" => Type::Uint,
            "double" => Type::Double,
            "string" => Type::String,
            "bytes" => Type::Bytes,
            "duration" => Type::Duration,
            "timestamp" => Type::Timestamp,
            _ => match text.chars().next().filter(char::is_ascii_uppercase) {
                Some(name) if text.len() == 1 => Type::Param(Param::Declared(name)),
                _ => Type::Opaque(opaque(text), Vec::new()),
            },
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Type::Dyn => "dyn",
            Type::Error => "!error!",
            Type::Null => "null",
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Uint => "uint",
            Type::Double => "double",
            Type::String => "string",
            Type::Bytes => "bytes",
            Type::Duration => "google.protobuf.Duration",
            Type::Timestamp => "google.protobuf.Timestamp",
            Type::List(of) => return write!(f, "list({of})"),
            Type::Map(key, value) => return write!(f, "map({key}, {value})"),
            Type::Type(Some(of)) => return write!(f, "type({of})"),
            Type::Type(None) => "type",
            Type::Opaque(name, of) if of.is_empty() => name,
            Type::Opaque(name, of) => {
                let of: Vec<String> = of.iter().map(Type::to_string).collect();
                return write!(f, "{name}({})", of.join(", "));
            }
            Type::Object(object) => &object.name,
            Type::Param(Param::Declared(name)) => return write!(f, "<{name}>"),
            Type::Param(Param::Free(_)) => "dyn",
        };
        f.write_str(name)
    }
}

/// What the checker has found out about type parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bindings {
    bound: BTreeMap<Param, Type>,
    made: u32,
}

impl Bindings {
    /// A new parameter, of which nothing is known.
    pub(crate) fn fresh(&mut self) -> Type {
        self.made += 1;
        Type::Param(Param::Free(self.made))
    }

    /// A type with what is known in place of its parameters; with `close`, `dyn` for those of which nothing is.
    pub(crate) fn resolve(&self, of: &Type, close: bool) -> Type {
        match of {
            Type::Param(param) => match self.bound.get(param) {
                Some(bound) => self.resolve(bound, close),
                None if close => Type::Dyn,
                None => of.clone(),
            },
            Type::List(item) => Type::list(self.resolve(item, close)),
            Type::Map(key, value) => {
                Type::map(self.resolve(key, close), self.resolve(value, close))
            }
            Type::Type(Some(of)) => Type::Type(Some(Arc::new(self.resolve(of, close)))),
            Type::Opaque(name, of) => {
                Type::Opaque(name, of.iter().map(|of| self.resolve(of, close)).collect())
            }
            other => other.clone(),
        }
    }

    /// A declaration's types with new parameters in place of its own.
    pub(crate) fn instance(&mut self, types: &[Type]) -> Vec<Type> {
        let mut names: BTreeMap<char, Type> = BTreeMap::new();
        types.iter().map(|of| self.instance_of(of, &mut names)).collect()
    }

    fn instance_of(&mut self, of: &Type, names: &mut BTreeMap<char, Type>) -> Type {
        match of {
            Type::Param(Param::Declared(name)) => match names.get(name) {
                Some(known) => known.clone(),
                None => {
                    let fresh = self.fresh();
                    names.insert(*name, fresh.clone());
                    fresh
                }
            },
            Type::List(item) => Type::list(self.instance_of(item, names)),
            Type::Map(key, value) => {
                Type::map(self.instance_of(key, names), self.instance_of(value, names))
            }
            Type::Type(Some(of)) => Type::Type(Some(Arc::new(self.instance_of(of, names)))),
            Type::Opaque(name, of) => {
                Type::Opaque(name, of.iter().map(|of| self.instance_of(of, names)).collect())
            }
            other => other.clone(),
        }
    }

    /// Whether a value of the second type may stand where the first is wanted; what that says of parameters is kept only
    /// if all of them may.
    pub(crate) fn assign_all(&mut self, wanted: &[Type], given: &[Type]) -> bool {
        if wanted.len() != given.len() {
            return false;
        }
        let before = self.bound.clone();
        let fits = given.iter().zip(wanted).all(|(given, wanted)| self.assign_one(given, wanted));
        if !fits {
            self.bound = before;
        }
        fits
    }

    /// Whether a value of one type may stand where the other is.
    pub(crate) fn assign(&mut self, one: &Type, two: &Type) -> bool {
        let before = self.bound.clone();
        let fits = self.assign_one(one, two);
        if !fits {
            self.bound = before;
        }
        fits
    }

    fn assign_one(&mut self, one: &Type, two: &Type) -> bool {
        if let Type::Param(param) = two {
            let (valid, known) = self.bind(*param, one);
            if valid {
                return true;
            }
            if known {
                return false;
            }
        }
        if let Type::Param(param) = one {
            return self.bind(*param, two).0;
        }
        match (one, two) {
            _ if one.is_open() || two.is_open() => true,
            (Type::Null, other) | (other, Type::Null) => {
                use Type::{Duration, Null, Object, Opaque, Timestamp};
                matches!(other, Null | Duration | Timestamp | Object(_) | Opaque(..))
            }
            (Type::List(one), Type::List(two)) => self.assign_one(one, two),
            (Type::Map(k, v), Type::Map(l, w)) => self.assign_one(k, l) && self.assign_one(v, w),
            (Type::Type(_), Type::Type(_)) => true,
            (Type::Opaque(one, of), Type::Opaque(two, with)) => {
                one == two
                    && of.len() == with.len()
                    && of.iter().zip(with).all(|(one, two)| self.assign_one(one, two))
            }
            (Type::Object(one), Type::Object(two)) => one.name == two.name,
            _ => one == two,
        }
    }

    /// Binds a parameter; whether that is right, and whether something was known of it before.
    fn bind(&mut self, param: Param, to: &Type) -> (bool, bool) {
        if *to == Type::Param(param) {
            return (true, true);
        }
        if let Some(known) = self.bound.get(&param).cloned() {
            if known == *to {
                return (true, true);
            }
            if self.assign_one(to, &known) {
                let wider = more_general(to, &known);
                if !self.occurs(param, &wider) {
                    self.bound.insert(param, wider);
                }
                return (true, true);
            }
            return (false, true);
        }
        if self.occurs(param, to) {
            return (false, false);
        }
        self.bound.insert(param, to.clone());
        (true, false)
    }

    /// Whether a type holds a parameter, directly or through what it is bound to.
    fn occurs(&self, param: Param, of: &Type) -> bool {
        match of {
            Type::Param(other) if *other == param => true,
            Type::Param(other) => self.bound.get(other).is_some_and(|of| self.occurs(param, of)),
            Type::List(of) | Type::Type(Some(of)) => self.occurs(param, of),
            Type::Map(key, value) => self.occurs(param, key) || self.occurs(param, value),
            Type::Opaque(_, of) => of.iter().any(|of| self.occurs(param, of)),
            _ => false,
        }
    }
}

/// The type of two that more values have.
pub(crate) fn more_general(one: &Type, two: &Type) -> Type {
    if is_as_general(one, two) { one.clone() } else { two.clone() }
}

fn is_as_general(one: &Type, two: &Type) -> bool {
    match (one, two) {
        (Type::Dyn | Type::Param(_), _) => true,
        (_, Type::Dyn | Type::Param(_)) => false,
        (Type::List(one), Type::List(two)) => is_as_general(one, two),
        (Type::Map(k, v), Type::Map(l, w)) => is_as_general(k, l) && is_as_general(v, w),
        (Type::Type(_), Type::Type(_)) => true,
        (Type::Opaque(one, of), Type::Opaque(two, with)) => {
            one == two
                && of.len() == with.len()
                && of.iter().zip(with).all(|(one, two)| is_as_general(one, two))
        }
        _ => one == two,
    }
}
