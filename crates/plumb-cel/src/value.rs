//! What expressions evaluate to.

use crate::time::Time;
use crate::types::Type;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

/// A value of the language, of a library, or an unknown one.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// A truth.
    Bool(bool),
    /// A whole number with a sign.
    Int(i64),
    /// A whole number without one.
    Uint(u64),
    /// A binary fraction.
    Double(f64),
    /// A text.
    String(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A span of time, in nanoseconds.
    Duration(i64),
    /// A point in time.
    Timestamp(Time),
    /// A list.
    List(Arc<List>),
    /// A map, or an object with fields.
    Map(Arc<Map>),
    /// A type, by its name.
    Type(Arc<str>),
    /// A value that may be there.
    Optional(Option<Arc<Value>>),
    /// `url(…)`
    Url(Arc<crate::url::Url>),
    /// `ip(…)`
    Ip(IpAddr),
    /// `cidr(…)`: an address and the length of its prefix.
    Cidr(IpAddr, u8),
    /// `quantity(…)`
    Quantity(Arc<crate::quantity::Quantity>),
    /// `format.NAME()`
    Format(&'static crate::format::Format),
    /// `semver(…)`
    Semver(Arc<crate::semver::Version>),
    /// What is not known: left out of a text, or known to a cluster only. An expression that depends on it is unknown too.
    Unknown,
}

/// A list, which may have gaps where items are not known.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The items that are known, in order.
    pub items: Vec<Value>,
    /// Whether there may be more items than are known, anywhere among these.
    pub open: bool,
    /// What tells its items apart, and so which lists are equal and what a sum of two is.
    pub kind: ListKind,
}

/// What tells the items of a list apart: its `x-kubernetes-list-type`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ListKind {
    /// Their places.
    #[default]
    Atomic,
    /// What they are: order says nothing, and a sum is a union.
    Set,
    /// These fields of theirs (escaped): order says nothing, and a sum replaces items that are there already.
    Map(Arc<[Arc<str>]>),
}

impl ListKind {
    /// What tells an item from others; none where that is not known.
    fn identity(&self, item: &Value) -> Option<String> {
        let known =
            |value: &Value| (!matches!(value, Value::Unknown)).then(|| format!("{value:?}"));
        match (self, item) {
            (ListKind::Map(fields), Value::Map(map)) => {
                let parts = fields.iter().map(|field| match map.field(field) {
                    Some(value) => known(value),
                    None => (!map.may_have(&Key::String(field.clone()))).then(|| "-".to_owned()),
                });
                Some(parts.collect::<Option<Vec<_>>>()?.join(","))
            }
            _ => known(item),
        }
    }

    /// The places of items by what tells them apart: of those alike, the last.
    fn places(&self, items: &[Value]) -> Option<BTreeMap<String, usize>> {
        let items = items.iter().enumerate();
        items.map(|(at, item)| Some((self.identity(item)?, at))).collect()
    }
}

impl List {
    /// Puts the items of another behind its own, or where they belong by the kind of the list; `false` where that is not
    /// known.
    pub(crate) fn append(&mut self, other: &List) -> bool {
        self.open |= other.open;
        if self.kind == ListKind::Atomic {
            self.items.extend(other.items.iter().cloned());
            return true;
        }
        let Some(mut places) = self.kind.places(&self.items) else { return false };
        for item in &other.items {
            let Some(identity) = self.kind.identity(item) else { return false };
            match places.get(&identity) {
                Some(at) if self.kind != ListKind::Set => self.items[*at] = item.clone(),
                Some(_) => {}
                None => {
                    if self.kind == ListKind::Set {
                        places.insert(identity, self.items.len());
                    }
                    self.items.push(item.clone());
                }
            }
        }
        true
    }
}

/// A map. Entries keep their order, and keys their type; the same number is one key whatever its type.
#[derive(Clone, Debug, Default)]
pub struct Map {
    entries: Vec<(Value, Value)>,
    index: BTreeMap<Key, usize>,
    /// Keys of which it is not known whether they are there.
    doubtful: BTreeSet<Key>,
    /// Whether there may be more entries than are known, with any keys.
    pub open: bool,
}

