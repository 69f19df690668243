//! A referrer's statement of one month (or year): what he was owed, each movement in words, what he is
//! owed at its end.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use uuid::Uuid;

use super::pages::{Cell, header, line};
use crate::db::ledger::Transfer;
use crate::db::types::AnyId;
use crate::db::{Conn, DbFault, DbResult, reports, statements, terms};
use crate::domain::commission::TransferKind;
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::report::{Figures, Moved, Period};
use crate::domain::statement::{Behind, carried_over, effect, is_told, words};

/// A statement, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Whose.
    pub referrer_id: ReferrerId,
    /// His name, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whose programme it is.
    pub shop_name: String,
    /// `2026-11`.
    pub period: String,
    /// The first day in it.
    pub from: String,
    /// The first after it.
    pub to: String,
    /// The zone in which days are cut.
    pub timezone: String,
    /// By currency.
    pub currencies: Vec<InCurrency>,
}

/// The movements in one currency. Minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InCurrency {
    /// ISO 4217.
    pub currency: Currency,
    /// Owed when the period began.
    pub opening: i64,
    /// What happened, in the order of time.
    pub lines: Vec<StatementLine>,
    /// Owed when it ended.
    pub closing: i64,
    /// Of the closing: inside the return window.
    pub on_hold: i64,
    /// Of the closing: waiting for a payout.
    pub ready: i64,
    /// Of the closing: under way.
    pub in_transit: i64,
    /// What is carried over after a refund, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carried_over: Option<String>,
}

/// One movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementLine {
    /// When.
    pub at: Instant,
    /// The day, where the shop is.
    pub day: String,
    /// What it was.
    pub kind: TransferKind,
    /// In words.
    pub text: String,
    /// What it adds to what is owed; 0 when the money only moves on.
    pub amount: i64,
    /// What is owed after it.
    pub owed: i64,
}

/// Draws up the statement of the month or year called `name`; none when that is neither.
///
/// # Errors
/// What the database reports.
pub fn show_statement(conn: &mut Conn<'_>, referrer_id: ReferrerId, name: &str) -> DbResult<Option<Statement>> {
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let terms = program.current().map(|version| version.terms.clone()).unwrap_or_default();
    let Some(period) = Period::named(name, &terms.timezone) else { return Ok(None) };
    let mut sums: BTreeMap<Currency, (Figures, Vec<StatementLine>)> = BTreeMap::new();
    for (currency, moved) in statements::moved_before(conn, referrer_id, period.from)? {
        sums.entry(currency).or_default().0.before(&moved);
    }
    let postings = statements::postings(conn, referrer_id, period.from, period.to)?;
    let mut behind = behind(conn, &postings)?;
    for posting in &postings {
        let (figures, lines) = sums.entry(posting.currency).or_default();
        let moved = Moved {
            kind: posting.kind,
            from_account: posting.from_account,
            to_account: posting.to_account,
            amount: posting.amount,
        };
        let owed = lines.last().map_or(figures.opening, |line| line.owed);
        figures.within(&moved);
        if is_told(posting.kind) {
            let why = behind.remove(&(posting.cause_id.uuid(), posting.kind)).unwrap_or_default();
            lines.push(StatementLine {
                at: posting.posted_at,
                day: posting.posted_at.day_in(&terms.timezone),
                kind: posting.kind,
                text: words(&moved, posting.currency, &why),
                amount: effect(&moved),
                owed: owed + effect(&moved),
            });
        }
    }
    let shown = |(currency, (figures, lines)): (Currency, (Figures, Vec<StatementLine>))| InCurrency {
        currency,
        opening: figures.opening,
        lines,
        closing: figures.closing,
        on_hold: figures.on_hold,
        ready: figures.ready,
        in_transit: figures.in_transit,
        carried_over: carried_over(figures.ready, currency),
    };
    Ok(Some(Statement {
        referrer_id,
        name: reports::names(conn, &[referrer_id])?.pop().and_then(|(_, name)| name),
        shop_name: terms.shop_name,
        period: name.to_owned(),
        from: period.from_text,
        to: period.to_text,
        timezone: terms.timezone,
        currencies: sums.into_iter().map(shown).collect(),
    }))
}

/// What stands behind postings, by cause and kind.
fn behind(conn: &mut Conn<'_>, postings: &[Transfer]) -> DbResult<HashMap<(Uuid, TransferKind), Behind>> {
    let of = |kinds: &[TransferKind]| -> Vec<AnyId> {
        postings.iter().filter(|posting| kinds.contains(&posting.kind)).map(|posting| posting.cause_id).collect()
    };
    let mut found = HashMap::new();
    for (id, cause) in statements::changes(conn, &of(&[TransferKind::Accrue, TransferKind::Reverse]))? {
        for kind in [TransferKind::Accrue, TransferKind::Reverse] {
            let why = Behind { change: Some(cause.as_db().to_owned()), reference: None };
            found.insert((id.uuid(), kind), why);
        }
    }
    for (id, reference) in statements::references(conn, &of(&[TransferKind::Settle]))? {
        found.insert((id.uuid(), TransferKind::Settle), Behind { change: None, reference });
    }
    Ok(found)
}

impl Statement {
    /// The statement as a table: for each currency the opening, each movement, the closing.
    #[must_use]
    pub fn csv(&self) -> Vec<u8> {
        let mut out = Vec::new();
        header(&mut out, &["day", "kind", "text", "currency", "amount", "owed"]);
        for one in &self.currencies {
            let code = one.currency.code();
            let edge = |out: &mut Vec<u8>, day: &str, kind: &str, text: &str, owed: i64| {
                line(
                    out,
                    &[Cell::Text(day), Cell::Text(kind), Cell::Text(text), Cell::Text(code), Cell::Empty, Cell::Number(owed)],
                );
            };
            edge(&mut out, &self.from, "opening", "Owed when the period began", one.opening);
            for each in &one.lines {
                let cells = [
                    Cell::Text(&each.day),
                    Cell::Text(each.kind.as_db()),
                    Cell::Text(&each.text),
                    Cell::Text(code),
                    Cell::Number(each.amount),
                    Cell::Number(each.owed),
                ];
                line(&mut out, &cells);
            }
            edge(&mut out, &self.to, "closing", "Owed when the period ended", one.closing);
            if let Some(said) = &one.carried_over {
                edge(&mut out, &self.to, "carried_over", said, one.ready);
            }
        }
        out
    }
}
