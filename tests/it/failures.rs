//! Why a host gave nothing is told as it is, not as a matter of robots.txt.

use std::net::TcpListener;

use crawler_testweb::{Naming, Tls, WebConfig, WebServer};

use crate::data::{assert_consistent, skipped};
use crate::harness::Place;
use crate::webs::{serve, small};

/// Crawls one seed, which must fail for this reason.
fn fails(server: &WebServer, seed: &str, args: &[&str], reason: &str) {
    let place = Place::new();
    let args = [args, &["--retries", "0", seed]].concat();
    let ended = place.crawl_from(server, &args).ends(0);
    assert_eq!(ended.number("pages"), 0);
    let rows = skipped(&place.data());
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["reason"], reason, "{}", rows[0]);
    assert_eq!(ended.number(&format!("failed/{reason}")), 1);
    assert_consistent(&ended, &place.data());
}

#[test]
fn a_port_nobody_listens_on() {
    let server = serve(small());
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    for robots in ["ignore", "obey"] {
        fails(&server, &format!("http://{free}/"), &["--robots", robots], "connect");
    }
}

#[test]
fn a_name_that_does_not_exist() {
    let server = serve(WebConfig { naming: Naming::Names, ..small() });
    let seed = format!("http://nobody.testweb.test:{}/", server.port());
    for robots in ["ignore", "obey"] {
        fails(&server, &seed, &["--robots", robots], "dns_no_such_host");
    }
}

#[test]
fn a_certificate_for_another_name() {
    let server = serve(WebConfig { tls: Tls::On, hosts: 1, ..small() });
    let seed = format!("https://127.1.0.77:{}/", server.port());
    for robots in ["ignore", "obey"] {
        fails(&server, &seed, &["--robots", robots], "tls");
    }
}
