//! Whatever comes, there is an answer, and the session goes on.

use super::BOOK;
use super::client::{Client, at, uri};
use crate::support::folder;
use serde_json::{Value, json};
use std::path::Path;

const EVERYTHING: &[&str] = &[
    "textDocument/codeAction",
    "textDocument/completion",
    "textDocument/definition",
    "textDocument/documentSymbol",
    "textDocument/hover",
    "textDocument/inlayHint",
    "textDocument/prepareRename",
    "textDocument/references",
    "textDocument/rename",
];

#[test]
fn nonsense_is_answered_and_breaks_nothing() {
    let folder = folder(BOOK);
    let one = folder.path().join("src/one.md");
    let mut client = Client::start();
    let early = client.ask("textDocument/hover", json!({}));
    assert_eq!(early["error"]["code"], -32002);
    client.tell("textDocument/didOpen", json!({}));
    client.ask("initialize", json!({ "capabilities": {} }));
    assert_eq!(client.ask("initialize", json!({ "capabilities": {} }))["error"]["code"], -32600);

    for (sent, code) in [("{", -32700), ("[]", -32600), ("\"\"", -32600), ("{\"id\":{}}", -32600)] {
        client.raw(&format!("Content-Length: {}\r\n\r\n{sent}", sent.len()));
        let answer = client.wait(|message| message["id"].is_null() && message["error"].is_object());
        assert_eq!(answer["error"]["code"], code, "{sent}");
    }
    client.raw("Content-Type: text\r\n\r\n");
    client.wait(|message| message["error"]["code"] == -32700);
    assert_eq!(client.ask("no/such", json!({}))["error"]["code"], -32601);
    client.tell("no/such", json!({}));
    client.tell("$/cancelRequest", json!({ "id": 1 }));
    for method in EVERYTHING {
        for params in [json!(null), json!([]), json!({ "textDocument": { "uri": 1 } })] {
            assert_eq!(client.ask(method, params)["error"]["code"], -32602, "{method}");
        }
    }
    for params in [json!(null), json!({}), json!({ "textDocument": { "uri": "::", "version": 1 } })]
    {
        for method in ["didOpen", "didChange", "didClose", "didSave"] {
            client.tell(&format!("textDocument/{method}"), params.clone());
        }
    }

    client.open_file(&one);
    client.codes(&one, &[]);
    for (line, character) in [(0, 9999), (9999, 0), (u32::MAX, u32::MAX), (2, 13)] {
        let place = json!({ "line": line, "character": character });
        let range = json!({ "start": place, "end": { "line": 0, "character": 0 } });
        for method in EVERYTHING {
            let mut params = at(&one, line, character);
            params["range"] = range.clone();
            params["context"] = json!({ "diagnostics": [] });
            params["newName"] = json!("\u{0}");
            params["context"]["includeDeclaration"] = json!(true);
            let answer = client.ask(method, params);
            assert_ne!(answer["error"]["code"], -32603, "{method}: {answer}");
            assert_ne!(answer["error"]["code"], -32602, "{method}: {answer}");
        }
        // An edit far behind the text's end is at its end.
        let document = json!({ "uri": uri(&one), "version": 2 });
        let change = json!({ "range": range, "text": "" });
        let params = json!({ "textDocument": document, "contentChanges": [change] });
        client.tell("textDocument/didChange", params);
    }
    // Of what is not open and of what is no file there is nothing to say.
    for address in ["file:///no/such.md", "untitled:a", "file://%FF/"] {
        for method in EVERYTHING {
            let mut params = at(Path::new("/"), 0, 0);
            params["textDocument"]["uri"] = json!(address);
            params["range"] = json!({ "start": params["position"], "end": params["position"] });
            params["context"] = json!({ "diagnostics": [], "includeDeclaration": true });
            params["newName"] = json!("x");
            assert_ne!(client.ask(method, params)["error"]["code"], -32603, "{method}");
        }
    }
    assert_eq!(client.end(), Some(0));
}

#[test]
fn what_an_editor_says_leads_nowhere_else() {
    // The book's own settings name a file outside of it: an editor that has it open does not let it in.
    let folder = folder(&[
        ("outside.toml", "[figures.secret]\nvalue = 1\nbasis = \"vendor\"\n"),
        ("book/.git/config", ""),
        ("book/book.toml", "[preprocessor.plumb]\nmodel = \"../outside.toml\"\n"),
        ("book/src/SUMMARY.md", "- [One](one.md)\n"),
        ("book/src/one.md", "`{= secret }`\n"),
    ]);
    let one = folder.path().join("book/src/one.md");
    let (mut client, _) = Client::ready(json!({}));
    client.open_file(&folder.path().join("outside.toml"));
    client.open_file(&one);
    client.codes(&one, &["unknown-name"]);
    let settings = client.found(&folder.path().join("book/book.toml"), |all| !all.is_empty());
    assert_eq!(settings[0]["code"], "outside-repository", "{settings:?}");
}

#[test]
fn a_session_ends_as_the_protocol_says() {
    let (client, _) = Client::ready(json!({}));
    assert_eq!(client.end(), Some(0));
    let (mut client, _) = Client::ready(json!({}));
    client.tell("exit", Value::Null);
    assert_eq!(client.exit_code(), Some(1), "nobody asked it to shut down");
    let (mut client, _) = Client::ready(json!({}));
    client.get("shutdown", Value::Null);
    assert_eq!(client.ask("textDocument/hover", json!({}))["error"]["code"], -32600);
    client.tell("exit", Value::Null);
    assert_eq!(client.exit_code(), Some(0));
}
