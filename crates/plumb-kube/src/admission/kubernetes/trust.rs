//! ClusterTrustBundle: its name, which begins with its signer, and its certificates.

use super::declare::declare;
use super::fields;
use crate::at::At;
use crate::fault::Faults;
use crate::names;
use crate::yaml::decode_base64;

declare! {
TRUST_BUNDLE = "trust-bundle", "ValidateClusterTrustBundle, ValidateClusterTrustBundleName, ValidateSignerName, validateTrustBundle", "a bundle that is not named after its signer, or that holds no certificates",
"A bundle of a signer has the signer's name before its own, with `:` in place of `/` and a `:` behind it; one without a signer has no `:` in its name. It holds certificates of \
certificate authorities, in PEM, without headers and each of them once.",
"ClusterTrustBundle",
"metadata: {name: roots}\nspec:\n  signerName: example.com/ca\n  trustBundle: |\n    -----BEGIN CERTIFICATE-----\n    ...\n    -----END CERTIFICATE-----",
"metadata: {name: \"example.com:ca:roots\"}\nspec:\n  signerName: example.com/ca\n  trustBundle: |\n    -----BEGIN CERTIFICATE-----\n    ...\n    -----END CERTIFICATE-----";
}

/// The bytes that a bundle may have: `certificates.MaxTrustBundleSize`.
const MOST_BYTES: usize = 1 << 20;

pub(super) fn bundle(root: &At<'_>, out: &mut Faults) {
    let spec = root.field("spec");
    let signer = spec.field("signerName");
    let name = root.field("metadata").field("name");
    if let Some(why) = signer.str().filter(|text| !text.is_empty()).and_then(signer_name) {
        out.invalid(&TRUST_BUNDLE, &signer, why);
    } else if let Some(text) = name.str().filter(|text| !text.is_empty()) {
        of_signer(text, &name, &signer, out);
    }
    let certificates = spec.field("trustBundle");
    if let Some(text) = certificates.str() {
        anchors(text, &certificates, out);
    }
}

/// A domain and a name of subdomains, with one `/` between them.
pub(super) fn signer_name(text: &str) -> Option<&'static str> {
    match text.split_once('/') {
        Some((domain, path)) if !path.contains('/') => {
            let alone = "should be a domain with at least two segments separated by dots";
            let alone = (!domain.contains('.')).then_some(alone);
            fields::domain_path(text).or(alone).or_else(|| {
                path.split('.').any(|part| names::subdomain(part).is_some()).then_some(
                    "the part behind '/' must consist of lower case alphanumeric characters, '-' or '.'",
                )
            })
        }
        _ => {
            Some("must be a fully qualified domain and path of the form 'example.com/signer-name'")
        }
    }
}

/// The name of a bundle, which says whose it is.
fn of_signer(text: &str, name: &At<'_>, signer: &At<'_>, out: &mut Faults) {
    let own = match signer.str().unwrap_or_default() {
        "" if text.contains(':') => {
            let why = "a bundle without a signer must not have ':' in its name";
            out.invalid(&TRUST_BUNDLE, name, why).on_all(signer);
            return;
        }
        "" => text,
        signer_name => {
            let prefix = format!("{}:", signer_name.replace('/', ":"));
            let Some(own) = text.strip_prefix(&prefix) else {
                let last = text.rsplit(':').next().unwrap_or_default();
                let better = format!("{prefix}{last}");
                let why = format!("a bundle of {signer_name} must be named with prefix {prefix}");
                out.invalid(&TRUST_BUNDLE, name, why)
                    .on(signer)
                    .near(names::subdomain(last).is_none().then_some(better));
                return;
            };
            own
        }
    };
    if let Some(why) = names::subdomain(own) {
        out.invalid(&TRUST_BUNDLE, name, why);
    }
}

