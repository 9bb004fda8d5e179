//! What is answered where.

pub(crate) mod audit;
pub(crate) mod control;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod hosts;
pub(crate) mod log_level;
pub(crate) mod pages;
pub(crate) mod read;
pub(crate) mod reload;
pub(crate) mod seeds;
pub(crate) mod traps;
pub(crate) mod urls;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use axum::{Json, Router};

use crate::dashboard;
use crate::guard::guard;
use crate::openapi;
use crate::problem::Problem;
use crate::state::Admin;

/// An answer takes at most so long to begin.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The one route without bounds of time.
pub(crate) const SEEDS: &str = "/v1/seeds";

type Routes = Vec<(&'static str, MethodRouter<Arc<Admin>>)>;

/// Every route but the files of the dashboard.
pub(crate) fn table() -> Routes {
    vec![
        ("/healthz", get(health::healthz)),
        ("/readyz", get(health::readyz)),
        ("/openapi.json", get(openapi::openapi)),
        ("/metrics", get(read::metrics)),
        ("/v1/status", get(read::status)),
        ("/v1/history", get(read::history)),
        ("/v1/events", get(events::events)),
        ("/v1/pause", post(control::pause)),
        ("/v1/resume", post(control::resume)),
        ("/v1/drain", post(control::drain)),
        ("/v1/shutdown", post(control::shutdown)),
        (SEEDS, post(seeds::seeds)),
        ("/v1/hosts", get(hosts::hosts)),
        ("/v1/hosts/{host}", get(hosts::host).patch(hosts::change)),
        ("/v1/hosts/{host}/queue", delete(hosts::drop_queue)),
        ("/v1/hosts/{host}/requeue", post(hosts::requeue)),
        ("/v1/urls", get(urls::urls)),
        ("/v1/explain", get(urls::explain)),
        ("/v1/traps", get(traps::traps)),
        ("/v1/traps/release", post(traps::release)),
        ("/v1/pages", get(pages::page)),
        ("/v1/pages/body", get(pages::body)),
        ("/v1/audit", get(audit::audit)),
        ("/v1/reload", post(reload::reload)),
        ("/v1/log-level", get(log_level::log_level).put(log_level::set_log_level)),
    ]
}

/// The whole server.
pub(crate) fn router(admin: Arc<Admin>) -> Router {
    let routes = table().into_iter().fold(Router::new(), |router, (path, methods)| {
        // Seeds may take as long as they come.
        let timed = |methods: MethodRouter<_>| methods.layer(middleware::from_fn(in_time));
        router.route(path, if path == SEEDS { methods } else { timed(methods) })
    });
    routes
        .merge(dashboard::router())
        .fallback(|| async {
            Problem::not_found("there is nothing here").hint("/openapi.json lists what there is")
        })
        .method_not_allowed_fallback(|| async {
            let status = axum::http::StatusCode::METHOD_NOT_ALLOWED;
            Problem::new(status, "not by this method").hint("/openapi.json lists what there is")
        })
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
