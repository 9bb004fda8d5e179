//! `operator/overlays.json`: what an operator laid over the configuration of a service, for its next start.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::settings::Overlay;

/// Where they are kept, in the data directory.
const FILE: &str = "operator/overlays.json";

/// What was laid over the configuration when the service ran last; nothing if nothing was.
///
/// # Errors
/// When the file cannot be read or holds something else.
pub(crate) fn load(data_dir: &Path) -> anyhow::Result<Vec<Overlay>> {
    let path = data_dir.join(FILE);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        bytes => bytes.map_err(|error| told(&path, &error))?,
    };
    let kept: Vec<(String, String)> =
        serde_json::from_slice(&bytes).map_err(|error| told(&path, &error))?;
    Ok(kept.into_iter().map(|(name, text)| Overlay { name, text }).collect())
}

fn told(path: &Path, error: &dyn std::fmt::Display) -> anyhow::Error {
    anyhow::anyhow!(
        "cannot read {}: {error}\n  remove it to start with the configuration alone",
        path.display()
    )
}

/// Keeps them for the next start: durable when it returns.
pub(super) fn save(data_dir: &Path, overlays: &[Overlay]) -> io::Result<()> {
    let path = data_dir.join(FILE);
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    if overlays.is_empty() && !path.exists() {
        return Ok(());
    }
    let kept: Vec<_> = overlays.iter().map(|Overlay { name, text }| (name, text)).collect();
    fs::create_dir_all(&folder)?;
    let new = path.with_extension("json.tmp");
    let mut file = File::create(&new)?;
    file.write_all(&serde_json::to_vec(&kept)?)?;
    file.sync_all()?;
    fs::rename(&new, &path)?;
    File::open(&folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_kept_or_their_damage_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert!(load(dir.path()).unwrap().is_empty());
        save(dir.path(), &[]).unwrap();
        assert!(!dir.path().join(FILE).exists());
        let overlay = Overlay { name: "a.config".to_owned(), text: "delay = 2\n".to_owned() };
        save(dir.path(), &[overlay]).unwrap();
        let kept = load(dir.path()).unwrap();
        assert_eq!((kept[0].name.as_str(), kept[0].text.as_str()), ("a.config", "delay = 2\n"));
        save(dir.path(), &[]).unwrap();
        assert!(load(dir.path()).unwrap().is_empty());
        fs::write(dir.path().join(FILE), "[").unwrap();
        let error = load(dir.path()).unwrap_err().to_string();
        assert!(error.contains("operator/overlays.json") && error.contains("remove it"), "{error}");
    }
}
