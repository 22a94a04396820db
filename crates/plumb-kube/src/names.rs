//! The syntax of names, as `k8s.io/apimachinery/pkg/util/validation` has it. Each function says what is wrong, if anything.

type Fault = Option<&'static str>;

fn lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn label_shape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().copied().is_some_and(lower)
        && bytes.last().copied().is_some_and(lower)
        && bytes.iter().all(|byte| lower(*byte) || *byte == b'-')
}

/// A DNS-1123 label.
pub(crate) fn label(text: &str) -> Fault {
    if text.len() > 63 {
        return Some("must be no more than 63 characters");
    }
    (!label_shape(text)).then_some(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an \
         alphanumeric character",
    )
}

/// A DNS-1123 subdomain.
pub(crate) fn subdomain(text: &str) -> Fault {
    if text.len() > 253 {
        return Some("must be no more than 253 characters");
    }
    (!text.split('.').all(label_shape)).then_some(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and \
         end with an alphanumeric character",
    )
}

/// A host of an Ingress: a subdomain, perhaps behind `*.`.
pub(crate) fn wildcard(text: &str) -> Fault {
    match text.strip_prefix("*.") {
        Some(rest) => subdomain(rest),
        None => subdomain(text),
    }
}

/// A DNS-1035 label.
pub(crate) fn dns_1035(text: &str) -> Fault {
    let good = label_shape(text) && text.len() <= 63 && text.as_bytes()[0].is_ascii_lowercase();
    (!good).then_some(
        "a DNS-1035 label must consist of at most 63 lower case alphanumeric characters or '-', start with an alphabetic \
         character, and end with an alphanumeric character",
    )
}

/// How Services are named: the check was relaxed in Kubernetes 1.36, where a name may begin with a digit.
pub(crate) fn service(k8s: (u32, u32)) -> fn(&str) -> Fault {
    if k8s >= (1, 36) { label } else { dns_1035 }
}

/// A name that is one segment of a URL path.
pub(crate) fn segment(text: &str) -> Fault {
    let bad = text.is_empty() || text == "." || text == ".." || text.contains(['/', '%']);
    bad.then_some("may not be '.' or '..', and may not contain '/' or '%'")
}

/// A name as it may be generated: what it begins with, and five characters behind it (`names.SimpleNameGenerator`).
pub(crate) fn generated(prefix: &str) -> String {
    let most = 63 - 5;
    prefix.chars().take(most).chain("a2b4c".chars()).collect()
}

/// What names are generated from, as a name: a `-` at its end is followed by something (`maskTrailingDash`).
pub(crate) fn prefix(text: &str) -> String {
    match text.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => {
            let mut masked = rest.to_owned();
            masked.pop();
            masked + "a"
        }
        _ => text.to_owned(),
    }
}

/// What names of these are generated from, in the same words.
pub(crate) fn subdomain_prefix(text: &str) -> Fault {
    subdomain(&prefix(text))
}

/// The name of a port (an IANA service name).
pub(crate) fn port(text: &str) -> Fault {
    if text.len() > 15 {
        return Some("must be no more than 15 characters");
    }
    if !text.bytes().all(|byte| lower(byte) || byte == b'-') || text.is_empty() {
        return Some("must contain only lower case letters, digits and '-'");
    }
    if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Some("must contain at least one letter");
    }
    let hyphens = text.contains("--") || text.starts_with('-') || text.ends_with('-');
    hyphens.then_some("must not begin or end with '-', or contain '--'")
}

fn part(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// A qualified name: `name` or `prefix/name`.
pub(crate) fn qualified(text: &str) -> Fault {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    if prefix.is_some_and(|prefix| subdomain(prefix).is_some()) {
        return Some("the part before '/' must be a DNS subdomain");
    }
    (!part(name)).then_some(
        "a qualified name must consist of at most 63 alphanumeric characters, '-', '_' or '.', and must start and end with an \
         alphanumeric character",
    )
}

/// The value of a label.
pub(crate) fn label_value(text: &str) -> Fault {
    (!text.is_empty() && !part(text)).then_some(
        "a valid label must be an empty string or consist of at most 63 alphanumeric characters, '-', '_' or '.', and must \
         start and end with an alphanumeric character",
    )
}

/// The key of a ConfigMap or Secret.
pub(crate) fn config_key(text: &str) -> Fault {
    if text.is_empty() || text.len() > 253 {
        return Some("a key has between 1 and 253 characters");
    }
    if text == "." || text == ".." || text.starts_with("..") {
        return Some("a key must not be '.', and must not begin with '..'");
    }
    let good =
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    (!good).then_some("a valid config key must consist of alphanumeric characters, '-', '_' or '.'")
}

/// The name of an environment variable.
pub(crate) fn variable(text: &str) -> Fault {
    let good = text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=');
    (!good).then_some("a valid environment variable name must consist only of printable ASCII characters other than '='")
}

/// A path below a volume: relative, without `..`.
pub(crate) fn descending(text: &str) -> Fault {
    if text.starts_with('/') {
        return Some("must be a relative path");
    }
    text.split('/').any(|step| step == "..").then_some("must not contain '..'")
}

/// A path without `..`, absolute or not.
pub(crate) fn forward(text: &str) -> Fault {
    text.split('/').any(|step| step == "..").then_some("must not contain '..'")
}

/// The name of an HTTP header.
pub(crate) fn header(text: &str) -> Fault {
    let good = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (!good).then_some("a valid HTTP header must consist of alphanumeric characters or '-'")
}

/// The name of a kernel parameter, such as `net.core.somaxconn` or `net/core/somaxconn`.
pub(crate) fn sysctl(text: &str) -> Fault {
    let step = |step: &str| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        step.bytes().all(|b| plain(b) || matches!(b, b'-' | b'_'))
            && step.bytes().next().is_some_and(plain)
            && step.bytes().last().is_some_and(plain)
    };
    let good = text.len() <= 253 && text.split(['.', '/']).all(step);
    (!good).then_some(
        "must be lower-case words of letters, digits, '-' and '_', with '.' or '/' between them",
    )
}

