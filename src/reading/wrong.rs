//! Words before a text that say that it is wrong on purpose: "the following is invalid", "don't do this", "a bad example".
//!
//! An author who shows a mistake says so right before it, of the text itself and without a condition. "This fails unless you …",
//! "if the port is wrong" and "to fix the invalid manifest" tell of something else.

use super::said::last_sentence;
use regex::Regex;
use std::sync::LazyLock;

/// Whether a paragraph says of what stands below it that it is wrong.
pub(crate) fn is_told_wrong(paragraph: &str) -> bool {
    let sentence = last_sentence(paragraph).replace(['’', '*', '_'], "'");
    let words = sentence.trim().trim_start_matches(['#', '>', '-', ' ', '\'']);
    if TITLE.is_match(words.trim_end_matches(['\'', ' ', ':', '.', '!'])) {
        return true;
    }
    // A clause of its own is about something else: "denies what is not allowed".
    let main = CLAUSE.replace_all(words, "");
    SAYS.is_match(&main) && !CONDITION.is_match(words)
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

/// The whole of what is said.
static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^(?:[❌✗✘🚫👎]\s*.{0,60} | (?:an?\s|the\s)?(?:bad|wrong|incorrect|invalid|broken|not\s(?:allowed|valid))(?:\s(?:example|ya?ml|manifest|config(?:uration)?|usage|way))?
          | (?:don'?t|do\snot)(?:\s(?:do|write|use)(?:\s(?:this|that|it))?)? | (?:anti-?pattern|counter-?example))$",
    )
});

/// What says it of the text below, or of an object of it: that is what the sentence is about. "All traffic is rejected" and "these
/// requests should fail" tell of what a right one does.
static SAYS: LazyLock<Regex> = LazyLock::new(|| {
    let wrong = r"(?:invalid|incorrect|wrong|forbidden|disallowed|illegal|malformed|rejected|refused|denied|not\s(?:allowed|valid|permitted|accepted|correct|legal|possible))";
    let bad =
        "(?:bad|wrong|incorrect|invalid|broken|faulty|malformed|erroneous|misconfigured|illegal)";
    let thing = r"(?:examples?|manifests?|config\w*|specs?|polic(?:y|ies)|objects?|resources?|ya?ml|snippets?|definitions?|usages?|values?|deployments?|services?|pods?|routes?|rules?)";
    let subject = format!(
        r"^(?:(?:note|so|but|and|however|for\sexample|e\.g\.)[,\s]+(?:that\s)?)?(?:this|the\sfollowing|following|the\sbelow|(?:this|these|the|the\sfollowing|following)\s(?:[\w`*-]+\s){{0,2}}?[`'*]?{thing}[`'*]?)(?:\sbelow)?"
    );
    pattern(&format!(
        r"(?ix) {subject}\s(?:is|are|will\sbe|would\sbe|gets?)\s(?:\w+\s)?{wrong}\b
          | {subject}\s(?:will|would|should|must|does|do)\s(?:\w+\s)?(?:fail|not\s(?:work|be\s(?:accepted|allowed|admitted|created)))\b
          | {subject}\s(?:does|do)(?:n't|\snot)\s(?:\w+\s)?(?:satisfy|comply|conform|meet|pass)\b
          | {subject}\sfails?\s(?:validation|to\s(?:apply|validate|be\s\w+)|with|because)\b
          | \b(?:this|the\s(?:following|next)|following|these|(?:here(?:'s|\sis|\sare)|consider|see|shows?)\s(?:an?|some|the\sfollowing))\s(?:example\sof\s(?:an?\s)?)?{bad}\s(?:\w+\s){{0,2}}?{thing}\b
          | ^(?:an?\s)?(?:example\sof\san?\s)?{bad}\s(?:\w+\s){{0,2}}?{thing}(?:\s(?:with|of|for|where|that)\s.*)?['\s]*$
          | \b(?:don'?t|do\snot|never)\s(?:do|use|write|apply|create|configure)\s(?:this|it|that|the\sfollowing|something\slike)\b
          | \b(?:intentionally|deliberately|purposely|purposefully)\s(?:\w+\s)?(?:bad|wrong|incorrect|invalid|broken|misconfigured|malformed|fail\w*|non-?exist\w*)\b
          | \b(?:invalid|wrong|incorrect|broken|fails?)\son\spurpose\b
          | \b(?:examples?|manifests?|config\w*|specs?|ya?ml|snippets?)\b[^.;]{{0,40}}\sto\smake\s[^.;]{{1,60}}\binvalid\b
          | ^(?:this\sis\s)?(?:an?\s)?(?:anti-?pattern|counter-?example)\b"
    ))
});

static CLAUSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:what|that|which|who|whose|whether|sure)\b[^,;]*?\b(?:is|are|be|gets?|will|would|must|should|do|does)\b[^,;]*",
    )
});

/// What makes it hold only sometimes, or tells of what comes in its place.
static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:unless|if|until|otherwise|without|when|once|before|except|only|instead|fix(?:es|ed|ing)?|correct(?:s|ed|ing)?|replac\w+|resolv\w+|repair\w*|prevent\w*|avoid\w*|ensure\w*|(?:not|never|isn't|aren't) (?:be )?(?:invalid|wrong|incorrect|rejected|refused|denied|forbidden)|not fail|won't fail)\b",
    )
});

#[cfg(test)]
mod tests {
    use super::is_told_wrong;

    #[test]
    fn words_that_say_that_what_follows_is_wrong() {
        for text in [
            "The following manifest is invalid:",
            "The next one is longer. This configuration is not allowed, since the port is taken:",
            "**Bad example:**",
            "An invalid HTTPRoute configuration with two names:",
            "Don't do this:",
            "Don’t do this:",
            "❌ Two defaults:",
            "Here is an invalid Gateway configuration:",
            "The following will be rejected by the webhook:",
            "This Service will fail, as its port is out of range:",
            "This deliberately invalid manifest shows the message:",
            "The following example of an incorrect policy has two rules:",
            "Modifying the above example to make the backendRef invalid by using a port that does not exist\nwill result in 500:",
            "Do not use the following:",
            "This manifest fails validation because of its name:",
            "This is an anti-pattern:",
        ] {
            assert!(is_told_wrong(text), "{text}");
        }
        for text in [
            "",
            "Create a Service:",
            "This fails unless you add a label:",
            "If the port is wrong, this will fail:",
            "To fix the invalid manifest, write this:",
            "This will be rejected without a namespace, so add one:",
            "The old name is not allowed any more. Write this:",
            "Replace the wrong manifest by the following one:",
            "A bad example is worth nothing, so take this Pod:",
            "The following policy denies what is not allowed:",
            "This policy forbids invalid names:",
            "The following NetworkPolicy makes sure that traffic is not rejected:",
            "Avoid this error with a selector:",
            "The request will fail with 403 once this policy is applied:",
            "The following Pod will not fail:",
            "An invalid request is answered with 400 by this route:",
            "In this namespace all traffic is rejected:",
            "This shows how requests are denied:",
            "With this policy requests from other namespaces are denied:",
            "These requests should fail:",
            "Traffic of this gateway will not be accepted:",
            "This makes the old token invalid:",
            "With the following rule direct calls to the database are rejected:",
            "To avoid the anti-pattern, write this:",
        ] {
            assert!(!is_told_wrong(text), "{text}");
        }
    }
}
