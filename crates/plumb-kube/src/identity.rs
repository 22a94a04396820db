//! What a document says that it is, and what its author meant where no server has that.
//!
//! Owns: the findings about `apiVersion` and `kind`, and the choice of what a document with wrong ones is judged as, so that
//! one slip there hides no other. Must not know: how a document is judged.

use super::at::At;
use super::codes::{MANIFEST_INCOMPLETE, SCHEMA_MISSING, UNKNOWN_KIND};
use super::deprecations;
use super::fault::{ErrorType, Fault, Rule, Wording, listed};
use super::store::{KindSchema, Schemas, stability};
use super::versions::Versions;
use super::{
    Document, Entry, Extent, Map, Node, Style, Value, api_version, bundle, experimental, groups,
};
use plumb_text::diag::{Diagnostic, Severity, nearest};
use plumb_text::{Span, Spanned};
use std::collections::BTreeSet;
use std::sync::Arc;

static INCOMPLETE: Rule = Rule::new(&MANIFEST_INCOMPLETE, "unstructured.UnmarshalJSON");
pub(super) static UNKNOWN: Rule = Rule::new(&UNKNOWN_KIND, "meta.NoKindMatchError");

/// The kind; or what is wrong where the document does not say what it is.
pub(super) fn named(document: &Document) -> Result<&str, Vec<Fault>> {
    let fault = |ty, at: &At<'_>, detail| {
        let mut fault = Fault::new(&INCOMPLETE, ty, at, detail);
        fault.on_all(at);
        fault
    };
    let Some(map) = document.root.as_map() else {
        let what = match document.root.value {
            Value::Seq(_) => "a list",
            _ => "a single value",
        };
        let root = At::new(&document.root, document.span);
        let why = format!("a manifest is a map, and this document is {what}");
        let mut fault = fault(ErrorType::Internal, &root, why);
        fault.span = Span::at(document.span.start);
        return Err(vec![fault]);
    };
    let start = map.iter().next().map_or(document.span, |entry| entry.key.span);
    let root = At::new(&document.root, start);
    let mut faults = Vec::new();
    for field in ["apiVersion", "kind"] {
        let at = root.field(field);
        if at.str().is_some_and(|text| !text.is_empty()) {
            continue;
        }
        let mut fault = if at.node.is_null() {
            fault(ErrorType::Required, &at.keyed(), String::new())
        } else {
            let why = format!("must be a name, not {}", at.node.value.type_name());
            fault(ErrorType::Invalid, &at.keyed(), why)
        };
        if let Some(near) = nearest(field, map.keys()) {
            fault.help(format!("`{near}` may have been meant as `{field}`"));
        }
        faults.push(fault);
    }
    match document.kind() {
        Some(kind) if faults.is_empty() => Ok(kind.value),
        _ => Err(faults),
    }
}

/// The finding about a kind of a group of which no schema is at hand.
pub(super) fn without_schema(document: &Document, schemas: &Schemas) -> Diagnostic {
    let (group, version) = (document.group().unwrap_or(""), document.version().unwrap_or(""));
    let kind = document.kind().unwrap_or(Spanned::new("", document.span));
    let api = api_version(group, version);
    let message = format!("no schema is known for `{}` of `{api}`", kind.value);
    let mut finding = Diagnostic::new(&SCHEMA_MISSING, document.locate(kind.span), message);
    let elsewhere = schemas.find_kind(kind.value);
    if !elsewhere.is_empty() {
        let apis = elsewhere.iter().map(|(group, version)| api_version(group, version));
        finding = finding.help(format!("`{}` is known in {}", kind.value, listed(apis)));
    }
    if is_answered_list(document, kind.value) {
        finding.severity = Severity::Note;
    }
    finding = match groups::published(group, kind.value) {
        Some(lines) => lines.into_iter().fold(finding, Diagnostic::help),
        None => finding.help("add its schema with `mdbook-plumb schemas add FILE|FOLDER|URL`"),
    };
    finding.path("kind").document(document.id()).subject(format!("{}, {api}", kind.value))
}

