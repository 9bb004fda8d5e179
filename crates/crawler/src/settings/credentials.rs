//! Credentials for hosts: where they are written, and reading them when a crawl begins.

use std::fs;

use crawler_engine::CrawlConfig;
use crawler_fetch::{HostHeader, HostPattern};
use data_encoding::BASE64;
use http::{HeaderValue, header};

use super::problem::{Problem, Problems};
use super::value::Refusal;

/// No token and no password is longer.
const SECRET_BYTES_MAX: u64 = 16 * 1024;

/// `HOSTS=SCHEME env:NAME`: whom to send which credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthRule {
    hosts: Vec<HostPattern>,
    scheme: AuthScheme,
    source: SecretSource,
}

/// How credentials are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AuthScheme {
    /// `USER:PASSWORD` (RFC 7617).
    Basic,
    /// A token (RFC 6750).
    Bearer,
}

/// Where credentials are written: never in the settings themselves, which are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
enum SecretSource {
    Env(String),
    File(String),
}

/// Reads a rule.
pub(crate) fn auth_rule(text: &str) -> Result<AuthRule, Refusal> {
    let refusal = |problem: String| Refusal {
        problem,
        accepted: Some(
            "HOSTS=basic env:NAME, HOSTS=bearer file:PATH; for basic, USER:PASSWORD is in there"
                .to_owned(),
        ),
    };
    // Not quoted: it may be a secret in the wrong place.
    let form = || refusal("it is not of the form HOSTS=SCHEME SOURCE".to_owned());
    let (hosts, rest) = text.split_once('=').ok_or_else(form)?;
    let (scheme, source) = rest.trim().split_once(' ').ok_or_else(form)?;
    let scheme = match scheme {
        "basic" => AuthScheme::Basic,
        "bearer" => AuthScheme::Bearer,
        _ => return Err(refusal("its scheme is neither basic nor bearer".to_owned())),
    };
    let source = match source.trim().split_once(':') {
        Some(("env", name)) if !name.is_empty() => SecretSource::Env(name.to_owned()),
        Some(("file", path)) if !path.is_empty() => SecretSource::File(path.to_owned()),
        _ => return Err(refusal("its source is neither env:NAME nor file:PATH".to_owned())),
    };
    let hosts = host_patterns(hosts).map_err(refusal)?;
    Ok(AuthRule { hosts, scheme, source })
}

/// Reads names of hosts, separated by commas.
pub(crate) fn host_patterns(text: &str) -> Result<Vec<HostPattern>, String> {
    let patterns = text.split(',').map(str::parse::<HostPattern>);
    patterns.collect::<Result<_, _>>().map_err(|error| error.to_string())
}

/// Gives the crawl the credentials that the rules speak of.
///
/// # Errors
/// All that cannot be read, without a word of what is in it.
pub(crate) fn add_credentials(
    config: &mut CrawlConfig,
    rules: &[AuthRule],
    env: impl Fn(&str) -> Option<String>,
) -> Result<(), Problems> {
    let mut problems = Vec::new();
    for rule in rules {
        match header(rule, &env) {
            Ok(header) => config.fetch.host_headers.push(header),
            Err(what) => problems.push(Problem {
                place: "auth".to_owned(),
                source_line: None,
                what,
                notes: Vec::new(),
            }),
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Problems { subject: "the credentials", problems })
    }
}

fn header(rule: &AuthRule, env: impl Fn(&str) -> Option<String>) -> Result<HostHeader, String> {
    let (secret, place) = match &rule.source {
        SecretSource::Env(name) => (
            env(name)
                .ok_or_else(|| format!("environment variable {name} is not set, or not UTF-8"))?,
            format!("environment variable {name}"),
        ),
        SecretSource::File(path) => (read_file(path)?, format!("file {path}")),
    };
    let secret = secret.trim();
    let value = match rule.scheme {
        AuthScheme::Basic if !secret.contains(':') => {
            return Err(format!("{place} is not of the form USER:PASSWORD"));
        }
        AuthScheme::Basic => format!("Basic {}", BASE64.encode(secret.as_bytes())),
        AuthScheme::Bearer if secret.is_empty() => return Err(format!("{place} is empty")),
        AuthScheme::Bearer => format!("Bearer {secret}"),
    };
    let value = HeaderValue::from_str(&value);
    let mut value = value.map_err(|_| format!("{place} has characters no header may have"))?;
    value.set_sensitive(true);
    Ok(HostHeader { hosts: rule.hosts.clone(), name: header::AUTHORIZATION, value })
}

fn read_file(path: &str) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("cannot read {path}: {error}");
    if fs::metadata(path).map_err(unreadable)?.len() > SECRET_BYTES_MAX {
        return Err(format!("{path} is longer than {SECRET_BYTES_MAX} bytes: it is no secret"));
    }
    fs::read_to_string(path).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_and_never_quoted() {
        for text in ["*.a.example, b=basic env:LOGIN", "c=bearer file:/run/secrets/c"] {
            assert!(auth_rule(text).is_ok(), "{text}");
        }
        let bad = [
            "secret",
            "a=secret",
            "a=basic secret",
            "a=digest env:SECRET",
            "a=basic env:",
            "a=basic secret:SECRET",
            "http://a/=basic env:X",
            "=basic env:X",
        ];
        for text in bad {
            let refusal = auth_rule(text).expect_err(text);
            assert!(!refusal.problem.to_lowercase().contains("secret"), "{}", refusal.problem);
        }
    }

    #[test]
    fn secrets_become_headers() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        fs::write(&path, "to-ken\n").unwrap();
        let file = format!("a=bearer file:{}", path.display());
        let env = |name: &str| match name {
            "LOGIN" => Some("Aladdin:open sesame".to_owned()),
            "WORD" => Some("word".to_owned()),
            "LINES" => Some("a\nb".to_owned()),
            _ => None,
        };
        let table = [
            // The example of RFC 7617 section 2.
            ("a=basic env:LOGIN", Ok("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")),
            (&file, Ok("Bearer to-ken")),
            ("a=basic env:WORD", Err("environment variable WORD is not of the form USER:PASSWORD")),
            (
                "a=bearer env:LINES",
                Err("environment variable LINES has characters no header may have"),
            ),
            ("a=bearer env:NONE", Err("environment variable NONE is not set, or not UTF-8")),
            ("a=bearer file:/nonexistent", Err("cannot read /nonexistent: No such file")),
        ];
        for (text, expected) in table {
            let found = header(&auth_rule(text).unwrap(), env);
            match (found, expected) {
                (Ok(found), Ok(value)) => {
                    assert_eq!(found.value, value);
                    assert!(found.value.is_sensitive() && !format!("{found:?}").contains("QWx"));
                }
                (Err(problem), Err(start)) => assert!(problem.starts_with(start), "{problem}"),
                (found, expected) => panic!("{found:?} is not {expected:?}"),
            }
        }
    }
}
