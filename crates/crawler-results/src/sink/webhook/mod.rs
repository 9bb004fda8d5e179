//! Batches of rows posted to a web hook: at least once each, in order.

pub(super) mod hmac;
mod post;

use std::io::{self, Write as _};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Url;
use reqwest::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use serde_json::Value;

use super::attempt::{Failures, until_done};
use super::backoff::Backoff;
use super::batch::Batch;
use super::wait::Waiting;
use crate::error::ResultError;
use crate::follow::{Delivery, Follower, PageRow, Role, RowRange};
use hmac::hmac_sha256;
use post::Post;

/// A batch of long rows is posted before it has all its rows.
const BATCH_BYTES: usize = 1 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");
const GZIP: HeaderValue = HeaderValue::from_static("gzip");
/// The part of the page list in the body, in bytes.
const BATCH: HeaderName = HeaderName::from_static("x-crawler-batch");
/// `sha256=` and the HMAC of the body as sent.
const SIGNATURE: HeaderName = HeaderName::from_static("x-crawler-signature");

/// Whereto rows are posted, and how.
#[derive(Clone)]
pub struct WebhookConfig {
    /// The hook.
    pub url: Url,
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// Sent as `Authorization`.
    pub authorization: Option<HeaderValue>,
    /// Key of the signature.
    pub secret: Option<Vec<u8>>,
    /// Whether bodies are compressed.
    pub gzip: bool,
    /// Rows of one post at most.
    pub rows_max: usize,
    /// How long a row may wait for others.
    pub patience: Duration,
    /// How long to wait when a post failed.
    pub backoff: Backoff,
}

/// Posts rows as they stand in the page list. See [`WebhookConfig`].
pub struct Webhook {
    config: WebhookConfig,
    failures: Failures,
    client: reqwest::Client,
    batch: Batch,
    waiting: Waiting<()>,
}

impl Webhook {
    /// Gets ready; nothing is sent yet.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(config: WebhookConfig) -> Result<Self, ResultError> {
        let client = reqwest::Client::builder()
            .user_agent(config.user_agent.as_str())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            // A redirected POST would become a GET without rows (RFC 9110 section 15.4).
            .redirect(reqwest::redirect::Policy::none())
            .build();
        let client =
            client.map_err(|error| ResultError::Other(format!("cannot set up HTTP: {error}")))?;
        let batch = Batch::new(config.rows_max, BATCH_BYTES);
        let failures = Failures::default();
        Ok(Self { client, batch, waiting: Waiting::new()?, config, failures })
    }
}

impl WebhookConfig {
    fn headers(&self, range: RowRange, body: &[u8]) -> HeaderMap {
        let text = |text: String| HeaderValue::from_str(&text).ok();
        let signature = self
            .secret
            .as_ref()
            .and_then(|secret| text(format!("sha256={}", hmac_sha256(secret, body))));
        let headers = [
            (CONTENT_TYPE, Some(NDJSON)),
            (CONTENT_ENCODING, self.gzip.then_some(GZIP)),
            (AUTHORIZATION, self.authorization.clone()),
            (BATCH, text(format!("{}-{}", range.from, range.to))),
            (SIGNATURE, signature),
        ];
        headers.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    fn body(&self, rows: &[u8]) -> io::Result<Vec<u8>> {
        if !self.gzip {
            return Ok(rows.to_vec());
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(rows)?;
        encoder.finish()
    }

    fn post(&self, client: &reqwest::Client, range: RowRange, rows: &[u8]) -> Post {
        // Nothing refuses bytes that are written to memory.
        let body = self.body(rows).unwrap_or_default();
        let headers = self.headers(range, &body);
        let url = self.url.clone();
        Post { client: client.clone(), url, headers, body: body.into() }
    }
}

impl Follower for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn role(&self) -> Role {
        Role::Sends
    }

    fn open(&mut self, _position: u64, _state: &Value) -> Result<(), ResultError> {
        self.batch.clear();
        self.waiting.drop_task();
        Ok(())
    }

    fn take(&mut self, row: &PageRow<'_>) -> Result<(), ResultError> {
        self.batch.push(row);
        Ok(())
    }

    fn attempts_failed(&self) -> u64 {
        self.failures.count()
    }

    fn is_full(&self) -> bool {
        self.batch.is_full()
    }

    fn patience(&self) -> Duration {
        self.config.patience
    }

    fn deliver(&mut self, range: RowRange) -> Result<Delivery, ResultError> {
        let Self { config, failures, client, batch, waiting } = self;
        let ended = waiting.turn(|| {
            let post = config.post(client, range, batch.bytes());
            Box::pin(until_done(post, config.backoff, failures.clone()))
        })?;
        Ok(if ended.is_some() { Delivery::Done } else { Delivery::UnderWay })
    }

    fn seal(&mut self, _range: RowRange) -> Result<Value, ResultError> {
        self.batch.clear();
        Ok(Value::Null)
    }
}
