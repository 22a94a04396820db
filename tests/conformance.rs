//! Measures the validation against real manifests and real schemas that are not part of the repository.
//!
//! With `PLUMB_SHARED` set to a folder that holds `conformance/cases.tsv`, the files it names, and `crds/`:
//! `cargo test --release --test conformance -- --ignored --nocapture`.

#![allow(clippy::print_stdout, reason = "a measurement is printed")]

use mdbook_plumb::diag::{Diagnostic, Severity};
use mdbook_plumb::manifest::store::{Definition, read_definitions};
use mdbook_plumb::manifest::versions::Versions;
use mdbook_plumb::manifest::{Engine, Format, Schemas, read};
use mdbook_plumb::text::{Source, TextMap};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

fn definitions(folder: &Path) -> Vec<Definition> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(definitions(&path));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            found.extend(read_definitions(&path.to_string_lossy(), &text).definitions);
        }
    }
    found
}

struct Case {
    file: String,
    expected: String,
    layer: String,
    causes: Vec<String>,
    note: String,
}

fn cases(shared: &Path) -> Vec<Case> {
    let table = std::fs::read_to_string(shared.join("conformance/cases.tsv")).unwrap();
    let rows = table.lines().skip(1).map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let column = |at: usize| columns.get(at).copied().unwrap_or("").to_owned();
        Case {
            file: column(0),
            expected: column(1),
            layer: column(2),
            causes: column(4).split(" | ").map(str::to_owned).filter(|c| !c.is_empty()).collect(),
            note: column(9),
        }
    });
    rows.collect()
}

/// The kind of a cause, as an API server begins it.
fn class(text: &str) -> &'static str {
    for (start, class) in [
        ("Required value", "required"),
        ("Unsupported value", "enum"),
        ("Duplicate value", "duplicate"),
        ("Too many", "value"),
        ("Too long", "value"),
        ("Forbidden", "value"),
    ] {
        if text.contains(start) {
            return class;
        }
    }
    if text.contains("unknown field") {
        return "unknown";
    }
    "value"
}

/// Whether a finding says what a cause says: the same document, the same field, the same kind of fault.
fn says(finding: &(usize, Diagnostic), cause: &str) -> bool {
    let (document, rest) = match cause.strip_prefix("doc").and_then(|rest| rest.split_once(' ')) {
        Some((number, rest)) if number.parse::<usize>().is_ok() => {
            (number.parse::<usize>().ok(), rest)
        }
        _ => (None, cause),
    };
    // What is wrong with the YAML itself is of the whole text.
    let of_text = finding.1.code.name.starts_with("yaml-");
    if !of_text && document.is_some_and(|document| document != finding.0) {
        return false;
    }
    // What has no schema has no validator; what says no kind is no object.
    let name = finding.1.code.name;
    if rest.contains("kind List not found") {
        return true;
    }
    if rest.contains("failed to retrieve validator") || rest.contains("GVK cannot be empty") {
        return matches!(
            name,
            "schema-missing" | "unknown-kind" | "manifest-incomplete" | "api-removed"
        );
    }
    if rest.contains("already set in map") {
        return finding.1.code.name == "yaml-duplicate-key";
    }
    if let Some((_, field)) = rest.split_once("Go struct field ObjectMeta.") {
        return finding.1.path.as_deref().is_some_and(|path| {
            path.starts_with("metadata.") && field.starts_with(&path["metadata.".len()..])
        });
    }
    let Some((path, text)) = rest.split_once(": ") else { return false };
    let dotted = |path: &str| {
        let mut out = String::new();
        for part in path.split('[') {
            match part.split_once(']') {
                Some((key, rest)) if key.parse::<usize>().is_err() => {
                    out += &format!(".{key}{rest}");
                }
                Some((key, rest)) => out += &format!("[{key}]{rest}"),
                None => out += part,
            }
        }
        out
    };
    let (path, own) = (dotted(path), finding.1.path.as_deref().map(dotted));
    let same_path = own.as_deref().unwrap_or("<nil>") == path
        || (path == "<nil>"
            && (name == "schema-combination" || text.contains(&own.clone().unwrap_or_default())))
        || own.as_deref().is_some_and(|own| path.starts_with(&format!("{own}.")));
    // A value of the wrong type says all that could be said of what is in it.
    let inside = name == "schema-type" && own.as_deref().is_some_and(|own| path.starts_with(own));
    inside || same_path && class(&finding.1.message) == class(text)
}

