//! How the options of a matrix do for the needs that someone has.

use super::quantity::Ratio;
use super::{Matrix, Meets, Model};
use num_traits::Zero;
use std::collections::BTreeSet;

/// How one column of a matrix does for some needs. Rows are named by id, in the order of the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// The id of the matrix's column.
    pub column: String,
    /// Its place: 1 is best; columns that do equally well share a place. Those that fail a need come after all others.
    pub rank: usize,
    /// The needs that it meets fully; those that do not arise for it are here too.
    pub fully: Vec<String>,
    /// The needs that it meets in part.
    pub partly: Vec<String>,
    /// The needs that only something unreleased of it meets.
    pub preview: Vec<String>,
    /// The needs that it does not meet, or of which the model says nothing.
    pub fails: Vec<String>,
    /// The sum of the statuses' weights, each times the row's.
    pub score: Ratio,
}

impl Ranked {
    /// How well it meets the needs taken together: as well as the one that it meets worst. This is what the matrix counts, what
    /// the rules of an advisor ask for, and what a page says of an option.
    pub fn meets(&self) -> Meets {
        let levels = [
            (Meets::No, &self.fails),
            (Meets::Preview, &self.preview),
            (Meets::Partly, &self.partly),
        ];
        let worst = levels.into_iter().find(|(_, needs)| !needs.is_empty());
        worst.map_or(Meets::Fully, |(level, _)| level)
    }
}

impl Model {
    /// The columns of a matrix in the order of how well they do for the rows that are chosen: first by how many needs they fail,
    /// then by the score, then by how many they meet fully; what is still equal keeps the matrix's order and shares a place.
    pub fn rank(&self, matrix: &Matrix, needs: &BTreeSet<String>) -> Vec<Ranked> {
        let mut ranking: Vec<Ranked> =
            (0..matrix.columns.len()).map(|at| self.ranked(matrix, at, needs)).collect();
        let key = |ranked: &Ranked| {
            (
                ranked.fails.len(),
                std::cmp::Reverse(ranked.score.clone()),
                std::cmp::Reverse(ranked.fully.len()),
            )
        };
        ranking.sort_by_key(key);
        for at in 0..ranking.len() {
            let equal = at > 0 && key(&ranking[at]) == key(&ranking[at - 1]);
            ranking[at].rank = if equal { ranking[at - 1].rank } else { at + 1 };
        }
        ranking
    }

    /// How one column does, without its place among the others.
    pub(super) fn ranked(&self, matrix: &Matrix, at: usize, needs: &BTreeSet<String>) -> Ranked {
        let mut ranked = Ranked {
            column: matrix.columns[at].id.clone(),
            rank: 0,
            fully: Vec::new(),
            partly: Vec::new(),
            preview: Vec::new(),
            fails: Vec::new(),
            score: Ratio::zero(),
        };
        for row in matrix.rows.iter().filter(|row| needs.contains(&row.id)) {
            let status = row
                .cells
                .get(at)
                .and_then(Option::as_ref)
                .and_then(|cell| self.statuses.get(&cell.status));
            let list = match status.map(|status| status.meets) {
                Some(Meets::Fully | Meets::NotApplicable) => &mut ranked.fully,
                Some(Meets::Partly) => &mut ranked.partly,
                Some(Meets::Preview) => &mut ranked.preview,
                Some(Meets::No) | None => &mut ranked.fails,
            };
            list.push(row.id.clone());
            if let Some(status) = status {
                ranked.score += &status.weight * &row.weight;
            }
        }
        ranked
    }
}
