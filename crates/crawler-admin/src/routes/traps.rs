//! Templates of URLs that bring nothing new.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use crawler_engine::{AuditEntry, Trap};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{Message, Requeued};
use crate::extract::JsonBody;
use crate::problem::Problem;
use crate::state::{Admin, Peer};

/// Templates in quarantine.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Traps {
    /// In the order in which they were found.
    traps: Vec<TrapView>,
}

/// A template in quarantine: links to its URLs are listed and not followed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrapView {
    /// What its URLs have in common.
    template: String,
    /// Their host.
    host: String,
    /// Pages that were looked at.
    pages: u32,
    /// Those of them that brought something new.
    new: u32,
    /// When that was found.
    at_ms: u64,
    /// The operator has let it go: it is never taken for a trap again.
    released: bool,
}

/// Templates of URLs that bring nothing new.
#[utoipa::path(
    get, path = "/v1/traps", tag = "urls",
    responses((status = 200, description = "Those in quarantine and those released", body = Traps)),
)]
pub(crate) async fn traps(State(admin): State<Arc<Admin>>) -> Json<Traps> {
    Json(Traps { traps: admin.crawl.traps().into_iter().map(view).collect() })
}

/// A template to be let go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Release {
    /// As `/v1/traps` lists it.
    template: String,
}

/// Follows the links of a template again, and never takes it for a trap any more.
#[utoipa::path(
    post, path = "/v1/traps/release", tag = "urls",
    request_body(content = Release, example = json!({"template": "example.com/calendar/{num}/{num}"})),
    responses(
        (status = 200, description = "How many of the refused links were new", body = Requeued),
        (status = 400, description = "The body is malformed", body = Message),
        (status = 404, description = "It is not in quarantine", body = Message),
        (status = 408, description = "The body did not arrive in time", body = Message),
        (status = 409, description = "The crawl is ending", body = Message),
        (status = 413, description = "The body is too long", body = Message),
        (status = 415, description = "The body is not JSON", body = Message),
    ),
)]
pub(crate) async fn release(
    State(admin): State<Arc<Admin>>,
    peer: Peer,
    JsonBody(Release { template }): JsonBody<Release>,
) -> Result<Json<Requeued>, Problem> {
    let work = move |admin: &Admin| {
        let urls = admin.crawl.release_trap(&template)?;
        let detail = Some(format!("{urls} URLs"));
        admin.note(AuditEntry { target: Some(template), detail, ..peer.did("release_trap") });
        Ok(Json(Requeued { urls }))
    };
    admin.blocking(work).await?
}

fn view(trap: Trap) -> TrapView {
    TrapView {
        template: trap.template,
        host: trap.host.as_str().to_owned(),
        pages: trap.pages,
        new: trap.new,
        at_ms: trap.at_ms.0,
        released: trap.released,
    }
}
