//! The program's own documentation, from the same registries that it runs by.
//!
//! Owns: the reference pages of the tool's book ([`pages`]), and what `explain` says of a name ([`explain`]). A test compares the
//! committed pages with what this makes of them, so nothing here can be out of date. Must not know: how a page is shown.

mod limits;

use crate::check::codes;
use crate::config::{self, SETTINGS, Setting, setting};
use crate::diag::{Code, Level, nearest};
use crate::directive::own::Own;
use crate::directive::params::usage;
use crate::directive::{self, Directive};
use crate::directive::{Param, ParamKind};
use crate::manifest::admission::{self, kubernetes};
use crate::manifest::platforms::{platforms, shipped};
use crate::manifest::{Versions, api_version, bundle};
use crate::{check, report, sync};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A generated page: its path below `docs/reference/`, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// `directives.md`.
    pub path: &'static str,
    /// Markdown.
    pub text: String,
}

/// What a generated page begins with.
const NOTICE: &str = "<!-- Made by the program from its own registries: do not edit. `PLUMB_BLESS=1 cargo test` writes it anew. -->\n\n";

/// Every generated page.
pub fn pages() -> Vec<Page> {
    // What looks like mdBook's own helper in an example is not for mdBook to expand.
    let page = |path, text: String| Page {
        path,
        text: format!("{NOTICE}{}\n", text.trim_end()).replace("{{#", "\\{{#"),
    };
    vec![
        page("directives.md", directives()),
        page("fences.md", fences()),
        page("model.md", model()),
        page("settings.md", settings()),
        page("checks.md", checks()),
        page("findings.md", findings()),
        page("migration.md", migration()),
        schema("model.schema.json", &crate::model::json_schema()),
        schema("settings.schema.json", &config::schema()),
        schema("directive.schema.json", &directive::own::schema()),
    ]
}

fn schema(path: &'static str, schema: &serde_json::Value) -> Page {
    Page { path, text: format!("{schema:#}\n") }
}

/// Every code, those of drift too.
pub fn all_codes() -> Vec<&'static Code> {
    let others = sync::CODES.iter().chain(report::CODES).copied();
    let mut all: Vec<_> = codes().chain(others).collect();
    all.sort_by_key(|code| code.name);
    all
}

/// What there is to say of a name: a directive, a code, a setting, a fence's word. The error names what is near.
pub fn explain(name: &str) -> Result<String, String> {
    if let Some(directive) = directive::find(name) {
        return Ok(directive_page(directive, 1));
    }
    let answering: Vec<_> = all_codes().into_iter().filter(|code| code.answers_to(name)).collect();
    match (answering.iter().find(|code| code.name == name), &answering[..]) {
        (Some(code), _) | (None, [code]) => return Ok(code_page(code, 1)),
        (None, []) => {}
        (None, codes) => return Ok(several(name, codes)),
    }
    if let Some(Setting { key, shape, about, .. }) = setting(name) {
        let shape = sentence(&shape.name());
        return Ok(format!("# The setting `{key}`\n\n{shape}: {about}\n"));
    }
    if let Some((word, meaning)) = check::FENCE_WORDS.iter().find(|(word, _)| *word == name) {
        return Ok(format!("# `{word}` on a fence\n\n{}.\n", sentence(meaning)));
    }
    let known: Vec<&str> = directive::REGISTRY
        .iter()
        .map(|directive| directive.name)
        .chain(all_codes().into_iter().map(|code| code.name))
        .chain(SETTINGS.iter().map(|setting| setting.key))
        .collect();
    Err(match nearest(name, known) {
        Some(near) => format!("nothing is called `{name}`; did you mean `{near}`?"),
        None => format!("nothing is called `{name}`"),
    })
}

