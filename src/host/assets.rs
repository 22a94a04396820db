//! The files of style and scripts, written where `book.toml` has mdBook take them from.

use crate::check::AssetFile;
use crate::render::assets::{self, BANNER};
use crate::world::DiskWorld;
use anyhow::{Context, bail};
use std::path::Path;

/// Writes the files that differ from what they should be: a watcher that sees them written builds again, and has to come to an end.
pub(super) fn write(root: &Path, files: &[AssetFile]) -> anyhow::Result<()> {
    for file in files {
        let path = root.join(&file.path);
        let known = assets::files();
        let Some((_, text)) = known.iter().find(|(name, _)| *name == file.name) else {
            bail!("`{}` is none of the files that this tool writes", file.name);
        };
        write_one(root, &path, text)
            .with_context(|| format!("can't write `{}`", path.display()))?;
    }
    Ok(())
}

fn write_one(root: &Path, path: &Path, text: &str) -> anyhow::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => bail!("what is there is not a file"),
        // Longer than anything of ours.
        Ok(found) if found.len() > 1 << 20 => bail!("what is there was not written by this tool"),
        Ok(_) => {
            let there = std::fs::read(path)?;
            if there == text.as_bytes() {
                return Ok(());
            }
            if !there.starts_with(BANNER.as_bytes()) {
                bail!("what is there was not written by this tool; rename it, or remove it");
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let folder = path.parent().unwrap_or(root);
    // A link among the folders may lead out of the book: what exists is looked at before anything is made.
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(root);
    if !there.canonicalize()?.starts_with(root.canonicalize()?) {
        bail!("its folder is a link out of the book");
    }
    DiskWorld::new(root).write(path.strip_prefix(root)?, text.as_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn style(path: &str) -> Vec<AssetFile> {
        vec![AssetFile { path: path.into(), name: "plumb.css" }]
    }

    #[test]
    fn a_stale_file_is_rewritten_and_a_right_one_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("theme/plumb.css");
        write(folder.path(), &style("theme/plumb.css")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(BANNER) && text.len() > 1000);
        let old = std::time::SystemTime::UNIX_EPOCH;
        fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
        write(folder.path(), &style("theme/plumb.css")).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), old, "it was written again");
        fs::write(&path, format!("{BANNER}of another version")).unwrap();
        write(folder.path(), &style("theme/plumb.css")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert_eq!(fs::read_dir(folder.path().join("theme")).unwrap().count(), 1);
    }

    #[test]
    fn what_others_wrote_and_what_lies_outside_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plumb.css");
        fs::write(&path, "body { color: red }").unwrap();
        assert!(write(folder.path(), &style("plumb.css")).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "body { color: red }");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(write(folder.path(), &style("plumb.css")).is_err());
        #[cfg(unix)]
        {
            let outside = tempfile::tempdir().unwrap();
            std::os::unix::fs::symlink(outside.path(), folder.path().join("theme")).unwrap();
            assert!(write(folder.path(), &style("theme/plumb.css")).is_err());
            assert!(write(folder.path(), &style("theme/deep/plumb.css")).is_err());
            assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
            let target = outside.path().join("kept");
            fs::write(&target, BANNER).unwrap();
            std::os::unix::fs::symlink(&target, folder.path().join("a.css")).unwrap();
            let link = vec![AssetFile { path: "a.css".into(), name: "plumb.css" }];
            assert!(write(folder.path(), &link).is_err());
            assert_eq!(fs::read_to_string(&target).unwrap(), BANNER);
        }
    }
}
