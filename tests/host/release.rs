//! What `.ci/release` refuses and makes, and that what it makes is found by who installs it.

use crate::support::{folder, plumb, stderr, stdout};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const MANIFEST: &str = include_str!("../../Cargo.toml");
const VERSION: &str = env!("CARGO_PKG_VERSION");
const NAMES: [(&str, &str); 5] = [
    ("repository", "https://github.com/someone/mdbook-plumb"),
    ("crates-io", "someone"),
    ("pypi", "mdbook-plumb"),
    ("image", "ghcr.io/someone/mdbook-plumb"),
    ("tap", "someone/homebrew-plumb"),
];

/// Cargo.toml with each of the names, or with none of them.
fn manifest(owned: bool) -> String {
    let line = |line: &str| {
        let key = line.split(" = \"").next().unwrap_or(line);
        match NAMES.iter().find(|(name, _)| line.contains(" = \"") && *name == key) {
            Some((_, value)) => format!("{key} = \"{}\"\n", if owned { value } else { "" }),
            None => format!("{line}\n"),
        }
    };
    MANIFEST.lines().map(line).collect()
}

/// What the script reads of a repository.
fn repository(manifest: &str, changes: &str) -> tempfile::TempDir {
    folder(&[
        (".ci/release", include_str!("../../.ci/release")),
        ("Cargo.toml", manifest),
        ("pyproject.toml", include_str!("../../pyproject.toml")),
        ("CHANGELOG.md", changes),
        ("README.md", "# A\n"),
        ("NOTICE", "A\n"),
        ("LICENSE-MIT", "A\n"),
        ("LICENSE-APACHE", "A\n"),
    ])
}

fn release(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("bash");
    command.arg(".ci/release").args(arguments).current_dir(root).env_remove("GITHUB_REPOSITORY");
    command.output().expect("bash")
}

fn changes() -> String {
    format!(
        "# Changes\n\n## Unreleased\n\n- Later.\n\n## {VERSION} (2026-12-01)\n\n- Now.\n\n## 0.0.1\n\n- Before.\n"
    )
}

#[test]
fn what_nobody_owns_is_not_released() {
    let root = repository(&manifest(false), &changes());
    let output = release(root.path(), &["check", &format!("v{VERSION}")]);
    assert_eq!(output.status.code(), Some(1));
    for (name, _) in NAMES {
        let said = stderr(&output);
        assert!(said.contains(&format!("no release: `{name}` in [workspace.")), "{name}: {said}");
    }
}

#[test]
fn what_is_owned_and_says_the_same_is_released() {
    let tag = format!("v{VERSION}");
    let good = manifest(true);
    let root = repository(&good, &changes());
    let output = release(root.path(), &["check", &tag]);
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    let names = stdout(&release(root.path(), &["names"]));
    assert!(names.contains(&format!("version={VERSION}\n")), "{names}");
    assert!(names.contains("tap=someone/homebrew-plumb\n"), "{names}");
    assert_eq!(stdout(&release(root.path(), &["notes"])).trim(), "- Now.");

    let inner = format!("plumb-text\", version = \"{VERSION}\"");
    assert!(good.contains(&inner));
    for (manifest, changes, tag, said) in [
        (good.clone(), changes(), "v99.0.0", "the tag is v99.0.0"),
        (good.clone(), "# Changes\n".to_owned(), &tag, "CHANGELOG.md has nothing"),
        (
            good.replace(&inner, "plumb-text\", version = \"0.0.1\""),
            changes(),
            &tag,
            "plumb-text in",
        ),
        (good.replace("pypi = \"mdbook-", "pypi = \"other-"), changes(), &tag, "pyproject.toml"),
    ] {
        let root = repository(&manifest, &changes);
        let output = release(root.path(), &["check", tag]);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    }
    let elsewhere = Command::new("bash")
        .args([".ci/release", "check", &tag])
        .current_dir(root.path())
        .env("GITHUB_REPOSITORY", "fork/mdbook-plumb")
        .output()
        .expect("bash");
    assert_eq!(elsewhere.status.code(), Some(1));
    assert!(stderr(&elsewhere).contains("this runs in fork/mdbook-plumb"));
}

/// A template of `[package.metadata.binstall]`.
fn binstall(key: &str, target: &str) -> String {
    let line = MANIFEST.lines().find(|line| line.starts_with(&format!("{key} = "))).expect(key);
    [
        ("{ repo }", NAMES[0].1),
        ("{ version }", VERSION),
        ("{ name }", "mdbook-plumb"),
        ("{ bin }", "mdbook-plumb"),
        ("{ binary-ext }", ""),
        ("{ target }", target),
        ("{ archive-suffix }", ".tar.gz"),
    ]
    .iter()
    .fold(line.split('"').nth(1).expect(key).to_owned(), |text, (name, value)| {
        text.replace(name, value)
    })
}

#[test]
fn an_archive_holds_what_binstall_and_homebrew_look_for() {
    let root = repository(&manifest(true), &changes());
    let target = "x86_64-unknown-linux-musl";
    let program = plumb().get_program().to_str().expect("a path").to_owned();
    let output = release(root.path(), &["archive", &program, target, "out"]);
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    let url = binstall("pkg-url", target);
    let file = url.rsplit('/').next().expect("a name");
    let list = Command::new("tar").arg("-tzf").arg(root.path().join("out").join(file)).output();
    let list = stdout(&list.expect("tar"));
    let inside = binstall("bin-dir", target);
    let top = inside.split('/').next().expect("a folder");
    for path in [
        "man/mdbook-plumb.1",
        "man/mdbook-plumb-check.1",
        "completions/mdbook-plumb.zsh",
        "LICENSE-MIT",
        "NOTICE",
    ] {
        assert!(list.lines().any(|line| line == format!("{top}/{path}")), "{path}: {list}");
    }
    assert!(list.lines().any(|line| line == inside), "{inside}: {list}");

    let targets =
        ["aarch64-apple-darwin", "x86_64-apple-darwin", "aarch64-unknown-linux-musl", target];
    let sums: Vec<_> = targets
        .iter()
        .enumerate()
        .map(|(i, target)| format!("{i:064}  mdbook-plumb-v{VERSION}-{target}.tar.gz\n"))
        .collect();
    fs::write(root.path().join("SHA256SUMS"), sums.concat()).expect("a file");
    let formula = release(root.path(), &["formula", "SHA256SUMS"]);
    assert_eq!(formula.status.code(), Some(0), "{}", stderr(&formula));
    let pair = format!("      url \"{url}\"\n      sha256 \"{:064}\"\n", 3);
    assert!(stdout(&formula).contains(&pair), "{}", stdout(&formula));
    fs::write(root.path().join("SHA256SUMS"), sums[1..].concat()).expect("a file");
    let lacking = release(root.path(), &["formula", "SHA256SUMS"]);
    assert_ne!(lacking.status.code(), Some(0));
    assert!(stderr(&lacking).contains("no mdbook-plumb-v"), "{}", stderr(&lacking));
}
