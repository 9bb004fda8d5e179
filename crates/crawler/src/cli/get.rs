//! `crawler get URL`: prints a stored page.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use clap::Args;
use crawler_content::Extent;
use crawler_fetch::{DecodeEnd, DecodeLimits, decode};
use crawler_store::{
    PayloadSource, StoreError, StoredCapture, find_capture, find_capture_until, sort_index,
};
use crawler_url::WireUrl;

use super::data_dir::DataDirArgs;
use crate::credentials::without_credentials;
use crate::exit::Exit;
use crate::reading::{Form, text_of};
use crate::seeds::parse_seed;
use crate::terminal::{escape, escape_lines};
use crate::time_prefix::TimePrefix;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler get https://example.com/
  crawler get --headers https://example.com/
  crawler get --markdown https://example.com/article
  crawler get --at 2026-11-01 https://example.com/    as it was at the end of that day
  crawler get https://example.com/logo.png > logo.png

A large index is sorted on first use, into DIR/cdxj/sorted (as large as the index), and what
was added since when it is worth it. That folder may be removed at any time.";

/// Sorting less than this takes no time worth mentioning.
const SORTED_BYTES_TOLD: u64 = 64 << 20;

/// The options of `crawler get`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is one switch of the command line")]
pub(super) struct GetArgs {
    /// URL of the page, as in pages.jsonl
    url: String,
    /// Print the body as stored, with its content coding
    #[arg(long, conflicts_with = "headers")]
    raw: bool,
    /// Print the status line and the headers instead of the body
    #[arg(long)]
    headers: bool,
    /// Print the text of the page's main part
    #[arg(long, group = "reading", conflicts_with_all = ["raw", "headers"])]
    text: bool,
    /// Print the page's main part as Markdown
    #[arg(long, group = "reading", conflicts_with_all = ["raw", "headers"])]
    markdown: bool,
    /// With --text or --markdown: of the whole page
    #[arg(long, requires = "reading")]
    whole: bool,
    /// The last capture not later than this (UTC): 2026-11, 2026-11-01, 2026-11-01T12:30
    /// [default: the newest]
    #[arg(long, value_name = "TIME", value_parser = time, verbatim_doc_comment)]
    at: Option<TimePrefix>,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

pub(super) fn run(args: &GetArgs) -> anyhow::Result<Exit> {
    let data_dir = args.data_dir.resolve()?;
    sort(&data_dir);
    let capture = find(&args.url, args.at.as_ref(), &data_dir)?;
    note(&capture);
    let shown = if args.headers {
        capture.head
    } else if args.raw {
        capture.body
    } else if let Some(form) = args.form() {
        let extent = if args.whole { Extent::Page } else { Extent::Main };
        let mime = header(&capture.head, "content-type").or_else(|| capture.mime.clone());
        text_of(&content(&capture), mime.as_deref(), &capture.url, form, extent)?.into_bytes()
    } else {
        content(&capture)
    };
    print(&shown)?;
    Ok(Exit::Done)
}

impl GetArgs {
    fn form(&self) -> Option<Form> {
        match (self.text, self.markdown) {
            (true, _) => Some(Form::Text),
            (_, true) => Some(Form::Markdown),
            _ => None,
        }
    }
}

fn time(text: &str) -> Result<TimePrefix, &'static str> {
    TimePrefix::parse(text).ok_or("write 2026-11-01 or 2026-11-01T12:30 (UTC)")
}

