//! The language server, driven over its wire by a client of our own.

mod answers;
mod client;
mod edits;
mod findings;
mod nonsense;

/// A book with one figure, used in two chapters; what the second one says has drifted.
const BOOK: &[(&str, &str)] = &[
    ("book.toml", "[book]\ntitle = \"t\"\n[preprocessor.plumb]\n"),
    (
        "model.toml",
        "[figures.nodes]\nvalue = 12\nsource = \"a\"\nchecked = 2026-11-01\n\n[sources.a]\ntitle = \"The manual\"\n\n\
         [formulas]\ntwice = \"nodes * 2\"\n",
    ),
    ("src/SUMMARY.md", "- [One](one.md)\n- [Two](two.md)\n"),
    ("src/one.md", "# One\n\nThere are `{= nodes }` nodes.\n"),
    ("src/two.md", "# Two\n\n😀 há <!-- plumb: value twice -->20<!-- /plumb --> of them.\n"),
];
