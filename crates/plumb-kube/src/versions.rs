//! Which release of each product a manifest is checked against: `k8s=1.36`, `istio=1.29`, `gateway-api=1.5-experimental`.
//!
//! Owns: reading and choosing versions among those that the embedded bundle holds. Must not know: manifests, schemas, or
//! where a version was written (the caller turns an [`UnknownVersion`] into a finding at that place).

use super::bundle::{self, Product};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The chosen version of every product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Versions {
    /// Only what differs from the products' defaults.
    chosen: BTreeMap<String, String>,
    /// Releases that are newer than all that the bundle holds, as they are written; they are judged by the newest.
    newer: BTreeMap<String, String>,
    /// The products whose release someone has said.
    said: BTreeSet<String>,
    /// The products whose release is the nearest held to one that someone has said.
    nearest: BTreeSet<String>,
}

/// Why a version could not be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnknownVersion {
    /// No such product; the known ones.
    Product(String, Vec<String>),
    /// The product has no such version here; the known ones.
    Version(String, String, Vec<String>),
}

impl fmt::Display for UnknownVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnknownVersion::Product(name, known) => {
                write!(f, "no product `{name}` is known; known: {}", known.join(", "))
            }
            UnknownVersion::Version(product, version, known) => write!(
                f,
                "the schemas of {product} {version} are not in the bundle; known: {}",
                known.join(", ")
            ),
        }
    }
}

impl std::error::Error for UnknownVersion {}

impl Versions {
    /// The products and the versions of each that can be chosen.
    pub fn products() -> &'static [Product] {
        bundle::products()
    }

    /// Whether a word such as `istio` names a product, so that `istio=1.29` is about versions.
    pub fn is_product(name: &str) -> bool {
        product(name).is_some()
    }

    /// These choices and one more: `with("k8s", "1.36")`. A leading `v` and a patch number are accepted (`v1.36.2`).
    pub fn with(&self, name: &str, version: &str) -> Result<Versions, UnknownVersion> {
        let Some(product) = product(name) else {
            let known = bundle::products().iter().map(|p| p.name.clone()).collect();
            return Err(UnknownVersion::Product(name.to_owned(), known));
        };
        let wanted = minor(version);
        let wanted = match wanted.as_str() {
            // A channel on its own means the newest release of that channel.
            "standard" => product.default.clone(),
            "experimental" => format!("{}-experimental", product.default),
            _ => wanted,
        };
        let mut chosen = self.clone();
        chosen.said.insert(product.name.clone());
        chosen.newer.remove(&product.name);
        chosen.nearest.remove(&product.name);
        let held = if product.versions.contains(&wanted) {
            wanted
        } else if let Some(newest) = newest_before(&wanted, &product.versions) {
            chosen.newer.insert(product.name.clone(), wanted);
            newest.clone()
        } else {
            return Err(UnknownVersion::Version(
                product.title.clone(),
                version.to_owned(),
                product.versions.clone(),
            ));
        };
        chosen.choose(product, held);
        Ok(chosen)
    }

    /// These choices, and of a product the release nearest to one that the bundle may not hold. It counts as assumed.
    pub(crate) fn with_nearest(&self, name: &str, version: &str) -> Versions {
        let mut chosen = self.clone();
        let wanted = number(version);
        let nearest = product(name).and_then(|product| {
            let standard = product.versions.iter().filter(|held| !held.contains('-'));
            let nearest = standard.min_by_key(|held| {
                let (major, minor) = number(held);
                (major.abs_diff(wanted.0), minor.abs_diff(wanted.1))
            });
            Some((product, nearest?.clone()))
        });
        if let Some((product, held)) = nearest {
            chosen.nearest.insert(product.name.clone());
            chosen.choose(product, held);
        }
        chosen
    }

    fn choose(&mut self, product: &Product, held: String) {
        if held == product.default {
            self.chosen.remove(&product.name);
        } else {
            self.chosen.insert(product.name.clone(), held);
        }
    }

    /// Reads `k8s=1.36`; a version alone (`1.36`) is Kubernetes'. Several may be separated by commas or spaces.
    pub fn parse(text: &str) -> Result<Versions, UnknownVersion> {
        let words = text.split([',', ' ']).filter(|word| !word.is_empty());
        words.into_iter().try_fold(Versions::default(), |versions, word| {
            let (name, version) = word.split_once('=').unwrap_or(("k8s", word));
            versions.with(name, version)
        })
    }

    /// The version of a product: the chosen one, or its default. Empty for an unknown product.
    pub fn of(&self, name: &str) -> &str {
        let Some(product) = product(name) else { return "" };
        self.chosen.get(&product.name).unwrap_or(&product.default)
    }

    /// The releases alone: what they hold does not depend on who said them.
    pub(crate) fn held(&self) -> Versions {
        Versions { chosen: self.chosen.clone(), ..Versions::default() }
    }

    /// Whether someone has said which release of a product it is; else it is the default.
    pub fn is_said(&self, name: &str) -> bool {
        self.said.contains(name)
    }

    /// Whether the release of a product is only the nearest to the one that someone has said.
    pub fn is_nearest(&self, name: &str) -> bool {
        self.nearest.contains(name)
    }

    /// The release of a product that was asked for, where it is newer than every one that the bundle holds.
    pub fn newer(&self, name: &str) -> Option<&str> {
        self.newer.get(name).map(String::as_str)
    }

    /// The name of a product that may be called by another one: `k8s` for `kubernetes`.
    pub fn name(name: &str) -> Option<&'static str> {
        product(name).map(|product| product.name.as_str())
    }

    /// A product as a person calls it; its name where it is not known.
    pub fn title(name: &str) -> &str {
        product(name).map_or(name, |product| &product.title)
    }

    /// The embedded OpenAPI v3 schema of a kind in these versions; nothing when they do not have the kind.
    pub fn schema(&self, group: &str, version: &str, kind: &str) -> Option<Value> {
        let known = bundle::find(group, version, kind)?;
        known.schema(self.of(&known.product))
    }

    /// Major and minor of a product's version, for comparing: `(1, 36)`.
    pub fn number(&self, name: &str) -> (u32, u32) {
        number(self.of(name))
    }

    /// Kubernetes' version, for comparing.
    pub fn k8s(&self) -> (u32, u32) {
        self.number("k8s")
    }
}

