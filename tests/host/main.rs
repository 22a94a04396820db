//! The program from outside: its arguments, its exit codes, and the real mdBook around it.

mod cli;
mod mdbook;
mod readme;
mod support;