/// What a document is judged as.
#[derive(Default)]
pub(super) struct Meant {
    /// The schema.
    pub(super) known: Option<Arc<KindSchema>>,
    /// The document as it was meant, where it says something else.
    pub(super) document: Option<Document>,
    /// That no server has what it says.
    pub(super) fault: Option<Fault>,
}

/// A kind of some API group and version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Choice {
    group: String,
    version: String,
    kind: String,
}

impl From<(String, String, String)> for Choice {
    fn from((group, version, kind): (String, String, String)) -> Choice {
        Choice { group, version, kind }
    }
}

impl Choice {
    fn api(&self) -> String {
        api_version(&self.group, &self.version)
    }
}

/// The schema of a document's kind; where there is none and its group is known, what was meant.
pub(super) fn meant(schemas: &Schemas, document: &Document, versions: &Versions) -> Meant {
    let (Some(api), Some(kind)) = (document.api_version(), document.kind()) else {
        return Meant::default();
    };
    let (group, version) = (document.group().unwrap_or(""), document.version().unwrap_or(""));
    let known = schemas.find(group, version, kind.value, versions);
    if known.is_some() || deprecations::find(api.value, kind.value, versions).is_some() {
        return Meant { known, ..Meant::default() };
    }
    if let Some(entry) = bundle::find(group, version, kind.value)
        && let Some(channel) = experimental::channel(entry, versions)
        && let Some(known) = schemas.find(group, version, kind.value, &channel)
    {
        let mut fault = no_match(document, &["kind"]);
        let what = format!("`{}` of `{}`", kind.value, api.value);
        experimental::tell(&mut fault, &what, &entry.product, versions);
        return Meant { known: Some(known), document: None, fault: Some(fault) };
    }
    // Another release of the product may have it.
    if let Some(entry) = bundle::find(group, version, kind.value)
        && let Some(last) = entry.versions.last()
        && let Ok(held) = versions.with(&entry.product, last)
    {
        let mut fault = no_match(document, &["apiVersion"]);
        let releases = entry.versions.join(", ");
        let (product, chosen) = (&entry.product, versions.of(&entry.product));
        fault.help(format!(
            "{} {releases} has it; this is checked against {chosen} (choose with `{product}=VERSION`)",
            Versions::title(product)
        ));
        let known = schemas.find(group, version, kind.value, &held);
        return Meant { known, document: None, fault: Some(fault) };
    }
    let search = Search { schemas, versions, all: schemas.kinds().map(Choice::from).collect() };
    let Some(found) = search.run(api.value, kind.value) else { return Meant::default() };
    let Some(choice) = found else {
        if group.is_empty() && !looks_like_object(document)
            || is_answered_list(document, kind.value)
        {
            return Meant::default();
        }
        return Meant { fault: Some(no_match(document, &["kind"])), ..Meant::default() };
    };
    let known = schemas.find(&choice.group, &choice.version, &choice.kind, versions);
    let fault = Some(suggestion(document, &choice, &search));
    Meant { known, document: Some(written_as(document, &choice)), fault }
}

/// What a document without an `apiVersion` is by its kind, where one group alone has that: the document with it, and the schema.
pub(super) fn of_kind(
    schemas: &Schemas,
    document: &Document,
    versions: &Versions,
) -> Option<(Document, Arc<KindSchema>)> {
    let kind = document.kind()?.value;
    if document.root.get("apiVersion").is_some() {
        return None;
    }
    let served = |(group, version): &(String, String)| {
        schemas.find(group, version, kind, versions).filter(|known| known.served)
    };
    let mut found =
        schemas.find_kind(kind).into_iter().filter_map(|api| Some((served(&api)?, api)));
    let (known, (group, version)) = found.next()?;
    if found.any(|(_, (other, _))| other != group) {
        return None;
    }
    let mut root = document.root.clone();
    if let Value::Map(map) = &mut root.value {
        let text = Value::String(api_version(&group, &version));
        let value =
            Node { value: text, span: Span::at(document.span.start), style: Style::Default };
        map.push(Entry { key: Spanned::new("apiVersion".to_owned(), value.span), value });
    }
    Some((document.part(root), known))
}

