//! The guide's own model: what its advisor recommends and what its matrix says of the options are one.

use mdbook_plumb::model::{Answers, Inputs, Meets, Model, Outcome};
use mdbook_plumb::text::Source;
use std::collections::BTreeSet;
use std::path::Path;

#[path = "guide/costs.rs"]
mod costs;
#[path = "guide/situations.rs"]
mod situations;

/// What Microsoft runs and supports; and what readers would run themselves.
const SUPPORTED: [&str; 2] = ["aks-cilium", "aks-addon"];
const SELF_MANAGED: [&str; 3] = ["istio-ambient", "linkerd", "consul"];
/// Nothing between the services but what applications, Kubernetes and Azure do.
const NO_MESH: [&str; 4] = ["no-mesh", "approuting", "agc", "gateway"];
/// What must not be left to the application.
const ENFORCED: [&str; 4] = ["identity", "identity-authz", "l7-authz", "access-log"];
/// What ambient mode does in waypoints.
const LAYER_7: [&str; 6] = ["l7-authz", "canary", "resilience", "signals", "access-log", "tracing"];

fn guide() -> Model {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("model");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the guide's model")
        .map(|entry| entry.expect("a file").path())
        .collect();
    paths.sort();
    let files: Vec<_> = paths
        .iter()
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            Source::new(&*name, std::fs::read_to_string(path).expect("text"))
        })
        .collect();
    let (model, findings) = Model::load(&files);
    assert!(findings.is_empty(), "{findings:?}");
    model
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

/// Every choice of at most three of some things.
fn choices<'a>(all: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut found = vec![Vec::new()];
    for size in 0..3 {
        let of_size: Vec<_> = found.iter().filter(|chosen| chosen.len() == size).cloned().collect();
        for chosen in of_size {
            let after = chosen
                .last()
                .map_or(0, |last| all.iter().position(|one| one == last).expect("one of them") + 1);
            found.extend(all[after..].iter().map(|next| [chosen.as_slice(), &[*next]].concat()));
        }
    }
    found
}

fn recommended<'m>(model: &'m Model, answers: &Answers, inputs: &Inputs) -> &'m Outcome {
    let outcome = model.outcome(&model.advisors["mesh"], answers, inputs);
    outcome.expect("the rules can be evaluated").expect("the last outcome always holds")
}

/// What is wrong with a recommendation, given how the matrix ranks the options for the same needs.
fn faults(
    outcome: &Outcome,
    needs: &BTreeSet<String>,
    level: impl Fn(&str) -> Meets,
) -> Vec<&'static str> {
    let needs_any = |of: &[&str]| of.iter().any(|need| needs.contains(*need));
    let Some(option) = outcome.option.as_deref() else { return Vec::new() };
    let mut found = Vec::new();
    if level(option) == Meets::No {
        found.push("the matrix rules it out");
    }
    if SELF_MANAGED.contains(&option) {
        if !outcome.title.contains("you run yourself: Microsoft does not support it") {
            found.push("nothing says that it is self-managed and not supported");
        }
        if SUPPORTED.iter().any(|supported| level(supported) <= Meets::Partly) {
            found.push("there is an option that Microsoft supports");
        }
    }
    if level(option) == Meets::Preview && !outcome.id.ends_with("-preview") {
        found.push("it is a preview, and is not called one");
    }
    let met = SUPPORTED.iter().any(|supported| level(supported) == Meets::Fully);
    if NO_MESH.contains(&option) {
        let nothing_else = !met && !SELF_MANAGED.iter().any(|other| level(other) <= Meets::Partly);
        if level(option) != Meets::Fully && needs_any(&ENFORCED) && !nothing_else {
            found.push("it leaves to the application what must be enforced outside of it");
        }
    } else if met && level(option) != Meets::Fully {
        found.push("a supported option meets all fully, this one does not");
    }
    let ambient = ["istio-ambient", "aks-appnet"].contains(&option);
    if ambient && needs_any(&LAYER_7) != outcome.cost.is_some() {
        found.push("the price of waypoints goes with layer 7");
    }
    found
}

