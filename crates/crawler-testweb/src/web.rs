//! The web as a function of (seed, host, target).

use std::sync::Arc;

use crate::answer::{self, Answer};
use crate::config::{Naming, Tls, WebConfig};
use crate::content::{asset, listed, sitemap};
use crate::error::WebError;
use crate::host;
use crate::oddity;
use crate::pool::Pool;
use crate::robots::{self, Access, RobotsRole};
use crate::tree::Tree;

/// A web: cheap to build and to clone, nothing is stored per host or page.
#[derive(Debug, Clone)]
pub struct Web {
    config: WebConfig,
    tree: Tree,
    pool: Arc<Pool>,
}

/// What a request target means on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    /// An ordinary page.
    Page(u32),
    /// Place in [`oddity::TARGETS`].
    Odd(usize),
    /// Place in [`robots::PRIVATE`].
    Private(usize),
    Robots,
    RobotsMoved,
    Sitemap,
    SitemapPart(u32),
    /// Place in [`listed::SITEMAPS`].
    MoreSitemap(usize),
    /// Place in [`listed::PAGES`].
    Listed(usize),
    /// Place in [`asset::ASSETS`].
    Asset(usize),
    /// No correct crawler finds it.
    Unknown,
}

impl Web {
    /// Checks the configuration and makes the filler blocks.
    ///
    /// # Errors
    /// [`WebError::OutOfRange`] if the configuration is wrong.
    pub fn build(config: WebConfig) -> Result<Self, WebError> {
        config.check()?;
        let tree = Tree::new(config.pages_per_host, config.mix);
        let pool = Arc::new(Pool::build(config.seed, config.mix)?);
        Ok(Self { config, tree, pool })
    }

    /// The same web on another port, which its absolute URLs hold.
    #[must_use]
    pub fn with_port(&self, port: u16) -> Self {
        let config = WebConfig { port, ..self.config.clone() };
        Self { config, ..self.clone() }
    }

    /// What the web was built from.
    #[must_use]
    pub fn config(&self) -> &WebConfig {
        &self.config
    }

    /// The index page of every host. With port 0 these are not yet reachable: ask
    /// [`WebServer::seeds`](crate::WebServer::seeds) then.
    #[must_use]
    pub fn seeds(&self) -> Vec<String> {
        (0..self.config.hosts).map(|host| self.url(host, "/")).collect()
    }

    /// URL of a host without a path: scheme, host and port.
    #[must_use]
    pub fn origin(&self, host: u32) -> String {
        let (scheme, default_port) = match self.config.tls {
            Tls::Off => ("http", 80),
            Tls::On => ("https", 443),
        };
        let name = self.host_name(host);
        match self.config.port {
            port if port == default_port => format!("{scheme}://{name}"),
            port => format!("{scheme}://{name}:{port}"),
        }
    }

    /// Address or name of a host, as its URLs have it.
    #[must_use]
    pub fn host_name(&self, host: u32) -> String {
        match self.config.naming {
            Naming::Addresses => host::address(host).to_string(),
            Naming::Names => host::name(host),
        }
    }

    /// Number of the host with this address or name (without port), if the web has it.
    #[must_use]
    pub fn find_host(&self, name: &str) -> Option<u32> {
        let host = match self.config.naming {
            Naming::Addresses => host::of_address(name.parse().ok()?),
            Naming::Names => host::of_name(name),
        };
        host.filter(|host| *host < self.config.hosts)
    }

    /// What the server answers to a GET for this request target (path and query), the first 503
    /// of a busy page aside. Anything unknown is a 404; so is a host the web has not.
    #[must_use]
    pub fn page(&self, host: u32, target: &str) -> Answer<'_> {
        let resource =
            if host < self.config.hosts { self.find(host, target) } else { Resource::Unknown };
        answer::of(self, host, target, resource)
    }

    pub(crate) fn url(&self, host: u32, target: &str) -> String {
        let mut url = self.origin(host);
        url.push_str(target);
        url
    }

    pub(crate) fn tree(&self) -> Tree {
        self.tree
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) fn robots_role(&self, host: u32) -> RobotsRole {
        RobotsRole::of(host, self.config.errors)
    }

    /// Whether robots.txt lets a target be fetched.
    pub(crate) fn access(&self, host: u32, target: &str) -> Access {
        self.robots_role(host).judge(target)
    }

    pub(crate) fn find(&self, host: u32, target: &str) -> Resource {
        if let Some(page) = self.tree.find(target) {
            return Resource::Page(page);
        }
        let role = self.robots_role(host);
        match target {
            robots::TARGET => return Resource::Robots,
            robots::MOVED_TARGET if role == RobotsRole::Moved => return Resource::RobotsMoved,
            sitemap::TARGET => return Resource::Sitemap,
            _ => {}
        }
        if let Some(odd) = oddity::find(host, &self.config, target) {
            return Resource::Odd(odd);
        }
        let private = || robots::PRIVATE.iter().position(|(private, _)| *private == target);
        if let Some(private) = private().filter(|_| role == RobotsRole::Private) {
            return Resource::Private(private);
        }
        let asset = asset::ASSETS.iter().position(|(asset, _)| *asset == target);
        let part = || sitemap::find_part(self, target).map(Resource::SitemapPart);
        let place = |targets: &[&str]| targets.iter().position(|listed| *listed == target);
        let more = || place(listed::SITEMAPS).map(Resource::MoreSitemap);
        let listed = || place(listed::PAGES).map(Resource::Listed);
        asset
            .map(Resource::Asset)
            .or_else(part)
            .or_else(more)
            .or_else(listed)
            .unwrap_or(Resource::Unknown)
    }
}
