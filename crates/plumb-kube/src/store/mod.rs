//! Where schemas come from: folders of the book's choice, files that were added and locked, the embedded bundle.
//!
//! Owns: [`Schemas`], which finds the schema of a kind and compiles it once; reading schemas in the forms that they are
//! published in ([`read_definitions`]); the book's [`Folder`] of added schemas. Must not know: manifests.

mod codes;
mod folder;
mod source;
#[cfg(test)]
mod tests;

pub use codes::CODES;
pub use folder::{Added, FOLDER, Folder, LOCK, Locked, title};
pub use source::{Definition, Reading, definitions_of, read_definitions};

use super::bundle::Scope;
use super::schema::Schema;
use super::versions::Versions;
use super::{Dialect, bundle};
use codes::SCHEMAS_READ;
use plumb_text::diag::Diagnostic;
use plumb_text::world::{Entry, World};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, RwLock};

/// The schema of a kind, compiled, and what its source says of the kind.
#[derive(Debug)]
pub struct KindSchema {
    /// The schema.
    pub schema: Schema,
    /// Whether an API server serves this version.
    pub served: bool,
    /// Why one should not use this version any more, where its author says so.
    pub deprecated: Option<String>,
    /// Whether its objects live in a namespace.
    pub scope: Scope,
    /// Whether Kubernetes itself defines the kind, so that its names have rules of their own.
    pub builtin: bool,
    /// Whether the schema is the embedded one. Of a project that checks in code it has rules in words of its own.
    pub embedded: bool,
    /// For a built-in kind whose schema is not the embedded one: the embedded one, which has limits that Kubernetes
    /// enforces by code and does not publish.
    pub beyond: Option<Schema>,
}

/// Where a schema comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A folder of the book's choice.
    Folder,
    /// A file or an address that it was added from.
    Added(String),
    /// The embedded bundle.
    Embedded,
    /// A definition that is shown beside the object.
    Shown,
}

/// All schemas that a book can use. Looks are cheap and may come from several threads.
#[derive(Debug, Default)]
pub struct Schemas {
    /// The layers, the one that is asked first in front.
    layers: Vec<Layer>,
    bundle: bool,
    /// Schemas that are asked before these.
    first: Option<Arc<Schemas>>,
    cache: RwLock<HashMap<Key, Compiled>>,
}

/// Filled by the first thread that asks; the others wait for it rather than do the same work.
type Compiled = Arc<OnceLock<Option<Arc<KindSchema>>>>;

type Key = (String, String, String, Versions);

/// Definitions by kind in lower case.
#[derive(Debug, Default)]
struct Layer {
    definitions: HashMap<String, Vec<Arc<Definition>>>,
    /// Added files that have not been looked into.
    folder: Option<Folder>,
}

impl Schemas {
    /// The embedded schemas alone.
    pub fn embedded() -> Schemas {
        Schemas { bundle: true, ..Schemas::default() }
    }

    /// No schemas at all, to put a chosen set together.
    pub fn empty() -> Schemas {
        Schemas::default()
    }

    /// What a book has: its folders, then the schemas that were added to it, then the embedded ones.
    pub fn load(world: &dyn World, folders: &[PathBuf]) -> (Schemas, Vec<Diagnostic>) {
        let mut schemas = Schemas::embedded();
        let mut findings = Vec::new();
        let mut layer = Layer::default();
        for folder in folders {
            let below = world.below(folder);
            for (path, why) in below.unread {
                let path = plumb_text::world::display(&path);
                let at = source::start_of(&path);
                let what = format!("the folder of schemas `{path}`");
                findings.push(plumb_text::world::unreadable(&SCHEMAS_READ, at, &what, &why));
            }
            let is_schema = |path: &Path| {
                let extension = path.extension().and_then(|extension| extension.to_str());
                path == folder || matches!(extension, Some("yaml" | "yml" | "json"))
            };
            for Entry { path, .. } in below.files.iter().filter(|entry| is_schema(&entry.path)) {
                match world.source(path) {
                    Ok(source) => {
                        let reading = read_definitions(source.path(), source.text());
                        layer.add(reading.definitions);
                        findings.extend(reading.findings);
                    }
                    Err(why) => {
                        let at = source::start_of(&plumb_text::world::display(path));
                        let what = "the schema file";
                        findings.push(plumb_text::world::unreadable(&SCHEMAS_READ, at, what, &why));
                    }
                }
            }
        }
        if !layer.definitions.is_empty() {
            schemas.layers.push(layer);
        }
        match Folder::read(world, Path::new(FOLDER)) {
            Ok(folder) if folder.is_empty() => {}
            Ok(folder) => {
                schemas.layers.push(Layer { folder: Some(folder), ..Layer::default() });
            }
            Err(finding) => findings.push(*finding),
        }
        (schemas, findings)
    }

