//! Arguments, exit codes and streams.

use crate::support::{feed, folder, plumb, stderr, stdout};
#[cfg(feature = "build")]
use snapbox::file;

const EMPTY: &str = r#"[{"root":".","config":{},"renderer":"html"},{"items":[],"unknown":1.0}]"#;

/// Of a program with all its features.
#[cfg(feature = "build")]
#[test]
fn help() {
    let mut all = String::new();
    let mut commands = vec![Vec::new()];
    while let Some(command) = commands.pop() {
        let output = plumb().args(&command).arg("--help").env("COLUMNS", "100").output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let help = stdout(&output);
        all.push_str(&format!("$ mdbook-plumb {} --help\n{help}\n", command.join(" ")));
        let names: Vec<_> = help
            .lines()
            .skip_while(|line| *line != "Commands:")
            .skip(1)
            .take_while(|line| line.starts_with("  "))
            .filter(|line| !line.starts_with("    "))
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .collect();
        for name in names.into_iter().rev() {
            let mut next = command.clone();
            next.push(name.to_owned());
            commands.push(next);
        }
    }
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .eq(snapbox::Data::text(all), file!["help.txt"].raw());
}

#[test]
fn supports_never_fails() {
    for arguments in [
        &["supports", "html"][..],
        &["supports"],
        &["supports", "", "--what", "-x", "\u{1f600}"],
        &["supports", "epub", "--color", "nonsense"],
    ] {
        let output = feed(plumb().args(arguments), b"");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stdout.is_empty() && output.stderr.is_empty());
    }
}

#[test]
fn what_is_no_book_could_not_run() {
    let deep = format!("[{{}},{{\"items\":[{}", r#"{"Chapter":{"sub_items":["#.repeat(9999));
    for (input, said) in [
        ("", "standard input is empty"),
        ("garbage", "mdBook sends `[context, book]`"),
        (&EMPTY[..60], "(byte 60 of standard input)"),
        (&deep, "recursion limit"),
    ] {
        let output = feed(&mut plumb(), input.as_bytes());
        assert_eq!(output.status.code(), Some(2), "{input:.80}");
        assert!(output.stdout.is_empty());
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
}

#[test]
fn an_empty_book_is_a_book() {
    let root = folder(&[("book.toml", ""), ("src/SUMMARY.md", "")]);
    let output = feed(plumb().current_dir(root.path()), EMPTY.as_bytes());
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    assert_eq!(stdout(&output), r#"{"items":[],"unknown":1.0}"#);
}

#[test]
fn a_wrong_argument_could_not_run() {
    for arguments in [&["no-such-command"][..], &["build", "--no-such-option"]] {
        let output = plumb().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
    let nowhere = folder(&[]);
    for command in ["build", "check"] {
        let output =
            plumb().args([command, "nowhere"]).current_dir(nowhere.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = stderr(&output);
        let left_out = command == "build" && !cfg!(feature = "build");
        assert!(left_out || said.contains("nowhere"), "{said}");
    }
}

#[cfg(not(feature = "build"))]
#[test]
fn build_says_which_feature_it_needs_and_help_leaves_it_out() {
    let output = plumb().arg("build").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("without the feature `build`"), "{}", stderr(&output));
    let output = plumb().arg("--help").output().unwrap();
    assert!(!stdout(&output).contains("\n  build"), "{}", stdout(&output));
}

#[cfg(not(feature = "fetch"))]
#[test]
fn an_address_needs_a_feature() {
    let book = folder(&[("book.toml", "")]);
    let address = "http://127.0.0.1:9/crd.yaml";
    let output =
        plumb().args(["schemas", "add", address]).current_dir(book.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("without the feature `fetch`"), "{}", stderr(&output));
}

#[test]
fn completions_are_for_a_shell() {
    for (shell, says) in [("bash", "complete -F"), ("zsh", "#compdef"), ("fish", "complete -c")] {
        let output = plumb().args(["completions", shell]).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains(says), "{shell}");
    }
}

#[test]
fn the_manual_is_one_page_or_one_for_each_command() {
    let output = plumb().arg("man").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains(".TH mdbook-plumb 1"), "{}", stdout(&output));
    let files = folder(&[]);
    let output = plumb().args(["man", "share/man1"]).current_dir(files.path()).output().unwrap();
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), ""));
    let pages = files.path().join("share/man1");
    let check = std::fs::read_to_string(pages.join("mdbook-plumb-check.1")).expect("a page");
    assert!(check.contains("mdbook\\-plumb check \\-\\-fix"), "{check}");
    assert!(pages.join("mdbook-plumb-model-eval.1").is_file());
    assert!(!pages.join("mdbook-plumb-supports.1").exists(), "hidden");
}
