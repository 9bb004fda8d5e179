//! What goes out comes in again, whole or not at all.

use super::{Feed, Header, Item, Restore, RestoreError, Totals, export};
use crate::tests::{Store, TINY, at};
use crate::{
    Candidate, Disposition, Frontier, FrontierDb, FrontierError, FrontierLimits, Hop, Hops,
    PageMemory, RobotsMemory, RobotsText, Source,
};
use crawler_url::{Canonicalizer, Scheme, ShardCount, ShardId, WireUrl};
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

fn keyed(store: &FrontierDb, url: &str, source: Source, depth: u16) -> Candidate {
    let url = WireUrl::parse(url).unwrap();
    Candidate {
        fingerprint: Canonicalizer::keyed(store.reader().fingerprint_seed()).fingerprint(&url),
        via: (depth > 0).then(|| format!("{url}#from").into()),
        url,
        depth,
        redirects: (depth % 3) as u8,
        hops: (0..depth).fold(Hops::default(), |hops, _| hops.then(Hop::Link)),
        source,
    }
}

fn items(db: &FrontierDb) -> Vec<Item> {
    let mut items = Vec::new();
    export(db, &mut |item| -> Result<(), FrontierError> {
        items.push(item);
        Ok(())
    })
    .unwrap();
    items
}

fn restore(db: &mut FrontierDb, items: &[Item]) -> Result<Totals, RestoreError> {
    let (first, rest) = items.split_first().unwrap();
    let mut restore = Restore::begin(db, first.clone())?;
    rest.iter().cloned().try_for_each(|item| restore.take(item))?;
    restore.finish(b"payload")
}

fn restored(dir: &Path, items: &[Item]) -> FrontierDb {
    let mut db = FrontierDb::open(dir).unwrap();
    restore(&mut db, items).unwrap();
    drop(db);
    FrontierDb::open(dir).unwrap()
}

/// A store in which there is something of every kind, hosts in memory and hosts on disk.
fn full(dir: &Path) -> Store {
    let limits = FrontierLimits { hosts_in_memory: 2, ..TINY };
    let mut store = Store::open(dir, limits);
    let names = ["a", "b", "c", "d"];
    let urls = names.iter().flat_map(|name| (0..40).map(move |n| (name, n)));
    let links: Vec<_> = urls
        .map(|(name, n)| {
            let url = format!("http://{name}.example/{n}");
            let source = if n == 7 { Source::Seed } else { Source::Link };
            keyed(&store.db, &url, source, n % 5)
        })
        .collect();
    store.frontier.add_seed(&links[7].url);
    store.offer(links);
    store.commit();
    let lease = store.lease(0);
    store.frontier.pace(lease.fingerprint.host).unwrap().next_fetch_at = at(77_000);
    store.frontier.release(&lease);
    let robots = |rules| RobotsMemory { expires_at: at(9), rules, closed: None };
    let body = RobotsText::Body(vec![b'#', 0xff]);
    store.frontier.remember_robots(lease.fingerprint.host, Scheme::Https, robots(body));
    let text = RobotsText::Body(b"Disallow: /\n".to_vec());
    store.frontier.remember_robots(lease.fingerprint.host, Scheme::Http, robots(text));
    let page = |text: &str| PageMemory {
        etag: Some(text.to_owned()),
        last_modified: None,
        digest: "sha1:X".to_owned(),
        date: "2026-01-01T00:00:00Z".to_owned(),
    };
    store.frontier.remember(lease.fingerprint, page("\"e\""));
    store.frontier.settle(lease, Disposition::Fetched);
    let lease = store.lease(0);
    store.frontier.release(&lease);
    store.frontier.settle(lease, Disposition::Retry);
    store.commit();
    store
}

