//! Which Markdown files of a tree are its pages.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// The pattern of one file, folder or set of them.
type Globs = [String; 2];

/// What selects the pages of a tree.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    patterns: Vec<String>,
    /// Two for each pattern: what it names, and what lies below that.
    globs: GlobSet,
}

impl Pages {
    /// Reads patterns as their author wrote them: `README.md`, `docs/`, `guides/**/*.md`. The error is what is wrong with one.
    pub(super) fn read(patterns: Vec<String>) -> Result<Pages, globset::Error> {
        let mut globs = GlobSetBuilder::new();
        for glob in patterns.iter().flat_map(|pattern| both(pattern)) {
            globs.add(GlobBuilder::new(&glob).literal_separator(true).build()?);
        }
        Ok(Pages { patterns, globs: globs.build()? })
    }

    /// Whether a file is selected, by its path below the root with `/`; `used` keeps the patterns that select some.
    pub fn select(&self, path: &str, used: &mut [bool]) -> bool {
        let matches = self.globs.matches(path);
        for index in &matches {
            if let Some(used) = used.get_mut(index / 2) {
                *used = true;
            }
        }
        self.patterns.is_empty() || !matches.is_empty()
    }

    /// The patterns, in the order of the settings.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }
}

fn both(pattern: &str) -> Globs {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    match pattern {
        "" | "." => ["**".to_owned(), "**/*".to_owned()],
        _ => [pattern.to_owned(), format!("{pattern}/**")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_a_file_a_folder_or_what_it_matches() {
        let selects = |patterns: &[&str], path: &str| {
            let patterns: Vec<_> = patterns.iter().map(|&one| one.to_owned()).collect();
            let mut used = vec![false; patterns.len()];
            (Pages::read(patterns).expect("patterns").select(path, &mut used), used)
        };
        assert!(selects(&[], "a/b.md").0);
        assert_eq!(selects(&["README.md", "docs/"], "docs/a/b.md"), (true, vec![false, true]));
        assert_eq!(selects(&["./README.md", "docs"], "README.md"), (true, vec![true, false]));
        assert!(!selects(&["README.md"], "docs/README.md").0);
        assert!(!selects(&["docs/*.md"], "docs/a/b.md").0);
        assert!(selects(&["docs/**/*.md"], "docs/a.md").0);
        assert!(selects(&["."], "a.md").0);
    }
}
