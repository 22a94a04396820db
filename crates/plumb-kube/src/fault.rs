//! What a rule says of an object: a fault, typed as API servers type it, in the spans of its document.
//!
//! Owns: [`Rule`] (what is checked, and what upstream function it mirrors), [`Fault`], what a fault has read, and
//! `Faults`, where everything that walks an object reports to. A fault becomes a [`Diagnostic`] last, in one place.
//! Must not know: any rule.

use super::at::At;
use super::choice::is_choice;
use super::path::FieldPath;
use super::{Document, Versions};
use plumb_text::Span;
use plumb_text::diag::{Code, Diagnostic, Edit, Fix, nearest};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

/// One thing that is checked of an object.
#[derive(Debug)]
pub struct Rule {
    /// What findings of it are: what an author looks up or suppresses, which several rules may share.
    pub code: &'static Code,
    /// Its name among the rules of its code; empty where it is the only one.
    pub name: &'static str,
    /// Who refuses what it refuses.
    pub by: Authority,
    /// The upstream function that it mirrors, as far as it mirrors one.
    pub mirrors: &'static str,
    /// The first release of its product that has it, where that is later than the oldest one known here.
    pub since: Option<(u32, u32)>,
    /// The first release of its product that has it no more.
    pub until: Option<(u32, u32)>,
    /// Two examples, which are its test.
    pub example: Option<Example>,
}

/// An example that a rule refuses, and the same one right.
#[derive(Debug)]
pub struct Example {
    /// Where the examples stand: `Pod.spec`, or a kind for what stands beside `metadata`.
    pub place: &'static str,
    /// An example that the rule refuses.
    pub wrong: &'static str,
    /// The same, right.
    pub right: &'static str,
}

/// Who refuses an object, or warns of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// The API server, by a schema or by code of its own.
    ApiServer,
    /// Istio: istiod's admission webhook, or an analyzer of istioctl's that looks at one resource.
    Istiod,
    /// Linkerd's admission webhook.
    Linkerd,
    /// Cilium's agent, when it reads a policy.
    Cilium,
    /// The controller of a Gateway.
    Gateway,
}

impl Authority {
    /// The product whose releases decide which of its rules there are.
    fn product(self) -> &'static str {
        match self {
            Authority::ApiServer => "k8s",
            Authority::Istiod => "istio",
            Authority::Linkerd => "linkerd",
            Authority::Cilium => "cilium",
            Authority::Gateway => "gateway-api",
        }
    }
}

impl Rule {
    /// A rule of its own code that an API server has.
    pub(crate) const fn new(code: &'static Code, mirrors: &'static str) -> Rule {
        Rule {
            code,
            name: "",
            by: Authority::ApiServer,
            mirrors,
            since: None,
            until: None,
            example: None,
        }
    }

    /// Whether the chosen release of its product has it.
    fn is_in(&self, versions: &Versions) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let release = versions.number(self.by.product());
        self.since.is_none_or(|since| since <= release)
            && self.until.is_none_or(|until| release < until)
    }

    /// `CODE` or `CODE/NAME`: unlike every other rule's.
    pub fn id(&self) -> String {
        match self.name {
            "" => self.code.name.to_owned(),
            name => format!("{}/{name}", self.code.name),
        }
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Rule) -> bool {
        self.code == other.code && self.name == other.name
    }
}

/// Kubernetes' `field.ErrorType`: in which way a field is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorType {
    /// A value that must be there is not.
    Required,
    /// A value is malformed or does not fit others.
    Invalid,
    /// A value that must be unique is there again.
    Duplicate,
    /// A field must not be there, as things are.
    Forbidden,
    /// What a value refers to is not there.
    NotFound,
    /// A value is not one of those that are known.
    NotSupported,
    /// A value is of the wrong type.
    TypeInvalid,
    /// A text is too long.
    TooLong,
    /// A list has too many items.
    TooMany,
    /// The check itself failed.
    Internal,
}

