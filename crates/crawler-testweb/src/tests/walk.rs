//! A plain crawler walks the real server: what it fetches must be what the web expects.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use url::Url;

use super::client::{self, Reply};
use super::{config, links, serve};
use crate::{ExpectedKind, Naming, PageMix, Role, WebConfig, WebServer};

#[tokio::test]
async fn a_plain_crawl_fetches_exactly_what_is_expected() {
    let base = config(7);
    let configs = [
        base.clone(),
        WebConfig { seed: 8, errors: crate::Errors::None, ..base.clone() },
        WebConfig { seed: 9, naming: Naming::Names, hosts: 1, ..base.clone() },
        WebConfig { seed: 10, mix: PageMix::Docs, hosts: 3, pages_per_host: 60, ..base.clone() },
        WebConfig { seed: 11, mix: PageMix::Live, hosts: 2, pages_per_host: 14, ..base.clone() },
        WebConfig { seed: 12, hosts: 17, pages_per_host: 1, ..base },
    ];
    for config in configs {
        check(&config).await;
    }
}

/// Random links reach most pages by chance; this is what makes sure that they reach all.
#[test]
fn every_page_links_to_its_children() {
    let web = crate::Web::build(WebConfig { pages_per_host: 150, ..config(13) }).unwrap();
    for page in 0..150 {
        let target = web.tree().path(page);
        let base = Url::parse(&format!("http://127.1.0.1:1{target}")).unwrap();
        let html = String::from_utf8(web.page(0, &target).body.to_vec()).unwrap();
        let tags = links::tags(&html);
        let found: BTreeSet<String> = tags
            .iter()
            .filter_map(|tag| base.join(tag.attr("href")?).ok())
            .map(|url| url[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
            .collect();
        for child in web.tree().children(page) {
            assert!(found.contains(&web.tree().path(child)), "{child} is not on {target}");
        }
    }
}

async fn check(config: &WebConfig) {
    let server = serve(config.clone());
    let web = server.web();
    let mut walk = Walk::new(&server);
    walk.run().await;

    let expected: BTreeMap<String, u16> =
        web.expected().map(|expected| (expected.url, expected.status)).collect();
    assert_eq!(walk.fetched, expected, "{config:?}");
    assert_eq!(web.expected().count(), expected.len(), "each once");
    assert_eq!(web.expected_count(), expected.len() as u64);
    let disallowed: BTreeSet<String> = web.disallowed().collect();
    assert!(walk.disallowed.is_superset(&disallowed), "{:?}", walk.disallowed);
    for url in &walk.disallowed {
        assert_eq!(web.role(url), Role::Disallowed, "{url}");
        let origin = url.split_inclusive('/').take(3).collect::<String>();
        // Of hosts whose robots.txt fails, only the seed is listed.
        assert!(disallowed.contains(url) || disallowed.contains(&origin), "{url}");
    }
    let assets: BTreeSet<String> = web.assets().map(|asset| asset.url).collect();
    assert_eq!(walk.assets, assets);
    let prerequisites: BTreeMap<String, u16> = web
        .prerequisites()
        .filter(|file| !file.url.contains("sitemap"))
        .map(|file| (file.url, file.status))
        .collect();
    assert_eq!(walk.prerequisites, prerequisites);
    for (url, status) in &walk.fetched {
        assert!(matches!(web.role(url), Role::Expected(expected) if expected.status == *status));
    }

    let stats = server.stats();
    assert_eq!((stats.disallowed, stats.unexpected, stats.before_robots), (0, 0, 0));
    assert_eq!(stats.expected_distinct, expected.len() as u64);
    assert_eq!(stats.host_concurrency_max, 1);
    // Only busy pages were asked for twice.
    let busy = web.expected().filter(|expected| expected.kind == ExpectedKind::Busy).count();
    assert_eq!(stats.expected_repeated, busy as u64);
}

struct Walk<'a> {
    server: &'a WebServer,
    queue: VecDeque<Url>,
    known: BTreeSet<String>,
    rules: BTreeMap<String, Rules>,
    fetched: BTreeMap<String, u16>,
    disallowed: BTreeSet<String>,
    assets: BTreeSet<String>,
    prerequisites: BTreeMap<String, u16>,
}

impl<'a> Walk<'a> {
    fn new(server: &'a WebServer) -> Self {
        let mut walk = Self {
            server,
            queue: VecDeque::new(),
            known: BTreeSet::new(),
            rules: BTreeMap::new(),
            fetched: BTreeMap::new(),
            disallowed: BTreeSet::new(),
            assets: BTreeSet::new(),
            prerequisites: BTreeMap::new(),
        };
        for seed in server.seeds() {
            walk.admit(Url::parse(&seed).unwrap());
        }
        walk
    }

    fn admit(&mut self, mut url: Url) {
        url.set_fragment(None);
        if matches!(url.scheme(), "http" | "https") && self.known.insert(url.to_string()) {
            self.queue.push_back(url);
        }
    }

    async fn run(&mut self) {
        while let Some(url) = self.queue.pop_front() {
            let origin = url.origin().ascii_serialization();
            if !self.rules.contains_key(&origin) {
                let rules = self.rules_of(&origin).await;
                self.rules.insert(origin.clone(), rules);
            }
            let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
            if !self.rules[&origin].allow(target) {
                self.disallowed.insert(url.to_string());
                continue;
            }
            let mut reply = client::get(self.server, url.as_str()).await;
            if reply.status == 503 {
                assert_eq!(reply.header("retry-after"), Some("1"));
                reply = client::get(self.server, url.as_str()).await;
            }
            self.fetched.insert(url.to_string(), reply.status);
            self.follow(&url, &reply);
        }
    }

    async fn rules_of(&mut self, origin: &str) -> Rules {
        let mut url = format!("{origin}/robots.txt");
        loop {
            let reply = client::get(self.server, &url).await;
            self.prerequisites.insert(url.clone(), reply.status);
            match reply.status {
                301 => url = format!("{origin}{}", reply.header("location").unwrap()),
                200 => return Rules::parse(&String::from_utf8(reply.body.unwrap()).unwrap()),
                404 => return Rules(Vec::new()),
                _ => return Rules(vec![(false, "/".to_owned())]),
            }
        }
    }

    fn follow(&mut self, url: &Url, reply: &Reply) {
        if let Some(location) = reply.header("location") {
            self.admit(url.join(location).unwrap());
            return;
        }
        let content_type = reply.header("content-type");
        let nofollow = reply.header("x-robots-tag").is_some_and(|tag| tag.starts_with("noarchive"));
        let (Some(body), false) = (&reply.body, nofollow) else {
            return;
        };
        if content_type.is_some_and(|kind| !kind.starts_with("text/html")) {
            return;
        }
        let legacy = content_type.is_some_and(|kind| kind.ends_with("Windows-1251"));
        let html =
            if legacy { from_windows_1251(body) } else { String::from_utf8(body.clone()).unwrap() };
        let tags = links::tags(&html);
        let is_nofollow = |tag: &links::Tag| {
            tag.name == "meta" && tag.attr("content").is_some_and(|text| text.contains("NoFollow"))
        };
        if tags.iter().any(is_nofollow) {
            return;
        }
        let base = tags.iter().find(|tag| tag.name == "base" && tag.attr("href").is_some());
        let base = base.map_or(url.clone(), |tag| url.join(tag.attr("href").unwrap()).unwrap());
        for tag in &tags {
            let attrs: &[&str] = match tag.name.as_str() {
                "a" | "area" => &["href"],
                "link" | "img" | "script" => &["href", "src", "srcset"],
                _ => continue,
            };
            for href in attrs.iter().filter_map(|attr| tag.attr(attr)) {
                self.link(tag, &base, href, legacy);
            }
        }
    }

    fn link(&mut self, tag: &links::Tag, base: &Url, href: &str, legacy: bool) {
        let encode = |text: &str| -> Cow<'static, [u8]> {
            text.chars().map(to_windows_1251).collect::<Vec<u8>>().into()
        };
        let encode_ref: &dyn Fn(&str) -> Cow<'_, [u8]> = &|text| encode(text);
        let options = Url::options().base_url(Some(base));
        let options = if legacy { options.encoding_override(Some(encode_ref)) } else { options };
        if tag.name == "a" || tag.name == "area" || tag.attr("rel") == Some("canonical") {
            options.parse(href).into_iter().for_each(|url| self.admit(url));
            return;
        }
        for candidate in href.split(", ") {
            let address = candidate.trim().split(' ').next().unwrap();
            self.assets.insert(options.parse(address).unwrap().to_string());
        }
    }
}

