//! A book that only the program made, from sources as an author writes them.

use serde_json::json;

use super::*;

const MODEL: &str = r#"
[inputs.pods]
label = "Pods"
default = 100
min = 1
max = 1000

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

/// A book with these settings, made and built by the program; gives the folder that is to be served.
fn build(name: &str, settings: &str) -> PathBuf {
    let root = folder(name);
    let _ = std::fs::remove_dir_all(&root);
    let page = "# A page\n\nOf all, `{= share }` at `{= proxy.cpu }` each.\n\n\
        <!-- plumb: calculator inputs=[pods] /-->\n\n<!-- plumb: checklist q /-->\n";
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
        let set = |pods: &str| {
            format!(
                "(() => {{ const field = document.querySelector('[data-input=pods] input:not([type=range])'); field.value = '{pods}'; field.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
            )
        };
        tab.eval(&set("600"));
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
        tab.eval(&set("600"));
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
