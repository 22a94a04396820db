//! What kinds of finding there are, how severe each is, and how one is declared.

use std::fmt;

/// Declares codes and the list of them.
///
/// A code is a line, `NAME = "name", Level, "what such a finding says";`, with `also "IST0101"` behind it where another tool
/// has a number for the same thing, and `formerly "old-name"` where books may know it by another name. Its page, which says why it matters, what is wrong and the way out, is the file
/// `pages/name.md` beside the file that declares it. Such a file is a private module whose parent hands on what others need.
#[macro_export]
macro_rules! codes {
    ($(#[$doc:meta])* $list:ident: $($id:ident = $name:literal, $level:ident, $summary:literal $(, also $alias:literal)? $(, formerly $former:literal)*;)*) => {
        $(
            #[doc = concat!("`", $name, "`: ", $summary, ".")]
            #[allow(unreachable_pub, reason = "the parent of a private module hands on what others need")]
            pub static $id: $crate::diag::Code = $crate::diag::Code {
                name: $name,
                level: $crate::diag::Level::$level,
                summary: $summary,
                page: include_str!(concat!("pages/", $name, ".md")),
                alias: concat!($($alias)?),
                former: &[$($former),*],
            };
        )*
        $(#[$doc])*
        #[allow(unreachable_pub, reason = "the parent of a private module hands on what others need")]
        pub static $list: &[&$crate::diag::Code] = &[$(&$id),*];
    };
}

/// A kind of finding: a stable name, how severe it is unless a book says otherwise, and the page that explains it.
///
/// Declared with `codes!`, which is the only place where its name stands.
#[derive(Debug)]
pub struct Code {
    /// Kebab-case, stable: it is in books' settings, in CI's annotations and in URLs.
    pub name: &'static str,
    /// The level unless the book or the command line sets another.
    pub level: Level,
    /// One line: what such a finding says.
    pub summary: &'static str,
    /// Markdown for `explain` and the reference: why it matters, an example, the way out.
    pub page: &'static str,
    /// Another tool's number for the same thing (`IST0101`), or empty.
    pub alias: &'static str,
    /// Names that it had: books that know it by one of them go on working. Two codes that were one share it.
    pub former: &'static [&'static str],
}

impl Code {
    /// Whether a name in a book or on a command line is for this code: its own, another tool's number, or one that it had.
    pub fn answers_to(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// What it answers to: its name, another tool's number where there is one, and the names that it had.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let alias = Some(self.alias).filter(|alias| !alias.is_empty());
        [self.name].into_iter().chain(alias).chain(self.former.iter().copied())
    }

    /// Whether it had this name.
    pub fn was(&self, name: &str) -> bool {
        self.former.contains(&name)
    }

    /// The manifests on its page: a wrong one, in a fence `fails=NAME group=NAME.wrong`, and the same put right, in a fence
    /// `group=NAME.right`. None where the page has no such pair, or other YAML beside it.
    pub fn examples(&self) -> Option<(&'static str, &'static str)> {
        let mut fences = self.page.split("```yaml ").skip(1).filter_map(|rest| {
            let (words, rest) = rest.split_once('\n')?;
            Some((words.trim(), rest.split("```").next()?))
        });
        let (wrong, right) = (fences.next()?, fences.next()?);
        let is_pair = wrong.0 == format!("fails={0} group={0}.wrong", self.name)
            && right.0 == format!("group={}.right", self.name)
            && fences.next().is_none();
        is_pair.then_some((wrong.1, right.1))
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Code) -> bool {
        self.name == other.name
    }
}

impl Eq for Code {}

/// What a book or a command line wants done with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not reported.
    Allow,
    /// Reported as a note; never fails.
    Note,
    /// Reported; fails only where warnings are denied.
    Warn,
    /// Reported as an error; exit code 1.
    Deny,
}

/// How a finding is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// For information.
    Note,
    /// Wrong, but tolerated.
    Warning,
    /// Wrong.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

impl Level {
    /// The severity that a level reports with; none where it does not report.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Level::Allow => None,
            Level::Note => Some(Severity::Note),
            Level::Warn => Some(Severity::Warning),
            Level::Deny => Some(Severity::Error),
        }
    }
}
