//! Where the page of a code is on the web.

use crate::diag::Code;

/// Where the program lives: empty until somebody owns it, and then there are addresses in reports.
pub(super) const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The address of a code's page, of this version; none where the repository has no address.
pub(super) fn address(code: &Code, repository: &str) -> Option<String> {
    let (version, name) = (env!("CARGO_PKG_VERSION"), code.name);
    let page = || format!("{repository}/blob/v{version}/docs/reference/findings.md#{name}");
    (!repository.is_empty()).then(page)
}
