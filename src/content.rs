//! What a directive returns: a small tree that says what is meant, never how a page shows it.
//!
//! Owns: the tree of text, tables, charts and widgets. Must not know: HTML, Markdown, directives, the model. `render`
//! turns the tree into HTML or into plain Markdown, and does all escaping; every string here is plain text.

use serde_json::Value as Json;

/// What stands in the place of a directive.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Text within a paragraph, a heading or a table cell.
    Inline(Vec<Inline>),
    /// Blocks of their own.
    Blocks(Vec<Block>),
    /// Text as its author wrote it, in the page's own language. What stands in it is not part of the tree.
    Written(String),
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq)]
pub enum Inline {
    /// Plain text.
    Text(String),
    /// A name as the reader types it.
    Code(String),
    /// Weighty text.
    Strong(Vec<Inline>),
    /// Stressed text.
    Emphasis(Vec<Inline>),
    /// A link; `url` is a page of the book or an `http(s)` address.
    Link {
        /// Where it leads.
        url: String,
        /// What it says.
        text: Vec<Inline>,
    },
    /// A value computed from the model.
    Value(Box<Value>),
    /// The status of an option for a need.
    Status(Status),
}

/// A published value and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// As it is shown: "12.5 GiB", "10 cores (5–20)".
    pub text: String,
    /// How it came about, for the reader who asks.
    pub provenance: Option<Provenance>,
    /// How the page computes it anew, where its reader can set inputs.
    pub live: Option<Live>,
}

/// How a page computes a value anew.
#[derive(Clone, Debug, PartialEq)]
pub enum Live {
    /// By the program of the widget around it: the key there.
    Widget(String),
    /// By a program of its own, in JSON, whose one expression is called `value`.
    Own(String),
}

/// How a value came about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    /// The expression as the author wrote it; empty for a name, which nothing is computed for.
    pub expression: String,
    /// The formulas behind it: name and text.
    pub formulas: Vec<(String, String)>,
    /// The inputs that it used: label and value.
    pub inputs: Vec<(String, String)>,
    /// The figures that it used.
    pub figures: Vec<FigureNote>,
    /// The value before it was rounded for show, where it was.
    pub exact: Option<String>,
    /// What a careful reader must know ("an enclosure, not an exact range").
    pub notes: Vec<String>,
    /// Where what it stands for is known from, beyond its figures.
    pub sources: Vec<SourceNote>,
}

/// A figure with its source, as a value's details show it.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureNote {
    /// The figure's name in the model.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Who says so.
    pub sources: Vec<SourceNote>,
    /// The day on which someone last looked, as YYYY-MM-DD.
    pub checked: Option<String>,
    /// What its author noted.
    pub note: Option<String>,
}

/// A source, as a page cites it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceNote {
    /// Its id in the model.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: Option<String>,
    /// The version that was read.
    pub version: Option<String>,
    /// The day on which it was read, as YYYY-MM-DD.
    pub accessed: Option<String>,
}

/// A block.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A list, each item of which is blocks.
    List {
        /// Numbered?
        ordered: bool,
        /// The items.
        items: Vec<Vec<Block>>,
    },
    /// A table.
    Table(Table),
    /// A drawing with its data.
    Chart(Chart),
    /// What a reader can set.
    Widget(Widget),
    /// A manifest with what it was validated against.
    Manifest(Manifest),
    /// Code that is no manifest, with values computed in it.
    Code {
        /// The fence's language.
        language: String,
        /// The code.
        text: String,
        /// Other words of the fence's info string, kept for the highlighter.
        classes: Vec<String>,
    },
    /// Text that is out of the way until it is asked for.
    Details {
        /// The line that is always seen.
        summary: Vec<Inline>,
        /// What it hides.
        body: Vec<Block>,
    },
}

/// What a reader can set: whole without scripts, brought to life by them.
#[derive(Clone, Debug, PartialEq)]
pub enum Widget {
    /// Needs × options, which a reader can filter.
    Matrix(Matrix),
    /// A list of questions that ends in a verdict.
    Checklist(Checklist),
    /// Inputs that a reader may vary, and what follows from them.
    Calculator(Calculator),
    /// Checklist, matrix and calculator joined to a recommendation.
    Advisor(Box<Advisor>),
}

impl<W: Into<Widget>> From<W> for Block {
    fn from(widget: W) -> Block {
        Block::Widget(widget.into())
    }
}

