//! What `book.toml`, or `plumb.toml` where there is no book, says to the tool.
//!
//! Owns: [`Config`], read from our table of either file, with a finding at the line for each key that is not
//! understood. mdBook hands a preprocessor the same table as JSON (its environment variables may have changed it), so the
//! values come from there when there is one, and the places always from the file. Must not know: mdBook's own settings.

mod home;
mod pages;
mod places;
mod schema;
mod settings;

pub use home::Home;
pub use pages::Pages;
pub use places::{place, value};
pub use schema::schema;
pub use settings::{SETTINGS, Setting, Shape, setting};

use crate::content::Extras;
use crate::diag::{Code, Diagnostic, Level, codes};
use crate::text::{Location, Source, Span};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use places::{Places, to_json};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

codes! {
    /// The codes that this module reports.
    CODES:
    INVALID_CONFIG = "invalid-config", Deny, "a setting in book.toml or plumb.toml is not understood";
}

/// How CSS and JavaScript reach the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assets {
    /// Inlined once in each chapter that needs them.
    Inline,
    /// As files that `book.toml` names, for a strict content security policy.
    External,
}

/// What errors do to a build.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reporting {
    /// They fail it.
    #[default]
    Fail,
    /// They are printed, and it goes on.
    Warn,
}

/// Which kinds may be without a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum IgnoreMissing {
    /// None: each is reported, once.
    #[default]
    None,
    /// All.
    All,
    /// These.
    Kinds(Vec<String>),
}

/// The settings of a project.
#[derive(Clone, Debug)]
pub struct Config {
    /// What kind of project it is.
    pub home: Home,
    /// The pages of a tree.
    pub pages: Pages,
    /// Files and folders of the model, relative to the book's root. Empty: `model.toml` or `model/`, where there is one.
    pub model: Vec<PathBuf>,
    /// Where the setting `model` stands, or the start of the file.
    pub model_at: Option<Location>,
    /// Folders and files with schemas (CRDs, OpenAPI documents, JSON Schemas), tried before all others.
    pub schemas: Vec<PathBuf>,
    /// The folder with the book's own ValidatingAdmissionPolicy files.
    pub policies: PathBuf,
    /// How CSS and JavaScript reach the page; unset, as files where `book.toml` has mdBook publish them, and else inlined.
    pub assets: Option<Assets>,
    /// Where the setting `assets` stands, where it is set.
    pub assets_at: Option<Location>,
    /// What errors do to a build.
    pub report: Reporting,
    /// What pages show with a manifest.
    pub manifests: Extras,
    /// Levels by code.
    pub levels: Levels,
    /// The release of a managed platform whose versions hold, such as `aks-1.36`; checked by who knows the platforms.
    pub platform: Option<(String, Location)>,
    /// Versions by product (`k8s`, `istio`, …), for fences that name none; checked by who knows the products.
    pub versions: BTreeMap<String, (String, Location)>,
    /// Which kinds may be without a schema.
    pub ignore_missing: IgnoreMissing,
    /// JSON Schemas of what is no manifest, by name.
    pub json_schemas: BTreeMap<String, JsonSchema>,
    /// Pages (paths below `src`, or below a tree's root; `*` and `**` allowed) in which nothing is expanded or checked.
    pub exclude: GlobSet,
}

/// A JSON Schema, and the files that it describes.
#[derive(Clone, Debug)]
pub struct JsonSchema {
    /// Its file, relative to the project's folder.
    pub file: PathBuf,
    /// The files that it describes, by the patterns of their paths from there.
    pub files: Vec<String>,
    /// Whether what it describes is merged with more before it is used; unset, where the file's name says it.
    pub part: Option<bool>,
    /// Where the setting stands.
    pub at: Location,
}

/// Levels that a book or a command line sets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Levels {
    /// By any name of a code: how many were set before it, and the level.
    by_name: BTreeMap<String, (usize, Level)>,
    set: usize,
    /// Where each name stands, so that an unknown one can be pointed at.
    pub places: Vec<(String, Location)>,
}

/// The name that stands for every warning, as in rustc.
pub const WARNINGS: &str = "warnings";

