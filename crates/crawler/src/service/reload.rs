//! Reading the configuration anew while the crawl runs, and laying more over it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crawler_admin::api::Reloaded;
use crawler_engine::CrawlHandle;

use super::overlays;
use crate::logging;
use crate::settings::{self, Loaded, Overlay, Problems, RawConfig, Settings, Sources, table};

/// The one setting that the process itself changes while it runs.
const LOG_LEVEL: &str = "log_level";
/// Settings that only the process knows, and heeds when it starts.
const AT_START: [&str; 22] = [
    "urls",
    "seeds",
    "skip_bad_seeds",
    "progress",
    "log_format",
    "format",
    "content",
    "content_threads",
    "extract_rules",
    "auth",
    "daemon",
    "admin",
    "admin_hosts",
    "action_dir",
    "stdout",
    "upload",
    "webhook",
    "webhook_auth",
    "webhook_secret",
    "webhook_gzip",
    "webhook_rows",
    "webhook_wait",
];

/// The configuration in force, and where it is written.
pub(super) struct Configuration {
    state: Mutex<State>,
}

struct State {
    sources: Sources,
    settings: Settings,
    raw: RawConfig,
}

impl Configuration {
    pub(super) fn new(sources: Sources, settings: Settings, raw: RawConfig) -> Self {
        Self { state: Mutex::new(State { sources, settings, raw }) }
    }

    /// What holds, and where it is written.
    pub(super) fn in_force(&self) -> (Settings, RawConfig) {
        let state = self.locked();
        (state.settings.clone(), state.raw.clone())
    }

    /// Reads all sources again. What can change while the crawl runs holds from now on; what was laid
    /// over the configuration is gone.
    ///
    /// # Errors
    /// All mistakes at once; nothing has changed then.
    pub(super) fn reload(&self, crawl: &CrawlHandle) -> Result<Reloaded, Problems> {
        let mut state = self.locked();
        let sources = Sources { overlays: Vec::new(), ..state.sources.clone() };
        let reloaded = state.adopt(sources, crawl)?;
        state.keep_overlays();
        Ok(reloaded)
    }

    /// Lays settings over the configuration and what was laid over it before, until it is read anew; over
    /// restarts of a service too.
    ///
    /// # Errors
    /// All mistakes at once; nothing has changed then.
    pub(super) fn lay_over(
        &self,
        overlay: Overlay,
        crawl: &CrawlHandle,
    ) -> Result<Reloaded, Problems> {
        let mut state = self.locked();
        let mut sources = state.sources.clone();
        sources.overlays.retain(|earlier| earlier.name != overlay.name);
        sources.overlays.push(overlay);
        let reloaded = state.adopt(sources, crawl)?;
        state.keep_overlays();
        Ok(reloaded)
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn keep_overlays(&self) {
        if let Err(error) = overlays::save(&self.settings.output, &self.sources.overlays) {
            tracing::warn!(%error, "a restart will not know what was laid over the configuration");
        }
    }

    fn adopt(&mut self, sources: Sources, crawl: &CrawlHandle) -> Result<Reloaded, Problems> {
        let Loaded { mut raw, mut settings, warnings } = settings::load(&sources)?;
        let mut wanted = settings::resolve(settings.clone(), Vec::new());
        settings::add_credentials(&mut wanted, &settings.auth, |name| std::env::var(name).ok())?;
        let told = crawl.reconfigure(&wanted);
        let mut changed = told.changed;
        let mut needs_restart = told.needs_restart;
        for key in differing(&self.raw, &raw) {
            if key == LOG_LEVEL {
                logging::set_level(&settings.log_level);
                changed.push(key);
            } else if AT_START.contains(&key) {
                needs_restart.push(key);
            }
        }
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        let (changed_keys, restart_keys) = (changed.join(", "), needs_restart.join(", "));
        tracing::info!(changed = changed_keys, needs_restart = restart_keys, "new configuration");
        // What does not hold yet is found to differ again.
        for key in AT_START {
            raw.take_over(key, &self.raw);
        }
        settings.output.clone_from(&self.settings.output);
        settings.scope = self.settings.scope;
        *self = Self { sources, settings, raw };
        let names = |keys: Vec<&str>| keys.into_iter().map(str::to_owned).collect();
        Ok(Reloaded { changed: names(changed), needs_restart: names(needs_restart) })
    }
}

/// The keys of settings that say something else; where it is written does not matter.
fn differing(one: &RawConfig, other: &RawConfig) -> Vec<&'static str> {
    let texts = |raw: &RawConfig, setting| -> Vec<String> {
        raw.entries(setting).iter().map(|entry| entry.text.clone()).collect()
    };
    let differs = |setting: &&'static table::Setting| texts(one, setting) != texts(other, setting);
    table::all().filter(differs).map(|setting| setting.key).collect()
}

#[cfg(test)]
mod tests {
    use crawler_engine::Reconfigured;

    use super::*;

    #[test]
    fn what_differs_is_told_wherever_it_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let raw = |text: &str| {
            let path = dir.path().join("crawler.toml");
            std::fs::write(&path, text).unwrap();
            settings::load(&Sources { files: vec![path], ..Sources::default() }).unwrap().raw
        };
        let before = raw("delay = 2\nworkers = 1\n");
        assert!(differing(&before, &raw("# moved\n\ndelay = 2\nworkers = 1\n")).is_empty());
        assert_eq!(
            differing(&before, &raw("delay = 3\nworkers = 1\nassets = true")),
            ["assets", "delay"]
        );
    }

    #[test]
    fn what_the_process_heeds_the_engine_does_not_know() {
        for key in AT_START.into_iter().chain([LOG_LEVEL]) {
            assert!(table::find(key).is_some(), "{key}");
            assert!(Reconfigured::settings().all(|known| known != key), "{key}");
        }
    }
}
