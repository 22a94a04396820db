//! Openers and closers: which belong together, and what is wrong with the others.

use super::codes::{
    COMMENT_STARTS_LINE, CROSSED_DIRECTIVE, DOUBLED_DIRECTIVE, MALFORMED_DIRECTIVE,
    MISSPELT_DIRECTIVE, NESTED_DIRECTIVE, STRAY_CLOSER, UNCLOSED_DIRECTIVE,
};
use super::marker::Comment;
use super::node::{Directive, Node, NodeKind};
use super::place::{self, Place};
use crate::diag::{Diagnostic, Edit, Fix};
use crate::text::{Span, TextMap};

/// A comment of ours.
pub(super) struct Marker {
    pub(super) span: Span,
    pub(super) what: Comment,
    pub(super) context: Context,
    /// What is known of its place from where it stands alone.
    pub(super) place: Place,
}

/// Where a comment stands in the tree of the Markdown's elements.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Context {
    /// The innermost element around it.
    pub(super) parent: usize,
    /// The running text that it stands in, by its start; none for a line of raw HTML.
    pub(super) leaf: Option<usize>,
    /// The block of raw HTML that it stands in.
    pub(super) block: Option<usize>,
}

/// A block of raw HTML.
pub(super) struct HtmlBlock {
    pub(super) span: Span,
    /// The element around it.
    pub(super) parent: usize,
    /// Whether it starts with anything but a comment.
    pub(super) raw: bool,
    /// Where the running text on the line above ends, if that is what the line above is.
    pub(super) prose_before: Option<usize>,
    /// Whether running text is on the line below.
    pub(super) prose_after: bool,
    /// Whether the first running text behind it has been looked at.
    pub(super) settled: bool,
    /// Whether it ends with a line end.
    pub(super) ends_line: bool,
    /// Whether anything is left of it without its comments.
    pub(super) rest: bool,
    /// Which markers are in it.
    pub(super) comments: Vec<usize>,
}

struct Pairing<'a> {
    text: &'a str,
    map: &'a TextMap,
    names: &'a [&'static str],
    blocks: &'a [HtmlBlock],
    markers: &'a [Marker],
    nodes: &'a mut Vec<Node>,
    findings: &'a mut Vec<Diagnostic>,
    /// For each marker, the first one from it on that opens or closes a pair.
    following: Vec<usize>,
}

/// An opener that waits for its closer.
struct Open {
    marker: usize,
    /// Whether the two will make a node.
    sound: bool,
}

