//! Versions by semver 2.0.

use std::cmp::Ordering;

/// A semantic version as `semver(…)` reads it: 2.0.0 of the specification; build metadata has no part in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub(crate) numbers: [u64; 3],
    before: Vec<String>,
    build: Vec<String>,
}

/// Without a `v`, without leading zeros, and with the numbers that are missing.
pub(crate) fn normalized(text: &str) -> Result<String, String> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut parts: Vec<String> = text.splitn(3, '.').map(str::to_owned).collect();
    for part in &mut parts {
        if part.len() > 1 {
            let rest = part.trim_start_matches('0');
            let keep = rest.starts_with(|c: char| c.is_ascii_digit());
            *part = if keep { rest.to_owned() } else { format!("0{rest}") };
        }
    }
    if parts.len() < 3 {
        if parts.last().is_some_and(|last| last.contains(['+', '-'])) {
            return Err("short version cannot contain PreRelease/Build meta data".to_owned());
        }
        parts.resize(3, "0".to_owned());
    }
    Ok(parts.join("."))
}

impl std::str::FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Version, String> {
        parse(text)
    }
}

pub(crate) fn parse(text: &str) -> Result<Version, String> {
    let wrong = |what: &str| format!("invalid version {text:?}: {what}");
    let (rest, build) =
        text.split_once('+').map_or((text, None), |(rest, build)| (rest, Some(build)));
    let (rest, before) =
        rest.split_once('-').map_or((rest, None), |(rest, before)| (rest, Some(before)));
    let parts: Vec<&str> = rest.split('.').collect();
    if parts.len() != 3 {
        return Err(wrong("no Major.Minor.Patch elements found"));
    }
    let mut numbers = [0; 3];
    for (number, part) in numbers.iter_mut().zip(&parts) {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong("a number is expected"));
        }
        if part.len() > 1 && part.starts_with('0') {
            return Err(wrong("a number has no leading zeros"));
        }
        *number = part.parse().map_err(|_| wrong("a number is too large"))?;
    }
    let words = |text: Option<&str>, numbers_too: bool| -> Result<Vec<String>, String> {
        let Some(text) = text else { return Ok(Vec::new()) };
        text.split('.')
            .map(|word| {
                let letters = |c: char| c.is_ascii_alphanumeric() || c == '-';
                let number = word.bytes().all(|byte| byte.is_ascii_digit());
                let zeros = numbers_too && number && word.len() > 1 && word.starts_with('0');
                match word.is_empty() || !word.chars().all(letters) || zeros {
                    true => Err(wrong("a part behind the numbers is invalid")),
                    false => Ok(word.to_owned()),
                }
            })
            .collect()
    };
    Ok(Version { numbers, before: words(before, true)?, build: words(build, false)? })
}

impl Version {
    /// Which version comes first; build metadata does not count.
    pub(crate) fn compare(&self, other: &Version) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| {
            match (self.before.is_empty(), other.before.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => {
                    let pairs = self.before.iter().zip(&other.before);
                    let first = pairs.map(|(one, two)| compare_words(one, two)).find(|o| o.is_ne());
                    first.unwrap_or_else(|| self.before.len().cmp(&other.before.len()))
                }
            }
        })
    }
}

/// Numbers come before words, and are compared as numbers.
fn compare_words(one: &str, two: &str) -> Ordering {
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    match (is_number(one), is_number(two)) {
        (true, true) => one.len().cmp(&two.len()).then_with(|| one.cmp(two)),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => one.cmp(two),
    }
}
