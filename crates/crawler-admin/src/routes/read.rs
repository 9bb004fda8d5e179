//! How the crawl is and was.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::api::{History, Status};
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
