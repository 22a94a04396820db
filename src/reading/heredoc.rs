//! Manifests in shell commands: `kubectl apply -f - <<EOF … EOF`.

use super::{marks, session};
use crate::text::Span;

/// A here-document that a `kubectl` (or `oc`, `istioctl`) reads, or that is written to a file of manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HereDocument {
    /// Its lines, in the fence's text.
    pub(crate) body: Span,
    /// What in the body the shell takes away before the command sees it.
    pub(crate) gone: Vec<Span>,
    /// Whether its manifests are written to a file and may be parts only: a patch, say.
    pub(crate) kept: bool,
    /// Whether a server is to make objects of it as it stands, so that nothing of them is left out.
    pub(crate) is_whole: bool,
    /// A line that was to close it and does not, for the spaces around the word.
    pub(crate) nearly_closed: Option<Span>,
}

/// The here-documents of a shell fence that are given to a command which reads manifests.
pub(crate) fn find(text: &str, is_applied: &dyn Fn(&str) -> bool) -> Vec<HereDocument> {
    let mut found = Vec::new();
    let mut lines = lines(text);
    // A command may go over several lines.
    let mut begins = None;
    while let Some(line) = lines.next() {
        let first = begins.take().unwrap_or(line.start);
        let mut last = line;
        let goes_on = |line: Span| text[line.range()].trim_end().ends_with('\\');
        let Some(delimiter) = delimiter(&text[line.range()]) else {
            begins = goes_on(line).then_some(first);
            continue;
        };
        while goes_on(last)
            && let Some(next) = lines.next()
        {
            last = next;
        }
        let line = last;
        let command = &text[first..line.end];
        let file = written_file(command);
        let reads = reads_manifests(command) || file.is_some();
        let start = line.end;
        let mut end = start;
        // A console shows its own `> ` before each line.
        let prompt = if text[start..].starts_with("> ") { "> " } else { "" };
        let (mut closed, mut nearly) = (false, None);
        for line in lines.by_ref() {
            let content = text[line.range()].trim_end_matches(['\n', '\r']);
            let content = content.strip_prefix(prompt).unwrap_or(content);
            let content = if delimiter.dash { content.trim_start_matches('\t') } else { content };
            if content == delimiter.word {
                closed = true;
                break;
            }
            if nearly.is_none() && content.trim() == delimiter.word {
                nearly = Some(line);
            }
            end = line.end;
        }
        let nearly_closed = nearly.filter(|_| !closed);
        // What its author takes for the end; the rest is no manifest.
        let end = nearly_closed.map_or(end, |line| line.start);
        // What is written to a file need be no manifest.
        let kept = file.is_some_and(|file| !is_applied(file));
        let concerns = !kept || names_a_kind(&text[start..end]);
        if reads && concerns && end > start {
            let gone = match prompt {
                "" => taken_away(&text[start..end], &delimiter),
                _ => prompts(&text[start..end], prompt),
            };
            let nearly_closed = nearly_closed.map(|line| {
                let written = text[line.range()].trim_end_matches(['\n', '\r']);
                Span::new(line.start, line.start + written.len())
            });
            let is_whole = file.is_none() && makes_objects(command);
            let body = Span::new(start, end);
            found.push(HereDocument { body, gone, kept, is_whole, nearly_closed });
        }
    }
    found
}

/// Whether a text begins with commands of which one gets a here-document.
pub(crate) fn begins(text: &str) -> bool {
    let says = |line: &&str| !(line.is_empty() || line.starts_with('#') || marks::within(line));
    for line in text.lines().map(str::trim).filter(says) {
        let command = session::is_command(line);
        let known = command || reads_manifests(line) || redirection(line).is_some();
        if known && delimiter(line).is_some() {
            return true;
        }
        if !command {
            return false;
        }
    }
    false
}

struct Delimiter {
    word: String,
    /// The shell leaves `$` and `\` alone.
    quoted: bool,
    /// The shell takes away the tabs before each line.
    dash: bool,
}

/// Tabs before lines after `<<-`; where the delimiter is not quoted, a backslash before `$`, a backquote, a backslash, and
/// with it the line end behind it.
fn taken_away(body: &str, delimiter: &Delimiter) -> Vec<Span> {
    let bytes = body.as_bytes();
    let mut gone = Vec::new();
    let (mut at, mut fresh_line) = (0, true);
    while let Some(&byte) = bytes.get(at) {
        let next = match (byte, bytes.get(at + 1)) {
            (b'\t', _) if delimiter.dash && fresh_line => {
                gone.push(Span::new(at, at + 1));
                at += 1;
                continue;
            }
            (b'\\', Some(b'$' | b'`' | b'\\')) if !delimiter.quoted => {
                gone.push(Span::new(at, at + 1));
                at + 2
            }
            (b'\\', Some(b'\n')) if !delimiter.quoted => {
                gone.push(Span::new(at, at + 2));
                at + 2
            }
            _ => at + 1,
        };
        fresh_line = byte == b'\n';
        at = next;
    }
    gone
}

