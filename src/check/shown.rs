//! The definitions that stand beside objects of their kinds: whoever applies both is told what they say.

use super::Project;
use crate::diag::Severity;
use crate::manifest::store::{Definition, definitions_of};
use crate::manifest::{Document, Versions};
use std::collections::BTreeMap;

/// The project with what these documents define, where they define kinds that no other schema knows.
pub(super) fn with_definitions<'d>(
    project: &Project,
    documents: impl IntoIterator<Item = &'d Document>,
    versions: &Versions,
) -> Option<Project> {
    let schemas = project.engine.schemas();
    // Of what is defined in two ways, a text tells how it changes: that is none.
    let mut all: BTreeMap<[String; 3], Option<Definition>> = BTreeMap::new();
    for document in documents.into_iter().filter(|document| is_definition(document)) {
        let mut defined = definitions_of(document);
        defined.retain(|one| schemas.find(&one.group, &one.version, &one.kind, versions).is_none());
        if !defined.is_empty() && is_sound(project, document, versions) {
            for one in defined {
                let kind = [one.group.clone(), one.version.clone(), one.kind.clone()];
                let known = all.entry(kind).or_insert_with(|| Some(one.clone()));
                if known.as_ref().is_some_and(|known| known.schema() != one.schema()) {
                    *known = None;
                }
            }
        }
    }
    let settled: Vec<Definition> = all.into_values().flatten().collect();
    (!settled.is_empty()).then(|| project.beside(settled))
}

/// Whether a document defines a kind, and no mark says that some of it is left out.
fn is_definition(document: &Document) -> bool {
    document.kind().is_some_and(|kind| kind.value == "CustomResourceDefinition")
        && !document.gaps.has_gap()
}

/// Whether no schema of the project knows the kind of an object.
pub(super) fn lacks_schema(project: &Project, document: &Document, versions: &Versions) -> bool {
    let (Some(group), Some(version), Some(kind)) =
        (document.group(), document.version(), document.kind())
    else {
        return false;
    };
    project.engine.schemas().find(group, version, kind.value, versions).is_none()
}

/// Whether a definition is whole, and an API server takes it.
fn is_sound(project: &Project, document: &Document, versions: &Versions) -> bool {
    let judgement = project.judge(document, versions);
    // What looks like a placeholder in a description is no one's concern; where a rule hangs on one, it is.
    !judgement.is_part
        && judgement.excused.is_empty()
        && judgement.findings.iter().all(|finding| finding.severity != Severity::Error)
}
