//! No two files of `src` need each other, read from the sources.
//!
//! A file needs another when a path in it (in a `use`, a signature, a body) ends at a name that the other one defines. A
//! `mod x;` is no need, and neither is handing a name on with `pub use`: whoever takes it needs the file that defines it.
//! What is built for tests only is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A file's code, as far as paths go.
#[derive(Debug, Default)]
struct File {
    /// The names that it takes, or hands on, with `use`: the name within the file, and the path that it stands for.
    taken: Vec<(String, Vec<String>)>,
    /// The modules of which it takes every name: `use super::*`.
    all_of: Vec<Vec<String>>,
    /// The modules of which it hands on every name: `pub use names::*`.
    hands_on: Vec<Vec<String>>,
    /// The names of its own items.
    own: BTreeSet<String>,
    /// The paths in its code, those of a `use` without `pub` included.
    paths: Vec<Vec<String>>,
    /// The modules that are for tests only.
    for_tests: Vec<String>,
}

/// The words and signs of a text, without comments, and with nothing for texts and characters.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && chars[i] != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            let mut depth = 0;
            while i < chars.len() {
                match (chars[i], at(i + 1)) {
                    ('/', '*') => (depth, i) = (depth + 1, i + 2),
                    ('*', '/') => (depth, i) = (depth - 1, i + 2),
                    _ => i += 1,
                }
                if depth == 0 {
                    break;
                }
            }
        } else if c == '"' {
            i += 1;
            while i < chars.len() && chars[i] != '"' {
                i += if chars[i] == '\\' { 2 } else { 1 };
            }
            i += 1;
            out.push("\"\"".to_owned());
        } else if c == '\'' {
            if at(i + 1) == '\\' {
                i += 3;
                while i < chars.len() && chars[i] != '\'' {
                    i += 1;
                }
                i += 1;
            } else if at(i + 2) == '\'' {
                i += 3;
            } else {
                i += 1; // a lifetime
            }
        } else if is_name(c) {
            let start = i;
            while is_name(at(i)) {
                i += 1;
            }
            let word: String = chars[start..i].iter().collect();
            let hashes = (i..).take_while(|&index| at(index) == '#').count();
            if matches!(word.as_str(), "r" | "br") && at(i + hashes) == '"' {
                i += hashes + 1;
                let closed = |i: usize| at(i) == '"' && (1..=hashes).all(|n| at(i + n) == '#');
                while i < chars.len() && !closed(i) {
                    i += 1;
                }
                i += hashes + 1;
                out.push("\"\"".to_owned());
            } else if !(word == "b" && matches!(at(i), '"' | '\'')) {
                out.push(word);
            }
        } else if c == ':' && at(i + 1) == ':' {
            out.push("::".to_owned());
            i += 2;
        } else {
            if !c.is_whitespace() && c != '$' {
                out.push(c.to_string());
            }
            i += 1;
        }
    }
    out
}

/// Where the item that starts at a token ends: behind its `;`, or the brace that closes it.
fn end_of_item(tokens: &[String], start: usize) -> usize {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(start) {
        match token.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(token.as_str(), ";" | "}") {
            return index + 1;
        }
    }
    tokens.len()
}

