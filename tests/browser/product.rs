//! A book that only the program made, from sources as an author writes them.

use serde_json::{Value as Json, json};

use super::*;

const MODEL: &str = r#"
[inputs.pods]
label = "Pods"
default = 100
min = 1
max = 1000
step = 1

[inputs.region]
label = "Region"
default = "near"
choices = ["near", "far"]

[figures."proxy.cpu"]
value = "125m"
basis = "judgement"

[figures.share]
value = "99.995%"
basis = "judgement"

[formulas]
"tax.cpu" = "pods * proxy.cpu"

[options.mesh]
label = "A mesh"
[[options.mesh.components]]
name = "proxy"
count = "pods"
requests = { cpu = "proxy.cpu * (region == 'far' ? 2 : 1)" }

[scenarios.as-is]
label = "As it is"

[scenarios.lean]
label = "Lean proxies"
figures = { "proxy.cpu" = "12500u" }
inputs = { region = "far" }

[checklists.q]
title = "Do you need one?"
[[checklists.q.items]]
id = "many"
text = "You run many pods"
holds = "pods > 500"
[[checklists.q.items]]
id = "light"
text = "A proxy is light"
holds = "proxy.cpu < quantity('100 millicores')"
[[checklists.q.items]]
id = "wish"
text = "You wish for one"
[[checklists.q.bands]]
id = "yes"
when = "answer('many') && !answer('light')"
verdict = "Take it"
[[checklists.q.bands]]
id = "no"
verdict = "Leave it"
"#;

const PAGE: &str = "# A page\n\nOf all, `{= share }` at `{= proxy.cpu }` each.\n\n\
    <!-- plumb: calculator inputs=[pods] /-->\n\n<!-- plumb: checklist q /-->\n";

/// A book with these settings, made and built by the program; gives the folder that is to be served.
fn build(name: &str, settings: &str) -> PathBuf {
    build_with(name, settings, PAGE)
}

