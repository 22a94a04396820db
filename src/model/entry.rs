//! What a model is made of, as it was written: no computing here.

use super::formula::resolve::View;
use super::quantity::{Dimension, Quantity, Ratio, Unit};
use crate::text::{Location, Span};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A text of a model's file, with its place.
#[derive(Clone, Debug)]
pub struct Text {
    /// What it says, escapes resolved.
    pub text: Arc<str>,
    /// The value in the file, quotes included.
    pub location: Location,
    /// Where the text's first byte is in the file, if the file has the very same bytes (no escapes).
    pub inner: Option<usize>,
}

impl Text {
    /// The place of a span of the text: exact where the file has the same bytes, else the whole value.
    pub fn locate(&self, span: Span) -> Location {
        match self.inner {
            Some(start) => Location { span: span.shift(start), ..self.location.clone() },
            None => self.location.clone(),
        }
    }
}

/// A text with values in it: `{= formula }`.
#[derive(Clone, Debug, Default)]
pub struct Prose {
    /// As written.
    pub text: String,
    pub(super) pieces: Vec<Piece>,
}

/// A part of a text with values in it.
#[derive(Clone, Copy, Debug)]
pub enum ProsePart<'a> {
    /// Words.
    Text(&'a str),
    /// An expression whose value stands there.
    Value(&'a super::Compiled),
}

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(String),
    Value(super::Compiled),
}

impl Prose {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What it is made of, in order.
    pub fn parts(&self) -> Vec<ProsePart<'_>> {
        if self.pieces.is_empty() {
            return vec![ProsePart::Text(&self.text)];
        }
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => ProsePart::Text(text),
                Piece::Value(compiled) => ProsePart::Value(compiled),
            })
            .collect()
    }
}

/// Settings of the whole model.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How long a figure stays checked.
    pub stale_after: Option<Age>,
}

/// A length of time on the calendar: `18 months`.
#[derive(Clone, Debug)]
pub struct Age {
    /// As written.
    pub text: String,
    pub(super) span: jiff::Span,
}

/// What a reader may vary.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name in formulas.
    pub name: String,
    /// What it is called on pages.
    pub label: String,
    /// What it can be.
    pub kind: InputKind,
    /// The unit that it is given and shown in.
    pub unit: Option<Unit>,
    /// Ids of sources.
    pub sources: Vec<String>,
    /// What to know about it.
    pub note: Prose,
    /// Its name in the file.
    pub location: Location,
}

/// What an input can be. Numbers are in base units of the dimension.
// a model has few inputs, so that the size of one does not matter
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub enum InputKind {
    /// A number in a range.
    Number {
        /// Of what.
        dimension: Dimension,
        /// Where nothing else is said.
        default: Ratio,
        /// The smallest, if there is one.
        min: Option<Ratio>,
        /// The largest, if there is one.
        max: Option<Ratio>,
        /// The distance between the values that a slider offers.
        step: Ratio,
        /// Where the default is uncertain: from and to.
        range: Option<(Ratio, Ratio)>,
    },
    /// On or off.
    Switch {
        /// Where nothing else is said.
        default: bool,
    },
    /// One of several words.
    Choice {
        /// Where nothing else is said.
        default: String,
        /// The words.
        choices: Vec<String>,
    },
}

/// A fact with a source.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its name in formulas.
    pub name: String,
    /// What it is called on pages.
    pub label: String,
    /// What it says.
    pub quantity: Quantity,
    /// From and to, where that is known; holds the quantity.
    pub range: Option<(Ratio, Ratio)>,
    /// The unit that it was given in.
    pub unit: Option<Unit>,
    /// Ids of sources.
    pub sources: Vec<String>,
    /// When it was last checked.
    pub checked: Option<Date>,
    /// How good it is.
    pub basis: Basis,
    /// The version of the thing that it is about.
    pub version: Option<String>,
    /// What to know about it.
    pub note: Prose,
    /// The figure that replaces it.
    pub superseded_by: Option<String>,
    /// Its name in the file.
    pub location: Location,
    /// Its value in the file.
    pub value_location: Location,
}

/// How good a figure is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    /// Its source says so.
    #[default]
    Published,
    /// Someone measured it.
    Measured,
    /// Derived from something that was measured or published.
    Estimate,
    /// An opinion.
    Judgement,
    /// Said by many, checked by nobody.
    Unverified,
}

impl Basis {
    /// The word for it, as in the model.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Published => "published",
            Basis::Measured => "measured",
            Basis::Estimate => "estimate",
            Basis::Judgement => "judgement",
            Basis::Unverified => "unverified",
        }
    }

    pub(super) fn named(name: &str) -> Basis {
        match name {
            "measured" => Basis::Measured,
            "estimate" => Basis::Estimate,
            "judgement" => Basis::Judgement,
            "unverified" => Basis::Unverified,
            _ => Basis::Published,
        }
    }
}

