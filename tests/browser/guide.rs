//! The guide itself, as readers get it: built by the program, page by page.

use serde_json::json;

use super::looks::{axe, barriers};
use super::*;

/// Builds the guide once; its address and its pages.
pub(crate) fn guide() -> &'static (String, Vec<String>) {
    static GUIDE: OnceLock<(String, Vec<String>)> = OnceLock::new();
    GUIDE.get_or_init(|| {
        let folder = folder("guide");
        let _ = std::fs::remove_dir_all(&folder);
        // What the guide says is checked elsewhere; here it only has to be built.
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_mdbook-plumb"))
            .args(["build", "--quiet", "--dest-dir"])
            .arg(&folder)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("the program runs");
        assert!(folder.join("index.html").is_file(), "{}", String::from_utf8_lossy(&run.stderr));
        let mut pages = Vec::new();
        let mut open = vec![folder.clone()];
        while let Some(dir) = open.pop() {
            for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    open.push(path);
                } else if path.extension().is_some_and(|extension| extension == "html") {
                    let page = path
                        .strip_prefix(&folder)
                        .expect("below the guide")
                        .to_string_lossy()
                        .replace('\\', "/");
                    pages.push(page);
                }
            }
        }
        pages.retain(|page| !matches!(page.as_str(), "404.html" | "toc.html" | "print.html"));
        pages.sort();
        (server::serve(&folder, None), pages)
    })
}

#[test]
fn no_barrier_on_any_page_of_the_guide() {
    let Some(axe) = axe() else { return missing("axe-core is not installed (PLUMB_AXE)") };
    browse(|tab, _| {
        let (address, pages) = guide();
        let mut wrong = String::new();
        for page in pages {
            for (theme, width) in [("light", 1400), ("navy", 360)] {
                tab.size(width, 800);
                tab.goto(&format!("{address}{page}"));
                tab.eval(&format!("localStorage.setItem('mdbook-theme', '{theme}')"));
                tab.reload();
                let found = barriers(tab, &axe);
                if !found.is_empty() {
                    wrong.push_str(&format!("{page} in {theme}, {width} px:\n{found}\n"));
                }
            }
            let errors = tab.errors();
            if !errors.is_empty() {
                wrong.push_str(&format!("{page}: {errors:?}\n"));
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    });
}

#[test]
fn the_guide_fits_a_narrow_screen() {
    browse(|tab, _| {
        let (address, pages) = guide();
        tab.size(360, 800);
        for page in pages {
            tab.goto(&format!("{address}{page}"));
            assert_eq!(tab.eval(looks::TOO_WIDE), json!(""), "{page}");
            assert_eq!(tab.eval(CUT_OFF), json!([]), "{page}");
        }
    });
}

/// The texts of drawings that can't be seen without scrolling, and the drawings of which none or both are shown.
const CUT_OFF: &str = "(() => {
    const shown = node => node.getBoundingClientRect().width > 0;
    const charts = [...document.querySelectorAll('.plumb-chart [role=img]')];
    const outside = chart => {
        const frame = chart.getBoundingClientRect();
        return [...chart.querySelectorAll('text')].filter(shown).filter(text => {
            const box = text.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1;
        }).map(text => text.textContent);
    };
    const odd = charts.filter(chart => [...chart.querySelectorAll('svg')].filter(shown).length !== 1);
    return [...charts.flatMap(outside), ...odd.map(chart => chart.getAttribute('aria-label'))];
})()";

/// Pictures of the guide's widgets in `target/tmp/screenshots/guide`.
#[test]
#[ignore = "makes pictures to look at"]
fn screenshots_of_the_guide() {
    browse(|tab, _| {
        let (address, pages) = guide();
        let folder = folder("screenshots/guide");
        std::fs::create_dir_all(&folder).expect("a folder");
        for page in pages.iter().filter(|page| !page.contains('/')) {
            for (name, theme, width) in
                [("light", "light", 1400), ("navy", "navy", 1400), ("narrow", "light", 360)]
            {
                tab.size(width, 900);
                tab.goto(&format!("{address}{page}"));
                tab.eval(&format!("localStorage.setItem('mdbook-theme', '{theme}')"));
                tab.reload();
                tab.screenshot(
                    &folder.join(format!("{}-{name}.png", page.trim_end_matches(".html"))),
                );
            }
        }
    });
}

/// What the pictures show: from the heading to the end of the calculator's table, with a margin.
const SHOWN: &str = "(() => {
    const from = document.getElementById('your-cluster').getBoundingClientRect();
    const table = document.querySelector('#your-cluster ~ .plumb table').getBoundingClientRect();
    return {x: from.x - 24, y: from.y + scrollY - 16, width: from.width + 48, height: table.bottom - from.y + 23};
})()";

/// The two pictures of the README, `docs/guide-light.png` and `docs/guide-dark.png`.
#[test]
#[ignore = "writes the README's pictures"]
fn readme_pictures() {
    browse(|tab, _| {
        let (address, _) = guide();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        std::fs::create_dir_all(&folder).expect("a folder");
        tab.size(860, 900);
        for (name, theme) in [("guide-light.png", "light"), ("guide-dark.png", "navy")] {
            tab.goto(&format!("{address}resource-impact.html"));
            tab.eval(&format!("localStorage.setItem('mdbook-theme', '{theme}')"));
            tab.eval("localStorage.setItem('mdbook-sidebar', 'hidden')");
            tab.reload();
            let mut clip = tab.eval(SHOWN);
            clip["scale"] = json!(1200.0 / clip["width"].as_f64().expect("a width"));
            tab.screenshot_of(&folder.join(name), clip);
        }
        tab.eval("localStorage.clear()");
    });
}
