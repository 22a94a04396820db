//! How the pages look: pictures, themes, paper, narrow screens, accessibility.

use serde_json::json;

use super::*;

const PAGES: [&str; 6] = ["values", "matrix", "checklist", "calculator", "advisor", "manifests"];
const THEMES: [&str; 5] = ["light", "rust", "coal", "navy", "ayu"];

/// Pictures of the widgets in `target/tmp/screenshots`.
#[test]
#[ignore = "makes pictures to look at"]
fn screenshots() {
    browse(|tab, address| {
        let folder = folder("screenshots");
        std::fs::create_dir_all(&folder).expect("a folder");
        for page in PAGES {
            for (name, theme, width) in [
                ("light", "light", 1400),
                ("navy", "navy", 1400),
                ("coal", "coal", 1400),
                ("narrow", "light", 360),
            ] {
                open(tab, address, page, theme, width);
                prepare(tab, page);
                tab.screenshot(&folder.join(format!("{page}-{name}.png")));
            }
            tab.media("print", &[]);
            tab.size(800, 1100);
            tab.screenshot(&folder.join(format!("{page}-print.png")));
            tab.media("", &[("forced-colors", "active")]);
            tab.screenshot(&folder.join(format!("{page}-forced.png")));
            tab.media("", &[]);
            tab.eval("void (document.documentElement.dir = 'rtl')");
            tab.screenshot(&folder.join(format!("{page}-rtl.png")));
            tab.scripts(false);
            tab.goto(&format!("{address}{page}.html"));
            tab.screenshot(&folder.join(format!("{page}-plain.png")));
            tab.scripts(true);
        }
    });
}

/// A page in a theme, with nothing kept.
fn open(tab: &mut Tab<'_>, address: &str, page: &str, theme: &str, width: u32) {
    tab.size(width, 900);
    tab.goto(&format!("{address}{page}.html"));
    tab.eval(&format!("localStorage.clear(), localStorage.setItem('mdbook-theme', '{theme}')"));
    tab.reload();
}

/// Brings a page into a state worth seeing.
fn prepare(tab: &mut Tab<'_>, page: &str) {
    match page {
        "values" => tab.click("button.plumb-value"),
        "checklist" | "advisor" => {
            tab.click("li[data-item=services] input");
            tab.click("li[data-item=mtls] input");
        }
        "matrix" => {
            tab.click("tr[data-need=canary] input");
            tab.click("tr[data-need=restart] input");
        }
        "calculator" => tab.click(".plumb-input[data-input=cni] input"),
        _ => {}
    }
}

/// axe-core's source, where it is installed.
pub(crate) fn axe() -> Option<String> {
    let usual =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axe/node_modules/axe-core/axe.min.js");
    let path = std::env::var_os("PLUMB_AXE").map_or(usual, PathBuf::from);
    std::fs::read_to_string(path).ok()
}

/// What axe-core holds against the page's content, one finding a line. What is mdBook's own (its chrome, the colours of its
/// highlighter) is not ours to mend.
pub(crate) fn barriers(tab: &mut Tab<'_>, axe: &str) -> String {
    tab.eval(&format!("{axe}; void 0"));
    let found = tab.eval(
        "(async () => { const { violations } = await axe.run(document.querySelector('main'), { resultTypes: ['violations'] }); return violations
            .flatMap(({ id, impact, nodes }) => nodes.map(({ target, html, any }) => ({ id, impact, target: target.join(' '), html: html.slice(0, 200), why: any.map(({ message }) => message).join() })))
            .filter(({ impact, id, html, target }) => /serious|critical|moderate/.test(impact) && !(id === 'color-contrast' && /hljs/.test(html + target)) && !(id === 'scrollable-region-focusable' && /hljs/.test(html) && !/plumb/.test(target)))
            .map((found) => JSON.stringify(found)).join('\\n'); })()",
    );
    found.as_str().unwrap_or_default().to_owned()
}

/// What sticks out of the page at its right; what scrolls by itself may hold what is wide.
pub(crate) const TOO_WIDE: &str = "[...document.querySelectorAll('main *')].filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth && !element.closest('.plumb-scroll, .table-wrapper, pre, .plumb-sr, [popover]')).map((element) => element.outerHTML.slice(0, 120)).join('\\n')";

