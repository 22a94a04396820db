//! Facts are shown as their source has them; results are rounded.

use super::*;

/// A figure with this value, and how it is shown.
fn figure(name: &str, value: &str) -> (Model, String) {
    let model = model(&format!("[figures.\"{name}\"]\nvalue = {value}\nbasis = \"judgement\"\n"));
    let shown = super::value(&model, name, &[]);
    (model, shown)
}

#[test]
fn a_fact_is_shown_as_it_was_written() {
    for (name, written, expected) in [
        ("share", "\"99.995%\"", "99.995%"),
        ("share", "\"0.005%\"", "0.005%"),
        ("price", "\"0.1664 USD/hour\"", "$0.1664/hour"),
        ("price", "\"0.17 USD/hour\"", "$0.17/hour"),
        ("price", "\"$0.10/hour\"", "$0.10/hour"),
        ("price", "\"1234.5678 USD/month\"", "$1234.5678/month"),
        ("a.cpu", "\"125m\"", "0.125 cores"),
        ("a.cpu", "\"1\"", "1 core"),
        ("a.cpu", "\"2500m\"", "2.5 cores"),
        ("a.cpu", "\"1234567n\"", "0.001234567 cores"),
        ("a.memory", "\"128Mi\"", "128 MiB"),
        ("a.memory", "\"1500Mi\"", "1500 MiB"),
        ("a.memory", "\"1536Mi\"", "1536 MiB"),
        ("a.memory", "\"129M\"", "129 MB"),
        ("a.memory", "\"134217728\"", "128 MiB"),
        ("a.memory", "\"128974849\"", "128974849 B"),
        ("a.memory", "\"1.2345GiB\"", "1.2345 GiB"),
        ("wait", "\"730 hours\"", "730 hours"),
        ("wait", "\"0.0625 ms\"", "0.0625 ms"),
        ("wait", "\"86400 s\"", "86400 s"),
        ("rate", "\"2k requests/s\"", "2000 requests/s"),
        ("ratio", "0.12345", "0.12345"),
        ("ratio", "3", "3"),
        ("ratio", "-0.0625", "-0.0625"),
    ] {
        let (model, shown) = figure(name, written);
        assert_eq!(shown, expected, "{written}");
        let list = List::named("figures").unwrap().of(&model, &model.inputs());
        assert_eq!(list.rows[0][1], expected, "`model list` of {written}");
    }
}

#[test]
fn the_ends_of_a_fact_are_facts_too() {
    let model = model(
        "[figures.share]\nvalue = \"99.995%\"\nlow = \"99.9905%\"\nhigh = \"100%\"\nbasis = \"judgement\"\n",
    );
    let compiled = model.compile("share").unwrap();
    let evaluation = model.evaluate(&compiled, &model.inputs()).unwrap();
    assert_eq!(model.range_note(&evaluation, &Format::default()).unwrap(), " (99.9905–100)");
}

#[test]
fn a_result_is_rounded_and_a_fact_in_another_unit_is_exact_or_rounded() {
    let model = model(
        "[inputs]\nload = \"0.1234%\"\n[figures]\nprice = {value = \"0.1664 USD/hour\", basis = \"judgement\"}\n\
         cpu = {value = \"125m\", basis = \"judgement\"}\nmemory = {value = \"100Mi\", basis = \"judgement\"}\n\
         [formulas]\nalias = \"price\"\ndouble = \"cpu * 2.5\"\nliteral = \"0.12345\"\n\
         [options.o]\nlabel = \"O\"\n[[options.o.components]]\nname = \"p\"\ncount = \"3\"\nrequests = {cpu = \"125m\"}\n",
    );
    for (text, expected) in [
        ("price * 1", "$0.17/hour"),
        ("cpu * 1", "0.12 cores"),
        ("double", "0.31 cores"),
        ("option('o').cpu", "0.38 cores"),
        ("alias", "$0.1664/hour"),
        ("literal", "0.12345"),
        ("load", "0.1234%"),
        ("quantity('0.1664 USD/hour')", "$0.1664/hour"),
        ("1 / 3", "0.33"),
    ] {
        assert_eq!(value(&model, text, &[]), expected, "{text}");
    }
    assert_eq!(value(&model, "load", &[("load", "0.98765")]), "0.98765%");
    let in_unit = |text: &str, unit: &str| {
        let evaluation = model.evaluate(&model.compile(text).unwrap(), &model.inputs()).unwrap();
        let unit = Some(model.units.parse(unit).unwrap());
        let shown = model.show(&evaluation, &Format { unit, ..Format::default() });
        (shown.text, shown.exact)
    };
    // with no more digits than it was written with, it is the same fact
    assert_eq!(in_unit("cpu", "millicores").0, "125 millicores");
    assert_eq!(in_unit("price", "USD/month"), ("$121.47/month".into(), "121.472".into()));
    // and where the author asks for places, these are what is shown
    let evaluation = model.evaluate(&model.compile("cpu").unwrap(), &model.inputs()).unwrap();
    let format = Format { places: Some(1), ..Format::default() };
    assert_eq!(model.show(&evaluation, &format).text, "0.1 cores");
    // in a column of GiB, 100 MiB would need eight digits
    let evaluation = model.evaluate(&model.compile("memory").unwrap(), &model.inputs()).unwrap();
    let column = model.units.parse("GiB").unwrap();
    let format = model.shared_format(&evaluation, Some(&column));
    assert_eq!(model.show(&evaluation, &format).text, "100 MiB");
    // what one component takes is a fact as well
    let costs = model.overhead("o", &model.inputs()).unwrap();
    let each = &costs.components[0].each[&(View::Requests, "cpu".to_owned())];
    assert_eq!(model.show(each, &Format::default()).text, "0.125 cores");
}

#[test]
fn a_scenario_has_its_own_facts() {
    let model = model(
        "[figures.cpu]\nvalue = \"125m\"\nbasis = \"judgement\"\n[scenarios.lean]\nlabel = \"Lean\"\nfigures = {cpu = \"12500u\"}\n",
    );
    let inputs = model.inputs_of("lean").unwrap();
    let evaluation = model.evaluate(&model.compile("cpu").unwrap(), &inputs).unwrap();
    assert_eq!(model.show(&evaluation, &Format::default()).text, "0.0125 cores");
}

#[test]
fn an_item_that_says_when_it_holds_is_answered_by_the_inputs() {
    let model = model(
        "[inputs]\npods = 100\n[checklists.q]\ntitle = \"Q\"\n[[checklists.q.items]]\nid = \"many\"\ntext = \"Many\"\nholds = \"pods > 500\"\n\
         [[checklists.q.items]]\nid = \"wish\"\ntext = \"Wish\"\n\
         [[checklists.q.bands]]\nid = \"y\"\nwhen = \"answer('many') && yes == 1\"\nverdict = \"Y\"\n[[checklists.q.bands]]\nid = \"n\"\nverdict = \"N\"\n",
    );
    let list = &model.checklists["q"];
    let verdict = |pods: &str, ticked: &[&str]| {
        let mut inputs = model.inputs();
        inputs.set(&model, "pods", pods).unwrap();
        let yes = ticked.iter().map(|id| (*id).to_owned()).collect();
        let answers = Answers { yes, ..Answers::default() };
        model.verdict(list, &answers, &inputs).unwrap().unwrap().id.clone()
    };
    assert_eq!(verdict("501", &[]), "y");
    assert_eq!(verdict("500", &[]), "n");
    assert_eq!(verdict("500", &["many"]), "n", "a reader cannot say otherwise");
    assert_eq!(verdict("501", &["wish"]), "n", "it counts among those that are ticked");
}
