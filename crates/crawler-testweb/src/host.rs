//! How a host's number, address and name map to each other.

use std::net::Ipv4Addr;

/// Domain below which all named hosts live; `.test` never resolves elsewhere (RFC 6761 6.2).
pub(crate) const DOMAIN: &str = "testweb.test";

/// Last octets from 1 to 254: .0 and .255 look like network and broadcast addresses.
const PER_NET: u32 = 254;

/// Address of a host: 127.1.0.1 for host 0.
pub(crate) fn address(host: u32) -> Ipv4Addr {
    let last = 1 + host % PER_NET;
    let net = host / PER_NET;
    Ipv4Addr::new(127, (1 + net / 256) as u8, (net % 256) as u8, last as u8)
}

/// Host with this address, if any web could have it.
pub(crate) fn of_address(address: Ipv4Addr) -> Option<u32> {
    let [first, second, third, last] = address.octets().map(u32::from);
    if first != 127 || second == 0 || last == 0 || last == 255 {
        return None;
    }
    Some(((second - 1) * 256 + third) * PER_NET + last - 1)
}

/// Name of a host: h00000.testweb.test for host 0.
pub(crate) fn name(host: u32) -> String {
    format!("h{host:05}.{DOMAIN}")
}

/// Host with this name, in any case and with or without the final dot, if any web could have it.
pub(crate) fn of_name(name: &str) -> Option<u32> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let (label, domain) = name.split_once('.')?;
    let digits = label.strip_prefix(['h', 'H'])?;
    let canonical = digits.len() == 5 || (digits.len() > 5 && !digits.starts_with('0'));
    let numeric = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !domain.eq_ignore_ascii_case(DOMAIN) || !canonical || !numeric {
        return None;
    }
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names_map_back() {
        for host in [0, 1, 253, 254, 255, 65_023, 65_024, 99_999, 100_000, 999_999] {
            assert_eq!(of_address(address(host)), Some(host), "{}", address(host));
            assert_eq!(of_name(&name(host)), Some(host), "{}", name(host));
        }
        assert_eq!(address(0), Ipv4Addr::new(127, 1, 0, 1));
        assert_eq!(of_name("H00012.TestWeb.Test."), Some(12));
    }

    #[test]
    fn foreign_addresses_and_names_have_no_host() {
        for address in [[127, 0, 0, 1], [10, 1, 0, 1], [127, 1, 0, 0], [127, 1, 0, 255]] {
            assert_eq!(of_address(address.into()), None);
        }
        for name in ["", "h1.testweb.test", "h000001.testweb.test", "h+0001.testweb.test"] {
            assert_eq!(of_name(name), None, "{name}");
        }
        for name in ["testweb.test", "h00001.testweb.testing", "h00001", "x.h00001.testweb.test"] {
            assert_eq!(of_name(name), None, "{name}");
        }
    }
}
