//! The files of the dashboard, part of the program: nothing is fetched from anywhere else.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

/// A file that the page loads.
macro_rules! asset {
    ($media_type:expr, $name:literal) => {
        Asset {
            path: concat!("/assets/", $name),
            media_type: $media_type,
            bytes: include_bytes!(concat!("../assets/", $name)),
        }
    };
}

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
pub(crate) static FILES: [Asset; 14] = [
    Asset { path: "/", media_type: HTML, bytes: include_bytes!("../assets/index.html") },
    Asset { path: "/favicon.ico", media_type: SVG, bytes: include_bytes!("../assets/favicon.svg") },
    asset!(STYLE, "app.css"),
    asset!(SCRIPT, "api.js"),
    asset!(SCRIPT, "app.js"),
    asset!(SCRIPT, "charts.js"),
    asset!(SCRIPT, "controls.js"),
    asset!(SCRIPT, "dom.js"),
    asset!(SCRIPT, "fetches.js"),
    asset!(SCRIPT, "format.js"),
    asset!(SCRIPT, "host.js"),
    asset!(SCRIPT, "hosts.js"),
    asset!(SCRIPT, "login.js"),
    asset!(SCRIPT, "overview.js"),
];

/// Serves the files.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    FILES.iter().fold(Router::new(), |router, file| {
        let answer =
            || async { ([(header::CONTENT_TYPE, file.media_type)], file.bytes).into_response() };
        router.route(file.path, get(answer))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_is_served() {
        let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");
        let there: BTreeSet<String> = std::fs::read_dir(dir)
            .unwrap()
            .map(|entry| match entry.unwrap().file_name().to_str().unwrap() {
                "index.html" => "/".to_owned(),
                "favicon.svg" => "/favicon.ico".to_owned(),
                name => format!("/assets/{name}"),
            })
            .collect();
        assert_eq!(there, FILES.iter().map(|file| file.path.to_owned()).collect());
    }
    fn text(file: &Asset) -> &str {
        std::str::from_utf8(file.bytes).unwrap()
    }

    /// What the Content-Security-Policy would stop.
    #[test]
    fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
        for file in &FILES {
            for word in ["<style", " style=", " onclick", "javascript:", "innerHTML", "eval("] {
                assert!(!text(file).contains(word), "{}: {word}", file.path);
            }
            let elsewhere = text(file)
                .match_indices("://")
                .filter(|(at, _)| !text(file)[..*at].ends_with("placeholder=\"https"))
                .filter(|(at, _)| !text(file)[*at..].starts_with("://www.w3.org/"));
            assert_eq!(elsewhere.count(), 0, "{}", file.path);
        }
        let page = text(&FILES[0]);
        let own = page.matches("<script type=\"module\" src=\"/assets/").count();
        assert_eq!(page.matches("<script").count(), own);
    }

    #[test]
    fn every_element_that_a_script_names_is_on_the_page() {
        let page = text(&FILES[0]);
        for script in FILES.iter().filter(|file| file.media_type == SCRIPT) {
            for id in text(script).split("by(\"").skip(1).filter_map(|it| it.split('"').next()) {
                assert!(page.contains(&format!(" id=\"{id}\"")), "{}: {id}", script.path);
            }
        }
    }
}
