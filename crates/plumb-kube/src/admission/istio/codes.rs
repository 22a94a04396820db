//! The findings about one resource of Istio's.

use plumb_text::diag::codes;

codes! {
    /// The findings about one resource of Istio's, in the order of the reference.
    CODES:
    AUTHORIZATION_REFUSED = "istio-authorization", Deny, "an AuthorizationPolicy has a condition or a rule that there is not: istiod refuses it", also "IST0106", formerly "istio-refused";
    ENVOY_FILTER_REFUSED = "istio-envoy-filter", Deny, "a patch of an EnvoyFilter fits nothing: istiod refuses it", also "IST0106", formerly "istio-refused";
    GATEWAY_REFUSED = "istio-gateway", Deny, "a Gateway has a server that can't be: istiod refuses it", also "IST0106", formerly "istio-refused";
    HEADER_REFUSED = "istio-header", Deny, "the name or value of a header is none: istiod refuses it", also "IST0106", formerly "istio-refused";
    HOST_REFUSED = "istio-host", Deny, "the name of a host, or of who may see a resource, is none: istiod refuses it", also "IST0106", formerly "istio-refused";
    JWT_REFUSED = "istio-jwt", Deny, "a rule for tokens is not right: istiod refuses it", also "IST0106", formerly "istio-refused";
    MATCH_REFUSED = "istio-match", Deny, "a match of a VirtualService is not right: istiod refuses it", also "IST0106", formerly "istio-refused";
    PORT_REFUSED = "istio-port", Deny, "a port of a resource of Istio's is none: istiod refuses it", also "IST0106", formerly "istio-refused";
    ROUTE_REFUSED = "istio-route", Deny, "a route of a VirtualService is not right: istiod refuses it", also "IST0106", formerly "istio-refused";
    SERVICE_ENTRY_REFUSED = "istio-service-entry", Deny, "what a ServiceEntry says does not fit together: istiod refuses it", also "IST0106", formerly "istio-refused";
    SIDECAR_REFUSED = "istio-sidecar", Deny, "a Sidecar has a listener that can't be: istiod refuses it", also "IST0106", formerly "istio-refused";
    SPEC_REFUSED = "istio-spec", Deny, "a resource of Istio's has no `spec`: istiod refuses it", also "IST0106", formerly "istio-refused";
    TELEMETRY_REFUSED = "istio-telemetry", Deny, "a Telemetry names no provider, or a tag that can't be: istiod refuses it", also "IST0106", formerly "istio-refused";
    TLS_REFUSED = "istio-tls", Deny, "TLS settings of Istio's are not right: istiod refuses it", also "IST0106", formerly "istio-refused";
    TRAFFIC_POLICY_REFUSED = "istio-traffic-policy", Deny, "a DestinationRule's policy is not right: istiod refuses it", also "IST0106", formerly "istio-refused";
    WORKLOAD_REFUSED = "istio-workload", Deny, "what a resource of Istio's is for is not right: istiod refuses it", also "IST0106", formerly "istio-refused";
    WARNED = "istio-warned", Warn, "istiod takes the resource and warns of it", also "IST0133";
    ZERO = "weights-zero", Deny, "no destination of a VirtualService's route has a weight above 0";
    SUM = "weights-sum", Warn, "the weights of a VirtualService's route do not add up to 100";
    ROUTE_UNREACHABLE = "route-unreachable", Warn, "no request reaches a route, for earlier routes take all of them", also "IST0130";
    MATCH_SHADOWED = "route-match-shadowed", Note, "a match of a route repeats an earlier one, or is covered by it", also "IST0131";
    GATEWAY_INTERNAL = "gateway-internal", Warn, "a VirtualService names a gateway that Istio itself made", also "IST0165";
    SYSTEM_CA = "destination-tls-system-ca", Note, "a DestinationRule uses TLS and names no CA, so the proxy's public CAs check the server's certificate", also "IST0128", formerly "destination-tls-unverified";
    SYSTEM_CA_PORT = "destination-tls-system-ca-port", Note, "a DestinationRule uses TLS for a port and names no CA, so the proxy's public CAs check the server's certificate", also "IST0129", formerly "destination-tls-unverified-port";
    MTLS_PERMISSIVE = "mtls-permissive", Note, "a PeerAuthentication accepts plain text";
    NO_PROVIDER = "telemetry-provider-missing", Warn, "a Telemetry turns access logging on and names no provider", also "IST0157";
    ADDRESS_NEEDED = "service-entry-address", Warn, "a ServiceEntry has a TCP port and no address to tell its traffic by", also "IST0134";
    PATCH_REPLACE = "envoy-filter-replace", Deny, "an EnvoyFilter replaces what REPLACE does not apply to", also "IST0152";
    PATCH_ADD = "envoy-filter-add", Deny, "an EnvoyFilter adds where ADD is ignored", also "IST0153";
    PATCH_REMOVE = "envoy-filter-remove", Deny, "an EnvoyFilter removes where REMOVE is ignored", also "IST0154";
    LABELS_CONFLICT = "injection-labels-conflict", Warn, "a namespace has more than one kind of injection label", also "IST0123";
    RESOURCES_PARTIAL = "proxy-resources-partial", Warn, "a pod sets some of its proxy's requests and limits, which drops the others";
    ALL_CORES = "proxy-concurrency-zero", Note, "a proxy may take every core of its node";
    UID_RESERVED = "uid-reserved", Warn, "an application runs as user 1337, which is the proxy's", also "IST0144";
    ANNOTATION_MISPLACED = "annotation-misplaced", Warn, "an annotation of Istio's is on a kind of resource where nothing reads it", also "IST0107";
    ANNOTATION_UNKNOWN = "annotation-unknown", Warn, "Istio knows no such annotation", also "IST0108";
    ANNOTATION_INVALID = "annotation-invalid", Warn, "Istio cannot read an annotation's value", also "IST0125";
    ANNOTATION_DEPRECATED = "annotation-deprecated", Note, "an annotation of Istio's is deprecated", also "IST0135";
    ANNOTATION_ALPHA = "annotation-alpha", Allow, "an annotation of Istio's is of alpha maturity", also "IST0136";
    DEPRECATED = "istio-deprecated", Warn, "a field or kind of Istio is deprecated, or was removed", also "IST0002";
    PORT_PROTOCOL = "service-port-protocol", Note, "a Service's port does not say its protocol, so the mesh guesses it, or takes it for plain TCP", also "IST0118";
    EXTERNAL_PORT = "external-name-port", Warn, "a port of an ExternalName Service is taken for plain TCP", also "IST0150";
    MANAGED_MAP = "managed-configmap", Warn, "a ConfigMap is one that the AKS add-on writes itself";
    OLD_CRD = "gateway-api-crd-old", Warn, "a CRD of the Gateway API is older than Istio reads", also "IST0176";
    CONDITION_NEGATIVE = "condition-negative", Warn, "a resource carries a condition that says that it does not work", also "IST0171";
    BAD_URL = "webhook-url", Warn, "a webhook has no address of its control plane", also "IST0163";
    IP_URL = "webhook-url-ip", Note, "a webhook reaches its control plane by an IP address", also "IST0164";
}

/// What is said of an object of Kubernetes' own and holds in a mesh only: who has none is not concerned.
pub static OF_MESH: &[&plumb_text::diag::Code] = &[&PORT_PROTOCOL, &EXTERNAL_PORT, &OLD_CRD];
