//! Followers that bring pages out of the house: to an object store, a web hook, a reader.

mod attempt;
mod backoff;
mod batch;
mod stdout;
mod upload;
mod wait;
mod webhook;

pub use backoff::Backoff;
pub use stdout::StdoutRows;
pub use upload::{BadTarget, S3Target, Upload};
pub use webhook::{Webhook, WebhookConfig};

#[cfg(test)]
mod tests;
