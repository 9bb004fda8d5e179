//! One object, brought to the store and looked at there.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use bytes::Bytes;
use object_store::aws::AmazonS3;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt as _, PutPayload, PutResult};
use tokio::task::JoinSet;

use super::ledger::{Entry, Notes};
use super::object::Object;
use crate::sink::attempt::{Attempt, Outcome};

/// What is larger is sent in parts of this size, which no store finds too small.
const PART_BYTES: u64 = 8 << 20;
/// Of very large files the parts are larger: S3 takes 10 000 of them.
const PARTS_MAX: u64 = 9000;
/// Parts under way at once; so many are in memory.
const PARTS_AT_ONCE: usize = 4;

/// An object about to be uploaded.
pub(super) struct Put {
    pub(super) store: Arc<AmazonS3>,
    pub(super) location: Path,
    pub(super) object: Object,
    /// The id of parts that an earlier run sent.
    pub(super) stale_parts: Option<String>,
    pub(super) notes: Notes,
}

/// Why an attempt failed.
enum Failure {
    Store(Error),
    Here(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl Attempt for Put {
    /// The entity tag.
    type Done = Option<String>;

    const SERVER: &'static str = "the object store";

    async fn once(&self) -> Outcome<Option<String>> {
        let failed = |why: String| Outcome::Failed { why, asked: None };
        match self.upload().await {
            Ok(etag) => Outcome::Done(etag),
            Err(Failure::Here(why)) => Outcome::Refused(why),
            Err(Failure::Store(error)) if is_refusal(&error) => Outcome::Refused(format!(
                "the object store refuses {}: {error}; mend it or its settings, and the next run \
                 uploads the rest",
                self.location
            )),
            Err(Failure::Store(error)) => failed(error.to_string()),
        }
    }
}

impl Put {
    async fn upload(&self) -> Result<Option<String>, Failure> {
        if let Some(id) = &self.stale_parts {
            // They may be gone already.
            let _ = self.store.abort_multipart(&self.location, id).await;
        }
        let bytes = self.object.to - self.object.from;
        let file = File::open(&self.object.path).map_err(|error| self.unreadable(&error))?;
        let put = if bytes <= PART_BYTES {
            let payload = self.read(&file, self.object.from, bytes)?;
            self.store.put(&self.location, payload).await?
        } else {
            self.in_parts(&Arc::new(file), bytes).await?
        };
        let found = self.store.head(&self.location).await?;
        let is_other =
            matches!((&put.e_tag, &found.e_tag), (Some(put), Some(found)) if put != found);
        if found.size != bytes || is_other {
            let what =
                format!("{} has {} bytes there instead of {bytes}", self.location, found.size);
            return Err(Failure::Store(Error::Generic { store: "S3", source: what.into() }));
        }
        Ok(found.e_tag)
    }

    /// Sends parts, some at once; when that fails the store is told to forget them.
    async fn in_parts(&self, file: &File, bytes: u64) -> Result<PutResult, Failure> {
        let id = self.store.create_multipart(&self.location).await?;
        let note = Entry::Parts { key: self.object.key.clone(), id: id.clone() };
        self.notes.add(&note).map_err(|error| Failure::Here(error.to_string()))?;
        let sent = self.send_parts(file, bytes, &id).await;
        let done = match sent {
            Ok(parts) => {
                let done = self.store.complete_multipart(&self.location, &id, parts).await;
                done.map_err(Failure::from)
            }
            Err(failure) => Err(failure),
        };
        if done.is_err() {
            // Why it failed is what counts.
            let _ = self.store.abort_multipart(&self.location, &id).await;
        }
        done
    }

    async fn send_parts(&self, file: &File, bytes: u64, id: &str) -> Result<Vec<PartId>, Failure> {
        let part_bytes = PART_BYTES.max(bytes.div_ceil(PARTS_MAX));
        let mut under_way = JoinSet::new();
        let mut parts = Vec::new();
        for idx in 0..bytes.div_ceil(part_bytes) {
            if under_way.len() >= PARTS_AT_ONCE {
                parts.push(joined(under_way.join_next().await)?);
            }
            let from = idx * part_bytes;
            let payload = self.read(file, self.object.from + from, part_bytes.min(bytes - from))?;
            let (store, location, id) =
                (Arc::clone(&self.store), self.location.clone(), id.to_owned());
            under_way.spawn(async move {
                let part = store.put_part(&location, &id, idx as usize, payload).await;
                part.map(|part| (idx, part))
            });
        }
        while !under_way.is_empty() {
            parts.push(joined(under_way.join_next().await)?);
        }
        parts.sort_by_key(|(idx, _)| *idx);
        Ok(parts.into_iter().map(|(_, part)| part).collect())
    }

    fn read(&self, file: &File, from: u64, bytes: u64) -> Result<PutPayload, Failure> {
        let mut buffer = vec![0; bytes as usize];
        file.read_exact_at(&mut buffer, from).map_err(|error| self.unreadable(&error))?;
        Ok(PutPayload::from(Bytes::from(buffer)))
    }

    fn unreadable(&self, error: &std::io::Error) -> Failure {
        Failure::Here(format!("cannot read {}: {error}", self.object.path.display()))
    }
}

type Joined = Result<Result<(u64, PartId), Error>, tokio::task::JoinError>;

fn joined(part: Option<Joined>) -> Result<(u64, PartId), Failure> {
    match part {
        Some(Ok(part)) => Ok(part?),
        Some(Err(error)) => Err(Failure::Here(format!("a part was not sent: {error}"))),
        None => Err(Failure::Here("a part was not sent".to_owned())),
    }
}

/// Whether no later attempt would do better.
fn is_refusal(error: &Error) -> bool {
    match error {
        Error::NotFound { .. }
        | Error::PermissionDenied { .. }
        | Error::Unauthenticated { .. }
        | Error::NotSupported { .. }
        | Error::NotImplemented { .. }
        | Error::InvalidPath { .. }
        | Error::UnknownConfigurationKey { .. } => true,
        // Its type does not tell the status, only its text does.
        Error::Generic { .. } => {
            let text = error.to_string();
            let status = text.split_once("status code: ").map(|(_, status)| status);
            status.is_some_and(|status| {
                status.starts_with('4')
                    && !["408", "429"].iter().any(|busy| status.starts_with(busy))
            })
        }
        _ => false,
    }
}