/// The nearest name of a kind of names: lower case, with `-` for what is not allowed.
pub(crate) fn mended(text: &str, fault: fn(&str) -> Fault) -> Option<String> {
    let plain: String = text
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
        .collect();
    let plain = plain.trim_matches(['-', '.']).to_owned();
    [plain.clone(), plain.replace('.', "-")].into_iter().find(|p| p != text && fault(p).is_none())
}

/// An IPv4 or IPv6 address. Zeros before an octet are taken, as API servers take them.
pub(crate) fn ip(text: &str) -> Option<std::net::IpAddr> {
    if text.contains(':') || !text.contains('.') {
        return text.parse().ok();
    }
    let octets = text.split('.').map(|octet| match octet.trim_start_matches('0') {
        "" if !octet.is_empty() => "0",
        bare => bare,
    });
    octets.collect::<Vec<_>>().join(".").parse().ok()
}

/// Whether a text is an IP address.
pub(crate) fn is_ip(text: &str) -> bool {
    ip(text).is_some()
}

/// An address range: the address as bits and the number of leading bits that are fixed.
pub(crate) fn cidr(text: &str) -> Option<(u128, u32, bool)> {
    let (address, bits) = text.split_once('/')?;
    if bits.is_empty() || !bits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let bits: u32 = bits.parse().ok()?;
    match ip(address)? {
        std::net::IpAddr::V4(v4) if bits <= 32 => {
            Some((u128::from(u32::from(v4)) << 96, bits, false))
        }
        std::net::IpAddr::V6(v6) if bits <= 128 => Some((u128::from(v6), bits, true)),
        _ => None,
    }
}

/// An address or a range that is not in the form in which API servers write it.
pub(crate) struct Irregular {
    pub(crate) why: &'static str,
    /// How it is written, where it is clear what is meant.
    pub(crate) better: Option<String>,
}

const CANONICAL: &str = "must be in canonical form";

/// What `IsValidIP` has against an address: zeros before an octet, IPv4 within IPv6, another form than the canonical one.
pub(crate) fn irregular_ip(text: &str) -> Option<Irregular> {
    let Some(ip) = ip(text) else {
        let why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        return Some(Irregular { why, better: None });
    };
    let why = match mapped(ip) {
        true => "must not be an IPv4-mapped IPv6 address",
        false if text.parse::<std::net::IpAddr>().is_err() => "must not have leading 0s",
        false => CANONICAL,
    };
    let better = ip.to_canonical().to_string();
    (text != better).then_some(Irregular { why, better: Some(better) })
}

/// What `IsValidCIDR` has against a range: what holds of its address, and bits behind those that are fixed.
pub(crate) fn irregular_cidr(text: &str) -> Option<Irregular> {
    let (Some((bits, fixed, is_v6)), Some((address, length))) = (cidr(text), text.split_once('/'))
    else {
        let why = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
        return Some(Irregular { why, better: None });
    };
    if ip(address).is_some_and(mapped) {
        let why = "must not have an IPv4-mapped IPv6 address";
        return Some(Irregular { why, better: None });
    }
    let masked = bits & u128::MAX.checked_shl(128 - fixed).unwrap_or(0);
    let start = match is_v6 {
        true => std::net::IpAddr::from(masked.to_be_bytes()),
        // The address is in the first four bytes.
        false => std::net::Ipv4Addr::from_bits((masked >> 96) as u32).into(),
    };
    let better = format!("{start}/{fixed}");
    let has_zeros = address.parse::<std::net::IpAddr>().is_err() || length != fixed.to_string();
    let why = match has_zeros {
        true => "must not have leading 0s in IP or prefix length",
        false if masked != bits => "must not have bits set beyond the prefix length",
        false => CANONICAL,
    };
    (text != better).then_some(Irregular { why, better: Some(better) })
}

fn mapped(ip: std::net::IpAddr) -> bool {
    matches!(ip, std::net::IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some())
}

/// Whether one range lies within another and is smaller.
pub(crate) fn within(inner: (u128, u32, bool), outer: (u128, u32, bool)) -> bool {
    inner.1 > outer.1 && begins_within(inner, outer)
}

