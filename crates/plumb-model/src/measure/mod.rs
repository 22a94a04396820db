//! What the options of a model cost in a running cluster, from what `kubectl` says of it.
//!
//! Owns: reading `kubectl get pods -A -o json`, `kubectl get nodes -o json` and `kubectl top pods -A --containers`, and the reckoning. What is a
//! proxy and what is not, the model says (`[proxies]`); no name of one stands here.

mod kubectl;
mod report;
mod resource;

pub use resource::Resource;

use super::entry::{Per, Proxy};
use super::quantity::Ratio;
use super::{Model, View};
use crate::codes::BAD_CLUSTER_DATA;
use jiff::civil::Date;
use kubectl::{Container, Node, Pod, Usage, read_items, read_top};
use num_traits::Zero;
use plumb_text::Source;
use plumb_text::diag::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The files to measure.
#[derive(Clone, Copy, Debug)]
pub struct ClusterFiles<'a> {
    /// `kubectl get pods -A -o json`
    pub pods: &'a Arc<Source>,
    /// `kubectl top pods -A --containers`
    pub top: Option<&'a Arc<Source>>,
    /// `kubectl get nodes -o json`
    pub nodes: Option<&'a Arc<Source>>,
}

/// What was found in a cluster: its proxies, and what they request and use.
#[derive(Clone, Debug, Default)]
pub struct Measurement {
    /// How many pods there are that run or wait to.
    pub pods: usize,
    /// How many of them belong to a mesh.
    pub meshed: usize,
    /// How many nodes there are, if that is known.
    pub nodes: Option<usize>,
    /// What was recognised, by proxy, in the order of the model; those that were not found are here with a count of 0.
    pub proxies: Vec<Measured>,
    /// The same by namespace.
    pub namespaces: BTreeMap<String, Namespace>,
    /// Containers that stand beside others in the pods of several owners, and that no rule of the model knows.
    pub unknown: Vec<Unknown>,
    date: Option<Date>,
}

/// What was recognised as one proxy.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The proxy's id in the model.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// How many there are.
    pub count: usize,
    /// Of how many the usage is known: pods that wait or have just begun have none yet.
    pub used: usize,
    /// The sums over all of them, usage over those of which it is known.
    pub totals: BTreeMap<(View, Resource), Ratio>,
    /// The sums of what the pods reserve more because of it, by Kubernetes' rule.
    pub added: BTreeMap<Resource, Ratio>,
    /// The smallest and the largest of one.
    pub ends: BTreeMap<(View, Resource), (Ratio, Ratio)>,
}

/// What a namespace has.
#[derive(Clone, Debug, Default)]
pub struct Namespace {
    /// How many pods it has that run or wait to.
    pub pods: usize,
    /// Those of them that belong to a mesh.
    pub meshed: usize,
    /// How many of each proxy, by id.
    pub proxies: BTreeMap<String, usize>,
    /// How many containers are proxies, and of how many of them the usage is known.
    pub containers: (usize, usize),
    /// What its proxies request and use.
    pub totals: BTreeMap<(View, Resource), Ratio>,
}

/// A container that may be a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The name of the container, as in the pod.
    pub container: String,
    /// Its image, without the tag.
    pub image: String,
    /// In how many pods it is.
    pub pods: usize,
}

/// Measures a cluster. What cannot be read is a finding, and then nothing is measured.
pub fn measure(
    model: &Model,
    files: ClusterFiles<'_>,
    today: Date,
) -> (Option<Measurement>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let pods = read_items::<Pod>(files.pods, "Pod", &mut findings);
    let nodes = files.nodes.map(|source| read_items::<Node>(source, "Node", &mut findings).len());
    let usage = files.top.map(|source| read_top(source, &mut findings)).unwrap_or_default();
    let mut reckoning = Reckoning::new(model, &usage);
    for (pod, place) in &pods {
        if let Err(message) = reckoning.pod(pod) {
            let message =
                format!("pod `{}/{}`: {message}", pod.metadata.namespace, pod.metadata.name);
            findings.push(Diagnostic::new(&BAD_CLUSTER_DATA, place.clone(), message));
        }
    }
    if findings.iter().any(|finding| finding.severity == plumb_text::diag::Severity::Error) {
        return (None, findings);
    }
    let measurement = reckoning.finish(nodes, today);
    (Some(measurement), findings)
}

