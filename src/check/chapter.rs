//! One chapter: each thing of ours in it, in the order of the text; then those that need what the others used.

use super::codes::{BLOCK_IN_TEXT, UNREAD_VALUE};
use super::fences;
use super::lost;
use super::sections::{Section, Sections};
use super::shown;
use super::site::Site;
use super::tied::Comments;
use super::uncommitted;
use super::unread;
use super::{
    Chapter, CheckedChapter, Committed, Counts, Expansion, Project, Published, Scope, group,
};
use crate::content::{self, Content, Placeholder};
use crate::diag::{Diagnostic, Severity};
use crate::directive::own::Own;
use crate::directive::{
    self, Budget, Call, Directive, OUTPUT_LIMIT, Passage, Run, UNKNOWN_DIRECTIVE, versions,
};
use crate::manifest::{Document, SERVICE_NODE_PORT_RANGE, Versions};
use crate::markdown::{self, COMMENT_STARTS_LINE, Cut, Node, NodeKind, Place, Scan};
use crate::model::{Bindings, Model, Prose, Used};
use crate::reading::{self, Page, TEMPLATE};
use crate::text::{Location, Span};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// What came of a chapter, and what the book needs of it.
#[derive(Default)]
pub(super) struct ChapterOutcome {
    pub(super) chapter: CheckedChapter,
    pub(super) findings: Vec<Diagnostic>,
    pub(super) counts: Counts,
    pub(super) used: Used,
    pub(super) members: Vec<group::Member>,
    /// Whether each value and directive of it has something to show.
    is_whole: bool,
}

pub(super) fn check(project: &Project, chapter: &Chapter) -> ChapterOutcome {
    if project.config.excludes(&chapter.path) {
        return ChapterOutcome::default();
    }
    let scan = markdown::scan(&chapter.text, &chapter.map, project.dialect);
    let origin = chapter.origin.as_ref();
    let lost = origin.map_or_else(Vec::new, |origin| lost::find(project, chapter, origin, &scan));
    let budget = Budget::default();
    let sets = |node: &Node| match &node.kind {
        NodeKind::Directive(written) => directive::sets_inputs(&written.name.value),
        _ => false,
    };
    let page = Within {
        versions: &project.versions,
        passage: None,
        budget: &budget,
        depth: 0,
        is_set: scan.nodes.iter().any(sets),
    };
    let mut outcome = scanned(project, chapter, scan, page);
    if let Some(meant) = origin.and_then(|origin| origin.meant.as_ref())
        && !lost.is_empty()
    {
        // What is left of the page says little of what is wrong in it.
        let meant = Chapter {
            text: meant.text.clone(),
            map: meant.map.clone(),
            origin: None,
            unread: Vec::new(),
            is_committed: chapter.is_committed,
            title: chapter.title.clone(),
            path: chapter.path.clone(),
        };
        let scan = markdown::scan(&meant.text, &meant.map, project.dialect);
        let budget = Budget::default();
        let meant = scanned(project, &meant, scan, Within { budget: &budget, ..page });
        outcome = ChapterOutcome { chapter: outcome.chapter, ..meant };
    }
    if !lost.is_empty() {
        outcome.findings.retain(|finding| finding.code != &UNREAD_VALUE);
    }
    outcome.findings.extend(lost);
    // Where an include stands as it is written, mdBook could not read it, and that is said.
    outcome.findings.retain(|finding| {
        finding.code != &TEMPLATE || !chapter.unread.contains(&finding.at.location)
    });
    outcome
}

/// What a text by itself comes to, as if it were a page; what the book needs of it is left out.
pub(super) fn alone(project: &Project, chapter: &Chapter) -> (CheckedChapter, Vec<Diagnostic>) {
    let outcome = check(project, chapter);
    (outcome.chapter, outcome.findings)
}

/// The objects of these kinds that a chapter shows.
pub(super) fn objects(
    project: &Project,
    chapter: &Chapter,
    kinds: &BTreeSet<&str>,
) -> Vec<Document> {
    let names_one = |text: &str| kinds.iter().any(|kind| text.contains(kind));
    if project.config.excludes(&chapter.path) || !names_one(&chapter.text) {
        return Vec::new();
    }
    let scan = markdown::scan(&chapter.text, &chapter.map, project.dialect);
    let applied = OnceCell::new();
    let words = Page::new(&chapter.path, &chapter.text);
    let mut documents = Vec::new();
    for node in &scan.nodes {
        let NodeKind::Fence(fence) = &node.kind else { continue };
        if names_one(fence.body.text()) {
            let site = Site {
                project,
                node,
                fence,
                text: &chapter.text,
                page: &words,
                map: &chapter.map,
                versions: &project.versions,
                section: Section::default(),
                newest: None,
                applied: &applied,
            };
            documents.extend(fences::documents(&site));
        }
    }
    let is_of_kind =
        |document: &Document| document.kind().is_some_and(|kind| kinds.contains(kind.value));
    documents.retain(is_of_kind);
    documents
}

