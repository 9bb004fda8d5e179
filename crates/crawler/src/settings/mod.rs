//! Settings: what was written ([`RawConfig`]), what it means ([`Settings`]), and what the engine
//! is told ([`resolve()`]).
//!
//! Layers, each over the one before: defaults, configuration files, `CRAWLER_*` environment, `-s`,
//! flags. A list in a later layer replaces the list of an earlier one. Every mistake in every
//! layer is reported at once, even where a later layer would hide it.

mod annotate;
mod credentials;
mod file;
mod host_rules;
mod layers;
mod model;
mod problem;
mod read;
mod redact;
mod resolve;
mod sinks;
mod suggest;
pub(crate) mod table;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use config::Config;
use config::builder::{ConfigBuilder, DefaultState};

pub(crate) use annotate::{effective, example};
pub(crate) use credentials::add_credentials;
pub(crate) use file::File;
pub(crate) use layers::{ENV_CONFIG, ENV_PREFIX, ENV_TOKEN, Entry, Overlay, Sources};
pub(crate) use model::{AdminAddr, Format, LogFormat, ProgressMode, Settings};
pub(crate) use problem::{Problem, Problems};
pub(crate) use read::log_filter;
pub(crate) use resolve::{DRAIN_DEADLINE, resolve, year_at};
pub(crate) use sinks::{SinkSettings, webhook_secrets};
pub(crate) use suggest::nearest;
pub(crate) use value::{parse_duration, parse_size, show_duration};

use layers::{Findings, Layer, layers};
use table::Setting;
use value::Given;

/// What was written, after the layers are merged: for each key the winning entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RawConfig {
    values: BTreeMap<String, Vec<Entry>>,
}

/// Settings that were understood.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// What was written, with its origin.
    pub(crate) raw: RawConfig,
    /// What it means.
    pub(crate) settings: Settings,
    /// Oddities to tell.
    pub(crate) warnings: Vec<String>,
}

/// Reads, checks and merges all layers.
///
/// # Errors
/// All mistakes at once.
pub(crate) fn load(sources: &Sources) -> Result<Loaded, Problems> {
    let mut findings = Findings::default();
    let layers = layers(sources, &mut findings);
    for layer in &layers {
        findings.problems.extend(check(layer));
    }
    let refuse = |problems| Problems { subject: "the configuration", problems };
    if !findings.problems.is_empty() {
        return Err(refuse(findings.problems));
    }
    let raw = RawConfig::merge(layers).map_err(|problem| refuse(vec![problem]))?;
    let settings = raw.understand().map_err(refuse)?;
    let contradictions = settings.contradictions();
    if !contradictions.is_empty() {
        return Err(refuse(contradictions));
    }
    Ok(Loaded { raw, settings, warnings: findings.warnings })
}

/// The mistakes in one layer's values, whether or not a later layer hides them.
fn check(layer: &Layer) -> Vec<Problem> {
    let mut scratch = Settings::blank();
    let wrong = |(key, entries): (&&'static str, &Vec<Entry>)| {
        let setting = table::find(key)?;
        let bad = (setting.read)(&mut scratch, Given(entries)).err()?;
        Some(value_problem(setting, entries, bad))
    };
    layer.entries.iter().filter_map(wrong).collect()
}

fn value_problem(setting: &Setting, entries: &[Entry], bad: value::BadValue) -> Problem {
    let entry = entries.get(bad.item_idx);
    let what = match entry {
        Some(entry) if entry.source_line.is_some() => format!("{}: {}", setting.key, bad.problem),
        _ => bad.problem,
    };
    Problem {
        place: entry.map_or_else(|| setting.key.to_owned(), |entry| entry.place.clone()),
        source_line: entry.and_then(|entry| entry.source_line.clone()),
        what,
        notes: bad.notes,
    }
}

impl RawConfig {
    /// Lays each layer over the ones before.
    fn merge(layers: Vec<Layer>) -> Result<Self, Problem> {
        let failed = |error: config::ConfigError| Problem {
            place: "settings".to_owned(),
            source_line: None,
            what: error.to_string(),
            notes: Vec::new(),
        };
        let builder =
            layers.into_iter().fold(Config::builder(), ConfigBuilder::<DefaultState>::add_source);
        let merged = builder.build().map_err(failed)?;
        let mut values = BTreeMap::new();
        for setting in table::all() {
            let items = merged.get_array(setting.key).map_err(failed)?;
            let entry = |item: config::Value| {
                let place = item.origin().unwrap_or_default().to_owned();
                Ok(Entry { text: item.into_string()?, place, source_line: None })
            };
            let entries: Result<Vec<Entry>, _> = items.into_iter().map(entry).collect();
            values.insert(setting.key.to_owned(), entries.map_err(failed)?);
        }
        Ok(Self { values })
    }

    fn understand(&self) -> Result<Settings, Vec<Problem>> {
        let mut settings = Settings::blank();
        let mut problems = Vec::new();
        for setting in table::all() {
            let entries = self.entries(setting);
            if let Err(bad) = (setting.read)(&mut settings, Given(entries)) {
                problems.push(value_problem(setting, entries, bad));
            }
        }
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    /// Takes a setting over from another configuration.
    pub(crate) fn take_over(&mut self, key: &str, other: &Self) {
        if let Some(entries) = other.values.get(key) {
            self.values.insert(key.to_owned(), entries.clone());
        }
    }

    /// The winning entries of a setting.
    pub(crate) fn entries(&self, setting: &Setting) -> &[Entry] {
        self.values.get(setting.key).map_or(&[], Vec::as_slice)
    }
}
