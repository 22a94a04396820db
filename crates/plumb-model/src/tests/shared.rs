//! Measuring against models that are not in this repository, where someone points to them.

use super::*;

/// `PLUMB_MODEL=folder cargo test --lib model::tests::shared -- --ignored --nocapture` shows a model's findings.
#[test]
#[ignore = "needs PLUMB_MODEL to name a folder"]
#[expect(clippy::print_stderr, reason = "a measurement is printed")]
fn a_model_elsewhere() {
    let (model, findings) = Model::load(&folder());
    for finding in &findings {
        eprintln!(
            "{}:{} {:?} {:?}",
            finding.at.location.source.path(),
            shown(finding),
            finding.help,
            finding.severity
        );
    }
    let inputs = model.inputs();
    for id in model.options.keys() {
        let Ok(overhead) = model.overhead(id, &inputs) else { continue };
        let totals: Vec<String> = overhead
            .totals
            .iter()
            .map(|((view, resource), cost)| {
                format!(
                    "{}.{resource}={}",
                    view.name(),
                    model.show(&cost.evaluation, &Format::default()).text
                )
            })
            .collect();
        eprintln!("{id}: {}", totals.join(" "));
    }
    for (name, formula) in &model.formulas {
        eprintln!("{name} = {}", value(&model, name, &[]));
        let _ = formula;
    }
}

/// Thirty thousand figures, three thousand formulas: `cargo test --release --lib thirty_thousand -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
#[expect(clippy::print_stderr, reason = "a measurement is printed")]
fn thirty_thousand_figures() {
    use std::fmt::Write;
    let mut text = String::from("[sources.s]\ntitle = \"S\"\naccessed = 2026-01-01\n");
    for at in 0..30_000 {
        let _ = writeln!(
            text,
            "[figures.\"group{}.item{at}.cpu\"]\nvalue = \"{at}m\"\nlow = \"0\"\nsource = \"s\"\nnote = \"a note\"",
            at % 100
        );
    }
    text.push_str("[formulas]\n");
    for at in 0..3_000 {
        let _ = writeln!(
            text,
            "f{at}.cpu = \"2 * group{}.item{at}.cpu + group{}.item{}.cpu\"",
            at % 100,
            (at + 1) % 100,
            at + 1
        );
    }
    let start = std::time::Instant::now();
    let (model, findings) = load(&text);
    eprintln!(
        "{} bytes, {} figures, {} findings: {:?}",
        text.len(),
        model.figures.len(),
        findings.len(),
        start.elapsed()
    );
    let start = std::time::Instant::now();
    let inputs = model.inputs();
    for at in 0..1000 {
        let compiled = model.compile(&format!("f{at}.cpu * 3")).unwrap();
        let evaluation = model.evaluate(&compiled, &inputs).unwrap();
        let _ = model.show(&evaluation, &Format::default());
    }
    eprintln!("1000 expressions: {:?}", start.elapsed());
}

/// `PLUMB_MODEL=folder PLUMB_PODS=file …` shows what a cluster is measured to by a model's rules.
#[test]
#[ignore = "needs PLUMB_MODEL and PLUMB_PODS"]
#[expect(clippy::print_stderr, reason = "a measurement is printed")]
fn a_cluster_elsewhere() {
    let (model, _) = Model::load(&folder());
    let pods = std::env::var("PLUMB_PODS").unwrap();
    let pods = Source::new("pods.json", std::fs::read_to_string(pods).unwrap());
    let files = measure::ClusterFiles { pods: &pods, top: None, nodes: None };
    let (measurement, findings) = measure::measure(&model, files, jiff::civil::date(2026, 11, 23));
    eprintln!("{:?}", findings.iter().map(shown).collect::<Vec<_>>());
    let measurement = measurement.unwrap();
    eprintln!("{}", measurement.proxy_listing(&model.units).to_text());
    eprintln!("{}", measurement.namespace_listing(&model.units).to_text());
    eprintln!("{:?}\n{}", measurement.unknown, measurement.to_toml(&model));
}

fn folder() -> Vec<std::sync::Arc<Source>> {
    let folder = std::env::var("PLUMB_MODEL").unwrap();
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ext| ext == "toml"));
    paths.sort();
    let file = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        Source::new(name, std::fs::read_to_string(path).unwrap())
    };
    paths.iter().map(file).collect()
}
