//! One of several runs that share the work, and the files that are its.
//!
//! A run reads everything, and says what lies in its files. What hangs on several files (what a named group, the model or
//! `together` tie to each other) is worked out in each run, so that it is the same as in one that does all; what a file says
//! by itself is worked out only in the run that says it.

use crate::diag::Diagnostic;
use std::collections::BTreeMap;
use std::str::FromStr;

/// Which of how many runs this is: `2/5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    number: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let wrong = || "write it as N/M, such as `1/3`: the first of three".to_owned();
        let (number, of) = text.split_once('/').ok_or_else(wrong)?;
        let read = |text: &str| text.parse::<usize>().map_err(|_| wrong());
        let shard = Shard { number: read(number)?, of: read(of)? };
        if shard.number == 0 || shard.number > shard.of {
            return Err(format!("there is no shard {} of {}", shard.number, shard.of));
        }
        Ok(shard)
    }
}

/// The files of a run that are a shard's. The shards of a run are disjoint, and together they are the run.
#[derive(Clone, Debug, Default)]
pub struct Share {
    /// Nothing where one run does all.
    shard: Option<Shard>,
    /// The files that were read, each with its place among them by name.
    places: BTreeMap<String, usize>,
}

impl Share {
    /// Shares out the files of a run: sorted by name, the first goes to the first shard, the next to the next one.
    pub fn of<'a>(shard: Option<Shard>, files: impl IntoIterator<Item = &'a str>) -> Share {
        let mut places = BTreeMap::new();
        if shard.is_some() {
            places.extend(files.into_iter().map(|file| (file.to_owned(), 0)));
            places.values_mut().zip(0..).for_each(|(place, at)| *place = at);
        }
        Share { shard, places }
    }

    /// Which of how many runs it is, from 1; nothing where one run does all.
    pub fn shard(&self) -> Option<(usize, usize)> {
        self.shard.map(|shard| (shard.number, shard.of))
    }

    /// Whether what is found in a file is this shard's to say. What is none of the files that are shared out is the first one's.
    pub fn holds(&self, file: &str) -> bool {
        let Some(Shard { number, of }) = self.shard else { return true };
        self.places.get(file).map_or(0, |place| place % of) + 1 == number
    }

    /// Leaves what is this shard's.
    pub fn keep(&self, findings: &mut Vec<Diagnostic>) {
        findings.retain(|finding| self.holds(finding.at.location.source.path()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_those_that_there_are() {
        assert_eq!("2/3".parse(), Ok(Shard { number: 2, of: 3 }));
        for wrong in ["", "1", "0/3", "4/3", "1/0", "-1/3", "a/b", "1/3/5", " 1/3"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_file_is_in_one_shard_whatever_the_order() {
        let files = ["b", "a", "d", "c", "e", "a"];
        for of in 1..8 {
            let mut counts = BTreeMap::new();
            for number in 1..=of {
                let shard = Some(Shard { number, of });
                let share = Share::of(shard, files);
                let other = Share::of(shard, files.iter().rev().copied());
                for file in files.iter().chain(&["elsewhere"]) {
                    assert_eq!(share.holds(file), other.holds(file));
                    *counts.entry(*file).or_insert(0) += usize::from(share.holds(file));
                }
                // `a` stands in the list twice.
                let held = ["a", "b", "c", "d", "e"].iter().filter(|file| share.holds(file));
                assert!(held.count() <= 5usize.div_ceil(of));
            }
            assert!(counts.iter().all(|(file, count)| *count == if *file == "a" { 2 } else { 1 }));
        }
    }
}
