//! Which addresses a crawl may connect to.

use crate::network::Network;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// Whether addresses that are not on the public Internet may be fetched from. Any link, redirect or
/// name server may name one, so a crawl that runs inside a network must not be talked into exploring
/// it. Addresses are judged after the look-up and again at connect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AddressPolicy {
    /// Only globally reachable unicast addresses (IANA special-purpose registries, RFC 6890).
    #[default]
    PublicOnly,
    /// Those, and the addresses of these networks.
    PublicAnd(Arc<[Network]>),
    /// Any address.
    AllowPrivate,
}

/// An address refused by an [`AddressPolicy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{ip} is not a public address ({range})")]
pub struct RefusedAddress {
    /// The address.
    pub ip: IpAddr,
    /// Name of the range it is in.
    pub range: &'static str,
}

impl AddressPolicy {
    /// Whether `ip` may be connected to.
    ///
    /// # Errors
    /// The address and the name of the non-public range that holds it.
    pub fn judge(&self, ip: IpAddr) -> Result<(), RefusedAddress> {
        let is_allowed = match self {
            Self::AllowPrivate => true,
            Self::PublicAnd(networks) => is_in_one(ip, networks),
            Self::PublicOnly => false,
        };
        match special_range(ip) {
            Some(range) if !is_allowed => Err(RefusedAddress { ip, range }),
            _ => Ok(()),
        }
    }
}

/// By the address that packets end up at, as [`special_range`] judges.
fn is_in_one(ip: IpAddr, networks: &[Network]) -> bool {
    let embedded = match ip {
        IpAddr::V4(_) => None,
        IpAddr::V6(v6) => embedded_v4(v6).map(IpAddr::V4),
    };
    networks.iter().any(|network| {
        network.contains(ip) || embedded.is_some_and(|embedded| network.contains(embedded))
    })
}

fn special_range(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(v4) => special_range_v4(v4),
        IpAddr::V6(v6) => special_range_v6(v6),
    }
}

fn special_range_v4(ip: Ipv4Addr) -> Option<&'static str> {
    Some(match ip.octets() {
        [0, ..] => "this network",
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => "private",
        [100, 64..=127, ..] => "shared address space",
        [127, ..] => "loopback",
        // Public by its number, but only ever the cloud's own service to the machine on it.
        [168, 63, 129, 16] => "cloud metadata",
        [169, 254, ..] => "link-local",
        [192, 0, 0, _] => "protocol assignments",
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => "documentation",
        [192, 88, 99, _] => "6to4 relay",
        [198, 18..=19, ..] => "benchmarking",
        [224..=239, ..] => "multicast",
        [255, 255, 255, 255] => "broadcast",
        [240..=255, ..] => "reserved",
        _ => return None,
    })
}

/// Global unicast is `2000::/3` (RFC 4291 2.4); forms that carry an IPv4 address are as public as it.
fn special_range_v6(ip: Ipv6Addr) -> Option<&'static str> {
    let [a, b, c, ..] = ip.segments();
    if let Some(embedded) = embedded_v4(ip) {
        return special_range_v4(embedded);
    }
    Some(match (a, b, c) {
        (0, ..) if ip.is_unspecified() => "unspecified",
        (0, ..) if ip.is_loopback() => "loopback",
        (0xfc00..=0xfdff, ..) => "unique local",
        (0xfe80..=0xfebf, ..) => "link-local",
        (0xfec0..=0xfeff, ..) => "site-local",
        (0xff00.., ..) => "multicast",
        (0x64, 0xff9b, 1) => "local-use nat64",
        (0x2001, 0xdb8, _) | (0x3fff, 0..=0xfff, _) => "documentation",
        (0x2001, 2, 0) => "benchmarking",
        (0x2001, 0x10..=0x2f, _) => "orchid",
        (0x2001, 0, _) => "teredo",
        (0x2001, 0..=0x1ff, _) => "protocol assignments",
        (0x2000..=0x3fff, ..) => return isatap_v4(ip).and_then(special_range_v4),
        _ => "reserved",
    })
}

/// The IPv4 address that packets to `ip` end up at: mapped `::ffff:0:0/96`, compatible `::/96`,
/// translated `::ffff:0:0:0/96`, NAT64 `64:ff9b::/96` (RFC 6052), 6to4 `2002::/16` (RFC 3056). Not
/// Teredo (RFC 4380): no server is published at such an address, so all of them are refused.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

