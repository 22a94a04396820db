//! One finding for one cause: faults that follow from another one are not told, and what is told stands where it was made.

use super::displaced::Displaced;
use super::fault::{Authority, ErrorType, Fault, Read};
use super::path::{FieldPath, Step};
use super::schema::UNKNOWN_FIELD;
use super::{Entry, Node, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The faults of an object, without those that others explain.
pub(super) fn of(mut faults: Vec<Fault>, root: &Node) -> Vec<Fault> {
    let displaced = Displaced::find(&faults);
    let kept: Vec<bool> = {
        let causes = Causes::new(&faults);
        let beside = displaced.beside(&faults, root);
        let is_cause = |(index, fault)| !(causes.explain(index, fault) || beside.contains(&index));
        faults.iter().enumerate().map(is_cause).collect()
    };
    displaced.tell(&mut faults);
    let mut kept = kept.into_iter();
    faults.retain(|_| kept.next().unwrap_or(true));
    for fault in faults.iter_mut().filter(|fault| fault.ty == ErrorType::Required) {
        point_to_empty(fault, root);
    }
    faults
}

/// What explains more than itself.
struct Causes<'f> {
    /// Places where nothing, or something of another type, stands: the first fault of each.
    absent: BTreeMap<&'f FieldPath, usize>,
    /// Values that are wrong by themselves: the fault of each that says most.
    values: BTreeMap<&'f FieldPath, usize>,
    /// Fields that are there under another name or at another place.
    written: BTreeSet<FieldPath>,
}

impl<'f> Causes<'f> {
    fn new(faults: &'f [Fault]) -> Causes<'f> {
        let mut causes =
            Causes { absent: BTreeMap::new(), values: BTreeMap::new(), written: written(faults) };
        for (index, fault) in faults.iter().enumerate() {
            if is_absent(fault) {
                causes.absent.entry(&fault.path).or_insert(index);
            }
            if let Some(rank) = rank(fault) {
                let best = causes.values.entry(&fault.path).or_insert(index);
                if self::rank(&faults[*best]).is_none_or(|known| rank < known) {
                    *best = index;
                }
            }
        }
        causes
    }

    fn explain(&self, index: usize, fault: &Fault) -> bool {
        // What is written is there, whatever around it is said to be absent.
        let mut above =
            fault.path.split_last().map(|(above, _)| above).filter(|_| fault.is_absence());
        while let Some(path) = above {
            if self.absent.contains_key(&path) || self.written.contains(&path) {
                return true;
            }
            above = path.split_last().map(|(above, _)| above);
        }
        let is_other = |first: Option<&usize>| first.is_some_and(|first| *first != index);
        match fault.ty {
            ErrorType::Required if is_absent(fault) => {
                self.written.contains(&fault.path) || is_other(self.absent.get(&fault.path))
            }
            _ => rank(fault).is_some() && is_other(self.values.get(&fault.path)),
        }
    }
}

/// Fields that are there, misspelt or at the wrong depth, so that they are not missing.
pub(super) fn written(faults: &[Fault]) -> BTreeSet<FieldPath> {
    let unknown = faults.iter().filter(|fault| fault.rule == &UNKNOWN_FIELD);
    let meant = unknown.filter_map(|fault| {
        let (_, _, name) = fault.fix.as_ref()?;
        let (above, _) = fault.path.split_last()?;
        Some(above.then(Step::Field(name.clone())))
    });
    meant.chain(Displaced::find(faults).into_paths()).collect()
}

/// Whether nothing is there at a fault's place that could be right or wrong by itself. An object that lacks one of some
/// fields is there.
fn is_absent(fault: &Fault) -> bool {
    fault.names_missing_field() || fault.ty == ErrorType::TypeInvalid
}

/// How much a fault says of a value that is wrong whatever stands around it; nothing for any other fault.
fn rank(fault: &Fault) -> Option<u8> {
    let [Read::Value(place)] = &fault.reads[..] else { return None };
    // What a mesh says of a value is another thing than what the API server says of its form.
    if place.path != fault.path || fault.rule.by != Authority::ApiServer {
        return None;
    }
    Some(match fault.ty {
        ErrorType::TypeInvalid => 0,
        ErrorType::NotSupported => 1,
        ErrorType::TooLong => 2,
        ErrorType::Invalid => 3,
        _ => return None,
    })
}

/// What is required and written, but empty, is not there to an API server, and its author sees it.
fn point_to_empty(fault: &mut Fault, root: &Node) {
    let mut node = root;
    for step in fault.path.steps() {
        node = match (step, &node.value) {
            (Step::Index(index), Value::Seq(items)) => match items.get(*index) {
                Some(item) => item,
                None => return,
            },
            (Step::Field(name) | Step::Key(name), Value::Map(map)) => match map.entry(name) {
                Some(Entry { key, value }) if value.is_null() && value.is_written() => {
                    fault.span = key.span;
                    fault.help(format!("`{}` is there, but empty", key.value));
                    return;
                }
                Some(entry) => &entry.value,
                None => return,
            },
            _ => return,
        };
    }
    if node.as_str() == Some("") && node.is_written() {
        fault.span = node.span;
    }
}
