//! From a page's links to candidates: joined, judged, fingerprinted and sorted by shard.

use crawler_extract::{Link, LinkKind, LinkVisitor, RobotsDirectives, encode_query};
use crawler_frontier::{Candidate, Frontier, Hop, Lease, Source};
use crawler_url::scope::{OutOfScope, Scope, Verdict};
use crawler_url::{
    Base, Canonicalizer, Fingerprint, ShardId, UrlError, WireUrl, registrable_domain,
};

use super::outbox::Outboxes;
use super::refused::RefusedLinks;
use crate::config::{CanonicalLinks, CrawlConfig, RobotsPolicy};
use crate::counters::Counters;
use crate::shared::Shared;

/// Takes one page's links as they are found. Repeats cost a join and a look-up, no more.
pub(super) struct Outlinks<'a> {
    pub(super) own: ShardId,
    pub(super) lease: &'a Lease,
    pub(super) base: Base,
    pub(super) scope: &'a Scope,
    pub(super) canonicalizer: &'a Canonicalizer,
    pub(super) frontier: &'a Frontier,
    pub(super) outboxes: &'a mut Outboxes,
    pub(super) shared: &'a Shared,
    /// As it is at present.
    pub(super) config: &'a CrawlConfig,
    pub(super) counters: &'a mut Counters,
    pub(super) refused: &'a mut RefusedLinks,
    /// New URLs on hosts of this shard.
    pub(super) local: Vec<Candidate>,
    /// Shards that were sent something.
    pub(super) touched: Vec<ShardId>,
    /// Links that lead to a fetchable URL, in scope or not.
    pub(super) found: u32,
    pub(super) follow: Follow,
    /// Whether the host has a say in it.
    pub(super) robots_policy: RobotsPolicy,
    /// Another URL that the page names as its canonical one.
    pub(super) canonical: Option<WireUrl>,
    /// What the page and its headers ask of robots.
    pub(super) robots: RobotsDirectives,
}

/// Whether the page's links may be followed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follow {
    #[default]
    Yes,
    /// The page or its headers say `nofollow` or `none`.
    No,
    /// The page is an alias of another one, whose links are followed instead.
    Alias,
}

impl LinkVisitor for Outlinks<'_> {
    fn charset(&mut self, name: &'static str) {
        self.base.set_encoding(move |query| encode_query(name, query));
    }

    fn base(&mut self, href: &str) {
        self.base.set_href(href);
    }

    fn directives(&mut self, directives: RobotsDirectives) {
        self.robots |= directives;
        if directives.nofollow && self.robots_policy == RobotsPolicy::Obey {
            self.follow = Follow::No;
        }
    }

    fn canonical(&mut self, href: &str) {
        if self.canonical.is_some() {
            return;
        }
        self.canonical = self.base.join(href).ok().filter(|url| *url != self.lease.url);
        self.follow_alias();
    }

    fn link(&mut self, link: Link<'_>) {
        self.found += 1;
        match self.follow {
            Follow::Yes => {}
            Follow::No => return self.refuse("nofollow"),
            Follow::Alias => return self.refuse("alias"),
        }
        match self.base.join(link.href) {
            Ok(url) => self.discover(url, hop(link.kind), Source::Link),
            // A link to the page itself or to something that is not fetched, like mailto.
            Err(UrlError::Empty | UrlError::Scheme(_)) => {}
            Err(_) => self.refuse("malformed"),
        }
    }
}