/// The IPv4 address at the end of an ISATAP address (RFC 5214 section 6.1), whose prefix may be any.
fn isatap_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    match ip.segments() {
        [.., 0 | 0x200, 0x5efe, high, low] => {
            Some(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name of the refusing range, or "" for a public address.
    const TABLE: &[(&str, &str)] = &[
        ("8.8.8.8", ""),
        ("1.1.1.1", ""),
        ("9.255.255.255", ""),
        ("11.0.0.0", ""),
        ("100.63.255.255", ""),
        ("100.128.0.0", ""),
        ("172.15.255.255", ""),
        ("172.32.0.0", ""),
        ("192.0.1.0", ""),
        ("198.17.255.255", ""),
        ("198.20.0.0", ""),
        ("223.255.255.255", ""),
        ("0.0.0.0", "this network"),
        ("0.1.2.3", "this network"),
        ("10.0.0.1", "private"),
        ("172.16.0.0", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.0", "shared address space"),
        ("100.127.255.255", "shared address space"),
        ("127.0.0.1", "loopback"),
        ("127.255.0.1", "loopback"),
        ("169.254.169.254", "link-local"),
        ("168.63.129.15", ""),
        ("168.63.129.16", "cloud metadata"),
        ("169.254.170.2", "link-local"),
        ("100.100.100.200", "shared address space"),
        ("192.0.0.192", "protocol assignments"),
        ("192.0.0.8", "protocol assignments"),
        ("192.0.2.1", "documentation"),
        ("198.51.100.7", "documentation"),
        ("203.0.113.255", "documentation"),
        ("192.88.99.1", "6to4 relay"),
        ("198.18.0.0", "benchmarking"),
        ("198.19.255.255", "benchmarking"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.254", "reserved"),
        ("255.255.255.255", "broadcast"),
        ("2606:4700:4700::1111", ""),
        ("2a00:1450:4001:80b::200e", ""),
        ("2001:200::1", ""),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::2", "this network"),
        ("::7f00:1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:10.1.2.3", "private"),
        ("::ffff:8.8.8.8", ""),
        ("::ffff:0:192.168.0.1", "private"),
        ("::192.168.0.1", "private"),
        ("64:ff9b::10.0.0.1", "private"),
        ("64:ff9b::8.8.8.8", ""),
        ("64:ff9b::169.254.169.254", "link-local"),
        ("::ffff:169.254.169.254", "link-local"),
        ("::ffff:100.64.0.1", "shared address space"),
        ("::ffff:224.0.0.1", "multicast"),
        ("2002:a9fe:a9fe::1", "link-local"),
        ("2606:4700::5efe:10.0.0.1", "private"),
        ("2606:4700::200:5efe:127.0.0.1", "loopback"),
        ("2606:4700::5efe:8.8.8.8", ""),
        ("fd00:ec2::254", "unique local"),
        ("fd20:ce::254", "unique local"),
        ("fe80::5efe:8.8.8.8", "link-local"),
        ("64:ff9b:1::1", "local-use nat64"),
        ("2002:7f00:1::", "loopback"),
        ("2002:c0a8:101::1", "private"),
        ("2002:808:808::1", ""),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "teredo"),
        ("2001:2::1", "benchmarking"),
        ("2001:10::1", "orchid"),
        ("2001:2f::1", "orchid"),
        ("2001:1::1", "protocol assignments"),
        ("2001:db8::1", "documentation"),
        ("3fff::1", "documentation"),
        ("fc00::1", "unique local"),
        ("fd12:3456::1", "unique local"),
        ("fe80::1", "link-local"),
        ("febf::1", "link-local"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
        ("100::1", "reserved"),
        ("4000::1", "reserved"),
        ("5f00::1", "reserved"),
    ];

    #[test]
    fn public_only_refuses_by_range() {
        for (text, range) in TABLE {
            let ip: IpAddr = text.parse().expect("address of the table");
            let refused = AddressPolicy::PublicOnly.judge(ip).err().map_or("", |r| r.range);
            assert_eq!(refused, *range, "{text}");
        }
    }

    #[test]
    fn networks_are_allowed_besides() {
        let networks = ["10.1.0.0/16", "fd00:1::/32", "169.254.169.254"];
        let networks = networks.map(|text| text.parse().expect(text));
        let policy = AddressPolicy::PublicAnd(Arc::new(networks));
        for (text, range) in [
            ("8.8.8.8", ""),
            ("2606:4700::1", ""),
            ("10.1.2.3", ""),
            ("::ffff:10.1.2.3", ""),
            ("64:ff9b::10.1.2.3", ""),
            ("fd00:1::7", ""),
            ("169.254.169.254", ""),
            ("10.2.0.1", "private"),
            ("::ffff:10.2.0.1", "private"),
            ("2002:a02:1::", "private"),
            ("fd00:2::7", "unique local"),
            ("127.0.0.1", "loopback"),
            ("169.254.169.253", "link-local"),
        ] {
            let ip: IpAddr = text.parse().expect("address of the table");
            let refused = policy.judge(ip).err().map_or("", |r| r.range);
            assert_eq!(refused, range, "{text}");
        }
    }

    #[test]
    fn allow_private_allows_all() {
        for (text, _) in TABLE {
            let ip: IpAddr = text.parse().expect("address of the table");
            assert_eq!(AddressPolicy::AllowPrivate.judge(ip), Ok(()), "{text}");
        }
    }
}
