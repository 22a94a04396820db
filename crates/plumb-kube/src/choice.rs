//! Alternatives in place of a value, as a synopsis writes them.

/// Whether a text is a choice, as a synopsis writes it, between words each of which is right: `a | b`, `a|b`, `a or b`. Between
/// `true/false` too, but `TCP/UDP` is what one writes who wants both.
pub(crate) fn is_choice(text: &str, is_right: impl Fn(&str) -> bool) -> bool {
    let text = text.trim();
    let separator = match text {
        "true/false" | "false/true" => "/",
        _ if text.contains('|') => "|",
        _ => " or ",
    };
    text.contains(separator) && text.split(separator).all(|word| is_right(word.trim()))
}

#[cfg(test)]
mod tests {
    use super::is_choice;

    #[test]
    fn a_choice_is_between_what_is_right() {
        let is_right = |word: &str| ["TCP", "UDP", "true", "false"].contains(&word);
        for text in ["TCP | UDP", "TCP|UDP", " TCP or UDP", "true/false", "true | false | TCP"] {
            assert!(is_choice(text, is_right), "{text}");
        }
        for text in ["", "TCP", "TCP/UDP", "TCP, UDP", "TCP | ICMP", "TCP |", "|", "TCPorUDP"] {
            assert!(!is_choice(text, is_right), "{text}");
        }
    }
}
