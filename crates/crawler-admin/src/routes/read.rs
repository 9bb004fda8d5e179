//! How the crawl is and was.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::api::{History, Message, Status};
use crate::metrics;
use crate::problem::Problem;
use crate::state::Admin;

/// The state of the crawl.
#[utoipa::path(
    get, path = "/v1/status", tag = "crawl",
    responses((status = 200, description = "The numbers of this moment", body = Status)),
)]
pub(crate) async fn status(State(admin): State<Arc<Admin>>) -> Json<Status> {
    Json(crate::status::status(&admin))
}

/// The numbers of the last fifteen minutes, one sample a second.
#[utoipa::path(
    get, path = "/v1/history", tag = "crawl",
    responses((status = 200, description = "The oldest sample first", body = History)),
)]
pub(crate) async fn history(State(admin): State<Arc<Admin>>) -> Json<History> {
    Json(admin.sampler.history())
}

/// The numbers for Prometheus, as `OpenMetrics` text.
#[utoipa::path(
    get, path = "/metrics", tag = "probes",
    responses(
        (
            status = 200, description = "All metrics", body = String,
            content_type = "application/openmetrics-text",
        ),
        (status = 500, description = "They cannot be told", body = Message),
    ),
)]
pub(crate) async fn metrics(State(admin): State<Arc<Admin>>) -> Result<impl IntoResponse, Problem> {
    let render = |admin: &Admin| metrics::render(&admin.crawl, env!("CARGO_PKG_VERSION"));
    let text = admin.blocking(render).await?;
    Ok(([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text))
}
