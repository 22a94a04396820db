//! The codes of what is wrong with the author's Markdown.

use crate::diag::codes;

codes! {
    /// The codes of the author's Markdown.
    CODES:
    UNCLOSED_DIRECTIVE = "unclosed-directive", Deny, "a directive has no closing comment";
    STRAY_CLOSER = "stray-closer", Deny, "a closing comment closes no directive";
    NESTED_DIRECTIVE = "nested-directive", Deny, "a directive within another one";
    CROSSED_DIRECTIVE = "crossed-directive", Deny, "a directive opens and closes in different places of the structure";
    DOUBLED_DIRECTIVE = "doubled-directive", Deny, "a directive, or its closing comment, is repeated";
    MALFORMED_DIRECTIVE = "malformed-directive", Deny, "a directive's arguments can't be read";
    MISSPELT_DIRECTIVE = "misspelt-directive", Deny, "a comment is nearly a directive";
    LOST_DIRECTIVE = "lost-directive", Deny, "a directive is not read as a comment here";
    MERGE_CONFLICT = "merge-conflict", Deny, "the marks of a merge conflict are in a page or a model";
    LITERAL_DIRECTIVE = "literal-directive", Warn, "a directive in raw HTML code is left alone";
    COMMENT_STARTS_LINE = "comment-starts-line", Warn, "a comment at the start of a line of prose makes the line raw HTML";
    MARKDOWN_FAILS = "markdown-fails", Deny, "the Markdown parser fails on a page";
    UNCLOSED_FENCE = "unclosed-fence", Warn, "a fence is open at the end of the page";
    INCLUDE_UNREADABLE = "include-unreadable", Deny, "an included file can't be read";
    INCLUDE_TOO_DEEP = "include-too-deep", Deny, "includes run in a circle, or are nested too deeply";
    BOOK_TOO_LARGE = "book-too-large", Deny, "a book's chapters or includes come to more text than is read";
    PUBLISHED_OUTSIDE = "published-outside", Deny, "mdBook would write a file outside of the folder that it builds into";
    INCLUDE_RANGE = "include-range", Deny, "an include asks for lines that the file does not have";
    INCLUDE_ANCHOR = "include-anchor", Deny, "an include asks for an anchor that the file does not have";
    INVALID_SUMMARY = "invalid-summary", Deny, "SUMMARY.md can't be read";
    CHAPTER_UNREADABLE = "chapter-unreadable", Deny, "a chapter's file can't be read";
}
