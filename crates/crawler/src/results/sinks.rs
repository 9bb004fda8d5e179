//! The sinks that the settings ask for.

use crawler_results::{Backoff, StdoutRows, Upload, Webhook, WebhookConfig};

use super::AnyFollower;
use crate::settings::{self, Settings};

/// Where pages are sent.
///
/// # Errors
/// When a secret cannot be read, or a client not be set up.
pub(super) fn chosen(settings: &Settings) -> anyhow::Result<Vec<AnyFollower>> {
    let mut chosen = Vec::<AnyFollower>::new();
    if settings.sinks.stdout_pages {
        chosen.push(Box::new(StdoutRows::new(std::io::stdout())));
    }
    if let Some(config) = webhook(settings)? {
        chosen.push(Box::new(Webhook::new(config)?));
    }
    if let Some(target) = settings.sinks.upload.clone() {
        chosen.push(Box::new(Upload::new(&settings.output, target, Backoff::default())?));
    }
    Ok(chosen)
}

fn webhook(settings: &Settings) -> anyhow::Result<Option<WebhookConfig>> {
    let sinks = &settings.sinks;
    let Some(url) = sinks.webhook.clone() else { return Ok(None) };
    let secrets = settings::webhook_secrets(sinks, |name| std::env::var(name).ok())?;
    Ok(Some(WebhookConfig {
        url,
        user_agent: settings.user_agent(),
        authorization: secrets.authorization,
        secret: secrets.key,
        gzip: sinks.webhook_gzip,
        rows_max: sinks.webhook_rows,
        patience: sinks.webhook_wait,
        backoff: Backoff::default(),
    }))
}
