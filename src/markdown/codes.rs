//! The codes of what is wrong with the author's Markdown.

use crate::diag::{Code, Level};

macro_rules! codes {
    ($($(#[$doc:meta])* $id:ident $name:literal $level:ident $summary:literal $page:literal)*) => {
        $($(#[$doc])* pub static $id: Code = Code {
            name: $name,
            level: Level::$level,
            summary: $summary,
            page: $page,
            alias: "",
        };)*
        /// The codes of the author's Markdown.
        pub static CODES: &[&Code] = &[$(&$id),*];
    };
}

codes! {
    /// A pair without its closer.
    UNCLOSED_DIRECTIVE "unclosed-directive" Deny "a directive has no closing comment"
"A directive that holds committed text ends with `<!-- /plumb -->`. Without it, nobody can say where that text stops.

```markdown
It takes <!-- plumb: value tax.cpu -->10 cores for 100 pods.
```

Close it behind the text that it stands for, or, if it is to have no committed text, close it in itself:

```markdown
It takes <!-- plumb: value tax.cpu -->10 cores<!-- /plumb --> for 100 pods.
<!-- plumb: chart scenario=hundred-pods /-->
```

The same is said of a comment that never reaches its `-->`."

    /// A closer without its opener.
    STRAY_CLOSER "stray-closer" Deny "a closing comment closes no directive"
"A `<!-- /plumb -->` has no directive before it that is still open.

```markdown
It takes 10 cores<!-- /plumb -->.
```

Delete it, or put back the `<!-- plumb: … -->` that it closed. A self-closing directive (`/-->`) takes no closer."

    /// A directive within another's committed text.
    NESTED_DIRECTIVE "nested-directive" Deny "a directive stands within another one"
"What is between a directive and its closer is rewritten as a whole, so a directive in there would be lost.

```markdown
<!-- plumb: overhead --> … <!-- plumb: value x -->1<!-- /plumb --> … <!-- /plumb -->
```

Move the inner one out."

    /// Opener and closer in different parts of the Markdown's structure.
    CROSSED_DIRECTIVE "crossed-directive" Deny "a directive opens and closes in different places of the structure"
"Opener and closer must stand in the same paragraph, cell, heading or piece of emphasis; or both as lines of their own, in the
same list item or quote. If they cross its borders, replacing the text between them would tear the page.

```markdown
- It takes <!-- plumb: value tax.cpu -->10 cores
- and memory<!-- /plumb -->
```

A comment at the start of a line is a block of its own in Markdown, even in the middle of a paragraph: a closer that was
wrapped to the next line no longer stands in the paragraph that its opener stands in. Put the two on one line."

    /// The same thing twice.
    DOUBLED_DIRECTIVE "doubled-directive" Deny "a directive, or its closer, stands there twice"
"Two closers for one directive, or the very same directive twice with nothing between, are what a merge or a slip of the
clipboard leaves behind.

```markdown
<!-- plumb: value x -->10<!-- /plumb -->10<!-- /plumb -->
```

Delete the second."

    /// Arguments that can't be read.
    MALFORMED_DIRECTIVE "malformed-directive" Deny "a directive's arguments can't be read"
"A directive is `plumb: NAME`, then at most one argument without a key, then `key=value`s without spaces around `=`. A value
is a word, a number, a quantity (`128Mi`), a \"string\" or a `[list, of, them]`.

```markdown
<!-- plumb: value pods * 2 -->        an expression with spaces needs \"quotes\"
<!-- plumb: value x pods = 100 -->    write pods=100
<!-- plumb: overhead options=[a, b -->
```

The short form in prose is `` `{= EXPR }` ``, with both braces."

    /// Nearly a directive.
    MISSPELT_DIRECTIVE "misspelt-directive" Deny "a comment is nearly a directive"
"A comment is a directive when it begins with `plumb:`, and closes one when it is `/plumb`. This one is so near that it is
taken for a slip; as an ordinary comment it would be skipped in silence.

```markdown
<!-- plum: value x -->
<!-- plumb value x -->
<!-- /plum -->
```

Write `plumb:` or `/plumb`; if it is an ordinary comment, word it differently."

    /// A directive that Markdown does not see as a comment.
    LOST_DIRECTIVE "lost-directive" Deny "a directive is not read as a comment here"
"The text looks like a directive, but in this place Markdown does not read it as a comment, so nothing would happen: it
stands in a link's address, in an HTML attribute, or a `|` in a table row cut it in two.

```markdown
| CPU | <!-- plumb: value \"a || b\" -->1<!-- /plumb --> |
```

In a table, a `|` ends the cell, in a comment as anywhere: write `\\|`, or give the expression a name in the model. To show
a directive to the reader, put it in code."

    /// A directive in raw HTML code.
    LITERAL_DIRECTIVE "literal-directive" Warn "a directive in raw HTML code is left alone"
"Anything in code is literal, also in raw `<pre>`, `<code>`, `<script>`, `<style>` and `<textarea>`. In `<pre>` and `<code>` a browser
shows no comment, so this directive does nothing and no reader sees it.

Use a fence or a code span to show it, or move it out of the raw HTML to have it computed."

    /// A comment that turns its line into raw HTML.
    COMMENT_STARTS_LINE "comment-starts-line" Warn "a comment at the start of a line of prose makes the line raw HTML"
"In Markdown a comment at the start of a line makes all of that line a block of raw HTML. On a Git host, and in every other
tool, what stands behind the comment is then no Markdown, and the paragraph around it is torn in two.

```markdown
For a cluster of 100 pods it takes
<!-- plumb: value tax.cpu -->10 cores<!-- /plumb --> and **memory**.
```

The built page is right, since the comment is gone from it. To have it right elsewhere too, let the line begin with a word:

```markdown
For a cluster of 100 pods it
takes <!-- plumb: value tax.cpu -->10 cores<!-- /plumb --> and **memory**.
```"

    /// A fence that is open at the end of the text.
    UNCLOSED_FENCE "unclosed-fence" Warn "a fence is open at the end of the page"
"Markdown lets a fence run to the end of the page, so everything below it is shown as code, and read as part of the
manifest. Close it with a row of backticks or tildes at least as long as the one that opens it."

    /// An include whose file can't be read.
    INCLUDE_UNREADABLE "include-unreadable" Deny "an included file can't be read"
"mdBook logs an error, leaves the braces on the page and builds on with exit code 0. The path is relative to the file that
the include stands in.

```markdown
{{#include manifests/gatway.yaml}}
```

To show an include to the reader instead of having it done, write a backslash before it."

    /// A chain of includes that does not end.
    INCLUDE_TOO_DEEP "include-too-deep" Deny "includes run in a circle, or are nested too deeply"
"mdBook follows includes ten levels deep; below that it logs an error and leaves the text out. Nearly always a file includes
itself, directly or through another one.

```markdown
<!-- in a.md -->
{{#include b.md}}
<!-- in b.md -->
{{#include a.md}}
```

Take one of them out."

    /// An include of lines that are not there.
    INCLUDE_RANGE "include-range" Deny "an include asks for lines that the file does not have"
"mdBook leaves out, in silence, the lines that a file does not have.

```markdown
{{#include gateway.yaml:40:60}}     in a file of 12 lines
```

Lines count from 1, and the last one is included. An anchor (`ANCHOR: name` … `ANCHOR_END: name` in comments of the file)
does not go wrong when the file changes."

    /// An include of an anchor that is not there.
    INCLUDE_ANCHOR "include-anchor" Deny "an include asks for an anchor that the file does not have"
"mdBook includes nothing, in silence, when the file has no comment with the anchor's name.

```yaml
# ANCHOR: routes
http: []
# ANCHOR_END: routes
```

Such lines are included by `{{#include gateway.yaml:routes}}`."

    /// A summary that mdBook can't read.
    INVALID_SUMMARY "invalid-summary" Deny "SUMMARY.md can't be read"
"`SUMMARY.md` lists the chapters of a book; mdBook builds nothing while it can't be read. It holds a list of links, with
headings for parts and links outside of the list before and behind it.

```markdown
# Summary

- [Introduction](introduction.md)
  - [A first mesh](first.md)
- [A draft, not written yet]()
```

A file may be listed once."

    /// A chapter whose file can't be read.
    CHAPTER_UNREADABLE "chapter-unreadable" Deny "a chapter's file can't be read"
"`SUMMARY.md` names a file that is not there, or that is not UTF-8. mdBook creates a missing one, empty but for its title, so a
misspelt name publishes an empty page.

```markdown
- [Traffic](trafic.md)
```

Correct the name, or leave the parentheses empty for a draft: `[Traffic]()`."
}
