//! What a book is checked with, and what is wrong with one of its manifests by itself.

use super::codes::ENCRYPTED;
use super::described::Described;
use super::share::Share;
use super::texts::AskedLine;
use crate::config::{Config, IgnoreMissing};
use crate::diag::{Diagnostic, Severity};
use crate::directive::own::Directives;
use crate::manifest::policy::{self, Policies};
use crate::manifest::store::Definition;
use crate::manifest::{self, Document, Engine, Judgement, Versions, tools};
use crate::markdown::Dialect;
use crate::model::Model;
use crate::text::Location;
use std::sync::Arc;

/// What a book's chapters are checked with.
#[derive(Debug)]
pub struct Project {
    /// The settings.
    pub config: Config,
    /// The model.
    pub model: Arc<Model>,
    /// The directives of the book's own.
    pub directives: Arc<Directives>,
    /// The schemas and rules that manifests are checked with.
    pub engine: Engine,
    /// The JSON Schemas of what is no manifest.
    pub described: Arc<Described>,
    /// The book's own rules.
    pub policies: Arc<Policies>,
    /// The versions that the book's manifests are for.
    pub versions: Versions,
    /// The parts of Markdown that the book uses.
    pub dialect: Dialect,
    /// The line of which it is to be noted how its text is read.
    pub asked: Option<AskedLine>,
    /// Whether some of its model or its pages can't be read: that may use anything.
    pub is_partial: bool,
    /// What of its pages is checked.
    pub scope: Scope,
    /// The files that this run says something about, where several share the work.
    pub share: Share,
}

/// What of a page is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All that is ours: it is a page of the project.
    Book,
    /// The manifests in it. Directives are the business of the book that it may belong to.
    Manifests,
}

impl Project {
    /// The same, with the definitions that are shown beside what is checked.
    pub(super) fn beside(&self, definitions: Vec<Definition>) -> Project {
        Project {
            config: self.config.clone(),
            model: self.model.clone(),
            directives: self.directives.clone(),
            engine: self.engine.beside(definitions),
            described: self.described.clone(),
            policies: self.policies.clone(),
            versions: self.versions.clone(),
            asked: self.asked.clone(),
            share: self.share.clone(),
            ..*self
        }
    }

    /// The same, with objects that the book shows for its policies.
    pub(super) fn beside_objects(&self, objects: Vec<Document>) -> Project {
        Project { policies: self.policies.beside(objects).into(), ..self.beside(Vec::new()) }
    }

    /// What is said of a manifest by itself: its schema, the rules that go with it, the book's own policies.
    pub fn judge(&self, document: &Document, versions: &Versions) -> Judgement {
        if let Some(encrypted) = encrypted(document) {
            return Judgement { findings: vec![encrypted], ..Judgement::default() };
        }
        let mut judgement = self.engine.judge(document, versions);
        judgement.findings.retain(|finding| {
            finding.code != &manifest::SCHEMA_MISSING || !self.may_lack_schema(document)
        });
        // What a policy asks for may be among what a part does not show.
        if !judgement.is_part && tools::of(document).is_none() {
            let is_refused =
                judgement.findings.iter().any(|found| found.severity == Severity::Error);
            let mut said = self.policies.check(document, self.engine.schemas(), versions);
            // What an object that no server takes looks like to an expression is a consequence.
            said.retain(|finding| !is_refused || !policy::is_of_evaluation(finding));
            judgement.findings.extend(said);
        }
        judgement
    }

    /// What a manifest is validated against, as people call it: "Istio 1.29". Nothing where no schema knows its kind.
    pub fn origin(&self, document: &Document, versions: &Versions) -> Option<String> {
        let (group, version) = (document.group()?, document.version()?);
        let kind = document.kind()?.value;
        self.engine.schemas().find(group, version, kind, versions)?;
        let product = manifest::bundle::find(group, version, kind)?.product.as_str();
        let title = Versions::products().iter().find(|known| known.name == product)?.title.as_str();
        Some(format!("{title} {}", versions.of(product)))
    }

    /// What chose the release of a product, where no page says another one.
    pub(super) fn chosen(&self, product: &str) -> String {
        let by = |at: &Location| at.source.path().to_owned();
        match self.config.versions.get(product) {
            Some((version, at)) => format!("{} says `{product} = \"{version}\"`", by(at)),
            None => match &self.config.platform {
                Some((name, at)) if self.versions.is_said(product) => {
                    format!("{} says `platform = \"{name}\"`", by(at))
                }
                Some((name, at)) if self.versions.is_nearest(product) => {
                    let by = by(at);
                    format!("the nearest to what `platform = \"{name}\"` ships, which {by} says")
                }
                _ => "the newest that is known; nothing chooses another one".to_owned(),
            },
        }
    }

    /// Whether SOPS has encrypted a manifest.
    pub(super) fn is_encrypted(document: &Document) -> bool {
        encrypted(document).is_some()
    }

    pub(super) fn may_lack_schema(&self, document: &Document) -> bool {
        let kind = document.kind().map_or("", |kind| kind.value);
        match &self.config.ignore_missing {
            IgnoreMissing::None => false,
            IgnoreMissing::All => true,
            IgnoreMissing::Kinds(kinds) => kinds.iter().any(|known| match known.rsplit_once('/') {
                Some((group, name)) => name == kind && document.group() == Some(group),
                None => known == kind,
            }),
        }
    }
}

/// What stands for a manifest that SOPS has encrypted: its values are no values, and `sops` is no field, until something
/// decrypts it.
fn encrypted(document: &Document) -> Option<Diagnostic> {
    let entry = document.root.as_map()?.entry("sops")?;
    let is_map = entry.value.as_map().is_some() || entry.value.is_null();
    if !is_map && !entry.value.as_str().is_some_and(|text| text.starts_with("ENC[")) {
        return None;
    }
    let at = document.locate(entry.key.span);
    let message = "SOPS has encrypted this manifest, so it is not checked";
    Some(Diagnostic::new(&ENCRYPTED, at, message))
}
