//! Content as directives return it, for the tests of both renderers and for the browser.

#![allow(dead_code, reason = "each test uses a part")]

use mdbook_plumb::content::*;
use serde_json::{Value as Json, json};

pub(crate) fn provenance() -> Provenance {
    Provenance {
        expression: "tax.cpu".into(),
        formulas: vec![("tax.cpu".into(), "pods * istio.sidecar.cpu".into())],
        inputs: vec![("Pods in the mesh".into(), "100 pods".into())],
        figures: vec![FigureNote {
            name: "istio.sidecar.cpu".into(),
            value: "100m".into(),
            sources: vec![
                source(),
                SourceNote { title: "A second opinion".into(), url: None, ..source() },
            ],
            checked: Some("2026-09-01".into()),
            note: Some("the request, not the usage".into()),
        }],
        exact: Some("10.004 cores".into()),
        notes: vec!["an enclosure, not an exact range".into()],
        sources: vec![],
    }
}

pub(crate) fn source() -> SourceNote {
    SourceNote {
        id: "values".into(),
        title: "The chart's default values".into(),
        url: Some("https://example.org/values.yaml".into()),
        version: Some("1.32".into()),
        accessed: Some("2026-08-22".into()),
    }
}

pub(crate) fn value(text: &str) -> Inline {
    Inline::Value(Box::new(Value { text: text.into(), provenance: Some(provenance()), live: None }))
}

pub(crate) fn bare(text: &str) -> Inline {
    Inline::Value(Box::new(Value { text: text.into(), provenance: None, live: None }))
}

pub(crate) fn table() -> Table {
    let column = |title: &str, align| Column { title: text(title), align };
    let row = |cells: [Vec<Inline>; 3], total| Row { cells: cells.into(), header: true, total };
    Table {
        caption: text("What a mesh reserves"),
        columns: vec![
            column("Option", Align::Left),
            column("CPU", Align::Right),
            column("Memory", Align::Right),
        ],
        rows: vec![
            row([text("Istio, sidecars"), vec![value("11 cores")], vec![value("16.5 GiB")]], false),
            row([text("Istio | ambient"), vec![bare("4 cores")], vec![bare("9.98 GiB")]], false),
            row([text("Difference"), vec![bare("−7 cores")], vec![bare("−6.52 GiB")]], true),
        ],
    }
}

pub(crate) fn statuses() -> [Status; 4] {
    let status = |id: &str, icon: &str, word: &str, meets, weight: &str| Status {
        id: id.into(),
        icon: icon.into(),
        word: word.into(),
        meets,
        weight: weight.into(),
    };
    [
        status("yes", "✔", "yes", Meets::Fully, "1"),
        status("part", "◐", "partly", Meets::Partly, "0.5"),
        status("preview", "P", "preview", Meets::Preview, "0.25"),
        status("no", "✖", "no", Meets::No, "0"),
    ]
}

pub(crate) fn matrix() -> Matrix {
    let [yes, part, preview, no] = statuses();
    let cell = |status: &Status| MatrixCell {
        status: status.clone(),
        text: vec![],
        note: vec![],
        sources: vec![],
        unverified: false,
    };
    let row = |id: &str, title: &str, cells: [&Status; 4]| MatrixRow {
        id: id.into(),
        title: text(title),
        note: vec![],
        group: vec![],
        weight: "1".into(),
        cells: cells.iter().map(|status| cell(status)).collect(),
    };
    let mut matrix = Matrix {
        id: "needs".into(),
        title: text("Needs and options"),
        note: vec![],
        corner: text("Need"),
        options: [
            ("none", "No mesh"),
            ("cilium", "AKS Cilium + ACNS"),
            ("ambient", "Ambient"),
            ("addon", "Add-on (sidecar)"),
        ]
        .map(|(id, title)| (id.to_owned(), text(title)))
        .into(),
        rows: vec![
            row("identity", "Workload identity (mTLS)", [&part, &preview, &yes, &yes]),
            row("canary", "Canary between services", [&no, &part, &yes, &yes]),
            row("clusters", "Several clusters", [&part, &preview, &part, &no]),
            row("restart", "Patch the proxy without restarts", [&yes, &yes, &yes, &no]),
            row("support", "Vendor support", [&yes, &yes, &no, &yes]),
        ],
        legend: vec![
            (yes, vec![]),
            (part, text("with conditions")),
            (preview, vec![]),
            (no, vec![]),
        ],
    };
    matrix.rows[0].group = text("Security");
    matrix.rows[1..].iter_mut().for_each(|row| row.group = text("Operations"));
    matrix.rows[0].note = text("Who calls is known, not only from where.");
    matrix.rows[0].cells[2].text = text("yes, by certificate");
    matrix.rows[0].cells[2].note = text("Rotated every 24 hours.");
    matrix.rows[0].cells[2].sources = vec![source()];
    matrix.rows[2].cells[0].unverified = true;
    matrix
}

