//! The book's folder of added schemas: one file for each group and version, facts only, and a lock file that says where
//! each kind came from and what each file's digest is.

use super::codes::SCHEMAS_LOCK;
use super::source::Definition;
use super::source::{facts_only, start_of};
use crate::api_version;
use crate::bundle::Scope;
use crate::schema::Dialect;
use plumb_text::diag::Diagnostic;
use plumb_text::world::{Forbidden, World, unreadable};
use plumb_text::{Span, digest};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The folder, relative to the book's root.
pub const FOLDER: &str = "schemas";
/// The lock file in it.
pub const LOCK: &str = "schemas.lock";

/// The folder's content.
#[derive(Debug, Default)]
pub struct Folder {
    files: BTreeMap<String, File>,
    lock: Lock,
}

#[derive(Debug, Default)]
struct File {
    bytes: Vec<u8>,
    parsed: OnceLock<Option<Arc<Json>>>,
}

/// The lock file.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Lock {
    #[serde(default, rename = "file")]
    files: Vec<LockedFile>,
    #[serde(default, rename = "schema")]
    schemas: Vec<Locked>,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct LockedFile {
    path: String,
    sha256: String,
}

/// A kind that was added.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// The API group; empty for the core group.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kind; in lower case where only the name of a file told it.
    pub kind: String,
    /// The path or URL that it was added from.
    pub origin: String,
    /// The digest of what was read there.
    pub sha256: String,
}

/// The files that hold a [`Folder`], as they should be on the disk, and those that should not be there any more.
///
/// To write them in this order keeps the folder usable at each step: the lock file is the last that is written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files, many of which may be as they are on the disk.
    pub written: Vec<Written>,
    /// Paths of files that are to be removed after that.
    pub removed: Vec<PathBuf>,
}

/// A file that is to be written.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// Relative to the world's root.
    pub path: PathBuf,
    /// What it is to hold.
    pub bytes: Vec<u8>,
    /// Whether no lock file has named it so far: what stands there then is somebody else's.
    pub is_new: bool,
}

/// What adding changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Kinds that were not there before.
    pub new: Vec<String>,
    /// Kinds that were there and are different now.
    pub changed: Vec<String>,
    /// Kinds that were there and are the same.
    pub same: Vec<String>,
}

impl Folder {
    /// Reads the folder; a missing one is empty.
    pub fn read(world: &dyn World, folder: &Path) -> Result<Folder, Box<Diagnostic>> {
        let mut read = Folder::default();
        let lock_path = folder.join(LOCK);
        match world.source(&lock_path) {
            Ok(source) => {
                read.lock = toml::from_str(source.text()).map_err(|error| {
                    let span = error.span().map_or(Span::at(0), Span::from);
                    let message = format!("the lock file is not understood: {}", error.message());
                    Box::new(Diagnostic::at(&SCHEMAS_LOCK, &source, span, message))
                })?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                let path = plumb_text::world::display(&lock_path);
                let at = start_of(&path);
                return Err(Box::new(unreadable(&SCHEMAS_LOCK, at, "the lock file", &error)));
            }
        }
        for locked in &read.lock.files {
            // A lock file names files beside it, nothing else.
            if locked.path.contains(['/', '\\']) {
                continue;
            }
            let path = folder.join(&locked.path);
            match world.read(&path) {
                Ok(bytes) => {
                    read.files.insert(locked.path.clone(), File { bytes, ..File::default() });
                }
                Err(error) if Forbidden::of(&error).is_some() => {
                    let at = start_of(&plumb_text::world::display(&path));
                    return Err(Box::new(unreadable(
                        &SCHEMAS_LOCK,
                        at,
                        "the added schema",
                        &error,
                    )));
                }
                // What is missing is told by `schemas verify`, and by who needs it.
                Err(_) => {}
            }
        }
        Ok(read)
    }

    /// Whether nothing has been added.
    pub fn is_empty(&self) -> bool {
        self.lock.schemas.is_empty()
    }

    /// A file of the lock file's that is damaged, by a merge perhaps: to write it anew would lose what it held.
    pub fn damaged(&self) -> Option<&str> {
        let mut files = self.files.iter();
        files.find(|(_, file)| file.json().is_none()).map(|(name, _)| name.as_str())
    }

