//! What a release may have that is newer than every one whose schemas are at hand: fields, values and kinds that these do not know.

use super::bundle;
use super::fault::{ErrorType, Fault};
use super::path::Step;
use super::schema::UNKNOWN_FIELD;
use super::versions::Versions;

/// What is to be said of what a release may have that is newer than the schemas of a group; nothing where it is not newer.
pub(super) fn note(group: &str, versions: &Versions) -> Option<String> {
    let product = &bundle::kinds().iter().find(|known| known.group == group)?.product;
    let release = versions.newer(product)?;
    Some(format!(
        "{title} {release} may have it: the newest release whose schemas are known is {}",
        versions.of(product),
        title = Versions::title(product)
    ))
}

/// Whether a newer release may have what a fault calls unknown: a field, a value or a kind, but for a field that is spelt nearly as
/// one that stands there already.
pub(super) fn may_be_new(fault: &Fault) -> bool {
    let name = fault.path.steps().last().and_then(Step::name);
    let meant = fault.fix.as_ref().map(|(_, _, meant)| meant.as_str());
    let is_slip = || name.zip(meant).is_some_and(|(name, meant)| is_misspelt(name, meant));
    if fault.rule == &UNKNOWN_FIELD { !is_slip() } else { fault.ty == ErrorType::NotSupported }
}

/// Whether a name differs from a known one by a slip within a word. Names of new fields differ from old ones by whole words, by a
/// number, or by the end of a word: `port` and `ports`, `minTTL` and `maxTTL`, `ipv4` and `ipv6`.
fn is_misspelt(name: &str, known: &str) -> bool {
    let (name, known): (Vec<char>, Vec<char>) = (name.chars().collect(), known.chars().collect());
    let same = |(one, other): &(&char, &char)| one.eq_ignore_ascii_case(other);
    let start = name.iter().zip(&known).take_while(same).count();
    let (left, right) = (&name[start..], &known[start..]);
    let end = left.iter().rev().zip(right.iter().rev()).take_while(same).count();
    let left = &left[..left.len() - end];
    let right = &right[..right.len() - end];
    // Of two equal neighbours the second may be the one that is missing, so that a word goes on behind the next letter or ends.
    let longer = if name.len() > known.len() { &name } else { &known };
    let rest = longer.get(start + 1..).unwrap_or_default();
    let is_within = rest.first().is_some_and(char::is_ascii_lowercase);
    match (left, right) {
        // The letters are the same; upper and lower case are not.
        ([], []) => true,
        ([a], [b]) => a.is_alphabetic() && b.is_alphabetic(),
        ([a, b], [c, d]) => a.eq_ignore_ascii_case(d) && b.eq_ignore_ascii_case(c),
        ([a], []) | ([], [a]) => a.is_alphabetic() && is_within,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_misspelt;
    use crate::{Engine, Format, Schemas, Versions, read};
    use plumb_text::diag::Severity;
    use plumb_text::{Source, TextMap};

    #[test]
    fn what_a_newer_release_may_have_is_a_warning_and_a_slip_an_error() {
        let text = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a}\nspec:\n  \
                    host: a\n  trafficPolicy:\n    loadBalancer: {simple: FASTEST, sticky: true, wramup: {}}\n";
        let source = Source::new("a.yaml", text);
        let documents = read(text, &TextMap::identity(&source), Format::Yaml).documents;
        let engine = Engine::new(Schemas::embedded());
        let said = |release: &str| -> Vec<(Severity, bool)> {
            let versions = Versions::parse(release).expect(release);
            let found = engine.validate(&documents, &versions);
            found.iter().map(|one| (one.severity, one.message.contains("wramup"))).collect()
        };
        let newer = said("istio=1.99");
        assert_eq!(newer.len(), 3, "{newer:?}");
        for (severity, is_slip) in newer {
            let expected = if is_slip { Severity::Error } else { Severity::Warning };
            assert_eq!(severity, expected);
        }
        assert!(said("istio=1.32").iter().all(|(severity, _)| *severity == Severity::Error));
    }

    #[test]
    fn a_slip_is_within_a_word() {
        for (name, known) in [
            ("weigthUpdatePeriod", "weightUpdatePeriod"),
            ("attemps", "attempts"),
            ("hedaers", "headers"),
            ("backendrefs", "backendRefs"),
            ("timeuots", "timeouts"),
            ("retrry", "retry"),
            ("rertry", "retry"),
            ("tineout", "timeout"),
        ] {
            assert!(is_misspelt(name, known), "{name} {known}");
        }
        for (name, known) in [
            ("hostnames", "hostname"),
            ("hostname", "hostnames"),
            ("httpsPort", "httpPort"),
            ("minTTL", "maxTTL"),
            ("ipv6", "ipv4"),
            ("maxRetries", "retries"),
            ("timeoutSeconds", "timeout"),
            ("", "a"),
        ] {
            assert!(!is_misspelt(name, known), "{name} {known}");
        }
    }
}
