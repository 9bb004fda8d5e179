//! Readers of the values that are neither number, duration, size nor word.

use std::net::{IpAddr, SocketAddr};

use crawler_engine::usable_cores;
use crawler_fetch::{Network, NetworkError};
use crawler_url::ShardCount;
use http::{HeaderName, HeaderValue};
use tracing_subscriber::EnvFilter;

use super::redact::names_a_secret;
use super::value::Refusal;

const DNS_PORT: u16 = 53;
/// A pause longer than this many responses is a slip.
const FACTOR_MAX: f32 = 1000.0;
/// More threads than any machine has cores; beyond it a number is a slip.
const WORKERS_MAX: u16 = 1024;

/// Headers that the fetch path writes itself, with the setting to use instead, if there is one.
const RESERVED_HEADERS: [(&str, &str); 6] = [
    ("user-agent", "use user_agent"),
    ("host", "it follows from the URL"),
    ("connection", "connections are kept by the fetch path"),
    ("content-length", "requests have no body"),
    ("transfer-encoding", "requests have no body"),
    ("accept-encoding", "only codings that can be undone are asked for"),
];

/// A number of cores, or all that this process may use.
pub(crate) fn workers(text: &str) -> Result<ShardCount, Refusal> {
    let n = match text {
        "auto" => usable_cores().clamp(1, WORKERS_MAX),
        text => text.parse().unwrap_or(0),
    };
    ShardCount::new(n).filter(|_| n <= WORKERS_MAX).ok_or_else(|| Refusal {
        problem: format!("`{text}` is not a number of cores"),
        accepted: Some(format!("auto, or 1 to {WORKERS_MAX}")),
    })
}

/// An IP address with an optional port.
pub(crate) fn name_server(text: &str) -> Result<SocketAddr, Refusal> {
    let address = text.parse::<SocketAddr>().ok();
    let bare = || text.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    address.or_else(|| bare().map(|ip| SocketAddr::new(ip, DNS_PORT))).ok_or_else(|| Refusal {
        problem: format!("`{text}` is not the address of a name server"),
        accepted: Some("an IP address such as 9.9.9.9, 127.0.0.1:5353 or [::1]:53".to_owned()),
    })
}

/// A block of addresses in CIDR notation.
pub(crate) fn network(text: &str) -> Result<Network, Refusal> {
    text.parse().map_err(|error: NetworkError| {
        let accepted = match &error {
            NetworkError::HostBits(ip, network) => format!("{network}, or {ip} alone"),
            _ => "CIDR notation such as 10.1.0.0/16 or fd00:1::/32, or one IP address".to_owned(),
        };
        Refusal { problem: error.to_string(), accepted: Some(accepted) }
    })
}

/// A number from 0 to 1000, perhaps with decimals.
pub(crate) fn factor(text: &str) -> Result<f32, Refusal> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = text.parse::<f32>().ok().filter(|number| is_plain && *number <= FACTOR_MAX);
    number.ok_or_else(|| Refusal {
        problem: format!("`{text}` is not a factor"),
        accepted: Some(format!("0 to {FACTOR_MAX}, such as 2.5")),
    })
}

/// `Name: value`.
pub(crate) fn header(text: &str) -> Result<(HeaderName, HeaderValue), Refusal> {
    let refusal = |problem| Refusal {
        problem,
        accepted: Some("NAME: VALUE, such as `Accept-Language: en`".to_owned()),
    };
    let Some((name, value)) = text.split_once(':') else {
        // What follows its first word may be a secret.
        let word = text.split_whitespace().next().unwrap_or_default();
        return Err(refusal(format!("`{word}` has no colon")));
    };
    let (name, value) = (name.trim(), value.trim());
    let Ok(header_name) = name.parse::<HeaderName>() else {
        return Err(refusal(format!("`{name}` is not the name of a header")));
    };
    if let Some((_, why)) = RESERVED_HEADERS.iter().find(|(reserved, _)| header_name == *reserved) {
        let problem = format!("header `{name}` cannot be set: {why}");
        return Err(Refusal { problem, accepted: None });
    }
    match HeaderValue::from_str(value) {
        Ok(mut value) => {
            // Not to be stored, nor sent to some hosts in clear text.
            value.set_sensitive(names_a_secret(name));
            Ok((header_name, value))
        }
        Err(_) => Err(refusal(format!("the value of `{name}` has characters no header may have"))),
    }
}

/// Text that becomes (part of) a header's value.
pub(crate) fn header_text(text: &str) -> Result<Option<String>, Refusal> {
    let printable = text.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    if !printable {
        return Err(Refusal {
            problem: format!("`{text}` cannot be sent in a header"),
            accepted: Some("printable ASCII".to_owned()),
        });
    }
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// A product token (RFC 9309 section 2.2.1).
pub(crate) fn agent_name(text: &str) -> Result<Option<String>, Refusal> {
    if text.chars().all(is_token_char) {
        return Ok(Some(text.to_owned()).filter(|text| !text.is_empty()));
    }
    Err(Refusal {
        problem: format!("`{text}` cannot stand in a robots.txt"),
        accepted: Some("letters, `-` and `_`".to_owned()),
    })
}

/// Our name in robots.txt, as the user agent has it: its first word, or in the browser-like
/// `Mozilla/5.0 (compatible; ExampleBot/1.0; …)` the one after `compatible;`.
pub(crate) fn agent_name_of(user_agent: &str) -> Option<String> {
    let words = user_agent.split_once("compatible;").map_or(user_agent, |(_, rest)| rest);
    let name: String = words.trim_start().chars().take_while(|c| is_token_char(*c)).collect();
    Some(name).filter(|name| !name.is_empty())
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '-' || c == '_'
}

/// What log lines are kept, as `tracing` directives.
pub(crate) fn log_filter(text: &str) -> Result<String, Refusal> {
    let refusal = |why: String| Refusal {
        problem: format!("`{text}` is not a log level{why}"),
        accepted: Some("error, warn, info, debug, trace, or info,crawler_fetch=debug".to_owned()),
    };
    // A lone word that is not a level would be taken for the name of a module.
    let is_level = |word: &str| word.parse::<tracing::Level>().is_ok() || word == "off";
    if !text.contains('=') && !text.split(',').all(|word| is_level(word.trim())) {
        return Err(refusal(String::new()));
    }
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(refusal(format!(": {error}"))),
    }
}