/// Whether a document is a list that a server has answered with, which it need not serve under this name.
fn is_answered_list(document: &Document, kind: &str) -> bool {
    let is_shown = matches!(document.extent, Extent::Printed | Extent::Announced);
    is_shown && kind.ends_with("List") && document.root.get("items").is_some()
}

/// Whether a document holds what objects do, or nothing: files of other programs have a version and a kind too.
fn looks_like_object(document: &Document) -> bool {
    let keys: Vec<&str> = document.root.as_map().into_iter().flat_map(Map::keys).collect();
    let of_objects = ["metadata", "spec", "status", "data", "items"];
    let is_one = |key: &&str| of_objects.contains(key) || nearest(key, of_objects).is_some();
    keys.iter().all(|key| matches!(*key, "apiVersion" | "kind")) || keys.iter().any(is_one)
}

/// That no server has what a document says, in the words of `kubectl`; marked at the first of some fields.
fn no_match(document: &Document, wrong: &[&str]) -> Fault {
    let root = At::root(document);
    let field = wrong.first().copied().unwrap_or("kind");
    let (api, kind) = (root.field("apiVersion"), root.field("kind"));
    let detail = format!("no matches for kind {} in version {}", kind.quoted(), api.quoted());
    let mut fault = Fault::new(&UNKNOWN, ErrorType::NotSupported, &root.field(field), detail);
    fault.on(&api).on(&kind);
    fault.wording = Wording::Sentence;
    fault
}

/// The fault of a document that was meant as something else, with what to write.
fn suggestion(document: &Document, choice: &Choice, search: &Search<'_>) -> Fault {
    let api = document.api_version().map_or("", |api| api.value);
    let kind = document.kind().map_or("", |kind| kind.value);
    let right = choice.api();
    let wrong: Vec<&str> = [("apiVersion", api != right), ("kind", kind != choice.kind)]
        .into_iter()
        .filter_map(|(field, wrong)| wrong.then_some(field))
        .collect();
    let mut fault = no_match(document, &wrong);
    match wrong[..] {
        ["apiVersion"] => {
            fault.help(format!("`{kind}` is in {}", listed(search.apis_of(choice))));
            fault.replace_with(right);
        }
        ["kind"] => {
            fault.near(Some(&choice.kind));
            fault.replace_with(choice.kind.clone());
        }
        _ => {
            fault.help(format!("write `apiVersion: {right}` and `kind: {}`", choice.kind));
        }
    }
    fault
}

/// A document with another apiVersion and kind, at the places of its own.
fn written_as(document: &Document, choice: &Choice) -> Document {
    let mut root = document.root.clone();
    if let Value::Map(map) = &mut root.value {
        for entry in map.entries_mut() {
            let text = match entry.key.value.as_str() {
                "apiVersion" => choice.api(),
                "kind" => choice.kind.clone(),
                _ => continue,
            };
            entry.value = Node { value: Value::String(text), ..entry.value.clone() };
        }
    }
    document.part(root)
}

/// Whether two names of groups differ within one part of the domain, by a slip of the pen.
fn is_slip(given: &str, known: &str) -> bool {
    differing_part(given, known)
        .is_some_and(|(given, known)| known.len() >= SHORTEST && nearest(given, [known]).is_some())
}

/// Whether a group is how people miswrite one of Kubernetes' own: `app`, `networking`, `batch.k8s.io`, `networking.k8s.oi`. No
/// definition can have a group without a dot.
fn is_slip_of_builtin(given: &str, known: &str) -> bool {
    const DOMAIN: &str = ".k8s.io";
    let first = known.split('.').next().unwrap_or(known);
    let is_cut = given == first && known.ends_with(DOMAIN);
    let is_extended = given.strip_suffix(DOMAIN) == Some(known);
    let is_near = strsim::osa_distance(given, known) == 1;
    let is_undotted = is_near && known.len() >= 4 && !given.contains('.') && !known.contains('.');
    // Letters exchanged, left out or written twice; another letter makes another domain: `k3s.io`.
    let is_short_slip = || {
        let Some((given, known)) = differing_part(given, known) else { return false };
        let sorted = |part: &str| {
            let mut letters: Vec<char> = part.chars().collect();
            letters.sort_unstable();
            letters
        };
        let is_other = given.len() == known.len() && sorted(given) != sorted(known);
        strsim::osa_distance(given, known) == 1 && !is_other
    };
    is_cut || is_extended || is_undotted || is_short_slip()
}

