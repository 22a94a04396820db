//! Every rule's own examples, and what Kubernetes documents.

use super::*;
use crate::{Format, read};
use plumb_text::diag::{Diagnostic, Severity};
use plumb_text::{Source, TextMap};

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
        "CSIDriver"
        | "CSINode"
        | "CSIStorageCapacity"
        | "StorageClass"
        | "VolumeAttachment"
        | "VolumeAttributesClass" => "storage.k8s.io/v1",
        "APIService" => "apiregistration.k8s.io/v1",
        "RuntimeClass" => "node.k8s.io/v1",
        "CertificateSigningRequest" => "certificates.k8s.io/v1",
        "IngressClass" | "IPAddress" | "ServiceCIDR" => "networking.k8s.io/v1",
        "FlowSchema" | "PriorityLevelConfiguration" => "flowcontrol.apiserver.k8s.io/v1",
        "ClusterTrustBundle" => "certificates.k8s.io/v1beta1",
        "ResourceClaim" | "ResourceClaimTemplate" | "DeviceClass" | "ResourceSlice" => {
            "resource.k8s.io/v1"
        }
        "PriorityClass" => "scheduling.k8s.io/v1",
        "EndpointSlice" => "discovery.k8s.io/v1",
        "CustomResourceDefinition" => "apiextensions.k8s.io/v1",
        "MutatingAdmissionPolicy"
        | "MutatingAdmissionPolicyBinding"
        | "ValidatingWebhookConfiguration"
        | "ValidatingAdmissionPolicy"
        | "ValidatingAdmissionPolicyBinding" => "admissionregistration.k8s.io/v1",
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

/// The right examples of all rules, each as a manifest, with the release that has the rule.
pub(crate) fn right_examples() -> Vec<(String, Versions)> {
    let all = rules().filter_map(|rule| {
        let example = rule.example.as_ref()?;
        Some((manifest(example.place, example.right), Versions::default()))
    });
    all.collect()
}

fn findings(text: &str, versions: &str) -> Vec<Diagnostic> {
    let versions = Versions::parse(versions).expect(versions);
    let source = Source::new("example.yaml", text);
    let map = TextMap::identity(&source);
    let read = read(text, &map, Format::Yaml);
    assert_eq!(read.findings, [], "{text}");
    let found =
        |document| check(document, &versions).into_iter().map(|fault| fault.into_finding(document));
    read.documents.iter().flat_map(found).collect()
}

#[test]
fn every_rule_refuses_its_wrong_example_and_takes_its_right_one() {
    for rule in rules() {
        let example = rule.example.as_ref().expect(rule.code.name);
        // A rule that the newest release has no more is tried in the last that has it.
        let release = rule.until.map(|(major, minor)| format!("k8s={major}.{}", minor - 1));
        let release = release.as_deref().unwrap_or_default();
        let wrong = findings(&manifest(example.place, example.wrong), release);
        let codes: Vec<&str> = wrong.iter().map(|finding| finding.code.name).collect();
        assert!(
            !codes.is_empty() && codes.iter().all(|code| *code == rule.code.name),
            "{}: {wrong:#?}",
            rule.code.name
        );
        let right = findings(&manifest(example.place, example.right), release);
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
        let is_warned = code.name == "fractional-bytes";
        let severity = if is_warned { Severity::Warning } else { Severity::Error };
        assert_eq!(code.level.severity(), Some(severity), "{}", code.name);
        assert!(code.page.len() > 100, "{}", code.name);
    }
}