impl Levels {
    /// Sets the level of a code, or of all [`WARNINGS`]; the last one said holds.
    pub fn set(&mut self, code: &str, level: Level) {
        self.set += 1;
        self.by_name.insert(code.to_owned(), (self.set, level));
    }

    /// The level of a code.
    pub fn of(&self, code: &Code) -> Level {
        match code.names().filter_map(|name| self.by_name.get(name)).max() {
            Some(&(_, level)) => level,
            None if code.level == Level::Warn => {
                self.by_name.get(WARNINGS).map_or(Level::Warn, |set| set.1)
            }
            None => code.level,
        }
    }
}

/// How many patterns `exclude` may hold: they are compiled together, and cost as much memory as a page each.
const MOST_PATTERNS: usize = 1000;

impl Default for Config {
    fn default() -> Config {
        Config {
            home: Home::Book,
            pages: Pages::default(),
            model: Vec::new(),
            model_at: None,
            schemas: Vec::new(),
            policies: PathBuf::from("policies"),
            assets: None,
            assets_at: None,
            report: Reporting::Fail,
            manifests: Extras::default(),
            levels: Levels::default(),
            platform: None,
            versions: BTreeMap::new(),
            ignore_missing: IgnoreMissing::None,
            json_schemas: BTreeMap::new(),
            exclude: GlobSet::empty(),
        }
    }
}

/// Keys that belong to mdBook itself.
const MDBOOK_KEYS: &[&str] = &["command", "before", "after", "optional", "renderers"];

impl Config {
    /// Reads the settings.
    ///
    /// `file` is `book.toml` or `plumb.toml`; `table` our table in it as mdBook sent it, where it did.
    pub fn read(file: &Arc<Source>, table: Option<&Json>) -> (Config, Vec<Diagnostic>) {
        let (root, errors) = toml::de::DeTable::parse_recoverable(file.text());
        let home = Home::of(Path::new(file.path())).unwrap_or_default();
        let places = Places { source: file, root: root.get_ref() };
        let mut reader = Reader { home, file: &places, findings: Vec::new() };
        for error in errors {
            let span = error.span().map_or(Span::at(0), Span::from);
            reader.findings.push(Diagnostic::at(&INVALID_CONFIG, file, span, error.message()));
        }
        let own = places.table(home.table()).map(to_json);
        let empty = Json::Object(Map::new());
        let mut config = Config { home, ..Config::default() };
        match table.or(own.as_ref()).unwrap_or(&empty) {
            Json::Object(table) => {
                for (key, value) in table.iter().filter(|(_, value)| !value.is_null()) {
                    reader.known(&mut config, key, value);
                }
            }
            _ => {
                let message = format!("`{}` must be a table", home.table().join("."));
                let at = places.place(home.table());
                reader.findings.push(Diagnostic::new(&INVALID_CONFIG, at, message));
            }
        }
        if home == Home::Tree {
            reader.others();
        }
        (config, reader.findings)
    }

    /// Whether a chapter (a path below `src`, with `/`) is left out by `exclude`.
    pub fn excludes(&self, chapter: &str) -> bool {
        self.exclude.is_match(chapter)
    }
}