impl ErrorType {
    /// The words with which an API server begins its message.
    fn label(self) -> &'static str {
        match self {
            ErrorType::Required => "Required value",
            ErrorType::Invalid | ErrorType::TypeInvalid => "Invalid value",
            ErrorType::Duplicate => "Duplicate value",
            ErrorType::Forbidden => "Forbidden",
            ErrorType::NotFound => "Not found",
            ErrorType::NotSupported => "Unsupported value",
            ErrorType::TooLong => "Too long",
            ErrorType::TooMany => "Too many",
            ErrorType::Internal => "",
        }
    }
}

/// Something that a rule has read to come to its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// That something is written at a place, and not what.
    Presence(Place),
    /// What is written at a place.
    Value(Place),
    /// All that a place holds: an absence, a default, a count, a sum, a choice, a reference that finds nothing.
    Whole(Place),
}

impl Read {
    /// The place that was looked at.
    pub fn place(&self) -> &Place {
        let (Read::Presence(place) | Read::Value(place) | Read::Whole(place)) = self;
        place
    }
}

/// A node of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its path.
    pub path: FieldPath,
    /// What stands for it in the text.
    pub span: Span,
}

impl From<&At<'_>> for Place {
    fn from(at: &At<'_>) -> Place {
        Place { path: at.path(), span: at.span() }
    }
}

/// How a fault is worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wording {
    /// As an API server does: path, type, value, detail.
    Field,
    /// The detail alone, which is a sentence.
    Sentence,
}

/// Something wrong with an object.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The rule that says so.
    pub rule: &'static Rule,
    /// In which way the field is wrong.
    pub ty: ErrorType,
    /// The field.
    pub path: FieldPath,
    /// What to mark.
    pub span: Span,
    /// Of a text that is marked, the part that is wrong: the text, and where in it.
    pub part: Option<(String, Span)>,
    /// What is written there, as a message quotes it.
    pub value: Option<String>,
    /// What is wrong.
    pub detail: String,
    /// All that the rule has read to come to this.
    pub reads: Vec<Read>,
    /// Whether nothing that is added can mend it, whatever was read whole.
    pub is_certain: bool,
    /// Whether it says that something is absent, in other words than that it is required.
    pub is_lack: bool,
    /// Whether it is about an entry that has no place here, and may have one elsewhere.
    pub is_stray: bool,
    /// Whether alternatives are written, as a synopsis does, each of which would be right.
    pub(crate) is_choice: bool,
    /// Whether a text is not in a format that no word has, such as base64, a time or an address.
    pub(crate) wants_format: bool,
    /// Other places that explain it.
    pub related: Vec<(Span, String)>,
    /// What to do.
    pub help: Vec<String>,
    /// What it does, and what to write in place of which span.
    pub fix: Option<(String, Span, String)>,
    /// Whether an API server evaluates no rule of the schema after this.
    pub(crate) blocks: bool,
    pub(crate) wording: Wording,
}

impl Fault {
    /// A fault at a place, of which so far only the path is known to have been read.
    pub(crate) fn new(rule: &'static Rule, ty: ErrorType, at: &At<'_>, detail: String) -> Fault {
        Fault {
            rule,
            ty,
            path: at.path(),
            span: marked(rule, at),
            part: None,
            value: None,
            detail: Diagnostic::fitting(detail),
            reads: Vec::new(),
            is_certain: false,
            is_lack: false,
            is_stray: false,
            is_choice: false,
            wants_format: false,
            related: Vec::new(),
            help: Vec::new(),
            fix: None,
            blocks: false,
            wording: match rule.by {
                Authority::ApiServer => Wording::Field,
                _ => Wording::Sentence,
            },
        }
    }

    /// One more line of help.
    pub(crate) fn help(&mut self, text: impl Into<String>) -> &mut Fault {
        self.help.push(Diagnostic::fitting(text.into()));
        self
    }

    /// What is wrong is this part of a text.
    pub(crate) fn in_part(&mut self, at: &At<'_>, part: Option<Span>) -> &mut Fault {
        self.part = at.str().map(str::to_owned).zip(part);
        self
    }

    /// What was most likely meant, if anything is near.
    pub(crate) fn near(&mut self, near: Option<impl AsRef<str>>) -> &mut Fault {
        match near {
            Some(near) => self.help(format!("did you mean `{}`?", near.as_ref())),
            None => self,
        }
    }