pub(crate) fn checklist() -> Checklist {
    let item = |id: &str, question: Vec<Inline>| ChecklistItem {
        id: id.into(),
        text: question,
        help: vec![],
        revision: format!("r-{id}"),
        held: None,
    };
    let verdict = |id: &str, rule: &str, title: &str, body: &str| Verdict {
        id: id.into(),
        title: text(title),
        text: text(body),
        links: vec![],
        rule: (!rule.is_empty()).then(|| rule.into()),
    };
    let mut services = item("services", vec![]);
    services.text = vec![
        Inline::Text("You run more than ".into()),
        value("20"),
        Inline::Text(" services".into()),
    ];
    services.help = text("Count what has a Service.");
    Checklist {
        id: "need-a-mesh".into(),
        title: text("Do you need a mesh?"),
        intro: text("Tick what is true for you."),
        groups: vec![
            ChecklistGroup {
                id: "must".into(),
                title: text("Requirements"),
                note: vec![],
                items: vec![
                    services,
                    item("mtls", text("Every call must be encrypted and identified")),
                ],
            },
            ChecklistGroup {
                id: "team".into(),
                title: vec![],
                note: vec![],
                items: vec![
                    item("team", text("A team can run it")),
                    item("upgrades", text("Three upgrades a year are fine")),
                ],
            },
        ],
        verdicts: vec![
            verdict(
                "yes",
                "at least two are ticked, mTLS among them",
                "A mesh is likely worth its price",
                "Read on with the options.",
            ),
            verdict("maybe", "at least two are ticked", "Look closer", ""),
            verdict("no", "", "Start without one", "You can add one later."),
        ],
        program: checklist_program(),
    }
}

pub(crate) fn checklist_program() -> Json {
    json!({
        "inputs": {},
        "figures": {},
        "lets": {"two": [">=", ["yes"], "2"]},
        "roots": {
            "yes": {"expr": ["&&", ["let", "two"], ["answer", "mtls"]], "type": "switch"},
            "maybe": {"expr": ["let", "two"], "type": "switch"},
        },
        "ladders": {},
        "weights": {},
        "needs": {"mtls": "identity"},
    })
}

pub(crate) fn calculator() -> Calculator {
    let input = |id: &str, label: &str, unit: &str, value: &str, max: &str| CalculatorInput {
        id: id.into(),
        label: text(label),
        unit: unit.into(),
        toggle: false,
        choices: vec![],
        value: value.into(),
        min: "1".into(),
        max: max.into(),
        step: "1".into(),
        whole: !unit.is_empty(),
        stepped: false,
        stops: vec![],
        note: vec![],
    };
    let mut pods = input("pods", "Pods in the mesh", "pods", "100", "5000");
    pods.stops = ["1", "10", "100", "150", "200", "300", "1000", "5000"].map(Into::into).into();
    let mut cni = input("cni", "With the node agent", "", "false", "");
    cni.toggle = true;
    let mut tier = input("tier", "Tier", "", "standard", "");
    tier.choices = vec!["standard".into(), "premium".into()];
    Calculator {
        id: "size".into(),
        title: text("What it costs you"),
        inputs: vec![pods, input("nodes", "Nodes", "nodes", "10", "1000"), cni, tier],
        presets: vec![
            Preset {
                id: "hundred".into(),
                title: text("A hundred pods"),
                values: vec![("pods".into(), "100".into()), ("nodes".into(), "10".into())],
                fixed: json!({}),
            },
            Preset {
                id: "thousand".into(),
                title: text("A thousand pods"),
                values: vec![("pods".into(), "1000".into()), ("nodes".into(), "50".into())],
                fixed: json!({}),
            },
        ],
        options: vec![
            CalculatorOption {
                id: "sidecar".into(),
                title: text("Istio, sidecars"),
                rows: vec![0],
            },
            CalculatorOption { id: "ambient".into(), title: text("Istio ambient"), rows: vec![1] },
        ],
        result: table(),
        program: calculator_program(),
    }
}

