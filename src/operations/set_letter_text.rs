//! Writes a text of letters in the shop's own words, or takes it back.

use serde_json::json;

use crate::db::letter_texts::{self, LetterText};
use crate::db::outbox::audit;
use crate::db::types::AnyId;
use crate::db::{DbFault, DbResult, Tx, terms};
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;

/// Sets what `key` says in `locale`; none gives ours back. The text was checked. Writes to the live ledger.
///
/// # Errors
/// What the database reports.
pub fn set_letter_text(
    tx: &mut Tx<'_>,
    now: Instant,
    actor: &str,
    locale: Locale,
    key: &str,
    text: Option<&str>,
) -> DbResult<()> {
    let changed = match text {
        Some(text) => {
            let row = LetterText { locale, key: key.to_owned(), text: text.to_owned(), changed_at: now };
            letter_texts::put(tx, &row)?;
            true
        }
        None => letter_texts::remove(tx, locale, key)?,
    };
    if changed {
        let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
        let detail = json!({ "locale": locale, "key": key, "own": text.is_some() });
        audit(tx, actor, "letter_text.set", AnyId::from_uuid(program.id.uuid()), detail, now)?;
    }
    Ok(())
}
