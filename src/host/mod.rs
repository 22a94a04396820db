//! The outside: mdBook's protocol, the command line, the build with mdBook's driver inside.
//!
//! Owns: arguments, standard streams, exit codes. Must not know: how anything is checked or shown. Only this module and
//! `DiskWorld` touch the outside.
#![allow(clippy::print_stdout, clippy::print_stderr)]

pub mod fetch;
pub mod protocol;