/// The key of a map. A whole number is one key whatever its type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// `true` or `false`
    Bool(bool),
    /// A whole number with a sign.
    Int(i64),
    /// One above what a number with a sign can be.
    Uint(u64),
    /// A text.
    String(Arc<str>),
}

impl Key {
    /// A value as a key; none for one that can be none.
    pub fn of(value: &Value) -> Option<Key> {
        Some(match value {
            Value::Bool(truth) => Key::Bool(*truth),
            Value::Int(number) => Key::Int(*number),
            Value::Uint(number) => match i64::try_from(*number) {
                Ok(number) => Key::Int(number),
                Err(_) => Key::Uint(*number),
            },
            Value::Double(number) if number.fract() == 0.0 => {
                let whole = *number as i128;
                if whole as f64 != *number {
                    return None;
                }
                match (i64::try_from(whole), u64::try_from(whole)) {
                    (Ok(number), _) => Key::Int(number),
                    (_, Ok(number)) => Key::Uint(number),
                    _ => return None,
                }
            }
            Value::String(text) => Key::String(text.clone()),
            _ => return None,
        })
    }
}

impl Map {
    /// How many entries are known.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no entry is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of a key.
    pub fn get(&self, key: &Key) -> Option<&Value> {
        self.index.get(key).map(|at| &self.entries[*at].1)
    }

    /// The value under a text.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.get(&Key::String(name.into()))
    }

    /// The value under a text, to change it in place.
    pub fn field_mut(&mut self, name: &str) -> Option<&mut Value> {
        let at = *self.index.get(&Key::String(name.into()))?;
        self.entries.get_mut(at).map(|(_, value)| value)
    }

    /// Whether there may be an entry that is not known, under this key.
    pub fn may_have(&self, key: &Key) -> bool {
        self.open || self.doubtful.contains(key)
    }

    /// Whether there may be more entries than are known.
    pub fn has_more(&self) -> bool {
        self.open || !self.doubtful.is_empty()
    }

    /// A text may be a key or not. The entry of one that is known to be there stays.
    pub fn doubt(&mut self, name: &str) {
        let key = Key::String(name.into());
        if !self.index.contains_key(&key) {
            self.doubtful.insert(key);
        }
    }

    /// Takes an entry out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.index.remove(&Key::String(name.into()))?;
        self.index.values_mut().filter(|own| **own > at).for_each(|own| *own -= 1);
        Some(self.entries.remove(at).1)
    }

    /// Takes over what is not known of another map.
    pub(crate) fn doubt_as(&mut self, other: &Map) {
        self.open |= other.open;
        let unknown = other.doubtful.iter().filter(|key| !self.index.contains_key(*key));
        self.doubtful.extend(unknown.cloned());
    }

    /// Puts an entry, in place of an older one with the same key. Nothing happens, and it says so with `false`, where the
    /// value can be no key.
    pub fn insert(&mut self, key: Value, value: Value) -> bool {
        let Some(own) = Key::of(&key) else { return false };
        match self.index.get(&own) {
            Some(at) => self.entries[*at].1 = value,
            None => {
                self.doubtful.remove(&own);
                self.index.insert(own, self.entries.len());
                self.entries.push((key, value));
            }
        }
        true
    }

    /// The entries, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &(Value, Value)> {
        self.entries.iter()
    }
}

impl<K: Into<Arc<str>>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Map {
        let mut map = Map::default();
        for (key, value) in entries {
            map.insert(Value::String(key.into()), value);
        }
        map
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text.into())
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Value {
        Value::Map(Arc::new(map))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::List(Arc::new(List { items, ..List::default() }))
    }
}

