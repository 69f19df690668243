//! One referrer: what he has, by which codes, how it came about, and which letters he was sent.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use uuid::Uuid;

use super::naming::Names;
use super::referrers::{Sums, address, state, sums};
use crate::db::ledger::{Balance, Transfer};
use crate::db::lookups::{self, Posted};
use crate::db::outbox::Mail;
use crate::db::payout_methods::{self, Method};
use crate::db::referrers::{self, CodeRow, Referrer};
use crate::db::types::AnyId;
use crate::db::{Conn, DbResult};
use crate::domain::commission::TransferKind;
use crate::domain::id::{AdjustmentId, CustomerId, MailId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::money::Currency;
use crate::domain::principal::Scope;
use crate::domain::referrer::{CodeStatus, ReferrerStatus};
use crate::domain::report::Moved;
use crate::domain::statement::{effect, is_told};
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Guest;
use crate::http::pages::words;
use crate::http::paging::List;
use crate::operations::choose_letters::{Preferences, preferences};

/// Postings and letters on a page.
const ROWS: i64 = 30;

/// Statements offered, in months.
const MONTHS: usize = 24;

/// What is asked of the page.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub(super) currency: Option<Currency>,
    /// Where the ledger goes on.
    pub(super) ledger: Option<Posted>,
    /// Where the letters go on.
    pub(super) letters: Option<MailId>,
}

/// What is read for it.
pub(super) struct Found {
    pub(super) referrer: Referrer,
    names: Names,
    codes: Vec<CodeRow>,
    balances: Vec<Balance>,
    currency: Currency,
    postings: List<Transfer>,
    reasons: HashMap<Uuid, String>,
    orders: HashMap<Uuid, String>,
    letters: List<Mail>,
    method: Option<Method>,
    preferences: Option<Preferences>,
}

struct CodeLine {
    code: String,
    url: String,
    image: String,
    active: bool,
}

struct Posting {
    day: String,
    said: String,
    link: Option<String>,
    amount: String,
}

struct Letter {
    kind: String,
    at: String,
    state: String,
}

struct Choice {
    name: &'static str,
    said: String,
    wanted: bool,
}

/// What was entered in a form that came back.
#[derive(Debug, Clone, Default)]
pub(super) struct Entered {
    pub(super) code: String,
    pub(super) amount: String,
    pub(super) take: bool,
    pub(super) reason: String,
}

