//! The program from outside: its arguments, its exit codes, and the real mdBook around it.

#![allow(clippy::print_stderr, reason = "a test that leaves something out says so")]

mod cli;
mod commands;
#[cfg(unix)]
mod corpus;
mod described;
mod determined;
mod docs;
mod door;
mod extract;
mod findings;
mod fixpoint;
mod hostile;
mod includes;
mod init;
#[cfg(feature = "lsp")]
mod lsp;
mod matrix;
mod mdbook;
mod own;
mod passages;
mod reading;
mod readme;
#[cfg(unix)]
mod release;
mod reports;
mod shard;
mod since;
mod stranger;
mod support;
mod sync;
mod tree;
mod untouched;