/// A document that facts come from.
#[derive(Clone, Debug)]
pub struct SourceEntry {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub url: Option<String>,
    /// The version that was read.
    pub version: Option<String>,
    /// When it was read.
    pub accessed: Option<Date>,
    /// What to know about it.
    pub note: Prose,
    /// Its id in the file.
    pub location: Location,
}

/// Something computed.
#[derive(Clone, Debug)]
pub struct Formula {
    /// Its name in formulas.
    pub name: String,
    /// What it is called on pages.
    pub label: String,
    /// The unit that it is shown in.
    pub unit: Option<Unit>,
    /// What to know about it.
    pub note: Prose,
    /// Its text.
    pub text: Text,
    /// Its name in the file.
    pub location: Location,
    pub(super) definition: usize,
}

/// A thing to choose.
#[derive(Clone, Debug)]
pub struct ModelOption {
    /// Its id.
    pub id: String,
    /// What it is called on pages.
    pub label: String,
    /// A shorter name.
    pub short: Option<String>,
    /// What it is.
    pub note: Prose,
    /// Ids of sources.
    pub sources: Vec<String>,
    /// What it runs.
    pub components: Vec<Component>,
    /// Its id in the file.
    pub location: Location,
}

impl ModelOption {
    /// The short name if it has one, else the label.
    pub fn short_label(&self) -> &str {
        self.short.as_deref().unwrap_or(&self.label)
    }
}

/// A part of an option.
#[derive(Clone, Debug)]
pub struct Component {
    /// Its id within the option.
    pub name: String,
    /// What it is called on pages.
    pub label: String,
    /// How many there are.
    pub count: Text,
    /// Only then is it there.
    pub when: Option<Text>,
    /// What one of them takes.
    pub resources: BTreeMap<(View, String), Text>,
    /// Ids of sources.
    pub sources: Vec<String>,
    /// What to know about it.
    pub note: Prose,
    /// Its place in the file.
    pub location: Location,
    pub(super) containers: Vec<Container>,
}

#[derive(Clone, Debug)]
pub(super) struct Container {
    pub(super) kind: ContainerKind,
    pub(super) added: bool,
    pub(super) resources: BTreeMap<(View, String), Text>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContainerKind {
    Plain,
    Init,
    Sidecar,
}

/// Named values of the inputs.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its id.
    pub id: String,
    /// What it is called on pages.
    pub label: String,
    /// What to know about it.
    pub note: Prose,
    /// Its id in the file.
    pub location: Location,
    pub(super) inputs: BTreeMap<usize, super::formula::Scalar>,
    pub(super) figures: BTreeMap<usize, Ratio>,
}

/// What a cell of a matrix may say.
#[derive(Clone, Debug)]
pub struct Status {
    /// Its id.
    pub id: String,
    /// The word for it.
    pub label: String,
    /// A sign for it.
    pub icon: Option<String>,
    /// How well a need is met by it.
    pub meets: Meets,
    /// What it counts in a ranking.
    pub weight: Ratio,
    /// What it means.
    pub note: Prose,
    /// Its id in the file.
    pub location: Location,
}

/// How well a need is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meets {
    /// Entirely.
    Fully,
    /// In part.
    Partly,
    /// Only in something that is not yet released.
    Preview,
    /// Not.
    No,
    /// The question does not arise.
    NotApplicable,
}

impl Meets {
    /// The word for it, as in the model.
    pub fn name(self) -> &'static str {
        match self {
            Meets::Fully => "fully",
            Meets::Partly => "partly",
            Meets::Preview => "preview",
            Meets::No => "no",
            Meets::NotApplicable => "not-applicable",
        }
    }

    pub(super) fn named(name: &str) -> Option<Meets> {
        let all = [Meets::Fully, Meets::Partly, Meets::Preview, Meets::No, Meets::NotApplicable];
        all.into_iter().find(|meets| meets.name() == name)
    }

    pub(super) fn usual_weight(self) -> Ratio {
        let (above, below) = match self {
            Meets::Fully => (1, 1),
            Meets::Partly => (1, 2),
            Meets::Preview => (1, 4),
            Meets::No | Meets::NotApplicable => (0, 1),
        };
        Ratio::new(above.into(), below.into())
    }
}

/// A table of needs and options.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Its id.
    pub id: String,
    /// Its caption.
    pub label: String,
    /// The head of the first column.
    pub corner: String,
    /// What to know about it.
    pub note: Prose,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// Its id in the file.
    pub location: Location,
}

/// A column of a matrix.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its id.
    pub id: String,
    /// Its head.
    pub label: String,
    /// Whether there is an option with its id.
    pub is_option: bool,
    /// What to know about it.
    pub note: Prose,
    /// Its place in the file.
    pub location: Location,
}

/// A row of a matrix.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The need.
    pub label: String,
    /// What to know about it.
    pub note: Prose,
    /// The head that it stands under.
    pub group: Option<String>,
    /// What it counts in a ranking.
    pub weight: Ratio,
    /// One for each column of the matrix, in their order; none where the model says nothing (which is a finding).
    pub cells: Vec<Option<Cell>>,
    /// Its place in the file.
    pub location: Location,
}