/// Whether the address of one range lies within another one.
pub(crate) fn begins_within(inner: (u128, u32, bool), outer: (u128, u32, bool)) -> bool {
    let mask = if outer.1 == 0 { 0 } else { u128::MAX << (128 - outer.1) };
    inner.2 == outer.2 && inner.0 & mask == outer.0 & mask
}

/// The name of a kind's resource, as Kubernetes and generators of definitions make it: `NetworkPolicy`, `networkpolicies`.
pub(crate) fn plural(kind: &str) -> String {
    let name = kind.to_ascii_lowercase();
    let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(is_vowel) => format!("{stem}ies"),
        _ if name == "endpoints" => name,
        _ if ["s", "x", "z", "ch", "sh"].iter().any(|end| name.ends_with(end)) => {
            format!("{name}es")
        }
        _ => name + "s",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals() {
        for (kind, expected) in [
            ("Tenant", "tenants"),
            ("Topology", "topologies"),
            ("NetworkPolicy", "networkpolicies"),
            ("Gateway", "gateways"),
            ("EventBus", "eventbuses"),
            ("Ingress", "ingresses"),
            ("Proxy", "proxies"),
            ("Mesh", "meshes"),
            ("Index", "indexes"),
            ("Endpoints", "endpoints"),
            ("EndpointSlice", "endpointslices"),
        ] {
            assert_eq!(plural(kind), expected);
        }
    }

    #[test]
    fn names_are_as_apimachinery_has_them() {
        type Check = fn(&str) -> Fault;
        let cases: &[(Check, &[&str], &[&str])] = &[
            (label, &["a", "a-1", "1a"], &["", "-a", "a.b", "A", "a_b"]),
            (subdomain, &["a.b", "1.2", "a-b.c"], &["a..b", ".a", "a.", "A.b"]),
            (dns_1035, &["a1", "web-2"], &["1a", "a.b", "a-"]),
            (
                port,
                &["http", "a-1", "8080-x"],
                &["", "8080", "http--1", "-a", "a-b-c-d-e-f-g-h-i", "HTTP"],
            ),
            (
                qualified,
                &["app", "example.com/App_1.x"],
                &["a/b/c", "/a", "a/", "", "A.com/x", "-a"],
            ),
            (label_value, &["", "v1", "A_b.c-d"], &["-", "a b", "a/b"]),
            (config_key, &["a.b", ".x", "A_-"], &["", ".", "..x", "a/b"]),
            (variable, &["A_B", "a.b-c", "1"], &["A=B", "é"]),
            (descending, &["a/b", ""], &["/a", "a/../b", ".."]),
        ];
        for (fault, good, bad) in cases {
            for text in *good {
                assert_eq!(fault(text), None, "{text}");
            }
            for text in *bad {
                assert!(fault(text).is_some(), "{text:?}");
            }
        }
    }

    #[test]
    fn ranges_contain_smaller_ranges() {
        let range = |text| cidr(text).unwrap_or_else(|| panic!("{text}"));
        assert!(within(range("10.1.0.0/16"), range("10.0.0.0/8")));
        assert!(!within(range("10.0.0.0/8"), range("10.0.0.0/8")));
        assert!(!within(range("11.0.0.0/16"), range("10.0.0.0/8")));
        assert!(!within(range("::/16"), range("0.0.0.0/0")));
        assert!(within(range("1.2.3.4/32"), range("0.0.0.0/0")));
        assert!(is_ip("010.0.00.1") && is_ip("::1") && is_ip("::ffff:1.2.3.4"));
        assert!(!is_ip("1.2.3") && !is_ip("1.2.3.256") && !is_ip("1..2.3") && !is_ip(""));
        let form = |found: Option<Irregular>| found.map(|found| found.better.unwrap_or_default());
        for (text, expected) in [
            ("10.0.0.7", None),
            ("2001:db8::1", None),
            ("::", None),
            ("10.0.0.07", Some("10.0.0.7")),
            ("2001:DB8::1", Some("2001:db8::1")),
            ("2001:db8:0::1", Some("2001:db8::1")),
            ("::ffff:10.0.0.1", Some("10.0.0.1")),
            ("10.0.0", Some("")),
        ] {
            assert_eq!(form(irregular_ip(text)).as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            ("10.1.0.0/16", None),
            ("0.0.0.0/0", None),
            ("::/0", None),
            ("1.2.3.4/32", None),
            ("fd00::/64", None),
            ("10.1.0.5/24", Some("10.1.0.0/24")),
            ("10.1.0.0/024", Some("10.1.0.0/24")),
            ("FD00::/64", Some("fd00::/64")),
            ("fd00::1/64", Some("fd00::/64")),
            ("::ffff:10.0.0.0/104", Some("")),
            ("10.0.0.0/40", Some("")),
        ] {
            assert_eq!(form(irregular_cidr(text)).as_deref(), expected, "{text}");
        }
        for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "::/129", "a/8", "10.0.0.0/+8"] {
            assert_eq!(cidr(text), None, "{text}");
        }
    }
}
