//! The files of the book's own policies: policies to check with, and manifests that a server has to take.

use crate::diag::{Diagnostic, Severity};
use crate::manifest::policy::Policies;
use crate::manifest::{ADMISSION_DYN, Document, Engine, Format, Versions, read};
use crate::text::{Source, TextMap};
use std::sync::Arc;

/// The group of policies and their bindings. Other objects of these files are what policies ask for.
const GROUP: &str = "admissionregistration.k8s.io";

/// Reads policies, and says what is wrong with them as policies and as manifests.
pub(super) fn load(
    sources: &[Arc<Source>],
    engine: &Engine,
    versions: &Versions,
) -> (Policies, Vec<Diagnostic>) {
    let (policies, mut findings) = Policies::load(sources);
    let line = |finding: &Diagnostic| {
        let at = &finding.at.location;
        (at.source.path().to_owned(), at.start().line)
    };
    let said: Vec<_> = findings.iter().map(line).collect();
    for source in sources {
        let read = read(source.text(), &TextMap::identity(source), Format::Yaml);
        let own: Vec<Document> = read
            .documents
            .into_iter()
            .filter(|document| document.group() == Some(GROUP) && document.kind().is_some())
            .collect();
        let found = engine.validate(&own, versions);
        let found = found.into_iter().filter(|finding| !said.contains(&line(finding)));
        findings.extend(found.map(|mut finding| {
            // Here it is judged when it is evaluated; a server does not take it.
            if finding.code.name == ADMISSION_DYN.code.name {
                finding.severity = finding.severity.min(Severity::Warning);
            }
            finding
        }));
    }
    (policies, findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Schemas;

    fn found(policy: &str) -> Vec<String> {
        let text = format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: own}}\nspec:\n  \
             matchConstraints:\n    resourceRules: [{{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}}]\n{policy}"
        );
        let source = Source::new("policies/own.yaml", text);
        let engine = Engine::new(Schemas::embedded());
        let (_, findings) = load(&[source], &engine, &Versions::default());
        let shown = |finding: &Diagnostic| {
            let level = if finding.severity == Severity::Warning { ", a warning" } else { "" };
            format!("{}:{}{level}", finding.at.location.start().line, finding.code.name)
        };
        findings.iter().map(shown).collect()
    }

    /// As `validate` judges the same file: names, types, fields; and what does not compile once.
    #[test]
    fn a_policy_of_the_books_is_judged_as_a_manifest() {
        let right = "  variables:\n  - {name: c, expression: '1'}\n  matchConditions:\n  - {name: own.example/a, expression: 'true'}\n  \
                     validations:\n  - {expression: 'variables.c == 1', messageExpression: '\"no\"'}\n";
        assert_eq!(found(right), [""; 0]);
        assert_eq!(
            found(&right.replace("name: c,", "name: a-c,").replace("variables.c == 1", "true")),
            ["8:admission-policy"]
        );
        assert_eq!(found(&right.replace("own.example/a", "a b")), ["10:admission-expression"]);
        assert_eq!(found(&right.replace("variables.c == 1", "variables.c")), ["12:policy-invalid"]);
        assert_eq!(found(&right.replace("variables.c == 1", "variables.d")), ["12:policy-invalid"]);
        assert_eq!(found(&right.replace("'\"no\"'", "'1'")), ["12:policy-invalid"]);
        let open = right.replace("variables.c == 1", "object.spec.?paused.orValue(false)");
        assert_eq!(found(&open), ["12:admission-dyn, a warning"]);
        assert_eq!(found(&format!("{right}  failurePolicy: Fial\n")).len(), 1);
    }
}
