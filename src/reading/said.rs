//! Comments that say that something is left out, and words before a fence that say that it shows a part.

use regex::Regex;
use std::sync::LazyLock;

/// What a manifest is made of, as people call it.
const THINGS: &str = "(?:fields?|settings?|config(?:uration)?s?|options?|containers?|specs?|values?|propert(?:y|ies)|attributes?|parts?|\
    parameters?|details?|lines?|contents?|stuff|code|ya?ml|manifests?|definitions?|sections?|entries|entry|items?|keys?|labels?|\
    annotations?|metadata|rules?|resources?|objects?|ports?|env(?:ironment)?(?: (?:variables?|vars?))?|volumes?|mounts?|volume mounts?|\
    routes?|hosts?|listeners?|arguments?|args?|flags?|things?|data|templates?|policies|policy|services?|deployments?|pods?|workloads?|\
    steps?|fields|info(?:rmation)?|elements?|blocks?|users?|clusters?|contexts?|backends?|filters?|match(?:es)?|selectors?|tolerations?|\
    probes?|secrets?|names?|namespaces?)";

/// Whether a comment, without its `#`, says that something is left out.
pub(super) fn leaves_out(comment: &str) -> bool {
    let comment = comment.trim();
    if begins_with_dots(comment) || ends_with_dots(comment) {
        return true;
    }
    let words = comment.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let words = words.split_whitespace().collect::<Vec<_>>();
    // A sentence of some length tells something, and leaves nothing out.
    if words.is_empty() || words.len() > 10 {
        return false;
    }
    let words = words.join(" ");
    SAYS_SO.is_match(&words) && !TELLS.is_match(&words)
        || NAMES_IT.is_match(&words)
        || says_missing(&words)
}

/// Whether words say that something of what is shown is missing.
fn says_missing(words: &str) -> bool {
    static MISSING: LazyLock<Regex> = LazyLock::new(|| {
        let what = format!(r"(?:{THINGS}|much|lot|lots|rest|most|others?)");
        pattern(&format!(
            r"\b{what} (?:is |are |was |were |has been |have been )?(?:missing|skipped|stripped|hidden|cut(?: off| out)?)$|^(?:a )?partial(?:ly)?(?: (?:shown|{THINGS}|example|output|listing|view|snippet))+$|^(?:incomplete|only (?:the )?relevant {THINGS}(?: shown)?)$"
        ))
    });
    static DENIED: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:if|when|where|unless|no|not|never|nothing|none)\b"));
    MISSING.is_match(words) && !DENIED.is_match(words)
}

/// Words that mean nothing else.
static SAYS_SO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bfor brevity\b|^(?:\S+ ){0,6}(?:omitted|truncated|snip(?:ped)?|elided|left out|redacted|not shown|abbreviated|abridged|shortened)(?: (?:here|below|above|for \w+(?: \w+)?|in (?:this|the) (?:examples?|snippet|listing|excerpt|sample|output|manifest|yaml|file|page|guide|document\w*)|by \w+))?$",
    )
});

/// Words with which a sentence tells when something is so, or that it is not.
static TELLS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:may|can|cannot|must|should|could|would|will|if|when|where|unless|until|before|nothing|never|no|nor|none)\b",
    )
});

