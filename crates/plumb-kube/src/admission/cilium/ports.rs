//! The ports of a rule of a policy, and its rules about requests.

use super::peers::domain;
use super::rules::{HTTP, PORT_SYNTAX, PORTS, REQUESTS, TCP_ONLY};
use crate::at::At;
use crate::fault::{Faults, listed};
use crate::names;
use plumb_cel::go_regex;

/// The most ports of one rule.
const MOST_PORTS: usize = 40;

/// The ports of a rule, the names that TLS asks for, and what requests are compared with.
pub(super) fn check(out: &mut Faults, port: &At<'_>, is_ingress: bool, is_host: bool) {
    ports(out, port);
    let rules = port.get("rules");
    let names = port.list("serverNames");
    for node in names.iter().filter(|node| node.str() == Some("")) {
        out.invalid(&PORTS, node, "the name of a server is not empty");
    }
    if let (Some(first), Some(rules)) = (names.first(), &rules)
        && port.get("terminatingTLS").is_none()
        && !is_empty(rules)
    {
        let why = "rules about requests beside `serverNames` need `terminatingTLS`";
        out.invalid(&PORTS, first, why).on_all(rules).on(&port.field("terminatingTLS"));
    }
    if let Some(listener) = port.get("listener") {
        if is_ingress {
            let why = "a `listener` is for egress only";
            out.forbidden(&PORTS, &listener, why).on_only(&[&listener]);
        }
        if let Some(rules) = rules.as_ref().filter(|rules| !is_empty(rules)) {
            let why = "traffic goes to a `listener` or through `rules`";
            out.forbidden(&PORTS, &listener, why).on_only(&[&listener, rules]);
        }
    }
    if let Some(rules) = rules {
        requests(out, port, &rules, is_ingress, is_host);
    }
}

/// Whether rules say nothing, as the agent counts them.
fn is_empty(rules: &At<'_>) -> bool {
    ["http", "kafka", "dns"].iter().all(|kind| rules.list(kind).is_empty())
        && rules.filled("l7proto").is_none()
}

fn ports(out: &mut Faults, port: &At<'_>) {
    let rules = port.field("rules");
    let dns = rules.list("dns");
    let list = port.list("ports");
    if let Some(beyond) = list.get(MOST_PORTS) {
        out.too_many(&PORTS, beyond, format!("a rule has at most {MOST_PORTS} ports"));
    }
    for entry in list {
        let Some(node) = entry.get("port") else { continue };
        let number = node.str().unwrap_or_default();
        let protocol = entry.text("protocol");
        if matches!(protocol, "VRRP" | "IGMP") && !["", "0"].contains(&number) {
            out.invalid(&PORTS, &node, format!("{protocol} has no ports: write \"0\""));
        }
        if !number.is_empty() && !is_port(number) {
            let fault =
                out.invalid(&PORT_SYNTAX, &node, format!("invalid port `{number}`: {PORT_FORM}"));
            let list: Vec<&str> = number.split([',', ' ']).filter(|one| !one.is_empty()).collect();
            if list.len() > 1 && list.iter().all(|one| is_port(one)) {
                fault.help("write an entry of `ports` for each");
            } else if let Some((first, last)) = number.split_once('-')
                && let (Ok(first), Ok(_)) = (first.parse::<u16>(), last.parse::<u16>())
            {
                fault.help(format!("a range is written `port: \"{first}\", endPort: {last}`"));
            }
        }
        if let Some((end, start)) = entry.get("endPort").zip(number.parse::<i128>().ok())
            && let [dns, ..] = &dns[..]
            && end.int().is_some_and(|end| end > start)
        {
            out.invalid(&PORTS, &end, "rules for DNS take no range of ports").on(&node).on(dns);
        }
    }
    for request in rules.list("http") {
        for field in ["path", "method"] {
            let Some(node) = request.get(field) else { continue };
            if let Some(Err(error)) = node.str().map(go_regex) {
                let why = format!("the regular expression does not compile: {error}");
                out.invalid(&HTTP, &node, why);
            }
        }
        for header in request.list("headerMatches") {
            if header.text("name").is_empty() {
                out.incomplete(&HTTP, &header, "a header to match has a `name`");
            }
        }
    }
    for name in dns {
        domain(out, &name);
    }
}

fn requests(out: &mut Faults, port: &At<'_>, rules: &At<'_>, is_ingress: bool, is_host: bool) {
    let has = |kind: &str| !rules.list(kind).is_empty();
    let kinds = rules.set(&["http", "kafka", "dns", "l7proto"]);
    if kinds.is_empty() {
        if let Some(node) = rules.get("l7") {
            out.incomplete(&REQUESTS, &node, "`l7` needs `l7proto` beside it").on_all(rules);
        }
        return;
    }
    if kinds.len() > 1 {
        let why = format!("one port has rules for one protocol, not for {}", listed(&kinds));
        out.forbidden(&REQUESTS, rules, why).on_only(&[rules]);
    }
    if let Some(node) = rules.get("dns").filter(|_| is_ingress) {
        let why = "rules for DNS are for egress only";
        out.forbidden(&REQUESTS, &node, why).on_only(&[&node]);
    }
    // What nodes look up can be ruled, what they are asked cannot.
    let mut of_host = ["http", "kafka"].into_iter().chain(is_ingress.then_some("dns"));
    if is_host && of_host.any(has) {
        let why = "a policy for nodes has no such rules about requests";
        out.forbidden(&REQUESTS, rules, why).on_only(&[rules]);
    }
    let ports = port.list("ports");
    if rules.get("dns").is_some() && ports.is_empty() {
        out.incomplete(&REQUESTS, rules, "rules for DNS need the port, 53").on_all(port);
    }
    for entry in ports {
        if let Some(node) = entry.get("port").filter(|node| node.str() == Some("0")) {
            let why = "rules about requests need a port, and 0 is every port";
            out.invalid(&REQUESTS, &node, why);
        }
        let protocol = entry.word("protocol").unwrap_or("ANY");
        if !has("dns") && !protocol.eq_ignore_ascii_case("TCP") {
            let place = entry.get("protocol").or_else(|| entry.get("port"));
            let why = format!("rules about requests are for TCP, and this port is {protocol}");
            let fault = out.invalid(&TCP_ONLY, &place.unwrap_or_else(|| entry.clone()), why);
            fault.on(&entry.field("protocol")).on_all(rules).help("write `protocol: TCP`");
        }
    }
}

const PORT_FORM: &str = "a number, at most 65535, or a service name of letters, digits and single hyphens, at most 15 characters";

/// Whether the agent reads a text as a port: a service name (RFC 6335, in any case), or else a number as Go writes them.
fn is_port(text: &str) -> bool {
    let is_name = names::port(&text.to_ascii_lowercase()).is_none();
    let is_octal = text.len() > 1 && text.starts_with('0');
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let radix = if is_octal { 8 } else { 10 };
    is_name || digits && u16::from_str_radix(text, radix).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_port;

    /// From the tests of `iana.IsSvcName` and `api.PortProtocol.sanitize` upstream, and Go's `strconv.ParseUint(s, 0, 16)`.
    #[test]
    fn ports_are_read_as_the_agent_reads_them() {
        for text in ["80", "0", "65535", "http", "HTTP-8080", "http-alt", "0x10", "8080-x", "010"] {
            assert!(is_port(text), "{text}");
        }
        for text in [
            "70000",
            "80,443",
            "6581-6586",
            "http_alt",
            "http--alt",
            "-http",
            "08",
            "a-name-with-many-letters",
            "80 ",
        ] {
            assert!(!is_port(text), "{text}");
        }
    }
}
