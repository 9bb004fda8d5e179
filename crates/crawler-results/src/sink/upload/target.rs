//! Which bucket, and the client for it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{ClientConfigKey, RetryConfig};

use crate::error::ResultError;

const SCHEME: &str = "s3://";
/// A part takes no longer on any line that is fit for this.
const REQUEST_TIMEOUT: &str = "300s";
/// Within one attempt; what comes then is ours to judge.
const RETRIES: usize = 2;

/// `s3://BUCKET/PREFIX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Target {
    bucket: String,
    prefix: Path,
}

/// A text that is no [`S3Target`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not of the form s3://BUCKET/PREFIX")]
pub struct BadTarget;

impl FromStr for S3Target {
    type Err = BadTarget;

    fn from_str(text: &str) -> Result<Self, BadTarget> {
        let rest = text.strip_prefix(SCHEME).ok_or(BadTarget)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if bucket.is_empty() || !bucket.chars().all(is_name) {
            return Err(BadTarget);
        }
        let prefix = Path::parse(prefix).map_err(|_| BadTarget)?;
        Ok(Self { bucket: bucket.to_owned(), prefix })
    }
}

impl fmt::Display for S3Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.bucket, self.prefix)
    }
}

impl S3Target {
    /// Where the object `key` is, which is relative to the prefix.
    pub(super) fn location(&self, key: &str) -> Path {
        key.split('/').fold(self.prefix.clone(), Path::join)
    }

    /// A client by the `AWS_*` variables of the environment.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn connect(&self) -> Result<Arc<AmazonS3>, ResultError> {
        let builder = AmazonS3Builder::from_env();
        let value = |key| builder.get_config_value(&key).unwrap_or_default();
        let endpoint = value(AmazonS3ConfigKey::S3Endpoint);
        let endpoint =
            if endpoint.is_empty() { value(AmazonS3ConfigKey::Endpoint) } else { endpoint };
        let allow_http = value(AmazonS3ConfigKey::Client(ClientConfigKey::AllowHttp));
        if endpoint.starts_with("http:") && allow_http != "true" {
            return Err(ResultError::Other(
                "the object store's endpoint is http:, where whoever listens can read what is stored; \
                 AWS_ALLOW_HTTP=true accepts that"
                    .to_owned(),
            ));
        }
        let retries = RetryConfig { max_retries: RETRIES, ..RetryConfig::default() };
        let timeout = AmazonS3ConfigKey::Client(ClientConfigKey::Timeout);
        let client = builder
            .with_bucket_name(&self.bucket)
            .with_retry(retries)
            .with_config(timeout, REQUEST_TIMEOUT)
            .build();
        let client = client.map_err(|error| ResultError::Other(error.to_string()))?;
        Ok(Arc::new(client))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_bucket_and_prefix() {
        for (text, bucket, location) in [
            ("s3://pages", "pages", "warc/a.warc.gz"),
            ("s3://pages/", "pages", "warc/a.warc.gz"),
            ("s3://a.b-c/crawls/2026", "a.b-c", "crawls/2026/warc/a.warc.gz"),
            ("s3://b/crawls/", "b", "crawls/warc/a.warc.gz"),
        ] {
            let target: S3Target = text.parse().unwrap();
            assert_eq!(target.bucket, bucket);
            assert_eq!(target.location("warc/a.warc.gz").as_ref(), location);
        }
        let text = "s3://b/date=2026-11-21";
        assert_eq!(text.parse::<S3Target>().unwrap().to_string(), text);
        for text in
            ["", "pages", "s3://", "s3:///x", "gs://b/x", "s3://a b", "s3://k:s@b/x", "s3://b/x//y"]
        {
            assert_eq!(text.parse::<S3Target>(), Err(BadTarget), "{text}");
        }
    }
}