/// The same, with another page.
fn build_with(name: &str, settings: &str, page: &str) -> PathBuf {
    let root = folder(name);
    let _ = std::fs::remove_dir_all(&root);
    for (path, text) in [
        ("book.toml", format!("[book]\ntitle = \"Made\"\n[preprocessor.plumb]\n{settings}")),
        ("model.toml", MODEL.to_owned()),
        ("src/SUMMARY.md", "- [A](a.md)\n  - [Deep](one/two/deep.md)\n".to_owned()),
        ("src/a.md", page.to_owned()),
        ("src/one/two/deep.md", page.to_owned()),
    ] {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_mdbook-plumb"))
        .args(["build", "--quiet"])
        .current_dir(&root)
        .output()
        .expect("the program runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    root.join("book")
}

#[test]
fn external_assets_reach_every_page_under_a_strict_policy() {
    if cdp::executable().is_none() {
        return missing("no Chromium found");
    }
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'";
    for (name, html) in [
        ("external", "additional-css = [\"plumb.css\"]\nadditional-js = [\"plumb.js\"]\n"),
        (
            "external-plain",
            "hash-files = false\nsite-url = \"/deep/\"\nadditional-css = [\"theme/plumb.css\"]\nadditional-js = [\"theme/plumb.js\"]\n",
        ),
    ] {
        let book = build(name, &format!("assets = \"external\"\n[output.html]\n{html}"));
        let sources = book.parent().expect("a folder").join("src");
        assert!(!sources.join("plumb.js").exists() && !sources.join("plumb.css").exists());
        let strict = server::serve(&book, Some(policy));
        browse(|tab, _| {
            for page in ["a.html", "one/two/deep.html", "print.html"] {
                tab.goto(&format!("{strict}{page}"));
                assert_eq!(
                    tab.text("plumb-checklist .plumb-progress"),
                    "0 of 3 ticked",
                    "{name}: {page}"
                );
                tab.click("li[data-item=wish] input");
                assert_eq!(
                    tab.text("plumb-checklist .plumb-verdict"),
                    "Leave it",
                    "{name}: {page}"
                );
                let display =
                    "getComputedStyle(document.querySelector('plumb-calculator')).display";
                assert_eq!(tab.eval(display), json!("block"), "{name}: {page}");
                let inline = "document.querySelector('main').querySelectorAll('script:not([type]), script[type=module], style').length";
                assert_eq!(tab.eval(inline), json!(0), "{name}: {page}");
                tab.eval("localStorage.clear()");
            }
        });
    }
}

/// What sets the field of the pods, as a reader does.
fn set_pods(pods: &str) -> String {
    format!(
        "(() => {{ const field = document.querySelector('[data-input=pods] input:not([type=range])'); field.value = '{pods}'; field.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
    )
}

#[test]
fn values_in_text_and_tables_follow_what_a_reader_sets() {
    let page = "# A page\n\nAll take `{= tax.cpu }`, ten <!-- plumb: value tax.cpu pods=10 -->1.25 cores<!-- /plumb -->, each `{= proxy.cpu }`; \
        `{= pods > 500 ? 'many' : 'few' }`.\n\n| a | b |\n|---|---|\n| `{= pods > 1 \\|\\| pods < 0 ? 2 * pods : 0 }` | x |\n\n\
        <!-- plumb: table options as o columns=[\"Option = o.label\", \"CPU = o.cpu\", \"Pods = pods\"] total=true /-->\n\n\
        Far, <!-- plumb: value \"option('mesh').cpu\" region=far -->25 cores<!-- /plumb -->.\n\n\
        <!-- plumb: chart cpu options=[mesh] over=pods from=100 to=500 /-->\n\n<!-- plumb: calculator inputs=[pods] /-->\n";
    browse(|tab, _| {
        let address = server::serve(&build_with("follows", "", page), None);
        let built = "All take 12.5 cores, ten 1.25 cores, each 0.125 cores; few.";
        tab.goto(&format!("{address}a.html"));
        assert_eq!(tab.text("main > p"), built);
        let button = "document.querySelectorAll('main > p button.plumb-value').length";
        let buttons = tab.eval(button);
        let cells = "[...document.querySelectorAll('main td')].map((cell) => cell.innerText)";
        tab.eval(&set_pods("600"));
        assert_eq!(
            tab.text("main > p"),
            "All take 75 cores, ten 1.25 cores, each 0.125 cores; many."
        );
        assert!(tab.text("main").contains("Far, 150 cores."), "an input that is set stays");
        assert!(tab.text(".plumb-chart .plumb-notice").starts_with("Drawn for the inputs"));
        let now = tab.eval(cells).to_string();
        assert!(now.contains("\"1200\",\"x\""), "a table of Markdown: {now}");
        assert_eq!(
            now.matches("\"75 cores\"").count(),
            3,
            "the row, the sum, the calculator: {now}"
        );
        // What is no step or whole number is not taken, and the values stay.
        tab.eval(&set_pods("1.2"));
        assert!(tab.text(".plumb-said").contains("from 1 to 1000 in steps of 1"));
        assert!(tab.text("main > p").contains("75 cores"));
        // As they were built, they have their details again.
        tab.eval(&set_pods("100"));
        assert_eq!(tab.text("main > p"), built);
        assert_eq!(tab.eval(button), buttons);
        assert_eq!(tab.eval("document.querySelector('.plumb-chart .plumb-notice')"), Json::Null);
        // A scenario reaches what is computed from a figure alone.
        tab.eval("(() => { const select = document.querySelector('.plumb-presets select'); select.value = 'lean'; select.dispatchEvent(new Event('change')); })()");
        assert!(tab.text("main > p").contains("each 0.0125 cores"), "{}", tab.text("main > p"));
        tab.eval("localStorage.clear()");
        assert_eq!(tab.errors(), Vec::<String>::new());
    });
}

#[test]
fn a_scenario_and_the_inputs_reach_all_of_the_page() {
    browse(|tab, _| {
        let address = server::serve(&build("made", ""), None);
        tab.goto(&format!("{address}a.html"));
        assert!(tab.text("main > p").contains("99.995% at 0.125 cores each"));
        let cost = "document.querySelector('plumb-calculator tbody td').innerText";
        assert_eq!(tab.eval(cost), json!("12.5 cores"));
        let checked = "[...document.querySelectorAll('plumb-checklist input')].map((box) => [box.checked, box.disabled])";
        assert_eq!(tab.eval(checked), json!([[false, true], [false, true], [false, false]]));
        tab.eval(&set_pods("600"));
        assert_eq!(tab.eval(cost), json!("75 cores"));
        assert_eq!(tab.eval(checked), json!([[true, true], [false, true], [false, false]]));
        assert_eq!(tab.text("plumb-checklist .plumb-verdict"), "Take it");
        let choose = |id: &str| {
            format!(
                "(() => {{ const select = document.querySelector('.plumb-presets select'); select.value = '{id}'; select.dispatchEvent(new Event('change')); }})()"
            )
        };
        // a tenth of the CPU, twice for being far: as the build shows it with the scenario
        tab.eval(&choose("lean"));
        assert_eq!(tab.eval(cost), json!("2.5 cores"));
        assert_eq!(tab.eval(checked), json!([[false, true], [true, true], [false, false]]));
        assert_eq!(tab.text("plumb-checklist .plumb-verdict"), "Leave it");
        assert_eq!(
            tab.eval("document.querySelector('.plumb-presets select').value"),
            json!("lean")
        );
        tab.eval(&set_pods("600"));
        assert_eq!(tab.eval(cost), json!("15 cores"));
        assert_eq!(tab.eval(checked), json!([[true, true], [true, true], [false, false]]));
        tab.reload();
        assert_eq!(tab.eval(cost), json!("15 cores"), "the scenario is kept");
        tab.eval(&choose("as-is"));
        assert_eq!(tab.eval(cost), json!("12.5 cores"));
        tab.eval("localStorage.clear()");
        assert_eq!(tab.errors(), Vec::<String>::new());
    });
}