    /// The kinds that were added, by group, version and kind.
    pub fn list(&self) -> &[Locked] {
        &self.lock.schemas
    }

    /// The definition of a kind.
    pub(super) fn find(&self, group: &str, version: &str, kind: &str) -> Option<Arc<Definition>> {
        let short = group.split('.').next().unwrap_or(group);
        [group, short].into_iter().find_map(|name| {
            let file = self.files.get(&file_name(name, version))?;
            let json = file.json()?;
            let kinds = json.get("kinds")?.as_object()?;
            let lower = kind.to_ascii_lowercase();
            let (name, entry) = kinds.get_key_value(kind).or_else(|| {
                kinds.get_key_value(&lower).filter(|(_, entry)| entry["loose"] == true)
            })?;
            let definition = definition(name, entry, &json);
            definition.is(group, version, kind).then(|| Arc::new(definition))
        })
    }

    /// Adds definitions that were read from `origin`, whose bytes have the digest `sha256`.
    pub fn add(&mut self, definitions: &[Definition], origin: &str, sha256: &str) -> Added {
        let mut added = Added::default();
        let mut touched: BTreeMap<String, Map<String, Json>> = BTreeMap::new();
        for definition in definitions {
            let name = file_name(&definition.group, &definition.version);
            let file = touched.entry(name.clone()).or_insert_with(|| {
                let json = self.files.get(&name).and_then(File::json);
                match json.as_deref() {
                    Some(Json::Object(object)) => object.clone(),
                    _ => Map::from_iter([
                        ("group".to_owned(), Json::from(definition.group.as_str())),
                        ("version".to_owned(), Json::from(definition.version.as_str())),
                    ]),
                }
            });
            let mut entry = Map::new();
            entry.insert("dialect".to_owned(), Json::from(dialect_name(definition.dialect)));
            if definition.loose {
                entry.insert("loose".to_owned(), Json::Bool(true));
            }
            if !definition.served {
                entry.insert("served".to_owned(), Json::Bool(false));
            }
            if definition.scope == Scope::Cluster {
                entry.insert("scope".to_owned(), Json::from("Cluster"));
            }
            if let Some(why) = &definition.deprecated {
                entry.insert("deprecated".to_owned(), Json::from(why.as_str()));
            }
            let schema = facts_only(definition.schema());
            let mut wanted = BTreeSet::new();
            take_references(&schema, &definition.document, file, &mut wanted);
            entry.insert("schema".to_owned(), schema);
            let kinds = file.entry("kinds").or_insert_with(|| Json::Object(Map::new()));
            let title = title(&definition.group, &definition.version, &definition.kind);
            let before = match kinds {
                Json::Object(kinds) => {
                    kinds.insert(definition.kind.clone(), Json::Object(entry.clone()))
                }
                _ => None,
            };
            match before {
                None => added.new.push(title),
                Some(before) if before == Json::Object(entry) => added.same.push(title),
                Some(_) => added.changed.push(title),
            }
            let locked = Locked {
                group: definition.group.clone(),
                version: definition.version.clone(),
                kind: definition.kind.clone(),
                origin: origin.to_owned(),
                sha256: sha256.to_owned(),
            };
            self.lock.schemas.retain(|known| {
                (&known.group, &known.version, &known.kind)
                    != (&locked.group, &locked.version, &locked.kind)
            });
            self.lock.schemas.push(locked);
        }
        for (name, file) in touched {
            let bytes = write_file(&file);
            self.files.insert(name, File { bytes, ..File::default() });
        }
        self.lock.schemas.sort_unstable();
        self.relock();
        for list in [&mut added.new, &mut added.changed, &mut added.same] {
            list.sort_unstable();
        }
        added
    }

