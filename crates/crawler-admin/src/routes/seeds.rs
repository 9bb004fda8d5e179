//! Seeds for the running crawl: a body of any length, taken as it comes.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use crawler_engine::AuditEntry;
use crawler_url::WireUrl;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::{Message, SeedsAdded};
use crate::extract::Params;
use crate::problem::Problem;
use crate::seed_reader::{SeedFormat, SeedReader};
use crate::state::{Admin, Peer};

/// A client that sends nothing for so long has gone.
const SILENCE_MAX: Duration = Duration::from_secs(30);
const AGAIN: &str = "send it again: seeds that are queued already do no harm";

/// How seeds are taken.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SeedsQuery {
    /// Only tell which lines are URLs: none is queued, and `accepted` counts them all.
    #[serde(default)]
    dry_run: bool,
}

/// Adds seeds, one URL a line; a `#` begins a comment. As newline-delimited JSON, a line is a text or
/// an object with a `url`. The body may be of any length. When the answer comes, the seeds are safe on
/// disk; of a request that failed midway some may be queued, and sending them again does no harm.
#[utoipa::path(
    post, path = "/v1/seeds", tag = "urls", params(SeedsQuery),
    request_body(content(
        (String = "text/plain", example = "https://example.com/\nhttps://example.org/a # comment\n"),
        (serde_json::Value = "application/x-ndjson", example = "{\"url\": \"https://example.com/\"}\n"),
    )),
    responses(
        (status = 200, description = "What became of the lines", body = SeedsAdded),
        (status = 400, description = "The query is malformed, or the body ended early", body = Message),
        (status = 408, description = "Nothing came for too long", body = Message),
        (status = 409, description = "The crawl is ending", body = Message),
        (status = 415, description = "The body is of another media type", body = Message),
    ),
)]
pub(crate) async fn seeds(
    State(admin): State<Arc<Admin>>,
    peer: Peer,
    Params(SeedsQuery { dry_run }): Params<SeedsQuery>,
    request: Request,
) -> Result<Json<SeedsAdded>, Problem> {
    let format = format(request.headers())?;
    let mut body = request.into_body();
    let process = Arc::clone(&admin.process);
    let mut reader = SeedReader::new(format, move |text| process.parse_seed(text));
    while let Some(part) = next_part(&mut body).await? {
        reader.push(&part);
        if let Some(batch) = reader.full_batch() {
            add(&admin, dry_run, batch, &mut reader.added).await?;
        }
    }
    if let Some(batch) = reader.last_batch() {
        add(&admin, dry_run, batch, &mut reader.added).await?;
    }
    let added = reader.added;
    if !dry_run && added.accepted > 0 {
        let detail = Some(format!("{} new, {} known", added.accepted, added.duplicate));
        let entry = AuditEntry { detail, ..peer.did("seeds") };
        admin.blocking(move |admin| admin.note(entry)).await?;
    }
    Ok(Json(added))
}

async fn add(
    admin: &Arc<Admin>,
    dry_run: bool,
    batch: Vec<WireUrl>,
    added: &mut SeedsAdded,
) -> Result<(), Problem> {
    if dry_run {
        added.accepted += batch.len() as u64;
        return Ok(());
    }
    let taken = admin.blocking(move |admin| admin.crawl.add_seeds(batch)).await??;
    added.accepted += taken.new;
    added.duplicate += taken.known;
    Ok(())
}

fn format(headers: &HeaderMap) -> Result<SeedFormat, Problem> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(SeedFormat::Text) };
    let essence = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
    match essence.trim_ascii().to_ascii_lowercase().as_slice() {
        b"text/plain" => Ok(SeedFormat::Text),
        b"application/x-ndjson" => Ok(SeedFormat::Ndjson),
        _ => {
            let message = "seeds are text/plain or application/x-ndjson";
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
                .hint("send one URL a line, with `Content-Type: text/plain`"))
        }
    }
}

/// The next part of a body, none at its end.
async fn next_part(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context));
        match tokio::time::timeout(SILENCE_MAX, frame).await {
            Ok(None) => return Ok(None),
            Ok(Some(Ok(frame))) => {
                if let Ok(part) = frame.into_data() {
                    return Ok(Some(part));
                }
            }
            Ok(Some(Err(_))) => {
                return Err(Problem::bad_request("the body ended early").hint(AGAIN));
            }
            Err(_) => {
                let message = "nothing came for too long";
                return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, message).hint(AGAIN));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_type_tells_the_format() {
        let of = |text: &'static str| {
            let value = axum::http::HeaderValue::from_static(text);
            format(&HeaderMap::from_iter([(header::CONTENT_TYPE, value)]))
        };
        assert_eq!(format(&HeaderMap::new()).unwrap(), SeedFormat::Text);
        assert_eq!(of("text/plain; charset=utf-8").unwrap(), SeedFormat::Text);
        assert_eq!(of("Application/X-NDJSON").unwrap(), SeedFormat::Ndjson);
        assert!(of("application/json").is_err());
    }
}