    /// The change that mends it: `text` in place of what is marked.
    pub(crate) fn replace_with(&mut self, text: impl Into<String>) -> &mut Fault {
        let text = text.into();
        self.fix = Some((format!("write `{text}`"), self.span, text));
        self
    }

    /// One more place that explains it.
    pub(crate) fn related(&mut self, at: &At<'_>, text: impl Into<String>) -> &mut Fault {
        self.related.push((marked(self.rule, at), text.into()));
        self
    }

    /// Whether the field that it names is missing, and not something in what the field holds.
    pub(crate) fn names_missing_field(&self) -> bool {
        let holds = |read: &Read| matches!(read, Read::Whole(place) if place.path == self.path);
        self.ty == ErrorType::Required && !self.reads.iter().any(holds)
    }

    /// The verdict depends on what is written there too.
    pub(crate) fn on(&mut self, at: &At<'_>) -> &mut Fault {
        self.reads.push(value(at));
        self
    }

    /// The verdict depends on something being written there, whatever it is.
    pub(crate) fn on_presence(&mut self, at: &At<'_>) -> &mut Fault {
        self.reads.push(Read::Presence(at.into()));
        self
    }

    /// The verdict depends on all that the place holds, or would hold.
    pub(crate) fn on_all(&mut self, at: &At<'_>) -> &mut Fault {
        self.reads.push(whole(at));
        self
    }

    /// Nothing that is added can mend it, if this holds.
    pub(crate) fn certain_if(&mut self, holds: bool) -> &mut Fault {
        self.is_certain |= holds;
        self
    }

