//! The page list as a table.

use std::io::Write;
use std::path::Path;

use crawler_url::{HostKey, WireUrl, surt};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedFileWriter;

use super::daily::{DailyFiles, FileSize, Tabular};
use super::table::{Cell, Column, Kind, Likeness, Table};
use super::time::millis;
use super::write::{Layout, begin, write_rows};
use crate::error::ResultError;
use crate::follow::{Follower, PageRow};

/// Rows of a row group of [`PagesWriter`].
const GROUP_ROWS: usize = 1 << 17;
/// Text of a row group of [`PagesWriter`], in bytes.
const GROUP_BYTES: usize = 32 << 20;

/// Makes `parquet/pages/` of the page list in `data_dir`: a row for each page.
#[must_use]
pub fn parquet_pages(data_dir: &Path) -> Box<dyn Follower + Send> {
    parquet_pages_of(data_dir, FileSize::default())
}

/// The same with files of this size.
pub(crate) fn parquet_pages_of(data_dir: &Path, size: FileSize) -> Box<dyn Follower + Send> {
    Box::new(DailyFiles::new(data_dir, Pages, size))
}

struct Pages;

impl Tabular for Pages {
    const NAME: &'static str = "parquet";
    const TABLE: &'static str = "pages";
    const LAYOUT: Layout = Layout { sorted_by: Some(SURT), bloom: Some("url") };

    fn columns() -> Vec<Column> {
        COLUMNS.iter().map(|(column, _)| column.clone()).collect()
    }

    fn take(&mut self, row: &PageRow<'_>, table: &mut Table) -> Result<(), ResultError> {
        let page = Page::of(row)?;
        table.push(COLUMNS.iter().map(|(_, cell)| cell(&page)))
    }
}

/// Names of the columns of the table of pages, in order. A dot of a field's name is an underscore.
pub fn page_columns() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|(column, _)| &*column.name)
}

/// Writes chosen rows and columns as one Parquet file, in the order in which they come.
pub struct PagesWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    chosen: Vec<PageColumn>,
    table: Table,
}

impl<W: Write + Send> PagesWriter<W> {
    /// Begins a file with these of [`page_columns`]; others are left out.
    ///
    /// # Errors
    /// When nothing can be written.
    pub fn begin<'n>(
        sink: W,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Self, ResultError> {
        let column = |name: &str| COLUMNS.iter().find(|(column, _)| column.name == name).cloned();
        let chosen: Vec<PageColumn> = names.into_iter().filter_map(column).collect();
        let table = Table::new(chosen.iter().map(|(column, _)| column.clone()));
        let file = begin(sink, &table, Layout::default()).map_err(cannot_write)?;
        Ok(Self { file, chosen, table })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When a row group cannot be written.
    pub fn push(&mut self, row: &PageRow<'_>) -> Result<(), ResultError> {
        let page = Page::of(row)?;
        self.table.push(self.chosen.iter().map(|(_, cell)| cell(&page)))?;
        if self.table.rows() >= GROUP_ROWS || self.table.bytes() >= GROUP_BYTES {
            self.write_group()?;
        }
        Ok(())
    }

    /// Writes what is held back, and the file's end. Returns where it was written to.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<W, ResultError> {
        self.write_group()?;
        self.file.into_inner().map_err(cannot_write)
    }

    fn write_group(&mut self) -> Result<(), ResultError> {
        let order: Vec<u32> = (0..self.table.rows() as u32).collect();
        write_rows(&mut self.file, &self.table, &order).map_err(cannot_write)?;
        self.table.clear();
        Ok(())
    }
}

fn cannot_write(error: ParquetError) -> ResultError {
    match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(io) => ResultError::io("write", Path::new("Parquet"))(*io),
            Err(other) => ResultError::Other(format!("cannot write Parquet: {other}")),
        },
        other => ResultError::Other(format!("cannot write Parquet: {other}")),
    }
}

/// A row with what its columns need.
struct Page<'a> {
    row: &'a PageRow<'a>,
    millis: i64,
    surt: Option<String>,
    host: Option<HostKey>,
}

impl<'a> Page<'a> {
    fn of(row: &'a PageRow<'a>) -> Result<Self, ResultError> {
        let millis = millis(&row.ts).ok_or_else(|| row.has_no_time())?;
        let url = WireUrl::parse(&row.url).ok();
        let surt = url.as_ref().map(surt);
        Ok(Self { row, millis, surt, host: url.map(|url| url.host_key()) })
    }
}

type PageColumn = (Column, for<'a> fn(&'a Page<'a>) -> Cell<'a>);

const fn text(
    name: &'static str,
    likeness: Likeness,
    cell: for<'a> fn(&'a Page<'a>) -> Cell<'a>,
) -> PageColumn {
    (Column::new(name, Kind::Text(likeness)), cell)
}

const fn number(
    name: &'static str,
    kind: Kind,
    cell: for<'a> fn(&'a Page<'a>) -> Cell<'a>,
) -> PageColumn {
    (Column::new(name, kind), cell)
}

