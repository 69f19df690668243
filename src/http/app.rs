//! What every handler may reach: the ledgers, the sessions and the settings of this process.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::contract::{self, Route};
use super::directory::Directory;
use super::limits::Gate;
use super::pages::look::Looks;
use super::remembered::Remembered;
use super::request_log::RequestLog;
use super::sessions::Sessions;
use crate::config::{Secret, Shown};
use crate::domain::limit::Limits;
use crate::domain::login::LinkKey;
use crate::domain::outward::Outward;
use crate::domain::principal::Mode;
use crate::domain::signal::MarkKey;
use crate::mail::{Mailer, Sender, Texts};
use crate::operations::books::Books;
use crate::operations::show_home::HomeFigures;
use crate::tokens::Keyring;
use crate::vault::Vault;

/// How this process writes letters, for pages that show and try them.
pub struct Pen {
    /// What letters say.
    pub texts: Texts,
    /// How they leave the house.
    pub mailer: Mailer,
    /// From whom; none when nobody said.
    pub sender: Option<Sender>,
    /// Where answers go.
    pub reply_to: Option<String>,
}

impl Default for Pen {
    fn default() -> Self {
        Self { texts: Texts::built_in(), mailer: Mailer::Off, sender: None, reply_to: None }
    }
}

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
    /// Writes letters that are only tried.
    pub pen: Pen,
    /// The settings of this process, each with its origin, secrets masked.
    pub shown: Vec<Shown>,
    /// The shop's logo and colour.
    pub looks: Looks,
    /// What the contract names.
    pub routes: Vec<Route>,
    /// What was asked of the sandbox lately.
    pub requests: RequestLog,
    live_codes: Arc<Directory>,
    sandbox_codes: Arc<Directory>,
    live_figures: Arc<Remembered<HomeFigures>>,
    sandbox_figures: Arc<Remembered<HomeFigures>>,
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
            pen: Pen::default(),
            shown: Vec::new(),
            looks: Looks::default(),
            requests: RequestLog::default(),
            routes,
            live_codes: Arc::default(),
            sandbox_codes: Arc::default(),
            live_figures: Arc::default(),
            sandbox_figures: Arc::default(),
        }
    }

    /// The same, which can try letters with `pen` and shows the settings of its process.
    #[must_use]
    pub fn installed(mut self, pen: Pen, shown: &[Shown]) -> Self {
        self.pen = pen;
        self.shown = shown.to_vec();
        self
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

    /// What the owner's first page adds up over a whole ledger.
    #[must_use]
    pub const fn figures(&self, mode: Mode) -> &Arc<Remembered<HomeFigures>> {
        match mode {
            Mode::Live => &self.live_figures,
            Mode::Sandbox => &self.sandbox_figures,
        }
    }
}
