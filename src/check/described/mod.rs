//! YAML and JSON that is described by a JSON Schema of the author's own: a chart's values, workflows, settings of other programs.
//!
//! Owns: the schemas that the settings name (`json-schemas`), what is tied to them by `schema=NAME` on a fence or by the pattern of a
//! file, and what is said of it. The `boon` crate judges, for drafts 4 to 2020-12; the places are those of our own reading.

mod judge;

use super::codes::JSON_SCHEMA_UNREADABLE;
use crate::config::JsonSchema;
use crate::diag::{Diagnostic, nearest};
use crate::manifest::{Format, Node, Value, yaml};
use crate::reading::{self, Setting, Text};
use crate::text::{Location, Source, Span, TextMap};
use crate::world::{World, display, normalize, unreadable};
use boon::{Compiler, Draft, SchemaIndex, UrlLoader};
use globset::GlobBuilder;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The schemas of a project, by their names.
#[derive(Debug, Default)]
pub struct Described {
    schemas: BTreeMap<String, Schema>,
}

/// A schema and what is tied to it.
pub(super) struct Schema {
    name: String,
    patterns: Vec<String>,
    at: Location,
    /// Whether what it describes is merged with more before it is judged, so that nothing is missing.
    is_part: bool,
    all: boon::Schemas,
    index: SchemaIndex,
    /// The texts of the schema's files by their addresses, for what a place in them says.
    texts: BTreeMap<String, Json>,
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schema").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Described {
    /// The schemas that the settings name. One that can't be read or used is a finding at its setting.
    pub(super) fn load(
        world: &dyn World,
        settings: &BTreeMap<String, JsonSchema>,
        findings: &mut Vec<Diagnostic>,
    ) -> Described {
        let mut schemas = BTreeMap::new();
        for (name, setting) in settings {
            match Schema::load(world, name, setting) {
                Ok(schema) => drop(schemas.insert(name.clone(), schema)),
                Err(finding) => findings.push(*finding),
            }
        }
        Described { schemas }
    }

    /// The schema of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Schema> {
        self.schemas.get(name)
    }

    /// What is wrong with the files that are tied to schemas, and which these are.
    pub(super) fn check_files(&self, world: &dyn World) -> (Vec<String>, Vec<Diagnostic>) {
        let (mut paths, mut findings) = (Vec::new(), Vec::new());
        for schema in self.schemas.values() {
            for (path, source) in schema.tied(world, &mut findings) {
                let format = if path.ends_with(".json") { Format::Json } else { Format::Yaml };
                let map = TextMap::identity(&source);
                let setting = Setting::File;
                let text = source.text();
                let read =
                    reading::read(&Text { text, map: &map, format, setting, is_certain: true });
                findings.extend(read.findings);
                findings.extend(read.documents.iter().flat_map(|document| schema.judge(document)));
                paths.push(path);
            }
        }
        (paths, findings)
    }

    /// The name that was most likely meant.
    pub(super) fn near(&self, name: &str) -> Option<&str> {
        nearest(name, self.schemas.keys().map(String::as_str))
    }
}

/// How many files a schema may refer to.
const MOST_FILES: usize = 100;

/// What stands before a path in an address: nothing but what was read can be asked for.
const SCHEME: &str = "plumb:///";

/// Nothing is fetched: what a schema refers to is read before, within the repository.
struct Nothing;

impl UrlLoader for Nothing {
    fn load(&self, url: &str) -> Result<Json, Box<dyn std::error::Error>> {
        Err(format!("`{url}` is not in the project, and nothing is fetched").into())
    }
}

impl Schema {
    fn load(
        world: &dyn World,
        name: &str,
        setting: &JsonSchema,
    ) -> Result<Schema, Box<Diagnostic>> {
        let at = || setting.at.clone();
        let (mut texts, mut read) = (BTreeMap::new(), BTreeSet::new());
        let mut wanted = vec![normalize(&setting.file)];
        while let Some(path) = wanted.pop() {
            if read.len() == MOST_FILES || !read.insert(path.clone()) {
                continue;
            }
            let json = read_json(world, &path, at())?;
            let mut references = Vec::new();
            collect(&json, &path, &mut references);
            wanted.extend(references);
            texts.insert(format!("{SCHEME}{}", display(&path)), json);
        }
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.use_loader(Box::new(Nothing));
        let mut all = boon::Schemas::new();
        let invalid = |why: String| {
            let message =
                format!("the JSON Schema `{}` can't be used: {why}", setting.file.display());
            Box::new(Diagnostic::new(&JSON_SCHEMA_UNREADABLE, at(), message))
        };
        for (address, json) in &texts {
            compiler
                .add_resource(address, json.clone())
                .map_err(|why| invalid(format!("{why:#}")))?;
        }
        let address = format!("{SCHEME}{}", display(&normalize(&setting.file)));
        let index =
            compiler.compile(&address, &mut all).map_err(|why| invalid(format!("{why:#}")))?;
        // Helm puts what is written over the chart's own values, and judges what comes of it.
        let is_values = setting.file.file_name().is_some_and(|name| name == "values.schema.json");
        Ok(Schema {
            name: name.to_owned(),
            patterns: setting.files.clone(),
            at: setting.at.clone(),
            is_part: setting.part.unwrap_or(is_values),
            all,
            index,
            texts,
        })
    }
}