pub(crate) fn calculator_program() -> Json {
    let root = |expr: Json, dimension: &str| json!({"expr": expr, "type": "number", "dimension": dimension});
    let unit = |factor: &str, name: &str| json!({"factor": factor, "one": name, "many": name, "before": ""});
    json!({
        "inputs": {"pods": {"value": "100", "type": "number"}, "nodes": {"value": "10", "type": "number"}},
        "figures": {"sidecar.cpu": "1/10", "sidecar.memory": "134217728", "node.memory": "1071644672"},
        "lets": {
            "s.cpu": ["+", ["+", ["*", ["input", "pods"], ["figure", "sidecar.cpu"]], "1"],
                ["?", ["input", "cni"], ["*", ["input", "nodes"], "1/10"], "0"]],
            "s.memory": ["+", ["*", ["input", "pods"], ["figure", "sidecar.memory"]], "4294967296"],
            "a.cpu": ["*", ["*", ["input", "nodes"], "2/5"], ["?", ["==", ["input", "tier"], ["text", "premium"]], "2", "1"]],
            "a.memory": ["*", ["input", "nodes"], ["figure", "node.memory"]],
        },
        "roots": {
            "s.cpu": root(json!(["let", "s.cpu"]), "cpu"),
            "s.memory": root(json!(["let", "s.memory"]), "memory"),
            "a.cpu": root(json!(["let", "a.cpu"]), "cpu"),
            "a.memory": root(json!(["let", "a.memory"]), "memory"),
            "d.cpu": root(json!(["-", ["*", ["input", "nodes"], "2/5"], ["let", "s.cpu"]]), "cpu"),
            "d.memory": root(json!(["-", ["let", "a.memory"], ["let", "s.memory"]]), "memory"),
        },
        "ladders": {
            "cpu": [{"factor": "1", "one": "core", "many": "cores", "before": ""}],
            "memory": [unit("1", "B"), unit("1024", "KiB"), unit("1048576", "MiB"), unit("1073741824", "GiB"), unit("1099511627776", "TiB")],
        },
        "cells": [
            [0, 1, "s.cpu"], [0, 2, "s.memory"], [1, 1, "a.cpu"], [1, 2, "a.memory"], [2, 1, "d.cpu", true], [2, 2, "d.memory", true],
        ],
    })
}

pub(crate) fn advisor() -> Advisor {
    let live =
        Value { text: "4 cores".into(), provenance: None, live: Some(Live::Widget("cost".into())) };
    let outcome = |id: &str, rule: &str, title: &str, option: Option<&str>| Outcome {
        id: id.into(),
        title: text(title),
        text: vec![],
        rule: (!rule.is_empty()).then(|| rule.into()),
        option: option.map(Into::into),
        cost: None,
        links: vec![],
        manifests: vec![],
    };
    let mut ambient = outcome(
        "ambient",
        "at least 2 are ticked, and Ambient meets every chosen need",
        "Ambient",
        Some("ambient"),
    );
    ambient.text = vec![
        Inline::Text("It takes ".into()),
        Inline::Value(Box::new(live)),
        Inline::Text(".".into()),
    ];
    ambient.links = vec![Inline::Link { url: "/options.md".into(), text: text("Options") }];
    Advisor {
        id: "advice".into(),
        title: text("What should you run?"),
        intro: text("Three steps."),
        checklist: Some(checklist()),
        matrix: Some(matrix()),
        calculator: Some(calculator()),
        outcomes: vec![
            ambient,
            outcome("addon", "Add-on (sidecar) ranks first", "The add-on", Some("addon")),
            outcome("none", "", "No mesh", Some("none")),
        ],
        program: json!({
            "inputs": {},
            "figures": {},
            "lets": {},
            "roots": {
                "ambient": {"expr": ["&&", [">=", ["yes"], "2"], ["meets", "ambient"]], "type": "switch"},
                "addon": {"expr": ["==", ["rank", "addon"], "1"], "type": "switch"},
                "cost": {"expr": ["*", ["input", "nodes"], "2/5"], "type": "number", "dimension": "cpu"},
            },
            "ladders": {"cpu": [{"factor": "1", "one": "core", "many": "cores", "before": ""}]},
            "costs": {"ambient": [["CPU", "cost"]]},
        }),
    }
}

