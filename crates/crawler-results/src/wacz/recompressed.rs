//! WARC files of zstd frames, which a WACZ file may not hold ("archive": gzip only), with each record
//! compressed anew as a gzip member, and the index rows that lead to the new places.

use std::io::{Seek, Write};
use std::path::Path;

use crawler_store::{
    LineSorter, MemberWriter, SortedLines, WarcCodec, WarcReader, place_of_row, relocated_row,
};

use super::package::{Package, Storing};
use super::{Warc, add_as_it_is};
use crate::error::ResultError;

/// A gzip file may be so much larger than one of zstd frames that its size does not tell whether the
/// larger fields of ZIP64 are needed.
const GROWTH: u64 = 8;

/// Adds all files, those of zstd frames recompressed and under the name that this makes fit. Gives the
/// rows of the index, sorted again; rows without a record are left out.
pub(super) fn add_all<W: Write + Seek>(
    package: &mut Package<W>,
    warcs: &[Warc],
    rows: SortedLines,
    spill_dir: &Path,
) -> Result<SortedLines, ResultError> {
    let mut places = Places::of(rows, spill_dir)?;
    let mut moved = LineSorter::new(spill_dir);
    for warc in warcs {
        if warc.codec == WarcCodec::Gzip {
            add_as_it_is(package, warc)?;
            while let Some((_, row)) = places.next_of(&warc.name, u64::MAX)? {
                moved.push(&row)?;
            }
        } else {
            add_recompressed(package, warc, &mut places, &mut moved)?;
        }
    }
    Ok(moved.finish()?)
}

fn add_recompressed<W: Write + Seek>(
    package: &mut Package<W>,
    warc: &Warc,
    places: &mut Places,
    moved: &mut LineSorter,
) -> Result<(), ResultError> {
    let stem = warc.name.strip_suffix(warc.codec.extension()).unwrap_or(&warc.name);
    let name = format!("{stem}{}", WarcCodec::Gzip.extension());
    let bytes = warc.path.metadata().map_err(ResultError::io("inspect", &warc.path))?.len();
    let mut members = MemberWriter::new(WarcCodec::Gzip);
    package.add(&format!("archive/{name}"), Storing::AsIs, bytes * GROWTH, |entry| {
        let (mut member, mut offset) = (Vec::new(), 0);
        for record in WarcReader::open(&warc.path)? {
            let record = record?;
            member.clear();
            members.append_record(record.as_bytes(), &mut member);
            entry.write_all(&member).map_err(ResultError::io("copy", &warc.path))?;
            let length = member.len() as u64;
            while let Some((at, row)) = places.next_of(&warc.name, record.offset())? {
                if at == record.offset()
                    && let Some(row) = relocated_row(&row, &name, offset, length)
                {
                    moved.push(&row)?;
                }
            }
            offset += length;
        }
        Ok(())
    })
}

/// The rows of the index in the order of the records they lead to.
struct Places {
    lines: SortedLines,
    next: Option<Place>,
}

struct Place {
    file: String,
    offset: u64,
    row: Vec<u8>,
}

impl Places {
    fn of(mut rows: SortedLines, spill_dir: &Path) -> Result<Self, ResultError> {
        let mut lines = LineSorter::new(spill_dir);
        while let Some(row) = rows.next_line()? {
            if let Some((file, offset)) = place_of_row(row) {
                // A tab sorts before all that a name may hold.
                let place = format!("{file}\t{offset:020}\t");
                lines.push(&[place.as_bytes(), row].concat())?;
            }
        }
        let mut places = Self { lines: lines.finish()?, next: None };
        places.step()?;
        Ok(places)
    }

    /// The next row that leads to `file`, at `offset` or before. Rows of files before it are dropped.
    fn next_of(&mut self, file: &str, offset: u64) -> Result<Option<(u64, Vec<u8>)>, ResultError> {
        while self.next.as_ref().is_some_and(|next| next.file.as_str() < file) {
            self.step()?;
        }
        match &self.next {
            Some(next) if next.file == file && next.offset <= offset => {
                Ok(self.step()?.map(|place| (place.offset, place.row)))
            }
            _ => Ok(None),
        }
    }

    /// Reads on; gives what was next.
    fn step(&mut self) -> Result<Option<Place>, ResultError> {
        let line = self.lines.next_line()?;
        let place = line.and_then(|line| {
            let mut parts = line.splitn(3, |byte| *byte == b'\t');
            let (file, offset, row) = (parts.next()?, parts.next()?, parts.next()?);
            Some(Place {
                file: String::from_utf8(file.to_vec()).ok()?,
                offset: std::str::from_utf8(offset).ok()?.parse().ok()?,
                row: row.to_vec(),
            })
        });
        Ok(std::mem::replace(&mut self.next, place))
    }
}
