//! CustomResourceDefinitions: their groups, names, versions and conversion.

use super::declare::declare;
use super::expressions::followed;
use super::webhooks;
use crate::at::At;
use crate::fault::Faults;
use crate::{Node, names};

declare! {
CRD_GROUP = "crd-group", "validateCustomResourceDefinitionSpec, ValidateCustomResourceDefinition, validateAPIApproval", "a definition whose group or names are not allowed",
"The group of a CustomResourceDefinition is a domain (`example.com`); its plural is lower-case, its kind in CamelCase. A group of \
Kubernetes' own (`*.k8s.io`) needs the annotation `api-approved.kubernetes.io`.",
"CustomResourceDefinition",
"metadata: {name: widgets.example}\nspec:\n  group: example\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]",
"metadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]";

CRD_VERSIONS = "crd-versions", "validateCustomResourceDefinitionSpec, validateCustomResourceDefinitionVersion", "a definition whose name or versions do not fit together",
"A CustomResourceDefinition is named `PLURAL.GROUP`. Its versions have distinct names and a schema each, and exactly one of them is stored. The paths of the scale \
subresource and of columns begin with a dot; a conversion by webhook says where that is called.",
"CustomResourceDefinition",
"metadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}]",
"metadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]";
}

/// The formats of a column (`customResourceColumnDefinitionFormats`).
const FORMATS: &[&str] =
    &["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

/// A CustomResourceDefinition: what is said of its group. (Its schemas and versions are `definition`'s.)
pub(super) fn definition(root: &At<'_>, out: &mut Faults) {
    let Some(spec) = root.get("spec") else { return };
    let group = spec.text("group");
    if !group.is_empty() && (names::subdomain(group).is_some() || !group.contains('.')) {
        out.invalid(&CRD_GROUP, &spec.field("group"), "should be a domain with at least one dot");
    }
    let own = ["k8s.io", "kubernetes.io"];
    let own = own.iter().any(|domain| group == *domain || group.ends_with(&format!(".{domain}")));
    if own && root.at(&["metadata", "annotations", "api-approved.kubernetes.io"]).is_none() {
        let annotations = root.field("metadata").field("annotations");
        let at = annotations.entry("api-approved.kubernetes.io").keyed();
        let why = "protected groups must have approval annotation \"api-approved.kubernetes.io\"";
        out.required(&CRD_GROUP, &at, why);
    }
    versions(&spec, out);
    let Some(at) = spec.get("names") else { return };
    let wanted = format!("{}.{group}", at.text("plural"));
    if let Some(name) = root.at(&["metadata", "name"])
        && !at.text("plural").is_empty()
        && !group.is_empty()
        && name.str().is_some_and(|text| text != wanted)
    {
        let why = format!("must be spec.names.plural+\".\"+spec.group: {wanted}");
        out.invalid(&CRD_VERSIONS, &name, why).on(&at.field("plural")).on(&spec.field("group"));
    }
    // What is generated is never that name.
    let prefix = root.get("metadata").and_then(|at| at.filled("generateName"));
    if let Some(prefix) = prefix.filter(|at| at.str() != Some(&wanted)) {
        let why = "is of no use: the name must be spec.names.plural+\".\"+spec.group";
        out.invalid(&CRD_VERSIONS, &prefix, why);
    }
    let kinds = [at.get("kind"), at.get("listKind")];
    if let [Some(kind), Some(list)] = &kinds
        && kind.node.value == list.node.value
    {
        out.invalid(&CRD_GROUP, list, "kind and listKind may not be the same");
    }
    for name in at.list("shortNames").iter().chain(&at.list("categories")) {
        if let Some(why) = name.str().and_then(names::dns_1035) {
            out.invalid(&CRD_GROUP, name, why);
        }
    }
    for field in ["plural", "kind"] {
        let name = at.field(field);
        if name.str() == Some("") {
            out.required(&CRD_GROUP, &name, "");
        }
    }
    for field in ["plural", "singular", "kind", "listKind"] {
        let Some(name) = at.get(field) else { continue };
        let Some(text) = name.str().filter(|text| !text.is_empty()) else { continue };
        let camel = field == "kind" || field == "listKind";
        let compared = if camel { text.to_lowercase() } else { text.to_owned() };
        if let Some(why) = names::dns_1035(&compared) {
            out.invalid(&CRD_GROUP, &name, why);
        }
    }
}

/// The fields that objects can be selected by (`ValidateCustomResourceSelectableFields`).
fn selectable(version: &At<'_>, out: &mut Faults) {
    let definition = version.field("schema").field("openAPIV3Schema");
    let fields = version.list("selectableFields");
    out.unique(&CRD_VERSIONS, &fields, "jsonPath");
    for path in fields.iter().filter_map(|field| field.get("jsonPath")) {
        let (Some(text), Some(schema)) = (path.str(), definition.node.as_map()) else { continue };
        let found = if text.contains('[') { Err(None) } else { followed(text, schema) };
        let near = found.err().flatten();
        let why = match found {
            _ if text.is_empty() => {
                out.required(&CRD_VERSIONS, &path, "");
                continue;
            }
            Err(_) => "is an invalid path: it does not refer to a field of the schema",
            Ok(_) if text.starts_with(".metadata") => "must not point to fields in metadata",
            Ok(Some(of)) if !of.get("type").is_some_and(is_selectable) => {
                "must point to a field of type string, boolean or integer"
            }
            Ok(_) => continue,
        };
        out.invalid(&CRD_VERSIONS, &path, why).on_all(&definition).near(near);
    }
}

fn is_selectable(kind: &Node) -> bool {
    matches!(kind.as_str(), Some("string" | "boolean" | "integer"))
}

fn versions(spec: &At<'_>, out: &mut Faults) {
    let versions = spec.list("versions");
    out.unique(&CRD_VERSIONS, &versions, "name");
    let stored: Vec<&At<'_>> =
        versions.iter().filter(|version| version.is_true("storage")).collect();
    let why = "must have exactly one version marked as storage version";
    match stored[..] {
        [] => {
            let all = spec.field("versions");
            let fault = out.invalid(&CRD_VERSIONS, &all.clone().keyed(), why);
            fault.on_all(&all);
            for version in &versions {
                fault.on(&version.field("storage"));
            }
        }
        [_] => {}
        [_, second, ..] => {
            out.invalid(&CRD_VERSIONS, &second.field("storage"), why);
        }
    }
    for version in &versions {
        let name = version.field("name");
        if let Some(why) = name.str().filter(|text| !text.is_empty()).and_then(names::dns_1035) {
            out.invalid(&CRD_VERSIONS, &name, why);
        }
        if let Some(warning) = version.get("deprecationWarning")
            && !version.is_true("deprecated")
        {
            out.invalid(&CRD_VERSIONS, &warning, "can only be set for deprecated versions")
                .on(&version.field("deprecated"));
        }
        if version.field("schema").get("openAPIV3Schema").is_none() {
            let at = version.field("schema").field("openAPIV3Schema").keyed();
            out.required(&CRD_VERSIONS, &at, "schemas are required");
        }
        if let Some(scale) = version.at(&["subresources", "scale"]) {
            for (field, below) in [
                ("specReplicasPath", "spec"),
                ("statusReplicasPath", "status"),
                ("labelSelectorPath", ""),
            ] {
                let at = scale.field(field);
                let Some(text) = at.str().filter(|text| !text.is_empty()) else { continue };
                if !text.starts_with('.') {
                    out.invalid(&CRD_VERSIONS, &at, "must be a simple json path starting with .");
                } else if !below.is_empty() && !text.starts_with(&format!(".{below}.")) {
                    out.invalid(
                        &CRD_VERSIONS,
                        &at,
                        format!("should be a json path under .{below}"),
                    );
                }
            }
        }
        selectable(version, out);
        for column in version.list("additionalPrinterColumns") {
            let (kind, path) = (column.field("type"), column.field("jsonPath"));
            let types = ["boolean", "date", "integer", "number", "string"];
            if kind.str().is_some_and(|text| !text.is_empty() && !types.contains(&text)) {
                out.invalid(&CRD_VERSIONS, &kind, format!("must be one of {}", types.join(", ")));
            }
            if let Some(format) = column.filled("format")
                && format.str().is_some_and(|text| !FORMATS.contains(&text))
            {
                let why = format!("must be one of {}", FORMATS.join(", "));
                out.invalid(&CRD_VERSIONS, &format, why);
            }
            if path.str().is_some_and(|text| !text.is_empty() && !text.starts_with('.')) {
                out.invalid(&CRD_VERSIONS, &path, "must be a simple json path starting with .");
            }
        }
    }
    if spec.is_true("preserveUnknownFields") {
        let at = spec.field("preserveUnknownFields");
        let why = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
        out.invalid(&CRD_VERSIONS, &at, why);
    }
    let Some(conversion) = spec.get("conversion") else { return };
    let webhook = conversion.field("webhook");
    match conversion.text("strategy") {
        "Webhook" if webhook.get("clientConfig").is_none() => {
            let at = webhook.field("clientConfig").keyed();
            out.required(&CRD_VERSIONS, &at, "required when strategy is set to Webhook");
        }
        "Webhook" => {
            webhooks::client(&webhook.field("clientConfig"), &CRD_VERSIONS, out);
            webhooks::review_versions(
                &webhook.field("conversionReviewVersions"),
                &CRD_VERSIONS,
                out,
            );
        }
        _ => {}
    }
}
