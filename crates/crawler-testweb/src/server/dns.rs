//! Answers A queries for the web's names, over UDP and TCP (RFC 1035).

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::error::WebError;
use crate::host;

/// What the zone says of a name, in any case and with or without its final dot.
pub(crate) type Zone = Arc<dyn Fn(&str) -> Reply + Send + Sync>;

/// What there is of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reply {
    Address(Ipv4Addr),
    /// The name exists, without an address.
    NoRecord,
    NoSuchName,
    /// The name server cannot tell.
    Broken,
}

/// The zone of a web with so many hosts.
pub(super) fn numbered(hosts: u32) -> Zone {
    Arc::new(move |name| match host::of_name(name).filter(|host| *host < hosts) {
        Some(host) => Reply::Address(host::address(host)),
        None if name.trim_end_matches('.').eq_ignore_ascii_case(host::DOMAIN) => Reply::NoRecord,
        None => Reply::NoSuchName,
    })
}

/// The responder's sockets, on one port.
#[derive(Debug)]
pub(crate) struct Sockets {
    udp: UdpSocket,
    tcp: TcpListener,
    addr: SocketAddr,
}

/// How often a free UDP port is tried that may be taken for TCP.
const PORT_TRIES_MAX: u32 = 16;
const QUERY_BYTES_MAX: usize = 4096;
/// A client of TCP that says nothing is dropped; clients are served one at a time.
const TCP_TIMEOUT: Duration = Duration::from_secs(2);
const ERROR_PAUSE: Duration = Duration::from_millis(20);
const TTL_SECS: u32 = 300;

impl Sockets {
    pub(crate) fn bind(port: u16) -> Result<Self, WebError> {
        let tries = if port == 0 { PORT_TRIES_MAX } else { 1 };
        let mut outcome = Self::try_bind(port);
        for _ in 1..tries {
            if outcome.is_ok() {
                break;
            }
            outcome = Self::try_bind(port);
        }
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        outcome.map_err(|source| WebError::Listen { addr, source })
    }

    fn try_bind(port: u16) -> io::Result<Self> {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, port))?;
        let addr = udp.local_addr()?;
        let tcp = TcpListener::bind(addr)?;
        udp.set_nonblocking(true)?;
        tcp.set_nonblocking(true)?;
        Ok(Self { udp, tcp, addr })
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Answers on the current runtime for as long as that lives.
    pub(crate) fn spawn(self, zone: Zone) -> io::Result<()> {
        let udp = tokio::net::UdpSocket::from_std(self.udp)?;
        let tcp = tokio::net::TcpListener::from_std(self.tcp)?;
        tokio::spawn(serve_udp(udp, Arc::clone(&zone)));
        tokio::spawn(serve_tcp(tcp, zone));
        Ok(())
    }
}

async fn serve_udp(socket: tokio::net::UdpSocket, zone: Zone) {
    let mut query = vec![0; QUERY_BYTES_MAX];
    loop {
        // Errors here are about an earlier answer that could not be delivered.
        let Ok((len, peer)) = socket.recv_from(&mut query).await else {
            tokio::time::sleep(ERROR_PAUSE).await;
            continue;
        };
        if let Some(answer) = answer(&query[..len], &zone) {
            let _ = socket.send_to(&answer, peer).await;
        }
    }
}

async fn serve_tcp(listener: tokio::net::TcpListener, zone: Zone) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let _ = tokio::time::timeout(TCP_TIMEOUT, serve_stream(stream, &zone)).await;
            }
            Err(_) => tokio::time::sleep(ERROR_PAUSE).await,
        }
    }
}

/// Messages with a length before each (RFC 1035 4.2.2).
async fn serve_stream(mut stream: tokio::net::TcpStream, zone: &Zone) -> io::Result<()> {
    loop {
        let len = usize::from(stream.read_u16().await?);
        let mut query = vec![0; len];
        stream.read_exact(&mut query).await?;
        let Some(answer) = answer(&query, zone) else {
            return Ok(());
        };
        let mut framed = (answer.len() as u16).to_be_bytes().to_vec();
        framed.extend_from_slice(&answer);
        stream.write_all(&framed).await?;
    }
}

