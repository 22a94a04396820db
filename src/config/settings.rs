//! The settings that there are: one list for the reader, the reference, `explain`, editors and the schema.

use super::Home;

/// A setting and its documentation.
#[derive(Debug)]
pub struct Setting {
    /// Its key.
    pub key: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// What it means, in Markdown.
    pub about: &'static str,
    /// The only kind of project that has it; none where each has.
    pub only: Option<Home>,
}

impl Setting {
    /// Whether a kind of project has it.
    pub fn is_of(&self, home: Home) -> bool {
        self.only.is_none_or(|only| only == home)
    }
}

/// What a setting holds; the words in it say what a text is.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A text.
    Text(&'static str),
    /// Texts; one stands for a list of one.
    List(&'static str),
    /// A text or a list of texts, as its documentation says.
    OneOrMore(&'static str),
    /// `true`, or texts.
    SwitchOrList(&'static str),
    /// One of some words.
    Word(&'static [&'static str]),
    /// A table of truth values.
    Switches(&'static [&'static str]),
    /// A table of versions by product.
    Versions,
    /// A table of JSON Schemas by name.
    JsonSchemas,
}

impl Shape {
    /// As the reference says it.
    pub fn name(self) -> String {
        match self {
            Shape::Text(what) => format!("a {what}"),
            Shape::List(what) => format!("list of {what}s"),
            Shape::OneOrMore(what) => format!("{what} or list of {what}s"),
            Shape::SwitchOrList(what) => format!("`true` or list of {what}s"),
            Shape::Word(words) => {
                let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
                words.join(" or ")
            }
            Shape::Switches(_) | Shape::Versions | Shape::JsonSchemas => "table".to_owned(),
        }
    }
}

/// The setting of a key.
pub fn setting(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// The settings in the order of the reference page.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "model",
        shape: Shape::OneOrMore("path"),
        about: "The model: files, or folders of `*.toml`. Default: `model.toml` or `model/`.",
        only: None,
    },
    Setting {
        key: "schemas",
        shape: Shape::List("path"),
        about: "Folders and files with CRDs, OpenAPI documents or JSON Schemas, tried before the schemas that were added and the embedded ones.",
        only: None,
    },
    Setting {
        key: "policies",
        shape: Shape::Text("path"),
        about: "The folder with the project's own ValidatingAdmissionPolicy files. Default: `policies`.",
        only: None,
    },
    Setting {
        key: "pages",
        shape: Shape::List("pattern"),
        about: "Markdown that is [published as it is committed](#any-tree-of-markdown), such as `README.md`: files, folders with all Markdown in them, or patterns as in `exclude`. Default: in a tree every Markdown file, in a book none beside its chapters.",
        only: None,
    },
    Setting {
        key: "assets",
        shape: Shape::Word(&["inline", "external"]),
        about: "How CSS and JavaScript reach the page: within each chapter that needs them, or as the files `plumb.css` and `plumb.js`, for a strict content security policy and for a book with a print page, which has them once then. A build writes these where `additional-css` and `additional-js` of `[output.html]` name them. Default: `external` where both do, else `inline`.",
        only: Some(Home::Book),
    },
    Setting {
        key: "report",
        shape: Shape::Word(&["fail", "warn"]),
        about: "What an error does to a build: it fails, or goes on when all that was found is printed. `check` and `validate` fail in either case, and so does what is never built (`outside-repository`). Default: `fail`.",
        only: Some(Home::Book),
    },
    Setting {
        key: "manifests",
        shape: Shape::Switches(&["headers", "folding", "downloads", "badges"]),
        about: "What pages show with the manifests in them, each `true` or `false`: `headers` (kind, name and `apiVersion` above it), `folding` (of long ones), `downloads` (buttons to copy and download), `badges` (`valid for Kubernetes 1.36`, where it is; never that something was not checked). Default: none, and a manifest is published as the fence that it is.",
        only: Some(Home::Book),
    },
    Setting {
        key: "deny",
        shape: Shape::List("code"),
        about: "Findings that are errors. `warnings` stands for all that are warnings.",
        only: None,
    },
    Setting {
        key: "warn",
        shape: Shape::List("code"),
        about: "Findings that are warnings.",
        only: None,
    },
    Setting {
        key: "allow",
        shape: Shape::List("code"),
        about: "Findings that are not reported.",
        only: None,
    },
    Setting {
        key: "versions",
        shape: Shape::Versions,
        about: "The versions that manifests are validated against, by product: `k8s = \"1.36\"`.",
        only: None,
    },
    Setting {
        key: "json-schemas",
        shape: Shape::JsonSchemas,
        about: "JSON Schemas (draft 4 to 2020-12) for YAML and JSON that is no manifest, by name: `workflows = { file = \"workflow.schema.json\", files = [\"**/workflows/*.yml\"] }`, or the path alone. A fence with `schema=workflows`, and a file that a pattern of `files` matches, is judged by it. With `part = true` nothing that is required is missing; so it is for `values.schema.json`, since Helm puts values over the chart's own.",
        only: None,
    },
    Setting {
        key: "platform",
        shape: Shape::Text("name such as `aks-1.36`"),
        about: "The release of a managed platform: Kubernetes, and what it [ships](#platforms) with it, in the versions that hold where neither `versions` nor a page names another one.",
        only: None,
    },
    Setting {
        key: "ignore-missing",
        shape: Shape::SwitchOrList("kind"),
        about: "Kinds that may be without a schema: `Kind`, or `group/Kind`.",
        only: None,
    },
    Setting {
        key: "exclude",
        shape: Shape::List("pattern"),
        about: "Pages in which nothing is expanded or checked, by their paths below `src`, or in a tree below its root; `*` stands for anything within a folder's name, `**` for any folders.",
        only: None,
    },
];
