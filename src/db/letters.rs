//! What a letter needs to know when it is sent.

use diesel::prelude::*;

use super::outbox::Mail;
use super::schema::{
    codes, commission_changes, commissions, customer_keys, customers, mail_bounces, mail_optouts, mails, payouts, referrers,
};
use super::types::AnyId;
use super::{Conn, DbResult};
use crate::domain::claim::ClaimStatus;
use crate::domain::customer::KeyKind;
use crate::domain::id::{ChangeId, ClaimId, CommissionId, CustomerId, MailId, MethodChangeId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::money::Money;
use crate::domain::notice::{Notice, Why};
use crate::domain::referrer::CodeStatus;

/// The person a letter goes to.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// His name.
    pub name: Option<String>,
    /// The language he wants.
    pub locale: Option<Locale>,
    /// His e-mail address as the shop wrote it, one that letters do not come back from.
    pub address: Option<String>,
    /// His newest active code.
    pub code: Option<String>,
    /// Whether he declined letters of this kind.
    pub declined: bool,
}

/// What a letter is about. Sums are positive.
#[derive(Debug, Clone, Default)]
pub struct Matter {
    /// The sum.
    pub amount: Option<Money>,
    /// What a commission is worth after a change.
    pub remaining: Option<Money>,
    /// When its hold ends.
    pub due_at: Option<Instant>,
    /// A payout's reference.
    pub reference: Option<String>,
    /// Why a payout failed or a claim was declined.
    pub reason: Option<Why>,
}

/// One letter.
///
/// # Errors
/// What the database reports.
pub fn mail(conn: &mut Conn<'_>, id: MailId) -> DbResult<Option<Mail>> {
    on_db!(conn, c => mails::table.find(id).select(Mail::as_select()).first(c).optional())
}

/// The given letters.
///
/// # Errors
/// What the database reports.
pub fn mails(conn: &mut Conn<'_>, ids: &[MailId]) -> DbResult<Vec<Mail>> {
    among!(conn, mails::table.select(Mail::as_select()), mails::id, ids)
}

/// Whom a letter goes to.
///
/// # Errors
/// What the database reports.
pub fn recipient(conn: &mut Conn<'_>, referrer: ReferrerId, kind: Notice) -> DbResult<Recipient> {
    let (customer, name, locale): (CustomerId, Option<String>, Option<Locale>) = on_db!(conn, c => referrers::table
        .inner_join(customers::table.on(customers::id.eq(referrers::customer_id)))
        .filter(referrers::id.eq(referrer))
        .select((customers::id, customers::name, customers::locale))
        .first(c))?;
    // After a merge the keys are the survivor's.
    let survivor: Option<CustomerId> =
        on_db!(conn, c => customers::table.find(customer).select(customers::merged_into).first(c))?;
    let chosen: Option<Option<Locale>> = match survivor {
        Some(survivor) => on_db!(conn, c => customers::table.find(survivor).select(customers::locale).first(c).optional())?,
        None => None,
    };
    let locale = chosen.flatten().or(locale);
    let dead = diesel::dsl::exists(
        mail_bounces::table.filter(mail_bounces::address.eq(customer_keys::value)).filter(mail_bounces::hard_at.is_not_null()),
    );
    let address: Option<String> = on_db!(conn, c => customer_keys::table
        .filter(customer_keys::customer_id.eq_any([Some(customer), survivor].into_iter().flatten()))
        .filter(customer_keys::kind.eq(KeyKind::Email))
        .filter(diesel::dsl::not(dead))
        .order(customer_keys::value)
        .select(customer_keys::shown)
        .first(c)
        .optional())?;
    let code: Option<String> = on_db!(conn, c => codes::table
        .filter(codes::referrer_id.eq(referrer))
        .filter(codes::status.eq(CodeStatus::Active))
        .order(codes::id.desc())
        .select(codes::code)
        .first(c)
        .optional())?;
    let declined: i64 = on_db!(conn, c => mail_optouts::table
        .filter(mail_optouts::referrer_id.eq(referrer))
        .filter(mail_optouts::kind.eq(kind.name()))
        .count()
        .get_result(c))?;
    Ok(Recipient { name, locale, address, code, declined: declined > 0 && kind.optional() })
}

