//! What the options cost in named situations. The expected values are worked out on paper, from the defaults of the charts:
//! a sidecar 100m and 128 MiB, ztunnel 200m and 512 MiB, istio-cni 100m and 100 MiB, istiod 500m and 2,048 MiB, a waypoint or gateway 100m and
//! 128 MiB, Linkerd's control plane with high availability 1,800m and 510 MiB and its proxy 100m and 20 MiB.

use super::guide;
use mdbook_plumb::model::{Ratio, Value};

/// An expression in base units (cores, bytes, USD a second), for 100 pods on 10 nodes and what else is set.
fn value(set: &[(&str, &str)], expression: &str) -> Ratio {
    let model = guide();
    let mut inputs = model.inputs_of("hundred-pods").expect("the scenario");
    for (name, value) in set {
        inputs.set(&model, name, value).expect("a value of the input");
    }
    let compiled = model.compile(expression).expect("an expression");
    match model.evaluate(&compiled, &inputs).expect("it can be computed").value {
        Value::Quantity(quantity) => quantity.value,
        other => panic!("{expression}: {other:?}"),
    }
}

#[test]
fn gateways_and_revisions_count_in_every_option_that_has_them() {
    let upgrade = &[("revisions", "2")][..];
    let gateway = &[("gateways", "1")][..];
    let both = &[("gateways", "1"), ("revisions", "2")][..];
    for (set, option, millicores, mebibytes) in [
        // 100 × 100m + 2 × 500m + 10 × 100m; 100 × 128 + 2 × 2,048 + 10 × 100
        (&[][..], "aks-addon", 12_000, 17_896_i64),
        // another 2 × 500m; another 2 × 2,048
        (upgrade, "aks-addon", 13_000, 21_992),
        // 2 × 100m and 2 × 128, twice during an upgrade
        (gateway, "aks-addon", 12_200, 18_152),
        (both, "aks-addon", 13_400, 22_504),
        // 10 × 300m + 2 × 500m; 10 × 612 + 2 × 2,048
        (&[], "istio-ambient", 4_000, 10_216),
        (upgrade, "istio-ambient", 5_000, 14_312),
        (gateway, "istio-ambient", 4_200, 10_472),
        // the gateway moves in place
        (both, "istio-ambient", 5_200, 14_568),
        // one waypoint of two replicas
        (&[], "istio-ambient-l7", 4_200, 10_472),
        (&[("waypoints", "2")], "istio-ambient-l7", 4_400, 10_728),
        // 10 × 300m; 10 × 612; no control plane in the cluster
        (upgrade, "aks-appnet", 3_000, 6_120),
        (gateway, "aks-appnet", 3_200, 6_376),
        (&[], "aks-appnet-l7", 3_200, 6_376),
        // 100 × 100m + 1,800m; 100 × 20 + 510; neither gateways nor revisions
        (both, "linkerd", 11_800, 2_510),
        // 2 × 500m + 2 × 100m; 2 × 2,048 + 2 × 128
        (&[], "approuting", 1_200, 4_352),
    ] {
        let cpu = value(set, &format!("option('{option}').cpu"));
        assert_eq!(cpu, Ratio::new(millicores.into(), 1000.into()), "{option} {set:?}");
        let memory = value(set, &format!("option('{option}').memory"));
        assert_eq!(memory, Ratio::from_integer((mebibytes << 20).into()), "{option} {set:?}");
    }
}

#[test]
fn use_counts_where_it_exceeds_the_requests() {
    for (rate, option, millicores) in [
        // two sidecars at 0.2 vCPU per 1,000 requests/s: 0.8 of 10 cores requested, then 20 of 10; the rest requests 2 cores
        ("2000", "aks-addon", 12_000),
        ("50000", "aks-addon", 22_000),
        // two ztunnels at 0.06: 6 of 2 cores requested; istio-cni and istiod request 2
        ("50000", "istio-ambient", 8_000),
        // a waypoint at 0.25: 12.5 of 0.2 cores requested
        ("50000", "istio-ambient-l7", 20_500),
        // at 2,000 requests/s it uses 0.5 of 0.2, and ztunnel 0.24 of 2
        ("2000", "istio-ambient-l7", 4_500),
        ("0", "istio-ambient-l7", 4_200),
    ] {
        let cpu = value(&[("rate", rate)], &format!("option('{option}').reserved.cpu"));
        assert_eq!(cpu, Ratio::new(millicores.into(), 1000.into()), "{option} at {rate}");
    }
}

#[test]
fn money_follows_the_readers_prices() {
    // 12 cores × 730 hours × 0.04 + 17,896 MiB × 730 / 1,024 × 0.005 USD
    let standard = value(&[], "price.addon / quantity('1 USD/month')");
    let memory = Ratio::new(17_896.into(), 1024.into()) * Ratio::new(365.into(), 100.into());
    assert_eq!(standard, Ratio::new(3504.into(), 10.into()) + memory);
    // cores alone: 4 × 730 × 0.1
    let set = [("core_price", "0.1 USD/core-hour"), ("memory_price", "0 USD/GiB-hour")];
    let ambient = value(&set, "price.ambient / quantity('1 USD/month')");
    assert_eq!(ambient, Ratio::from_integer(292.into()));
}
