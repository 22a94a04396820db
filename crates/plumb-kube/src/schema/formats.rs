//! The formats that an API server checks.

use std::net::{Ipv4Addr, Ipv6Addr};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Int32,
    Int64,
    Float,
    Double,
    DateTime,
    Date,
    Duration,
    Byte,
    Ipv4,
    Ipv6,
    Ip,
    Cidr,
    Uri,
    Email,
    Hostname,
    Uuid,
    Mac,
}

impl Format {
    /// A format by its name; one that is not known here is not checked, as in an API server.
    pub(crate) fn named(name: &str) -> Option<Format> {
        Some(match name {
            "int32" => Format::Int32,
            "int64" => Format::Int64,
            "float" => Format::Float,
            "double" => Format::Double,
            "date-time" | "datetime" => Format::DateTime,
            "date" => Format::Date,
            "duration" => Format::Duration,
            "byte" => Format::Byte,
            "ipv4" => Format::Ipv4,
            "ipv6" => Format::Ipv6,
            "ip" => Format::Ip,
            "cidr" => Format::Cidr,
            "uri" => Format::Uri,
            "email" => Format::Email,
            "hostname" => Format::Hostname,
            "uuid" | "uuid3" | "uuid4" | "uuid5" => Format::Uuid,
            "mac" => Format::Mac,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::Int32 => "int32",
            Format::Int64 => "int64",
            Format::Float => "float",
            Format::Double => "double",
            Format::DateTime => "date-time",
            Format::Date => "date",
            Format::Duration => "duration",
            Format::Byte => "byte",
            Format::Ipv4 => "ipv4",
            Format::Ipv6 => "ipv6",
            Format::Ip => "ip",
            Format::Cidr => "cidr",
            Format::Uri => "uri",
            Format::Email => "email",
            Format::Hostname => "hostname",
            Format::Uuid => "uuid",
            Format::Mac => "mac",
        }
    }

    /// What one looks like, for help.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Format::Int32 => "a whole number from -2147483648 to 2147483647",
            Format::Int64 => "a whole number of 64 bits",
            Format::Float | Format::Double => "a number",
            Format::DateTime => "a time such as `2024-05-01T12:00:00Z`",
            Format::Date => "a date such as `2024-05-01`",
            Format::Duration => "a duration such as `1h30m` or `500ms`",
            Format::Byte => "text in base64",
            Format::Ipv4 => "an address such as `10.0.0.1`",
            Format::Ipv6 => "an address such as `fd00::1`",
            Format::Ip => "an IP address",
            Format::Cidr => "a block of addresses such as `10.0.0.0/8`",
            Format::Uri => "a URI such as `https://example.com`",
            Format::Email => "an address such as `me@example.com`",
            Format::Hostname => "a host name such as `example.com`",
            Format::Uuid => "a UUID",
            Format::Mac => "an address such as `00:1b:44:11:3a:b7`",
        }
    }

    /// Whether a whole number is within the format's range.
    pub(crate) fn holds_int(self, value: i128) -> bool {
        match self {
            Format::Int32 => i32::try_from(value).is_ok(),
            Format::Int64 => i64::try_from(value).is_ok(),
            _ => true,
        }
    }

    /// Whether a text has the format; formats of numbers say nothing about text.
    pub(crate) fn holds_text(self, text: &str) -> bool {
        match self {
            Format::Int32 | Format::Int64 | Format::Float | Format::Double => true,
            Format::DateTime => is_date_time(text),
            Format::Date => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
            Format::Duration => is_duration(text),
            Format::Byte => is_base64(text),
            Format::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Format::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Format::Ip => text.parse::<std::net::IpAddr>().is_ok(),
            Format::Cidr => is_cidr(text),
            Format::Uri => is_uri(text),
            Format::Email => is_email(text),
            Format::Hostname => is_hostname(text),
            Format::Uuid => is_uuid(text),
            Format::Mac => is_mac(text),
        }
    }
}

impl Format {
    /// The value that rules see in place of a text with this format.
    pub(crate) fn to_cel(self, text: &str) -> Option<plumb_cel::Value> {
        use plumb_cel::{Time, Value};
        match self {
            Format::DateTime => Time::parse(&text.to_uppercase()).map(Value::Timestamp),
            Format::Date => Time::parse(&format!("{text}T00:00:00Z")).map(Value::Timestamp),
            Format::Duration => go_duration(text).map(Value::Duration),
            Format::Byte => {
                let octets = crate::yaml::decode_base64(text).ok()?;
                Some(Value::Bytes(octets.into()))
            }
            _ => None,
        }
    }
}

fn is_date_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() >= 20
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && matches!(bytes[10], b'T' | b't' | b' ')
        && bytes[13] == b':';
    shape && text.is_ascii() && text.to_ascii_uppercase().parse::<jiff::Timestamp>().is_ok()
}

