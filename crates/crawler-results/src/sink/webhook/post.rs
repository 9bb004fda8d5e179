//! One batch, posted.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};

use crate::sink::attempt::{Attempt, Outcome};

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
}

impl Attempt for Post {
    type Done = ();

    const SERVER: &'static str = "the web hook";

    async fn once(&self) -> Outcome<()> {
        let request = self.client.post(self.url.clone()).headers(self.headers.clone());
        match request.body(self.body.clone()).send().await {
            Ok(response) => judge(response).await,
            // Its URL may hold a secret.
            Err(error) => Outcome::Failed { why: why(&error.without_url()), asked: None },
        }
    }
}

async fn judge(response: Response) -> Outcome<()> {
    let status = response.status();
    let is_passing = status.is_server_error()
        || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
    let asked = retry_after(&response);
    let said = said(response).await;
    if status.is_success() {
        return Outcome::Done(());
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
