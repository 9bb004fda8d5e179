//! Followers that bring rows out of the house: to a web hook, to a reader of standard output.

mod backoff;
mod batch;
mod stdout;
mod wait;
mod webhook;

pub use backoff::Backoff;
pub use stdout::StdoutRows;
pub use webhook::{Webhook, WebhookConfig};

#[cfg(test)]
mod tests;
