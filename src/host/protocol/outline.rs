//! The chapters in a book's JSON, in reading order, without a look into their contents.

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A chapter with a file, its content not yet read.
pub(super) struct Slot<'a> {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) source_path: Option<String>,
    pub(super) content: &'a RawValue,
}

/// The chapters of a book in reading order; none for a draft.
pub(super) struct Outline<'a>(pub(super) Vec<Option<Slot<'a>>>);

impl<'de> Deserialize<'de> for Outline<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Outline<'de>, D::Error> {
        deserializer.deserialize_map(BookVisitor)
    }
}

struct BookVisitor;

impl<'de> Visitor<'de> for BookVisitor {
    type Value = Outline<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a book")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Outline<'de>, A::Error> {
        let mut slots = Vec::new();
        let mut found = false;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if matches!(&*key, "items" | "sections") {
                found = true;
                map.next_value_seed(Items(&mut slots))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if !found {
            return Err(A::Error::custom("it has neither `items` nor `sections`"));
        }
        Ok(Outline(slots))
    }
}

/// A list of book items, or null.
struct Items<'s, 'de>(&'s mut Vec<Option<Slot<'de>>>);

impl<'de> DeserializeSeed<'de> for Items<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of book items")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Item(self.0))?.is_some() {}
        Ok(())
    }
}

/// `"Separator"`, `{"PartTitle": …}`, `{"Chapter": …}`, or what a later mdBook makes of it.
struct Item<'s, 'de>(&'s mut Vec<Option<Slot<'de>>>);

impl<'de> DeserializeSeed<'de> for Item<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Item<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a book item")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == "Chapter" {
                map.next_value_seed(ChapterSeed(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct ChapterSeed<'s, 'de>(&'s mut Vec<Option<Slot<'de>>>);

impl<'de> DeserializeSeed<'de> for ChapterSeed<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ChapterSeed<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a chapter")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // The chapter comes before those below it, although its path may follow behind them.
        let index = self.0.len();
        self.0.push(None);
        let (mut name, mut path, mut source_path) = (None, None, None);
        let mut content: Option<&'de RawValue> = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "name" => name = map.next_value::<Option<String>>()?,
                "path" => path = map.next_value::<Option<String>>()?,
                "source_path" => source_path = map.next_value::<Option<String>>()?,
                "content" => content = Some(map.next_value()?),
                "sub_items" => map.next_value_seed(Items(self.0))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if let (Some(path), Some(content)) = (path, content.filter(|raw| raw.get() != "null")) {
            let name = name.unwrap_or_default();
            self.0[index] = Some(Slot { name, path, source_path, content });
        }
        Ok(())
    }
}
