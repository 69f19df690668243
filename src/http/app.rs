//! What every handler may reach: the ledgers, the sessions and the settings of this process.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::contract::{self, Route};
use super::directory::Directory;
use super::limits::Gate;
use super::sessions::Sessions;
use crate::config::Secret;
use crate::domain::limit::Limits;
use crate::domain::login::LinkKey;
use crate::domain::outward::Outward;
use crate::domain::principal::Mode;
use crate::domain::signal::MarkKey;
use crate::operations::books::Books;
use crate::tokens::Keyring;
use crate::vault::Vault;

/// Shared by all HTTP threads.
pub struct App {
    /// The ledgers.
    pub books: Arc<Books>,
    /// Who is known.
    pub sessions: Sessions,
    /// What opens the secrets of others.
    pub vault: Vault,
    /// Where links point, without a slash at the end.
    pub base_url: String,
    /// Opens `/metrics`.
    pub metrics_token: Option<Secret>,
    /// Opens `/webhooks/bounces`.
    pub bounce_secret: Option<Secret>,
    /// Where webhooks may go.
    pub outward: Outward,
    /// Whether letters can leave the house.
    pub mail_is_on: bool,
    /// Requests answered, by status class: 1xx to 5xx.
    pub answered: [AtomicU64; 5],
    /// Visitors sent on before their click was committed.
    pub clicks_missed: AtomicU64,
    /// Clicks that were not kept because sales came first.
    pub clicks_shed: AtomicU64,
    /// Proxies whose word about the sender counts.
    pub trusted_proxies: Vec<IpAddr>,
    /// Counts requests.
    pub gate: Gate,
    /// Marks addresses and payments, so that none is stored.
    pub marks: MarkKey,
    /// Signs the links that let people in.
    pub links: LinkKey,
    /// What the contract names.
    pub routes: Vec<Route>,
    /// The reference page.
    pub docs: String,
    live_codes: Arc<Directory>,
    sandbox_codes: Arc<Directory>,
}

impl App {
    /// The state of a process that serves `books`.
    #[must_use]
    pub fn new(books: Arc<Books>, keys: Keyring, base_url: String, metrics_token: Option<Secret>, mail_is_on: bool) -> Self {
        let (vault, marks, links) = (keys.vault(), keys.marks(), keys.links());
        let sessions = Sessions::new(keys, Arc::clone(&books.live));
        let routes = contract::routes(contract::OPENAPI);
        Self {
            books,
            sessions,
            vault,
            base_url,
            metrics_token,
            bounce_secret: None,
            outward: Outward::default(),
            mail_is_on,
            answered: Default::default(),
            clicks_missed: AtomicU64::new(0),
            clicks_shed: AtomicU64::new(0),
            trusted_proxies: Vec::new(),
            gate: Gate::new(Limits::default()),
            marks,
            links,
            docs: contract::page(&routes),
            routes,
            live_codes: Arc::default(),
            sandbox_codes: Arc::default(),
        }
    }

    /// The same, where webhooks may go to the operator's private hosts too.
    #[must_use]
    pub fn with_outward(mut self, outward: Outward) -> Self {
        self.outward = outward;
        self
    }

    /// The same, where a mail service that knows `secret` may report what came back.
    #[must_use]
    pub fn told_of_bounces(mut self, secret: Option<Secret>) -> Self {
        self.bounce_secret = secret;
        self
    }

    /// The same behind proxies whose word about the sender counts.
    #[must_use]
    pub fn behind(mut self, proxies: &[IpAddr]) -> Self {
        self.trusted_proxies = proxies.to_vec();
        self
    }

    /// The same with other quotas.
    #[must_use]
    pub fn limited(mut self, limits: Limits) -> Self {
        self.gate = Gate::new(limits);
        self
    }

    /// Where the codes of a ledger lead.
    #[must_use]
    pub fn directory(&self, mode: Mode) -> &Arc<Directory> {
        match mode {
            Mode::Live => &self.live_codes,
            Mode::Sandbox => &self.sandbox_codes,
        }
    }
}
