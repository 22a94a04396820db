//! The fields of an object that defaults are filled into, of which some may not be known.

use plumb_cel::{Key, List, Map, Value as Cel};
use std::sync::Arc;

/// The fields of an object; of what is no object, or not known, none, and what is set there is lost.
pub(super) struct Fields<'v>(Option<&'v mut Map>);

impl<'v> Fields<'v> {
    /// The fields of a map.
    pub(super) fn of(map: &'v mut Map) -> Fields<'v> {
        Fields(Some(map))
    }

    fn of_value(value: Option<&'v mut Cel>) -> Fields<'v> {
        match value {
            Some(Cel::Map(map)) => Fields(Some(Arc::make_mut(map))),
            _ => Fields(None),
        }
    }

    /// The value of a field: none where it is not there.
    pub(super) fn get(&self, name: &str) -> Option<&Cel> {
        self.0.as_ref()?.field(name)
    }

    /// The text of a field; empty where it is none.
    pub(super) fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(Cel::String(text)) => text,
            _ => "",
        }
    }

    /// Whether a field is there; none where that is not known.
    pub(super) fn has(&self, name: &str) -> Option<bool> {
        let map = self.0.as_ref()?;
        match map.field(name) {
            Some(_) => Some(true),
            None if map.may_have(&key(name)) => None,
            None => Some(false),
        }
    }

    /// Whether a field is this text; none where that is not known.
    pub(super) fn is(&self, name: &str, wanted: &str) -> Option<bool> {
        match self.get(name) {
            Some(Cel::Unknown) => None,
            Some(Cel::String(text)) => Some(**text == *wanted),
            Some(_) => Some(false),
            None => self.has(name),
        }
    }

    /// Whether a field is true; none where that is not known.
    pub(super) fn is_true(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(Cel::Unknown) => None,
            Some(Cel::Bool(truth)) => Some(*truth),
            Some(_) => Some(false),
            None => self.has(name),
        }
    }

    /// Sets a field that is not there. What is not shown may hold it, so that nothing is set beside a gap.
    pub(super) fn set(&mut self, name: &str, value: impl Into<Cel>) {
        if self.has(name) == Some(false) {
            self.put(name, value);
        }
    }

    /// Sets a field, whatever is there.
    pub(super) fn put(&mut self, name: &str, value: impl Into<Cel>) {
        if let Some(map) = &mut self.0 {
            map.insert(name.into(), value.into());
        }
    }

    /// Takes a field out.
    pub(super) fn take(&mut self, name: &str) -> Option<Cel> {
        self.0.as_mut()?.remove(name)
    }

    /// The server may add a field that is not there.
    pub(super) fn doubt(&mut self, name: &str) {
        if let Some(map) = &mut self.0 {
            map.doubt(name);
        }
    }

    /// The server may add fields.
    pub(super) fn open(&mut self) {
        if let Some(map) = &mut self.0 {
            map.open = true;
        }
    }

    /// Sets a field that is not there if something holds; it is not known where that is not.
    pub(super) fn set_if(&mut self, holds: Option<bool>, name: &str, value: impl Into<Cel>) {
        match holds {
            Some(true) => self.set(name, value),
            Some(false) => {}
            None => self.set(name, Cel::Unknown),
        }
    }

    /// The object under a field, where there is one.
    pub(super) fn at(&mut self, name: &str) -> Fields<'_> {
        Fields::of_value(self.0.as_mut().and_then(|map| map.field_mut(name)))
    }

    /// The object under a field, an empty one where there is none.
    pub(super) fn object(&mut self, name: &str) -> Fields<'_> {
        self.set(name, Map::default());
        self.at(name)
    }

    /// Goes through the objects of a list.
    pub(super) fn each(&mut self, name: &str, mut fill: impl FnMut(&mut Fields<'_>)) {
        for item in self.list(name).into_iter().flat_map(|list| &mut list.items) {
            fill(&mut Fields::of_value(Some(item)));
        }
    }

    /// The list under a field.
    pub(super) fn list(&mut self, name: &str) -> Option<&mut List> {
        match self.0.as_mut()?.field_mut(name) {
            Some(Cel::List(list)) => Some(Arc::make_mut(list)),
            _ => None,
        }
    }

    /// How many items a list has; none where that is not known.
    pub(super) fn count(&self, name: &str) -> Option<usize> {
        match self.get(name) {
            Some(Cel::List(list)) if !list.open => Some(list.items.len()),
            None if self.has(name) == Some(false) => Some(0),
            _ => None,
        }
    }

    /// How many fields are there; none where that is not known.
    pub(super) fn len(&self) -> Option<usize> {
        self.0.as_ref().filter(|map| !map.has_more()).map(|map| map.len())
    }

    /// The fields that are known, with their values.
    pub(super) fn entries(&self) -> Vec<(Cel, Cel)> {
        self.0.as_ref().map(|map| map.iter().cloned().collect()).unwrap_or_default()
    }
}

fn key(name: &str) -> Key {
    Key::String(name.into())
}

/// An empty object.
pub(super) fn empty() -> Cel {
    Map::default().into()
}

/// A list of these.
pub(super) fn list(items: Vec<Cel>) -> Cel {
    Cel::List(Arc::new(List { items, ..List::default() }))
}

/// An object of these fields.
pub(super) fn object<const N: usize>(fields: [(&str, Cel); N]) -> Cel {
    fields.into_iter().collect::<Map>().into()
}
