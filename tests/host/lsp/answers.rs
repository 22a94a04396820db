//! What is known of a place, where else it is spoken of, and what can be written there.

use super::BOOK;
use super::client::{Client, at, uri};
use crate::support::{folder, plumb, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const PAGE: &str = "\
# One

There are `{= nodes }` nodes, <!-- plumb: value twice -->24<!-- /plumb --> in all.

```yaml ignore
a: b
```

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  nodes: \"12\"  # plumb: = nodes
```
";

fn book() -> tempfile::TempDir {
    let folder = folder(BOOK);
    fs::write(folder.path().join("src/one.md"), PAGE).unwrap();
    fs::write(folder.path().join("src/two.md"), "# Two\n").unwrap();
    folder
}

/// Line and column of the first `sought` of a text, which is ASCII, and `within` bytes on.
fn place(text: &str, sought: &str, within: usize) -> (u32, u32) {
    let at = text.find(sought).expect(sought) + within;
    let line = text[..at].matches('\n').count();
    let column = at - text[..at].rfind('\n').map_or(0, |at| at + 1);
    (u32::try_from(line).unwrap(), u32::try_from(column).unwrap())
}

fn hover(client: &mut Client, path: &Path, (line, column): (u32, u32)) -> String {
    let result = client.get("textDocument/hover", at(path, line, column));
    result["contents"]["value"].as_str().unwrap_or("").to_owned()
}

fn labels(client: &mut Client, path: &Path, text: &str) -> Vec<String> {
    client.change(path, 9, text);
    let (line, column) = place(&format!("{text}\0"), "\0", 0);
    let result = client.get("textDocument/completion", at(path, line, column));
    let items = result.as_array().expect("a list").iter();
    items.map(|item| item["label"].as_str().expect("a label").to_owned()).collect()
}

#[test]
fn a_place_is_explained() {
    let folder = book();
    let one = folder.path().join("src/one.md");
    let (mut client, _) = Client::ready(json!({}));
    client.open_file(&one);
    let name = hover(&mut client, &one, place(PAGE, "nodes }", 1));
    for known in ["# `nodes`", "model.toml:1:", "12", "The manual", "2026-11-01", "published"] {
        assert!(name.contains(known), "{known}: {name}");
    }
    let formula = hover(&mut client, &one, place(PAGE, "twice", 1));
    assert!(formula.contains("nodes * 2") && formula.contains("24"), "{formula}");
    assert!(hover(&mut client, &one, place(PAGE, "plumb:", 1)).starts_with("# `value`"));
    assert!(hover(&mut client, &one, place(PAGE, "ignore", 1)).contains("Not checked"));
    assert_eq!(hover(&mut client, &one, (0, 0)), "");

    client.change(&one, 2, "`{= nodes * 3 + 1 }` `{= nodse }`\n");
    client.codes(&one, &["unknown-name"]);
    assert!(hover(&mut client, &one, (0, 11)).contains("37"));
    assert!(hover(&mut client, &one, (0, 27)).starts_with("# unknown-name"));

    let settings = folder.path().join("book.toml");
    let text = "[preprocessor.plumb]\nallow = [\"never-used\"]\n";
    client.open(&settings, text);
    assert!(hover(&mut client, &settings, place(text, "never", 1)).starts_with("# never-used"));
    assert!(hover(&mut client, &settings, place(text, "allow", 1)).contains("not reported"));
}

/// A directive of the book's own is one like the program's; what is wrong in its file is shown there.
#[test]
fn directives_of_the_books_own_are_known() {
    let folder = book();
    let own = folder.path().join("directives/fleet.md");
    fs::create_dir_all(own.parent().unwrap()).unwrap();
    let text = "+++\nsummary = \"how many there are\"\n[args.kind_of]\nkind = \"choice\"\nchoices = [\"big\", \"small\"]\n+++\n`{= kind_of }`\n";
    fs::write(&own, text).unwrap();
    let one = folder.path().join("src/one.md");
    let (mut client, _) = Client::ready(json!({}));
    client.open_file(&one);
    client.codes(&one, &[]);
    assert!(labels(&mut client, &one, "<!-- plumb: fl").contains(&"fleet".to_owned()));
    assert_eq!(labels(&mut client, &one, "<!-- plumb: fleet ki"), ["kind_of"]);
    assert_eq!(labels(&mut client, &one, "<!-- plumb: fleet kind_of="), ["big", "small"]);
    // Values of the model, in the text that a directive is to write.
    let each = labels(&mut client, &one, "<!-- plumb: when \"nodes > 1\"\n`{= no");
    assert_eq!(each, ["nodes", "twice"]);
    let page = "<!-- plumb: fleet kind_of=big /-->\n";
    client.change(&one, 10, page);
    assert!(hover(&mut client, &one, place(page, "fleet", 1)).starts_with("# `fleet`"));
    client.open(&own, &text.replace("{= kind_of }", "{= kind_off }"));
    client.codes(&own, &["unused-argument", "unknown-name"]);
    client.change(&own, 2, text);
    client.codes(&own, &[]);
}

#[test]
fn what_can_be_written_is_listed() {
    let folder = book();
    let one = folder.path().join("src/one.md");
    let (mut client, _) = Client::ready(json!({}));
    client.open_file(&one);
    client.codes(&one, &[]);
    let all = labels(&mut client, &one, "<!-- plumb: va");
    assert!(all.contains(&"value".to_owned()) && all.contains(&"matrix".to_owned()), "{all:?}");
    let all = labels(&mut client, &one, "<!-- plumb: value tw");
    assert!(all.contains(&"twice".to_owned()) && all.contains(&"unit".to_owned()), "{all:?}");
    assert_eq!(
        labels(&mut client, &one, "<!-- plumb: value twice format="),
        ["people", "kubernetes"]
    );
    assert_eq!(labels(&mut client, &one, "There are `{= no"), ["nodes", "twice"]);
    assert_eq!(labels(&mut client, &one, "```yaml\na: 1  # plumb: = "), ["nodes", "twice"]);
    let all = labels(&mut client, &one, "```yaml fa");
    assert!(all.contains(&"fails".to_owned()) && all.contains(&"istio".to_owned()), "{all:?}");
    for nothing in ["Some text", "<!-- a comment ", "`{= nodes }` and ", "```ya"] {
        assert_eq!(labels(&mut client, &one, nothing), [""; 0], "{nothing}");
    }
    // What is written so far is replaced.
    client.change(&one, 10, "`{= no");
    let result = client.get("textDocument/completion", at(&one, 0, 6));
    let range =
        json!({ "start": { "line": 0, "character": 4 }, "end": { "line": 0, "character": 6 } });
    assert_eq!(result[0]["textEdit"], json!({ "range": range, "newText": "nodes" }));

    let settings = folder.path().join("book.toml");
    client.open_file(&settings);
    let all = labels(&mut client, &settings, "[preprocessor.plumb]\nallow = [\"dr");
    assert!(all.contains(&"drift".to_owned()), "{all:?}");
    let all = labels(&mut client, &settings, "[preprocessor.plumb]\nver");
    assert!(all.contains(&"versions".to_owned()), "{all:?}");
    let model = folder.path().join("model.toml");
    client.open_file(&model);
    let all = labels(&mut client, &model, "[formulas]\nthrice = \"3 * no");
    assert!(all.contains(&"nodes".to_owned()), "{all:?}");
}

#[test]
fn fields_of_manifests_are_known_by_their_schema() {
    let folder = folder(&[]);
    let (file, page) = (folder.path().join("a.yaml"), folder.path().join("a.md"));
    let (mut client, _) = Client::ready(json!({}));
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n    ";
    client.open(&file, service);
    let about = hover(&mut client, &file, place(service, "port: 80", 1));
    for known in ["`spec.ports[].port`", "integer", "required"] {
        assert!(about.contains(known), "{known}: {about}");
    }
    let all = labels(&mut client, &file, &format!("{service}tar"));
    assert!(all.contains(&"targetPort".to_owned()) && !all.contains(&"port".to_owned()), "{all:?}");
    assert_eq!(
        labels(&mut client, &file, &format!("{service}protocol: T")),
        ["TCP", "UDP", "SCTP"]
    );
    let all = labels(&mut client, &file, "apiVersion: apps/v1\nkind: Dep");
    assert!(
        all.contains(&"Deployment".to_owned()) && !all.contains(&"Service".to_owned()),
        "{all:?}"
    );
    assert_eq!(labels(&mut client, &file, "a: 1\nb"), [""; 0], "no manifest");
    client.open(&page, "");
    let all = labels(&mut client, &page, &format!("# A page\n\n```yaml k8s=1.34\n{service}nod"));
    assert!(all.contains(&"nodePort".to_owned()), "{all:?}");
}

#[test]
fn a_name_is_followed_and_renamed_in_prose_model_directives_and_manifests() {
    let folder = book();
    let (one, model) = (folder.path().join("src/one.md"), folder.path().join("model.toml"));
    let (mut client, _) = Client::ready(json!({}));
    client.open_file(&one);
    let (line, column) = place(PAGE, "nodes }", 2);
    let mut params = at(&one, line, column);
    let found = client.get("textDocument/definition", params.clone());
    assert_eq!(found["uri"], uri(&model).as_str());
    assert_eq!(found["range"]["start"], json!({ "line": 0, "character": 9 }));

    params["context"] = json!({ "includeDeclaration": true });
    let used = client.get("textDocument/references", params.clone());
    assert_eq!(used.as_array().unwrap().len(), 4, "{used}");

    let range = client.get("textDocument/prepareRename", params.clone());
    assert_eq!(range["start"], json!({ "line": line, "character": column - 2 }));
    for bad in ["", "a b", "1a", "twice", "ü"] {
        params["newName"] = json!(bad);
        assert_eq!(
            client.ask("textDocument/rename", params.clone())["error"]["code"],
            -32803,
            "{bad}"
        );
    }
    params["newName"] = json!("machines.all");
    let edit = client.get("textDocument/rename", params);
    for (path, edits) in edit["changes"].as_object().expect("files") {
        let path = path.strip_prefix("file://").unwrap();
        let text = apply(&fs::read_to_string(path).unwrap(), edits.as_array().unwrap());
        fs::write(path, text).unwrap();
    }
    let check = plumb().args(["check", "--deny", "warnings"]).arg(folder.path()).output().unwrap();
    assert!(check.status.success(), "{}", stdout(&check));
    let (page, figures) = (fs::read_to_string(&one).unwrap(), fs::read_to_string(&model).unwrap());
    assert!(
        page.contains("`{= machines.all }`") && page.contains("# plumb: = machines.all"),
        "{page}"
    );
    assert!(page.contains("There are") && page.contains(" nodes, ") && page.contains("  nodes: "));
    assert!(figures.contains("[figures.machines.all]"), "{figures}");
    assert!(figures.contains("machines.all * 2"), "{figures}");
}

/// A text of ASCII after edits that do not meet.
fn apply(text: &str, edits: &[Value]) -> String {
    let offset = |place: &Value| {
        let line = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + usize::try_from(place["character"].as_u64().unwrap()).unwrap()
    };
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| std::cmp::Reverse(offset(&edit["range"]["start"])));
    let mut out = text.to_owned();
    for edit in edits {
        let span = offset(&edit["range"]["start"])..offset(&edit["range"]["end"]);
        out.replace_range(span, edit["newText"].as_str().unwrap());
    }
    out
}

