//! Measures the analyzers on files whose findings are known: `PLUMB_SHARED=… cargo test --lib conformance -- --ignored
//! --nocapture`. The table is `conformance/cases.tsv` below that folder: file, expected, layer, expected report, …

use super::{analyse, codes};
use crate::diag::{Diagnostic, Severity};
use crate::manifest::admission;
use crate::manifest::fault::Authority;
use crate::manifest::{Document, Format, Node, Versions, read};
use crate::text::{Source, TextMap};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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

fn findings(files: &[PathBuf]) -> Vec<Diagnostic> {
    let mut documents: Vec<Document> = Vec::new();
    for file in files {
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        let source = Source::new(file.to_string_lossy(), text);
        documents.extend(read(source.text(), &TextMap::identity(&source), Format::Yaml).documents);
    }
    let versions = Versions::default();
    let refused = documents.iter().flat_map(|document| {
        let items = match document.root.get("items").map(Node::items) {
            Some(items) => items.iter().map(|item| document.part(item.clone())).collect(),
            None => vec![document.clone()],
        };
        let faults = items.into_iter().flat_map(|item| {
            let faults = admission::check(&item, &versions).into_iter();
            let others = faults.filter(|fault| fault.rule.by != Authority::ApiServer);
            others.map(move |fault| fault.into_finding(&item)).collect::<Vec<_>>()
        });
        faults.collect::<Vec<_>>()
    });
    let mut found: Vec<Diagnostic> = refused.collect();
    found.extend(analyse(&documents.iter().collect::<Vec<_>>()));
    found
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

fn shared() -> Option<PathBuf> {
    std::env::var_os("PLUMB_SHARED").map(PathBuf::from)
}

/// Semantic rows: at least the listed codes; and, stricter, each at the listed resource.
#[test]
#[ignore = "needs PLUMB_SHARED"]
fn known_findings_are_found() {
    let Some(shared) = shared() else { return };
    let (mut met, mut all, mut here, mut listed) = (0, 0, 0, 0);
    for row in rows(&shared).iter().filter(|row| row.layer.starts_with("semantic")) {
        all += 1;
        let found = findings(&row.files);
        let ours: BTreeSet<&str> = found.iter().map(|finding| finding.code.alias).collect();
        if let Some(analyzer) = row.report.strip_prefix("no message from ") {
            let wrong: Vec<&str> =
                codes_of(analyzer).iter().copied().filter(|code| ours.contains(code)).collect();
            if wrong.is_empty() {
                met += 1;
            } else {
                println!("FALSE {wrong:?} {}", row.name);
            }
            continue;
        }
        let entries: Vec<(&str, &str, &str)> = row
            .report
            .split("; ")
            .flat_map(|part| part.split(" || "))
            .filter_map(|entry| {
                let entry = entry.trim_start_matches(|c| c != 'I').trim_start();
                let start = entry.find("IST0").or_else(|| entry.find("IST"))?;
                let (what, at) = entry[start..].split_once(" @ ")?;
                let (kind, name) = at.split_once(' ')?;
                Some((what.split(' ').next()?, kind, name.rsplit('/').next()?.trim()))
            })
            .collect();
        let missing: BTreeSet<&str> =
            entries.iter().map(|entry| entry.0).filter(|code| !ours.contains(code)).collect();
        if missing.is_empty() {
            met += 1;
        } else {
            println!("MISS {missing:?} {}", row.name);
        }
        for (code, kind, name) in &entries {
            listed += 1;
            let id = format!("{kind}/{name}");
            // A conflict is told once, and names the other objects.
            let is_of = |f: &Diagnostic| {
                let names = |label: &crate::diag::Label| label.text == format!("{id} is here");
                f.document.as_deref() == Some(&id) || f.related.iter().any(names)
            };
            if found.iter().any(|f| f.code.alias == *code && is_of(f)) {
                here += 1;
            } else {
                println!("  not here: {code} @ {id}   {}", row.name);
            }
        }
    }
    println!("{met} of {all} rows; {here} of {listed} listed findings at their resource");
    assert_eq!(met, all);
}

/// Valid rows: nothing of the analyzers is an error. Prints what is less than that, to be judged by eye.
#[test]
#[ignore = "needs PLUMB_SHARED"]
fn valid_files_give_no_errors() {
    let Some(shared) = shared() else { return };
    let verbose = std::env::var_os("PLUMB_VERBOSE").is_some();
    let (mut files, mut errors, mut warnings, mut notes) = (0, 0, 0, 0);
    for row in rows(&shared).iter().filter(|row| row.expected == "valid") {
        files += 1;
        for finding in findings(&row.files[..1]) {
            if finding.code.level == crate::diag::Level::Allow {
                continue;
            }
            match finding.severity {
                Severity::Error => errors += 1,
                Severity::Warning => warnings += 1,
                Severity::Note => notes += 1,
            }
            if finding.severity == Severity::Error
                || (verbose && finding.severity == Severity::Warning)
            {
                println!(
                    "{} {} {} {}: {} {:?}\n      {}",
                    finding.severity,
                    finding.code.name,
                    row.layer,
                    finding.document.as_deref().unwrap_or_default(),
                    finding.message,
                    finding.help,
                    row.name
                );
            }
        }
    }
    println!(
        "{files} valid files: {errors} errors, {warnings} warnings, {notes} notes of {} codes",
        codes().count()
    );
    assert_eq!(errors, 0);
}
