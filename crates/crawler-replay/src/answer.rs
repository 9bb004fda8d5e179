//! From a request to an answer.

use axum::body::Body;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use bytes::Bytes;
use crawler_extract::UrlRole;
use crawler_fetch::{DecodeEnd, DecodeLimits, decode};
use crawler_store::{IndexRow, PayloadSource, StoreError, StoredCapture};
use crawler_url::{Base, WireUrl, surt};

use crate::archive::{Archive, Found, LISTED_MAX, Part};
use crate::capture_time::{digits_of_http_date, http_date};
use crate::content::{Place, path_to, replayed};
use crate::guard;
use crate::headers::OriginalHeaders;
use crate::memento;
use crate::pages;
use crate::server::Options;
use crate::web_path::{Asked, Modifier, PREFIX, parse, path_of};

/// Captures named on the page of a URL that there is no capture of.
const NEAR_MAX: usize = 20;

/// What is asked, without its body, which is nothing to us.
#[derive(Debug)]
pub(crate) struct Asking {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
}

/// Answers one request. Reads files, so not to be called where others wait.
pub(crate) fn answer(archive: &Archive, options: &Options, asking: &Asking) -> Response<Body> {
    if let Some((status, why)) = guard::refusal(&asking.method, &asking.headers) {
        return text(status, "text/plain; charset=utf-8", why.to_owned());
    }
    let target = asking.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let answered = match target.strip_prefix(PREFIX) {
        Some(rest) => web(archive, options, rest, &asking.headers),
        None => own(archive, asking, target),
    };
    answered.unwrap_or_else(|error| {
        tracing::warn!(%error, "the archive cannot be read");
        let page = pages::message("The archive cannot be read", &error.to_string());
        html(StatusCode::INTERNAL_SERVER_ERROR, page)
    })
}

fn own(archive: &Archive, asking: &Asking, target: &str) -> Result<Response<Body>, StoreError> {
    let query = |name| parameter(asking.uri.query().unwrap_or_default(), name);
    Ok(match asking.uri.path() {
        "/" => {
            let hosts = archive.hosts(&query("from").unwrap_or_default())?;
            html(StatusCode::OK, pages::home(&hosts, &archive.latest()?))
        }
        "/replay.css" => text(StatusCode::OK, "text/css; charset=utf-8", pages::STYLE.to_owned()),
        "/search" => match query("url").filter(|url| !url.trim().is_empty()) {
            Some(url) => redirect(&format!("{PREFIX}*/{}", url.trim())),
            None => redirect("/"),
        },
        "/prefix" => {
            let key = query("key").unwrap_or_default();
            let part = archive.under(&key, &query("from").unwrap_or_default())?;
            let host = key.split_inclusive(')').next().map(pages::host_of_key);
            html(StatusCode::OK, pages::list(&host.unwrap_or_default(), &key, &part))
        }
        _ => match strayed(&asking.headers, target) {
            Some(path) => redirect(&path),
            None => {
                html(StatusCode::NOT_FOUND, pages::message("Not found", "There is no such page."))
            }
        },
    })
}

/// A capture's script or style may ask for a path of its own host, which leads past the archive: the
/// capture it comes from tells what is meant.
fn strayed(headers: &HeaderMap, target: &str) -> Option<String> {
    let from = headers.get(header::REFERER)?.to_str().ok()?.parse::<Uri>().ok()?;
    let rest = from.path_and_query()?.as_str().strip_prefix(PREFIX)?;
    let Asked::Capture { at: Some(timestamp), url, .. } = parse(rest) else { return None };
    let url = wire(url)?;
    let place = Place { url: &url, timestamp, modifier: Modifier::Frame };
    path_to(place, &Base::new(&url), target, UrlRole::Other)
}