#[test]
fn documents_have_an_outline_and_values_beside_expressions() {
    let folder = book();
    let (one, model) = (folder.path().join("src/one.md"), folder.path().join("model.toml"));
    let (mut client, _) = Client::ready(json!({}));
    client.open_file(&one);
    let names = |client: &mut Client, path: &Path| -> Vec<String> {
        let params = json!({ "textDocument": { "uri": uri(path) } });
        let result = client.get("textDocument/documentSymbol", params);
        let all = result.as_array().expect("a list").iter();
        all.map(|symbol| format!("{} {}", symbol["name"], symbol["detail"])).collect()
    };
    assert_eq!(names(&mut client, &one), ["\"value\" \"twice\"", "\"ConfigMap/web\" \"yaml\""]);
    client.open_file(&model);
    assert_eq!(names(&mut client, &model), ["\"nodes\" \"figure\"", "\"twice\" \"formula\""]);
    let all =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let params = json!({ "textDocument": { "uri": uri(&one) }, "range": all });
    let hints = client.get("textDocument/inlayHint", params);
    let hints: Vec<_> = hints.as_array().unwrap().iter().map(|hint| &hint["label"]).collect();
    assert_eq!(hints, ["= 12", "= 12"], "prose, and the tied manifest");
}

#[test]
fn a_fact_that_is_no_quantity_is_known_too() {
    let folder = book();
    let (one, model) = (folder.path().join("src/one.md"), folder.path().join("model.toml"));
    let text = fs::read_to_string(&model).unwrap();
    let text = format!("{text}\n[facts.released]\nvalue = 2026-10-01\nsource = \"a\"\n");
    fs::write(&model, &text).unwrap();
    let (mut client, _) = Client::ready(json!({}));
    client.open(&one, "It came out on `{= released }`.\n");
    client.codes(&one, &[]);
    let about = hover(&mut client, &one, (0, 20));
    assert!(about.contains("# `released`") && about.contains("2026"), "{about}");
    let found = client.get("textDocument/definition", at(&one, 0, 20));
    let (line, character) = place(&text, "released", 0);
    assert_eq!(found["range"]["start"], json!({ "line": line, "character": character }));
    assert!(labels(&mut client, &one, "`{= rel").contains(&"released".to_owned()));
}
