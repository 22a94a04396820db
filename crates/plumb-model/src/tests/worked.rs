//! The worked examples: a model of three ways to run proxies, and what it must come to, reckoned by hand from the same figures.

use super::*;

const MODEL: &str = include_str!("worked.toml");

#[test]
fn totals_are_those_reckoned_by_hand() {
    let model = model(MODEL);
    // option, inputs, cores, memory: from the requests of each part, N = 10 nodes, P = 100 pods
    type Set = &'static [(&'static str, &'static str)];
    let cases: &[(&str, Set, &str, &str)] = &[
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
    let shown = model.show(memory, &Format::default()).text;
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

/// Where nodewise is cheaper than sidecars. By hand, with 10 nodes, both with two control replicas: `0.3·10 = 0.1·P`, so at 30 pods, 3 a
/// node; `612·10 = 128·P`, so at 47.8125, from 48 on.
#[test]
fn breakeven_is_solved() {
    let model = model(MODEL);
    let inputs = model.inputs();
    let solve = |resource: &str, set: &[(&str, &str)]| {
        let mut inputs = inputs.clone();
        for (name, text) in set {
            inputs.set(&model, name, text).unwrap();
        }
        let found = model
            .breakeven("nodewise", "sidecars", "pods", View::Requests, resource, &inputs)
            .unwrap();
        assert!(found.complete && !found.always_equal);
        let crossings: Vec<_> = found
            .crossings
            .iter()
            .map(|crossing| {
                let from = crossing.from.as_ref().unwrap();
                (
                    crossing.at.value.to_string(),
                    crossing.exact,
                    from.value.to_string(),
                    crossing.first_is_cheaper,
                )
            })
            .collect();
        crossings
    };
    assert_eq!(solve("cpu", &[]), [("30".into(), true, "31".into(), true)]);
    assert_eq!(solve("memory", &[]), [("48".into(), false, "48".into(), true)]);
    // with the agent on both, 2 and 4 pods a node
    assert_eq!(solve("cpu", &[("agent", "true")]), [("20".into(), true, "21".into(), true)]);
    assert_eq!(solve("memory", &[("agent", "true")]), [("40".into(), true, "41".into(), true)]);
}

#[test]
fn breakeven_of_steps_and_curves_says_so() {
    let model = model(
        "[inputs.n]\ndefault = 5\nmin = 1\nmax = 100\n[inputs.x]\nunit = \"s\"\ndefault = 1\nmax = 100\nstep = \"0.5 s\"\n[inputs.w]\ndefault = 5\nmin = 1\nmax = 100\nstep = 30\n[formulas]\nf = \"n\"\n",
    );
    let solve = |a: &str, b: &str, input: &str| {
        let (a, b) = (model.compile(a).unwrap(), model.compile(b).unwrap());
        let found = model.breakeven_of(&a, &b, input, &model.inputs()).unwrap();
        let all: Vec<_> =
            found.crossings.iter().map(|c| (c.at.value.to_string(), c.exact)).collect();
        (all, found.always_equal)
    };
    let at = |at: &str, exact| (at.to_owned(), exact);
    // 20 up to 30, 40 up to 60, 60 up to 90, then 80: equal at 20, above it at 31 again, and so on
    let steps = vec![at("20", true), at("31", false), at("40", true)];
    assert_eq!(solve("ceil(n / 30) * 20", "n", "n"), (steps, false));
    assert_eq!(solve("n * n", "50", "n"), (vec![at("8", false)], false));
    assert_eq!(solve("n * n", "49", "n"), (vec![at("7", true)], false));
    assert_eq!(solve("n + n", "2 * n", "n"), (vec![], true));
    assert_eq!(solve("n", "200", "n"), (vec![], false));
    assert_eq!(solve("x * 3", "quantity('4 s')", "x"), (vec![at("4/3", true)], false));
    // equal for a while, then the other way round: where it begins
    let plateau = solve("max(n, 20)", "20 + max(0, n - 20) * 2 - max(0, 10 - n)", "n");
    assert_eq!(plateau, (vec![at("10", true)], false));
    // the range ends between two steps of 30, and the order changes there
    assert_eq!(solve("w", "95", "w"), (vec![at("95", true)], false));
}

/// Of pods there are whole numbers only; a size, a share and a number that stands for nothing have places between their steps.
#[test]
fn the_place_of_a_count_is_a_whole_number() {
    let model = model(
        "[inputs.pods]\nunit = \"pods\"\ndefault = 10\nmin = 0\nmax = 100\nstep = 10\n\
         [inputs.halves]\nunit = \"pods\"\ndefault = 1\nmax = 100\nstep = 0.5\n\
         [inputs.factor]\ndefault = 1\nmax = 100\n\
         [inputs.share]\nunit = \"%\"\ndefault = 50\nmin = 0\nmax = 100\n\
         [inputs.disk]\nunit = \"GiB\"\ndefault = 10\nmin = 0\nmax = 100\nstep = 10\n",
    );
    let solve = |a: &str, b: &str, input: &str| {
        let (a, b) = (model.compile(a).unwrap(), model.compile(b).unwrap());
        let found = model.breakeven_of(&a, &b, input, &model.inputs()).unwrap();
        let [crossing] = &found.crossings[..] else { panic!("{found:?}") };
        (crossing.at.value.to_string(), crossing.exact)
    };
    let at = |at: &str, exact| (at.to_owned(), exact);
    assert_eq!(solve("pods * 4", "141", "pods"), at("36", false), "35.25, between 30 and 40");
    assert_eq!(solve("pods * 4", "140", "pods"), at("35", true));
    assert_eq!(solve("halves * 4", "141", "halves"), at("141/4", true));
    assert_eq!(solve("factor * 4", "141", "factor"), at("141/4", true));
    assert_eq!(solve("share * 400", "141", "share"), at("141/400", true));
    assert_eq!(solve("disk * 4", "quantity('5 GiB')", "disk"), at("1342177280", true));
    assert_eq!(solve("disk * 3", "quantity('1 B')", "disk"), at("1/3", true));
}

/// Equal without a change of order: a free allowance at the beginning, a touch in the middle, a cap at the end.
#[test]
fn options_that_only_touch_are_said_to() {
    let model = model("[inputs.n]\ndefault = 5\nmin = 1\nmax = 100\n");
    let solve = |a: &str, b: &str| {
        let (a, b) = (model.compile(a).unwrap(), model.compile(b).unwrap());
        let found = model.breakeven_of(&a, &b, "n", &model.inputs()).unwrap();
        let whole = |quantity: &Quantity| quantity.value.to_integer().to_string();
        let equal = found.equal.iter().map(|(from, to)| format!("{}-{}", whole(from), whole(to)));
        let crossings = found
            .crossings
            .iter()
            .map(|c| format!("{}-{}", whole(&c.at), c.until.as_ref().map_or(String::new(), whole)));
        (crossings.collect::<Vec<_>>(), equal.collect::<Vec<_>>(), found.first_is_cheaper)
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(solve("0", "max(0, n - 20)"), (none.clone(), vec!["1-20".into()], true));
    assert_eq!(solve("(n - 7) * (n - 7)", "0"), (none.clone(), vec!["7-7".into()], false));
    assert_eq!(solve("min(n, 90)", "n"), (none.clone(), vec!["1-90".into()], true));
    assert_eq!(solve("100", "n"), (none.clone(), vec!["100-100".into()], false));
    let over = "n < 10 ? n - 10 : (n > 12 ? n - 12 : 0)";
    assert_eq!(solve(over, "0"), (vec!["10-12".into()], none, false));
}

#[test]
fn a_sweep_goes_from_end_to_end() {
    let model = model(MODEL);
    let sweep = Sweep::new(&model, "pods", Some("10"), Some("95"), Some("30")).unwrap();
    let values = model.sweep(&model.compile("tax.cpu").unwrap(), &sweep, &model.inputs()).unwrap();
    let shown: Vec<String> =
        values.iter().map(|e| model.show(e, &Format::default()).text).collect();
    assert_eq!(shown, ["1 core", "4 cores", "7 cores", "9.5 cores"]);
    let own = Sweep::new(&model, "pods", None, None, None).unwrap();
    assert_eq!((own.values.len(), own.values[0].to_string()), (201, "1".into()));
    for (from, to, step) in [
        ("5", "1", "1"),
        ("0", "9", "1"),
        ("1", "9", "0"),
        ("1", "9", "-1"),
        ("1", "5000", "0.001"),
        ("1", "x", "1"),
    ] {
        assert!(
            Sweep::new(&model, "pods", Some(from), Some(to), Some(step)).is_err(),
            "{from} {to} {step}"
        );
    }
    let switch = Sweep::new(&model, "agent", None, None, None).unwrap();
    assert_eq!(switch.words, ["false", "true"]);
    let points = switch.points(&model, &model.inputs()).unwrap();
    let shown: Vec<_> = points.iter().map(|at| at.shown(&model, "agent")).collect();
    assert_eq!(shown, [Some("false".to_owned()), Some("true".to_owned())]);
    assert!(Sweep::new(&model, "agent", Some("false"), None, None).is_err());
    assert!(Sweep::over(&model, "agent", &["maybe"]).is_err());
    assert_eq!(Sweep::over(&model, "pods", &["50", "5"]).unwrap().values.len(), 2);
    let step = Sweep::new(&model, "pods", Some("1"), Some("9"), Some("1 pdos")).unwrap_err();
    assert_eq!(step.help, ["did you mean `pods`?"]);
}

/// Kubernetes' rule, with the numbers of its documentation's kind: containers 200m and 300m, an init container of 800m, a sidecar of 100m
/// started before it: max(200 + 300 + 100, 800 + 100).
#[test]
fn a_pod_reserves_what_kubernetes_says() {
    let total = |containers: &str| {
        let model = model(&format!(
            "[options.o]\nlabel = \"O\"\n[[options.o.components]]\nname = \"pod\"\ncount = 2\ncontainers = [{containers}]\n"
        ));
        value(&model, "option('o').cpu", &[])
    };
    let c = |name: &str, kind: &str, cpu: &str, added: bool| {
        format!(
            "{{ name = \"{name}\", kind = \"{kind}\", added = {added}, requests = {{ cpu = \"{cpu}\" }} }}"
        )
    };
    let (a, b) = (c("a", "container", "200m", true), c("b", "container", "300m", true));
    let (init, side) = (c("i", "init", "800m", true), c("s", "sidecar", "100m", true));
    assert_eq!(total(&[a.clone(), b.clone()].join(", ")), "1 core");
    assert_eq!(
        total(&[init.clone(), a.clone(), b.clone()].join(", ")),
        "1.6 cores",
        "the init container is the peak"
    );
    assert_eq!(
        total(&[side.clone(), init.clone(), a.clone(), b.clone()].join(", ")),
        "1.8 cores",
        "a sidecar runs beside it"
    );
    assert_eq!(
        total(&[init, side.clone(), a, b].join(", ")),
        "1.6 cores",
        "one that starts later does not"
    );
    let own = c("app", "container", "500m", false);
    assert_eq!(total(&[own.clone(), side].join(", ")), "0.2 cores", "only what is added counts");
    let own_init = c("migrate", "init", "1", false);
    let small = c("p", "container", "100m", true);
    assert_eq!(
        total(&[own_init, own, small].join(", ")),
        "0 cores",
        "below the app's own peak, a container adds nothing"
    );
}

#[test]
fn a_difference_lists_each_changed_value_once() {
    let before = model(MODEL);
    let after = model(
        &MODEL.replace("cpu = { value = \"100m\", source", "cpu = { value = \"200m\", source"),
    );
    let lines: Vec<String> = diff(&before, &after)
        .iter()
        .map(|change| {
            let scenario = change.scenario.as_deref().unwrap_or("");
            let (was, is) =
                (change.before.as_deref().unwrap_or("-"), change.after.as_deref().unwrap_or("-"));
            format!("{} {} [{scenario}] {was} > {is}", change.kind.name(), change.name)
        })
        .collect();
    assert_eq!(
        lines,
        [
            "figure proxy.cpu [] 0.1 cores > 0.2 cores",
            "formula tax.cpu [] 10 cores > 20 cores",
            "formula tax.share [] 0.11 > 0.21",
            "formula price [] $292/month > $584/month",
            "option sidecars requests.cpu [] 11 cores > 21 cores",
        ]
    );
    assert_eq!(diff(&before, &before), []);
    let gone = model(&MODEL.replace("tax.share = ", "tax.part = "));
    let lines: Vec<_> = diff(&before, &gone)
        .iter()
        .map(|c| (c.name.clone(), c.before.clone(), c.after.clone()))
        .collect();
    assert_eq!(
        lines,
        [
            ("tax.share".into(), Some("0.11".into()), None),
            ("tax.part".into(), None, Some("0.11".into()))
        ]
    );
}

#[test]
fn a_difference_says_what_becomes_of_verdicts() {
    let list = |least: u8| {
        model(&format!(
            "[figures]\nleast = {{ value = {least}, basis = \"judgement\" }}\n[checklists.c]\ntitle = \"C\"\nitems = [{{ id = \"a\", text = \"A\" }}, \
             {{ id = \"b\", text = \"B\" }}, {{ id = \"c\", text = \"At least {{= least }}\" }}]\nbands = [{{ id = \"y\", when = \"yes >= least\", verdict = \"do\" }}, \
             {{ id = \"n\", verdict = \"do not\" }}]"
        ))
    };
    let changes = diff(&list(2), &list(3));
    let lines: Vec<_> =
        changes.iter().map(|c| (c.kind.name(), c.before.as_deref(), c.after.as_deref())).collect();
    assert_eq!(
        lines,
        [
            ("figure", Some("2"), Some("3")),
            ("item", Some("At least 2"), Some("At least 3")),
            ("verdict", Some("do"), Some("do not (3 of 8 answers)")),
        ]
    );
}

#[test]
fn tables_come_in_four_forms() {
    let model = model(MODEL);
    let table =
        model.option_table(&["sidecars", "light"], View::Requests, &model.inputs()).unwrap();
    let text = [
        "option                            cpu    memory",
        "A proxy in each pod          11 cores  16.5 GiB",
        "A small proxy in each pod  11.8 cores  2.45 GiB",
        "",
    ];
    assert_eq!(table.to_text(), text.join("\n"));
    assert_eq!(
        table.to_csv(),
        "option,cpu,memory\nA proxy in each pod,11 cores,16.5 GiB\nA small proxy in each pod,11.8 cores,2.45 GiB\n"
    );
    assert_eq!(
        table.to_markdown(),
        "| option | cpu | memory |\n|---|--:|--:|\n| A proxy in each pod | 11 cores | 16.5 GiB |\n| A small proxy in each pod | 11.8 cores | 2.45 GiB |\n"
    );
    assert_eq!(table.to_json()[0]["cpu"], "11 cores");
    let usage = model.option_table(&["sidecars", "light"], View::Usage, &model.inputs()).unwrap();
    assert_eq!(usage.rows[0][1], "≥ 0.8 cores", "the control plane does not say what it uses");
    assert_eq!(usage.rows[1][1], "–");
    for list in LISTS {
        let (table, has) =
            (list.of(&model, &model.inputs()), MODEL.contains(&format!("[{}", list.name)));
        assert_eq!(!table.rows.is_empty(), has, "{}", list.name);
    }
    let explained = model
        .explain(&model.compile("tax.cpu").unwrap(), &model.inputs(), &Format::default())
        .unwrap();
    assert_eq!(explained["value"], "10 cores");
    assert_eq!(explained["figures"][0]["name"], "proxy.cpu");
    assert_eq!(explained["sources"][0]["title"], "The chart's values");
    assert_eq!(explained["inputs"][0]["value"], "100 pods");
}

/// Where a value's unit comes from: a formula's own, above those of its parts; bytes and rates of them in a fitting multiple.
#[test]
fn values_are_shown_in_the_unit_that_was_asked_for() {
    let model = model(
        "[settings]\ncurrency = \"EUR\"\n[inputs]\nrate = { default = 5000, unit = \"requests/s\" }\n\
         [figures]\nvm = { value = \"0.10 EUR/hour\", basis = \"judgement\" }\n\
         work = { value = \"90 EUR/hour\", basis = \"judgement\" }\n\
         size = { value = \"2 KiB\", basis = \"judgement\" }\nlink = { value = \"10 Gbit\", basis = \"judgement\" }\n\
         disk = { value = 12800, unit = \"MiB\", basis = \"judgement\" }\n\
         [formulas]\nmachines = { expr = \"8 * vm\", unit = \"EUR/month\" }\nplain = \"8 * vm\"\n\
         [options.a]\nlabel = \"A\"\ncomponents = [{ name = \"m\", count = \"2\", requests = { price = \"machines\", disk = \"disk\" } }]\n\
         [options.b]\nlabel = \"B\"\ncomponents = [{ name = \"n\", count = \"1\", requests = { price = \"3 EUR/hour\" } }]\n",
    );
    let shown = |expression: &str| value(&model, expression, &[]);
    assert_eq!(shown("plain"), "€0.80/hour");
    assert_eq!(shown("machines"), "€584/month"); // 0.8 × 730
    assert_eq!(shown("option('a').price"), "€1168/month");
    assert_eq!(shown("option('b').price"), "€2190/month"); // no part says a unit
    assert_eq!(
        shown("option('b').disk"),
        "0 B",
        "what is not requested is nothing of what the others request"
    );
    assert_eq!(shown("rate * size"), "9.77 MiB/s"); // 5000 × 2 / 1024
    assert_eq!(shown("rate * size / 5000000"), "2.05 B/s");
    assert_eq!((shown("link"), shown("link * 2")), ("10 Gbit".into(), "20 Gbit".into()));
    assert_eq!((shown("disk"), shown("disk * 2")), ("12800 MiB".into(), "25 GiB".into()));
    assert_eq!(shown("1 - -(-1)"), "0");
}

/// A range that may be too wide says that it is one, and one that cannot be had says that.
#[test]
fn what_a_range_is_worth_stands_beside_it() {
    let model = model(
        "[inputs]\nx = { default = 3, low = 1, high = 5 }\ny = { default = 2, low = -1, high = 4, min = -1 }\n",
    );
    let note = |text: &str| {
        let evaluation = model.evaluate(&model.compile(text).unwrap(), &model.inputs()).unwrap();
        model.range_note(&evaluation, &Format::default()).unwrap_or_default()
    };
    assert_eq!(note("x * x"), " (1–25)");
    assert_eq!(note("y"), " (-1 to 4)");
    assert_eq!(note("y * y"), " (within -4 to 16)");
    assert_eq!(note("1 / y"), " (range unknown)");
    assert_eq!(note("x > y ? 1 : 2"), " (within 1–2)");
    assert_eq!(note("3"), "");
}

/// What was rounded says its exact value with the whole unit, a currency's sign before it.
#[test]
fn an_exact_value_has_its_unit() {
    let model = model("[inputs]\nx = 3\n");
    let exact = |text: &str, style: Style| {
        let evaluation = model.evaluate(&model.compile(text).unwrap(), &model.inputs()).unwrap();
        let shown = model.show(&evaluation, &Format { style, ..Format::default() });
        (shown.text, shown.exact_text)
    };
    let pair = |shown: &str, exact: &str| (shown.to_owned(), exact.to_owned());
    let price = "quantity('0.04125 USD/core-hour') * x";
    assert_eq!(exact(price, Style::People), pair("$0.12/core-hour", "$0.12375/core-hour"));
    assert_eq!(exact("quantity('1 core') / x", Style::People), pair("0.33 cores", "1/3 cores"));
    assert_eq!(exact("quantity('1 core') / x", Style::Kubernetes), pair("333333334n", "1/3"));
}
