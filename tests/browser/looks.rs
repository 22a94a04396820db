//! How the pages look: pictures, themes, paper, narrow screens, accessibility.

use super::*;

const PAGES: [&str; 6] = ["values", "matrix", "checklist", "calculator", "advisor", "manifests"];

/// Pictures of the widgets in `target/tmp/screenshots`.
#[test]
#[ignore = "makes pictures to look at"]
fn screenshots() {
    browse(|tab, address| {
        let folder = folder("screenshots");
        std::fs::create_dir_all(&folder).expect("a folder");
        for page in PAGES {
            for (name, theme, width) in
                [("light", "light", 1400), ("navy", "navy", 1400), ("narrow", "light", 360)]
            {
                tab.size(width, 900);
                tab.goto(&format!("{address}{page}.html"));
                tab.eval(&format!("localStorage.setItem('mdbook-theme', '{theme}')"));
                tab.reload();
                prepare(tab, page);
                tab.screenshot(&folder.join(format!("{page}-{name}.png")));
            }
        }
    });
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