/// The one part in which two domains of as many parts differ.
fn differing_part<'a>(given: &'a str, known: &'a str) -> Option<(&'a str, &'a str)> {
    if given.split('.').count() != known.split('.').count() {
        return None;
    }
    let mut parts = given.split('.').zip(known.split('.')).filter(|(given, known)| given != known);
    parts.next().filter(|_| parts.next().is_none())
}

/// Shorter parts of a domain are near each other by chance: `io` and `ai`, `k8s` and `k3s`.
const SHORTEST: usize = 5;

/// Whether one kind may be a slip of another: who writes a word more, or one less, means another kind, such as `CiliumConfig` beside
/// `CiliumNodeConfig`.
fn has_same_words(one: &str, other: &str) -> bool {
    let words = |kind: &str| kind.chars().filter(|c| c.is_uppercase()).count();
    words(one) == words(other) || strsim::damerau_levenshtein(one, other) <= 2
}

/// Whether one kind differs from another by a word that some kind has: who writes `ResourceClass` beside `ResourceClaim` means it.
fn is_of_other_words(one: &str, other: &str, all: &[Choice]) -> bool {
    let words = |kind: &str| -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for c in kind.chars() {
            match words.last_mut().filter(|_| !c.is_uppercase()) {
                Some(word) => word.push(c),
                None => words.push(c.to_string()),
            }
        }
        words
    };
    let known = words(other);
    let mut differing =
        words(one).into_iter().filter(|word| word.len() > 3 && !known.contains(word));
    let is_word = |word: &String| all.iter().any(|choice| words(&choice.kind).contains(word));
    differing.any(|word| is_word(&word))
}

/// Groups in which another project has kinds of its own, whose schemas are not embedded: Tetragon's `TracingPolicy`.
const SHARED: &[&str] = &["cilium.io"];

/// The search for what was meant.
struct Search<'s> {
    schemas: &'s Schemas,
    versions: &'s Versions,
    all: Vec<Choice>,
}

