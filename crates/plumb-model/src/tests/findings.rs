//! What authors do wrong, and the findings they get: each model, then one line per finding.

use super::*;

/// `model` is TOML; each expected line is `line:col code: message [marked text]`.
const CASES: &[(&str, &[&str])] = &[
    // syntax and shape
    ("[figures.\"a.b\"\nvalue = 1", &["1:15 bad-toml"]),
    ("[figurs.a]\nvalue = 1", &["1:2 unknown-key: the model has no key `figurs` [figurs]"]),
    (
        "[inputs.a]\ndefault = 1\nlable = \"x\"",
        &["3:1 unknown-key: an input has no key `lable` [lable]"],
    ),
    (
        "[inputs.a]\ndefalt = 1",
        &[
            "1:9 missing-key: an input needs a `default` [a]",
            "2:1 unknown-key: an input has no key `defalt` [defalt]",
        ],
    ),
    ("[inputs.a]\nlabel = \"x\"", &["1:9 missing-key: an input needs a `default` [a]"]),
    ("[figures]\na = [1]", &["2:5 wrong-kind: `a` is not a figure [[1]]"]),
    (
        "[inputs.a]\ndefault = 1\nlabel = 3",
        &["3:9 wrong-kind: `label` is a text, not a number [3]"],
    ),
    (
        "[sources.s]\ntitle = \"t\"\naccessed = \"spring\"",
        &["3:12 wrong-kind: `accessed` is a date, not this text [\"spring\"]"],
    ),
    (
        "[statuses.ok]\nlabel = \"ok\"\nmeets = \"ful\"",
        &["3:9 wrong-kind: `meets` cannot be `ful` [\"ful\"]"],
    ),
    (
        "[settings]\nstale-after = \"soon\"",
        &["2:15 wrong-kind: `stale-after` is a length of time, not this text [\"soon\"]"],
    ),
    ("inputs = 3", &["1:10 wrong-kind: `inputs` is a table of entries, not a number [3]"]),
    // names
    (
        "[inputs.node-count]\ndefault = 1",
        &["1:9 bad-name: `node-count` cannot be used in formulas [node-count]"],
    ),
    (
        "[inputs.a]\ndefault = 1\n[figures]\na = {value = 1, basis = \"judgement\"}",
        &["4:1 duplicate-entry: the name `a` is taken already [a]"],
    ),
    (
        "[formulas]\na.b = \"1\"\n\"a.b\" = \"2\"",
        &["3:1 duplicate-entry: formula `a.b` is defined twice [\"a.b\"]"],
    ),
    // quantities
    (
        "[figures.a]\nvalue = \"12 coers\"\nbasis = \"judgement\"",
        &["2:9 bad-quantity: unknown unit `coers` [\"12 coers\"]"],
    ),
    (
        "[figures.a]\nvalue = \"1K\"\nbasis = \"judgement\"",
        &["2:9 bad-quantity: `1K` is not a quantity [\"1K\"]"],
    ),
    (
        "[figures.a]\nvalue = \"128Mi\"\nunit = \"ms\"\nbasis = \"judgement\"",
        &["2:9 bad-quantity: a suffix like `Mi` is for bytes, and `ms` is time [\"128Mi\"]"],
    ),
    (
        "[figures.a]\nvalue = 2\nunit = \"ms\"\nbasis = \"judgement\"\nlow = \"1 core\"",
        &["5:7 bad-quantity: `core` is cpu, not time [\"1 core\"]"],
    ),
    (
        "[figures.a]\nvalue = \"€5\"\nbasis = \"judgement\"",
        &["2:9 bad-quantity: `€` is not the model's currency, USD [\"€5\"]"],
    ),
    (
        "[figures.a.cpu]\nvalue = \"0.1n\"\nbasis = \"judgement\"",
        &["2:9 quantity-adjusted: Kubernetes would round or cap this quantity [\"0.1n\"]"],
    ),
    (
        "[units]\nm = \"1 min\"\n[figures.a]\nvalue = \"5 ms\"\nunit = \"requests\"\nbasis = \"judgement\"",
        &["4:9 bad-quantity: `ms` is time, not count"],
    ),
    // Kubernetes has no say in a price
    ("[figures.a]\nvalue = \"0.0000000004\"\nunit = \"USD\"\nbasis = \"judgement\"", &[]),
    ("[figures.a]\nvalue = \"0.0000000004\"\nbasis = \"judgement\"", &[]),
    (
        "[figures.a]\nvalue = 1234567890123456789012345678901234567890123456789012345678901\nbasis = \"judgement\"",
        &["2:9 bad-quantity: a number has at most 60 digits"],
    ),
    (
        "[figures.a]\nvalue = 3\nunit = \"GiB\"\ndimension = \"cpu\"\nbasis = \"judgement\"",
        &["2:9 bad-quantity: `GiB` is memory, not cpu [3]"],
    ),
    (
        "[inputs.a]\ndefault = 1\nstep = 0",
        &["3:8 bad-range: the step of `a` must be more than nothing [0]"],
    ),
    // bytes are of data where that is said, also in a rate
    (
        "[figures.a]\nvalue = \"3 MB/s\"\nhigh = \"4 MB/s\"\ndimension = \"data\"\nbasis = \"judgement\"\n[formulas]\n\
         x = \"a + quantity('8 Mbit/s')\"\ny = { expr = \"x\", unit = \"MB/s\" }",
        &[],
    ),
    // what has a finding of its own is there
    (
        "[figures.rate]\nvalue = \"3 furlongs\"\nbasis = \"judgement\"\n[inputs]\nrat = 1\n[formulas]\nx = \"rate + 1\"",
        &["2:9 bad-quantity: unknown unit `furlongs`", "7:6 no-value: `rate` has no value [rate]"],
    ),
    (
        "[figures.a]\nvalue = \"1e999\"\nbasis = \"judgement\"",
        &["2:9 bad-quantity: `1e999` is out of bounds [\"1e999\"]"],
    ),
    (
        "[figures]\na = { value = \"1e-2147483648\", basis = \"judgement\" }\nb = { value = \"1e61\", basis = \"judgement\" }",
        &[
            "2:15 bad-quantity: `1e-2147483648` is out of bounds [\"1e-2147483648\"]",
            "3:15 bad-quantity: `1e61` is out of bounds [\"1e61\"]",
        ],
    ),
    (
        "[figures.a]\nvalue = inf\nbasis = \"judgement\"",
        &["2:9 bad-quantity: `inf` is not a number [inf]"],
    ),
    // ranges
    (
        "[figures.a]\nvalue = 2\nlow = 3\nhigh = 1\nbasis = \"judgement\"",
        &["3:7 bad-range: the range of `a` is upside down [3]"],
    ),
    (
        "[figures.a]\nvalue = 2\nlow = 3\nhigh = 4\nbasis = \"judgement\"",
        &["3:7 bad-range: the range of `a` does not hold its value [3]"],
    ),
    (
        "[inputs.a]\ndefault = 2\nmin = 3\n",
        &["2:11 input-out-of-range: the default of `a` is outside of its range [2]"],
    ),
    (
        "[inputs.a]\ndefault = 2\nmin = 3\nmax = 1\n",
        &["4:7 bad-range: `max` of `a` is below its `min` [1]"],
    ),
    (
        "[inputs.a]\ndefault = \"x\"\nchoices = [\"y\"]\n",
        &["2:11 input-out-of-range: `x` is not one of the choices of `a` [\"x\"]"],
    ),
    (
        "[inputs.a]\ndefault = 1\nmax = 5\n[scenarios.s]\nlabel = \"s\"\ninputs = {a = 6, b = 1}",
        &[
            "6:15 input-out-of-range: 6 is outside of the range of `a` [6]",
            "6:18 unknown-id: there is no input `b` [b]",
        ],
    ),
    // formulas
    (
        "[inputs.pods]\ndefault = 1\n[formulas]\nx = \"pod * 2\"",
        &["4:6 unknown-name: the model has no `pod` [pod]"],
    ),
    ("[formulas]\nx = \"1 +\"", &["2:9 bad-formula: the formula ends too early []"]),
    ("[formulas]\nx = \"1 2\"", &["2:8 bad-formula: an operator is missing before `2` [2]"]),
    ("[formulas]\nx = \"(1 + 2\"", &["2:12 bad-formula: the formula ends too early []"]),
    ("[formulas]\nx = \"1 & 2\"", &["2:8 bad-formula: `&` has no meaning in a formula [&]"]),
    ("[formulas]\nx = \"2 * 100m\"", &["2:10 bad-formula: `100m` is not a number [100m]"]),
    (
        "[formulas]\nx = \"roundup(3)\"",
        &["2:6 bad-call: there is no function `roundup` in formulas [roundup]"],
    ),
    ("[formulas]\nx = \"abs(1, 2)\"", &["2:6 bad-call: `abs` takes one argument, not 2 [abs]"]),
    (
        "[formulas]\nx = \"[1,2].map(y, y)\"",
        &["2:12 bad-formula: this part of CEL is not supported in formulas [map]"],
    ),
    (
        "[formulas]\nx = \"quantity('1 core') + quantity('1 GiB')\"",
        &["2:25 dimension-mismatch: this adds cpu and memory [+]"],
    ),
    (
        "[formulas]\nx = \"1 > 2 ? 1 : quantity('1 s')\"",
        &["2:12 dimension-mismatch: a condition's branches are a number and time [?]"],
    ),
    (
        "[formulas]\nx = \"true + 1\"",
        &["2:6 type-mismatch: `+` needs a number, and this is true or false [true]"],
    ),
    (
        "[formulas]\nx = \"1 && true\"",
        &["2:6 type-mismatch: `&&` needs true or false, and this is a number [1]"],
    ),
    (
        "[formulas]\nx = \"ceil(quantity('1.5 GiB'))\"",
        &["2:6 dimension-mismatch: `ceil` of memory needs to know to a multiple of what [ceil]"],
    ),
    ("[formulas]\nx = \"1 / 0\"", &["2:10 division-by-zero: this divides by zero [0]"]),
    (
        "[inputs.n]\ndefault = 0\n[formulas]\nx = \"1 / n\"\ny = \"x + 1\"",
        &["4:10 division-by-zero: with the defaults, this divides by zero [n]"],
    ),
    (
        "[inputs.n]\ndefault = 1\n[formulas]\nx = \"1 / n\"\n[scenarios.s]\nlabel=\"s\"\ninputs={n=0}",
        &["4:10 division-by-zero: with scenario `s`, this divides by zero [n]"],
    ),
    (
        "[formulas]\na = \"b + 1\"\nb = \"c\"\nc = \"2 * a\"",
        &["4:10 formula-cycle: these formulas need each other: a → b → c → a [a]"],
    ),
    ("[formulas]\na = \"a\"", &["2:6 formula-cycle: these formulas need each other: a → a [a]"]),
    (
        "[formulas]\nx = {expr = \"1\", unit = \"ms\"}",
        &["2:1 dimension-mismatch: `x` is count, and `ms` is time [x]"],
    ),
    (
        "[formulas]\nx = \"\"\"\n  1 +\n  true\"\"\"",
        &["4:3 type-mismatch: `+` needs a number, and this is true or false [true]"],
    ),
    (
        "[formulas]\nx = \"\\u0031 + true\"",
        &["2:5 type-mismatch: `+` needs a number, and this is true or false [\"\\u0031 + true\"]"],
    ),
    // choices
    (
        "[inputs.t]\ndefault = \"a\"\nchoices = [\"a\", \"best\"]\n[formulas]\nx = \"t == 'bes' ? 1 : 2\"",
        &["5:11 unknown-name: `bes` is not one of the choices ['bes']"],
    ),
    // options
    ("[options.o]\nlabel = \"O\"", &["1:10 missing-key: an option needs a `components` [o]"]),
    (
        "[options.o]\nlabel = \"O\"\n[[options.o.components]]\nname = \"c\"\ncount = \"-1\"\nrequests = {cpu = \"1\"}",
        &["5:9 negative-count: with the defaults, option `o` has fewer than no `c` [\"-1\"]"],
    ),
    (
        "[options.o]\nlabel = \"O\"\n[[options.o.components]]\nname = \"c\"\ncount = \"1\"\nrequests = {cpu = \"1Gi * 2\"}",
        &["6:20 bad-formula: `1Gi` is not a number [1Gi]"],
    ),
    (
        "[options.o]\nlabel = \"O\"\n[[options.o.components]]\nname = \"c\"\ncount = \"quantity('1 s')\"\nrequests = {cpu = \"quantity('1 GiB')\"}\nwhen = \"1\"",
        &[
            "5:9 dimension-mismatch: a count is a plain number, and this is time [\"quantity('1 s')\"]",
            "6:19 dimension-mismatch: `cpu` is cpu, and this is memory [\"quantity('1 GiB')\"]",
            "7:8 type-mismatch: a condition is true or false, and this is a number [\"1\"]",
        ],
    ),
    (
        "[options.o]\nlabel=\"O\"\ncomponents=[]\n[formulas]\nx = \"option('oo').cpu\"",
        &["5:14 unknown-name: there is no option `oo` [oo]"],
    ),
    (
        "[options.o]\nlabel=\"O\"\ncomponents=[]\n[formulas]\nx = \"option('o').usage.cpu\"",
        &["5:24 unknown-name: option `o` does not say its usage of `cpu` [cpu]"],
    ),
    // provenance
    (
        "[figures.a]\nvalue = 1",
        &["1:10 figure-without-source: figure `a` does not say where it is from [a]"],
    ),
    (
        "[figures.a]\nvalue = 1\nsource = \"s\"",
        &["3:10 unknown-id: there is no source `s` [\"s\"]", "1:10 figure-without-source"],
    ),
    (
        "[figures.a]\nvalue = 1\nsource = \"s\"\n[sources.s]\ntitle = \"S\"",
        &["1:10 figure-without-date: figure `a` does not say when it was checked [a]"],
    ),
    (
        "[figures]\na = {value = 1, basis = \"judgement\", superseded-by = \"b\"}\nb = {value = 2, basis = \"judgement\"}\n[formulas]\nx = \"a\"",
        &["2:1 superseded-figure: figure `a` is superseded by `b`, and still used [a]"],
    ),
    // matrices and checklists
    (
        "[statuses.y]\nlabel=\"y\"\nmeets=\"fully\"\n[matrices.m]\nlabel=\"M\"\ncolumns=[{id=\"a\",label=\"A\"},{id=\"b\",label=\"B\"}]\n[[matrices.m.rows]]\nid=\"r\"\nlabel=\"R\"\ncells={a=\"z\",c=\"y\"}",
        &[
            "8:4 missing-cell: row `r` says nothing about b [\"r\"]",
            "10:10 unknown-id: there is no status `z` [\"z\"]",
            "10:14 unknown-id: there is no column `c` [c]",
        ],
    ),
    (
        "[checklists.c]\ntitle=\"C\"\nitems=[{id=\"i\",text=\"t {= nope } u\"}]\nbands=[{id=\"b\",when=\"yes > 1 && answer('j')\",verdict=\"v\"}]",
        &[
            "3:27 unknown-name: the model has no `nope` [nope]",
            "4:41 unknown-name: there is no item `j` [j]",
        ],
    ),
    (
        "[checklists.c]\ntitle=\"C\"\nitems=[{id=\"i\",text=\"t\"},{id=\"i\",text=\"u\"}]\nbands=[{id=\"a\",verdict=\"v\"},{id=\"b\",verdict=\"w\"}]",
        &[
            "3:30 duplicate-entry: there are two items `i` [\"i\"]",
            "4:33 bad-bands: band `b` is never reached: the one before it always holds [\"b\"]",
        ],
    ),
    (
        "[checklists.c]\ntitle=\"C\"\nitems=[{id=\"i\",text=\"t\"}]\nbands=[{id=\"a\",when=\"yes > 0\",verdict=\"v\"}]",
        &[
            "4:12 bad-bands: answers to `c` may lead to no verdict: the last band has a condition [\"a\"]",
        ],
    ),
    (
        "[inputs]\nn = 1\n[options.o]\nlabel = \"O\"\n[[options.o.components]]\nname = \"c\"\ncount = \"n - 5\"\n[scenarios.s]\nlabel = \"s\"\n[scenarios.t]\nlabel = \"t\"\ninputs = {n = 2}",
        &["7:9 negative-count: with the defaults, option `o` has fewer than no `c` [\"n - 5\"]"],
    ),
    (
        "[checklists.c]\ntitle=\"C\"\nitems=[{id=\"i\",text=\"t\"}]\nbands=[{id=\"a\",when=\"yes > 1\",verdict=\"v\"},{id=\"b\",verdict=\"w\"}]",
        &["4:12 unreached-verdict: no answers to `c` lead to `a` [\"a\"]"],
    ),
    (
        "[advisors.a]\ntitle=\"A\"\nchecklist=\"c\"\noutcomes=[{id=\"o\",title=\"t\",option=\"x\"}]",
        &[
            "3:11 unknown-id: there is no checklist `c` [\"c\"]",
            "4:36 unknown-id: there is no option `x` [\"x\"]",
        ],
    ),
    (
        "[proxies.p]\nlabel=\"P\"",
        &["1:10 wrong-kind: proxy `p` would be every container: say how it is recognised [p]"],
    ),
];

