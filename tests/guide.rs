//! The guide's own model: what its advisor recommends and what its matrix says of the options are one.

use mdbook_plumb::model::{Answers, Meets, Model, Outcome};
use mdbook_plumb::text::Source;
use std::collections::BTreeSet;
use std::path::Path;

/// What Microsoft runs and supports; and what readers would run themselves.
const SUPPORTED: [&str; 2] = ["aks-cilium", "aks-addon"];
const SELF_MANAGED: [&str; 2] = ["istio-ambient", "linkerd"];

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

fn recommended<'m>(model: &'m Model, answers: &Answers) -> &'m Outcome {
    let outcome = model.outcome(&model.advisors["mesh"], answers, &model.inputs());
    outcome.expect("the rules can be evaluated").expect("the last outcome always holds")
}

#[test]
fn the_advisor_says_what_the_matrix_says() {
    let model = guide();
    let matrix = &model.matrices["needs"];
    let rows: Vec<&str> = matrix.rows.iter().map(|row| row.id.as_str()).collect();
    let items = &model.checklists["need-a-mesh"].items;
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for chosen in choices(&rows) {
        let needs = set(&chosen);
        let asked =
            items.iter().filter(|item| item.need.as_ref().is_some_and(|need| needs.contains(need)));
        let asked: BTreeSet<String> = asked.map(|item| item.id.clone()).collect();
        // chosen in the table alone; ticked in the list, which chooses them; and with an item that names no need
        let ticks = [BTreeSet::new(), asked.clone(), &asked | &set(&["many-services"])];
        let ranking = model.rank(matrix, &needs);
        let level = |option: &str| {
            ranking.iter().find(|ranked| ranked.column == option).expect("a column").meets()
        };
        for yes in ticks {
            let outcome = recommended(&model, &Answers { yes: yes.clone(), needs: needs.clone() });
            seen.insert(outcome.id.clone());
            let mut say =
                |what: &str| wrong.push(format!("{chosen:?}, {yes:?} -> {}: {what}", outcome.id));
            let Some(option) = outcome.option.as_deref() else {
                if ranking.iter().any(|ranked| ranked.meets() != Meets::No) {
                    say("the matrix leaves an option");
                }
                continue;
            };
            if level(option) == Meets::No {
                say("the matrix rules it out");
            }
            if SELF_MANAGED.contains(&option) {
                if !outcome.title.contains("you run yourself: Microsoft does not support it") {
                    say("nothing says that it is self-managed and not supported");
                }
                if SUPPORTED.iter().any(|supported| level(supported) <= Meets::Partly) {
                    say("there is an option that Microsoft supports");
                }
                if needs.contains("support") {
                    say("support was asked for");
                }
            }
            let met = SUPPORTED.iter().any(|supported| level(supported) == Meets::Fully);
            if met && outcome.id != "one-need" && level(option) != Meets::Fully {
                say("a supported option meets all fully, this one does not");
            }
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
        (&["canary", "patch", "support"], &["internal-canary"], "appnet-preview"),
        (&[], &[], "nothing"),
    ] {
        let answers = Answers { yes: set(yes), needs: set(needs) };
        assert_eq!(recommended(&model, &answers).id, expected, "{needs:?}");
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
