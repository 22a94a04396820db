//! The tool on real manifests whose verdicts were measured, which are too large to be part of the repository.
//!
//! `PLUMB_SHARED` names a folder with `conformance/cases.tsv` (file, expected, layer, report, causes, …), the files that it names, and
//! `crds/`. Without it these tests say that they are skipped. The floors are what was reached; who gets further raises them.

use mdbook_plumb::diag::{Diagnostic, Level, Severity};
use mdbook_plumb::manifest::admission::codes_of_others;
use mdbook_plumb::manifest::store::{Definition, read_definitions};
use mdbook_plumb::manifest::versions::Versions;
use mdbook_plumb::manifest::{Document, Engine, Format, Read, Schemas, read};
use mdbook_plumb::text::{Source, TextMap};
use plumb_analysis::{analyse, codes};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Of the files that are expected to be so, by schema or by analysis: as many agree, as many for every stated cause.
const FLOORS: &[(&str, usize, usize)] = &[
    ("invalid schema", 155, 154),
    ("skip schema", 29, 29),
    ("valid schema", 478, 478),
    ("valid semantic", 15, 15),
];

/// Of the findings that istioctl lists, as many stand at their resource.
const LISTED: usize = 161;

#[allow(clippy::print_stderr, reason = "a test that does nothing says so")]
fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("PLUMB_SHARED").map(PathBuf::from);
    if shared.is_none() {
        eprintln!("skipped: PLUMB_SHARED is not set");
    }
    shared
}

fn parsed(path: &Path, text: &str) -> Read {
    let source = Source::new(path.to_string_lossy(), text);
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    read(text, &TextMap::identity(&source), if is_json { Format::Json } else { Format::Yaml })
}

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

struct Labelled {
    file: String,
    expected: String,
    layer: String,
    causes: Vec<String>,
}

