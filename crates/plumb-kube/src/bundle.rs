//! The embedded schemas: `schemas/bundle.bin`, made by `schemas/generate` from packages and from our own rule files.
//!
//! Owns: the container's format, and finding the schema of a kind in a product's version. Must not know: how a schema is
//! applied, or where else schemas may come from.
//!
//! The container (described in `schemas/generate/pack.py`) is a compressed index and small compressed blocks of JSON
//! pieces. A piece refers to another by number; a lookup inflates the blocks it needs, once in a process, and gives the
//! piece of a kind with those that it leads to under `$defs`, each once, however often it is referred to.

use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

static BYTES: &[u8] = include_bytes!("../schemas/bundle.bin");
const MAGIC: &[u8] = b"PLUMB\0\0\x01";

/// A product whose schemas the bundle holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// As it is written in `k8s=1.36`: `k8s`, `istio`, `cilium`, `gateway-api`, `linkerd`, `flagger`.
    pub name: String,
    /// As a person calls it.
    pub title: String,
    /// The versions held, oldest first.
    pub versions: Vec<String>,
    /// The version that holds unless a book says otherwise.
    pub default: String,
}

/// Whether objects of a kind live in a namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// In a namespace, as they are taken to be where nothing says otherwise.
    #[default]
    Namespaced,
    /// In the cluster as a whole.
    Cluster,
}

/// One kind that the bundle holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The API group; empty for the core group.
    pub group: String,
    /// The version of the API: `v1`, `v1beta1`.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// Whether its objects live in a namespace.
    pub scope: Scope,
    /// The product it comes from: `k8s`, `istio`, ….
    pub product: String,
    /// The versions of the product that have it, oldest first.
    pub versions: Vec<String>,
    /// For each of the product's versions, the piece that is its schema.
    roots: Vec<Option<usize>>,
}

/// The products and their versions.
pub fn products() -> &'static [Product] {
    &index().products
}

/// Every kind that the bundle holds, by product, group, version and kind.
pub fn kinds() -> &'static [Kind] {
    &index().kinds
}

/// What the bundle knows of a kind, in whatever version of its product.
pub fn find(group: &str, version: &str, kind: &str) -> Option<&'static Kind> {
    kinds().iter().find(|k| k.kind == kind && k.group == group && k.version == version)
}

/// The scope of a kind, which is the same in all versions of the API.
pub(crate) fn scope(group: &str, kind: &str) -> Option<Scope> {
    kinds().iter().find(|own| own.kind == kind && own.group == group).map(|own| own.scope)
}

impl Kind {
    /// The OpenAPI v3 schema in a release of the product; nothing when that release does not have the kind.
    ///
    /// Its references have the form `#/$defs/NAME`.
    ///
    /// A kind that only the experimental channel of Gateway API has is found whichever channel is chosen.
    pub fn schema(&self, release: &str) -> Option<Value> {
        let product = products().iter().find(|product| product.name == self.product)?;
        let at = |wanted: &str| product.versions.iter().position(|version| version == wanted);
        let root =
            at(release).and_then(|at| self.roots.get(at).copied().flatten()).or_else(|| {
                let experimental = at(&format!("{release}-experimental"))?;
                self.roots.get(experimental).copied().flatten()
            })?;
        document(root)
    }
}

/// The schema behind a reference, or the schema itself where it is none.
pub fn target<'v>(document: &'v Value, schema: &'v Value) -> &'v Value {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let target = reference.and_then(|name| document.pointer(name.strip_prefix('#')?));
    target.unwrap_or(schema)
}