/// What a text is checked within.
#[derive(Clone, Copy)]
struct Within<'a> {
    /// The versions that hold where it begins.
    versions: &'a Versions,
    /// What has written it, where it is no chapter.
    passage: Option<&'a Passage>,
    /// How much directives may still write in the chapter.
    budget: &'a Budget,
    /// In how many others it stands.
    depth: usize,
    /// Whether readers can set inputs of the model on the page.
    is_set: bool,
}

/// A directive that writes a directive that writes … is followed so far.
pub const MOST_WITHIN: usize = 8;

impl Within<'_> {
    /// The names that an expression at an offset of the text may use beside those of the model.
    fn names_at(&self, offset: usize) -> Rc<Bindings> {
        self.passage.map_or_else(Rc::default, |passage| passage.names_at(offset))
    }
}

fn scanned(project: &Project, chapter: &Chapter, scan: Scan, within: Within<'_>) -> ChapterOutcome {
    let is_error = |finding: &&Diagnostic| finding.severity == Severity::Error;
    let unknown = scan.findings.iter().chain(&scan.failures).filter(is_error).count();
    let mut findings = scan.failures;
    if project.scope == Scope::Book {
        // A comment of MDX, which is JavaScript's, makes no line raw HTML.
        let is_mdx = chapter.path.ends_with(".mdx");
        let is_ours = |finding: &Diagnostic| !is_mdx || finding.code != &COMMENT_STARTS_LINE;
        findings.extend(scan.findings.into_iter().filter(is_ours));
    }
    let is_fence = |node: &&Node| matches!(node.kind, NodeKind::Fence(_));
    let fences: Vec<Span> = scan.nodes.iter().filter(is_fence).map(|node| node.span).collect();
    // Only a fence is asked which section it is in.
    let page = if fences.is_empty() { "" } else { chapter.text.as_str() };
    let sections = Sections::of(page, &fences);
    let versions = versions::of_chapter(&scan.nodes, within.versions, &chapter.map, &mut findings);
    let applied = OnceCell::new();
    let words = Page::new(&chapter.path, &chapter.text);
    let line = |at: usize| chapter.text[at..].lines().next().unwrap_or("");
    let section = |node: &Node| sections.at(node.span.start);
    let newest = |section: &Section| {
        sections.headings(section).find_map(|at| reading::newest_release(line(at)))
    };
    let site = |project, node, fence| Site {
        newest: newest(&section(node)),
        project,
        node,
        fence,
        text: &chapter.text,
        page: &words,
        map: &chapter.map,
        versions: &versions,
        section: section(node),
        applied: &applied,
    };
    let defined: Vec<_> = scan
        .nodes
        .iter()
        .filter_map(|node| match &node.kind {
            NodeKind::Fence(fence) => Some(fences::definitions(&site(project, node, fence))),
            _ => None,
        })
        .flatten()
        .collect();
    let beside = shown::with_definitions(project, &defined, &versions);
    let project = beside.as_ref().unwrap_or(project);
    let mut work = Work {
        project,
        chapter,
        within,
        versions: &versions,
        slots: scan.nodes.iter().map(|_| None).collect(),
        wrong: Vec::new(),
        outcome: ChapterOutcome { findings, ..ChapterOutcome::default() },
    };
    work.outcome.counts.chapters = usize::from(within.passage.is_none());
    // a directive that can't be read may have a committed text
    work.outcome.chapter.unknown = unknown;
    let directives = project.scope == Scope::Book;
    if directives {
        let used = &mut work.outcome.used;
        let unread = unread::values(&project.model, &scan.unread, &scan.nodes, &chapter.map, used);
        work.outcome.findings.extend(unread);
    }
    for late in [false, true] {
        for (index, node) in scan.nodes.iter().enumerate() {
            match &node.kind {
                NodeKind::Value(_) | NodeKind::Directive(_) if !directives => {}
                NodeKind::Value(expression) if !late => work.value(index, node, expression),
                NodeKind::Directive(written) => work.directive(index, node, written, late),
                NodeKind::Fence(fence) if !late => work.fence(index, &site(project, node, fence)),
                _ => {}
            }
        }
    }
    let is_whole = scan.nodes.iter().zip(&work.slots).all(|(node, slot)| {
        slot.is_some() || !directives || matches!(node.kind, NodeKind::Fence(_))
    });
    ChapterOutcome { is_whole, ..work.finish() }
}

