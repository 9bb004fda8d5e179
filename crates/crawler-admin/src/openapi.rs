//! The description of the interface, made from the code that serves it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use utoipa::OpenApi as _;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, OpenApi, PathItem, Ref, RefOr, Required, ResponseBuilder, SecurityRequirement,
};

use crate::api::HostSort;
use crate::guard::needs_token;
use crate::routes;
use crate::routes::{
    audit, control, events, health, hosts, log_level, pages, read, reload, seeds, traps, urls,
};
use crate::state::Admin;

/// Name of the security scheme.
const BEARER: &str = "bearer";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "crawler",
        description = "What an operator asks and tells a running crawl. Times are milliseconds since \
            1970 (`_at_ms`), durations are seconds (`_secs`) or milliseconds (`_ms`), sizes are bytes.",
    ),
    paths(
        health::healthz,
        health::readyz,
        openapi,
        read::metrics,
        read::status,
        read::history,
        events::events,
        control::pause,
        control::resume,
        control::drain,
        control::shutdown,
        seeds::seeds,
        hosts::hosts,
        hosts::host,
        hosts::change,
        hosts::drop_queue,
        hosts::requeue,
        urls::urls,
        urls::explain,
        traps::traps,
        traps::release,
        pages::page,
        pages::body,
        audit::audit,
        reload::reload,
        log_level::log_level,
        log_level::set_log_level,
    ),
    components(schemas(HostSort))
)]
struct Description;

/// The description of the interface.
#[utoipa::path(
    get, path = "/openapi.json", tag = "interface",
    responses((status = 200, description = "An OpenAPI 3.1 document", body = serde_json::Value)),
)]
pub(crate) async fn openapi(State(admin): State<Arc<Admin>>) -> Json<OpenApi> {
    Json(document(admin.is_local))
}

/// The `OpenAPI` document of a server that only this machine can reach (`is_local`), where reading needs
/// no token, or that others can reach.
#[must_use]
pub fn document(is_local: bool) -> OpenApi {
    let mut document = Description::openapi();
    let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = document.components.get_or_insert_default();
    components.security_schemes.insert(BEARER.to_owned(), scheme.into());
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            let needs_token = needs_token(&method.1, path, is_local);
            add_refusals(operation, needs_token);
            if path == routes::SEEDS
                && let Some(RefOr::T(body)) = &mut operation.request_body
            {
                // No seeds are no mistake.
                body.required = Some(Required::False);
            }
        }
    }
    document
}

type Method = (HttpMethod, axum::http::Method);

fn operations(item: &mut PathItem) -> Vec<(Method, &mut Operation)> {
    use axum::http::Method as Name;
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [
        ((HttpMethod::Get, Name::GET), get),
        ((HttpMethod::Put, Name::PUT), put),
        ((HttpMethod::Post, Name::POST), post),
        ((HttpMethod::Delete, Name::DELETE), delete),
        ((HttpMethod::Patch, Name::PATCH), patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?))).collect()
}

/// What the guard answers before the operation is asked.
fn add_refusals(operation: &mut Operation, needs_token: bool) {
    let mut refuse = |status: &str, description: &str| {
        let message = ContentBuilder::new().schema(Some(Ref::from_schema_name("Message"))).build();
        let response = ResponseBuilder::new()
            .description(description)
            .content("application/json", message)
            .build();
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert(response.into());
    };
    refuse("421", "The server is not known by the name in the Host header");
    refuse("503", "The crawl is too busy to answer");
    if needs_token {
        refuse("401", "The token is missing or wrong");
        operation.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let described: BTreeSet<String> = document(true).paths.paths.into_keys().collect();
        let served: BTreeSet<String> =
            routes::table().into_iter().map(|(path, _)| path.to_owned()).collect();
        assert_eq!(described, served);
    }

    #[test]
    fn the_document_tells_what_needs_the_token() {
        for (is_local, path, secured) in
            [(true, "/v1/status", false), (false, "/v1/status", true), (false, "/healthz", false)]
        {
            let document = document(is_local);
            let operation = document.paths.paths[path].get.as_ref().unwrap();
            assert_eq!(operation.security.is_some(), secured, "{path}");
            assert_eq!(operation.responses.responses.contains_key("401"), secured, "{path}");
        }
        let document = document(true);
        let pause = document.paths.paths["/v1/pause"].post.as_ref().unwrap();
        assert!(pause.security.is_some());
    }
}
