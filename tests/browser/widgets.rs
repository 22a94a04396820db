//! What the widgets do: each sentence of the tests is one that the guide's readers rely on.

use serde_json::{Value as Json, json};

use super::*;

/// How many boxes are ticked.
fn ticked(tab: &mut Tab<'_>) -> Json {
    tab.eval("document.querySelectorAll('plumb-checklist .plumb-items input:checked').length")
}

/// Presses a button of the page's first widget and gives what lands on the clipboard.
pub(super) fn clipboard(tab: &mut Tab<'_>, selector: &str) -> String {
    tab.eval("void (navigator.clipboard.writeText = async (text) => { window.copied = text; })");
    tab.click(selector);
    tab.eval("new Promise((done) => setTimeout(() => done(window.copied), 50))")
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

pub(super) fn fine(tab: &mut Tab<'_>) {
    assert_eq!(tab.errors(), Vec::<String>::new());
}

#[test]
fn ticking_gives_a_verdict_that_is_kept_and_carried() {
    browse(|tab, address| {
        tab.goto(&format!("{address}checklist.html"));
        assert_eq!(tab.text(".plumb-progress"), "0 of 4 ticked");
        tab.click("li[data-item=services] input");
        assert_eq!(tab.text(".plumb-progress"), "1 of 4:");
        assert_eq!(tab.text(".plumb-verdict"), "Start without one");
        tab.click("li[data-item=mtls] input");
        assert_eq!(tab.text(".plumb-verdict"), "A mesh is likely worth its price");
        assert_eq!(tab.text("li[aria-current] strong"), "A mesh is likely worth its price");
        tab.reload();
        assert_eq!(tab.text(".plumb-verdict"), "A mesh is likely worth its price");
        // the same checklist in another chapter, twice
        tab.goto(&format!("{address}again.html"));
        assert_eq!(ticked(tab), json!(4));
        tab.click("li[data-item=mtls] input");
        assert_eq!(ticked(tab), json!(2));
        // and in the book on one page, which is chapter after chapter
        tab.before("window.print = () => {}");
        tab.goto(&format!("{address}print.html"));
        assert_eq!(
            tab.eval("document.querySelectorAll('li[data-item=services] input:checked').length"),
            json!(5)
        );
        fine(tab);
    });
}

#[test]
fn reset_copy_and_link() {
    browse(|tab, address| {
        tab.goto(&format!("{address}checklist.html"));
        tab.click("li[data-item=services] input");
        tab.click("li[data-item=upgrades] input");
        let markdown = clipboard(tab, "[data-do=copy]");
        assert_eq!(
            markdown,
            "**Do you need a mesh?**\n\n- [x] You run more than 20 services\n- [ ] Every call must be encrypted and \
             identified\n- [ ] A team can run it\n- [x] Three upgrades a year are fine\n\nVerdict: **Look closer**\n"
        );
        let link = clipboard(tab, "[data-do=link]");
        tab.click("[data-do=reset]");
        assert_eq!(ticked(tab), json!(0));
        assert_eq!(tab.text(".plumb-progress"), "0 of 4 ticked");
        assert_eq!(tab.eval("document.querySelector('li[aria-current]')"), Json::Null);
        tab.reload();
        assert_eq!(ticked(tab), json!(0));
        tab.goto(&link);
        assert_eq!(tab.text(".plumb-verdict"), "Look closer");
        assert!(tab.text(".plumb-notice").starts_with("Set by the link"));
        // what a link sets is kept only when the reader goes on from there
        tab.goto(&format!("{address}checklist.html"));
        assert_eq!(ticked(tab), json!(0));
        fine(tab);
    });
}

#[test]
fn an_item_reworded_since_it_was_ticked_is_flagged() {
    browse(|tab, address| {
        tab.goto(&format!("{address}checklist.html"));
        tab.click("li[data-item=services] input");
        tab.click("li[data-item=team] input");
        tab.goto(&format!("{address}reworded.html"));
        assert_eq!(ticked(tab), json!(1));
        assert_eq!(
            tab.text("li[data-item=services] .plumb-flag"),
            "Reworded since you ticked it: please read it again."
        );
        assert!(tab.text(".plumb-notice").contains("1 answer kept from another version"));
        // answering anew settles it
        tab.click("li[data-item=services] input");
        tab.click("li[data-item=services] input");
        tab.reload();
        assert_eq!(tab.eval("document.querySelector('.plumb-flag')"), Json::Null);
        assert_eq!(ticked(tab), json!(1));
        fine(tab);
    });
}

#[test]
fn nonsense_in_links_and_stores_is_told_and_breaks_nothing() {
    browse(|tab, address| {
        let nonsense = "plumb-need-a-mesh=%3Cimg%20src%3Dx%20onerror%3Dhacked%3D1%3E&plumb-need-a-mesh=mtls@x&\
                        plumb-need-a-mesh=__proto__@1&plumb-needs=constructor&plumb-size=pods%3D-5&\
                        plumb-size=__proto__%3D1&plumb-size=%FF&plumb-size=nodes%3D20";
        for page in ["checklist", "matrix", "calculator", "advisor"] {
            tab.goto(&format!("{address}{page}.html?{nonsense}#plumb-'\"><b>"));
            assert!(
                tab.eval("document.body.innerText").to_string().contains("ignored"),
                "{page} says what it ignored"
            );
        }
        assert_eq!(
            tab.text("li[data-item=mtls] .plumb-flag"),
            "Reworded since you ticked it: please read it again."
        );
        assert_eq!(
            tab.eval("document.querySelector('[data-input=nodes] input').value"),
            json!("20")
        );
        assert_eq!(
            tab.eval("document.querySelector('[data-input=pods] input').value"),
            json!("100")
        );
        for kept in [
            "{",
            "null",
            "[]",
            "7",
            "\"x\"",
            r#"{"items":[1],"needs":7,"inputs":{"pods":1,"x":"2"},"hidden":3}"#,
        ] {
            for page in ["checklist", "matrix", "calculator"] {
                let id = ["need-a-mesh", "needs", "size"][["checklist", "matrix", "calculator"]
                    .iter()
                    .position(|name| *name == page)
                    .unwrap_or(0)];
                tab.eval(&format!(
                    "localStorage.setItem('mdbook-plumb:test-guide:plumb-{page}:{id}', {})",
                    json!(kept)
                ));
                tab.goto(&format!("{address}{page}.html"));
                tab.click("input[type=checkbox].plumb-js, plumb-checklist input");
            }
        }
        assert_eq!(tab.eval("window.hacked ?? null"), Json::Null);
        fine(tab);
    });
}

#[test]
fn a_store_that_is_blocked_or_full_is_told() {
    browse(|tab, address| {
        tab.goto(&format!("{address}checklist.html"));
        tab.before("if (location.search === '?full') Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; if (location.search === '?blocked') Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });");
        for state in ["full", "blocked"] {
            tab.goto(&format!("{address}checklist.html?{state}"));
            tab.click("li[data-item=services] input");
            assert_eq!(tab.text(".plumb-verdict"), "Start without one", "{state}");
            let notices = tab.eval("[...document.querySelectorAll('.plumb-notice')].map((p) => p.textContent).join(' ')").to_string();
            assert!(notices.contains("does not keep your answers"), "{state}: {notices}");
        }
        tab.goto(&format!("{address}again.html?blocked"));
        tab.click("li[data-item=services] input");
        assert_eq!(ticked(tab), json!(2), "the two lists on the page still agree");
    });
}

#[test]
fn the_matrix_rules_out_and_ranks() {
    browse(|tab, address| {
        tab.goto(&format!("{address}matrix.html"));
        assert_eq!(tab.text(".plumb-progress"), "No need chosen.");
        tab.click("tr[data-need=restart] input");
        assert_eq!(
            tab.text(".plumb-progress"),
            "1 need chosen: 3 of 4 options left, first and equally good: No mesh, AKS Cilium + ACNS, Ambient."
        );
        assert_eq!(
            tab.eval(
                "[...document.querySelectorAll('.plumb-ranking li')].map(({ value }) => value)"
            ),
            json!([1, 1, 1, 4])
        );
        tab.click("tr[data-need=restart] input");
        tab.click("tr[data-need=canary] input");
        tab.click("tr[data-need=clusters] input");
        assert_eq!(
            tab.text(".plumb-progress"),
            "2 needs chosen: 2 of 4 options left, first Ambient."
        );
        assert_eq!(
            tab.text(".plumb-ranking"),
            "Ambient meets 1 fully, 1 partly\nAKS Cilium + ACNS meets 1 partly, 1 only in preview\nAdd-on (sidecar) ruled \
             out: Several clusters (✖ no)\nNo mesh ruled out: Canary between services (✖ no)"
        );
        let struck =
            "getComputedStyle(document.querySelector('th[data-option=none]')).textDecorationLine";
        assert_eq!(tab.eval(struck), json!("line-through"));
        let link = clipboard(tab, "[data-do=link]");
        let markdown = clipboard(tab, "[data-do=copy]");
        assert!(
            markdown.contains("- Canary between services\n")
                && markdown.contains("- ~~No mesh~~ ruled out"),
            "{markdown}"
        );
        tab.click("[data-do=reset]");
        assert_eq!(tab.text(".plumb-progress"), "No need chosen.");
        tab.goto(&link);
        assert_eq!(
            tab.eval("document.querySelectorAll('tr[data-need] input:checked').length"),
            json!(2)
        );
        fine(tab);
    });
}

#[test]
fn the_calculator_computes_as_the_build_does() {
    browse(|tab, address| {
        tab.goto(&format!("{address}calculator.html"));
        let table =
            |tab: &mut Tab<'_>| tab.text("tbody").split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(
            table(tab),
            "Istio, sidecars 11 cores 16.5 GiB Istio | ambient 4 cores 9.98 GiB Difference −7 cores −6.52 GiB"
        );
        assert_eq!(tab.eval("document.querySelectorAll('td button.plumb-value').length"), json!(2));
        tab.eval("void (() => { const field = document.querySelector('[data-input=pods] input'); field.focus(); field.select(); })()");
        tab.type_text("250");
        assert_eq!(
            table(tab),
            "Istio, sidecars 26 cores 35.25 GiB Istio | ambient 4 cores 9.98 GiB Difference −22 cores −25.27 GiB"
        );
        assert_eq!(
            tab.eval("(({ value, max, ariaValueText }) => [+value > max / 2, ariaValueText])(document.querySelector('[data-input=pods] input[type=range]'))"),
            json!([true, "250 pods"]),
            "over three decades the slider goes by round numbers"
        );
        tab.eval("document.querySelector('[data-input=pods] input').select()");
        tab.type_text("9999999");
        tab.press("Tab");
        assert_eq!(
            tab.eval(
                "document.querySelector('[data-input=pods] input').getAttribute('aria-invalid')"
            ),
            json!("true")
        );
        assert_eq!(
            tab.text(".plumb-said"),
            "Pods in the mesh: a whole number from 1 to 5000, please."
        );
        tab.eval("void (() => { const field = document.querySelector('[data-input=tier] select'); field.value = 'premium'; field.dispatchEvent(new Event('change', {bubbles: true})); })()");
        assert!(table(tab).contains("Istio | ambient 8 cores"));
        tab.click("label[data-option=sidecar] input");
        assert!(!table(tab).contains("sidecars"));
        let link = clipboard(tab, "[data-do=link]");
        tab.click("[data-do=reset]");
        assert_eq!(
            table(tab),
            "Istio, sidecars 11 cores 16.5 GiB Istio | ambient 4 cores 9.98 GiB Difference −7 cores −6.52 GiB"
        );
        assert_eq!(
            tab.eval("document.querySelectorAll('td button.plumb-value').length"),
            json!(2),
            "with their details"
        );
        tab.goto(&link);
        assert!(table(tab).contains("Istio | ambient 8 cores") && !table(tab).contains("sidecars"));
        tab.eval("void (() => { const field = document.querySelector('.plumb-presets select'); field.value = 'thousand'; field.dispatchEvent(new Event('change')); })()");
        assert_eq!(
            tab.eval("document.querySelector('[data-input=pods] input').value"),
            json!("1000")
        );
        fine(tab);
    });
}

