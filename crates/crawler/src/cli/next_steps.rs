//! What to try after a crawl.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crawler_engine::Finish;

use crate::terminal::escape;

/// Rows of the page list that are searched for a page worth showing.
const ROWS_MAX: usize = 100;
/// A row that is longer is not worth showing.
const ROW_BYTES_MAX: u64 = 1 << 20;

/// Says where the results are and what to do with them.
pub(super) fn print(finish: &Finish, data_dir: &Path) {
    let dir = shell_quoted(&data_dir.display().to_string());
    if let Some(url) = first_page(data_dir) {
        eprintln!("\nfiles: {dir}/warc (WARC), listed in {dir}/pages/pages.jsonl");
        eprintln!("try:   crawler get -o {dir} {}", shell_quoted(&url));
    } else {
        eprintln!("\nno page was fetched well: {dir}/reports/skipped.jsonl may say why");
    }
    match finish {
        Finish::Done => {}
        Finish::PageLimit => eprintln!("next:  the same command with a higher --max-pages goes on"),
        Finish::ByteLimit => eprintln!("next:  the same command with a higher --max-bytes goes on"),
        Finish::DiskFull(_) => eprintln!("next:  make room, then run the same command to go on"),
        Finish::Failed(_) => {
            eprintln!("next:  run the same command to go on; nothing settled is lost");
        }
        Finish::TimeLimit | Finish::Interrupted | Finish::Forced => {
            eprintln!("next:  run the same command to go on where it stopped");
        }
    }
}

/// The first page in the list that was fetched well.
fn first_page(data_dir: &Path) -> Option<String> {
    let mut reader = BufReader::new(File::open(data_dir.join("pages/pages.jsonl")).ok()?);
    let mut row = Vec::new();
    for _ in 0..ROWS_MAX {
        row.clear();
        if reader.by_ref().take(ROW_BYTES_MAX).read_until(b'\n', &mut row).ok()? == 0 {
            return None;
        }
        let Ok(page) = serde_json::from_slice::<serde_json::Value>(&row) else { continue };
        if page["status"] == 200 {
            return page["url"].as_str().map(str::to_owned);
        }
    }
    None
}

/// A word as a POSIX shell takes it back.
fn shell_quoted(word: &str) -> String {
    let word = escape(word);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-:%+=@,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{first_page, shell_quoted};

    #[test]
    fn words_come_back_from_a_shell() {
        for (word, quoted) in [
            ("https://example.com/a-b", "https://example.com/a-b"),
            ("https://example.com/?a&b", "'https://example.com/?a&b'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(shell_quoted(word), quoted);
        }
    }

    #[test]
    fn the_first_good_page_is_shown() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(first_page(dir.path()), None);
        std::fs::create_dir(dir.path().join("pages")).unwrap();
        let rows = "not json\n{\"url\":\"http://a/\",\"status\":404}\n{\"url\":\"http://b/\",\"status\":200}\n";
        std::fs::write(dir.path().join("pages/pages.jsonl"), rows).unwrap();
        assert_eq!(first_page(dir.path()).as_deref(), Some("http://b/"));
    }
}