    /// These schemas and some more, which are asked first.
    pub fn with(mut self, definitions: Vec<Definition>) -> Schemas {
        let mut layer = Layer::default();
        layer.add(definitions);
        self.layers.insert(0, layer);
        self
    }

    /// Some schemas, and behind them what definitions that are shown say of kinds that those do not know.
    pub fn behind(first: Arc<Schemas>, definitions: Vec<Definition>) -> Schemas {
        Schemas { first: Some(first), ..Schemas::default().with(definitions) }
    }

    /// The schema of a kind, in the chosen versions of the products that the bundle holds.
    pub fn find(
        &self,
        group: &str,
        version: &str,
        kind: &str,
        versions: &Versions,
    ) -> Option<Arc<KindSchema>> {
        let first = self.first.as_ref();
        if let Some(known) = first.and_then(|first| first.find(group, version, kind, versions)) {
            return Some(known);
        }
        let key = (group.to_owned(), version.to_owned(), kind.to_owned(), versions.held());
        let known = self.cache.read().ok().and_then(|cache| cache.get(&key).cloned());
        let compiled = known.unwrap_or_else(|| match self.cache.write() {
            Ok(mut cache) => cache.entry(key).or_default().clone(),
            Err(_) => Compiled::default(),
        });
        let compile = || self.compile(group, version, kind, versions).map(Arc::new);
        compiled.get_or_init(compile).clone()
    }

    /// Whether objects of a kind live in a namespace; nothing where nobody knows the kind.
    pub(crate) fn scope(
        &self,
        group: &str,
        version: &str,
        kind: &str,
        versions: &Versions,
    ) -> Option<Scope> {
        let added = || Some(self.find(group, version, kind, versions)?.scope);
        bundle::scope(group, kind).or_else(added)
    }

    /// Where the schema of a kind comes from that [`Schemas::find`] finds.
    pub fn origin(
        &self,
        group: &str,
        version: &str,
        kind: &str,
        versions: &Versions,
    ) -> Option<Origin> {
        if let Some(first) = &self.first {
            let shown = || self.find(group, version, kind, versions).map(|_| Origin::Shown);
            return first.origin(group, version, kind, versions).or_else(shown);
        }
        let layer = self.layers.iter().find(|layer| layer.find(group, version, kind).is_some());
        let Some(layer) = layer else {
            return self.find(group, version, kind, versions).map(|_| Origin::Embedded);
        };
        let is_it = |known: &&Locked| {
            (known.group.as_str(), known.version.as_str()) == (group, version)
                && known.kind.eq_ignore_ascii_case(kind)
        };
        let added = layer.folder.as_ref().and_then(|folder| folder.list().iter().find(is_it));
        Some(added.map_or(Origin::Folder, |known| Origin::Added(known.origin.clone())))
    }

