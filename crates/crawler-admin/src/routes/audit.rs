//! What operators did.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use crawler_engine::AuditEntry;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::Message;
use crate::extract::{Limit, Params};
use crate::problem::Problem;
use crate::state::Admin;

/// The last actions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Audit {
    /// The newest first.
    entries: Vec<AuditView>,
}

/// One action.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditView {
    /// When.
    at_ms: u64,
    /// Who: an address, a signal, a file.
    actor: String,
    /// What, in one word.
    action: String,
    /// To what: a host, a template, a file.
    target: Option<String>,
    /// More about it.
    detail: Option<String>,
    /// Why, if somebody said so.
    reason: Option<String>,
}

/// How many actions are told.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// How many.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 50)]
    limit: Option<Limit>,
}

/// What operators did, the newest first. All of it is in `operator/audit.jsonl`.
#[utoipa::path(
    get, path = "/v1/audit", tag = "process", params(AuditQuery),
    responses(
        (status = 200, description = "The last actions", body = Audit),
        (status = 400, description = "The query is malformed", body = Message),
        (status = 500, description = "The file cannot be read", body = Message),
    ),
)]
pub(crate) async fn audit(
    State(admin): State<Arc<Admin>>,
    Params(query): Params<AuditQuery>,
) -> Result<Json<Audit>, Problem> {
    let limit = query.limit.unwrap_or_default().0;
    let entries = admin.blocking(move |admin| admin.crawl.audit_log(limit)).await??;
    let action = |entry: AuditEntry| AuditView {
        at_ms: entry.at_ms,
        actor: entry.actor,
        action: entry.action,
        target: entry.target,
        detail: entry.detail,
        reason: entry.reason,
    };
    Ok(Json(Audit { entries: entries.into_iter().map(action).collect() }))
}
