//! What the widgets do.

use super::*;
use serde_json::json;

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
        assert_eq!(tab.errors(), Vec::<String>::new());
        tab.reload();
        assert_eq!(tab.text(".plumb-verdict"), "A mesh is likely worth its price");
        // the same checklist in another chapter, twice
        tab.goto(&format!("{address}again.html"));
        assert_eq!(
            tab.eval("document.querySelectorAll('plumb-checklist input:checked').length"),
            json!(4)
        );
        tab.click("li[data-item=mtls] input");
        assert_eq!(
            tab.eval("document.querySelectorAll('plumb-checklist input:checked').length"),
            json!(2)
        );
        assert_eq!(tab.errors(), Vec::<String>::new());
    });
}