/// Answers what stands below `/web/`.
fn web(
    archive: &Archive,
    options: &Options,
    rest: &str,
    headers: &HeaderMap,
) -> Result<Response<Body>, StoreError> {
    let (Asked::Capture { url: given, .. }
    | Asked::List { url: given }
    | Asked::TimeMap { url: given }) = parse(rest);
    let Some(url) = wire(given.strip_suffix('*').unwrap_or(given)) else {
        let page = pages::message("No URL", &format!("`{given}` is not an http or https URL."));
        return Ok(html(StatusCode::BAD_REQUEST, page));
    };
    match parse(rest) {
        Asked::Capture { at, modifier, .. } => {
            let wanted = headers.get(header::HeaderName::from_static("accept-datetime"));
            let wanted = wanted.and_then(|date| digits_of_http_date(date.to_str().ok()?));
            match archive.find(&url, at.or(wanted.as_deref()))? {
                Found::Capture(found) if at.is_some() => {
                    Ok(capture(options, &url, at.unwrap_or_default(), modifier, &found))
                }
                Found::Capture(_) => {
                    Ok(near(&url, wanted.as_deref().unwrap_or_default(), modifier))
                }
                Found::Near(row) => Ok(near_row(&row, modifier)),
                Found::Nothing => nothing(archive, &url),
            }
        }
        Asked::List { .. } if given.ends_with('*') => {
            let key = surt(&url);
            Ok(html(StatusCode::OK, pages::list(given, &key, &archive.under(&key, "")?)))
        }
        Asked::List { .. } => {
            let mut rows = archive.captures(&url)?;
            let rows = rows.split_off(rows.len().saturating_sub(LISTED_MAX));
            let part = Part { rows, next: None };
            Ok(html(StatusCode::OK, pages::list(url.as_str(), "", &part)))
        }
        Asked::TimeMap { .. } => match archive.captures(&url)? {
            rows if rows.is_empty() => nothing(archive, &url),
            rows => {
                let map = memento::time_map(url.as_str(), &rows);
                Ok(text(StatusCode::OK, memento::LINK_FORMAT, map))
            }
        },
    }
}

/// Reads a URL as people write it: the scheme may be left out, or have lost a slash on its way.
fn wire(text: &str) -> Option<WireUrl> {
    if let Ok(url) = WireUrl::parse(text) {
        return Some(url);
    }
    let is_name = !text.is_empty() && !text.starts_with('/') && !text.contains("://");
    is_name.then(|| WireUrl::parse(&format!("http://{text}")).ok()).flatten()
}

fn nothing(archive: &Archive, url: &WireUrl) -> Result<Response<Body>, StoreError> {
    let key = surt(url);
    // What begins the same up to the last slash, as far as there is something.
    let mut prefix = key.as_str();
    let mut rows = Vec::new();
    while rows.is_empty()
        && let Some(at) = prefix.rfind(['/', '?'])
    {
        prefix = prefix.get(..at).unwrap_or_default();
        rows = archive.under(prefix, "")?.rows;
    }
    rows.truncate(NEAR_MAX);
    Ok(html(StatusCode::NOT_FOUND, pages::not_found(url.as_str(), &rows)))
}

fn near_row(row: &IndexRow, modifier: Modifier) -> Response<Body> {
    let mut response = redirect(&path_of(&row.timestamp, modifier, &row.url));
    tell_links(response.headers_mut(), &row.url);
    // Which capture it leads to is a matter of the time asked for (RFC 7089 section 4.1).
    let vary = HeaderValue::from_static("accept-datetime");
    response.headers_mut().insert(header::VARY, vary);
    response
}

fn near(url: &WireUrl, timestamp: &str, modifier: Modifier) -> Response<Body> {
    let row = IndexRow {
        key: String::new(),
        timestamp: timestamp.to_owned(),
        url: url.as_str().to_owned(),
        status: None,
        mime: None,
    };
    near_row(&row, modifier)
}

/// A capture as it is replayed.
fn capture(
    options: &Options,
    url: &WireUrl,
    timestamp: &str,
    modifier: Modifier,
    found: &StoredCapture,
) -> Response<Body> {
    if found.payload == PayloadSource::Missing {
        let why =
            "The page had not changed, and the capture with its content is not in this archive.";
        return html(StatusCode::NOT_FOUND, pages::message("No content", why));
    }
    let original = OriginalHeaders::parse(&found.head);
    let mut headers = original.told();
    let place = Place { url, timestamp, modifier };
    let status = StatusCode::from_u16(found.status).ok().filter(|it| it.as_u16() >= 200);
    let (bytes, coding) = decoded(found, &original, modifier);
    let content = replayed(place, bytes, original.value("content-type"), options.banner);
    if let Some(coding) = coding {
        insert(&mut headers, header::CONTENT_ENCODING, &coding);
    }
    if let Some(content_type) = &content.content_type {
        insert(&mut headers, header::CONTENT_TYPE, content_type);
    }
    let location =
        original.value("location").filter(|_| status.is_some_and(|it| it.is_redirection()));
    if let Some(path) = location.and_then(|to| path_to_target(place, &to)) {
        insert(&mut headers, header::LOCATION, &path);
    }
    if let Some(date) = http_date(timestamp) {
        insert(&mut headers, header::HeaderName::from_static("memento-datetime"), &date);
    }
    tell_links(&mut headers, url.as_str());
    guard::protect_capture(&mut headers, options.scripts);
    let mut response = Response::new(Body::from(content.bytes));
    *response.status_mut() = status.unwrap_or(StatusCode::BAD_GATEWAY);
    *response.headers_mut() = headers;
    response
}

