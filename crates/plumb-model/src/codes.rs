//! What can be wrong with a model, or with what a page asks of it.

use plumb_text::diag::codes;

codes! {
    /// The codes of the model's findings.
    CODES:
    BAD_TOML = "bad-toml", Deny, "a model file that is not TOML";
    UNKNOWN_KEY = "unknown-key", Deny, "a key that a model's table does not have";
    MISSING_KEY = "missing-key", Deny, "a key that a model's table must have";
    WRONG_KIND = "wrong-kind", Deny, "a value of another kind than its key holds";
    BAD_QUANTITY = "bad-quantity", Deny, "a text that is not a quantity, or one of another dimension";
    QUANTITY_ADJUSTED = "quantity-adjusted", Warn, "a quantity that Kubernetes would not keep as written";
    DUPLICATE_ENTRY = "duplicate-entry", Deny, "two entries of a model with one name";
    BAD_NAME = "bad-name", Deny, "a name that cannot be used in formulas";
    UNKNOWN_ID = "unknown-id", Deny, "an id that the table it refers to does not have";
    BAD_RANGE = "bad-range", Deny, "a range that is upside down, or does not hold its value";
    INPUT_OUT_OF_RANGE = "input-out-of-range", Deny, "an input that is set to what it cannot be";
    MISSING_CELL = "missing-cell", Deny, "a matrix that says nothing about a need and an option";
    BAD_BANDS = "bad-bands", Deny, "verdicts of a checklist that cannot be reached, or answers without a verdict";
    FORMULA_CYCLE = "formula-cycle", Deny, "formulas that depend on each other in a circle";
    TOO_DEEP = "formula-too-deep", Deny, "a formula built on more layers of other formulas than is supported";
    BAD_FORMULA = "bad-formula", Deny, "a formula that cannot be read";
    UNKNOWN_NAME = "unknown-name", Deny, "a name in a formula that the model does not have";
    BAD_CALL = "bad-call", Deny, "a function that does not exist, or is called wrongly";
    DIMENSION_MISMATCH = "dimension-mismatch", Deny, "quantities of different dimensions are added, compared or given";
    TYPE_MISMATCH = "type-mismatch", Deny, "a number, a text or a truth value where another is needed";
    DIVISION_BY_ZERO = "division-by-zero", Deny, "a formula that divides by zero";
    NUMBER_TOO_LARGE = "number-too-large", Deny, "a number with more digits than is supported";
    FROM_FILE = "from-file", Deny, "a file that a fact is read from can't be read";
    FROM_PLACE = "from-place", Deny, "the place that a fact is read from is not there, or not the only one";
    FROM_DIFFERS = "from-differs", Deny, "a value that is not the one of the file that it is read from";
    DATE_NEAR = "date-near", Warn, "a date that comes soon, or has passed";
    NO_VALUE = "no-value", Deny, "a value that depends on something with a finding of its own";
    NO_SOURCE = "figure-without-source", Warn, "a figure that does not say where it is from";
    NO_DATE = "figure-without-date", Warn, "a figure that does not say when it was checked, and whose source does not either";
    STALE_FIGURE = "stale-figure", Warn, "a figure that was checked longer ago than `stale-after`";
    EXPIRED = "expired", Warn, "a figure or a source whose `expires` has passed";
    FUTURE_DATE = "future-date", Warn, "a figure that was checked, or a source that was read, on a day that has not come yet";
    NEVER_USED = "never-used", Note, "a figure, input, formula or source that nothing uses";
    SUPERSEDED = "superseded-figure", Warn, "a figure that another one supersedes, but that is still used";
    NEGATIVE_COUNT = "negative-count", Deny, "a component of which there are fewer than none";
    UNREACHED_VERDICT = "unreached-verdict", Warn, "a verdict that no answers to its checklist lead to";
    BAD_CLUSTER_DATA = "bad-cluster-data", Deny, "a file that is not what `kubectl` writes, or only a part of it";
}
