//! What the pages of `docs/` and the README say works as they say: the commands are commands with those options, and the pages
//! of [`RUN`] are done from the first fence to the last, in a folder of their own. `PLUMB_BLESS=1` writes what the commands
//! print into the pages; read the difference.

use crate::support::{folder, plumb, stderr, stdout};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The pages that are done. In them a fence with a name behind its language is that file.
const RUN: [&str; 4] = ["tutorial.md", "manifests.md", "adopt.md", "migrate.md"];

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// The pages that are written by hand, and the README.
fn pages() -> Vec<(String, String)> {
    let mut pages = vec![("README.md".to_owned(), include_str!("../../README.md").to_owned())];
    for entry in fs::read_dir(docs()).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            pages.push((name, fs::read_to_string(&path).expect("a page")));
        }
    }
    pages.sort();
    pages
}

/// A fence: its info string, its body, and where that stands in the page.
struct Fence<'a> {
    info: &'a str,
    body: &'a str,
    start: usize,
}

fn fences(page: &str) -> Vec<Fence<'_>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, &str, usize)> = None;
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        let ticks = line.bytes().take_while(|&byte| byte == b'`').count();
        match open {
            None if ticks >= 3 => open = Some((ticks, line[ticks..].trim(), at + line.len())),
            Some((length, info, start)) if ticks >= length && line.trim_end().len() == ticks => {
                found.push(Fence { info, body: &page[start..at], start });
                open = None;
            }
            _ => {}
        }
        at += line.len();
    }
    found
}

/// The command lines of a page: typed in a console or a script, and named in the text.
fn commands(page: &str) -> Vec<String> {
    let all = fences(page);
    let typed = all.iter().filter(|fence| ["console", "yaml", "sh"].contains(&fence.info));
    let typed = typed.flat_map(|fence| fence.body.lines());
    let typed = typed.filter_map(|line| {
        let line = line.trim().trim_start_matches(['$', '-', ' ']);
        line.strip_prefix("mdbook-plumb ").or_else(|| line.strip_prefix("cargo run --release -- "))
    });
    let prose = page.split("```").step_by(2);
    let named = prose.flat_map(|text| text.split('`').skip(1).step_by(2));
    let named = named.filter_map(|code| code.strip_prefix("mdbook-plumb "));
    typed.chain(named).map(str::to_owned).collect()
}

/// What a command's help says, by the command.
#[derive(Default)]
struct Helps(BTreeMap<Vec<String>, Option<String>>);

impl Helps {
    fn of(&mut self, command: &[&str]) -> Option<&str> {
        let key: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
        let help = self.0.entry(key).or_insert_with(|| {
            let output = plumb().args(command).arg("--help").output().expect("the program");
            (output.status.code() == Some(0)).then(|| stdout(&output))
        });
        help.as_deref()
    }
}

#[test]
fn every_command_and_option_of_the_docs_is_there() {
    let mut helps = Helps::default();
    let mut seen = 0;
    for (name, page) in pages() {
        for command in commands(&page) {
            let line = command.split(['|', '>', '#', ';']).next().unwrap_or("");
            let words: Vec<&str> = line.split_whitespace().collect();
            let Some(&first) = words.first().filter(|word| !word.starts_with('-')) else {
                continue;
            };
            let group = ["model", "schemas", "new"].contains(&first);
            let depth = if group && words.len() > 1 { 2 } else { 1 };
            let Some(help) = helps.of(&words[..depth]) else {
                panic!("{name}: there is no `mdbook-plumb {command}`");
            };
            for option in words.iter().filter(|word| word.starts_with("--") && word.len() > 2) {
                let option =
                    option.split('=').next().unwrap_or(option).trim_end_matches([',', '.']);
                let is_one = help.split([' ', '\n', ',', '=']).any(|word| word == option);
                assert!(is_one, "{name}: `mdbook-plumb {command}` has no `{option}`");
            }
            seen += 1;
        }
    }
    assert!(seen > 50, "only {seen} commands were found");
}

/// The body of a console block with what its commands print, in a folder.
fn typed(block: &str, at: &Path) -> String {
    let mut out = String::new();
    for line in block.lines().filter(|line| line.starts_with("$ ")) {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        assert_eq!(words[0], "mdbook-plumb", "{line}");
        let output = plumb().current_dir(at).env("COLUMNS", "100").args(&words[1..]).output();
        let output = output.expect("the program");
        let said = stdout(&output) + &stderr(&output);
        // What is found fails, and nothing else does; `init` only tells of it.
        let finds = said.contains("error[") || said.contains("::error ");
        let fails = finds && words[1] != "init";
        assert_eq!(output.status.code(), Some(i32::from(fails)), "{line}: {said}");
        out.push_str(&format!("{line}\n{said}"));
    }
    out
}

#[test]
fn what_the_pages_do_comes_out_as_they_say() {
    let bless = std::env::var_os("PLUMB_BLESS").is_some();
    for name in RUN {
        let path = docs().join(name);
        let page = fs::read_to_string(&path).expect("a page");
        let at = folder(&[]);
        let (mut edits, mut commands) = (Vec::new(), 0);
        for fence in fences(&page) {
            match fence.info.split_whitespace().nth(1) {
                Some(file) if file.contains('.') => {
                    let file = at.path().join(file);
                    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
                    fs::write(file, fence.body).expect("a file");
                }
                None if fence.info == "console" => {
                    let out = typed(fence.body, at.path());
                    commands += 1;
                    if out.trim_end() != fence.body.trim_end() {
                        assert!(bless, "{name}:\n--- the page\n{}\n--- it is\n{out}", fence.body);
                        edits.push((
                            fence.start,
                            fence.body.len(),
                            format!("{}\n", out.trim_end()),
                        ));
                    }
                }
                _ => {}
            }
        }
        assert!(commands > 0, "{name} does nothing");
        let mut text = page.clone();
        for (start, length, new) in edits.into_iter().rev() {
            text.replace_range(start..start + length, &new);
        }
        if text != page {
            fs::write(&path, text).expect("the page");
        }
    }
}
