//! Every rule's own examples, and what Kubernetes documents.

use super::*;
use crate::diag::Severity;
use crate::manifest::{Format, read};
use crate::text::{Source, TextMap};

/// The apiVersion of a kind.
fn api(kind: &str) -> &'static str {
    match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" => "apps/v1",
        "Job" | "CronJob" => "batch/v1",
        "HorizontalPodAutoscaler" => "autoscaling/v2",
        "PodDisruptionBudget" => "policy/v1",
        "Ingress" | "NetworkPolicy" => "networking.k8s.io/v1",
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" => {
            "rbac.authorization.k8s.io/v1"
        }
        "StorageClass" => "storage.k8s.io/v1",
        "IngressClass" => "networking.k8s.io/v1",
        "PriorityClass" => "scheduling.k8s.io/v1",
        "EndpointSlice" => "discovery.k8s.io/v1",
        "CustomResourceDefinition" => "apiextensions.k8s.io/v1",
        "ValidatingWebhookConfiguration" => "admissionregistration.k8s.io/v1",
        _ => "v1",
    }
}

/// The manifest that an example stands in.
fn manifest(place: &str, example: &str) -> String {
    let (kind, below) = place.split_once('.').map_or((place, false), |(kind, _)| (kind, true));
    let example = example.replace("BIG", &"x".repeat((1 << 20) + 1));
    let mut text = format!("apiVersion: {}\nkind: {kind}\n", api(kind));
    if !example.contains("metadata: {name") || below {
        text.push_str("metadata: {name: example}\n");
    }
    if below {
        text.push_str("spec:\n");
    }
    let indent = if below { "  " } else { "" };
    example.lines().for_each(|line| text.push_str(&format!("{indent}{line}\n")));
    text
}

fn findings(text: &str) -> Vec<Diagnostic> {
    let source = Source::new("example.yaml", text);
    let map = TextMap::identity(&source);
    let read = read(text, &map, Format::Yaml);
    assert_eq!(read.findings, [], "{text}");
    read.documents.iter().flat_map(|document| check(document, &Versions::default())).collect()
}

#[test]
fn every_rule_refuses_its_wrong_example_and_takes_its_right_one() {
    for rule in rules() {
        let wrong = findings(&manifest(rule.place, rule.wrong));
        let codes: Vec<&str> = wrong.iter().map(|finding| finding.code.name).collect();
        assert!(
            !codes.is_empty() && codes.iter().all(|code| *code == rule.code.name),
            "{}: {wrong:#?}",
            rule.code.name
        );
        let right = findings(&manifest(rule.place, rule.right));
        assert!(right.is_empty(), "{}: {right:#?}", rule.code.name);
    }
}

#[test]
fn codes_are_distinct_and_explained() {
    let mut names: Vec<&str> = codes().map(|code| code.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    for code in codes() {
        assert!(
            code.name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        );
        assert_eq!(code.level.severity(), Some(Severity::Error));
        assert!(code.page.len() > 100, "{}", code.name);
    }
}
