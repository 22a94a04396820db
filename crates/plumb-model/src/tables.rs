//! The tables of the model: the one description of its format.
//!
//! To add a key: one line here, and the code in `load` that uses it. Findings, JSON Schema and reference follow.

use super::describe::{Field, Kind, Table, optional, required, table};

/// The whole file: the tables that a model is made of.
pub static MODEL: Table = table(
    "the model",
    "A model: what is known, with sources, and what is computed from it.",
    &[
        optional("settings", Kind::Table(&SETTINGS), "Settings of the whole model."),
        optional(
            "units",
            Kind::Map(&Kind::Quantity),
            "Units of your own, by name (letters alone) in the singular: `gateway = \"1\"` makes `3 gateways` a count, `krps = \"1000 requests/s\"` a \
             shorthand.",
        ),
        optional("display", Kind::Table(&DISPLAY), "How results are rounded where they are shown."),
        optional("inputs", Kind::Named(&INPUT), "What a reader may vary."),
        optional("figures", Kind::Named(&FIGURE), "Facts with a source."),
        optional(
            "facts",
            Kind::Named(&FACT),
            "Facts that are no quantities: texts, versions, dates, truth values, lists and tables.",
        ),
        optional("sources", Kind::Map(&Kind::Table(&SOURCE)), "Where facts come from."),
        optional("formulas", Kind::Named(&FORMULA), "What is computed."),
        optional(
            "options",
            Kind::Map(&Kind::Table(&OPTION)),
            "The things to choose between, and what each is made of.",
        ),
        optional("scenarios", Kind::Map(&Kind::Table(&SCENARIO)), "Named values of the inputs."),
        optional(
            "statuses",
            Kind::Map(&Kind::Table(&STATUS)),
            "What a cell of a matrix may say: the legend.",
        ),
        optional("matrices", Kind::Map(&Kind::Table(&MATRIX)), "Tables of needs and options."),
        optional(
            "checklists",
            Kind::Map(&Kind::Table(&CHECKLIST)),
            "Questions to a reader, and what follows from the answers.",
        ),
        optional(
            "advisors",
            Kind::Map(&Kind::Table(&ADVISOR)),
            "A checklist, a matrix and costs put together into a recommendation.",
        ),
        optional(
            "proxies",
            Kind::Map(&Kind::Table(&PROXY)),
            "How `model measure` recognises what belongs to the options in a running cluster.",
        ),
        optional(
            "placeholders",
            Kind::Map(&Kind::Table(&PLACEHOLDER)),
            "What readers fill in once: `<cluster>` in commands and manifests.",
        ),
    ],
);

static SETTINGS: Table = table(
    "the settings",
    "Settings of the whole model.",
    &[
        optional(
            "stale-after",
            Kind::Age,
            "A figure that was checked longer ago than this is a finding. Without it, none is.",
        ),
        optional(
            "as-of",
            Kind::Date,
            "The day that published text counts from, `as_of` in formulas: the same sources give the same pages tomorrow.",
        ),
        optional(
            "currency",
            Kind::Text,
            "The currency of all money in the model, by its code. `USD` if not said.",
        ),
    ],
);

/// How many places a result is shown with at most.
const PLACES: Field = optional(
    "places",
    Kind::Number,
    "A result is shown with at most so many decimal places, rounded half to even.",
);

/// How many digits of a result count at most.
const DIGITS: Field = optional(
    "digits",
    Kind::Number,
    "A result is shown with so many digits that count, rounded half to even: 3 make 1234.5 read `1230`.",
);

static DISPLAY: Table = table(
    "the display",
    "How results are rounded where they are shown; facts and figures are shown as their source has them. A formula and a use can say otherwise.",
    &[PLACES, DIGITS],
);

static INPUT: Table = Table {
    what: "an input",
    doc: "A number that a reader may vary; with `choices` one of several words; with a default of `true` or `false` a switch.",
    fields: &[
        optional("label", Kind::Text, "What it is called on pages. Its name, if not said."),
        optional(
            "unit",
            Kind::Unit,
            "The unit that it is given in: `pods`, `ms`, `requests/s`, `USD/core-hour`.",
        ),
        optional(
            "dimension",
            Kind::OneOf(&super::quantity::Dimension::NAMES),
            "Its dimension, where `unit` does not say it.",
        ),
        required("default", Kind::Setting, "The value where nothing else is said."),
        optional("min", Kind::Quantity, "The smallest value. 0, if not said."),
        optional("max", Kind::Quantity, "The largest value."),
        optional(
            "step",
            Kind::Quantity,
            "The distance between two values that a slider offers; if it is said, a reader can set no others. 1, if not said. Where `max` is at least a thousand times `min` and `step`, the slider goes by round numbers.",
        ),
        optional(
            "low",
            Kind::Quantity,
            "The lower end of the range, where the default is uncertain.",
        ),
        optional("high", Kind::Quantity, "The upper end of that range."),
        optional("choices", Kind::List(&Kind::Text), "The words to choose from."),
        optional("source", Kind::Refs("sources"), "Where the default comes from."),
        optional("note", Kind::Prose, "What to know about it."),
    ],
    short: Some("default"),
};

