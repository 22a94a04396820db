//! What a terminal shows, in a fence that says it is YAML: commands with what they print, and texts that were never YAML.

use super::{heads, marks};
use crate::text::{Span, replaced};

/// What a fence that says YAML holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// YAML, or what is to be.
    Yaml,
    /// Commands, and what they print: YAML perhaps.
    Session(Session),
    /// Something that is not meant to be YAML.
    Other,
}

/// What of a text a terminal shows is YAML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Session {
    /// The lines that are no YAML: commands, and what they print that is none.
    pub(super) dropped: Vec<Span>,
    /// What a server has been asked for.
    pub(super) served: Vec<Span>,
    /// What has been asked for as YAML.
    asked: Vec<Span>,
}

impl Session {
    /// What a server was asked for as YAML and has printed.
    pub(super) fn answers(&self) -> impl Iterator<Item = Span> + '_ {
        self.served.iter().copied().filter(|output| self.asked.contains(output))
    }

    /// The text without those lines, each thing at its place; what two commands print is two documents.
    pub(super) fn only_yaml(&self, text: &str) -> String {
        let blank = |line: &Span| {
            let words = text[line.range()].trim_start();
            let start = line.end - words.len();
            let row = if start == line.start && words.len() >= 3 { "---" } else { "" };
            (*line, format!("{row}{}", " ".repeat(line.len() - row.len())))
        };
        replaced(text, self.dropped.iter().map(blank))
    }
}

/// Whether a text, of which nobody has said what it is, is YAML and no commands or anything else.
pub(crate) fn is_yaml(text: &str) -> bool {
    // Above a manifest that nobody has tagged may stand the name of its file, or a command that is not known here.
    let begins = |line: &str| {
        is_entry(line)
            || marks::within(line)
            || ["apiVersion", "kind"].iter().any(|key| line.starts_with(key))
    };
    let first = lines(text).find(|line| says(&text[line.range()]));
    first.is_none_or(|first| begins(text[first.range()].trim())) && shown(text) == Shown::Yaml
}

/// Whether a text, of which nobody has said what it is, begins with a command.
pub(crate) fn begins(text: &str) -> bool {
    lines(text)
        .find(|line| says(&text[line.range()]))
        .is_some_and(|line| is_command(text[line.range()].trim()))
}

/// The manifests that the commands of a shell print, where they print any.
pub(super) fn printed(text: &str) -> Option<Session> {
    if !begins(text) {
        return None;
    }
    let Shown::Session(mut session) = session(text) else { return None };
    let kept =
        |line: &Span| session.dropped.binary_search_by_key(&line.start, |one| one.start).is_err();
    let mut outputs: Vec<Vec<Span>> = Vec::new();
    let mut goes_on = false;
    for line in lines(text) {
        let kept = kept(&line);
        match outputs.last_mut().filter(|_| goes_on && kept) {
            Some(output) => output.push(line),
            None if kept => outputs.push(vec![line]),
            None => {}
        }
        goes_on = kept;
    }
    let is_manifest = |output: &Vec<Span>| {
        let (first, last) = (output[0].start, output[output.len() - 1].end);
        heads::has(&text[first..last])
            && session.asked.iter().any(|asked| Span::new(first, last).contains(*asked))
    };
    let (manifests, others): (Vec<_>, Vec<_>) = outputs.into_iter().partition(is_manifest);
    session.dropped.extend(others.into_iter().flatten());
    session.dropped.sort_by_key(|line| line.start);
    (!manifests.is_empty()).then_some(session)
}

fn says(line: &str) -> bool {
    let content = line.trim();
    !(content.is_empty() || content.starts_with('#'))
}

/// Says what a text is, from how it begins.
pub(super) fn shown(text: &str) -> Shown {
    let Some(first) = lines(text).find(|line| says(&text[line.range()])) else {
        return Shown::Yaml;
    };
    let content = text[first.range()].trim();
    // A page about Markdown.
    if content.starts_with("```") || content.starts_with("~~~") {
        return Shown::Other;
    }
    let has = |mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    let difference = (has("\n+") || has("@@ ")) && is_difference(text);
    if difference || has(":  ") && is_description(text) || has(": []") && is_reference(text) {
        return Shown::Other;
    }
    // Root's prompt is `#`, so that its commands are comments.
    let is_root_prompt = || {
        let above = text[..first.start].lines().rfind(|line| !line.trim().is_empty());
        let command = above.and_then(|line| line.trim().strip_prefix("# "));
        // A comment of one's own above YAML may say how to get it.
        command.is_some_and(is_command) && !is_entry(content) && !content.starts_with(['-', '{'])
    };
    match content {
        content if is_command(content) => session(text),
        _ if is_root_prompt() => Shown::Other,
        _ => Shown::Yaml,
    }
}

/// Whether a text tells the types of fields, as references made from code do: `"options": []google.protobuf.Option`.
fn is_reference(text: &str) -> bool {
    let is_type = |line: &str| {
        let ty = line.split_once(": []").map_or("", |(_, ty)| ty.trim_end());
        ty.starts_with(char::is_alphabetic)
            && ty.chars().all(|c| c.is_alphanumeric() || "._".contains(c))
    };
    text.lines().any(is_type)
}

