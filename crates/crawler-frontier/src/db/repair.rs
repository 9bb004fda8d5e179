//! Mending a store that [`FrontierDb::open`] refuses.

use super::journals::{FILE, Found, Torn, journal_path, journals_in};
use super::open::{self, SEEN_DIR};
use super::{FrontierDb, commit, db_dir, manifests, run_key, step};
use crate::error::FrontierError;
use crate::seen::{DamagedRun, RunMeta, SeenKey, damaged_runs};
use crawler_url::WireUrl;
use fjall::{AbstractTree, OwnedWriteBatch, PersistMode};
use std::path::{Path, PathBuf};

/// What was mended in a store, in sentences for the operator.
#[derive(Debug, Default)]
pub struct Mended {
    /// What was wrong and what was done about it.
    pub done: Vec<String>,
}

/// The URLs known to have been stored or reported, told to a visitor one by one.
pub type KnownUrls<'a> = &'a mut dyn FnMut(&mut dyn FnMut(&WireUrl));

impl FrontierDb {
    /// Opens the store in `dir` as [`open`](Self::open) does, and mends what keeps it from being
    /// opened if there is a sound way: journals that are cut or changed lose the commits behind
    /// the damage, damaged files of the seen set are written anew from what can still be read of
    /// them, what is queued and `known` URLs. Whatever is replaced is first put into `aside`.
    ///
    /// # Errors
    /// As [`open`](Self::open) when there is no sound way; the store is as it was then.
    pub fn open_mended(
        dir: &Path,
        aside: &Path,
        known: KnownUrls<'_>,
    ) -> Result<(Self, Mended), FrontierError> {
        let mut mended = Mended::default();
        let db_dir = db_dir(dir);
        let mut journals = Found::read(dir, &db_dir)?;
        manifests::check(&db_dir, journals.last.is_some())?;
        let torn = journals.torn.clone();
        if let Some(torn) = &torn {
            put_aside(dir, aside)?;
            cut(torn, &db_dir)?;
            journals.forget_torn();
        }
        let mut copied = Vec::new();
        let opened = open::open_with(dir, journals, |runs| {
            let damaged = damaged_runs(&dir.join(SEEN_DIR), runs)?;
            // What the seen set does not name it removes.
            std::fs::create_dir_all(aside).map_err(|error| FrontierError::io(aside, error))?;
            for run in &damaged {
                copy(&run.path, &in_dir(aside, &run.path))?;
                copied.push(run.path.clone());
            }
            Ok(damaged)
        });
        let opened = opened.and_then(|(db, damaged)| {
            torn.as_ref().map_or(Ok(()), |torn| require_older(&db, torn))?;
            Ok((db, damaged))
        });
        let (mut db, damaged) = match (opened, &torn) {
            (Err(error), Some(_)) => {
                bring_back(dir, aside, &copied)?;
                return Err(error);
            }
            (opened, _) => opened?,
        };
        if let Some(torn) = &torn {
            mended.done.push(format!(
                "{}: {}; the store is as of commit {} again, what was done later is repeated",
                torn.path.display(),
                torn.detail(),
                db.steps
            ));
        }
        if !damaged.is_empty() {
            db.replace_runs(damaged, known, &mut mended)?;
        }
        Ok((db, mended))
    }

    /// Writes the keys of damaged runs, as far as they are known, to a new one.
    fn replace_runs(
        &mut self,
        damaged: Vec<DamagedRun>,
        known: KnownUrls<'_>,
        mended: &mut Mended,
    ) -> Result<(), FrontierError> {
        let seed = self.checkpoint.seed;
        let (mut lost, mut keys) = (0, Vec::new());
        let mut removed: Vec<RunMeta> = Vec::new();
        for run in damaged {
            lost += run.meta.keys.saturating_sub(run.keys.len() as u64);
            keys.extend(run.keys);
            removed.push(run.meta);
            mended.done.push(run.error.what());
        }
        let readable = keys.len();
        self.reader().for_each_queued(&mut |fingerprint| {
            keys.push(SeenKey::new(fingerprint, seed));
            Ok(())
        })?;
        let canonicalizer = self.canonicalizer();
        known(&mut |url| keys.push(SeenKey::new(canonicalizer.fingerprint(url), seed)));
        mended.done.push(format!(
            "the seen set is written anew: {readable} keys were still readable, {lost} were not; {} \
             come from queued, stored and reported urls, any other will be fetched again when found",
            keys.len() - readable
        ));
        let added = self.seen.write_run(keys)?;
        let mut batch = OwnedWriteBatch::with_capacity(self.db.clone(), 16)
            .durability(Some(PersistMode::SyncAll));
        commit::list_runs(&mut batch, self, &[added], None)?;
        // The new run may have taken the number of one that is gone.
        for run in removed.iter().filter(|run| run.id != added.id) {
            batch.remove(&self.spaces.meta, run_key(run.id));
        }
        step::step(self, batch, self.checkpoint.clone())?;
        let mut runs = self.seen.runs();
        runs.push(added);
        Ok(self.seen.reopen(&runs)?)
    }
}

/// Going back is sound only while all that came later is in the journals: what was written to
/// tables cannot be taken back.
fn require_older(db: &FrontierDb, torn: &Torn) -> Result<(), FrontierError> {
    let newest = db.spaces.all().into_iter().filter_map(|s| s.tree.get_highest_persisted_seqno());
    let is_older = torn.sound_seqno.is_some_and(|sound| newest.max().is_none_or(|it| it < sound));
    if is_older && db.steps + 1 == torn.first_lost {
        return Ok(());
    }
    let detail = format!("{}, and tables hold parts of later commits", torn.detail());
    Err(FrontierError::beyond_repair(&torn.path, detail))
}

/// Removes what is behind the damage; a copy of all was put aside.
fn cut(torn: &Torn, db_dir: &Path) -> Result<(), FrontierError> {
    for journal in journals_in(db_dir)? {
        let path = journal_path(db_dir, journal);
        let failed = |error| FrontierError::io(&path, error);
        if journal > torn.journal {
            std::fs::remove_file(&path).map_err(failed)?;
        } else if journal == torn.journal {
            let file = std::fs::OpenOptions::new().write(true).open(&path).map_err(failed)?;
            file.set_len(torn.sound_bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        }
    }
    Ok(())
}

/// Copies the journals and the rows that tell of them.
fn put_aside(dir: &Path, aside: &Path) -> Result<(), FrontierError> {
    std::fs::create_dir_all(aside).map_err(|error| FrontierError::io(aside, error))?;
    for journal in journals_in(&db_dir(dir))? {
        copy(&journal_path(&db_dir(dir), journal), &journal_path(aside, journal))?;
    }
    copy(&dir.join(FILE), &aside.join(FILE))
}

/// Undoes all that was changed for a mend that turned out not to be sound.
fn bring_back(dir: &Path, aside: &Path, damaged: &[PathBuf]) -> Result<(), FrontierError> {
    for journal in journals_in(aside)? {
        copy(&journal_path(aside, journal), &journal_path(&db_dir(dir), journal))?;
    }
    for run in damaged {
        copy(&in_dir(aside, run), run)?;
    }
    copy(&aside.join(FILE), &dir.join(FILE))
}

fn in_dir(dir: &Path, file: &Path) -> PathBuf {
    dir.join(file.file_name().unwrap_or_default())
}

/// Copies a file; one that is missing is what was wrong in the first place.
fn copy(from: &Path, to: &Path) -> Result<(), FrontierError> {
    match std::fs::copy(from, to) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(FrontierError::io(from, error))
        }
        _ => Ok(()),
    }
}
