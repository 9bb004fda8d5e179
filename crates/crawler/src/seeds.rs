//! Reads the URLs a crawl begins with: from the command line, from files, from standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crawler_url::{UrlError, WireUrl};

use crate::credentials::{has_credentials, without_credentials};
use crate::settings::{Entry, Problem, Problems, nearest};
use crate::terminal::escape;

/// The name that means standard input.
const STDIN: &str = "-";
/// Bad lines listed one by one; the rest are only counted.
const BAD_SEEDS_LISTED_MAX: usize = 20;
/// A line that is longer holds no URL; reading on would only fill the memory.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// Length to which a bad line is cut when it is quoted.
const QUOTED_CHARS_MAX: usize = 80;

/// Seeds, and the lines that are none.
#[derive(Debug, Default)]
pub(crate) struct Seeds {
    /// URLs in the order given.
    pub(crate) urls: Vec<WireUrl>,
    /// How many had a user name or password, which is dropped.
    pub(crate) with_credentials: usize,
    bad: Vec<Problem>,
    bad_unlisted: usize,
}

impl Seeds {
    /// Reads the positional URLs, then the files.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(crate) fn read(urls: &[Entry], files: &[Entry]) -> Result<Self, Problems> {
        let mut seeds = Self::default();
        let mut unreadable = Vec::new();
        for entry in urls {
            match entry.text.as_str() {
                STDIN => seeds.read_source(entry, &mut unreadable),
                text if !text.contains("://") && Path::new(text).is_file() => {
                    let mend = format!("write --seeds {text} to read the seeds in it");
                    seeds.refuse(&entry.place, text, "is a file, not a URL", Some(mend));
                }
                text => seeds.add(text, &entry.place),
            }
        }
        for entry in files {
            seeds.read_source(entry, &mut unreadable);
        }
        if unreadable.is_empty() {
            return Ok(seeds);
        }
        Err(Problems { subject: "the seeds", problems: unreadable })
    }

    /// How many lines are not URLs.
    pub(crate) fn bad_count(&self) -> usize {
        self.bad.len() + self.bad_unlisted
    }

    /// The lines that are not URLs, for people; `None` when there are none.
    pub(crate) fn into_problems(mut self) -> Option<Problems> {
        if self.bad_unlisted > 0 {
            let what = format!("{} more lines are not URLs", self.bad_unlisted);
            self.bad.push(problem("and", what, None));
        }
        (!self.bad.is_empty()).then_some(Problems { subject: "the seeds", problems: self.bad })
    }

    fn read_source(&mut self, entry: &Entry, unreadable: &mut Vec<Problem>) {
        let read = match entry.text.as_str() {
            STDIN => self.read_lines("standard input", io::stdin().lock()),
            path => File::open(path).and_then(|file| self.read_lines(path, BufReader::new(file))),
        };
        if let Err(error) = read {
            let what = format!("cannot read the seed file `{}`: {error}", entry.text);
            unreadable.push(problem(&entry.place, what, None));
        }
    }

    fn read_lines(&mut self, name: &str, mut reader: impl BufRead) -> io::Result<()> {
        let mut line = Vec::new();
        for n in 1_u64.. {
            line.clear();
            if reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)? == 0 {
                break;
            }
            let place = format!("{name}:{n}");
            if line.len() as u64 == LINE_BYTES_MAX && !line.ends_with(b"\n") {
                reader.skip_until(b'\n')?;
                self.refuse(&place, "", &format!("is longer than {LINE_BYTES_MAX} bytes"), None);
                continue;
            }
            let text = String::from_utf8_lossy(&line);
            let text = if n == 1 { text.trim_start_matches('\u{feff}') } else { &text };
            let text = without_comment(text);
            if !text.is_empty() {
                self.add(text, &place);
            }
        }
        Ok(())
    }

    fn add(&mut self, text: &str, place: &str) {
        match parse_seed(text) {
            Ok(url) => {
                self.with_credentials += usize::from(has_credentials(text));
                self.urls.push(url);
            }
            Err(BadSeed { reason, mend }) => self.refuse(place, text, &reason, mend),
        }
    }

    fn refuse(&mut self, place: &str, text: &str, reason: &str, mend: Option<String>) {
        if self.bad.len() >= BAD_SEEDS_LISTED_MAX {
            self.bad_unlisted += 1;
            return;
        }
        let text = without_credentials(text);
        let quoted: String = text.chars().take(QUOTED_CHARS_MAX).collect();
        let cut = if quoted.len() < text.len() { "…" } else { "" };
        let what = match text.as_ref() {
            "" => format!("the line {reason}"),
            _ => format!("`{}{cut}` {reason}", escape(&quoted)),
        };
        self.bad.push(problem(place, what, mend));
    }
}

