//! The DNS responder, with queries built by hand.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use super::{config, serve};
use crate::{Naming, WebConfig, WebServer};

const TYPE_A: u16 = 1;
const TYPE_AAAA: u16 = 28;

fn query(name: &str, kind: u16) -> Vec<u8> {
    let mut query = vec![0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        query.push(label.len() as u8);
        query.extend_from_slice(label.as_bytes());
    }
    query.push(0);
    query.extend_from_slice(&kind.to_be_bytes());
    query.extend_from_slice(&[0, 1]);
    query
}

fn names() -> WebServer {
    serve(WebConfig { naming: Naming::Names, ..config(41) })
}

async fn ask(server: &WebServer, query: &[u8]) -> Vec<u8> {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.send_to(query, server.dns_addr().unwrap()).await.unwrap();
    let mut answer = vec![0; 512];
    let len = socket.recv(&mut answer).await.unwrap();
    answer.truncate(len);
    answer
}

#[tokio::test]
async fn names_of_the_web_resolve_and_others_do_not() {
    let server = names();
    // Name, type, response code, number of answers and of authority records.
    let cases = [
        ("h00003.testweb.test", TYPE_A, 0, 1, 0),
        ("H00003.TestWeb.test", TYPE_A, 0, 1, 0),
        ("h00003.testweb.test", TYPE_AAAA, 0, 0, 1),
        ("testweb.test", TYPE_A, 0, 0, 1),
        ("h00009.testweb.test", TYPE_A, 3, 0, 1),
        ("example.com", TYPE_A, 3, 0, 1),
    ];
    for (name, kind, code, answers, authorities) in cases {
        let query = query(name, kind);
        let answer = ask(&server, &query).await;
        assert_eq!(answer[..2], query[..2], "id of {name}");
        assert_eq!(answer[2..4], [0b1000_0101, 0b1000_0000 | code], "flags of {name}");
        assert_eq!(answer[4..12], [0, 1, 0, answers, 0, authorities, 0, 0], "counts of {name}");
        assert_eq!(answer[12..query.len()], query[12..], "question of {name}");
        if answers == 1 {
            let record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 127, 1, 0, 4];
            assert_eq!(answer[query.len()..], record, "{name}");
        }
    }
}

#[tokio::test]
async fn broken_queries_get_a_format_error_or_nothing() {
    let server = names();
    let whole = query("h00003.testweb.test", TYPE_A);
    let mut two_questions = whole.clone();
    two_questions[5] = 2;
    let mut pointer = whole.clone();
    pointer[12] = 0xc0;
    for broken in [&whole[..whole.len() - 1], &whole[..12], &two_questions, &pointer] {
        let answer = ask(&server, broken).await;
        assert_eq!((answer.len(), answer[3] & 0b1111), (12, 1));
    }
    // An answer is not answered: the next reply is to the question after it.
    let mut response = whole.clone();
    response[2] |= 0b1000_0000;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let addr = server.dns_addr().unwrap();
    for message in [&response[..], &whole[..5], &whole] {
        socket.send_to(message, addr).await.unwrap();
    }
    let mut answer = [0; 512];
    let len = socket.recv(&mut answer).await.unwrap();
    assert_eq!((len, answer[7]), (whole.len() + 16, 1));
}

#[tokio::test]
async fn tcp_answers_like_udp() {
    let server = names();
    let query = query("h00000.testweb.test", TYPE_A);
    let mut stream = TcpStream::connect(server.dns_addr().unwrap()).await.unwrap();
    for _ in 0..2 {
        stream.write_u16(query.len() as u16).await.unwrap();
        stream.write_all(&query).await.unwrap();
        let mut answer = vec![0; usize::from(stream.read_u16().await.unwrap())];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, ask(&server, &query).await);
    }
}

#[tokio::test]
async fn a_web_of_addresses_has_no_dns() {
    assert!(serve(config(42)).dns_addr().is_none());
}
