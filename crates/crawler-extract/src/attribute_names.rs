//! Names of the attributes that are looked at, as constants.

use crate::name::{Known, known};

pub(crate) const ALT: Known = known("alt");
pub(crate) const AS: Known = known("as");
pub(crate) const CHARSET: Known = known("charset");
pub(crate) const CONTENT: Known = known("content");
pub(crate) const DATA: Known = known("data");
pub(crate) const HREF: Known = known("href");
pub(crate) const HTTP_EQUIV: Known = known("http-equiv");
pub(crate) const LANG: Known = known("lang");
pub(crate) const NAME: Known = known("name");
pub(crate) const POSTER: Known = known("poster");
pub(crate) const REL: Known = known("rel");
pub(crate) const SRC: Known = known("src");
pub(crate) const SRCSET: Known = known("srcset");
pub(crate) const TYPE: Known = known("type");
pub(crate) const XLINK_HREF: Known = known("xlink:href");
pub(crate) const XML_LANG: Known = known("xml:lang");
