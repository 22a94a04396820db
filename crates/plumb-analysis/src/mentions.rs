//! Where the objects of a group are named first.

use super::object::{CORE, Object};
use super::pods::Pod;
use plumb_kube::{Node, Value};
use std::collections::HashMap;

/// The first object that names something, by that name.
pub(super) struct Mentions<'a> {
    first: HashMap<&'a str, usize>,
}

/// The fields by which routes and policies name what they are for.
const FIELDS: &[&str] = &["name", "host", "service", "serviceName"];

impl<'a> Mentions<'a> {
    /// What the objects name, but for workloads and what is of the core group, whose names are those of containers and ports.
    pub(super) fn new(objects: &[Object<'a>]) -> Mentions<'a> {
        let mut first = HashMap::new();
        let naming = |object: &&Object<'a>| object.group != CORE && Pod::of(object).is_none();
        for object in objects.iter().filter(naming) {
            let own = object.root.as_map().into_iter().flatten();
            let mut rest: Vec<&'a Node> = own
                .filter(|entry| entry.key.value != "metadata")
                .map(|entry| &entry.value)
                .collect();
            while let Some(node) = rest.pop() {
                match &node.value {
                    Value::Seq(items) => rest.extend(items),
                    Value::Map(map) => {
                        for entry in map {
                            if let Some(name) = entry.value.as_str()
                                && FIELDS.contains(&entry.key.value.as_str())
                            {
                                first.entry(name).or_insert(object.index);
                            }
                            rest.push(&entry.value);
                        }
                    }
                    _ => {}
                }
            }
        }
        Mentions { first }
    }

    /// The first object that names something, where it comes before another one.
    pub(super) fn before(&self, name: &str, index: usize) -> Option<usize> {
        self.first.get(name).copied().filter(|first| *first < index)
    }
}
