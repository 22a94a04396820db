//! The widgets by keyboard alone: one stop of the Tab key for a group, arrow keys within it.

use serde_json::{Value as Json, json};

use super::widgets::fine;
use super::*;

/// Presses Tab from the page's start to its end; gives what stops there are within an element.
fn stops(tab: &mut Tab<'_>, within: &str) -> usize {
    // The browser goes on from where the focus was last, so it is put before everything else.
    tab.eval("(() => { const start = document.createElement('span'); start.tabIndex = -1; document.body.prepend(start); start.focus(); window.seen = new Set([start]); })()");
    let mut count = 0;
    for _ in 0..1000 {
        tab.press("Tab");
        let at = tab.eval(&format!(
            "(() => {{ const at = document.activeElement; if (at === document.body || seen.has(at)) return null; seen.add(at); return at.closest('{within}') !== null; }})()"
        ));
        match at {
            Json::Null => return count,
            at => count += usize::from(at == json!(true)),
        }
    }
    panic!("no end of stops");
}

#[test]
fn arrow_keys_in_a_field_do_not_turn_the_page() {
    browse(|tab, address| {
        for (page, field) in [
            ("calculator", "[data-input=pods] input[role=spinbutton]"),
            ("calculator", "[data-input=pods] input[type=range]"),
            ("calculator", "[data-input=tier] select"),
            ("calculator", ".plumb-options input"),
            ("matrix", "tr[data-need] input"),
            ("manifests", ".plumb-form input"),
        ] {
            tab.goto(&format!("{address}{page}.html"));
            tab.eval(&format!("document.querySelector('.plumb-form')?.showPopover(), document.querySelector('{field}').focus()"));
            assert_eq!(
                tab.eval(&format!("document.activeElement.matches('{field}')")),
                json!(true)
            );
            for key in ["ArrowLeft", "ArrowRight", "ArrowRight", "ArrowLeft"] {
                tab.press(key);
            }
            tab.eval("new Promise((done) => setTimeout(done, 100))");
            assert_eq!(
                tab.eval("location.href"),
                json!(format!("{address}{page}.html")),
                "{field}"
            );
        }
    });
}

/// What has the focus, in a table: the row's and the column's place, and what it is.
const PLACE: &str = "(() => { const at = document.activeElement; const cell = at.closest('td, th'); return [cell?.parentElement.rowIndex, cell?.cellIndex, at.localName]; })()";

#[test]
fn the_guide_s_advisor_takes_few_stops() {
    browse(|tab, _| {
        let (address, _) = guide::guide();
        tab.goto(&format!("{address}advisor.html"));
        let stops = stops(tab, "main");
        assert!((20..60).contains(&stops), "{stops} stops from the page's start to its end");
    });
}

#[test]
fn a_matrix_is_one_stop_with_arrow_keys_inside() {
    browse(|tab, address| {
        tab.goto(&format!("{address}matrix.html"));
        assert_eq!(stops(tab, "plumb-matrix"), 4, "the grid and three buttons");
        tab.goto(&format!("{address}matrix.html"));
        tab.eval("void document.querySelector('plumb-matrix [tabindex=\"0\"]').focus()");
        let first = tab.eval(PLACE);
        assert_eq!((&first[1], &first[2]), (&json!(0), &json!("input")));
        let row = first[0].as_i64().unwrap_or_default();
        let mut go = |keys: &[&str], place: (i64, i64), what: &str| {
            keys.iter().for_each(|key| tab.press(key));
            assert_eq!(tab.eval(PLACE), json!([place.0, place.1, what]), "{keys:?}");
        };
        go(&["ArrowLeft"], (row, 0), "input");
        go(&["End"], (row, 4), "td");
        go(&["ArrowRight"], (row, 4), "td");
        go(&["Home", "ArrowDown"], (row + 1, 0), "th");
        go(&["ArrowDown"], (row + 2, 0), "input");
        go(&[" "], (row + 2, 0), "input");
        assert!(tab.text(".plumb-progress").starts_with("1 need chosen"));
        assert_eq!(stops(tab, "plumb-matrix"), 4);
        tab.press("Tab");
        // A click moves the stop.
        tab.eval("void document.querySelectorAll('tr[data-need] input')[2].focus()");
        assert_eq!(
            tab.eval(
                "document.querySelectorAll('plumb-matrix .plumb-scroll [tabindex=\"0\"]').length"
            ),
            json!(1)
        );
        assert_eq!(
            tab.eval("document.activeElement === document.querySelectorAll('tr[data-need] input')[2] && document.activeElement.tabIndex"),
            json!(0)
        );
        // Details of a cell open by keyboard, and are left again.
        tab.eval("void document.querySelector('td button.plumb-value').focus()");
        tab.press("Enter");
        assert_eq!(
            tab.eval("document.querySelectorAll('.plumb-note:popover-open').length"),
            json!(1)
        );
        tab.press("Escape");
        assert_eq!(
            tab.eval("document.activeElement.matches('td button.plumb-value')"),
            json!(true)
        );
        fine(tab);
    });
}

#[test]
fn a_calculator_s_fields_step_and_its_options_and_table_are_one_stop_each() {
    browse(|tab, address| {
        tab.goto(&format!("{address}calculator.html"));
        let pods = "document.querySelector('[data-input=pods] input[role=spinbutton]')";
        let value = format!(
            "(({{ value, ariaValueNow, ariaValueText }}) => [value, ariaValueNow, ariaValueText])({pods})"
        );
        tab.eval(&format!("void {pods}.focus()"));
        for (key, expected) in [("ArrowUp", "150"), ("ArrowUp", "200"), ("ArrowDown", "150")] {
            tab.press(key);
            assert_eq!(tab.eval(&value), json!([expected, expected, format!("{expected} pods")]));
        }
        assert!(tab.text("tbody").contains("16 cores"), "{}", tab.text("tbody"));
        // There are no half pods.
        tab.eval(&format!("{pods}.select()"));
        tab.type_text("2.5");
        tab.press("Tab");
        assert_eq!(tab.eval(&format!("{pods}.getAttribute('aria-invalid')")), json!("true"));
        assert_eq!(
            tab.text("plumb-calculator .plumb-said"),
            "Pods in the mesh: a whole number from 1 to 5000, please."
        );
        let slider = "document.querySelector('[data-input=pods] input[type=range]').tabIndex";
        assert_eq!(tab.eval(slider), json!(-1));
        let focus = "document.activeElement.closest('label')?.dataset.option";
        tab.eval("void document.querySelector('.plumb-options input').focus()");
        let first = tab.eval(focus);
        tab.press("ArrowRight");
        assert_ne!(tab.eval(focus), first);
        tab.press("ArrowRight");
        tab.press("ArrowLeft");
        tab.press("Home");
        assert_eq!(tab.eval(focus), first);
        tab.press(" ");
        assert_eq!(tab.eval("document.activeElement.checked"), json!(false));
        // A row that is hidden is passed over, and the table stays one stop.
        assert_eq!(tab.eval("document.querySelectorAll('plumb-calculator table :is([tabindex=\"0\"], button:not([tabindex]))').length"), json!(1));
        fine(tab);
    });
}
