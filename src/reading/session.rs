//! What a terminal shows, in a fence that says it is YAML: commands with what they print, and texts that were never YAML.

use crate::text::Span;

/// What a fence that says YAML holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// YAML, or what is to be.
    Yaml,
    /// Commands, and what they print: YAML perhaps, and then their lines are no part of it.
    Session(Vec<Span>),
    /// Something that is not meant to be YAML.
    Other,
}

/// Whether a text, of which nobody has said what it is, is YAML and no commands or anything else.
pub(crate) fn is_yaml(text: &str) -> bool {
    shown(text) == Shown::Yaml
}

/// Says what a text is, from how it begins.
pub(super) fn shown(text: &str) -> Shown {
    let says = |line: &Span| {
        let content = text[line.range()].trim();
        !(content.is_empty() || content.starts_with('#'))
    };
    let mut lines = lines(text).filter(says);
    let Some(first) = lines.next() else { return Shown::Yaml };
    let content = text[first.range()].trim();
    // A page about Markdown.
    if content.starts_with("```") || content.starts_with("~~~") {
        return Shown::Other;
    }
    let has = |mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    let difference = (has("\n+") || has("@@ ")) && is_difference(text);
    if difference || has(":  ") && is_description(text) {
        return Shown::Other;
    }
    if !is_command(content) {
        return Shown::Yaml;
    }
    // What goes on over the next lines in quotes is the shell's.
    if content.matches(['"', '\'']).count() % 2 == 1 {
        return Shown::Other;
    }
    let mut commands = vec![first];
    let mut goes_on = content.ends_with('\\');
    let mut printed = false;
    let mut describes = describes(content);
    for line in lines {
        let content = text[line.range()].trim();
        let prompted = strip_prompt(content).is_some();
        if goes_on || prompted || (!printed && is_command(content)) {
            goes_on = content.ends_with('\\');
            describes |= self::describes(content);
            commands.push(line);
        } else {
            printed = true;
        }
    }
    if describes { Shown::Other } else { Shown::Session(commands) }
}

/// Whether a line is a command: one behind a prompt, or one of the tools that such pages run.
pub(super) fn is_command(line: &str) -> bool {
    if strip_prompt(line).is_some() {
        return true;
    }
    // `kubectl: x` is a key, and so are `helm values: x` and `a=b: x`.
    let bare = line.split(['"', '\'']).next().unwrap_or(line);
    if bare.contains(": ") || line.ends_with(':') {
        return false;
    }
    let (tool, rest) = line.split_once(' ').unwrap_or((line, ""));
    TOOLS.contains(&tool) && !rest.is_empty() || is_assignment(tool)
}

/// `NAME=value`.
fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

const TOOLS: &[&str] = &[
    "argocd",
    "aws",
    "az",
    "cat",
    "cilium",
    "crossplane",
    "curl",
    "docker",
    "echo",
    "eksctl",
    "export",
    "flux",
    "gcloud",
    "helm",
    "istioctl",
    "k",
    "kind",
    "kubeadm",
    "kubectl",
    "kustomize",
    "linkerd",
    "minikube",
    "oc",
    "sudo",
    "vi",
    "vim",
];

fn strip_prompt(line: &str) -> Option<&str> {
    ["$ ", "➜ ", "❯ "].iter().find_map(|prompt| line.strip_prefix(prompt))
}

fn describes(command: &str) -> bool {
    command.split_whitespace().any(|word| word == "describe")
}

/// Two texts compared: `+` before the lines of one of them; `@@` before each piece.
fn is_difference(text: &str) -> bool {
    // No field's name begins so, and no text of a block stands at the start of its line.
    text.lines().any(|line| {
        line.starts_with('+') || line.strip_prefix("@@ ").is_some_and(|piece| piece.contains(" @@"))
    })
}

/// What `kubectl describe` prints, or a part of it: names of several words, with their values in a column.
fn is_description(text: &str) -> bool {
    let (mut names, mut more) = (false, false);
    for line in text.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let column = value.starts_with("  ");
        more |= column && DESCRIBED.contains(&name.trim_start());
        names |= column && name == "Name";
        more |= names && column && matches!(name, "Namespace" | "Labels");
    }
    more && !text.lines().any(|line| line.trim_start().starts_with("apiVersion:"))
}

/// Names that only a description has.
const DESCRIBED: &[&str] = &[
    "API Version",
    "Creation Timestamp",
    "Current Status",
    "Last Transition Time",
    "Observed Generation",
    "Resource Version",
];

/// The lines of a text, without their ends.
fn lines(text: &str) -> impl Iterator<Item = Span> + '_ {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some(Span::new(start, start + line.trim_end_matches(['\n', '\r']).len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_a_fence_shows() {
        let session = |lines: &[&str]| Some(lines.iter().map(|&line| line.to_owned()).collect());
        let cases: [(&str, Option<Vec<String>>); 22] = [
            ("a: 1\n", Some(Vec::new())),
            ("\n", Some(Vec::new())),
            ("$ kubectl get pod x -o yaml\na: 1\n", session(&["$ kubectl get pod x -o yaml"])),
            (
                "kubectl get pod x \\\n  -o yaml\r\na: 1\n",
                session(&["kubectl get pod x \\", "  -o yaml"]),
            ),
            ("\n  cat x.yaml\n  a: 1\n  $ ls\n", session(&["  cat x.yaml", "  $ ls"])),
            (
                "# make\nCERT=$(cat a | base64)\n\nkubectl create secret tls a \\\n  --cert=b\n",
                session(&[
                    "CERT=$(cat a | base64)",
                    "kubectl create secret tls a \\",
                    "  --cert=b",
                ]),
            ),
            ("➜ kubectl get x\na: 1\n", session(&["➜ kubectl get x"])),
            ("kind: Pod\n", Some(Vec::new())),
            ("kind Pod: x\n", Some(Vec::new())),
            ("cats and dogs\n", Some(Vec::new())),
            ("$ kubectl describe pod x\na: 1\n", None),
            ("Name:         x\nNamespace:    y\nLabels:       a=b\n              c=d\n", None),
            ("Labels:       a=b\nAnnotations:  c={\"apiVersion\": 1}\nAPI Version:  v1\n", None),
            ("Status:\n  Current Status:  invalid\n", None),
            ("apiVersion: v1\ndata:\n  a: |\n    API Version:  v1\n", Some(Vec::new())),
            ("Name: x\nNamespace: y\n", Some(Vec::new())),
            ("--- a.yaml\n+++ b.yaml\n@@ -1 +1 @@\n-a: 1\n+a: 2\n", None),
            ("echo '\na: 1\n' | kubectl apply -f -\n", None),
            ("kubectl patch x -p='[{\"op\": \"add\",\n  \"path\": \"/a\"}]'\n", None),
            ("spec:\n+ replicas: 3\n- replicas: 2\n", None),
            ("a: |\n  +b\nc: +1\n", Some(Vec::new())),
            ("```yaml\na: 1\n```\n", None),
        ];
        for (text, expected) in cases {
            let found = match shown(text) {
                Shown::Yaml => Some(Vec::new()),
                Shown::Session(commands) => {
                    Some(commands.iter().map(|line| text[line.range()].to_owned()).collect())
                }
                Shown::Other => None,
            };
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
