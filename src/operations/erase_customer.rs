//! Erases a person: nothing in the ledger tells any more who he was, and no sum changes. His entry in the customer file
//! stays as what his orders refer to; what money and verdicts rest on are ids. A referrer is paused for good. Who was
//! paid is not forgotten but restricted: name and accounts are sealed away until the books may forget them.

mod kept;
mod traces;

use serde_json::json;

use crate::db::customers::{self, Customer};
use crate::db::ledger::{self, Balance};
use crate::db::outbox::{self, NewEvent, NewJob};
use crate::db::referrers::{self, Referrer};
use crate::db::types::{AnyId, Json};
use crate::db::{DbFault, DbResult, Tx, erasure, lost_race, restricted, terms};
use crate::domain::id::{CustomerId, EventId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Money;
use crate::domain::referrer::ReferrerStatus;
use crate::vault::{Vault, VaultError};

pub use kept::{Kept, kept_of};

/// The kind of job that removes letters which went into files; its payload names them.
pub const FORGET_LETTERS: &str = "forget_letters";

/// Letters that one job names.
const LETTERS_PER_JOB: usize = 500;

/// A letter that was being written while its reader was erased is there after so long, in seconds: longer than a
/// worker may hold the job of sending it.
const SECOND_LOOK_SECONDS: i64 = 90;

/// How it went.
#[derive(Debug, Clone)]
pub enum Erased {
    /// There is no such customer.
    Unknown,
    /// Money is on its way to him: it must arrive or come back first. How much.
    InTransit(Vec<Money>),
    /// What must be kept of him cannot be sealed.
    Unsealable(VaultError),
    /// He is erased, now or since an earlier time.
    Done(Erasure),
}

/// What is left of a person.
#[derive(Debug, Clone)]
pub struct Erasure {
    /// His entry, or that of whom he turned out to be.
    pub customer_id: CustomerId,
    /// When he was erased.
    pub erased_at: Instant,
    /// The referrers he was.
    pub referrers: Vec<ErasedReferrer>,
}

/// What is left of a referrer.
#[derive(Debug, Clone)]
pub struct ErasedReferrer {
    /// The referrer.
    pub id: ReferrerId,
    /// What he has, as it stands now; the owner decides what becomes of it.
    pub balances: Vec<Balance>,
    /// Until when name and accounts are kept for the books; none if he was never paid.
    pub kept_until: Option<Instant>,
}

/// The entries of one person, his orders and the referrers he is, all locked.
struct Person {
    rows: Vec<Customer>,
    ids: Vec<CustomerId>,
    sales: Vec<crate::domain::id::SaleId>,
    referrers: Vec<Referrer>,
}

impl Person {
    fn referrer_ids(&self) -> Vec<ReferrerId> {
        self.referrers.iter().map(|row| row.id).collect()
    }
}

/// Erases the customer `id` with everybody who was merged with him. Doing it again changes nothing.
///
/// # Errors
/// What the database reports; `lost_race` when an order or a merge came in between.
pub fn erase_customer(tx: &mut Tx<'_>, now: Instant, actor: &str, vault: &Vault, id: CustomerId) -> DbResult<Erased> {
    let Some(person) = locked(tx, id)? else { return Ok(Erased::Unknown) };
    let Some(first) = person.ids.first().copied() else { return Ok(Erased::Unknown) };
    let before = person.rows.iter().find(|row| row.id == first).and_then(|row| row.erased_at);
    if let Some(erased_at) = before {
        return told(tx, &person, first, erased_at).map(Erased::Done);
    }
    let moving = in_transit(tx, &person)?;
    if !moving.is_empty() {
        return Ok(Erased::InTransit(moving));
    }
    erasure::overwrite_deleted(tx, true)?;
    if let Err(fault) = kept::keep(tx, now, actor, vault, &person)? {
        return Ok(Erased::Unsealable(fault));
    }
    let letters = erase_referrers(tx, now, actor, &person)?;
    traces::erase(tx, now, &person)?;
    erasure::overwrite_deleted(tx, false)?;
    for (number, ids) in letters.chunks(LETTERS_PER_JOB).enumerate() {
        for seconds in [0, SECOND_LOOK_SECONDS] {
            let key = format!("{first}-{number}-{seconds}");
            let mut job = NewJob::new(FORGET_LETTERS, key, json!({ "letters": ids }), now);
            job.run_at = now.plus_seconds(seconds);
            outbox::queue_job(tx, &job)?;
        }
    }
    let subject_id = AnyId::from_uuid(first.uuid());
    let detail = json!({ "customer_id": first, "entries": person.ids, "referrers": person.referrer_ids() });
    outbox::audit(tx, actor, "customer.erase", subject_id, detail, now)?;
    let data = Json(json!({ "customer_id": first }));
    let event = NewEvent { id: EventId::new(now), kind: "customer.erased", subject_id, data, created_at: now };
    outbox::note_events(tx, &[event])?;
    told(tx, &person, first, now).map(Erased::Done)
}

/// Locks a person's orders, entries and referrers, in this order as everybody does.
fn locked(tx: &mut Tx<'_>, id: CustomerId) -> DbResult<Option<Person>> {
    let seen = family(tx, id)?;
    if seen.is_empty() {
        return Ok(None);
    }
    let sales = erasure::sales_of(tx, &seen)?;
    erasure::lock_sales(tx, &sales)?;
    let rows = customers::lock(tx, &seen)?;
    // Under the lock on whom he turned out to be nobody is merged into him.
    let ids = family(tx, id)?;
    if ids != seen || erasure::sales_of(tx, &ids)? != sales {
        return Err(lost_race());
    }
    let known: Vec<ReferrerId> = referrers::of_customers(tx, &ids)?.iter().map(|row| row.id).collect();
    let referrers = referrers::lock(tx, &known)?;
    Ok(Some(Person { rows, ids, sales, referrers }))
}

/// Whoever `id` turned out to be comes first, then everybody who was merged into him.
fn family(tx: &mut Tx<'_>, mut id: CustomerId) -> DbResult<Vec<CustomerId>> {
    loop {
        match customers::find(tx, id)? {
            None => return Ok(Vec::new()),
            Some(Customer { merged_into: Some(next), .. }) => id = next,
            Some(row) => {
                let mut ids = erasure::merged_into(tx, row.id)?;
                ids.insert(0, row.id);
                return Ok(ids);
            }
        }
    }
}

/// What is reserved for him: payouts that have neither arrived nor come back.
fn in_transit(tx: &mut Tx<'_>, person: &Person) -> DbResult<Vec<Money>> {
    let mut moving = Vec::new();
    for id in person.referrer_ids() {
        let balances = ledger::balances_of(tx, id)?;
        let reserved = balances.iter().filter(|row| row.in_transit > 0);
        moving.extend(reserved.map(|row| Money { amount: row.in_transit, currency: row.currency }));
    }
    Ok(moving)
}

/// Closes the referrers he was; returns the letters that told of him.
fn erase_referrers(tx: &mut Tx<'_>, now: Instant, actor: &str, person: &Person) -> DbResult<Vec<uuid::Uuid>> {
    let ids = person.referrer_ids();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    erasure::close_referrers(tx, &ids, now)?;
    kept::take_methods(tx, now, actor, &ids)?;
    let letters = erasure::empty_letters(tx, &ids, now)?;
    let payouts: Vec<_> = restricted::payouts_to(tx, &ids)?.iter().map(|row| row.id).collect();
    let about = erasure::letters_about(tx, &payouts)?;
    for id in person.referrers.iter().filter(|row| row.status != ReferrerStatus::Paused).map(|row| row.id) {
        let data = Json(json!({ "referrer_id": id, "status": "paused" }));
        let subject_id = AnyId::from_uuid(id.uuid());
        let event = NewEvent { id: EventId::new(now), kind: "referrer.paused", subject_id, data, created_at: now };
        outbox::note_events(tx, &[event])?;
    }
    Ok(letters.into_iter().map(crate::domain::id::MailId::uuid).chain(about).collect())
}

fn told(tx: &mut Tx<'_>, person: &Person, customer_id: CustomerId, erased_at: Instant) -> DbResult<Erasure> {
    let ids = person.referrer_ids();
    let kept = restricted::of(tx, &ids)?;
    let mut referrers = Vec::with_capacity(ids.len());
    for id in ids {
        let kept_until = kept.iter().find(|row| row.referrer_id == id).map(|row| row.kept_until);
        referrers.push(ErasedReferrer { id, balances: ledger::balances_of(tx, id)?, kept_until });
    }
    Ok(Erasure { customer_id, erased_at, referrers })
}

/// Forgets recipients whose time is over. A chore: takes no input, is safe to repeat and safe if two run. Returns how
/// many.
///
/// # Errors
/// What the database reports.
pub fn forget_recipients(tx: &mut Tx<'_>, now: Instant) -> DbResult<usize> {
    erasure::overwrite_deleted(tx, true)?;
    let gone = restricted::forget(tx, now)?;
    erasure::overwrite_deleted(tx, false)?;
    for id in &gone {
        let subject = AnyId::from_uuid(id.uuid());
        outbox::audit(tx, "chore", "recipient.forget", subject, json!({ "referrer_id": id }), now)?;
    }
    Ok(gone.len())
}

/// The zone in which years are counted, and how long the books keep names.
fn rules(tx: &mut Tx<'_>) -> DbResult<crate::domain::program::Terms> {
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    Ok(program.current().map(|version| version.terms.clone()).unwrap_or_default())
}
