//! Manifests in shell commands: `kubectl apply -f - <<EOF … EOF`.

use crate::text::Span;

/// A here-document that a `kubectl` (or `oc`, `istioctl`) reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HereDocument {
    /// Its lines, in the fence's text.
    pub(super) body: Span,
    /// Whether the delimiter is quoted, so that the shell leaves `$` alone.
    pub(super) quoted: bool,
}

/// The here-documents of a shell fence that are given to a command which reads manifests.
pub(super) fn find(text: &str) -> Vec<HereDocument> {
    let mut found = Vec::new();
    let mut lines = lines(text);
    while let Some(line) = lines.next() {
        let command = &text[line.range()];
        let Some(delimiter) = delimiter(command) else { continue };
        let reads = reads_manifests(command);
        let start = line.end;
        let mut end = start;
        for line in lines.by_ref() {
            let content = text[line.range()].trim_end_matches(['\n', '\r']);
            let content = if delimiter.dash { content.trim_start_matches('\t') } else { content };
            if content == delimiter.word {
                break;
            }
            end = line.end;
        }
        if reads && end > start {
            found.push(HereDocument { body: Span::new(start, end), quoted: delimiter.quoted });
        }
    }
    found
}

struct Delimiter {
    word: String,
    quoted: bool,
    dash: bool,
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

/// Whether a command takes manifests from its standard input.
fn reads_manifests(command: &str) -> bool {
    let words: Vec<_> = command.split_whitespace().collect();
    let tool = words.iter().any(|word| {
        let name = word.rsplit('/').next().unwrap_or(word);
        matches!(name, "kubectl" | "oc" | "k" | "istioctl" | "k3s" | "microk8s")
    });
    let stdin = words.windows(2).any(|pair| matches!(pair, ["-f" | "--filename", "-"]))
        || words.iter().any(|word| matches!(*word, "-f-" | "-f=-" | "--filename=-"));
    tool && stdin
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
    use super::*;

    #[test]
    fn finds_what_kubectl_reads() {
        let cases = [
            ("kubectl apply -f - <<EOF\na: 1\nEOF\n", Some("a: 1\n")),
            (
                "$ kubectl apply -n x -f- <<'EOF'\na: 1\nb: 2\nEOF\nkubectl get x\n",
                Some("a: 1\nb: 2\n"),
            ),
            ("cat <<EOF | kubectl create --filename=- \na: 1\nEOF", Some("a: 1\n")),
            ("kubectl apply -f - <<-EOF\n\ta: 1\n\tEOF\n", Some("\ta: 1\n")),
            ("cat <<EOF > x.yaml\na: 1\nEOF\n", None),
            ("kubectl apply -f x.yaml\n", None),
            ("kubectl apply -f - <<< \"$X\"\n", None),
        ];
        for (text, expected) in cases {
            let found: Vec<_> = find(text).iter().map(|found| &text[found.body.range()]).collect();
            assert_eq!(found.first().copied(), expected, "{text}");
        }
    }
}
