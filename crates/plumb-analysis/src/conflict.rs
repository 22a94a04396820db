//! What contradicts each other.

/// What contradicts each other, as one conflict for all that do: each member of a conflict is a rival of another one.
///
/// A conflict is told once, at its second member: without it there would be none.
pub(super) fn conflicts<T>(all: Vec<T>, are_rivals: impl Fn(&T, &T) -> bool) -> Vec<Vec<T>> {
    let mut conflicts: Vec<Vec<T>> = Vec::new();
    for one in all {
        // Most often the first is a rival of all others.
        let found =
            conflicts.iter().position(|members| are_rivals(&members[0], &one)).or_else(|| {
                conflicts
                    .iter()
                    .position(|members| members[1..].iter().any(|member| are_rivals(member, &one)))
            });
        match found {
            Some(index) => conflicts[index].push(one),
            None => conflicts.push(vec![one]),
        }
    }
    conflicts.retain(|members| members.len() > 1);
    conflicts
}
