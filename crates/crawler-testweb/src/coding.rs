//! Content codings and their negotiation.

/// How a body is encoded on the wire (RFC 9110 8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    /// As it is.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
}

impl Coding {
    /// Every coding the server knows, in order of preference.
    pub const ALL: &'static [Self] = &[Self::Brotli, Self::Gzip, Self::Identity];

    /// Value of `Content-Encoding`; none for the identity.
    #[must_use]
    pub fn token(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    /// Brotli before gzip before identity, among those an `Accept-Encoding` value lists with a
    /// weight other than 0 (RFC 9110 12.5.3; `*` is taken for nothing).
    #[must_use]
    pub fn negotiate(accept_encoding: Option<&str>) -> Self {
        let mut chosen = Self::Identity;
        for offer in accept_encoding.unwrap_or_default().split(',') {
            let (token, weight) = offer.split_once(';').unwrap_or((offer, "q=1"));
            let token = token.trim();
            if is_zero(weight) {
                continue;
            }
            if token.eq_ignore_ascii_case("br") {
                return Self::Brotli;
            }
            if token.eq_ignore_ascii_case("gzip") || token.eq_ignore_ascii_case("x-gzip") {
                chosen = Self::Gzip;
            }
        }
        chosen
    }
}

fn is_zero(weight: &str) -> bool {
    let value = weight.trim().trim_start_matches(['q', 'Q', '=']);
    value.parse::<f32>().is_ok_and(|weight| weight <= 0.0)
}

#[cfg(test)]
mod tests {
    use super::Coding::{self, Brotli, Gzip, Identity};

    #[test]
    fn negotiation_prefers_brotli_and_honors_zero_weights() {
        let cases = [
            (None, Identity),
            (Some(""), Identity),
            (Some("gzip"), Gzip),
            (Some("GZIP, deflate, br"), Brotli),
            (Some("gzip;q=1.0, br;q=0"), Gzip),
            (Some("gzip; q=0.0"), Identity),
            (Some("zstd, identity"), Identity),
        ];
        for (accept_encoding, coding) in cases {
            assert_eq!(Coding::negotiate(accept_encoding), coding, "{accept_encoding:?}");
        }
    }
}
