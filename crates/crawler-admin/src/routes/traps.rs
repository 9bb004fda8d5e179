//! Templates of URLs that bring nothing new.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Message;
use crate::problem::Problem;
use crate::state::Admin;

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
    responses(
        (status = 200, description = "Those in quarantine and those released", body = Traps),
        (status = 500, description = "The list cannot be read", body = Message),
    ),
)]
pub(crate) async fn traps(State(admin): State<Arc<Admin>>) -> Result<Json<Traps>, Problem> {
    let read = admin.blocking(|admin| crawler_engine::read_traps(&admin.data_dir)).await?;
    let traps =
        read.map_err(|error| Problem::internal(format!("cannot read the traps: {error}")))?;
    let view = |trap: crawler_engine::Trap| TrapView {
        template: trap.template,
        host: trap.host.as_str().to_owned(),
        pages: trap.pages,
        new: trap.new,
        at_ms: trap.at_ms.0,
        released: trap.released,
    };
    Ok(Json(Traps { traps: traps.into_iter().map(view).collect() }))
}