#[test]
#[ignore = "needs measured cases that are not part of the repository"]
fn conformance() {
    let shared = PathBuf::from(std::env::var_os("PLUMB_SHARED").expect("PLUMB_SHARED is not set"));
    let embedded = std::env::var_os("PLUMB_EMBEDDED").is_some();
    let crds = shared.join("crds");
    let started = Instant::now();
    let base = || {
        if embedded {
            return Schemas::embedded();
        }
        let mut schemas = Schemas::empty();
        for folder in ["kubectl-validate", "kubernetes-openapi-v3", "istio", "cilium", "linkerd"] {
            schemas = schemas.with(definitions(&crds.join(folder)));
        }
        schemas
    };
    let channel = |name: &str| match embedded {
        true => base(),
        false => base().with(definitions(&crds.join("gateway-api").join(name))),
    };
    let standard = Engine::new(channel("standard"));
    let experimental = Engine::new(channel("experimental"));
    println!("schemas read in {:?}", started.elapsed());

    let mut table: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    let mut misses = Vec::new();
    let cases = cases(&shared);
    let started = Instant::now();
    let mut documents = 0;
    let mut reading = std::time::Duration::ZERO;
    for case in &cases {
        let path = shared.join("conformance").join(&case.file);
        let Ok(text) = std::fs::read_to_string(&path) else {
            misses.push(format!("{}: not readable", case.file));
            continue;
        };
        let is_experimental =
            case.layer.contains("experimental") || case.file.contains("gateway-api-experimental");
        let engine = if is_experimental { &experimental } else { &standard };
        let versions = match is_experimental {
            true => Versions::parse("gateway-api=experimental").unwrap_or_default(),
            false => Versions::default(),
        };
        let source = Source::new(case.file.clone(), text.as_str());
        let before = Instant::now();
        let format = if case.file.ends_with(".json") { Format::Json } else { Format::Yaml };
        let read = read(&text, &TextMap::identity(&source), format);
        reading += before.elapsed();
        documents += read.documents.len();
        let mut findings: Vec<(usize, Diagnostic)> =
            read.findings.into_iter().map(|finding| (0, finding)).collect();
        for document in &read.documents {
            let found = engine.validate_document(document, &versions);
            findings.extend(found.into_iter().map(|finding| (document.index, finding)));
        }
        let missing = findings.iter().any(|(_, f)| f.code.name == "schema-missing");
        let errors: Vec<&(usize, Diagnostic)> =
            findings.iter().filter(|(_, f)| f.severity == Severity::Error).collect();
        let semantic = case.layer.contains("semantic");
        let key = format!("{} {}", case.expected, if semantic { "semantic" } else { "schema" });
        let row = table.entry(key).or_default();
        row.0 += 1;
        if semantic && case.expected == "invalid" {
            row.1 += 1;
            continue;
        }
        let unsaid: Vec<&String> = case
            .causes
            .iter()
            .filter(|cause| !findings.iter().any(|finding| says(finding, cause)))
            .collect();
        let agrees = match case.expected.as_str() {
            "valid" => errors.is_empty(),
            // What was removed has no schema either, and is said to be so.
            "skip" => {
                missing
                    || errors
                        .iter()
                        .all(|(_, e)| matches!(e.code.name, "api-removed" | "unknown-kind"))
            }
            _ => !errors.is_empty() || (!case.causes.is_empty() && unsaid.is_empty()),
        };
        if agrees {
            row.1 += 1;
        }
        let exact = case.expected != "invalid" || unsaid.is_empty();
        if agrees && exact {
            row.2 += 1;
        } else {
            let mut miss = format!(
                "{} {} [{}] {}\n",
                if agrees { "~" } else { "!" },
                case.file,
                case.layer,
                case.note
            );
            for cause in unsaid.iter().take(6) {
                miss += &format!("    expected {cause:.200}\n");
            }
            for (document, error) in errors.iter().take(6) {
                miss += &format!(
                    "    doc{document} {} {}: {:.200}\n",
                    error.code.name,
                    error.path.as_deref().unwrap_or(""),
                    error.message
                );
            }
            misses.push(miss);
        }
    }
    println!(
        "{} files, {documents} documents in {:?}, of that reading YAML {reading:?}",
        cases.len(),
        started.elapsed()
    );
    for miss in &misses {
        println!("{miss}");
    }
    // Once more as a command would: all at once, on all cores, with schemas that are compiled.
    let texts: Vec<_> = cases
        .iter()
        .filter(|case| !case.file.contains("experimental"))
        .filter_map(|case| {
            std::fs::read_to_string(shared.join("conformance").join(&case.file)).ok()
        })
        .collect();
    let started = Instant::now();
    let documents: Vec<_> = texts
        .iter()
        .flat_map(|text| {
            let source = Source::new("a.yaml", text.as_str());
            read(text, &TextMap::identity(&source), Format::Yaml).documents
        })
        .collect();
    let read_in = started.elapsed();
    let findings = standard.validate(&documents, &Versions::default()).len();
    println!(
        "again: {} documents read in {read_in:?}, validated in {:?}, {findings} findings",
        documents.len(),
        started.elapsed() - read_in
    );
    println!("expected, files, agree, for the stated cause");
    for (key, (files, agree, exact)) in &table {
        println!("{key:20} {files:5} {agree:5} {exact:5}");
    }
}
