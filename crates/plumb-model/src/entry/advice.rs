//! What asks a reader (matrices, checklists, advisors, placeholders), and what is said to the answers.

use super::{Link, Prose};
use crate::Compiled;
use crate::meets::Meets;
use crate::quantity::Ratio;
use plumb_text::Location;

/// What a cell of a matrix may say.
#[derive(Clone, Debug)]
pub struct Status {
    /// Its id, unique among the statuses.
    pub id: String,
    /// The word for it.
    pub label: String,
    /// A sign for it.
    pub icon: Option<String>,
    /// How well a need is met by it.
    pub meets: Meets,
    /// What it counts in a ranking.
    pub weight: Ratio,
    /// What it means, for the legend.
    pub note: Prose,
    /// Its id in the file.
    pub location: Location,
}

/// A table of needs and options.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Its id, unique among the matrices.
    pub id: String,
    /// Its caption, as plain text.
    pub label: String,
    /// The head of the first column.
    pub corner: String,
    /// What to know about it.
    pub note: Prose,
    /// The columns, in the order of the page.
    pub columns: Vec<Column>,
    /// The rows, in the order of the page.
    pub rows: Vec<Row>,
    /// Its id in the file.
    pub location: Location,
}

/// A column of a matrix.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its id, unique in the matrix; an option's, where it is one.
    pub id: String,
    /// What stands in its head.
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
    /// Its id, unique in the matrix, by which items ask for it.
    pub id: String,
    /// The need, in a few words.
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
    /// Why it says so, for the note below.
    pub note: Prose,
    /// The ids of the sources that say so.
    pub sources: Vec<String>,
    /// Whether nobody has checked it.
    pub unverified: bool,
    /// Its place in the file.
    pub location: Location,
}

/// Statements that a reader ticks.
#[derive(Clone, Debug)]
pub struct Checklist {
    /// Its id, unique among the checklists.
    pub id: String,
    /// The heading above it, as plain text.
    pub title: String,
    /// What a reader is asked to do, above the items.
    pub intro: Prose,
    /// The groups that items stand in, in order.
    pub groups: Vec<Group>,
    /// The statements to tick, in the order of the page.
    pub items: Vec<Item>,
    /// The verdicts, in order.
    pub bands: Vec<Band>,
    /// Its id in the file.
    pub location: Location,
}

/// Items that are shown together.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its id, unique in the checklist.
    pub id: String,
    /// The heading above its items.
    pub label: String,
    /// What to know about it.
    pub note: Prose,
}

/// A statement that a reader ticks.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its id, which stays when the statement is reworded: answers are kept under it.
    pub id: String,
    /// The statement, which a reader ticks if it is true of them.
    pub text: Prose,
    /// A few words for it; empty where the statement stands for itself.
    pub short: Prose,
    /// How to find out.
    pub help: Prose,
    /// The group that it belongs to.
    pub group: Option<String>,
    /// What it adds to the score.
    pub weight: Ratio,
    /// When it is true of the inputs.
    pub holds: Option<Compiled>,
    /// The row of a matrix that it asks for.
    pub need: Option<String>,
    /// The ids of the sources that it rests on.
    pub sources: Vec<String>,
    /// Its place in the file.
    pub location: Location,
}

/// A verdict and when it applies.
#[derive(Clone, Debug)]
pub struct Band {
    /// Its id, unique in the checklist.
    pub id: String,
    /// Its condition; always, if there is none.
    pub when: Option<Compiled>,
    /// The verdict, in a line.
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
    /// Its id, unique among the advisors.
    pub id: String,
    /// The heading above it, as plain text.
    pub title: String,
    /// What a reader is asked to do, above the questions.
    pub intro: Prose,
    /// The id of the checklist that asks the questions.
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
    /// Its id, unique in the advisor.
    pub id: String,
    /// Its condition; always, if there is none.
    pub when: Option<Compiled>,
    /// The recommendation, in a line.
    pub title: String,
    /// Why this is recommended, below the title.
    pub text: Prose,
    /// The option or column that it is.
    pub option: Option<String>,
    /// The option that says what it costs; `option`, where there is none.
    pub cost: Option<String>,
    /// Pages to read next, in order.
    pub links: Vec<Link>,
    /// What to start from.
    pub manifests: Vec<Link>,
    /// Its place in the file.
    pub location: Location,
}

/// What a reader fills in once.
#[derive(Clone, Debug)]
pub struct Placeholder {
    /// Its id, which stands in code as `<id>`.
    pub id: String,
    /// What to ask for.
    pub label: String,
    /// An example shown until then.
    pub example: Option<String>,
    /// What a value must match.
    pub pattern: Option<String>,
    /// What to know about it.
    pub note: Prose,
    /// Its id in the file.
    pub location: Location,
}
