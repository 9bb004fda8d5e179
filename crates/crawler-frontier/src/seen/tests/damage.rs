//! What is not what was written is refused, with its name.

use super::{LIMITS, key, set};
use crate::seen::faulty::FaultyFiles;
use crate::seen::{Offer, RunMeta, SeenError, SeenEvent, SeenLimits, SeenStore};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const DIR: &str = "/seen";
const BLOCK: usize = 4096;
/// Two key blocks, the second one partly filled.
const KEYS: usize = 500;

#[test]
fn every_flipped_byte_is_found_at_opening() {
    let (files, run, path) = written();
    for at in 0..run.len as usize {
        let flip = |bytes: &mut Vec<u8>| bytes[at] ^= 1 << (at % 8);
        files.edit(&path, flip);
        let refused = refusal(&files, run);
        assert!(refused.contains("0000000001.run"), "byte {at}: {refused}");
        files.edit(&path, flip);
    }
    assert!(SeenStore::open(Path::new(DIR), Arc::new(files), &[run]).is_ok());
}

#[test]
fn truncation_growth_and_absence_are_found_at_opening() {
    let (files, run, path) = written();
    for len in (0..run.len as usize).step_by(509).chain([run.len as usize + BLOCK]) {
        let (damaged, ..) = written();
        damaged.edit(&path, |bytes| bytes.resize(len, 0));
        let refused = refusal(&damaged, run);
        assert!(
            refused.contains("0000000001.run") && refused.contains("were written"),
            "{refused}"
        );
    }
    let refused = refusal(&files, RunMeta { id: 7, ..run });
    assert!(refused.contains("0000000007.run") && refused.contains("missing"), "{refused}");
}

#[test]
fn blocks_in_another_place_and_runs_of_another_store_are_found() {
    let (files, run, path) = written();
    files.edit(&path, |bytes| bytes[BLOCK..].rotate_left(BLOCK));
    assert!(refusal(&files, run).contains("checksum"), "{}", refusal(&files, run));
    let (files, run, _) = written();
    for other in [
        RunMeta { keys: run.keys + 1, ..run },
        RunMeta { checksum: run.checksum ^ 1, ..run },
        RunMeta { first: run.last, ..run },
        RunMeta { last: run.first, ..run },
    ] {
        assert!(refusal(&files, other).contains("not the run"), "{other:?}");
    }
}

#[test]
fn a_foreign_format_is_named() {
    let (files, run, path) = written();
    files.edit(&path, |bytes| bytes[8] = 9);
    let refused = refusal(&files, run);
    assert!(refused.contains("format 9") && refused.contains("format 1"), "{refused}");
}

#[test]
fn damage_after_opening_stops_the_judgement_and_keeps_the_batch() {
    let (files, run, path) = written();
    let store = SeenStore::open(Path::new(DIR), Arc::new(files.clone()), &[run]).unwrap();
    let (mut set, woken) = set::<()>(store.handle(), LIMITS);
    let flip = |bytes: &mut Vec<u8>| bytes[BLOCK + 100] ^= 1;
    files.edit(&path, flip);
    assert!(matches!(set.offer(run.first, || (), 1), Offer::Deferred(_)));
    set.flush();
    woken.recv().unwrap();
    let Some(SeenEvent::Failed(error)) = set.poll() else { panic!("nothing failed") };
    assert!(matches!(error, SeenError::Damaged { .. }), "{error}");
    assert!(set.poll().is_none() && set.deferred() == 1);
    files.edit(&path, flip);
    set.flush();
    woken.recv().unwrap();
    assert!(matches!(set.poll(), Some(SeenEvent::Done { dropped: 1, .. })));
}

/// A run of consecutive numbers, durable.
fn written() -> (FaultyFiles, RunMeta, PathBuf) {
    let files = FaultyFiles::default();
    let store = SeenStore::open(Path::new(DIR), Arc::new(files.clone()), &[]).unwrap();
    let limits = SeenLimits { fresh_keys: KEYS, ..LIMITS };
    let (mut set, woken) = set::<()>(store.handle(), limits);
    for number in 0..KEYS as u64 {
        assert_eq!(set.offer(key(0, number), || (), 1), Offer::New(()));
    }
    woken.recv().unwrap();
    let Some(SeenEvent::Done { batch: None, run: Some(run), dropped: 0 }) = set.poll() else {
        panic!("no run")
    };
    assert_eq!((run.keys, run.len), (KEYS as u64, 3 * BLOCK as u64));
    (files, run, Path::new(DIR).join("0000000001.run"))
}

fn refusal(files: &FaultyFiles, run: RunMeta) -> String {
    let opened = SeenStore::open(Path::new(DIR), Arc::new(files.clone()), &[run]);
    opened.err().expect("opened although damaged").to_string()
}
