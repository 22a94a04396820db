//! Raw HTML in a text, comments left out.

use super::Dialect;
use super::guard::guarded;
use crate::text::Span;
use pulldown_cmark::{Event, Parser};

/// Where raw HTML stands in a text. Of a text that the parser can't bear nothing is said.
pub fn raw_html(text: &str, dialect: Dialect) -> Vec<Span> {
    let found = guarded(|| {
        let events = Parser::new_ext(text, dialect.options()).into_offset_iter();
        let mut in_comment = false;
        let mut found = Vec::new();
        for (event, range) in events {
            let (Event::Html(html) | Event::InlineHtml(html)) = event else { continue };
            let html = html.trim();
            if !in_comment && !html.is_empty() && !html.starts_with("<!--") {
                found.push(Span::from(range));
            }
            // A comment may go over several lines, each of which is an event.
            in_comment = match html.rfind("<!--") {
                Some(at) => !html[at..].contains("-->"),
                None => in_comment && !html.contains("-->"),
            };
        }
        found
    });
    found.unwrap_or_default()
}