/// Where the column is by which rows are sorted.
const SURT: u8 = 1;

const COLUMNS: &[PageColumn] = &[
    text("url", Likeness::Sorted, |page| Cell::Text(Some(&page.row.url))),
    text("surt", Likeness::Sorted, |page| Cell::Text(page.surt.as_deref())),
    text("host", Likeness::Repeated, |page| Cell::Text(page.host.as_ref().map(HostKey::as_str))),
    number("ts", Kind::Time, |page| Cell::Number(Some(page.millis))),
    number("status", Kind::Small, |page| Cell::Number(Some(page.row.status.into()))),
    text("title", Likeness::Repeated, |page| Cell::Text(page.row.title.as_deref())),
    number("depth", Kind::Small, |page| Cell::Number(Some(page.row.depth.into()))),
    text("via", Likeness::Repeated, |page| Cell::Text(page.row.via.as_deref())),
    text("hops", Likeness::Repeated, |page| Cell::Text(Some(&page.row.hops))),
    text("mime", Likeness::Repeated, |page| Cell::Text(page.row.mime.as_deref())),
    text("charset", Likeness::Repeated, |page| Cell::Text(page.row.charset.as_deref())),
    text("language", Likeness::Repeated, |page| Cell::Text(page.row.language.as_deref())),
    text("digest", Likeness::Various, |page| Cell::Text(Some(&page.row.digest))),
    number("wire_bytes", Kind::Large, |page| Cell::Number(Some(page.row.wire_bytes.cast_signed()))),
    number("content_bytes", Kind::Large, |page| {
        Cell::Number(page.row.content_bytes.map(u64::cast_signed))
    }),
    number("outlinks", Kind::Large, |page| Cell::Number(Some(page.row.outlinks.into()))),
    text("redirect", Likeness::Repeated, |page| Cell::Text(page.row.redirect.as_deref())),
    text("canonical", Likeness::Repeated, |page| Cell::Text(page.row.canonical.as_deref())),
    number("simhash", Kind::Bits, |page| {
        let hash = page.row.simhash.as_deref();
        Cell::Number(hash.and_then(|hash| u64::from_str_radix(hash, 16).ok()).map(u64::cast_signed))
    }),
    text("robots", Likeness::Repeated, |page| Cell::Text(page.row.robots.as_deref())),
    text("usage_robots_content_signal", Likeness::Repeated, |page| {
        Cell::Text(page.row.usage.robots_content_signal.as_deref())
    }),
    text("usage_robots_content_usage", Likeness::Repeated, |page| {
        Cell::Text(page.row.usage.robots_content_usage.as_deref())
    }),
    text("usage_content_signal", Likeness::Repeated, |page| {
        Cell::Text(page.row.usage.content_signal.as_deref())
    }),
    text("usage_content_usage", Likeness::Repeated, |page| {
        Cell::Text(page.row.usage.content_usage.as_deref())
    }),
    text("usage_x_robots_tag", Likeness::Repeated, |page| {
        Cell::Text(page.row.usage.x_robots_tag.as_deref())
    }),
    text("usage_tdm_reservation", Likeness::Repeated, |page| {
        Cell::Text(page.row.usage.tdm_reservation.as_deref())
    }),
    text("usage_tdm_policy", Likeness::Repeated, |page| {
        Cell::Text(page.row.usage.tdm_policy.as_deref())
    }),
    text("truncated", Likeness::Repeated, |page| Cell::Text(page.row.truncated.as_deref())),
    text("undecoded", Likeness::Repeated, |page| Cell::Text(page.row.undecoded.as_deref())),
    text("revisit", Likeness::Repeated, |page| Cell::Text(page.row.revisit.as_deref())),
    text("protocol", Likeness::Repeated, |page| Cell::Text(Some(&page.row.protocol))),
    number("timings_ms_dns", Kind::Float, |page| Cell::Float(page.row.timings_ms.dns)),
    number("timings_ms_connect", Kind::Float, |page| Cell::Float(page.row.timings_ms.connect)),
    number("timings_ms_tls", Kind::Float, |page| Cell::Float(page.row.timings_ms.tls)),
    number("timings_ms_first_byte", Kind::Float, |page| {
        Cell::Float(page.row.timings_ms.first_byte)
    }),
    number("timings_ms_total", Kind::Float, |page| Cell::Float(page.row.timings_ms.total)),
    number("generation", Kind::Large, |page| Cell::Number(Some(page.row.generation.into()))),
    text("warc_file", Likeness::Repeated, |page| Cell::Text(Some(&page.row.warc.file))),
    number("warc_offset", Kind::Large, |page| {
        Cell::Number(Some(page.row.warc.offset.cast_signed()))
    }),
    number("warc_length", Kind::Large, |page| {
        Cell::Number(Some(page.row.warc.length.cast_signed()))
    }),
];