/// What a column says to a need.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The id of its status.
    pub status: String,
    /// What it says instead of the status's word.
    pub text: Prose,
    /// Why.
    pub note: Prose,
    /// Ids of sources.
    pub sources: Vec<String>,
    /// Whether nobody has checked it.
    pub unverified: bool,
    /// Its place in the file.
    pub location: Location,
}

/// A page to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub url: String,
}

/// Statements that a reader ticks.
#[derive(Clone, Debug)]
pub struct Checklist {
    /// Its id.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What to do.
    pub intro: Prose,
    /// Groups of items.
    pub groups: Vec<Group>,
    /// The statements.
    pub items: Vec<Item>,
    /// The verdicts, in order.
    pub bands: Vec<Band>,
    /// Its id in the file.
    pub location: Location,
}

/// Items that stand together.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// Its heading.
    pub label: String,
    /// What to know about it.
    pub note: Prose,
}

/// A statement that a reader ticks.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its stable id.
    pub id: String,
    /// The statement.
    pub text: Prose,
    /// A few words for it; empty where the statement stands for itself.
    pub short: Prose,
    /// How to find out.
    pub help: Prose,
    /// The group that it stands in.
    pub group: Option<String>,
    /// What it adds to the score.
    pub weight: Ratio,
    /// When it is true of the inputs.
    pub holds: Option<super::Compiled>,
    /// The row of a matrix that it asks for.
    pub need: Option<String>,
    /// Ids of sources.
    pub sources: Vec<String>,
    /// Its place in the file.
    pub location: Location,
}

/// A verdict and when it applies.
#[derive(Clone, Debug)]
pub struct Band {
    /// Its id.
    pub id: String,
    /// Its condition; always, if there is none.
    pub when: Option<super::Compiled>,
    /// The verdict.
    pub verdict: String,
    /// What follows from it.
    pub text: Prose,
    /// What to read next.
    pub links: Vec<Link>,
    /// The option that it recommends.
    pub option: Option<String>,
    /// Its place in the file.
    pub location: Location,
}

/// A checklist, a matrix and costs put together into a recommendation.
#[derive(Clone, Debug)]
pub struct Advisor {
    /// Its id.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What to do.
    pub intro: Prose,
    /// The questions.
    pub checklist: Option<String>,
    /// The needs and options.
    pub matrix: Option<String>,
    /// The values that the inputs begin with.
    pub scenario: Option<String>,
    /// The inputs to ask for.
    pub inputs: Vec<String>,
    /// The options whose costs are compared.
    pub options: Vec<String>,
    /// What may be recommended; the first whose condition holds is.
    pub outcomes: Vec<Outcome>,
    /// Its id in the file.
    pub location: Location,
}

/// A recommendation and when it is given.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its id.
    pub id: String,
    /// Its condition; always, if there is none.
    pub when: Option<super::Compiled>,
    /// The recommendation, in a line.
    pub title: String,
    /// Why.
    pub text: Prose,
    /// The option or column that it is.
    pub option: Option<String>,
    /// What to read.
    pub links: Vec<Link>,
    /// What to start from.
    pub manifests: Vec<Link>,
    /// Its place in the file.
    pub location: Location,
}

/// How to recognise something that an option runs in a cluster.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Its id.
    pub id: String,
    /// What it is called in the report.
    pub label: String,
    /// The option that it belongs to.
    pub option: Option<String>,
    /// What there is one of.
    pub per: Per,
    /// Patterns of the container's name.
    pub container: Vec<String>,
    /// Patterns of the container's image.
    pub image: Vec<String>,
    /// Patterns of the pod's name.
    pub pod: Vec<String>,
    /// Patterns of the namespace.
    pub namespace: Vec<String>,
    /// Labels of the pod, with patterns of their values.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the pod, with patterns of their values.
    pub annotations: BTreeMap<String, String>,
    /// The kind of the pod's owner.
    pub owner: Option<String>,
    /// The input that takes the count.
    pub count: Option<String>,
    /// The first part of the figures' names.
    pub figures: Option<String>,
    /// Its id in the file.
    pub location: Location,
}

/// What there is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Per {
    /// A container in each pod.
    Pod,
    /// A pod on each node.
    Node,
    /// As many as someone runs.
    Replica,
    /// Nothing: the pod itself belongs to a mesh that runs elsewhere.
    Member,
}

/// What a reader fills in once.
#[derive(Clone, Debug)]
pub struct Placeholder {
    /// Its id.
    pub id: String,
    /// What to ask for.
    pub label: String,
    /// What stands there until then.
    pub example: Option<String>,
    /// What a value must match.
    pub pattern: Option<String>,
    /// What to know about it.
    pub note: Prose,
    /// Its id in the file.
    pub location: Location,
}