    fn compile(
        &self,
        group: &str,
        version: &str,
        kind: &str,
        versions: &Versions,
    ) -> Option<KindSchema> {
        for layer in &self.layers {
            if let Some(definition) = layer.find(group, version, kind) {
                let builtin = definition.dialect == Dialect::OPENAPI && !source::is_custom(group);
                let embedded = builtin.then(|| versions.schema(group, version, kind));
                return Some(KindSchema {
                    schema: definition.compile(),
                    served: definition.served,
                    deprecated: definition.deprecated.clone(),
                    scope: definition.scope,
                    builtin,
                    embedded: false,
                    beyond: embedded
                        .flatten()
                        .map(|json| Schema::compile(&json, &json, Dialect::OPENAPI)),
                });
            }
        }
        if !self.bundle {
            return None;
        }
        let json = versions.schema(group, version, kind)?;
        let held = bundle::find(group, version, kind);
        let builtin = held.is_some_and(|kind| kind.product == "k8s");
        let scope = held.map(|kind| kind.scope).unwrap_or_default();
        let dialect = if builtin { Dialect::OPENAPI } else { Dialect::JSON_SCHEMA };
        let schema = Schema::compile(&json, &json, dialect);
        let (served, deprecated, beyond) = (true, None, None);
        Some(KindSchema { schema, served, deprecated, scope, builtin, embedded: true, beyond })
    }

    /// The versions in which a kind of a group is known, in no matter which version of a product.
    pub fn versions_of(&self, group: &str, kind: &str) -> BTreeSet<String> {
        self.kinds()
            .filter(|(known_group, _, known_kind)| known_group == group && known_kind == kind)
            .map(|(_, version, _)| version)
            .collect()
    }

    /// The groups and versions that have a kind of this name, the best version first.
    pub fn find_kind(&self, kind: &str) -> Vec<(String, String)> {
        let mut found: Vec<_> = self
            .kinds()
            .filter(|(_, _, known)| known == kind)
            .map(|(group, version, _)| (group, version))
            .collect();
        found.sort_by_key(|(group, version)| {
            (std::cmp::Reverse(stability(version)), group.clone(), version.clone())
        });
        found.dedup();
        found
    }

    /// Every known group, version and kind, some of them more than once.
    pub fn kinds(&self) -> impl Iterator<Item = (String, String, String)> {
        let layered = self.layers.iter().flat_map(Layer::kinds);
        let bundled = bundle::kinds().iter().filter(|_| self.bundle);
        let bundled =
            bundled.map(|kind| (kind.group.clone(), kind.version.clone(), kind.kind.clone()));
        let first: Box<dyn Iterator<Item = (String, String, String)> + '_> = match &self.first {
            Some(first) => Box::new(first.kinds()),
            None => Box::new(std::iter::empty()),
        };
        first.chain(layered).chain(bundled)
    }
}

impl Layer {
    fn add(&mut self, definitions: Vec<Definition>) {
        for definition in definitions {
            let key = definition.kind.to_ascii_lowercase();
            self.definitions.entry(key).or_default().push(Arc::new(definition));
        }
    }

    fn find(&self, group: &str, version: &str, kind: &str) -> Option<Arc<Definition>> {
        let known = self.definitions.get(&kind.to_ascii_lowercase());
        let known = known.into_iter().flatten();
        let exact = |definition: &&Arc<Definition>| definition.is(group, version, kind);
        if let Some(found) = known.into_iter().find(exact) {
            return Some(found.clone());
        }
        self.folder.as_ref()?.find(group, version, kind)
    }

    fn kinds(&self) -> Vec<(String, String, String)> {
        let mut kinds: Vec<_> = self
            .definitions
            .values()
            .flatten()
            .filter(|definition| !definition.loose)
            .map(|one| (one.group.clone(), one.version.clone(), one.kind.clone()))
            .collect();
        kinds.extend(self.folder.iter().flat_map(|folder| {
            folder
                .list()
                .iter()
                .map(|one| (one.group.clone(), one.version.clone(), one.kind.clone()))
        }));
        kinds.sort_unstable();
        kinds
    }
}

/// `v1` before `v2beta1` before `v1beta1` before `v1alpha1`.
pub(crate) fn stability(version: &str) -> (u8, u32, u32) {
    let rest = version.strip_prefix('v').unwrap_or(version);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let major = rest[..digits].parse().unwrap_or(0);
    let (level, minor) = match &rest[digits..] {
        "" => (2, ""),
        rest => match rest.strip_prefix("beta") {
            Some(minor) => (1, minor),
            None => (0, rest.strip_prefix("alpha").unwrap_or("")),
        },
    };
    (level, major, minor.parse().unwrap_or(0))
}
