//! An answer that says what is wrong, and what to do about it.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crawler_engine::ControlError;

use crate::api::Message;
use crate::process::Refused;

/// Why a request was not done.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    message: String,
    hint: Option<String>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), hint: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    /// Why a list cannot be had; the only thing that can be wrong with its query is the cursor.
    pub(crate) fn of_list(error: ControlError) -> Self {
        match error {
            ControlError::Invalid { detail } => Self::not_found(detail),
            error => error.into(),
        }
    }

    /// What the process would not do.
    pub(crate) fn refused(status: StatusCode, refused: Refused) -> Self {
        Self { status, message: refused.message, hint: refused.hint }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<ControlError> for Problem {
    fn from(error: ControlError) -> Self {
        let status = match error {
            ControlError::Ending => StatusCode::CONFLICT,
            ControlError::UnknownTrap { .. } => StatusCode::NOT_FOUND,
            ControlError::Busy { .. } | ControlError::Restarted { .. } => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            ControlError::Invalid { .. } | ControlError::TooManyHosts { .. } => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Json(Message { message: self.message, hint: self.hint });
        let mut response = (self.status, body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"crawler\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}
