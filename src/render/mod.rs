//! Content becomes HTML for mdBook's pages, or plain Markdown (GFM) for every other renderer and for committed text.
//!
//! Owns: both renderers, all escaping, the scripts and the style of the widgets. Must not know: directives, the model,
//! findings. What a page needs besides its content (style, details of values, scripts) comes from [`page()`].
//!
//! The HTML of a directive is one line, so that no blank line can end it and no list or quote can indent it; line ends
//! inside code are written as `&#10;`.

pub mod assets;
mod chapter;
mod chart;
mod element;
mod escape;
mod html;
mod ids;
mod inline;
mod manifest;
mod markdown;
mod notes;
mod page;
mod site;
mod state;
mod table;
mod widgets;

pub use assets::Assets;
pub use chapter::{Chapter, Target, chapter, committed};
pub use html::render as html;
pub use markdown::render as markdown;
pub use page::{Delivery, Page, page};
pub use site::Site;
