//! What a correct polite crawl of a web requests, and what it must not request.

use crate::content::{asset, listed, sitemap};
use crate::oddity::{self, Gives, OddTarget, TARGETS};
use crate::robots::{self, Access, RobotsRole};
use crate::web::{Resource, Web};

/// One URL a crawl must fetch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expected {
    /// Absolute URL as the crawler must request it, without fragment.
    pub url: String,
    /// Status of the answer the crawl ends with.
    pub status: u16,
    /// What the answer is.
    pub kind: ExpectedKind,
}

/// What the answer to an expected fetch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExpectedKind {
    /// An HTML page.
    Page,
    /// A redirect, whose target is expected too (if robots.txt of its host lets it).
    Redirect,
    /// 404.
    NotFound,
    /// 410.
    Gone,
    /// 500, each time.
    ServerError,
    /// 503 with `Retry-After` at first, then the page with this status.
    Busy,
    /// A page whose body ends before its `Content-Length`.
    Truncated,
    /// Not HTML.
    File,
    /// robots.txt, where it redirects to, or a sitemap it names.
    Prerequisite,
    /// An image, a stylesheet or a script.
    Asset,
}

/// What a URL is to a crawl of the web's seeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// It must be fetched: among [`Web::expected`].
    Expected(Expected),
    /// robots.txt or a sitemap: among [`Web::prerequisites`].
    Prerequisite(Expected),
    /// To be fetched only if the crawl reads sitemaps: among [`Web::listed`].
    Listed(Expected),
    /// To be fetched only if the crawl includes assets: among [`Web::assets`].
    Asset(Expected),
    /// robots.txt disallows it.
    Disallowed,
    /// No link leads there, or it is not of this web.
    Unexpected,
}

