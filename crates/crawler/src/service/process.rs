//! What the admin interface has the process do.

use crawler_admin::Process;

use crate::settings::Settings;

/// This process, as far as it concerns the crawl.
pub(super) struct CrawlProcess {
    memory_limit_bytes: Option<u64>,
}

impl CrawlProcess {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { memory_limit_bytes: settings.ceilings.memory_bytes }
    }
}

impl Process for CrawlProcess {
    fn memory_limit_bytes(&self) -> Option<u64> {
        self.memory_limit_bytes
    }
}
