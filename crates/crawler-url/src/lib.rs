//! What is the same URL, whose host it is, and what is in scope.
//!
//! Three forms of one URL, never mixed up:
//!
//! | form | type | used for |
//! |---|---|---|
//! | as requested | [`WireUrl`] | the request, reports, WARC records |
//! | compared | [`CanonicalUrl`], [`Fingerprint`] | "have we seen this URL?" |
//! | sorted | [`surt()`] | keys of the CDXJ index |
//!
//! A [`HostKey`] is the unit of politeness; its [`HostHash`] says which [`Slot`], and so which
//! shard, owns the host.

mod canonical;
mod error;
mod fingerprint;
mod host;
mod join;
mod plain;
pub mod scope;
mod slot;
mod surt;
mod template;
#[cfg(test)]
mod tests;
mod wire;

pub use canonical::{
    BadParamName, CanonicalRules, CanonicalUrl, Canonicalizer, ParamName, QueryOrder,
    SESSION_PARAMS, TRACKING_PARAMS,
};
pub use error::UrlError;
pub use fingerprint::Fingerprint;
pub use host::{HostHash, HostKey, owner_domain, registrable_domain};
pub use join::Base;
pub use slot::{ShardCount, ShardId, ShardIds, Slot};
pub use surt::surt;
pub use template::push_template;
pub use wire::{Scheme, WireUrl};
