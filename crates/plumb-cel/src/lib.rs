//! CEL as a Kubernetes API server reads it.
//!
//! An [`Environment`] says which variables an expression may name and which release's functions it has. It compiles a text
//! into a [`Program`]: read with the place of each node, its types checked, its literals too. A program is evaluated
//! within a [`Budget`], with *unknowns* for what is not known.
//!
//! ```
//! use plumb_cel::{Budget, Environment, Map, Type, Value};
//!
//! let environment = Environment::kubernetes(37).variable("self", Type::map(Type::String, Type::Dyn));
//! let program = environment.compile("self.replicas <= 5").unwrap();
//! let spec: Map = [("replicas", Value::Int(7))].into_iter().collect();
//! let value = program.evaluate(&|_: &str| Some(spec.clone().into()), &mut Budget::default());
//! assert!(matches!(value, Ok(Value::Bool(false))));
//!
//! let error = Environment::kubernetes(37).compile("'a'.startWith('b')").unwrap_err();
//! assert_eq!(error.to_string(), "undeclared reference to 'startWith'; did you mean 'startsWith'?");
//! ```

mod check;
mod compile;
mod environment;
mod estimate;
mod eval;
mod format;
mod library;
mod pattern;
mod plan;
mod quantity;
mod semver;
mod step;
pub mod syntax;
mod time;
mod types;
mod url;
mod value;

pub use check::CheckError;
pub use compile::{CompileError, Program};
pub use environment::Environment;
pub use estimate::Size;
pub use eval::{Budget, Error, Variables};
pub use pattern::go_regex;
pub use plumb_text::Span;
pub use semver::Version;
pub use time::Time;
pub use types::{Object, Param, Type};
pub use value::{Key, List, ListKind, Map, Value};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