/// The versions of a kind's product in which it has a field, oldest first. `path` is as in `spec.rules[0].retry`.
pub fn versions_with(group: &str, version: &str, kind: &str, path: &str) -> Vec<String> {
    /// For an object within a kind: the names of its fields in each version.
    type Fields = HashMap<String, Arc<Vec<(String, HashSet<String>)>>>;
    static KNOWN: LazyLock<Mutex<Fields>> = LazyLock::new(Mutex::default);
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    let Some(entry) = find(group, version, kind).filter(|_| !name.ends_with(']')) else {
        return Vec::new();
    };
    // Of a list each item has the same fields, so that as much is kept as the schemas have objects.
    let parent = without_keys(parent);
    let key = format!("{group}/{version}/{kind} {parent}");
    let known = KNOWN.lock().ok().and_then(|known| known.get(&key).cloned());
    let releases = known.unwrap_or_else(|| {
        let names = |release: &String| {
            let schema = entry.schema(release);
            let fields =
                schema.as_ref().and_then(|schema| field(schema, &parent)?.get("properties"));
            let names = fields.and_then(Value::as_object).into_iter().flatten();
            (release.clone(), names.map(|(name, _)| name.clone()).collect())
        };
        let releases = Arc::new(entry.versions.iter().map(names).collect::<Vec<_>>());
        if let Ok(mut known) = KNOWN.lock()
            && releases.iter().any(|(_, names): &(String, HashSet<String>)| !names.is_empty())
        {
            known.insert(key, Arc::clone(&releases));
        }
        releases
    });
    releases
        .iter()
        .filter(|(_, names)| names.contains(name))
        .map(|(release, _)| release.clone())
        .collect()
}

/// A path with one key for all: `[0]` for the items of lists, `[k]` for the values of maps.
fn without_keys(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once('[') {
        let (key, behind) = behind.split_once(']').unwrap_or((behind, ""));
        let is_index = key.bytes().all(|byte| byte.is_ascii_digit());
        out.push_str(before);
        out.push_str(if is_index { "[0]" } else { "[k]" });
        rest = behind;
    }
    out + rest
}

/// The schema of a field, by a path with indexes and keys in brackets.
fn field<'v>(document: &'v Value, path: &str) -> Option<&'v Value> {
    let (mut at, mut rest) = (document, path);
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (key, behind) = inside.split_once(']')?;
            let items = at.get("items").filter(|_| key.bytes().all(|byte| byte.is_ascii_digit()));
            at = items.or_else(|| at.get("additionalProperties"))?;
            rest = behind;
        } else {
            rest = rest.strip_prefix('.').unwrap_or(rest);
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            at = at.get("properties")?.get(&rest[..end])?;
            rest = &rest[end..];
        }
        at = target(document, at);
    }
    Some(at)
}

#[derive(Default)]
struct Index {
    products: Vec<Product>,
    kinds: Vec<Kind>,
    blocks: Vec<Block>,
    /// The block of each piece, and its place there.
    pieces: Vec<(usize, usize, usize)>,
}

struct Block {
    packed: &'static [u8],
    size: usize,
    text: OnceLock<String>,
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        // The container is part of the program: a test reads all of it, so a broken one cannot be built.
        read(BYTES).unwrap_or_default()
    })
}

fn read(bytes: &'static [u8]) -> Option<Index> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (head, rest) = rest.split_at_checked(8)?;
    let size = |at: usize| -> Option<usize> {
        let word = head.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(word)).ok()
    };
    let (packed, mut rest) = rest.split_at_checked(size(0)?)?;
    let index: Value = serde_json::from_str(&inflate(packed, size(4)?)?).ok()?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let number = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok());

    let mut products = Vec::new();
    for product in index["products"].as_array()? {
        products.push(Product {
            name: text(&product["name"])?,
            title: text(&product["title"])?,
            versions: product["versions"].as_array()?.iter().filter_map(text).collect(),
            default: text(&product["default"])?,
        });
    }
    let mut kinds = Vec::new();
    for row in index["kinds"].as_array()? {
        let product = products.get(number(&row[4])?)?;
        let roots: Vec<Option<usize>> = row[5].as_array()?.iter().map(number).collect();
        let held = product.versions.iter().zip(&roots).filter(|(_, root)| root.is_some());
        kinds.push(Kind {
            group: text(&row[0])?,
            version: text(&row[1])?,
            kind: text(&row[2])?,
            scope: if row[3] == "Cluster" { Scope::Cluster } else { Scope::Namespaced },
            product: product.name.clone(),
            versions: held.map(|(version, _)| version.clone()).collect(),
            roots,
        });
    }
    let mut blocks = Vec::new();
    for row in index["blocks"].as_array()? {
        let (packed, after) = rest.split_at_checked(number(&row[0])?)?;
        rest = after;
        blocks.push(Block { packed, size: number(&row[1])?, text: OnceLock::new() });
    }
    let mut pieces = Vec::new();
    for (block, lengths) in index["pieces"].as_array()?.iter().enumerate() {
        let mut start = 0;
        for length in lengths.as_array()?.iter().filter_map(number) {
            pieces.push((block, start, start + length));
            start += length;
        }
    }
    Some(Index { products, kinds, blocks, pieces })
}