impl From<Matrix> for Widget {
    fn from(matrix: Matrix) -> Widget {
        Widget::Matrix(matrix)
    }
}

impl From<Checklist> for Widget {
    fn from(checklist: Checklist) -> Widget {
        Widget::Checklist(checklist)
    }
}

impl From<Calculator> for Widget {
    fn from(calculator: Calculator) -> Widget {
        Widget::Calculator(calculator)
    }
}

impl From<Advisor> for Widget {
    fn from(advisor: Advisor) -> Widget {
        Widget::Advisor(Box::new(advisor))
    }
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What it shows, for those who can't see it; shown as a caption where it is not empty.
    pub caption: Vec<Inline>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows; each has a cell for each column.
    pub rows: Vec<Row>,
}

/// A column's head.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// What it says.
    pub title: Vec<Inline>,
    /// How its cells are set.
    pub align: Align,
}

/// A table's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The cells.
    pub cells: Vec<Vec<Inline>>,
    /// Whether the first cell is the row's head.
    pub header: bool,
    /// Whether it sums up those above.
    pub total: bool,
}

/// How cells are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Text.
    #[default]
    Left,
    /// Statuses.
    Center,
    /// Numbers.
    Right,
}

/// A status of the model's legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// Its id in the model.
    pub id: String,
    /// A sign: "✔".
    pub icon: String,
    /// A word: "yes". The sign never stands alone for a screen reader.
    pub word: String,
    /// How far it meets a need.
    pub meets: Meets,
    /// How much that counts where options are ranked: 1 fully, 0 not at all. A fraction or a whole number.
    pub weight: String,
}

/// How far a status meets a need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Meets {
    /// It does.
    Fully,
    /// In part, or with conditions.
    Partly,
    /// It will: in preview or beta.
    Preview,
    /// It does not: rules an option out for those who have the need.
    No,
    /// The question makes no sense for the option; neither helps nor rules out.
    #[default]
    NotApplicable,
}

impl Meets {
    /// The word for it in the model and in pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Meets::Fully => "fully",
            Meets::Partly => "partly",
            Meets::Preview => "preview",
            Meets::No => "no",
            Meets::NotApplicable => "not-applicable",
        }
    }
}

/// Needs × options.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// Its id in the model.
    pub id: String,
    /// What it shows.
    pub title: Vec<Inline>,
    /// More about it, or nothing.
    pub note: Vec<Inline>,
    /// The head of the first column.
    pub corner: Vec<Inline>,
    /// The options: id and name.
    pub options: Vec<(String, Vec<Inline>)>,
    /// The needs.
    pub rows: Vec<MatrixRow>,
    /// The statuses in use, best first.
    pub legend: Vec<(Status, Vec<Inline>)>,
}

/// A need.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixRow {
    /// Its id.
    pub id: String,
    /// The need in a few words.
    pub title: Vec<Inline>,
    /// More about it, or nothing.
    pub note: Vec<Inline>,
    /// The head that it stands under, or nothing.
    pub group: Vec<Inline>,
    /// What it counts where options are ranked; a fraction or a whole number.
    pub weight: String,
    /// One for each option.
    pub cells: Vec<MatrixCell>,
}

/// What an option does for a need.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixCell {
    /// How far.
    pub status: Status,
    /// What stands there instead of the status's word, or nothing.
    pub text: Vec<Inline>,
    /// More about it, or nothing.
    pub note: Vec<Inline>,
    /// Who says so.
    pub sources: Vec<SourceNote>,
    /// True where the model says that nobody has checked it.
    pub unverified: bool,
}

/// Questions that end in a verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Checklist {
    /// Its id in the model; state is kept under it.
    pub id: String,
    /// Its title.
    pub title: Vec<Inline>,
    /// A sentence or two before the first item.
    pub intro: Vec<Inline>,
    /// The items, in groups; a checklist without groups has one without a title.
    pub groups: Vec<ChecklistGroup>,
    /// The verdicts in the order in which they are tried; the first whose rule holds is given.
    pub verdicts: Vec<Verdict>,
    /// The rules as the reader's browser evaluates them: the model's serialised programs, by verdict id, and what they
    /// need to know. `render` passes it on and does not look inside.
    pub program: Json,
}

