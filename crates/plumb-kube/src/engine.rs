//! The layers put together: what an API server would say of a document, at the place in the author's file.

use super::at::At;
use super::causes;
use super::codes::{API_DEPRECATED, API_NOT_SERVED};
use super::deprecations;
use super::excuse::Excuse;
use super::fault::{ErrorType, Fault};
use super::gaps::Gaps;
use super::identity;
use super::part::{has_misspelt_head, is_part, missing, missing_of_head};
use super::path::{FieldPath, Paths, Step};
use super::rules::check_rules;
use super::schema::{
    APPLY_DUPLICATE, ENUM, Naming, SCHEMA_INVALID, Schema, UNKNOWN_FIELD, UNUSABLE, VALUE, check,
    check_metadata, normalize, quantities,
};
use super::store::{Definition, KindSchema, Schemas};
use super::tools::{self, Tool};
use super::versions::Versions;
use super::{Document, Extent, Node, Value};
use super::{admission, bundle, experimental, newer};
use plumb_text::Span;
use plumb_text::diag::{Diagnostic, Severity};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How deep lists of lists are looked into.
const MOST_NESTED: usize = 8;

/// What is said of a document.
#[derive(Debug, Default)]
pub struct Judgement {
    /// What is wrong with it.
    pub findings: Vec<Diagnostic>,
    /// Whether it is a part, by what it lacks.
    pub is_part: bool,
    /// Of a part that does not say that it is one: the schema paths of what it lacks.
    pub missing: Vec<String>,
    /// What was not said because of values that stand for others, and of entries behind something that is not shown.
    pub excused: Vec<Excuse>,
}

/// Validates documents. Shared by threads.
#[derive(Debug)]
pub struct Engine {
    schemas: Arc<Schemas>,
}

impl Engine {
    /// An engine with these schemas.
    pub fn new(schemas: Schemas) -> Engine {
        Engine { schemas: Arc::new(schemas) }
    }

    /// The same, with definitions that are shown for kinds that its schemas do not know.
    pub fn beside(&self, definitions: Vec<Definition>) -> Engine {
        Engine::new(Schemas::behind(self.schemas.clone(), definitions))
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
        self.judge(document, versions).findings
    }

    /// Whether a document is a `List` without an object in it, so that there is nothing to validate.
    pub fn is_empty_list(&self, document: &Document, versions: &Versions) -> bool {
        self.is_empty_to(document, versions, MOST_NESTED)
    }

    fn is_empty_to(&self, document: &Document, versions: &Versions, depth: usize) -> bool {
        let is_empty =
            |item: &Node| self.is_empty_to(&document.part(item.clone()), versions, depth - 1);
        depth > 0 && self.items(document, versions).is_some_and(|items| items.iter().all(is_empty))
    }

