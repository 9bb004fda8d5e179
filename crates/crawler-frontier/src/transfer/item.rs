//! What a frontier consists of, piece by piece.

use super::hex;
use crate::host_row::HostTotals;
use crate::page::PageMemory;
use crate::robots_row::{RobotsMemory, RobotsText};
use crate::seen::SeenKey;
use crawler_politeness::{Pace, UnixMillis};
use crawler_url::{CanonicalRules, Fingerprint, HostKey, Scheme, WireUrl};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Version of the items; another one is refused.
pub const VERSION: u32 = 1;

/// A piece of a frontier. As JSON: an object whose only key says which kind it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// What it is; comes first.
    Frontier(Header),
    /// A seed.
    Seed(WireUrl),
    /// A host; its robots.txt and its queue follow.
    Host(HostItem),
    /// What the robots.txt of the last host said.
    Robots(RobotsItem),
    /// A URL queued for the last host, in the order of class and place.
    Url(UrlItem),
    /// What is remembered of a page.
    Page(PageItem),
    /// Members of the seen set, in order.
    Seen(SeenKeys),
    /// A URL that was found and is neither queued nor known to be seen.
    Undecided(UrlItem),
    /// What there was before; comes last.
    End(Totals),
}

/// What holds for the frontier as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the items.
    pub version: u32,
    /// Which crawl over the same URLs this is, from 1.
    pub generation: u32,
    /// Key of all fingerprints, and so of the seen set. A secret of the crawl.
    #[serde(serialize_with = "write_hex", deserialize_with = "read_hex")]
    pub fingerprint_seed: u64,
    /// The rules by which URLs are known again; none if they were never told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<CanonicalRules>,
    /// No place in a queue was dealt from here on.
    pub next_place: u64,
    /// URLs queued, as the store counts them.
    pub queued: u64,
    /// Members of the seen set, as the store counts them.
    pub seen: u64,
}

/// A host with its politeness state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostItem {
    /// Its name.
    pub host: HostKey,
    /// When it may be asked next, and why not sooner.
    pub pace: Pace,
    /// How its URLs have ended.
    pub totals: HostTotals,
}

/// What a host's robots.txt said when it was last asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RobotsItem {
    /// Whether it is that of the https site.
    pub secure: bool,
    /// When it is to be asked for again.
    pub expires_at: UnixMillis,
    /// What it said.
    pub rules: RulesText,
    /// Why it could not be had, if it could not: reason and detail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<(String, String)>,
}

/// The rules of a robots.txt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RulesText {
    /// The file.
    Text(String),
    /// The file in hexadecimal digits, since it is not UTF-8.
    Hex(String),
    /// There is none.
    AllowAll,
    /// It could not be had, and none was known before.
    DisallowAll,
}

/// A URL to be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UrlItem {
    /// The URL as it will be requested.
    pub url: WireUrl,
    /// Priority within the host: 0 seeds, 1 sitemaps, 2 to 14 links by depth, 15 retries.
    pub class: u8,
    /// Its place within the class; smaller ones first. An undecided URL has none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u64>,
    /// The page it was found on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Box<str>>,
    /// Hops from a seed.
    pub depth: u16,
    /// Redirects followed in a row to get here.
    pub redirects: u8,
    /// A letter for each hop from the seed.
    pub hops: String,
    /// Attempts that have failed.
    pub attempts: u8,
}

/// What is remembered of a page, under the fingerprint of its URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageItem {
    /// Host hash and URL hash.
    #[serde(serialize_with = "write_print", deserialize_with = "read_print")]
    pub fingerprint: Fingerprint,
    /// What is remembered.
    pub memory: PageMemory,
}

/// Keys of the seen set. As text: 20 hexadecimal digits for each, without anything between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenKeys(
    /// The keys.
    pub Vec<SeenKey>,
);

