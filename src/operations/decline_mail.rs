//! A referrer wants no more letters of a kind, or of any that can be declined.

use crate::db::{DbResult, Tx, referrers};
use crate::domain::id::MailId;
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;

/// What is declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declined {
    /// The kind of the letter.
    Kind,
    /// Every kind that can be.
    All,
}

/// Declines letters for whom `mail` was sent to. Kinds that bring news of money taken back, sent or refused
/// cannot be declined. Answers whether there is such a letter.
///
/// # Errors
/// What the database reports.
pub fn decline_mail(tx: &mut Tx<'_>, now: Instant, mail: MailId, what: Declined) -> DbResult<bool> {
    let Some((referrer, of_mail)) = referrers::addressee(tx, mail)? else { return Ok(false) };
    let meant = |kind: &Notice| kind.optional() && (what == Declined::All || *kind == of_mail);
    for kind in Notice::ALL.into_iter().filter(meant) {
        referrers::insert_optout(tx, referrer, kind, now)?;
    }
    Ok(true)
}
