//! A host that misbehaves, and what a correct crawl must report of it.

use std::fmt;
use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;

use crate::host::DOMAIN;

/// Prefix that robots.txt disallows on every hostile host, unless it has rules of its own.
pub(crate) const FORBIDDEN: &str = "/forbidden/";

/// One host: its name is the label below the web's domain.
pub(crate) struct Site {
    pub(crate) label: &'static str,
    pub(crate) door: Door,
    pub(crate) robots: Vec<Step>,
    /// The first one is the seed.
    pub(crate) pages: Vec<Page>,
    /// What its pages make up without end: everything below here.
    pub(crate) space: Option<Space>,
}

/// How a host is reached.
pub(crate) enum Door {
    /// At an address of its own, over plain HTTP.
    Http,
    /// The same, but a TLS handshake comes to nothing.
    Https(Handshake),
    /// The name server tells something else.
    Dns(Lookup),
}

/// What becomes of a TLS handshake.
pub(crate) enum Handshake {
    /// The server answers the greeting so.
    Plays(Vec<Step>),
    /// It succeeds with a certificate that nobody vouches for.
    Untrusted,
}

/// What the name server says.
#[derive(Clone, Copy)]
pub(crate) enum Lookup {
    Address(Ipv4Addr),
    NoSuchName,
    Broken,
}

/// One URL of a host.
pub(crate) struct Page {
    pub(crate) target: String,
    /// What each request gets in turn; the last one is repeated.
    pub(crate) turns: Vec<Vec<Step>>,
    pub(crate) outcome: Outcome,
}

/// Targets that are made up as they are asked for; all of them end well.
pub(crate) struct Space {
    pub(crate) prefix: &'static str,
    pub(crate) make: fn(target: &str) -> Vec<Step>,
}

/// What the server does on a connection after it has read a request; at the end it closes.
#[derive(Clone)]
pub(crate) enum Step {
    Send(Bytes),
    /// Again and again until the client hangs up, with a pause between.
    Forever(Bytes, Duration),
    Pause(Duration),
    /// Nothing more, until the client hangs up.
    Stall,
    /// Closes so that the client gets a reset.
    Reset,
    /// The host may not be asked again for so long: the answer says so in `Retry-After`.
    Quiet(Duration),
}

/// How a crawl must report a URL. `Display` gives the words that statistics and reports have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A response was stored.
    Page {
        /// Its status.
        status: u16,
        /// Why a part of its body is missing or not decoded, if it is.
        partial: Option<&'static str>,
    },
    /// There was none, for this reason.
    Failed(&'static str),
    /// It was not asked for, for this reason.
    Skipped(&'static str),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page { status, partial: None } => write!(f, "{status}"),
            Self::Page { status, partial: Some(why) } => write!(f, "{status} partial {why}"),
            Self::Failed(reason) => write!(f, "failed {reason}"),
            Self::Skipped(reason) => write!(f, "skipped {reason}"),
        }
    }
}

impl Site {
    /// A host with polite rules and one page, its seed.
    pub(crate) fn new(label: &'static str, steps: Vec<Step>, outcome: Outcome) -> Self {
        let rules = format!("User-agent: *\nDisallow: {FORBIDDEN}\n");
        let site = Self {
            label,
            door: Door::Http,
            robots: answer("200 OK", "Content-Type: text/plain\r\n", rules),
            pages: Vec::new(),
            space: None,
        };
        site.page("/", steps, outcome)
    }

    pub(crate) fn page(self, target: &str, steps: Vec<Step>, outcome: Outcome) -> Self {
        self.turns(target, vec![steps], outcome)
    }

    pub(crate) fn turns(mut self, target: &str, turns: Vec<Vec<Step>>, outcome: Outcome) -> Self {
        self.pages.push(Page { target: target.to_owned(), turns, outcome });
        self
    }

    pub(crate) fn robots(self, robots: Vec<Step>) -> Self {
        Self { robots, ..self }
    }

    pub(crate) fn door(self, door: Door) -> Self {
        Self { door, ..self }
    }

    pub(crate) fn space(self, prefix: &'static str, make: fn(&str) -> Vec<Step>) -> Self {
        Self { space: Some(Space { prefix, make }), ..self }
    }
}

/// Name and port of the host with this label, as its URLs have them.
pub(crate) fn authority(label: &str, port: u16) -> String {
    format!("{label}.{DOMAIN}:{port}")
}

/// A response with this status.
pub(crate) fn status(status: u16) -> Outcome {
    Outcome::Page { status, partial: None }
}

/// A response with status 200 that is not whole.
pub(crate) fn partial(why: &'static str) -> Outcome {
    Outcome::Page { status: 200, partial: Some(why) }
}

pub(crate) fn send(bytes: impl Into<Bytes>) -> Step {
    Step::Send(bytes.into())
}

pub(crate) fn forever(bytes: impl Into<Bytes>, pause_ms: u64) -> Step {
    Step::Forever(bytes.into(), Duration::from_millis(pause_ms))
}

/// A whole answer; `headers` are lines with their ends.
pub(crate) fn answer(status: &str, headers: &str, body: impl Into<Bytes>) -> Vec<Step> {
    let body = body.into();
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    vec![send(head), send(body)]
}

/// A whole page.
pub(crate) fn html(body: impl Into<Bytes>) -> Vec<Step> {
    answer("200 OK", "Content-Type: text/html; charset=utf-8\r\n", body)
}

/// A redirect.
pub(crate) fn redirect(location: &str) -> Vec<Step> {
    answer("302 Found", &format!("Location: {location}\r\n"), "")
}
