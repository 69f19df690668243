//! What letters say in the place of our texts.

use diesel::prelude::*;

use super::schema::letter_texts;
use super::{Conn, DbResult, Tx};
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;

/// A text of the shop's own; it was checked.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = letter_texts, primary_key(locale, key))]
pub struct LetterText {
    /// Its language.
    pub locale: Locale,
    /// Which text.
    pub key: String,
    /// What it says.
    pub text: String,
    /// Since when.
    pub changed_at: Instant,
}

/// Every text: as many as the owner cares to write.
///
/// # Errors
/// What the database reports.
pub fn all(conn: &mut Conn<'_>) -> DbResult<Vec<LetterText>> {
    let ordered = letter_texts::table.order((letter_texts::locale, letter_texts::key));
    on_db!(conn, c => ordered.select(LetterText::as_select()).load(c))
}

/// Writes a text, new or changed.
///
/// # Errors
/// What the database reports.
pub fn put(tx: &mut Tx<'_>, row: &LetterText) -> DbResult<()> {
    on_db!(tx, c => diesel::insert_into(letter_texts::table)
        .values(row)
        .on_conflict((letter_texts::locale, letter_texts::key))
        .do_update()
        .set(row)
        .execute(c)
        .map(drop))
}

/// Takes a text away, so that ours stands again. Returns whether there was one.
///
/// # Errors
/// What the database reports.
pub fn remove(tx: &mut Tx<'_>, locale: Locale, key: &str) -> DbResult<bool> {
    let gone = on_db!(tx, c => diesel::delete(letter_texts::table.find((locale, key))).execute(c))?;
    Ok(gone > 0)
}
