//! The layers put together: what an API server would say of a document, at the place in the author's file.

use super::rules::{SCHEMA_RULE, check_rules};
use super::schema::{
    Issue, LIST_DUPLICATE, Naming, Path, SCHEMA_COMBINATION, SCHEMA_ENUM, SCHEMA_INVALID,
    SCHEMA_REQUIRED, SCHEMA_UNKNOWN_FIELD, SCHEMA_VALUE, Schema, check, check_metadata, normalize,
};
use super::store::{KindSchema, Schemas};
use super::versions::Versions;
use super::{Document, Entry, Node, Value, api_version};
use super::{builtin, bundle, definition, deprecations};
use crate::diag::{Code, Diagnostic, Edit, Fix, Level, nearest};
use crate::text::Span;
use rayon::prelude::*;
use std::collections::BTreeSet;

pub(crate) static MANIFEST_INCOMPLETE: Code = Code {
    name: "manifest-incomplete",
    level: Level::Deny,
    summary: "a document that does not say what it is",
    page: r#"A manifest is a map that says with `apiVersion` and `kind` what it is. Kubernetes takes no document without both.

```yaml
kind: Service      # apiVersion: v1 is missing
metadata: {name: web}
```

Add what is missing. Part of a manifest can be shown in a fence marked `fragment=KIND:path`. Of what `validate` finds below a folder,
that which is meant as something else (a chart's values, a compose file) is passed over and counted.

A file that is asked for by its name is taken for manifests."#,
    alias: "",
};

pub(crate) static UNKNOWN_KIND: Code = Code {
    name: "unknown-kind",
    level: Level::Deny,
    summary: "a kind that Kubernetes does not have",
    page: r#"The group and version belong to Kubernetes itself, and have no such kind. Case matters.

```yaml
apiVersion: v1
kind: Deployment      # is in apps/v1
```

Write the kind and `apiVersion` that are suggested. The finding goes by the chosen version of Kubernetes (`k8s=…`)."#,
    alias: "",
};

/// A kind for which there is no schema.
pub static SCHEMA_MISSING: Code = Code {
    name: "schema-missing",
    level: Level::Warn,
    summary: "a kind whose schema is not known",
    page: r#"There is no schema of this kind, in the book's folders, among the added ones or the embedded ones, so that only its YAML and its
metadata were checked. Reported once for each kind.

```yaml
apiVersion: example.com/v1
kind: Widget
```

Add its CustomResourceDefinition: `mdbook-plumb schemas add FILE|FOLDER|URL`, or allow the finding."#,
    alias: "",
};

pub(crate) static API_NOT_SERVED: Code = Code {
    name: "api-not-served",
    level: Level::Warn,
    summary: "a version that is defined and no longer served",
    page: r#"The CustomResourceDefinition defines this version with `served: false`: an API server that has this
definition answers no such request. A manifest may still be meant for an older release.

```yaml
apiVersion: example.com/v1alpha1
kind: Widget
```

Write a version that is served; the help names them."#,
    alias: "",
};

pub(crate) static API_DEPRECATED: Code = Code {
    name: "api-deprecated",
    level: Level::Warn,
    summary: "a version that its author calls deprecated",
    page: r#"The CustomResourceDefinition marks this version as deprecated; an API server answers with the same warning.

```yaml
apiVersion: example.com/v1beta1
kind: Widget
```

Write the version that the warning names."#,
    alias: "",
};

/// The findings of the engine itself.
pub(super) static CODES: &[&Code] =
    &[&MANIFEST_INCOMPLETE, &UNKNOWN_KIND, &SCHEMA_MISSING, &API_NOT_SERVED, &API_DEPRECATED];

/// Kinds of `v1` that no API server keeps and pages show all the same: a kubeconfig, and what a request that fails answers.
const CLIENT_SIDE: &[&str] =
    &["APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "Config", "Status"];

/// A check of one document beyond its schema.
pub(super) type Check = fn(&Document, &Versions) -> Vec<Diagnostic>;

/// What else is asked of each document: the rules that an API server has in code.
pub(super) const CHECKS: &[Check] = &[builtin::check, definition::check];

/// Validates documents. Shared by threads.
#[derive(Debug)]
pub struct Engine {
    schemas: Schemas,
}

impl Engine {
    /// An engine with these schemas.
    pub fn new(schemas: Schemas) -> Engine {
        Engine { schemas }
    }

    /// Its schemas.
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// Validates documents side by side; findings come in the order of the documents, then of their places.
    pub fn validate(&self, documents: &[Document], versions: &Versions) -> Vec<Diagnostic> {
        let findings: Vec<Vec<Diagnostic>> = documents
            .par_iter()
            .map(|document| self.validate_document(document, versions))
            .collect();
        findings.into_iter().flatten().collect()
    }

    /// Validates one document; the items of a `List` as documents of their own.
    pub fn validate_document(&self, document: &Document, versions: &Versions) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        self.validate_into(document, versions, &mut findings, 0);
        if document.excerpt {
            findings.retain(stands_by_itself);
        }
        sort(&mut findings);
        findings
    }

    fn validate_into(
        &self,
        document: &Document,
        versions: &Versions,
        findings: &mut Vec<Diagnostic>,
        depth: usize,
    ) {
        let Some((kind, at)) = identity(document, findings) else { return };
        let group = document.group().unwrap_or("");
        let version = document.version().unwrap_or("");
        // `List` holds anything; `RoleList` holds Roles, as kubectl takes it.
        let of_a_kind = kind.strip_suffix("List").is_some_and(|one| {
            !one.is_empty()
                && document.root.get("items").is_some()
                && self.schemas.find(group, version, one, versions).is_some()
        });
        if (kind == "List" && group.is_empty() || of_a_kind) && depth < 8 {
            for item in document.root.get("items").map(Node::items).unwrap_or_default() {
                self.validate_into(&document.part(item.clone()), versions, findings, depth + 1);
            }
            return;
        }
        let Some(known) = self.schemas.find(group, version, kind, versions) else {
            let client_side = group.is_empty() && version == "v1" && CLIENT_SIDE.contains(&kind);
            // What `kubectl apply -k` reads never reaches a cluster.
            if !client_side && group != "kustomize.config.k8s.io" {
                self.without_schema(document, kind, at, versions, findings);
            }
            return;
        };
        let before = findings.len();
        self.note_version(document, &known, group, kind, findings);
        if !findings[before..].iter().any(|finding| finding.code == &API_DEPRECATED) {
            findings.extend(deprecations::check(document, versions));
        }
        let mut issues = issues_of(document, &known, group, kind, at);
        let coded: Vec<Diagnostic> =
            CHECKS.iter().flat_map(|check| check(document, versions)).collect();
        // A rule that knows which name stands twice says it better than the list does.
        let says_better = |issue: &Issue| {
            let within = format!("{}.", issue.path);
            let same = |finding: &Diagnostic| {
                finding.message.contains("Duplicate value")
                    && finding.path.as_ref().is_some_and(|path| path.starts_with(&within))
            };
            issue.code == &LIST_DUPLICATE && coded.iter().any(same)
        };
        issues.retain(|issue| !says_better(issue));
        let mut said: BTreeSet<String> = BTreeSet::new();
        for issue in issues {
            said.insert(issue.path.clone());
            let finding = finding(issue, document);
            findings.push(known_elsewhere(finding, group, version, kind, versions));
        }
        // What the schema has said of a field need not be said again.
        let is_new =
            |finding: &Diagnostic| finding.path.as_ref().is_none_or(|path| !said.contains(path));
        findings.extend(coded.into_iter().filter(is_new));
    }

    /// What can be said of a kind without a schema: what has become of it, and what is wrong with its metadata.
    fn without_schema(
        &self,
        document: &Document,
        kind: &str,
        at: Span,
        versions: &Versions,
        findings: &mut Vec<Diagnostic>,
    ) {
        // A version that is gone is no mystery: say what replaced it.
        let gone = deprecations::check(document, versions);
        findings.push(gone.unwrap_or_else(|| self.missing(document, kind, versions)));
        let (path, naming) = (Path::default(), Naming::Unknown);
        let issues = check_metadata(&document.root, at, document.text(), &path, naming);
        // The settings of some tool have a kind too, and more in their metadata than an object's; what is nearly a field
        // of it is a slip all the same.
        let foreign = |issue: &Issue| issue.code == &SCHEMA_UNKNOWN_FIELD && issue.fix.is_none();
        let issues = issues.into_iter().filter(|issue| !foreign(issue));
        findings.extend(issues.map(|issue| finding(issue, document)));
    }

    fn missing(&self, document: &Document, kind: &str, versions: &Versions) -> Diagnostic {
        let (group, version) = (document.group().unwrap_or(""), document.version().unwrap_or(""));
        let at = document.kind().map_or(document.span, |kind| kind.span);
        let api = api_version(group, version);
        let siblings: Vec<String> = self
            .schemas
            .kinds()
            .filter(|(known, at, _)| known == group && at == version)
            .map(|(_, _, kind)| kind)
            .collect();
        let is_kubernetes = bundle::kinds().iter().any(|known| {
            known.product == "k8s" && known.group == group && known.version == version
        }) && !siblings.is_empty();
        let elsewhere: Vec<String> = self
            .schemas
            .find_kind(kind)
            .iter()
            .map(|(group, version)| format!("`{}`", api_version(group, version)))
            .collect();
        let mut finding = if is_kubernetes {
            let release = versions.of("k8s");
            let message = format!("Kubernetes {release} has no kind `{kind}` in `{api}`");
            Diagnostic::new(&UNKNOWN_KIND, document.locate(at), message)
        } else {
            let message = format!("no schema is known for `{kind}` of `{api}`");
            Diagnostic::new(&SCHEMA_MISSING, document.locate(at), message)
        };
        if !elsewhere.is_empty() {
            finding = finding.help(format!("`{kind}` is known in {}", elsewhere.join(", ")));
        } else if let Some(near) = nearest(kind, siblings.iter().map(String::as_str)) {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        if !is_kubernetes {
            finding =
                finding.help("add its schema with `mdbook-plumb schemas add FILE|FOLDER|URL`");
        }
        finding.path("kind").document(document.id())
    }

    fn note_version(
        &self,
        document: &Document,
        known: &KindSchema,
        group: &str,
        kind: &str,
        findings: &mut Vec<Diagnostic>,
    ) {
        let at = document.api_version().map_or(document.span, |version| version.span);
        if !known.served {
            let api = document.api_version().map_or("", |version| version.value);
            let message = format!("`{api}` of `{kind}` is defined and not served");
            let mut finding = Diagnostic::new(&API_NOT_SERVED, document.locate(at), message)
                .path("apiVersion")
                .document(document.id());
            let others: Vec<String> = self
                .schemas
                .versions_of(group, kind)
                .into_iter()
                .filter(|version| Some(version.as_str()) != document.version())
                .map(|version| format!("`{group}/{version}`"))
                .collect();
            if !others.is_empty() {
                finding = finding.help(format!("known versions: {}", others.join(", ")));
            }
            findings.push(finding);
        } else if let Some(why) = &known.deprecated {
            findings.push(
                Diagnostic::new(&API_DEPRECATED, document.locate(at), why.clone())
                    .path("apiVersion")
                    .document(document.id()),
            );
        }
        if let Some(problem) = known.schema.problems.first() {
            let message = format!("the schema of `{kind}` {problem}");
            findings.push(
                Diagnostic::new(&SCHEMA_INVALID, document.locate(at), message)
                    .document(document.id()),
            );
        }
    }
}

/// The kind, and the place that stands for the document; a finding where it does not say what it is.
fn identity<'d>(document: &'d Document, findings: &mut Vec<Diagnostic>) -> Option<(&'d str, Span)> {
    let Some(map) = document.root.as_map() else {
        let what = match document.root.value {
            Value::Seq(_) => "a list",
            _ => "a single value",
        };
        let at = Span::at(document.span.start);
        let message = format!("a manifest is a map, and this document is {what}");
        findings.push(Diagnostic::new(&MANIFEST_INCOMPLETE, document.locate(at), message));
        return None;
    };
    let start = map.iter().next().map_or(document.span, |entry| entry.key.span);
    let mut complete = true;
    for field in ["apiVersion", "kind"] {
        let entry = map.entry(field);
        let text = entry.and_then(|entry| entry.value.as_str()).filter(|text| !text.is_empty());
        if text.is_some() {
            continue;
        }
        complete = false;
        let at = entry.map_or(start, |entry| entry.key.span);
        let message = match entry {
            None => format!("{field}: Required value"),
            Some(entry) if entry.value.is_null() => format!("{field}: Required value"),
            Some(entry) => format!(
                "{field}: Invalid value: must be a name, not {}",
                entry.value.value.type_name()
            ),
        };
        let mut found = Diagnostic::new(&MANIFEST_INCOMPLETE, document.locate(at), message)
            .path(field)
            .document(document.id());
        if let Some(near) = nearest(field, map.keys()) {
            found = found.help(format!("`{near}` may have been meant as `{field}`"));
        }
        findings.push(found);
    }
    let kind = document.kind().filter(|_| complete)?;
    Some((kind.value, kind.span))
}

/// What the schema of a kind says of a document, and what holds of the metadata of every kind; each thing once.
fn issues_of(
    document: &Document,
    known: &KindSchema,
    group: &str,
    kind: &str,
    at: Span,
) -> Vec<Issue> {
    let root = &document.root;
    let mut issues = validate_schema(document, &known.schema, known.schema.root, root, at);
    let naming = match known.builtin {
        // Requests for a verdict are not kept, so they need no name; a binding is named by its path.
        true if kind.ends_with("Review") || kind == "Binding" => Naming::Unknown,
        true => Naming::Own,
        // What istioctl reads never reaches a cluster.
        false if group == "install.istio.io" => Naming::Unknown,
        false => Naming::Subdomain,
    };
    issues.extend(check_metadata(root, at, document.text(), &Path::default(), naming));
    if let Some(beyond) = &known.beyond {
        let limits = validate_schema(document, beyond, beyond.root, root, at);
        let said: BTreeSet<String> = issues.iter().map(|issue| issue.path.clone()).collect();
        issues.extend(limits.into_iter().filter(|issue| {
            (issue.code == &SCHEMA_ENUM || issue.code == &SCHEMA_VALUE)
                && !said.contains(&issue.path)
        }));
    }
    // A kind's own schema may say of the metadata what is said of every kind's.
    let mut seen = BTreeSet::new();
    issues.retain(|issue| seen.insert((issue.span, issue.message.clone())));
    issues
}

/// Whether a finding about an excerpt holds whatever is left out of it: it is about what is written, not about what is
/// missing or what goes with it.
pub(super) fn stands_by_itself(finding: &Diagnostic) -> bool {
    let about_the_whole =
        [&SCHEMA_REQUIRED, &SCHEMA_COMBINATION, &SCHEMA_RULE, &MANIFEST_INCOMPLETE];
    let missing = [": Required value", ": Not found", ": Forbidden", "must be set"];
    !about_the_whole.contains(&finding.code)
        && !builtin::NEEDS_THE_WHOLE.contains(&finding.code.name)
        && !missing.iter().any(|words| finding.message.contains(words))
}

/// Structure, then rules where the structure is sound.
pub(super) fn validate_schema(
    document: &Document,
    schema: &Schema,
    id: usize,
    node: &Node,
    at: Span,
) -> Vec<Issue> {
    let mut normal = node.clone();
    normalize(schema, id, &mut normal, at);
    let mut issues = check(schema, id, &normal, at, document.text(), Path::default());
    if !issues.iter().any(|issue| issue.blocking) {
        issues.extend(check_rules(schema, id, &normal, at, Path::default()));
    }
    issues
}

/// A field that another version of the product has is not a mistake of spelling: says which.
fn known_elsewhere(
    finding: Diagnostic,
    group: &str,
    version: &str,
    kind: &str,
    versions: &Versions,
) -> Diagnostic {
    let Some(path) = finding.path.as_ref().filter(|_| finding.code == &SCHEMA_UNKNOWN_FIELD) else {
        return finding;
    };
    let holders = bundle::versions_with(group, version, kind, path);
    let product =
        bundle::find(group, version, kind).map(|known| known.product.as_str()).unwrap_or_default();
    let title = Versions::products().iter().find(|known| known.name == product);
    // Where the chosen version has it, the schema in use is another than the bundle's.
    let elsewhere = !holders.is_empty() && !holders.iter().any(|held| held == versions.of(product));
    match (title, elsewhere) {
        (Some(title), true) => {
            let help = format!(
                "a field of {} {}; this is checked against {} (choose with `{product}=VERSION`)",
                title.title,
                holders.join(", "),
                versions.of(product)
            );
            finding.help(help)
        }
        _ => finding,
    }
}

pub(super) fn finding(mut issue: Issue, document: &Document) -> Diagnostic {
    if issue.code == &SCHEMA_REQUIRED
        && let Some(entry) = null_entry(&document.root, &issue.path)
    {
        issue.span = entry.key.span;
        issue = issue.help(format!("`{}` is there, but empty", entry.key.value));
    }
    let mut finding = Diagnostic::new(issue.code, document.locate(issue.span), issue.message)
        .document(document.id());
    if !issue.path.is_empty() {
        finding = finding.path(issue.path);
    }
    for (span, text) in issue.related {
        finding = finding.related(document.locate(span), text);
    }
    for help in issue.help {
        finding = finding.help(help);
    }
    if let Some((title, span, text)) = issue.fix
        && let Some(location) = document.map().locate_copied(span)
    {
        finding.fix = Some(Fix { title, edits: vec![Edit { location, text }] });
    }
    finding
}

/// The entry at a path, where its value is null: to an API server it is not there, but its author sees it.
fn null_entry<'d>(root: &'d Node, path: &str) -> Option<&'d Entry> {
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    root.at_path(parent)?.as_map()?.entry(name).filter(|entry| entry.value.is_null())
}

pub(super) fn sort(findings: &mut [Diagnostic]) {
    fn key(finding: &Diagnostic) -> ((&str, usize, usize), &str, &str) {
        (finding.at.location.sort_key(), finding.code.name, &finding.message)
    }
    findings.sort_by(|left, right| key(left).cmp(&key(right)));
}

/// Leaves one finding of a missing schema for each kind: the first in the given order.
pub fn once_per_kind(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = BTreeSet::new();
    findings
        .into_iter()
        .filter(|finding| finding.code != &SCHEMA_MISSING || seen.insert(finding.message.clone()))
        .collect()
}
