//! What is found, while one types.

use super::BOOK;
use super::client::Client;
use crate::support::folder;
use serde_json::json;

#[test]
fn a_book_is_checked_as_it_is_typed() {
    let folder = folder(BOOK);
    let (one, two) = (folder.path().join("src/one.md"), folder.path().join("src/two.md"));
    let (mut client, _) = Client::ready(json!({}));
    client.open_file(&one);
    client.codes(&one, &[]);
    // A file of the book that is not open.
    let found = client.found(&two, |all| !all.is_empty());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["code"], "drift");
    assert_eq!(found[0]["source"], "mdbook-plumb");
    assert_eq!(found[0]["severity"], 1);
    let range =
        json!({ "start": { "line": 2, "character": 33 }, "end": { "line": 2, "character": 35 } });
    assert_eq!(found[0]["range"], range, "in units of UTF-16");

    client.open_file(&two);
    client.codes(&two, &["drift"]);
    client.change(&two, 2, "# Two\n\n<!-- plumb: value twice -->24<!-- /plumb -->\n");
    client.codes(&two, &[]);
    client.change(&two, 3, "# Two\n\n<!-- plumb: valu twice -->24<!-- /plumb -->\n");
    client.codes(&two, &["unknown-directive"]);

    // What is not saved counts for the other files too.
    let model = folder.path().join("model.toml");
    client.change(&two, 4, "# Two\n\n<!-- plumb: value twice -->24<!-- /plumb -->\n");
    client.codes(&two, &[]);
    let text = std::fs::read_to_string(&model).unwrap();
    client.open(&model, &text.replace("12", "13"));
    let found = client.found(&two, |all| !all.is_empty());
    assert!(found[0]["message"].as_str().unwrap().contains("26"), "{found:?}");
    client.close(&model);
    client.codes(&two, &[]);

    // Of a document that is closed, what is on the disk is the book's.
    client.close(&two);
    client.codes(&two, &["drift"]);
    client.close(&one);
    client.codes(&two, &[]);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_file_of_no_book_is_validated() {
    let wrong = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndta: {}\n";
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 3}\n";
    let folder = folder(&[
        ("a.yaml", wrong),
        ("compose.yaml", "services: {web: {image: nginx}}\n"),
        ("package.json", "{\"name\": \"a\"}"),
        ("notes.txt", "nothing of ours"),
        ("kustomization.yaml", "patches: [{path: patches/patch.yaml}]\nresources: [a.yaml]\n"),
        ("patches/patch.yaml", patch),
    ]);
    let file = |name: &str| folder.path().join(name);
    let (mut client, _) = Client::ready(json!({}));
    client.open_file(&file("a.yaml"));
    let found = client.found(&file("a.yaml"), |all| !all.is_empty());
    assert_eq!(found[0]["code"], "schema-unknown-field", "{found:?}");
    for quiet in ["compose.yaml", "package.json", "patches/patch.yaml"] {
        client.open_file(&file(quiet));
        client.codes(&file(quiet), &[]);
    }
    client.open_file(&file("notes.txt"));
    client.open(&file("readme.md"), &format!("# Not saved\n\n```yaml\n{wrong}```\n"));
    let found = client.found(&file("readme.md"), |all| !all.is_empty());
    assert_eq!(found[0]["range"]["start"], json!({ "line": 6, "character": 0 }), "{found:?}");
    client.close(&file("readme.md"));
    client.codes(&file("readme.md"), &[]);
}

#[test]
fn positions_are_in_bytes_where_the_client_offers_it() {
    let folder = folder(BOOK);
    let two = folder.path().join("src/two.md");
    let encodings = json!({ "general": { "positionEncodings": ["utf-8", "utf-16"] } });
    let (mut client, can) = Client::ready(encodings);
    assert_eq!(can["capabilities"]["positionEncoding"], "utf-8");
    client.open_file(&two);
    let found = client.found(&two, |all| !all.is_empty());
    assert_eq!(found[0]["range"]["start"], json!({ "line": 2, "character": 36 }), "{found:?}");
    // An edit is in bytes too: `20` becomes `24`.
    let range =
        json!({ "start": { "line": 2, "character": 37 }, "end": { "line": 2, "character": 38 } });
    let change = json!({ "range": range, "text": "4" });
    let document = json!({ "uri": super::client::uri(&two), "version": 2 });
    client.tell(
        "textDocument/didChange",
        json!({ "textDocument": document, "contentChanges": [change] }),
    );
    client.codes(&two, &[]);
}

#[test]
fn only_the_last_of_many_changes_counts() {
    let folder = folder(BOOK);
    let two = folder.path().join("src/two.md");
    let (mut client, _) = Client::ready(json!({}));
    client.open_file(&two);
    for version in 2..200 {
        client.change(
            &two,
            version,
            &format!("<!-- plumb: value twice -->{version}<!-- /plumb -->\n"),
        );
    }
    client.change(&two, 200, "<!-- plumb: value twice -->24<!-- /plumb -->\n");
    let uri = super::client::uri(&two);
    let mut told = 0;
    loop {
        let message = client.wait(|message| message["params"]["uri"] == uri.as_str());
        told += 1;
        if message["params"]["version"] == 200 {
            assert_eq!(message["params"]["diagnostics"], json!([]));
            break;
        }
    }
    assert!(told < 100, "{told} reports of 200 changes");
}

#[test]
fn a_page_that_joins_a_book_is_checked_with_it() {
    let folder = folder(BOOK);
    let (summary, new) = (folder.path().join("src/SUMMARY.md"), folder.path().join("src/new.md"));
    let (mut client, _) = Client::ready(json!({}));
    client.open(&new, "# New\n\n<!-- plumb: value none -->1<!-- /plumb -->\n");
    client.codes(&new, &[]);
    client.open(&summary, "- [One](one.md)\n- [New](new.md)\n");
    client.codes(&new, &["unknown-name"]);
}

#[test]
fn a_page_follows_the_files_that_facts_are_read_from() {
    let model =
        "[facts.v]\ntype = \"version\"\nfrom = { file = \"../tool.cfg\", pattern = 'v=(.*)' }\n";
    let folder = folder(&[
        (".git/HEAD", ""),
        ("tool.cfg", "v=1.0"),
        ("book/book.toml", "[book]\ntitle = \"B\"\n[preprocessor.plumb]\n"),
        ("book/model.toml", model),
        ("book/src/SUMMARY.md", "- [A](a.md)\n"),
        ("book/src/a.md", "<!-- plumb: value v -->1.0<!-- /plumb -->\n"),
    ]);
    let page = folder.path().join("book/src/a.md");
    let tool = folder.path().join("tool.cfg");
    let changed = json!({ "changes": [{ "uri": super::client::uri(&tool), "type": 2 }] });
    let (mut client, _) = Client::ready(json!({}));
    client.open_file(&page);
    client.codes(&page, &[]);
    std::fs::write(&tool, "v=2.0").unwrap();
    client.tell("workspace/didChangeWatchedFiles", changed.clone());
    client.codes(&page, &["drift"]);
    client.open(&tool, "v=1.0");
    client.codes(&page, &[]);
    client.close(&tool);
    client.codes(&page, &["drift"]);
    std::fs::remove_file(&tool).unwrap();
    client.tell("workspace/didChangeWatchedFiles", changed);
    let model = folder.path().join("book/model.toml");
    client.codes(&model, &["from-file"]);
}
