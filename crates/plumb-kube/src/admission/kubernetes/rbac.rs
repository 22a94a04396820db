//! Roles and their bindings.

use super::declare::declare;
use super::meta;
use crate::at::At;
use crate::fault::Faults;
use crate::names;

const GROUP: &str = "rbac.authorization.k8s.io";

declare! {
ROLE_RULE = "role-rule", "ValidatePolicyRule", "a rule of a role that allows nothing",
"A rule says what may be done (`verbs`) to which `resources` of which `apiGroups` (the core group is `\"\"`), or to which \
`nonResourceURLs`, which only a ClusterRole can have. It does not mix the two.",
"Role", "rules: [{apiGroups: [\"\"], resources: [pods]}]", "rules: [{apiGroups: [\"\"], resources: [pods], verbs: [get]}]";

ROLE_REF = "role-ref", "ValidateRoleBinding", "a binding whose `roleRef` is not a Role or ClusterRole",
"`roleRef` names a Role or ClusterRole of the group `rbac.authorization.k8s.io`. A ClusterRoleBinding binds a ClusterRole.",
"ClusterRoleBinding",
"roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}\nsubjects: [{kind: Group, name: team, apiGroup: rbac.authorization.k8s.io}]",
"roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}\nsubjects: [{kind: Group, name: team, apiGroup: rbac.authorization.k8s.io}]";

ROLE_SUBJECT = "role-subject", "ValidateRoleBindingSubject", "a subject that is nobody",
"A ServiceAccount has no `apiGroup`, and in a ClusterRoleBinding names its namespace. A User or Group is of the `apiGroup` \
`rbac.authorization.k8s.io`.",
"ClusterRoleBinding",
"roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}\nsubjects: [{kind: ServiceAccount, name: web}]",
"roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}\nsubjects: [{kind: ServiceAccount, name: web, namespace: shop}]";
}

pub(super) fn role(kind: &str, root: &At<'_>, out: &mut Faults) {
    if let Some(aggregation) = root.get("aggregationRule") {
        let selectors = aggregation.field("clusterRoleSelectors");
        if selectors.items().is_empty() {
            let why = "at least one clusterRoleSelector required if aggregationRule is non-nil";
            out.required(&ROLE_RULE, &selectors, why);
        }
        selectors.items().iter().for_each(|selector| meta::selector(selector, out));
    }

    for rule in root.list("rules") {
        if rule.list("verbs").is_empty() {
            out.required(
                &ROLE_RULE,
                &rule.field("verbs").keyed(),
                "verbs must contain at least one value",
            );
        }
        if let Some(urls) = rule.get("nonResourceURLs").filter(|at| !at.items().is_empty()) {
            let more = ["apiGroups", "resources", "resourceNames"];
            if kind == "Role" {
                out.invalid(
                    &ROLE_RULE,
                    &urls,
                    "namespaced rules cannot apply to non-resource URLs",
                );
            } else if more.iter().any(|field| !rule.list(field).is_empty()) {
                out.invalid(
                    &ROLE_RULE,
                    &urls,
                    "rules cannot apply to both regular resources and non-resource URLs",
                );
            }
            continue;
        }
        for (field, why) in [
            ("apiGroups", "resource rules must supply at least one api group"),
            ("resources", "resource rules must supply at least one resource"),
        ] {
            if rule.list(field).is_empty() {
                out.required(&ROLE_RULE, &rule.field(field).keyed(), why);
            }
        }
    }
}

pub(super) fn binding(kind: &str, root: &At<'_>, out: &mut Faults) {
    if let Some(role) = root.get("roleRef") {
        if let Some(group) = role
            .get("apiGroup")
            .filter(|at| at.str().is_some_and(|text| !text.is_empty() && text != GROUP))
        {
            out.not_supported(&ROLE_REF, &group, &[GROUP]);
        }
        if let Some(at) =
            role.get("kind").filter(|at| kind == "ClusterRoleBinding" && at.str() == Some("Role"))
        {
            out.not_supported(&ROLE_REF, &at, &["ClusterRole"]);
        }
        let name = role.field("name");
        match name.str() {
            Some("") => {
                out.required(&ROLE_REF, &name, "");
            }
            Some(text) => {
                if let Some(why) = names::segment(text) {
                    out.invalid(&ROLE_REF, &name, why);
                }
            }
            None => {}
        }
    }
    for subject in root.list("subjects") {
        let group = subject.field("apiGroup");
        let written = group.str().unwrap_or_default();
        match subject.text("kind") {
            "ServiceAccount" => {
                if !written.is_empty() {
                    out.not_supported(&ROLE_SUBJECT, &group, &[""]);
                }
                let name = subject.field("name");
                if let Some(why) =
                    name.str().filter(|text| !text.is_empty()).and_then(names::subdomain)
                {
                    out.invalid(&ROLE_SUBJECT, &name, why);
                }
                if kind == "ClusterRoleBinding" && subject.text("namespace").is_empty() {
                    out.required(&ROLE_SUBJECT, &subject.field("namespace").keyed(), "");
                }
            }
            "User" | "Group" if !written.is_empty() && written != GROUP => {
                out.not_supported(&ROLE_SUBJECT, &group, &[GROUP]);
            }
            _ => {}
        }
    }
}
