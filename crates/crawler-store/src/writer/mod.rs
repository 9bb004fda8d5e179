//! The store-writer thread's side: appends, syncs and recovers the files.

mod append_file;
pub(crate) mod closed;
mod config;
mod open;
mod positions;
mod prune;
mod warc_files;
mod warc_name;

use std::path::Path;

use crate::encode::{EncodedCapture, finish_cdxj_row, finish_page_row};
use crate::error::StoreError;
use append_file::AppendFile;
pub(crate) use append_file::sync_dir;
pub use config::StoreConfig;
pub(crate) use open::{WarcFile, positions_found, warc_files};
pub use positions::{StorePositions, WarcPosition, WarcState};
use warc_files::WarcFiles;

/// Bytes that wait in the buffers of all files before they are written.
const BUFFERED_BYTES_MAX: usize = 1 << 20;

/// Appends captures to the files of one data directory; the only writer there.
///
/// Nothing appended is durable before the next [`sync`](Self::sync). Dropping the writer loses
/// what was appended since.
#[derive(Debug)]
pub struct StoreWriter {
    config: StoreConfig,
    warc: WarcFiles,
    cdxj: AppendFile,
    pages: AppendFile,
    skipped: AppendFile,
    /// The crawl log, if there is one.
    log: Option<AppendFile>,
    /// Why writes are refused: after a failed write or fsync the kernel may have dropped bytes
    /// that it will never report again.
    poison: Option<String>,
}

impl StoreWriter {
    /// Opens the files of `data_dir`, makes missing folders, and cuts every file back to
    /// `committed`. WARC files begun after it are removed.
    ///
    /// Without positions (a crawl of which nothing was committed) WARC files still open are
    /// removed, closed ones are kept and their serial numbers go on, and rows that no closed
    /// file answers for are taken out.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a file is shorter than committed, or a closed WARC file is not
    /// as long as it was; no file is changed then.
    /// [`StoreError::Config`] for an unusable prefix, [`StoreError::Io`] for the rest.
    pub fn open(
        data_dir: &Path,
        config: StoreConfig,
        committed: Option<&StorePositions>,
    ) -> Result<Self, StoreError> {
        config.validate()?;
        open::open(data_dir, config, committed)
    }

    /// Appends the records and rows of one capture, never split over two files.
    ///
    /// # Errors
    /// [`StoreError::is_out_of_files`] when a new WARC file is due and cannot be opened: nothing
    /// has changed, and the same capture may be given again. Any other failure poisons the writer:
    /// it refuses further appends and syncs.
    pub fn append(&mut self, capture: &EncodedCapture) -> Result<(), StoreError> {
        self.guarded(|store| {
            let placed = store.warc.append(capture, &store.config)?;
            crawler_faults::reached("store.warc.appended");
            store.cdxj.push_with(|buffer| {
                buffer.extend_from_slice(&capture.cdxj);
                finish_cdxj_row(buffer, &placed.file, placed.offset);
            });
            store.pages.push_with(|buffer| {
                buffer.extend_from_slice(&capture.page);
                finish_page_row(buffer, &placed.file, placed.offset, capture.response_bytes);
            });
            store.flush_when_full()
        })
    }

    /// Appends one line made by [`encode_skipped`](crate::encode_skipped).
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn append_skipped(&mut self, line: &[u8]) -> Result<(), StoreError> {
        self.guarded(|store| {
            store.skipped.push(line);
            store.flush_when_full()
        })
    }

    /// Appends lines made by [`encode_log_row`](crate::encode_log_row); without a crawl log they go
    /// nowhere.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn append_log(&mut self, lines: &[u8]) -> Result<(), StoreError> {
        self.guarded(|store| {
            if let Some(log) = &mut store.log {
                log.push(lines);
            }
            store.flush_when_full()
        })
    }

    /// Makes everything appended so far durable and says up to where.
    ///
    /// # Errors
    /// As [`append`](Self::append); the positions of the last successful sync stay valid.
    pub fn sync(&mut self) -> Result<StorePositions, StoreError> {
        self.guarded(Self::sync_files)
    }

    /// Like [`sync`](Self::sync), and takes `.open` off the newest WARC file.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn close(mut self) -> Result<StorePositions, StoreError> {
        self.guarded(|store| {
            store.warc.close()?;
            store.sync_files()
        })
    }

    fn guarded<T>(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(reason) = &self.poison {
            return Err(StoreError::Poisoned { reason: reason.clone() });
        }
        step(self).inspect_err(|error| {
            // Files are opened before anything is written, so that is whole.
            if !error.is_out_of_files() {
                self.poison = Some(error.to_string());
            }
        })
    }

    fn flush_when_full(&mut self) -> Result<(), StoreError> {
        let buffered = self.warc.buffered()
            + self.cdxj.buffered()
            + self.pages.buffered()
            + self.skipped.buffered()
            + self.log.as_ref().map_or(0, AppendFile::buffered);
        if buffered < BUFFERED_BYTES_MAX {
            return Ok(());
        }
        // Records before rows, so that who reads along finds the record of every row.
        self.warc.flush()?;
        self.cdxj.flush()?;
        self.pages.flush()?;
        self.skipped.flush()?;
        self.log.as_mut().map_or(Ok(()), AppendFile::flush)
    }

    fn sync_files(&mut self) -> Result<StorePositions, StoreError> {
        self.warc.sync()?;
        self.cdxj.sync()?;
        self.pages.sync()?;
        self.skipped.sync()?;
        if let Some(log) = &mut self.log {
            log.sync()?;
        }
        Ok(StorePositions {
            warc: self.warc.position(),
            next_serial: self.warc.next_serial(),
            closed_bytes: self.warc.list_bytes(),
            cdxj_bytes: self.cdxj.bytes(),
            pages_bytes: self.pages.bytes(),
            skipped_bytes: self.skipped.bytes(),
            log_bytes: self.log.as_ref().map_or(0, AppendFile::bytes),
        })
    }
}
