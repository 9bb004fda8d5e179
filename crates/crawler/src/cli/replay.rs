//! `crawler replay`: serves the archive.

use std::net::SocketAddr;

use clap::Args;
use crawler_replay::{Banner, Options, ReplayServer, Scripts};

use super::crawl::write_out;
use super::data_dir::DataDirArgs;
use super::get::sort;
use crate::exit::Exit;
use crate::signals;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler replay -o crawl                    then open http://127.0.0.1:8088/ in a browser
  crawler replay --listen 127.0.0.1:9000 --no-banner

  /web/https://example.com/                  the newest capture
  /web/20261121/https://example.com/         the one nearest to that time (UTC)
  /web/*/https://example.com/                all captures; ending with * of all that begin so
  /web/20261121230000id_/https://example.com/
                                             the bytes as they were stored, with their coding

Links lead to other captures, and a Content-Security-Policy keeps the browser from asking
anybody else. Scripts of captures do not run unless `--scripts` says so: they too can load
from the archive only, but they may lead the browser to another page. Works beside a crawl
that runs, and shows what it has stored. Programs get times and lists of captures by RFC 7089.";

/// Where the archive is looked at.
const LISTEN: &str = "127.0.0.1:8088";

/// The options of `crawler replay`.
#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// Address and port to serve on; who can connect can read all that is stored
    #[arg(short, long, value_name = "ADDR:PORT", default_value = LISTEN)]
    listen: SocketAddr,
    /// Show pages without the line above that tells their time
    #[arg(long)]
    no_banner: bool,
    /// Let scripts of captures run
    #[arg(long)]
    scripts: bool,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

pub(super) fn run(args: &ReplayArgs) -> anyhow::Result<Exit> {
    let data_dir = args.data_dir.resolve()?;
    let index = data_dir.join("cdxj/index.cdxj");
    if !index.is_file() {
        anyhow::bail!(
            "there is no crawl in {}: {} is missing",
            data_dir.display(),
            index.display()
        );
    }
    sort(&data_dir);
    let options = Options {
        data_dir,
        banner: if args.no_banner { Banner::Off } else { Banner::On },
        scripts: if args.scripts { Scripts::On } else { Scripts::Off },
    };
    let server = ReplayServer::start(args.listen, options)?;
    if !server.addr().ip().is_loopback() {
        eprintln!("note: whoever can reach {} can read all that is stored", server.addr());
    }
    write_out(&format!("http://{}/\n", server.addr()))?;
    eprintln!("serving http://{}/ until Ctrl-C", server.addr());
    signals::wait_for_one()?;
    Ok(Exit::Done)
}
