//! Where codes lead, remembered for a moment: a link in a newsletter is followed by thousands at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Moment};

use actix_web::{rt, web};

use super::problem::ApiError;
use crate::db::{referrers, terms};
use crate::domain::code::{Code, Skeleton};
use crate::domain::id::{CodeId, ReferrerId};
use crate::domain::link::Target;
use crate::domain::program::Terms;
use crate::domain::referrer::CodeStatus;
use crate::operations::books::Book;

/// An answer older than this is asked for again before it is used.
const STANDS_FOR: Duration = Duration::from_millis(900);

/// An answer older than this is asked for again while it is used.
const REFRESH_AFTER: Duration = Duration::from_millis(400);

/// Codes remembered at a time, unknown ones included: guessing must not fill the memory.
const REMEMBERED_MAX: usize = 20_000;

/// A code that can be followed.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The code.
    pub code_id: CodeId,
    /// Its spelling.
    pub code: String,
    /// Whose it is.
    pub referrer_id: ReferrerId,
    /// The shop's name, for the page of a code that leads nowhere.
    pub shop_name: String,
    /// How long a click counts, in days.
    pub window_days: i64,
    /// Where it leads; none when the shop has set no address.
    pub target: Option<Target>,
}

/// The codes of one ledger.
#[derive(Default)]
pub struct Directory {
    known: Mutex<HashMap<Skeleton, Remembered>>,
}

struct Remembered {
    entry: Option<Arc<Entry>>,
    asked: Moment,
    asking: bool,
}

enum Known {
    Fresh(Option<Arc<Entry>>),
    Ageing(Option<Arc<Entry>>),
    No,
}

impl Directory {
    /// The entry of `code`; none when it is unknown or retired, which nobody can tell apart.
    ///
    /// # Errors
    /// 503 when the ledger cannot be reached.
    pub async fn find(self: &Arc<Self>, book: &Arc<Book>, code: &Code) -> Result<Option<Arc<Entry>>, ApiError> {
        let skeleton = code.skeleton();
        match self.known(&skeleton) {
            Known::Fresh(entry) => Ok(entry),
            Known::Ageing(entry) => {
                let (this, book) = (Arc::clone(self), Arc::clone(book));
                // A failed refresh leaves the old answer to end by itself.
                rt::spawn(async move { drop(this.ask(&book, skeleton).await) });
                Ok(entry)
            }
            Known::No => self.ask(book, skeleton).await,
        }
    }

    fn known(&self, skeleton: &Skeleton) -> Known {
        let mut known = lock(&self.known);
        let Some(remembered) = known.get_mut(skeleton) else { return Known::No };
        let (age, entry) = (remembered.asked.elapsed(), remembered.entry.clone());
        if age >= STANDS_FOR {
            return Known::No;
        }
        if age >= REFRESH_AFTER && !remembered.asking {
            remembered.asking = true;
            return Known::Ageing(entry);
        }
        Known::Fresh(entry)
    }

    async fn ask(&self, book: &Arc<Book>, skeleton: Skeleton) -> Result<Option<Arc<Entry>>, ApiError> {
        let asked = Moment::now();
        let (book, wanted) = (Arc::clone(book), skeleton.clone());
        let read = web::block(move || {
            book.readers.read(|conn| {
                let code = referrers::codes_by_skeleton(conn, std::slice::from_ref(&wanted))?.pop();
                Ok((code, terms::program(conn)?))
            })
        });
        let (code, program) = read.await.map_err(|error| ApiError::internal(error.to_string()))??;
        let code = code.filter(|code| code.status == CodeStatus::Active);
        let current = program.as_ref().and_then(|program| program.current()).map(|version| &version.terms);
        let entry = code.zip(current).map(|(code, terms)| Arc::new(entry(&code, terms)));
        self.remember(skeleton, Remembered { entry: entry.clone(), asked, asking: false });
        Ok(entry)
    }

    fn remember(&self, skeleton: Skeleton, remembered: Remembered) {
        let mut known = lock(&self.known);
        if known.len() >= REMEMBERED_MAX && !known.contains_key(&skeleton) {
            known.retain(|_, remembered| remembered.asked.elapsed() < STANDS_FOR);
            if known.len() >= REMEMBERED_MAX {
                known.clear();
            }
        }
        known.insert(skeleton, remembered);
    }
}

fn entry(code: &referrers::CodeRow, terms: &Terms) -> Entry {
    Entry {
        code_id: code.id,
        code: code.code.clone(),
        referrer_id: code.referrer_id,
        shop_name: terms.shop_name.clone(),
        window_days: terms.window_days,
        target: Target::of(code.destination.as_deref(), terms, &code.code),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
