//! The post room: sends letters and webhooks and runs chores, beside the API or in a process of its own.

mod chores;
mod dispatch;
mod forgotten_letters;
mod imports;
mod owner_mail;
mod paypal;
mod paypal_calls;
mod storefronts;
mod webhooks;

pub use dispatch::send_waiting;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::db::connections::PULL_ORDERS;
use crate::db::jobs::{self, Job};
use crate::db::letter_texts::{self, LetterText};
use crate::db::transact::WriteError;
use crate::db::{Conn, outward};
use crate::domain::id::{LeaseToken, LinkId};
use crate::domain::login::LinkKey;
use crate::domain::portal_link::PortalLink;
use crate::mail::{Mailer, OwnText, Sender, Texts};
use crate::operations::books::{Book, Books};
use crate::outbound::Outbound;
use crate::vault::Vault;

/// What every letter carries besides its text.
#[derive(Debug)]
pub struct Letterhead {
    /// From whom.
    pub sender: Sender,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// Where links point, without a slash at the end.
    pub base_url: String,
    /// What letters say.
    pub texts: Texts,
    /// Whether letters keep quiet hours and are bundled.
    pub calm: bool,
    /// Signs the links that let people in; without it letters have none.
    pub links: Option<LinkKey>,
}

impl Letterhead {
    /// The host that links point to, as `List-Id` names it.
    #[must_use]
    pub fn host(&self) -> String {
        let parsed = url::Url::parse(&self.base_url).ok();
        parsed.and_then(|url| url.domain().map(str::to_owned)).unwrap_or_else(|| "localhost".to_owned())
    }

    /// Where the link `id` lets a referrer in.
    #[must_use]
    pub fn enter(&self, id: LinkId) -> Option<String> {
        self.links.as_ref().map(|links| format!("{}/portal/enter/{}", self.base_url, links.secret(id)))
    }

    /// Where `link` shows a referrer his money.
    #[must_use]
    pub fn portal(&self, link: PortalLink) -> Option<String> {
        self.links.as_ref().map(|links| link.address(&self.base_url, links))
    }
}

/// What the worker works with.
pub struct Post {
    /// The ledgers.
    pub books: Arc<Books>,
    /// How live letters leave the house.
    pub live: Mailer,
    /// How the sandbox's do: always into files.
    pub sandbox: Mailer,
    /// What every letter carries.
    pub letterhead: Letterhead,
    /// What calls other people's servers.
    pub outbound: Outbound,
    /// What opens the keys of shops.
    pub vault: Vault,
}

impl Post {
    /// Takes over what was written at the desk since the last letter. When it cannot be read the letter goes with what
    /// was known before: it is not lost to a text.
    fn read_own_texts(&self) {
        match self.books.live.readers.read(letter_texts::all) {
            Ok(rows) => {
                let own = |row: LetterText| OwnText { locale: row.locale, key: row.key, text: row.text };
                self.letterhead.texts.keep(&rows.into_iter().map(own).collect::<Vec<_>>());
            }
            Err(error) => tracing::warn!(%error, "the shop's own texts could not be read"),
        }
    }
}

/// The running threads.
pub struct Worker {
    stop: Arc<Stop>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Stop {
    asked: AtomicBool,
    bell: (Mutex<()>, Condvar),
}

impl Stop {
    fn asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }

    /// Does `work` again and again until stopped, with a rest whenever there was none.
    fn while_wanted(&self, mut work: impl FnMut() -> bool) {
        while !self.asked() {
            if !work() {
                self.rest(REST);
            }
        }
    }

    /// Waits for `time` or until stopped.
    fn rest(&self, time: Duration) {
        let (mutex, bell) = &self.bell;
        let guard = mutex.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.asked() {
            drop(bell.wait_timeout(guard, time));
        }
    }
}

/// A kind of work: its name, how many threads do it, and how.
type Room = (&'static str, usize, fn(&Post, &Stop));

/// A letter costs a mail server some 40 ms; two threads send about 50 a second.
const MAIL_THREADS: usize = 2;

/// One slow endpoint must not hold up the others; most answer within a tenth of a second.
const WEBHOOK_THREADS: usize = 3;

/// How long a thread rests when it found nothing to do.
const REST: Duration = Duration::from_millis(500);

/// Whether a job of `kind` is due and may be done. An idle house only reads: the writer is asked when there is one.
fn is_due(book: &Book, kind: &'static str) -> Result<bool, WriteError> {
    let now = book.clock.now();
    book.readers.read(move |conn: &mut Conn<'_>| {
        // What comes in may come in; nothing goes out before somebody has looked.
        let held_up = kind != PULL_ORDERS && outward::paused(conn)?.is_some();
        Ok(!held_up && jobs::any_ready(conn, kind, now)?)
    })
}

/// Claims up to `most` jobs that are due.
fn claim(book: &Book, kind: &'static str, most: i64, token: LeaseToken) -> Result<Vec<Job>, WriteError> {
    if !is_due(book, kind)? {
        return Ok(Vec::new());
    }
    book.writer.write_blocking(move |tx, now| jobs::claim(tx, kind, now, most, token))
}

impl Worker {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(post: Post) -> std::io::Result<Self> {
        let post = Arc::new(post);
        let stop = Arc::new(Stop::default());
        let rooms: [Room; 7] = [
            ("mail", MAIL_THREADS, dispatch::run),
            ("owner-mail", 1, owner_mail::run),
            ("webhooks", WEBHOOK_THREADS, webhooks::run),
            ("imports", 1, imports::run),
            ("storefronts", 1, storefronts::run),
            ("payouts", 1, paypal::run),
            ("chores", 1, chores::run),
        ];
        let mut threads = Vec::new();
        for (name, count, run) in rooms {
            for number in 0..count {
                let (post, stop) = (Arc::clone(&post), Arc::clone(&stop));
                let thread = std::thread::Builder::new().name(format!("{name}-{number}"));
                threads.push(thread.spawn(move || run(&post, &stop))?);
            }
        }
        Ok(Self { stop, threads })
    }

    /// Waits for SIGTERM or SIGINT, then stops.
    ///
    /// # Errors
    /// When the system refuses to tell of signals.
    pub fn run_until_told_to_stop(self) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
            tokio::select! {
                _ = terminate.recv() => {}
                interrupted = tokio::signal::ctrl_c() => interrupted?,
            }
            Ok::<(), std::io::Error>(())
        })?;
        self.stop();
        Ok(())
    }

    /// Lets each thread end what it is doing, then stops.
    pub fn stop(self) {
        self.stop.asked.store(true, Ordering::Release);
        self.stop.bell.1.notify_all();
        for thread in self.threads {
            drop(thread.join());
        }
    }
}
