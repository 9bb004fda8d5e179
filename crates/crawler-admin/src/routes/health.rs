//! What service managers ask.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use crawler_engine::Phase;

use super::said;
use crate::api::Message;
use crate::problem::Problem;
use crate::state::Admin;

/// Whether the process is alive.
#[utoipa::path(
    get, path = "/healthz", tag = "probes",
    responses(
        (status = 200, description = "It is", body = Message),
    ),
)]
pub(crate) async fn healthz() -> Json<Message> {
    said("ok")
}

/// Whether the queues are recovered and the crawl takes orders.
#[utoipa::path(
    get, path = "/readyz", tag = "probes",
    responses(
        (status = 200, description = "It crawls, or waits for seeds", body = Message),
        (status = 503, description = "It begins or ends", body = Message),
    ),
)]
pub(crate) async fn readyz(State(admin): State<Arc<Admin>>) -> Result<Json<Message>, Problem> {
    match admin.crawl.phase() {
        Phase::Running | Phase::Paused => Ok(said("ok")),
        phase => Err(Problem::unavailable(format!("the crawl is {}", phase.as_str()))),
    }
}
