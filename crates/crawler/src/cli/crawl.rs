//! `crawler [OPTIONS] [URL]…`: crawls, from the settings to the exit code.

use std::io::{self, Write};
use std::time::Instant;

use anyhow::Context as _;
use crawler_engine::{CrawlHandle, FinalReport, Finish};
use crawler_url::WireUrl;

use super::{index_sort, next_steps};
use crate::exit::Exit;
use crate::logging::{self, LogWriter};
use crate::progress::Progress;
use crate::report;
use crate::results::{self, Results};
use crate::seeds::Seeds;
use crate::service::{self, Service};
use crate::settings::{self, Loaded, LogFormat, Settings, Sources};
use crate::signals;

/// Loads the settings and crawls.
pub(super) fn run(sources: Sources) -> anyhow::Result<Exit> {
    crawler_faults::check().map_err(anyhow::Error::msg)?;
    let (Loaded { raw, settings, warnings }, sources) = load(sources)?;
    let mut progress = Progress::new(&settings);
    let writer = LogWriter::around(progress.bars());
    logging::start(&settings.log_level, settings.log_format, writer)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let seeds = read_seeds(&settings)?;
    let service = Service::prepare(&settings, raw, sources)?;
    let is_anonymous = settings.contact.is_none() && settings.user_agent.is_none();
    // Who reads JSON wants nothing else between it.
    let is_quiet = settings.log_format == LogFormat::Json
        || matches!(settings.log_level.as_str(), "warn" | "error" | "off");
    let data_dir = settings.output.clone();
    let stdout_has_pages = settings.sinks.stdout_pages;
    let auth = settings.auth.clone();
    let formats = results::chosen(&settings)?;
    let mut config = settings::resolve(settings, seeds);
    settings::add_credentials(&mut config, &auth, |name| std::env::var(name).ok())?;
    let crawl = crawler_engine::start(config)?;
    signals::watch(crawl.clone(), service.on_hangup(&crawl))?;
    let running = service.run_beside(&crawl)?;
    let results = Results::begin(formats, &crawl, &data_dir)?;
    if is_anonymous {
        tracing::warn!(
            "site owners cannot reach you about this crawl: give --contact URL or e-mail"
        );
    }
    let before = crawl.snapshot();
    progress.begin(&before, Instant::now());
    let report = show_until_stopped(&crawl, progress);
    let made = results.finish(&report.finish);
    if matches!(report.finish, Finish::Done | Finish::PageLimit | Finish::ByteLimit) {
        index_sort::run(&data_dir, &signals::interrupted);
    }
    drop(running);
    let block = report::final_block(&report, before.counters.fetched, &data_dir);
    if stdout_has_pages {
        eprintln!("{}", block.trim_end());
    } else {
        write_out(&block).context("cannot write the statistics")?;
    }
    if !is_quiet {
        next_steps::print(&report.finish, &data_dir);
    }
    made?;
    Ok(Exit::of_finish(&report.finish))
}

/// The settings; for a service with what its operator laid over them before it was restarted.
fn load(mut sources: Sources) -> anyhow::Result<(Loaded, Sources)> {
    let mut loaded = settings::load(&sources)?;
    if !loaded.settings.daemon || loaded.settings.fresh {
        return Ok((loaded, sources));
    }
    sources.overlays = service::load_overlays(&loaded.settings.output)?;
    if sources.overlays.is_empty() {
        return Ok((loaded, sources));
    }
    let names: Vec<&str> = sources.overlays.iter().map(|overlay| overlay.name.as_str()).collect();
    let told = format!(
        "an operator has laid over the configuration: {} (operator/overlays.json; reading it anew ends that)",
        names.join(", ")
    );
    let laid_over = settings::load(&sources)?;
    // Where they were found is not theirs to say.
    let output = loaded.settings.output;
    loaded = laid_over;
    loaded.settings.output = output;
    loaded.warnings.push(told);
    Ok((loaded, sources))
}

fn read_seeds(settings: &Settings) -> anyhow::Result<Vec<WireUrl>> {
    let mut seeds = Seeds::read(&settings.urls, &settings.seed_files)?;
    let urls = std::mem::take(&mut seeds.urls);
    let n_bad = seeds.bad_count();
    if seeds.with_credentials > 0 {
        tracing::warn!(
            seeds = seeds.with_credentials,
            "user names and passwords in URLs are dropped: neither sent nor stored"
        );
    }
    match seeds.into_problems() {
        Some(problems) if settings.skip_bad_seeds => {
            tracing::warn!(skipped = n_bad, "{problems}");
            Ok(urls)
        }
        Some(problems) => Err(anyhow::Error::new(problems)),
        None => Ok(urls),
    }
}

fn show_until_stopped(crawl: &CrawlHandle, mut progress: Progress) -> FinalReport {
    loop {
        if let Some(report) = crawl.wait_timeout(progress.interval()) {
            progress.clear();
            return report;
        }
        progress.show(&crawl.snapshot(), Instant::now());
    }
}

/// Writes to standard output; a reader who has gone away is an error, not a panic.
pub(super) fn write_out(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
