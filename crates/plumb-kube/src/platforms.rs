//! What the releases of managed platforms ship: `schemas/platforms.toml`.
//!
//! Owns: the table, and the versions that `aks-1.36` stands for. Must not know: where a platform was named (the caller turns what does
//! not fit into a finding at that place).

use super::versions::{Versions, number};
use std::fmt;
use std::sync::OnceLock;

static TEXT: &str = include_str!("../schemas/platforms.toml");

/// A platform, whatever its release.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// As it stands before the release: `aks`.
    pub name: String,
    /// As a person calls it.
    pub title: String,
    /// Its releases, named after their Kubernetes, oldest first.
    pub releases: Vec<String>,
    /// The page that lists them.
    pub source: String,
    /// The day of that page, as in `2026-08-21`.
    pub state: String,
}

/// What some releases of a platform ship of a product.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipped {
    /// The platform's name.
    pub platform: String,
    /// The product: `gateway-api`.
    pub product: String,
    /// The releases of the platform.
    pub releases: Vec<String>,
    /// The versions of the product, oldest first.
    pub ships: Vec<String>,
    /// Whether one may run another version of one's own beside it.
    #[serde(default)]
    pub optional: bool,
    /// The page or file that says so.
    pub source: String,
    /// The day of that page.
    pub state: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    platform: Vec<Platform>,
    ships: Vec<Shipped>,
}

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    // The file is part of the program; a test reads it.
    FILE.get_or_init(|| toml::from_str(TEXT).unwrap_or_default())
}

/// Every platform.
pub fn platforms() -> &'static [Platform] {
    &file().platform
}

/// Everything that a platform ships beside Kubernetes, in the order of the table.
pub fn shipped() -> &'static [Shipped] {
    &file().ships
}

/// A release of a platform, such as `aks-1.36`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    platform: &'static Platform,
    kubernetes: &'static str,
}

/// A name that stands for no release of a platform; the known ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPlatform {
    /// What was named.
    pub name: String,
}

impl fmt::Display for UnknownPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<String> = platforms().iter().map(releases_of).collect();
        write!(f, "no platform `{}` is known; known: {}", self.name, known.join(", "))
    }
}

impl std::error::Error for UnknownPlatform {}

/// `aks-1.31 to aks-1.37`.
fn releases_of(platform: &Platform) -> String {
    let name = |release: Option<&String>| {
        format!("{}-{}", platform.name, release.map_or("", |release| release))
    };
    format!("{} to {}", name(platform.releases.first()), name(platform.releases.last()))
}

impl Release {
    /// The release that a name stands for: `aks-1.36`, `AKS-1.36`, `aks-1.36.2`.
    pub fn find(name: &str) -> Result<Release, UnknownPlatform> {
        let unknown = || UnknownPlatform { name: name.to_owned() };
        let (platform, release) = name.split_once('-').ok_or_else(unknown)?;
        let platform =
            platforms().iter().find(|known| known.name.eq_ignore_ascii_case(platform.trim()));
        let platform = platform.ok_or_else(unknown)?;
        let is_it = |known: &&String| {
            let rest = release.trim().strip_prefix(known.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let kubernetes = platform.releases.iter().find(is_it).ok_or_else(unknown)?;
        Ok(Release { platform, kubernetes })
    }

    /// As a person calls it: `AKS 1.36`.
    pub fn title(&self) -> String {
        format!("{} {}", self.platform.title, self.kubernetes)
    }

    /// The versions that it ships, of several the newest that the bundle holds; where it holds none, the nearest.
    pub fn versions(&self) -> Versions {
        let versions = Versions::default();
        let versions = versions.with("k8s", self.kubernetes).unwrap_or(versions);
        self.ships().fold(versions, |versions, shipped| {
            let held = shipped.ships.iter().rev().find(|version| is_held(shipped, version));
            let chosen = held.and_then(|held| versions.with(&shipped.product, held).ok());
            chosen.unwrap_or_else(|| match shipped.ships.last() {
                Some(newest) => versions.with_nearest(&shipped.product, newest),
                None => versions,
            })
        })
    }

    /// What it ships beside Kubernetes.
    pub fn ships(&self) -> impl Iterator<Item = &'static Shipped> + use<> {
        let Release { platform, kubernetes } = *self;
        shipped().iter().filter(move |shipped| {
            shipped.platform == platform.name
                && shipped.releases.iter().any(|release| release == kubernetes)
        })
    }

    /// What it ships of which the bundle has no version.
    pub fn lacking(&self) -> impl Iterator<Item = &'static Shipped> + use<> {
        let is_lacking = |shipped: &&'static Shipped| {
            !shipped.ships.iter().any(|version| is_held(shipped, version))
        };
        self.ships().filter(is_lacking)
    }

    /// What it ships of a product, where that is not the version that somebody names beside it.
    pub fn contradicts(&self, versions: &Versions, product: &str) -> Option<Contradiction> {
        let chosen = versions.newer(product).unwrap_or(versions.of(product)).to_owned();
        let (ships, optional, source) = if product == "k8s" {
            (vec![self.kubernetes.to_owned()], false, &self.platform.source)
        } else {
            let shipped = self.ships().find(|shipped| shipped.product == product)?;
            (shipped.ships.clone(), shipped.optional, &shipped.source)
        };
        let same = |version: &String| {
            number(version) == number(&chosen) && version.contains('-') == chosen.contains('-')
        };
        if ships.iter().any(same) {
            return None;
        }
        let title = Versions::title(product);
        Some(Contradiction {
            message: format!("{} ships {title} {}, not {chosen}", self.title(), ships.join(" or ")),
            source: source.clone(),
            optional,
        })
    }
}