struct Reader<'a> {
    home: Home,
    file: &'a Places<'a>,
    findings: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Reads a setting, if there is one of this name.
    fn known(&mut self, config: &mut Config, key: &str, value: &Json) {
        let table = self.home.table().join(".");
        let message = match setting(key) {
            Some(known) if known.is_of(self.home) => {
                return self.setting(config, key, value);
            }
            None if self.home == Home::Book && MDBOOK_KEYS.contains(&key) => return,
            Some(_) => format!("`{key}` is no setting of a {}", self.home.noun()),
            None => format!("unknown setting `{key}` in `[{table}]`"),
        };
        let here = SETTINGS.iter().filter(|one| one.is_of(self.home));
        let finding = Diagnostic::new(&INVALID_CONFIG, self.place(key), message);
        self.findings.push(finding.did_you_mean(key, here.map(|one| one.key)));
    }

    /// Reports what stands beside our table in a file that is all ours.
    fn others(&mut self) {
        let table = self.home.table().join(".");
        let keys = self.file.root.keys().map(|key| key.get_ref().as_ref());
        for key in keys.filter(|key| *key != table) {
            let message = format!("`{key}` stands outside of `[{table}]`, where nothing is read");
            let finding = Diagnostic::new(&INVALID_CONFIG, self.file.place(&[key]), message);
            let is_ours = setting(key).is_some();
            self.findings.push(match is_ours {
                true => finding.help(format!("move it below the line `[{table}]`")),
                false => finding.did_you_mean(key, [table.as_str()]),
            });
        }
    }

    fn setting(&mut self, config: &mut Config, key: &str, value: &Json) {
        match key {
            "model" => {
                config.model = self.strings(key, value).into_iter().map(PathBuf::from).collect();
                config.model_at = Some(self.place(key));
            }
            "schemas" => {
                config.schemas = self.strings(key, value).into_iter().map(PathBuf::from).collect();
            }
            "policies" => match value.as_str() {
                Some(path) => config.policies = PathBuf::from(path),
                None => self.wrong(key, "a path"),
            },
            "assets" => {
                config.assets_at = Some(self.place(key));
                match value.as_str() {
                    Some("inline") => config.assets = Some(Assets::Inline),
                    Some("external") => config.assets = Some(Assets::External),
                    _ => self.wrong(key, "\"inline\" or \"external\""),
                }
            }
            "report" => match value.as_str() {
                Some("fail") => config.report = Reporting::Fail,
                Some("warn") => config.report = Reporting::Warn,
                _ => self.wrong(key, "\"fail\" or \"warn\""),
            },
            "manifests" => match value {
                Json::Object(table) => self.extras(&mut config.manifests, key, table),
                _ => self.wrong(key, "a table such as { headers = true }"),
            },
            "deny" => self.levels(config, key, value, Level::Deny),
            "warn" => self.levels(config, key, value, Level::Warn),
            "allow" => self.levels(config, key, value, Level::Allow),
            "versions" => match value {
                Json::Object(table) => {
                    for (product, version) in table {
                        self.version(config, key, product, version);
                    }
                }
                _ => self.wrong(key, "a table such as { k8s = \"1.36\" }"),
            },
            "json-schemas" => match value {
                Json::Object(table) => {
                    for (name, schema) in table {
                        self.json_schema(config, (key, name), schema);
                    }
                }
                _ => self.wrong(key, "a table such as { values = \"values.schema.json\" }"),
            },
            "platform" => match value.as_str() {
                Some(name) => config.platform = Some((name.to_owned(), self.place(key))),
                None => self.wrong(key, "the name of a platform's release, such as \"aks-1.36\""),
            },
            "ignore-missing" => {
                config.ignore_missing = match value {
                    Json::Bool(true) => IgnoreMissing::All,
                    Json::Bool(false) => IgnoreMissing::None,
                    _ => IgnoreMissing::Kinds(self.strings(key, value)),
                };
            }
            "exclude" => config.exclude = self.globs(key, value),
            "pages" => config.pages = self.pages(key, value),
            _ => {}
        }
    }

    /// The keys that lead to some below our table.
    fn path<'k>(&self, below: &[&'k str]) -> Vec<&'k str> {
        self.home.table().iter().copied().chain(below.iter().copied()).collect()
    }

    /// Where a setting stands.
    fn place(&self, key: &str) -> Location {
        self.file.place(&self.path(&[key]))
    }

    fn extras(&mut self, extras: &mut Extras, key: &str, table: &Map<String, Json>) {
        for (name, value) in table.iter().filter(|(_, value)| !value.is_null()) {
            let wanted = match name.as_str() {
                "headers" => &mut extras.headers,
                "folding" => &mut extras.folding,
                "downloads" => &mut extras.downloads,
                "badges" => &mut extras.badges,
                _ => {
                    let at = self.file.place(&self.path(&[key, name]));
                    let message =
                        format!("unknown setting `{name}` in `[preprocessor.plumb.{key}]`");
                    let known = ["headers", "folding", "downloads", "badges"];
                    let finding = Diagnostic::new(&INVALID_CONFIG, at, message);
                    self.findings.push(finding.did_you_mean(name, known));
                    continue;
                }
            };
            match value.as_bool() {
                Some(value) => *wanted = value,
                None => {
                    let at = self.file.place(&self.path(&[key, name]));
                    let message = format!("`{key}.{name}` must be true or false");
                    self.findings.push(Diagnostic::new(&INVALID_CONFIG, at, message));
                }
            }
        }
    }

    fn json_schema(&mut self, config: &mut Config, (key, name): (&str, &str), value: &Json) {
        const KNOWN: [&str; 3] = ["file", "files", "part"];
        let at = self.file.place(&self.path(&[key, name]));
        let wanted = |what: &str| {
            let message = format!("`{key}.{name}` must be {what}");
            Diagnostic::new(&INVALID_CONFIG, at.clone(), message)
        };
        let empty = Map::new();
        let (file, table) = match value {
            Json::String(file) => (Some(file.as_str()), &empty),
            Json::Object(table) => (table.get("file").and_then(Json::as_str), table),
            _ => (None, &empty),
        };
        let Some(file) = file else {
            let found = wanted("a path, or a table such as { file = \"a.schema.json\" }");
            self.findings.push(found);
            return;
        };
        for other in table.keys().filter(|other| !KNOWN.contains(&other.as_str())) {
            let at = self.file.place(&self.path(&[key, name, other]));
            let message = format!("unknown setting `{other}` in `{key}.{name}`");
            let finding = Diagnostic::new(&INVALID_CONFIG, at, message);
            self.findings.push(finding.did_you_mean(other, KNOWN));
        }
        let part = table.get("part").map(Json::as_bool);
        if part == Some(None) {
            self.findings.push(wanted("a table in which `part` is true or false"));
        }
        let files = table.get("files").map_or_else(Vec::new, |files| self.patterns(key, files));
        let schema = JsonSchema { file: PathBuf::from(file), files, part: part.flatten(), at };
        config.json_schemas.insert(name.to_owned(), schema);
    }

    fn version(&mut self, config: &mut Config, key: &str, product: &str, version: &Json) {
        let at = self.file.place(&self.path(&[key, product]));
        match version.as_str() {
            Some(version) => {
                config.versions.insert(product.to_owned(), (version.to_owned(), at));
            }
            None => {
                let message =
                    format!("the version of `{product}` must be a string such as \"1.36\"");
                self.findings.push(Diagnostic::new(&INVALID_CONFIG, at, message));
            }
        }
    }

    fn levels(&mut self, config: &mut Config, key: &str, value: &Json, level: Level) {
        let place = self.place(key);
        for code in self.strings(key, value) {
            config.levels.set(&code, level);
            config.levels.places.push((code, place.clone()));
        }
    }

    /// A string, or a list of strings.
    fn strings(&mut self, key: &str, value: &Json) -> Vec<String> {
        let items = match value {
            Json::String(one) => return vec![one.clone()],
            Json::Array(items) => items,
            _ => {
                self.wrong(key, "a string or a list of strings");
                return Vec::new();
            }
        };
        let strings: Vec<_> = items.iter().filter_map(Json::as_str).map(str::to_owned).collect();
        if strings.len() < items.len() {
            self.wrong(key, "a list of strings");
        }
        strings
    }

    fn patterns(&mut self, key: &str, value: &Json) -> Vec<String> {
        let patterns = self.strings(key, value);
        if patterns.len() > MOST_PATTERNS {
            self.wrong(key, &format!("a list of at most {MOST_PATTERNS} patterns"));
            return Vec::new();
        }
        patterns
    }

    fn pages(&mut self, key: &str, value: &Json) -> Pages {
        let patterns = self.patterns(key, value);
        Pages::read(patterns).unwrap_or_else(|error| {
            let at = self.place(key);
            self.findings.push(Diagnostic::new(&INVALID_CONFIG, at, error.to_string()));
            Pages::default()
        })
    }

    fn globs(&mut self, key: &str, value: &Json) -> GlobSet {
        let mut set = GlobSetBuilder::new();
        for pattern in self.patterns(key, value) {
            match GlobBuilder::new(&pattern).literal_separator(true).build() {
                Ok(glob) => drop(set.add(glob)),
                Err(error) => {
                    let at = self.place(key);
                    self.findings.push(Diagnostic::new(&INVALID_CONFIG, at, error.to_string()));
                }
            }
        }
        set.build().unwrap_or_else(|_| GlobSet::empty())
    }

    fn wrong(&mut self, key: &str, expected: &str) {
        let message = format!("`{key}` must be {expected}");
        self.findings.push(Diagnostic::new(&INVALID_CONFIG, self.place(key), message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Config, Vec<Diagnostic>) {
        Config::read(&Source::new("book.toml", text), None)
    }

    #[test]
    fn settings_are_read_and_mdbooks_own_keys_left_alone() {
        let (config, findings) = read(
            "[book]\ntitle = 'x'\n[preprocessor.plumb]\ncommand = 'x'\nafter = ['links']\nmodel = 'm'\n\
             deny = ['drift']\nallow = ['unused-figure']\nassets = 'external'\nversions = { k8s = '1.36' }\n\
             exclude = ['drafts/**']\nreport = 'warn'\n[preprocessor.plumb.manifests]\nbadges = true\nheaders = false\n",
        );
        assert_eq!(findings, []);
        assert_eq!(config.report, Reporting::Warn);
        assert_eq!(config.manifests, Extras { badges: true, ..Extras::default() });
        assert_eq!(config.model, [PathBuf::from("m")]);
        assert_eq!(config.assets, Some(Assets::External));
        assert_eq!(config.versions["k8s"].0, "1.36");
        assert!(config.excludes("drafts/a/b.md") && !config.excludes("a.md"));
    }

    #[test]
    fn a_key_that_is_not_understood_is_pointed_at() {
        let (_, findings) = read(
            "[preprocessor.plumb]\nmodle = 'x'\nassets = 3\ndeny = [1]\nversions = { k8s = 1.36 }\nreport = 'never'\n\
             [preprocessor.plumb.manifests]\nbadge = true\nfolding = 'yes'\n",
        );
        let said: Vec<_> = findings
            .iter()
            .map(|finding| (finding.at.location.start().line, finding.message.as_str()))
            .collect();
        assert_eq!(
            said,
            [
                (2, "unknown setting `modle` in `[preprocessor.plumb]`"),
                (3, "`assets` must be \"inline\" or \"external\""),
                (4, "`deny` must be a list of strings"),
                (5, "the version of `k8s` must be a string such as \"1.36\""),
                (6, "`report` must be \"fail\" or \"warn\""),
                (8, "unknown setting `badge` in `[preprocessor.plumb.manifests]`"),
                (9, "`manifests.folding` must be true or false"),
            ]
        );
        assert_eq!(findings[0].help, ["did you mean `model`?"]);
    }

    #[test]
    fn each_setting_of_the_list_is_read() {
        for home in Home::ALL {
            let source = Source::new(home.file(), "");
            for setting in SETTINGS {
                let table = serde_json::json!({ setting.key: 3 });
                let (_, findings) = Config::read(&source, Some(&table));
                let [finding] = &findings[..] else { panic!("`{}`: {findings:?}", setting.key) };
                let is_read = finding.message.starts_with(&format!("`{}` must be ", setting.key));
                assert_eq!(is_read, setting.is_of(home), "{}", finding.message);
            }
        }
    }

    #[test]
    fn mdbooks_json_wins_over_the_file() {
        let source = Source::new("book.toml", "[preprocessor.plumb]\nmodel = 'file'\n");
        let json = serde_json::json!({ "model": "environment", "command": null });
        let (config, findings) = Config::read(&source, Some(&json));
        assert_eq!((config.model, findings), (vec![PathBuf::from("environment")], vec![]));
    }

    #[test]
    fn a_broken_file_is_a_finding() {
        let (_, findings) = read("[book\n");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].at.location.start().line, 1);
    }

    #[test]
    fn levels_fall_back_to_the_codes_own() {
        static WARNING: Code =
            Code { name: "w", level: Level::Warn, summary: "", page: "", alias: "", former: &[] };
        let mut levels = Levels::default();
        assert_eq!(levels.of(&WARNING), Level::Warn);
        levels.set(WARNINGS, Level::Deny);
        assert_eq!(levels.of(&WARNING), Level::Deny);
        levels.set("w", Level::Allow);
        assert_eq!(levels.of(&WARNING), Level::Allow);
    }
}