/// Pairs the markers, which are in the order of the text.
pub(super) fn pair(
    text: &str,
    map: &TextMap,
    names: &[&'static str],
    blocks: &[HtmlBlock],
    markers: Vec<Marker>,
    nodes: &mut Vec<Node>,
    findings: &mut Vec<Diagnostic>,
) {
    if markers.is_empty() {
        return;
    }
    let mut pairing = Pairing {
        text,
        map,
        names,
        blocks,
        markers: &markers,
        nodes,
        findings,
        following: Vec::new(),
    };
    pairing.follow();
    pairing.run();
    pairing.lines();
    pairing.twins();
}

impl Pairing<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.findings.push(diagnostic);
    }

    fn at(
        &self,
        code: &'static crate::diag::Code,
        marker: usize,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(code, self.map.locate(self.markers[marker].span), message)
    }

    fn name(&self, marker: usize) -> &str {
        match &self.markers[marker].what {
            Comment::Open { name: Some(name), .. } => &name.value,
            _ => "plumb",
        }
    }

    /// Whether this marker opens a pair, closes one, or stands for itself, once the doubtful ones are settled.
    fn role(&self, marker: usize) -> Role {
        match self.markers.get(marker).map(|marker| &marker.what) {
            None => Role::None,
            Some(Comment::Open { self_closing: true, .. }) => Role::Alone,
            Some(Comment::Open { .. }) => Role::Open,
            Some(Comment::Close) => Role::Close,
            Some(Comment::Misspelt { closes: true, .. }) => Role::Close,
            Some(Comment::Misspelt { self_closing: true, .. }) => Role::Alone,
            Some(Comment::Misspelt { certain: true, .. }) => Role::Open,
            Some(Comment::Misspelt { certain: false, .. }) => {
                let next = self.markers.get(marker + 1).map(|next| &next.what);
                let closed =
                    matches!(next, Some(Comment::Close | Comment::Misspelt { closes: true, .. }));
                if closed { Role::Open } else { Role::None }
            }
        }
    }

    fn follow(&mut self) {
        let mut next = self.markers.len();
        let mut following = vec![next; next + 1];
        for index in (0..next).rev() {
            if matches!(self.role(index), Role::Open | Role::Close) {
                next = index;
            }
            following[index] = next;
        }
        self.following = following;
    }

    /// The next marker from `from` on that opens or closes.
    fn next(&self, from: usize) -> (usize, Role) {
        let at = self.following.get(from).copied().unwrap_or(self.markers.len());
        (at, self.role(at))
    }

    fn run(&mut self) {
        let mut open: Option<Open> = None;
        let mut skip_close_before = None;
        for index in 0..self.markers.len() {
            let role = self.role(index);
            if role == Role::None {
                continue;
            }
            if let Comment::Misspelt { .. } = &self.markers[index].what {
                self.misspelt(index);
            }
            match role {
                Role::Close => {
                    if skip_close_before.take().is_some() {
                        continue;
                    }
                    match open.take() {
                        Some(opener) => self.close(&opener, index),
                        // A misspelt one has been reported.
                        None if self.markers[index].what == Comment::Close => self.stray(index),
                        None => {}
                    }
                }
                Role::Open | Role::Alone => {
                    let sound = self.read(index);
                    if let Some(outer) = &mut open {
                        let after = if role == Role::Open {
                            self.next(index + 1)
                        } else {
                            (index, Role::Close)
                        };
                        let nested =
                            after.1 == Role::Close && self.next(after.0 + 1).1 == Role::Close;
                        if nested {
                            outer.sound = false;
                            let marker = outer.marker;
                            let message = format!(
                                "`{}` is within the committed text of `{}`",
                                self.name(index),
                                self.name(marker)
                            );
                            let outer = self.map.locate(self.markers[marker].span);
                            let diagnostic = self
                                .at(&NESTED_DIRECTIVE, index, message)
                                .related(outer, "the directive around it")
                                .help("directives don't nest: move it out of the pair");
                            self.report(diagnostic);
                            if role == Role::Open {
                                skip_close_before = Some(());
                            }
                            continue;
                        }
                        let marker = outer.marker;
                        self.unclosed(marker);
                        open = None;
                    }
                    if role == Role::Open {
                        open = Some(Open { marker: index, sound });
                    } else if sound {
                        self.node(index, None);
                    }
                }
                Role::None => {}
            }
        }
        if let Some(opener) = open {
            self.unclosed(opener.marker);
        }
    }

    /// Reports what is wrong with an opener's arguments; whether it is sound.
    fn read(&mut self, index: usize) -> bool {
        let Comment::Open { name, wrong, .. } = &self.markers[index].what else { return false };
        for malformed in wrong {
            let mut diagnostic = Diagnostic::new(
                &MALFORMED_DIRECTIVE,
                self.map.locate(malformed.span),
                malformed.message.clone(),
            )
            .help(malformed.help.clone());
            if let Some(text) = &malformed.instead
                && self.map.locate_copied(malformed.span).is_some()
            {
                diagnostic = diagnostic.replace_with(format!("write `{text}`"), text.clone());
            }
            if let Some((span, label)) = malformed.related {
                diagnostic = diagnostic.related(self.map.locate(span), label);
            }
            self.findings.push(diagnostic);
        }
        name.is_some() && wrong.is_empty()
    }

    fn misspelt(&mut self, index: usize) {
        let Comment::Misspelt { span, meant, .. } = &self.markers[index].what else { return };
        let location = self.map.locate(*span);
        let written = location.text().to_owned();
        let kind = if *meant == "/plumb" { "closes no directive" } else { "is not a directive" };
        let diagnostic =
            Diagnostic::new(&MISSPELT_DIRECTIVE, location, format!("`{written}` {kind}"))
                .help(format!("did you mean `{meant}`?"));
        let diagnostic = match self.map.locate_copied(*span) {
            Some(_) => diagnostic.replace_with(format!("write `{meant}`"), *meant),
            None => diagnostic,
        };
        self.report(diagnostic);
    }

    fn unclosed(&mut self, index: usize) {
        if let Comment::Misspelt { .. } = self.markers[index].what {
            return;
        }
        let diagnostic = self
            .at(&UNCLOSED_DIRECTIVE, index, format!("`{}` is not closed", self.name(index)))
            .help("end it with `<!-- /plumb -->` behind its committed text, or with `/-->` if it is to have none");
        self.report(diagnostic);
    }

    fn stray(&mut self, index: usize) {
        let before = index.checked_sub(1).map(|before| &self.markers[before]);
        let doubled = before.filter(|before| {
            matches!(before.what, Comment::Close)
                || matches!(before.what, Comment::Open { self_closing: true, .. })
        });
        let span = self.markers[index].span;
        let between = doubled.map(|before| (before.span, &self.text[before.span.end..span.start]));
        let diagnostic = match between {
            Some((first, between)) if between.len() < 200 && !between.trim().contains('\n') => {
                let first = self.map.locate(first);
                self.at(&DOUBLED_DIRECTIVE, index, "the directive is closed twice")
                    .related(first, "closed here")
                    .help("delete the second closer, and what was doubled with it")
            }
            _ => self
                .at(&STRAY_CLOSER, index, "this closes no directive")
                .help("delete it, or put back the `<!-- plumb: … -->` that it closed"),
        };
        self.report(diagnostic);
    }

    fn close(&mut self, open: &Open, closer: usize) {
        let opener = &self.markers[open.marker];
        let (from, to) = (opener.context, self.markers[closer].context);
        if from.parent != to.parent || from.leaf != to.leaf {
            let place = |context: Context| match context.block {
                Some(_) if context.parent == 0 => "on a line of its own".to_owned(),
                Some(_) => format!("on a line of its own in {}", self.names[context.parent]),
                None => {
                    format!("in {}", self.names.get(context.parent).copied().unwrap_or("the page"))
                }
            };
            let (opens, closes) = (place(from), place(to));
            let message = if opens == closes {
                format!(
                    "`{}` opens {opens} and closes in another one",
                    self.name(open.marker).to_owned()
                )
            } else {
                format!("`{}` opens {opens} and closes {closes}", self.name(open.marker).to_owned())
            };
            let closer_at = self.map.locate(self.markers[closer].span);
            let mut diagnostic =
                self.at(&CROSSED_DIRECTIVE, open.marker, message).related(closer_at, "closed here");
            diagnostic = diagnostic.help(if from.block.is_some() != to.block.is_some() {
                "a comment at the start of a line is a block of its own: put both on lines of their own, or neither"
            } else {
                "put both in the same paragraph, cell or list item"
            });
            self.report(diagnostic);
            return;
        }
        if open.sound && self.markers[closer].what == Comment::Close {
            self.node(open.marker, Some(closer));
        }
    }

    fn node(&mut self, opener: usize, closer: Option<usize>) {
        let marker = &self.markers[opener];
        let Comment::Open { name: Some(name), args, template, .. } = &marker.what else { return };
        let close = closer.map(|closer| self.markers[closer].span);
        let span = close.map_or(marker.span, |close| marker.span.to(close));
        let mut place = marker.place.clone();
        if let Some(block) = marker.context.block {
            let first = &self.blocks[block];
            let shared = self.shares_line(span, first.span.start);
            place.in_html = first.raw;
            place.inline = shared;
            place.alone = !shared;
        }
        if place.alone {
            place.blank_before = place::blank_before(self.text, span.start);
            place.blank_after = place::blank_after(self.text, span.end);
        }
        let directive = Directive {
            name: name.clone(),
            args: args.clone(),
            template: template.clone(),
            opener: marker.span,
            committed: close.map(|close| Span::new(marker.span.end, close.start)),
            closer: close,
        };
        self.nodes.push(Node { span, kind: NodeKind::Directive(directive), place });
    }

    /// Whether anything else stands on the lines of a block of raw HTML that this begins and ends on.
    fn shares_line(&self, span: Span, block_start: usize) -> bool {
        let before =
            self.text[block_start.min(span.start)..span.start].trim_end_matches([' ', '\t', '>']);
        let after = self.text[span.end..].trim_start_matches([' ', '\t', '\r']);
        !(before.is_empty() || before.ends_with(['\n', '\r']))
            || !(after.is_empty() || after.starts_with('\n'))
    }

    /// Warns of the comments that make a line of prose raw HTML.
    fn lines(&mut self) {
        self.nodes.sort_by_key(|node| node.span.start);
        for block in self.blocks {
            let (false, Some(&first)) = (block.raw, block.comments.first()) else { continue };
            let from = self.nodes.partition_point(|node| node.span.start < block.span.start);
            let nodes =
                self.nodes[from..].iter().take_while(|node| node.span.start < block.span.end);
            let committed: usize = nodes
                .filter(|node| block.span.contains(node.span))
                .filter_map(|node| match &node.kind {
                    NodeKind::Directive(directive) => directive.committed,
                    _ => None,
                })
                .map(|span| self.text[span.range()].trim().len())
                .sum();
            let text = self.visible(block);
            let prose = text > committed;
            let torn = committed > 0 && (block.prose_before.is_some() || block.prose_after);
            if !(prose || torn) {
                continue;
            }
            let start = self.markers[first].span.start;
            let mut diagnostic = self
                .at(
                    &COMMENT_STARTS_LINE,
                    first,
                    "a comment at the start of a line makes the whole line raw HTML",
                )
                .label("the built page is right; other tools don't read this line as Markdown")
                .help("let the line begin with a word");
            if let Some(end) = block.prose_before
                && let Some(location) = self.map.locate_copied(Span::new(end, start))
            {
                let edits = vec![Edit { location, text: " ".into() }];
                diagnostic.fix = Some(Fix { title: "join it to the line above".into(), edits });
            }
            self.report(diagnostic);
        }
    }

    /// How much text a block shows besides its comments.
    fn visible(&self, block: &HtmlBlock) -> usize {
        if !block.rest {
            return 0;
        }
        let text = &self.text[block.span.range()];
        let mut length = 0;
        let mut at = 0;
        while let Some(open) = text[at..].find("<!--").map(|open| at + open) {
            length += text[at..open].trim().len();
            match text[open + 2..].find("-->") {
                Some(end) => at = open + 2 + end + 3,
                None => return length,
            }
        }
        length + text[at..].trim().len()
    }

    /// Two blocks of their own that are the same, with nothing between.
    fn twins(&mut self) {
        let mut twins = Vec::new();
        for pair in self.nodes.windows(2) {
            let (NodeKind::Directive(first), NodeKind::Directive(second)) =
                (&pair[0].kind, &pair[1].kind)
            else {
                continue;
            };
            let between = &self.text[pair[0].span.end..pair[1].span.start];
            let blank = between.chars().all(|c| c.is_whitespace() || c == '>');
            let (one, two) = (&pair[0].place, &pair[1].place);
            let block = one.alone && two.alone && one.prefix == two.prefix;
            if blank && block && self.text[first.opener.range()] == self.text[second.opener.range()]
            {
                twins.push((first.opener, second.opener, second.name.value.clone()));
            }
        }
        for (first, second, name) in twins {
            let diagnostic = Diagnostic::new(
                &DOUBLED_DIRECTIVE,
                self.map.locate(second),
                format!("the same `{name}` twice in a row"),
            )
            .related(self.map.locate(first), "the first")
            .help("delete one of them");
            self.report(diagnostic);
        }
    }
}

/// What a marker does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Open,
    Close,
    Alone,
    None,
}
