//! Matches of a VirtualService's HTTP routes that leave nothing to a later one: those that ask for less.
//!
//! Owns: [`Covers`], which finds an earlier one in a time that does not grow with all of them. Must not know: what is said of it.

use crate::admission::matches::Seen;
use crate::at::At;
use crate::{Node, Value};
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

/// The matches so far, by what they ask for.
#[derive(Default)]
pub(super) struct Covers<'n> {
    seen: Vec<Seen<'n>>,
    /// Numbers of what matches ask for beside the path.
    conditions: HashMap<String, usize>,
    /// By those numbers: the paths that are asked for with them, and by which match.
    by_conditions: HashMap<Vec<usize>, Paths<'n>>,
}

/// The paths of some matches, and the first match of each.
#[derive(Default)]
struct Paths<'n> {
    any: Option<usize>,
    exact: HashMap<&'n str, usize>,
    prefixes: BTreeMap<&'n str, usize>,
    others: HashMap<String, usize>,
}

/// Which paths a match asks for.
enum Path<'n> {
    Any,
    Exact(&'n str),
    Prefix(&'n str),
    /// Something that is only compared.
    Other(String),
}

/// All subsets of so many conditions are looked for; of more, the whole, none and each alone.
const MOST: usize = 6;

impl<'n> Covers<'n> {
    /// The earlier match, perhaps of the same route, that takes all requests of this one; otherwise this one is kept.
    pub(super) fn add(&mut self, at: &At<'n>, route: usize) -> Option<&Seen<'n>> {
        let (path, conditions) = read(at.node);
        let found = self.covering(&path, &conditions);
        // What is taken already takes nothing more.
        if found.is_none() {
            let mut numbers = Vec::with_capacity(conditions.len());
            for condition in conditions {
                let next = self.conditions.len();
                numbers.push(*self.conditions.entry(condition).or_insert(next));
            }
            numbers.sort_unstable();
            self.by_conditions.entry(numbers).or_default().add(path, self.seen.len());
            self.seen.push(Seen { at: at.clone(), route });
        }
        found.and_then(|found| self.seen.get(found))
    }

    /// The earlier match that takes all requests of this one, which is not kept.
    pub(super) fn find(&self, at: &At<'n>) -> Option<&Seen<'n>> {
        let (path, conditions) = read(at.node);
        self.covering(&path, &conditions).and_then(|found| self.seen.get(found))
    }

    fn covering(&self, path: &Path<'n>, conditions: &[String]) -> Option<usize> {
        let known: Vec<usize> = conditions
            .iter()
            .filter_map(|condition| self.conditions.get(condition).copied())
            .collect();
        subsets(known).iter().find_map(|asked| self.by_conditions.get(asked)?.covering(path))
    }
}

/// The sets of conditions whose matches may take the requests of one that has all of these.
fn subsets(mut conditions: Vec<usize>) -> Vec<Vec<usize>> {
    conditions.sort_unstable();
    if conditions.len() > MOST {
        let alone = conditions.iter().map(|one| vec![*one]);
        return alone.chain([Vec::new(), conditions.clone()]).collect();
    }
    let chosen = |set: usize| {
        let is_in = |(at, _): &(usize, &usize)| set >> at & 1 == 1;
        conditions.iter().enumerate().filter(is_in).map(|(_, one)| *one).collect()
    };
    (0..1usize << conditions.len()).map(chosen).collect()
}

/// What a match asks for: the path, and everything else, one text for each.
fn read(node: &Node) -> (Path<'_>, Vec<String>) {
    let mut conditions = Vec::new();
    let mut path = Path::Any;
    let ignores_case = node.get("ignoreUriCase").and_then(Node::as_bool) == Some(true);
    for entry in node.as_map().into_iter().flatten() {
        let (field, value) = (entry.key.value.as_str(), &entry.value);
        match (field, &value.value) {
            ("name" | "statPrefix" | "ignoreUriCase", _) => {}
            ("uri", _) => path = path_of(value, ignores_case),
            // Each of these is asked for by itself.
            (_, Value::Map(map)) if MAPS.contains(&field) => {
                for entry in map {
                    conditions.push(format!(
                        "{field}.{}={}",
                        entry.key.value,
                        entry.value.to_json()
                    ));
                }
            }
            _ => conditions.push(format!("{field}={}", value.to_json())),
        }
    }
    (path, conditions)
}

/// The fields whose entries all must hold.
const MAPS: &[&str] = &["headers", "queryParams", "withoutHeaders", "sourceLabels"];

fn path_of(uri: &Node, ignores_case: bool) -> Path<'_> {
    let of = |key: &str| uri.get(key).and_then(Node::as_str);
    match (of("exact"), of("prefix"), of("regex")) {
        // Every path begins with it.
        (None, Some("" | "/"), None) | (None, None, Some(".*" | "/.*")) => Path::Any,
        _ if ignores_case => Path::Other(format!("{} without case", uri.to_json())),
        (Some(exact), None, None) => Path::Exact(exact),
        (None, Some(prefix), None) => Path::Prefix(prefix),
        _ => Path::Other(uri.to_json().to_string()),
    }
}

impl<'n> Paths<'n> {
    fn add(&mut self, path: Path<'n>, index: usize) {
        match path {
            Path::Any => drop(self.any.get_or_insert(index)),
            Path::Exact(path) => drop(self.exact.entry(path).or_insert(index)),
            Path::Prefix(path) => drop(self.prefixes.entry(path).or_insert(index)),
            Path::Other(path) => drop(self.others.entry(path).or_insert(index)),
        }
    }

    /// The match whose paths are all of these, and perhaps more.
    fn covering(&self, path: &Path<'n>) -> Option<usize> {
        let own = match path {
            Path::Any => None,
            Path::Exact(path) => self.exact.get(path).copied().or_else(|| self.prefix_of(path)),
            Path::Prefix(path) => self.prefix_of(path),
            Path::Other(path) => self.others.get(path).copied(),
        };
        self.any.or(own)
    }

    /// The longest of the prefixes that a path begins with.
    fn prefix_of(&self, path: &str) -> Option<usize> {
        let mut rest = path;
        loop {
            let (prefix, index) = self.prefixes.range::<str, _>(upto(rest)).next_back()?;
            if path.starts_with(prefix) {
                return Some(*index);
            }
            // Whatever is a prefix of it is no longer than what the two have in common.
            let same = prefix.bytes().zip(rest.bytes()).take_while(|(one, other)| one == other);
            let mut length = same.count();
            while !rest.is_char_boundary(length) {
                length -= 1;
            }
            rest = &rest[..length];
        }
    }
}

/// All texts up to one.
fn upto(text: &str) -> (Bound<&str>, Bound<&str>) {
    (Bound::Unbounded, Bound::Included(text))
}

#[cfg(test)]
mod tests {
    use super::{Path, Paths, subsets};

    #[test]
    fn a_prefix_is_found_among_others() {
        let mut paths = Paths::default();
        for (index, prefix) in ["/a", "/a/b/c", "/a/bz", "/b/", "/é/x"].iter().enumerate() {
            paths.add(Path::Prefix(prefix), index);
        }
        for (path, expected) in [
            ("/a", Some(0)),
            ("/a/b", Some(0)),
            ("/a/b/c/d", Some(1)),
            ("/a/bzz", Some(2)),
            ("/a/bza", Some(2)),
            ("/a/by", Some(0)),
            ("/b", None),
            ("/b/", Some(3)),
            ("/è/x", None),
            ("/é/xy", Some(4)),
            ("", None),
        ] {
            assert_eq!(paths.covering(&Path::Prefix(path)), expected, "{path}");
            assert_eq!(paths.covering(&Path::Exact(path)), expected, "{path}");
        }
        assert_eq!(paths.covering(&Path::Any), None);
    }

    #[test]
    fn subsets_are_bounded() {
        assert_eq!(subsets(vec![2, 1]), [vec![], vec![1], vec![2], vec![1, 2]]);
        assert_eq!(subsets((0..20).collect()).len(), 22);
    }
}
