//! The place that a directive's content is written for.

/// The place in a chapter where a directive stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Within a line of text rather than on lines of its own.
    pub inline: bool,
    /// Within a heading or a link, where nothing may stand that can be pressed.
    pub plain: bool,
    /// Within an image's alternative text, where nothing but text may stand.
    pub only_text: bool,
    /// Within the address of a link or an image.
    pub in_address: bool,
    /// Within a cell of a Markdown table.
    pub in_table: bool,
    /// Nothing but the prefix stands before it on its line.
    pub start_of_line: bool,
    /// What each further line must begin with: the marks and the indentation of the lists and quotes around it.
    pub prefix: String,
    /// The way from the chapter to the book's root: empty, or `../` for each folder.
    pub root: String,
    /// The chapter's key, unique in the book; ids are made from it, so that `print.html` has none twice.
    pub chapter: String,
    /// Which of the chapter's directives it is.
    pub ordinal: usize,
    /// The guide's key: readers' answers are kept under it, apart from those of other guides on the same host.
    pub guide: String,
}
