//! The ZIP file and its manifest.

use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::WaczAbout;
use super::pages::MainPage;
use crate::error::ResultError;

/// From so many bytes on the larger fields of ZIP64 are used; the smaller ones hold twice as many.
const LARGE_BYTES: u64 = 1 << 31;

/// How a part is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storing {
    /// As it is, so that a reader can seek in it; what is compressed already must be (WACZ 1.1.1,
    /// "Zip Compression").
    AsIs,
    Deflated,
}

/// A WACZ file under construction.
pub(super) struct Package<W: Write + Seek> {
    path: PathBuf,
    zip: ZipWriter<W>,
    resources: Vec<Resource>,
}

#[derive(Debug, Serialize)]
struct Resource {
    name: String,
    path: String,
    hash: String,
    bytes: u64,
}

impl<W: Write + Seek> Package<W> {
    /// Begins the file `path`.
    pub(super) fn new(path: &Path, out: W) -> Self {
        Self { path: path.to_owned(), zip: ZipWriter::new(out), resources: Vec::new() }
    }

    /// Adds what `fill` writes, which is about so many bytes.
    pub(super) fn add(
        &mut self,
        path: &str,
        storing: Storing,
        bytes: u64,
        fill: impl FnOnce(&mut dyn Write) -> Result<(), ResultError>,
    ) -> Result<(), ResultError> {
        let method = match storing {
            Storing::AsIs => CompressionMethod::Stored,
            Storing::Deflated => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .unix_permissions(0o644)
            .large_file(bytes >= LARGE_BYTES);
        let begun = self.zip.start_file(path, options).map_err(io::Error::from);
        begun.map_err(ResultError::io("write", &self.path))?;
        let mut entry = Hashed { out: &mut self.zip, hash: Sha256::new(), bytes: 0 };
        fill(&mut entry)?;
        let (hash, bytes) = (digest(entry.hash), entry.bytes);
        // Names are in lower case (Data Package, "name").
        let base = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        self.resources.push(Resource { name: base, path: path.to_owned(), hash, bytes });
        Ok(())
    }

    /// Adds the manifest and its digest, and completes the file.
    pub(super) fn finish(
        mut self,
        about: &WaczAbout,
        main_page: Option<MainPage>,
    ) -> Result<(), ResultError> {
        let mut manifest = json!({
            "profile": "data-package",
            "wacz_version": "1.1.1",
            "created": about.created,
            "software": about.software,
            "resources": self.resources,
        });
        if let Some(title) = &about.title {
            manifest["title"] = title.as_str().into();
        }
        if let Some(page) = main_page {
            manifest["mainPageUrl"] = page.url.into();
            manifest["mainPageDate"] = page.ts.into();
        }
        let manifest = format!("{manifest:#}");
        let path = self.path.clone();
        let failed = || ResultError::io("write", &path);
        self.add("datapackage.json", Storing::Deflated, 0, |entry| {
            entry.write_all(manifest.as_bytes()).map_err(failed())
        })?;
        let hash = self.resources.pop().map(|manifest| manifest.hash).unwrap_or_default();
        let told = format!("{:#}", json!({"path": "datapackage.json", "hash": hash}));
        self.add("datapackage-digest.json", Storing::Deflated, 0, |entry| {
            entry.write_all(told.as_bytes()).map_err(failed())
        })?;
        let finished = self.zip.finish().map_err(io::Error::from);
        finished.and_then(|mut out| out.flush()).map_err(failed())
    }
}

/// `sha256:` and 64 hexadecimal digits.
pub(super) fn digest(hash: Sha256) -> String {
    hash.finalize().iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// Takes a digest of what passes through.
struct Hashed<'a, W: Write> {
    out: &'a mut W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashed<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
