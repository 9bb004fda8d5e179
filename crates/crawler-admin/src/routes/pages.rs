//! What is stored of a page.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use crawler_store::{PayloadSource, StoredCapture, find_capture};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Message;
use crate::extract::{Params, UrlQuery};
use crate::problem::Problem;
use crate::state::Admin;
use crate::timestamp;

/// The newest capture of a URL.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageView {
    /// As requested.
    url: String,
    /// When.
    at_ms: Option<u64>,
    /// HTTP status.
    status: u16,
    /// Media type, without parameters.
    mime: Option<String>,
    /// Digest of the payload.
    digest: Option<String>,
    /// Status line and header lines, as received.
    head: String,
    /// Length of the body as stored, with its content coding.
    body_bytes: u64,
    /// Why the body is not whole.
    truncated: Option<String>,
    /// It brought what was known: the body is that of an earlier capture, or none if that is gone.
    is_revisit: bool,
    /// The WARC file that has it.
    warc_file: String,
    /// Where its record begins.
    offset: u64,
    /// Length of the record's gzip member.
    length: u64,
}

/// What is stored of a page: its newest capture.
#[utoipa::path(
    get, path = "/v1/pages", tag = "urls", params(UrlQuery),
    responses(
        (status = 200, description = "The newest capture", body = PageView),
        (status = 400, description = "The query is malformed", body = Message),
        (status = 404, description = "There is none", body = Message),
        (status = 500, description = "The store cannot be read", body = Message),
    ),
)]
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    Params(query): Params<UrlQuery>,
) -> Result<Json<PageView>, Problem> {
    let capture = find(&admin, query).await?;
    Ok(Json(PageView {
        at_ms: timestamp::millis(&capture.date),
        status: capture.status,
        head: String::from_utf8_lossy(&capture.head).into_owned(),
        body_bytes: capture.body.len() as u64,
        is_revisit: capture.payload != PayloadSource::Own,
        warc_file: capture.warc_file.display().to_string(),
        offset: capture.offset,
        length: capture.length,
        url: capture.url,
        mime: capture.mime,
        digest: capture.digest,
        truncated: capture.truncated,
    }))
}

/// The body of a page as stored, with its content coding, as a download that no browser runs.
#[utoipa::path(
    get, path = "/v1/pages/body", tag = "urls", params(UrlQuery),
    responses(
        (status = 200, description = "The body", body = Vec<u8>, content_type = "*/*"),
        (status = 400, description = "The query is malformed", body = Message),
        (status = 404, description = "There is none", body = Message),
        (status = 500, description = "The store cannot be read", body = Message),
    ),
)]
pub(crate) async fn body(
    State(admin): State<Arc<Admin>>,
    Params(query): Params<UrlQuery>,
) -> Result<Response, Problem> {
    let capture = find(&admin, query).await?;
    let mime = capture.mime.as_deref().and_then(|mime| HeaderValue::from_str(mime).ok());
    let coding = content_coding(&capture.head);
    let mut response = Body::from(capture.body).into_response();
    let headers = response.headers_mut();
    let unknown = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, mime.unwrap_or(unknown));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, coding);
    }
    Ok(response)
}

async fn find(admin: &Arc<Admin>, query: UrlQuery) -> Result<StoredCapture, Problem> {
    let url = admin.url(&query.url)?;
    let none = format!("no page {url} is stored");
    let found = admin.blocking(move |admin| find_capture(&admin.data_dir, &url)).await?;
    match found {
        Ok(Some(capture)) => Ok(capture),
        Ok(None) => Err(Problem::not_found(none).hint("/v1/explain tells why")),
        Err(error) => Err(Problem::internal(error.to_string())),
    }
}

/// `Content-Encoding` of a stored head.
fn content_coding(head: &[u8]) -> Option<HeaderValue> {
    let lines = head.split(|byte| *byte == b'\n');
    let mut named = lines.filter_map(|line| {
        let at = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = (&line[..at], &line[at + 1..]);
        name.eq_ignore_ascii_case(b"content-encoding").then(|| value.trim_ascii())
    });
    HeaderValue::from_bytes(named.next_back()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coding_is_that_of_the_head() {
        let coding = |head: &str| content_coding(head.as_bytes());
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\ncontent-encoding: gzip \r\n\r\n";
        assert_eq!(coding(head).unwrap(), "gzip");
        assert_eq!(coding("HTTP/1.1 200 OK\r\n\r\n"), None);
        assert_eq!(coding(""), None);
    }
}
