//! The findings about one object of the Gateway API.

use plumb_text::diag::codes;

codes! {
    /// The findings about one object of the Gateway API.
    CODES:
    LISTENER_PROTOCOLS = "listener-protocol-conflict", Warn, "two listeners of a Gateway use one port for protocols that exclude each other";
    LISTENER_TLS = "listener-tls-missing", Note, "a listener of the Gateway API for HTTPS has no `tls`";
    BACKENDS_ZERO = "backends-zero", Warn, "no backend of a Gateway API route's rule has a weight above 0";
    HOSTNAME_ADDRESS = "hostname-address", Warn, "a route or a listener of the Gateway API has an IP address for a host name";
}
