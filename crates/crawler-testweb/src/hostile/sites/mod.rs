//! The hosts, by what they get wrong.

mod bodies;
mod charsets;
mod codings;
mod doors;
mod heads;
mod loads;
mod markup;
pub(super) mod redirects;
mod robots;
mod sitemaps;
mod spaces;

use std::io;

use super::site::Site;

/// All hosts but the crowd, served on this port.
///
/// # Errors
/// When a bomb cannot be compressed.
pub(super) fn all(port: u16) -> io::Result<Vec<Site>> {
    let mut sites = heads::sites();
    sites.extend(bodies::sites());
    sites.extend(codings::sites()?);
    sites.extend(redirects::sites());
    sites.extend(robots::sites()?);
    sites.extend(sitemaps::sites(port)?);
    sites.extend(spaces::sites());
    sites.extend(markup::sites(port));
    sites.extend(charsets::sites());
    sites.extend(loads::sites());
    sites.extend(doors::sites());
    Ok(sites)
}
