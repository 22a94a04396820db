//! Where the settings of a project stand, which says what kind of project it is.

use std::path::Path;

/// What a project is, by the file of settings at its root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Home {
    /// A book of mdBook's: its pages are the chapters of `SUMMARY.md`, and a build computes what stands in them.
    #[default]
    Book,
    /// Any other tree of Markdown: its pages are files, and are published as they are committed.
    Tree,
}

impl Home {
    /// In the order in which a folder is asked.
    pub const ALL: [Home; 2] = [Home::Book, Home::Tree];

    /// The kind of project that a file of this name makes of its folder.
    pub fn of(path: &Path) -> Option<Home> {
        let name = path.file_name()?;
        Home::ALL.into_iter().find(|home| name == home.file())
    }

    /// The file of settings.
    pub fn file(self) -> &'static str {
        match self {
            Home::Book => "book.toml",
            Home::Tree => "plumb.toml",
        }
    }

    /// The table in it that is ours.
    pub fn table(self) -> &'static [&'static str] {
        match self {
            Home::Book => &["preprocessor", "plumb"],
            Home::Tree => &["plumb"],
        }
    }

    /// What people call such a project.
    pub fn noun(self) -> &'static str {
        match self {
            Home::Book => "book",
            Home::Tree => "tree",
        }
    }
}