/// Reads the tree of a `use` from a token on, and tells where it ends: each path with the name that it gets, `*` for all.
pub(crate) fn use_tree(
    tokens: &[String],
    mut at: usize,
    before: &[String],
    out: &mut Vec<(String, Vec<String>)>,
) -> usize {
    let mut path = before.to_vec();
    while at < tokens.len() {
        match tokens[at].as_str() {
            "::" => at += 1,
            "{" => {
                at += 1;
                while at < tokens.len() && tokens[at] != "}" {
                    at = use_tree(tokens, at, &path, out);
                    if tokens.get(at).is_some_and(|token| token == ",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            "*" => {
                out.push(("*".to_owned(), path));
                return at + 1;
            }
            "as" => {
                out.push((tokens[at + 1].clone(), path));
                return at + 2;
            }
            "," | "}" | ";" => break,
            "self" if path.len() > before.len() || !before.is_empty() => at += 1,
            name => {
                path.push(name.to_owned());
                at += 1;
            }
        }
    }
    out.push((path.last().cloned().unwrap_or_default(), path));
    at
}

fn read(text: &str) -> File {
    let mut tokens = tokens(text);
    let mut file = File::default();
    let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut i = 0;
    while i + attribute.len() <= tokens.len() {
        if !tokens[i..].iter().zip(attribute).all(|(token, wanted)| token == wanted) {
            i += 1;
            continue;
        }
        let mut item = i + attribute.len();
        while tokens[item] == "#" {
            item = tokens[item..].iter().position(|token| token == "]").unwrap() + item + 1;
        }
        let end = end_of_item(&tokens, item);
        if let Some(at) = tokens[item..end].iter().position(|token| token == "mod") {
            file.for_tests.push(tokens[item + at + 1].clone());
        }
        tokens.drain(i..end);
    }
    let is_name = |token: &str| token.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let mut i = 0;
    while i < tokens.len() {
        if tokens[i] == "use" && tokens.get(i + 1).is_some_and(|token| token != "<") {
            let public = i > 0 && (tokens[i - 1] == "pub" || tokens[i - 1] == ")");
            let mut found = Vec::new();
            i = use_tree(&tokens, i + 1, &[], &mut found);
            for (name, path) in found {
                if name == "*" {
                    if public { &mut file.hands_on } else { &mut file.all_of }.push(path);
                } else {
                    if !public {
                        file.paths.push(path.clone());
                    }
                    file.taken.push((name, path));
                }
            }
        } else if is_name(&tokens[i]) {
            let mut path = vec![tokens[i].clone()];
            let inside = i > 0 && matches!(tokens[i - 1].as_str(), "." | "::");
            while i + 2 < tokens.len() && tokens[i + 1] == "::" && is_name(&tokens[i + 2]) {
                path.push(tokens[i + 2].clone());
                i += 2;
            }
            i += 1;
            let item = ["fn", "struct", "enum", "trait", "type", "const", "static", "union"];
            if item.contains(&path[0].as_str()) && path.len() == 1 {
                file.own.extend(tokens.get(i).cloned());
            } else if path.len() > 1 && !inside {
                file.paths.push(path);
            }
        } else {
            i += 1;
        }
    }
    file
}

/// The files of a crate by the path of their module; the root's is empty.
struct House {
    files: BTreeMap<Vec<String>, (String, File)>,
}

impl House {
    /// From the files' paths below `src`, and their texts.
    fn new(texts: impl IntoIterator<Item = (String, String)>) -> House {
        let mut files = BTreeMap::new();
        for (name, text) in texts {
            let mut module: Vec<_> =
                name.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
            if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
                module.pop();
            }
            files.insert(module, (name, read(&text)));
        }
        let tests: Vec<Vec<String>> = files
            .iter()
            .flat_map(|(module, (_, file))| {
                file.for_tests
                    .iter()
                    .map(|name| [module.as_slice(), std::slice::from_ref(name)].concat())
            })
            .collect();
        files.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
        House { files }
    }

    /// The module whose file defines the name that a path ends at, seen from a module; nothing where that is none of ours,
    /// or the path names a module.
    fn defines(&self, from: &[String], path: &[String], depth: usize) -> Option<Vec<String>> {
        if depth > 20 {
            return None;
        }
        let mut at = from.to_vec();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => (at, rest) = (Vec::new(), &path[1..]),
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|name| name == "super") {
                    at.pop()?;
                    rest = &rest[1..];
                }
            }
            _ => {}
        }
        let named = rest.len() < path.len();
        for (index, name) in rest.iter().enumerate() {
            let child = [at.as_slice(), std::slice::from_ref(name)].concat();
            if self.files.contains_key(&child) {
                at = child;
                continue;
            }
            let (_, file) = self.files.get(&at)?;
            let taken = file.taken.iter().find(|(taken, _)| taken == name);
            if let Some((_, target)) = taken {
                let whole = [target.as_slice(), &rest[index + 1..]].concat();
                let first = target.first()?;
                let below = [at.as_slice(), std::slice::from_ref(first)].concat();
                let is_ours = matches!(first.as_str(), "crate" | "self" | "super")
                    || self.files.contains_key(&below)
                    || first != name && file.taken.iter().any(|(taken, _)| taken == first);
                if !is_ours {
                    return None; // another crate's
                }
                return self.defines(&at, &whole, depth + 1);
            }
            if !named && index == 0 && depth == 0 {
                // A name of another crate, or of this file's own, but for what it takes with every other name of a module.
                return file.all_of.iter().find_map(|module| {
                    let module = self.module(from, module)?;
                    let child = [module.as_slice(), std::slice::from_ref(name)].concat();
                    let whole = [&["self".to_owned()], rest].concat();
                    self.files.get(&child).and_then(|_| self.defines(&module, &whole, 1))
                });
            }
            if file.own.contains(name) {
                return Some(at);
            }
            let behind = file.hands_on.iter().find_map(|module| {
                let module = self.module(&at, module)?;
                let (_, file) = &self.files[&module];
                file.own.contains(name).then_some(module)
            });
            return Some(behind.unwrap_or(at));
        }
        None
    }

    /// The module that a path is, seen from another one; nothing where it is none of ours.
    fn module(&self, from: &[String], path: &[String]) -> Option<Vec<String>> {
        let mut at = from.to_vec();
        for name in path {
            match name.as_str() {
                "crate" => at.clear(),
                "self" => {}
                "super" => drop(at.pop()?),
                name => at.push(name.to_owned()),
            }
        }
        self.files.contains_key(&at).then_some(at)
    }

    /// Who needs whom, by files' names.
    fn needs(&self) -> BTreeMap<&str, BTreeMap<&str, BTreeSet<String>>> {
        let mut needs: BTreeMap<&str, BTreeMap<&str, BTreeSet<String>>> = BTreeMap::new();
        for (module, (name, file)) in &self.files {
            let to = needs.entry(name).or_default();
            let mut need = |definer: Vec<String>, path: &[String]| {
                if definer != *module {
                    to.entry(&self.files[&definer].0).or_default().insert(path.join("::"));
                }
            };
            for path in &file.paths {
                self.defines(module, path, 0).into_iter().for_each(|definer| need(definer, path));
            }
            for path in &file.all_of {
                let Some(taken) = self.module(module, path) else { continue };
                for handed in &self.files[&taken].1.hands_on {
                    self.module(&taken, handed).into_iter().for_each(|of| need(of, path));
                }
                need(taken, path);
            }
        }
        needs
    }

    /// The circles: each the files that need each other, with what each takes from which.
    fn circles(&self) -> Vec<Vec<String>> {
        let needs = self.needs();
        let mut reach: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for start in needs.keys() {
            let mut seen = BTreeSet::new();
            let mut open = vec![*start];
            while let Some(file) = open.pop() {
                open.extend(needs[file].keys().filter(|to| seen.insert(**to)));
            }
            reach.insert(start, seen);
        }
        let mut circles: Vec<Vec<String>> = Vec::new();
        let mut done = BTreeSet::new();
        for start in needs.keys() {
            let circle: BTreeSet<&str> =
                reach[start].iter().copied().filter(|other| reach[other].contains(start)).collect();
            if circle.is_empty() || !done.insert(circle.clone()) {
                continue;
            }
            let mut lines = Vec::new();
            for file in &circle {
                for (to, paths) in needs[file].iter().filter(|(to, _)| circle.contains(**to)) {
                    let paths: Vec<_> = paths.iter().cloned().collect();
                    lines.push(format!("{file} needs {to}: {}", paths.join(", ")));
                }
            }
            circles.push(lines);
        }
        circles
    }
}

