//! The link graph: a row for each link of each page.

use std::path::{Path, PathBuf};

use crawler_extract::{
    Assets, Link, LinkKind, LinkVisitor, PageInput, Rel, Want, encode_query, extract, is_html,
    parse_link_header,
};
use crawler_fetch::DecodeLimits;
use crawler_url::{Base, HostKey, WireUrl, surt};

use super::daily::{DailyFiles, FileSize, Tabular};
use super::table::{Cell, Column, Kind, Likeness, Table};
use super::time::millis;
use super::write::Layout;
use crate::body::{StoredPage, stored_page};
use crate::error::ResultError;
use crate::follow::{Follower, PageRow};

/// Bytes of a body that are looked at to tell whether it is HTML.
const SNIFF_BYTES: usize = 512;
/// Links of a page at most.
const PAGE_LINKS_MAX: usize = 50_000;

/// Makes `parquet/links/` of the pages stored in `data_dir`: an edge from each page to each URL it
/// links to or redirects to, fetched or not; with `assets`, also to what it embeds. A revisit has
/// the edges of the capture it refers to, which are not told again.
#[must_use]
pub fn parquet_links(data_dir: &Path, assets: Assets) -> Box<dyn Follower + Send> {
    let links = Links { data_dir: data_dir.to_owned(), assets };
    Box::new(DailyFiles::new(data_dir, links, FileSize::default()))
}

struct Links {
    data_dir: PathBuf,
    assets: Assets,
}

impl Tabular for Links {
    const NAME: &'static str = "links";
    const TABLE: &'static str = "links";
    const LAYOUT: Layout = Layout { sorted_by: Some(FROM_SURT), bloom: Some("to_url") };

    fn columns() -> Vec<Column> {
        COLUMNS.iter().map(|(column, _)| column.clone()).collect()
    }

    fn take(&mut self, row: &PageRow<'_>, table: &mut Table) -> Result<(), ResultError> {
        // What is no URL has no links.
        let Ok(url) = WireUrl::parse(&row.url) else { return Ok(()) };
        let page = From {
            surt: surt(&url),
            host: url.host_key(),
            url: &url,
            millis: millis(&row.ts).ok_or_else(|| row.has_no_time())?,
        };
        let base = Base::new(&url);
        let mut edges = Edges { page, base, table, failed: None };
        if let Some(target) = &row.redirect {
            edges.push(target, "redirect", Rel::default(), None);
        } else if let Some(stored) = stored_page(&self.data_dir, row, DecodeLimits::default())? {
            self.read(&stored, row, &mut edges);
        }
        edges.failed.map_or(Ok(()), Err)
    }
}

impl Links {
    fn read(&self, stored: &StoredPage, row: &PageRow<'_>, edges: &mut Edges<'_>) {
        if let Some(value) = stored.header("link") {
            parse_link_header(&value, &mut |link| edges.link(link));
        }
        let head = stored.body.get(..SNIFF_BYTES).unwrap_or(&stored.body);
        if !is_html(row.mime.as_deref(), head) {
            return;
        }
        let input = PageInput {
            bytes: &stored.body,
            content_type: row.mime.as_deref(),
            want: Want { assets: self.assets },
            outlinks_max: PAGE_LINKS_MAX,
            product_token: None,
        };
        extract(&input, edges);
    }
}

/// The page that the edges begin at.
struct From<'a> {
    url: &'a WireUrl,
    surt: String,
    host: HostKey,
    millis: i64,
}

/// Takes the links of a page as rows.
struct Edges<'a> {
    page: From<'a>,
    base: Base,
    table: &'a mut Table,
    failed: Option<ResultError>,
}

impl LinkVisitor for Edges<'_> {
    fn charset(&mut self, name: &'static str) {
        self.base.set_encoding(move |query| encode_query(name, query));
    }

    fn base(&mut self, href: &str) {
        self.base.set_href(href);
    }

    fn link(&mut self, link: Link<'_>) {
        self.push(link.href, kind(link.kind), link.rel, link.anchor.text());
    }
}

impl Edges<'_> {
    /// What leads to the page itself or to something that is not fetched, like mailto, is no edge.
    fn push(&mut self, href: &str, kind: &'static str, rel: Rel, anchor: Option<String>) {
        let Ok(to) = self.base.join(href) else { return };
        let to_host = to.host_key();
        let edge = Edge { from: &self.page, to: &to, to_host, kind, rel: rel_types(rel), anchor };
        if let Err(error) = self.table.push(COLUMNS.iter().map(|(_, cell)| cell(&edge))) {
            self.failed = Some(error);
        }
    }
}

struct Edge<'a> {
    from: &'a From<'a>,
    to: &'a WireUrl,
    to_host: HostKey,
    kind: &'static str,
    rel: Option<&'static str>,
    anchor: Option<String>,
}

fn kind(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Anchor => "anchor",
        LinkKind::Area => "area",
        LinkKind::Frame => "frame",
        LinkKind::Canonical => "canonical",
        LinkKind::Alternate => "alternate",
        LinkKind::Next => "next",
        LinkKind::Prev => "prev",
        LinkKind::Refresh => "refresh",
        LinkKind::Image => "image",
        LinkKind::Script => "script",
        LinkKind::Stylesheet => "stylesheet",
        LinkKind::Header => "header",
        LinkKind::Other => "other",
    }
}

/// The link types that say something on the worth of a link.
fn rel_types(rel: Rel) -> Option<&'static str> {
    Some(match (rel.nofollow, rel.ugc, rel.sponsored) {
        (false, false, false) => return None,
        (true, false, false) => "nofollow",
        (false, true, false) => "ugc",
        (false, false, true) => "sponsored",
        (true, true, false) => "nofollow ugc",
        (true, false, true) => "nofollow sponsored",
        (false, true, true) => "ugc sponsored",
        (true, true, true) => "nofollow ugc sponsored",
    })
}

type EdgeColumn = (Column, for<'a> fn(&'a Edge<'a>) -> Cell<'a>);

const fn text(
    name: &'static str,
    likeness: Likeness,
    cell: for<'a> fn(&'a Edge<'a>) -> Cell<'a>,
) -> EdgeColumn {
    (Column::new(name, Kind::Text(likeness)), cell)
}

/// Where the column is by which rows are sorted.
const FROM_SURT: u8 = 1;

const COLUMNS: &[EdgeColumn] = &[
    text("from_url", Likeness::Repeated, |edge| Cell::Text(Some(edge.from.url.as_str()))),
    text("from_surt", Likeness::Repeated, |edge| Cell::Text(Some(&edge.from.surt))),
    text("from_host", Likeness::Repeated, |edge| Cell::Text(Some(edge.from.host.as_str()))),
    text("to_url", Likeness::Repeated, |edge| Cell::Text(Some(edge.to.as_str()))),
    text("to_host", Likeness::Repeated, |edge| Cell::Text(Some(edge.to_host.as_str()))),
    text("kind", Likeness::Repeated, |edge| Cell::Text(Some(edge.kind))),
    text("rel", Likeness::Repeated, |edge| Cell::Text(edge.rel)),
    text("anchor", Likeness::Repeated, |edge| Cell::Text(edge.anchor.as_deref())),
    (Column::new("ts", Kind::Time), |edge| Cell::Number(Some(edge.from.millis))),
];