#[test]
fn files_are_one_model() {
    let one = Source::new("model/a.toml", "[figures]\na = { value = 1, basis = \"judgement\" }\n");
    let two = Source::new(
        "model/b.toml",
        "[figures]\nb = { value = 2, basis = \"judgement\" }\n[formulas]\nsum = \"a + b\"\n",
    );
    let (model, findings) = Model::load(&[one.clone(), two]);
    assert_eq!(findings, []);
    assert_eq!(value(&model, "sum", &[]), "3");
    let again =
        Source::new("model/c.toml", "[figures]\na = { value = 3, basis = \"judgement\" }\n");
    let (_, findings) = Model::load(&[one, again]);
    assert_eq!(findings.len(), 1);
    assert_eq!(shown(&findings[0]), "2:1 duplicate-entry: figure `a` is defined twice [a]");
    assert_eq!(findings[0].at.location.source.path(), "model/c.toml");
    assert_eq!(findings[0].related[0].location.source.path(), "model/a.toml");
    let (model, findings) = Model::load(&[]);
    assert!(model.is_empty() && findings.is_empty());
}

#[test]
fn marks_and_line_ends_do_not_move_places() {
    let (model, findings) = load(
        "\u{feff}[figures]\r\na = { value = 1, basis = \"judgement\" }\r\n[formulas]\r\n\"é\" = \"a\"\r\nx = \"\"\"\r\na +\r\nb\"\"\"\r\n",
    );
    assert_eq!(value(&model, "a", &[]), "1");
    let found: Vec<String> = findings.iter().map(shown).collect();
    assert_eq!(
        found,
        [
            "4:1 bad-name: `é` cannot be used in formulas [\"é\"]",
            "7:1 unknown-name: the model has no `b` [b]",
        ]
    );
}

