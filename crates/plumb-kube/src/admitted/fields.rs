//! The fields of an object that defaults are filled into, of which some may not be known.

use plumb_cel::{List, Map, Value as Cel};
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
            None if map.open => None,
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
        if let Some(map) = self.0.as_mut().filter(|map| !map.open && map.field(name).is_none()) {
            map.insert(name.into(), value.into());
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
        if let Some(Cel::List(list)) = self.0.as_mut().and_then(|map| map.field_mut(name)) {
            for item in &mut Arc::make_mut(list).items {
                fill(&mut Fields::of_value(Some(item)));
            }
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
        self.0.as_ref().filter(|map| !map.open).map(|map| map.len())
    }

    /// The fields that are known, with their values.
    pub(super) fn entries(&self) -> Vec<(Cel, Cel)> {
        self.0.as_ref().map(|map| map.iter().cloned().collect()).unwrap_or_default()
    }
}

/// An empty object.
pub(super) fn empty() -> Cel {
    Map::default().into()
}

/// A list of these.
pub(super) fn list(items: Vec<Cel>) -> Cel {
    Cel::List(Arc::new(List { items, open: false }))
}

/// An object of these fields.
pub(super) fn object<const N: usize>(fields: [(&str, Cel); N]) -> Cel {
    fields.into_iter().collect::<Map>().into()
}