static FIGURE: Table = Table {
    what: "a figure",
    doc: "A fact: a quantity with its source.",
    fields: &[
        optional(
            "value",
            Kind::Quantity,
            "The quantity. Beside `from`, what the file had when someone last looked: that it has another one now is a finding.",
        ),
        optional("from", Kind::Table(&FROM), "The file of the repository that it is read from."),
        optional("low", Kind::Quantity, "The lower end of its range."),
        optional("high", Kind::Quantity, "The upper end of its range."),
        optional(
            "unit",
            Kind::Unit,
            "The unit of the numbers above, and the unit that it is shown in.",
        ),
        optional(
            "dimension",
            Kind::OneOf(&super::quantity::Dimension::NAMES),
            "Its dimension, where nothing else says it.",
        ),
        optional("label", Kind::Text, "What it is called on pages. Its name, if not said."),
        optional("source", Kind::Refs("sources"), "Where it comes from."),
        optional(
            "checked",
            Kind::Date,
            "When someone last looked whether the source still says so.",
        ),
        optional(
            "expires",
            Kind::Date,
            "The last day on which it is known to hold: an end of support, a date that was announced.",
        ),
        optional(
            "basis",
            Kind::OneOf(BASIS),
            "How good it is. `published`, if not said. A judgement needs no source.",
        ),
        optional("version", Kind::Text, "The version of the thing that it is about."),
        optional("note", Kind::Prose, "What to know about it."),
        optional(
            "superseded-by",
            Kind::Text,
            "The name of the figure that replaces it; using this one is then a finding.",
        ),
    ],
    short: Some("value"),
};

static FACT: Table = Table {
    what: "a fact",
    doc: "A fact that is no quantity. In short, only its value.",
    fields: &[
        optional(
            "value",
            Kind::Any,
            "The value: a text, a date, `true` or `false`, a list. Beside `from`, what the file had when someone last looked: that it has another one now is a finding.",
        ),
        optional(
            "rows",
            Kind::List(&Kind::Any),
            "Instead of `value`: the rows of a table, `[[facts.NAME.rows]]`, each with the same keys.",
        ),
        optional("from", Kind::Table(&FROM), "The file of the repository that it is read from."),
        optional(
            "type",
            Kind::OneOf(TYPES),
            "What the value is, or each item of a list. Texts, dates, numbers, `true` and `false` are recognised; `version` must be said.",
        ),
        optional(
            "columns",
            Kind::Map(&Kind::OneOf(TYPES)),
            "What the columns of a table hold, where their values do not show it: `{ since = \"version\", price = \"quantity\" }`.",
        ),
        optional("label", Kind::Text, "What it is called on pages. Its name, if not said."),
        optional("source", Kind::Refs("sources"), "Where it comes from."),
        optional(
            "checked",
            Kind::Date,
            "When someone last looked whether the source still says so.",
        ),
        optional("expires", Kind::Date, "The last day on which it is known to hold."),
        optional(
            "basis",
            Kind::OneOf(BASIS),
            "How good it is. `published`, if not said. A judgement needs no source.",
        ),
        optional(
            "warn-before",
            Kind::Age,
            "A date of it that comes within so long is a finding: `90 days`.",
        ),
        optional("note", Kind::Prose, "What to know about it."),
    ],
    short: Some("value"),
};

/// How good a figure or a fact is.
const BASIS: &[&str] = &["published", "measured", "estimate", "judgement", "unverified"];

/// What a fact or a column can be.
const TYPES: &[&str] = &["text", "version", "date", "bool", "quantity"];

static FROM: Table = table(
    "a place",
    "A place in a file of the repository, which is read at each run.",
    &[
        required("file", Kind::Text, "The file, seen from the book's folder: `../Cargo.toml`."),
        optional(
            "at",
            Kind::Text,
            "The place in TOML, JSON or YAML: `package.version`, `dependencies.\"a.b\"`, `package[name=serde].version`, `items[0]`. \
             Before it, of several documents, `KIND/NAME:`.",
        ),
        optional(
            "pattern",
            Kind::Text,
            "A regular expression with one group, which must match once: in the file, or in the text at the place.",
        ),
        optional(
            "part",
            Kind::OneOf(&["tag", "digest", "repository"]),
            "Of an image, `registry/app:1.2@sha256:…`, this part.",
        ),
    ],
);

