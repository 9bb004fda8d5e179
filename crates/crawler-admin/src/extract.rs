//! What a request says, and a plain word about what is wrong with it.

use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use crawler_url::HostKey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::IntoParams;

use crate::problem::Problem;

/// Below it a float has every integer.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
/// Bytes of a JSON body.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Time to send it.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The parameters behind the `?`.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Query(params) = Query::try_from_uri(&parts.uri)
            .map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
        Ok(Self(params))
    }
}

/// Items in one answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit(pub(crate) usize);

impl Limit {
    const MAX: usize = 1000;
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        match usize::deserialize(input)? {
            n @ 1..=Self::MAX => Ok(Self(n)),
            n => Err(serde::de::Error::custom(format!("limit is 1 to {}, not {n}", Self::MAX))),
        }
    }
}

/// Which URL is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UrlQuery {
    /// The URL.
    #[param(example = "https://example.com/")]
    pub(crate) url: String,
}

/// The host in the path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct HostPath {
    /// `NAME` or `NAME:PORT`.
    #[param(value_type = String, example = "example.com")]
    pub(crate) host: HostKey,
}

impl<S: Send + Sync> FromRequestParts<S> for HostPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(host) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Problem::not_found(rejection.body_text()))?;
        Ok(Self { host: host_of(&host)? })
    }
}

/// The host that is meant.
pub(crate) fn host_of(text: &str) -> Result<HostKey, Problem> {
    text.parse().map_err(|error| {
        Problem::not_found(format!("`{text}` is not the name of a host: {error}"))
            .hint("a host is NAME or NAME:PORT")
    })
}

/// A body of JSON.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let media_type = request.headers().get(header::CONTENT_TYPE);
        if !media_type.is_some_and(|value| is_json(value.as_bytes())) {
            let message = "the body must be JSON, with `Content-Type: application/json`";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        let read = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX);
        let bytes = match tokio::time::timeout(BODY_TIMEOUT, read).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(_)) => {
                let message = format!("the body is longer than {BODY_BYTES_MAX} bytes");
                return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, message));
            }
            Err(_) => {
                let message = "the body did not arrive in time";
                return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, message));
            }
        };
        // serde would take an array for an object whose fields have no names.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(Problem::bad_request("the body is not a JSON object"));
        }
        let read =
            serde_json::from_slice(&bytes).map(with_integers).and_then(serde_json::from_value);
        read.map(Self).map_err(|error| {
            Problem::bad_request(format!("the body is not what is wanted: {error}"))
        })
    }
}

/// In JSON 7.0 is the same number as 7 (JSON Schema section 6.1.1); not so for serde.
fn with_integers(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT_MAX => {
                Value::from(float as i64)
            }
            _ => Value::Number(number),
        },
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, own)| (key, with_integers(own))).collect())
        }
        other => other,
    }
}

fn is_json(media_type: &[u8]) -> bool {
    let essence = media_type.split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        let read = |text: &str| with_integers(serde_json::from_str(text).unwrap());
        assert_eq!(read(r#"{"a": 7.0, "b": {"c": -2e3}}"#), json!({"a": 7, "b": {"c": -2000}}));
        assert_eq!(read(r#"{"a": 7.5, "b": 1e300}"#), json!({"a": 7.5, "b": 1e300}));
        assert_eq!(read("18446744073709551615"), json!(u64::MAX));
    }

    #[test]
    fn the_media_type_may_have_parameters() {
        assert!(is_json(b"application/json") && is_json(b"Application/JSON; charset=utf-8"));
        assert!(!is_json(b"text/plain") && !is_json(b""));
    }
}