/// Place, versions, an example, and the findings that Kubernetes' documentation or its messages lead to expect.
const CASES: &str = r#"
Service | k8s=1.35 | {metadata: {name: 1st}, spec: {ports: [{port: 80}]}} | object-name metadata.name
Service | k8s=1.36 | {metadata: {name: 1st}, spec: {ports: [{port: 80}]}} |
Namespace | | {metadata: {name: a.b}} | object-name metadata.name
ConfigMap | | {metadata: {name: a.b}} |
ClusterRole | | {metadata: {name: "system:a"}, rules: []} |
Pod.spec | | {containers: [{name: a, image: b, ports: [{containerPort: 80, hostPort: 80}]}, {name: c, image: b, ports: [{containerPort: 81, hostPort: 80}]}]} | host-port spec.containers[1].ports[0].hostPort
Pod.spec | | {containers: [{name: a, image: b, ports: [{containerPort: 80, hostPort: 80}, {containerPort: 80, hostPort: 80, protocol: UDP}]}]} |
Pod.spec | | {containers: [{name: a, image: " b"}]} | container-image spec.containers[0].image
Pod.spec | | {containers: [{name: a, image: b, startupProbe: {exec: {command: []}, successThreshold: 2}}]} | probe-handler spec.containers[0].startupProbe.exec.command; probe-value spec.containers[0].startupProbe.successThreshold
Pod.spec | | {containers: [{name: a, image: b, livenessProbe: {httpGet: {port: http}, tcpSocket: {port: 80}}}]} | probe-handler spec.containers[0].livenessProbe.tcpSocket
Pod.spec | | {containers: [{name: a, image: b, lifecycle: {preStop: {sleep: {seconds: 5}}}}]} |
Pod.spec | | {containers: [{name: a, image: b, env: [{name: A, valueFrom: {}}]}]} | env-source spec.containers[0].env[0].valueFrom
Pod.spec | | {containers: [{name: a, image: b, envFrom: [{prefix: A}]}]} | env-source spec.containers[0].envFrom[0]
Pod.spec | | {containers: [{name: a, image: b, resources: {limits: {cpu: 0.5}, requests: {cpu: 500m}}}]} |
Pod.spec | | {containers: [{name: a, image: b, resources: {limits: {memory: "1e1000", cpu: "1e-1000"}}}]} |
Pod.spec | | {containers: [{name: a, image: b, resources: {limits: {cpu: -1}}}]} | quantity spec.containers[0].resources.limits[cpu]
Pod.spec | | {containers: [{name: a, image: b, resources: {limits: {cpu: 1, hugepages-2Mi: 4Mi}, requests: {hugepages-2Mi: 2Mi}}}]} | request-above-limit spec.containers[0].resources.requests[hugepages-2Mi]
Pod.spec | | {containers: [{name: a, image: b}], tolerations: [{operator: Exists}, {effect: NoSchedule}]} | toleration spec.tolerations[1].operator
Pod.spec | | {containers: [{name: a, image: b}], tolerations: [{key: a, operator: Exists, tolerationSeconds: 5}]} | toleration spec.tolerations[0].tolerationSeconds
Pod.spec | | {containers: [{name: a, image: b}], volumes: [{name: c}]} |
Pod.spec | | {containers: [{name: a, image: b}], volumes: [{name: c, projected: {sources: [{secret: {name: d, items: [{key: e, path: /f}]}}]}}]} | volume-path spec.volumes[0].projected.sources[0].secret.items[0].path
Pod.spec | | {containers: [{name: a, image: b}], affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: ""}]}}} | topology-key spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey
Deployment.spec | | {selector: {matchExpressions: [{key: app, operator: In, values: [a, b]}]}, template: {metadata: {labels: {app: b}}, spec: {containers: [{name: a, image: b}]}}} |
Deployment.spec | | {selector: {matchExpressions: [{key: app, operator: DoesNotExist}]}, template: {metadata: {labels: {app: b}}, spec: {containers: [{name: a, image: b}]}}} | selector-template spec.template.metadata.labels
Deployment.spec | | {strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}} | update-strategy spec.strategy.rollingUpdate.maxUnavailable
Deployment.spec | | {strategy: {rollingUpdate: {maxSurge: "1", maxUnavailable: 0}}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}} | update-strategy spec.strategy.rollingUpdate.maxSurge
DaemonSet.spec | | {updateStrategy: {rollingUpdate: {maxSurge: 1}}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}} | update-strategy spec.updateStrategy.rollingUpdate.maxSurge
DaemonSet.spec | | {updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}} |
StatefulSet.spec | | {selector: {matchLabels: {a: b}}, volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}], template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b, volumeMounts: [{name: data, mountPath: /data}]}]}}} |
Job.spec | | {backoffLimitPerIndex: 1, template: {spec: {restartPolicy: Always, containers: [{name: a, image: b}]}}} | job-indexed spec.backoffLimitPerIndex; restart-policy spec.template.spec.restartPolicy
CronJob.spec | | {schedule: "TZ=UTC 0 3 * * *", jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: b}]}}}}} | cron-schedule spec.schedule; restart-policy spec.jobTemplate.spec.template.spec.restartPolicy
Service.spec | | {type: ExternalName, externalName: a.b., clusterIP: ""} |
Service.spec | | {clusterIP: None} |
Service.spec | | {ports: [{port: 80, targetPort: ""}]} |
Service.spec | | {} | service-ports spec.ports
Service.spec | | {type: NodePort, clusterIP: None, ports: [{port: 80}]} | service-cluster-ip spec.clusterIP
Service.spec | | {ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]} |
Service.spec | | {ports: [{name: a, port: 80}, {name: a, port: 81}]} | service-port-name spec.ports[1].name
Service.spec | | {loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 80}]} | service-type-field spec.loadBalancerSourceRanges
Service.spec | | {type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0], ports: [{port: 80}]} | service-type-field spec.loadBalancerSourceRanges[0]
Ingress.spec | | {defaultBackend: {service: {name: a}}} | ingress-backend spec.defaultBackend.service.port
Ingress.spec | | {rules: [{host: "*", http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}}]} | ingress-host spec.rules[0].host
Ingress.spec | | {rules: [{host: "*.a.b", http: {paths: [{pathType: ImplementationSpecific, backend: {resource: {kind: A, name: b}}}]}}]} |
Ingress.spec | | {rules: [{http: {paths: [{path: /a/.., pathType: Exact, backend: {service: {name: a, port: {name: http}}}}]}}]} | ingress-path spec.rules[0].http.paths[0].path
NetworkPolicy.spec | | {podSelector: {}, ingress: [{from: [{}], ports: [{port: http, endPort: 80}]}]} | policy-peer spec.ingress[0].from[0]; policy-port spec.ingress[0].ports[0].endPort
NetworkPolicy.spec | | {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.1}}]}, {}]} | policy-range spec.egress[0].to[0].ipBlock.cidr
Secret | | {type: kubernetes.io/basic-auth, stringData: {user: a}} | secret-type data
Secret | | {data: {a: aGVsbG8=, b: "aGVs\nbG8=", c: aGVsbG8, d: ""}} | secret-base64 data[c]
HorizontalPodAutoscaler.spec | | {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, maxReplicas: 2, metrics: [{type: Resource, pods: {}}]} | scale-metric spec.metrics[0].pods; scale-metric spec.metrics[0].resource
PodDisruptionBudget.spec | | {maxUnavailable: 101%} | disruption-budget spec.maxUnavailable
Role | | {rules: [{nonResourceURLs: [/a], verbs: [get]}]} | role-rule rules[0].nonResourceURLs
ClusterRole | | {rules: [{nonResourceURLs: [/a], verbs: [get]}, {apiGroups: [""], resources: [pods], verbs: ["*"]}]} |
RoleBinding | | {roleRef: {apiGroup: rbac, kind: Role, name: a}, subjects: [{kind: ServiceAccount, name: a}, {kind: User, name: "a@b", apiGroup: v1}]} | role-ref roleRef.apiGroup; role-subject subjects[1].apiGroup
PersistentVolumeClaim.spec | | {accessModes: [ReadWriteOncePod, ReadWriteMany], resources: {requests: {storage: 0}}} | claim-storage spec.accessModes[0]; claim-storage spec.resources.requests[storage]
LimitRange.spec | | {limits: [{type: Pod, default: {cpu: 1}}, {type: Pod, max: {cpu: 1}}]} | limit-range spec.limits[1].type; limit-range spec.limits[0].default
ResourceQuota.spec | | {hard: {pods: "10", requests.cpu: 1 core}} | quantity spec.hard[requests.cpu]
CustomResourceDefinition.spec | | {group: a.k8s.io, scope: Namespaced, names: {plural: Examples, kind: Example}, versions: []} | crd-group metadata.annotations[api-approved.kubernetes.io]; crd-versions spec.versions; crd-versions metadata.name; crd-group spec.names.plural
Pod.spec | | {containers: [{name: a, image: b, env: [{name: A, valueFrom: {configMapKeyRef: {name: C, key: "a b"}}}]}]} | field-value spec.containers[0].env[0].valueFrom.configMapKeyRef.name; field-value spec.containers[0].env[0].valueFrom.configMapKeyRef.key
Pod.spec | | {containers: [{name: a, image: b, livenessProbe: {httpGet: {port: 80, httpHeaders: [{name: X Y, value: a}]}}}]} | field-value spec.containers[0].livenessProbe.httpGet.httpHeaders[0].name
Pod.spec | | {containers: [{name: a, image: b, envFrom: [{prefix: "A_", configMapRef: {name: c}}]}], dnsConfig: {searches: ["_a.b.", .]}, hostAliases: [{ip: 1.2.3.4, hostnames: [a.b]}]} |
Pod.spec | | {containers: [{name: a, image: b, lifecycle: {preStop: {sleep: {seconds: 45}}}}]} | probe-value spec.containers[0].lifecycle.preStop.sleep.seconds
Pod.spec | | {terminationGracePeriodSeconds: 60, containers: [{name: a, image: b, lifecycle: {preStop: {sleep: {seconds: 45}}}}]} |
Pod.spec | | {containers: [{name: a, image: b, resources: {limits: {example.com/gpu: 1.5}}}]} | quantity spec.containers[0].resources.limits[example.com/gpu]
Pod.spec | | {containers: [{name: a, image: b, env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1Mi}}}]}]} | field-ref spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor
Pod.spec | | {containers: [{name: a, image: b, env: [{name: A, valueFrom: {fieldRef: {fieldPath: "metadata.labels['a b']"}}}]}]} | field-ref spec.containers[0].env[0].valueFrom.fieldRef.fieldPath
Pod.spec | | {containers: [{name: a, image: b}], volumes: [{name: c, downwardAPI: {items: [{path: d, fieldRef: {fieldPath: status.podIP}}, {path: e, resourceFieldRef: {resource: limits.cpu}}, {path: f}]}}]} | volume-source spec.volumes[0].downwardAPI.items[0].fieldRef.fieldPath; volume-source spec.volumes[0].downwardAPI.items[1].resourceFieldRef.containerName; volume-source spec.volumes[0].downwardAPI.items[2]
Pod.spec | | {containers: [{name: a, image: b}], volumes: [{name: c, projected: {sources: [{configMap: {name: d, items: [{key: k, path: p}]}}, {serviceAccountToken: {path: p}}]}}]} | volume-source spec.volumes[0].projected.sources[1].serviceAccountToken.path
Pod.spec | | {containers: [{name: a, image: b, volumeMounts: [{name: c, mountPath: /c}], volumeDevices: [{name: c, devicePath: /dev/c}]}], volumes: [{name: c, persistentVolumeClaim: {claimName: c}}]} | block-device spec.containers[0].volumeDevices[0].name
Pod.spec | | {containers: [{name: a, image: b, volumeMounts: [{name: c, mountPath: /c, recursiveReadOnly: Enabled}]}], volumes: [{name: c, emptyDir: {}}]} | mount-mode spec.containers[0].volumeMounts[0].recursiveReadOnly
Pod.spec | | {hostUsers: false, hostNetwork: true, hostPID: true, containers: [{name: a, image: b}]} | pod-namespaces spec.hostNetwork; pod-namespaces spec.hostPID
Pod.spec | | {containers: [{name: a, image: b}], affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: a, matchLabelKeys: [b]}]}}} | topology-key spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].matchLabelKeys
Deployment | | {metadata: {name: a}, spec: {selector: null, template: {spec: null}}} | field-value spec.selector; field-value spec.template.spec
Deployment.spec | | {minReadySeconds: 600, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}} | update-strategy spec.minReadySeconds
Job.spec | | {completionMode: Indexed, template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}} |
Job.spec | | {podFailurePolicy: {rules: [{action: FailIndex, onExitCodes: {containerName: c, operator: In, values: [0, 3, 2]}}]}, template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}} | job-failure-policy spec.podFailurePolicy.rules[0].action; job-failure-policy spec.podFailurePolicy.rules[0].onExitCodes.values[0]; job-failure-policy spec.podFailurePolicy.rules[0].onExitCodes.values[2]; job-failure-policy spec.podFailurePolicy.rules[0].onExitCodes.containerName
Job.spec | | {completionMode: Indexed, completions: 5, successPolicy: {rules: [{succeededIndexes: "0,2-4", succeededCount: 2}, {succeededIndexes: "3-5"}, {succeededIndexes: "2,1"}]}, template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}} | job-success-policy spec.successPolicy.rules[1].succeededIndexes; job-success-policy spec.successPolicy.rules[2].succeededIndexes
Job.spec | | {manualSelector: true, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}} |
Service.spec | | {ports: [{port: 80, targetPort: 0}], sessionAffinity: None, sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}} |
Service.spec | | {clusterIP: 10.0.0.1, clusterIPs: [10.0.0.2], ipFamilies: [IPv6], externalIPs: [127.0.0.1], ports: [{port: 80}]} | field-value spec.externalIPs[0]; service-cluster-ip spec.clusterIPs[0]; service-cluster-ip spec.clusterIPs[0]
HorizontalPodAutoscaler.spec | | {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a/b}, maxReplicas: 2, metrics: [{type: Pods, pods: {metric: {name: a}, target: {type: Value, value: 1}}}, {type: Resource, resource: {name: cpu, target: {type: Utilization, averageValue: 500m}}}]} | field-value spec.scaleTargetRef.name; scale-metric spec.metrics[0].pods.target.averageValue
HorizontalPodAutoscaler.spec | | {scaleTargetRef: {apiVersion: v1, kind: ReplicationController, name: a}, maxReplicas: 2} |
HorizontalPodAutoscaler.spec | | {scaleTargetRef: {apiVersion: v1, kind: Deployment, name: a}, maxReplicas: 2} | scale-target spec.scaleTargetRef.apiVersion
PersistentVolume.spec | | {capacity: {storage: 1Gi, cpu: 1}, accessModes: [ReadWriteOnce], local: {path: /a}} | volume-capacity spec.capacity[cpu]; volume-capacity spec.nodeAffinity
PersistentVolumeClaim.spec | | {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, dataSource: {kind: VolumeSnapshot, name: a}} | claim-storage spec.dataSource.kind
ResourceQuota.spec | | {hard: {pods: 1.5, cpu: 1}, scopes: [BestEffort]} | quota spec.hard[pods]; quota spec.scopes[0]
ResourceQuota.spec | | {hard: {requests.nvidia.com/gpu: 4, count/jobs.batch: 5, requests.hugepages-2Mi: 1Gi, gold.storageclass.storage.k8s.io/requests.storage: 1Gi}} |
ClusterRole | | {aggregationRule: {clusterRoleSelectors: []}, rules: []} | role-rule aggregationRule.clusterRoleSelectors
ConfigMap | | {metadata: {name: a, finalizers: [foregroundDeletion, example.com/a], ownerReferences: [{apiVersion: v1, kind: Pod, name: a, uid: b, controller: true}, {apiVersion: v1, kind: Pod, name: c, uid: "", controller: true}]}} | object-owner metadata.ownerReferences[1].uid; object-owner metadata.ownerReferences[1].controller
ValidatingWebhookConfiguration | | {webhooks: [{name: a.b.c, admissionReviewVersions: [v2], sideEffects: None, clientConfig: {service: {name: a, namespace: b, path: a}}, rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods/*, pods/exec]}], matchConditions: [{name: a, expression: "request.x == y"}]}]} | webhook webhooks[0].clientConfig.service.path; webhook webhooks[0].admissionReviewVersions; admission-expression webhooks[0].matchConditions[0].expression; webhook webhooks[0].rules[0].resources[1]
ValidatingAdmissionPolicy.spec | | {paramKind: {apiVersion: v1, kind: ConfigMap}, matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}, variables: [{name: a-b, expression: "1"}, {name: c, expression: "object.spec.containers.map(x, x.image)"}], validations: [{expression: "variables.c.all(x, x.startsWith(params.data.registry))", messageExpression: "'no ' + variables.d"}, {expression: "1 + 1"}]} | admission-policy spec.variables[0].name; admission-expression spec.validations[0].messageExpression; admission-expression spec.validations[1].expression
ValidatingAdmissionPolicyBinding.spec | | {policyName: a, validationActions: [], paramRef: {name: a, selector: {}}} | admission-binding spec.validationActions; admission-binding spec.paramRef.selector; admission-binding spec.paramRef.parameterNotFoundAction
Pod.spec | | {containers: [{name: a, image: b, resources: {limits: {hugepages-2Mi: 4Mi, requests.example.com/a: 1, example.com/requests.a: 1}}}]} | resource-name spec.containers[0].resources.limits[requests.example.com/a]; resource-name spec.containers[0].resources.limits[hugepages-2Mi]
Pod.spec | | {containers: [{name: a, image: b}], affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [a, b]}], matchExpressions: [{key: a, operator: In, values: [b c]}]}]}}}} | node-requirement spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values[0]; node-requirement spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].values
DaemonSet.spec | | {updateStrategy: {rollingUpdate: {maxUnavailable: 200%}}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}} | update-strategy spec.updateStrategy.rollingUpdate.maxUnavailable
CronJob.spec | | {schedule: "@daily", jobTemplate: {spec: {selector: {matchLabels: {a: b}}, template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}} | job-selector spec.jobTemplate.spec.selector
Service.spec | | {clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, "fd00::1"], ipFamilies: [IPv4, IPv6], ports: [{port: 80}]} |
Service.spec | | {clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, 10.0.0.2, None], ports: [{port: 80}]} | service-cluster-ip spec.clusterIPs[1]; service-cluster-ip spec.clusterIPs[2]
Service.spec | | {type: ExternalName, externalName: a.b, ipFamilies: [IPv4]} | service-external-name spec.ipFamilies
Ingress | | {metadata: {name: a, annotations: {kubernetes.io/ingress.class: b}}, spec: {ingressClassName: c, defaultBackend: {service: {name: d, port: {number: 80}}}}} | ingress-backend metadata.annotations.kubernetes.io/ingress.class
ValidatingAdmissionPolicy.spec | | {matchConstraints: {resourceRules: [{apiGroups: ["*", a], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}, variables: [{name: a, expression: variables.b}, {name: b, expression: variables.a}], validations: [{expression: variables.b}]} | admission-policy spec.matchConstraints.resourceRules[0].apiGroups; admission-expression spec.variables[0].expression
CustomResourceDefinition.spec | | {group: e.com, scope: Namespaced, names: {plural: as, kind: A}, conversion: {strategy: Webhook, webhook: {conversionReviewVersions: [v2], clientConfig: {url: "http://a"}}}, versions: [{name: v1, served: true, storage: true, deprecationWarning: a, schema: {openAPIV3Schema: {type: object}}}]} | crd-versions spec.versions[0].deprecationWarning; webhook spec.conversion.webhook.clientConfig.url; crd-versions spec.conversion.webhook.conversionReviewVersions; crd-versions metadata.name
FlowSchema.spec | | {priorityLevelConfiguration: {name: a}, rules: [{subjects: [{kind: User, user: {name: a}}], resourceRules: [{verbs: [get], apiGroups: [""], resources: [pods], clusterScope: true}]}]} |
FlowSchema.spec | | {priorityLevelConfiguration: {name: a}, rules: [{subjects: [{kind: ServiceAccount, serviceAccount: {name: "*", namespace: kube-system}}, {kind: Group, group: {name: "system:nodes"}}], nonResourceRules: [{verbs: ["*"], nonResourceURLs: [/, /healthz/*, "/api*/x"]}]}]} | flow-schema spec.rules[0].nonResourceRules[0].nonResourceURLs[2]
FlowSchema.spec | | {priorityLevelConfiguration: {name: a}, rules: [{subjects: [{kind: User, group: {name: a}}], resourceRules: [{verbs: [get], apiGroups: [""], resources: [pods], clusterScope: true}]}]} | flow-schema spec.rules[0].subjects[0].group; flow-schema spec.rules[0].subjects[0].user
FlowSchema.spec | | {priorityLevelConfiguration: {name: a}, rules: [{subjects: [{kind: user, user: {name: a}}, {kind: ServiceAccount, serviceAccount: {name: A, namespace: ""}}], resourceRules: [{verbs: [get], apiGroups: [""], resources: [pods], clusterScope: true}]}]} | flow-schema spec.rules[0].subjects[0].kind; flow-schema spec.rules[0].subjects[1].serviceAccount.name; flow-schema spec.rules[0].subjects[1].serviceAccount.namespace
FlowSchema.spec | | {priorityLevelConfiguration: {name: a}, rules: [{subjects: [{kind: User, user: {name: a}}], resourceRules: [{verbs: ["*", get], apiGroups: ["", "*"], resources: [], namespaces: ["*", a]}, {verbs: [read], apiGroups: [""], resources: [pods]}, {verbs: [get], apiGroups: [""], resources: [pods], namespaces: [a_b]}]}]} | flow-schema spec.rules[0].resourceRules[0].verbs; flow-schema spec.rules[0].resourceRules[0].apiGroups; flow-schema spec.rules[0].resourceRules[0].resources; flow-schema spec.rules[0].resourceRules[0].namespaces; flow-schema spec.rules[0].resourceRules[1].verbs[0]; flow-schema spec.rules[0].resourceRules[1].namespaces; flow-schema spec.rules[0].resourceRules[2].namespaces[0]
FlowSchema.spec | | {priorityLevelConfiguration: {name: a}, rules: [{subjects: [{kind: User, user: {name: a}}], nonResourceRules: [{verbs: [get], nonResourceURLs: [healthz, /a//b, "/a b", /*, /a/*]}]}]} | flow-schema spec.rules[0].nonResourceRules[0].nonResourceURLs[0]; flow-schema spec.rules[0].nonResourceRules[0].nonResourceURLs[1]; flow-schema spec.rules[0].nonResourceRules[0].nonResourceURLs[2]
FlowSchema.spec | | {matchingPrecedence: 1, distinguisherMethod: {type: ByIP}, priorityLevelConfiguration: {name: a}, rules: [{subjects: [{kind: User, user: {name: a}}], resourceRules: []}]} | flow-schema spec.matchingPrecedence; flow-schema spec.distinguisherMethod.type; flow-schema spec.rules[0]
PriorityLevelConfiguration.spec | | {type: Unlimited} | priority-level spec.type
PriorityLevelConfiguration.spec | | {type: Limited, limited: {limitResponse: {type: Drop}}} | priority-level spec.limited.limitResponse.type
IPAddress | | {metadata: {name: 10.0.0.07}, spec: {parentRef: {resource: services, name: a}}} | ip-address metadata.name
IPAddress | | {metadata: {name: "::ffff:10.0.0.1"}, spec: {parentRef: {resource: "", name: a/b}}} | field-value spec.parentRef.resource; field-value spec.parentRef.name; ip-address metadata.name
IPAddress | | {metadata: {name: "2001:db8::7"}, spec: {parentRef: {resource: services, name: a}}} |
ServiceCIDR.spec | | {cidrs: [10.1.0.5/24, "FD00::/64"]} | service-cidr spec.cidrs[0]; service-cidr spec.cidrs[1]
ServiceCIDR.spec | k8s=1.32 | {cidrs: [10.1.0.5/24, "FD00::/64"]} |
APIService.spec | | {group: a.example.com, version: V1, groupPriorityMinimum: 100, versionPriority: 100, service: {name: a, namespace: ""}} | api-service metadata.name; api-service spec.version; api-service spec.service.namespace
APIService | | {metadata: {name: v1.}, spec: {version: v1, groupPriorityMinimum: 100, versionPriority: 100}} |
APIService | | {metadata: {name: v1.a.b}, spec: {group: a.b, version: v1, insecureSkipTLSVerify: true, groupPriorityMinimum: 100, versionPriority: 100}} | api-service spec.insecureSkipTLSVerify
APIService | | {metadata: {name: v1.a.b}, spec: {group: a.b, version: v1, caBundle: aGVsbG8=, insecureSkipTLSVerify: true, service: {name: a, namespace: b, port: 0}, groupPriorityMinimum: 100, versionPriority: 100}} | api-service spec.service.port; api-service spec.insecureSkipTLSVerify
CertificateSigningRequest.spec | | {signerName: kubernetes.io/legacy-unknown, request: aGVsbG8=, usages: [client auth, clientauth, client auth]} | signing-request spec.signerName; signing-request spec.usages[1]; signing-request spec.usages[2]; signing-request spec.request
CertificateSigningRequest.spec | | {signerName: a.com/b/c, request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KLi4uCi0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=, usages: [any]} | signing-request spec.signerName
CertificateSigningRequest.spec | | {signerName: a.com/b.c, request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K, usages: [s/mime]} |
CSIDriver.spec | | {tokenRequests: [{audience: ""}, {audience: ""}], nodeAllocatableUpdatePeriodSeconds: 9} | csi-driver spec.tokenRequests[1].audience; csi-driver spec.nodeAllocatableUpdatePeriodSeconds
CSIDriver.spec | | {serviceAccountTokenInSecrets: true} | csi-driver spec.serviceAccountTokenInSecrets
CSIDriver.spec | | {serviceAccountTokenInSecrets: true, tokenRequests: [{audience: a}, {audience: ""}], nodeAllocatableUpdatePeriodSeconds: 10} |
CSINode.spec | | {drivers: [{name: a.b, nodeID: a, topologyKeys: [a, a, "b c"], allocatable: {count: -1}}, {name: a.b, nodeID: ""}]} | csi-node spec.drivers[1].name; csi-node spec.drivers[0].allocatable.count; csi-node spec.drivers[0].topologyKeys[2]; csi-node spec.drivers[0].topologyKeys[1]; csi-node spec.drivers[1].nodeID
CSINode.spec | | {drivers: [{name: Disk.example.com, nodeID: "i-0/a b", topologyKeys: [topology.a.b/zone]}]} |
CSIStorageCapacity | | {storageClassName: a, capacity: -1Gi, nodeTopology: {matchExpressions: [{key: a, operator: In}]}} | quantity capacity; label-selector nodeTopology.matchExpressions[0].values
VolumeAttachment.spec | | {attacher: a.b, nodeName: n, source: {inlineVolumeSpec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /a}}}} | volume-attachment spec.source.inlineVolumeSpec.capacity; volume-attachment spec.source.inlineVolumeSpec.csi
VolumeAttachment.spec | | {attacher: a b, nodeName: "N_1", source: {persistentVolumeName: "", inlineVolumeSpec: {}}} | volume-attachment spec.attacher; volume-attachment spec.nodeName; volume-attachment spec.source.inlineVolumeSpec
VolumeAttachment.spec | | {attacher: a.b, nodeName: n, source: {inlineVolumeSpec: {accessModes: [ReadWriteOnce], csi: {driver: a.b, volumeHandle: c}}}} |
RuntimeClass | | {handler: a, scheduling: {tolerations: [{key: a, operator: Exists}, {key: a, operator: Exists, tolerationSeconds: 5, effect: NoExecute}, {key: a, operator: Exists}, {key: a, operator: Exists, value: b}]}} | toleration scheduling.tolerations[3].value; toleration scheduling.tolerations[2]
LimitRange.spec | | {limits: [{type: Container, min: {memory: 1Gi}, max: {memory: 2Gi}, maxLimitRequestRatio: {memory: 3, cpu: 4}}]} | limit-range spec.limits[0].maxLimitRequestRatio[memory]
LimitRange.spec | | {limits: [{type: Container, min: {memory: 512Mi}, max: {memory: 2Gi}, maxLimitRequestRatio: {memory: 4}, default: {example.com/gpu: 2}, defaultRequest: {example.com/gpu: 1}}]} | limit-range spec.limits[0].defaultRequest[example.com/gpu]
Service.spec | | {clusterIP: 10.0.0.7, ipFamilies: [IPv6], ports: [{port: 80}]} | service-cluster-ip spec.clusterIP
Service.spec | | {clusterIP: "fd00::7", ipFamilies: [IPv6, IPv4], ports: [{port: 80}]} |
Service.spec | | {clusterIP: None, ipFamilies: [IPv6], ports: [{port: 80}]} |
Service.spec | | {ipFamilyPolicy: SingleStack, ipFamilies: [IPv4, IPv6], ports: [{port: 80}]} | service-cluster-ip spec.ipFamilyPolicy
Service.spec | | {ipFamilyPolicy: PreferDualStack, ipFamilies: [IPv4, IPv6], ports: [{port: 80}]} |
Service.spec | | {ipFamilyPolicy: SingleStack, ipFamilies: [IPv4], ports: [{port: 80}]} |
Pod.spec | | {containers: [{name: a, image: b}], volumes: [{name: c, image: {pullPolicy: Always}}, {name: d, image: {reference: e}}]} | volume-source spec.volumes[0].image.reference
Secret | | {type: kubernetes.io/dockerconfigjson, data: {.dockerconfigjson: aGVsbG8=}} | secret-type data[.dockerconfigjson]
Secret | | {type: kubernetes.io/dockerconfigjson, data: {.dockerconfigjson: e30=}} |
Secret | | {type: kubernetes.io/dockercfg, stringData: {.dockercfg: "[]"}, data: {.dockercfg: aGVsbG8=}} | secret-type stringData[.dockercfg]
StorageClass | | {provisioner: a.b, allowedTopologies: [{matchLabelExpressions: [{key: a, values: [b]}, {key: a, values: [c]}]}]} | storage-class allowedTopologies[0].matchLabelExpressions[1].key
NetworkPolicy.spec | | {podSelector: {}, policyTypes: [Ingress, Ingress]} |
Job.spec | | {podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [1, 2, 1]}}]}, template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}} | job-failure-policy spec.podFailurePolicy.rules[0].onExitCodes.values[2]
ValidatingAdmissionPolicyBinding.spec | | {policyName: a, validationActions: [Deny, Audit, Deny]} | admission-binding spec.validationActions[2]
Pod.spec | | {overhead: {memory: 0.5}, containers: [{name: a, image: b, resources: {limits: {memory: 64m, cpu: 64m}, requests: {ephemeral-storage: 0.1Gi, memory: 1m}}}]} | fractional-bytes spec.overhead[memory]; fractional-bytes spec.containers[0].resources.limits[memory]; fractional-bytes spec.containers[0].resources.requests[memory]
Pod.spec | | {overhead: {cpu: 1m}, containers: [{name: a, image: b, resources: {limits: {memory: 1.5Gi, ephemeral-storage: 1e3}, requests: {memory: 64000m, cpu: 1m}}}]} |
PodDisruptionBudget | | {metadata: {name: Web_1, finalizers: [cleanup]}, spec: {minAvailable: 1}} |
PodDisruptionBudget | | {metadata: {name: a/b, finalizers: ["a b"]}, spec: {minAvailable: 1}} | object-owner metadata.finalizers[0]; object-name metadata.name
ConfigMap | | {metadata: {name: a, finalizers: [a, orphan]}} | object-owner metadata.finalizers[0]
ReplicationController | k8s=1.37 | {metadata: {generateName: a.}, spec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}}} |
ReplicationController | k8s=1.34 | {metadata: {generateName: a.}, spec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}}} | object-name metadata.generateName
ReplicationController | k8s=1.37 | {metadata: {generateName: A}, spec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}}} | object-name metadata.generateName
ConfigMap | | {metadata: {generateName: a-}} |
StatefulSet | | {metadata: {name: a.b}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {hostname: A_b, subdomain: "*", containers: [{name: a, image: b}]}}}} | object-name metadata.name
Job | | {metadata: {name: a.b}, spec: {completionMode: Indexed, completions: 3, template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}} | job-indexed metadata.name
Job | | {metadata: {name: a.b}, spec: {completionMode: Indexed, template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}} |
Job.spec | | {podFailurePolicy: {rules: [{action: FailJob, onPodConditions: [], onExitCodes: {operator: In, values: [1]}}]}, template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}} |
CronJob.spec | | {schedule: "@daily", jobTemplate: {metadata: {labels: {a: b c}}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}} |
Pod.spec | | {hostNetwork: true, containers: [{name: a, image: b}], initContainers: [{name: c, image: d, ports: [{containerPort: 80, hostPort: 81}]}]} |
Pod.spec | | {containers: [{name: a, image: b, volumeMounts: [{name: c, mountPath: /c, subPath: d, subPathExpr: ""}]}], volumes: [{name: c, emptyDir: {}}]} |
Pod.spec | | {containers: [{name: a, image: b, envFrom: [{configMapRef: {name: c-}}, {secretRef: {name: -c}}]}]} | field-value spec.containers[0].envFrom[1].secretRef.name
Pod.spec | | {containers: [{name: a, image: b, securityContext: {seccompProfile: {type: Localhost, localhostProfile: ""}}}], securityContext: {seccompProfile: {type: Localhost}}} | security-context spec.securityContext.seccompProfile.localhostProfile
Pod.spec | | {overhead: {mem: 1}, containers: [{name: a, image: b}]} | resource-name spec.overhead[mem]
Pod.spec | | {containers: [{name: a, image: b}], volumes: [{name: c, ephemeral: {volumeClaimTemplate: {metadata: {name: "", labels: {a: b}, namespace: d}, spec: {storageClassName: A, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}}]} | field-value spec.volumes[0].ephemeral.volumeClaimTemplate.spec.storageClassName; volume-source spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.namespace
StatefulSet.spec | | {selector: {matchLabels: {a: b}}, volumeClaimTemplates: [{spec: {accessModes: [ReadWriteOnce], storageClassName: Fast_SSD, resources: {requests: {storage: 1Gi}}}}], template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}} | field-value spec.volumeClaimTemplates[0].metadata.name; field-value spec.volumeClaimTemplates[0].spec.storageClassName
Service.spec | | {type: ClusterIP, loadBalancerSourceRanges: [], ports: [{port: 80}]} |
Service.spec | | {type: ExternalName, externalName: a.b, ipFamilies: []} |
LimitRange.spec | | {limits: [{type: Pod, default: {}, min: {cpu: -1}}]} |
Ingress.spec | | {tls: [{hosts: [10.0.0.1, "*.a.b", ""]}], defaultBackend: {service: {name: a, port: {number: 80}}}} | ingress-host spec.tls[0].hosts[2]
IngressClass | | {metadata: {name: a}} | field-value spec
IngressClass.spec | | {parameters: {kind: A, name: b, namespace: c}} | field-value spec.controller; ingress-class spec.parameters.namespace
ValidatingWebhookConfiguration | | {webhooks: [{name: a.b.c, admissionReviewVersions: [v1, v1], sideEffects: None, clientConfig: {service: {name: a, namespace: b}}, rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods, "*"]}, {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: ["*", pods]}]}]} | webhook webhooks[0].admissionReviewVersions[1]; webhook webhooks[0].rules[1].resources[1]
ValidatingAdmissionPolicyBinding.spec | | {policyName: a, validationActions: [Deny], paramRef: {name: "", selector: {}, parameterNotFoundAction: Deny}} |
ValidatingAdmissionPolicyBinding.spec | | {policyName: a, validationActions: [Deny], paramRef: {name: "", parameterNotFoundAction: Deny}} | admission-binding spec.paramRef
ValidatingAdmissionPolicy.spec | | {matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}, validations: [{expression: "true", messageExpression: ""}]} |
ValidatingAdmissionPolicy | | {metadata: {name: a}} | field-value spec
APIService | | {metadata: {name: v1.a.b}, spec: {group: a.b, groupPriorityMinimum: 100, versionPriority: 100}} | api-service spec.version
APIService | | {metadata: {generateName: v1.}, spec: {group: a.b, version: v1, groupPriorityMinimum: 100, versionPriority: 100}} | api-service metadata.generateName
CertificateSigningRequest.spec | | {signerName: example/ca, request: "", usages: [any]} | signing-request spec.signerName; signing-request spec.request
PersistentVolume.spec | | {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], csi: {driver: a.b, volumeHandle: c, nodePublishSecretRef: {name: d}, nodeStageSecretRef: {name: d}}} | field-value spec.csi.nodePublishSecretRef.namespace
VolumeAttachment.spec | | {attacher: a.b, nodeName: n, source: {inlineVolumeSpec: {capacity: {}, storageClassName: fast, accessModes: [ReadWriteOnce], csi: {driver: a b, volumeHandle: ""}}}} | volume-attachment spec.source.inlineVolumeSpec.storageClassName; field-value spec.source.inlineVolumeSpec.csi.driver; field-value spec.source.inlineVolumeSpec.csi.volumeHandle
EndpointSlice | | {addressType: IPv4, endpoints: [{addresses: [10.0.0.1], nodeName: Node_1, hints: {forZones: [{name: a}, {name: a}], forNodes: [{name: ""}]}}]} | field-value endpoints[0].nodeName; field-value endpoints[0].hints.forNodes[0].name; endpoint-address endpoints[0].hints.forZones[1].name
RuntimeClass | | {handler: a, overhead: {podFixed: {mem: 1Gi, memory: 1Gi}}} | resource-name overhead.podFixed[mem]
ResourceClaimTemplate.spec | | {metadata: {name: a, labels: {a: b}}, spec: {}} | field-value spec.metadata.name
ResourceSlice.spec | | {driver: a.b, nodeName: n, pool: {name: p, generation: 1, resourceSliceCount: 1}, devices: [{name: d, attributes: {a: {int: 1, ints: []}, b: {ints: []}, c: {int: 1, bool: true}}}]} | slice-device spec.devices[0].attributes[b].ints; slice-device spec.devices[0].attributes[c].int
HorizontalPodAutoscaler.spec | | {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, maxReplicas: 2, behavior: {scaleUp: {tolerance: "0.05"}, scaleDown: {tolerance: -1}}} | quantity spec.behavior.scaleDown.tolerance
Pod.spec | | {serviceAccount: A, containers: [{name: a, image: b}], volumes: [{name: c, csi: {driver: a.b, nodePublishSecretRef: {name: C}}}]} | field-value spec.volumes[0].csi.nodePublishSecretRef.name; pod-reference spec.serviceAccount
PersistentVolumeClaim.spec | | {accessModes: [ReadWriteOnce], resources: {requests: {storage: 100m}}} | fractional-bytes spec.resources.requests[storage]
"#;

#[test]
fn findings_are_those_of_an_api_server() {
    let mut wrong = Vec::new();
    for line in CASES.lines().filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [place, versions, example, expected] = cells[..] else { panic!("{line}") };
        let (kind, field) = place.split_once('.').unwrap_or((place, ""));
        let inside = match field {
            "" => example.strip_prefix('{').expect(line).to_owned(),
            field => format!("{field}: {example}}}"),
        };
        let named = if inside.starts_with("metadata") { "" } else { "metadata: {name: example}, " };
        let text = format!("{{apiVersion: {}, kind: {kind}, {named}{inside}", api(kind));
        let found = findings(&text, versions);
        let found: Vec<String> = found
            .iter()
            .map(|finding| {
                format!("{} {}", finding.code.name, finding.path.as_deref().unwrap_or_default())
            })
            .collect();
        if found.join("; ") != expected {
            wrong.push(format!("{line}\n  found: {}", found.join("; ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