impl Outlinks<'_> {
    /// A link to another page: one hop further from the seed.
    pub(super) fn discover(&mut self, url: WireUrl, hop: Hop, source: Source) {
        let fingerprint = self.canonicalizer.fingerprint(&url);
        // Most links of a site lead to what is known, and was in scope when it became so.
        if self.is_known(fingerprint) {
            return;
        }
        let depth = self.lease.depth.saturating_add(1);
        match self.scope.judge(&url, depth) {
            Verdict::In => self.hand_over(fingerprint, url, depth, 0, hop, source),
            Verdict::Out(why) => self.refuse_url(&url, why),
        }
    }

    /// Hands over the canonical URL, if that is to be followed instead of the page's links.
    fn follow_alias(&mut self) {
        let Some(url) = &self.canonical else { return };
        let config = self.config;
        if config.canonical_links == CanonicalLinks::Record
            || self.follow == Follow::No
            || self.lease.redirects > 0
            || !is_same_site(url, &self.lease.url)
            || self.canonicalizer.fingerprint(url) == self.lease.fingerprint
            || self.scope.judge(url, self.lease.depth) != Verdict::In
        {
            return;
        }
        self.follow = Follow::Alias;
        self.redirect(url.clone(), Source::Link);
    }

    /// The target of a redirect is as far from the seed as its source, and a seed if that is one.
    pub(super) fn redirect(&mut self, url: WireUrl, source: Source) {
        let fingerprint = self.canonicalizer.fingerprint(&url);
        let (depth, redirects) = (self.lease.depth, self.lease.redirects.saturating_add(1));
        if !self.is_known(fingerprint) {
            self.hand_over(fingerprint, url, depth, redirects, Hop::Redirect, source);
        }
    }

    /// A file that only leads to pages: no farther from the seed than what names it.
    pub(super) fn prerequisite(&mut self, url: WireUrl) {
        let fingerprint = self.canonicalizer.fingerprint(&url);
        if !self.is_known(fingerprint) {
            let depth = self.lease.depth;
            self.hand_over(fingerprint, url, depth, 0, Hop::Prerequisite, Source::Sitemap);
        }
    }

    /// Whether the URL has been handed over of late. A batch still open may carry it for an earlier
    /// page; this page need not wait for that: if the batch is lost, the earlier page is fetched again
    /// and finds the link again.
    fn is_known(&self, fingerprint: Fingerprint) -> bool {
        if self.shard_of(fingerprint) == self.own {
            self.frontier.knows(fingerprint)
        } else {
            self.outboxes.is_recent(fingerprint)
        }
    }

    fn shard_of(&self, fingerprint: Fingerprint) -> ShardId {
        fingerprint.host.slot().shard(self.shared.config.workers)
    }

    fn hand_over(
        &mut self,
        fingerprint: Fingerprint,
        url: WireUrl,
        depth: u16,
        redirects: u8,
        hop: Hop,
        source: Source,
    ) {
        let shard = self.shard_of(fingerprint);
        let candidate = Candidate {
            url,
            fingerprint,
            via: Some(self.lease.url.as_str().into()),
            depth,
            redirects,
            hops: self.lease.hops.then(hop),
            source,
        };
        if shard == self.own {
            self.local.push(candidate);
            return;
        }
        self.outboxes.push(shard, candidate, self.shared);
        if !self.touched.contains(&shard) {
            self.touched.push(shard);
        }
    }

    /// Counts a link that the scope refuses, and lists it if that is wanted.
    pub(super) fn refuse_url(&mut self, url: &WireUrl, why: OutOfScope) {
        self.refused.list(url, why, self.lease, self.scope.rules(), self.canonicalizer);
        self.refuse(why.reason());
    }

    pub(super) fn refuse(&mut self, reason: &'static str) {
        self.counters.refuse_links(reason, 1);
    }
}

/// Whether somebody has registered the names of both; of other hosts, whether they are one.
fn is_same_site(one: &WireUrl, other: &WireUrl) -> bool {
    match (registrable_domain(one.host()), registrable_domain(other.host())) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.host_hash() == other.host_hash(),
        _ => false,
    }
}

fn hop(kind: LinkKind) -> Hop {
    match kind {
        LinkKind::Refresh => Hop::Redirect,
        LinkKind::Frame => Hop::Embed,
        kind if kind.is_asset() => Hop::Embed,
        _ => Hop::Link,
    }
}