#[test]
fn what_is_stale_or_unused_is_said() {
    let model = model(
        "[settings]\nstale-after = \"18 months\"\n[sources.s]\ntitle = \"S\"\naccessed = 2024-01-01\n[sources.t]\ntitle = \"T\"\n\
         [figures]\nold = { value = 1, source = \"s\" }\nfresh = { value = 1, source = \"s\", checked = 2026-01-01 }\n\
         opinion = { value = 1, basis = \"judgement\" }\n[inputs]\nn = 1\nm = 1\n[formulas]\nx = \"old + n\"\n",
    );
    let lines = |findings: Vec<Diagnostic>| {
        findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>()
    };
    let today = jiff::civil::date(2026, 11, 23);
    assert_eq!(
        lines(model.stale(today)),
        ["figure `old` was checked on 2024-01-01, more than 18 months ago"]
    );
    let before = jiff::civil::date(2024, 1, 5);
    assert_eq!(
        lines(model.stale(before)),
        ["figure `fresh` was checked on 2026-01-01, which has not come yet"]
    );
    let mut used = Used::default();
    used.expression(&model.compile("x + fresh").unwrap());
    assert_eq!(
        lines(model.unused(&used)),
        ["nothing uses input `m`", "nothing uses figure `opinion`", "nothing uses source `t`"]
    );
    used.input(&model, "m");
    used.source("t");
    assert_eq!(lines(model.unused(&used)), ["nothing uses figure `opinion`"]);
}