/// The commands of a text that begins with one, and what each prints.
fn session(text: &str) -> Shown {
    let mut read =
        Reader { text, command: String::new(), output: Vec::new(), session: Session::default() };
    let mut is_prompted = None;
    let mut goes_on = false;
    let (mut kept, mut left) = (0, 0);
    for line in lines(text) {
        let content = text[line.range()].trim();
        if !says(content) {
            if !read.output.is_empty() {
                read.output.push(line);
            }
            continue;
        }
        let prompted = strip_prompt(content).is_some();
        let in_prompts = *is_prompted.get_or_insert(prompted);
        let begins = prompted || !in_prompts && read.output.is_empty() && is_command(content);
        if !goes_on && !begins {
            read.output.push(line);
            continue;
        }
        if !goes_on {
            match read.take() {
                Some(true) => kept += 1,
                Some(false) => left += 1,
                None => {}
            }
        }
        read.command.push_str(content);
        read.command.push(' ');
        read.session.dropped.push(line);
        goes_on = content.ends_with('\\');
    }
    match read.take() {
        Some(true) => kept += 1,
        Some(false) => left += 1,
        None => {}
    }
    if kept == 0 && left > 0 { Shown::Other } else { Shown::Session(read.session) }
}

/// Reads commands, one behind the other.
struct Reader<'t> {
    text: &'t str,
    /// The last command.
    command: String,
    /// What it has printed so far.
    output: Vec<Span>,
    session: Session,
}

impl Reader<'_> {
    /// Whether what the last command has printed is YAML; nothing if it has printed nothing. What is none is dropped.
    fn take(&mut self) -> Option<bool> {
        let command = std::mem::take(&mut self.command);
        let output = std::mem::take(&mut self.output);
        let (first, last) = (output.first()?, output.last()?);
        let whole = Span::new(first.start, last.end);
        // What goes on over the next lines in quotes, or up to a word, is the shell's.
        let begins_text = |line: &str| line.contains("<<") && !line.contains("<<:");
        let is_shells = command.matches(['"', '\'']).count() % 2 == 1
            || begins_text(&command)
            || output.iter().any(|line| begins_text(&self.text[line.range()]));
        let is_yaml = asks_for_yaml(&command)
            || heads::has(&self.text[whole.range()])
            || is_entry(self.text[first.range()].trim());
        if is_shells || describes(&command) || !is_yaml {
            self.session.dropped.extend(output);
            return Some(false);
        }
        if asks_for_yaml(&command) {
            self.session.asked.push(whole);
        }
        if tool(&command) != "cat" {
            self.session.served.push(whole);
        }
        Some(true)
    }
}

/// Whether a command prints YAML.
fn asks_for_yaml(command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    let is_file = |word: &str| word.ends_with(".yaml") || word.ends_with(".yml");
    words.windows(2).any(|pair| matches!(pair, ["-o" | "--output", "yaml"]))
        || words.iter().any(|word| matches!(*word, "-oyaml" | "-o=yaml" | "--output=yaml"))
        || tool(command) == "cat" && words.last().is_some_and(|word| is_file(word))
}

/// What a command runs.
fn tool(command: &str) -> &str {
    let command = strip_prompt(command).unwrap_or(command).trim_start();
    command.split_whitespace().next().unwrap_or("")
}

/// Whether a line begins an entry of a map or a list, or is one in brackets.
pub(super) fn is_entry(line: &str) -> bool {
    if line == "-"
        || line.starts_with("- ")
        || line.starts_with(['{', '[', '&', '<', '%'])
        || line.starts_with("---")
    {
        return true;
    }
    let quote = line.chars().next().filter(|c| matches!(c, '"' | '\''));
    let Some((key, value)) = (match quote {
        Some(quote) => line[1..]
            .split_once(quote)
            .and_then(|(key, rest)| Some((key, rest.trim_start().strip_prefix(':')?))),
        None => line.split_once(':').filter(|(key, _)| !key.contains([' ', '(', '='])),
    }) else {
        return false;
    };
    !key.is_empty() && (value.is_empty() || value.starts_with([' ', '\t']))
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
    "mkdir",
    "oc",
    "sudo",
    "vi",
    "vim",
];

