//! Watching and steering a crawl that runs.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Setting;
use crate::settings::AdminAddr;
use crate::settings::value::{Refusal, put};

pub(super) const SETTINGS: &[Setting] = &[
    Setting::switch(
        "daemon",
        |s, given| put(&mut s.daemon, given.switch()),
        "Keep running when nothing is left to fetch, and wait for seeds; none are needed to begin. \
         `crawler serve` is the same. SIGHUP reads the configuration anew",
    ),
    Setting::value(
        "admin",
        "off|auto|ADDR:PORT",
        "auto",
        |s, given| put(&mut s.admin, given.one(addr)),
        "Where the admin interface listens: a dashboard, metrics, and orders to the crawl. auto is \
         127.0.0.1:7070 with --daemon, and off without. At an address that other machines reach, all of \
         it needs the token in DIR/operator/token; at a loopback address, what changes the crawl",
    ),
    Setting::list(
        "admin_hosts",
        "NAME",
        |s, given| put(&mut s.admin_hosts, given.each(host_name)),
        "Name by which browsers and proxies call the admin interface. It answers to its IP address and \
         to localhost, and refuses any other name, which a hostile page could use. Repeatable",
    ),
    Setting::value(
        "otlp_endpoint",
        "off|URL",
        "off",
        |s, given| put(&mut s.otlp_endpoint, given.one(collector)),
        "OpenTelemetry collector that gets the metrics and a sample of at most 512 fetches every 10 s, by \
         OTLP over HTTP with JSON: http://127.0.0.1:4318, to which /v1/metrics and /v1/traces are added",
    ),
    Setting::value(
        "action_dir",
        "DIR",
        "",
        |s, given| put(&mut s.action_dir, given.one(|text| Ok(action_dir(text)))),
        "Directory to drop orders in: NAME.seeds has URLs, NAME.block hosts to leave alone, NAME.config \
         settings. Each is moved to \
         done/ or failed/ in it, with what came of it beside. With --daemon the default is \
         DIR/action in the output directory",
    ),
];

fn action_dir(text: &str) -> Option<PathBuf> {
    Some(PathBuf::from(text)).filter(|_| !text.is_empty())
}

fn addr(text: &str) -> Result<AdminAddr, Refusal> {
    match text {
        "off" => return Ok(AdminAddr::Off),
        "auto" => return Ok(AdminAddr::Auto),
        _ => {}
    }
    text.parse::<SocketAddr>().map(AdminAddr::At).map_err(|_| Refusal {
        problem: format!("`{text}` is not an address to listen on"),
        accepted: Some("off, auto, or an address such as 127.0.0.1:7070 or [::]:7070".to_owned()),
    })
}

fn collector(text: &str) -> Result<Option<String>, Refusal> {
    if text == "off" {
        return Ok(None);
    }
    let url = text.parse::<http::Uri>().ok().filter(|url| {
        let is_http = matches!(url.scheme_str(), Some("http" | "https"));
        is_http && url.host().is_some() && url.query().is_none()
    });
    match url {
        Some(_) => Ok(Some(text.trim_end_matches('/').to_owned())),
        None => Err(Refusal {
            problem: format!("`{text}` is not the URL of a collector"),
            accepted: Some("off, or a URL such as http://127.0.0.1:4318".to_owned()),
        }),
    }
}

fn host_name(text: &str) -> Result<String, Refusal> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if !text.is_empty() && text.chars().all(is_name) {
        return Ok(text.trim_end_matches('.').to_owned());
    }
    Err(Refusal {
        problem: format!("`{text}` is not a host name"),
        accepted: Some("a name without scheme and port, such as crawler.example.com".to_owned()),
    })
}