#[test]
fn no_barrier_in_any_theme() {
    let Some(axe) = axe() else { return missing("axe-core is not installed (PLUMB_AXE)") };
    browse(|tab, address| {
        let mut wrong = String::new();
        for page in PAGES.into_iter().chain(["hostile", "reworded"]) {
            for (theme, width) in
                THEMES.map(|theme| (theme, 1400)).into_iter().chain([("light", 360)])
            {
                open(tab, address, page, theme, width);
                prepare(tab, page);
                let found = barriers(tab, &axe);
                if !found.is_empty() {
                    wrong.push_str(&format!("{page} in {theme}, {width} px:\n{found}\n"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    });
}

#[test]
fn nothing_sticks_out_of_narrow_and_wide_pages() {
    browse(|tab, address| {
        for page in PAGES.into_iter().chain(["hostile", "many", "reworded"]) {
            for width in [360, 1400] {
                open(tab, address, page, "light", width);
                prepare(tab, page);
                let outside = tab.eval(
                    "(() => { const main = document.querySelector('main').getBoundingClientRect(); return [...document.querySelectorAll('main .plumb > *, main .plumb-bar, main fieldset, main .plumb-result, main p')]
                        .filter((element) => element.checkVisibility() && !element.closest('[popover], .plumb-sr') && element.getBoundingClientRect().right > main.right + 1)
                        .map((element) => element.outerHTML.slice(0, 120)).join('\\n'); })()",
                );
                assert_eq!(outside, json!(""), "{page} at {width}");
                assert_eq!(tab.eval(TOO_WIDE), json!(""), "{page} at {width}");
            }
        }
        // the head and the first column stay in sight
        open(tab, address, "matrix", "light", 360);
        let place = tab.eval(
            "(() => { const box = document.querySelector('plumb-matrix .plumb-scroll'); box.scrollLeft = 200; const th = box.querySelector('tr[data-need] th'); return th.getBoundingClientRect().left - box.getBoundingClientRect().left; })()",
        );
        assert_eq!(place, json!(0));
        let group = tab.eval(
            "(() => { const box = document.querySelector('plumb-matrix .plumb-scroll'); const name = box.querySelector('.plumb-group span').getBoundingClientRect(); const { left, right } = box.getBoundingClientRect(); return name.left >= left && name.right <= right; })()",
        );
        assert_eq!(group, json!(true), "a group's name stays in sight");
    });
}

#[test]
fn a_need_s_note_stands_beside_its_box() {
    browse(|tab, address| {
        for (theme, width) in [("light", 1200), ("navy", 1200), ("light", 390), ("coal", 390)] {
            open(tab, address, "matrix", theme, width);
            let lines = "[...document.querySelectorAll('tr[data-need] th:has(.plumb-small)')].map((th) => { const text = (node) => { const range = document.createRange(); range.selectNodeContents(node); return range.getBoundingClientRect().left; }; return Math.round(text(th.querySelector('.plumb-small')) - text(th.querySelector('label span'))); })";
            assert_eq!(tab.eval(lines), json!([0]), "{theme}, {width} px");
        }
        // On paper there is no box.
        tab.media("print", &[]);
        let lines = "(() => { const [note, th] = ['.plumb-small', 'th'].map((of) => document.querySelector(`tr[data-need] th:has(.plumb-small)`).closest('tr').querySelector(of)); return getComputedStyle(note).paddingInlineStart; })()";
        assert_eq!(tab.eval(lines), json!("0px"));
        tab.media("", &[]);
    });
}

#[test]
fn a_matrix_is_whole_on_paper() {
    browse(|tab, _| {
        let (address, _) = guide::guide();
        tab.size(700, 900);
        tab.goto(&format!("{address}advisor.html"));
        tab.media("print", &[]);
        let outside = "(() => { const edge = document.querySelector('main').getBoundingClientRect().right + 1; return [...document.querySelectorAll('plumb-matrix :is(th, td)')].filter((cell) => cell.getBoundingClientRect().right > edge || cell.scrollWidth > cell.clientWidth + 1).length; })()";
        assert_eq!(tab.eval(outside), json!(0));
        tab.media("", &[]);
    });
}

#[test]
fn details_open_beside_their_value_and_in_sight() {
    browse(|tab, address| {
        for width in [360, 1400] {
            open(tab, address, "values", "light", width);
            for index in [0, 1, 4] {
                let place = tab.eval(&format!(
                    "(() => {{ const button = document.querySelectorAll('button.plumb-value')[{index}]; button.click(); const value = button.getBoundingClientRect(); const note = document.querySelector('.plumb-note:popover-open').getBoundingClientRect(); return {{ left: note.left, right: innerWidth - note.right, gap: Math.max(note.top - value.bottom, value.top - note.bottom), bottom: innerHeight - note.bottom }}; }})()"
                ));
                let at = |side: &str| place[side].as_f64().unwrap_or(-1.0);
                assert!(
                    at("left") >= 0.0 && at("right") >= 0.0 && at("bottom") >= 0.0,
                    "{width}: {place}"
                );
                assert!((0.0..16.0).contains(&at("gap")), "{width}: {place}");
                tab.press("Escape");
            }
        }
    });
}

#[test]
fn paper_has_empty_boxes_and_the_rules() {
    browse(|tab, address| {
        open(tab, address, "checklist", "light", 1400);
        prepare(tab, "checklist");
        tab.media("print", &[]);
        let seen = |tab: &mut Tab<'_>, selector: &str| {
            tab.eval(&format!(
                "[...document.querySelectorAll('{selector}')].filter((element) => element.checkVisibility()).length"
            ))
        };
        let left = tab.eval("[...document.querySelectorAll('.plumb-js, .plumb-bar, .plumb-button')].filter((element) => element.checkVisibility()).map((element) => element.outerHTML.slice(0, 99)).join()");
        assert_eq!(left, json!(""));
        assert_eq!(seen(tab, ".plumb-verdicts li"), json!(3));
        assert_eq!(seen(tab, ".plumb-items input"), json!(4));
        assert_eq!(
            tab.eval("getComputedStyle(document.querySelector('.plumb-items input')).appearance"),
            json!("none")
        );
        assert!(tab.pdf().starts_with(b"%PDF"));
        open(tab, address, "manifests", "light", 1400);
        assert_eq!(
            tab.eval("getComputedStyle(document.querySelector('[data-long] pre')).maxHeight"),
            json!("none")
        );
        open(tab, address, "calculator", "light", 1400);
        assert_eq!(
            seen(tab, ".plumb-input input:not([type=range]), .plumb-input select, .plumb-unit"),
            json!(6),
            "three values and a switch, two of them with a unit"
        );
        assert_eq!(seen(tab, ".plumb-input input[type=range]"), json!(0));
        open(tab, address, "matrix", "light", 1400);
        assert_eq!(seen(tab, ".plumb-aside[id]"), json!(1), "notes of cells are printed");
        tab.before("window.print = () => {}");
        tab.goto(&format!("{address}print.html"));
        let ids = tab.eval("(() => { const ids = [...document.querySelectorAll('main [id]')].map(({ id }) => id); return ids.filter((id, at) => ids.indexOf(id) !== at).join(); })()");
        assert_eq!(ids, json!(""));
        let lost = tab.eval("[...document.querySelectorAll('[popovertarget]:not(.plumb-place)')].filter((button) => !document.getElementById(button.getAttribute('popovertarget'))).length");
        assert_eq!(lost, json!(0));
        tab.media("", &[]);
    });
}

#[test]
fn forced_colours_and_little_motion_are_honoured() {
    browse(|tab, address| {
        open(tab, address, "checklist", "light", 1400);
        tab.media("", &[("forced-colors", "active"), ("prefers-reduced-motion", "reduce")]);
        prepare(tab, "checklist");
        assert_eq!(
            tab.eval("getComputedStyle(document.querySelector('li[aria-current]')).outlineStyle"),
            json!("solid")
        );
        let moving = tab.eval("[...document.querySelectorAll('main .plumb *')].filter((element) => { const { transitionDuration, animationName } = getComputedStyle(element); return animationName !== 'none' || parseFloat(transitionDuration) > 0; }).length");
        assert_eq!(moving, json!(0));
        tab.media("", &[]);
    });
}