/// A version that a platform does not ship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// What is shipped, and what is named.
    pub message: String,
    /// Who says so.
    pub source: String,
    /// Whether one may run that version of one's own beside what is shipped.
    pub optional: bool,
}

fn is_held(shipped: &Shipped, version: &String) -> bool {
    let mut products = Versions::products().iter();
    products.any(|product| product.name == shipped.product && product.versions.contains(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        let file: File = toml::from_str(TEXT).expect("the table is understood");
        let is_day = |text: &str| text.len() == 10 && text.starts_with("20");
        for platform in &file.platform {
            assert!(platform.source.starts_with("https://") && is_day(&platform.state));
            for release in &platform.releases {
                let name = format!("{}-{release}", platform.name);
                let found = Release::find(&name).expect(&name);
                let versions = found.versions();
                assert_eq!(versions.of("k8s"), release, "the bundle has it");
                assert!(found.contradicts(&versions, "k8s").is_none());
                for shipped in found.ships() {
                    let is_lacking = found.lacking().any(|lacking| lacking == shipped);
                    assert_ne!(is_lacking, versions.is_said(&shipped.product), "{name}");
                }
            }
        }
        for shipped in &file.ships {
            assert!(shipped.source.starts_with("https://") && is_day(&shipped.state));
            assert!(Versions::is_product(&shipped.product), "{}", shipped.product);
            let platform = file.platform.iter().find(|known| known.name == shipped.platform);
            let platform = platform.expect("a platform of the table");
            assert!(shipped.releases.iter().all(|release| platform.releases.contains(release)));
            assert!(!shipped.ships.is_empty() && !shipped.releases.is_empty());
        }
    }

    #[test]
    fn a_platform_stands_for_the_versions_that_it_ships() {
        let aks = Release::find("AKS-1.36.2").expect("known");
        let versions = aks.versions();
        assert_eq!(aks.title(), "AKS 1.36");
        assert_eq!((versions.of("k8s"), versions.of("gateway-api")), ("1.36", "1.5"));
        assert_eq!((versions.of("cilium"), versions.of("istio")), ("1.19", "1.30"));
        assert!(!versions.is_said("linkerd"));
        let older = Release::find("aks-1.35").expect("known").versions();
        assert_eq!(older.of("cilium"), "1.19", "the oldest that is held is the nearest to 1.18");
        assert!(older.is_nearest("cilium") && !older.is_said("cilium"));
        let eks = Release::find("eks-1.35").expect("known").versions();
        assert_eq!((eks.of("k8s"), eks.is_said("gateway-api")), ("1.35", false));
        for name in ["aks", "aks-1.3", "aks-1.99", "aks-", "-1.36", "azure-1.36", "1.36", ""] {
            assert!(Release::find(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_version_that_is_not_shipped_contradicts() {
        let aks = Release::find("aks-1.36").expect("known");
        let said = |name: &str, version: &str| {
            let versions = aks.versions().with(name, version).expect(version);
            aks.contradicts(&versions, name).map(|found| (found.message, found.optional))
        };
        assert_eq!(
            said("gateway-api", "1.7"),
            Some(("AKS 1.36 ships Gateway API 1.5, not 1.7".to_owned(), false))
        );
        assert_eq!(
            said("istio", "1.99"),
            Some(("AKS 1.36 ships Istio 1.29 or 1.30, not 1.99".to_owned(), true))
        );
        assert!(said("gateway-api", "1.5-experimental").is_some());
        assert!(said("k8s", "1.35").is_some());
        for (name, version) in [("gateway-api", "1.5.1"), ("istio", "1.29"), ("linkerd", "2.18")] {
            assert_eq!(said(name, version), None, "{name} {version}");
        }
    }
}