/// The answer to a query; none to what is no query.
fn answer(query: &[u8], zone: &Zone) -> Option<Vec<u8>> {
    let header = query.get(..HEADER_BYTES)?;
    let flags = u16::from_be_bytes([header[2], header[3]]);
    if flags & FLAG_RESPONSE != 0 {
        return None;
    }
    let questions = u16::from_be_bytes([header[4], header[5]]);
    let question = match (flags & MASK_OPCODE, questions) {
        (0, 1) => Question::parse(&query[HEADER_BYTES..]),
        _ => None,
    };
    let Some(question) = question else {
        return Some(message(header, flags, CODE_FORMAT_ERROR, &[], None, None));
    };
    let wants_a = matches!(question.kind, TYPE_A | TYPE_ANY) && question.class == CLASS_IN;
    let (code, record) = match zone(&question.name) {
        Reply::Address(ip) => (CODE_NO_ERROR, wants_a.then(|| a_record(ip))),
        Reply::NoRecord => (CODE_NO_ERROR, None),
        Reply::NoSuchName => (CODE_NO_SUCH_NAME, None),
        Reply::Broken => (CODE_SERVER_FAILURE, None),
    };
    let soa = (record.is_none() && code != CODE_SERVER_FAILURE).then(soa_record);
    Some(message(header, flags, code, question.bytes, record, soa))
}

struct Question<'a> {
    bytes: &'a [u8],
    name: String,
    kind: u16,
    class: u16,
}

impl<'a> Question<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut name = String::new();
        let mut at = 0;
        loop {
            let len = usize::from(*bytes.get(at)?);
            at += 1;
            if len == 0 {
                break;
            }
            // Longer "lengths" are compression pointers, which a question needs not.
            if len > LABEL_BYTES_MAX {
                return None;
            }
            let label = bytes.get(at..at + len)?;
            name.extend(label.iter().map(|byte| char::from(*byte)));
            name.push('.');
            at += len;
        }
        let [kind, kind_low, class, class_low] = *bytes.get(at..at + 4)?.first_chunk()?;
        let (kind, class) =
            (u16::from_be_bytes([kind, kind_low]), u16::from_be_bytes([class, class_low]));
        Some(Self { bytes: &bytes[..at + 4], name, kind, class })
    }
}

fn message(
    header: &[u8],
    flags: u16,
    code: u16,
    question: &[u8],
    answer: Option<Vec<u8>>,
    authority: Option<Vec<u8>>,
) -> Vec<u8> {
    let kept = flags & (MASK_OPCODE | FLAG_RECURSION_DESIRED);
    let flags = kept | FLAG_RESPONSE | FLAG_AUTHORITATIVE | FLAG_RECURSION_AVAILABLE | code;
    let mut message = header[..2].to_vec();
    let counts = [
        u16::from(!question.is_empty()),
        u16::from(answer.is_some()),
        u16::from(authority.is_some()),
        0,
    ];
    for number in std::iter::once(flags).chain(counts) {
        message.extend_from_slice(&number.to_be_bytes());
    }
    message.extend_from_slice(question);
    message.extend(answer.into_iter().flatten());
    message.extend(authority.into_iter().flatten());
    message
}

/// The name is a pointer to the question's, which follows the header.
fn a_record(addr: Ipv4Addr) -> Vec<u8> {
    let mut record = vec![0xc0, HEADER_BYTES as u8];
    write_record(&mut record, TYPE_A, &addr.octets());
    record
}

/// Start of authority, for the life of a negative answer (RFC 2308 5).
fn soa_record() -> Vec<u8> {
    let mut record = domain_name();
    let mut data = domain_name();
    data.extend(domain_name());
    // Serial, refresh, retry, expire, minimum.
    for number in [1, TTL_SECS, TTL_SECS, TTL_SECS, TTL_SECS] {
        data.extend_from_slice(&number.to_be_bytes());
    }
    write_record(&mut record, TYPE_SOA, &data);
    record
}

fn domain_name() -> Vec<u8> {
    let mut name = Vec::new();
    for label in host::DOMAIN.split('.') {
        name.push(label.len() as u8);
        name.extend_from_slice(label.as_bytes());
    }
    name.push(0);
    name
}

fn write_record(record: &mut Vec<u8>, kind: u16, data: &[u8]) {
    record.extend_from_slice(&kind.to_be_bytes());
    record.extend_from_slice(&CLASS_IN.to_be_bytes());
    record.extend_from_slice(&TTL_SECS.to_be_bytes());
    record.extend_from_slice(&(data.len() as u16).to_be_bytes());
    record.extend_from_slice(data);
}

const HEADER_BYTES: usize = 12;
const LABEL_BYTES_MAX: usize = 63;
const FLAG_RESPONSE: u16 = 1 << 15;
const MASK_OPCODE: u16 = 0b1111 << 11;
const FLAG_AUTHORITATIVE: u16 = 1 << 10;
const FLAG_RECURSION_DESIRED: u16 = 1 << 8;
const FLAG_RECURSION_AVAILABLE: u16 = 1 << 7;
const CODE_NO_ERROR: u16 = 0;
const CODE_FORMAT_ERROR: u16 = 1;
const CODE_SERVER_FAILURE: u16 = 2;
const CODE_NO_SUCH_NAME: u16 = 3;
const TYPE_A: u16 = 1;
const TYPE_SOA: u16 = 6;
const TYPE_ANY: u16 = 255;
const CLASS_IN: u16 = 1;