impl Schema {
    /// The files that the patterns match. One that matches none is a finding: it ties nothing.
    fn tied(
        &self,
        world: &dyn World,
        findings: &mut Vec<Diagnostic>,
    ) -> Vec<(String, Arc<Source>)> {
        let mut tied = Vec::new();
        for pattern in &self.patterns {
            let say = |message: String| {
                Diagnostic::new(&JSON_SCHEMA_UNREADABLE, self.at.clone(), message)
            };
            let glob = match GlobBuilder::new(pattern).literal_separator(true).build() {
                Ok(glob) => glob.compile_matcher(),
                Err(error) => {
                    findings.push(say(error.to_string()));
                    continue;
                }
            };
            // Only the folder is looked into that all the files lie in.
            let is_plain = |part: &&str| !part.contains(['*', '?', '[', '{']);
            let folder: PathBuf = pattern.split('/').take_while(is_plain).collect();
            let below = world.below(&folder);
            let before = tied.len();
            for entry in below.files.iter().filter(|entry| glob.is_match(&entry.path)) {
                match world.source(&entry.path) {
                    Ok(source) => tied.push((display(&entry.path), source)),
                    Err(why) => {
                        let what = format!("`{}`", display(&entry.path));
                        let at = self.at.clone();
                        findings.push(unreadable(&JSON_SCHEMA_UNREADABLE, at, &what, &why));
                    }
                }
            }
            if tied.len() == before {
                findings.push(say(format!("no file matches `{pattern}`")));
            }
        }
        tied
    }
}

/// A schema's file, which may be YAML.
fn read_json(world: &dyn World, path: &Path, at: Location) -> Result<Json, Box<Diagnostic>> {
    let what = format!("the JSON Schema `{}`", display(path));
    let source = world
        .source(path)
        .map_err(|why| Box::new(unreadable(&JSON_SCHEMA_UNREADABLE, at, &what, &why)))?;
    let composed = yaml::compose(source.text());
    if let Some(problem) = composed.problems.first() {
        let message = format!("{what} can't be read: {}", problem.message);
        let found = Diagnostic::at(&JSON_SCHEMA_UNREADABLE, &source, problem.span, message);
        return Err(Box::new(found));
    }
    match composed.roots.into_iter().next() {
        Some(mut root) => {
            in_core_schema(&mut root, source.text());
            Ok(root.to_json())
        }
        None => {
            let message = format!("{what} is empty");
            let found = Diagnostic::at(&JSON_SCHEMA_UNREADABLE, &source, Span::at(0), message);
            Err(Box::new(found))
        }
    }
}

/// Gives words that YAML 1.1 takes for truth values back what is written: `on` of a workflow is a key, as YAML 1.2 has it.
fn in_core_schema(node: &mut Node, text: &str) {
    let written = |span: Span| text.get(span.range()).map(str::to_owned);
    let is_word = |word: &String| word.chars().all(char::is_alphabetic) && !is_truth(word);
    match &mut node.value {
        Value::Map(map) => {
            for entry in map.entries_mut() {
                if is_truth(&entry.key.value)
                    && let Some(word) = written(entry.key.span).filter(is_word)
                {
                    entry.key.value = word;
                }
                in_core_schema(&mut entry.value, text);
            }
        }
        Value::Seq(items) => items.iter_mut().for_each(|item| in_core_schema(item, text)),
        Value::Bool(_) => {
            if let Some(word) = written(node.span).filter(is_word) {
                node.value = Value::String(word);
            }
        }
        _ => {}
    }
}

fn is_truth(word: &str) -> bool {
    word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false")
}

/// The files that a schema refers to by their paths, from where it stands.
fn collect(json: &Json, from: &Path, found: &mut Vec<PathBuf>) {
    match json {
        Json::Object(fields) => {
            if let Some(Json::String(reference)) = fields.get("$ref") {
                let path = reference.split('#').next().unwrap_or("");
                if !path.is_empty() && !path.contains(':') {
                    let folder = from.parent().unwrap_or(Path::new(""));
                    found.push(normalize(&folder.join(path)));
                }
            }
            fields.values().for_each(|value| collect(value, from, found));
        }
        Json::Array(items) => items.iter().for_each(|item| collect(item, from, found)),
        _ => {}
    }
}
