//! URLs: those of a host, and all about one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use crawler_engine::{EndedState, EndedUrl, QueuedView};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use crate::api::{Message, UrlPage, UrlState, UrlView};
use crate::extract::{Limit, Params, UrlQuery, host_of};
use crate::problem::Problem;
use crate::state::Admin;
use crate::timestamp;

/// Which URLs are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UrlsQuery {
    /// Their host: `NAME` or `NAME:PORT`.
    #[param(example = "example.com")]
    host: String,
    /// What became of them; those that wait, if absent.
    state: Option<UrlState>,
    /// How many.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 50)]
    limit: Option<Limit>,
    /// Where to go on, as `next_cursor` of the answer before said.
    cursor: Option<String>,
}

/// URLs of a host: its queue in the order of fetching, or those that have ended, the earliest first.
/// Of the latter an answer may have fewer than asked for, even none, with more to come.
#[utoipa::path(
    get, path = "/v1/urls", tag = "urls", params(UrlsQuery),
    responses(
        (status = 200, description = "A part of the list", body = UrlPage),
        (status = 400, description = "The query is malformed", body = Message),
        (status = 404, description = "It is not the name of a host, or no answer gave that cursor", body = Message),
        (status = 409, description = "The crawl has ended", body = Message),
    ),
)]
pub(crate) async fn urls(
    State(admin): State<Arc<Admin>>,
    Params(query): Params<UrlsQuery>,
) -> Result<Json<UrlPage>, Problem> {
    let host = host_of(&query.host)?;
    let UrlsQuery { state, limit, cursor, .. } = query;
    let limit = limit.unwrap_or_default().0;
    let work = move |admin: &Admin| {
        let (crawl, cursor) = (&admin.crawl, cursor.as_deref());
        let state = match state.unwrap_or(UrlState::Queued) {
            UrlState::Queued => {
                let page = crawl.queued_urls(&host, cursor, limit);
                let page = page.map_err(Problem::of_list)?;
                let urls = page.urls.into_iter().map(queued).collect();
                return Ok(UrlPage { urls, next_cursor: page.next_cursor });
            }
            UrlState::Fetched => EndedState::Fetched,
            UrlState::Failed => EndedState::Failed,
            UrlState::Skipped => EndedState::Skipped,
        };
        let page = crawl.ended_urls(&host, state, cursor, limit).map_err(Problem::of_list)?;
        let urls = page.urls.into_iter().map(ended).collect();
        Ok(UrlPage { urls, next_cursor: page.next_cursor })
    };
    admin.blocking(work).await?.map(Json)
}

/// All that is known of a URL, as `crawler explain --json` tells it: what became of it, and by which
/// rule of which file.
#[utoipa::path(
    get, path = "/v1/explain", tag = "urls", params(UrlQuery),
    responses(
        (
            status = 200, description = "With `answer`, a sentence about what became of it",
            body = std::collections::HashMap<String, Value>,
        ),
        (status = 400, description = "The query is malformed", body = Message),
        (status = 404, description = "It is not a URL", body = Message),
        (status = 409, description = "The crawl has ended", body = Message),
    ),
)]
pub(crate) async fn explain(
    State(admin): State<Arc<Admin>>,
    Params(UrlQuery { url }): Params<UrlQuery>,
) -> Result<Json<Value>, Problem> {
    let url = admin.url(&url)?;
    let work = move |admin: &Admin| {
        let stored = admin.crawl.explain(&url)?;
        let told = admin.process.explain(url, &stored, &admin.crawl);
        told.map_err(|refused| {
            Problem::refused(axum::http::StatusCode::INTERNAL_SERVER_ERROR, refused)
        })
    };
    admin.blocking(work).await?.map(Json)
}

fn queued(url: QueuedView) -> UrlView {
    let retried = || format!("{} attempts have failed", url.attempts);
    UrlView {
        state: UrlState::Queued,
        detail: (url.attempts > 0).then(retried),
        depth: Some(url.depth),
        via: url.via.map(Into::into),
        at_ms: None,
        url: url.url.as_str().to_owned(),
    }
}

fn ended(url: EndedUrl) -> UrlView {
    UrlView {
        state: match url.state {
            EndedState::Fetched => UrlState::Fetched,
            EndedState::Failed => UrlState::Failed,
            EndedState::Skipped => UrlState::Skipped,
        },
        detail: Some(url.detail),
        depth: Some(url.depth),
        via: url.via,
        at_ms: timestamp::millis(&url.at),
        url: url.url,
    }
}