fn inflate(packed: &[u8], size: usize) -> Option<String> {
    let mut text = String::with_capacity(size);
    flate2::read::ZlibDecoder::new(packed).read_to_string(&mut text).ok()?;
    Some(text)
}

/// A piece, with all that it leads to under `$defs`.
fn document(root: usize) -> Option<Value> {
    let mut wanted = Vec::new();
    let mut document = piece(root, &mut wanted)?;
    let mut found = Map::new();
    while let Some(number) = wanted.pop() {
        if let serde_json::map::Entry::Vacant(place) = found.entry(number.to_string()) {
            place.insert(piece(number, &mut wanted)?);
        }
    }
    // A schema that contains itself comes with definitions of its own.
    match &mut document["$defs"] {
        Value::Object(named) => named.extend(found),
        none => *none = Value::Object(found),
    }
    Some(document)
}

/// The JSON of a piece, with the numbers of the pieces that it refers to.
fn piece(number: usize, wanted: &mut Vec<usize>) -> Option<Value> {
    let &(block, start, end) = index().pieces.get(number)?;
    let block = index().blocks.get(block)?;
    let text = block.text.get_or_init(|| inflate(block.packed, block.size).unwrap_or_default());
    let mut value = serde_json::from_str(text.get(start..end)?).ok()?;
    name_references(&mut value, wanted);
    Some(value)
}

