//! One batch, posted until the hook takes it.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};

use crate::error::ResultError;
use crate::sink::backoff::Backoff;

/// Of what a hook says about a batch that it refuses, so much is told.
const SAID_BYTES_MAX: usize = 200;

/// No more of an answer is read.
const READ_BYTES_MAX: usize = 1 << 14;

/// A batch about to be posted.
pub(super) struct Post {
    pub(super) client: Client,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) backoff: Backoff,
}

/// What became of an attempt.
enum Outcome {
    Accepted,
    /// A later attempt may do better.
    Failed {
        why: String,
        asked: Option<Duration>,
    },
    /// No later attempt would.
    Refused(String),
}

impl Post {
    /// Posts it, again and again while the hook cannot be reached or is not well.
    pub(super) async fn until_accepted(self) -> Result<(), ResultError> {
        let mut failed = 0_u32;
        loop {
            match self.once().await {
                Outcome::Accepted => {
                    if failed > 0 {
                        tracing::info!("the web hook takes pages again");
                    }
                    return Ok(());
                }
                Outcome::Refused(why) => return Err(ResultError::Other(why)),
                Outcome::Failed { why, asked } => {
                    if failed == 0 {
                        tracing::warn!(
                            "the web hook takes no pages: {why}; trying again until it does"
                        );
                    }
                    failed = failed.saturating_add(1);
                    tokio::time::sleep(self.backoff.delay(failed, asked)).await;
                }
            }
        }
    }

    async fn once(&self) -> Outcome {
        let request = self.client.post(self.url.clone()).headers(self.headers.clone());
        match request.body(self.body.clone()).send().await {
            Ok(response) => judge(response).await,
            // Its URL may hold a secret.
            Err(error) => Outcome::Failed { why: why(&error.without_url()), asked: None },
        }
    }
}

async fn judge(response: Response) -> Outcome {
    let status = response.status();
    let is_passing = status.is_server_error()
        || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
    let asked = retry_after(&response);
    let said = said(response).await;
    if status.is_success() {
        return Outcome::Accepted;
    }
    if is_passing {
        return Outcome::Failed { why: format!("it answers {status}"), asked };
    }
    let said = String::from_utf8_lossy(&said[..said.len().min(SAID_BYTES_MAX)]);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = if said.is_empty() { said } else { format!(" and says `{said}`") };
    Outcome::Refused(format!(
        "the web hook refuses pages: it answers {status}{said}; mend it or its settings, and the next run \
         posts them"
    ))
}

/// What it says, read to its end so that the connection can serve the next batch; not so what is long.
async fn said(mut response: Response) -> Vec<u8> {
    let mut said = Vec::new();
    while said.len() < READ_BYTES_MAX {
        let Ok(Some(chunk)) = response.chunk().await else { break };
        said.extend_from_slice(&chunk);
    }
    said
}

/// Seconds; a date is left to the back-off.
fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// The error with its causes: its own text does not say what the system said.
fn why(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