fn directives() -> String {
    let mut out = String::from(
        "# Directives\n\nA directive is a comment, and the text that it stands for:\n\n```markdown\nThat is <!-- plumb: value tax.cpu \
         -->10 cores<!-- /plumb -->.\n\n<!-- plumb: overhead options=[sidecar] /-->\n```\n\nBetween a pair stands the *committed* text. \
         Write the pair with nothing in it and run `mdbook-plumb sync`, which fills in what the model says. From then on `check` reports \
         where the two differ and `sync` rewrites it; a build always shows what the model says now. A self-closing directive has no \
         committed text.\n\nA table, a list or a widget stands on lines of its own, a value anywhere in a sentence but at the start of a \
         line, which Markdown would read as HTML.\n\nAn argument's value is a word, a number, a quantity (`128Mi`), a \"string\" or a \
         [list]. `` `{= EXPR }` `` is the short form for one value in prose; with two backticks it is literal. In code nothing is a \
         directive.\n\nIn the examples a block `toml model` is the model, `markdown source` what an author writes, `markdown result` what \
         becomes of it outside HTML, and `text findings` what `check` says of it.\n\n",
    );
    for directive in directive::REGISTRY {
        out.push_str(&directive_page(directive, 2));
        out.push('\n');
    }
    out
}

/// A directive's page with the table of its arguments, its headings starting at a level.
fn directive_page(directive: &Directive, level: usize) -> String {
    let marks = "#".repeat(level);
    let mut out = format!("{marks} `{}`\n\n{}.\n\n", directive.name, sentence(directive.summary));
    let _ = writeln!(out, "`{}`\n", usage(directive.name, directive.params).replace("usage: ", ""));
    if !directive.params.is_empty() {
        out.push_str("| Argument | Value | Meaning |\n|---|---|---|\n");
        for param in directive.params {
            let _ = writeln!(
                out,
                "| {} | {} | {} |",
                param_key(param),
                cell(param.shape),
                cell(param.doc)
            );
        }
        out.push('\n');
    }
    out.push_str(&deeper(directive.page.trim(), level));
    out.push('\n');
    out
}

/// The page of a directive of a book's own.
pub fn own_page(own: &Own) -> String {
    let mut out =
        format!("# `{}`\n\n{}.\n\n`{}`\n\n", own.name, sentence(&own.summary), own.usage());
    if !own.args.is_empty() {
        out.push_str("| Argument | Value | Meaning |\n|---|---|---|\n");
        for arg in &own.args {
            let needed = if arg.default.is_none() { " (needed)" } else { "" };
            let mut meaning = cell(&arg.docs);
            if let Some(default) = &arg.default {
                let dot = if meaning.is_empty() || meaning.ends_with('.') { "" } else { "." };
                meaning = format!("{meaning}{dot} `{}` without it.", cell(default));
            }
            let key =
                if arg.positional { arg.name.to_uppercase() } else { format!("{}=", arg.name) };
            let _ =
                writeln!(out, "| `{key}`{needed} | {} | {} |", cell(&arg.shape()), meaning.trim());
        }
        out.push('\n');
    }
    for example in &own.examples {
        let _ = writeln!(
            out,
            "`<!-- plumb: {} /-->` gives\n\n```markdown\n{}\n```\n",
            example.call.trim(),
            example.gives.trim_matches('\n')
        );
    }
    let _ = writeln!(out, "It is written in `{}`.", own.location.source.path());
    out
}

fn param_key(param: &Param) -> String {
    let key = match param.kind {
        ParamKind::Positional => format!("`{}`", param.key),
        ParamKind::Named | ParamKind::Inputs => format!("`{}=`", param.key),
    };
    if param.required { format!("{key} (needed)") } else { key }
}

