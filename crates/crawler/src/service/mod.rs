//! What runs beside a crawl: the admin interface.

mod process;

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use crawler_admin::{AdminServer, ListenError, Options};
use crawler_engine::CrawlHandle;

use crate::settings::{AdminAddr, Settings};
use process::CrawlProcess;

/// What was set up before the crawl begins.
pub(crate) struct Service {
    listener: Option<Result<TcpListener, ListenError>>,
    data_dir: PathBuf,
    hosts: Vec<String>,
    process: CrawlProcess,
}

/// What runs until it is dropped.
pub(crate) struct Running {
    _server: Option<AdminServer>,
}

impl Service {
    /// Takes the address, so that one in use is told before anything is fetched.
    ///
    /// # Errors
    /// When it cannot be listened on.
    pub(crate) fn prepare(settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self {
            listener: listen(settings)?,
            data_dir: settings.output.clone(),
            hosts: settings.admin_hosts.clone(),
            process: CrawlProcess::new(settings),
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
        let Some(listener) = self.listener else { return Ok(Running { _server: None }) };
        let listener = listener?;
        let token = self.data_dir.join(crawler_admin::token::FILE);
        let options = Options { data_dir: self.data_dir, hosts: self.hosts };
        let process = Arc::new(self.process);
        let server = AdminServer::start(listener, crawl.clone(), process, options)?;
        tracing::info!(
            "admin interface: http://{}/ (its token is in {})",
            server.addr(),
            token.display()
        );
        Ok(Running { _server: Some(server) })
    }
}

fn listen(settings: &Settings) -> anyhow::Result<Option<Result<TcpListener, ListenError>>> {
    let addr = match settings.admin {
        AdminAddr::Off | AdminAddr::Auto => return Ok(None),
        AdminAddr::At(addr) => addr,
    };
    match crawler_admin::listen(addr) {
        // Most likely the crawl that has the directory has the address too: let it be told so.
        Err(error) if !crawler_engine::is_in_use(&settings.output) => Err(error.into()),
        listening => Ok(Some(listening)),
    }
}
