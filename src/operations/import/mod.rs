//! Takes a file of customers or orders into the ledger: read whole before anything is written, sorted
//! by date, then written in slices by the same verbs as everything else. Each slice leaves its results
//! and the place to go on from in its own transaction, so that a run which was killed ends as one that
//! was not.

mod dry;
mod orders;
mod people;
mod receive;
mod refunds;
mod request;
mod run;
mod spool;
mod stage;

pub use receive::receive_upload;
pub use request::ImportRequest;
pub use run::{ImportError, Progress, import_file, import_upload};