#[test]
fn manifests_are_copied_clean() {
    browse(|tab, address| {
        tab.goto(&format!("{address}manifests.html"));
        let manifest = clipboard(tab, "plumb-manifest [data-do=copy]");
        assert_eq!(manifest, sample::manifest().text);
        assert!(
            tab.eval("document.querySelector('plumb-manifest code').className")
                .to_string()
                .contains("hljs")
        );
        assert!(
            tab.eval("document.querySelectorAll('plumb-manifest .hljs-attr').length > 3")
                .as_bool()
                .unwrap_or(false)
        );
        let shown = tab
            .eval("getComputedStyle(document.querySelector('.plumb-finding'), '::after').content")
            .to_string();
        assert!(shown.contains("is not one of UNSET"), "{shown}");
        let height = "document.querySelector('[data-long] pre').clientHeight";
        let folded = tab.eval(height).as_f64().unwrap_or(0.0);
        tab.click("[data-do=fold]");
        assert!(tab.eval(height).as_f64().unwrap_or(0.0) > 2.0 * folded);
        let download = tab.eval("new Promise((done) => { HTMLAnchorElement.prototype.click = async function () { done([this.download, await (await fetch(this.href)).text()]); }; document.querySelector('plumb-manifest [data-do=download]').click(); })");
        assert_eq!(download, json!(["peerauthentication-default.yaml", sample::manifest().text]));
        fine(tab);
    });
}

