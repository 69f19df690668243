//! What every handler may reach: the ledgers, the sessions and the settings of this process.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::sessions::Sessions;
use crate::config::Secret;
use crate::operations::books::Books;
use crate::tokens::Keyring;

/// Shared by all HTTP threads.
pub struct App {
    /// The ledgers.
    pub books: Arc<Books>,
    /// Who is known.
    pub sessions: Sessions,
    /// Where links point, without a slash at the end.
    pub base_url: String,
    /// Opens `/metrics`.
    pub metrics_token: Option<Secret>,
    /// Whether letters can leave the house.
    pub mail_is_on: bool,
    /// Requests answered, by status class: 1xx to 5xx.
    pub answered: [AtomicU64; 5],
}

impl App {
    /// The state of a process that serves `books`.
    #[must_use]
    pub fn new(books: Arc<Books>, keys: Keyring, base_url: String, metrics_token: Option<Secret>, mail_is_on: bool) -> Self {
        let sessions = Sessions::new(keys, Arc::clone(&books.live));
        Self { books, sessions, base_url, metrics_token, mail_is_on, answered: Default::default() }
    }
}
