//! Hosts that cannot be reached: bad TLS, bad names, addresses that are nobody's business.

use std::net::Ipv4Addr;

use crate::hostile::site::Outcome::{Failed, Skipped};
use crate::hostile::site::{Door, Handshake, Lookup, Outcome, Site, Step, send};

pub(super) fn sites() -> Vec<Site> {
    let site = |label, door, outcome: Outcome| Site::new(label, Vec::new(), outcome).door(door);
    let tls = |steps| Door::Https(Handshake::Plays(steps));
    let at = |octets: [u8; 4]| Door::Dns(Lookup::Address(Ipv4Addr::from(octets)));
    // Alert, TLS 1.2, two bytes: fatal, handshake failure (RFC 8446 section 6).
    let alert: &[u8] = &[21, 3, 3, 0, 2, 2, 40];
    vec![
        site("tls-plain", tls(vec![send("HTTP/1.1 400 Bad Request\r\n\r\n")]), Failed("tls")),
        site("tls-alert", tls(vec![send(alert)]), Failed("tls")),
        site("tls-silent", tls(vec![Step::Stall]), Failed("timeout_tls")),
        site("tls-closed", tls(Vec::new()), Failed("connect")),
        site("tls-reset", tls(vec![Step::Reset]), Failed("connect")),
        site("tls-untrusted", Door::Https(Handshake::Untrusted), Failed("tls")),
        site("name-unknown", Door::Dns(Lookup::NoSuchName), Failed("dns_no_such_host")),
        site("name-broken", Door::Dns(Lookup::Broken), Failed("dns")),
        site("name-private", at([10, 0, 0, 1]), Skipped("address_refused")),
        site("name-metadata", at([169, 254, 169, 254]), Skipped("address_refused")),
        site("name-cgnat", at([100, 64, 0, 1]), Skipped("address_refused")),
        site("name-multicast", at([224, 0, 0, 1]), Skipped("address_refused")),
        site("name-zero", at([0, 0, 0, 0]), Skipped("address_refused")),
    ]
}
