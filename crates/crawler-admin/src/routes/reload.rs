//! The configuration, read anew.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use crawler_engine::AuditEntry;

use crate::api::{Message, Reloaded};
use crate::problem::Problem;
use crate::state::{Admin, Peer};

/// Reads the configuration anew. What can change while the crawl runs holds from now on, what cannot
/// is named. A mistake in it changes nothing.
#[utoipa::path(
    post, path = "/v1/reload", tag = "process",
    responses(
        (status = 200, description = "What has changed, and what needs a restart", body = Reloaded),
        (status = 422, description = "The configuration is wrong; the message lists all mistakes", body = Message),
    ),
)]
pub(crate) async fn reload(
    State(admin): State<Arc<Admin>>,
    peer: Peer,
) -> Result<Json<Reloaded>, Problem> {
    let work = move |admin: &Admin| {
        let reloaded = admin.process.reload(&admin.crawl)?;
        let detail = Some(reloaded.changed.join(", ")).filter(|keys| !keys.is_empty());
        admin.note(AuditEntry { detail, ..peer.did("reload") });
        Ok(reloaded)
    };
    let reloaded = admin.blocking(work).await?;
    let refused = |refused| Problem::refused(StatusCode::UNPROCESSABLE_ENTITY, refused);
    reloaded.map(Json).map_err(refused)
}
