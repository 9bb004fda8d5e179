//! Asks a crawl, and tells its refusals with what to do about them.

use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use crawler_admin::api::Message;
use reqwest::blocking::{self, Body, RequestBuilder, Response};
use reqwest::redirect::Policy;
use reqwest::{Method, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Address;
use super::events::Events;
use crate::settings::ENV_TOKEN;

const CONNECT_MAX: Duration = Duration::from_secs(5);
const JSON: &str = "application/json";

/// A refusal or a failure, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The HTTP status; none when there was no answer.
    pub(crate) status: Option<u16>,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Refused {}

/// A connection to a crawl.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: blocking::Client,
    at: Address,
}

/// What the crawl has answered, as it came.
#[derive(Debug)]
pub(crate) struct Answer(pub(crate) String);

impl Answer {
    /// What it means.
    ///
    /// # Errors
    /// When the crawl speaks another version of the interface.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        serde_json::from_str(&self.0).map_err(|error| {
            anyhow!("the crawl is of another version than this {}: {error}", own_version())
        })
    }
}

impl Client {
    /// A client that waits for an answer, or for more of it, as long as `patience` says.
    ///
    /// # Errors
    /// When the system's certificates cannot be used.
    pub(crate) fn new(at: Address, patience: Option<Duration>) -> anyhow::Result<Self> {
        let builder = blocking::Client::builder()
            .user_agent(own_version())
            .connect_timeout(CONNECT_MAX)
            .timeout(patience)
            .redirect(Policy::none())
            // The token goes to the crawl and to nobody between.
            .no_proxy();
        // To load the system's certificates takes time, and a small image has none.
        let is_plain = at.url.scheme() == "http";
        let builder = if is_plain { builder.tls_certs_only([]) } else { builder };
        Ok(Self { http: builder.build().context("cannot use TLS")?, at })
    }

    /// Asks.
    pub(crate) fn get(&self, path: &[&str], query: &[(&str, &str)]) -> anyhow::Result<Answer> {
        self.answer(self.request(&Method::GET, path)?.query(query))
    }

    /// Tells, without a body.
    pub(crate) fn tell(&self, method: &Method, path: &[&str]) -> anyhow::Result<Answer> {
        self.answer(self.request(method, path)?)
    }

    /// Tells something that is JSON.
    pub(crate) fn tell_json(
        &self,
        method: &Method,
        path: &[&str],
        body: &impl Serialize,
    ) -> anyhow::Result<Answer> {
        let body = serde_json::to_vec(body)?;
        self.answer(self.request(method, path)?.header("content-type", JSON).body(body))
    }

    /// Sends lines of text, which may be without end.
    pub(crate) fn send_lines(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        body: Body,
    ) -> anyhow::Result<Answer> {
        let request = self.request(&Method::POST, path)?.query(query);
        self.answer(request.header("content-type", "text/plain; charset=utf-8").body(body))
    }

    /// Follows what happens.
    pub(crate) fn events(&self, types: &str) -> anyhow::Result<Events> {
        let request = self.request(&Method::GET, &["v1", "events"])?.query(&[("types", types)]);
        Ok(Events::new(self.send(request)?))
    }

    fn request(&self, method: &Method, path: &[&str]) -> anyhow::Result<RequestBuilder> {
        let request = self.http.request(method.clone(), joined(&self.at.url, path)?);
        Ok(match &self.at.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    fn answer(&self, request: RequestBuilder) -> anyhow::Result<Answer> {
        Ok(Answer(self.send(request)?.text().map_err(|error| self.failure(&error))?))
    }

    fn send(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let response = request.send().map_err(|error| self.failure(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let text = response.text().unwrap_or_default();
        Err(self.refusal(status, &text).into())
    }

    /// An answer that is an error.
    fn refusal(&self, status: StatusCode, text: &str) -> Refused {
        let Ok(said) = serde_json::from_str::<Message>(text) else {
            return Refused {
                status: Some(status.as_u16()),
                message: format!("{} answers {status}, and not as a crawl does", self.at.url),
                hint: Some("is this the address of a crawl's admin interface?".to_owned()),
            };
        };
        let hint = match (status, &self.at.token) {
            (StatusCode::UNAUTHORIZED, None) => Some(format!(
                "{}; name a copy of it with --token-file FILE, or set {}",
                self.at.token_place, ENV_TOKEN
            )),
            (StatusCode::UNAUTHORIZED, Some(_)) => Some(format!(
                "the token came from {}; the right one is in operator/token of the directory of \
                 the crawl that runs there",
                self.at.token_place
            )),
            _ => said.hint,
        };
        Refused { status: Some(status.as_u16()), message: said.message, hint }
    }

    /// No answer.
    fn failure(&self, error: &reqwest::Error) -> anyhow::Error {
        if error.is_connect() {
            return self.at.when_silent().into();
        }
        if error.is_timeout() {
            let message = format!("{} accepts connections and does not answer", self.at.url);
            let hint = "`crawler doctor` and the log of the crawl may tell why".to_owned();
            return Refused { status: None, message, hint: Some(hint) }.into();
        }
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        anyhow!("the connection to {} broke off: {cause}", self.at.url)
    }
}

/// The address with a path whose segments are escaped as far as needed.
fn joined(base: &Url, path: &[&str]) -> anyhow::Result<Url> {
    let mut url = base.clone();
    match url.path_segments_mut() {
        Ok(mut segments) => segments.pop_if_empty().extend(path),
        Err(()) => return Err(anyhow!("`{base}` is no address")),
    };
    Ok(url)
}

fn own_version() -> &'static str {
    concat!("crawler/", env!("CARGO_PKG_VERSION"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(token: Option<&str>) -> Client {
        let at = Address {
            url: Url::parse("http://127.0.0.1:1/").unwrap(),
            token: token.map(str::to_owned),
            token_place: "DIR/operator/token".to_owned(),
            data_dir: None,
        };
        Client::new(at, Some(Duration::from_secs(1))).unwrap()
    }

    #[test]
    fn hosts_with_ports_are_one_segment() {
        let base = Url::parse("http://127.0.0.1:7070/").unwrap();
        let url = joined(&base, &["v1", "hosts", "a.example:8080", "queue"]).unwrap();
        assert_eq!(url.path(), "/v1/hosts/a.example:8080/queue");
        let url = joined(&base, &["v1", "hosts", "a/b?c#d"]).unwrap();
        assert_eq!((url.path(), url.query()), ("/v1/hosts/a%2Fb%3Fc%23d", None));
    }

    #[test]
    fn refusals_say_what_to_do() {
        let said = r#"{"message":"no","hint":"as the server says"}"#;
        for (token, status, text, hint) in [
            (None, 401, said, "--token-file"),
            (Some("x"), 401, said, "came from DIR/operator/token"),
            (Some("x"), 409, said, "as the server says"),
            (None, 502, "<html>", "is this the address"),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let refused = client(token).refusal(status, text);
            assert!(refused.hint.as_ref().unwrap().contains(hint), "{refused:?}");
        }
    }

    #[test]
    fn a_silent_address_is_named() {
        let error = client(None).get(&["healthz"], &[]).unwrap_err();
        let refused = error.downcast_ref::<Refused>().unwrap();
        assert_eq!(refused.message, "nobody answers at http://127.0.0.1:1/");
    }
}
