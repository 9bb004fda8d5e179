//! The files of the dashboard, part of the program: nothing is fetched from anywhere else.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

/// A file of the dashboard.
#[derive(Debug)]
pub(crate) struct Asset {
    /// Where it is served.
    pub(crate) path: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// All of them.
pub(crate) static FILES: [Asset; 4] = [
    Asset { path: "/", media_type: HTML, bytes: include_bytes!("../assets/index.html") },
    Asset { path: "/assets/app.js", media_type: SCRIPT, bytes: include_bytes!("../assets/app.js") },
    Asset {
        path: "/assets/app.css",
        media_type: STYLE,
        bytes: include_bytes!("../assets/app.css"),
    },
    Asset { path: "/favicon.ico", media_type: SVG, bytes: include_bytes!("../assets/favicon.svg") },
];

/// Serves the files.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    FILES.iter().fold(Router::new(), |router, file| {
        let answer =
            || async { ([(header::CONTENT_TYPE, file.media_type)], file.bytes).into_response() };
        router.route(file.path, get(answer))
    })
}
