//! What becomes of a built-in object when Go decodes it and writes it again: zero values are left out, and quantities are
//! written in their canonical form.

use crate::schema::{Additional, Id, Schema, is_quantity};
use crate::{Node, Value};
use plumb_number::{Canonical, KubernetesQuantity, Limits};

/// Flags that are no pointers in Go, so that `false` is left out.
const FLAGS: &[&str] = &[
    "allowWatchBookmarks",
    "exact",
    "globalDefault",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "notReadyAddresses",
    "paused",
    "publishNotReadyAddresses",
    "readOnly",
    "reinvocation",
    "stdin",
    "stdinOnce",
    "tty",
    "unschedulable",
];

/// Numbers that are no pointers in Go, so that 0 is left out. The port that a Service leads to is as good as none.
const NUMBERS: &[&str] = &[
    "failureThreshold",
    "healthCheckNodePort",
    "hostPort",
    "initialDelaySeconds",
    "minReadySeconds",
    "nodePort",
    "periodSeconds",
    "successThreshold",
    "targetPort",
    "timeoutSeconds",
];

/// Texts that are pointers in Go, so that an empty one stays.
const POINTERS: &[&str] = &[
    "appProtocol",
    "className",
    "hostname",
    "ingressClassName",
    "loadBalancerClass",
    "policyName",
    "runtimeClassName",
    "seLinuxChangePolicy",
    "service",
    "storageClassName",
    "type",
    "volumeAttributesClassName",
];

/// Brings an object into the form that Go writes.
pub(super) fn decode(schema: &Schema, root: &mut Node) {
    visit(schema, schema.root, root);
}

fn visit(schema: &Schema, id: Id, node: &mut Node) {
    let id = schema.resolve(id);
    let spec = schema.node(id);
    if is_quantity(schema, id) {
        return canonical(node);
    }
    match &mut node.value {
        Value::Map(map) => {
            map.entries_mut().retain_mut(|entry| {
                let name = entry.key.value.as_str();
                let child = match (spec.properties.get(name), &spec.additional) {
                    (Some(child), _) => *child,
                    (None, Additional::Schema(child)) => {
                        // What a map holds stays, whatever it is.
                        visit(schema, *child, &mut entry.value);
                        return true;
                    }
                    _ => return true,
                };
                visit(schema, child, &mut entry.value);
                let is_required = spec.required.iter().any(|required| required == name);
                is_required || !is_zero(schema, child, name, &entry.value)
            });
        }
        Value::Seq(items) => {
            if let Some(child) = spec.items {
                items.iter_mut().for_each(|item| visit(schema, child, item));
            }
        }
        _ => {}
    }
}

/// Whether Go leaves a value out.
fn is_zero(schema: &Schema, id: Id, name: &str, node: &Node) -> bool {
    match &node.value {
        Value::Bool(false) => FLAGS.contains(&name),
        Value::Int(0) => NUMBERS.contains(&name),
        Value::String(text) => text.is_empty() && !POINTERS.contains(&name),
        Value::Seq(items) => items.is_empty() && name != "rules",
        Value::Map(map) => {
            let spec = schema.node(schema.resolve(id));
            let is_map = matches!(spec.additional, Additional::Schema(_));
            map.is_empty() && is_map && spec.properties.is_empty()
        }
        _ => false,
    }
}

/// Writes a quantity as Kubernetes does. What is none stays.
fn canonical(node: &mut Node) {
    let written = match &node.value {
        Value::String(text) => text.trim().to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        _ => return,
    };
    let Ok(quantity) = KubernetesQuantity::parse(&written, Limits::default()) else { return };
    // An exponent stays one.
    if quantity.suffix.starts_with('e') || quantity.suffix.len() > 1 && !quantity.is_binary() {
        return;
    }
    let large = quantity.value >= plumb_number::Ratio::from_integer(1024.into());
    let canonical = match quantity.is_binary() && large {
        true => Canonical::of_bytes(&quantity.value),
        false => Canonical::of(&quantity.value),
    };
    node.value = Value::String(format!("{}{}", canonical.number, canonical.suffix));
}
