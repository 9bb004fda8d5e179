//! What web to make: its size, its difficulty, and where it listens.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::WebError;

/// Which web to build and how to serve it. The pages depend on every field but `latency`,
/// `resumption`, `answers_per_connection`, `dns_port` and `threads` (absolute links hold the port).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebConfig {
    /// Number all content is derived from.
    pub seed: u64,
    /// Number of hosts, from 1 to [`WebConfig::HOSTS_MAX`] (with TLS and
    /// [`Naming::Addresses`]: to [`WebConfig::TLS_ADDRESSES_MAX`], one certificate lists them).
    pub hosts: u32,
    /// Ordinary pages of each host, from 1 to [`WebConfig::PAGES_PER_HOST_MAX`]; oddities come on
    /// top.
    pub pages_per_host: u32,
    /// How hosts are called.
    pub naming: Naming,
    /// How large pages are and how many links they have.
    pub mix: PageMix,
    /// How long the server waits before it answers.
    pub latency: Latency,
    /// Whether the server speaks TLS (then only TLS).
    pub tls: Tls,
    /// Whether TLS sessions can be resumed.
    pub resumption: Resumption,
    /// Answers after which a connection is closed, robots.txt included; none keeps it open.
    pub answers_per_connection: Option<NonZeroU32>,
    /// Whether some answers are errors.
    pub errors: Errors,
    /// TCP port of all hosts; 0 takes a free one.
    pub port: u16,
    /// UDP and TCP port of the DNS responder (only [`Naming::Names`] has one); 0 takes a free one.
    pub dns_port: u16,
    /// Server threads, from 1 to [`WebConfig::THREADS_MAX`].
    pub threads: usize,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            hosts: 20,
            pages_per_host: 50,
            naming: Naming::Addresses,
            mix: PageMix::Docs,
            latency: Latency::None,
            tls: Tls::Off,
            resumption: Resumption::Tickets,
            answers_per_connection: None,
            errors: Errors::None,
            port: 0,
            dns_port: 0,
            threads: 2,
        }
    }
}

impl WebConfig {
    /// Largest number of hosts.
    pub const HOSTS_MAX: u32 = 1_000_000;
    /// Largest number of hosts called by address under TLS.
    pub const TLS_ADDRESSES_MAX: u32 = 200;
    /// Largest number of ordinary pages of a host.
    pub const PAGES_PER_HOST_MAX: u32 = 1_000_000;
    /// Largest number of server threads.
    pub const THREADS_MAX: usize = 256;
    /// Longest latency, in milliseconds.
    pub const LATENCY_MS_MAX: u32 = 600_000;
    /// Widest spread of the latency.
    pub const LATENCY_SIGMA_MAX: f32 = 3.0;

    /// Checks every range.
    ///
    /// # Errors
    /// [`WebError::OutOfRange`] names the first field that is wrong, with its range.
    pub fn check(&self) -> Result<(), WebError> {
        let hosts_max = match (self.tls, self.naming) {
            (Tls::On, Naming::Addresses) => Self::TLS_ADDRESSES_MAX,
            _ => Self::HOSTS_MAX,
        };
        in_range("hosts", self.hosts, 1, hosts_max)?;
        in_range("pages_per_host", self.pages_per_host, 1, Self::PAGES_PER_HOST_MAX)?;
        let threads = u32::try_from(self.threads).unwrap_or(u32::MAX);
        in_range("threads", threads, 1, Self::THREADS_MAX as u32)?;
        if let Latency::LogNormal { median_ms, sigma, ms_max } = self.latency {
            in_range("latency median_ms", median_ms, 1, Self::LATENCY_MS_MAX)?;
            in_range("latency ms_max", ms_max, median_ms, Self::LATENCY_MS_MAX)?;
            in_range("latency sigma", sigma, 0.0, Self::LATENCY_SIGMA_MAX)?;
        }
        Ok(())
    }
}

/// How hosts are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Naming {
    /// `127.1.0.1` and on: needs no DNS.
    Addresses,
    /// `h00000.testweb.test` and on, resolved by the server's own DNS responder.
    Names,
}

/// How large pages are (HTML before compression) and how many links they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageMix {
    /// 4 KB and about 20 links: measures the crawler's cost per page.
    Tiny,
    /// Mean 38 KB and about 90 links, like pages of documentation.
    Docs,
    /// Median 138 KB, mean 242 KB and about 50 links, like the open web.
    Live,
}

/// How long the server waits before it answers; fixed for each URL.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Latency {
    /// It answers at once.
    None,
    /// Log-normal: half of the answers come within the median.
    LogNormal {
        /// Median in milliseconds, from 1.
        median_ms: u32,
        /// Standard deviation of the logarithm, from 0 to [`WebConfig::LATENCY_SIGMA_MAX`].
        sigma: f32,
        /// Longest wait in milliseconds, from the median to [`WebConfig::LATENCY_MS_MAX`].
        ms_max: u32,
    },
}

/// Whether the server speaks TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Plain HTTP/1.1.
    Off,
    /// HTTP/2 or HTTP/1.1 by ALPN, with a certificate of the server's own authority.
    On,
}

/// Whether TLS sessions can be resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resumption {
    /// By tickets that the client keeps (RFC 8446 2.2), as with most servers.
    Tickets,
    /// Not at all: each connection costs a full handshake.
    None,
}

/// Whether some answers are errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Errors {
    /// None but 404.
    None,
    /// Also redirect loops, 410, 500, 503 with `Retry-After`, bodies cut short, robots.txt that
    /// answers 500 on one host in eight, and crawl delays of
    /// [`CRAWL_DELAY_MS`](crate::ServerStats::CRAWL_DELAY_MS).
    Some,
}

/// Gives an enum its words for the command line: `Display`, `FromStr` and `ALL`.
macro_rules! words {
    ($type:ident, $what:literal, $($variant:ident => $word:literal),+) => {
        impl $type {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
        }
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),+ })
            }
        }
        impl FromStr for $type {
            type Err = WebError;
            fn from_str(text: &str) -> Result<Self, WebError> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(WebError::UnknownWord {
                        what: $what,
                        value: text.to_owned(),
                        known: [$($word),+].join(", "),
                    }),
                }
            }
        }
    };
}

words!(Naming, "naming", Addresses => "addresses", Names => "names");
words!(PageMix, "page mix", Tiny => "tiny", Docs => "docs", Live => "live");
words!(Tls, "tls mode", Off => "off", On => "on");
words!(Resumption, "resumption", Tickets => "tickets", None => "none");
words!(Errors, "errors mode", None => "none", Some => "some");

fn in_range<T: PartialOrd + Into<f64>>(
    name: &'static str,
    value: T,
    min: T,
    max: T,
) -> Result<(), WebError> {
    if value >= min && value <= max {
        return Ok(());
    }
    Err(WebError::OutOfRange { name, value: value.into(), min: min.into(), max: max.into() })
}