/// The certificates of a bundle.
fn anchors(text: &str, at: &At<'_>, out: &mut Faults) {
    if text.len() > MOST_BYTES {
        out.too_long(&TRUST_BUNDLE, at, format!("may not be more than {MOST_BYTES} bytes"));
        return;
    }
    // What stands for a certificate that is not shown.
    if text.contains(['<', '…']) || text.contains("...") {
        return;
    }
    let mut wrong = |why: String| out.invalid(&TRUST_BUNDLE, at, why).value = None;
    let blocks = blocks(text);
    let mut sound = true;
    for (index, block) in blocks.iter().enumerate() {
        let why = if block.label != "CERTIFICATE" {
            format!("entry {index} has bad block type: {}", block.label)
        } else if block.has_headers {
            format!("entry {index} has PEM block headers")
        } else {
            match is_authority(&block.bytes) {
                None => format!("entry {index} does not parse as X.509"),
                Some(false) => format!("entry {index} does not have the CA bit set"),
                Some(true) => continue,
            }
        };
        sound = false;
        wrong(why);
    }
    if !sound {
        return;
    }
    if blocks.is_empty() {
        wrong("at least one trust anchor must be provided, as a PEM block".to_owned());
    }
    let mut sorted: Vec<(&[u8], usize)> =
        blocks.iter().enumerate().map(|(index, block)| (block.bytes.as_slice(), index)).collect();
    sorted.sort_unstable();
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        wrong(format!("duplicate trust anchor (entries {} and {})", pair[0].1, pair[1].1));
    }
}

/// A block of PEM.
pub(super) struct Block<'t> {
    pub(super) label: &'t str,
    has_headers: bool,
    pub(super) bytes: Vec<u8>,
}

/// The blocks of PEM in a text. What stands between them, and what is no block, is passed over, as Go's decoder does.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let label = line.strip_prefix("-----BEGIN ").map(str::trim_end);
        let Some(label) = label.and_then(|rest| rest.strip_suffix("-----")) else { continue };
        let end = format!("-----END {label}-----");
        let (mut body, mut has_headers, mut is_closed) = (String::new(), false, false);
        let mut inside = lines.clone();
        for line in inside.by_ref() {
            if line.starts_with("-----") {
                is_closed = line.trim_end() == end;
                break;
            }
            match body.is_empty() && line.contains(':') {
                true => has_headers = true,
                false => body.extend(line.chars().filter(|c| !c.is_whitespace())),
            }
        }
        if !is_closed {
            continue;
        }
        lines = inside;
        if let Ok(bytes) = decode_base64(&body) {
            blocks.push(Block { label, has_headers, bytes });
        }
    }
    blocks
}

/// Whether it is something with a signature, as certificates and requests for them are.
pub(super) fn is_signed(der: &[u8]) -> bool {
    let parts = || {
        let (whole, []) = element(der, SEQUENCE)? else { return None };
        let (_, rest) = element(whole, SEQUENCE)?;
        let (_, rest) = element(rest, SEQUENCE)?;
        element(rest, BIT_STRING)
    };
    parts().is_some_and(|(_, rest)| rest.is_empty())
}

/// Whether a certificate is that of an authority; nothing when it is no certificate.
fn is_authority(der: &[u8]) -> Option<bool> {
    let (certificate, []) = element(der, SEQUENCE)? else { return None };
    let (mut fields, rest) = element(certificate, SEQUENCE)?;
    let (_, rest) = element(rest, SEQUENCE)?;
    let (_, []) = element(rest, BIT_STRING)? else { return None };
    while let [tag, ..] = *fields {
        let (field, rest) = element(fields, tag)?;
        fields = rest;
        if tag == EXTENSIONS {
            let (mut extensions, _) = element(field, SEQUENCE)?;
            while !extensions.is_empty() {
                let (extension, rest) = element(extensions, SEQUENCE)?;
                extensions = rest;
                let (id, value) = element(extension, OBJECT_ID)?;
                if id == BASIC_CONSTRAINTS {
                    let value = element(value, BOOLEAN).map_or(value, |(_, rest)| rest);
                    let (constraints, _) = element(element(value, OCTETS)?.0, SEQUENCE)?;
                    let flag = element(constraints, BOOLEAN);
                    return Some(flag.is_some_and(|(flag, _)| flag != [0]));
                }
            }
        }
    }
    Some(false)
}

const BOOLEAN: u8 = 0x01;
const BIT_STRING: u8 = 0x03;
const OCTETS: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// The field `extensions` of a certificate.
const EXTENSIONS: u8 = 0xA3;
/// The object identifier 2.5.29.19.
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x13];

/// What an element of DER with this tag holds, and what stands behind it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (_, rest) = der.split_first().filter(|(first, _)| **first == tag)?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match *length {
        short @ 0..=0x7F => (usize::from(short), rest),
        long => {
            let count = usize::from(long & 0x7F);
            let (bytes, rest) =
                rest.split_at_checked(count).filter(|_| (1..=3).contains(&count))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
    };
    rest.split_at_checked(length)
}
