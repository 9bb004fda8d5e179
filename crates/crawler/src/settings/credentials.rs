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
    login: Login,
}

/// `SCHEME env:NAME`: credentials, and how they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Login {
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
pub(crate) enum SecretSource {
    Env(String),
    File(String),
}

/// Reads a source of a secret. What is said of another text does not quote it: it may be the secret.
pub(crate) fn secret_source(text: &str) -> Result<SecretSource, Refusal> {
    SecretSource::parse(text).map_err(|problem| Refusal {
        problem: problem.to_owned(),
        accepted: Some("env:NAME or file:PATH".to_owned()),
    })
}

/// Reads a scheme and a source.
pub(crate) fn login(text: &str) -> Result<Login, Refusal> {
    Login::parse(text).map_err(|problem| Refusal {
        problem: problem.to_owned(),
        accepted: Some(
            "bearer env:NAME, basic file:PATH; for basic, USER:PASSWORD is in there".to_owned(),
        ),
    })
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
    if !rest.trim().contains(' ') {
        return Err(form());
    }
    let login = Login::parse(rest).map_err(|problem| refusal(problem.to_owned()))?;
    let hosts = host_patterns(hosts).map_err(refusal)?;
    Ok(AuthRule { hosts, login })
}

impl Login {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (scheme, source) = text.trim().split_once(' ').unwrap_or((text, ""));
        let scheme = match scheme {
            "basic" => AuthScheme::Basic,
            "bearer" => AuthScheme::Bearer,
            _ => return Err("its scheme is neither basic nor bearer"),
        };
        Ok(Self { scheme, source: SecretSource::parse(source)? })
    }

    /// The value of an `Authorization` header.
    ///
    /// # Errors
    /// What is wrong, without a word of what is in it.
    pub(crate) fn read(&self, env: impl Fn(&str) -> Option<String>) -> Result<HeaderValue, String> {
        let (secret, place) = self.source.read(env)?;
        let value = match self.scheme {
            AuthScheme::Basic if !secret.contains(':') => {
                return Err(format!("{place} is not of the form USER:PASSWORD"));
            }
            AuthScheme::Basic => format!("Basic {}", BASE64.encode(secret.as_bytes())),
            AuthScheme::Bearer => format!("Bearer {secret}"),
        };
        let value = HeaderValue::from_str(&value);
        let mut value = value.map_err(|_| format!("{place} has characters no header may have"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl SecretSource {
    fn parse(text: &str) -> Result<Self, &'static str> {
        match text.trim().split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.to_owned())),
            _ => Err("its source is neither env:NAME nor file:PATH"),
        }
    }

    /// The secret, which is not empty, and the place where it is.
    ///
    /// # Errors
    /// What is wrong, without a word of what is in it.
    pub(crate) fn read(
        &self,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<(String, String), String> {
        let (secret, place) = match self {
            Self::Env(name) => (
                env(name).ok_or_else(|| {
                    format!("environment variable {name} is not set, or not UTF-8")
                })?,
                format!("environment variable {name}"),
            ),
            Self::File(path) => (read_file(path)?, format!("file {path}")),
        };
        match secret.trim() {
            "" => Err(format!("{place} is empty")),
            secret => Ok((secret.to_owned(), place)),
        }
    }
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
    let value = rule.login.read(env)?;
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
