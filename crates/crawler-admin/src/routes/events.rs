//! What happens, as it happens: a stream of server-sent events (WHATWG HTML section 9.2).

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use crawler_engine::AuditEntry;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, broadcast, mpsc};
use utoipa::IntoParams;

use crate::api::{Event, FetchEvent};
use crate::channel_body::channel;
use crate::extract::Params;
use crate::fetches::Fetches;
use crate::problem::Problem;
use crate::state::{Admin, text_of};

/// Events that wait for a slow client; then some are dropped.
const WAITING_MAX: usize = 16;
const SECOND: Duration = Duration::from_secs(1);

/// Which events are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// Kinds of events, separated by commas; all if absent.
    #[param(
        pattern = "^(status|fetch|operator)(,(status|fetch|operator))*$",
        example = "status,fetch"
    )]
    types: Option<String>,
}

/// Kinds of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Kinds {
    status: bool,
    fetch: bool,
    operator: bool,
}

/// A stream of events: `event: status` with `data: {…}` once a second, and so on.
#[utoipa::path(
    get, path = "/v1/events", tag = "crawl", params(EventsQuery),
    responses(
        (
            status = 200, description = "Events, until the client goes or the crawl has stopped",
            body = Event, content_type = "text/event-stream",
        ),
        (status = 400, description = "There is no such kind of event", body = crate::api::Message),
        (status = 503, description = "There are too many streams", body = crate::api::Message),
    ),
)]
pub(crate) async fn events(
    State(admin): State<Arc<Admin>>,
    Params(query): Params<EventsQuery>,
) -> Result<Response, Problem> {
    let kinds = Kinds::read(query.types.as_deref())?;
    let permit = Arc::clone(&admin.streams).try_acquire_owned().map_err(|_| {
        Problem::unavailable("there are too many streams of events").hint("close some of them")
    })?;
    let (sender, body) = channel(WAITING_MAX);
    tokio::spawn(stream(admin, kinds, sender, permit));
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], body).into_response())
}

impl Kinds {
    fn read(text: Option<&str>) -> Result<Self, Problem> {
        let Some(text) = text else {
            return Ok(Self { status: true, fetch: true, operator: true });
        };
        let mut kinds = Self::default();
        for word in text.split(',') {
            match word {
                "status" => kinds.status = true,
                "fetch" => kinds.fetch = true,
                "operator" => kinds.operator = true,
                _ => {
                    return Err(Problem::bad_request(format!("there is no event `{word}`"))
                        .hint("status, fetch and operator, separated by commas"));
                }
            }
        }
        Ok(kinds)
    }
}

async fn stream(
    admin: Arc<Admin>,
    kinds: Kinds,
    to_client: mpsc::Sender<Bytes>,
    _permit: OwnedSemaphorePermit,
) {
    let mut statuses = kinds.status.then(|| admin.sampler.statuses());
    let mut operations = kinds.operator.then(|| admin.crawl.operations());
    let mut fetches = kinds.fetch.then(|| Fetches::new(admin.crawl.subscribe()));
    let mut seconds = tokio::time::interval(SECOND);
    if kinds.status {
        let _ = to_client.send(frame("status", &json(&crate::status::status(&admin)))).await;
    }
    loop {
        let frame = tokio::select! {
            Some(status) = told(&mut statuses) => frame("status", &status),
            Some(entry) = told(&mut operations) => frame("operator", &operation(&entry)),
            Some(event) = ended(&mut fetches) => frame("fetch", &json(&event)),
            _ = seconds.tick(), if kinds.fetch => match fetches.as_mut().map(Fetches::next_second) {
                None | Some(0) => continue,
                Some(events) => frame("dropped", &json(&serde_json::json!({"events": events}))),
            },
            () = admin.stopping.cancelled() => return,
            () = to_client.closed() => return,
        };
        if to_client.send(frame).await.is_err() {
            return;
        }
    }
}

/// The next of what is told to all streams; what a slow one misses, a later one makes up for.
async fn told<T: Clone>(receiver: &mut Option<broadcast::Receiver<T>>) -> Option<T> {
    let Some(receiver) = receiver else { return std::future::pending().await };
    loop {
        match receiver.recv().await {
            Ok(told) => return Some(told),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

fn operation(entry: &AuditEntry) -> Vec<u8> {
    json(&serde_json::json!({"at_ms": entry.at_ms, "text": text_of(entry)}))
}

async fn ended(fetches: &mut Option<Fetches>) -> Option<FetchEvent> {
    match fetches {
        Some(fetches) => fetches.next().await,
        None => std::future::pending().await,
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    // None of our types has a key that is no text, which is all that could fail.
    serde_json::to_vec(value).unwrap_or_default()
}

/// One event; JSON has no line breaks of its own.
fn frame(event: &str, json: &[u8]) -> Bytes {
    [b"event: ", event.as_bytes(), b"\ndata: ", json, b"\n\n"].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_words() {
        let all = Kinds { status: true, fetch: true, operator: true };
        assert_eq!(Kinds::read(None).unwrap(), all);
        assert_eq!(Kinds::read(Some("status,fetch,operator")).unwrap(), all);
        let fetch = Kinds { fetch: true, ..Kinds::default() };
        assert_eq!(Kinds::read(Some("fetch")).unwrap(), fetch);
        for bad in ["", "fetches", "fetch,", "fetch, status"] {
            assert!(Kinds::read(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_frame_is_an_event() {
        assert_eq!(frame("fetch", b"{}"), "event: fetch\ndata: {}\n\n");
    }
}
