//! The handshake with an HTTP proxy (RFC 9110 9.3.6).

use std::fmt::Write;

use data_encoding::BASE64;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Proxy;
use super::tunnel::{Target, failed};
use crate::failure::FetchFailure;

/// An answer to CONNECT is short; one that is not ends the attempt.
const HEAD_BYTES_MAX: usize = 16 * 1024;

pub(super) async fn shake_hands(
    tcp: &mut TcpStream,
    proxy: &Proxy,
    target: &Target<'_>,
) -> Result<(), FetchFailure> {
    let request = request(proxy, target);
    tcp.write_all(request.as_bytes()).await.map_err(|error| failed(proxy, error))?;
    let head = read_head(tcp, proxy).await?;
    match status(&head) {
        Some(200..=299) => Ok(()),
        Some(407) => Err(failed(proxy, "it wants another user or password (407)")),
        Some(status) => Err(failed(proxy, format_args!("it answered CONNECT with {status}"))),
        None => Err(failed(proxy, "it did not answer CONNECT with HTTP")),
    }
}

fn request(proxy: &Proxy, target: &Target<'_>) -> String {
    let authority = match target {
        Target::Address(addr) => addr.to_string(),
        Target::Name(name, port) => format!("{name}:{port}"),
    };
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
    if let Some(login) = &proxy.login {
        let login = BASE64.encode(format!("{}:{}", login.user, login.password).as_bytes());
        // Writing to a string cannot fail.
        let _ = write!(request, "Proxy-Authorization: Basic {login}\r\n");
    }
    request.push_str("\r\n");
    request
}

/// Byte by byte, as what follows the blank line is the server's.
async fn read_head(tcp: &mut TcpStream, proxy: &Proxy) -> Result<Vec<u8>, FetchFailure> {
    let mut head = Vec::with_capacity(256);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == HEAD_BYTES_MAX {
            return Err(failed(proxy, "its answer to CONNECT is too long"));
        }
        head.push(tcp.read_u8().await.map_err(|error| failed(proxy, error))?);
    }
    Ok(head)
}

fn status(head: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(head.split(|byte| *byte == b'\r').next()?).ok()?;
    let mut words = line.strip_prefix("HTTP/1.")?.split(' ');
    words.nth(1)?.parse().ok()
}
