//! Measures how soon a page is found in an index that is as large as that of a long crawl.
//!
//! `index --rows 10M --dir DIR`: makes an index of captures (about 240 bytes a row) with a real capture
//! among every ten thousand rows, sorts it as the first `crawler get` does, and looks up URLs.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs};

use anyhow::{Context, Result, bail};
use crawler_store::{
    Capture, CaptureEncoder, CaptureTimings, StoreConfig, StoreWriter, UsagePreferences,
    find_capture, hosts_from, sort_index,
};
use crawler_url::WireUrl;
use rustix::fs::{Advice, fadvise};

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "usage: index [--rows 10M] [--dir DIR]";
/// One capture that is really there among so many rows.
const ROWS_PER_CAPTURE: u64 = 10_000;
const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
/// 2025-10-18T12:50:22Z
const AT: Duration = Duration::from_secs(1_760_791_822);

fn main() -> Result<()> {
    let (mut rows, mut dir) = (10_000_000, env::temp_dir());
    let mut words = env::args().skip(1);
    while let Some(option) = words.next() {
        let value = words.next().with_context(|| format!("{option} needs a value; {USAGE}"))?;
        match option.as_str() {
            "--rows" => rows = count(&value)?,
            "--dir" => dir = PathBuf::from(value),
            _ => bail!("unknown option {option}; {USAGE}"),
        }
    }
    let dir = dir.join(format!("crawler-index-{}", std::process::id()));
    let measured = measure(rows, &dir);
    fs::remove_dir_all(&dir).with_context(|| format!("remove {}", dir.display()))?;
    measured
}

/// A number, with K and M for a thousand and a million.
fn count(text: &str) -> Result<u64> {
    let (digits, factor) = match text.as_bytes() {
        [.., b'K'] => (&text[..text.len() - 1], 1_000),
        [.., b'M'] => (&text[..text.len() - 1], 1_000_000),
        _ => (text, 1),
    };
    let number: u64 = digits.parse().with_context(|| format!("`{text}` is no number"))?;
    Ok(number * factor)
}

fn measure(rows: u64, dir: &Path) -> Result<()> {
    let captures = (rows / ROWS_PER_CAPTURE).max(1);
    store(dir, captures)?;
    let bytes = grow(dir, rows)?;
    println!("index      {rows} rows, {} MB", bytes >> 20);
    let begun_at = Instant::now();
    sort_index(dir, &mut |_| {})?;
    println!("sort       {:.1} s, once", begun_at.elapsed().as_secs_f64());
    forget(&dir.join("cdxj/sorted"))?;
    forget(&dir.join("warc"))?;
    println!("cold       {:.2} ms, the first look-up", look_up(dir, captures / 2)?);
    let mut times = (0..captures).map(|n| look_up(dir, n)).collect::<Result<Vec<f64>>>()?;
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times[(times.len() - 1) * part / 100];
    println!("look-up    {:.2} ms median, {:.2} ms p99, {:.2} ms max", at(50), at(99), at(100));
    let begun_at = Instant::now();
    let hosts = hosts_from(dir, "", 100)?.len();
    println!("list       {hosts} hosts in {:.2} ms", begun_at.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

/// Spread over the hosts, in an order that is none.
fn url(n: u64, kind: &str) -> String {
    let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    format!("https://host-{}.example.com/{kind}/articles/{n}?view={}", mixed % 100_000, mixed % 7)
}

/// Writes the captures that are looked up later.
fn store(dir: &Path, captures: u64) -> Result<()> {
    let config = StoreConfig { user_agent: "bench/0".into(), ..StoreConfig::default() };
    let mut writer = StoreWriter::open(dir, config, None)?;
    let mut encoder = CaptureEncoder::default();
    for n in 0..captures {
        let url = WireUrl::parse(&url(n, "stored"))?;
        let body = format!("<p>page {n}</p>").repeat(400);
        writer.append(&encoder.encode(&capture(&url, body.as_bytes())))?;
    }
    writer.close()?;
    Ok(())
}

fn capture<'a>(url: &'a WireUrl, body: &'a [u8]) -> Capture<'a> {
    Capture {
        url,
        at: SystemTime::UNIX_EPOCH + AT,
        status: 200,
        protocol: "http/1.1",
        remote_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        tls: true,
        response_head: HEAD,
        body,
        chunked: false,
        truncated: None,
        undecoded: None,
        request_head: b"GET / HTTP/1.1\r\n\r\n",
        via: None,
        depth: 1,
        hops: "L",
        mime: Some("text/html"),
        charset: Some("UTF-8"),
        title: None,
        language: None,
        outlinks: 0,
        redirect: None,
        canonical: None,
        simhash: None,
        robots: None,
        usage: UsagePreferences::default(),
        content_bytes: Some(body.len() as u64),
        timings_ms: CaptureTimings::default(),
        generation: 1,
        revisit: None,
    }
}

/// Puts the rows of captures apart by rows that lead nowhere; the length of the index.
fn grow(dir: &Path, rows: u64) -> Result<u64> {
    let path = dir.join("cdxj/index.cdxj");
    let small = dir.join("cdxj/small");
    fs::rename(&path, &small)?;
    let mut real = BufReader::new(File::open(&small)?).lines();
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    for n in 0..rows {
        let real = if n % ROWS_PER_CAPTURE == 0 { real.next().transpose()? } else { None };
        writeln!(out, "{}", real.unwrap_or_else(|| row(n)))?;
    }
    fs::remove_file(small)?;
    let file = out.into_inner()?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

fn row(n: u64) -> String {
    let url = url(n, "listed");
    let (host, rest) = url["https://".len()..].split_once('.').unwrap_or_default();
    let path = rest.strip_prefix("example.com").unwrap_or_default();
    format!(
        "com,example,{host}){path} 20251018125022 {{\"url\": \"{url}\", \"mime\": \"text/html\", \
         \"status\": \"200\", \"digest\": \"sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5\", \
         \"length\": \"4321\", \"offset\": \"{n}\", \"filename\": \"none.warc.gz\"}}"
    )
}

/// Milliseconds to read a capture, everything opened anew as in a process of its own.
fn look_up(dir: &Path, n: u64) -> Result<f64> {
    let url = WireUrl::parse(&url(n, "stored"))?;
    let begun_at = Instant::now();
    let found = find_capture(dir, &url)?.with_context(|| format!("{url} is not found"))?;
    let elapsed = begun_at.elapsed().as_secs_f64() * 1e3;
    if !found.body.starts_with(format!("<p>page {n}</p>").as_bytes()) {
        bail!("another page is found for {url}");
    }
    Ok(elapsed)
}

/// Has the system forget what it has of the files in a folder.
fn forget(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let file = File::open(entry?.path())?;
        file.sync_all()?;
        fadvise(&file, 0, None, Advice::DontNeed)?;
    }
    Ok(())
}
