//! A mail service reports what came back.

use crate::db::{DbResult, Tx, bounces, referrers};
use crate::domain::bounce::Bounce;
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;

/// Notes each address with what came back for it. Who called a letter spam gets no more that can be
/// declined. Told twice it changes nothing but the count of passing troubles.
///
/// # Errors
/// What the database reports.
pub fn note_bounces(tx: &mut Tx<'_>, now: Instant, reported: &[(String, Bounce)]) -> DbResult<()> {
    for (address, what) in reported {
        bounces::note(tx, address, *what, now)?;
        if *what == Bounce::Complaint {
            for referrer in bounces::referrers_at(tx, address)? {
                for kind in Notice::ALL.into_iter().filter(|kind| kind.optional()) {
                    referrers::insert_optout(tx, referrer, kind, now)?;
                }
            }
        }
    }
    Ok(())
}