#[test]
fn placeholders_are_filled_in_once() {
    browse(|tab, address| {
        tab.goto(&format!("{address}manifests.html"));
        let names = "[...document.querySelectorAll('.plumb-place')].map((place) => place.textContent).join()";
        assert_eq!(tab.eval(names), json!("<namespace>,<cluster>,<resource-group>,<cluster>"));
        tab.eval("void document.querySelector('.language-bash .plumb-place').focus()");
        tab.press("Enter");
        tab.type_text("prod & <b>");
        assert_eq!(tab.eval(names), json!("<namespace>,prod & <b>,<resource-group>,prod & <b>"));
        assert_eq!(
            tab.text("code.language-bash"),
            "az aks show --name prod & <b> --resource-group <resource-group>"
        );
        fine(tab);
        let flagged = "document.querySelector('.plumb-form input:focus').ariaInvalid";
        assert_eq!(tab.eval(flagged), json!("true"), "it does not match the pattern");
        tab.press("Escape");
        assert_eq!(
            tab.eval("document.querySelector('.plumb-form').matches(':popover-open')"),
            json!(false)
        );
        tab.reload();
        assert_eq!(tab.eval(names), json!("<namespace>,prod & <b>,<resource-group>,prod & <b>"));
        tab.eval("localStorage.setItem('mdbook-plumb:test-guide:placeholders', '{\"cluster\":7,\"__proto__\":\"x\"}')");
        tab.reload();
        assert_eq!(tab.eval(names), json!("<namespace>,<cluster>,<resource-group>,<cluster>"));
        fine(tab);
    });
}