fn collect(root: &Path, folder: &Path, out: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let parts: Vec<_> = path
                .strip_prefix(root)
                .unwrap()
                .iter()
                .map(|part| part.to_str().unwrap())
                .collect();
            out.push((parts.join("/"), fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn no_two_files_need_each_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut houses = vec![root.join("src")];
    for entry in fs::read_dir(root.join("crates")).unwrap() {
        houses.push(entry.unwrap().path().join("src"));
    }
    let mut circles = Vec::new();
    for src in houses {
        let mut texts = Vec::new();
        collect(&src, &src, &mut texts);
        let place = src.strip_prefix(root).unwrap().display();
        for lines in House::new(texts).circles() {
            circles.push(format!("{place}:\n{}", lines.join("\n")));
        }
    }
    assert!(circles.is_empty(), "{} circles:\n\n{}", circles.len(), circles.join("\n\n"));
}

/// The circles of a made-up crate: its files below `src`, and their texts.
fn circles_of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    House::new(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))).circles()
}

#[test]
fn a_circle_is_found_however_its_names_are_reached() {
    let root = ("lib.rs", "mod a;\nmod b;\n");
    let a = ("a.rs", "use crate::b::B;\npub struct A(B);\n");
    let planted = [
        "use crate::a::A;\npub struct B;\n",
        "use super::a::{self, A};\npub struct B;\n",
        "pub struct B;\nfn body() { let _ = crate::a::A::new(); }\n",
        "use super::*;\npub struct B;\nfn body(_: a::A) {}\n",
        "use crate::{a as other};\npub struct B;\nfn body(_: other::A) {}\n",
    ];
    for text in planted {
        assert_eq!(circles_of(&[root, a, ("b.rs", text)]).len(), 1, "{text}");
    }
    let harmless = [
        "pub struct B;\n// use crate::a::A;\n",
        "pub struct B;\nconst TEXT: &str = \"crate::a::A\";\n",
        "pub struct B;\nconst TEXT: &str = r#\"crate::a::A \"quoted\"\"#;\n",
        "pub struct B;\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n",
        "pub struct B;\nfn lifetime<'a>(quote: char) -> bool { quote == '\"' && quote != '\\'' }\n",
    ];
    for text in harmless {
        assert_eq!(circles_of(&[root, a, ("b.rs", text)]), [[""; 0]; 0], "{text}");
    }
}

#[test]
fn who_takes_a_name_that_is_handed_on_needs_the_file_that_defines_it() {
    let parts = ("parts/mod.rs", "mod one;\nmod two;\npub use one::One;\npub use two::*;\n");
    let one = ("parts/one.rs", "use super::Two;\npub struct One(Two);\n");
    let two = ("parts/two.rs", "pub struct Two;\n");
    assert_eq!(circles_of(&[parts, one, two]), [[""; 0]; 0]);
    let two = ("parts/two.rs", "pub struct Two;\nfn back(_: super::One) {}\n");
    assert_eq!(
        circles_of(&[parts, one, two]),
        [[
            "parts/one.rs needs parts/two.rs: super::Two",
            "parts/two.rs needs parts/one.rs: super::One",
        ]]
    );
    // A face that does more than hand on is tied like any other file.
    let face = ("parts/mod.rs", "mod one;\npub struct Two;\nfn all() { one::One::new(); }\n");
    assert_eq!(circles_of(&[face, one]).len(), 1);
}
