//! Makes lines of JSON of pages, in the order of the page list.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::append::AppendFile;
use super::page::{Counts, Made, PageBody, PageMaker};
use super::pool::Pool;
use crate::error::ResultError;
use crate::follow::{Delivery, Follower, PageRow, RowRange};
use crate::parquet::{Extent, RuleFiles};

/// Rows of the page list after which is sealed.
const ROWS_PER_SEAL: usize = 5_000;
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes rows of the HTML pages of a crawl, on threads of its own.
pub struct PageFollower {
    name: &'static str,
    data_dir: PathBuf,
    n_threads: usize,
    maker: Arc<dyn PageMaker>,
    /// Paths of the files it writes, within the data directory.
    paths: Vec<String>,
    files: Vec<AppendFile>,
    /// What is made of each of the files; none, or one for each.
    tables: Vec<RuleFiles>,
    pool: Option<Pool>,
    state: State,
    rows_taken: usize,
}

/// What is noted in the position file.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(default)]
struct State {
    /// Length of each file, also of those that are not written any more.
    files: BTreeMap<String, u64>,
    #[serde(flatten)]
    counts: Counts,
}

impl PageFollower {
    pub(super) fn new(
        name: &'static str,
        data_dir: PathBuf,
        n_threads: usize,
        maker: Arc<dyn PageMaker>,
        paths: Vec<String>,
    ) -> Self {
        Self {
            name,
            data_dir,
            n_threads: n_threads.max(1),
            maker,
            paths,
            files: Vec::new(),
            tables: Vec::new(),
            pool: None,
            state: State::default(),
            rows_taken: 0,
        }
    }

    /// Makes tables too of what the files have, one of each.
    pub(super) fn with_tables(self, tables: Vec<RuleFiles>) -> Self {
        Self { tables, ..self }
    }

    /// Makes one of the tables' files that is wanted of what is sealed; whether there was one.
    fn write_table(&mut self, extent: Extent) -> Result<bool, ResultError> {
        for (table, path) in self.tables.iter_mut().zip(&self.paths) {
            let bytes = self.state.files.get(path).copied().unwrap_or_default();
            if table.write_next(bytes, extent)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes what was made of the oldest page; whether there was one.
    fn write_next(&mut self) -> Result<bool, ResultError> {
        let Some(made) = self.pool.as_mut().and_then(Pool::next) else { return Ok(false) };
        let Made { lines, counts } = made.map_err(|why| ResultError::Other(why.to_owned()))?;
        for (file_idx, lines) in lines {
            if let Some(file) = self.files.get_mut(file_idx) {
                file.append(&lines)?;
            }
        }
        self.state.counts.add(counts);
        Ok(true)
    }
}

impl Follower for PageFollower {
    fn name(&self) -> &'static str {
        self.name
    }

    fn open(&mut self, _position: u64, state: &Value) -> Result<(), ResultError> {
        let unknown = |error| {
            ResultError::Other(format!(
                "results/{}.json is of another version ({error}): remove it and the folder {0}, and all \
                 of it is made again",
                self.name
            ))
        };
        self.pool = None;
        self.rows_taken = 0;
        self.state = Option::deserialize(state).map_err(unknown)?.unwrap_or_default();
        for path in &self.paths {
            self.state.files.entry(path.clone()).or_default();
        }
        // Those that are not written any more are cut too: what is behind was not sealed.
        for (path, bytes) in &self.state.files {
            if !self.paths.contains(path) && self.data_dir.join(path).exists() {
                AppendFile::open(self.data_dir.join(path), *bytes)?;
            }
        }
        let open = |path: &String| {
            let bytes = self.state.files.get(path).copied().unwrap_or_default();
            AppendFile::open(self.data_dir.join(path), bytes)
        };
        self.files = self.paths.iter().map(open).collect::<Result<_, _>>()?;
        for (table, path) in self.tables.iter_mut().zip(&self.paths) {
            table.open(self.state.files.get(path).copied().unwrap_or_default())?;
        }
        let pool = Pool::start(self.name, self.n_threads, &self.maker);
        self.pool = Some(pool.map_err(|error| {
            ResultError::Other(format!("cannot start a thread that reads pages: {error}"))
        })?);
        Ok(())
    }

    fn take(&mut self, row: &PageRow<'_>) -> Result<(), ResultError> {
        self.rows_taken += 1;
        if !self.maker.is_for(&row.url) {
            return Ok(());
        }
        let Some(page) = PageBody::read(&self.data_dir, row)? else { return Ok(()) };
        while self.pool.as_ref().is_some_and(Pool::is_full) {
            self.write_next()?;
        }
        if let Some(pool) = &mut self.pool {
            pool.give(page);
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.rows_taken >= ROWS_PER_SEAL
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn seal(&mut self, _range: RowRange) -> Result<Value, ResultError> {
        while self.write_next()? {}
        for (path, file) in self.paths.iter().zip(&mut self.files) {
            self.state.files.insert(path.clone(), file.sync()?);
        }
        while self.write_table(Extent::Worthwhile)? {}
        self.rows_taken = 0;
        Ok(json!(self.state))
    }

    fn finish(&mut self) -> Result<Delivery, ResultError> {
        let was_wanted = self.write_table(Extent::Whole)?;
        Ok(if was_wanted { Delivery::UnderWay } else { Delivery::Done })
    }
}