/// All URLs in the order in which they are leased, each when it is due.
fn leased(db: &FrontierDb) -> Vec<(u64, String, u8)> {
    let one = ShardCount::ONE;
    let mut frontier =
        Frontier::recover(db.reader(), ShardId(0), one, crate::tests::LIMITS, Arc::new(|| ()))
            .unwrap();
    let (mut now, mut order) = (at(0), Vec::new());
    loop {
        match frontier.lease(now).unwrap() {
            crate::Next::Lease(lease) => {
                order.push((now.0, lease.url.to_string(), lease.attempts));
                frontier.release(&lease);
                frontier.settle(*lease, Disposition::Fetched);
            }
            crate::Next::At(due) => now = due,
            _ => return order,
        }
    }
}

#[test]
fn a_restored_frontier_is_the_one_that_was_exported() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = full(from.path());
    let before = items(&store.db);
    for kind in ["Seed", "Host", "Robots", "Url", "Page", "Seen", "End"] {
        assert!(before.iter().any(|item| format!("{item:?}").starts_with(kind)), "no {kind}");
    }
    let db = restored(to.path(), &before);
    assert_eq!(items(&db), before);
    assert_eq!(db.payload().as_deref(), Some(&b"payload"[..]));
    let by_host = |db: &FrontierDb| {
        let mut order = leased(db);
        order.sort_by_key(|(_, url, _)| WireUrl::parse(url).unwrap().host_hash());
        order
    };
    let order = by_host(&db);
    assert_eq!(order.len(), 159);
    assert_eq!(order, by_host(&store.db), "hosts' queues and deadlines");
    assert!(order.iter().any(|(at, ..)| *at == 77_000) && order.iter().any(|(at, ..)| *at == 0));
}

#[test]
fn what_was_seen_or_undecided_stays_so() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut store = Store::open(from.path(), TINY);
    let print = |db: &FrontierDb, url| keyed(db, url, Source::Link, 1).fingerprint;
    let gone = print(&store.db, "http://a.example/gone");
    store.db.mark_seen(&[gone]).unwrap();
    store.frontier = crate::tests::recover(&store.db, TINY);
    let found = ["http://a.example/1", "http://a.example/gone", "http://a.example/2"];
    let links: Vec<_> = found.iter().map(|url| keyed(&store.db, url, Source::Link, 1)).collect();
    store.offer(links);
    assert_eq!(store.frontier.undecided(), 3, "the run must be asked");
    store.commit();
    let before = items(&store.db);
    let mut db = restored(to.path(), &before);
    let Item::End(totals) = before.last().unwrap() else { panic!("no end") };
    assert_eq!((totals.urls, totals.seen, totals.undecided), (0, 1, 3));
    assert_eq!(strip_places(items(&db)), strip_places(before));
    let mut feed = Feed::begin(&mut db, at(5)).unwrap();
    feed.offer(WireUrl::parse("http://a.example/2").unwrap()).unwrap();
    feed.offer(WireUrl::parse("http://a.example/3").unwrap()).unwrap();
    feed.commit(|queued| Ok(queued.to_string().into_bytes())).unwrap();
    assert_eq!((feed.queued(), feed.known()), (1, 1));
    assert_eq!(db.payload().as_deref(), Some(&b"3"[..]));
    let urls: Vec<_> = leased(&db).into_iter().map(|(_, url, _)| url).collect();
    assert_eq!(urls, ["3", "1", "2"].map(|n| format!("http://a.example/{n}")), "seeds first");
}

/// Rows of undecided URLs take places of their own.
fn strip_places(mut items: Vec<Item>) -> Vec<Item> {
    if let Some(Item::Frontier(Header { next_place, .. })) = items.first_mut() {
        *next_place = 0;
    }
    items
}