fn fences() -> String {
    let mut out = String::from(
        "# Fences\n\nEvery `yaml`, `yml`, `kyaml`, `json` and `jsonc` fence is read as Kubernetes reads it; documents with `apiVersion` and `kind` are \
         validated with no mark at all, and so are those in a fence without a language. Here-documents that a `kubectl` reads in a shell \
         fence are validated too.\n\n\
         ## What is left out\n\nA line of nothing but `...`, and a comment that says so (`# ...`, `# other fields`, `# etc.`, `# rest of the \
         spec`, `# unchanged`), says that something is left out. It opens a node: on a line with a key, that key's value; before a node's first \
         entry, that node; between two entries, the node that holds both; at the end of a node, every node that ends there; before an \
         ancestor's next key, the nodes that end there, and the ancestor too if it is indented like that key; alone between two `---`, the \
         group. What depends on all that an open node holds (a field that is missing, a default, a count) is not said; all that is written is \
         checked. In an open group nothing is said to be missing; manifests that contradict each other are still told.\n\nWithout a mark, a manifest in a page is read as a part if it lacks `spec`, its main list (`containers`, `ports`, `rules`, \
         `listeners`), or two things at once, or if it lacks one and the paragraph before it says what to add or to edit. A note says so, and \
         `check --fix --min-level note` writes the mark. In a file only a mark excuses a lack.\n\nA value such as `<name>`, `${NAME}`, `__NAME__`, `@NAME@`, \
         `[NAME]`, `*****` or `{{ name }}` stands for another one: what depends on it is not checked, which one note for a fence says. So do \
         words in capitals where the page says what to put in their place, or where several are malformed.\n\n\
         ## Settings of other tools\n\nA document that has a `kind` and is read by a tool, not by an API server, is judged as that tool's settings: \
         kubeadm, kubelet, kind, Skaffold, Kustomize, Helm's `Chart.yaml`, a kubeconfig, the files of kube-apiserver and some thirty others. The \
         summary counts them by tool. What a Kustomization holds is known, in a file `kustomization.yaml` without `apiVersion` and `kind` too: a \
         field that Kustomize does not know is an error. Of the others nothing is said, unless a schema of the kind was added.\n\n\
         ## How a text was read\n\n`mdbook-plumb explain FILE:LINE` tells how `check` (or, outside of the book in `--dir`, `validate`) reads \
         the text at a line: what it takes each document for, which mark, sentence or word says so and where, the schema and the release that it \
         is judged by and what chose them, what is found there, what is not said and why, and what to write to have it read in another way. \
         Where `--k8s`, `--with` or `--schemas` names what to judge it against, it is read as `validate` reads it. With \
         `--format json` it is one object: `file`, `line` and `command`; `text` (null outside of every fence) with `holder` (`fence`, \
         `here-document`, `file`), `language`, `reading`, `file`, `first_line`, `last_line` and `evidence`; `documents`, each with `reading` (`manifest`, \
         `marked part`, `unmarked part`, `fragment`, `patch`, `JSON patch`, `settings`, `encrypted`, `no manifest`), `of` (the tool, the place, what is lacking), \
         `file`, `first_line`, `last_line`, `api_version`, `kind`, `name`, `schema`, `release`, `release_because` and `evidence`; `findings` with `code`, `file`, `severity`, \
         `line`, `column` and `message`; `withheld`, the same with `because`; and `hints`. Evidence has `file`, `line` and `column`, or null, and `says`.\n\n\
         ## Words\n\nWords behind the \
         language refine it, separated by commas or spaces.\n\n| Word | Meaning |\n|---|---|\n",
    );
    for (word, meaning) in check::FENCE_WORDS {
        let _ = writeln!(out, "| `{word}` | {} |", cell(meaning));
    }
    out.push_str(
        "| `k8s=1.36`, `istio=1.29` … | validated against that version instead of the chapter's or the book's |\n\nWithin a fence, \
         `# plumb: = EXPR` at the end of a line ties that scalar to the model: `check` compares it, `sync` rewrites it, and the published \
         page leaves the comment out. In a shell or text fence with the word `plumb`, `{= EXPR }` is computed.\n\n## Examples\n\n",
    );
    out.push_str(include_str!("check/fences.md"));
    out
}

/// How a model is written, by example, then each key of it.
fn model() -> String {
    format!("{}\n{}", crate::model::FORMAT_PAGE, deeper(&crate::model::reference_page(), 2))
}

