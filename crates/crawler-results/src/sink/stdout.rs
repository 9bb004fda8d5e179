//! Rows on standard output, for whoever reads along.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::Value;

use super::batch::Batch;
use super::wait::TURN;
use crate::error::ResultError;
use crate::follow::{Delivery, Follower, PageRow, Role, RowRange};

/// So soon a row is seen.
const PATIENCE: Duration = Duration::from_secs(1);
const ROWS_MAX: usize = 1000;
const BYTES_MAX: usize = 1 << 18;
/// A pipe that has room at all takes as much without blocking: `PIPE_BUF` of Linux (pipe(7)).
const WRITE_BYTES: usize = 4096;

/// Writes rows to a file, pipe or terminal, in order. It blocks for no reader: one that is slow holds
/// up the rows, not the end of the process.
#[derive(Debug)]
pub struct StdoutRows<F> {
    to: F,
    batch: Batch,
    /// Bytes of the batch that are written.
    written: usize,
}

impl<F: AsFd> StdoutRows<F> {
    /// Writes to `to`, for which nobody else writes.
    pub fn new(to: F) -> Self {
        Self { to, batch: Batch::new(ROWS_MAX, BYTES_MAX), written: 0 }
    }

    /// Whether there is room for some bytes, waiting for it a little.
    fn has_room(&self) -> io::Result<bool> {
        let turn = Timespec { tv_sec: 0, tv_nsec: i64::from(TURN.subsec_nanos()) };
        let mut fds = [PollFd::new(&self.to, PollFlags::OUT)];
        match poll(&mut fds, Some(&turn)) {
            Ok(ready) => Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes what there is room for, for one turn at most if the reader is slow.
    fn write_some(&mut self) -> io::Result<()> {
        while self.written < self.batch.bytes().len() && self.has_room()? {
            let rest = &self.batch.bytes()[self.written..];
            let some = &rest[..rest.len().min(WRITE_BYTES)];
            match rustix::io::write(&self.to, some) {
                Ok(n) => self.written += n,
                // The reader took none of it after all; or a signal came.
                Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

impl<F: AsFd> Follower for StdoutRows<F> {
    fn name(&self) -> &'static str {
        "stdout"
    }

    fn role(&self) -> Role {
        Role::Sends
    }

    fn open(&mut self, _position: u64, _state: &Value) -> Result<(), ResultError> {
        self.batch.clear();
        self.written = 0;
        Ok(())
    }

    fn take(&mut self, row: &PageRow<'_>) -> Result<(), ResultError> {
        self.batch.push(row);
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.batch.is_full()
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn deliver(&mut self, _range: RowRange) -> Result<Delivery, ResultError> {
        match self.write_some() {
            Ok(()) if self.written == self.batch.bytes().len() => Ok(Delivery::Done),
            Ok(()) => Ok(Delivery::UnderWay),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                tracing::info!("the reader of standard output has gone; the crawl goes on");
                Ok(Delivery::Unwanted)
            }
            Err(error) => {
                Err(ResultError::Other(format!("cannot write to standard output: {error}")))
            }
        }
    }

    fn seal(&mut self, _range: RowRange) -> Result<Value, ResultError> {
        self.batch.clear();
        self.written = 0;
        Ok(Value::Null)
    }
}
