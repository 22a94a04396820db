//! Who may do what: the functions of `authorizer`. Only a cluster knows, so that what they say is unknown.

use super::table::Table;
use crate::value::Value;

pub(super) fn rows(table: &mut Table) {
    const DECLARED: &[&str] = &[
        "<kubernetes.authorization.Authorizer> path(string) -> kubernetes.authorization.PathCheck",
        "<kubernetes.authorization.Authorizer> group(string) -> kubernetes.authorization.GroupCheck",
        "<kubernetes.authorization.Authorizer> serviceAccount(string, string) -> kubernetes.authorization.Authorizer",
        "<kubernetes.authorization.GroupCheck> resource(string) -> kubernetes.authorization.ResourceCheck",
        "<kubernetes.authorization.ResourceCheck> subresource(string) -> kubernetes.authorization.ResourceCheck",
        "<kubernetes.authorization.ResourceCheck> namespace(string) -> kubernetes.authorization.ResourceCheck",
        "<kubernetes.authorization.ResourceCheck> name(string) -> kubernetes.authorization.ResourceCheck",
        "<kubernetes.authorization.ResourceCheck> fieldSelector(string) -> kubernetes.authorization.ResourceCheck",
        "<kubernetes.authorization.ResourceCheck> labelSelector(string) -> kubernetes.authorization.ResourceCheck",
        "<kubernetes.authorization.PathCheck> check(string) -> kubernetes.authorization.Decision",
        "<kubernetes.authorization.ResourceCheck> check(string) -> kubernetes.authorization.Decision",
        "<kubernetes.authorization.Decision> allowed() -> bool",
        "<kubernetes.authorization.Decision> reason() -> string",
        "<kubernetes.authorization.Decision> errored() -> bool",
        "<kubernetes.authorization.Decision> error() -> string",
    ];
    for declared in DECLARED {
        table.add(declared, |_| Ok(Value::Unknown));
    }
}
