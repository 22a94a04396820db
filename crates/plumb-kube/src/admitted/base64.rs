//! Bytes as the text that JSON holds for them.

/// Bytes as standard base64 (RFC 4648), in one line.
pub(super) fn encode(octets: &[u8]) -> String {
    const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(octets.len().div_ceil(3) * 4);
    for three in octets.chunks(3) {
        let octet = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = octet(0) << 16 | octet(1) << 8 | octet(2);
        for at in 0..4 {
            let six = (bits >> (18 - 6 * at)) as usize & 63;
            text.push(if at <= three.len() { SYMBOLS[six].into() } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    /// The table of RFC 4648.
    #[test]
    fn base64_goes_both_ways() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("\u{fffd}?>", "77+9Pz4="),
        ] {
            assert_eq!(super::encode(text.as_bytes()), encoded);
            let decoded = crate::yaml::decode_base64(encoded);
            assert_eq!(decoded.as_deref(), Ok(text.as_bytes()));
        }
    }
}
