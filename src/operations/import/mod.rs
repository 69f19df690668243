//! Takes a file of customers or orders into the ledger: read whole before anything is written, sorted
//! by date, then written in slices by the same verbs as everything else. Each slice leaves its results
//! and the place to go on from in its own transaction, so that a run which was killed ends as one that
//! was not.

mod dry;
mod look;
mod orders;
mod people;
mod receive;
mod redo;
mod refunds;
mod request;
mod run;
mod spool;
mod stage;
mod take_back;
mod written;

pub use look::{Look, look_at};
pub use receive::{receive_draft, receive_upload};
pub use redo::{Redo, forget_drafts, old_drafts, redo_upload};
pub use request::ImportRequest;
pub use run::{ImportError, Progress, import_file, import_upload};
pub use take_back::{TakenBack, take_back};
pub use written::RowPages;
