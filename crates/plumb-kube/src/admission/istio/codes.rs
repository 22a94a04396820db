//! The findings of what istiod refuses.

use plumb_text::diag::codes;

codes! {
    /// The findings of what istiod refuses.
    CODES:
    REFUSED = "istio-refused", Deny, "istiod's admission webhook refuses the resource", also "IST0106";
    ZERO = "weights-zero", Deny, "no destination of a VirtualService's route has a weight above 0";
    BAD_URL = "webhook-url", Warn, "a webhook has no address of its control plane", also "IST0163";
    IP_URL = "webhook-url-ip", Note, "a webhook reaches its control plane by an IP address", also "IST0164";
}