/// By what a page names the server's flag for other node ports.
const NODE_PORT_FLAGS: &[&str] =
    &["service-node-port-range", "serviceNodePortRange", "service_node_port_range"];

struct Work<'a> {
    project: &'a Project,
    chapter: &'a Chapter,
    within: Within<'a>,
    /// The chapter's versions.
    versions: &'a Versions,
    /// By node, so that the result is in the order of the text.
    slots: Vec<Option<Expansion>>,
    /// The fences that are wrong on purpose.
    wrong: Vec<fences::Wrong>,
    outcome: ChapterOutcome,
}

impl Work<'_> {
    /// `` `{= EXPR }` ``
    fn value(&mut self, index: usize, node: &Node, expression: &Cut) {
        self.outcome.counts.directives += 1;
        let names = self.within.names_at(node.span.start);
        let value = directive::value::live(
            (&self.project.model, &names),
            self.within.is_set,
            expression,
            &self.chapter.map,
            &mut self.outcome.used,
            &mut self.outcome.findings,
        );
        if let Some(value) = value {
            self.publish(index, node, Content::Inline(value), None);
        }
    }

    fn directive(&mut self, index: usize, node: &Node, written: &markdown::Directive, late: bool) {
        let known = directive::find(&written.name.value);
        if known.is_some_and(|directive| directive.late) != late {
            return;
        }
        match (known, self.project.directives.find(&written.name.value)) {
            (Some(directive), _) => self.expand(index, node, written, directive),
            (None, Some(own)) => self.own(index, node, written, own),
            (None, None) => self.unknown(written),
        }
        if written.committed.is_some() && self.slots[index].is_none() {
            self.outcome.chapter.unknown += 1;
        }
    }

    fn expand(
        &mut self,
        index: usize,
        node: &Node,
        written: &markdown::Directive,
        directive: &'static Directive,
    ) {
        self.outcome.counts.directives += 1;
        let names = self.within.names_at(node.span.start);
        let mut call = Call {
            model: &self.project.model,
            names: &names,
            budget: self.within.budget,
            config: &self.project.config,
            own: &self.project.directives,
            params: directive.params,
            is_set: self.within.is_set,
            directive: written,
            place: &node.place,
            map: &self.chapter.map,
            used: &mut self.outcome.used,
            findings: &mut self.outcome.findings,
        };
        let content = match directive.run {
            Run::Content(run) => run(&mut call),
            Run::Passage(run) => {
                let passage = run(&mut call);
                if let Some(passage) = passage {
                    self.passage(index, node, written, passage);
                }
                return;
            }
        };
        let Some(content) = content else { return };
        if matches!(content, Content::Blocks(_)) && node.place.inline {
            let at = self.chapter.map.locate(node.span);
            self.outcome.findings.push(block_in_text(directive.name, at));
            return;
        }
        let committed = self.committed(node, written);
        self.publish(index, node, content, committed);
    }

    /// A directive of the book's own.
    fn own(&mut self, index: usize, node: &Node, written: &markdown::Directive, own: &Own) {
        self.outcome.counts.directives += 1;
        if !own.is_inline && node.place.inline {
            let at = self.chapter.map.locate(node.span);
            self.outcome.findings.push(block_in_text(&own.name, at));
            return;
        }
        let names = self.within.names_at(node.span.start);
        let before = self.outcome.findings.len();
        let mut call = Call {
            model: &self.project.model,
            names: &names,
            own: &self.project.directives,
            budget: self.within.budget,
            config: &self.project.config,
            params: &[],
            is_set: self.within.is_set,
            directive: written,
            place: &node.place,
            map: &self.chapter.map,
            used: &mut self.outcome.used,
            findings: &mut self.outcome.findings,
        };
        if let Some(passage) = own.write(&mut call) {
            self.passage(index, node, written, passage);
        }
        // What is wrong in its file for this use is told where it is used, too.
        let file = own.location.source.path();
        let used = self.chapter.map.locate(written.name.span);
        for finding in &mut self.outcome.findings[before..] {
            if finding.at.location.source.path() == file {
                *finding = finding.clone().related(used.clone(), "used here");
            }
        }
    }

    /// The committed text of a directive. What stands in a passage is written anew, and has none.
    fn committed(&self, node: &Node, written: &markdown::Directive) -> Option<Committed> {
        let committed = node.committed(&self.chapter.text).zip(written.committed);
        committed.filter(|_| self.within.passage.is_none()).map(|(text, span)| Committed {
            name: written.name.value.clone(),
            span,
            text,
        })
    }

    /// Markdown that a directive has written: it is checked as a chapter is.
    fn passage(
        &mut self,
        index: usize,
        node: &Node,
        written: &markdown::Directive,
        passage: Passage,
    ) {
        if self.within.depth >= MOST_WITHIN {
            let at = self.chapter.map.locate(node.span);
            let message =
                format!("directives are written within each other at most {MOST_WITHIN} deep");
            self.outcome.findings.push(Diagnostic::new(&OUTPUT_LIMIT, at, message));
            return;
        }
        let Passage { text, map, .. } = &passage;
        let inner = Chapter {
            title: self.chapter.title.clone(),
            path: self.chapter.path.clone(),
            text: text.clone(),
            map: map.clone(),
            origin: None,
            unread: Vec::new(),
            is_committed: self.chapter.is_committed,
        };
        let scan = markdown::scan(&inner.text, &inner.map, self.project.dialect);
        let within = Within {
            versions: self.versions,
            passage: Some(&passage),
            budget: self.within.budget,
            depth: self.within.depth + 1,
            is_set: self.within.is_set,
        };
        let outcome = scanned(self.project, &inner, scan, within);
        // What is wrong for one row is most often wrong for all of them, at one place.
        let mut said = BTreeSet::new();
        self.outcome.findings.extend(outcome.findings.into_iter().filter(|finding| {
            let at = &finding.at.location;
            let place = (at.source.path().to_owned(), at.span);
            said.insert((finding.code.name, place, finding.message.clone()))
        }));
        self.outcome.counts += outcome.counts;
        self.outcome.used.merge(&outcome.used);
        self.outcome.members.extend(outcome.members);
        let CheckedChapter { expansions, values, resources, texts, placeholders, .. } =
            outcome.chapter;
        self.outcome.chapter.values.extend(values);
        self.outcome.chapter.resources.extend(resources);
        self.outcome.chapter.texts.extend(texts);
        for placeholder in placeholders {
            let known = &mut self.outcome.chapter.placeholders;
            if known.iter().all(|other| other.name != placeholder.name) {
                known.push(placeholder);
            }
        }
        self.outcome.chapter.values.push(Published {
            at: self.chapter.map.locate(node.span),
            expression: self::written(node, &self.chapter.text),
            content: Content::Inline(content::text(&passage.said)),
        });
        if !outcome.is_whole {
            return;
        }
        self.ask_for_committed(node, written.committed.is_some());
        // Running text may stand where blocks do, and becomes a paragraph.
        let inline = passage.inline || node.place.inline;
        self.slots[index] = Some(Expansion {
            span: node.span,
            place: Place { inline, ..node.place.clone() },
            committed: self.committed(node, written),
            content: Content::Written(passage.text),
            within: expansions,
            html_only: false,
        });
    }

    /// Tells of what a tree's page would not show.
    fn ask_for_committed(&mut self, node: &Node, has: bool) {
        let Chapter { text, map, is_committed, .. } = self.chapter;
        if *is_committed && self.within.passage.is_none() && !has {
            self.outcome.findings.push(uncommitted::finding(node, text, map));
        }
    }

    fn publish(
        &mut self,
        index: usize,
        node: &Node,
        content: Content,
        committed: Option<Committed>,
    ) {
        let is_empty = matches!(&content, Content::Inline(words) if words.is_empty());
        self.ask_for_committed(node, committed.is_some() || is_empty);
        self.outcome.chapter.values.push(Published {
            at: self.chapter.map.locate(node.span),
            expression: written(node, &self.chapter.text),
            content: content.clone(),
        });
        self.slots[index] = Some(Expansion {
            span: node.span,
            place: node.place.clone(),
            content,
            within: Vec::new(),
            committed,
            html_only: false,
        });
    }

    fn unknown(&mut self, written: &markdown::Directive) {
        let name = &written.name;
        let names = directive::names(&self.project.directives);
        let names = names.iter().map(String::as_str);
        let at = self.chapter.map.locate(name.span);
        self.outcome.findings.push(
            Diagnostic::new(
                &UNKNOWN_DIRECTIVE,
                at,
                format!("there is no directive `{}`", name.value),
            )
            .did_you_mean(&name.value, names.clone())
            .help(format!("there are: {}", names.collect::<Vec<_>>().join(", "))),
        );
    }

    fn fence(&mut self, index: usize, site: &Site<'_>) {
        let names = self.within.names_at(site.node.span.start);
        let mut comments =
            Comments { model: &self.project.model, names: &names, used: &mut self.outcome.used };
        let outcome = fences::check(site, &mut comments);
        self.wrong.extend(fences::wrong(site));
        let code = site.fence.body.text();
        for (name, placeholder) in &self.project.model.placeholders {
            let known = &mut self.outcome.chapter.placeholders;
            if code.contains(&format!("<{name}>")) && known.iter().all(|other| other.name != *name)
            {
                known.push(Placeholder {
                    name: name.clone(),
                    label: placeholder.label.clone(),
                    pattern: placeholder.pattern.clone(),
                    example: placeholder.example.clone(),
                    note: said(&self.project.model, &placeholder.note),
                });
            }
        }
        // What is tied in a manifest is committed.
        self.ask_for_committed(site.node, outcome.values.is_empty() || !outcome.tied.is_empty());
        self.outcome.findings.extend(outcome.findings);
        self.outcome.chapter.tied.extend(outcome.tied);
        self.outcome.chapter.unknown += outcome.unknown;
        self.outcome.chapter.values.extend(outcome.values);
        self.outcome.chapter.resources.extend(outcome.resources);
        self.outcome.chapter.texts.extend(outcome.texts);
        self.outcome.members.extend(outcome.members);
        self.outcome.counts += Counts {
            manifests: outcome.documents,
            settings: outcome.settings,
            ignored: usize::from(outcome.ignored),
            fails: usize::from(outcome.fails),
            ..Counts::default()
        };
        self.slots[index] = outcome.expansion;
    }

    fn finish(mut self) -> ChapterOutcome {
        group::spare_without_mesh(&mut self.outcome.findings, &self.outcome.members);
        let (named, own): (Vec<_>, Vec<_>) =
            self.outcome.members.into_iter().partition(|member| member.group.is_some());
        let share = &self.project.share;
        let is_ours = |member: &group::Member| {
            share.holds(member.document.locate(member.document.span).source.path())
        };
        if own.iter().any(is_ours) {
            let between = group::analyse(&own);
            self.outcome.findings.extend(between);
        }
        if NODE_PORT_FLAGS.iter().any(|flag| self.chapter.text.contains(flag)) {
            let is_of_flag = |finding: &Diagnostic| finding.code == SERVICE_NODE_PORT_RANGE.code;
            self.outcome.findings.retain(|finding| !is_of_flag(finding));
        }
        fences::soften_wrong(&mut self.outcome.findings, &self.wrong);
        self.outcome.members = named;
        self.outcome.chapter.expansions = self.slots.into_iter().flatten().collect();
        self.outcome.chapter.values.sort_by_key(|value| value.at.span.start);
        self.outcome
    }
}

/// What a text of the model says, marks left out.
fn said(model: &Model, prose: &Prose) -> String {
    let text = model.prose(prose, &model.inputs()).unwrap_or_else(|_| prose.text.clone());
    content::plain(&markdown::inline(&text))
}

/// What the author wrote for a node: `value tax.cpu pods=100`.
fn written(node: &Node, text: &str) -> String {
    let words = match &node.kind {
        NodeKind::Value(expression) => return expression.text().trim().to_owned(),
        NodeKind::Directive(directive) => text.get(directive.opener.range()).unwrap_or(""),
        NodeKind::Fence(_) => "",
    };
    let words = words.trim_start_matches("<!--").trim_end_matches("-->").trim();
    let words = words.strip_prefix("plumb:").unwrap_or(words).trim_end_matches('/');
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn block_in_text(directive: &str, at: Location) -> Diagnostic {
    let message = format!("`{directive}` gives a block, which can't be within a paragraph");
    Diagnostic::new(&BLOCK_IN_TEXT, at, message)
        .help("put its comment on a line of its own, with a blank line above and below")
}
