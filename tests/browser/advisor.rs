//! What the advisor makes of answers, needs and sizes, and that the parts agree on them.

use serde_json::json;

use super::widgets::{clipboard, fine};
use super::*;

#[test]
fn the_advisor_joins_the_answers() {
    browse(|tab, address| {
        // what was ticked in another chapter chooses its needs here
        tab.goto(&format!("{address}checklist.html"));
        tab.click("li[data-item=mtls] input");
        tab.goto(&format!("{address}advisor.html"));
        let identity = "document.querySelector('tr[data-need=identity] input').checked";
        assert_eq!(tab.eval(identity), json!(true));
        tab.click("tr[data-need=support] input");
        assert_eq!(tab.eval(identity), json!(true));
        tab.eval("localStorage.clear()");
        tab.reload();
        assert!(tab.text(".plumb-advice").starts_with("Answer the questions"));
        tab.click("li[data-item=mtls] input");
        assert_eq!(
            tab.eval("document.querySelector('tr[data-need=identity] input').checked"),
            json!(true)
        );
        tab.click("li[data-item=services] input");
        assert_eq!(tab.text("plumb-checklist .plumb-progress"), "2 of 4:");
        assert_eq!(
            tab.text(".plumb-advice").replace("\n\n", "\n"),
            "Recommended: Ambient\nIt takes 4 cores.\nWhy: at least 2 are ticked, and Ambient meets every chosen need.\n\
             Of the needs you chose it meets 1 fully.\nEqually good by your needs: Add-on (sidecar). \
             The order of the recommendations decides.\nCPU at your size: 4 cores\nTo read and to start from:\nOptions"
        );
        tab.eval("void (() => { const field = document.querySelector('[data-input=nodes] input'); field.focus(); field.select(); })()");
        tab.type_text("20");
        assert!(
            tab.text(".plumb-advice").contains("It takes 8 cores."),
            "what it says follows the reader's size"
        );
        tab.click("tr[data-need=support] input");
        assert!(tab.text(".plumb-advice").starts_with("Recommended: The add-on"));
        let bar = "plumb-advisor > .plumb-bar > [data-do=";
        let link = clipboard(tab, &format!("{bar}link]"));
        let markdown = clipboard(tab, &format!("{bar}copy]"));
        assert!(markdown.starts_with("Recommended: The add-on\n- Why: Add-on"), "{markdown}");
        tab.click("tr[data-need=support] input");
        let markdown = clipboard(tab, &format!("{bar}copy]"));
        assert!(
            markdown.starts_with("Recommended: Ambient\n")
                && markdown.contains(&format!("- [Options]({address}options.html)\n")),
            "{markdown}"
        );
        tab.click("tr[data-need=support] input");
        tab.eval("localStorage.clear()");
        tab.goto(&link);
        assert!(tab.text(".plumb-advice").starts_with("Recommended: The add-on"));
        tab.click("tr[data-need=clusters] input");
        assert!(tab.text(".plumb-advice").starts_with("Recommended: No mesh"));
        fine(tab);
    });
}

#[test]
fn an_option_meets_the_needs_as_well_as_the_one_that_it_meets_worst() {
    browse(|tab, address| {
        tab.goto(&format!("{address}advisor.html"));
        tab.eval("localStorage.clear()");
        tab.reload();
        let meets = |tab: &mut Tab<'_>, option: &str| {
            let ask = format!(
                "[[], ['partly'], ['preview']].map((least) => \
                 document.querySelector('plumb-advisor').scope().local('meets', '{option}', ...least))"
            );
            tab.eval(&ask)
        };
        assert_eq!(meets(tab, "ambient"), json!([true, true, true]), "nothing is asked of it");
        tab.click("tr[data-need=identity] input");
        assert_eq!(meets(tab, "ambient"), json!([true, true, true]));
        assert_eq!(meets(tab, "cilium"), json!([false, false, true]), "a preview");
        tab.click("tr[data-need=clusters] input");
        assert_eq!(meets(tab, "ambient"), json!([false, true, true]), "in part");
        assert_eq!(meets(tab, "addon"), json!([false, false, false]), "not");
        fine(tab);
    });
}

