//! A referrer wants no more letters of a kind.

use crate::db::{DbResult, Tx, referrers};
use crate::domain::id::MailId;
use crate::domain::instant::Instant;

/// Declines the kind of letter that `mail` was, for whom it was sent to. Kinds that bring news of
/// money taken back, sent or refused cannot be declined. Answers whether there is such a letter.
///
/// # Errors
/// What the database reports.
pub fn decline_mail(tx: &mut Tx<'_>, now: Instant, mail: MailId) -> DbResult<bool> {
    let Some((referrer, kind)) = referrers::addressee(tx, mail)? else { return Ok(false) };
    if kind.optional() {
        referrers::insert_optout(tx, referrer, kind, now)?;
    }
    Ok(true)
}
