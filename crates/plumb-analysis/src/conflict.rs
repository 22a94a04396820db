//! What contradicts each other.

/// What contradicts each other, as one conflict for all that do: each member of a conflict is a rival of another one, and of
/// none of any other conflict.
///
/// A conflict is told once, at its second member: without it there would be none, at least with the first.
pub(super) fn conflicts<T>(all: Vec<T>, are_rivals: impl Fn(&T, &T) -> bool) -> Vec<Vec<T>> {
    let mut conflicts: Vec<Vec<T>> = Vec::new();
    for one in all {
        let is_meant = |members: &[T]| members.iter().any(|member| are_rivals(member, &one));
        let found: Vec<usize> =
            (0..conflicts.len()).filter(|&index| is_meant(&conflicts[index])).collect();
        let Some((&first, others)) = found.split_first() else {
            conflicts.push(vec![one]);
            continue;
        };
        conflicts[first].push(one);
        // What it is a rival of too belongs together now.
        for &other in others {
            let members = std::mem::take(&mut conflicts[other]);
            conflicts[first].extend(members);
        }
    }
    conflicts.retain(|members| members.len() > 1);
    conflicts
}

#[cfg(test)]
mod tests {
    use super::conflicts;

    #[test]
    fn whoever_is_a_rival_of_several_brings_them_together() {
        let unequal = |one: &(char, i32), other: &(char, i32)| one.0 == other.0 && one.1 != other.1;
        let all = vec![('a', 1), ('a', 1), ('b', 1), ('a', 2), ('b', 1), ('a', 1)];
        assert_eq!(conflicts(all, unequal), [[('a', 1), ('a', 2), ('a', 1), ('a', 1)]]);
    }
}
