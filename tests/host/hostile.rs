//! Text of an author's on its way to a terminal or a log, through every command.

use crate::support::{folder, plumb, stderr, stdout};
use std::path::Path;

/// Ends of lines, controls, marks of direction, and what a runner of CI takes for a command.
const HOSTILE: &[&str] = &[
    "\n::error file=a::forged",
    "\r::error::forged",
    "::warning::forged",
    "##[error]forged",
    "a##[add-mask]e ##vso[task.complete] ##teamcity[x]",
    "\u{1b}[31m\u{7}\u{9b}31m",
    "\u{85}\u{2028}::error::x\u{2029}##[error]y",
    "\u{202e}\u{2066}\u{200f}\u{61c}\u{feff}\u{200b}",
];

/// As a text of TOML, of YAML and of JSON.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_ascii_graphic() || c == ' ' => out.push(c),
            c => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    out + "\""
}

fn book(hostile: &str) -> tempfile::TempDir {
    let q = quoted(hostile);
    let name = quoted(&format!("n{hostile}"));
    let model = format!(
        "[inputs.pods]\nlabel = {q}\ndefault = 100\nmin = 1\n\n[sources.{q}]\ntitle = {q}\nurl = \"https://example.com\"\naccessed = 2026-01-01\n\n\
         [figures.\"proxy.cpu\"]\nvalue = \"100m\"\nsource = {q}\nnote = {q}\n\n[figures.{name}]\nvalue = {q}\n\n\
         [formulas]\n\"tax.cpu\" = \"pods * proxy.cpu\"\n\"said\" = {q}\n{name} = \"pods *\"\n\n\
         [options.{q}]\nlabel = {q}\n[[options.{q}.components]]\nname = {q}\ncount = \"pods\"\nrequests = {{ cpu = \"proxy.cpu\" }}\n\n\
         [scenarios.{q}]\nlabel = {q}\ninputs = {{ pods = 5 }}\n"
    );
    let manifest = format!(
        "apiVersion: v1\nkind: {q}\nmetadata: {{name: a}}\n---\napiVersion: v1\nkind: Service\nmetadata: {{name: {q}, namespace: {q}, labels: {{{q}: {q}}}}}\nspec:\n  {q}: 1\n  ports: [{{name: {q}, port: {q}}}]\n"
    );
    let chapter = format!(
        "# A{hostile}\n\n<!-- plumb: value {hostile} -->9<!-- /plumb --> <!-- plumb: {hostile} -->\n\n`{{= {hostile} }}` [l]({hostile}.md)\n\n\
         Is <!-- plumb: value tax.cpu -->9 cores<!-- /plumb -->.\n\n```yaml\n{manifest}```\n\n```yaml {hostile}\n{hostile}: [\n```\n\n{{{{#include {hostile}.txt}}}}\n"
    );
    let summary = format!("- [A{hostile}](a.md)\n- [B](b{hostile}.md)\n");
    let settings =
        format!("[book]\ntitle = {q}\n\n[preprocessor.plumb]\n{q} = {q}\nallow = [{q}]\n");
    folder(&[
        ("book.toml", settings.as_str()),
        ("other.toml", "[preprocessor.plumb]\n"),
        ("model.toml", &model),
        ("src/SUMMARY.md", &summary),
        ("src/a.md", &chapter),
        ("m.yaml", &manifest),
        ("broken.yaml", &format!("{hostile}: [\n")),
    ])
}

fn assert_plain(folder: &Path, arguments: &[&str], hostile: &str) {
    let output = plumb().current_dir(folder).args(arguments).output().expect("the program");
    assert!(matches!(output.status.code(), Some(0..=2)), "{arguments:?}: {:?}", output.status);
    for (stream, text) in [("stdout", stdout(&output)), ("stderr", stderr(&output))] {
        let hidden = |c: char| {
            c != '\n'
                && c != '\t'
                && (c.is_control()
                    || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}'
                        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}'))
        };
        let raw: Vec<char> = text.chars().filter(|c| hidden(*c)).collect();
        assert!(raw.is_empty(), "{arguments:?}, {hostile:?}, {stream}: {raw:?} in {text}");
        for line in text.lines() {
            let line = line.trim_start();
            let ours = ["::error file=", "::warning file=", "::notice file="];
            let is_ours = arguments.contains(&"github")
                && ours.iter().any(|start| line.starts_with(start))
                && !line.starts_with("::error file=a::");
            let is_command = line.starts_with("::");
            assert!(is_ours || !is_command, "{arguments:?}, {hostile:?}, {stream}: {line}");
            let azure =
                ["error", "warning"].map(|kind| format!("##vso[task.logissue type={kind};"));
            let line = azure
                .iter()
                .filter(|_| arguments.contains(&"azure"))
                .find_map(|start| line.strip_prefix(start.as_str()))
                .unwrap_or(line);
            // GitHub's older form, and Azure's, are commands wherever they stand in a line.
            let is_inner =
                ["##[", "##vso[", "##teamcity["].iter().any(|command| line.contains(command));
            assert!(!is_inner, "{arguments:?}, {hostile:?}, {stream}: {line}");
        }
    }
}

#[test]
fn no_text_of_an_author_acts_on_a_log() {
    for hostile in HOSTILE {
        let book = book(hostile);
        let root = book.path();
        #[cfg(unix)]
        {
            let name = hostile.replace('/', "");
            std::fs::write(root.join(format!("{name}.yaml")), "apiVersion: v1\nkind: X\n").unwrap();
            std::fs::write(root.join(format!("src/b{name}.md")), "# B\n\n`{= no.such }`\n")
                .unwrap();
        }
        for format in mdbook_plumb::report::FORMATS.iter().map(|format| format.name) {
            assert_plain(root, &["check", "--format", format], hostile);
            assert_plain(root, &["validate", "--format", format, "."], hostile);
        }
        let option = format!("--set=pods={hostile}");
        for arguments in [
            &["sync", "--dry-run"][..],
            &["extract", "--out", "out"],
            &["build"],
            &["explain", hostile],
            &["explain", "said"],
            &["explain", "proxy.cpu"],
            &["model", "list"],
            &["model", "list", "--format", "json"],
            &["model", "list", "--format", "markdown"],
            &["model", "list", "sources", "--format", "csv"],
            &["model", "list", hostile],
            &["model", "eval", "tax.cpu"],
            &["model", "eval", "tax.cpu", "--format", "json"],
            &["model", "eval", hostile],
            &["model", "eval", "tax.cpu", &option],
            &["model", "table", hostile],
            &["model", "table", hostile, "--format", "json"],
            &["model", "diff", "model.toml"],
            &["model", "diff", "other.toml"],
            &["model", "diff", "other.toml", "--format", "json"],
            &["model", "diff", "other.toml", "--format", "markdown"],
            &["model", "measure", "m.yaml"],
            &["schemas", "list"],
            &["schemas", "add", "broken.yaml"],
            &["schemas", "add", "m.yaml"],
        ] {
            // An argument can't hold a zero, and none here begins with a hyphen.
            assert_plain(root, arguments, hostile);
        }
    }
}
