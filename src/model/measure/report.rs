//! A measurement as tables, and as a file of a model.

use super::{Measurement, Resource};
use crate::model::entry::Per;
use crate::model::listing::Listing;
use crate::model::quantity::{Format, Quantity, Ratio, Style, Units, half_even};
use crate::model::{Model, View};
use num_traits::Zero;
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
            row.extend(keys.iter().map(|key| shown(units, *key, &measured.totals)));
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
        for (name, namespace) in &self.namespaces {
            let mut row =
                vec![name.clone(), namespace.pods.to_string(), namespace.meshed.to_string()];
            row.extend(keys.iter().map(|key| shown(units, *key, &namespace.totals)));
            list.rows.push(row);
            for (key, value) in &namespace.totals {
                *sums.entry(*key).or_insert_with(Ratio::zero) += value;
            }
        }
        let mut row = vec!["all".into(), self.pods.to_string(), self.meshed.to_string()];
        row.extend(keys.iter().map(|key| shown(units, *key, &sums)));
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
                let (value, note) = if measured.count == 1 {
                    (low.clone(), "of the only one".to_owned())
                } else if low == high {
                    (low.clone(), format!("the same in all {}", measured.count))
                } else {
                    let mean = total / Ratio::from_integer(measured.count.into());
                    let mean = tidy(&mean, *resource).clamp(low.clone(), high.clone());
                    (mean, format!("the mean of {}", measured.count))
                };
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
    Ratio::from_integer(half_even(&(value / &unit))) * unit
}

fn manifest(value: &Ratio, resource: Resource) -> String {
    let format = Format { style: Style::Kubernetes, ..Format::default() };
    Units::default().show(&Quantity::new(value.clone(), resource.dimension()), &format).text
}

fn shown(
    units: &Units,
    key: (View, Resource),
    totals: &BTreeMap<(View, Resource), Ratio>,
) -> String {
    match totals.get(&key) {
        Some(value) => {
            units.show(&Quantity::new(value.clone(), key.1.dimension()), &Format::default()).text
        }
        None => "–".into(),
    }
}
