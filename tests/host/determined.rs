//! The same bytes, whatever else is different: threads, the order in which files were made and named, locale, time zone, umask,
//! home, the folder that a run starts in.

use crate::support::{plumb, stderr, tree};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// How a run differs from another one.
struct Way {
    threads: &'static str,
    variables: [(&'static str, &'static str); 3],
    umask: &'static str,
    /// What the files are made and named in the order of; any number.
    shuffle: u64,
}

const WAYS: &[Way] = &[
    Way {
        threads: "1",
        variables: [("LC_ALL", "C"), ("TZ", "UTC"), ("HOME", "/")],
        umask: "022",
        shuffle: 0,
    },
    Way {
        threads: "8",
        variables: [("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Pacific/Kiritimati"), ("HOME", "/nowhere")],
        umask: "077",
        shuffle: 7,
    },
    Way {
        threads: "3",
        variables: [("LC_ALL", "de_DE.ISO-8859-1"), ("TZ", "America/Los_Angeles"), ("HOME", "")],
        umask: "027",
        shuffle: 23,
    },
];

fn service(n: usize) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: web-{n}, labels: {{app: I-ı-İ}}}}\nspec:\n  prots: []\n  type: clusterIP\n"
    )
}

/// A book with something of everything, and a folder of manifests.
fn files() -> Vec<(String, String)> {
    let mut files = vec![
        ("book.toml".to_owned(), "[book]\ntitle = \"A\"\n[preprocessor.plumb]\nreport = \"warn\"\n".to_owned()),
        (
            "model/a.toml".to_owned(),
            "[inputs.pods]\ndefault = 3\nmin = 1\nmax = 9\n[figures.cpu]\nvalue = \"100m\"\nsource = \"s\"\n[sources.s]\ntitle = \"S\"\nurl = \"https://example.com\"\n\
             accessed = 2026-01-01\n"
                .to_owned(),
        ),
        ("model/b.toml".to_owned(), "[formulas.all]\nexpr = \"pods * cpu\"\n[options.o]\nlabel = \"O\"\n[[options.o.components]]\nname = \"c\"\ncount = \"pods\"\nrequests = { cpu = \"cpu\" }\n".to_owned()),
        ("directives/it.md".to_owned(), "+++\nsummary = \"It.\"\n+++\nIt is `{= all }`.\n".to_owned()),
    ];
    let mut summary = String::new();
    for n in 0..8 {
        summary += &format!("- [C {n}](c{n}.md)\n");
        let page = format!(
            "# C {n}\n\n`{{= all }}` `{{= al }}` [x](gone.md)\n\n<!-- plumb: chart all over=pods /-->\n\n<!-- plumb: overhead options=[o] sweep=pods -->\nold\n<!-- /plumb -->\n\n\
             <!-- plumb: it /-->\n\n<!-- plumb: sources /-->\n\n```yaml group=g\n{}```\n",
            service(n)
        );
        files.push((format!("src/c{n}.md"), page));
        files.push((format!("m/{n}.yaml"), service(n)));
    }
    files.push(("src/SUMMARY.md".to_owned(), summary));
    files
}

fn shuffled<T>(mut all: Vec<T>, by: u64) -> Vec<T> {
    let mut state = by;
    for at in (1..all.len()).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        all.swap(at, if by == 0 { at } else { (state >> 33) as usize % (at + 1) });
    }
    all
}

fn run(way: &Way, at: &Path, arguments: &[String]) -> Vec<u8> {
    let program = plumb();
    let mut command = if cfg!(unix) {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", way.umask])
            .arg(program.get_program());
        shell
    } else {
        plumb()
    };
    command
        .args(arguments)
        .current_dir(at)
        .env("NO_COLOR", "1")
        .env("RAYON_NUM_THREADS", way.threads)
        .envs(way.variables);
    let output = command.output().expect("the program");
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
    [output.stdout, output.stderr].concat()
}

/// What every command says and writes; the name of the folder is no part of it.
fn all(way: &Way) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in shuffled(files(), way.shuffle) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let mut said = BTreeMap::new();
    let manifests = shuffled((0..8).map(|n| format!("m/{n}.yaml")).collect(), way.shuffle);
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for format in ["human", "json", "sarif", "junit", "gitlab", "github", "markdown"] {
        commands.push((
            format!("check {format}"),
            ["check", "--format", format].map(str::to_owned).into(),
        ));
    }
    let validate = ["validate", "--together", "--format", "json"].map(str::to_owned);
    commands.push(("files".to_owned(), [&validate[..], &manifests].concat()));
    commands.push(("folder".to_owned(), [&validate[..], &["m".to_owned()]].concat()));
    commands.push((
        "model".to_owned(),
        ["model", "list", "--format", "json"].map(str::to_owned).into(),
    ));
    if cfg!(feature = "build") {
        commands.push(("build".to_owned(), ["build", "--quiet"].map(str::to_owned).into()));
    }
    commands.push(("sync".to_owned(), ["sync"].map(str::to_owned).into()));
    for (name, arguments) in commands {
        said.insert(name, run(way, folder.path(), &arguments));
    }
    said.extend(tree(folder.path()));
    said
}

#[test]
fn the_same_bytes_come_of_any_run() {
    let first = all(&WAYS[0]);
    assert!(first["check json"].len() > 5_000 && first.contains_key("src/c0.md"));
    for way in &WAYS[1..] {
        let other = all(way);
        let names = |of: &BTreeMap<String, Vec<u8>>| of.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&first), names(&other));
        for (name, bytes) in &first {
            let text = String::from_utf8_lossy;
            assert!(bytes == &other[name], "{name}\n{}\n{}", text(bytes), text(&other[name]));
        }
    }
}

/// A page shows the same on any day: what gets old is a finding.
#[test]
fn a_page_is_the_same_on_any_day() {
    use mdbook_plumb::check::{Book, check};
    use mdbook_plumb::render::{Chapter, Delivery, Target, chapter};
    use mdbook_plumb::world::MemWorld;
    let files = files();
    let shown = |day| {
        let world =
            MemWorld::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())), day);
        let book = Book::read(&world).expect("a book");
        let checked = check(&book.project, &book.chapters);
        let pages = book.chapters.iter().zip(&checked.chapters).map(|(page, checked)| {
            let shown = Chapter { text: &page.text, path: &page.path, guide: &book.title };
            chapter(shown, checked, Target::Html(Delivery::Inline))
        });
        pages.collect::<Vec<_>>()
    };
    let first = shown(jiff::civil::date(2026, 1, 2));
    assert!(first.iter().all(Option::is_some));
    assert_eq!(first, shown(jiff::civil::date(2031, 12, 31)));
}