static SOURCE: Table = table(
    "a source",
    "A document that facts come from.",
    &[
        required("title", Kind::Text, "What it is called."),
        optional("url", Kind::Text, "Where it is."),
        optional("version", Kind::Text, "The version that was read."),
        optional("accessed", Kind::Date, "When it was read."),
        optional(
            "expires",
            Kind::Date,
            "The day after which it has to be read again: something that it announces will have come.",
        ),
        optional(
            "note",
            Kind::Prose,
            "What to know about it: a vendor's own figures, a single report.",
        ),
    ],
);

static FORMULA: Table = Table {
    what: "a formula",
    doc: "Something computed. In short, only its text.",
    fields: &[
        required("expr", Kind::Formula, "The formula."),
        optional(
            "unit",
            Kind::Unit,
            "The unit that it is shown in; also checked against its dimension.",
        ),
        PLACES,
        DIGITS,
        optional("label", Kind::Text, "What it is called on pages. Its name, if not said."),
        optional("note", Kind::Prose, "What to know about it."),
    ],
    short: Some("expr"),
};

static OPTION: Table = table(
    "an option",
    "A thing to choose, and the components that it brings.",
    &[
        required("label", Kind::Text, "What it is called on pages."),
        optional("short", Kind::Text, "A shorter name for table heads and charts."),
        optional("note", Kind::Prose, "What it is, in a sentence."),
        optional("source", Kind::Refs("sources"), "Where what it is made of is known from."),
        required(
            "components",
            Kind::List(&Kind::Table(&COMPONENT)),
            "What it runs. `components = []` says that it runs nothing.",
        ),
    ],
);

static RESOURCES: Kind = Kind::Map(&Kind::Formula);

static COMPONENT: Table = table(
    "a component",
    "A part of an option: how many there are, and what one of them takes.",
    &[
        required("name", Kind::Text, "Its name, unique within the option."),
        optional("label", Kind::Text, "What it is called on pages. Its name, if not said."),
        required("count", Kind::Formula, "How many there are: `pods`, `2 * nodes`, `1`."),
        optional("when", Kind::Condition, "Only then is it there."),
        optional(
            "requests",
            RESOURCES,
            "What one of them reserves: `{ cpu = \"100m\", memory = \"proxy.memory\" }`.",
        ),
        optional("usage", RESOURCES, "What one of them uses. Never added to requests."),
        optional("limits", RESOURCES, "What one of them may use at most."),
        optional(
            "containers",
            Kind::List(&Kind::Table(&CONTAINER)),
            "Instead of `requests` and `limits`: the containers of its pod, from which Kubernetes' rule gives what the pod reserves.",
        ),
        optional("source", Kind::Refs("sources"), "Where it is known from."),
        optional("note", Kind::Prose, "What to know about it."),
    ],
);

static CONTAINER: Table = table(
    "a container",
    "A container of a component's pod.",
    &[
        required("name", Kind::Id, "Its name, unique within the pod."),
        optional(
            "kind",
            Kind::OneOf(&["container", "init", "sidecar"]),
            "`container` if not said. An `init` container runs before the others and ends; a `sidecar` is an init container that stays.",
        ),
        optional(
            "added",
            Kind::Switch,
            "`false` for a container that is there without the option too: only what the option adds is counted.",
        ),
        optional("requests", RESOURCES, "What it reserves."),
        optional("limits", RESOURCES, "What it may use at most."),
    ],
);

static SCENARIO: Table = table(
    "a scenario",
    "Named values of the inputs.",
    &[
        required("label", Kind::Text, "What it is called on pages."),
        optional(
            "inputs",
            Kind::Map(&Kind::Setting),
            "Values of inputs; the others keep their defaults.",
        ),
        optional(
            "figures",
            Kind::Map(&Kind::Quantity),
            "As if these figures were so: a what-if, or another source's numbers.",
        ),
        optional("note", Kind::Prose, "What to know about it."),
    ],
);

/// How well a status meets a need.
pub(crate) static MEETS: &[&str] = &["fully", "partly", "preview", "no", "not-applicable"];

