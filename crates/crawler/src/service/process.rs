//! What the admin interface has the process do.

use std::time::SystemTime;

use crawler_admin::api::Reloaded;
use crawler_admin::{Process, Refused};
use crawler_engine::{CrawlHandle, StoredUrl};
use crawler_politeness::UnixMillis;
use crawler_url::WireUrl;
use serde_json::Value;

use super::notify;
use super::reload::Configuration;
use crate::explain::{Basis, explain_stored};
use crate::logging;
use crate::seeds::parse_seed;
use crate::settings::{Overlay, Problems, log_filter, year_at};

/// What the log level of an operator is called among what was laid over the configuration.
const LOG_LEVEL_OVERLAY: &str = "log level";

/// This process, as far as it concerns the crawl.
pub(super) struct CrawlProcess {
    configuration: Configuration,
}

impl CrawlProcess {
    pub(super) fn new(configuration: Configuration) -> Self {
        Self { configuration }
    }

    /// Lays settings over the configuration.
    pub(super) fn lay_over(
        &self,
        overlay: Overlay,
        crawl: &CrawlHandle,
    ) -> Result<Reloaded, Problems> {
        self.configuration.lay_over(overlay, crawl)
    }
}

/// The URL that is meant by the text of a seed, or what is wrong with it.
pub(super) fn seed(text: &str) -> Result<WireUrl, String> {
    parse_seed(text).map_err(|bad| match bad.mend {
        Some(mend) => format!("{}: {mend}", bad.reason),
        None => bad.reason,
    })
}

impl Process for CrawlProcess {
    fn memory_limit_bytes(&self) -> Option<u64> {
        self.configuration.in_force().0.ceilings.memory_bytes
    }

    fn parse_seed(&self, text: &str) -> Result<WireUrl, String> {
        seed(text)
    }

    fn explain(
        &self,
        url: WireUrl,
        stored: &StoredUrl,
        crawl: &CrawlHandle,
    ) -> Result<Value, Refused> {
        let (settings, raw) = self.configuration.in_force();
        let clock = SystemTime::now();
        let rules = settings.scope_rules(year_at(clock));
        let since_1970 = clock.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let basis = Basis {
            settings: &settings,
            raw: &raw,
            rules: &rules,
            // The store has those of the crawl.
            seeds: Vec::new(),
            now: UnixMillis::default() + since_1970,
            crawl: Some(crawl),
        };
        let explained = explain_stored(url, basis, Some(stored), Vec::new())
            .and_then(|explanation| Ok(serde_json::to_value(explanation)?));
        explained.map_err(|error| Refused { message: format!("{error:#}"), hint: None })
    }

    fn reload(&self, crawl: &CrawlHandle) -> Result<Reloaded, Refused> {
        notify::reloading();
        let reloaded = self.configuration.reload(crawl);
        notify::reloaded();
        reloaded.map_err(|problems| Refused { message: problems.to_string(), hint: None })
    }

    fn log_level(&self) -> String {
        logging::level()
    }

    fn set_log_level(&self, level: &str, crawl: &CrawlHandle) -> Result<(), Refused> {
        let level = log_filter(level).map_err(|refusal| Refused {
            message: refusal.problem,
            hint: refusal.accepted.map(|accepted| format!("accepted: {accepted}")),
        })?;
        // As a string of TOML.
        let text = format!("log_level = {}\n", Value::from(level.as_str()));
        let overlay = Overlay { name: LOG_LEVEL_OVERLAY.to_owned(), text };
        self.lay_over(overlay, crawl)
            .map_err(|problems| Refused { message: problems.to_string(), hint: None })?;
        tracing::warn!(level, "the log level was changed");
        Ok(())
    }
}
