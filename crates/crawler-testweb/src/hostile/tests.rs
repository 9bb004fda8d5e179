//! The hostile web as such: whole, consistent, and reachable.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};

use super::web::HostileWeb;
use super::{HostileConfig, HostileServer, Outcome, address, crowd};
use crate::server::dns::Reply;

const NAMES: u32 = 3;

#[test]
fn every_url_has_one_outcome_and_every_name_an_address() {
    let web = HostileWeb::new(80, NAMES).unwrap();
    let expected = web.expected();
    let urls: BTreeSet<_> = expected.iter().map(|(url, _)| url.as_str()).collect();
    assert_eq!(urls.len(), expected.len());
    let seeds = web.seeds();
    assert!(seeds.len() > 90 && seeds.iter().all(|seed| urls.contains(seed.as_str())));
    let mut addresses = BTreeSet::new();
    for seed in &seeds {
        let name = seed.split("://").nth(1).unwrap().split(':').next().unwrap();
        let label = web.label_of(name).unwrap();
        match web.resolve(&name.to_uppercase()) {
            Reply::Address(ip) if ip.is_loopback() && ip != crowd::ADDRESS => {
                assert!(addresses.insert(ip), "two hosts at {ip}");
                assert_eq!(web.site_at(ip).unwrap().label, label);
            }
            Reply::Address(ip) => {
                assert_eq!(ip == crowd::ADDRESS, label.starts_with("crowd-"), "{seed}");
            }
            reply => assert!(label.starts_with("name-"), "{seed}: {reply:?}"),
        }
    }
    let network = HostileServer::NETWORK.strip_suffix(".0.0/16").unwrap();
    assert!(addresses.iter().all(|ip| ip.to_string().starts_with(network)));
    assert_eq!(web.resolve("nobody.testweb.test"), Reply::NoSuchName);
    assert_eq!(address(254), Ipv4Addr::new(127, 2, 1, 1));
}

#[test]
fn the_server_answers_and_judges() {
    let server =
        HostileServer::start(&HostileConfig { names: NAMES, ..HostileConfig::default() }).unwrap();
    let (seed, outcome) =
        server.expected().into_iter().find(|(url, _)| url.contains("crowd-1.")).unwrap();
    assert_eq!(outcome, Outcome::Page { status: 200, partial: None });
    let host = seed.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let port = host.split(':').nth(1).unwrap().parse().unwrap();
    let ask = |target: &str| {
        let mut stream = TcpStream::connect(SocketAddr::from((crowd::ADDRESS, port))).unwrap();
        write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(ask("/robots.txt").contains("Disallow: /forbidden/"));
    assert_eq!(server.manners().violations(), 0);
    assert!(ask("/nowhere").starts_with("HTTP/1.1 404 "));
    let manners = server.manners();
    // It came too soon, and no link leads there.
    assert_eq!((manners.host_too_soon, manners.unexpected), (1, 1), "{manners}");
    assert_eq!((manners.requests, manners.hosts, manners.violations()), (2, 1, 2), "{manners}");
}