#[test]
fn the_advisor_says_what_the_matrix_says() {
    let model = guide();
    let matrix = &model.matrices["needs"];
    let rows: Vec<&str> = matrix.rows.iter().map(|row| row.id.as_str()).collect();
    let items = &model.checklists["need-a-mesh"].items;
    let mut dense = model.inputs();
    dense.set(&model, "pods", "2000").expect("a value");
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for chosen in choices(&rows) {
        let needs = set(&chosen);
        let asked =
            items.iter().filter(|item| item.need.as_ref().is_some_and(|need| needs.contains(need)));
        let asked: BTreeSet<String> = asked.map(|item| item.id.clone()).collect();
        let ranking = model.rank(matrix, &needs);
        let level = |option: &str| {
            ranking.iter().find(|ranked| ranked.column == option).expect("a column").meets()
        };
        // ticked in the list, which chooses them; with an item that names no need; and chosen in the table alone
        let many = &asked | &set(&["many-services"]);
        let asks = [(asked, &model.inputs()), (many, &model.inputs()), (set(&[]), &dense)];
        for (yes, inputs) in asks {
            let answers = Answers { yes, needs: needs.clone() };
            let outcome = recommended(&model, &answers, inputs);
            seen.insert(outcome.id.clone());
            let mut found = faults(outcome, &needs, level);
            if outcome.option.is_none() && ranking.iter().any(|ranked| ranked.meets() < Meets::No) {
                // a gateway or Consul that meets a part is no reason to choose it unasked
                let left = ranking.iter().filter(|ranked| ranked.meets() < Meets::No);
                let left: Vec<&str> = left.map(|ranked| ranked.column.as_str()).collect();
                if left.iter().any(|option| !NO_MESH.contains(option) && *option != "consul") {
                    found.push("the matrix leaves an option");
                }
            }
            wrong.extend(found.iter().map(|what| format!("{answers:?} -> {}: {what}", outcome.id)));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases, of which\n{}",
        wrong.len(),
        wrong[..wrong.len().min(9)].join("\n")
    );
    let all: BTreeSet<String> =
        model.advisors["mesh"].outcomes.iter().map(|outcome| outcome.id.clone()).collect();
    assert_eq!(seen, all, "each outcome has answers that lead to it");
}

#[test]
fn managed_comes_before_self_managed() {
    let model = guide();
    for (needs, yes, expected) in [
        (&["identity", "canary"][..], &["mtls-rule", "internal-canary"][..], "addon"),
        (&["identity"], &["mtls-rule"], "identity"),
        (&["identity", "multicluster"], &["mtls-rule", "multicluster"], "linkerd"),
        (&["identity", "patch"], &["mtls-rule"], "ambient"),
        (&["identity", "patch", "access-log"], &["mtls-rule", "audit-trail"], "ambient-l7"),
        (&["identity", "fips", "support"], &["mtls-rule"], "linkerd-in-part"),
        (&["windows", "segmentation"], &[], "nothing"),
        (&["resilience"], &["resilience"], "application"),
        (&["resilience", "signals"], &["resilience", "golden-signals"], "addon"),
        (&["edge-canary", "elsewhere"], &[], "gateway"),
        (&[], &[], "nothing"),
    ] {
        let answers = Answers { yes: set(yes), needs: set(needs) };
        assert_eq!(recommended(&model, &answers, &model.inputs()).id, expected, "{needs:?}");
    }
}

#[test]
fn beyond_what_aks_measured_layer_7_without_a_mesh_is_not_recommended() {
    let model = guide();
    for (rate, expected) in [("3000", "cilium"), ("3100", "addon")] {
        let mut inputs = model.inputs();
        inputs.set(&model, "rate", rate).expect("a value");
        let answers = Answers { yes: set(&["l7-authz"]), needs: set(&["l7-authz"]) };
        assert_eq!(recommended(&model, &answers, &inputs).id, expected, "{rate} requests/s");
    }
}

/// The addresses that a page links to, outside of fences.
fn links(page: &str) -> Vec<&str> {
    let mut fenced = false;
    let prose = page.lines().filter(|line| {
        let mark = line.trim_start().starts_with("```");
        fenced ^= mark;
        !fenced && !mark
    });
    prose
        .flat_map(|line| line.split("](").skip(1).filter_map(|rest| rest.split(')').next()))
        .collect()
}

/// What a reader can look up has a day on which we did: pages link to sources of the model and to each other, and to nothing else.
#[test]
fn every_link_of_the_guide_leads_to_a_page_or_a_source() {
    fn bare(url: &str) -> &str {
        url.split('#').next().unwrap_or(url).trim_end_matches('/')
    }
    let model = guide();
    let known: BTreeSet<&str> =
        model.sources.values().filter_map(|source| source.url.as_deref()).map(bare).collect();
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("book");
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(&book).expect("the guide") {
        let path = entry.expect("a file").path();
        // The page of sources ends in a list of what to read next.
        if path.extension().is_none_or(|end| end != "md") || path.ends_with("sources.md") {
            continue;
        }
        // A link may go over the end of a line in a page, never in its address.
        let page = std::fs::read_to_string(&path).expect("text");
        for link in links(&page) {
            let found = match link.contains("://") {
                true => known.contains(bare(link)),
                false => bare(link).is_empty() || book.join(bare(link)).is_file(),
            };
            if !found {
                wrong.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