    /// Removes the kinds that a word names: a kind, a group, or `group/version/Kind`. Returns what was removed.
    pub fn remove(&mut self, word: &str) -> Vec<String> {
        let matches = |one: &Locked| {
            // Catalogues of JSON Schemas have their kinds in lower case.
            one.kind.eq_ignore_ascii_case(word)
                || (one.group == word && !word.is_empty())
                || title(&one.group, &one.version, &one.kind).eq_ignore_ascii_case(word)
                || format!("{}/{}", one.group, one.version) == word
        };
        let (gone, kept) = std::mem::take(&mut self.lock.schemas).into_iter().partition(matches);
        self.lock.schemas = kept;
        let gone: Vec<Locked> = gone;
        for one in &gone {
            let name = file_name(&one.group, &one.version);
            let Some(Json::Object(mut file)) =
                self.files.get(&name).and_then(File::json).map(|json| (*json).clone())
            else {
                continue;
            };
            let empty = match file.get_mut("kinds") {
                Some(Json::Object(kinds)) => {
                    kinds.remove(&one.kind);
                    kinds.is_empty()
                }
                _ => true,
            };
            if empty {
                self.files.remove(&name);
            } else {
                let bytes = write_file(&file);
                self.files.insert(name, File { bytes, ..File::default() });
            }
        }
        self.relock();
        gone.iter().map(|one| title(&one.group, &one.version, &one.kind)).collect()
    }

    /// Whether the files on disk are what the lock file says.
    pub fn verify(world: &dyn World, folder: &Path) -> Vec<Diagnostic> {
        let read = match Folder::read(world, folder) {
            Ok(read) => read,
            Err(finding) => return vec![*finding],
        };
        let lock_path = plumb_text::world::display(&folder.join(LOCK));
        let mut findings = Vec::new();
        for locked in &read.lock.files {
            let message = match read.files.get(&locked.path) {
                None => format!("`{}` is in the lock file and can't be read", locked.path),
                Some(file) if digest(&file.bytes) != locked.sha256 => {
                    format!("`{}` was changed since it was added", locked.path)
                }
                Some(file) if file.json().is_none() => {
                    format!("`{}` is not valid JSON", locked.path)
                }
                Some(_) => continue,
            };
            findings.push(Diagnostic::new(&SCHEMAS_LOCK, start_of(&lock_path), message));
        }
        for one in &read.lock.schemas {
            if read.files.contains_key(&file_name(&one.group, &one.version)) {
                let known = read.find(&one.group, &one.version, &one.kind);
                if known.is_some() {
                    continue;
                }
            }
            let title = title(&one.group, &one.version, &one.kind);
            let message = format!("`{title}` is in the lock file and in no file");
            findings.push(Diagnostic::new(&SCHEMAS_LOCK, start_of(&lock_path), message));
        }
        for entry in world.list(folder).unwrap_or_default() {
            let name = entry.path.file_name().and_then(|name| name.to_str()).unwrap_or("");
            let ours = name.ends_with(".json") && !entry.is_folder;
            if ours && !read.lock.files.iter().any(|locked| locked.path == name) {
                let path = plumb_text::world::display(&entry.path);
                let message = format!("`{name}` is in no lock file, and so is not used");
                let finding = Diagnostic::new(&SCHEMAS_LOCK, start_of(&path), message);
                findings.push(finding.help("add it with `mdbook-plumb schemas add`, or remove it"));
            }
        }
        findings
    }

    /// What the folder of a world has to become so that it holds this.
    ///
    /// Who adds or removes must lock the folder before it reads it, or what another run adds meanwhile is lost.
    pub fn changes(&self, world: &dyn World, folder: &Path) -> Changes {
        let before = Folder::read(world, folder).unwrap_or_default();
        let text = format!(
            "# Written by `mdbook-plumb schemas add`; `mdbook-plumb schemas verify` checks it.\n\n{}",
            self.lock_text()
        );
        let files = self.files.iter().map(|(name, file)| Written {
            path: folder.join(name),
            bytes: file.bytes.clone(),
            is_new: !before.files.contains_key(name),
        });
        let lock = Written { path: folder.join(LOCK), bytes: text.into_bytes(), is_new: false };
        let gone = before.files.keys().filter(|name| !self.files.contains_key(*name));
        Changes {
            written: files.chain([lock]).collect(),
            removed: gone.map(|name| folder.join(name)).collect(),
        }
    }

    fn lock_text(&self) -> String {
        toml::to_string(&self.lock).unwrap_or_default()
    }

    fn relock(&mut self) {
        self.lock.files = self
            .files
            .iter()
            .map(|(path, file)| LockedFile { path: path.clone(), sha256: digest(&file.bytes) })
            .collect();
    }
}

impl File {
    fn json(&self) -> Option<Arc<Json>> {
        self.parsed.get_or_init(|| serde_json::from_slice(&self.bytes).ok().map(Arc::new)).clone()
    }
}

