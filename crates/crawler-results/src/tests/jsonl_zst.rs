//! The compressed page list is the page list, whatever happens in between.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::{Script, page_list};
use crate::{Look, ResultError, compressed_pages, follow};

fn run(dir: &Path, upto: u64) -> Result<u64, ResultError> {
    follow(&mut *compressed_pages(dir), dir, &Script::new(vec![Look::Finished(upto)]))
}

fn text(dir: &Path) -> Vec<u8> {
    zstd::decode_all(fs::File::open(dir.join("pages/pages.jsonl.zst")).unwrap()).unwrap()
}

#[test]
fn frames_are_the_page_list() {
    let dir = tempfile::tempdir().unwrap();
    let ends = page_list(dir.path(), 20_000);
    let list = fs::read(dir.path().join("pages/pages.jsonl")).unwrap();
    for upto in [0, 9, 19_000, 19_999] {
        run(dir.path(), ends[upto]).unwrap();
        assert!(text(dir.path()) == list[..ends[upto] as usize], "upto row {upto}");
    }
}

#[test]
fn what_was_not_noted_is_cut_and_what_is_gone_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let ends = page_list(dir.path(), 30);
    let list = fs::read(dir.path().join("pages/pages.jsonl")).unwrap();
    let (position, path) =
        (dir.path().join("results/jsonl-zst.json"), dir.path().join("pages/pages.jsonl.zst"));
    run(dir.path(), ends[9]).unwrap();
    let noted = fs::read(&position).unwrap();
    run(dir.path(), ends[19]).unwrap();
    fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"torn").unwrap();
    fs::write(&position, noted).unwrap();
    run(dir.path(), ends[9]).unwrap();
    assert_eq!(text(dir.path()), list[..ends[9] as usize]);
    run(dir.path(), ends[29]).unwrap();
    assert_eq!(text(dir.path()), list);
    fs::write(&path, "short").unwrap();
    let error = run(dir.path(), ends[29]).unwrap_err().to_string();
    assert!(
        error.contains("pages.jsonl.zst is gone or cut") && error.contains("jsonl-zst.json"),
        "{error}"
    );
}
