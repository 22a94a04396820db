//! CertificateSigningRequest: what is signed, by whom and for what.

use super::declare::declare;
use super::trust;
use super::{config, fields};
use crate::at::At;
use crate::fault::Faults;
use crate::yaml::decode_base64;

declare! {
SIGNING_REQUEST = "signing-request", "validateCertificateSigningRequest, ParseCSR", "a request that no signer takes",
"`request` is base64 of a PEM block of the type CERTIFICATE REQUEST. `usages` are those that Kubernetes knows, such as `client auth`, each once. The signer \
`kubernetes.io/legacy-unknown` is none in this version.",
"CertificateSigningRequest.spec",
"signerName: kubernetes.io/kube-apiserver-client\nrequest: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KLi4uCi0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=\nusages: [clientauth]",
"signerName: kubernetes.io/kube-apiserver-client\nrequest: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KLi4uCi0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=\nusages: [client auth]";
}

/// What a certificate may be for: `allValidUsages`.
const USAGES: &[&str] = &[
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
];

pub(super) fn request(spec: &At<'_>, out: &mut Faults) {
    let signer = spec.field("signerName");
    if signer.str() == Some("kubernetes.io/legacy-unknown") {
        let why = "the legacy signerName is not allowed via this API version";
        out.invalid(&SIGNING_REQUEST, &signer, why);
    } else if let Some(why) =
        signer.str().filter(|text| fields::domain_path(text).is_none()).and_then(trust::signer_name)
    {
        out.invalid(&SIGNING_REQUEST, &signer, why);
    }
    let usages = spec.list("usages");
    for usage in &usages {
        out.one_of(&SIGNING_REQUEST, usage, USAGES);
    }
    out.distinct(&SIGNING_REQUEST, &usages);
    let request = spec.field("request");
    let Some(text) = request.str() else { return };
    if text.is_empty() {
        out.required(&SIGNING_REQUEST, &request, "PEM block type must be CERTIFICATE REQUEST");
        return;
    }
    let Ok(bytes) = decode_base64(text) else {
        config::base64(&SIGNING_REQUEST, &request, out);
        return;
    };
    let pem = String::from_utf8_lossy(&bytes);
    let why = match trust::blocks(&pem).first() {
        // A request that is cut short, or has something in place of its bytes, stands for a whole one.
        None if pem.trim_start().starts_with("-----BEGIN CERTIFICATE REQUEST-----") => return,
        _ if pem.contains("...") || pem.contains(['<', '…']) => return,
        Some(block) if block.label == LABEL && trust::is_signed(&block.bytes) => return,
        Some(block) if block.label == LABEL => "the PEM block holds no certificate request",
        _ => "PEM block type must be CERTIFICATE REQUEST",
    };
    let fault = out.invalid(&SIGNING_REQUEST, &request, why);
    fault.value = None;
    fault.wants_format = true;
}

const LABEL: &str = "CERTIFICATE REQUEST";
