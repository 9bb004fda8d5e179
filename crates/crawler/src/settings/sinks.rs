//! Where pages are sent while they are fetched.

use std::time::Duration;

use crawler_results::S3Target;
use http::HeaderValue;
use reqwest::Url;

use super::credentials::{Login, SecretSource};
use super::problem::{Problem, Problems};

/// The sinks that a crawl feeds.
#[derive(Debug, Clone, Default)]
pub(crate) struct SinkSettings {
    pub(crate) stdout_pages: bool,
    pub(crate) upload: Option<S3Target>,
    pub(crate) webhook: Option<Url>,
    pub(crate) webhook_auth: Option<Login>,
    pub(crate) webhook_secret: Option<SecretSource>,
    pub(crate) webhook_gzip: bool,
    pub(crate) webhook_rows: usize,
    pub(crate) webhook_wait: Duration,
}

/// What a hook is to know us by.
#[derive(Default)]
pub(crate) struct WebhookSecrets {
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) key: Option<Vec<u8>>,
}

/// Reads the secrets that the settings speak of.
///
/// # Errors
/// All that cannot be read, without a word of what is in it.
pub(crate) fn webhook_secrets(
    sinks: &SinkSettings,
    env: impl Fn(&str) -> Option<String>,
) -> Result<WebhookSecrets, Problems> {
    let mut problems = Vec::new();
    let mut secrets = WebhookSecrets::default();
    let problem = |place: &str, what| Problem {
        place: place.to_owned(),
        source_line: None,
        what,
        notes: Vec::new(),
    };
    match sinks.webhook_auth.as_ref().map(|login| login.read(&env)).transpose() {
        Ok(authorization) => secrets.authorization = authorization,
        Err(what) => problems.push(problem("webhook_auth", what)),
    }
    match sinks.webhook_secret.as_ref().map(|source| source.read(&env)).transpose() {
        Ok(secret) => secrets.key = secret.map(|(secret, _)| secret.into_bytes()),
        Err(what) => problems.push(problem("webhook_secret", what)),
    }
    if problems.is_empty() {
        Ok(secrets)
    } else {
        Err(Problems { subject: "the credentials", problems })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::credentials::{login, secret_source};

    #[test]
    fn secrets_are_read_or_missed_by_name() {
        let sinks = |auth, secret| SinkSettings {
            webhook_auth: Some(login(auth).unwrap()),
            webhook_secret: Some(secret_source(secret).unwrap()),
            ..SinkSettings::default()
        };
        let env = |name: &str| (name == "TOKEN").then(|| "to-ken\n".to_owned());
        let secrets = webhook_secrets(&sinks("bearer env:TOKEN", "env:TOKEN"), env).unwrap();
        assert_eq!(secrets.authorization.unwrap(), "Bearer to-ken");
        assert_eq!(secrets.key.unwrap(), b"to-ken");
        let problems = webhook_secrets(&sinks("bearer env:A", "env:B"), env).map(drop).unwrap_err();
        let text = problems.to_string();
        assert!(text.contains("variable A is not set") && text.contains("variable B"), "{text}");
    }
}
