//! Reading the configuration anew while the crawl runs.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crawler_admin::api::Reloaded;

use crate::logging;
use crate::settings::{self, Loaded, Problems, RawConfig, Settings, Sources, table};

/// The one setting that the process itself changes while it runs.
const LOG_LEVEL: &str = "log_level";

/// The configuration in force, and where it is written.
pub(super) struct Configuration {
    sources: Sources,
    in_force: Mutex<(Settings, RawConfig)>,
}

impl Configuration {
    pub(super) fn new(sources: Sources, settings: Settings, raw: RawConfig) -> Self {
        Self { sources, in_force: Mutex::new((settings, raw)) }
    }

    /// What holds, and where it is written.
    pub(super) fn in_force(&self) -> (Settings, RawConfig) {
        self.locked().clone()
    }

    /// Reads all sources again. What can change while the crawl runs holds from now on.
    ///
    /// # Errors
    /// All mistakes at once; nothing has changed then.
    pub(super) fn reload(&self) -> Result<Reloaded, Problems> {
        let Loaded { raw, settings, warnings } = settings::load(&self.sources)?;
        let mut in_force = self.locked();
        let mut reloaded = Reloaded::default();
        for key in differing(&in_force.1, &raw) {
            if key == LOG_LEVEL {
                logging::set_level(&settings.log_level);
                in_force.0.log_level.clone_from(&settings.log_level);
                in_force.1.take_over(key, &raw);
                reloaded.changed.push(key.to_owned());
            } else {
                reloaded.needs_restart.push(key.to_owned());
            }
        }
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        tracing::info!(
            changed = reloaded.changed.join(", "),
            needs_restart = reloaded.needs_restart.join(", "),
            "the configuration was read anew"
        );
        Ok(reloaded)
    }

    fn locked(&self) -> MutexGuard<'_, (Settings, RawConfig)> {
        self.in_force.lock().unwrap_or_else(PoisonError::into_inner)
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
    use super::*;

    fn sources(text: &str, dir: &tempfile::TempDir) -> Sources {
        let path = dir.path().join("crawler.toml");
        std::fs::write(&path, text).unwrap();
        Sources { files: vec![path], ..Sources::default() }
    }

    #[test]
    fn what_differs_is_told_and_a_mistake_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let first = sources("delay = 2\nlog_level = \"info\"\nworkers = 1\n", &dir);
        let loaded = settings::load(&first).unwrap();
        let configuration = Configuration::new(first, loaded.settings, loaded.raw);
        assert_eq!(configuration.reload().unwrap(), Reloaded::default());

        sources("# moved\ndelay = 2\nlog_level = \"warn\"\nworkers = 3\n", &dir);
        let reloaded = configuration.reload().unwrap();
        assert_eq!(reloaded.changed, ["log_level"]);
        assert_eq!(reloaded.needs_restart, ["workers"]);
        let again = configuration.reload().unwrap();
        assert!(again.changed.is_empty() && again.needs_restart == ["workers"]);

        sources("log_level = \"loud\"\n", &dir);
        let problems = configuration.reload().unwrap_err().to_string();
        assert!(problems.contains("crawler.toml:1"), "{problems}");
        let (settings, raw) = configuration.in_force();
        assert_eq!(settings.log_level, "warn");
        assert_eq!(raw.entries(table::find(LOG_LEVEL).unwrap())[0].text, "warn");
    }
}