/// Items under one title.
#[derive(Clone, Debug, PartialEq)]
pub struct ChecklistGroup {
    /// Its id.
    pub id: String,
    /// Its title, or nothing.
    pub title: Vec<Inline>,
    /// More about it, or nothing.
    pub note: Vec<Inline>,
    /// The items.
    pub items: Vec<ChecklistItem>,
}

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct ChecklistItem {
    /// Stable: state is kept under it.
    pub id: String,
    /// The question; figures in it are computed.
    pub text: Vec<Inline>,
    /// More about it, or nothing.
    pub help: Vec<Inline>,
    /// Changes when the question is reworded, so that an old answer can be flagged.
    pub revision: String,
    /// The answer, where the model gives it and not the reader; with the inputs that the page starts with.
    pub held: Option<bool>,
}

/// A verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Its id.
    pub id: String,
    /// In a few words.
    pub title: Vec<Inline>,
    /// What to do.
    pub text: Vec<Inline>,
    /// What to read next.
    pub links: Vec<Inline>,
    /// When it is given, for people: "at least 2 are ticked". Without a rule it is what is left.
    pub rule: Option<String>,
}

/// A drawing with its data.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it shows, in a sentence; the drawing's text alternative.
    pub title: String,
    /// What is drawn.
    pub drawing: Drawing,
    /// The same in numbers.
    pub data: Table,
}

/// What a chart draws. Coordinates are for the eye; exact values are in the chart's data.
#[derive(Clone, Debug, PartialEq)]
pub enum Drawing {
    /// Lines over an axis of numbers.
    Lines {
        /// What the horizontal axis shows.
        x: String,
        /// What the vertical axis shows, with its unit.
        y: String,
        /// The lines.
        series: Vec<Series>,
        /// Points of note: where two lines cross.
        marks: Vec<Mark>,
    },
    /// A bar for each of some things.
    Bars {
        /// What the length of a bar shows, with its unit.
        x: String,
        /// The bars.
        bars: Vec<Bar>,
    },
}

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What it is called.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
    /// From where to where its values can be, where that is known: x, low, high.
    pub band: Vec<(f64, f64, f64)>,
}

/// A point of note.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where.
    pub x: f64,
    /// Where.
    pub y: f64,
    /// A word or a number beside it.
    pub text: String,
}

/// A bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it is called.
    pub name: String,
    /// How long it is.
    pub value: f64,
    /// What is written at its end.
    pub text: String,
    /// From where to where its value can be.
    pub range: Option<(f64, f64)>,
}

/// Inputs that a reader may vary, and what follows.
#[derive(Clone, Debug, PartialEq)]
pub struct Calculator {
    /// An id; state is kept under it.
    pub id: String,
    /// Its title.
    pub title: Vec<Inline>,
    /// What may be varied.
    pub inputs: Vec<CalculatorInput>,
    /// Named settings: id, name, and input values by input id.
    pub presets: Vec<Preset>,
    /// What a reader may leave out of the table; may be empty.
    pub options: Vec<CalculatorOption>,
    /// The table at the settings of the first preset, computed by the build; cells that follow from the inputs carry
    /// their place in `program`.
    pub result: Table,
    /// The formulas and figures as the reader's browser evaluates them, and which cell shows which of them.
    pub program: Json,
}

/// An input.
#[derive(Clone, Debug, PartialEq)]
pub struct CalculatorInput {
    /// Its name in the model.
    pub id: String,
    /// What it is called.
    pub label: Vec<Inline>,
    /// Its unit, or empty.
    pub unit: String,
    /// A switch rather than a number.
    pub toggle: bool,
    /// The values to choose from, where it is no number; else empty.
    pub choices: Vec<String>,
    /// An exact decimal text, a choice, or `true` or `false`.
    pub value: String,
    /// The least.
    pub min: String,
    /// The most.
    pub max: String,
    /// The step.
    pub step: String,
    /// Whether only whole numbers are values of it: a count of pods, say.
    pub whole: bool,
    /// Whether only values on a step are values of it.
    pub stepped: bool,
    /// Where a slider stops, from the least to the most; empty where it goes by steps.
    pub stops: Vec<String>,
    /// A few words, or nothing.
    pub note: Vec<Inline>,
}

/// Something that a reader may leave out of a calculator's table.
#[derive(Clone, Debug, PartialEq)]
pub struct CalculatorOption {
    /// Its id in the model.
    pub id: String,
    /// Its name.
    pub title: Vec<Inline>,
    /// The rows of the table that are about it, from 0.
    pub rows: Vec<usize>,
}

