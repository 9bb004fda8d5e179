//! Where pages are sent while they are fetched.

use std::time::Duration;

use crawler_results::{BadTarget, S3Target};
use reqwest::Url;

use super::Setting;
use crate::credentials::has_credentials;
use crate::settings::credentials::{login, secret_source};
use crate::settings::value::{Refusal, put};

const ROWS_MAX: u64 = 100_000;

pub(super) const SETTINGS: &[Setting] = &[
    Setting::value(
        "stdout",
        "off|pages",
        "off",
        |s, given| put(&mut s.sinks.stdout_pages, given.choice(STDOUT)),
        "pages writes the rows of pages.jsonl to standard output, each as soon as its page is stored for \
         good; the statistics go to standard error. The next run goes on behind the last row written; \
         after a crash some rows may come twice. A reader that goes away does not end the crawl",
    ),
    Setting::value(
        "upload",
        "s3://BUCKET/PREFIX",
        "",
        |s, given| put(&mut s.sinks.upload, given.one(upload)),
        "Upload what is complete to an S3-compatible store while the crawl goes on: WARC files, parts of \
         the page list and of the index, Parquet files. Endpoint, region and credentials are those of \
         the environment: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY",
    ),
    Setting::value(
        "webhook",
        "URL",
        "",
        |s, given| put(&mut s.sinks.webhook, given.one(webhook)),
        "Post the rows of pages.jsonl to this URL, in batches (application/x-ndjson), each as soon as its \
         pages are stored for good: in order, at least once, again and again while the server is away or \
         answers 408, 429 or 5xx. X-Crawler-Batch: FROM-TO says which bytes of pages.jsonl the body is",
    ),
    Setting::value(
        "webhook_auth",
        "SCHEME SOURCE",
        "",
        |s, given| put(&mut s.sinks.webhook_auth, given.one(|text| some(text, login))),
        "Credentials for the web hook: `bearer env:NAME` or `basic file:PATH`",
    ),
    Setting::value(
        "webhook_secret",
        "SOURCE",
        "",
        |s, given| put(&mut s.sinks.webhook_secret, given.one(|text| some(text, secret_source))),
        "Sign each body as sent with the secret in env:NAME or file:PATH: X-Crawler-Signature: \
         sha256=HEX is its HMAC (RFC 2104)",
    ),
    Setting::switch(
        "webhook_gzip",
        |s, given| put(&mut s.sinks.webhook_gzip, given.switch()),
        "Compress the bodies (Content-Encoding: gzip)",
    ),
    Setting::value(
        "webhook_rows",
        "N",
        "500",
        |s, given| put(&mut s.sinks.webhook_rows, given.count(1..=ROWS_MAX)),
        "Rows of one post at most; one of 1M is posted with fewer",
    ),
    Setting::value(
        "webhook_wait",
        "DURATION",
        "5s",
        |s, given| put(&mut s.sinks.webhook_wait, given.duration(Duration::from_millis(100))),
        "How long a row waits for others to be posted with",
    ),
];

const STDOUT: &[(&str, bool)] = &[("off", false), ("pages", true)];

/// Nothing written is none.
fn some<T>(text: &str, read: fn(&str) -> Result<T, Refusal>) -> Result<Option<T>, Refusal> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

fn upload(text: &str) -> Result<Option<S3Target>, Refusal> {
    // Not quoted: it may be a secret in the wrong place.
    some(text, |text| {
        text.parse().map_err(|error: BadTarget| Refusal {
            problem: error.to_string(),
            accepted: Some("s3://BUCKET or s3://BUCKET/PREFIX".to_owned()),
        })
    })
}

fn webhook(text: &str) -> Result<Option<Url>, Refusal> {
    let url = |text: &str| {
        let url = text.parse::<Url>().ok();
        url.filter(|url| matches!(url.scheme(), "http" | "https")).ok_or_else(|| Refusal {
            problem: format!("`{text}` is not the URL of a web hook"),
            accepted: Some("a URL such as https://example.com/pages".to_owned()),
        })
    };
    if has_credentials(text) {
        return Err(Refusal {
            problem: "user names and passwords in URLs are shown to whoever sees the settings"
                .to_owned(),
            accepted: Some("the URL without them, and webhook_auth".to_owned()),
        });
    }
    some(text, url)
}