/// How many pieces there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Seeds.
    pub seeds: u64,
    /// Hosts.
    pub hosts: u64,
    /// Files robots.txt.
    pub robots: u64,
    /// Queued URLs.
    pub urls: u64,
    /// Pages.
    pub pages: u64,
    /// Members of the seen set.
    pub seen: u64,
    /// Undecided URLs.
    pub undecided: u64,
}

impl Totals {
    /// Counts a piece.
    pub(super) fn count(&mut self, item: &Item) {
        match item {
            Item::Seed(_) => self.seeds += 1,
            Item::Host(_) => self.hosts += 1,
            Item::Robots(_) => self.robots += 1,
            Item::Url(_) => self.urls += 1,
            Item::Page(_) => self.pages += 1,
            Item::Seen(keys) => self.seen += keys.0.len() as u64,
            Item::Undecided(_) => self.undecided += 1,
            Item::Frontier(_) | Item::End(_) => {}
        }
    }
}

impl RobotsItem {
    pub(super) fn of(scheme: Scheme, memory: RobotsMemory) -> Self {
        let RobotsMemory { expires_at, rules, closed } = memory;
        let rules = match rules {
            RobotsText::Body(body) => match String::from_utf8(body) {
                Ok(text) => RulesText::Text(text),
                Err(error) => RulesText::Hex(hex::encode(error.as_bytes())),
            },
            RobotsText::AllowAll => RulesText::AllowAll,
            RobotsText::DisallowAll => RulesText::DisallowAll,
        };
        Self { secure: scheme == Scheme::Https, expires_at, rules, closed }
    }

    /// `None` when the rules are no hexadecimal digits.
    pub(super) fn into_memory(self) -> Option<(Scheme, RobotsMemory)> {
        let scheme = if self.secure { Scheme::Https } else { Scheme::Http };
        let rules = match self.rules {
            RulesText::Text(text) => RobotsText::Body(text.into_bytes()),
            RulesText::Hex(digits) => RobotsText::Body(hex::decode(&digits)?),
            RulesText::AllowAll => RobotsText::AllowAll,
            RulesText::DisallowAll => RobotsText::DisallowAll,
        };
        let Self { expires_at, closed, .. } = self;
        Some((scheme, RobotsMemory { expires_at, rules, closed }))
    }
}

impl Serialize for SeenKeys {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|key| key.to_bytes()).collect();
        out.serialize_str(&hex::encode(&bytes))
    }
}

impl<'de> Deserialize<'de> for SeenKeys {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let bytes = read_bytes(input)?;
        let (keys, rest) = bytes.as_chunks::<{ SeenKey::LEN }>();
        if !rest.is_empty() {
            return Err(de::Error::custom("a key of the seen set has 20 digits"));
        }
        Ok(Self(keys.iter().map(|key| SeenKey::from_bytes(*key)).collect()))
    }
}

fn read_bytes<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<u8>, D::Error> {
    let text = <std::borrow::Cow<'de, str>>::deserialize(input)?;
    hex::decode(&text).ok_or_else(|| de::Error::custom("hexadecimal digits are expected"))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields so")]
fn write_hex<S: Serializer>(number: &u64, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(&hex::encode(&number.to_be_bytes()))
}

fn read_hex<'de, D: Deserializer<'de>>(input: D) -> Result<u64, D::Error> {
    let bytes = <[u8; 8]>::try_from(read_bytes(input)?);
    bytes.map(u64::from_be_bytes).map_err(|_| de::Error::custom("16 digits are expected"))
}

fn write_print<S: Serializer>(print: &Fingerprint, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(&hex::encode(&print.to_bytes()))
}

fn read_print<'de, D: Deserializer<'de>>(input: D) -> Result<Fingerprint, D::Error> {
    let bytes = <[u8; Fingerprint::LEN]>::try_from(read_bytes(input)?);
    bytes.map(Fingerprint::from_bytes).map_err(|_| de::Error::custom("32 digits are expected"))
}
