//! Compressed bodies decode to the identity body; sizes and link counts are those of the mix.

use std::io::Read;

use super::{config, links};
use crate::{Coding, PageMix, Web, WebConfig};

fn decode(coding: Coding, bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    match coding {
        Coding::Identity => decoded.extend_from_slice(bytes),
        Coding::Gzip => {
            flate2::read::GzDecoder::new(bytes).read_to_end(&mut decoded).unwrap();
        }
        Coding::Brotli => {
            brotli::Decompressor::new(bytes, 4096).read_to_end(&mut decoded).unwrap();
        }
    }
    decoded
}

#[test]
fn every_coding_decodes_to_the_same_page() {
    for mix in PageMix::ALL {
        let web = Web::build(WebConfig { mix: *mix, ..config(3) }).unwrap();
        let urls = web.expected().map(|expected| expected.url);
        for url in urls.step_by(if *mix == PageMix::Live { 29 } else { 3 }) {
            let target = &url[web.origin(0).len()..];
            let answer = web.page(0, target);
            let identity = answer.body.to_vec();
            for coding in Coding::ALL {
                let wire = answer.body.encode(*coding).concat();
                assert_eq!(decode(*coding, &wire).len(), identity.len(), "{mix} {coding:?} {url}");
                assert!(decode(*coding, &wire) == identity, "{mix} {coding:?} {url}");
                if identity.len() > 40_000 && *coding != Coding::Identity {
                    assert!(wire.len() * 2 < identity.len(), "{mix} {coding:?} {url}");
                }
            }
        }
    }
}

#[test]
fn pages_longer_than_a_stored_block_decode_too() {
    // The sitemap of 5,000 pages is one piece of about 250 KB.
    let web = Web::build(WebConfig { pages_per_host: 5000, ..config(4) }).unwrap();
    let answer = web.page(0, "/sitemap.xml");
    let identity = answer.body.to_vec();
    assert!(identity.len() > 3 * 65_536);
    for coding in Coding::ALL {
        assert!(decode(*coding, &answer.body.encode(*coding).concat()) == identity, "{coding:?}");
    }
}

#[test]
fn sizes_and_link_counts_fit_the_mix() {
    // Mix, mean and median bytes, mean links, all within 15 percent.
    let cases = [
        (PageMix::Tiny, 4_096.0, 4_096.0, 20.0),
        (PageMix::Docs, 38_000.0, 31_700.0, 90.0),
        (PageMix::Live, 242_000.0, 138_000.0, 50.0),
    ];
    for (mix, mean, median, links) in cases {
        let web = Web::build(WebConfig { mix, hosts: 200, ..config(5) }).unwrap();
        let (mut sizes, mut found) = (Vec::new(), 0);
        for nth in 0..600 {
            let host = nth % 200;
            let page = web.page(host, &web.tree().path(nth % 29 + 1)).body.to_vec();
            sizes.push(page.len() as f64);
            // Reading the large pages tag by tag takes long in a debug build.
            if nth % 10 == 0 {
                let tags = links::tags(std::str::from_utf8(&page).unwrap());
                found += tags.iter().filter(|tag| tag.attr("href").is_some()).count();
            }
        }
        sizes.sort_by(f64::total_cmp);
        let near = |value: f64, wanted: f64| (value / wanted - 1.0).abs() < 0.15;
        let measured = (sizes.iter().sum::<f64>() / 600.0, sizes[300], found as f64 / 60.0);
        assert!(near(measured.0, mean), "{mix}: mean {measured:?}");
        assert!(near(measured.1, median), "{mix}: median {measured:?}");
        assert!(near(measured.2, links), "{mix}: links {measured:?}");
    }
}
