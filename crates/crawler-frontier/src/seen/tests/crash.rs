//! The machine stops, or the disk fails, at every single operation.

use super::Random;
use super::caller::{Caller, Database};
use super::model::step;
use crate::seen::faulty::FaultyFiles;
use std::io::ErrorKind;

const STEPS: usize = 350;

#[test]
fn a_crash_before_any_operation_loses_and_repeats_nothing() {
    let mut operations = 0;
    loop {
        let mut random = Random(operations);
        let files = FaultyFiles::default();
        let mut caller = Caller::start(files.clone(), Database::default()).unwrap();
        files.crash_after(operations);
        for _ in 0..STEPS {
            if caller.files.is_crashed() {
                caller = caller.restart(&mut random);
                // A second time soon, often while the store is opened.
                caller.files.crash_after(random.below(12) as u64);
            }
            step(&mut caller, &mut random);
        }
        while !caller.drain() {
            caller = caller.restart(&mut random);
        }
        caller.assert_complete();
        if !files.is_crashed() {
            break;
        }
        operations += 1;
    }
    // How many there are depends on how the threads take turns.
    assert!(operations > 30, "only {operations} operations to crash at");
}

#[test]
fn a_failed_operation_is_reported_and_loses_nothing() {
    for kind in [ErrorKind::StorageFull, ErrorKind::Other] {
        let mut reported = 0;
        for operation in 0..150 {
            let mut random = Random(operation);
            let files = FaultyFiles::default();
            let mut caller = Caller::start(files.clone(), Database::default()).unwrap();
            files.fail_after(operation, kind);
            (0..STEPS).for_each(|_| step(&mut caller, &mut random));
            assert!(caller.drain());
            caller.commit();
            caller.assert_complete();
            assert!(caller.errors.len() <= 1, "{:?}", caller.errors);
            for error in &caller.errors {
                assert_eq!(error.is_disk_full(), kind == ErrorKind::StorageFull, "{error}");
            }
            reported += caller.errors.len();
            caller.restart(&mut random);
        }
        assert!(reported > 30, "only {reported} failures reported");
    }
}
