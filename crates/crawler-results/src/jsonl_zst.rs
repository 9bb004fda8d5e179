//! The page list, compressed.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::error::ResultError;
use crate::follow::{Follower, PageRow, RowRange};

/// Rows of a frame; larger ones compress little better.
const FRAME_ROWS: usize = 1 << 14;
/// How long a row may wait for its frame while the crawl goes on.
const PATIENCE: Duration = Duration::from_secs(600);
/// What the rows, which are much alike, are worth.
const LEVEL: i32 = 3;

/// Makes `pages/pages.jsonl.zst` of the page list in `data_dir`: whole frames of whole rows, one
/// behind the other, which Zstandard (RFC 8878 section 3) takes for one text.
#[must_use]
pub fn compressed_pages(data_dir: &Path) -> Box<dyn Follower + Send> {
    let pages = data_dir.join("pages");
    Box::new(CompressedPages {
        list: pages.join("pages.jsonl"),
        path: pages.join("pages.jsonl.zst"),
        bytes: 0,
        waiting: 0,
    })
}

struct CompressedPages {
    list: PathBuf,
    path: PathBuf,
    /// Length of the frames that are noted.
    bytes: u64,
    /// Rows taken since.
    waiting: usize,
}

impl Follower for CompressedPages {
    fn name(&self) -> &'static str {
        "jsonl-zst"
    }

    fn open(&mut self, _position: u64, state: &Value) -> Result<(), ResultError> {
        self.waiting = 0;
        self.bytes = state.get("bytes").and_then(Value::as_u64).unwrap_or(0);
        let io = |action| ResultError::io(action, &self.path);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&self.path);
        let file = file.map_err(io("open"))?;
        if file.metadata().map_err(io("read"))?.len() < self.bytes {
            return Err(ResultError::Gone { path: self.path.clone(), name: self.name() });
        }
        file.set_len(self.bytes).map_err(io("cut"))?;
        // The file may be new.
        let folder = self.path.parent().unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(io("write"))
    }

    fn take(&mut self, _row: &PageRow<'_>) -> Result<(), ResultError> {
        self.waiting += 1;
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.waiting >= FRAME_ROWS
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn seal(&mut self, range: RowRange) -> Result<Value, ResultError> {
        let mut list = File::open(&self.list).map_err(ResultError::io("open", &self.list))?;
        list.seek(SeekFrom::Start(range.from)).map_err(ResultError::io("read", &self.list))?;
        let length = range.to - range.from;
        let append = || {
            let mut file = OpenOptions::new().append(true).open(&self.path)?;
            // What an attempt that failed has left.
            file.set_len(self.bytes)?;
            let mut encoder = zstd::Encoder::new(&mut file, LEVEL)?;
            encoder.include_checksum(true)?;
            encoder.set_pledged_src_size(Some(length))?;
            std::io::copy(&mut BufReader::new(list.take(length)), &mut encoder)?;
            encoder.finish()?;
            file.sync_all()?;
            file.metadata().map(|file| file.len())
        };
        self.bytes = append().map_err(ResultError::io("write", &self.path))?;
        self.waiting = 0;
        Ok(json!({ "bytes": self.bytes }))
    }
}
