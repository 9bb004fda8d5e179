//! What service managers ask.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use crawler_engine::Phase;

use super::said;
use crate::api::Message;
use crate::health::fault;
use crate::problem::Problem;
use crate::state::Admin;

/// Whether the crawl is alive: the supervisor looks around and every shard's loop turns.
#[utoipa::path(
    get, path = "/healthz", tag = "probes",
    responses(
        (status = 200, description = "It is", body = Message),
        (status = 503, description = "Something stands still; the message names it", body = Message),
    ),
)]
pub(crate) async fn healthz(State(admin): State<Arc<Admin>>) -> Result<Json<Message>, Problem> {
    match fault(&admin.crawl) {
        None => Ok(said("ok")),
        Some(fault) => Err(Problem::unavailable(fault)),
    }
}

/// Whether the queues are recovered and the crawl takes orders.
#[utoipa::path(
    get, path = "/readyz", tag = "probes",
    responses(
        (status = 200, description = "It crawls, is paused, or waits for seeds", body = Message),
        (status = 503, description = "It begins or ends", body = Message),
    ),
)]
pub(crate) async fn readyz(State(admin): State<Arc<Admin>>) -> Result<Json<Message>, Problem> {
    match admin.crawl.phase() {
        Phase::Running | Phase::Paused => Ok(said("ok")),
        phase => Err(Problem::unavailable(format!("the crawl is {}", phase.as_str()))),
    }
}