#[test]
fn the_verdict_says_what_is_equally_good() {
    browse(|tab, address| {
        tab.goto(&format!("{address}advisor.html"));
        tab.click("tr[data-need=restart] input");
        let advice = tab.text(".plumb-advice");
        assert!(advice.starts_with("Recommended: No mesh"), "{advice}");
        let equals = "Equally good by your needs: AKS Cilium + ACNS, Ambient. The order of the recommendations decides.";
        assert!(advice.contains(equals), "{advice}");
        // Of canaries no mesh knows nothing, so it is no longer one of several.
        tab.click("tr[data-need=canary] input");
        assert!(!tab.text(".plumb-advice").contains("Equally good"));
        fine(tab);
    });
}

#[test]
fn a_need_stays_chosen_as_long_as_a_statement_asks_for_it() {
    browse(|tab, address| {
        tab.goto(&format!("{address}advisor.html"));
        let row = "tr[data-need=identity] input";
        let state = |tab: &mut Tab<'_>| {
            tab.eval("(({ checked, ariaDisabled }) => [checked, ariaDisabled])(document.querySelector('tr[data-need=identity] input'))")
        };
        tab.click("li[data-item=mtls] input");
        assert_eq!(state(tab), json!([true, "true"]));
        let flag = "Chosen by a statement that you ticked: untick it there.";
        assert_eq!(tab.text("tr[data-need=identity] .plumb-flag"), flag);
        tab.click(row);
        assert_eq!(state(tab), json!([true, "true"]), "the row says the same as the statement");
        assert_eq!(tab.text("plumb-matrix .plumb-said"), flag);
        assert!(tab.text("plumb-matrix .plumb-progress").starts_with("1 need chosen"));
        tab.click("plumb-matrix [data-do=reset]");
        assert_eq!(state(tab), json!([true, "true"]));
        tab.reload();
        assert_eq!(state(tab), json!([true, "true"]));
        tab.click("li[data-item=mtls] input");
        assert_eq!(state(tab), json!([false, null]));
        assert_eq!(tab.text("plumb-matrix .plumb-progress"), "No need chosen.");
        // What the reader chose in the matrix is the reader's, whatever the statement says.
        tab.click(row);
        tab.click("li[data-item=mtls] input");
        tab.click("li[data-item=mtls] input");
        assert_eq!(state(tab), json!([true, null]));
        tab.click(row);
        assert_eq!(state(tab), json!([false, null]));
        // In a chapter with the matrix alone nothing holds the need that the list asked for.
        tab.click("li[data-item=mtls] input");
        tab.goto(&format!("{address}matrix.html"));
        assert_eq!(state(tab), json!([true, null]));
        tab.click(row);
        assert_eq!(state(tab), json!([false, null]));
        tab.goto(&format!("{address}advisor.html"));
        assert_eq!(state(tab), json!([true, "true"]), "the statement is still ticked");
        fine(tab);
    });
}

#[test]
fn a_link_to_the_advisor_carries_what_the_reader_did() {
    browse(|tab, address| {
        tab.goto(&format!("{address}advisor.html"));
        tab.click("li[data-item=mtls] input");
        tab.click("tr[data-need=canary] input");
        let link = clipboard(tab, "plumb-advisor > .plumb-bar > [data-do=link]");
        tab.eval("localStorage.clear()");
        tab.goto(&link);
        let chosen = "[...document.querySelectorAll('tr[data-need]')].filter((row) => row.querySelector('input').checked).map(({ dataset }) => dataset.need).sort().join()";
        assert_eq!(tab.eval(chosen), json!("canary,identity"));
        tab.click("li[data-item=mtls] input");
        assert_eq!(tab.eval(chosen), json!("canary"), "the statement alone asked for identity");
        fine(tab);
    });
}

#[test]
fn without_a_script_and_on_paper_all_recommendations_are_there() {
    browse(|tab, address| {
        let shown = "[...document.querySelectorAll('plumb-advisor li[data-outcome] strong')].filter((title) => title.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true }) && title.getBoundingClientRect().height > 0).length";
        tab.goto(&format!("{address}advisor.html"));
        assert_eq!(tab.eval(shown), json!(0), "folded beside the one that is computed");
        tab.media("print", &[]);
        // The page hears of it in its own time.
        tab.eval("new Promise((done) => setTimeout(done, 300))");
        assert_eq!(tab.eval(shown), json!(3));
        tab.media("", &[]);
        tab.scripts(false);
        tab.goto(&format!("{address}advisor.html"));
        assert_eq!(tab.eval(shown), json!(3));
        tab.scripts(true);
    });
}
