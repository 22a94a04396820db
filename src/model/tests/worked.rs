//! The worked examples: a model of three ways to run proxies, and what it must come to, reckoned by hand from the same figures.

use super::*;

const MODEL: &str = include_str!("worked.toml");

#[test]
fn totals_are_those_reckoned_by_hand() {
    let model = model(MODEL);
    // option, inputs, cores, memory: from the requests of each part, N = 10 nodes, P = 100 pods
    let cases: &[(&str, &[(&str, &str)], &str, &str)] = &[
        ("sidecars", &[("replicas", "0")], "10 cores", "12.5 GiB"),
        ("sidecars", &[], "11 cores", "16.5 GiB"),
        ("sidecars", &[("agent", "true")], "12 cores", "17.48 GiB"),
        ("sidecars", &[("revisions", "2")], "12 cores", "20.5 GiB"),
        ("nodewise", &[], "4 cores", "9.98 GiB"),
        ("nodewise", &[("waypoints", "2")], "4.4 cores", "10.48 GiB"),
        ("nodewise", &[("replicas", "0")], "3 cores", "5.98 GiB"),
        ("light", &[], "11.8 cores", "2.45 GiB"),
    ];
    for (option, set, cores, memory) in cases {
        let mut inputs = model.inputs();
        for (name, text) in *set {
            inputs.set(&model, name, text).unwrap();
        }
        let overhead = model.overhead(option, &inputs).unwrap();
        let show = |resource| {
            let cost = overhead.total(View::Requests, resource).unwrap();
            model.show(&cost.evaluation, &Format::default()).text
        };
        assert_eq!(
            (show("cpu").as_str(), show("memory").as_str()),
            (*cores, *memory),
            "{option} {set:?}"
        );
    }
}

#[test]
fn a_scenario_may_say_as_if() {
    let model = model(MODEL);
    let inputs = model.inputs_of("as-first-published").unwrap();
    let overhead = model.overhead("sidecars", &inputs).unwrap();
    let control = overhead.components.iter().find(|component| component.name == "control").unwrap();
    let memory = &control.each[&(View::Requests, "memory".into())];
    let shown = model.units.show(memory, &Format::default()).text;
    assert_eq!(shown, "1 GiB");
}

#[test]
fn formulas_reach_options_and_components() {
    let model = model(MODEL);
    for (text, expected) in [
        ("option(\"sidecars\").cpu", "11 cores"),
        ("option('sidecars').component('proxy').memory", "12.5 GiB"),
        ("option('sidecars').component('agent').count", "0"),
        ("option('sidecars').memory - option('nodewise').memory", "6.52 GiB"),
        ("tax.cpu", "10 cores"),
        ("tax.share", "0.11"),
        ("option('sidecars').cpu < option('nodewise').cpu", "no"),
        ("price", "$292/month"),
        ("traffic", "0.8 cores"),
        ("depth * hop.latency", "0.51 ms"),
    ] {
        assert_eq!(value(&model, text, &[]), expected, "{text}");
    }
}

#[test]
fn ranges_go_through() {
    let model = model(MODEL);
    let evaluation = model.evaluate(&model.compile("traffic").unwrap(), &model.inputs()).unwrap();
    let (low, high) = model.show_range(&evaluation, &Format::default()).unwrap();
    assert_eq!((low.text.as_str(), high.text.as_str()), ("0.8", "2"));
    assert!(evaluation.range.unwrap().exact);
    assert_eq!(evaluation.provenance.figures, ["proxy.busy"]);
    assert_eq!(evaluation.provenance.sources, ["bench"]);
}
