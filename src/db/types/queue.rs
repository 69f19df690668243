//! Where work and letters stand.

use serde::Serialize;

/// Where a job stands; a finished one is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Waiting for its time.
    Ready,
    /// Leased by a worker.
    Running,
    /// Given up; the owner can start it again.
    Dead,
}

/// Where a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailStatus {
    /// Waiting to be sent.
    Queued,
    /// Handed to the mail server.
    Sent,
    /// Told in another letter.
    Bundled,
    /// The referrer declined this kind.
    Declined,
    /// There is no address, or the server refused it for good.
    Undeliverable,
    /// Dropped on purpose by the operator.
    Discarded,
}