impl Value {
    /// The name of the value's type, as `type()` gives it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null_type",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Uint(_) => "uint",
            Value::Double(_) => "double",
            Value::String(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::Duration(_) => "google.protobuf.Duration",
            Value::Timestamp(_) => "google.protobuf.Timestamp",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Type(_) => "type",
            Value::Optional(_) => crate::types::OPTIONAL,
            Value::Url(_) => "kubernetes.URL",
            Value::Ip(_) => "net.IP",
            Value::Cidr(..) => "net.CIDR",
            Value::Quantity(_) => "kubernetes.Quantity",
            Value::Format(_) => "kubernetes.NamedFormat",
            Value::Semver(_) => "kubernetes.Semver",
            Value::Unknown => "unknown",
        }
    }

    /// Whether the value may stand where a declaration wants this type: by its kind only.
    pub(crate) fn is_a(&self, wanted: &Type) -> bool {
        match (self, wanted) {
            (_, Type::Dyn | Type::Error | Type::Param(_) | Type::Object(_)) => true,
            (Value::Null, Type::Null)
            | (Value::Bool(_), Type::Bool)
            | (Value::Int(_), Type::Int)
            | (Value::Uint(_), Type::Uint)
            | (Value::Double(_), Type::Double)
            | (Value::String(_), Type::String)
            | (Value::Bytes(_), Type::Bytes)
            | (Value::Duration(_), Type::Duration)
            | (Value::Timestamp(_), Type::Timestamp)
            | (Value::Map(_), Type::Map(..))
            | (Value::Type(_), Type::Type(_)) => true,
            // As an API server, which asks the first item alone.
            (Value::List(list), Type::List(of)) => match list.items.first() {
                None | Some(Value::Unknown) => true,
                Some(item) => item.is_a(of),
            },
            (value, Type::Opaque(name, _)) => value.type_name() == *name,
            _ => false,
        }
    }

    /// What cost accounting calls the size of a value: characters, bytes, items; 1 for all else.
    pub(crate) fn size(&self) -> u64 {
        let size = match self {
            Value::String(text) => text.chars().count(),
            Value::Bytes(bytes) => bytes.len(),
            Value::List(list) => list.items.len(),
            Value::Map(map) => map.len(),
            Value::Ip(IpAddr::V4(_)) => 4,
            Value::Ip(IpAddr::V6(_)) => 16,
            Value::Cidr(_, bits) => usize::from(bits.div_ceil(8)),
            Value::Optional(Some(value)) => return value.size(),
            _ => 1,
        };
        size as u64
    }

    /// Whether two values are equal; none where that depends on what is not known. Values of different types are not
    /// equal, but numbers are compared by what they are.
    pub fn equals(&self, other: &Value) -> Option<bool> {
        Some(match (self, other) {
            (Value::Unknown, _) | (_, Value::Unknown) => return None,
            (Value::Null, Value::Null) => true,
            (Value::Bool(one), Value::Bool(two)) => one == two,
            (Value::String(one), Value::String(two)) => one == two,
            (Value::Bytes(one), Value::Bytes(two)) => one == two,
            (Value::Duration(one), Value::Duration(two)) => one == two,
            (Value::Timestamp(one), Value::Timestamp(two)) => one == two,
            (Value::Type(one), Value::Type(two)) => one == two,
            (Value::Url(one), Value::Url(two)) => one == two,
            (Value::Ip(one), Value::Ip(two)) => one == two,
            (Value::Cidr(one, bits), Value::Cidr(two, others)) => one == two && bits == others,
            (Value::Quantity(one), Value::Quantity(two)) => one == two,
            (Value::Format(one), Value::Format(two)) => one.name == two.name,
            (Value::Semver(one), Value::Semver(two)) => one.compare(two) == Ordering::Equal,
            (Value::Optional(one), Value::Optional(two)) => match (one, two) {
                (None, None) => true,
                (Some(one), Some(two)) => return one.equals(two),
                _ => false,
            },
            (Value::List(one), Value::List(two)) => return lists_equal(one, two),
            (Value::Map(one), Value::Map(two)) => return maps_equal(one, two),
            _ => self.compare(other) == Some(Ordering::Equal) && self.is_number(),
        })
    }

    fn is_number(&self) -> bool {
        matches!(self, Value::Int(_) | Value::Uint(_) | Value::Double(_))
    }

    /// Which of two values comes first; none where they have no order.
    pub fn compare(&self, other: &Value) -> Option<Ordering> {
        const INT: (f64, f64) = (i64::MIN as f64, i64::MAX as f64);
        const UINT: (f64, f64) = (0.0, u64::MAX as f64);
        Some(match (self, other) {
            (Value::Bool(one), Value::Bool(two)) => one.cmp(two),
            (Value::String(one), Value::String(two)) => one.cmp(two),
            (Value::Bytes(one), Value::Bytes(two)) => one.cmp(two),
            (Value::Duration(one), Value::Duration(two)) => one.cmp(two),
            (Value::Timestamp(one), Value::Timestamp(two)) => one.cmp(two),
            (Value::Int(one), Value::Int(two)) => one.cmp(two),
            (Value::Uint(one), Value::Uint(two)) => one.cmp(two),
            (Value::Int(one), Value::Uint(two)) => i128::from(*one).cmp(&i128::from(*two)),
            (Value::Uint(one), Value::Int(two)) => i128::from(*one).cmp(&i128::from(*two)),
            (Value::Double(one), Value::Double(two)) => return one.partial_cmp(two),
            (Value::Double(one), Value::Int(two)) => return against(*one, i128::from(*two), INT),
            (Value::Double(one), Value::Uint(two)) => return against(*one, i128::from(*two), UINT),
            (Value::Int(one), Value::Double(two)) => {
                return against(*two, i128::from(*one), INT).map(Ordering::reverse);
            }
            (Value::Uint(one), Value::Double(two)) => {
                return against(*two, i128::from(*one), UINT).map(Ordering::reverse);
            }
            _ => return None,
        })
    }

    /// The type of a value, as far as the value itself tells.
    pub fn type_of(&self) -> Type {
        match self {
            Value::Null => Type::Null,
            Value::Bool(_) => Type::Bool,
            Value::Int(_) => Type::Int,
            Value::Uint(_) => Type::Uint,
            Value::Double(_) => Type::Double,
            Value::String(_) => Type::String,
            Value::Bytes(_) => Type::Bytes,
            Value::Duration(_) => Type::Duration,
            Value::Timestamp(_) => Type::Timestamp,
            _ => Type::Dyn,
        }
    }
}

