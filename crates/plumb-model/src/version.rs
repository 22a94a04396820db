//! Versions, compared as versions: 1.9 is before 1.10, and 2.0.0-rc.1 before 2.0.0.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A version: numbers with dots between, perhaps with a pre-release behind a `-`, as in Semantic Versioning 2.0.0. A leading `v`
/// is part of how it is written, and of nothing else; so is what stands behind a `+`.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    text: String,
    numbers: Vec<u64>,
    before: Vec<Part>,
}

/// A part of a pre-release; numbers are before words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Part {
    Number(u64),
    Word(String),
}

impl Version {
    /// Reads a version; none where the text is no version.
    pub(crate) fn read(text: &str) -> Option<Version> {
        let text = text.trim();
        let plain = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let plain = plain.split('+').next().unwrap_or("");
        let (numbers, before) = match plain.split_once('-') {
            Some((numbers, before)) => (numbers, Some(before)),
            None => (plain, None),
        };
        let number = |part: &str| {
            part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
        };
        let numbers = numbers.split('.').map(number).collect::<Option<Vec<u64>>>()?;
        let part = |part: &str| match number(part) {
            Some(number) => Some(Part::Number(number)),
            None => (!part.is_empty()).then(|| Part::Word(part.to_owned())),
        };
        let before = match before {
            Some(before) => before.split('.').map(part).collect::<Option<Vec<_>>>()?,
            None => Vec::new(),
        };
        Some(Version { text: text.to_owned(), numbers, before })
    }

    /// The first version of a requirement on versions: of `^1.2`, `>= 1.2, < 2`, `~> 1.2`. None where the text is no such thing.
    pub(crate) fn of_requirement(text: &str) -> Option<&str> {
        let plain = text.trim().trim_start_matches(['^', '~', '=', '>', '<', '!', ' ']);
        let first = plain.split([' ', ',', '|']).next()?;
        (plain.len() < text.trim().len() && Version::read(first).is_some()).then_some(first)
    }

    /// The version as it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// A number of it by its place: 0 is the major version. What is not written is 0.
    pub(crate) fn number(&self, place: usize) -> u64 {
        self.numbers.get(place).copied().unwrap_or(0)
    }

    /// The numbers without the zeros at their end, which say nothing.
    fn significant(&self) -> &[u64] {
        let end = self.numbers.iter().rposition(|number| *number > 0).map_or(0, |last| last + 1);
        &self.numbers[..end]
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        self.significant().cmp(other.significant()).then_with(|| {
            match (self.before.is_empty(), other.before.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => self.before.cmp(&other.before),
            }
        })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.significant(), &self.before).hash(state);
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_in_their_order() {
        let order = [
            "0.9",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "v1.2",
            "1.9",
            "1.10",
            "1.10.1",
            "2",
            "2024.11.1",
        ];
        let read: Vec<_> = order.iter().map(|text| Version::read(text).expect(text)).collect();
        assert!(read.windows(2).all(|pair| pair[0] < pair[1]), "{read:?}");
        assert_eq!(Version::read("v1.2"), Version::read("1.2.0+build.5"));
        for (text, version) in [
            ("^19.0.0", "19.0.0"),
            ("~> 1.2", "1.2"),
            (">=1.2, <2", "1.2"),
            ("== 3.1.0-rc.1 || 4", "3.1.0-rc.1"),
        ] {
            assert_eq!(Version::read(text).map(|version| version.text), None);
            assert_eq!(Version::of_requirement(text), Some(version), "{text}");
        }
        for text in ["1.2", "^", "^latest", "~x", "", "*"] {
            assert_eq!(Version::of_requirement(text), None, "{text}");
        }
        for text in ["", "latest", "1.", "1..2", "1.x", "-1", "1.2-", "99999999999999999999"] {
            assert_eq!(Version::read(text), None, "{text}");
        }
    }
}
