//! Where VirtualServices send requests: a host that is there, visible, and has that port.

use super::analyzer::Analyzer;
use super::group::{CORE, Group, NETWORKING, Object, Sought, absent, may_be_same, unless_sure};
use super::hosts::{Host, HostEntry, Lookup};
use super::proxies::{self, Users};
use super::virtual_services::{Destination, destinations};
use plumb_kube::fault::listed;
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    HOST_MISSING = "destination-host-missing", Warn, "a route leads to a host that the group does not define, beside Services that it does", also "IST0101";
    HOST_HIDDEN = "destination-not-visible", Deny, "a route leads to a host that is not exported to its namespace", also "IST0101";
    PORT_MISSING = "destination-port-missing", Deny, "a route leads to a port that the host does not have", also "IST0101";
    PORT_NEEDED = "destination-port-needed", Deny, "a route leads to a host of several ports and names none", also "IST0112";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for service in group.named(NETWORKING, "VirtualService") {
        let users = Users::of(group, service);
        for destination in destinations(service) {
            let host = Host::of(destination.host, service.namespace);
            let entries = match proxies::look_up(group, service, &users, host) {
                Lookup::Found(entries) => entries,
                // To whom a part is exported may not be shown.
                Lookup::Hidden(_) if !service.is_whole() => continue,
                Lookup::Hidden(entries) => {
                    let mut finding = service.finding(
                        &HOST_HIDDEN,
                        destination.host_node,
                        format!(
                            "`{}` is not exported to where this route is used",
                            destination.host
                        ),
                    );
                    for entry in entries {
                        let object = entry.object(&group.objects);
                        let text = format!("{} exports it elsewhere", object.id());
                        finding = finding.related(object.place(object.name_node()), text);
                    }
                    findings.push(finding);
                    continue;
                }
                Lookup::Unknown => {
                    findings.extend(unknown(
                        group,
                        service,
                        destination.host,
                        destination.host_node,
                    ));
                    continue;
                }
            };
            findings.extend(port(group, service, &destination, &host, &entries));
        }
    }
}

/// What is wrong with the port that a route leads to.
fn port<'a>(
    group: &Group<'a>,
    service: &Object<'a>,
    destination: &Destination<'_>,
    host: &Host<'_>,
    entries: &[&HostEntry<'a>],
) -> Option<Diagnostic> {
    // What one variant of the host offers is offered; one that shows no ports offers any.
    let holds = |entry: &&&HostEntry<'a>| group.holds_for(service, entry.object(&group.objects));
    let entry = entries.iter().find(holds)?;
    if entries.iter().any(|entry| entry.ports.is_empty() || !entry.knows_ports) {
        return None;
    }
    let numbers = listed(entry.ports.iter().map(|(number, _)| number.to_string()));
    let finding = match destination.port() {
        Some((port, _))
            if entries.iter().any(|entry| entry.ports.iter().any(|(n, _)| *n == port)) =>
        {
            return None;
        }
        Some((port, node)) => service
            .finding(&PORT_MISSING, node, format!("`{}` has no port {port}", destination.host))
            .help(format!("its ports: {numbers}")),
        None if entries.iter().any(|entry| entry.ports.len() == 1) => return None,
        None => service
            .finding(
                &PORT_NEEDED,
                destination.host_node,
                format!("`{}` has the ports {numbers}, and the route names none", destination.host),
            )
            .help("write `port: {number: …}` beside the host"),
    };
    let object = entry.object(&group.objects);
    let finding =
        finding.related(object.place(object.name_node()), format!("{} is here", object.id()));
    Some(unless_sure(finding, entries.iter().any(|entry| entry.is_sure(host))))
}

/// A short name, which is read in the route's own namespace, of a Service that is shown in another one.
fn in_another_namespace<'a>(
    group: &Group<'a>,
    service: &Object<'a>,
    host: &str,
    node: &plumb_kube::Node,
) -> Option<Diagnostic> {
    let own = service.namespace.filter(|_| !host.contains('.') && !group.is_open)?;
    if group.shown(CORE, "Service").any(|other| may_be_same(other.namespace, Some(own))) {
        return None;
    }
    let mut others = group.shown(CORE, "Service").filter(|object| object.name == host);
    let other = others.next()?;
    // Which one is meant can't be known of several.
    let namespace = other.namespace.filter(|_| others.next().is_none())?;
    let full = format!("{host}.{namespace}.svc.cluster.local");
    let message =
        format!("`{host}` is read as a Service of `{own}`, and is shown in `{namespace}` only");
    let finding = service
        .finding(&HOST_MISSING, node, message)
        .related(other.place(other.name_node()), format!("{} is here", other.id()));
    Some(finding.replace_with(format!("write `{full}`"), full))
}

/// A host of which the group says nothing, where it shows other Services of that namespace.
fn unknown<'a>(
    group: &Group<'a>,
    service: &Object<'a>,
    host: &'a str,
    node: &plumb_kube::Node,
) -> Option<Diagnostic> {
    if group.registry().may_have_more() {
        return None;
    }
    match Host::of(host, service.namespace) {
        Host::Service(name, namespace) => {
            match group.seek(service, (CORE, "Service"), namespace, name) {
                Sought::Missing(there) => {
                    let message = format!("no Service `{name}` is shown here");
                    Some(absent(service.finding(&HOST_MISSING, node, message), name, &there))
                }
                Sought::Unknown => in_another_namespace(group, service, host, node),
                Sought::Shown(_) => None,
            }
        }
        Host::Other(other) => {
            // `reviews.shop` resolves in DNS, yet Istio completes only names without a dot.
            let short = other.strip_suffix(".svc").unwrap_or(other);
            let (name, namespace) = short.split_once('.')?;
            let is_there = group
                .shown(CORE, "Service")
                .any(|object| object.name == name && object.namespace == Some(namespace));
            is_there.then(|| {
                let full = format!("{name}.{namespace}.svc.cluster.local");
                service
                    .finding(
                        &HOST_MISSING,
                        node,
                        format!("Istio reads `{other}` as a host outside the cluster"),
                    )
                    .help("only names without a dot are completed by the namespace")
                    .replace_with(format!("write `{full}`"), full)
            })
        }
    }
}
