//! What the seeds of a crawl cover.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use xxhash_rust::xxh3::xxh3_64;

use super::ScopeKind;
use crate::canonical::{self, Canonicalizer, push_normalized};
use crate::fingerprint::Fingerprint;
use crate::host::{HostHash, registrable_domain};
use crate::wire::WireUrl;

/// Seeds, and what they cover by the kind of scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Seeds {
    pages: HashSet<Fingerprint, Hashed>,
    hosts: HashSet<HostHash, Hashed>,
    /// Hashes of registrable domains.
    domains: HashSet<u64, Hashed>,
    prefixes: HashMap<HostHash, Prefixes, Hashed>,
}

impl Seeds {
    pub(super) fn new(kind: ScopeKind, seeds: &[WireUrl]) -> Self {
        let mut all = Self::default();
        for seed in seeds {
            all.insert(kind, seed);
        }
        all
    }

    pub(super) fn len(&self) -> usize {
        self.pages.len()
    }

    pub(super) fn insert(&mut self, kind: ScopeKind, seed: &WireUrl) {
        self.pages.insert(Canonicalizer::default().fingerprint(seed));
        match kind {
            ScopeKind::Page | ScopeKind::Any | ScopeKind::Custom => {}
            ScopeKind::Prefix => {
                let prefixes = self.prefixes.entry(seed.host_hash()).or_default();
                with_canonical_path(seed, |path| prefixes.insert(directory(path)));
            }
            ScopeKind::Host => {
                self.hosts.insert(seed.host_hash());
            }
            ScopeKind::Domain => match registrable_domain(seed.host()) {
                Some(domain) => {
                    self.domains.insert(xxh3_64(domain.as_bytes()));
                }
                None => {
                    self.hosts.insert(seed.host_hash());
                }
            },
        }
    }

    /// Takes all that other seeds cover.
    pub(super) fn absorb(&mut self, other: Self) {
        self.pages.extend(other.pages);
        self.hosts.extend(other.hosts);
        self.domains.extend(other.domains);
        for (host, prefixes) in other.prefixes {
            let mine = self.prefixes.entry(host).or_default();
            prefixes.0.iter().for_each(|prefix| mine.insert(prefix));
        }
    }

    /// Whether the URL is a seed.
    pub(super) fn contain(&self, url: &WireUrl) -> bool {
        !self.pages.is_empty() && self.pages.contains(&Canonicalizer::default().fingerprint(url))
    }

    /// Whether the URL is as near to a seed as the kind of scope asks.
    pub(super) fn cover(&self, kind: ScopeKind, url: &WireUrl) -> bool {
        match kind {
            ScopeKind::Any => true,
            ScopeKind::Page | ScopeKind::Custom => self.contain(url),
            ScopeKind::Host => !self.hosts.is_empty() && self.hosts.contains(&url.host_hash()),
            ScopeKind::Prefix => {
                !self.prefixes.is_empty()
                    && self.prefixes.get(&url.host_hash()).is_some_and(|prefixes| {
                        with_canonical_path(url, |path| prefixes.cover(path))
                    })
            }
            ScopeKind::Domain => {
                (!self.hosts.is_empty() && self.hosts.contains(&url.host_hash()))
                    || (!self.domains.is_empty()
                        && registrable_domain(url.host()).is_some_and(|domain| {
                            self.domains.contains(&xxh3_64(domain.as_bytes()))
                        }))
            }
        }
    }
}

/// Path up to its last slash.
fn directory(path: &str) -> &str {
    path.rfind('/').map_or(path, |slash_idx| &path[..=slash_idx])
}

/// Hands over the path as it is in the canonical URL.
pub(super) fn with_canonical_path<T>(url: &WireUrl, then: impl FnOnce(&str) -> T) -> T {
    if canonical::is_canonical(url) {
        return then(url.path());
    }
    let mut path = String::with_capacity(url.path().len());
    push_normalized(&mut path, url.path());
    then(&path)
}

/// Directories in order, none of them within another: then the only one that can hold a path is
/// the greatest that is not greater than the path.
#[derive(Clone, Debug, Default)]
struct Prefixes(Vec<Box<str>>);

impl Prefixes {
    fn cover(&self, path: &str) -> bool {
        let after = self.0.partition_point(|prefix| **prefix <= *path);
        after.checked_sub(1).is_some_and(|idx| path.starts_with(&*self.0[idx]))
    }

    fn insert(&mut self, directory: &str) {
        if self.cover(directory) {
            return;
        }
        let start = self.0.partition_point(|prefix| **prefix < *directory);
        let covered = self.0[start..].iter().take_while(|prefix| prefix.starts_with(directory));
        let end = start + covered.count();
        self.0.splice(start..end, [directory.into()]);
    }
}

/// Keys that are hashes already need no other.
type Hashed = BuildHasherDefault<KeyIsHash>;

#[derive(Clone, Debug, Default)]
struct KeyIsHash(u64);

impl Hasher for KeyIsHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        // The hashes of one host's pages differ only in the second half of their fingerprints.
        self.0 = self.0.rotate_left(32) ^ hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 ^= xxh3_64(bytes);
    }
}
