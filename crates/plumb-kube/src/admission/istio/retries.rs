//! What is refused in the retries of a route.

use super::common::{RETRIES, duration};
use crate::at::At;
use crate::fault::Faults;
use plumb_text::diag::nearest;

/// What `retries.retryOn` may list, beside the numbers of HTTP statuses.
const RETRY_ON: &[&str] = &[
    "5xx",
    "gateway-error",
    "reset",
    "reset-before-request",
    "connect-failure",
    "retriable-4xx",
    "refused-stream",
    "retriable-status-codes",
    "retriable-headers",
    "envoy-ratelimited",
    "http3-post-connect-failure",
    "cancelled",
    "deadline-exceeded",
    "internal",
    "resource-exhausted",
    "unavailable",
];

pub(super) fn check(out: &mut Faults, node: &At<'_>) {
    let attempts = node.number("attempts").unwrap_or(0);
    if let Some(written) = node.get("attempts")
        && attempts < 0
    {
        out.invalid(&RETRIES, &written, "the number of attempts is not negative");
    }
    let fields = ["perTryTimeout", "retryOn", "retryRemoteLocalities"];
    if let Some((key, set)) =
        fields.iter().find_map(|key| Some((key, node.filled(key)?))).filter(|_| attempts == 0)
    {
        let why = format!("`{key}` without `attempts`: no request is tried again");
        let fault = out.invalid(&RETRIES, &set, why).on_all(node);
        fault.help("write `attempts`, the number of retries");
    }
    for key in ["perTryTimeout", "backoff"] {
        duration(out, &RETRIES, node, key);
    }
    let Some(policies) = node.filled("retryOn") else { return };
    for policy in policies.str().unwrap_or_default().split(',') {
        let status = policy.parse::<i64>();
        if !status.as_ref().is_ok_and(is_status) && !RETRY_ON.contains(&policy) {
            let why = match status {
                Ok(status) => format!("HTTP has no status {status} to retry on"),
                Err(_) if policy.is_empty() => "an entry of `retryOn` is empty".to_owned(),
                Err(_) => format!("`{policy}` is nothing to retry on"),
            };
            let fault = out.unsupported(&RETRIES, &policies, why);
            fault.near(nearest(policy, RETRY_ON.iter().copied()));
        }
    }
}

/// Whether HTTP has such a status: those that Go's `http.StatusText` has a text for.
fn is_status(status: &i64) -> bool {
    matches!(
        status,
        100..=103
            | 200..=208
            | 226
            | 300..=305
            | 307..=308
            | 400..=418
            | 421..=426
            | 428..=429
            | 431
            | 451
            | 500..=508
            | 510..=511
    )
}
