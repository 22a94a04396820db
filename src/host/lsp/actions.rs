//! Code actions: the changes that mend findings, each with what it does as its title.

use super::found;
use super::place::Encoding;
use super::session::Session;
use super::unit::Analysis;
use crate::diag::{self, Edit, Fix, Severity};
use crate::fix;
use crate::markdown::{self, NodeKind};
use crate::sync::{self, DRIFT, Rewrite};
use crate::text::{Location, Source, Span, TextMap, one_line};
use lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, Range, TextEdit, Uri, WorkspaceEdit,
};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// The kinds of actions there are.
pub(super) const KINDS: &[&str] = &["quickfix", FIX_ALL, SYNC];

/// All fixes in a file that `check --fix` would make.
const FIX_ALL: &str = "source.fixAll.mdbook-plumb";
/// All committed text in a file, as `sync` would write it.
const SYNC: &str = "source.sync.mdbook-plumb";

/// The longest committed text that a title shows.
const LONGEST_SHOWN: usize = 60;

/// What can be done about what was found in a range of a document.
pub(super) fn actions(
    session: &Session,
    path: &Path,
    analysis: &Analysis,
    range: Range,
    context: &CodeActionContext,
) -> Vec<CodeAction> {
    let Some(document) = session.document(path) else { return Vec::new() };
    let asked = session.encoding.span(&document.source, range);
    let wanted = |kind: &str| {
        context.only.as_ref().is_none_or(|only| {
            only.iter().any(|only| {
                kind.strip_prefix(only.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        })
    };
    let here = Here { session, analysis, path };
    let mut actions = Vec::new();
    let found = || analysis.findings().iter().filter(|finding| here.is_here(finding));
    if wanted("quickfix") {
        for finding in found().filter(|finding| touches(finding.at.location.span, asked)) {
            actions.extend(here.quick_fix(finding));
        }
        let manifest = |finding: &&diag::Diagnostic| {
            touches(finding.at.location.span, asked) && finding.severity > Severity::Note
        };
        let wrong: Vec<_> = found().filter(manifest).collect();
        actions.extend(here.ignore(&document.source, &wrong));
    }
    if wanted(FIX_ALL) {
        let own: Vec<_> = found().cloned().collect();
        let all = fix::rewrites(&own, Severity::Warning);
        actions.extend(here.whole(all, FIX_ALL, "make all fixes in this file"));
    }
    if wanted(SYNC)
        && let Some(book) = &analysis.book
    {
        let (all, _) = sync::rewrites(&book.drift);
        let title = "write what the model says in this file (`sync`)";
        actions.extend(here.whole(all, SYNC, title));
    }
    actions
}

/// Whether two spans meet; an empty one meets what it stands at.
fn touches(one: Span, other: Span) -> bool {
    one.start <= other.end && other.start <= one.end
}

struct Here<'a> {
    session: &'a Session,
    analysis: &'a Analysis,
    path: &'a Path,
}

impl Here<'_> {
    fn is_here(&self, finding: &diag::Diagnostic) -> bool {
        self.analysis.file(finding.at.location.source.path()) == self.path
    }

    fn encoding(&self) -> Encoding {
        self.session.encoding
    }

    fn quick_fix(&self, finding: &diag::Diagnostic) -> Option<CodeAction> {
        let Fix { title, edits } = finding.fix.as_ref()?;
        let edit = self.edit(edits)?;
        let title = match edits.as_slice() {
            [edit] if finding.code == &DRIFT => committed(&edit.text),
            _ => one_line(title).into_owned(),
        };
        Some(self.action(title, "quickfix", vec![finding], edit, true))
    }

    /// Leaves the fence that findings stand in out of the checks.
    fn ignore(&self, source: &Arc<Source>, wrong: &[&diag::Diagnostic]) -> Option<CodeAction> {
        let first = wrong.iter().find(|finding| finding.document.is_some())?;
        let dialect = self.analysis.project().dialect;
        let scan = markdown::scan(source.text(), &TextMap::identity(source), dialect);
        let (node, fence) = scan.nodes.iter().find_map(|node| match &node.kind {
            NodeKind::Fence(fence) => {
                let at = first.at.location.span;
                (node.span.start <= at.start && at.end <= node.span.end).then_some((node, fence))
            }
            _ => None,
        })?;
        if fence.lang.value.is_empty() || fence.has("ignore") {
            return None;
        }
        let inside = |finding: &&&diag::Diagnostic| touches(finding.at.location.span, node.span);
        let wrong = wrong.iter().filter(inside).copied().collect();
        let at = Location::new(source, Span::at(fence.info.end));
        let edits = [Edit { location: at, text: " ignore".to_owned() }];
        let title = "leave this fence out of the checks: `ignore`".to_owned();
        Some(self.action(title, "quickfix", wrong, self.edit(&edits)?, false))
    }

    /// All of a file anew, where something changes.
    fn whole(&self, all: Vec<Rewrite>, kind: &str, title: &str) -> Option<CodeAction> {
        let own = |rewrite: &Rewrite| self.analysis.file(rewrite.source.path()) == self.path;
        let rewrite = all.into_iter().find(own)?;
        let all = Span::new(0, rewrite.source.text().len());
        let edits = [Edit { location: Location::new(&rewrite.source, all), text: rewrite.text }];
        Some(self.action(title.to_owned(), kind, Vec::new(), self.edit(&edits)?, false))
    }

    fn action(
        &self,
        title: String,
        kind: &str,
        mended: Vec<&diag::Diagnostic>,
        edit: WorkspaceEdit,
        preferred: bool,
    ) -> CodeAction {
        let uri = |name: &str| self.session.uri(&self.analysis.file(name));
        let mended = mended.into_iter();
        let mended = mended.map(|finding| found::diagnostic(finding, self.encoding(), &uri));
        let mended: Vec<_> = mended.collect();
        CodeAction {
            title,
            kind: Some(CodeActionKind::from(kind.to_owned())),
            diagnostics: (!mended.is_empty()).then_some(mended),
            edit: Some(edit),
            is_preferred: preferred.then_some(true),
            ..CodeAction::default()
        }
    }

    /// Edits by file; nothing where one is of a text that nobody can be sure of.
    fn edit(&self, edits: &[Edit]) -> Option<WorkspaceEdit> {
        #[allow(clippy::mutable_key_type, reason = "the protocol's own type")]
        let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
        for edit in edits {
            if !edit.location.exact {
                return None;
            }
            let source = &edit.location.source;
            let uri = match self.is_own(source) {
                true => self.session.uri(self.path)?,
                false => self.session.uri(&self.analysis.file(source.path()))?,
            };
            let range = self.encoding().range_of(&edit.location);
            changes.entry(uri).or_default().push(TextEdit { range, new_text: edit.text.clone() });
        }
        Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
    }

    /// Whether a text is the document's own, not one that was read below the unit's root.
    fn is_own(&self, source: &Arc<Source>) -> bool {
        let document = self.session.document(self.path);
        document.is_some_and(|document| Arc::ptr_eq(&document.source, source))
    }
}

/// What writing a value that the model says is called.
fn committed(text: &str) -> String {
    let shown = text.trim();
    if shown.is_empty() || shown.contains('\n') || shown.len() > LONGEST_SHOWN {
        "commit what the model says".to_owned()
    } else {
        format!("commit this value: {}", one_line(shown))
    }
}