fn cases(shared: &Path) -> Vec<Labelled> {
    let table = std::fs::read_to_string(shared.join("conformance/cases.tsv")).unwrap();
    let rows = table.lines().skip(1).map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let column = |at: usize| columns.get(at).copied().unwrap_or("").to_owned();
        Labelled {
            file: column(0),
            expected: column(1),
            layer: column(2),
            causes: column(4).split(" | ").map(str::to_owned).filter(|c| !c.is_empty()).collect(),
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
fn measured_verdicts_are_met() {
    let Some(shared) = shared() else { return };
    let crds = shared.join("crds");
    let engine = |channel: &str| {
        let mut all = Schemas::empty();
        for folder in ["kubectl-validate", "kubernetes-openapi-v3", "istio", "cilium", "linkerd"] {
            all = all.with(definitions(&crds.join(folder)));
        }
        Engine::new(all.with(definitions(&crds.join("gateway-api").join(channel))))
    };
    let (standard, experimental) = (engine("standard"), engine("experimental"));
    let mut cases = cases(&shared);
    // `listed_findings_are_found` looks at the others.
    cases.retain(|case| case.expected != "invalid" || !case.layer.contains("semantic"));
    let judged: Vec<(String, bool, bool, String)> =
        cases.par_iter().map(|case| judge(case, &shared, &standard, &experimental)).collect();
    let mut table: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut misses = String::new();
    for (key, agrees, exact, miss) in &judged {
        let row = table.entry(key).or_default();
        row.0 += usize::from(*agrees);
        row.1 += usize::from(*agrees && *exact);
        misses += miss;
    }
    let reached: Vec<(&str, usize, usize)> =
        table.into_iter().map(|(key, (agree, exact))| (key, agree, exact)).collect();
    let is_met = |(key, agree, exact): &(&str, usize, usize)| {
        reached.iter().any(|row| row.0 == *key && row.1 >= *agree && row.2 >= *exact)
    };
    assert!(FLOORS.iter().all(is_met), "floors {FLOORS:?}, reached {reached:?}\n{misses}");
}

/// What a file is, whether the tool agrees, whether it says all the causes, and what to read where it does not.
fn judge(
    case: &Labelled,
    shared: &Path,
    standard: &Engine,
    experimental: &Engine,
) -> (String, bool, bool, String) {
    let semantic = case.layer.contains("semantic");
    let key = format!("{} {}", case.expected, if semantic { "semantic" } else { "schema" });
    let path = shared.join("conformance").join(&case.file);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(why) => return (key, false, false, format!("{}: {why}\n", case.file)),
    };
    let is_experimental =
        case.layer.contains("experimental") || case.file.contains("gateway-api-experimental");
    let (engine, versions) = match is_experimental {
        true => (experimental, Versions::parse("gateway-api=experimental").unwrap_or_default()),
        false => (standard, Versions::default()),
    };
    let read = parsed(&path, &text);
    let mut findings: Vec<(usize, Diagnostic)> =
        read.findings.into_iter().map(|finding| (0, finding)).collect();
    for document in &read.documents {
        let found = engine.validate_document(document, &versions);
        findings.extend(found.into_iter().map(|finding| (document.index, finding)));
    }
    let missing = findings.iter().any(|(_, finding)| finding.code.name == "schema-missing");
    let errors: Vec<&(usize, Diagnostic)> =
        findings.iter().filter(|(_, finding)| finding.severity == Severity::Error).collect();
    let unsaid: Vec<&String> = case
        .causes
        .iter()
        .filter(|cause| !findings.iter().any(|finding| says(finding, cause)))
        .collect();
    let agrees = match case.expected.as_str() {
        "valid" => errors.is_empty(),
        // What was removed has no schema either, and is said to be so.
        "skip" => {
            let is_gone = |code: &str| matches!(code, "api-removed" | "unknown-kind");
            missing || errors.iter().all(|(_, error)| is_gone(error.code.name))
        }
        _ => !errors.is_empty() || (!case.causes.is_empty() && unsaid.is_empty()),
    };
    let exact = case.expected != "invalid" || unsaid.is_empty();
    let mut miss = String::new();
    if !(agrees && exact) {
        miss += &format!("{} {}\n", if agrees { "~" } else { "!" }, case.file);
        for cause in unsaid.iter().take(6) {
            miss += &format!("    - {cause:.200}\n");
        }
        for (document, error) in errors.iter().take(6) {
            let path = error.path.as_deref().unwrap_or("");
            miss += &format!(
                "    + doc{document} {} {path}: {:.200}\n",
                error.code.name, error.message
            );
        }
    }
    (key, agrees, exact, miss)
}

/// A row of the table.
struct Row {
    files: Vec<PathBuf>,
    name: String,
    expected: String,
    layer: String,
    report: String,
}

fn rows(shared: &Path) -> Vec<Row> {
    let folder = shared.join("conformance");
    let table = std::fs::read_to_string(folder.join("cases.tsv")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let mut files = vec![folder.join(cells[0])];
        // Files that are read together: named in the evidence by their paths upstream.
        if let Some((_, list)) = cells.get(8)?.split_once("inputs together: ") {
            let mapped = list.trim_end_matches(')').split(", ").map(|path| {
                let name = format!("pkg__config__analysis__analyzers__{}", path.replace('/', "__"));
                ["invalid", "valid"]
                    .map(|kind| folder.join(kind).join("istio-analyze").join(&name))
                    .into_iter()
                    .find(|path| path.exists())
            });
            files.extend(mapped.flatten());
            files.dedup();
            let first = files[0].clone();
            files.retain({
                let mut seen = false;
                move |file| *file != first || !std::mem::replace(&mut seen, true)
            });
        }
        Some(Row {
            files,
            name: cells[0].to_owned(),
            expected: cells[1].to_owned(),
            layer: cells[2].to_owned(),
            report: cells[3].to_owned(),
        })
    };
    table.lines().skip(1).filter_map(row).collect()
}

/// The codes that one of istioctl's analyzers reports.
fn codes_of(analyzer: &str) -> &'static [&'static str] {
    match analyzer {
        "authn.BlockedCIDRsAnalyzer" => &["IST0175"],
        "injection.ImageAnalyzer" => &["IST0158"],
        "service.PortNameAnalyzer" => &["IST0118", "IST0150"],
        "deployment.ServiceAssociationAnalyzer" => &["IST0116", "IST0137"],
        "destinationrule.CaCertificateAnalyzer" => &["IST0128", "IST0129"],
        "gateway.IngressGatewayPortAnalyzer" => &["IST0162"],
        "serviceentry.ProtocolAddressesAnalyzer" => &["IST0134"],
        "serviceentry.ConflictingServiceEntryProtocolAnalyzer" => &["IST0177"],
        "telemetry.ProviderAnalyzer" => &["IST0157"],
        "gateway.ConflictingGatewayAnalyzer" => &["IST0145"],
        "envoyfilter.EnvoyPatchAnalyzer" => {
            &["IST0151", "IST0152", "IST0153", "IST0154", "IST0155"]
        }
        "destinationrule.PodNotSelectedAnalyzer" => &["IST0173", "IST0174"],
        "externalcontrolplane.ExternalControlPlaneAnalyzer" => &["IST0163", "IST0164"],
        other => panic!("no codes are known for {other}"),
    }
}