/// What a console shows before each line.
fn prompts(body: &str, prompt: &str) -> Vec<Span> {
    lines(body)
        .filter(|line| body[line.range()].starts_with(prompt))
        .map(|line| Span::new(line.start, line.start + prompt.len()))
        .collect()
}

/// The delimiter of the line's here-document.
fn delimiter(line: &str) -> Option<Delimiter> {
    let at = line.find("<<")?;
    let rest = &line[at + 2..];
    if rest.starts_with('<') {
        return None; // a here-string
    }
    let (dash, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let rest = rest.trim_start_matches([' ', '\t']);
    let (word, quoted) = match rest.chars().next()? {
        quote @ ('\'' | '"') => (rest[1..].split(quote).next()?, true),
        '\\' => (word(&rest[1..]), true),
        _ => (word(rest), false),
    };
    (!word.is_empty()).then(|| Delimiter { word: word.to_owned(), quoted, dash })
}

fn word(text: &str) -> &str {
    let end =
        text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(text.len());
    &text[..end]
}

/// Whether a word is a program that gives manifests to a server.
pub(super) fn is_client(word: &str) -> bool {
    let name = word.trim_start_matches('`').rsplit('/').next().unwrap_or(word);
    matches!(name, "kubectl" | "oc" | "k" | "istioctl" | "k3s" | "microk8s")
}

/// Whether a command takes manifests from its standard input.
fn reads_manifests(command: &str) -> bool {
    let words: Vec<_> = command.split_whitespace().collect();
    let tool = words.iter().any(|word| is_client(word));
    let stdin = words.windows(2).any(|pair| matches!(pair, ["-f" | "--filename", "-"]))
        || words.iter().any(|word| matches!(*word, "-f-" | "-f=-" | "--filename=-" | "<(cat"));
    tool && stdin
}

/// Whether a command hands whole objects to a server: what is applied on the server's side may be the fields that one manages.
fn makes_objects(command: &str) -> bool {
    let has = |wanted: &str| command.split_whitespace().any(|word| word == wanted);
    (has("apply") || has("create")) && !has("--server-side") && !has("--server-side=true")
}

/// The file of manifests that a command writes a here-document to.
fn written_file(command: &str) -> Option<&str> {
    let file = redirection(command)?.trim_matches(['"', '\'']);
    [".yaml", ".yml"].iter().any(|ending| file.ends_with(ending)).then_some(file)
}

/// The file that a command writes to: behind `>`, or as the argument of `tee`.
fn redirection(command: &str) -> Option<&str> {
    let mut words = command.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            ">" | ">>" => return words.next(),
            "tee" => return words.find(|word| !word.starts_with('-')),
            _ => {
                let file = word.trim_start_matches('>');
                if file.len() < word.len() && !file.is_empty() && !file.starts_with(['&', '(']) {
                    return Some(file);
                }
            }
        }
    }
    None
}

fn names_a_kind(body: &str) -> bool {
    let has = |key: &str| body.lines().any(|line| line.trim_start_matches("> ").starts_with(key));
    has("apiVersion:") && has("kind:")
}

/// The lines of a text, line ends included.
fn lines(text: &str) -> impl Iterator<Item = Span> + '_ {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some(Span::new(start, *at))
    })
}

#[cfg(test)]
mod tests {
    use super::super::applied::Applied;
    use super::*;
    use crate::markdown::Cut;

    fn found(text: &str) -> Vec<HereDocument> {
        find(text, &|file| Applied::by(text).holds(file))
    }

    #[test]
    fn the_shell_takes_away() {
        let cases = [
            (
                "kubectl apply -f - <<EOF\na: \\$x \\\\ \\n \\`\nb: \\\nc\nEOF\n",
                "a: $x \\ \\n `\nb: c\n",
            ),
            ("kubectl apply -f - <<'EOF'\na: \\$x\nEOF\n", "a: \\$x\n"),
            ("kubectl apply -f - <<-EOF\n\ta:\n\t\t  b: 1\tc\n\tEOF\n", "a:\n  b: 1\tc\n"),
            ("$ kubectl apply -f - <<EOF\n> a:\n>   b: 1\n> EOF\nmore\n", "a:\n  b: 1\n"),
        ];
        for (text, expected) in cases {
            let found = found(text);
            let found = found.first().expect("a here-document");
            let body = Cut::whole(text, found.body).without(&found.gone);
            assert_eq!(body.text(), expected, "{text}");
        }
    }