/// The whole of what a comment says.
static NAMES_IT: LazyLock<Regex> = LazyLock::new(|| {
    let rest = format!(
        r"(?:the )?(?:rest|remainder|remaining)(?: of (?:the |your |this |its )?(?:\w+ )?{THINGS})?(?: {THINGS})?"
    );
    let state = r"(?:is |are |stays? |remains? |as )?(?:unchanged|the same|same|as (?:before|above|is|usual|needed)|as it (?:was|is)|here|below|above|follows?|unmodified|untouched|before)";
    let more = format!(
        r"(?:(?:the|your|any|all|some|and|plus|existing|additional|other|others|more|further|remaining|previous|usual|normal|same|standard) )*(?:existing|additional|other|more|further|remaining|previous|usual|your) (?:\w+ )?{THINGS}(?: {THINGS})?"
    );
    let and = r"(?: (?:go(?:es)? (?:in )?here|come here|here|follows?|unchanged|as (?:before|above|needed|required|usual|is)|below|above|etc|and so on|can (?:go|be added) here|stay the same|remain(?:s)? (?:unchanged|the same)))?";
    let same = format!(
        r"(?:the )?(?:same|identical|unchanged|similar)(?: {THINGS})?(?: (?:as|to) (?:\w+ ){{0,4}}\w+)?"
    );
    let earlier = r"(?:as|like|same as|unchanged (?:from|since)) (?:(?:shown|seen|described|defined|given|is) )?(?:in )?(?:the )?(?:previous|above|before|earlier|first|last|original)(?: (?:one|examples?|snippet|steps?|section|manifest|file|listing))?(?: above)?";
    let keep = format!(
        r"(?:please )?(?:keep|leave) (?:{rest}|(?:everything|all) else|(?:all )?(?:the )?others?)(?: {state}| as it is| as they are| alone)?"
    );
    pattern(&format!(
        r"^(?:{earlier}|{keep}|add {more}{and}|etc|et cetera|and so (?:on|forth)|and more|more|continues?|continued|and others|unchanged|as (?:before|above)|see above|like (?:above|before)|no changes?|existing|{rest}|{rest} {state}|(?:everything|all) else (?:{state}|goes here)|{THINGS} (?:is |are )?(?:unchanged|as (?:before|above))|{same}|{more}{and}|more (?:here|below|to come|follows?))$"
    ))
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

/// Whether a comment's text begins with dots.
pub(super) fn begins_with_dots(comment: &str) -> bool {
    let comment = comment.trim_start().trim_start_matches(['[', '{', '(', '<']).trim_start();
    comment.starts_with("...") || comment.starts_with("···") || comment.starts_with('…')
}

fn ends_with_dots(comment: &str) -> bool {
    let comment = comment.trim_end().trim_end_matches([']', '}', ')', '>']);
    comment.ends_with("...") || comment.ends_with('…')
}

/// Whether what stands before a fence says that the fence shows a part: what to add, to change, what is printed or made.
pub(super) fn announces_part(prose: &str) -> bool {
    static SAID: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?ix) \b(?: (?:add|append|insert|set|change|edit|modify|update|annotate|label|uncomment|remove)
              \s+ (?:(?:the|this|these|that|an?|your|following|its|new|more|some)\s+)+ (?:\S+\s+){0,3}?
              (?:annotations?|labels?|fields?|sections?|blocks?|lines?|stanzas?|snippets?|propert(?:y|ies)|settings?|attributes?|parameters?|keys?)\b
            | (?:edit|patch|annotate)\s+(?:the|your|this|its|an?\sexisting)\s | (?:kubectl|oc)\s(?:edit|patch)\b | snippet | excerpt | fragment
            | (?:the\s)?relevant\s(?:parts?|sections?|lines?|fields?)
            | (?:change|edit|modify|update|adjust)\s (?:\S+\s+){1,6}? as\s(?:shown|follows|below)
            | output\s(?:would|should|will|looks|is) )",
        )
    });
    let sentence = last_sentence(prose);
    let in_brackets = || brackets(sentence).any(leaves_out);
    SAID.is_match(prose)
        || asks_to_look(prose)
        || adds_to(sentence)
        || is_made(sentence)
        || in_brackets()
}

/// Whether a paragraph says of what stands below it that it is what some program printed: `Sample output:`.
pub(super) fn announces_output(prose: &str) -> bool {
    let sentence = last_sentence(prose).trim_end_matches(['\n', ' ', ':', '*', '_', '.']);
    let last = sentence.rsplit([' ', '*', '_', '#', '\n']).next().unwrap_or("");
    last.eq_ignore_ascii_case("output") || last.eq_ignore_ascii_case("outputs")
}

/// Whether a paragraph says of what stands below it that it is a grammar, written as if it were an example: `## Synopsis`.
pub(super) fn announces_grammar(prose: &str) -> bool {
    let words = prose.trim_matches(|c: char| !c.is_alphanumeric());
    ["synopsis", "syntax", "grammar"].iter().any(|word| words.eq_ignore_ascii_case(word))
}

