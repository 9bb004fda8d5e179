//! The handshake with a SOCKS 5 proxy (RFC 1928), with user and password where given (RFC 1929).

use std::net::IpAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::tunnel::{Target, failed};
use super::{Login, Proxy};
use crate::failure::FetchFailure;

const VERSION: u8 = 5;
const LOGIN_VERSION: u8 = 1;
const WITHOUT_LOGIN: u8 = 0;
const WITH_LOGIN: u8 = 2;
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

pub(super) async fn shake_hands(
    tcp: &mut TcpStream,
    proxy: &Proxy,
    target: &Target<'_>,
) -> Result<(), FetchFailure> {
    let method = if proxy.login.is_some() { WITH_LOGIN } else { WITHOUT_LOGIN };
    let [version, chosen] = exchange(tcp, proxy, &[VERSION, 1, method]).await?;
    if version != VERSION {
        return Err(failed(proxy, "it does not speak SOCKS 5"));
    }
    match &proxy.login {
        None if chosen == WITHOUT_LOGIN => {}
        Some(login) if chosen == WITH_LOGIN => log_in(tcp, proxy, login).await?,
        None => return Err(failed(proxy, "it wants a user and password")),
        Some(_) => return Err(failed(proxy, "it takes no user and password")),
    }
    let request = request(target).ok_or_else(|| failed(proxy, "the name is too long for it"))?;
    let [version, reply, _, kind] = exchange(tcp, proxy, &request).await?;
    if version != VERSION || reply != 0 {
        return Err(failed(proxy, meaning(reply)));
    }
    skip_bound_address(tcp, proxy, kind).await
}

async fn log_in(tcp: &mut TcpStream, proxy: &Proxy, login: &Login) -> Result<(), FetchFailure> {
    let mut message = vec![LOGIN_VERSION];
    for part in [&login.user, &login.password] {
        // Their length was checked when they were read.
        message.push(part.len() as u8);
        message.extend_from_slice(part.as_bytes());
    }
    match exchange(tcp, proxy, &message).await? {
        [_, 0] => Ok(()),
        _ => Err(failed(proxy, "it refuses the user and password")),
    }
}

/// `None` for a name that does not fit.
fn request(target: &Target<'_>) -> Option<Vec<u8>> {
    let mut request = vec![VERSION, CONNECT, 0];
    let port = match target {
        Target::Address(addr) => {
            match addr.ip() {
                IpAddr::V4(ip) => {
                    request.push(IPV4);
                    request.extend(ip.octets());
                }
                IpAddr::V6(ip) => {
                    request.push(IPV6);
                    request.extend(ip.octets());
                }
            }
            addr.port()
        }
        Target::Name(name, port) => {
            request.extend([NAME, u8::try_from(name.len()).ok()?]);
            request.extend_from_slice(name.as_bytes());
            *port
        }
    };
    request.extend(port.to_be_bytes());
    Some(request)
}

/// Where the proxy connects from is of no interest, but has to be read.
async fn skip_bound_address(
    tcp: &mut TcpStream,
    proxy: &Proxy,
    kind: u8,
) -> Result<(), FetchFailure> {
    let lost = |error| failed(proxy, error);
    let len = match kind {
        IPV4 => 4,
        IPV6 => 16,
        NAME => usize::from(tcp.read_u8().await.map_err(lost)?),
        _ => return Err(failed(proxy, "its reply has an address of no known kind")),
    };
    let mut address_and_port = vec![0; len + 2];
    tcp.read_exact(&mut address_and_port).await.map_err(lost)?;
    Ok(())
}

async fn exchange<const N: usize>(
    tcp: &mut TcpStream,
    proxy: &Proxy,
    message: &[u8],
) -> Result<[u8; N], FetchFailure> {
    let mut reply = [0; N];
    tcp.write_all(message).await.map_err(|error| failed(proxy, error))?;
    tcp.read_exact(&mut reply).await.map_err(|error| failed(proxy, error))?;
    Ok(reply)
}

/// RFC 1928 section 6.
fn meaning(reply: u8) -> &'static str {
    match reply {
        2 => "its rules do not allow the connection",
        3 => "the network cannot be reached from it",
        4 => "the server cannot be reached from it",
        5 => "the server refused the connection",
        6 => "the server did not answer it",
        7 | 8 => "it cannot make this kind of connection",
        _ => "it failed",
    }
}