fn problem(place: &str, what: String, note: Option<String>) -> Problem {
    Problem { place: place.to_owned(), source_line: None, what, notes: note.into_iter().collect() }
}

/// The line without surrounding blanks and without a comment; a `#` inside a URL begins its
/// fragment, so only one at the beginning or after a blank begins a comment.
pub(crate) fn without_comment(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with('#') {
        return "";
    }
    let comment_at = [" #", "\t#"].iter().filter_map(|mark| line.find(mark)).min();
    comment_at.map_or(line, |at| line[..at].trim_end())
}

/// Why a text is not a seed, and what would be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadSeed {
    pub(crate) reason: String,
    pub(crate) mend: Option<String>,
}

/// Reads a URL; without a scheme, https is meant, and http for IP addresses and localhost.
pub(crate) fn parse_seed(text: &str) -> Result<WireUrl, BadSeed> {
    let bad = |reason: &str, mend| BadSeed { reason: reason.to_owned(), mend };
    if text.contains(char::is_whitespace) {
        return Err(bad(
            "has a blank in it",
            Some("one URL per line; write a blank as %20".into()),
        ));
    }
    if text.contains("://") || has_other_scheme(text) {
        return WireUrl::parse(text).map_err(|error| bad(&explain(&error), None));
    }
    let authority = &text[..text.find(['/', '?', '#']).unwrap_or(text.len())];
    let host = without_port(authority);
    if host.is_empty() {
        let mend = "a page is named by its URL, such as https://example.com/page";
        return Err(bad("has no host", Some(mend.into())));
    }
    let is_local = host == "localhost" || host.ends_with(".localhost");
    let is_ip = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    if !host.contains('.') && !is_local && !is_ip {
        return Err(bad("is a word, not a URL", Some(mend_of_word(text))));
    }
    let scheme = if is_local || is_ip { "http" } else { "https" };
    WireUrl::parse(&format!("{scheme}://{text}")).map_err(|error| bad(&explain(&error), None))
}

/// `mailto:x@example.com` has a scheme, `example.com:8080` and `localhost:8080` have a port.
fn has_other_scheme(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_port = rest.starts_with(|c: char| c.is_ascii_digit());
    !is_port && !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric())
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host,
        _ => authority,
    }
}

fn mend_of_word(text: &str) -> String {
    match nearest(text, crate::cli::COMMANDS.into_iter()) {
        Some(command) => format!("did you mean the command `crawler {command}`?"),
        None => {
            format!("write https://{text}/ for a host without a dot, or --seeds {text} for a file")
        }
    }
}

pub(crate) fn explain(error: &UrlError) -> String {
    match error {
        UrlError::Empty => "is empty".to_owned(),
        UrlError::Scheme(scheme) => {
            format!("has the scheme `{scheme}`: only http and https are crawled")
        }
        UrlError::Syntax(reason) => format!("is not a URL: {reason}"),
        UrlError::TooLong { len } => format!("has {len} bytes, more than {}", WireUrl::LEN_MAX),
        UrlError::NoHost => "has no host".to_owned(),
    }
}

#[cfg(test)]
mod tests;
