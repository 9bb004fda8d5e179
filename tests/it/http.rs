//! Asks the admin interface of a crawl under test.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::harness::until;

/// An answer that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(40);

/// The admin interface of a running crawl.
pub(crate) struct Admin {
    pub(crate) addr: String,
    pub(crate) token: String,
}

/// What it answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Lower-case names.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// Length of the body, also of one that is no text.
    pub(crate) body_bytes: usize,
}

impl Admin {
    /// Waits until the crawl on a data directory listens.
    pub(crate) fn of(data: &Path) -> Self {
        let read = |name: &str| {
            until(name, || {
                let text = std::fs::read_to_string(data.join("operator").join(name)).ok()?;
                text.ends_with('\n').then(|| text.trim().to_owned())
            })
        };
        Self { addr: read("address"), token: read("token") }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    /// With the token.
    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.authorized("POST", path, body)
    }

    /// With the token and, if there is a body, as JSON.
    pub(crate) fn authorized(&self, method: &str, path: &str, body: &str) -> Answer {
        let token = format!("Bearer {}", self.token);
        let headers = [("Authorization", token.as_str()), ("Content-Type", "application/json")];
        self.ask(method, path, &headers, body)
    }

    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut stream = self.open(method, path, headers, body);
        let (status, headers) = read_head(&mut stream);
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, headers, body, body_bytes: bytes.len() }
    }

    /// Waits for the first event of this name and gives its data.
    pub(crate) fn event(&self, types: &str, name: &str) -> Value {
        let mut stream = self.open("GET", &format!("/v1/events?types={types}"), &[], "");
        let (status, _) = read_head(&mut stream);
        assert_eq!(status, 200);
        let mut is_wanted = false;
        for line in stream.lines() {
            let line = line.unwrap();
            if let Some(event) = line.strip_prefix("event: ") {
                is_wanted = event == name;
            } else if let Some(data) = line.strip_prefix("data: ").filter(|_| is_wanted) {
                return serde_json::from_str(data).unwrap();
            }
        }
        panic!("the stream ended without an event `{name}`");
    }

    fn open(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(&self.addr).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut head = format!("{method} {path} HTTP/1.0\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| *name == "Host") {
            let _ = write!(head, "Host: {}\r\n", self.addr);
        }
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
        BufReader::new(stream)
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// Fails unless it was done.
    pub(crate) fn says_done(&self) {
        assert_eq!(self.status, 200, "{self:?}");
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let named = self.headers.iter().find(|(own, _)| own == name);
        named.map(|(_, value)| value.as_str())
    }

    /// Fails unless this is the status; the message.
    pub(crate) fn says(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{self:?}");
        self.json()["message"].as_str().unwrap().to_owned()
    }
}

/// Status and headers. HTTP/1.0 was asked for, so the body ends with the connection.
fn read_head(stream: &mut impl BufRead) -> (u16, Vec<(String, String)>) {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).unwrap_or_else(|| panic!("{line:?}")).parse().unwrap();
    let mut headers = Vec::new();
    loop {
        line.clear();
        stream.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim().split_once(':') else { return (status, headers) };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}