#[test]
fn only_a_whole_export_into_an_empty_store_is_taken() {
    let from = tempfile::tempdir().unwrap();
    let whole = items(&full(from.path()).db);
    let refused = |items: &[Item]| {
        let to = tempfile::tempdir().unwrap();
        let mut db = FrontierDb::open(to.path()).unwrap();
        let error = restore(&mut db, items).unwrap_err().to_string();
        drop(db);
        let again = FrontierDb::open(to.path());
        let is_marked = matches!(again, Err(FrontierError::Unfinished { .. }));
        assert_eq!(is_marked, matches!(items[0], Item::Frontier(Header { version: 1, .. })));
        error
    };
    let without = |index: usize| {
        let mut items = whole.clone();
        items.remove(index);
        items
    };
    let at_url = whole.iter().position(|item| matches!(item, Item::Url(_))).unwrap();
    let at_host = whole.iter().position(|item| matches!(item, Item::Host(_))).unwrap();
    assert!(refused(&whole[1..]).contains("first line"));
    assert!(refused(&whole[..whole.len() - 1]).contains("cut short"));
    assert!(refused(&without(at_url)).contains("158 queued URLs, and 159"));
    assert!(refused(&without(at_host)).contains("no host before"));
    let mut newer = whole.clone();
    if let Item::Frontier(header) = &mut newer[0] {
        header.version = 2;
    }
    assert!(refused(&newer).contains("version 2"));
    let mut db = FrontierDb::open(from.path()).unwrap();
    let error = restore(&mut db, &whole).unwrap_err();
    assert!(matches!(error, RestoreError::NotEmpty), "{error}");
}

#[test]
fn seen_urls_are_counted_once_and_never_queued() {
    let dir = tempfile::tempdir().unwrap();
    let mut db = FrontierDb::open(dir.path()).unwrap();
    let prints: Vec<_> = (0..50)
        .map(|n| keyed(&db, &format!("http://{}.example/{n}", n % 7), Source::Link, 1).fingerprint)
        .collect();
    assert_eq!(db.mark_seen(&prints[..20]).unwrap(), 20);
    assert_eq!(db.mark_seen(&[prints[3], prints[30], prints[30]]).unwrap(), 1);
    let mut feed = Feed::begin(&mut db, at(0)).unwrap();
    for n in 0..50 {
        let url = format!("http://{}.example/{n}", n % 7);
        feed.offer(WireUrl::parse(&url).unwrap()).unwrap();
    }
    feed.commit(|_| Ok(Vec::new())).unwrap();
    assert_eq!((feed.queued(), feed.known()), (29, 21));
    assert_eq!(db.mark_seen(&prints).unwrap(), 0, "what is queued is seen");
    assert_eq!((leased(&db).len(), db.reader().queued().unwrap()), (29, 29));
    let Item::Frontier(header) = items(&db).remove(0) else { panic!("no header") };
    assert_eq!(header.seen, 50);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_frontier_comes_back(
        urls in proptest::collection::vec(("[a-c]", "[a-z/?=]{0,6}", 0u16..20), 1..60),
        leases in 0usize..20,
        seen in proptest::collection::vec("[a-z]{1,2}", 0..10),
    ) {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut store = Store::open(from.path(), TINY);
        let link = |(host, path, depth): (String, String, u16)| {
            keyed(&store.db, &format!("http://{host}.example/{path}"), Source::Link, depth)
        };
        let links: Vec<_> = urls.into_iter().map(link).collect();
        store.offer(links);
        store.commit();
        for _ in 0..leases.min(store.frontier.queued() as usize) {
            let lease = store.lease(u64::MAX);
            let disposition = if lease.depth.is_multiple_of(2) { Disposition::Fetched } else { Disposition::Retry };
            store.frontier.release(&lease);
            store.frontier.settle(lease, disposition);
        }
        store.commit();
        let Store { mut db, frontier } = store;
        drop(frontier);
        let print = |url: &String| keyed(&db, &format!("http://z.example/{url}"), Source::Link, 1).fingerprint;
        let prints: Vec<_> = seen.iter().map(print).collect();
        db.mark_seen(&prints).unwrap();
        let before = items(&db);
        let other = restored(to.path(), &before);
        prop_assert_eq!(items(&other), before);
        prop_assert_eq!(leased(&other).len(), leased(&db).len());
    }
}