/// Sorts what was added to the index. Without leave or room to write it is searched as it is.
pub(super) fn sort(data_dir: &Path) {
    let mut begins = |bytes: u64| {
        if bytes > SORTED_BYTES_TOLD {
            let size = crate::numbers::bytes(bytes as f64);
            eprintln!("note: sorting {size} of the index, so that pages are found at once");
        }
    };
    match sort_index(data_dir, &mut begins) {
        Ok(()) => {}
        Err(StoreError::Io { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied => {}
        Err(error) => eprintln!("note: the index is not sorted: {}", escape(&error.to_string())),
    }
}

/// The newest capture up to a time; a URL without a scheme is tried as https and as http.
fn find(text: &str, at: Option<&TimePrefix>, data_dir: &Path) -> anyhow::Result<StoredCapture> {
    let given = match WireUrl::parse(text) {
        Ok(url) => url,
        Err(_) => parse_seed(text)
            .map_err(|bad| anyhow::anyhow!("`{}` {}", without_credentials(text), bad.reason))?,
    };
    let guesses = if text.contains("://") { None } else { other_scheme(&given) };
    for url in std::iter::once(given).chain(guesses) {
        let until = at.map_or("", TimePrefix::digits);
        if let Some(capture) = find_capture_until(data_dir, &url, until)? {
            return Ok(capture);
        }
        if at.is_some()
            && let Some(newest) = find_capture(data_dir, &url)?
        {
            bail!(
                "no capture of {url} is so early; the newest is of {}: see them all with \
                 `crawler pages --where 'url={url}' --fields ts,status`",
                newest.date
            );
        }
    }
    bail!(
        "there is no page {shown} in {dir}\n  {dir}/pages/pages.jsonl lists the pages\n  \
         {dir}/reports/skipped.jsonl lists what was skipped, with the reasons",
        shown = without_credentials(text),
        dir = data_dir.display()
    )
}

fn other_scheme(url: &WireUrl) -> Option<WireUrl> {
    let text = url.as_str();
    let other = match text.strip_prefix("https://") {
        Some(rest) => format!("http://{rest}"),
        None => format!("https://{}", text.strip_prefix("http://")?),
    };
    WireUrl::parse(&other).ok()
}

/// What the reader should know about the bytes, on standard error.
fn note(capture: &StoredCapture) {
    if let Some(why) = &capture.truncated {
        eprintln!("note: the body is not whole ({})", escape(why));
    }
    if capture.payload == PayloadSource::Missing {
        eprintln!(
            "note: the page had not changed, and the capture with its body is not in this directory"
        );
    }
    if let Some(target) = redirect(&capture.head) {
        eprintln!("note: it redirects to {}", escape(&without_credentials(&target)));
    }
}

/// Where a redirect leads, as it was sent.
fn redirect(head: &[u8]) -> Option<String> {
    let status = head.split(|byte| *byte == b' ').nth(1)?;
    if status.starts_with(b"3") { header(head, "location") } else { None }
}

pub(super) fn content(capture: &StoredCapture) -> Vec<u8> {
    let body = Bytes::copy_from_slice(&capture.body);
    let coding = header(&capture.head, "content-encoding");
    let decoded = decode(&body, coding.as_deref(), DecodeLimits::default());
    match decoded.end {
        DecodeEnd::Complete => {}
        DecodeEnd::Limit => eprintln!("note: decoding stopped at the size limit; see --raw"),
        DecodeEnd::Corrupt(why) => {
            eprintln!("note: the body is damaged ({}); see --raw", escape(&why));
        }
        DecodeEnd::Unsupported(coding) => {
            eprintln!("note: the content coding {} is unknown: as stored", escape(&coding));
        }
    }
    decoded.bytes.to_vec()
}

/// All values of a header, joined by commas as RFC 9110 section 5.3 has it.
pub(crate) fn header(head: &[u8], name: &str) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    let values: Vec<&str> = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(field, _)| field.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
        .collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// Prints bytes as they are, but never lets them act on a terminal.
fn print(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let shown = if out.is_terminal() { for_terminal(bytes)? } else { Cow::Borrowed(bytes) };
    out.write_all(&shown).and_then(|()| out.flush()).context("cannot write to standard output")
}

fn for_terminal(bytes: &[u8]) -> anyhow::Result<Cow<'_, [u8]>> {
    if bytes.contains(&0) {
        bail!("the page is binary, {} bytes: send it to a file with `> FILE`", bytes.len());
    }
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    Ok(Cow::Owned(escape_lines(&text).into_owned().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_and_joined() {
        let head =
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nX: 1\r\ncontent-encoding:br\r\n\r\n";
        assert_eq!(header(head, "content-encoding").as_deref(), Some("gzip, br"));
        assert_eq!(header(head, "y"), None);
    }

    #[test]
    fn redirects_are_told_by_status_and_location() {
        let head = |line: &str| format!("{line}\r\nLocation: /b\r\n\r\n").into_bytes();
        assert_eq!(redirect(&head("HTTP/1.1 301 Moved")).as_deref(), Some("/b"));
        assert_eq!(redirect(&head("HTTP/1.1 200 OK")), None);
        assert_eq!(redirect(b"HTTP/1.1 304 Not Modified\r\n\r\n"), None);
    }

    #[test]
    fn a_terminal_is_neither_moved_nor_flooded() {
        assert_eq!(&*for_terminal(b"a\x1b[2J\r\nb\tc").unwrap(), b"a\\u{1b}[2J\nb\tc");
        assert!(for_terminal(b"PNG\0").is_err());
    }

    #[test]
    fn the_other_scheme_is_tried() {
        let url = WireUrl::parse("https://example.com/a").unwrap();
        assert_eq!(other_scheme(&url).unwrap().as_str(), "http://example.com/a");
    }
}
