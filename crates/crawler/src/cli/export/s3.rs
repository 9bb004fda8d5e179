//! `crawler export s3`: a crawl as objects of an S3-compatible store.

use anyhow::bail;
use clap::Args;
use crawler_results::{Backoff, S3Target, Upload};

use crate::cli::data_dir::DataDirArgs;
use crate::exit::Exit;
use crate::logging::{self, LogWriter};
use crate::results::complete_by;

/// The options of `crawler export s3`.
#[derive(Debug, Args)]
pub(super) struct S3Args {
    /// Bucket and prefix; endpoint and credentials are those of the environment (AWS_*) [default: as
    /// in the settings: upload]
    #[arg(long, value_name = "s3://BUCKET/PREFIX")]
    to: Option<S3Target>,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

pub(super) fn run(args: &S3Args) -> anyhow::Result<Exit> {
    let settings = args.data_dir.settings()?;
    let Some(target) = args.to.clone().or(settings.sinks.upload) else {
        bail!("where to is not said: give --to s3://BUCKET/PREFIX");
    };
    // A store that is away is waited for, and that is told.
    logging::start(&settings.log_level, settings.log_format, LogWriter::default())?;
    let mut upload = Upload::new(&settings.output, target.clone(), Backoff::default())?;
    complete_by(&mut upload, &settings.output)?;
    eprintln!("all that is complete in {} is uploaded to {target}", settings.output.display());
    Ok(Exit::Done)
}