impl Web {
    /// Exactly the URLs that a correct crawl of [`Web::seeds`] fetches besides
    /// [`Web::prerequisites`], [`Web::listed`] and [`Web::assets`], each once, host by host; with any scope from
    /// "host" up, because every host is a seed. Links marked `rel=nofollow` lead to pages that
    /// are expected anyway; links of pages marked nofollow (meta or header) do not count.
    pub fn expected(&self) -> impl Iterator<Item = Expected> + '_ {
        (0..self.config().hosts).flat_map(|host| self.expected_on(host))
    }

    /// The part of [`Web::expected`] that is on one host: none if its robots.txt fails.
    pub fn expected_on(&self, host: u32) -> impl Iterator<Item = Expected> + '_ {
        let allows = self.access(host, "/") == Access::Allowed;
        let pages = if allows { self.tree().pages } else { 0 };
        let pages = (0..pages).map(move |page| {
            let url = self.url(host, &self.tree().path(page));
            Expected { url, status: 200, kind: ExpectedKind::Page }
        });
        let odd = oddity::on_host(host, self.config()).filter(move |_| allows);
        let odd = odd.map(move |(_, odd)| self.expected_odd(host, odd));
        let private = self.open_private(host).filter(move |_| allows).map(move |target| {
            let url = self.url(host, target);
            Expected { url, status: 200, kind: ExpectedKind::Page }
        });
        pages.chain(odd).chain(private)
    }

    /// How many URLs [`Web::expected`] gives.
    #[must_use]
    pub fn expected_count(&self) -> u64 {
        let hosts = self.config().hosts;
        // Hosts [`ROLES_PERIOD`] apart have as many, so a large web needs no walk over its hosts.
        let alike = |host: u32| u64::from((hosts - host).div_ceil(ROLES_PERIOD));
        (0..hosts.min(ROLES_PERIOD)).map(|host| self.count_on(host) * alike(host)).sum()
    }

    fn count_on(&self, host: u32) -> u64 {
        if self.access(host, "/") == Access::Disallowed {
            return 0;
        }
        let odd = oddity::on_host(host, self.config()).count() as u64;
        u64::from(self.tree().pages) + odd + self.open_private(host).count() as u64
    }

    /// Private targets of a host that its robots.txt makes an exception for.
    fn open_private(&self, host: u32) -> impl Iterator<Item = &'static str> + use<> {
        let private = self.robots_role(host) == RobotsRole::Private;
        let open = robots::PRIVATE.iter().filter(|(_, access)| *access == Access::Allowed);
        open.filter(move |_| private).map(|(target, _)| *target)
    }

    /// robots.txt of every host (and where it redirects to), and the sitemaps it names.
    pub fn prerequisites(&self) -> impl Iterator<Item = Expected> + '_ {
        (0..self.config().hosts).flat_map(move |host| {
            let status = match self.robots_role(host) {
                RobotsRole::Moved => 301,
                RobotsRole::Missing => 404,
                RobotsRole::Unreachable => 500,
                RobotsRole::Open | RobotsRole::Private | RobotsRole::Delayed => 200,
            };
            let moved = (status == 301).then(|| robots::MOVED_TARGET.to_owned());
            let names = self.names_sitemaps(host);
            let sitemaps = std::iter::once(&sitemap::TARGET).chain(listed::SITEMAPS);
            let sitemaps = sitemaps.filter(move |_| names).map(|target| (*target).to_owned());
            let parts = if names { sitemap::parts(self) } else { 0 };
            let targets = moved.into_iter().chain(sitemaps);
            let targets = targets.chain((0..parts).map(sitemap::part_target));
            std::iter::once((robots::TARGET.to_owned(), status))
                .chain(targets.map(|target| (target, 200)))
                .map(move |(target, status)| self.prerequisite(host, &target, status))
        })
    }

    /// What a crawl that reads sitemaps and feeds fetches besides: pages no page links to.
    pub fn listed(&self) -> impl Iterator<Item = Expected> + '_ {
        (0..self.config().hosts).filter(|host| self.names_sitemaps(*host)).flat_map(move |host| {
            listed::PAGES.iter().map(move |target| self.listed_page(host, target))
        })
    }

    fn names_sitemaps(&self, host: u32) -> bool {
        !matches!(self.robots_role(host), RobotsRole::Missing | RobotsRole::Unreachable)
    }

    /// What a crawl that includes assets fetches besides.
    pub fn assets(&self) -> impl Iterator<Item = Expected> + '_ {
        (0..self.config().hosts).filter(|host| self.access(*host, "/") == Access::Allowed).flat_map(
            move |host| asset::ASSETS.iter().map(move |(target, _)| self.asset(host, target)),
        )
    }

    /// URLs that pages link to, or seeds, and that robots.txt disallows.
    pub fn disallowed(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.config().hosts).flat_map(move |host| {
            let role = self.robots_role(host);
            let private = robots::PRIVATE.iter().filter(move |(_, access)| {
                role == RobotsRole::Private && *access == Access::Disallowed
            });
            let index = (role == RobotsRole::Unreachable).then_some("/");
            private
                .map(|(target, _)| *target)
                .chain(index)
                .map(move |target| self.url(host, target))
        })
    }

    /// What a URL is to a crawl of this web.
    #[must_use]
    pub fn role(&self, url: &str) -> Role {
        let Some((host, target)) = self.split(url) else {
            return Role::Unexpected;
        };
        let resource = self.find(host, target);
        match resource {
            Resource::Robots => {
                let status = self.page(host, target).status;
                return Role::Prerequisite(self.prerequisite(host, target, status));
            }
            Resource::RobotsMoved => {
                return Role::Prerequisite(self.prerequisite(host, target, 200));
            }
            _ if self.access(host, target) == Access::Disallowed => return Role::Disallowed,
            _ => {}
        }
        let expected =
            |kind| Role::Expected(Expected { url: self.url(host, target), status: 200, kind });
        match resource {
            Resource::Page(_) | Resource::Private(_) => expected(ExpectedKind::Page),
            Resource::Odd(odd) => Role::Expected(self.expected_odd(host, &TARGETS[odd])),
            Resource::Listed(_) => Role::Listed(self.listed_page(host, target)),
            Resource::Sitemap | Resource::SitemapPart(_) | Resource::MoreSitemap(_) => {
                Role::Prerequisite(self.prerequisite(host, target, 200))
            }
            Resource::Asset(_) => Role::Asset(self.asset(host, target)),
            _ => Role::Unexpected,
        }
    }

    /// Whether a URL is among [`Web::expected`].
    #[must_use]
    pub fn is_expected(&self, url: &str) -> bool {
        matches!(self.role(url), Role::Expected(_))
    }

    /// Host and request target of a URL of this web.
    fn split<'a>(&self, url: &'a str) -> Option<(u32, &'a str)> {
        let start = url.find("://")? + "://".len();
        let end = start + url[start..].find('/')?;
        let name = url[start..end].split(':').next().unwrap_or_default();
        let host = self.find_host(name)?;
        (self.origin(host) == url[..end]).then_some((host, &url[end..]))
    }

    fn expected_odd(&self, host: u32, odd: &OddTarget) -> Expected {
        let (status, kind) = match odd.gives {
            Gives::Redirect(status, _) => (status, ExpectedKind::Redirect),
            Gives::Status(404) => (404, ExpectedKind::NotFound),
            Gives::Status(410) => (410, ExpectedKind::Gone),
            Gives::Status(status) => (status, ExpectedKind::ServerError),
            Gives::Entry | Gives::Leaf => (200, ExpectedKind::Page),
            Gives::Pdf | Gives::Bytes => (200, ExpectedKind::File),
            Gives::BusyOnce => (200, ExpectedKind::Busy),
            Gives::Short => (200, ExpectedKind::Truncated),
        };
        Expected { url: self.url(host, odd.target), status, kind }
    }

    fn prerequisite(&self, host: u32, target: &str, status: u16) -> Expected {
        Expected { url: self.url(host, target), status, kind: ExpectedKind::Prerequisite }
    }

    fn listed_page(&self, host: u32, target: &str) -> Expected {
        Expected { url: self.url(host, target), status: 200, kind: ExpectedKind::Page }
    }

    fn asset(&self, host: u32, target: &str) -> Expected {
        Expected { url: self.url(host, target), status: 200, kind: ExpectedKind::Asset }
    }
}

/// Hosts so many apart have the same rules and oddities: eight roles take turns, and at most four
/// hosts ([`oddity`]). A web of fewer hosts has no such pair.
const ROLES_PERIOD: u32 = 8;
