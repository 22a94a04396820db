//! Defaults of the other groups of Kubernetes: defaults.go of each.

use super::fields::{Fields, empty, list};

const RBAC: &str = "rbac.authorization.k8s.io";

pub(super) fn fill(group: &str, kind: &str, root: &mut Fields<'_>) {
    match (group, kind) {
        ("networking.k8s.io", "NetworkPolicy") => network_policy(&mut root.object("spec")),
        ("networking.k8s.io", "Ingress") => {
            // Admission (the plugin DefaultIngressClass) gives it the cluster's class, if one is the default.
            let mut metadata = root.at("metadata");
            let by_annotation = metadata.at("annotations").has("kubernetes.io/ingress.class");
            if by_annotation != Some(true) {
                root.at("spec").doubt("ingressClassName");
            }
        }
        ("networking.k8s.io", "IngressClass") => {
            root.at("spec").at("parameters").set("scope", "Cluster");
        }
        (RBAC, "RoleBinding" | "ClusterRoleBinding") => {
            root.at("roleRef").set("apiGroup", RBAC);
            root.each("subjects", |subject| {
                let of_group = match (subject.is("kind", "User"), subject.is("kind", "Group")) {
                    (Some(user), Some(group)) => Some(user || group),
                    _ => None,
                };
                subject.set_if(of_group, "apiGroup", RBAC);
            });
        }
        ("storage.k8s.io", "StorageClass") => {
            root.set("reclaimPolicy", "Delete");
            root.set("volumeBindingMode", "Immediate");
        }
        ("storage.k8s.io", "CSIDriver") => driver(&mut root.object("spec")),
        ("scheduling.k8s.io", "PriorityClass") => {
            root.set("preemptionPolicy", "PreemptLowerPriority");
        }
        ("discovery.k8s.io", "EndpointSlice") => root.each("ports", |port| {
            port.set("name", "");
            port.set("protocol", "TCP");
        }),
        ("admissionregistration.k8s.io", _) => admission(kind, root),
        ("apiregistration.k8s.io", "APIService") => {
            root.at("spec").at("service").set("port", 443);
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            let mut spec = root.object("spec");
            spec.object("conversion").set("strategy", "None");
            let mut names = spec.at("names");
            let kind = names.text("kind").to_owned();
            names.set("singular", kind.to_ascii_lowercase());
            names.set("listKind", format!("{kind}List"));
        }
        ("flowcontrol.apiserver.k8s.io", "FlowSchema") => {
            root.object("spec").set("matchingPrecedence", 1000);
        }
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration") => {
            let mut limited = root.at("spec");
            let mut limited = limited.at("limited");
            limited.set("nominalConcurrencyShares", 30);
            limited.set("lendablePercent", 0);
            let mut response = limited.at("limitResponse");
            let mut queuing = response.at("queuing");
            queuing.set("handSize", 8);
            queuing.set("queues", 64);
            queuing.set("queueLengthLimit", 50);
        }
        _ => {}
    }
}

fn network_policy(spec: &mut Fields<'_>) {
    for name in ["ingress", "egress"] {
        spec.each(name, |rule| rule.each("ports", |port| port.set("protocol", "TCP")));
    }
    match spec.count("egress") {
        Some(0) => spec.set("policyTypes", list(vec!["Ingress".into()])),
        Some(_) => spec.set("policyTypes", list(vec!["Ingress".into(), "Egress".into()])),
        None => spec.set("policyTypes", plumb_cel::Value::Unknown),
    }
}

fn driver(spec: &mut Fields<'_>) {
    spec.set("attachRequired", true);
    spec.set("podInfoOnMount", false);
    spec.set("storageCapacity", false);
    spec.set("fsGroupPolicy", "ReadWriteOnceWithFSType");
    spec.set("volumeLifecycleModes", list(vec!["Persistent".into()]));
    spec.set("requiresRepublish", false);
    spec.set("seLinuxMount", false);
}

fn admission(kind: &str, root: &mut Fields<'_>) {
    let scoped = |holder: &mut Fields<'_>| {
        for list in ["resourceRules", "excludeResourceRules", "rules"] {
            holder.each(list, |rule| rule.set("scope", "*"));
        }
    };
    let matched = |holder: &mut Fields<'_>| {
        holder.set("matchPolicy", "Equivalent");
        holder.set("namespaceSelector", empty());
        holder.set("objectSelector", empty());
    };
    match kind {
        "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => {
            root.each("webhooks", |webhook| {
                webhook.set("failurePolicy", "Fail");
                webhook.set("timeoutSeconds", 10);
                matched(webhook);
                scoped(webhook);
                webhook.at("clientConfig").at("service").set("port", 443);
                if kind.starts_with("Mutating") {
                    webhook.set("reinvocationPolicy", "Never");
                }
            });
        }
        "ValidatingAdmissionPolicy" | "MutatingAdmissionPolicy" => {
            let mut spec = root.object("spec");
            spec.set("failurePolicy", "Fail");
            let mut constraints = spec.at("matchConstraints");
            matched(&mut constraints);
            scoped(&mut constraints);
        }
        "ValidatingAdmissionPolicyBinding" | "MutatingAdmissionPolicyBinding" => {
            let mut spec = root.object("spec");
            let mut resources = spec.at("matchResources");
            matched(&mut resources);
            scoped(&mut resources);
        }
        _ => {}
    }
}
