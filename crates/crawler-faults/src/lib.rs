//! Named steps between which the data directory is not whole: where a crash would hurt most.
//!
//! Code that writes says [`reached`] at each of them. Without the feature `fault-points` that is
//! nothing at all; with it, the variable [`VARIABLE`] makes the process kill itself there as
//! `kill -9` would. `crawler doctor --torture --steps` dies at every one of [`STEPS`] that way and
//! checks what the next start makes of it.
//!
//! A new step is one line in [`STEPS`] and one call.

#[cfg(feature = "fault-points")]
mod armed;

/// Every step, in the order of a commit, a rotation, an opening and a recrawl.
pub const STEPS: &[&str] = &[
    "commit.begun",
    "commit.synced",
    "commit.recorded",
    "commit.closed",
    "frontier.batch.filled",
    "frontier.batch.committed",
    "seen.run.written",
    "seen.run.renamed",
    "seen.compaction.recorded",
    "store.warc.appended",
    "store.rotation.synced",
    "store.rotation.renamed",
    "store.opened",
    "start.seeded",
    "generation.copied",
    "generation.committed",
];

/// Names the step to die at: `commit.synced`, or `commit.synced:3` for the third time there.
pub const VARIABLE: &str = "CRAWLER_FAULT";

/// Whether this build can be made to die.
pub const BUILT_IN: bool = cfg!(feature = "fault-points");

/// Marks a step; the process ends here if it was told to.
#[inline]
pub fn reached(step: &'static str) {
    #[cfg(feature = "fault-points")]
    armed::reached(step);
    #[cfg(not(feature = "fault-points"))]
    let _ = step;
}

/// Whether what [`VARIABLE`] says can be understood. Without the feature it is not looked at.
///
/// # Errors
/// Says what is wrong with the variable and what it may be.
pub fn check() -> Result<(), String> {
    #[cfg(feature = "fault-points")]
    armed::check()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::STEPS;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    /// The names in calls of `reached` in all sources below `dir`.
    fn called(dir: &Path, names: &mut BTreeSet<String>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                called(&path, names);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let calls = text.split("crawler_faults::reached(\"").skip(1);
                names.extend(calls.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
            }
        }
    }

    #[test]
    fn every_step_is_somewhere_in_the_code_and_listed() {
        let mut names = BTreeSet::new();
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for entry in fs::read_dir(crates).unwrap() {
            let dir = entry.unwrap().path();
            if dir.file_name() != Path::new(env!("CARGO_MANIFEST_DIR")).file_name() {
                called(&dir.join("src"), &mut names);
            }
        }
        let listed: BTreeSet<String> = STEPS.iter().map(|step| (*step).to_owned()).collect();
        assert_eq!(names, listed);
    }
}
