//! What the admin interface has the process do.

use crawler_admin::api::Reloaded;
use crawler_admin::{Process, Refused};
use crawler_url::WireUrl;

use super::notify;
use super::reload::Configuration;
use crate::logging;
use crate::seeds::parse_seed;
use crate::settings::{Settings, log_filter};

/// This process, as far as it concerns the crawl.
pub(super) struct CrawlProcess {
    memory_limit_bytes: Option<u64>,
    configuration: Configuration,
}

impl CrawlProcess {
    pub(super) fn new(settings: &Settings, configuration: Configuration) -> Self {
        Self { memory_limit_bytes: settings.ceilings.memory_bytes, configuration }
    }
}

impl Process for CrawlProcess {
    fn memory_limit_bytes(&self) -> Option<u64> {
        self.memory_limit_bytes
    }

    fn parse_seed(&self, text: &str) -> Result<WireUrl, String> {
        parse_seed(text).map_err(|bad| match bad.mend {
            Some(mend) => format!("{}: {mend}", bad.reason),
            None => bad.reason,
        })
    }

    fn reload(&self) -> Result<Reloaded, Refused> {
        notify::reloading();
        let reloaded = self.configuration.reload();
        notify::reloaded();
        reloaded.map_err(|problems| Refused { message: problems.to_string(), hint: None })
    }

    fn log_level(&self) -> String {
        logging::level()
    }

    fn set_log_level(&self, level: &str) -> Result<(), Refused> {
        let level = log_filter(level).map_err(|refusal| Refused {
            message: refusal.problem,
            hint: refusal.accepted.map(|accepted| format!("accepted: {accepted}")),
        })?;
        logging::set_level(&level);
        tracing::warn!(level, "the log level was changed");
        Ok(())
    }
}
