//! What Cilium's agent refuses, and warns of, in one policy.

use crate::admission::declare::rules;
use crate::fault::Authority;
use plumb_text::diag::codes;

codes! {
    /// The findings of what Cilium's agent refuses.
    CODES:
    SELECTOR = "cilium-selector", Deny, "a Cilium policy has not exactly one of `endpointSelector` and `nodeSelector`, or one that is none", formerly "cilium-refused";
    L7_PROTOCOL = "cilium-l7-protocol", Deny, "a Cilium policy has rules about requests for a port that is not TCP";
    L7_UNSUPPORTED = "cilium-l7-unsupported", Deny, "a Cilium policy has rules about requests where Cilium has none";
    COMBINED = "cilium-peers-combined", Deny, "a rule of a Cilium policy combines what Cilium cannot combine";
    PORT = "cilium-port", Deny, "a port of a Cilium policy is neither a number nor a service name, or there are too many", formerly "cilium-refused";
    CIDR = "cilium-cidr", Deny, "an address range of a Cilium policy is none", formerly "cilium-refused";
    DIRECTION = "cilium-direction", Deny, "a Cilium policy says nothing of what comes in or goes out", formerly "cilium-refused";
    FQDN = "cilium-fqdn", Deny, "the name of a domain in a Cilium policy is none", formerly "cilium-refused";
    REQUEST = "cilium-http", Deny, "a rule about requests in a Cilium policy is no regular expression", formerly "cilium-refused";
    NAMESPACE_IGNORED = "cilium-namespace-ignored", Warn, "a Cilium policy selects pods of another namespace, which the agent ignores";
}

rules! { Authority::Cilium;
    ONE_SELECTOR = SELECTOR "one", "api.Rule.Sanitize";
    TCP_ONLY = L7_PROTOCOL "", "api.PortRule.sanitize";
    REQUESTS = L7_UNSUPPORTED "", "api.L7Rules.sanitize";
    PEERS = COMBINED "", "api.IngressRule.sanitize, api.EgressRule.sanitize";
    PORT_SYNTAX = PORT "number", "api.PortProtocol.sanitize";
    NO_DIRECTION = DIRECTION "", "api.Rule.Sanitize";
    LABELS = SELECTOR "label-selector", "api.EndpointSelector.Sanitize";
    RANGE = CIDR "range", "api.CIDR.sanitize";
    RANGE_SET = CIDR "range-set", "api.CIDRRule.sanitize";
    WIDER = CIDR "range-set-wider", "api.CIDRRule.sanitize", since (1, 20);
    DOMAIN = FQDN "", "api.FQDNSelector.sanitize";
    PORTS = PORT "ports", "api.PortRule.sanitize";
    HTTP = REQUEST "", "api.PortRuleHTTP.Sanitize";
    ICMP = PORT "icmp", "api.ICMPRule.verify";
    OWN_NAMESPACE = NAMESPACE_IGNORED "", "utils.ParseToCiliumRule";
}
