//! Where in an object something is, as an API server writes it: `spec.http[0].route`, `data[a.b]`.
//!
//! Owns: [`FieldPath`] and its steps. While an object is walked its path is the chain of places above (`At`),
//! which costs nothing to write; a `FieldPath` is made when there is something to say.

use plumb_text::floor_char_boundary;
use plumb_yaml::Node;
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Bound::{Excluded, Unbounded};

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

impl<S: AsRef<str>> Step<S> {
    /// The step as a path keeps it. A key may be as long as a file, and stands in the path of each thing that it holds.
    fn kept(self) -> Step {
        let kept =
            |name: S| name.as_ref()[..floor_char_boundary(name.as_ref(), LONGEST_KEY)].to_owned();
        match self {
            Step::Field(name) => Step::Field(kept(name)),
            Step::Index(index) => Step::Index(index),
            Step::Key(key) => Step::Key(kept(key)),
        }
    }
}

/// How many bytes of a key a path keeps. No name that an API server takes is longer.
const LONGEST_KEY: usize = 320;

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
        self.0.push(step.kept());
        self
    }

    /// Walks one step further and back: what is done there gets the longer path. A walk keeps one path so, and not one for each
    /// node that waits.
    pub fn with<S: AsRef<str>, R>(
        &mut self,
        step: Step<S>,
        there: impl FnOnce(&mut FieldPath) -> R,
    ) -> R {
        self.0.push(step.kept());
        let done = there(self);
        self.0.pop();
        done
    }

    /// Whether `other` is this place or one below it.
    pub fn holds(&self, other: &FieldPath) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Whether this is a place within `other`, and not `other` itself.
    pub fn lies_in(&self, other: &FieldPath) -> bool {
        self.0.len() > other.0.len() && other.holds(self)
    }

    /// The places around this one, from the root on, and itself.
    pub(crate) fn around(&self) -> impl Iterator<Item = &[Step]> {
        (0..=self.0.len()).map(|end| &self.0[..end])
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

    /// The node at this path in an object.
    pub(crate) fn node_in<'n>(&self, root: &'n Node) -> Option<&'n Node> {
        self.steps().iter().try_fold(root, |node, step| match step {
            Step::Index(index) => node.item(*index),
            Step::Field(name) | Step::Key(name) => node.get(name),
        })
    }

    /// The path from a place upward to the root, as it was walked.
    pub(crate) fn upward<'n>(steps: impl Iterator<Item = Step<&'n str>>) -> FieldPath {
        let mut steps: Vec<Step> = steps.map(Step::kept).collect();
        steps.reverse();
        FieldPath(steps)
    }
}

/// A path is found among others by its steps, and so are those around it.
impl Borrow<[Step]> for FieldPath {
    fn borrow(&self) -> &[Step] {
        &self.0
    }
}

/// Paths, to be asked for those around or within a place in a time that does not grow with their number.
#[derive(Debug)]
pub(crate) struct Paths<'p>(BTreeSet<&'p [Step]>);

impl<'p> FromIterator<&'p FieldPath> for Paths<'p> {
    fn from_iter<I: IntoIterator<Item = &'p FieldPath>>(paths: I) -> Paths<'p> {
        Paths(paths.into_iter().map(FieldPath::steps).collect())
    }
}

impl Paths<'_> {
    /// Whether a place is one of them.
    pub(crate) fn contains(&self, place: &FieldPath) -> bool {
        self.0.contains(place.steps())
    }

    /// Whether one of them lies in a place, and is not the place itself.
    pub(crate) fn lie_in(&self, place: &FieldPath) -> bool {
        // What lies in a place follows it in order.
        let mut behind = self.0.range::<[Step], _>((Excluded(place.steps()), Unbounded));
        behind.next().is_some_and(|path| path.starts_with(place.steps()))
    }

    /// Whether one of them is a place, or lies in it, or holds it.
    pub(crate) fn overlap(&self, place: &FieldPath) -> bool {
        place.around().any(|steps| self.0.contains(steps)) || self.lie_in(place)
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

    #[test]
    fn many_paths_are_asked_as_one_is() {
        use Step::{Field, Index};
        let all = [
            path(&[]),
            path(&[Field("a")]),
            path(&[Field("a"), Index(2)]),
            path(&[Field("a"), Index(2), Field("b")]),
            path(&[Field("a"), Index(10)]),
            path(&[Field("ab")]),
            path(&[Field("b"), Field("a")]),
        ];
        for place in &all {
            for one in &all {
                let paths: Paths<'_> = [one].into_iter().collect();
                assert_eq!(paths.contains(place), one == place);
                assert_eq!(paths.lie_in(place), one.lies_in(place), "{one} in {place}");
                assert_eq!(paths.overlap(place), one.overlaps(place), "{one} and {place}");
                let others: Paths<'_> = all.iter().filter(|other| *other != one).collect();
                let any = |f: &dyn Fn(&FieldPath) -> bool| {
                    all.iter().filter(|other| *other != one).any(f)
                };
                assert_eq!(others.lie_in(place), any(&|other| other.lies_in(place)));
                assert_eq!(others.overlap(place), any(&|other| other.overlaps(place)));
            }
        }
    }

    #[test]
    fn a_path_keeps_the_beginning_of_a_long_key() {
        let long = "é".repeat(100_000);
        assert_eq!(path(&[Step::Key(&long)]).to_string().len(), LONGEST_KEY + 2);
    }
}
