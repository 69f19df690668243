//! Who holds a token. A signature is checked once, and whether the token still stands is asked of
//! the ledger often enough that a revocation works within a second on every node.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Moment};

use actix_web::{rt, web};

use super::problem::ApiError;
use crate::db::tokens;
use crate::domain::id::TokenId;
use crate::domain::instant::Instant;
use crate::domain::principal::{Mode, Principal};
use crate::operations::books::Book;
use crate::tokens::{Claims, Keyring};

/// An answer older than this is asked for again before it is used.
const STANDS_FOR: Duration = Duration::from_millis(900);

/// An answer older than this is asked for again while it is used, so that busy tokens never wait.
const REFRESH_AFTER: Duration = Duration::from_millis(400);

/// Tokens remembered at a time; there are as many as storefronts and signed-in referrers.
const REMEMBERED_MAX: usize = 10_000;

/// A use is noted this often, in seconds.
const USE_NOTED_SECONDS: i64 = 60;

/// The operator is told this long before a token ends.
const WARNING_DAYS: i64 = 30;

/// The tokens in use.
pub struct Sessions {
    inner: Arc<Inner>,
}

struct Inner {
    keys: Keyring,
    live: Arc<Book>,
    known: Mutex<HashMap<Arc<str>, Session>>,
    warned: Mutex<HashMap<TokenId, i64>>,
}

#[derive(Clone)]
struct Session {
    principal: Principal,
    ends_seconds: i64,
    asked: Moment,
    asking: bool,
}

enum Known {
    Fresh(Principal),
    Ageing(Principal),
    No,
}

impl Sessions {
    /// No sessions yet. Tokens of both ledgers are kept in `live`.
    #[must_use]
    pub fn new(keys: Keyring, live: Arc<Book>) -> Self {
        let inner = Inner { keys, live, known: Mutex::new(HashMap::new()), warned: Mutex::new(HashMap::new()) };
        Self { inner: Arc::new(inner) }
    }

    /// What a person holds whose session is `row`.
    ///
    /// # Errors
    /// When the key does not sign, which would be a fault of the library.
    pub fn mint(&self, row: &tokens::TokenRow) -> Result<String, ApiError> {
        let claims = Claims::new(&row.principal(), row.created_at, row.expires_at);
        self.inner.keys.mint(&claims).map_err(|error| ApiError::internal(error.to_string()))
    }

    /// Asks the ledger again before `token` is believed once more: its session has just ended here.
    pub fn forget(&self, token: &str) {
        lock(&self.inner.known).remove(token);
    }

    /// Whether `token` is one of ours for the sandbox, be it still valid or not: its signature says so.
    #[must_use]
    pub fn is_for_sandbox(&self, token: &str) -> bool {
        let known = lock(&self.inner.known).get(token).map(|session| session.principal.mode);
        known.or_else(|| self.inner.keys.verify(token).map(|claims| claims.principal().mode)) == Some(Mode::Sandbox)
    }

    /// Whoever holds `token`.
    ///
    /// # Errors
    /// 401 when it is not valid, whatever the reason; 503 when that cannot be found out.
    pub async fn principal(&self, token: &str) -> Result<Principal, ApiError> {
        match self.inner.known(token) {
            Known::Fresh(principal) => Ok(principal),
            Known::Ageing(principal) => {
                let (inner, token) = (Arc::clone(&self.inner), token.to_owned());
                // A failed refresh leaves the old answer to end by itself.
                rt::spawn(async move { drop(inner.ask(&token, None).await) });
                Ok(principal)
            }
            Known::No => {
                let claims = self.inner.keys.verify(token).ok_or_else(invalid)?;
                self.inner.ask(token, Some(claims)).await
            }
        }
    }
}

fn invalid() -> ApiError {
    ApiError::unauthorized("the token is not valid: it is unknown, expired or revoked; make one with `hound token create`")
}

impl Inner {
    fn known(&self, token: &str) -> Known {
        let now = self.live.clock.now().seconds();
        let mut known = lock(&self.known);
        let Some(session) = known.get_mut(token) else { return Known::No };
        let age = session.asked.elapsed();
        if age >= STANDS_FOR || session.ends_seconds <= now {
            return Known::No;
        }
        if age >= REFRESH_AFTER && !session.asking {
            session.asking = true;
            return Known::Ageing(session.principal.clone());
        }
        Known::Fresh(session.principal.clone())
    }

    /// Asks the ledger whether the token stands. Without `claims` it was verified before.
    async fn ask(self: &Arc<Self>, token: &str, claims: Option<Claims>) -> Result<Principal, ApiError> {
        let asked = Moment::now();
        let id = match &claims {
            Some(claims) => claims.principal().token_id,
            None => match lock(&self.known).get(token) {
                Some(session) => session.principal.token_id,
                None => return Err(invalid()),
            },
        };
        let live = Arc::clone(&self.live);
        let row = web::block(move || live.readers.read(|conn| tokens::find(conn, id)))
            .await
            .map_err(|error| ApiError::internal(error.to_string()))??;
        let now = self.live.clock.now();
        let row = row.filter(|row| row.revoked_at.is_none() && row.expires_at > now);
        let row = row.filter(|row| claims.as_ref().is_none_or(|claims| claims.principal() == row.principal()));
        let Some(row) = row else {
            lock(&self.known).remove(token);
            return Err(invalid());
        };
        let principal = row.principal();
        self.remember(
            token,
            Session { principal: principal.clone(), ends_seconds: row.expires_at.seconds(), asked, asking: false },
        );
        self.note(&row, now);
        Ok(principal)
    }

    fn remember(&self, token: &str, session: Session) {
        let mut known = lock(&self.known);
        if known.len() >= REMEMBERED_MAX && !known.contains_key(token) {
            known.retain(|_, session| session.asked.elapsed() < STANDS_FOR);
            if known.len() >= REMEMBERED_MAX {
                known.clear();
            }
        }
        known.insert(Arc::from(token), session);
    }

    /// Notes the use and warns of the end, beside the request and not before it.
    fn note(self: &Arc<Self>, row: &tokens::TokenRow, now: Instant) {
        let day = now.seconds() / 86_400;
        if row.expires_at < now.plus_days(WARNING_DAYS) {
            let mut warned = lock(&self.warned);
            if warned.len() >= REMEMBERED_MAX {
                warned.clear();
            }
            if warned.insert(row.id, day) != Some(day) {
                tracing::warn!(token_id = %row.id, role = row.role.as_db(), expires_at = %row.expires_at, "a token ends soon; make a new one");
            }
        }
        let noted_after = now.plus_seconds(-USE_NOTED_SECONDS);
        if row.last_used_at.is_some_and(|last| last > noted_after) {
            return;
        }
        let (inner, id) = (Arc::clone(self), row.id);
        rt::spawn(async move {
            // A use that is not noted costs nothing; the writer logs why.
            drop(inner.live.writer.write(move |tx, now| tokens::note_use(tx, id, now, noted_after)).await);
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
