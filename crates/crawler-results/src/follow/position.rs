//! How far a follower is, durably.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::ResultError;

/// What `results/{name}.json` holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Position {
    #[serde(skip)]
    path: PathBuf,
    /// Bytes of the page list whose rows are sealed.
    pub(super) rows_to: u64,
    /// What the follower wants to know.
    pub(super) state: Value,
}

impl Position {
    /// The noted position; the beginning if there is none.
    pub(super) fn read(data_dir: &Path, name: &str) -> Result<Self, ResultError> {
        let path = data_dir.join("results").join(format!("{name}.json"));
        match fs::read(&path) {
            Ok(bytes) => match serde_json::from_slice::<Self>(&bytes) {
                Ok(position) => Ok(Self { path, ..position }),
                Err(error) => Err(ResultError::Position { path, reason: error.to_string() }),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Ok(Self { path, rows_to: 0, state: Value::Null })
            }
            Err(error) => Err(ResultError::io("read", &path)(error)),
        }
    }

    /// Notes it durably: a whole new file takes the place of the old one.
    pub(super) fn write(&self) -> Result<(), ResultError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let new = self.path.with_extension("json.tmp");
        fs::create_dir_all(folder).map_err(ResultError::io("create", folder))?;
        let write = || {
            let mut file = File::create(&new)?;
            file.write_all(&serde_json::to_vec(self)?)?;
            file.sync_all()?;
            fs::rename(&new, &self.path)?;
            File::open(folder)?.sync_all()
        };
        write().map_err(ResultError::io("write", &self.path))
    }

    pub(super) fn is_ahead_of(&self, found: u64) -> ResultError {
        ResultError::Ahead { path: self.path.clone(), noted: self.rows_to, found }
    }
}
