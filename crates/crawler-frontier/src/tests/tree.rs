//! All files of a store at one moment.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Contents by path below the store's directory.
pub(super) struct Tree(BTreeMap<PathBuf, Vec<u8>>);

impl Tree {
    pub(super) fn read(dir: &Path) -> Self {
        let mut tree = Self(BTreeMap::new());
        tree.read_below(dir, dir);
        tree
    }

    /// The files as they were before a commit, with the first part of what it wrote to the
    /// journal. `None` when the commit did more than that, or all of it is there.
    pub(super) fn torn(mut before: Self, after: &Self, thousandths: usize) -> Option<Self> {
        let is_journal = |path: &&PathBuf| path.extension().is_some_and(|name| name == "jnl");
        let changed = |path: &&PathBuf| before.0.get(*path) != after.0.get(*path);
        let mut journals = after.0.keys().filter(is_journal).filter(changed);
        let path = journals.next().filter(|_| journals.next().is_none())?.clone();
        let (old, new) = (before.0.get_mut(&path)?, &after.0[&path]);
        let at = |n: usize| old.get(n).copied();
        let from = (0..new.len()).find(|&n| at(n) != Some(new[n]))?;
        let to = (from..new.len()).rfind(|&n| at(n) != Some(new[n]))?;
        let cut = from + (to - from) * thousandths / 1001;
        // A journal grows by what is appended; what is not there yet may read as nothing.
        old.truncate(from.max(old.len().min(cut)));
        old.resize(cut.max(old.len()), 0);
        old[from..cut].copy_from_slice(&new[from..cut]);
        Some(before)
    }

    pub(super) fn write(&self, dir: &Path) {
        for (path, bytes) in &self.0 {
            let path = dir.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    fn read_below(&mut self, dir: &Path, root: &Path) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.read_below(&path, root);
            } else if let Ok(bytes) = fs::read(&path) {
                // A file that is gone by now was being tidied away.
                self.0.insert(path.strip_prefix(root).unwrap().to_owned(), bytes);
            }
        }
    }
}
