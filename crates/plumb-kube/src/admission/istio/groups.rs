//! The API groups of Istio's resources.

pub(super) const NETWORKING: &str = "networking.istio.io";
pub(super) const SECURITY: &str = "security.istio.io";
pub(super) const TELEMETRY: &str = "telemetry.istio.io";