#[test]
fn what_has_expired_is_said_from_the_next_day_on() {
    let model = model(
        "[sources.s]\ntitle = \"S\"\naccessed = 2026-11-01\nexpires = 2026-12-08\n[sources.t]\ntitle = \"T\"\naccessed = 2026-11-01\n\
         [figures]\nnewest = { value = 30, source = \"t\", expires = 2026-12-31 }\nopinion = { value = 1, basis = \"judgement\", expires = 2026-11-30 }\n",
    );
    let on = |year, month, day| {
        let findings = model.stale(jiff::civil::date(year, month, day));
        findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(on(2026, 11, 30), [] as [&str; 0], "the day itself still counts");
    assert_eq!(
        on(2026, 12, 9),
        [
            "figure `opinion` was known to hold until 2026-11-30",
            "source `s` was known to hold until 2026-12-08"
        ]
    );
    assert_eq!(on(2027, 1, 1).len(), 3);
}

#[test]
fn mistakes_are_found_where_they_are() {
    let mut wrong = Vec::new();
    for (text, expected) in CASES {
        let (_, findings) = load(text);
        let found: Vec<String> = findings.iter().map(shown).collect();
        let good = expected.len() == found.len()
            && expected.iter().all(|line| found.iter().any(|found| found.starts_with(line)));
        if !good {
            wrong.push(format!("{text}\n  expected {expected:#?}\n  found {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
