//! Books in temporary folders, the program, and mdBook where there is one.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The version of mdBook that the tests compare with.
pub(crate) const MDBOOK: &str = "0.5.4";

/// The program that is tested.
pub(crate) fn plumb() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mdbook-plumb"));
    command.env("NO_COLOR", "1").env_remove("MDBOOK_LOG").env_remove("RUST_LOG");
    command
}

/// The real mdBook: of `target/tools`, as `.ci/run` puts it there, or of the path.
///
/// Says so where there is none; with `PLUMB_REQUIRE_MDBOOK` that is a failure.
pub(crate) fn mdbook() -> Option<impl Fn() -> Command> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin/mdbook");
    for program in [ours, PathBuf::from("mdbook")] {
        let version = Command::new(&program).arg("--version").output();
        if version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(MDBOOK)) {
            return Some(move || {
                let mut command = Command::new(&program);
                command.env_remove("MDBOOK_LOG").env_remove("RUST_LOG");
                command
            });
        }
    }
    assert!(
        std::env::var_os("PLUMB_REQUIRE_MDBOOK").is_none(),
        "mdbook {MDBOOK} is not there: cargo install mdbook --version {MDBOOK} --locked --root target/tools"
    );
    eprintln!("not tested: mdbook {MDBOOK} is not there (.ci/run installs it)");
    None
}

/// A folder with files in it.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// Every file below a folder and its bytes.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).unwrap_or_else(|error| panic!("{}: {error}", at.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below it").display().to_string();
                files.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    files
}

/// Both trees hold the same files with the same bytes.
pub(crate) fn assert_same(left: &Path, right: &Path) {
    let (left, right) = (tree(left), tree(right));
    let only = |these: &BTreeMap<String, Vec<u8>>, those: &BTreeMap<String, Vec<u8>>| {
        these.keys().filter(|name| !those.contains_key(*name)).cloned().collect::<Vec<_>>()
    };
    let none = (Vec::new(), Vec::new());
    assert_eq!((only(&left, &right), only(&right, &left)), none, "files of one side only");
    let different: Vec<_> = left.keys().filter(|name| left[*name] != right[*name]).collect();
    assert!(different.is_empty(), "these differ: {different:?}");
}

/// Runs a command with some bytes on its standard input.
pub(crate) fn feed(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut stdin = child.stdin.take().expect("a pipe");
    std::thread::scope(|scope| {
        // It may stop before it has read everything; that is not what is tested here.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().expect("its output")
    })
}

/// What a command wrote to standard output.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// What a command wrote to standard error.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// A CustomResourceDefinition of a kind in `example.com/v1`.
pub(crate) fn definition(kind: &str) -> String {
    let name = kind.to_lowercase();
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: {name}s.example.com}}\n\
         spec:\n  group: example.com\n  scope: Namespaced\n  names: {{kind: {kind}, plural: {name}s, singular: {name}, listKind: {kind}List}}\n\
         \x20 versions:\n  - name: v1\n    served: true\n    storage: true\n    schema: {{openAPIV3Schema: {{type: object}}}}\n"
    )
}
