//! Situations with an expert's answer, put to the advisor as a reader would put them.
//!
//! The table below says once what a need or a fact of a situation is on the page: rows of the matrix, items of the list, inputs. Nothing in it
//! depends on which situation it is, and what only a context tells (who knows which mesh, say) the advisor does not ask.

use super::{guide, recommended, set};
use mdbook_plumb::model::{Answers, Inputs, Model, Outcome, Ratio};
use std::collections::BTreeSet;
use toml::{Table, Value};

/// A need of a situation, the rows of the matrix that it chooses and the items that it ticks.
///
/// Items that say more than the need are not ticked: `resilience` asks for several languages, `golden-signals` for code that can't be changed.
const NEEDS: [(&str, &[&str], &[&str]); 25] = [
    ("mtls", &["identity"], &["mtls-rule"]),
    ("encryption", &["node-encryption"], &[]),
    ("segmentation", &["segmentation"], &[]),
    ("authz-identity", &["identity-authz"], &[]),
    ("authz-path", &["l7-authz"], &["l7-authz"]),
    ("canary-inside", &["canary"], &["internal-canary"]),
    ("canary-edge", &["edge", "edge-canary"], &[]),
    ("retries-timeouts", &["resilience"], &[]),
    ("circuit-breaking", &["resilience"], &[]),
    ("tracing", &["tracing"], &[]),
    ("egress-control", &["egress"], &[]),
    ("multi-cluster", &["multicluster"], &["multicluster"]),
    ("fips", &["fips"], &[]),
    ("golden-metrics", &["signals"], &[]),
    ("access-log", &["access-log"], &["audit-trail"]),
    ("edge-mtls", &["edge", "edge-mtls"], &[]),
    ("waf", &["edge", "waf"], &[]),
    ("windows", &["windows"], &[]),
    ("udp", &["udp"], &[]),
    ("strict-latency", &["latency"], &[]),
    ("small-budget", &["effort"], &[]),
    ("vendor-support", &["support"], &[]),
    ("private-cluster", &["private"], &[]),
    ("gateway-only", &["edge"], &[]),
    // services are counted, not asked for
    ("many-services", &[], &["many-services"]),
];

/// The platforms of the situations, and whether all of it is AKS.
const PLATFORMS: [(&str, bool); 6] = [
    ("AKS", true),
    ("AKS Automatic", true),
    ("AKS and virtual machines", true),
    ("two AKS clusters and one on another cloud", false),
    ("Kubernetes, self-managed on premises", false),
    ("k3s on rented servers", false),
];

/// An option of the guide, and what the situations call it.
const OPTIONS: [(&str, &str); 10] = [
    ("no-mesh", "no-mesh"),
    ("aks-cilium", "cilium-acns"),
    ("approuting", "gateway-app-routing"),
    ("agc", "gateway-agc"),
    ("gateway", "gateway-other"),
    ("aks-addon", "istio-add-on"),
    ("aks-appnet", "application-network"),
    ("istio-ambient", "istio-ambient-self-managed"),
    ("linkerd", "linkerd"),
    ("consul", "consul"),
];

fn texts<'t>(situation: &'t Table, key: &str) -> Vec<&'t str> {
    let list = situation.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().map(|text| text.as_str().expect("a text")).collect()
}

fn asked(model: &Model, situation: &Table) -> (Answers, Inputs) {
    let facts = situation["facts"].as_table().expect("facts");
    let fact = |name: &str| facts.get(name).and_then(Value::as_integer);
    let mut needs = texts(situation, "needs");
    let many = &model.figures["judgement.services"].quantity.value;
    if fact("services").is_some_and(|services| many < &Ratio::from_integer(services.into())) {
        needs.push("many-services");
    }
    let (mut rows, mut items) = (BTreeSet::new(), BTreeSet::new());
    for need in needs {
        let of = NEEDS.iter().find(|(name, ..)| *name == need);
        let (_, chosen, ticked) = of.unwrap_or_else(|| panic!("no row for `{need}`"));
        rows.extend(set(chosen));
        items.extend(set(ticked));
    }
    let platform = facts["platform"].as_str().expect("a text");
    let known = PLATFORMS.iter().find(|(name, _)| *name == platform);
    let (_, aks) = known.unwrap_or_else(|| panic!("is `{platform}` AKS?"));
    if !aks {
        rows.insert("elsewhere".to_owned());
    }
    if fact("vms").is_some_and(|machines| machines > 0) {
        rows.insert("vms".to_owned());
    }
    if fact("windows_nodes").is_some_and(|nodes| nodes > 0) {
        assert!(rows.contains("windows"), "Windows nodes whose workloads need nothing");
    }
    let mut inputs = model.inputs();
    for (name, input) in [("pods", "pods"), ("nodes", "nodes"), ("rps", "rate")] {
        let value = fact(name).expect("a number").to_string();
        inputs.set(model, input, &value).expect("a value of the input");
    }
    (Answers { yes: items, needs: rows }, inputs)
}

fn named(outcome: &Outcome) -> &'static str {
    let option = outcome.option.as_deref();
    OPTIONS.iter().find(|(ours, _)| Some(*ours) == option).map_or("nothing", |(_, theirs)| theirs)
}

#[test]
fn the_advisor_answers_as_an_expert_would() {
    let model = guide();
    let text = include_str!("situations.toml");
    let file: Table = text.parse().expect("TOML");
    let situations = file["situation"].as_array().expect("situations");
    assert_eq!(situations.len(), 30);
    let mut wrong = Vec::new();
    for situation in situations {
        let situation = situation.as_table().expect("a table");
        let of = |key: &str| situation[key].as_str().expect("a text");
        let (answers, inputs) = asked(&model, situation);
        let outcome = recommended(&model, &answers, &inputs);
        let answer = named(outcome);
        let (also, never) = (texts(situation, "also"), texts(situation, "never"));
        let right = answer == of("answer") || also.contains(&answer);
        // what is only there as a preview is no answer where something runs today
        let early = outcome.id.ends_with("-preview");
        if !right || never.contains(&answer) || early {
            wrong.push(format!(
                "{}: {answer} ({}), an expert says {} or {also:?}; {answers:?}",
                of("id"),
                outcome.id,
                of("answer")
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of 30:\n{}", wrong.len(), wrong.join("\n"));
}
