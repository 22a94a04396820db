//! A cluster measured: what `kubectl` would say of a small one, and the sums reckoned by hand.

use super::*;
use crate::measure::{ClusterFiles, Resource, measure};
use jiff::civil::date;
use std::sync::Arc;

const MODEL: &str = r#"
[inputs.pods]
default = 1
[inputs.nodes]
default = 1

[proxies.classic]
label = "Proxy beside the application"
container = ["helper-proxy"]
image = ["*/proxyv*"]
count = "pods"

[proxies.other]
label = "Another maker's proxy"
container = ["other-*"]

[proxies.tunnel]
label = "Tunnel on the node"
per = "node"
namespace = ["mesh-*"]
labels = { app = "tunnel" }
owner = "DaemonSet"
count = "nodes"

[proxies.control]
label = "Control plane"
per = "replica"
namespace = ["mesh-system"]
container = ["control"]

[proxies.redirected]
label = "Pods that go through a tunnel"
per = "member"
annotations = { "mesh.example/redirection" = "enabled" }
count = "pods"
"#;

fn container(name: &str, image: &str, cpu: &str, memory: &str, extra: &str) -> String {
    format!(
        r#"{{"name":"{name}","image":"{image}","resources":{{"requests":{{"cpu":"{cpu}","memory":"{memory}"}},"limits":{{"cpu":"2"}}}}{extra}}}"#
    )
}

fn pod(
    namespace: &str,
    name: &str,
    owner: &str,
    meta: &str,
    init: &[String],
    containers: &[String],
    phase: &str,
) -> String {
    format!(
        r#"{{"kind":"Pod","metadata":{{"name":"{name}","namespace":"{namespace}"{meta},"ownerReferences":[{{"kind":"{owner}","name":"{name}-owner"}}]}},
"spec":{{"nodeName":"n1","initContainers":[{}],"containers":[{}]}},"status":{{"phase":"{phase}"}}}}"#,
        init.join(","),
        containers.join(",")
    )
}