static STATUS: Table = table(
    "a status",
    "What a cell of a matrix may say.",
    &[
        required("label", Kind::Text, "The word for it."),
        optional("icon", Kind::Text, "A sign for it, shown with the word."),
        required("meets", Kind::OneOf(MEETS), "How well a need is met by it."),
        optional(
            "weight",
            Kind::Number,
            "What it counts in a ranking. 1 for fully, 0.5 for partly, 0.25 for preview, else 0.",
        ),
        optional("note", Kind::Prose, "What it means."),
    ],
);

static MATRIX: Table = table(
    "a matrix",
    "A table of needs (rows) and options (columns).",
    &[
        required("label", Kind::Text, "Its caption."),
        optional("corner", Kind::Text, "The head of the first column."),
        optional("note", Kind::Prose, "What to know about it."),
        required(
            "columns",
            Kind::List(&Kind::Table(&COLUMN)),
            "The columns; in short, ids of options.",
        ),
        required("rows", Kind::List(&Kind::Table(&ROW)), "The rows."),
    ],
);

static COLUMN: Table = Table {
    what: "a column",
    doc: "A column of a matrix.",
    fields: &[
        required("id", Kind::Id, "Its id; that of an option for a row about an option."),
        optional("label", Kind::Text, "Its head. The option's label, if not said."),
        optional("note", Kind::Prose, "What to know about it."),
    ],
    short: Some("id"),
};

static ROW: Table = table(
    "a row",
    "A row of a matrix.",
    &[
        required("id", Kind::Id, "Its id, unique within the matrix."),
        required("label", Kind::Text, "The need."),
        optional("note", Kind::Prose, "What to know about it."),
        optional("group", Kind::Text, "Rows of one group are shown together under this heading."),
        optional("weight", Kind::Number, "What the need counts in a ranking. 1, if not said."),
        required("cells", Kind::Map(&Kind::Table(&CELL)), "A status for each column."),
    ],
);

static CELL: Table = Table {
    what: "a cell",
    doc: "What one column says to one need. In short, only its status.",
    fields: &[
        required("status", Kind::Ref("statuses"), "The status."),
        optional("text", Kind::Prose, "Instead of the status's word: `WireGuard`."),
        optional("note", Kind::Prose, "Why, in a sentence."),
        optional("source", Kind::Refs("sources"), "Where it is known from."),
        optional(
            "unverified",
            Kind::Switch,
            "`true` where it is general knowledge that nobody has checked.",
        ),
    ],
    short: Some("status"),
};

static LINK: Table = table(
    "a link",
    "A page to read.",
    &[
        required("text", Kind::Text, "What it says."),
        required("url", Kind::Text, "Where it leads."),
    ],
);

static LINKS: Kind = Kind::List(&Kind::Table(&LINK));

static CHECKLIST: Table = table(
    "a checklist",
    "Statements that a reader ticks, and a verdict.",
    &[
        required("title", Kind::Text, "Its heading."),
        optional("intro", Kind::Prose, "What to do."),
        optional("groups", Kind::List(&Kind::Table(&GROUP)), "Groups of items, in order."),
        required("items", Kind::List(&Kind::Table(&ITEM)), "The statements."),
        optional(
            "bands",
            Kind::List(&Kind::Table(&BAND)),
            "Verdicts; the first whose condition holds is the reader's.",
        ),
    ],
);

static GROUP: Table = table(
    "a group",
    "Items that are shown together.",
    &[
        required("id", Kind::Id, "Its id."),
        required("label", Kind::Text, "Its heading."),
        optional("note", Kind::Prose, "What to know about it."),
    ],
);

static ITEM: Table = table(
    "an item",
    "A statement that a reader ticks.",
    &[
        required(
            "id",
            Kind::Id,
            "Its id. It is in readers' browsers and links: never reuse it for another statement.",
        ),
        required(
            "text",
            Kind::Prose,
            "The statement. `{= formula }` in it is a value of the model.",
        ),
        optional(
            "short",
            Kind::Prose,
            "A few words for it, where a rule names it. The statement, if not said.",
        ),
        optional("help", Kind::Prose, "How to find out."),
        optional("group", Kind::Id, "The group that it belongs to."),
        optional("weight", Kind::Number, "What it adds to `score`. 1, if not said."),
        optional(
            "holds",
            Kind::Condition,
            "When the inputs decide it: it is then shown as ticked, else as not, counts in the rules as if a reader had answered so, and no reader can change it.",
        ),
        optional("need", Kind::Id, "The row of a matrix that it asks for."),
        optional("source", Kind::Refs("sources"), "Where it is known from."),
    ],
);