    /// The items of a list of objects. `List` holds anything; `RoleList` holds Roles, as kubectl takes it.
    fn items<'d>(&self, document: &'d Document, versions: &Versions) -> Option<&'d [Node]> {
        let kind = document.kind()?.value;
        let (group, version) = (document.group()?, document.version()?);
        let items = document.root.get("items");
        let of_a_kind = || {
            let one = kind.strip_suffix("List")?;
            items?;
            self.schemas.find(group, version, one, versions)
        };
        if kind == "List" && group.is_empty() || of_a_kind().is_some() {
            return Some(items.map(Node::items).unwrap_or_default());
        }
        None
    }

    /// What is said of one document, and what is not said because it is not shown.
    pub fn judge(&self, document: &Document, versions: &Versions) -> Judgement {
        let mut judgement = Judgement::default();
        self.judge_into(document, versions, &mut judgement, 0);
        sort(&mut judgement.findings);
        judgement
    }

    fn judge_into(
        &self,
        document: &Document,
        versions: &Versions,
        judgement: &mut Judgement,
        depth: usize,
    ) {
        // Keys without a value show how a manifest is laid out.
        if is_skeleton(&document.root) {
            return;
        }
        for field in ["apiVersion", "kind"] {
            let path = FieldPath::default().then(Step::Field(field.to_owned()));
            if let Some(span) = document.gaps.replaced_at(&path) {
                judgement.excused.push(Excuse::Placeholder(span));
                return;
            }
        }
        if let Some(tool) = tools::of(document).filter(|_| !self.knows(document, versions)) {
            let faults = faults_of_settings(tool, document);
            judgement.say(faults, (document, &document.root), None, &document.gaps);
            return;
        }
        if let Err(faults) = identity::named(document) {
            self.judge_headless(faults, document, versions, judgement);
            return;
        }
        if self.items(document, versions).is_some() && depth < MOST_NESTED {
            for item in &At::root(document).list("items") {
                let gaps = document.gaps.below(&item.path());
                let item = document.item(item.node.clone(), gaps);
                self.judge_into(&item, versions, judgement, depth + 1);
            }
            return;
        }
        let meant = identity::meant(&self.schemas, document, versions);
        let written = document;
        let document = meant.document.as_ref().unwrap_or(document);
        let group = document.group().unwrap_or("");
        let newer = newer::note(group, versions);
        let newer = newer.as_deref();
        let is_unknown = meant.fault.is_some();
        let unknown = meant.fault.into_iter().collect();
        judgement.say(unknown, (written, &written.root), newer, &written.gaps);
        let version = document.version().unwrap_or("");
        let kind = document.kind().map_or("", |kind| kind.value);
        let Some(known) = meant.known else {
            if !is_unknown {
                // A version that is gone is no mystery: say what replaced it.
                let gone = deprecations::check(document, versions);
                let missing = || identity::without_schema(document, &self.schemas);
                judgement.findings.push(gone.unwrap_or_else(missing));
            }
            // No server has a group without a dot that Kubernetes has not: some other program reads this.
            if !group.is_empty() && !group.contains('.') && !is_unknown {
                return;
            }
            let faults = faults_of_any(document, versions);
            let gaps = judgement.as_part(document, missing(&faults, document));
            judgement.say(faults, (document, &document.root), newer, &gaps);
            return;
        };
        self.note_version(document, &known, (group, kind), versions, &mut judgement.findings);
        if known.deprecated.is_none() || !known.served {
            judgement.findings.extend(deprecations::check(document, versions));
        }
        let faults = |gaps: &Gaps| {
            let mut faults = all_faults(document, &known, kind, versions, gaps);
            self.tell_experimental(&mut faults, document, versions, gaps);
            faults
        };
        let whole = faults(&document.gaps);
        let gaps = judgement.as_part(document, missing(&whole, document));
        let mut faults = if judgement.is_part { faults(&gaps) } else { whole };
        for fault in faults.iter_mut().filter(|fault| fault.rule == &UNKNOWN_FIELD) {
            known_elsewhere(fault, group, version, kind, versions);
        }
        judgement.say(faults, (document, &document.root), newer, &gaps);
    }

    /// Tells of fields and values that the chosen release has in its experimental channel that they are there.
    fn tell_experimental(
        &self,
        faults: &mut [Fault],
        document: &Document,
        versions: &Versions,
        gaps: &Gaps,
    ) {
        let (Some(group), Some(version)) = (document.group(), document.version()) else { return };
        let kind = document.kind().map_or("", |kind| kind.value);
        if faults.iter().any(experimental::is_unknown)
            && let Some(entry) = bundle::find(group, version, kind)
            && let Some(channel) = experimental::channel(entry, versions)
            && let Some(known) = self.schemas.find(group, version, kind, &channel)
        {
            let there = faults_of_schema(document, &known, kind, gaps);
            let still = there.into_iter().filter(experimental::is_unknown);
            let still = still.map(|fault| fault.path).collect();
            experimental::tell_all(faults, &still, &entry.product, versions);
        }
    }

    /// Whether some schema says what a document holds.
    fn knows(&self, document: &Document, versions: &Versions) -> bool {
        let known = document.group().zip(document.version()).zip(document.kind());
        known.is_some_and(|((group, version), kind)| {
            self.schemas.find(group, version, kind.value, versions).is_some()
        })
    }

    /// Judges what does not say what it is. A part of a manifest lacks more than its head, as what it was meant as says.
    fn judge_headless(
        &self,
        faults: Vec<Fault>,
        document: &Document,
        versions: &Versions,
        judgement: &mut Judgement,
    ) {
        let head = missing_of_head(&faults, document);
        let rest = identity::of_kind(&self.schemas, document, versions).map(|(meant, known)| {
            let kind = meant.kind().map_or("", |kind| kind.value);
            let gaps = &document.gaps;
            missing(&all_faults(&meant, &known, kind, versions, gaps), document)
        });
        let rest = rest.unwrap_or_default();
        if !is_part(document, &head) && !is_part(document, &rest)
            || has_misspelt_head(document) && document.extent != Extent::Announced
        {
            let before = judgement.findings.len();
            judgement.say(faults, (document, &document.root), None, &document.gaps);
            // A page may sketch a kind that there is not: nobody but its author knows that it is meant whole.
            let kind = document.kind().map(|kind| kind.value);
            let is_known = kind.is_none_or(|kind| !self.schemas.find_kind(kind).is_empty());
            if !is_known && document.extent != Extent::Whole && !has_misspelt_head(document) {
                let found = judgement.findings[before..].iter_mut();
                found
                    .for_each(|finding| finding.severity = finding.severity.min(Severity::Warning));
            }
            return;
        }
        judgement.is_part = true;
        if !document.gaps.has_gap() {
            let all: BTreeSet<String> = head.into_iter().chain(rest).collect();
            judgement.missing.extend(all);
        }
    }

    fn note_version(
        &self,
        document: &Document,
        known: &KindSchema,
        (group, kind): (&str, &str),
        versions: &Versions,
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
            let held = bundle::find(group, document.version().unwrap_or_default(), kind);
            let product = held.map(|held| held.product.as_str());
            // Another release or channel of a product may serve it, where nobody says which one there is.
            if product.is_some_and(|product| !versions.is_said(product)) {
                finding.severity = Severity::Warning;
            }
            findings.push(deprecations::of_its_time(finding, document, product, versions, None));
        } else if let Some(why) = &known.deprecated {
            let finding = Diagnostic::new(&API_DEPRECATED, document.locate(at), why.clone())
                .path("apiVersion")
                .document(document.id());
            let held = bundle::find(group, document.version().unwrap_or_default(), kind);
            let product = held.map(|held| held.product.as_str());
            findings.push(deprecations::of_its_time(finding, document, product, versions, None));
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

/// Whether a document is keys and no values.
fn is_skeleton(root: &Node) -> bool {
    let is_empty = |node: &Node| node.is_null() || is_skeleton(node);
    root.as_map()
        .is_some_and(|map| !map.is_empty() && map.iter().all(|entry| is_empty(&entry.value)))
}

impl Judgement {
    /// The gaps of a document that lacks these paths: everywhere, if that makes it a part.
    fn as_part(&mut self, document: &Document, missing: Vec<String>) -> Gaps {
        self.is_part = is_part(document, &missing);
        if !self.is_part {
            return document.gaps.clone();
        }
        if !document.gaps.has_gap() {
            self.missing.extend(missing);
        }
        document.gaps.and_everywhere()
    }

    /// Puts into words what is there whatever is not shown and what no other fault explains, and notes why the rest is not
    /// said. What a `newer` release may have is a warning.
    pub(super) fn say(
        &mut self,
        faults: Vec<Fault>,
        (document, root): (&Document, &Node),
        newer: Option<&str>,
        gaps: &Gaps,
    ) {
        let mut standing: Vec<Fault> = Vec::new();
        let mut doubtful: Vec<(Span, Fault)> = Vec::new();
        for fault in faults {
            match fault.excuse(gaps) {
                None => standing.push(fault),
                Some(Excuse::Gap) => {}
                Some(Excuse::PlaceholderAmongOthers(span)) => doubtful.push((span, fault)),
                Some(excuse) => self.excused.push(excuse),
            }
        }
        let text = |span: Span| document.text().get(span.range());
        let mut texts: BTreeSet<&str> =
            doubtful.iter().filter_map(|(span, _)| text(*span)).collect();
        if !texts.is_empty() {
            let names_something = |word: &&str| NOUNS.iter().any(|noun| word.ends_with(noun));
            texts.extend(gaps.words().filter_map(text).filter(names_something));
        }
        let is_alone = texts.len() < 2;
        for (span, fault) in doubtful {
            match is_alone {
                true => standing.push(fault),
                false => self.excused.push(Excuse::Placeholder(span)),
            }
        }
        let tell = |fault: Fault| match newer.filter(|_| newer::may_be_new(&fault)) {
            None => fault.into_finding(document),
            Some(help) => {
                let mut finding = fault.into_finding(document).help(help);
                finding.severity = Severity::Warning;
                finding
            }
        };
        self.findings.extend(causes::of(standing, root).into_iter().map(tell));
    }
}

/// How words end that say what a reader has to write there, and no value of an enumeration ends: `CONTAINER_IMAGE`.
const NOUNS: &[&str] = &[
    "_ADDRESS", "_BUNDLE", "_CERT", "_DOMAIN", "_HOST", "_ID", "_IMAGE", "_IP", "_NAME",
    "_PROJECT", "_REGION", "_TAG", "_URL", "_ZONE",
];

/// What is wrong with the settings of a tool, as far as their shape is known.
fn faults_of_settings(tool: &Tool, document: &Document) -> Vec<Fault> {
    let Some(shape) = tools::shape(tool, document) else { return Vec::new() };
    let root = At::root(document);
    let mut faults = validate_schema(shape, shape.root, &root, document.text(), &document.gaps);
    faults.retain(tools::refuses);
    faults
}

/// What is wrong with a document whose kind has no schema: its metadata, and what rules say of it.
fn faults_of_any(document: &Document, versions: &Versions) -> Vec<Fault> {
    let root = At::root(document);
    let mut faults = check_metadata(&root, document.text(), Naming::Unknown, &document.gaps);
    // The settings of some tool have a kind too, and more in their metadata than an object's; what is nearly a field of it
    // is a slip all the same.
    faults.retain(|fault| fault.rule != &UNKNOWN_FIELD || fault.fix.is_some());
    faults.extend(admission::unsaid(admission::check(document, versions), &faults));
    faults
}

/// All that is wrong with a document whose kind is known, each thing once.
fn all_faults(
    document: &Document,
    known: &KindSchema,
    kind: &str,
    versions: &Versions,
    gaps: &Gaps,
) -> Vec<Fault> {
    let mut faults = faults_of_schema(document, known, kind, gaps);
    let mut coded = admission::check(document, versions);
    if known.builtin {
        let amounts = quantities(&known.schema, &At::root(document));
        let unread = admission::kubernetes::quantities(&amounts, versions);
        let said: BTreeSet<FieldPath> = coded.iter().map(|fault| fault.path.clone()).collect();
        coded.extend(unread.into_iter().filter(|fault| !said.contains(&fault.path)));
    }
    // A server that can't decode a value asks no rule: to a rule a value of another type is none, and what it misses is there.
    let mistyped = faults.iter().filter(|fault| fault.ty == ErrorType::TypeInvalid);
    let mistyped: Paths<'_> = mistyped.map(|fault| &fault.path).collect();
    coded.retain(|fault| {
        let misses = fault.is_absence() && !fault.path.is_root();
        !misses || !mistyped.contains(&fault.path) && !mistyped.lie_in(&fault.path)
    });
    // A rule that knows which name stands twice says it better than the list does.
    let named: Paths<'_> = coded
        .iter()
        .filter(|fault| fault.ty == ErrorType::Duplicate)
        .map(|fault| &fault.path)
        .collect();
    faults.retain(|fault| {
        let is_named = || named.contains(&fault.path) || named.lie_in(&fault.path);
        fault.rule != &APPLY_DUPLICATE || !is_named()
    });
    if known.embedded {
        faults.retain(|fault| !admission::is_said_by_code(fault, &coded));
    }
    let coded = admission::unsaid(coded, &faults);
    faults.extend(coded);
    faults
}

/// What the schema of a kind says of a document, and what holds of the metadata of every kind; each thing once.
fn faults_of_schema(
    document: &Document,
    known: &KindSchema,
    kind: &str,
    gaps: &Gaps,
) -> Vec<Fault> {
    let root = At::root(document);
    let text = document.text();
    let mut faults = validate_schema(&known.schema, known.schema.root, &root, text, gaps);
    let naming = match known.builtin {
        // Requests for a verdict are not kept, so they need no name; a binding is named by its path.
        true if kind.ends_with("Review") || kind == "Binding" => Naming::Unknown,
        // `limitrangeStrategy.PrepareForCreate` gives it one.
        true if kind == "LimitRange" => Naming::OwnOrNone,
        true => Naming::Own,
        // What a tool reads never reaches a cluster.
        false if tools::of(document).is_some() => Naming::Unknown,
        false => Naming::Subdomain,
    };
    faults.extend(check_metadata(&root, text, naming, gaps));
    if let Some(beyond) = &known.beyond {
        let limits = validate_schema(beyond, beyond.root, &root, text, gaps);
        let said: BTreeSet<FieldPath> = faults.iter().map(|fault| fault.path.clone()).collect();
        faults.extend(limits.into_iter().filter(|fault| {
            (fault.rule == &ENUM || fault.rule == &VALUE) && !said.contains(&fault.path)
        }));
    }
    // A kind's own schema may say of the metadata what is said of every kind's.
    let mut seen = BTreeSet::new();
    faults.retain(|fault| seen.insert((fault.span, fault.path.clone(), fault.detail.clone())));
    faults
}

/// Structure, then rules where the structure is sound.
pub(super) fn validate_schema(
    schema: &Schema,
    id: usize,
    at: &At<'_>,
    text: &str,
    gaps: &Gaps,
) -> Vec<Fault> {
    let mut normal = at.node.clone();
    let is_whole = normalize(schema, id, &mut normal, at.key());
    let mut faults = check(schema, id, &at.over(&normal), text, gaps);
    if id == schema.root && at.parent().is_none() {
        without_status(&mut faults, &mut normal);
    }
    let at = at.over(&normal);
    if !is_whole {
        let why = "the schema's defaults are too many or too large to be filled in";
        faults.push(Fault::new(&UNUSABLE, ErrorType::Internal, &at, why.to_owned()));
    }
    if !faults.iter().any(|fault| fault.blocks && fault.excuse(gaps).is_none()) {
        faults.extend(check_rules(schema, id, &at, gaps));
    }
    faults
}

/// A server drops the status of an object that it is given, so that what it would have to hold is no matter; what is no
/// status at all is.
fn without_status(faults: &mut Vec<Fault>, object: &mut Node) {
    let is_status = |fault: &Fault| {
        let mut steps = fault.path.steps().iter();
        steps.next().and_then(Step::name) == Some("status") && steps.next().is_some()
    };
    faults.retain(|fault| {
        !is_status(fault) || fault.rule == &UNKNOWN_FIELD || fault.ty == ErrorType::TypeInvalid
    });
    if let Value::Map(map) = &mut object.value {
        map.entries_mut().retain(|entry| entry.key.value != "status");
    }
}

/// A field that another version of the product has is not a mistake of spelling: says which.
fn known_elsewhere(fault: &mut Fault, group: &str, version: &str, kind: &str, versions: &Versions) {
    let holders = bundle::versions_with(group, version, kind, &fault.path.to_string());
    let product =
        bundle::find(group, version, kind).map(|known| known.product.as_str()).unwrap_or_default();
    let title = Versions::products().iter().find(|known| known.name == product);
    // Where the chosen version has it, the schema in use is another than the bundle's.
    let elsewhere = !holders.is_empty() && !holders.iter().any(|held| held == versions.of(product));
    if let Some(title) = title.filter(|_| elsewhere) {
        fault.help(format!(
            "a field of {} {}; this is checked against {} (choose with `{product}=VERSION`)",
            title.title,
            holders.join(", "),
            versions.of(product)
        ));
    }
}

pub(super) fn sort(findings: &mut [Diagnostic]) {
    fn key(finding: &Diagnostic) -> ((&str, usize, usize), &str, &str) {
        (finding.at.location.sort_key(), finding.code.name, &finding.message)
    }
    findings.sort_by(|left, right| key(left).cmp(&key(right)));
}
