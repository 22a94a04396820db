//! `versions`: the versions that a chapter's manifests are validated against.

use super::codes::{INVALID_ARGUMENT, UNKNOWN_VERSION};
use super::params::FromArg;
use super::{Call, Directive, Run};
use super::{Param, ParamKind};
use crate::content::Content;
use crate::diag::Diagnostic;
use crate::manifest::{UnknownVersion, Versions};
use crate::markdown::{self, Node, NodeKind};
use crate::text::{Location, Spanned, TextMap};

pub(super) static DIRECTIVE: Directive = Directive {
    name: "versions",
    summary: "the versions that this chapter's manifests are validated against",
    page: include_str!("versions.md"),
    params: &[Param {
        key: "PRODUCT",
        shape: "a version",
        required: true,
        kind: ParamKind::Inputs,
        doc: "Any product of `mdbook-plumb schemas list`: `k8s=1.36`, `istio=1.29`.",
    }],
    late: false,
    run: Run::Content(|_: &mut Call<'_>| Some(Content::Inline(Vec::new()))),
};

/// The versions of a chapter: the book's, and what its `versions` directives say, wherever in it they stand.
pub fn of_chapter(
    nodes: &[Node],
    book: &Versions,
    map: &TextMap,
    findings: &mut Vec<Diagnostic>,
) -> Versions {
    let mut versions = book.clone();
    for node in nodes {
        if let NodeKind::Directive(directive) = &node.kind
            && directive.name.value == DIRECTIVE.name
        {
            read(directive, &mut versions, map, findings);
        }
    }
    versions
}

fn read(
    directive: &markdown::Directive,
    versions: &mut Versions,
    map: &TextMap,
    findings: &mut Vec<Diagnostic>,
) {
    for (product, version) in &directive.args.named {
        let version = match Spanned::<String>::from_arg(version) {
            Ok(version) => version,
            Err(expected) => {
                findings.push(Diagnostic::new(
                    &INVALID_ARGUMENT,
                    map.locate(version.span),
                    expected,
                ));
                continue;
            }
        };
        match versions.with(&product.value, &version.value) {
            Ok(chosen) => *versions = chosen,
            Err(error) => {
                let at = match error {
                    UnknownVersion::Product(..) => product.span,
                    UnknownVersion::Version(..) => version.span,
                };
                findings.push(unknown(&error, map.locate(at)));
            }
        }
    }
}

/// The finding for a version that can't be chosen.
pub fn unknown(error: &UnknownVersion, at: Location) -> Diagnostic {
    Diagnostic::new(&UNKNOWN_VERSION, at, error.to_string())
        .help("`mdbook-plumb schemas add` adds the schemas of another version")
}