#[test]
fn the_keyboard_is_enough() {
    browse(|tab, address| {
        // details of a value
        tab.goto(&format!("{address}values.html"));
        tab.eval("void document.querySelector('button.plumb-value').focus()");
        tab.press("Enter");
        let open = "document.querySelector('.plumb-note:popover-open')?.innerText ?? ''";
        assert!(tab.eval(open).to_string().contains("pods * istio.sidecar.cpu"));
        tab.press("Tab");
        assert_eq!(
            tab.eval("document.activeElement.href"),
            json!("https://example.org/values.yaml")
        );
        tab.press("Escape");
        assert_eq!(tab.eval(open), json!(""));
        assert_eq!(tab.eval("document.activeElement.className"), json!("plumb-value"));
        // a checklist, from its first box to its buttons
        tab.goto(&format!("{address}checklist.html"));
        tab.eval("void document.querySelector('li[data-item=services] input').focus()");
        tab.press(" ");
        for _ in 0..3 {
            tab.press("Tab");
        }
        tab.press(" ");
        assert_eq!(tab.text(".plumb-verdict"), "Look closer");
        for _ in 0..3 {
            tab.press("Tab");
        }
        assert_eq!(tab.eval("document.activeElement.dataset.do"), json!("reset"));
        tab.press("Enter");
        assert_eq!(ticked(tab), json!(0));
        // a slider: the arrow is not mdBook's, and each press is a round number
        tab.goto(&format!("{address}calculator.html"));
        tab.eval("void document.querySelector('[data-input=pods] input[type=range]').focus()");
        for pods in ["150", "200", "300"] {
            tab.press("ArrowRight");
            assert_eq!(
                tab.eval("document.querySelector('[data-input=pods] input').value"),
                json!(pods)
            );
        }
        assert!(tab.eval("location.pathname").to_string().contains("calculator"));
        fine(tab);
    });
}

