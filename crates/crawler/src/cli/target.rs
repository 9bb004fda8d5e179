//! Which running crawl a command speaks to.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::data_dir::DataDirArgs;
use crate::ctl::{Address, Client};

/// Where the crawl is, and what it knows the operator by.
#[derive(Debug, Args)]
pub(super) struct TargetArgs {
    /// Output directory of the crawl [default: as in the settings, else ./crawl]
    #[arg(short, long, value_name = "DIR", global = true)]
    output: Option<String>,
    /// Configuration file of the crawl, instead of ./crawler.toml
    #[arg(short, long, value_name = "FILE", global = true)]
    config: Vec<PathBuf>,
    /// Address of its admin interface, instead of the one in its directory
    #[arg(long = "url", value_name = "URL", global = true, conflicts_with_all = ["output", "config"])]
    admin_url: Option<String>,
    /// File with the token [default: operator/token in its directory]
    #[arg(long, value_name = "FILE", global = true)]
    token_file: Option<PathBuf>,
}

impl TargetArgs {
    /// A client that waits for answers as long as `patience` says.
    pub(super) fn client(&self, patience: Option<Duration>) -> anyhow::Result<Client> {
        Client::new(self.address()?, patience)
    }

    /// Where the crawl answers, and its token.
    pub(super) fn address(&self) -> anyhow::Result<Address> {
        let token_file = self.token_file.as_deref();
        if let Some(url) = &self.admin_url {
            return Address::of_url(url, token_file);
        }
        let data_dir = DataDirArgs::new(self.output.clone(), self.config.clone()).resolve()?;
        Address::of_data_dir(data_dir, token_file)
    }
}
