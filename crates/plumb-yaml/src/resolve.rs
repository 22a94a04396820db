//! What a plain scalar means to `sigs.k8s.io/yaml`: go-yaml's reading of YAML 1.1, then a round through JSON, in which
//! a float without a fraction becomes a whole number.

use super::Value;

/// What a scalar with this tag is; `Err` says what is wrong in go-yaml's words.
///
/// `tag` is the resolved tag in its short form (`!!str`), empty where there is none.
pub(crate) fn resolve(tag: &str, text: &str) -> Result<Value, String> {
    let value = match tag {
        "!!str" | "!" => return Ok(Value::String(text.to_owned())),
        "!!binary" => {
            return decode_base64(text)
                .map(|octets| Value::String(String::from_utf8_lossy(&octets).into_owned()));
        }
        "" | "!!bool" | "!!int" | "!!float" | "!!null" | "!!timestamp" => plain(text),
        // go-yaml hands scalars with tags that it does not know through as text.
        _ => return Ok(Value::String(text.to_owned())),
    };
    let kind = match &value {
        Value::Null => "!!null",
        Value::Bool(_) => "!!bool",
        Value::Int(_) if integer(&text.replace('_', "")).is_none() => "!!float",
        Value::Int(_) => "!!int",
        Value::Float(_) => "!!float",
        _ => "!!str",
    };
    let fits = tag.is_empty()
        || tag == kind
        || (tag == "!!float" && kind == "!!int")
        || (tag == "!!timestamp" && kind == "!!str");
    if fits { Ok(value) } else { Err(format!("cannot decode {kind} `{text}` as a {tag}")) }
}

/// A scalar without quotes or tag.
pub fn plain(text: &str) -> Value {
    let Some(first) = text.bytes().next() else { return Value::Null };
    match first {
        b'+' | b'-' | b'.' | b'0'..=b'9' => number(text),
        b'~' | b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' => word(text),
        _ => None,
    }
    .unwrap_or_else(|| Value::String(text.to_owned()))
}

fn word(text: &str) -> Option<Value> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Value::Null,
        _ => return None,
    })
}

fn number(text: &str) -> Option<Value> {
    match text {
        ".nan" | ".NaN" | ".NAN" => return Some(Value::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Some(Value::Float(f64::INFINITY));
        }
        "-.inf" | "-.Inf" | "-.INF" => return Some(Value::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    if text.starts_with('.') {
        return is_float(text).then(|| float(text)).flatten();
    }
    let without_underscores;
    let digits = if text.contains('_') {
        without_underscores = text.replace('_', "");
        &without_underscores
    } else {
        text
    };
    if let Some(int) = integer(digits) {
        return Some(Value::Int(int));
    }
    is_float(digits).then(|| float(digits)).flatten()
}

/// Go's `ParseInt(text, 0, 64)`, then `ParseUint`: the prefix tells the base, and a leading zero means octal.
fn integer(text: &str) -> Option<i128> {
    let (negative, signed, rest) = match text.as_bytes().first()? {
        b'-' => (true, true, &text[1..]),
        b'+' => (false, true, &text[1..]),
        _ => (false, false, text),
    };
    let prefix = rest.get(..2).map(str::to_ascii_lowercase);
    let (digits, base) = match prefix.as_deref() {
        Some("0x") => (&rest[2..], 16),
        Some("0b") => (&rest[2..], 2),
        Some("0o") => (&rest[2..], 8),
        Some(octal) if octal.starts_with('0') => (&rest[1..], 8),
        _ => (rest, 10),
    };
    if digits.is_empty() || digits.len() > 80 || !digits.bytes().all(|b| b.is_ascii_alphanumeric())
    {
        return None;
    }
    let magnitude = i128::from_str_radix(digits, base).ok()?;
    let value = if negative { -magnitude } else { magnitude };
    // A sign is only understood by the signed parse.
    let most = if signed { i128::from(i64::MAX) } else { i128::from(u64::MAX) };
    (i128::from(i64::MIN)..=most).contains(&value).then_some(value)
}

/// go-yaml's `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`.
fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = digits(rest);
    let mut rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = digits(fraction);
        if whole == 0 && count == 0 {
            return false;
        }
        rest = &fraction[count..];
    } else if whole == 0 {
        return false;
    }
    match rest.strip_prefix(['e', 'E']) {
        None => rest.is_empty(),
        Some(exponent) => {
            let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
    }
}

fn float(text: &str) -> Option<Value> {
    let value: f64 = text.parse().ok()?;
    // Out of range is an error to Go, and so leaves the text as it is.
    value.is_finite().then(|| through_json(value))
}

/// Go writes a float below 1e21 without an exponent, and without a fraction where it has none; read back, that is an
/// integer where it fits 64 bits.
fn through_json(value: f64) -> Value {
    if value.fract() == 0.0 && (-(2f64.powi(63))..2f64.powi(63)).contains(&value) {
        Value::Int(value as i128)
    } else {
        Value::Float(value)
    }
}

/// The text of a map key: `None` for what can't be one.
pub(crate) fn key_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(value) => Some(value.to_string()),
        Value::Float(value) if value.is_nan() => Some(".nan".to_owned()),
        Value::Float(value) if value.is_infinite() => {
            Some(if *value > 0.0 { "+.inf" } else { "-.inf" }.to_owned())
        }
        // sigs.k8s.io/yaml writes the key with the precision of 32 bits.
        Value::Float(value) => Some((*value as f32).to_string()),
        Value::Null | Value::Seq(_) | Value::Map(_) => None,
    }
}

/// The bytes of standard base64; line breaks are skipped.
pub fn decode_base64(text: &str) -> Result<Vec<u8>, String> {
    let wrong = || "!!binary value contains invalid base64 data".to_owned();
    let mut octets = Vec::new();
    let mut bits: u32 = 0;
    let mut count = 0;
    let mut padding = 0;
    let mut symbols = 0;
    for byte in text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')) {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            _ => return Err(wrong()),
        };
        if padding > 0 {
            return Err(wrong());
        }
        symbols += 1;
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            octets.push((bits >> count & 0xFF) as u8);
        }
    }
    if (symbols + padding) % 4 != 0 || padding > 2 {
        return Err(wrong());
    }
    Ok(octets)
}
