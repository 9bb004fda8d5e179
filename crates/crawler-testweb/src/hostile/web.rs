//! The hosts and what each request gets, without a socket.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::net::Ipv4Addr;

use super::site::{Door, Lookup, Outcome, Page, Site, Step, authority};
use super::sites::redirects::PRIVATE;
use super::{address, crowd, sites};
use crate::error::WebError;
use crate::host::DOMAIN;
use crate::server::dns::Reply;

/// All hosts.
pub(super) struct HostileWeb {
    port: u16,
    names: u32,
    sites: Vec<Site>,
    /// Place in `sites`.
    by_label: HashMap<&'static str, usize>,
}

impl HostileWeb {
    pub(super) fn new(port: u16, names: u32) -> Result<Self, WebError> {
        let sites = sites::all(port).map_err(WebError::Compress)?;
        let by_label = sites.iter().enumerate().map(|(place, site)| (site.label, place)).collect();
        Ok(Self { port, names, sites, by_label })
    }

    pub(super) fn seeds(&self) -> Vec<String> {
        let sites = self.sites.iter().filter_map(|site| Some(self.url(site, site.pages.first()?)));
        sites.chain(self.crowd().map(|authority| format!("http://{authority}/"))).collect()
    }

    pub(super) fn expected(&self) -> Vec<(String, Outcome)> {
        let pages = self.sites.iter().flat_map(|site| {
            site.pages.iter().map(move |page| (self.url(site, page), page.outcome))
        });
        let private = PRIVATE.map(|url| (url.to_owned(), Outcome::Skipped("address_refused")));
        let crowd = self.crowd().flat_map(|authority| {
            crowd::EXPECTED.map(|(target, end)| (format!("http://{authority}{target}"), end))
        });
        // A map, as a host of the crowd may be a redirect's target as well.
        let all: BTreeMap<_, _> = pages.chain(private).chain(crowd).collect();
        all.into_iter().collect()
    }

    pub(super) fn is_endless(&self, url: &str) -> bool {
        self.sites.iter().any(|site| {
            let below = site.space.as_ref().map(|space| {
                format!("http://{}{}", authority(site.label, self.port), space.prefix)
            });
            below.is_some_and(|below| url.starts_with(&below))
        })
    }

    /// The host that is called so, by name and port or by name alone.
    pub(super) fn label_of<'a>(&self, host: &'a str) -> Option<&'a str> {
        let name = host.split(':').next().unwrap_or(host);
        let label = name.strip_suffix(DOMAIN)?.strip_suffix('.')?;
        (self.by_label.contains_key(label) || crowd::has(self.names, label)).then_some(label)
    }

    pub(super) fn site(&self, label: &str) -> Option<&Site> {
        self.sites.get(*self.by_label.get(label)?)
    }

    /// The host at an address of its own.
    pub(super) fn site_at(&self, ip: Ipv4Addr) -> Option<&Site> {
        self.sites.iter().enumerate().find(|(place, _)| address(*place) == ip).map(|(_, site)| site)
    }

    /// What the `nth` request (from 0) for a target gets; `None` for what no link leads to.
    pub(super) fn respond(&self, label: &str, target: &str, nth: usize) -> Option<Vec<Step>> {
        let Some(site) = self.site(label) else { return crowd::respond(target) };
        if target == "/robots.txt" {
            return Some(site.robots.clone());
        }
        if let Some(page) = site.pages.iter().find(|page| page.target == target) {
            return page.turns.get(nth.min(page.turns.len() - 1)).cloned();
        }
        let space = site.space.as_ref()?;
        target.starts_with(space.prefix).then(|| (space.make)(target))
    }

    /// What the name server says of a name.
    pub(super) fn resolve(&self, name: &str) -> Reply {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let Some(label) = self.label_of(&name) else {
            return if name == DOMAIN { Reply::NoRecord } else { Reply::NoSuchName };
        };
        let Some(place) = self.by_label.get(label) else { return Reply::Address(crowd::ADDRESS) };
        match self.sites.get(*place).map(|site| &site.door) {
            Some(Door::Dns(Lookup::Address(ip))) => Reply::Address(*ip),
            Some(Door::Dns(Lookup::NoSuchName)) => Reply::NoSuchName,
            Some(Door::Dns(Lookup::Broken)) => Reply::Broken,
            _ => Reply::Address(address(*place)),
        }
    }

    fn crowd(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.names).map(|number| authority(&crowd::label(number), self.port))
    }

    fn url(&self, site: &Site, page: &Page) -> String {
        let scheme = if matches!(site.door, Door::Https(_)) { "https" } else { "http" };
        format!("{scheme}://{}{}", authority(site.label, self.port), page.target)
    }
}

impl fmt::Debug for HostileWeb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostileWeb").field("port", &self.port).finish_non_exhaustive()
    }
}