/// What platforms ship, as the table of the program has it.
fn platforms_table() -> String {
    let mut out = String::from(
        "\n## Platforms\n\n`platform = \"aks-1.36\"`, or `--platform aks-1.36` on the command line, stands for Kubernetes 1.36 and what the \
         platform's release ships with it. A version in `versions`, a page or a fence goes before it; one that differs from what is shipped is a \
         [`platform-version`](findings.md#platform-version). Of several versions the newest holds. Each row is what its source said on that \
         day.\n\n| Platform | Ships | Says |\n|---|---|---|\n",
    );
    for known in platforms() {
        let span = |list: &[String]| list.join(", ");
        let link = |source: &str, state: &str| format!("[{state}]({source})");
        let (releases, says) = (span(&known.releases), link(&known.source, &known.state));
        let _ =
            writeln!(out, "| `{}` {releases} | Kubernetes, of that version | {says} |", known.name);
        for row in shipped().iter().filter(|row| row.platform == known.name) {
            let optional = if row.optional { ", as an add-on" } else { "" };
            let (title, says) = (Versions::title(&row.product), link(&row.source, &row.state));
            let (releases, ships) = (span(&row.releases), row.ships.join(" or "));
            let _ = writeln!(
                out,
                "| `{}` {releases} | {title} {ships}{optional} | {says} |",
                row.platform
            );
        }
    }
    out
}

/// What is other where there is no book.
const TREES: &str = r#"
## Any tree of Markdown

A README, the docs of a site by MkDocs, Docusaurus, Hugo or Sphinx, a folder of notes: with a `plumb.toml` at its root, any Markdown is
checked and kept true. `mdbook-plumb init` writes one:

```toml
[plumb]
pages = ["README.md", "docs"]
exclude = ["docs/archive/**"]
```

The model (`model.toml` or `model/`), `directives/`, `policies/` and `schemas/` lie beside it. Commands take a folder or a file in a project and
find the nearest `book.toml` or `plumb.toml` above it, within its repository: `check docs/guide` and `sync README.md` read the whole project, and show or write
what is in the pages that are named. No pages are: hidden files and folders, links, `node_modules`, folders with a `CACHEDIR.TAG`, `directives`, and what lies in
another book, tree or repository. In a book, `pages` names Markdown that is no chapter, such as `../README.md` is to `src`: it is checked and kept as that of a tree.

Editors that know TOML check either file as it is written, by the [JSON Schema](settings.schema.json) of the settings: `mdbook-plumb schema settings > settings.schema.json`,
and `#:schema ./settings.schema.json` as its first line. `schema model` and `schema directive` write those of a model's files and of the front matter in `directives/`.

Who publishes the pages is not known, so they are published as they are committed:

- A value or a directive needs its text between a pair, `<!-- plumb: value pods -->100<!-- /plumb -->`; `` `{= pods }` `` and `/-->`, which a build would
  compute, are warnings ([`uncommitted`](findings.md#uncommitted)), and `check --fix` writes the pair. What would need a script is a table or a list.
- Front matter in YAML or TOML is none of the page's text. Boxes of MkDocs, components of MDX and shortcodes of Hugo are passed over, and lines within them are read
  as they are meant; `sync` changes nothing but the text between pairs.
- In `.mdx` a directive may be a comment of MDX: `{/* plumb: value pods */}100{/* /plumb */}`.
- Nothing is included, and neither links nor the ids of headings are judged: their rules are the publisher's.
"#;

fn settings() -> String {
    let mut out = String::from(
        "# Settings\n\nIn `book.toml`, under `[preprocessor.plumb]`, beside mdBook's own keys; of Markdown that is no book, in `plumb.toml` under `[plumb]` \
         ([below](#any-tree-of-markdown)). All can be left out:\n\n```toml\n\
         [preprocessor.plumb]\nafter = [\"links\"]                 # mdBook's own: included text is there by then\nmodel = \"model\"\n\
         versions = { k8s = \"1.36\" }\ndeny = [\"warnings\"]\nallow = [\"never-used\"]\nexclude = [\"drafts/**\"]\nreport = \"warn\"\n\n[preprocessor.plumb.manifests]       # all four are off unless asked for\n\
         headers = true\nfolding = true\ndownloads = true\nbadges = true\n```\n\n| Key | Value | Meaning |\n|---|---|---|\n",
    );
    for Setting { key, shape, about, .. } in SETTINGS {
        let _ = writeln!(out, "| `{key}` | {} | {} |", cell(&shape.name()), cell(about));
    }
    out.push_str(TREES);
    out.push_str(&platforms_table());
    out.push_str(
        "\n## Paths\n\nEvery path in a file (a setting of ours or of mdBook's, a chapter, an include, a link) has to lead into the repository: \
         the nearest folder above the book with `.git`, or, without one, the folder of `book.toml`; nor into `.git`. Links are resolved first. What leads out is \
         neither read nor written, and is an error ([`outside-repository`](findings.md#outside-repository)); a build does not start then, whatever \
         the levels are. What is named on the command line may lie anywhere; a link below it must not lead out of it.\n\n\
         `build` refuses a destination that holds a part of the book or of git, or anything that no earlier build has made: mdBook deletes all \
         that is in it.\n",
    );
    out.push_str(&limits::table());
    out
}

/// What is checked of manifests: the kinds with their schemas, the rules of built-in kinds, what is seen between manifests.
fn checks() -> String {
    let mut out = String::from(
        "# What is checked\n\nA manifest goes through three layers: YAML as Kubernetes reads it; the schema of its kind, with the CEL rules \
         that belong to the schema and, for built-in kinds, what an API server checks in code; and the analysis of the manifests that \
         stand together. A kind that is not listed needs a schema: `mdbook-plumb schemas add`.\n\n## Kinds\n\nFields and CEL rules are \
         those of the default version.\n",
    );
    for product in Versions::products() {
        let _ = write!(
            out,
            "\n### {} {}\n\nVersions: {}.\n\n| Kind | apiVersion | Fields | CEL rules |\n|---|---|--:|--:|\n",
            product.title,
            product.default,
            product.versions.join(", ")
        );
        for kind in bundle::kinds().iter().filter(|kind| kind.product == product.name) {
            let schema = Versions::default().schema(&kind.group, &kind.version, &kind.kind);
            let (fields, rules) =
                schema.as_ref().map_or((0, 0), |schema| size(schema, schema, &mut Vec::new()));
            if fields == 0 {
                continue; // not in the default version
            }
            let _ = writeln!(
                out,
                "| {} | {} | {fields} | {} |",
                kind.kind,
                api_version(&kind.group, &kind.version),
                if rules == 0 { "–".to_owned() } else { rules.to_string() }
            );
        }
    }
    out.push_str(
        "\n## Rules of the built-in kinds\n\nWhat an API server checks in code. The examples are on each rule's page.\n\n| Rule | Where | \
         What it says |\n|---|---|---|\n",
    );
    for rule in kubernetes::rules() {
        let _ = writeln!(
            out,
            "| [`{0}`](findings.md#{0}) | {1} | {2} |",
            rule.code.name,
            cell(rule.example.as_ref().map_or("", |example| example.place)),
            cell(rule.code.summary)
        );
    }
    out.push_str(
        "\n## Rules of Istio, Linkerd, Cilium and the Gateway API\n\nWhat their webhooks, agents and controllers refuse in one object, or \
         take and ignore; the number is istioctl's for the same thing.\n\n",
    );
    out.push_str(&table_of_codes(admission::codes_of_others()));
    out.push_str(
        "\n## Between manifests\n\nWhat the manifests of a group say against each other; the number is istioctl's for the same \
         thing.\n\n",
    );
    out.push_str(&table_of_codes(plumb_analysis::codes()));
    out
}

/// Codes with their levels and the numbers that istioctl has for them.
fn table_of_codes(codes: impl Iterator<Item = &'static Code>) -> String {
    let mut out = String::from("| Finding | Level | Number | What it says |\n|---|---|---|---|\n");
    for code in codes {
        let _ = writeln!(
            out,
            "| [`{0}`](findings.md#{0}) | {1} | {2} | {3} |",
            code.name,
            level(code.level),
            code.alias,
            cell(code.summary)
        );
    }
    out
}

/// How many fields a schema has, and how many CEL rules; what contains itself (it is `within` itself) counts once.
fn size<'v>(document: &'v Json, value: &'v Json, within: &mut Vec<&'v Json>) -> (usize, usize) {
    let schema = bundle::target(document, value);
    let children: Vec<&Json> = match schema {
        _ if within.iter().any(|outer| std::ptr::eq(*outer, schema)) => Vec::new(),
        Json::Object(map) => map.iter().filter(|(key, _)| *key != "$defs").map(|e| e.1).collect(),
        Json::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    if children.is_empty() {
        return (0, 0);
    }
    within.push(schema);
    let mut fields = schema["properties"].as_object().map_or(0, serde_json::Map::len);
    let mut rules = schema["x-kubernetes-validations"].as_array().map_or(0, Vec::len);
    for child in children {
        let below = size(document, child, within);
        fields += below.0;
        rules += below.1;
    }
    within.pop();
    (fields, rules)
}

fn findings() -> String {
    let mut out = String::from(
        "# Findings\n\nEach kind of finding has a code. `deny`, `warn` and `allow` in the settings, and `--deny`, `--warn` and `--allow` on the \
         command line, set its level.\n\nErrors are shown first. Of a code in a file the first finding is shown with its lines, each further one in a line of \
         its own; `--verbose` shows all of them with their lines. `--min-level` (`error`, `warning`, `note`) says which are shown at all: by default \
         warnings and errors to people, in annotations (`--format github` and `azure`) and in comments (`markdown`), everything in `json`, `sarif`, `gitlab` and \
         `junit`. All are counted, and errors decide about the exit code, whatever is shown. `--output FORMAT=FILE` writes one \
         more report of the same run, as often as it is given.\n\n`check` and `validate` with `--changed-since REV` report what is found on lines that have changed since what is checked out left \
         that revision of git, and what the change has brought elsewhere.\n\n`check` and `validate` with `--baseline FILE` report what \
         that file does not list; `--write-baseline` lists in it what is found now. It is a file to review and to commit: an entry names the code, the \
         file, and the field or the text of the line. `--fix` makes the changes that errors and warnings suggest (of notes with `--min-level note`), and \
         reports what remains. Committed text is for `sync`.\n\n| Code | Level | What it says |\n|---|---|---|\n",
    );
    let codes = all_codes();
    for code in &codes {
        let _ = writeln!(
            out,
            "| [`{0}`](#{0}) | {1} | {2} |",
            code.name,
            level(code.level),
            cell(code.summary)
        );
    }
    out.push('\n');
    for code in codes {
        out.push_str(&code_page(code, 2));
        out.push('\n');
    }
    out
}

/// What several codes of today are, to which one name is.
fn several(name: &str, codes: &[&Code]) -> String {
    let mut out = format!("# {name}\n\nThese are meant by this name:\n\n");
    for code in codes {
        let _ = writeln!(out, "- `{}`: {}", code.name, code.summary);
    }
    out
}

fn migration() -> String {
    let mut out = String::from(include_str!("migration.md"));
    out.push_str("| Former | Today |\n|---|---|\n");
    let mut renamed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for code in all_codes() {
        for former in code.former {
            let today = format!("[`{0}`](findings.md#{0})", code.name);
            renamed.entry(former).or_default().push(today);
        }
    }
    for (former, today) in renamed {
        let _ = writeln!(out, "| `{former}` | {} |", today.join(", "));
    }
    out
}

fn code_page(code: &Code, level_of_heading: usize) -> String {
    let marks = "#".repeat(level_of_heading);
    let mut out = format!("{marks} {}\n\n*{}*", code.name, level(code.level));
    if !code.alias.is_empty() {
        let _ = write!(out, " ({})", code.alias);
    }
    if !code.former.is_empty() {
        let names = code.former.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
        let _ = write!(out, " (formerly {})", names.join(", "));
    }
    let _ = write!(out, ": {}.\n\n{}\n", code.summary, deeper(code.page.trim(), level_of_heading));
    out
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Allow => "allow",
        Level::Note => "note",
        Level::Warn => "warn",
        Level::Deny => "deny",
    }
}

/// A page's headings, which start at level 2 within it, below a heading of some level; fences are left alone.
fn deeper(page: &str, level: usize) -> String {
    let mut fence: Option<&str> = None;
    let mut out = String::with_capacity(page.len());
    for line in page.lines() {
        let mark = ["````", "```", "~~~"].into_iter().find(|mark| line.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark && line.trim_end() == mark => fence = None,
            _ => {}
        }
        if fence.is_none() && line.starts_with('#') {
            out.push_str(&"#".repeat(level - 1));
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Text in a table's cell.
fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|").replace('\n', " ")
}

/// With a capital.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
