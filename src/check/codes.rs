//! What can be wrong with a book, beyond what the parts that it is made of say.

use crate::diag::codes;

codes! {
    /// What is said of a manifest because of how it stands in a page.
    FENCES:
    UNKNOWN_FENCE_WORD = "unknown-fence-word", Warn, "an unknown word in a fence's info string, near to a known one";
    INVALID_FENCE_WORD = "invalid-fence-word", Deny, "a word in a fence's info string with a missing or invalid value";
    UNKNOWN_CODE = "unknown-code", Deny, "a setting or a `fails=CODE` names a code that does not exist";
    RENAMED_CODE = "renamed-code", Note, "a setting or a `fails=CODE` names a code by a name that it had";
    FAILS_BUT_VALID = "fails-but-valid", Deny, "a fence is marked `fails`, and nothing rejects it";
    FAILS_DIFFERENTLY = "fails-differently", Deny, "a fence is marked `fails=CODE`, and fails with other codes";
    WRONG_ON_PURPOSE = "wrong-on-purpose", Note, "the words before a fence say that what it holds is wrong";
    JSON_PATCH = "json-patch", Deny, "an operation of a JSON patch that nobody can carry out";
    ENCRYPTED = "encrypted", Note, "a manifest that SOPS has encrypted is not checked";
    UNTAGGED_MANIFEST = "untagged-manifest", Note, "a fence with a manifest names no language";
    JSON_SCHEMA = "json-schema", Deny, "a value that its JSON Schema does not allow";
    HERE_DOCUMENT_OPEN = "here-document-open", Deny, "a here-document is not closed, for spaces around its last line";
}

codes! {
    /// What is said of the rest of a book.
    CODES:
    NOTHING_TO_VALIDATE = "nothing-to-validate", Deny, "there is no manifest in what is to be validated";
    UNREADABLE_FILE = "unreadable-file", Deny, "a file of manifests can't be read";
    TIED_TO_NOTHING = "tied-to-nothing", Deny, "a comment that is to tie a value to the model, and ties nothing";
    LINK_TO_VALUE = "link-to-value", Deny, "a link to a heading's id that a value has changed";
    CHANGING_ANCHOR = "changing-anchor", Note, "a link to a heading whose id changes with a value in it";
    MISSING_PAGE = "missing-page", Deny, "a link to a page that the book does not have";
    UNLISTED_PAGE = "unlisted-page", Warn, "a page with directives that `SUMMARY.md` does not list";
    NO_PAGE = "no-page", Deny, "a tree has no page, or a pattern of `pages` selects none";
    UNREADABLE_PAGE = "unreadable-page", Deny, "a page of a tree can't be read";
    UNCOMMITTED = "uncommitted", Warn, "a page of a tree has something to compute and no committed text";
    UNTIED = "untied", Note, "a version or a value in a text that is one of the model's, and is not tied to it";
    UNREAD_VALUE = "unread-value", Warn, "`{= EXPR }` where no value is read: it is published as it is written";
    UNCLOSED_VALUE = "unclosed-value", Deny, "a `{=` in a fence marked `plumb` is not closed on its line";
    VALUE_FOR_MDBOOK = "value-for-mdbook", Deny, "a value in a fence has a share in `{{#…}}`, which mdBook may read";
    LOST_IN_INCLUDE = "lost-in-include", Deny, "an include takes what follows it off the page";
    LINK_OUT = "link-out-of-book", Warn, "a file of the book is a link to one outside";
    JSON_SCHEMA_UNREADABLE = "json-schema-unreadable", Deny, "a JSON Schema that the settings name can't be read or used";
    UNREADABLE_MODEL = "unreadable-model", Deny, "a file of the model can't be read";
    UNREADABLE_DIRECTIVE = "unreadable-directive", Deny, "a file of the book's own directives can't be read";
    UNREADABLE_POLICY = "unreadable-policy", Deny, "a file of the book's own policies can't be read";
    ASSETS_NOT_NAMED = "assets-not-named", Deny, "`assets = \"external\"` without the lines by which mdBook publishes the files";
    ASSETS_MISPLACED = "assets-misplaced", Deny, "`plumb.css` or `plumb.js` where this tool writes nothing";
    BLOCK_IN_TEXT = "block-in-text", Deny, "a directive that gives a table or a list within a paragraph";
}
