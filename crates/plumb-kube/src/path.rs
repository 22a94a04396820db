//! Where in an object something is, as an API server writes it: `spec.http[0].route`, `data[a.b]`.
//!
//! Owns: [`FieldPath`] and its steps. While an object is walked its path is the chain of places above (`At`),
//! which costs nothing to write; a `FieldPath` is made when there is something to say.

use std::cmp::Ordering;
use std::fmt;

/// One step from an object or a list to what it holds.
///
/// Steps are equal that lead to the same place: whether a name is a field or a key of a map is a question of how it is written.
#[derive(Clone, Debug)]
pub enum Step<S = String> {
    /// A field: `.name`.
    Field(S),
    /// An item of a list, from 0: `[0]`.
    Index(usize),
    /// A key of a map whose keys are data: `[key]`.
    Key(S),
}

impl<S: AsRef<str>> Step<S> {
    /// A field, or a key where its name would read as several.
    pub(crate) fn named(name: S) -> Step<S> {
        if name.as_ref().contains(['.', '/', '[']) { Step::Key(name) } else { Step::Field(name) }
    }
}

impl Step {
    /// The name of a field or key.
    pub fn name(&self) -> Option<&str> {
        match self {
            Step::Field(name) | Step::Key(name) => Some(name),
            Step::Index(_) => None,
        }
    }
}

impl Step {
    fn place(&self) -> (Option<&str>, usize) {
        match self {
            Step::Field(name) | Step::Key(name) => (Some(name), 0),
            Step::Index(index) => (None, *index),
        }
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Step) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Step {}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Step) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Step {
    fn cmp(&self, other: &Step) -> Ordering {
        self.place().cmp(&other.place())
    }
}

impl Step<&str> {
    fn owned(self) -> Step {
        match self {
            Step::Field(name) => Step::Field(name.to_owned()),
            Step::Index(index) => Step::Index(index),
            Step::Key(key) => Step::Key(key.to_owned()),
        }
    }
}

/// A path of fields from the root of an object; empty for the object itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldPath(Vec<Step>);

impl FieldPath {
    /// The steps, from the root on.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the object itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// One step further.
    #[must_use]
    pub fn then(mut self, step: Step) -> FieldPath {
        self.0.push(step);
        self
    }

    /// Whether `other` is this place or one below it.
    pub fn holds(&self, other: &FieldPath) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Whether this is a place within `other`, and not `other` itself.
    pub fn lies_in(&self, other: &FieldPath) -> bool {
        self.0.len() > other.0.len() && other.holds(self)
    }

    /// Whether one of two places is, or lies in, the other.
    pub fn overlaps(&self, other: &FieldPath) -> bool {
        self.holds(other) || other.holds(self)
    }

    /// The path from `ancestor` on, where it leads here.
    pub fn below(&self, ancestor: &FieldPath) -> Option<FieldPath> {
        Some(FieldPath(self.0.strip_prefix(ancestor.0.as_slice())?.to_vec()))
    }

    /// The place in the schema: items of a list are all one.
    pub(crate) fn without_indices(&self) -> FieldPath {
        let is_name = |step: &&Step| !matches!(step, Step::Index(_));
        FieldPath(self.0.iter().filter(is_name).cloned().collect())
    }

    /// What holds this place, and the last step; nothing at the root.
    pub fn split_last(&self) -> Option<(FieldPath, &Step)> {
        let (last, above) = self.0.split_last()?;
        Some((FieldPath(above.to_vec()), last))
    }

    /// The path from a place upward to the root, as it was walked.
    pub(crate) fn upward<'n>(steps: impl Iterator<Item = Step<&'n str>>) -> FieldPath {
        let mut steps: Vec<Step> = steps.map(Step::owned).collect();
        steps.reverse();
        FieldPath(steps)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => write!(f, "[{key}]")?,
                Step::Field(name) if number == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(steps: &[Step<&str>]) -> FieldPath {
        FieldPath::upward(steps.iter().rev().cloned())
    }

    #[test]
    fn a_path_is_written_as_an_api_server_does() {
        // From messages of `field.Error` in Kubernetes.
        let cases: [(&[Step<&str>], &str); 4] = [
            (&[], ""),
            (&[Step::Field("spec"), Step::Field("ports"), Step::Index(1)], "spec.ports[1]"),
            (&[Step::Field("data"), Step::Key("a.b")], "data[a.b]"),
            (&[Step::named("spec"), Step::named("example.com/a")], "spec[example.com/a]"),
        ];
        for (steps, text) in cases {
            assert_eq!(path(steps).to_string(), text);
        }
    }

    #[test]
    fn a_name_that_begins_alike_is_not_below() {
        let (http, other) = (path(&[Step::Field("http")]), path(&[Step::Field("httpOther")]));
        let route = http.clone().then(Step::Index(0));
        assert!(http.holds(&route) && route.overlaps(&http) && !route.holds(&http));
        assert!(!http.overlaps(&other));
        assert_eq!(route.below(&http), Some(path(&[Step::Index(0)])));
        assert_eq!(other.below(&http), None);
    }
}