fn cluster() -> String {
    let app = |cpu| container("app", "registry/app:1", cpu, "256Mi", "");
    let proxy =
        |cpu| container("helper-proxy", "registry:5000/mesh/proxyv2:1.30", cpu, "128Mi", "");
    let native = container(
        "helper-proxy",
        "registry/mesh/proxyv2:1.30@sha256:0",
        "100m",
        "128Mi",
        r#","restartPolicy":"Always""#,
    );
    let setup = container("setup", "registry/mesh/proxyv2:1.30", "2", "2Gi", "");
    let agent = || container("log-agent", "registry/agent:7", "10m", "10Mi", "");
    let tunnel = || container("tunnel", "registry/tunnel:1", "200m", "512Mi", "");
    let items = [
        pod(
            "shop",
            "cart",
            "ReplicaSet",
            "",
            &[],
            &[app("250m"), proxy("100m"), agent()],
            "Running",
        ),
        // its own peak is an init container that needs more than all that runs: the proxy adds nothing
        pod("shop", "pay", "ReplicaSet", "", &[setup], &[app("250m"), proxy("100m")], "Running"),
        pod("shop", "native", "StatefulSet", "", &[native], &[app("250m"), agent()], "Running"),
        pod("bank", "big", "ReplicaSet", "", &[], &[app("1"), proxy("500m")], "Pending"),
        pod("bank", "plain", "ReplicaSet", "", &[], &[app("1")], "Running"),
        pod("bank", "done", "Job", "", &[], &[app("1"), proxy("100m")], "Succeeded"),
        pod(
            "bank",
            "redirected",
            "ReplicaSet",
            r#","annotations":{"mesh.example/redirection":"enabled"}"#,
            &[],
            &[app("1")],
            "Running",
        ),
        pod(
            "mesh-system",
            "t1",
            "DaemonSet",
            r#","labels":{"app":"tunnel"}"#,
            &[],
            &[tunnel()],
            "Running",
        ),
        pod(
            "mesh-system",
            "t2",
            "DaemonSet",
            r#","labels":{"app":"tunnel"}"#,
            &[],
            &[tunnel()],
            "Running",
        ),
        pod(
            "mesh-system",
            "c",
            "ReplicaSet",
            "",
            &[],
            &[container("control", "registry/control:1", "500m", "2Gi", "")],
            "Running",
        ),
    ];
    format!(r#"{{"apiVersion":"v1","kind":"List","items":[{}]}}"#, items.join(",\n"))
}

const TOP: &str = "NAMESPACE   POD    NAME           CPU(cores)   MEMORY(bytes)
shop        cart   app            20m          100Mi
shop        cart   helper-proxy   30m          50Mi
shop        pay    helper-proxy   10m          40Mi
shop        native helper-proxy   20m          60Mi
bank        big    helper-proxy   0m           30Mi
mesh-system t1     tunnel         5m           12Mi
";

fn source(name: &str, text: &str) -> Arc<Source> {
    Source::new(name, text)
}

#[test]
fn a_cluster_is_measured_to_the_figures_by_hand() {
    let model = model(MODEL);
    let (pods, top) = (source("pods.json", &cluster()), source("top.txt", TOP));
    let nodes =
        source("nodes.json", r#"{"kind":"NodeList","items":[{"kind":"Node"},{"kind":"Node"}]}"#);
    let files = ClusterFiles { pods: &pods, top: Some(&top), nodes: Some(&nodes) };
    let (measurement, findings) = measure(&model, files, date(2026, 11, 23));
    assert_eq!(findings, []);
    let measured = measurement.unwrap();
    assert_eq!((measured.pods, measured.meshed, measured.nodes), (9, 5, Some(2)));
    let table = measured.proxy_listing(&model.units).to_csv();
    assert_eq!(
        table,
        "proxy,count,requests cpu,requests memory,usage cpu,usage memory,limits cpu\n\
         Proxy beside the application,4,0.8 cores,512 MiB,0.06 cores,180 MiB,8 cores\n\
         Another maker's proxy,0,–,–,–,–,–\n\
         Tunnel on the node,2,0.4 cores,1 GiB,at least 0.005 cores,at least 12 MiB,4 cores\n\
         Control plane,1,0.5 cores,2 GiB,–,–,2 cores\n\
         Pods that go through a tunnel,1,–,–,–,–,–\n"
    );
    let added = &measured.proxies[0].added[&Resource::Cpu];
    assert_eq!(added.to_string(), "7/10", "one of the four adds nothing to what its pod reserves");
    let shop = &measured.namespaces["shop"];
    assert_eq!((shop.pods, shop.meshed, shop.proxies["classic"]), (3, 3, 3));
    let last = measured.namespace_listing(&model.units).rows.pop().unwrap();
    assert_eq!(
        last[..6],
        ["all", "9", "5", "1.7 cores", "3.5 GiB", "at least 0.065 cores"],
        "the control plane and one tunnel are not among what is used"
    );
    let unknown: Vec<_> =
        measured.unknown.iter().map(|u| (u.container.as_str(), u.image.as_str(), u.pods)).collect();
    assert_eq!(unknown, [("app", "registry/app", 4), ("log-agent", "registry/agent", 2)]);

    let written = measured.to_toml(&model);
    let (both, findings) =
        Model::load(&[source("model.toml", MODEL), source("measured.toml", &written)]);
    assert_eq!(findings.iter().map(shown).collect::<Vec<_>>(), Vec::<String>::new(), "{written}");
    let inputs = both.inputs_of("measured-2026-11-23").unwrap();
    assert_eq!(inputs.shown(&both, "pods").unwrap(), "5");
    assert_eq!(inputs.shown(&both, "nodes").unwrap(), "2");
    assert_eq!(value(&both, "measured.classic.requests.cpu", &[]), "0.2 cores");
    assert_eq!(value(&both, "measured.classic.usage.cpu", &[]), "0.015 cores");
    assert_eq!(value(&both, "measured.classic.requests.memory", &[]), "128 MiB");
    let tunnel = &both.figures["measured.tunnel.usage.cpu"];
    assert_eq!(tunnel.note.text, "the mean of 1; of 1 more it is not known");
    let range = both.figures["measured.classic.requests.cpu"].range.clone().unwrap();
    assert_eq!((range.0.to_string(), range.1.to_string()), ("1/10".into(), "1/2".into()));
    assert_eq!(both.sources["measured-2026-11-23"].title, "measured, 2026-11-23");
}

#[test]
fn what_is_not_kubectls_is_said_where_it_is() {
    let model = model(MODEL);
    let whole = cluster();
    let cut = &whole[..whole.len() / 2];
    let good_top = source("top.txt", TOP);
    let cases: &[(&str, &str, &str)] = &[
        (cut, "", "this JSON is cut short"),
        ("", "", "1:1 bad-cluster-data: this JSON is cut short: EOF while parsing a value"),
        (
            "NAMESPACE NAME",
            "",
            "1:1 bad-cluster-data: this is not what kubectl writes: expected value",
        ),
        (
            "{\n \"kind\": \"Pod\", \"spec\": {}}",
            "",
            "2:10 bad-cluster-data: this is a Pod, not a list of Pods",
        ),
        (
            r#"{"kind":"ServiceList","items":[]}"#,
            "",
            "1:9 bad-cluster-data: this is a ServiceList, not a list of Pods",
        ),
        (
            r#"{"kind":"List","items":[{"kind":"Service"}]}"#,
            "",
            "1:25 bad-cluster-data: this is a Service, not a Pod",
        ),
        (
            r#"{"kind":"List","items":[{"kind":"Pod","spec":{"containers":3}}]}"#,
            "",
            "bad-cluster-data: this is not a Pod: invalid type",
        ),
        ("[]", "", "bad-cluster-data: this is not what kubectl writes"),
        (
            r#"{"kind":"List","items":[{"kind":"Pod","spec":{"containers":[{"name":"other-x","resources":{"requests":{"cpu":"1 core"}}}]}}]}"#,
            "",
            "1:25 bad-cluster-data: pod `/`: `1 core` is not a quantity",
        ),
        (
            &whole,
            "NAMESPACE NAME CPU(cores) MEMORY(bytes)\nshop cart 20m 10Mi\n",
            "1:1 bad-cluster-data: this line does not have five columns",
        ),
        (
            &whole,
            "NAMESPACE POD NAME CPU(cores) MEMORY(bytes)\nshop cart app 20x 10Mi\n",
            "2:1 bad-cluster-data: `20x` is not a quantity",
        ),
    ];
    for (pods, top, expected) in cases {
        let pods = source("pods.json", pods);
        let top = if top.is_empty() { good_top.clone() } else { source("top.txt", top) };
        let files = ClusterFiles { pods: &pods, top: Some(&top), nodes: None };
        let (measurement, findings) = measure(&model, files, date(2026, 11, 23));
        assert!(measurement.is_none(), "{expected}");
        let found: Vec<String> = findings.iter().map(shown).collect();
        assert!(found.iter().any(|line| line.contains(expected)), "{expected}: {found:?}");
    }
}