/// What is found in files that are applied together, but for what schemas say.
fn analysed(engine: &Engine, files: &[PathBuf]) -> Vec<Diagnostic> {
    let texts = files.iter().filter_map(|file| Some((file, std::fs::read_to_string(file).ok()?)));
    let documents: Vec<Document> =
        texts.flat_map(|(file, text)| parsed(file, &text).documents).collect();
    let versions = Versions::default();
    let mut found: Vec<Diagnostic> = documents
        .iter()
        .flat_map(|document| engine.validate_document(document, &versions))
        .collect();
    found.extend(analyse(&documents.iter().collect::<Vec<_>>()));
    found
}

/// istioctl's findings `IST0101 @ kind name`, as the table lists them.
fn listed(report: &str) -> Vec<(&str, &str, &str)> {
    let parts = report.split("; ").flat_map(|part| part.split(" || "));
    let entry = |entry: &'_ str| -> Option<(usize, usize)> {
        let start = entry.find("IST")?;
        Some((start, entry[start..].find(" @ ")? + start))
    };
    parts
        .filter_map(|part| {
            let (start, at) = entry(part)?;
            let (kind, name) = part[at + 3..].split_once(' ')?;
            let code = part[start..at].split(' ').next()?;
            Some((code, kind, name.rsplit('/').next()?.trim()))
        })
        .collect()
}

#[test]
fn listed_findings_are_found() {
    let Some(shared) = shared() else { return };
    let engine = Engine::new(Schemas::empty());
    let (mut wrong, mut away, mut here) = (String::new(), String::new(), 0);
    for row in rows(&shared).iter().filter(|row| row.layer.starts_with("semantic")) {
        let found = analysed(&engine, &row.files);
        let number = |finding: &Diagnostic| match finding.code.name {
            // What the API server refuses already, no mesh is asked of.
            "webhook" => "IST0163",
            _ => finding.code.alias,
        };
        let ours: BTreeSet<&str> = found.iter().map(number).collect();
        if let Some(analyzer) = row.report.strip_prefix("no message from ") {
            let said = codes_of(analyzer).iter().filter(|code| ours.contains(*code));
            wrong.extend(said.map(|code| format!("{}: {code} is not true\n", row.name)));
            continue;
        }
        for (code, kind, name) in listed(&row.report) {
            let id = format!("{kind}/{name}");
            // A conflict is told once, and names the other objects.
            let is_of = |finding: &Diagnostic| {
                let text = format!("{id} is here");
                finding.document.as_deref() == Some(&id)
                    || finding.related.iter().any(|label| label.text == text)
            };
            if !ours.contains(code) {
                wrong += &format!("{}: {code} is missing\n", row.name);
            }
            if found.iter().any(|finding| number(finding) == code && is_of(finding)) {
                here += 1;
            } else {
                away += &format!("{}: {code} is not at {id}\n", row.name);
            }
        }
    }
    assert_eq!(wrong, "");
    assert!(here >= LISTED, "{here} of the listed findings stand at their resource:\n{away}");
}

#[test]
fn analyzers_find_no_error_in_valid_files() {
    let Some(shared) = shared() else { return };
    let engine = Engine::new(Schemas::empty());
    let rows = rows(&shared);
    let valid: Vec<&Row> = rows.iter().filter(|row| row.expected == "valid").collect();
    assert!(!valid.is_empty());
    let wrong: Vec<String> = valid
        .par_iter()
        .flat_map(|row| {
            let found = analysed(&engine, &row.files[..1]).into_iter().filter(|finding| {
                let is_ours = codes().chain(codes_of_others()).any(|code| code == finding.code);
                is_ours && finding.severity == Severity::Error && finding.code.level != Level::Allow
            });
            let line = |finding: Diagnostic| format!("{}: {}", row.name, finding.message);
            found.map(line).collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
