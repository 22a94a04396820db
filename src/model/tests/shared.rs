//! Measuring against models that are not in this repository, where someone points to them.

use super::*;

/// `PLUMB_MODEL=folder cargo test --lib model::tests::shared -- --ignored --nocapture` shows a model's findings.
#[test]
#[ignore = "needs PLUMB_MODEL to name a folder"]
#[allow(clippy::print_stderr)]
fn a_model_elsewhere() {
    let folder = std::env::var("PLUMB_MODEL").unwrap();
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ext| ext == "toml"));
    paths.sort();
    let files: Vec<_> = paths
        .iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            Source::new(name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    let (model, findings) = Model::load(&files);
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