fn name_references(value: &mut Value, wanted: &mut Vec<usize>) {
    match value {
        Value::Object(map) => {
            let number = map.get("$ref").and_then(Value::as_u64);
            if let Some(number) = number.and_then(|number| usize::try_from(number).ok()) {
                wanted.push(number);
                map["$ref"] = Value::String(format!("#/$defs/{number}"));
            } else {
                map.values_mut().for_each(|child| name_references(child, wanted));
            }
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|child| name_references(child, wanted));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Versions;

    fn at<'v>(document: &'v Value, path: &str) -> &'v Value {
        path.split('.').filter(|step| !step.is_empty()).fold(document, |schema, step| {
            let next = match step {
                "[]" => &schema["items"],
                "{}" => &schema["additionalProperties"],
                name => &schema["properties"][name],
            };
            target(document, next)
        })
    }

    /// Kind | versions | a place in its schema | a keyword | what the product's documentation says of it.
    const FACTS: &str = r#"
        /v1/Pod | | spec | required | ["containers"]
        /v1/Pod | | spec.containers | x-kubernetes-list-map-keys | ["name"]
        /v1/Pod | k8s=1.34 | spec.containers.[].ports.[].containerPort | format | "int32"
        /v1/Pod | k8s=1.34 | spec.containers.[].ports.[].containerPort | maximum | 65535
        /v1/Pod | | spec.initContainers.[].livenessProbe.httpGet.port | x-kubernetes-int-or-string | true
        /v1/Service | | spec.ports | x-kubernetes-list-map-keys | ["port","protocol"]
        /v1/Service | | spec.ports.[].protocol | default | "TCP"
        apps/v1/Deployment | | spec | required | ["selector","template"]
        networking.istio.io/v1/DestinationRule | | spec.trafficPolicy.tls.mode | enum | ["DISABLE","SIMPLE","MUTUAL","ISTIO_MUTUAL"]
        /v1/Pod | k8s=1.31 | spec.resources | type | null
        /v1/Pod | k8s=1.32 | spec.resources | type | "object"
        networking.istio.io/v1/DestinationRule | istio=1.32 | spec.trafficPolicy.loadBalancer.backendUtilization | type | "object"
        networking.istio.io/v1/DestinationRule | istio=1.30 | spec.trafficPolicy.connectionPool.http.http2KeepAlive | type | null
        networking.istio.io/v1/DestinationRule | istio=1.31 | spec.trafficPolicy.connectionPool.http.http2KeepAlive | type | "object"
        gateway.networking.k8s.io/v1/HTTPRoute | | spec.parentRefs | maxItems | 32
        gateway.networking.k8s.io/v1/HTTPRoute | gateway-api=1.6 | spec.rules.[].retry | type | null
        gateway.networking.k8s.io/v1/HTTPRoute | gateway-api=1.7 | spec.rules.[].retry | type | "object"
        gateway.networking.k8s.io/v1/HTTPRoute | gateway-api=1.2-experimental | spec.rules.[].retry | type | "object"
        gateway.networking.k8s.io/v1/HTTPRoute | | spec.rules.[].matches.[].path.type | default | "PathPrefix"
        gateway.networking.k8s.io/v1beta1/HTTPRoute | | spec.rules.[].backendRefs.[].weight | maximum | 1000000
        gateway.networking.k8s.io/v1alpha2/TCPRoute | | spec.rules | type | "array"
        cilium.io/v2/CiliumNetworkPolicy | | spec.description | type | "string"
        cilium.io/v2/CiliumNetworkPolicy | cilium=1.19 | specs.[].egress.[].toPorts.[].ports | maxItems | 40
        cilium.io/v2/CiliumNetworkPolicy | cilium=1.19 | spec.ingress.[].fromEntities.[] | enum | ["all","world","cluster","host","init","ingress","unmanaged","remote-node","health","none","kube-apiserver"]
        policy.linkerd.io/v1beta3/Server | linkerd=2.18 | spec.accessPolicy | default | "deny"
        flagger.app/v1beta1/Canary | | spec.targetRef | required | ["apiVersion","kind","name"]
    "#;

    #[test]
    fn schemas_say_what_the_documentation_says() {
        for line in FACTS.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [name, chosen, path, keyword, expected] = cells[..] else { panic!("{line}") };
            let names: Vec<&str> = name.split('/').collect();
            let [group, version, kind] = names[..] else { panic!("{line}") };
            let schema = Versions::parse(chosen).expect(chosen).schema(group, version, kind);
            let schema = schema.unwrap_or_else(|| panic!("{name} is not in the bundle"));
            let expected: Value = serde_json::from_str(expected).expect(expected);
            assert_eq!(at(&schema, path)[keyword], expected, "{line}");
        }
    }

    #[test]
    fn a_field_is_known_in_the_versions_that_have_it() {
        let gateway = "gateway.networking.k8s.io";
        let retry = versions_with(gateway, "v1", "HTTPRoute", "spec.rules[0].retry.attempts");
        let held = ["1.2", "1.3", "1.4", "1.5", "1.6"].map(|v| format!("{v}-experimental"));
        assert_eq!(retry[..5], held);
        assert_eq!(retry[5..], ["1.7", "1.7-experimental"]);
        let path = "spec.http[2].redirect.prefixRewrite";
        assert_eq!(
            versions_with("networking.istio.io", "v1", "VirtualService", path),
            ["1.31", "1.32"]
        );
        assert!(versions_with(gateway, "v1", "HTTPRoute", "spec.rules[0].rety").is_empty());
        assert!(versions_with("", "v1", "Widget", "spec").is_empty());
    }

    #[test]
    fn every_kind_of_every_version_is_whole() {
        fn check(document: &Value, value: &Value, name: &str) {
            match value {
                Value::Object(map) => {
                    // (`$ref` is also a property, of the schemas within a CustomResourceDefinition.)
                    if map.get("$ref").is_some_and(|reference| !reference.is_object()) {
                        assert!(!std::ptr::eq(target(document, value), value), "{name}: {value}");
                    }
                    map.values().for_each(|child| check(document, child, name));
                }
                Value::Array(items) => items.iter().for_each(|child| check(document, child, name)),
                _ => {}
            }
        }
        assert!(kinds().len() > 180, "{} kinds", kinds().len());
        for kind in kinds() {
            assert!(!kind.versions.is_empty());
            for version in &kind.versions {
                let versions = Versions::default().with(&kind.product, version).expect(version);
                let schema = versions.schema(&kind.group, &kind.version, &kind.kind);
                let schema = schema.unwrap_or_else(|| panic!("{kind:?} {version}"));
                assert_eq!(schema["type"], "object", "{kind:?}");
                assert!(at(&schema, "metadata.labels").is_object(), "{kind:?}");
                check(&schema, &schema, &kind.kind);
            }
        }
    }

    /// The messages of the rules below a schema.
    fn messages(value: &Value, found: &mut std::collections::BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                let rules = map.get("x-kubernetes-validations").and_then(Value::as_array);
                for rule in rules.into_iter().flatten() {
                    found.extend(rule["message"].as_str().map(str::to_owned));
                }
                map.values().for_each(|child| messages(child, found));
            }
            Value::Array(items) => items.iter().for_each(|child| messages(child, found)),
            _ => {}
        }
    }

    #[test]
    fn every_rule_refuses_its_example_for_its_own_reason() {
        use crate::admission::codes_of_others;
        use crate::{Engine, Format, Schemas, read};
        use plumb_text::diag::{Code, Level};
        use plumb_text::{Source, TextMap};

        let engine = Engine::new(Schemas::embedded());
        let matches = format!("[{}]", ["{}"; 64].join(", "));
        let prefix = ["a".repeat(60), "b".repeat(60), "c".repeat(60), "d".repeat(68)].join(".");
        let mut said = std::collections::BTreeSet::new();
        let mut wrong: Vec<String> = Vec::new();
        let mut lines = include_str!("../schemas/rules/examples.txt").lines();
        let mut product = "";
        while let Some(line) = lines.next() {
            if let Some(title) = line.strip_prefix("# --- ") {
                let title = title.trim_end_matches(" ---");
                product = &products().iter().find(|known| known.title == title).expect(title).name;
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let expected = lines.next().and_then(|next| next.strip_prefix("=> ")).expect(line);
            let (head, spec) = line.split_once(" | ").expect(line);
            let (name, versions) = head.split_once(' ').unwrap_or((head, ""));
            let versions = Versions::parse(versions).expect(head);
            let named = |entry: &&Kind| {
                let full = format!("{}/{}/{}", entry.group, entry.version, entry.kind);
                entry.product == product && (entry.kind == name || full == name)
            };
            let stable =
                |entry: &&Kind| !entry.version.contains("alpha") && !entry.version.contains("beta");
            let entry = kinds().iter().filter(named).max_by_key(stable).expect(name);
            let spec = spec.replace("M64", &matches).replace("X253", &prefix);
            let text = format!(
                "apiVersion: {}/{}\nkind: {}\nmetadata: {{name: a}}\nspec: {spec}\n",
                entry.group, entry.version, entry.kind
            );
            let source = Source::new("example.yaml", text.as_str());
            let read = read(&text, &TextMap::identity(&source), Format::Yaml);
            assert_eq!(read.findings, [], "{text}");
            let findings = engine.validate(&read.documents, &versions);
            // An example has what its rule reads; what a webhook asks besides is no rule of a schema.
            let of_schemas = |code: &Code| !codes_of_others().any(|other| other == code);
            let errors = findings.iter().filter(|finding| finding.code.level == Level::Deny);
            let errors = errors.filter(|finding| of_schemas(finding.code));
            let errors: Vec<String> =
                errors.map(|f| format!("{}: {}", f.code.name, f.message)).collect();
            if expected == "fine" {
                wrong.extend((!errors.is_empty()).then(|| format!("{text}{errors:#?}")));
                continue;
            }
            said.insert(expected.to_owned());
            // What Cilium's agent and Linkerd's webhook say in their own words stands in the place of a rule.
            let is_said_by_code = ["cilium", "linkerd"].contains(&product)
                && errors.is_empty()
                && findings.iter().any(|finding| finding.code.level == Level::Deny);
            if is_said_by_code {
                continue;
            }
            let alone = errors.len() == 1 && errors[0].starts_with("schema-rule: ");
            let is_said = alone && errors[0].contains(expected);
            wrong.extend((!is_said).then(|| format!("{text}{expected}\n{errors:#?}")));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let mut known = std::collections::BTreeSet::new();
        for kind in kinds().iter().filter(|kind| kind.product != "k8s") {
            for version in &kind.versions {
                let versions = Versions::default().with(&kind.product, version).expect(version);
                messages(
                    &versions.schema(&kind.group, &kind.version, &kind.kind).expect("held"),
                    &mut known,
                );
            }
        }
        let unproven: Vec<&String> = known.difference(&said).collect();
        assert!(unproven.is_empty(), "rules without an example: {unproven:#?}");
    }
}