/// Where a redirect leads, in the form in which this capture was asked for.
fn path_to_target(place: Place<'_>, location: &str) -> Option<String> {
    let target = Base::new(place.url).join(location).ok()?;
    let fragment = location.find('#').and_then(|at| location.get(at..)).unwrap_or_default();
    Some(path_of(place.timestamp, place.modifier, target.as_str()) + fragment)
}

/// The content without its coding, and the coding if it is left: it is unknown, or all is wanted raw.
fn decoded(
    found: &StoredCapture,
    original: &OriginalHeaders<'_>,
    modifier: Modifier,
) -> (Bytes, Option<String>) {
    let body = Bytes::copy_from_slice(&found.body);
    let coding = original.value("content-encoding");
    if modifier == Modifier::Raw {
        return (body, coding);
    }
    let decoded = decode(&body, coding.as_deref(), DecodeLimits::default());
    let is_known = !matches!(decoded.end, DecodeEnd::Unsupported(_));
    (decoded.bytes, coding.filter(|_| !is_known))
}

fn tell_links(headers: &mut HeaderMap, url: &str) {
    insert(headers, header::LINK, &memento::links(url));
}

fn insert(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        headers.insert(name, value);
    }
}

fn redirect(path: &str) -> Response<Body> {
    let mut response = text(StatusCode::FOUND, "text/plain; charset=utf-8", String::new());
    insert(response.headers_mut(), header::LOCATION, path);
    response
}

fn html(status: StatusCode, page: String) -> Response<Body> {
    text(status, "text/html; charset=utf-8", page)
}

fn text(status: StatusCode, content_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    insert(response.headers_mut(), header::CONTENT_TYPE, content_type);
    guard::protect_own(response.headers_mut());
    response
}

/// A parameter of a form, decoded.
fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.clone().find(|(key, _)| *key == name)?.1;
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let coded = hex.filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(coded.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if coded.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        for (query, value) in [
            ("url=http%3A%2F%2Fa%2F%3Fb&c=d", Some("http://a/?b")),
            ("x=1&url=a+b%C3%A9", Some("a bé")),
            ("url=100%&", Some("100%")),
            ("url=%zz%4", Some("%zz%4")),
            ("url=", Some("")),
            ("urls=x", None),
            ("", None),
        ] {
            assert_eq!(parameter(query, "url").as_deref(), value, "{query}");
        }
    }

    #[test]
    fn urls_are_read_as_people_write_them() {
        for (text, url) in [
            ("http://a.example/b?c", Some("http://a.example/b?c")),
            ("https:/a.example/", Some("https://a.example/")),
            ("a.example/b", Some("http://a.example/b")),
            ("a.example:8080/b", Some("http://a.example:8080/b")),
            ("/b", None),
            ("ftp://a.example/", None),
            ("", None),
        ] {
            assert_eq!(wire(text).map(|url| url.as_str().to_owned()).as_deref(), url, "{text}");
        }
    }

    #[test]
    fn paths_that_lead_past_the_archive_are_brought_back() {
        let headers = |referer: &'static str| {
            HeaderMap::from_iter([(header::REFERER, HeaderValue::from_static(referer))])
        };
        let page = "http://127.0.0.1:8088/web/20261121230000/http://a.example/b/c";
        assert_eq!(
            strayed(&headers(page), "/api?x").as_deref(),
            Some("/web/20261121230000oe_/http://a.example/api?x")
        );
        assert_eq!(strayed(&headers("http://127.0.0.1:8088/"), "/api"), None);
        assert_eq!(strayed(&HeaderMap::new(), "/api"), None);
    }
}
