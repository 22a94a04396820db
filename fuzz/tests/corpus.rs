//! What must hold, on stable Rust: of the corpus, and of some changes of each of its inputs. `ROUNDS=10000` tries more of them.

use mdbook_plumb_fuzz::{self as fuzz, mutate};
use std::path::Path;
use std::{env, fs};

fn all(name: &str, check: fn(&[u8]), change: Option<mutate::Change>) {
    let rounds = env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(50);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("a corpus")
        .map(|entry| entry.expect("a file").path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{name} has no corpus");
    for path in paths {
        let whole = fs::read(&path).expect("a file");
        check(&whole);
        let mut data = whole.clone();
        for round in 0..rounds {
            // Not too far from what it was: most long walks end in noise.
            if round % 8 == 0 {
                data.clone_from(&whole);
            }
            let size = data.len();
            data.resize(size + 4096, 0);
            let bytes = |data: &mut [u8], size: usize, _: usize| {
                if size > 0 {
                    data[round * 31 % size] = b" \n:-{}[]\"'#&*<>`=|\xc3\xa9\x00"[round * 7 % 21];
                }
                size
            };
            let change = change.unwrap_or(|_, _| None);
            let size = mutate::change(change, &mut data, size, size + 4096, round as u32, bytes);
            data.truncate(size);
            check(&data);
        }
    }
}

macro_rules! corpora {
    ($($name:ident: $change:expr;)*) => {
        $(#[test]
        fn $name() {
            all(stringify!($name), fuzz::$name, $change);
        })*
    };
}

corpora! {
    yaml: Some(mutate::yaml);
    quantity: None;
    cel: Some(mutate::cel);
    manifest: Some(mutate::yaml);
    schema: Some(mutate::yaml);
    formula: Some(mutate::formula);
    model: None;
    page: Some(mutate::page);
    book: None;
    protocol: None;
}
