//! What came of an order, and where its file goes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What came of an order.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// In a line.
    pub(super) summary: String,
    /// What is wrong, line by line. Without any, all was done.
    pub(super) problems: Vec<String>,
}

impl Outcome {
    /// Nothing was done.
    pub(super) fn failed(problem: impl Into<String>) -> Self {
        Self { summary: "nothing was done".to_owned(), problems: vec![problem.into()] }
    }

    pub(super) fn is_done(&self) -> bool {
        self.problems.is_empty()
    }

    fn text(&self) -> String {
        let problems: Vec<String> = self.problems.iter().map(|line| format!("{line}\n")).collect();
        format!("{}\n{}", self.summary, problems.concat())
    }
}

/// Moves an order to `done/` or `failed/` below `dir`, with `NAME.reason.txt` beside it. No file that is
/// there already is replaced.
pub(super) fn settle(path: &Path, dir: &Path, outcome: &Outcome) -> io::Result<()> {
    let to = dir.join(if outcome.is_done() { "done" } else { "failed" });
    fs::create_dir_all(&to)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let free = free_name(&to, &name);
    fs::write(reason_of(&free), outcome.text())?;
    fs::rename(path, &free)
}

fn reason_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".reason.txt");
    name.into()
}

/// `NAME`, or the first of `NAME.1`, `NAME.2` … that is free.
fn free_name(dir: &Path, name: &str) -> PathBuf {
    let numbered = (1_u64..).map(|n| dir.join(format!("{name}.{n}")));
    let mut names = std::iter::once(dir.join(name)).chain(numbered);
    names.find(|path| !path.exists()).unwrap_or_else(|| dir.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_moved_and_none_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.seeds");
        let done = || Outcome { summary: "2 new".to_owned(), problems: Vec::new() };
        for text in ["first", "second"] {
            fs::write(&path, text).unwrap();
            settle(&path, dir.path(), &done()).unwrap();
        }
        fs::write(&path, "third").unwrap();
        settle(&path, dir.path(), &Outcome::failed("line 1: x")).unwrap();
        let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
        assert_eq!(read("done/a.seeds"), "first");
        assert_eq!(read("done/a.seeds.1"), "second");
        assert_eq!(read("done/a.seeds.1.reason.txt"), "2 new\n");
        assert_eq!(read("failed/a.seeds"), "third");
        assert_eq!(read("failed/a.seeds.reason.txt"), "nothing was done\nline 1: x\n");
        assert!(!path.exists());
    }
}
