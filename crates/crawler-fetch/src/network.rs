//! A block of IP addresses in CIDR notation.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// All addresses that begin with the same bits, written `10.1.0.0/16` or `fd00:1::/32` (RFC 4632
/// section 3.1, RFC 4291 section 2.3); a bare address is the block of that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    first: IpAddr,
    prefix_len: u8,
}

/// Why a text is not a [`Network`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// What stands before the `/` is no IP address.
    #[error("`{0}` is not an IP address")]
    Address(String),
    /// What stands behind the `/` is no number of bits that such an address has.
    #[error("`{0}` is not a prefix length from 0 to {1}")]
    PrefixLen(String, u8),
    /// The address has bits that the prefix does not cover: one of the two is a slip.
    #[error("{0} is an address within {1}, not the first one")]
    HostBits(IpAddr, Network),
}

impl Network {
    /// Whether the block has this address. IPv4 and IPv6 blocks have nothing in common.
    #[must_use]
    pub fn contains(self, ip: IpAddr) -> bool {
        self.first.is_ipv4() == ip.is_ipv4() && first_of(ip, self.prefix_len) == self.first
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let ip: IpAddr = address.parse().map_err(|_| NetworkError::Address(address.to_owned()))?;
        let bits_max = if ip.is_ipv4() { 32 } else { 128 };
        let prefix_len = match bits {
            None => bits_max,
            Some(bits) => bits
                .parse()
                .ok()
                .filter(|len| *len <= bits_max && bits.bytes().all(|byte| byte.is_ascii_digit()))
                .ok_or_else(|| NetworkError::PrefixLen(bits.to_owned(), bits_max))?,
        };
        let network = Self { first: first_of(ip, prefix_len), prefix_len };
        if network.first == ip { Ok(network) } else { Err(NetworkError::HostBits(ip, network)) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix_len)
    }
}

/// The first address that has the same first bits.
fn first_of(ip: IpAddr, prefix_len: u8) -> IpAddr {
    let len = u32::from(prefix_len);
    match ip {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(len)).unwrap_or(0);
            Ipv4Addr::from_bits(v4.to_bits() & mask).into()
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(len)).unwrap_or(0);
            Ipv6Addr::from_bits(v6.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_the_addresses_with_its_first_bits() {
        for (block, inside, outside) in [
            ("10.1.0.0/16", "10.1.255.7", "10.2.0.0"),
            ("10.1.2.3", "10.1.2.3", "10.1.2.4"),
            ("192.168.4.0/22", "192.168.7.255", "192.168.8.0"),
            ("0.0.0.0/0", "8.8.8.8", "::ffff:8.8.8.8"),
            ("fd00:1::/32", "fd00:1:ffff::1", "fd00:2::"),
            ("::1", "::1", "::"),
            ("::/0", "2606:4700::1", "127.0.0.1"),
        ] {
            let network: Network = block.parse().expect(block);
            assert!(network.contains(inside.parse().expect(inside)), "{block} {inside}");
            assert!(!network.contains(outside.parse().expect(outside)), "{block} {outside}");
            assert_eq!(network.to_string().parse(), Ok(network));
        }
    }

    #[test]
    fn what_is_no_block_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "`` is not an IP address"),
            ("intranet/8", "`intranet` is not an IP address"),
            ("10.0.0.0/33", "`33` is not a prefix length from 0 to 32"),
            ("10.0.0.0/", "`` is not a prefix length from 0 to 32"),
            ("10.0.0.0/+8", "`+8` is not a prefix length from 0 to 32"),
            ("fd00::/129", "`129` is not a prefix length from 0 to 128"),
            ("10.1.2.3/8", "10.1.2.3 is an address within 10.0.0.0/8, not the first one"),
        ] {
            let error = text.parse::<Network>().expect_err(text);
            assert_eq!(error.to_string(), reason);
        }
    }
}
