//! A name whose addresses change between looks: nothing is connected to but what was vetted.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use crate::data::skipped;
use crate::harness::Place;
use crate::scripted::{Scripted, response};

const ALLOWED: Ipv4Addr = Ipv4Addr::new(127, 1, 0, 1);
const FORBIDDEN: Ipv4Addr = Ipv4Addr::new(127, 2, 0, 1);

/// A name server that gives the first answer to the first look and the last to all others; time to live
/// zero. It lives as long as the test's process.
fn name_server(answers: Vec<Vec<Ipv4Addr>>) -> (SocketAddr, Arc<AtomicUsize>) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let addr = socket.local_addr().unwrap();
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    std::thread::spawn(move || {
        let mut packet = [0; 512];
        while let Ok((n, from)) = socket.recv_from(&mut packet) {
            let is_a = is_about_a(&packet[..n]);
            let look = if is_a { counted.fetch_add(1, SeqCst) } else { 0 };
            let addrs = &answers[look.min(answers.len() - 1)];
            let _ = socket.send_to(&answer(&packet[..n], if is_a { addrs } else { &[] }), from);
        }
    });
    (addr, looks)
}

/// Where the question ends: behind the name, type and class (RFC 1035, 4.1.2).
fn question_end(query: &[u8]) -> usize {
    let mut at = 12;
    while query[at] != 0 {
        at += usize::from(query[at]) + 1;
    }
    at + 5
}

fn is_about_a(query: &[u8]) -> bool {
    let end = question_end(query);
    query[end - 4..end - 2] == [0, 1]
}

/// An answer without further sections (RFC 1035, 4.1.1 and 4.1.3).
fn answer(query: &[u8], addrs: &[Ipv4Addr]) -> Vec<u8> {
    let mut packet = query[..2].to_vec();
    packet.extend([0x81, 0x80, 0, 1, 0, addrs.len() as u8, 0, 0, 0, 0]);
    packet.extend(&query[12..question_end(query)]);
    for addr in addrs {
        packet.extend([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
        packet.extend(addr.octets());
    }
    packet
}

struct Case {
    server: Scripted,
    /// Has the port of the server at the address that must not be asked.
    trap: TcpListener,
    place: Place,
}

impl Case {
    fn new() -> Self {
        let page = |_, _: &str| response(200, "Content-Type: text/html\r\n", "<p>here</p>");
        let server = Scripted::at(&ALLOWED.to_string(), page);
        let port = server.url("").rsplit(':').next().unwrap().parse::<u16>().unwrap();
        let trap = TcpListener::bind((FORBIDDEN, port)).unwrap();
        trap.set_nonblocking(true).unwrap();
        Self { server, trap, place: Place::new() }
    }

    fn crawl(&self, names: SocketAddr, flags: &[&str]) -> crate::harness::Ended {
        let port = self.trap.local_addr().unwrap().port();
        let seed = format!("http://rebound.example:{port}/");
        let names = format!("--dns-server={names}");
        let usual =
            ["-o", "crawl", "--delay", "0", "--sitemaps", "off", "--allow-net", "127.1.0.0/16"];
        let args = usual.iter().chain(flags).copied().chain([names.as_str(), seed.as_str()]);
        let ended = self.place.crawler(args).ends(0);
        assert!(self.trap.accept().is_err(), "the forbidden address was connected to");
        ended
    }
}

#[test]
fn a_name_that_moves_to_a_forbidden_address_is_not_followed() {
    let case = Case::new();
    let (names, looks) = name_server(vec![vec![ALLOWED], vec![FORBIDDEN]]);
    assert_eq!(case.crawl(names, &[]).number("pages"), 1);
    assert_eq!(looks.load(SeqCst), 1, "robots.txt and page go to the address that was vetted");
    let asked = case.server.asked().len();
    let ended = case.crawl(names, &["--recrawl"]);
    assert_eq!(ended.number("skipped/address_refused"), 1);
    assert_eq!(case.server.asked().len(), asked);
    let row = skipped(&case.place.data()).pop().unwrap();
    assert!(row["detail"].as_str().unwrap().contains("127.2.0.1"), "{row}");
}

#[test]
fn of_several_addresses_only_allowed_ones_are_asked() {
    for addrs in [vec![ALLOWED, FORBIDDEN], vec![FORBIDDEN, ALLOWED]] {
        let case = Case::new();
        let (names, _) = name_server(vec![addrs]);
        let ended = case.crawl(names, &[]);
        let refused = ended.text().contains("skipped/address_refused");
        assert_ne!(refused, ended.number("pages") == 1, "{}", ended.text());
    }
}
