//! What an editor is offered to change.

use super::BOOK;
use super::client::{Client, uri};
use crate::support::folder;
use serde_json::{Value, json};
use std::path::Path;

fn actions(client: &mut Client, path: &Path, line: u32, only: Option<&str>) -> Vec<Value> {
    let place = |character| json!({ "line": line, "character": character });
    let mut context = json!({ "diagnostics": [] });
    if let Some(only) = only {
        context["only"] = json!([only]);
    }
    let range = json!({ "start": place(0), "end": place(999) });
    let params =
        json!({ "textDocument": { "uri": uri(path) }, "range": range, "context": context });
    let result = client.get("textDocument/codeAction", params);
    result.as_array().expect("a list").clone()
}

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().expect("a title")).collect()
}

/// A text after the edits of an action, which are in lines of ASCII.
fn after(text: &str, action: &Value, path: &Path) -> String {
    let mut edits = action["edit"]["changes"][uri(path)].as_array().expect("edits").clone();
    let offset = |place: &Value| {
        let line = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + usize::try_from(place["character"].as_u64().unwrap()).unwrap()
    };
    edits.sort_by_key(|edit| std::cmp::Reverse(offset(&edit["range"]["start"])));
    let mut out = text.to_owned();
    for edit in edits {
        let (start, end) = (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]));
        out.replace_range(start..end, edit["newText"].as_str().unwrap());
    }
    out
}

#[test]
fn values_are_committed_one_by_one_and_all_at_once() {
    let folder = folder(BOOK);
    let two = folder.path().join("src/two.md");
    let drifted = "<!-- plumb: value twice -->20<!-- /plumb -->\n\n<!-- plumb: value nodes -->1<!-- /plumb --> nodes\n";
    let (mut client, _) = Client::ready(json!({}));
    // At once, without waiting for what is found.
    client.open(&two, drifted);
    let offered = actions(&mut client, &two, 0, Some("quickfix"));
    assert_eq!(titles(&offered), ["commit this value: 24"]);
    assert_eq!(offered[0]["diagnostics"][0]["code"], "drift");
    assert_eq!(after(drifted, &offered[0], &two), drifted.replace(">20<", ">24<"));
    let offered = actions(&mut client, &two, 0, Some("source"));
    assert_eq!(titles(&offered), ["write what the model says in this file (`sync`)"]);
    let synced = after(drifted, &offered[0], &two);
    assert_eq!(synced, drifted.replace(">20<", ">24<").replace(">1<", ">12<"));
    client.change(&two, 2, &synced);
    assert_eq!(actions(&mut client, &two, 0, None), [] as [Value; 0]);
}

#[test]
fn what_is_wrong_in_a_manifest_is_mended_or_left_out() {
    let folder = folder(&[]);
    let page = folder.path().join("a.md");
    let text = "```yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndta: {}\n```\n";
    let (mut client, _) = Client::ready(json!({}));
    client.open(&page, text);
    let offered = actions(&mut client, &page, 5, None);
    let mend = offered.iter().find(|action| action["isPreferred"] == true).expect("a fix");
    assert_eq!(after(text, mend, &page), text.replace("dta", "data"));
    let all = offered.iter().find(|action| action["kind"] == "source.fixAll.mdbook-plumb");
    assert_eq!(after(text, all.expect("all fixes"), &page), text.replace("dta", "data"));
    let title = "leave this fence out of the checks: `ignore`";
    let ignore = offered.iter().find(|action| action["title"] == title).expect("`ignore`");
    let ignored = after(text, ignore, &page);
    assert_eq!(ignored, text.replace("```yaml", "```yaml ignore"));
    client.change(&page, 2, &ignored);
    client.codes(&page, &[]);
    assert_eq!(actions(&mut client, &page, 5, None), [] as [Value; 0]);
}