/// A command behind a prompt: `$ ls`, `% ls`, `me@host:~$ ls`, `[root@host ~]# ls`, `PS C:\> ls`.
fn strip_prompt(line: &str) -> Option<&str> {
    let own = ["$ ", "% ", "➜ ", "❯ "].iter().find_map(|prompt| line.strip_prefix(prompt));
    own.or_else(|| {
        let (before, command) = line.split_once(['$', '#', '%', '>'])?;
        // `me@example.com: # a comment` is a key.
        if before.ends_with(": ") {
            return None;
        }
        // `[demo]$ ` names a folder or a host alone, or both: `[node1 ~]$ `;  `postgres=# ` what is asked.
        let is_named = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "._-".contains(c))
        };
        let in_brackets = before.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let in_brackets = in_brackets.map(|inner| match inner.split_once(' ') {
            Some((host, folder)) if folder.starts_with(['~', '/']) => host,
            _ => inner,
        });
        let asks = before.strip_suffix('=').filter(|_| line.as_bytes()[before.len()] == b'#');
        if [in_brackets, asks].into_iter().flatten().any(is_named) {
            return Some(command.strip_prefix(' ').unwrap_or(command));
        }
        let (user, _) = before.trim_start_matches('[').split_once('@').unwrap_or(("", ""));
        let is_user =
            !user.is_empty() && user.chars().all(|c| c.is_alphanumeric() || "._-".contains(c));
        let is_prompt = is_user && before.len() <= LONGEST_PROMPT || before.starts_with("PS ");
        command.strip_prefix(' ').filter(|_| is_prompt)
    })
}

/// The most bytes of a prompt that names a user, a host and a folder.
const LONGEST_PROMPT: usize = 80;

/// Whether commands print several files: `cat a.yaml b.yaml`, or a `cat` on each of several lines.
pub(super) fn prints_files(commands: &str) -> bool {
    let files = commands.lines().filter_map(|line| {
        let line = line.trim();
        let words = strip_prompt(line).unwrap_or(line).trim().strip_prefix("cat ")?;
        let is_file = |word: &&str| !word.starts_with('-');
        let is_plain = !words.contains(['<', '>', '|']);
        is_plain.then(|| {
            words.split([' ', ';']).filter(is_file).filter(|word| !word.is_empty()).count()
        })
    });
    files.sum::<usize>() > 1
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
                Shown::Session(session) => {
                    Some(session.dropped.iter().map(|line| text[line.range()].to_owned()).collect())
                }
                Shown::Other => None,
            };
            assert_eq!(found, expected, "{text:?}");
        }
    }

    /// What of a console is kept as YAML, and whether a server has been asked for it.
    #[test]
    fn says_what_commands_print() {
        let cases: [(&str, &str, bool); 5] = [
            (
                "$ kubectl create -f x\nsecret/x created\n$ kubectl get x -o yaml\na: 1\n",
                "a: 1",
                true,
            ),
            ("$ kubectl get x\nNAME   AGE\nx      1d\n$ cat x.yaml\na: 1\n", "a: 1", false),
            (
                "$ cat auth\nfoo:$apr1\n$ k get x -oyaml\na: 1\n\nb: 2\n$ ls\nx\n",
                "a: 1\n\nb: 2",
                true,
            ),
            // What the shell is given is not printed.
            ("$ kubectl get x -o yaml\na: 1\n$ foo -f - <<E\nb: 2\nE\n", "a: 1", true),
            ("$ kubectl get x -o yaml\na: 1\n$ foo '\nb: 2'\n", "a: 1", true),
        ];
        for (text, expected, is_served) in cases {
            let Shown::Session(session) = shown(text) else { panic!("{text}") };
            let kept = session.only_yaml(text);
            assert_eq!(kept.len(), text.len(), "{text}");
            let is_row = |line: &&str| !line.trim_end().is_empty() && line.trim_end() != "---";
            let kept: Vec<&str> = kept.lines().filter(is_row).collect();
            assert_eq!(kept.join("\n"), expected.replace("\n\n", "\n"), "{text}");
            assert_eq!(!session.served.is_empty(), is_served, "{text}");
        }
    }

    #[test]
    fn a_shell_prints_manifests_where_it_is_asked_to() {
        const HEAD: &str = "apiVersion: v1\nkind: Pod\n";
        for (text, expected) in [
            (format!("$ kubectl get pod x -o yaml\n{HEAD}"), true),
            (format!("kubectl get pod x -o yaml\n\n{HEAD}"), true),
            (format!("$ helm template x\n{HEAD}NOTES: a\n"), false),
            (format!("$ cat x.yaml\n{HEAD}$ ls\n"), true),
            (format!("$ cat <<EOF > x.yaml\n{HEAD}EOF\n"), false),
            (format!("kubectl apply -f - <<EOF\n{HEAD}EOF\n"), false),
            (format!("set -e\nfoo <<EOF\n{HEAD}EOF\n"), false),
            (format!("kubectl get x\nfoo <<EOF\n{HEAD}EOF\n"), false),
            (format!("echo '\n{HEAD}' | kubectl apply -f -\n"), false),
            ("$ kubectl get pod x -o yaml\na: 1\n".to_owned(), false),
        ] {
            assert_eq!(printed(&text).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn entries_begin_yaml() {
        for line in ["a: 1", "a:", "- x", "{a: 1}", "\"a\": 1", "a.b/c-d: x", "---"] {
            assert!(is_entry(line), "{line}");
        }
        for line in [
            "a=b",
            "set(a, b)",
            "Job done",
            "\"vault://x\"  # y",
            "a:b",
            "foo:$apr1",
            "secret/x created",
        ] {
            assert!(!is_entry(line), "{line}");
        }
    }
}
