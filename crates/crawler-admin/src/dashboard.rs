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

/// The content of a file below `assets/`.
macro_rules! bytes {
    ($file:literal) => {
        include_bytes!(concat!("../assets/", $file))
    };
}

/// A script that is served under its own name.
macro_rules! script {
    ($file:literal) => {
        Asset { path: concat!("/assets/", $file), media_type: SCRIPT, bytes: bytes!($file) }
    };
}

/// All of them.
pub(crate) static FILES: [Asset; 14] = [
    Asset { path: "/", media_type: HTML, bytes: bytes!("index.html") },
    Asset { path: "/assets/app.css", media_type: STYLE, bytes: bytes!("app.css") },
    Asset { path: "/favicon.ico", media_type: SVG, bytes: bytes!("favicon.svg") },
    script!("app.js"),
    script!("api.js"),
    script!("charts.js"),
    script!("controls.js"),
    script!("dom.js"),
    script!("fetches.js"),
    script!("format.js"),
    script!("host.js"),
    script!("hosts.js"),
    script!("login.js"),
    script!("overview.js"),
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
    use super::*;

    fn text(file: &Asset) -> &str {
        std::str::from_utf8(file.bytes).unwrap()
    }

    #[test]
    fn every_file_is_served() {
        let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");
        let files = std::fs::read_dir(dir).unwrap().count();
        assert_eq!(files, FILES.len());
        for script in FILES.iter().filter(|file| file.media_type == SCRIPT) {
            for import in text(script).lines().filter_map(|line| line.split_once(" from \"./")) {
                let path = format!("/assets/{}", import.1.trim_end_matches("\";"));
                assert!(FILES.iter().any(|file| file.path == path), "{}: {path}", script.path);
            }
        }
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
        assert_eq!(
            page.matches("<script").count(),
            page.matches("<script type=\"module\" src=\"/assets/").count()
        );
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
