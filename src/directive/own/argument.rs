//! The arguments that a directive of the book's own declares, and their kinds.

use crate::model::Dimension;
use crate::text::Location;

/// An argument.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its key, and its name in expressions.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Of a quantity.
    pub dimension: Option<Dimension>,
    /// The texts that a choice may be.
    pub choices: Vec<String>,
    /// What holds where it is not given, as an author would write it.
    pub default: Option<String>,
    /// What there is to know about it.
    pub docs: String,
    /// Whether it is written without its key.
    pub positional: bool,
    /// Where it is declared.
    pub location: Location,
}

/// The kinds of argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A plain number.
    Number,
    /// A number of something.
    Quantity,
    /// True or false.
    Bool,
    /// A version.
    Version,
    /// A date.
    Date,
    /// One of some texts.
    Choice,
    /// An option of the model.
    Option,
    /// Several options.
    Options,
    /// A list of the model, or a column of a table.
    List,
}

impl Kind {
    /// Every kind with its word in a file.
    pub const ALL: [(&'static str, Kind); 10] = [
        ("text", Kind::Text),
        ("number", Kind::Number),
        ("quantity", Kind::Quantity),
        ("bool", Kind::Bool),
        ("version", Kind::Version),
        ("date", Kind::Date),
        ("choice", Kind::Choice),
        ("option", Kind::Option),
        ("options", Kind::Options),
        ("list", Kind::List),
    ];
}

impl Argument {
    /// What an author writes for it.
    pub fn shape(&self) -> String {
        match self.kind {
            Kind::Text => "a text".to_owned(),
            Kind::Number => "a number, or an expression that is one".to_owned(),
            Kind::Quantity => match self.dimension {
                Some(dimension) => {
                    format!("a quantity of {dimension}, or an expression that is one")
                }
                None => "a quantity, or an expression that is one".to_owned(),
            },
            Kind::Bool => "`true` or `false`".to_owned(),
            Kind::Version => "a version".to_owned(),
            Kind::Date => "a date".to_owned(),
            Kind::Choice => format!("one of `{}`", self.choices.join("`, `")),
            Kind::Option => "an option".to_owned(),
            Kind::Options => "an option or a [list] of them".to_owned(),
            Kind::List => "a list, or an expression that is one".to_owned(),
        }
    }
}
