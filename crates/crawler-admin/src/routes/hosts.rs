//! Hosts: how they are, and what is decided about them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use crawler_engine::{AuditEntry, ControlError, HostQuery};
use crawler_url::HostKey;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::{HostChange, HostPage, HostSort, HostState, HostView, Message, Requeued};
use crate::extract::{HostPath, JsonBody, Limit, Params};
use crate::host_view::{order, view};
use crate::problem::Problem;
use crate::state::{Admin, Peer};

/// Ten years: a longer time is a slip.
const TTL_SECS_MAX: u64 = 10 * 365 * 24 * 3600;

/// Which hosts are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HostsQuery {
    /// Which come first.
    sort: Option<HostSort>,
    /// Only these.
    state: Option<HostState>,
    /// Only those whose name contains this.
    q: Option<String>,
    /// How many.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 50)]
    limit: Option<Limit>,
    /// Where to go on, as `next_cursor` of the answer before said; with `sort=stored` only.
    #[param(pattern = "^[0-9a-f]{16}$")]
    cursor: Option<String>,
}

/// Hosts as of the last commit, about a second ago at most.
#[utoipa::path(
    get, path = "/v1/hosts", tag = "hosts", params(HostsQuery),
    responses(
        (status = 200, description = "In the order asked for", body = HostPage),
        (status = 400, description = "The query is malformed", body = Message),
        (status = 404, description = "No answer gave that cursor", body = Message),
        (status = 409, description = "The crawl has ended", body = Message),
    ),
)]
pub(crate) async fn hosts(
    State(admin): State<Arc<Admin>>,
    Params(query): Params<HostsQuery>,
) -> Result<Json<HostPage>, Problem> {
    let query = HostQuery {
        sort: query.sort.unwrap_or_default().into(),
        state: query.state.map(Into::into),
        contains: query.q,
        limit: query.limit.unwrap_or_default().0,
        cursor: query.cursor,
    };
    let list = admin.blocking(move |admin| admin.crawl.hosts(&query)).await?;
    let list = list.map_err(Problem::of_list)?;
    let hosts = list.hosts.into_iter().map(view).collect();
    Ok(Json(HostPage { hosts, next_cursor: list.next_cursor }))
}

/// One host, as of the last commit.
#[utoipa::path(
    get, path = "/v1/hosts/{host}", tag = "hosts", params(HostPath),
    responses(
        (status = 200, description = "What is known of it", body = HostView),
        (status = 404, description = "Nothing is known of it", body = Message),
        (status = 409, description = "The crawl has ended", body = Message),
    ),
)]
pub(crate) async fn host(
    State(admin): State<Arc<Admin>>,
    HostPath { host }: HostPath,
) -> Result<Json<HostView>, Problem> {
    admin.blocking(move |admin| look_at(admin, &host)).await?.map(Json)
}

/// Changes what holds for a host, whether or not it is known yet: at once, and over restarts. What the
/// host itself asked for is waited out in any case.
#[utoipa::path(
    patch, path = "/v1/hosts/{host}", tag = "hosts", params(HostPath),
    request_body(
        content = HostChange,
        example = json!({"delay_ms": 5000, "reason": "asked by mail", "ttl_secs": 86400}),
    ),
    responses(
        (status = 200, description = "What holds now", body = HostView),
        (status = 400, description = "The body is malformed", body = Message),
        (status = 404, description = "It is not the name of a host", body = Message),
        (status = 408, description = "The body did not arrive in time", body = Message),
        (status = 409, description = "The crawl is ending", body = Message),
        (status = 413, description = "The body is too long", body = Message),
        (status = 415, description = "The body is not JSON", body = Message),
        (status = 422, description = "The change makes no sense, or too many hosts are changed", body = Message),
    ),
)]
pub(crate) async fn change(
    State(admin): State<Arc<Admin>>,
    peer: Peer,
    HostPath { host }: HostPath,
    JsonBody(change): JsonBody<HostChange>,
) -> Result<Json<HostView>, Problem> {
    if change.ttl_secs.is_some_and(|secs| secs > TTL_SECS_MAX) {
        let message =
            format!("ttl_secs is at most {TTL_SECS_MAX}; leave it out for a change for good");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, message));
    }
    let work = move |admin: &Admin| {
        admin.crawl.change_host(&host, &order(&change))?;
        admin.note(AuditEntry {
            target: Some(host.as_str().to_owned()),
            detail: serde_json::to_string(&change).ok(),
            reason: change.reason,
            ..peer.did("change_host")
        });
        look_at(admin, &host)
    };
    admin.blocking(work).await?.map(Json)
}

/// Ends all URLs that wait for a host as skipped, with reason `host_dropped`. Nothing is asked of the
/// host; links to these URLs are not followed again.
#[utoipa::path(
    delete, path = "/v1/hosts/{host}/queue", tag = "hosts", params(HostPath),
    responses(
        (status = 200, description = "How many", body = Requeued),
        (status = 404, description = "It is not the name of a host", body = Message),
        (status = 409, description = "The crawl is ending", body = Message),
    ),
)]
pub(crate) async fn drop_queue(
    State(admin): State<Arc<Admin>>,
    peer: Peer,
    HostPath { host }: HostPath,
) -> Result<Json<Requeued>, Problem> {
    ordered(&admin, peer.did("drop_queue"), host, |admin, host| admin.crawl.drop_queue(host)).await
}

/// Queues the failed URLs of a host again, at most 100 000 in one call. They are not counted as failed
/// any more.
#[utoipa::path(
    post, path = "/v1/hosts/{host}/requeue", tag = "hosts", params(HostPath),
    responses(
        (status = 200, description = "How many", body = Requeued),
        (status = 404, description = "It is not the name of a host", body = Message),
        (status = 409, description = "The crawl is ending", body = Message),
    ),
)]
pub(crate) async fn requeue(
    State(admin): State<Arc<Admin>>,
    peer: Peer,
    HostPath { host }: HostPath,
) -> Result<Json<Requeued>, Problem> {
    ordered(&admin, peer.did("requeue"), host, |admin, host| admin.crawl.requeue(host)).await
}

/// Has something done with the URLs of a host, and writes it down.
async fn ordered(
    admin: &Arc<Admin>,
    entry: AuditEntry,
    host: HostKey,
    order: fn(&Admin, &HostKey) -> Result<u64, ControlError>,
) -> Result<Json<Requeued>, Problem> {
    let work = move |admin: &Admin| {
        let urls = order(admin, &host)?;
        let (target, detail) = (Some(host.as_str().to_owned()), Some(format!("{urls} URLs")));
        admin.note(AuditEntry { target, detail, ..entry });
        Ok(Json(Requeued { urls }))
    };
    admin.blocking(work).await?
}

fn look_at(admin: &Admin, host: &HostKey) -> Result<HostView, Problem> {
    let report = admin.crawl.host(host)?;
    report.map(view).ok_or_else(|| {
        Problem::not_found(format!("nothing is known of the host {host}"))
            .hint("a host is NAME or NAME:PORT; /v1/hosts lists those that are known")
    })
}
