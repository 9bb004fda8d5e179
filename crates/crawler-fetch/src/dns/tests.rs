use super::Dns;
use crate::failure::{FailureKind, Phase};
use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use tokio::net::UdpSocket;
use tokio::task::LocalSet;

type Asked = Rc<RefCell<Vec<(String, RecordType)>>>;

/// A name server on the loopback address that knows a few names under `.test`.
async fn start() -> (SocketAddr, Asked) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("socket");
    let addr = socket.local_addr().expect("address");
    let asked = Asked::default();
    let log = Rc::clone(&asked);
    tokio::task::spawn_local(async move {
        let mut packet = [0_u8; 1500];
        while let Ok((len, from)) = socket.recv_from(&mut packet).await {
            let query = Message::from_vec(&packet[..len]).expect("query");
            if let Some(answer) = answer(&query, &log) {
                socket.send_to(&answer.to_vec().expect("encoded"), from).await.expect("sent");
            }
        }
    });
    (addr, asked)
}

fn answer(query: &Message, log: &Asked) -> Option<Message> {
    let question = query.queries.first().expect("question");
    let (name, kind) = (question.name().to_string().to_lowercase(), question.query_type());
    log.borrow_mut().push((name.clone(), kind));
    let mut answer = Message::response(query.metadata.id, query.metadata.op_code);
    answer.metadata.message_type = MessageType::Response;
    answer.metadata.recursion_available = true;
    answer.add_query(question.clone());
    let ip: Option<IpAddr> = match (name.as_str(), kind) {
        ("four.test." | "under_score.test.", RecordType::A) => Some([192, 0, 2, 4].into()),
        ("six.test.", RecordType::AAAA) => "2001:db8::6".parse().ok(),
        ("silent.test.", _) => return None,
        ("four.test." | "six.test." | "empty.test.", _) => None,
        ("broken.test.", _) => {
            answer.metadata.response_code = ResponseCode::ServFail;
            None
        }
        _ => {
            answer.metadata.response_code = ResponseCode::NXDomain;
            None
        }
    };
    if let Some(ip) = ip {
        answer.add_answer(Record::from_rdata(question.name().clone(), 30, RData::from(ip)));
    }
    Some(answer)
}

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    LocalSet::new().block_on(&runtime, test)
}

#[test]
fn names_have_addresses_or_a_reason_why_not() {
    let table: &[(&str, Result<&str, FailureKind>)] = &[
        ("four.test", Ok("192.0.2.4")),
        ("FOUR.test.", Ok("192.0.2.4")),
        ("six.test", Ok("2001:db8::6")),
        ("under_score.test", Ok("192.0.2.4")),
        ("empty.test", Err(FailureKind::DnsNoSuchHost)),
        ("missing.test", Err(FailureKind::DnsNoSuchHost)),
        ("broken.test", Err(FailureKind::Dns)),
        ("a..b.test", Err(FailureKind::DnsNoSuchHost)),
        ("localhost", Ok("127.0.0.1")),
        ("x.LocalHost.", Ok("127.0.0.1")),
    ];
    run(async {
        let (server, _) = start().await;
        let dns = Dns::new(&[server]).expect("dns");
        for (host, expected) in table {
            let found = dns.addresses(host).await;
            let first = found.map(|addrs| addrs[0]).map_err(|failure| failure.kind);
            let expected = expected.map(|ip| ip.parse::<IpAddr>().expect("address"));
            assert_eq!(first, expected, "{host}");
        }
    });
}

#[test]
fn a_silent_name_server_times_out() {
    run(async {
        let (server, asked) = start().await;
        let dns = Rc::new(Dns::new(&[server]).expect("dns"));
        let looking = Rc::clone(&dns);
        let look_up =
            tokio::task::spawn_local(async move { looking.addresses("silent.test").await });
        while asked.borrow().is_empty() {
            tokio::task::yield_now().await;
        }
        tokio::time::pause();
        let failure = look_up.await.expect("task").expect_err("failure");
        assert_eq!(failure.kind, FailureKind::Timeout(Phase::Dns));
    });
}

#[test]
fn answers_are_cached_also_negative_ones() {
    run(async {
        let (server, asked) = start().await;
        let dns = Dns::new(&[server]).expect("dns");
        for host in ["four.test", "missing.test", "broken.test"] {
            let first = dns.addresses(host).await;
            let queries = asked.borrow().len();
            assert_eq!(dns.addresses(host).await, first);
            assert_eq!(asked.borrow().len(), queries, "{host}");
        }
    });
}

#[test]
fn answers_expire() {
    run(async {
        let (server, asked) = start().await;
        let dns = Dns::new(&[server]).expect("dns");
        dns.addresses("four.test").await.expect("addresses");
        assert_eq!(asked.borrow().len(), 1);
        tokio::time::pause();
        tokio::time::advance(std::time::Duration::from_secs(31)).await;
        tokio::time::resume();
        dns.addresses("four.test").await.expect("addresses");
        assert_eq!(asked.borrow().len(), 2);
    });
}

#[test]
fn look_ups_in_flight_are_shared() {
    run(async {
        let (server, asked) = start().await;
        let dns = Dns::new(&[server]).expect("dns");
        let (one, two, three) = tokio::join!(
            dns.addresses("four.test"),
            dns.addresses("four.test"),
            dns.addresses("four.test"),
        );
        assert_eq!((&one, &one), (&two, &three));
        assert!(one.is_ok());
        assert_eq!(asked.borrow().len(), 1);
        assert!(dns.in_flight.borrow().is_empty());
    });
}

#[test]
fn a_cancelled_look_up_is_taken_over() {
    run(async {
        let (server, _) = start().await;
        let dns = Rc::new(Dns::new(&[server]).expect("dns"));
        let (first, second) = (Rc::clone(&dns), Rc::clone(&dns));
        let first = tokio::task::spawn_local(async move { first.addresses("four.test").await });
        while dns.in_flight.borrow().is_empty() {
            tokio::task::yield_now().await;
        }
        let second = tokio::task::spawn_local(async move { second.addresses("four.test").await });
        first.abort();
        assert!(second.await.expect("task").is_ok());
    });
}
