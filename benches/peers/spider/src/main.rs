//! Crawls the hosts of a list of seeds with the `spider` crate, and counts what its subscribers get.
//!
//! `spider-docs FILE`, where FILE has one seed per line.

use spider::tokio::{self, sync::broadcast::error::RecvError, task::JoinSet};
use spider::website::Website;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("usage: spider-docs FILE")?;
    let seeds = std::fs::read_to_string(file)?;
    let mut crawls = JoinSet::new();
    for seed in seeds.split_whitespace() {
        crawls.spawn(crawl(seed.to_owned()));
    }
    let counts = crawls.join_all().await;
    let (pages, bytes) =
        counts.iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    println!("{pages} pages, {bytes} bytes");
    Ok(())
}

async fn crawl(seed: String) -> (usize, usize) {
    let mut website = Website::new(&seed);
    website.with_respect_robots_txt(true).with_user_agent(Some("spider")).with_delay(0);
    let mut pages = website.subscribe(4096);
    let counter = tokio::spawn(async move {
        let (mut count, mut bytes) = (0, 0);
        loop {
            match pages.recv().await {
                Ok(page) => {
                    count += 1;
                    bytes += page.get_html_bytes_u8().len();
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return (count, bytes),
            }
        }
    });
    website.crawl().await;
    drop(website); // its subscribers see the end of the stream
    counter.await.unwrap_or_default()
}
