//! Gives a referrer a code: a word of his own, or eight random symbols.

use serde_json::json;

use crate::db::outbox::{self, NewEvent};
use crate::db::referrers::{self, CodeRow};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, Tx, lost_race, terms};
use crate::domain::code::{Code, GENERATED_LEN};
use crate::domain::field::FieldError;
use crate::domain::id::{EventId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::principal::Scope;

/// Tries for a free random code. With a million codes issued, one draw in a million meets another.
const TRIES: usize = 4;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeWish {
    /// For whom.
    pub referrer_id: ReferrerId,
    /// The word; none for a random one.
    pub code: Option<Code>,
    /// Where its link is to lead.
    pub destination: Option<String>,
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Issued {
    /// There is no such referrer, or he is not the caller's.
    Unknown,
    /// The link may not lead there.
    Refused(FieldError),
    /// Somebody else has this code or one that looks like it.
    Taken,
    /// It is his now.
    New(CodeRow),
    /// It, or one that looks like it, was his already and stays as it was.
    Owned(CodeRow),
}

/// Gives the referrer, if he is in `scope`, the code of `wish`.
///
/// # Errors
/// What the database reports.
pub fn issue_code(tx: &mut Tx<'_>, now: Instant, scope: &Scope, wish: &CodeWish) -> DbResult<Issued> {
    if referrers::find_in(tx, wish.referrer_id, scope)?.is_none() {
        return Ok(Issued::Unknown);
    }
    if let Some(destination) = &wish.destination
        && let Some(program) = terms::program(tx)?
        && let Some(current) = program.current()
        && let Err(fault) = current.terms.check_destination("/destination", destination)
    {
        return Ok(Issued::Refused(fault));
    }
    if referrers::lock(tx, &[wish.referrer_id])?.iter().any(|row| row.erased_at.is_some()) {
        return Ok(Issued::Unknown);
    }
    add(tx, now, wish)
}

/// Adds the code of `wish` under the lock of its referrer.
pub(super) fn add(tx: &mut Tx<'_>, now: Instant, wish: &CodeWish) -> DbResult<Issued> {
    let Some(code) = &wish.code else { return generate(tx, now, wish).map(Issued::New) };
    if let Some(known) = referrers::codes_by_skeleton(tx, &[code.skeleton()])?.pop() {
        let his = known.referrer_id == wish.referrer_id;
        return Ok(if his { Issued::Owned(known) } else { Issued::Taken });
    }
    let row = row(code, wish, now);
    if !referrers::insert_code(tx, &row)? {
        // Somebody else was faster; the next look finds his.
        return Err(lost_race());
    }
    note(tx, &row, now)?;
    Ok(Issued::New(row))
}

fn generate(tx: &mut Tx<'_>, now: Instant, wish: &CodeWish) -> DbResult<CodeRow> {
    for _ in 0..TRIES {
        let mut random = [0_u8; GENERATED_LEN];
        if getrandom::fill(&mut random).is_err() {
            break;
        }
        let row = row(&Code::generate(random), wish, now);
        if referrers::insert_code(tx, &row)? {
            note(tx, &row, now)?;
            return Ok(row);
        }
    }
    // Without entropy nothing can be given now; the caller is asked to come again.
    Err(lost_race())
}

fn row(code: &Code, wish: &CodeWish, now: Instant) -> CodeRow {
    CodeRow { destination: wish.destination.clone(), ..CodeRow::new(code, wish.referrer_id, now) }
}

fn note(tx: &mut Tx<'_>, row: &CodeRow, now: Instant) -> DbResult<()> {
    let event = NewEvent {
        id: EventId::new(now),
        kind: "code.issued",
        subject_id: AnyId::from_uuid(row.id.uuid()),
        data: Json(json!({ "code_id": row.id, "referrer_id": row.referrer_id })),
        created_at: now,
    };
    outbox::note_events(tx, &[event])
}
