//! Fetching through another machine: HTTP proxies by CONNECT (RFC 9110 9.3.6) and SOCKS 5 (RFC 1928).
//!
//! All that is fetched is tunneled, `http` URLs too, so that requests and responses are those of the
//! server itself and the proxy's credentials are in none of them.

mod connect;
mod socks5;
mod tunnel;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::Authority;

use crate::hosts::HostPattern;

pub(crate) use tunnel::open;

/// Longest user name and longest password that SOCKS 5 can carry (RFC 1929).
const LOGIN_PART_BYTES_MAX: usize = 255;

/// A proxy and its credentials. Neither `Display` nor `Debug` shows the credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    pub(crate) protocol: ProxyProtocol,
    pub(crate) host: Box<str>,
    pub(crate) port: u16,
    login: Option<Login>,
}

/// How a proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyProtocol {
    /// `http://`: HTTP/1.1 CONNECT.
    Http,
    /// `socks5://`: given addresses.
    Socks5,
    /// `socks5h://`: given names, which the proxy looks up.
    Socks5ByName,
}

/// Which proxy a host is fetched through; of several rules the first that matches holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyRule {
    /// The hosts it is for: any of these.
    pub hosts: Vec<HostPattern>,
    /// The proxy; none to connect directly.
    pub proxy: Option<Proxy>,
}

#[derive(Clone, PartialEq, Eq)]
struct Login {
    user: String,
    password: String,
}

/// Why a text is no proxy. Says nothing of the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// Not of the form `scheme://[user:password@]host:port`.
    #[error("the proxy is not of the form scheme://[user:password@]host:port")]
    Form,
    /// Another scheme than `http`, `socks5` and `socks5h`.
    #[error("the scheme of the proxy is not http, socks5 or socks5h")]
    Scheme,
    /// No port.
    #[error("the proxy has no port")]
    Port,
    /// A user name or password that is too long, or not percent-encoded UTF-8.
    #[error("the user or password of the proxy is longer than 255 bytes or not percent-encoded")]
    Login,
}

impl Proxy {
    /// How it is spoken to.
    #[must_use]
    pub fn protocol(&self) -> ProxyProtocol {
        self.protocol
    }
}

impl FromStr for Proxy {
    type Err = ProxyError;

    fn from_str(text: &str) -> Result<Self, ProxyError> {
        let uri: Uri = text.trim().parse().map_err(|_| ProxyError::Form)?;
        let protocol = match uri.scheme_str() {
            Some("http") => ProxyProtocol::Http,
            Some("socks5") => ProxyProtocol::Socks5,
            Some("socks5h") => ProxyProtocol::Socks5ByName,
            Some(_) => return Err(ProxyError::Scheme),
            None => return Err(ProxyError::Form),
        };
        let authority = uri.authority().ok_or(ProxyError::Form)?;
        let has_more = !matches!(uri.path(), "" | "/") || uri.query().is_some();
        if has_more || authority.host().is_empty() {
            return Err(ProxyError::Form);
        }
        let host = authority.host().trim_matches(['[', ']']).into();
        let port = authority.port_u16().ok_or(ProxyError::Port)?;
        Ok(Self { protocol, host, port, login: login(authority)? })
    }
}

fn login(authority: &Authority) -> Result<Option<Login>, ProxyError> {
    let Some((login, _)) = authority.as_str().rsplit_once('@') else { return Ok(None) };
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let part = |text: &str| {
        let part = percent_decoded(text).filter(|part| part.len() <= LOGIN_PART_BYTES_MAX);
        part.ok_or(ProxyError::Login)
    };
    Ok(Some(Login { user: part(user)?, password: part(password)? }))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
            bytes.push((high << 4 | low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Without the credentials.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.protocol {
            ProxyProtocol::Http => "http",
            ProxyProtocol::Socks5 => "socks5",
            ProxyProtocol::Socks5ByName => "socks5h",
        };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}