impl Search<'_> {
    /// What was meant; nothing inside where the group is known and nothing in it is near, nothing at all where no schema
    /// of the group is at hand.
    fn run(&self, api: &str, kind: &str) -> Option<Option<Choice>> {
        let exchanged = |choice: &&Choice| choice.api() == kind && choice.kind == api;
        if let Some(choice) = self.all.iter().find(exchanged) {
            return Some(Some(choice.clone()));
        }
        let Some((group, version)) = self.group_of(api) else {
            return self.of_near_group(api, kind).map(Some);
        };
        let is_here = |choice: &&Choice| choice.group == group;
        let here: Vec<&Choice> = self.all.iter().filter(is_here).collect();
        let is_core_version = !group.is_empty() || version.eq_ignore_ascii_case("v1");
        let same = |choice: &&Choice| choice.kind.eq_ignore_ascii_case(kind);
        let of_k8s = |choice: &&Choice| {
            let known = bundle::find(&choice.group, &choice.version, &choice.kind);
            known.is_some_and(|known| known.product == "k8s")
        };
        // By its name in this group, in another one that is alone to have it, by a name that is near.
        let by_name = self.best(here.iter().copied().filter(same), version);
        let elsewhere = || {
            let others =
                || self.all.iter().filter(same).filter(|other| is_core_version || of_k8s(other));
            let groups: BTreeSet<&str> = others().map(|other| other.group.as_str()).collect();
            if groups.len() == 1 { self.best(others(), version) } else { None }
        };
        let near = || {
            let in_version = here.iter().filter(|choice| choice.version == version);
            let names = |choices: &mut dyn Iterator<Item = &Choice>| {
                let names: BTreeSet<String> = choices.map(|choice| choice.kind.clone()).collect();
                let is_slip = |name: &&str| has_same_words(kind, name);
                nearest(kind, names.iter().map(String::as_str).filter(is_slip)).map(str::to_owned)
            };
            let name =
                names(&mut in_version.copied()).or_else(|| names(&mut here.iter().copied()))?;
            if is_of_other_words(kind, &name, &self.all) {
                return None;
            }
            self.best(here.iter().copied().filter(|choice| choice.kind == name), version)
        };
        let found = by_name.or_else(elsewhere);
        if found.is_some() {
            return Some(found);
        }
        // Settings of many tools have a version without a group.
        let near = if is_core_version { near() } else { None };
        // Of a group whose definitions a book brings there may be more.
        // Of a group for experiments a release drops what the next one does not have.
        let is_whole = is_core_version
            && !experimental::is_group(group)
            && !SHARED.contains(&group)
            && bundle::kinds().iter().any(|known| known.group == group);
        (near.is_some() || is_whole).then_some(near)
    }

    /// The kind in the group whose name is near, where that has it in this version: of a group that is near by chance it would be
    /// one by chance too.
    fn of_near_group(&self, api: &str, kind: &str) -> Option<Choice> {
        let (group, version) = api.split_once('/')?;
        let is_kind = |choice: &&Choice| choice.kind == kind;
        let of_k8s = |choice: &&Choice| {
            let known = bundle::find(&choice.group, &choice.version, &choice.kind);
            known.is_some_and(|known| known.product == "k8s")
        };
        let is_near = |choice: &&Choice| {
            // What has no dot is nobody's, whatever its version.
            let has_it = choice.version == version || !group.contains('.') && of_k8s(choice);
            let is_slip = is_slip(group, &choice.group)
                || of_k8s(choice) && is_slip_of_builtin(group, &choice.group);
            has_it && is_slip
        };
        let near = self.all.iter().filter(is_kind).find(is_near)?.group.as_str();
        let is_meant = |choice: &&Choice| choice.group == near;
        self.best(self.all.iter().filter(is_kind).filter(is_meant), version)
    }

    /// The known group that an apiVersion is of, and the version that it names.
    fn group_of<'a>(&'a self, api: &'a str) -> Option<(&'a str, &'a str)> {
        let known = |name: &str| {
            let mut groups = self.all.iter().map(|choice| choice.group.as_str());
            groups.find(|group| group.eq_ignore_ascii_case(name))
        };
        match api.split_once('/') {
            Some(("core", version)) => Some(("", version)),
            // What stands behind a second slash is no part of it.
            Some((group, rest)) => {
                Some((known(group)?, rest.split_once('/').map_or(rest, |(version, _)| version)))
            }
            None => match known(api).filter(|group| !group.is_empty()) {
                Some(group) => Some((group, "")),
                None => Some(("", api)),
            },
        }
    }

    /// Of choices that the release has, the one in this version, or in the best.
    fn best<'a>(&self, choices: impl Iterator<Item = &'a Choice>, version: &str) -> Option<Choice> {
        let served = |choice: &&Choice| {
            let Choice { group, version, kind } = choice;
            self.schemas.find(group, version, kind, self.versions).is_some()
        };
        choices
            .filter(served)
            .max_by_key(|choice| {
                (choice.version.eq_ignore_ascii_case(version), stability(&choice.version))
            })
            .cloned()
    }

    /// The apiVersions of a kind of a group in the release, the best first.
    fn apis_of(&self, choice: &Choice) -> Vec<String> {
        let same = |other: &&Choice| other.group == choice.group && other.kind == choice.kind;
        let served = |other: &&Choice| {
            self.schemas.find(&other.group, &other.version, &other.kind, self.versions).is_some()
        };
        let mut found: Vec<&Choice> = self.all.iter().filter(same).filter(served).collect();
        found.sort_by_key(|choice| std::cmp::Reverse(stability(&choice.version)));
        found.dedup();
        found.into_iter().map(Choice::api).collect()
    }
}
