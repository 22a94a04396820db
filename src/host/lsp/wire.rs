//! Messages of JSON-RPC on a stream, each behind a header with its length.
//!
//! Owns: framing, and what a message is at all. Whatever comes is either a message or something to be answered with an
//! error; only a stream that ends or breaks ends the reading. Must not know: any method.

use crate::world::MESSAGE_LIMIT;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::io::{self, BufRead, Read, Write};

/// The longest line of a header.
const LONGEST_HEADER: u64 = 4096;

/// What a client has sent.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// It waits for an answer to this id.
    Request { id: Json, method: String, params: Json },
    /// It waits for none.
    Notification { method: String, params: Json },
    /// The answer to something that we have asked.
    Response,
    /// No message. The id is null where none could be read.
    Malformed { id: Json, error: Failure },
}

/// Why a request has no result: a code of JSON-RPC or of the protocol, and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: i32,
    pub(super) message: String,
}

impl Failure {
    pub(super) const PARSE: i32 = -32700;
    pub(super) const INVALID_REQUEST: i32 = -32600;
    pub(super) const UNKNOWN_METHOD: i32 = -32601;
    pub(super) const INVALID_PARAMS: i32 = -32602;
    pub(super) const INTERNAL: i32 = -32603;
    pub(super) const NOT_INITIALIZED: i32 = -32002;
    pub(super) const CANCELLED: i32 = -32800;
    pub(super) const FAILED: i32 = -32803;

    pub(super) fn new(code: i32, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into() }
    }
}

/// Reads the next message; nothing at the end of the stream.
pub(super) fn read(stream: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let malformed = |code, message: String| {
        Ok(Some(Incoming::Malformed { id: Json::Null, error: Failure::new(code, message) }))
    };
    let Some(length) = header(stream)? else { return Ok(None) };
    let Some(length) = length else {
        return malformed(Failure::PARSE, "a message has no `Content-Length`".to_owned());
    };
    if length > MESSAGE_LIMIT {
        io::copy(&mut stream.take(length), &mut io::sink())?;
        let message = format!("a message is longer than {} MiB", MESSAGE_LIMIT >> 20);
        return malformed(Failure::INVALID_REQUEST, message);
    }
    let mut body = Vec::new();
    stream.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Ok(None);
    }
    match serde_json::from_slice(&body) {
        Ok(Json::Object(message)) => Ok(Some(message_of(message))),
        Ok(_) => malformed(Failure::INVALID_REQUEST, "a message is not an object".to_owned()),
        Err(error) => malformed(Failure::PARSE, format!("a message is not JSON: {error}")),
    }
}

/// Reads a header: the length that it says, if it says one. Nothing at the end of the stream.
fn header(stream: &mut impl BufRead) -> io::Result<Option<Option<u64>>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if stream.take(LONGEST_HEADER).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            return Ok(Some(length));
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("Content-Length")
        {
            length = value.trim().parse().ok();
        }
    }
}

fn message_of(mut message: Map<String, Json>) -> Incoming {
    let id = message.remove("id");
    let method = message.remove("method");
    let params = message.remove("params").unwrap_or(Json::Null);
    let is_id = |id: &Json| id.is_string() || id.is_number();
    match (id, method) {
        (None, Some(Json::String(method))) => Incoming::Notification { method, params },
        (Some(id), Some(Json::String(method))) if is_id(&id) => {
            Incoming::Request { id, method, params }
        }
        (Some(_), None) if message.contains_key("result") || message.contains_key("error") => {
            Incoming::Response
        }
        (id, _) => Incoming::Malformed {
            id: id.filter(is_id).unwrap_or(Json::Null),
            error: Failure::new(Failure::INVALID_REQUEST, "this is no request"),
        },
    }
}

/// What goes to the client.
#[derive(Clone, Debug)]
pub(super) struct Outgoing(Json);

impl Outgoing {
    /// The answer to a request.
    pub(super) fn response(id: Json, result: Result<Json, Failure>) -> Outgoing {
        Outgoing(match result {
            Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
            Err(Failure { code, message }) => {
                json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
            }
        })
    }

    /// Something that it should know.
    pub(super) fn notification(method: &str, params: impl Serialize) -> Outgoing {
        let params = serde_json::to_value(params).unwrap_or(Json::Null);
        Outgoing(json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    /// Something that it is asked; whatever it answers.
    pub(super) fn request(id: &str, method: &str, params: impl Serialize) -> Outgoing {
        let params = serde_json::to_value(params).unwrap_or(Json::Null);
        Outgoing(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
    }

    /// Writes it.
    pub(super) fn write(&self, stream: &mut impl Write) -> io::Result<()> {
        let text = self.0.to_string();
        write!(stream, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut stream: &[u8]) -> Vec<Incoming> {
        std::iter::from_fn(|| read(&mut stream).unwrap()).collect()
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn what_is_no_message_is_told_and_the_next_one_is_read() {
        let good = framed(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        for (bad, code, id) in [
            (framed("{"), Failure::PARSE, json!(null)),
            (framed("[]"), Failure::INVALID_REQUEST, json!(null)),
            (framed(r#"{"id":1}"#), Failure::INVALID_REQUEST, json!(1)),
            (framed(r#"{"id":[],"method":"a"}"#), Failure::INVALID_REQUEST, json!(null)),
            (framed(r#"{"id":"x","method":2}"#), Failure::INVALID_REQUEST, json!("x")),
            ("Content-Type: a\r\n\r\n".to_owned(), Failure::PARSE, json!(null)),
            ("Content-Length: -3\r\n\r\n".to_owned(), Failure::PARSE, json!(null)),
        ] {
            let read = all(format!("{bad}{good}").as_bytes());
            let [Incoming::Malformed { id: told, error }, Incoming::Notification { .. }] =
                &read[..]
            else {
                panic!("{bad}: {read:?}");
            };
            assert_eq!((told, error.code), (&id, code), "{bad}");
        }
        let request = framed(r#"{"id":7,"method":"shutdown"}"#);
        let expected =
            Incoming::Request { id: json!(7), method: "shutdown".into(), params: Json::Null };
        assert_eq!(all(request.as_bytes()), [expected]);
        assert_eq!(all(framed(r#"{"id":7,"result":null}"#).as_bytes()), [Incoming::Response]);
    }

    #[test]
    fn a_length_that_nobody_sends_takes_no_memory() {
        assert_eq!(all(b"Content-Length: 60000000\r\n\r\n{}"), []);
        let told = all(b"Content-Length: 18446744073709551615\r\n\r\n{}");
        assert!(matches!(told[..], [Incoming::Malformed { .. }]), "{told:?}");
    }
}