/// `group/version/Kind`; the core group is left out.
pub fn title(group: &str, version: &str, kind: &str) -> String {
    format!("{}/{kind}", api_version(group, version))
}

/// Names come from what was read, so they must not lead anywhere.
fn file_name(group: &str, version: &str) -> String {
    let plain = |text: &str| {
        text.chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '-' })
            .collect::<String>()
    };
    let group = if group.is_empty() { "core".to_owned() } else { plain(group) };
    format!("{group}_{}.json", plain(version))
}

fn dialect_name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::STRUCTURAL => "structural",
        Dialect::OPENAPI => "openapi",
        _ => "json-schema",
    }
}

fn definition(kind: &str, entry: &Json, document: &Arc<Json>) -> Definition {
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    Definition {
        group: text(&document["group"]),
        version: text(&document["version"]),
        kind: kind.to_owned(),
        loose: entry["loose"].as_bool().unwrap_or(false),
        served: entry["served"].as_bool().unwrap_or(true),
        deprecated: entry["deprecated"].as_str().map(str::to_owned),
        scope: if entry["scope"] == "Cluster" { Scope::Cluster } else { Scope::Namespaced },
        dialect: match entry["dialect"].as_str() {
            Some("structural") => Dialect::STRUCTURAL,
            Some("openapi") => Dialect::OPENAPI,
            _ => Dialect::JSON_SCHEMA,
        },
        document: document.clone(),
        pointer: format!("/kinds/{}/schema", kind.replace('~', "~0").replace('/', "~1")),
    }
}

/// Copies what a schema refers to into the file, under the same pointers.
fn take_references(
    schema: &Json,
    document: &Json,
    file: &mut Map<String, Json>,
    seen: &mut BTreeSet<String>,
) {
    let mut stack = vec![schema.clone()];
    while let Some(json) = stack.pop() {
        match &json {
            Json::Object(object) => {
                if let Some(Json::String(reference)) = object.get("$ref") {
                    let pointer = reference.split_once('#').map_or(reference.as_str(), |(_, p)| p);
                    if seen.insert(pointer.to_owned())
                        && let Some(target) = document.pointer(pointer)
                    {
                        let facts = facts_only(target);
                        place(file, pointer, facts.clone());
                        stack.push(facts);
                    }
                }
                stack.extend(object.values().cloned());
            }
            Json::Array(items) => stack.extend(items.iter().cloned()),
            _ => {}
        }
    }
}

/// Puts a value at a pointer, making the maps on the way.
fn place(file: &mut Map<String, Json>, pointer: &str, value: Json) {
    let steps: Vec<String> =
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let Some((last, steps)) = steps.split_last() else { return };
    let mut at = file;
    for step in steps {
        let next = at.entry(step.clone()).or_insert_with(|| Json::Object(Map::new()));
        let Json::Object(next) = next else { return };
        at = next;
    }
    at.insert(last.clone(), value);
}

/// The file's text: keys in order, each kind and each definition on a line of its own, so that a diff can be read.
fn write_file(file: &Map<String, Json>) -> Vec<u8> {
    let mut out = String::from("{");
    let mut keys: Vec<&String> = file.keys().collect();
    keys.sort_unstable_by_key(|key| (!matches!(key.as_str(), "group" | "version"), *key));
    for (number, key) in keys.into_iter().enumerate() {
        out += if number == 0 { "\n" } else { ",\n" };
        out += &format!("{}:", Json::from(key.as_str()));
        write_value(&file[key], if key == "components" { 2 } else { 1 }, &mut out);
    }
    out += "\n}\n";
    out.into_bytes()
}

fn write_value(value: &Json, lines: usize, out: &mut String) {
    match value {
        Json::Object(object) if lines > 0 => {
            out.push('{');
            let mut keys: Vec<&String> = object.keys().collect();
            keys.sort_unstable();
            for (number, key) in keys.into_iter().enumerate() {
                *out += if number == 0 { "\n" } else { ",\n" };
                *out += &format!("{}:", Json::from(key.as_str()));
                write_value(&object[key], lines - 1, out);
            }
            out.push_str("\n}");
        }
        other => *out += &other.to_string(),
    }
}
