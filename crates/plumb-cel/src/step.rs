//! The steps of an evaluation.

use crate::library::Overload;
use crate::value::Value;
use plumb_text::Span;
use std::sync::Arc;

/// A step of an evaluation.
#[derive(Debug)]
pub(crate) enum Step {
    Constant(Value),
    Variable(String, Span),
    /// A variable of a macro. `take`: nothing reads it afterwards.
    Local {
        at: usize,
        take: bool,
    },
    Select {
        operand: Box<Step>,
        field: Arc<str>,
        test: bool,
        optional: bool,
        at: Span,
    },
    Index {
        operand: Box<Step>,
        index: Box<Step>,
        optional: bool,
        at: Span,
    },
    And(Box<Step>, Box<Step>),
    Or(Box<Step>, Box<Step>),
    If(Box<Step>, Box<Step>, Box<Step>),
    NotStrictlyFalse(Box<Step>),
    Call {
        name: &'static str,
        overloads: Vec<&'static Overload>,
        args: Vec<Step>,
        at: Span,
    },
    List(Vec<(Step, bool)>),
    Map(Vec<(Step, Step, bool, Span)>),
    Fold(Box<FoldStep>),
}

/// A loop.
#[derive(Debug)]
pub(crate) struct FoldStep {
    pub(crate) range: Step,
    pub(crate) two: bool,
    pub(crate) init: Step,
    pub(crate) condition: Step,
    pub(crate) step: Step,
    pub(crate) result: Step,
    pub(crate) at: Span,
}

impl Step {
    /// Whether the step reads a value by names and indices only, which costs less than any other operand.
    pub(crate) fn is_attribute(&self) -> bool {
        matches!(
            self,
            Step::Variable(..) | Step::Local { .. } | Step::Select { .. } | Step::Index { .. }
        )
    }
}