/// Go's durations (`1h30m`, `-1.5s`, `0`), and the words of go-openapi (`2 weeks`).
fn is_duration(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    go_duration(rest).is_some() || {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let unit = rest[digits..].trim_start();
        digits > 0
            && matches!(
                unit.strip_suffix('s').unwrap_or(unit),
                "nano"
                    | "nanosec"
                    | "nanosecond"
                    | "n"
                    | "micro"
                    | "microsec"
                    | "microsecond"
                    | "milli"
                    | "millisec"
                    | "millisecond"
                    | "m"
                    | "s"
                    | "sec"
                    | "second"
                    | "min"
                    | "minute"
                    | "h"
                    | "hr"
                    | "hour"
                    | "d"
                    | "day"
                    | "w"
                    | "wk"
                    | "week"
            )
    }
}

/// The units of Go's durations, in nanoseconds.
const UNITS: [(&str, i64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Go's `time.ParseDuration`, in nanoseconds.
pub(crate) fn go_duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        let (whole, after) = rest.split_at(rest.bytes().take_while(is_digit).count());
        let (part, after) = match after.strip_prefix('.') {
            Some(after) => after.split_at(after.bytes().take_while(is_digit).count()),
            None => ("", after),
        };
        if whole.is_empty() && part.is_empty() {
            return None;
        }
        let (unit, size) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        total = total.checked_add(whole.checked_mul(*size)?)?;
        // Of a fraction, no unit has more digits than this.
        let part = &part[..part.len().min(18)];
        if !part.is_empty() {
            let scale = 10_i128.pow(u32::try_from(part.len()).ok()?);
            let fraction = part.parse::<i128>().ok()? * i128::from(*size) / scale;
            total = total.checked_add(i64::try_from(fraction).ok()?)?;
        }
        rest = &after[unit.len()..];
    }
    Some(if negative { -total } else { total })
}

pub(crate) fn is_base64(text: &str) -> bool {
    let bare: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let data = bare.iter().rposition(|byte| *byte != b'=').map_or(0, |at| at + 1);
    bare.len().is_multiple_of(4)
        && bare.len() - data <= 2
        && bare[..data]
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let plain = !bits.is_empty() && bits.len() <= 3 && bits.bytes().all(|b| b.is_ascii_digit());
    let plain = plain && (bits == "0" || !bits.starts_with('0'));
    let bits: u8 = bits.parse().unwrap_or(u8::MAX);
    plain
        && ((bits <= 32 && address.parse::<Ipv4Addr>().is_ok())
            || (bits <= 128 && address.parse::<Ipv6Addr>().is_ok()))
}

/// What Go's `url.ParseRequestURI` takes: an absolute URI or an absolute path.
fn is_uri(text: &str) -> bool {
    if text.is_empty() || text.bytes().any(|byte| byte <= b' ' || byte == 0x7F) {
        return false;
    }
    if text.starts_with('/') {
        return true;
    }
    let Some((scheme, _)) = text.split_once(':') else { return false };
    let mut letters = scheme.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

fn is_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        let plain = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
        plain(local) && plain(domain) && !domain.contains('@')
    })
}

fn is_hostname(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && text.trim_end_matches('.').split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        })
}

fn is_uuid(text: &str) -> bool {
    let hex: Vec<usize> = text.split('-').map(str::len).collect();
    let digits = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    digits && (hex == [8, 4, 4, 4, 12] || hex == [32])
}

fn is_mac(text: &str) -> bool {
    let separator = if text.contains('-') { '-' } else { ':' };
    let parts: Vec<&str> = text.split(separator).collect();
    matches!(parts.len(), 6 | 8 | 20)
        && parts.iter().all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_hold_what_their_definitions_say() {
        let table: &[(&str, &[&str], &[&str])] = &[
            (
                "date-time",
                &["2024-05-01T12:00:00Z", "2024-05-01T12:00:00.5+02:00"],
                &["2024-05-01", "12:00", "2024-13-01T00:00:00Z", ""],
            ),
            ("date", &["2024-02-29"], &["2023-02-29", "20240229"]),
            (
                "duration",
                &["1h30m", "0", "-1.5s", "2 weeks", "500ms", "1µs"],
                &["", "1", "1x", "h", "1h 3"],
            ),
            ("byte", &["", "aGk=", "YWJj"], &["aGk", "a===", "é"]),
            ("ipv4", &["10.0.0.1"], &["10.0.0", "256.0.0.1", "::1", "010.0.0.1"]),
            ("ipv6", &["::1", "fd00::1:2"], &["1::2::3", "10.0.0.1", "g::"]),
            (
                "cidr",
                &["10.0.0.0/8", "fd00::/64", "0.0.0.0/0"],
                &["10.0.0.0", "10.0.0.0/33", "x/8", "10.0.0.0/08"],
            ),
            ("uri", &["https://a/b", "/x", "urn:x"], &["", "a b", "x"]),
            ("hostname", &["a.b-c", "x"], &["", "-a", "a..b"]),
            ("uuid", &["123e4567-e89b-12d3-a456-426614174000"], &["123"]),
            ("mac", &["00:1b:44:11:3a:b7"], &["00:1b"]),
            ("email", &["a@b.c"], &["a", "@b"]),
        ];
        for (name, good, bad) in table {
            let format = Format::named(name).unwrap();
            for text in *good {
                assert!(format.holds_text(text), "{name}: {text:?}");
            }
            for text in *bad {
                assert!(!format.holds_text(text), "{name}: {text:?}");
            }
        }
        assert!(Format::Int32.holds_int(2_147_483_647) && !Format::Int32.holds_int(2_147_483_648));
    }
}
