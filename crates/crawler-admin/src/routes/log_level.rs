//! Which log lines are written.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use crawler_engine::AuditEntry;

use crate::api::{LogLevel, Message};
use crate::extract::JsonBody;
use crate::problem::Problem;
use crate::state::{Admin, Peer};

/// Which log lines are written at present.
#[utoipa::path(
    get, path = "/v1/log-level", tag = "process",
    responses((status = 200, description = "The level or the directives", body = LogLevel)),
)]
pub(crate) async fn log_level(State(admin): State<Arc<Admin>>) -> Json<LogLevel> {
    Json(LogLevel { level: admin.process.log_level() })
}

/// Changes which log lines are written, until the configuration is read anew.
#[utoipa::path(
    put, path = "/v1/log-level", tag = "process",
    request_body(content = LogLevel, example = json!({"level": "info,crawler_fetch=debug"})),
    responses(
        (status = 200, description = "It holds from now on", body = LogLevel),
        (status = 400, description = "The body is malformed", body = Message),
        (status = 408, description = "The body did not arrive in time", body = Message),
        (status = 413, description = "The body is too long", body = Message),
        (status = 415, description = "The body is not JSON", body = Message),
        (status = 422, description = "It is neither a level nor directives", body = Message),
    ),
)]
pub(crate) async fn set_log_level(
    State(admin): State<Arc<Admin>>,
    peer: Peer,
    JsonBody(LogLevel { level }): JsonBody<LogLevel>,
) -> Result<Json<LogLevel>, Problem> {
    let work = move |admin: &Admin| {
        admin.process.set_log_level(&level, &admin.crawl)?;
        admin.note(AuditEntry { detail: Some(level), ..peer.did("log_level") });
        Ok(())
    };
    let set = admin.blocking(work).await?;
    set.map_err(|refused| Problem::refused(StatusCode::UNPROCESSABLE_ENTITY, refused))?;
    Ok(Json(LogLevel { level: admin.process.log_level() }))
}