    #[test]
    fn spaces_around_the_delimiter_leave_it_open() {
        let cases = [
            ("  EOF\nls\n", Some("  EOF")),
            ("EOF \r\n", Some("EOF ")),
            ("EOF", None),
            ("  EOF\nEOF\n", None),
            ("", None),
        ];
        for (end, expected) in cases {
            let text = format!("kubectl apply -f - <<EOF\na: 1\n{end}");
            let found = found(&text);
            let nearly = found[0].nearly_closed.map(|span| &text[span.range()]);
            assert_eq!(nearly, expected, "{end:?}");
            let body = &text[found[0].body.range()];
            assert_eq!(body, if end.ends_with("EOF\n") { "a: 1\n  EOF\n" } else { "a: 1\n" });
        }
    }

    #[test]
    fn commands_before_a_here_document_begin_it() {
        for text in [
            "kubectl apply -f - <<EOF\n",
            "\n[..]\n# apply\nNAME=<the name>\nexport X=y\nkubectl apply -f - <<EOF\n",
            "cat <<EOF > a.yaml\n",
        ] {
            assert!(begins(text), "{text}");
        }
        for text in
            ["a: 1\nkubectl apply -f - <<EOF\n", "kubectl get pods\na: 1\n", "a: <<EOF\n", ""]
        {
            assert!(!begins(text), "{text}");
        }
    }

    #[test]
    fn what_is_written_to_a_file_is_whole_where_the_file_is_applied() {
        let cases = [
            ("cat >x.yaml <<EOF\napiVersion: v1\nkind: A\nEOF\n", true),
            ("cat >x.yaml <<EOF\napiVersion: v1\nkind: A\nEOF\nkubectl apply -f y.yaml\n", true),
            ("cat >x.yaml <<EOF\napiVersion: v1\nkind: A\nEOF\nkubectl apply -f x.yaml\n", false),
            ("cat >k/x.yaml <<EOF\napiVersion: v1\nkind: A\nEOF\nkubectl apply -f k/\n", false),
            ("kubectl apply -f - <<EOF\napiVersion: v1\nkind: A\nEOF\n", false),
        ];
        for (text, expected) in cases {
            assert_eq!(found(text)[0].kept, expected, "{text}");
        }
    }

    #[test]
    fn finds_what_kubectl_reads() {
        let cases = [
            ("kubectl apply -f - <<EOF\na: 1\nEOF\n", Some("a: 1\n")),
            (
                "$ kubectl apply -n x -f- <<'EOF'\na: 1\nb: 2\nEOF\nkubectl get x\n",
                Some("a: 1\nb: 2\n"),
            ),
            ("cat <<EOF | kubectl create --filename=- \na: 1\nEOF", Some("a: 1\n")),
            ("kubectl apply \\\n  -n x \\\n  -f - <<EOF\na: 1\nEOF\n", Some("a: 1\n")),
            ("cat <<EOF | \\\n  kubectl apply -f -\na: 1\nEOF\n", Some("a: 1\n")),
            ("kubectl create -f <(cat <<EOF\na: 1\nEOF\n)\n", Some("a: 1\n")),
            ("helm upgrade x \\\n  -f - <<EOF\na: 1\nEOF\nkubectl get x\n", None),
            ("kubectl apply -f - <<-EOF\n\ta: 1\n\tEOF\n", Some("\ta: 1\n")),
            ("cat <<EOF > x.yaml\na: 1\nEOF\n", None),
            ("cat <<EOF > x.txt\napiVersion: v1\nkind: A\nEOF\n", None),
            (
                "cat <<EOF > x.yaml\napiVersion: v1\nkind: A\nEOF\n",
                Some("apiVersion: v1\nkind: A\n"),
            ),
            (
                "sudo tee -a ./x.yml <<EOF\napiVersion: v1\nkind: A\nEOF\n",
                Some("apiVersion: v1\nkind: A\n"),
            ),
            ("kubectl apply -f x.yaml\n", None),
            ("kubectl apply -f - <<< \"$X\"\n", None),
        ];
        for (text, expected) in cases {
            let found: Vec<_> = found(text).iter().map(|found| &text[found.body.range()]).collect();
            assert_eq!(found.first().copied(), expected, "{text}");
        }
    }
}
