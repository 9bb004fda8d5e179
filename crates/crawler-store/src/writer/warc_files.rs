//! The series of WARC files, of which at most the last is open.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::codec::WarcCodec;
use crate::encode::{EncodedCapture, encode_warcinfo};
use crate::error::StoreError;
use crate::paths::{OPEN_SUFFIX, open_form};

use super::append_file::AppendFile;
use super::closed::{self, ClosedWarc};
use super::config::StoreConfig;
use super::positions::{WarcPosition, WarcState};
use super::warc_name::{WarcName, warc_name};

/// Where a capture was put.
pub(super) struct Placed {
    /// File name without `.open`.
    pub(super) file: String,
    pub(super) offset: u64,
}

#[derive(Debug)]
struct OpenWarc {
    file: AppendFile,
    name: String,
    serial: u32,
    codec: WarcCodec,
}

/// The WARC files of a data directory.
#[derive(Debug)]
pub(super) struct WarcFiles {
    dir: PathBuf,
    /// Kept open, so that a commit needs no open file that the process may not have left.
    dir_file: File,
    open: Option<OpenWarc>,
    /// Position of the newest file when none is open.
    closed: Option<WarcPosition>,
    next_serial: u32,
    dir_synced: bool,
    /// The complete files.
    list: AppendFile,
}

impl WarcFiles {
    /// No file is open; the next gets `next_serial`. `list` is that of the complete files.
    pub(super) fn new(
        dir: &Path,
        closed: Option<WarcPosition>,
        next_serial: u32,
        list: AppendFile,
    ) -> Result<Self, StoreError> {
        let dir_file = File::open(dir).map_err(StoreError::io("open", dir))?;
        let dir = dir.to_owned();
        Ok(Self { dir, dir_file, open: None, closed, next_serial, dir_synced: false, list })
    }

    /// Goes on with a file that was cut to `position`.
    pub(super) fn resume(
        dir: &Path,
        position: &WarcPosition,
        next_serial: u32,
        list: AppendFile,
    ) -> Result<Self, StoreError> {
        let path = open_form(&dir.join(&position.name));
        let file = AppendFile::open_cut(path, position.bytes)?;
        let codec = WarcName::parse(&position.name).map_or_else(WarcCodec::default, |it| it.codec);
        let name = position.name.clone();
        let open = OpenWarc { file, name, serial: position.serial, codec };
        Ok(Self { open: Some(open), ..Self::new(dir, None, next_serial, list)? })
    }

    /// Puts the members of a capture behind the others, and closes the file when that makes it
    /// reach its greatest size. A file of the other codec is closed before.
    pub(super) fn append(
        &mut self,
        capture: &EncodedCapture,
        config: &StoreConfig,
    ) -> Result<Placed, StoreError> {
        if self.open.as_ref().is_some_and(|open| open.codec != capture.codec) {
            self.close()?;
        }
        let mut warc = match self.open.take() {
            Some(warc) => warc,
            None => self.begin(capture, config)?,
        };
        let placed = Placed { file: warc.name.clone(), offset: warc.file.bytes() };
        warc.file.push(&capture.warc);
        let full = warc.file.bytes() >= config.warc_bytes_max;
        self.open = Some(warc);
        if full {
            self.close()?;
        }
        Ok(placed)
    }

    fn begin(
        &mut self,
        capture: &EncodedCapture,
        config: &StoreConfig,
    ) -> Result<OpenWarc, StoreError> {
        let EncodedCapture { codec, time, .. } = capture;
        let serial = self.next_serial;
        let name = warc_name(&config.prefix, time, serial, *codec);
        let mut file = AppendFile::create(self.dir.join(format!("{name}{OPEN_SUFFIX}")))?;
        self.next_serial = serial.saturating_add(1);
        self.dir_synced = false;
        file.push(&encode_warcinfo(config, &name, time, *codec));
        Ok(OpenWarc { file, name, serial, codec: *codec })
    }

    /// Makes the open file durable and takes `.open` off its name.
    pub(super) fn close(&mut self) -> Result<(), StoreError> {
        let Some(mut warc) = self.open.take() else {
            return Ok(());
        };
        warc.file.sync()?;
        crawler_faults::reached("store.rotation.synced");
        let path = self.dir.join(&warc.name);
        warc.file.rename(path)?;
        crawler_faults::reached("store.rotation.renamed");
        self.dir_synced = false;
        let row = ClosedWarc { file: warc.name.clone(), bytes: warc.file.bytes() };
        closed::push(&mut self.list, &row);
        self.closed = Some(WarcPosition {
            name: warc.name,
            serial: warc.serial,
            bytes: warc.file.bytes(),
            state: WarcState::Closed,
        });
        Ok(())
    }

    pub(super) fn buffered(&self) -> usize {
        self.open.as_ref().map_or(0, |warc| warc.file.buffered())
    }

    pub(super) fn flush(&mut self) -> Result<(), StoreError> {
        self.open.as_mut().map_or(Ok(()), |warc| warc.file.flush())
    }

    /// Makes all files and their names durable.
    pub(super) fn sync(&mut self) -> Result<(), StoreError> {
        if let Some(warc) = &mut self.open {
            warc.file.sync()?;
        }
        self.list.sync()?;
        if !self.dir_synced {
            self.dir_file.sync_all().map_err(StoreError::io("sync", &self.dir))?;
            self.dir_synced = true;
        }
        Ok(())
    }

    pub(super) fn position(&self) -> Option<WarcPosition> {
        match &self.open {
            Some(warc) => Some(WarcPosition {
                name: warc.name.clone(),
                serial: warc.serial,
                bytes: warc.file.bytes(),
                state: WarcState::Open,
            }),
            None => self.closed.clone(),
        }
    }

    /// Bytes of the list of complete files.
    pub(super) fn list_bytes(&self) -> u64 {
        self.list.bytes()
    }

    pub(super) fn next_serial(&self) -> u32 {
        self.next_serial
    }
}