/// Everything that a book can ask for.
const EXTRAS: Extras = Extras { headers: true, folding: true, downloads: true, badges: true };

pub(crate) fn manifest() -> Manifest {
    Manifest {
        language: "yaml".into(),
        text: "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata:\n  name: default\n\nspec:\n  mtls:\n    mode: STRIKT # <b>&amp;\n".into(),
        documents: vec![ManifestDocument {
            kind: "PeerAuthentication".into(),
            name: "default".into(),
            api_version: "security.istio.io/v1".into(),
            validated: Some("Istio 1.29".into()),
        }],
        findings: vec![(8, "spec.mtls.mode: \"STRIKT\" is not one of UNSET, DISABLE, PERMISSIVE, STRICT".into())],
        state: ManifestState::Fails,
        classes: vec![],
        extras: EXTRAS,
    }
}

pub(crate) fn long_manifest() -> Manifest {
    let mut text = String::from(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mesh\n  namespace: <namespace>\ndata:\n",
    );
    for index in 0..60 {
        text.push_str(&format!("  key-{index}: \"{index}\"\n"));
    }
    Manifest {
        language: "yaml".into(),
        text,
        documents: vec![ManifestDocument {
            kind: "ConfigMap".into(),
            name: "mesh".into(),
            api_version: "v1".into(),
            validated: Some("Kubernetes 1.36".into()),
        }],
        findings: vec![],
        state: ManifestState::Valid,
        classes: vec![],
        extras: EXTRAS,
    }
}

pub(crate) fn chart() -> Chart {
    Chart {
        title: "CPU reserved over pods".into(),
        drawing: Drawing::Lines {
            x: "Pods".into(),
            y: "CPU (cores)".into(),
            series: vec![Series {
                name: "Sidecars".into(),
                points: vec![(0.0, 0.0), (100.0, 10.0)],
                band: vec![(0.0, 0.0, 0.0), (100.0, 5.0, 20.0)],
            }],
            marks: vec![Mark { x: 50.0, y: 5.0, text: "50".into() }],
        },
        data: table(),
    }
}

/// One of each kind, by name.
pub(crate) fn all() -> Vec<(&'static str, Content)> {
    vec![
        ("value", Content::Inline(vec![value("10 cores (5–20)")])),
        (
            "inline",
            Content::Inline(vec![
                Inline::Strong(text("a*b ")),
                Inline::Code("x | `y`".into()),
                Inline::Text(" 1 < 2 && \"so\" ".into()),
                Inline::Emphasis(vec![value("10")]),
                Inline::Link { url: "/deep/page.md".into(), text: vec![value("11")] },
                Inline::Link { url: "javascript:alert(1)".into(), text: text("bad") },
                Inline::Status(statuses()[0].clone()),
            ]),
        ),
        (
            "text",
            Content::Blocks(vec![
                Block::Paragraph(vec![Inline::Text("It takes ".into()), value("10 cores")]),
                Block::List {
                    ordered: true,
                    items: vec![
                        vec![Block::Paragraph(text("one"))],
                        vec![
                            Block::Paragraph(text("two")),
                            Block::List {
                                ordered: false,
                                items: vec![vec![Block::Paragraph(text("deep"))]],
                            },
                        ],
                    ],
                },
                Block::Details {
                    summary: text("More"),
                    body: vec![Block::Paragraph(text("- hidden"))],
                },
            ]),
        ),
        ("table", Content::Blocks(vec![Block::Table(table())])),
        ("matrix", Content::Blocks(vec![Block::from(matrix())])),
        ("checklist", Content::Blocks(vec![Block::from(checklist())])),
        ("calculator", Content::Blocks(vec![Block::from(calculator())])),
        ("advisor", Content::Blocks(vec![Block::from(advisor())])),
        ("chart", Content::Blocks(vec![Block::Chart(chart())])),
        ("manifest", Content::Blocks(vec![Block::Manifest(manifest())])),
    ]
}
