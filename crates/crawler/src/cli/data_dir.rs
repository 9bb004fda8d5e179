//! Which data directory a command speaks of: as a crawl in the same place would find it.

use std::path::PathBuf;

use clap::Args;

use super::args::config_files;
use crate::settings::{self, Entry, Settings, Sources, table};

/// Where the crawl is.
#[derive(Debug, Args)]
pub(super) struct DataDirArgs {
    /// Output directory of the crawl [default: as in the settings, else ./crawl]
    #[arg(short, long, value_name = "DIR")]
    output: Option<String>,
    /// Configuration file of the crawl, instead of ./crawler.toml
    #[arg(short, long, value_name = "FILE")]
    config: Vec<PathBuf>,
}

impl DataDirArgs {
    /// As `--output` and `--config` say.
    pub(super) fn new(output: Option<String>, config: Vec<PathBuf>) -> Self {
        Self { output, config }
    }

    /// The directory.
    pub(super) fn resolve(&self) -> anyhow::Result<PathBuf> {
        Ok(self.settings()?.output)
    }

    /// The directory as given by `--output`.
    pub(super) fn given(&self) -> Option<PathBuf> {
        self.output.as_ref().map(PathBuf::from)
    }

    /// The settings of a crawl in the same place.
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        let output = self.output.iter().filter_map(|dir| {
            Some((table::find("output")?, vec![Entry::new(dir.as_str(), "--output")]))
        });
        let sources = Sources {
            files: config_files(self.config.clone()),
            env: std::env::vars_os().collect(),
            flags: output.collect(),
            ..Sources::default()
        };
        Ok(settings::load(&sources)?.settings)
    }
}
