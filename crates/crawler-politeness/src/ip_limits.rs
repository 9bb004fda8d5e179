//! Limits per IP address: many hosts may live on one server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use crate::UnixMillis;
use crate::line::Place;
use crate::start_limits::{Server, StartLimits, StartPermit};

/// Limits per IP address, shared by all shards.
///
/// IPv6 addresses count by their /64, which is what one server is given; addresses that carry an
/// IPv4 address (mapped, NAT64) count as that one.
pub type IpLimits = StartLimits<ServerKey>;

/// The right to one request to an address.
pub type IpPermit = StartPermit<ServerKey>;

/// A place in the line for an address.
pub type IpPlace = Place<ServerKey>;

impl IpLimits {
    /// Takes the right to send one request to `ip` now; see [`StartLimits::reserve`].
    ///
    /// # Errors
    /// A place in the line, with the time to try again, later than `now`.
    pub fn try_reserve(
        self: &Arc<Self>,
        ip: IpAddr,
        now: UnixMillis,
        place: Option<IpPlace>,
    ) -> Result<IpPermit, IpPlace> {
        self.reserve(ServerKey::new(ip), now, place)
    }

    /// The addresses that must not be asked before a time after `now`, each with its time. An
    /// IPv6 network is told by its first address.
    #[must_use]
    pub fn waiting(&self, now: UnixMillis) -> Vec<(IpAddr, UnixMillis)> {
        let waits = self.servers.iter().filter(|server| server.next_start_at > now);
        waits.map(|server| (server.key().first_address(), server.next_start_at)).collect()
    }

    /// Remembers that an address must not be asked before `next_start_at`, as an earlier process
    /// found.
    pub fn restore(&self, ip: IpAddr, next_start_at: UnixMillis) {
        self.servers.insert(ServerKey::new(ip), Server::waiting(next_start_at));
    }
}

/// What counts as one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServerKey {
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// The upper 64 bits.
    V6Network(u64),
}

impl ServerKey {
    fn new(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self::V4(ip),
            IpAddr::V6(ip) => match embedded_v4(ip) {
                Some(ip) => Self::V4(ip),
                None => Self::V6Network((ip.to_bits() >> 64) as u64),
            },
        }
    }

    fn first_address(self) -> IpAddr {
        match self {
            Self::V4(ip) => ip.into(),
            Self::V6Network(upper) => Ipv6Addr::from_bits(u128::from(upper) << 64).into(),
        }
    }
}

/// The IPv4 address behind the well-known NAT64 prefix `64:ff9b::/96` (RFC 6052 section 2.1): on an
/// IPv6-only network the whole IPv4 Internet would otherwise be one /64.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = ip.to_bits();
    (bits >> 32 == 0x0064_ff9b << 64).then(|| Ipv4Addr::from_bits(bits as u32))
}

#[cfg(test)]
mod tests;
