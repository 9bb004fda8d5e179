//! What runs beside a crawl: the admin interface, the action directory, telemetry, and what the service
//! manager is told.

mod action_dir;
mod notify;
mod overlays;
mod process;
mod reload;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use crawler_admin::api::Reloaded;
use crawler_admin::{AdminServer, ListenError, Options, Process as _};
use crawler_engine::{AuditEntry, CrawlHandle};

use crate::otlp::Exporter;
use crate::settings::{AdminAddr, RawConfig, Settings, Sources};
pub(crate) use overlays::load as load_overlays;
use process::CrawlProcess;
use reload::Configuration;

/// Where a service listens, if nothing else is set.
const USUAL_ADDR: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7070);

/// Where a service finds orders, in its data directory.
const USUAL_ACTION_DIR: &str = "action";

/// What is set up before the crawl begins.
pub(crate) struct Service {
    listener: Option<Result<TcpListener, ListenError>>,
    data_dir: PathBuf,
    hosts: Vec<String>,
    collector: Option<String>,
    process: Arc<CrawlProcess>,
    action_dir: Option<PathBuf>,
    is_daemon: bool,
}

/// What runs until it is dropped, which is done when the crawl has stopped.
pub(crate) struct Running {
    notifier: Option<JoinHandle<()>>,
    _server: Option<AdminServer>,
    _exporter: Option<Exporter>,
}

impl Drop for Running {
    /// The service manager hears of the end before the process is gone.
    fn drop(&mut self) {
        let ended = self.notifier.take().map(JoinHandle::join);
        if ended.is_some_and(|ended| ended.is_err()) {
            tracing::error!("the thread that tells the service manager had failed");
        }
    }
}

impl Service {
    /// Takes the address, so that one in use is told before anything is fetched.
    ///
    /// # Errors
    /// When it cannot be listened on.
    pub(crate) fn prepare(
        settings: &Settings,
        raw: RawConfig,
        sources: Sources,
    ) -> anyhow::Result<Self> {
        let configuration = Configuration::new(sources, settings.clone(), raw);
        let usual = || settings.daemon.then(|| settings.output.join(USUAL_ACTION_DIR));
        Ok(Self {
            listener: listen(settings)?,
            data_dir: settings.output.clone(),
            hosts: settings.admin_hosts.clone(),
            collector: settings.otlp_endpoint.clone(),
            process: Arc::new(CrawlProcess::new(configuration)),
            action_dir: settings.action_dir.clone().or_else(usual),
            is_daemon: settings.daemon,
        })
    }

    /// What a hangup does: a service reads its configuration anew. Other crawls have no answer to it.
    pub(crate) fn on_hangup(&self, crawl: &CrawlHandle) -> Option<impl Fn() + Send + Sync + use<>> {
        let (process, crawl) = (Arc::clone(&self.process), crawl.clone());
        self.is_daemon.then_some(move || match process.reload(&crawl) {
            Ok(reloaded) => note_hangup(&crawl, &reloaded),
            Err(refused) => {
                tracing::error!("the configuration is wrong, nothing changes: {refused}");
            }
        })
    }

    /// Serves a crawl that has begun; when that fails, the crawl is ended.
    ///
    /// # Errors
    /// When the server cannot be started.
    pub(crate) fn run_beside(self, crawl: &CrawlHandle) -> anyhow::Result<Running> {
        self.serve(crawl).inspect_err(|_| {
            crawl.stop();
            let _ = crawl.wait();
        })
    }

    fn serve(self, crawl: &CrawlHandle) -> anyhow::Result<Running> {
        let notifier = notify::start(crawl.clone())?;
        if let Some(dir) = self.action_dir {
            action_dir::watch(dir, crawl.clone(), Arc::clone(&self.process))?;
        }
        let exporter = self.collector.map(|url| Exporter::start(url, crawl.clone())).transpose()?;
        let Some(listener) = self.listener else {
            return Ok(Running { notifier, _server: None, _exporter: exporter });
        };
        let listener = listener?;
        let token = self.data_dir.join(crawler_admin::token::FILE);
        let options = Options { data_dir: self.data_dir, hosts: self.hosts };
        let server = AdminServer::start(listener, crawl.clone(), self.process, options)?;
        tracing::info!(
            "admin interface: http://{}/ (its token is in {})",
            server.addr(),
            token.display()
        );
        Ok(Running { notifier, _server: Some(server), _exporter: exporter })
    }
}

fn note_hangup(crawl: &CrawlHandle, reloaded: &Reloaded) {
    let entry = AuditEntry {
        actor: "SIGHUP".to_owned(),
        action: "reload".to_owned(),
        detail: Some(reloaded.changed.join(", ")).filter(|keys| !keys.is_empty()),
        ..AuditEntry::default()
    };
    if let Err(error) = crawl.audit(entry) {
        tracing::error!(%error, "that the configuration was read anew could not be written down");
    }
}

fn listen(settings: &Settings) -> anyhow::Result<Option<Result<TcpListener, ListenError>>> {
    let addr = match settings.admin {
        AdminAddr::Auto if settings.daemon => USUAL_ADDR,
        AdminAddr::Off | AdminAddr::Auto => return Ok(None),
        AdminAddr::At(addr) => addr,
    };
    match crawler_admin::listen(addr) {
        // Most likely the crawl that has the directory has the address too: let it be told so.
        Err(error) if !crawler_engine::is_in_use(&settings.output) => Err(error.into()),
        listening => Ok(Some(listening)),
    }
}
