//! What is answered where.

mod control;
pub(crate) mod events;
mod health;
mod read;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};

use crate::dashboard;
use crate::guard::guard;
use crate::openapi;
use crate::problem::Problem;
use crate::state::Admin;

pub(crate) use control::{
    __path_drain, __path_pause, __path_resume, __path_shutdown, drain, pause, resume, shutdown,
};
pub(crate) use events::{__path_events, events};
pub(crate) use health::{__path_healthz, __path_readyz, healthz, readyz};
pub(crate) use read::{__path_history, __path_status, history, status};

/// An answer takes at most so long to begin.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

type Routes = Vec<(&'static str, MethodRouter<Arc<Admin>>)>;

/// Every route but the files of the dashboard.
pub(crate) fn table() -> Routes {
    vec![
        ("/healthz", get(healthz)),
        ("/readyz", get(readyz)),
        ("/openapi.json", get(openapi::openapi)),
        ("/v1/status", get(status)),
        ("/v1/history", get(history)),
        ("/v1/events", get(events)),
        ("/v1/pause", post(pause)),
        ("/v1/resume", post(resume)),
        ("/v1/drain", post(drain)),
        ("/v1/shutdown", post(shutdown)),
    ]
}

/// The whole server.
pub(crate) fn router(admin: Arc<Admin>) -> Router {
    let routes = table()
        .into_iter()
        .fold(Router::new(), |router, (path, methods)| router.route(path, methods));
    routes
        .merge(dashboard::router())
        .fallback(|| async {
            Problem::not_found("there is nothing here").hint("/openapi.json lists what there is")
        })
        .method_not_allowed_fallback(|| async {
            let status = axum::http::StatusCode::METHOD_NOT_ALLOWED;
            Problem::new(status, "not by this method").hint("/openapi.json lists what there is")
        })
        .layer(middleware::from_fn(in_time))
        .layer(middleware::from_fn_with_state(Arc::clone(&admin), guard))
        .with_state(admin)
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable("the crawl is too busy to answer")
            .hint("try again, or look at /v1/status")
            .into_response(),
    }
}

/// A plain answer.
pub(crate) fn said(message: impl Into<String>) -> Json<crate::api::Message> {
    Json(crate::api::Message { message: message.into(), hint: None })
}