/// What a letter of `kind` about `subject` to `referrer` says.
///
/// # Errors
/// What the database reports.
pub fn matter(conn: &mut Conn<'_>, kind: Notice, subject: AnyId, referrer: ReferrerId) -> DbResult<Matter> {
    match kind {
        Notice::Welcome | Notice::LoginLink => Ok(Matter::default()),
        Notice::SaleCredited | Notice::BonusEarned | Notice::YouDidNotKnow | Notice::CommissionApproved => {
            of_commission(conn, subject, kind)
        }
        Notice::CommissionReduced => of_change(conn, subject),
        Notice::PayoutSent | Notice::PayoutFailed => of_payout(conn, subject),
        Notice::PayoutDetailsChanged => of_method_change(conn, subject),
        Notice::DetailsMissing => of_missing(conn, referrer),
        Notice::ClaimReceived | Notice::ClaimAccepted | Notice::ClaimDeclined => of_claim(conn, subject),
    }
}

fn of_commission(conn: &mut Conn<'_>, subject: AnyId, kind: Notice) -> DbResult<Matter> {
    let id = CommissionId::from_uuid(subject.uuid());
    let (amount, net, currency, due_at) = on_db!(conn, c => commissions::table
        .find(id)
        .select((commissions::amount, commissions::net, commissions::currency, commissions::due_at))
        .first(c))?;
    // A letter that tells of the sale names what it brought; what was taken back since has a letter of its own.
    let (amount, due_at) = if kind == Notice::CommissionApproved { (net, None) } else { (amount, Some(due_at)) };
    Ok(Matter { amount: Some(Money { amount, currency }), due_at, ..Matter::default() })
}

fn of_change(conn: &mut Conn<'_>, subject: AnyId) -> DbResult<Matter> {
    let id = ChangeId::from_uuid(subject.uuid());
    let (amount, net, currency): (i64, i64, _) = on_db!(conn, c => commission_changes::table
        .inner_join(commissions::table.on(commissions::id.eq(commission_changes::commission_id)))
        .filter(commission_changes::id.eq(id))
        .select((commission_changes::amount, commissions::net, commissions::currency))
        .first(c))?;
    let amount = Some(Money { amount: amount.abs(), currency });
    Ok(Matter { amount, remaining: Some(Money { amount: net, currency }), ..Matter::default() })
}

fn of_payout(conn: &mut Conn<'_>, subject: AnyId) -> DbResult<Matter> {
    let id = PayoutId::from_uuid(subject.uuid());
    let (amount, currency, reference, reason): (i64, _, _, Option<String>) = on_db!(conn, c => payouts::table
        .find(id)
        .select((payouts::amount, payouts::currency, payouts::reference, payouts::reason))
        .first(c))?;
    Ok(Matter { amount: Some(Money { amount, currency }), reference, reason: reason.map(Why::Said), ..Matter::default() })
}

fn of_method_change(conn: &mut Conn<'_>, subject: AnyId) -> DbResult<Matter> {
    let id = MethodChangeId::from_uuid(subject.uuid());
    let change = super::payout_methods::change(conn, id)?.ok_or(super::DbFault::NotFound)?;
    Ok(Matter { due_at: change.hold_until, reference: change.account, ..Matter::default() })
}

/// The largest sum that waits, whatever its currency.
fn of_missing(conn: &mut Conn<'_>, referrer: ReferrerId) -> DbResult<Matter> {
    let ready = super::ledger::balances_of(conn, referrer)?.into_iter().filter(|row| row.ready > 0);
    let most = ready.max_by_key(|row| row.ready);
    Ok(Matter { amount: most.map(|row| Money { amount: row.ready, currency: row.currency }), ..Matter::default() })
}

fn of_claim(conn: &mut Conn<'_>, subject: AnyId) -> DbResult<Matter> {
    let claim = super::claims::find(conn, ClaimId::from_uuid(subject.uuid()))?.ok_or(super::DbFault::NotFound)?;
    let late = (claim.status == ClaimStatus::Expired).then_some(Why::NotDecided);
    let reason = claim.reason.map(Why::Declined).or(late);
    Ok(Matter { due_at: Some(claim.decide_by), reason, ..Matter::default() })
}
