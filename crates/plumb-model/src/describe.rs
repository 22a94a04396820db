//! The language in which the model's tables are described once: what keys there are, what they hold, what they mean.
//!
//! Owns: [`Table`], [`Field`], [`Kind`]. Reading a file, its JSON Schema and its reference page are three uses of one
//! description, which is in [`super::tables`]. Must not know: any key of the model.

/// A table of the model: its keys.
#[derive(Debug)]
pub struct Table {
    /// What one such table is called in findings: "an input".
    pub what: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// Its keys, in the order of the reference.
    pub fields: &'static [Field],
    /// The key that a bare value stands for, where the table may be written as one value: `cells.a = "yes"`.
    pub short: Option<&'static str>,
}

/// A key of a table.
#[derive(Debug)]
pub struct Field {
    /// The key as it is written in TOML.
    pub name: &'static str,
    /// What the value may be, for the reader and the JSON Schema.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
    /// What it means, in a sentence of Markdown.
    pub doc: &'static str,
}

/// What a key holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A text.
    Text,
    /// A text that may have Markdown in it, and `{= formula }`.
    Prose,
    /// A stable id: letters, digits, `-`, `_`, `.`.
    Id,
    /// A formula that gives a number, or a bare number.
    Formula,
    /// A formula that is true or false.
    Condition,
    /// A number, or a text with a quantity.
    Quantity,
    /// A unit.
    Unit,
    /// A plain number.
    Number,
    /// `true` or `false`.
    Switch,
    /// A date.
    Date,
    /// A length of time: `18 months`.
    Age,
    /// A number, a text, `true` or `false`: what an input is set to.
    Setting,
    /// Any value.
    Any,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// The id of an entry of another table.
    Ref(&'static str),
    /// One or several ids of entries of another table.
    Refs(&'static str),
    /// A list.
    List(&'static Kind),
    /// A table.
    Table(&'static Table),
    /// A table whose keys the author chooses, each with such a value.
    Map(&'static Kind),
    /// As [`Kind::Map`], with names that formulas use: the dots in them may be TOML's own, unquoted.
    Named(&'static Table),
}

impl Kind {
    /// What findings and the reference call it.
    pub fn name(&self) -> String {
        match self {
            Kind::Text => "text".into(),
            Kind::Prose => "text with Markdown".into(),
            Kind::Id => "id".into(),
            Kind::Formula => "formula".into(),
            Kind::Condition => "condition".into(),
            Kind::Quantity => "quantity".into(),
            Kind::Unit => "unit".into(),
            Kind::Number => "number".into(),
            Kind::Switch => "true or false".into(),
            Kind::Date => "date".into(),
            Kind::Age => "length of time".into(),
            Kind::Setting => "number, text, true or false".into(),
            Kind::Any => "any value".into(),
            Kind::OneOf(words) => {
                words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
            }
            Kind::Ref(table) => format!("id of `[{table}]`"),
            Kind::Refs(table) => format!("id of `[{table}]`, or a list of them"),
            Kind::List(kind) => format!("list of {}", kind.name()),
            Kind::Table(_) => "table".into(),
            Kind::Map(kind) => match kind {
                Kind::Table(_) => "table of entries".into(),
                kind => format!("table of {} by name", kind.name()),
            },
            Kind::Named(_) => "table of entries".into(),
        }
    }
}

impl Table {
    /// The key of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A key that may be there.
pub(super) const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, required: false, doc }
}

/// A key that must be there.
pub(super) const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, required: true, doc }
}

/// A table that is always written as one.
pub(super) const fn table(
    what: &'static str,
    doc: &'static str,
    fields: &'static [Field],
) -> Table {
    Table { what, doc, fields, short: None }
}