/// The sums in the making.
struct Reckoning<'a> {
    model: &'a Model,
    usage: &'a Usage,
    measured: Vec<Measured>,
    result: Measurement,
    beside: BTreeMap<(String, String), (usize, BTreeSet<String>)>,
}

impl<'a> Reckoning<'a> {
    fn new(model: &'a Model, usage: &'a Usage) -> Reckoning<'a> {
        let measured = model.proxies.values().map(|proxy| Measured {
            id: proxy.id.clone(),
            label: proxy.label.clone(),
            count: 0,
            used: 0,
            totals: BTreeMap::new(),
            added: BTreeMap::new(),
            ends: BTreeMap::new(),
        });
        let measured: Vec<Measured> = measured.collect();
        Reckoning {
            model,
            usage,
            measured,
            result: Measurement::default(),
            beside: BTreeMap::new(),
        }
    }

    fn pod(&mut self, pod: &Pod) -> Result<(), String> {
        // what has ended reserves nothing
        if matches!(pod.status.phase.as_str(), "Succeeded" | "Failed") {
            return Ok(());
        }
        let model = self.model;
        let proxies: Vec<&Proxy> = model.proxies.values().collect();
        let init = pod.spec.init_containers.as_deref().unwrap_or(&[]);
        let staying = init.iter().filter(|container| container.stays()).chain(&pod.spec.containers);
        let mut claims: Vec<(usize, &Container)> = Vec::new();
        let mut unclaimed: Vec<&Container> = Vec::new();
        for container in staying {
            let claim = proxies.iter().position(|proxy| {
                proxy.per != Per::Member && is_of(proxy, pod) && names(proxy, container)
            });
            match claim {
                Some(index) => claims.push((index, container)),
                None => unclaimed.push(container),
            }
        }
        let member = proxies.iter().position(|proxy| proxy.per == Per::Member && is_of(proxy, pod));
        let meshed =
            member.is_some() || claims.iter().any(|(index, _)| proxies[*index].per == Per::Pod);
        self.result.pods += 1;
        self.result.meshed += usize::from(meshed);
        let name = &pod.metadata.namespace;
        let namespace = self.result.namespaces.entry(name.clone()).or_default();
        namespace.pods += 1;
        namespace.meshed += usize::from(meshed);
        if let Some(index) = member {
            self.measured[index].count += 1;
            *namespace.proxies.entry(proxies[index].id.clone()).or_default() += 1;
        }
        for (index, container) in &claims {
            self.claimed(*index, pod, container)?;
        }
        for resource in Resource::ALL {
            let whole = effective(pod, resource, &[])?;
            for (index, container) in &claims {
                let without = effective(pod, resource, &[container.name.as_str()])?;
                let added = self.measured[*index].added.entry(resource).or_insert_with(Ratio::zero);
                *added += &whole - without;
            }
        }
        if unclaimed.len() + claims.len() > 1 {
            for container in unclaimed {
                let key = (container.name.clone(), without_tag(&container.image).to_owned());
                let (count, owners) = self.beside.entry(key).or_default();
                *count += 1;
                owners.insert(owner_of(pod));
            }
        }
        Ok(())
    }

    fn claimed(&mut self, index: usize, pod: &Pod, container: &Container) -> Result<(), String> {
        let measured = &mut self.measured[index];
        measured.count += 1;
        let metadata = &pod.metadata;
        let namespace = self.result.namespaces.entry(metadata.namespace.clone()).or_default();
        *namespace.proxies.entry(measured.id.clone()).or_default() += 1;
        let key = (metadata.namespace.clone(), metadata.name.clone(), container.name.clone());
        let usage = self.usage.get(&key);
        measured.used += usize::from(usage.is_some());
        namespace.containers.0 += 1;
        namespace.containers.1 += usize::from(usage.is_some());
        for (at, resource) in Resource::ALL.into_iter().enumerate() {
            let found = [
                (
                    View::Requests,
                    Some(container.quantity(View::Requests, resource)?.unwrap_or_else(Ratio::zero)),
                ),
                (View::Limits, container.quantity(View::Limits, resource)?),
                (View::Usage, usage.map(|usage| usage[at].clone())),
            ];
            for (view, value) in found {
                let Some(value) = value else { continue };
                let key = (view, resource);
                *measured.totals.entry(key).or_insert_with(Ratio::zero) += &value;
                *namespace.totals.entry(key).or_insert_with(Ratio::zero) += &value;
                let ends =
                    measured.ends.entry(key).or_insert_with(|| (value.clone(), value.clone()));
                ends.0 = ends.0.clone().min(value.clone());
                ends.1 = ends.1.clone().max(value);
            }
        }
        Ok(())
    }

    fn finish(self, nodes: Option<usize>, today: Date) -> Measurement {
        let unknown = self.beside.into_iter().filter(|(_, (_, owners))| owners.len() > 1);
        let mut unknown: Vec<Unknown> = unknown
            .map(|((container, image), (pods, _))| Unknown { container, image, pods })
            .collect();
        unknown.sort_by(|a, b| b.pods.cmp(&a.pods).then_with(|| a.container.cmp(&b.container)));
        Measurement { nodes, proxies: self.measured, unknown, date: Some(today), ..self.result }
    }
}

