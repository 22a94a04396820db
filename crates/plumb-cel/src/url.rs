//! URLs as Go's `url.ParseRequestURI` reads them.

/// The parts of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    pub(crate) scheme: String,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) query: String,
    whole: String,
}

/// A host and a port of digits behind the last colon, outside brackets.
pub(crate) fn host_and_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        Some((name, port))
            if !port.contains(']') && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            (name, port)
        }
        _ => (host, ""),
    }
}

/// Reads an absolute URL, or an absolute path, as an API server does: once as a request has it, where a `#` is a character like any
/// other, to say whether it is one; then without its fragment, to take it apart.
pub(crate) fn parse(text: &str) -> Result<Url, String> {
    let url = request_uri(text)?;
    match text.split_once('#') {
        Some((before, _)) => Ok(Url { whole: text.to_owned(), ..request_uri(before)? }),
        None => Ok(url),
    }
}

fn request_uri(text: &str) -> Result<Url, String> {
    if text.is_empty() {
        return Err("empty url".to_owned());
    }
    if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
        return Err("invalid control character in URL".to_owned());
    }
    let whole = text.to_owned();
    let (scheme, rest) = scheme(text)?;
    let (rest, query) = rest.split_once('?').map_or((rest, ""), |(rest, query)| (rest, query));
    if !rest.starts_with('/') {
        return match scheme.is_empty() {
            true => Err("invalid URI for request".to_owned()),
            // An opaque URL: `mailto:a@b`.
            false => Ok(Url {
                scheme,
                host: String::new(),
                path: String::new(),
                query: query.into(),
                whole,
            }),
        };
    }
    let (authority, path) = match rest.strip_prefix("//") {
        Some(behind) if !scheme.is_empty() => {
            let end = behind.find('/').unwrap_or(behind.len());
            (&behind[..end], &behind[end..])
        }
        _ => ("", rest),
    };
    let host = match authority.rsplit_once('@') {
        Some((user, host)) => {
            let allowed = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
            if !user.chars().all(allowed) {
                return Err("net/url: invalid userinfo".to_owned());
            }
            host
        }
        None => authority,
    };
    check_host(host)?;
    escapes(path)?;
    let (host, path) = (unescaped_host(host), escaped_path(path));
    Ok(Url { scheme, host, path, query: query.to_owned(), whole })
}

fn scheme(text: &str) -> Result<(String, &str), String> {
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at == 0 => return Ok((String::new(), text)),
            '0'..='9' | '+' | '-' | '.' => {}
            ':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            ':' => return Ok((text[..at].to_ascii_lowercase(), &text[at + 1..])),
            _ => return Ok((String::new(), text)),
        }
    }
    Ok((String::new(), text))
}

fn check_host(host: &str) -> Result<(), String> {
    let port_is_valid = |port: &str| match port.strip_prefix(':') {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_digit()),
        None => port.is_empty(),
    };
    if let Some(inside) = host.strip_prefix('[') {
        let (address, port) = inside.rsplit_once(']').ok_or("missing ']' in host")?;
        if !port_is_valid(port) {
            return Err(format!("invalid port \"{port}\" after host"));
        }
        let address = address.split_once("%25").map_or(address, |(address, _)| address);
        return match address.parse::<std::net::Ipv6Addr>() {
            Ok(_) => Ok(()),
            Err(_) => Err("invalid host".to_owned()),
        };
    }
    if let Some(at) = host.find(':')
        && !port_is_valid(&host[host.rfind(':').unwrap_or(at)..])
    {
        return Err(format!(
            "invalid port \"{}\" after host",
            &host[host.rfind(':').unwrap_or(at)..]
        ));
    }
    let allowed = |c: char| {
        c.is_ascii_alphanumeric() || !c.is_ascii() || "-._~!$&'()*+,;=:[]<>\"%".contains(c)
    };
    match host.chars().find(|c| !allowed(*c)) {
        Some(c) => Err(format!("invalid character \"{c}\" in host name")),
        None => escapes(host),
    }
}

/// Every `%` has two digits behind it.
pub(crate) fn escapes(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    let right = |at: usize| {
        bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    match bytes.iter().enumerate().find(|(at, byte)| **byte == b'%' && !right(*at)) {
        Some((at, _)) => {
            let end = (at..=(at + 3).min(text.len())).rev().find(|end| text.is_char_boundary(*end));
            Err(format!("invalid URL escape \"{}\"", &text[at..end.unwrap_or(at)]))
        }
        None => Ok(()),
    }
}

pub(crate) fn unescaped(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let digits = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if plus && bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn unescaped_host(host: &str) -> String {
    unescaped(host, false)
}

/// The path as a request has it: as written where that is a valid encoding, else encoded anew.
fn escaped_path(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/[]%".contains(c);
    if path.chars().all(plain) {
        return path.to_owned();
    }
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte);
    let mut out = String::new();
    for byte in unescaped(path, false).bytes() {
        match kept(byte) {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_is_none_of_a_request_and_is_left_out_of_the_parts() {
        for no in ["http://a#b", "http://#a@b", "http://a/b#%zz", "#a"] {
            assert!(parse(no).is_err(), "{no}");
        }
        let url = parse("https://a/b?c=d#e").unwrap();
        assert_eq!((url.host.as_str(), url.path.as_str(), url.query.as_str()), ("a", "/b", "c=d"));
    }
}
