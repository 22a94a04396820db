//! A measurement as tables, and as a file of a model.

use super::{Measurement, Resource};
use crate::entry::Per;
use crate::listing::Listing;
use crate::quantity::{Format, Quantity, Ratio, Style, Units};
use crate::{Model, View};
use num_traits::Zero;
use plumb_number::half_even_to;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

impl Measurement {
    /// What each proxy takes, as a table.
    pub fn proxy_listing(&self, units: &Units) -> Listing {
        let mut list = Listing { numbers_from: 1, ..Listing::default() };
        list.columns = vec!["proxy".into(), "count".into()];
        let keys = self.keys(self.proxies.iter().map(|measured| &measured.totals));
        list.columns.extend(
            keys.iter().map(|(view, resource)| format!("{} {}", view.name(), resource.name())),
        );
        for measured in &self.proxies {
            let mut row = vec![measured.label.clone(), measured.count.to_string()];
            let whole = measured.used == measured.count;
            row.extend(keys.iter().map(|key| shown(units, *key, &measured.totals, whole)));
            list.rows.push(row);
        }
        list
    }

    /// What each namespace takes, as a table with a total.
    pub fn namespace_listing(&self, units: &Units) -> Listing {
        let mut list = Listing { numbers_from: 1, ..Listing::default() };
        list.columns = vec!["namespace".into(), "pods".into(), "meshed".into()];
        let keys = self.keys(self.namespaces.values().map(|namespace| &namespace.totals));
        list.columns.extend(
            keys.iter().map(|(view, resource)| format!("{} {}", view.name(), resource.name())),
        );
        let mut sums: BTreeMap<(View, Resource), Ratio> = BTreeMap::new();
        let mut all_known = true;
        for (name, namespace) in &self.namespaces {
            let mut row =
                vec![name.clone(), namespace.pods.to_string(), namespace.meshed.to_string()];
            let whole = namespace.containers.0 == namespace.containers.1;
            all_known &= whole;
            row.extend(keys.iter().map(|key| shown(units, *key, &namespace.totals, whole)));
            list.rows.push(row);
            for (key, value) in &namespace.totals {
                *sums.entry(*key).or_insert_with(Ratio::zero) += value;
            }
        }
        let mut row = vec!["all".into(), self.pods.to_string(), self.meshed.to_string()];
        row.extend(keys.iter().map(|key| shown(units, *key, &sums, all_known)));
        list.rows.push(row);
        list
    }

    fn keys<'a>(
        &self,
        tables: impl Iterator<Item = &'a BTreeMap<(View, Resource), Ratio>>,
    ) -> Vec<(View, Resource)> {
        tables
            .flat_map(|table| table.keys().copied())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// The measurement as a file of a model: a source, a scenario with the counts, and figures.
    ///
    /// A figure is the mean of one proxy, with the smallest and the largest as its range.
    pub fn to_toml(&self, model: &Model) -> String {
        let date = self.date.map(|date| date.to_string()).unwrap_or_default();
        let id = format!("measured-{date}");
        let mut out = String::new();
        let nodes = self.nodes.map(|nodes| format!(", {nodes} nodes")).unwrap_or_default();
        let _ = writeln!(
            out,
            "# Measured on {date}: {} pods, {} of them in a mesh{nodes}.\n",
            self.pods, self.meshed
        );
        let _ = writeln!(out, "[sources.{id}]\ntitle = \"measured, {date}\"\naccessed = {date}\n");
        // several proxies may count towards one input
        let mut inputs: BTreeMap<&str, usize> = BTreeMap::new();
        for (measured, proxy) in self.proxies.iter().zip(model.proxies.values()) {
            if let Some(input) = &proxy.count
                && measured.count > 0
            {
                *inputs.entry(input).or_default() += measured.count;
            }
        }
        // what is on each node is counted by the nodes themselves where it does not run
        let on_nodes = model.proxies.values().filter(|proxy| proxy.per == Per::Node);
        if let Some(nodes) = self.nodes {
            for input in on_nodes.filter_map(|proxy| proxy.count.as_deref()) {
                inputs.entry(input).or_insert(nodes);
            }
        }
        if !inputs.is_empty() {
            let inputs = inputs.iter().map(|(input, count)| format!("{input:?} = {count}"));
            let inputs: Vec<String> = inputs.collect();
            let label = format!("This cluster on {date}");
            let _ = writeln!(
                out,
                "[scenarios.{id}]\nlabel = {label:?}\ninputs = {{ {} }}",
                inputs.join(", ")
            );
        }
        for (measured, proxy) in self.proxies.iter().zip(model.proxies.values()) {
            if measured.count == 0 || proxy.per == Per::Member {
                continue;
            }
            let usual = format!("measured.{}", proxy.id.replace(['-', '.', '/'], "_"));
            let prefix = proxy.figures.as_ref().unwrap_or(&usual);
            let stated = measured.totals.iter().filter(|((view, _), _)| *view != View::Limits);
            for ((view, resource), total) in stated {
                let name = format!("{prefix}.{}.{}", view.name(), resource.name());
                let (low, high) = &measured.ends[&(*view, *resource)];
                let count = if *view == View::Usage { measured.used } else { measured.count };
                let (value, mut note) = if measured.count == 1 {
                    (low.clone(), "of the only one".to_owned())
                } else if low == high && count > 1 {
                    (low.clone(), format!("the same in all {count}"))
                } else {
                    let mean = total / Ratio::from_integer(count.into());
                    let mean = tidy(&mean, *resource).clamp(low.clone(), high.clone());
                    (mean, format!("the mean of {count}"))
                };
                if count < measured.count {
                    let _ = write!(note, "; of {} more it is not known", measured.count - count);
                }
                let _ = writeln!(
                    out,
                    "\n[figures.{name:?}]\nvalue = {:?}",
                    manifest(&value, *resource)
                );
                if low != high {
                    let (low, high) = (manifest(low, *resource), manifest(high, *resource));
                    let _ = writeln!(out, "low = {low:?}\nhigh = {high:?}");
                }
                let _ = writeln!(
                    out,
                    "source = {id:?}\nchecked = {date}\nbasis = \"measured\"\nnote = {note:?}"
                );
            }
        }
        out
    }
}

/// A mean to what anyone measures: a thousandth of a core, a KiB.
fn tidy(value: &Ratio, resource: Resource) -> Ratio {
    let unit = match resource {
        Resource::Cpu => Ratio::new(1.into(), 1000.into()),
        Resource::Memory => Ratio::from_integer(1024.into()),
    };
    half_even_to(value, &unit)
}

fn manifest(value: &Ratio, resource: Resource) -> String {
    let format = Format { style: Style::Kubernetes, ..Format::default() };
    Units::default().show(&Quantity::new(value.clone(), resource.dimension()), &format).text
}

fn shown(
    units: &Units,
    key: (View, Resource),
    totals: &BTreeMap<(View, Resource), Ratio>,
    usage_is_whole: bool,
) -> String {
    match totals.get(&key) {
        Some(value) => {
            let quantity = Quantity::new(value.clone(), key.1.dimension());
            let text = units.show(&quantity, &Format::default()).text;
            // a sum over some of them must not look like one over all
            let part = key.0 == View::Usage && !usage_is_whole;
            if part { format!("at least {text}") } else { text }
        }
        None => "–".into(),
    }
}
