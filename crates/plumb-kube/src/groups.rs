//! Where projects publish the definitions of their API groups: `schemas/groups.toml`.
//!
//! Owns: the table, and the command that adds the definition of a kind. Must not know: whether a schema is at hand.

use crate::names;
use std::sync::OnceLock;

static TEXT: &str = include_str!("../schemas/groups.toml");

/// Where a project publishes definitions.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Project {
    name: String,
    groups: Vec<String>,
    /// The kinds of the groups that it is about; all of them where it names none.
    #[serde(default)]
    kinds: Vec<String>,
    /// The address of a file; `{kind}` is a kind in lower case, `{kinds}` its plural.
    add: String,
    /// The plurals of kinds, where they are not regular.
    #[serde(default)]
    plurals: std::collections::BTreeMap<String, String>,
    /// The day on which the address was in the project's repository or docs.
    state: String,
    /// Where that is.
    source: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    project: Vec<Project>,
}

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    // The file is part of the program; a test reads it.
    FILE.get_or_init(|| toml::from_str(TEXT).unwrap_or_default())
}

/// Where the definition of a kind is published, in words: the project, the command that adds it, who says so.
pub(super) fn published(group: &str, kind: &str) -> Option<[String; 2]> {
    let is_its = |project: &&Project| {
        project.groups.iter().any(|known| known == group)
            && (project.kinds.is_empty() || project.kinds.iter().any(|known| known == kind))
    };
    let project = file().project.iter().find(is_its)?;
    // What is no name of a kind must not get into a command.
    if !kind.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let plural = project.plurals.get(kind).cloned().unwrap_or_else(|| names::plural(kind));
    let name = kind.to_ascii_lowercase();
    let address = project.add.replace("{kinds}", &plural).replace("{kind}", &name);
    let Project { name, source, state, .. } = project;
    Some([
        format!("`mdbook-plumb schemas add {address}` adds what {name} publishes"),
        format!("{source}, as of {state}, has the address"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_sound() {
        let file: File = toml::from_str(TEXT).expect("the table is understood");
        let mut seen = BTreeSet::new();
        let embedded: BTreeSet<&str> =
            crate::bundle::kinds().iter().map(|kind| kind.group.as_str()).collect();
        for project in &file.project {
            let name = &project.name;
            for address in [&project.add, &project.source] {
                assert!(address.starts_with("https://"), "{name}: {address}");
                let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/{}".contains(c);
                assert!(address.chars().all(plain), "{name}: {address}");
            }
            assert!(project.state.len() == 10 && project.state.starts_with("20"), "{name}");
            for group in &project.groups {
                assert!(!embedded.contains(group.as_str()), "{group} is embedded");
                let kinds = match project.kinds.is_empty() {
                    true => vec![""],
                    false => project.kinds.iter().map(String::as_str).collect(),
                };
                for kind in kinds {
                    assert!(seen.insert((group, kind)), "{group} {kind} stands twice");
                }
            }
        }
        let groups: BTreeSet<_> = seen.iter().map(|(group, _)| group).collect();
        assert!(groups.len() >= 100, "{} groups", groups.len());
    }

    #[test]
    fn a_command_names_the_file_of_a_kind() {
        let command = |group, kind| published(group, kind).map(|[command, _]| command);
        for (group, kind, end) in [
            ("monitoring.coreos.com", "ServiceMonitor", "_servicemonitors.yaml`"),
            ("monitoring.coreos.com", "PrometheusRule", "_prometheusrules.yaml`"),
            ("argoproj.io", "EventBus", "/argoproj.io_eventbus.yaml`"),
            ("argoproj.io", "Rollout", "/rollout-crd.yaml`"),
            ("cert-manager.io", "Issuer", "/cert-manager.crds.yaml`"),
            ("tekton.dev", "PipelineRun", "/300-pipelinerun.yaml`"),
        ] {
            let found = command(group, kind).expect(group);
            assert!(found.starts_with("`mdbook-plumb schemas add https://"), "{found}");
            assert!(found.contains(end), "{found}");
        }
        assert_eq!(command("monitoring.coreos.com", "$(rm -rf /)"), None);
        assert_eq!(command("argoproj.io", "Widget"), None);
        assert_eq!(command("example.com", "Widget"), None);
    }
}
