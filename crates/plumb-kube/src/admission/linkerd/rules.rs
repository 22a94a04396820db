//! What Linkerd's admission webhook refuses.

use crate::admission::declare::rules;
use crate::fault::Authority;
use plumb_text::diag::codes;

/// The group of its policies.
pub(super) const POLICY: &str = "policy.linkerd.io";

codes! {
    /// The findings of what Linkerd's webhook refuses.
    CODES:
    AUTHORIZATION_REFUSED = "linkerd-authorization", Deny, "who may call by a policy of Linkerd's is not right: its webhook refuses it", formerly "linkerd-refused";
    NETWORK_REFUSED = "linkerd-network", Deny, "networks of a policy of Linkerd's are none: its webhook refuses it", formerly "linkerd-refused";
    ROUTE_REFUSED = "linkerd-route", Deny, "a route has what Linkerd's proxies have not: its webhook refuses it", formerly "linkerd-refused";
    SERVER_REFUSED = "linkerd-server", Deny, "a Server, or a limit for one, is not right: Linkerd's webhook refuses it", formerly "linkerd-refused";
}

rules! { Authority::Linkerd;
    AUTHORIZATION = AUTHORIZATION_REFUSED "authorization-policy", "Validate<AuthorizationPolicySpec>, authorization_policy::validate";
    AUTHENTICATION = AUTHORIZATION_REFUSED "authentication", "Validate<AuthorizationPolicySpec>";
    IDENTITY = AUTHORIZATION_REFUSED "identity", "Validate<MeshTLSAuthenticationSpec>, validate_identity, validate_identity_ref";
    NETWORK = NETWORK_REFUSED "", "Validate<NetworkAuthenticationSpec>, Validate<EgressNetworkSpec>, validate_networks";
    SERVER = SERVER_REFUSED "server", "Validate<ServerSpec>";
    CLIENT = AUTHORIZATION_REFUSED "client", "Validate<ServerAuthorizationSpec>";
    ROUTE = ROUTE_REFUSED "route", "Validate<HttpRouteSpec>, validate_match, validate_timeouts";
    ANNOTATION = ROUTE_REFUSED "annotation", "parse_http_retry, parse_grpc_retry, parse_timeouts, parse_duration";
    RATE_LIMIT = SERVER_REFUSED "rate-limit", "Validate<RateLimitPolicySpec>";
}