/// Major and minor of `1.36`, `v1.36.2` or `1.5-experimental`; what is not a number counts as 0.
pub fn number(version: &str) -> (u32, u32) {
    let version = version.strip_prefix('v').unwrap_or(version);
    let mut parts = version.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

/// The newest of a product's releases, where a release of the same channel is newer than it.
fn newest_before<'a>(wanted: &str, held: &'a [String]) -> Option<&'a String> {
    let (numbers, channel) = wanted.split_once('-').map_or((wanted, None), |(n, c)| (n, Some(c)));
    let (major, minor) = numbers.split_once('.')?;
    let wanted: (u32, u32) = (major.parse().ok()?, minor.parse().ok()?);
    let same_channel = |release: &&String| release.split_once('-').map(|(_, c)| c) == channel;
    let newest = held.iter().filter(same_channel).max_by_key(|release| number(release))?;
    (wanted > number(newest)).then_some(newest)
}

fn product(name: &str) -> Option<&'static Product> {
    let name = match name {
        "kubernetes" => "k8s",
        "gateway" | "gatewayapi" | "gateway_api" => "gateway-api",
        name => name,
    };
    bundle::products().iter().find(|product| product.name == name)
}

/// `v1.36.2` and `1.36` are both `1.36`; a channel stays.
fn minor(version: &str) -> String {
    let version = version.trim().trim_start_matches('v');
    let (numbers, channel) = match version.split_once('-') {
        Some((numbers, "experimental")) => (numbers, "-experimental"),
        Some((numbers, "standard")) => (numbers, ""),
        _ => (version, ""),
    };
    let mut parts = numbers.splitn(3, '.');
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) => format!("{major}.{minor}{channel}"),
        _ => version.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_people_write_them() {
        let cases = [
            ("1.35", "k8s", Ok("1.35")),
            ("k8s=v1.36.2", "k8s", Ok("1.36")),
            ("kubernetes=1.34", "k8s", Ok("1.34")),
            ("istio=1.29.2, k8s=1.34", "istio", Ok("1.29")),
            ("gateway-api=1.5-experimental", "gateway-api", Ok("1.5-experimental")),
            ("gateway-api=experimental", "gateway-api", Ok("1.7-experimental")),
            ("gateway-api=standard", "gateway-api", Ok("1.7")),
            ("", "cilium", Ok("1.20")),
            ("k8s=1.12", "k8s", Err("Kubernetes 1.12")),
            ("k8s=one", "k8s", Err("Kubernetes one")),
            ("k8s=2", "k8s", Err("Kubernetes 2")),
            ("k8s=1.x", "k8s", Err("Kubernetes 1.x")),
            // Newer than all that is known: by the newest.
            ("k8s=1.99.2", "k8s", Ok("1.37")),
            ("istio=v2.0", "istio", Ok("1.32")),
            ("gateway-api=1.99", "gateway-api", Ok("1.7")),
            ("gateway-api=1.99-experimental", "gateway-api", Ok("1.7-experimental")),
            ("k8s=latest", "k8s", Err("Kubernetes latest")),
            ("isto=1.29", "istio", Err("no product `isto`")),
        ];
        for (text, product, expected) in cases {
            match (Versions::parse(text), expected) {
                (Ok(versions), Ok(version)) => assert_eq!(versions.of(product), version, "{text}"),
                (Err(error), Err(part)) => {
                    assert!(error.to_string().contains(part), "{text}: {error}");
                }
                (got, _) => panic!("{text}: {got:?}"),
            }
        }
    }

    #[test]
    fn choosing_a_default_is_saying_it() {
        let newest = Versions::default().of("k8s").to_owned();
        let said = Versions::default().with("k8s", &newest).expect("it is known");
        assert_eq!((said.of("k8s"), said.newer("k8s")), (&*newest, None));
        assert!(said.is_said("k8s") && !said.is_said("istio"));
        assert!(!Versions::default().is_said("k8s"));
        assert_eq!(number("v1.36.2"), (1, 36));
        // But for the release that was asked for.
        let newer = Versions::parse("k8s=1.99").expect("newer");
        assert_eq!((newer.of("k8s"), newer.newer("k8s")), (&*newest, Some("1.99")));
        assert_eq!(newer.with("k8s", &newest), Ok(said));
    }
}