/// A double against a whole number within the limits of its type: beyond them the double is the greater or the less;
/// within, both are compared as doubles, as an API server does.
fn against(double: f64, whole: i128, (least, most): (f64, f64)) -> Option<Ordering> {
    match double {
        _ if double < least => Some(Ordering::Less),
        _ if double > most => Some(Ordering::Greater),
        _ => double.partial_cmp(&(whole as f64)),
    }
}

fn lists_equal(one: &List, two: &List) -> Option<bool> {
    let open = one.open || two.open;
    if !open && one.items.len() != two.items.len() {
        return Some(false);
    }
    if open {
        return None;
    }
    if one.kind != ListKind::Atomic {
        return same_entries(one, two);
    }
    all(one.items.iter().zip(&two.items).map(|(one, two)| one.equals(two)))
}

/// Whether lists of one length hold the same items, by what tells those of the first apart.
fn same_entries(one: &List, two: &List) -> Option<bool> {
    let places = one.kind.places(&one.items)?;
    let mut seen = BTreeSet::new();
    let mut known = Some(true);
    for item in &two.items {
        let identity = one.kind.identity(item)?;
        let Some(at) = places.get(&identity) else { return Some(false) };
        match one.items[*at].equals(item) {
            Some(false) => return Some(false),
            None => known = None,
            Some(true) => {}
        }
        seen.insert(*at);
    }
    if seen.len() == places.len() { known } else { Some(false) }
}

fn maps_equal(one: &Map, two: &Map) -> Option<bool> {
    let has_more = one.has_more() || two.has_more();
    if !has_more && one.len() != two.len() {
        return Some(false);
    }
    let missing = |from: &Map, key: &Value| match Key::of(key) {
        Some(key) if from.may_have(&key) => None,
        _ => Some(false),
    };
    let of = |map: &Map, key: &Value| Key::of(key).and_then(|key| map.get(&key).cloned());
    let forth = one.iter().map(|(key, value)| match of(two, key) {
        Some(other) => value.equals(&other),
        None => missing(two, key),
    });
    let new = two.iter().filter(|(key, _)| of(one, key).is_none());
    let back = new.map(|(key, _)| missing(one, key));
    let known = all(forth.chain(back));
    if known == Some(true) && has_more { None } else { known }
}

/// Whether all hold: a plain no wins over what is not known.
fn all(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for truth in truths {
        match truth {
            Some(false) => return Some(false),
            None => known = None,
            Some(true) => {}
        }
    }
    known
}