/// Whether a paragraph asks to look for something in what a program has made: "verify that the files show `kind: Role`".
pub(crate) fn asks_to_look(prose: &str) -> bool {
    static LOOK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?ix) \b(?:verify|check|ensure|confirm|make\ssure|see|notice|note)\s (?:\S+\s+){0,5}?
              (?:shows?|contains?|includes?|has|have|displays?)\s (?:\S+\s+){0,3}?`[^`\n]+`",
        )
    });
    LOOK.is_match(last_sentence(prose))
}

/// Whether a paragraph says that what follows are examples, or ways to choose from.
pub(super) fn speaks_of_examples(prose: &str) -> bool {
    static EXAMPLES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)\b(?:examples?|values|either|alternative\w*|one of|options)\b")
    });
    EXAMPLES.is_match(last_sentence(prose))
}

/// What stands directly before a fence.
pub(super) fn last_sentence(prose: &str) -> &str {
    let prose = prose.trim_end().trim_end_matches(['.', ':', '*', '_']);
    let ends = [". ", ".\n", "? ", "?\n", "! ", "!\n"].into_iter();
    let start = ends.filter_map(|end| Some(prose.rfind(end)? + end.len())).max();
    &prose[start.unwrap_or(0)..]
}

/// What a sentence says in brackets.
fn brackets(sentence: &str) -> impl Iterator<Item = &str> {
    sentence.split('(').skip(1).filter_map(|part| Some(part.split_once(')')?.0))
}

/// Whether a sentence asks to add something to an object that there is: ``add `x` ``, `add … to the Deployment`.
fn adds_to(sentence: &str) -> bool {
    static ADDS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?ix) \b(?: (?:add|append|insert|set|replac|chang)(?:e|t?ing)?\s+ `[^`\s]+`
            | (?:add|append|insert)(?:ing)?\s [^.]{1,80}? \b(?:to|into|in)\s (?:the|your|its|this|an?\sexisting|existing)\s (?:[\w`*./-]+\s+){0,3}?
              [`*]*(?:deployments?|daemonsets?|statefulsets?|pods?|services?|service\s?accounts?|ingress(?:es)?|config\s?maps?|secrets?|namespaces?|nodes?|manifests?|specs?|objects?|resources?|metadata)\b
            | patch(?:es)?\s (?:[\w`*./-]+\s+){0,4}? with\b )",
        )
    });
    ADDS.is_match(sentence)
}

/// Whether a sentence says that a program makes or prints what follows. What the reader writes may make something too.
fn is_made(sentence: &str) -> bool {
    static MADE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?ix) \b(?: (?:will|would)\s(?:then\s|also\s)?(?:create|generate|produce|render|print|output|return|show)
            | (?:creates|generates|produces|renders|prints|outputs|returns)\s | result(?:s|ing)?\s(?:in|is|looks)
            | results?:?\s*$ | (?:is|are|gets?|was|were)\s(?:then\s|automatically\s)?(?:generated|produced|rendered|printed)
            | (?:the|this|following|example|sample|expected|similar)\s(?:[\w`-]+\s){0,3}?output\b | output$ )",
        )
    });
    static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:following|below|manifests?|ya?ml|files?|definitions?|config\w*|specs?|polic(?:y|ies))\b",
        )
    });
    static ABOVE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)\b(?:above|previous|preceding|earlier)\b"));
    let Some(made) = MADE.find(sentence) else { return false };
    let before = &sentence[..made.start()];
    made.as_str().to_ascii_lowercase().ends_with("output")
        || !WRITTEN.is_match(before)
        // What stands above makes what stands below.
        || ABOVE.is_match(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Comments that leave something out, and others of the same words that tell something.
    #[test]
    fn comments_that_leave_something_out() {
        for text in [
            "... more",
            "···",
            "and 3 others…",
            "[...]",
            "rest of spec...",
            "etc",
            "etc.",
            "existing config",
            "additional fields",
            "other containers",
            "your other settings go here",
            "rest of the deployment spec",
            "the rest is unchanged",
            "remaining fields are unchanged",
            "same as above",
            "as before",
            "unchanged",
            "as in the previous example",
            "as shown above",
            "unchanged from above",
            "keep the rest",
            "leave the rest as is",
            "keep everything else unchanged",
            "add other fields as needed",
            "(truncated)",
            "-- snip --",
            "fields omitted for brevity",
            "more options here",
            "same spec as in the first example",
            "and so on",
            "a lot of stuff is missing",
            "some fields are missing",
            "partial example",
            "rest omitted",
            "everything else stays the same",
            "omitted for clarity",
            "output truncated",
            "abridged",
        ] {
            assert!(leaves_out(text), "{text}");
        }
        for text in [
            "",
            "the rest of the team knows it",
            "not shown in the dashboard",
            "as described in the design",
            "keep the pods running",
            "add other labels to find it",
            "same image in both zones",
            "no other cluster has it",
            "see etcd for the reason",
            "the rest of the labels come from the chart",
            "more than one is allowed",
            "other teams use port 81",
            "unchanged since the first release of the product",
            "existing users keep their tokens",
            "partial matches are found too",
            "if fields are missing, the server fills them in",
            "no label is missing",
            "the port is hidden by the proxy",
            "additional cost: none",
            "your token",
            "logs are truncated at 1 MiB",
            "the selector may be omitted",
            "nothing is truncated by the agent",
            "everything else is a matter of taste",
            "this is the same port that the probe uses in the second example of this page, as above",
        ] {
            assert!(!leaves_out(text), "{text}");
        }
    }

    #[test]
    fn words_before_a_fence_that_announce_a_part() {
        for text in [
            "Add the following annotation to the Service:",
            "Edit the Deployment:",
            "Then the output looks like this:",
            "add this label to your namespace",
            "The relevant part of the manifest is:",
            "Set the `replicas` field:",
            "Then modify the mount options as shown below:",
            "I.e. if your deployment resource looks like (partial example):",
            "A simple example (a lot of stuff is missing) with a headless service called `ksvc`.",
            "Add `resource.exclusions`, e.g.:",
            "Add `hostNetwork: true` to the Deployment:",
            "Add a toleration to the pod `spec`:",
            "Patch the Deployment with:",
            "You can enable mirroring by replacing `a/b` with `iterations` and by setting `mirror` to `true`:",
            "This will create the Role that the operator needs:",
            "The controller generates this Service:",
            "the output kubernetes secret would be:",
            "The following example output shows the configuration of a mesh:",
            " will create a secret with:",
            "Results in:",
            "When expanded, the above configs will produce the following `Pod`:",
            "Verify that the new files show `kind: Role` and nothing else:",
            "Check that the manifest has the label `app: web`:",
            "Use `kubectl edit ingress web` or any other method to apply these changes.",
        ] {
            assert!(announces_part(text), "{text}");
        }
        for text in [
            "Create a Deployment:",
            "Apply this manifest:",
            "Here is a complete example:",
            "Save the manifest as `a.yaml`:",
            "The following manifest will create a Deployment:",
            "This file generates a Secret:",
            "These configs will produce a Pod:",
            "The controller generates a Secret. Create a Deployment for it:",
            "Create a Deployment (two replicas):",
            "Add a Deployment:",
            "This is what the example would look like:",
            "Verify that the cluster has two nodes, and create this Pod:",
            "See the reference of `kubectl`:",
            "Deploy a pod that sends its output to the collector:",
        ] {
            assert!(!announces_part(text), "{text}");
        }
        for text in ["**Sample Output**", "It runs. Expected output:", "Output", "The output:\n"] {
            assert!(announces_output(text), "{text}");
        }
        assert!(announces_grammar("## Synopsis\n") && announces_grammar("**Syntax:**"));
        assert!(!announces_grammar("The syntax is:") && !announces_grammar(""));
        for text in
            ["", "Send the output to a file:", "The output is sent to this Pod:", "Throughput"]
        {
            assert!(!announces_output(text), "{text}");
        }
    }
}