    /// The verdict depends on all that these places hold, or would hold, and on nothing that is written: something is absent.
    pub(crate) fn reads_all(&mut self, places: &[&At<'_>]) -> &mut Fault {
        self.reads = places.iter().map(|at| whole(at)).collect();
        self.is_lack = true;
        self
    }

    /// The verdict depends on what is written at these places and on nothing else.
    pub(crate) fn on_only(&mut self, places: &[&At<'_>]) -> &mut Fault {
        self.reads = places.iter().map(|at| value(at)).collect();
        self
    }

    /// The field, as something that has been read.
    pub(crate) fn place(&self) -> Place {
        Place { path: self.path.clone(), span: self.span }
    }

    /// Whether it says that something is not there, and nothing but that: what is written can stay as it is.
    pub(crate) fn is_absence(&self) -> bool {
        self.ty == ErrorType::Required || self.is_lack && !self.is_certain
    }

    /// The one place where a fault is put into words.
    pub(crate) fn message(&self) -> String {
        if self.wording == Wording::Sentence {
            return self.detail.clone();
        }
        let path = self.path.to_string();
        let parts = [&*path, self.ty.label(), self.value.as_deref().unwrap_or(""), &self.detail];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(": ")
    }

    /// The finding about a document that this is.
    pub(crate) fn into_finding(self, document: &Document) -> Diagnostic {
        let message = self.message();
        let part = self.part.as_ref().and_then(|(value, part)| {
            plumb_yaml::part_of_scalar(document.text(), self.span, value, *part)
        });
        let at = document.locate(part.unwrap_or(self.span));
        let mut finding = Diagnostic::new(self.rule.code, at, message).document(document.id());
        if !self.path.is_root() {
            finding = finding.path(self.path.to_string());
        }
        for (span, text) in self.related {
            finding = finding.related(document.locate(span), text);
        }
        finding.help = self.help;
        if let Some((title, span, text)) = self.fix
            && let Some(location) = document.map().locate_copied(span)
        {
            finding.fix = Some(Fix { title, edits: vec![Edit { location, text }] });
        }
        finding
    }
}

/// What is marked of a place.
fn marked(rule: &Rule, at: &At<'_>) -> Span {
    match rule.by {
        Authority::ApiServer => at.span(),
        _ => at.short(),
    }
}

fn whole(at: &At<'_>) -> Read {
    // What is not there, no more than its holder can say.
    let mut at = at;
    while let Some(above) = at.parent().filter(|_| at.is_unwritten()) {
        at = above;
    }
    Read::Whole(at.into())
}

/// What is read of a place: its value, or else that there is none.
fn value(at: &At<'_>) -> Read {
    if at.is_unwritten() { whole(at) } else { Read::Value(at.into()) }
}

/// All that is wrong with an object, as far as it has been walked.
#[derive(Debug)]
pub(crate) struct Faults {
    versions: Versions,
    list: Vec<Fault>,
}

impl Faults {
    pub(crate) fn new(versions: &Versions) -> Faults {
        Faults { versions: versions.clone(), list: Vec::new() }
    }

    /// The release of Kubernetes whose rules hold.
    pub(crate) fn k8s(&self) -> (u32, u32) {
        self.versions.k8s()
    }

    /// How many faults there are so far.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// The faults of the rules that the chosen releases have.
    pub(crate) fn into_list(mut self) -> Vec<Fault> {
        self.list.retain(|fault| fault.rule.is_in(&self.versions));
        self.list
    }

    /// A fault at a place; what was read is the caller's to say.
    pub(crate) fn report(
        &mut self,
        rule: &'static Rule,
        ty: ErrorType,
        at: &At<'_>,
        detail: impl Into<String>,
    ) -> &mut Fault {
        self.list.push(Fault::new(rule, ty, at, detail.into()));
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// A value is malformed.
    pub(crate) fn invalid(
        &mut self,
        rule: &'static Rule,
        at: &At<'_>,
        why: impl Into<String>,
    ) -> &mut Fault {
        let fault = self.report(rule, ErrorType::Invalid, at, why).on(at);
        fault.value = Some(at.quoted());
        fault
    }

    /// A key of a map is malformed.
    pub(crate) fn invalid_key(
        &mut self,
        rule: &'static Rule,
        at: &At<'_>,
        key: &str,
        why: impl Into<String>,
    ) -> &mut Fault {
        let fault = self.report(rule, ErrorType::Invalid, &at.clone().keyed(), why).on_presence(at);
        fault.value = Some(format!("{key:?}"));
        fault
    }

    /// What stands here lacks something.
    pub(crate) fn incomplete(
        &mut self,
        rule: &'static Rule,
        at: &At<'_>,
        why: impl Into<String>,
    ) -> &mut Fault {
        self.report(rule, ErrorType::Required, at, why).on_all(at)
    }

    /// A value must be there.
    pub(crate) fn required(
        &mut self,
        rule: &'static Rule,
        at: &At<'_>,
        why: impl Into<String>,
    ) -> &mut Fault {
        let fault = self.report(rule, ErrorType::Required, at, why);
        fault.on_all(at.parent().unwrap_or(at))
    }

    /// A field must not be there, as things are: as long as no more is said, as the object around it is.
    pub(crate) fn forbidden(
        &mut self,
        rule: &'static Rule,
        at: &At<'_>,
        why: impl Into<String>,
    ) -> &mut Fault {
        let fault = self.report(rule, ErrorType::Forbidden, at, why).on_presence(at);
        fault.on_all(at.parent().unwrap_or(at))
    }

    /// A value is there again.
    pub(crate) fn duplicate(
        &mut self,
        rule: &'static Rule,
        at: &At<'_>,
        first: &At<'_>,
    ) -> &mut Fault {
        let fault = self.report(rule, ErrorType::Duplicate, at, "").on(at).on(first);
        fault.value = Some(at.quoted());
        fault.related(first, "first here")
    }

    /// A value is there again, or one that takes the same place; where it was first is the caller's to say.
    pub(crate) fn repeated(
        &mut self,
        rule: &'static Rule,
        at: &At<'_>,
        why: impl Into<String>,
    ) -> &mut Fault {
        self.report(rule, ErrorType::Duplicate, at, why).on(at)
    }

    /// Reports every value under `name` that occurred in an earlier item.
    pub(crate) fn unique(&mut self, rule: &'static Rule, items: &[At<'_>], name: &str) {
        let values: Vec<At<'_>> = items.iter().filter_map(|item| item.get(name)).collect();
        self.distinct(rule, &values);
    }

    /// Reports every value that is there again.
    pub(crate) fn distinct(&mut self, rule: &'static Rule, values: &[At<'_>]) {
        for (again, first) in repetitions(values, |at| Some(at.node.to_json().to_string())) {
            self.duplicate(rule, again, first);
        }
    }

    /// Reports a text that is none of those that are known.
    pub(crate) fn one_of(&mut self, rule: &'static Rule, at: &At<'_>, known: &[&str]) {
        if let Some(text) = at.str().filter(|text| !known.contains(text)) {
            self.not_supported(rule, at, known).near(nearest(text, known.iter().copied()));
        }
    }

    /// A value refers to something that `among` does not have.
    pub(crate) fn not_found(
        &mut self,
        rule: &'static Rule,
        at: &At<'_>,
        among: &At<'_>,
    ) -> &mut Fault {
        let fault = self.report(rule, ErrorType::NotFound, at, "").on(at).on_all(among);
        fault.value = Some(at.quoted());
        fault
    }

    /// A value is none of those that are known.
    pub(crate) fn not_supported(
        &mut self,
        rule: &'static Rule,
        at: &At<'_>,
        supported: &[&str],
    ) -> &mut Fault {
        let is_choice =
            at.str().is_some_and(|text| is_choice(text, |word| supported.contains(&word)));
        let supported: Vec<String> = supported.iter().map(|value| format!("{value:?}")).collect();
        let detail = format!("supported values: {}", supported.join(", "));
        let fault = self.report(rule, ErrorType::NotSupported, at, detail).on(at);
        fault.is_choice = is_choice;
        fault.value = Some(at.quoted());
        fault
    }

    /// A value is none of those that are known, in words of the rule's own.
    pub(crate) fn unsupported(
        &mut self,
        rule: &'static Rule,
        at: &At<'_>,
        why: impl Into<String>,
    ) -> &mut Fault {
        self.report(rule, ErrorType::NotSupported, at, why).on(at)
    }

    /// A text is too long, or all texts of a place are together.
    pub(crate) fn too_long(
        &mut self,
        rule: &'static Rule,
        at: &At<'_>,
        why: impl Into<String>,
    ) -> &mut Fault {
        let fault = self.report(rule, ErrorType::TooLong, at, why).on(at);
        fault.is_certain = true;
        fault
    }

    /// A list has too many items, of which `at` is the list or the first beyond what it may have.
    pub(crate) fn too_many(
        &mut self,
        rule: &'static Rule,
        at: &At<'_>,
        why: impl Into<String>,
    ) -> &mut Fault {
        let fault = self.report(rule, ErrorType::TooMany, at, why).on_all(at);
        // Whatever is added, they are not fewer.
        fault.is_certain = true;
        fault
    }
}

/// Each item whose key an earlier one has, with the first that has it. What has no key repeats nothing.
pub(crate) fn repetitions<'a, 'n, K: Eq + Hash>(
    items: &'a [At<'n>],
    key: impl Fn(&At<'n>) -> Option<K>,
) -> Vec<(&'a At<'n>, &'a At<'n>)> {
    let mut seen: HashMap<K, &At<'n>> = HashMap::new();
    let repeated = items.iter().filter_map(|item| match seen.entry(key(item)?) {
        Entry::Occupied(first) => Some((item, *first.get())),
        Entry::Vacant(place) => {
            place.insert(item);
            None
        }
    });
    repeated.collect()
}

/// How many names a message holds.
const MOST_NAMES: usize = 8;

/// Names in a message: `a`, `b` and `c`, each in backticks; of many, the first.
pub fn listed<I: IntoIterator<Item = S>, S: AsRef<str>>(names: I) -> String {
    let mut quoted: Vec<String> = Vec::new();
    let mut more = 0;
    for name in names {
        let name = format!("`{}`", name.as_ref());
        if quoted.last() == Some(&name) {
            continue;
        }
        if quoted.len() < MOST_NAMES { quoted.push(name) } else { more += 1 }
    }
    if more > 0 {
        quoted.push(format!("{more} more"));
    }
    match quoted.pop() {
        None => String::new(),
        Some(last) if quoted.is_empty() => last,
        Some(last) => format!("{} and {last}", quoted.join(", ")),
    }
}