/// What a pod reserves by Kubernetes' rule, without the containers of these names.
fn effective(pod: &Pod, resource: Resource, without: &[&str]) -> Result<Ratio, String> {
    let of = |container: &Container| match without.contains(&container.name.as_str()) {
        true => Ok(Ratio::zero()),
        false => Ok::<_, String>(
            container.quantity(View::Requests, resource)?.unwrap_or_else(Ratio::zero),
        ),
    };
    let mut running = Ratio::zero();
    let mut peak = Ratio::zero();
    for container in pod.spec.init_containers.as_deref().unwrap_or(&[]) {
        if container.stays() {
            running += of(container)?;
        } else {
            peak = peak.max(&running + of(container)?);
        }
    }
    for container in &pod.spec.containers {
        running += of(container)?;
    }
    Ok(peak.max(running))
}

/// Whether a pod is one that a proxy is looked for in.
fn is_of(proxy: &Proxy, pod: &Pod) -> bool {
    let metadata = &pod.metadata;
    let tables = [(&proxy.labels, &metadata.labels), (&proxy.annotations, &metadata.annotations)];
    let marked = tables.iter().all(|(wanted, given)| {
        wanted.iter().all(|(key, pattern)| {
            given
                .as_ref()
                .and_then(|given| given.get(key))
                .is_some_and(|value| matches(pattern, value))
        })
    });
    let owner =
        |kind: &String| metadata.owner_references.iter().flatten().any(|owner| owner.kind == *kind);
    marked
        && any(&proxy.namespace, &metadata.namespace)
        && any(&proxy.pod, &metadata.name)
        && proxy.owner.as_ref().is_none_or(owner)
}

/// Whether a container is the proxy's.
fn names(proxy: &Proxy, container: &Container) -> bool {
    any(&proxy.container, &container.name) && any(&proxy.image, &container.image)
}

fn any(patterns: &[String], text: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern, text))
}

/// A pattern with `*` for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// An image without its tag and digest.
fn without_tag(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

/// What a pod belongs to: its owner, a ReplicaSet's without the part that changes with each version.
fn owner_of(pod: &Pod) -> String {
    let owner = pod.metadata.owner_references.iter().flatten().next();
    let name = match owner {
        Some(owner) if owner.kind == "ReplicaSet" => {
            owner.name.rsplit_once('-').map_or(owner.name.as_str(), |(n, _)| n)
        }
        Some(owner) => &owner.name,
        None => &pod.metadata.name,
    };
    format!("{}/{name}", pod.metadata.namespace)
}
