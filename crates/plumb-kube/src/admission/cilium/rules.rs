//! What Cilium's agent refuses, and warns of, in one policy.

use crate::admission::declare::rules;
use crate::fault::Authority;
use plumb_text::diag::codes;

codes! {
    /// The findings of what Cilium's agent refuses.
    CODES:
    SELECTOR = "cilium-selector", Deny, "a Cilium policy has not exactly one of `endpointSelector` and `nodeSelector`";
    L7_PROTOCOL = "cilium-l7-protocol", Deny, "a Cilium policy has rules about requests for a port that is not TCP";
    L7_UNSUPPORTED = "cilium-l7-unsupported", Deny, "a Cilium policy has rules about requests where Cilium has none";
    COMBINED = "cilium-peers-combined", Deny, "a rule of a Cilium policy combines what Cilium cannot combine";
    PORT = "cilium-port", Deny, "a port of a Cilium policy is neither a number nor a service name";
    REFUSED = "cilium-refused", Deny, "Cilium's agent cannot read a policy";
    NAMESPACE_IGNORED = "cilium-namespace-ignored", Warn, "a Cilium policy selects pods of another namespace, which the agent ignores";
}

rules! { Authority::Cilium;
    ONE_SELECTOR = SELECTOR "", "api.Rule.Sanitize";
    TCP_ONLY = L7_PROTOCOL "", "api.PortRule.sanitize";
    REQUESTS = L7_UNSUPPORTED "", "api.L7Rules.sanitize";
    PEERS = COMBINED "", "api.IngressRule.sanitize, api.EgressRule.sanitize";
    PORT_SYNTAX = PORT "", "api.PortProtocol.sanitize";
    NO_DIRECTION = REFUSED "direction", "api.Rule.Sanitize";
    LABELS = REFUSED "label-selector", "api.EndpointSelector.Sanitize";
    RANGE = REFUSED "range", "api.CIDR.sanitize";
    RANGE_SET = REFUSED "range-set", "api.CIDRRule.sanitize";
    DOMAIN = REFUSED "domain", "api.FQDNSelector.sanitize";
    PORTS = REFUSED "ports", "api.PortRule.sanitize";
    HTTP = REFUSED "http", "api.PortRuleHTTP.Sanitize";
    ICMP = REFUSED "icmp", "api.ICMPRule.verify";
    OWN_NAMESPACE = NAMESPACE_IGNORED "", "utils.ParseToCiliumRule";
}