/// Whether each pattern allows.
struct Rules(Vec<(bool, String)>);

impl Rules {
    fn parse(text: &str) -> Self {
        let (_, group) = text.split_once("User-agent: *\n").unwrap();
        let rule = |line: &str| {
            let line = line.split('#').next().unwrap().trim();
            let (name, pattern) = line.split_once(':')?;
            let allows = name == "Allow";
            let pattern = pattern.trim().to_owned();
            ((allows || name == "Disallow") && !pattern.is_empty()).then_some((allows, pattern))
        };
        Self(group.lines().filter_map(rule).collect())
    }

    fn allow(&self, target: &str) -> bool {
        let matching = self.0.iter().filter(|(_, pattern)| match pattern.strip_prefix("/*") {
            Some(suffix) => target.ends_with(suffix.trim_end_matches('$')),
            None => target.starts_with(pattern),
        });
        matching.max_by_key(|(_, pattern)| pattern.len()).is_none_or(|(allows, _)| *allows)
    }
}

fn from_windows_1251(bytes: &[u8]) -> String {
    let decode = |byte: &u8| match *byte {
        byte @ 0xc0.. => char::from_u32(u32::from(byte) - 0xc0 + 0x410).unwrap(),
        byte => char::from(byte),
    };
    bytes.iter().map(decode).collect()
}

fn to_windows_1251(letter: char) -> u8 {
    match u32::from(letter) {
        code @ 0x410.. => (code - 0x410 + 0xc0) as u8,
        code => code as u8,
    }
}
