//! The widgets as served: complete without a script, with the marks by which the scripts find their way.
//!
//! Owns: the registry ([`REGISTRY`]), and of each widget, one file each, the HTML, the Markdown, and which script and style
//! it needs. Must not know: what the scripts compute.
//!
//! What only works with scripts has the class `plumb-js` and takes its room from the start, so that nothing moves when
//! they begin; where they do not run it is not shown. Ids are unique in the book, inputs stand in their labels.
//!
//! To add one: what it holds as a variant of `content::Widget`, a file here with its [`Kind`] and `impl Shown`, its script
//! (and style) in `assets/`, and a line each in [`REGISTRY`] and [`shown`].

mod advisor;
mod calculator;
mod checklist;
mod kind;
mod matrix;
mod parts;

pub(super) use kind::{Kind, Shown};

use crate::content::Widget;

/// Values with details.
pub(super) static VALUE: Kind = Kind {
    name: "value",
    script: include_str!("../assets/js/values.js"),
    is_element: false,
    ..Kind::ELEMENT
};

/// Copying, downloading and folding of manifests.
pub(super) static MANIFEST: Kind = Kind {
    name: "manifest",
    script: include_str!("../assets/js/manifest.js"),
    style: include_str!("../assets/css/manifests.css"),
    has_text: false,
    ..Kind::ELEMENT
};

/// `<cluster>` and the like, filled in by the reader.
pub(super) static PLACEHOLDERS: Kind = Kind {
    name: "placeholders",
    script: include_str!("../assets/js/placeholders.js"),
    style: include_str!("../assets/css/placeholders.css"),
    has_text: false,
    ..Kind::ELEMENT
};

/// All that scripts bring to life, in the order in which scripts and styles are joined.
pub(super) static REGISTRY: [&Kind; 7] = [
    &VALUE,
    &checklist::KIND,
    &matrix::KIND,
    &calculator::KIND,
    &advisor::KIND,
    &MANIFEST,
    &PLACEHOLDERS,
];

/// How a widget is shown.
pub(super) fn shown(widget: &Widget) -> &dyn Shown {
    match widget {
        Widget::Checklist(checklist) => checklist,
        Widget::Matrix(matrix) => matrix,
        Widget::Calculator(calculator) => calculator,
        Widget::Advisor(advisor) => &**advisor,
    }
}
