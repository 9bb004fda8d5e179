//! Orders to the whole crawl.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use crawler_engine::Phase;

use super::said;
use crate::api::Message;
use crate::problem::Problem;
use crate::state::{Admin, Peer};

type Answer = Result<Json<Message>, Problem>;

/// Stops fetching until told to resume, over a restart too. Fetches in flight end normally.
#[utoipa::path(
    post, path = "/v1/pause", tag = "crawl",
    responses(
        (status = 200, description = "It is paused", body = Message),
        (status = 409, description = "It is not running", body = Message),
    ),
)]
pub(crate) async fn pause(State(admin): State<Arc<Admin>>, peer: Peer) -> Answer {
    if did(&admin, peer, "pause", |admin| admin.crawl.pause()).await? {
        Ok(said("paused"))
    } else {
        Err(not_so(&admin, "it can be paused while it runs"))
    }
}

/// Goes on after a pause.
#[utoipa::path(
    post, path = "/v1/resume", tag = "crawl",
    responses(
        (status = 200, description = "It runs", body = Message),
        (status = 409, description = "It is not paused", body = Message),
    ),
)]
pub(crate) async fn resume(State(admin): State<Arc<Admin>>, peer: Peer) -> Answer {
    if did(&admin, peer, "resume", |admin| admin.crawl.resume()).await? {
        Ok(said("resumed"))
    } else {
        Err(not_so(&admin, "it can be resumed while it is paused"))
    }
}

/// Ends the crawl when the fetches in flight have ended. What is queued stays queued.
#[utoipa::path(
    post, path = "/v1/drain", tag = "crawl",
    responses(
        (status = 200, description = "It drains", body = Message),
        (status = 409, description = "It is ending already", body = Message),
    ),
)]
pub(crate) async fn drain(State(admin): State<Arc<Admin>>, peer: Peer) -> Answer {
    if admin.crawl.phase() >= Phase::Draining {
        return Err(not_so(&admin, "`/v1/shutdown` ends it at once"));
    }
    let in_flight = admin.crawl.snapshot().in_flight;
    did(&admin, peer, "drain", |admin| {
        admin.crawl.drain();
        true
    })
    .await?;
    Ok(said(format!("draining: {in_flight} fetches in flight")))
}

/// Ends the crawl at once. All files are valid; fetches in flight are made again by the next run.
#[utoipa::path(
    post, path = "/v1/shutdown", tag = "crawl",
    responses(
        (status = 200, description = "It stops", body = Message),
        (status = 409, description = "It is stopping already", body = Message),
    ),
)]
pub(crate) async fn shutdown(State(admin): State<Arc<Admin>>, peer: Peer) -> Answer {
    if admin.crawl.phase() >= Phase::Stopping {
        return Err(not_so(&admin, "it ends by itself"));
    }
    did(&admin, peer, "shutdown", |admin| {
        admin.crawl.stop();
        true
    })
    .await?;
    Ok(said("stopping"))
}

/// Does something and, if it was done, writes that down.
async fn did(
    admin: &Arc<Admin>,
    peer: Peer,
    action: &'static str,
    act: impl FnOnce(&Admin) -> bool + Send + 'static,
) -> Result<bool, Problem> {
    let work = move |admin: &Admin| {
        let is_done = act(admin);
        if is_done {
            admin.note(peer.did(action));
        }
        is_done
    };
    admin.blocking(work).await
}

fn not_so(admin: &Admin, hint: &str) -> Problem {
    let phase = admin.crawl.phase().as_str();
    Problem::conflict(format!("the crawl is {phase}")).hint(hint)
}