static BAND: Table = table(
    "a band",
    "A verdict and when it applies.",
    &[
        required("id", Kind::Id, "Its id."),
        optional(
            "when",
            Kind::Condition,
            "A condition on `yes`, `no`, `total`, `score`, `count(\"group\")`, `answer(\"item\")`, inputs and figures. The last band has none.",
        ),
        required("verdict", Kind::Text, "The verdict, in a line."),
        optional("text", Kind::Prose, "What follows from it."),
        optional("links", LINKS, "What to read next."),
        optional("option", Kind::Ref("options"), "The option that it recommends."),
    ],
);

static ADVISOR: Table = table(
    "an advisor",
    "A checklist, a matrix and the costs put together into a recommendation.",
    &[
        required("title", Kind::Text, "Its heading."),
        optional("intro", Kind::Prose, "What to do."),
        optional("checklist", Kind::Ref("checklists"), "The questions."),
        optional("matrix", Kind::Ref("matrices"), "The needs and the options."),
        optional("scenario", Kind::Ref("scenarios"), "The values that the inputs begin with."),
        optional("inputs", Kind::List(&Kind::Text), "The inputs to ask for, in order."),
        optional(
            "options",
            Kind::Refs("options"),
            "The options whose costs are compared. All of the matrix that are options, if not said.",
        ),
        required(
            "outcomes",
            Kind::List(&Kind::Table(&OUTCOME)),
            "What may be recommended, in order: the first whose condition holds.",
        ),
    ],
);

static OUTCOME: Table = table(
    "an outcome",
    "A recommendation and when it is given.",
    &[
        required("id", Kind::Id, "Its id."),
        optional(
            "when",
            Kind::Condition,
            "A condition on the answers (`yes`, `score`, `count(\"group\")`, `answer(\"item\")`), on the needs that are chosen (`need(\"row\")`), on how the \
             options do (`meets(\"option\")`: it meets all of them fully; `meets(\"option\", \"partly\")`: at least in part; `meets(\"option\", \"preview\")`: it fails none of them; `rank(\"option\")`: 1 is best), and on inputs. The last outcome has none.",
        ),
        required("title", Kind::Text, "The recommendation, in a line."),
        optional("text", Kind::Prose, "Why."),
        optional("option", Kind::Id, "The option, or column of the matrix, that it is."),
        optional(
            "cost",
            Kind::Ref("options"),
            "The option that says what it costs, where the needs take more than `option` by itself.",
        ),
        optional("links", LINKS, "What to read."),
        optional("manifests", LINKS, "What to start from."),
    ],
);

static PROXY: Table = table(
    "a proxy",
    "How to recognise something that an option runs.",
    &[
        required("label", Kind::Text, "What it is called in the report."),
        optional("option", Kind::Ref("options"), "The option that it belongs to."),
        optional(
            "per",
            Kind::OneOf(&["pod", "node", "replica", "member"]),
            "What there is one of: a container in each `pod`, a pod on each `node`, or a `replica`. A `member` is a pod that belongs to the mesh but runs nothing of it. `pod`, if not said.",
        ),
        optional(
            "container",
            Kind::List(&Kind::Text),
            "Names of the container, with `*` for anything. Any container, if not said.",
        ),
        optional(
            "image",
            Kind::List(&Kind::Text),
            "Images of the container, with `*` for anything.",
        ),
        optional("pod", Kind::List(&Kind::Text), "Names of the pod, with `*` for anything."),
        optional("namespace", Kind::List(&Kind::Text), "Namespaces, with `*` for anything."),
        optional("labels", Kind::Map(&Kind::Text), "Labels of the pod, with `*` for anything."),
        optional(
            "annotations",
            Kind::Map(&Kind::Text),
            "Annotations of the pod, with `*` for anything.",
        ),
        optional("owner", Kind::Text, "The kind of the pod's owner: `DaemonSet`, `ReplicaSet`."),
        optional("count", Kind::Text, "The name of the input that is set to how many were found."),
        optional(
            "figures",
            Kind::Text,
            "The first part of the names of the figures that are written: `measured.proxy`.",
        ),
    ],
);

static PLACEHOLDER: Table = table(
    "a placeholder",
    "What a reader fills in once.",
    &[
        required("label", Kind::Text, "What to ask for."),
        optional("example", Kind::Text, "An example shown until then."),
        optional("pattern", Kind::Text, "A regular expression that a value must match."),
        optional("note", Kind::Prose, "What to know about it."),
    ],
);

/// A top-level table, by name.
pub fn top(name: &str) -> Option<&'static Field> {
    MODEL.field(name)
}
