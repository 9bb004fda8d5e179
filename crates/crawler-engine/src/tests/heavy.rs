//! Sitemaps and large bodies, which are at work for several turns. In these tests each sitemap is read on the
//! other thread and taken two entries at a time, and pages of a kilobyte count as large.

use std::collections::BTreeSet;

use super::{config, crawl, plan_panics, stored, web};
use crate::{CrawlConfig, Finish, Sitemaps};

#[test]
fn what_sitemaps_list_is_fetched_once_however_often_shards_panic() {
    let (server, dir) = (web(), tempfile::tempdir().unwrap());
    let web = server.web();
    let sitemaps: Vec<String> =
        web.prerequisites().map(|file| file.url).filter(|url| url.contains("sitemap")).collect();
    let listed: Vec<String> = web.listed().map(|page| page.url).collect();
    assert!(listed.len() > 2 * sitemaps.len() / 5, "sitemaps take more than one turn");
    // In the midst of sitemaps, of the pages they list, and of others.
    for url in [&sitemaps[1], &sitemaps[sitemaps.len() / 2], &listed[3]] {
        plan_panics(url, 1);
    }
    let report = crawl(CrawlConfig { sitemaps: Sitemaps::Robots, ..config(&server, dir.path()) });
    assert_eq!((report.finish, report.snapshot.restarts), (Finish::Done, 3));
    assert_eq!((report.snapshot.accounting_error, report.snapshot.queued), (0, 0));
    let stored = stored(dir.path());
    let once: BTreeSet<String> = stored.iter().cloned().collect();
    let expected = web.expected().map(|page| page.url).chain(sitemaps).chain(listed);
    assert_eq!(once, expected.collect());
    assert_eq!(stored.len(), once.len(), "a page was stored twice");
}
