//! What asks a reader (matrices, checklists, advisors, placeholders), and what is said to the answers.

use super::{Link, Prose};
use crate::Compiled;
use crate::meets::Meets;
use crate::quantity::Ratio;
use plumb_text::Location;

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
    pub holds: Option<Compiled>,
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
    pub when: Option<Compiled>,
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
    pub when: Option<Compiled>,
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
