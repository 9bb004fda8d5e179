//! `operator/state.json`: what an operator has decided, kept over restarts.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crawler_url::HostKey;
use serde::{Deserialize, Serialize};

use super::HostOverride;

/// Where everything of the operator's stands in a data directory.
const DIR: &str = "operator";
const STATE_FILE: &str = "state.json";
const VERSION: u32 = 1;

/// Everything that an operator has decided. The file is written as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperatorState {
    version: u32,
    pub(crate) paused: bool,
    pub(crate) hosts: BTreeMap<HostKey, HostOverride>,
}

impl Default for OperatorState {
    fn default() -> Self {
        Self { version: VERSION, paused: false, hosts: BTreeMap::new() }
    }
}

/// Why the operator's decisions are not known.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot read what the operator decided from {}: {detail}; mend the file, or remove it: pauses and \
     changes to single hosts are forgotten then",
    path.display()
)]
pub struct OperatorStateError {
    path: PathBuf,
    detail: String,
}

/// The folder of what is the operator's.
pub(crate) fn operator_dir(data_dir: &Path) -> PathBuf {
    data_dir.join(DIR)
}

impl OperatorState {
    /// As last saved; nothing decided when there is no file.
    pub(crate) fn load(data_dir: &Path) -> Result<Self, OperatorStateError> {
        let path = operator_dir(data_dir).join(STATE_FILE);
        let failed = |detail: String| OperatorStateError { path: path.clone(), detail };
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(failed(error.to_string())),
        };
        let state: Self =
            serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))?;
        if state.version != VERSION {
            return Err(failed(format!("its version is {}, not {VERSION}", state.version)));
        }
        Ok(state)
    }

    /// Durable when it returns, and whole at any time.
    pub(crate) fn save(&self, data_dir: &Path) -> io::Result<()> {
        let dir = operator_dir(data_dir);
        make_dir(data_dir, &dir)?;
        let temporary = dir.join(".state.json.tmp");
        let mut file = File::create(&temporary)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&temporary, dir.join(STATE_FILE))?;
        File::open(&dir)?.sync_all()
    }
}

/// Makes the folder, durably.
pub(crate) fn make_dir(data_dir: &Path, dir: &Path) -> io::Result<()> {
    match fs::create_dir(dir) {
        Ok(()) => File::open(data_dir)?.sync_all(),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_as_saved_and_damage_is_named() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(OperatorState::load(dir.path()).unwrap(), OperatorState::default());
        let mut state = OperatorState { paused: true, ..OperatorState::default() };
        let changes = HostOverride { delay_ms: Some(7), ..HostOverride::default() };
        state.hosts.insert("a.example:8080".parse().unwrap(), changes);
        state.save(dir.path()).unwrap();
        state.save(dir.path()).unwrap();
        assert_eq!(OperatorState::load(dir.path()).unwrap(), state);

        let path = operator_dir(dir.path()).join(STATE_FILE);
        let good = fs::read_to_string(&path).unwrap();
        for bad in [
            good.replace("\"version\": 1", "\"version\": 9"),
            good.replace("paused", "passed"),
            good.replace("delay_ms", "delay"),
            good[..good.len() / 2].to_owned(),
            String::new(),
        ] {
            fs::write(&path, bad).unwrap();
            let error = OperatorState::load(dir.path()).unwrap_err().to_string();
            assert!(
                error.contains("operator/state.json") && error.contains("remove it"),
                "{error}"
            );
        }
    }
}
