//! What a field may hold, by its kind's schema: text alone, or something else too.

use super::schema::{Additional, Id, Schema, Type};
use super::{Document, Engine, Node, Value, Versions};
use plumb_text::Span;

impl Engine {
    /// Whether a scalar of a document must be text, or may be something else; none where no schema says.
    ///
    /// A quantity or a port, which may be a number or text, is not one that must be text.
    pub fn must_be_text(
        &self,
        document: &Document,
        scalar: Span,
        versions: &Versions,
    ) -> Option<bool> {
        let mut document = document.clone();
        loop {
            let (group, version) = (document.group()?, document.version()?);
            let kind = document.kind()?.value;
            if let Some(known) = self.schemas().find(group, version, kind, versions) {
                return field(&known.schema, known.schema.root, &document.root, scalar);
            }
            // The items of a `List` are documents of their own.
            let items = document.root.get("items").map(Node::items).unwrap_or_default();
            let item = items.iter().find(|item| item.span.contains(scalar))?.clone();
            document = document.part(item);
        }
    }
}

fn field(schema: &Schema, mut id: Id, mut node: &Node, scalar: Span) -> Option<bool> {
    loop {
        id = schema.resolve(id);
        let spec = schema.node(id);
        match &node.value {
            Value::Map(map) => {
                let entry = map.iter().find(|entry| entry.value.span.contains(scalar))?;
                let name = entry.key.value.as_str();
                let child = spec.properties.get(name).copied().or(match spec.additional {
                    Additional::Schema(id) => Some(id),
                    _ => None,
                });
                // Schemas say little of metadata, whose labels and annotations are text.
                let vague =
                    child.is_none_or(|id| schema.node(schema.resolve(id)).properties.is_empty());
                if name == "metadata" && vague {
                    return Some(true);
                }
                (id, node) = (child?, &entry.value);
            }
            Value::Seq(items) => {
                node = items.iter().find(|item| item.span.contains(scalar))?;
                id = spec.items?;
            }
            _ if spec.int_or_string => return Some(false),
            _ if !spec.types.is_empty() => {
                return Some(spec.types.iter().all(|ty| *ty == Type::String));
            }
            // A choice: of a number and text, as quantities have it.
            _ if !spec.any_of.is_empty() || !spec.one_of.is_empty() => return Some(false),
            _ => return None,
        }
    }
}
