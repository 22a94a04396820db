//! Which files the commands of a page give to a server: `kubectl apply -f FILE`, `-f FOLDER`, `-k FOLDER`, behind a `cd`.

use super::heredoc::is_client;
use std::collections::BTreeSet;

/// How many folders that commands change to are told apart.
const MOST_FOLDERS: usize = 32;

/// The files that commands of a page give to a server.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    files: BTreeSet<String>,
    /// The folders of which all files are given; with those below them where that is asked for.
    folders: BTreeSet<(String, bool)>,
    /// The folders that commands change to.
    changed_to: BTreeSet<String>,
}

impl Applied {
    /// What the commands in a text give.
    pub(crate) fn by(text: &str) -> Applied {
        let mut applied = Applied::default();
        let mut folder = String::new();
        let has_patches = memchr::memmem::find(text.as_bytes(), b"patches").is_some();
        // A command goes on in the next line behind `\`.
        let text = text.replace("\\\r\n", " ").replace("\\\n", " ");
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            for pair in words.windows(2) {
                if pair[0] == "cd" && applied.changed_to.len() < MOST_FOLDERS {
                    folder = joined(&folder, pair[1]);
                    applied.changed_to.insert(folder.clone());
                }
            }
            if words.iter().any(|word| is_client(word)) {
                applied.command(&words, &folder, has_patches);
            }
        }
        applied
    }

    fn command(&mut self, words: &[&str], folder: &str, has_patches: bool) {
        let is_deep = words.iter().any(|word| matches!(*word, "-R" | "--recursive"));
        let mut at = 0;
        while let Some(word) = words.get(at) {
            at += 1;
            let (flag, value) = word.split_once('=').unwrap_or((word, ""));
            let is_file = matches!(flag, "-f" | "--filename");
            if !is_file && !matches!(flag, "-k" | "--kustomize") {
                continue;
            }
            let value = if value.is_empty() { words.get(at).copied().unwrap_or("") } else { value };
            // A kustomization's folder holds patches too, where it has any.
            if value.contains("://") || value == "-" || !is_file && has_patches {
                continue;
            }
            for name in value.split(',').filter(|name| !name.is_empty()) {
                for name in [joined("", name), joined(folder, name)] {
                    match is_file && names_file(&name) {
                        true => drop(self.files.insert(name)),
                        false => drop(self.folders.insert((name, is_deep))),
                    }
                }
            }
        }
    }

    /// Whether a file is among them, by its path as a command writes it.
    pub(crate) fn holds(&self, file: &str) -> bool {
        let own = joined("", file);
        let mut names = vec![own];
        names.extend(self.changed_to.iter().map(|folder| joined(folder, file)));
        names.iter().any(|name| self.files.contains(name) || self.holds_folder_of(name))
    }

    fn holds_folder_of(&self, name: &str) -> bool {
        let (folder, _) = name.rsplit_once('/').unwrap_or(("", name));
        let has = |folder: &str, deep| self.folders.contains(&(folder.to_owned(), deep));
        let mut above = std::iter::successors(Some(folder), |folder| {
            (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above))
        });
        has(folder, false) || above.any(|folder| has(folder, true))
    }
}

fn names_file(name: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending))
}

/// A path in a folder, without quotes, `.` and what `..` takes away.
fn joined(folder: &str, path: &str) -> String {
    let path = path.trim_matches(['"', '\'', '`', ';', ')', '&']);
    let base = if path.starts_with(['/', '~', '$']) { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::Applied;

    #[test]
    fn commands_give_files_and_folders() {
        for (text, file, expected) in [
            ("kubectl apply -f x.yaml\n", "./x.yaml", true),
            ("kubectl create --filename='x.yaml'\n", "x.yaml", true),
            ("run `kubectl apply -f a.yaml,x.yaml`", "x.yaml", true),
            ("kubectl apply -f k8s/\n", "k8s/x.yaml", true),
            ("kubectl apply -f ./k8s\n", "k8s/x.yaml", true),
            ("kubectl apply -f .\n", "x.yaml", true),
            ("kubectl apply -R -f k8s\n", "k8s/a/x.yaml", true),
            ("kubectl apply -k k8s\n", "k8s/x.yaml", true),
            ("cd k8s\nkubectl apply -f x.yaml\n", "k8s/x.yaml", true),
            ("kubectl apply \\\n  -n a \\\r\n  -f x.yaml\n", "x.yaml", true),
            ("cd k8s && kubectl apply -f .\n", "k8s/x.yaml", true),
            ("cd k8s\ncd ..\nkubectl apply -f k8s/x.yaml\n", "x.yaml", true),
            ("kubectl apply -f k8s/\n", "k8s/a/x.yaml", false),
            ("kubectl apply -f k8s/\n", "x.yaml", false),
            ("kubectl apply -f other/x.yaml\n", "x.yaml", false),
            ("kubectl apply -k k8s\n# patches:\n", "k8s/x.yaml", false),
            ("helm upgrade -f x.yaml\n", "x.yaml", false),
            ("kubectl apply -f https://a.example/\n", "x.yaml", false),
            ("kubectl logs -f\n", "x.yaml", false),
        ] {
            assert_eq!(Applied::by(text).holds(file), expected, "{text} {file}");
        }
    }
}