#[test]
fn without_scripts_all_is_there_and_nothing_is_dead() {
    browse(|tab, address| {
        tab.scripts(false);
        for (page, texts) in [
            ("values", ["10 cores (5–20)", "−7 cores", "CPU reserved over pods"]),
            (
                "checklist",
                [
                    "Three upgrades a year are fine",
                    "at least two are ticked, mTLS among them",
                    "You can add one later.",
                ],
            ),
            ("matrix", ["✖\u{a0}no", "yes, by certificate", "Who calls is known"]),
            ("calculator", ["Pods in the mesh", ": 100 pods", "16.5 GiB"]),
            ("manifests", ["deliberately wrong", "mode: STRIKT", "key-59"]),
        ] {
            tab.goto(&format!("{address}{page}.html"));
            let text = tab.eval("document.querySelector('main').innerText");
            let text = text.as_str().unwrap_or_default();
            for expected in texts {
                assert!(
                    text.contains(expected),
                    "{page} shows {expected:?} without scripts: {text}"
                );
            }
            let dead = "[...document.querySelectorAll('main .plumb button:not(.plumb-value), main .plumb input[type=range]')].filter((element) => element.checkVisibility()).length";
            assert_eq!(tab.eval(dead), json!(0), "{page}");
        }
        // details open by the browser itself
        tab.goto(&format!("{address}values.html"));
        tab.eval("void document.querySelector('button.plumb-value').focus()");
        tab.press("Enter");
        assert_eq!(
            tab.eval("document.querySelectorAll('.plumb-note:popover-open').length"),
            json!(1)
        );
    });
}

#[test]
fn hostile_texts_are_only_texts() {
    browse(|tab, address| {
        tab.goto(&format!("{address}hostile.html"));
        tab.click("plumb-checklist .plumb-items input");
        let markdown = clipboard(tab, "[data-do=copy]");
        assert!(markdown.contains("\\<img"), "{markdown}");
        let text = tab.eval("document.querySelector('main').innerText").to_string();
        assert!(text.contains("</script><img src=x onerror=window.hacked=1>"), "{text}");
        assert_eq!(tab.eval("document.querySelectorAll('main img').length"), json!(0));
        assert_eq!(tab.eval("window.hacked ?? null"), Json::Null);
        assert_eq!(clipboard(tab, "plumb-manifest [data-do=copy]").lines().count(), 4);
        fine(tab);
    });
}

#[test]
fn five_hundred_items_are_quick() {
    browse(|tab, address| {
        tab.goto(&format!("{address}many.html"));
        let time = tab.eval("(() => { const start = performance.now(); for (const box of [...document.querySelectorAll('li[data-item] input')].slice(0, 100)) box.click(); return performance.now() - start; })()");
        assert!(time.as_f64().unwrap_or(f64::MAX) < 2000.0, "{time} ms for a hundred clicks");
        assert_eq!(tab.text(".plumb-progress"), "100 of 502:");
        let link = clipboard(tab, "[data-do=link]");
        tab.goto(&link);
        assert_eq!(ticked(tab), json!(100));
        fine(tab);
    });
}

#[test]
fn widgets_leave_nothing_in_the_page_and_do_not_move_it() {
    browse(|tab, address| {
        // mdBook's own fonts arrive late, and move the page by as much as they differ from those of the machine.
        tab.block(&["*.woff2"]);
        tab.before("window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; }).observe({ type: 'layout-shift', buffered: true });");
        for page in ["values", "matrix", "checklist", "calculator", "advisor", "manifests"] {
            tab.goto(&format!("{address}{page}.html"));
            tab.eval("new Promise((done) => setTimeout(done, 200))");
            let shift = tab.eval("window.shift").as_f64().unwrap_or(1.0);
            assert!(shift < 0.01, "{page} moves by {shift}");
            let names = tab.eval("[typeof Widget, typeof Ratio, typeof store, typeof make, typeof define, typeof Checklist, typeof run, typeof $$].join()");
            assert_eq!(names, json!(["undefined"; 8].join(",")), "{page}");
        }
    });
}
