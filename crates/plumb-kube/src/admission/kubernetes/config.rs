//! ConfigMap and Secret.

use super::declare::declare;
use crate::at::At;
use crate::fault::{Faults, Rule};
use crate::names;
use crate::yaml::decode_base64;

declare! {
CONFIG_KEY = "config-key", "IsConfigMapKey", "a key that cannot be a file's name",
"The keys of a ConfigMap or Secret become file names: letters, digits, `-`, `_` and `.`, at most 253 characters, and not `..`.",
"ConfigMap", "data: {\"my file\": hello}", "data: {my-file: hello}";

CONFIG_TWICE = "config-twice", "ValidateConfigMap", "a key in `data` and in `binaryData`",
"Both fields fill the same files, so keys must be unique over both.",
"ConfigMap", "data: {logo: text}\nbinaryData: {logo: aGk=}", "data: {title: text}\nbinaryData: {logo: aGk=}";

CONFIG_SIZE = "config-size", "ValidateConfigMap", "more than an object can hold",
"The values of a ConfigMap or Secret have at most 1 MiB together.",
"ConfigMap", "data:\n  big: BIG", "data:\n  small: hello";

SECRET_BASE64 = "secret-base64", "encoding/json of []byte", "a value that is not base64",
"The values under `data` (and `binaryData`) are base64. Text is easier written under `stringData`.",
"Secret", "data: {password: s3cret!}", "stringData: {password: s3cret!}";

SECRET_TYPE = "secret-type", "ValidateSecret", "a Secret without the keys of its type",
"A type promises keys: `kubernetes.io/tls` has `tls.crt` and `tls.key`, `kubernetes.io/dockerconfigjson` has `.dockerconfigjson` (JSON), \
`kubernetes.io/basic-auth` has `username` or `password`, `kubernetes.io/ssh-auth` has `ssh-privatekey`, \
`kubernetes.io/service-account-token` has the annotation `kubernetes.io/service-account.name`.",
"Secret", "type: kubernetes.io/tls\nstringData: {cert: cert, key: secret}", "type: kubernetes.io/tls\nstringData: {tls.crt: cert, tls.key: secret}";
}

const MEBIBYTE: usize = 1 << 20;

pub(super) fn config_map(root: &At<'_>, out: &mut Faults) {
    let (text, binary) = (entries(root, "data", out), entries(root, "binaryData", out));
    for (key, at) in &binary {
        base64(&SECRET_BASE64, at, out);
        if text.iter().any(|(other, _)| other == key) {
            out.invalid_key(&CONFIG_TWICE, at, key, "duplicate of key present in data");
        }
    }
    let size = |list: &[(&str, At<'_>)]| {
        list.iter().filter_map(|(_, at)| at.str()).map(str::len).sum::<usize>()
    };
    if size(&text) + size(&binary) * 3 / 4 > MEBIBYTE {
        let why = "may not be more than 1048576 bytes";
        out.too_long(&CONFIG_SIZE, &root.field("data").keyed(), why);
    }
}

pub(super) fn secret(root: &At<'_>, out: &mut Faults) {
    let (data, strings) = (entries(root, "data", out), entries(root, "stringData", out));
    for (_, at) in &data {
        base64(&SECRET_BASE64, at, out);
    }
    let size: usize =
        data.iter().filter_map(|(_, at)| at.str()).map(|text| text.len() * 3 / 4).sum();
    if size + strings.iter().filter_map(|(_, at)| at.str()).map(str::len).sum::<usize>() > MEBIBYTE
    {
        let why = "may not be more than 1048576 bytes";
        out.too_long(&CONFIG_SIZE, &root.field("data").keyed(), why);
    }
    let keys: Vec<&str> = data.iter().chain(&strings).map(|(key, _)| *key).collect();
    let kind = root.text("type");
    let wanted: &[&str] = match kind {
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        _ => &[],
    };
    let place = root.field("data").keyed();
    for key in wanted.iter().filter(|key| !keys.contains(key)) {
        let near = plumb_text::diag::nearest(key, keys.iter().copied()).map(str::to_owned);
        let at = root.field("data").entry(key).keyed();
        let why = format!("a Secret of the type {kind} has it");
        let fault = out.required(&SECRET_TYPE, &at, why).on_all(root);
        if let Some(near) = near {
            fault.help(format!("there is `{near}`"));
        }
    }
    if kind == "kubernetes.io/basic-auth"
        && !keys.iter().any(|key| ["username", "password"].contains(key))
    {
        out.required(
            &SECRET_TYPE,
            &place,
            "a Secret of the type kubernetes.io/basic-auth has `username` or `password`",
        );
    }
    if kind == "kubernetes.io/service-account-token"
        && root
            .at(&["metadata", "annotations", "kubernetes.io/service-account.name"])
            .is_none_or(|at| at.str() == Some(""))
    {
        let annotations = root.field("metadata").field("annotations");
        let at = annotations.entry("kubernetes.io/service-account.name").keyed();
        out.required(&SECRET_TYPE, &at, "");
    }
    for (list, is_encoded) in [(&strings, false), (&data, true)] {
        let config =
            list.iter().find(|(key, _)| wanted.contains(key) && key.starts_with(".docker"));
        // `stringData` is laid over `data`.
        let is_over = |key: &str| is_encoded && strings.iter().any(|(other, _)| *other == key);
        if let Some((_, at)) =
            config.filter(|(key, at)| !is_over(key) && !holds_object(at, is_encoded))
        {
            let fault = out.invalid(&SECRET_TYPE, at, "must be a JSON object");
            fault.value = None;
            fault.wants_format = true;
        }
    }
}

/// Whether a text is a JSON object; also where it is no text, or not the base64 that it should be.
fn holds_object(at: &At<'_>, is_encoded: bool) -> bool {
    type Object = std::collections::HashMap<String, serde::de::IgnoredAny>;
    let Some(text) = at.str() else { return true };
    let is_object = |bytes: &[u8]| {
        // Go takes `null` for an empty one.
        serde_json::from_slice::<Option<Object>>(bytes).is_ok()
    };
    match is_encoded {
        true => decode_base64(text).map_or(true, |bytes| is_object(&bytes)),
        false => is_object(text.as_bytes()),
    }
}

fn entries<'n>(root: &At<'n>, field: &str, out: &mut Faults) -> Vec<(&'n str, At<'n>)> {
    let entries = root.get(field).map(|at| at.entries()).unwrap_or_default();
    for (key, at) in &entries {
        if let Some(why) = names::config_key(key) {
            out.invalid_key(&CONFIG_KEY, at, key, why);
        }
    }
    entries
}

/// Base64 as Go's JSON decoder takes it: line breaks are skipped, padding is needed.
pub(super) fn base64(rule: &'static Rule, at: &At<'_>, out: &mut Faults) {
    let Some(text) = at.str() else { return };
    let plain: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let body = plain.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let good = plain.len().is_multiple_of(4)
        && plain.len() - body <= 2
        && plain[..body]
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    if !good {
        // The value may be a secret: it is not repeated.
        let fault = out.invalid(rule, at, "not base64");
        fault.value = None;
        fault.wants_format = true;
        fault.help(match rule == &SECRET_BASE64 {
            true => "write text under `stringData`, or encode it: printf %s VALUE | base64",
            false => "encode it: base64 -w0 FILE",
        });
    }
}