/// Named settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// Its id in the model.
    pub id: String,
    /// Its name.
    pub title: Vec<Inline>,
    /// Input values, by input id, as exact decimal texts.
    pub values: Vec<(String, String)>,
    /// What else it sets, which no reader is asked for: `{figures: {name: number}, inputs: {name: value}}`, as a program has them.
    pub fixed: Json,
}

/// Checklist, matrix and calculator joined to a recommendation.
#[derive(Clone, Debug, PartialEq)]
pub struct Advisor {
    /// Its id in the model.
    pub id: String,
    /// Its title.
    pub title: Vec<Inline>,
    /// What to do, or nothing.
    pub intro: Vec<Inline>,
    /// The questions.
    pub checklist: Option<Checklist>,
    /// What each option does for each need.
    pub matrix: Option<Matrix>,
    /// The reader's size.
    pub calculator: Option<Calculator>,
    /// The recommendations that can come out; the first whose rule holds does.
    pub outcomes: Vec<Outcome>,
    /// Their rules, what they say that follows from the inputs, and what options cost, as the reader's browser evaluates it.
    pub program: Json,
}

/// A recommendation.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Its id.
    pub id: String,
    /// In a few words.
    pub title: Vec<Inline>,
    /// Why.
    pub text: Vec<Inline>,
    /// When it comes out, for people. Without a rule it is what is left.
    pub rule: Option<String>,
    /// The option or column whose ranking is shown with it.
    pub option: Option<String>,
    /// The option whose cost is shown with it, where that is another.
    pub cost: Option<String>,
    /// Pages to read.
    pub links: Vec<Inline>,
    /// What to start from.
    pub manifests: Vec<Inline>,
}

/// A fenced manifest, as a page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The fence's language: "yaml".
    pub language: String,
    /// The text as published: without the tool's own comments, tied values computed.
    pub text: String,
    /// The documents in it.
    pub documents: Vec<ManifestDocument>,
    /// Findings that the page shows beside their lines (a `fails` fence), by line of `text` from 1.
    pub findings: Vec<(usize, String)>,
    /// What is known of it.
    pub state: ManifestState,
    /// What the page shows with it.
    pub extras: Extras,
    /// Other words of the fence's info string, kept for the highlighter (`editable`, `icon=…`).
    pub classes: Vec<String>,
}

/// What a page shows with a manifest beyond its text: what the book asks for, and nothing unless it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// Kind, name and `apiVersion` of each document, above the text.
    pub headers: bool,
    /// Long ones folded, where scripts run.
    pub folding: bool,
    /// Buttons to copy and to download it.
    pub downloads: bool,
    /// "valid for Istio 1.29", where it is.
    pub badges: bool,
}

impl Extras {
    /// Whether the book asks for anything.
    pub fn any(self) -> bool {
        self.headers || self.folding || self.downloads || self.badges
    }
}

/// One document of a manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct ManifestDocument {
    /// "VirtualService".
    pub kind: String,
    /// "reviews".
    pub name: String,
    /// "networking.istio.io/v1".
    pub api_version: String,
    /// "Istio 1.29", or nothing where no schema knows the kind.
    pub validated: Option<String>,
}

/// What is known of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestState {
    /// All of it was validated, and is without an error.
    Valid,
    /// Deliberately wrong, and rejected as it should be.
    Fails,
    /// A part of a manifest, validated at its place.
    Fragment,
    /// Nothing that a page could say: no schema knows its kind, or something in it is wrong.
    Unknown,
}

/// Something in code that a reader fills in: `<cluster>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placeholder {
    /// What stands between `<` and `>`.
    pub name: String,
    /// What to ask for.
    pub label: String,
    /// A regular expression that a value must match.
    pub pattern: Option<String>,
    /// What is shown until it is filled in.
    pub example: Option<String>,
    /// What to know about it; empty where there is nothing.
    pub note: String,
}

/// Plain text as one inline.
pub fn text(text: impl Into<String>) -> Vec<Inline> {
    let text = text.into();
    if text.is_empty() { Vec::new() } else { vec![Inline::Text(text)] }
}

/// What a reader sees of some running text, marks left out.
pub fn plain(inlines: &[Inline]) -> String {
    let mut out = String::new();
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Strong(inner) | Inline::Emphasis(inner) => out.push_str(&plain(inner)),
            Inline::Link { text, .. } => out.push_str(&plain(text)),
            Inline::Value(value) => out.push_str(&value.text),
            Inline::Status(status) => {
                out.push_str(&status.icon);
                out.push(' ');
                out.push_str(&status.word);
            }
        }
    }
    out
}
