//! `new directive NAME`: a directive of the book's own to begin with.

use crate::directive;
use crate::text::one_line;
use crate::world::{DiskWorld, World, display};
use anyhow::{Context, bail};
use std::io;
use std::path::{Path, PathBuf};

/// The file that is written. It works as it is, and its example is its test.
const TEMPLATE: &str = r##"+++
# One line: it stands in `explain NAME`, in completions and in the list of `<!-- plumb: directives /-->`.
summary = "what there is of something, and how much twice as many are"
# "block" for paragraphs, lists, tables and fences; "inline" for words within a sentence.
place = "block"

# Arguments: text, number, quantity (with a `dimension` or a `unit`), bool, version, date, choice (with `choices`), option,
# options, list. One without a `default` is needed; one may be `positional`.
[args.what]
kind = "text"
docs = "what it is about"
positional = true

[args.how_many]
kind = "number"
default = 3
docs = "how many there are"

# Names for formulas over the arguments and the model.
[let]
twice = "how_many * 2"

# Each example is a test: `check` compares what the use gives.
[[example]]
use = "NAME builds how_many=4"
gives = '''
- **builds**: 4
- twice as many are 8
'''
+++
- **`{= what }`**: `{= how_many }`
`{when how_many > 1}`
- twice as many are `{= twice }`
`{/when}`
"##;

/// Writes the file of a directive, and says what to do with it.
pub(super) fn directive(name: &str, dir: &Path) -> anyhow::Result<String> {
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if !is_word {
        bail!(
            "`{}` can't be the name of a directive: write letters, digits and `-`",
            one_line(name)
        );
    }
    if directive::find(name).is_some() {
        bail!("there is a built-in directive `{name}`: `mdbook-plumb explain {name}`");
    }
    let world = DiskWorld::new(dir);
    let path = PathBuf::from(format!("directives/{name}.md"));
    match world.source(&path) {
        Ok(_) => bail!("`{}` is there already", display(&path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            let what = format!("`{}` can't be read, and is not written over", display(&path));
            return Err(error).context(what);
        }
    }
    let text = TEMPLATE.replace("NAME", name);
    let written = world.writer()?.write(&path, text.as_bytes());
    written.with_context(|| format!("can't write `{}`", display(&path)))?;
    Ok(format!(
        "{path}: written\nIn a chapter, on a line of its own: `<!-- plumb: {name} builds -->`, a line below `<!-- /plumb -->`; then `mdbook-plumb sync`.\n",
        path = display(&path)
    ))
}