#[derive(Template)]
#[template(path = "http/pages/desk/referrer.html")]
pub(super) struct Page {
    pub(super) frame: Frame,
    faults: Vec<String>,
    entered: Entered,
    /// Names the form that posts an adjustment, so that it posts once.
    form: AdjustmentId,
    id: ReferrerId,
    name: String,
    customer: CustomerId,
    state: String,
    paused: bool,
    invited: bool,
    sums: Vec<Sums>,
    codes: Vec<CodeLine>,
    method: Option<(String, String)>,
    held: Option<String>,
    /// Codes, and which of them the ledger shows.
    currencies: Vec<(&'static str, bool)>,
    postings: Vec<Posting>,
    older_postings: Option<String>,
    letters: Vec<Letter>,
    older_letters: Option<String>,
    choices: Vec<Choice>,
    languages: Vec<(&'static str, bool)>,
    months: Vec<(String, String)>,
}

impl Found {
    /// Reads all of it; none if there is no such referrer.
    pub(super) fn read(conn: &mut Conn<'_>, id: ReferrerId, home: Currency, asked: &Asked) -> DbResult<Option<Self>> {
        let Some(referrer) = referrers::find(conn, id)? else { return Ok(None) };
        let balances = lookups::balances_of(conn, &[id])?;
        let has = |wanted: Currency| balances.iter().any(|row| row.currency == wanted);
        let first = balances.first().map_or(home, |row| row.currency);
        let currency = asked.currency.unwrap_or(if has(home) { home } else { first });
        let postings = List::cut(lookups::postings(conn, id, currency, asked.ledger, ROWS + 1)?, ROWS);
        let causes: Vec<AnyId> = postings.data.iter().map(|row| row.cause_id).collect();
        let reasons = lookups::adjustments_behind(conn, &causes)?.into_iter().map(|row| (row.id.uuid(), row.reason));
        let orders = lookups::sales_behind(conn, &causes)?.into_iter();
        let orders = orders.map(|(id, sale)| (id.uuid(), format!("/desk/sales/{sale}"))).collect();
        Ok(Some(Self {
            names: Names::read(conn, &BTreeSet::new(), &BTreeSet::from([referrer.customer_id]))?,
            codes: referrers::codes_of(conn, &[id])?,
            reasons: reasons.collect(),
            orders,
            letters: List::cut(lookups::letters(conn, id, asked.letters, ROWS + 1)?, ROWS),
            method: payout_methods::find(conn, id)?,
            preferences: preferences(conn, &Scope::All, id)?,
            referrer,
            balances,
            currency,
            postings,
        }))
    }

    /// The page.
    pub(super) fn page(self, guest: &Guest, frame: Frame, entered: Entered, faults: Vec<String>) -> Page {
        let now = guest.now();
        let (id, customer, status) = (self.referrer.id, self.referrer.customer_id, self.referrer.status);
        let mut currencies: Vec<Currency> = self.balances.iter().map(|row| row.currency).collect();
        if !currencies.contains(&frame.currency) {
            currencies.insert(0, frame.currency);
        }
        let codes = self.codes.iter().map(|row| CodeLine {
            code: row.code.clone(),
            url: guest.code_url(&row.code),
            image: format!("{}/q/{}.svg{}", frame.at, row.code, guest.book.mode.query()),
            active: row.status == CodeStatus::Active,
        });
        let rail = |row: &Method| frame.say(&format!("referrers-rail-{}", row.rail.as_db()));
        let method = self.method.as_ref().map(|row| (rail(row), row.account.clone()));
        let held = self.method.as_ref().and_then(|row| row.hold_until).filter(|until| *until > now);
        let wants = self.preferences.as_ref();
        let kinds = wants.map(|wants| &wants.kinds).into_iter().flatten();
        let choices = kinds.map(|(name, wanted)| Choice { name, said: letter_kind(&frame, name), wanted: *wanted }).collect();
        let chosen = wants.and_then(|wants| wants.locale);
        Page {
            form: AdjustmentId::new(now),
            id,
            name: self.names.customer(&frame, customer),
            customer,
            state: state(&frame, status),
            paused: status == ReferrerStatus::Paused,
            invited: status == ReferrerStatus::Invited,
            sums: sums(&frame, &self.balances, id),
            codes: codes.collect(),
            method,
            held: held.map(|until| frame.tell("referrers-details-held", &[("until", &frame.time(&until))])),
            currencies: currencies.into_iter().map(|one| (one.code(), one == self.currency)).collect(),
            postings: self.shown_postings(&frame),
            older_postings: self.older_postings(),
            letters: self.letters.data.iter().map(|mail| letter(&frame, mail)).collect(),
            older_letters: self.older_letters(),
            choices,
            languages: Locale::ALL.map(|locale| (locale.tag(), chosen == Some(locale))).to_vec(),
            months: months(&frame, self.referrer.created_at, now),
            faults,
            entered,
            frame,
        }
    }

    fn shown_postings(&self, frame: &Frame) -> Vec<Posting> {
        let told = self.postings.data.iter().filter(|row| is_told(row.kind));
        told.map(|row| {
            let moved = Moved { kind: row.kind, from_account: row.from_account, to_account: row.to_account, amount: row.amount };
            let sign = match effect(&moved) {
                0 => "",
                gained if gained > 0 => "+",
                _ => "−",
            };
            let said = frame.say(&format!("referrers-posted-{}", row.kind.as_db()));
            let reason = self.reasons.get(&row.cause_id.uuid());
            Posting {
                day: frame.day(&row.posted_at),
                said: reason.map_or_else(|| said.clone(), |reason| format!("{said}: {reason}")),
                link: self.orders.get(&row.cause_id.uuid()).cloned(),
                amount: format!("{sign}{}", frame.amount(&row.amount, &row.currency)),
            }
        })
        .collect()
    }

    fn here(&self) -> String {
        format!("/desk/referrers/{}", self.referrer.id)
    }

    fn older_postings(&self) -> Option<String> {
        let last = self.postings.goes_on_after()?;
        let mark = mark((last.posted_at, last.cause_id, last.kind));
        Some(address(&self.here(), &[("currency", self.currency.code()), ("ledger", &mark)]))
    }

    fn older_letters(&self) -> Option<String> {
        let last = self.letters.goes_on_after()?;
        Some(address(&self.here(), &[("letters", &last.id.to_string())]))
    }
}

/// A place in the ledger as an address says it.
fn mark((at, cause, kind): Posted) -> String {
    format!("{}_{}_{}", at.micros(), cause.uuid(), kind.as_db())
}

/// The place that an address says; none if it is none.
pub(super) fn marked(text: &str) -> Option<Posted> {
    const KINDS: [TransferKind; 12] = [
        TransferKind::Accrue,
        TransferKind::Approve,
        TransferKind::Reserve,
        TransferKind::Settle,
        TransferKind::Fail,
        TransferKind::Return,
        TransferKind::Reverse,
        TransferKind::Adjust,
        TransferKind::Open,
        TransferKind::Forfeit,
        TransferKind::Forgive,
        TransferKind::Fee,
    ];
    let mut parts = text.splitn(3, '_');
    let at = Instant::from_micros(parts.next()?.parse().ok()?);
    let cause = AnyId::from_uuid(parts.next()?.parse().ok()?);
    let kind = parts.next()?;
    Some((at, cause, KINDS.into_iter().find(|known| known.as_db() == kind)?))
}

fn letter(frame: &Frame, mail: &Mail) -> Letter {
    Letter {
        kind: letter_kind(frame, mail.kind.name()),
        at: frame.time(&mail.ended_at.unwrap_or(mail.created_at)),
        state: frame.say(&format!("referrers-letter-is-{}", mail.status.as_db())),
    }
}

/// What a kind of letter is called.
fn letter_kind(frame: &Frame, name: &str) -> String {
    let key = format!("referrers-letter-{name}");
    if words::knows(&key) { frame.say(&key) } else { name.replace('_', " ") }
}

/// The months from `since` until `now`, the latest first: names and words.
fn months(frame: &Frame, since: Instant, now: Instant) -> Vec<(String, String)> {
    let (first, last) = (since.month_in(&frame.timezone), now.month_in(&frame.timezone));
    let split = |name: &str| {
        let (year, month) = name.split_once('-')?;
        Some(year.parse::<i32>().ok()? * 12 + month.parse::<i32>().ok()? - 1)
    };
    let (Some(first), Some(last)) = (split(&first), split(&last)) else { return Vec::new() };
    let name = |count: i32| format!("{:04}-{:02}", count.div_euclid(12), count.rem_euclid(12) + 1);
    (first..=last).rev().take(MONTHS).map(name).map(|name| (name.clone(), frame.month(&name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_ledger_is_read_back() {
        let at = Instant::from_micros(1_800_000_000_123_456);
        let place = (at, AnyId::from_uuid(AdjustmentId::new(at).uuid()), TransferKind::Forgive);
        assert_eq!(marked(&mark(place)), Some(place));
        assert_eq!((marked("1_2_3"), marked("")), (None, None));
    }
}
