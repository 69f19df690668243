//! What was decided on a card: read, and held against what is still open.

use uuid::Uuid;

use super::decide_cards::{DECLINES, Entered, claimed_sale};
use super::whom::whom;
use crate::db::claims::Claim;
use crate::db::{Conn, DbResult, lookups};
use crate::domain::customer::CustomerKey;
use crate::domain::desk_decision::DeskDecision;
use crate::domain::instant::Instant;
use crate::http::pages::form::Fields;
use crate::operations::list_decisions::{Decision, Kind, list_decisions};

/// A form of a card.
#[derive(Debug, Clone)]
pub(super) struct CardForm {
    pub(super) id: Uuid,
    pub(super) entered: Entered,
    kind: Kind,
    verb: String,
    reason: String,
}

/// What a form comes to.
#[derive(Debug, Clone)]
pub(super) enum Read {
    /// This.
    Decision(DeskDecision),
    /// Something is missing: the key of the text that says so.
    Fault(&'static str),
    /// There is nothing to decide any more.
    Over,
}

impl CardForm {
    /// The form that came; none if no page of ours sends such a one.
    pub(super) fn of(fields: &Fields) -> Option<Self> {
        let text = |name: &str| fields.one(name).unwrap_or_default().to_owned();
        Some(Self {
            id: fields.one("subject")?.parse().ok()?,
            kind: kind(fields.one("kind")?)?,
            verb: text("verb"),
            reason: text("reason"),
            entered: Entered { who: text("who"), order: text("order"), note: text("note"), email: text("email") },
        })
    }

    /// What it decides.
    ///
    /// # Errors
    /// What the database reports.
    pub(super) fn read(&self, conn: &mut Conn<'_>, now: Instant) -> DbResult<Read> {
        let Some(decision) = open(conn, now, self.kind, self.id)? else { return Ok(Read::Over) };
        let decided = match (&decision, self.verb.as_str()) {
            (Decision::Sale(..), "credit") => match whom(conn, &self.entered.who)? {
                Some(referrer) => DeskDecision::Credit { referrer_id: referrer.id },
                None => return Ok(Read::Fault("decide-fault-who")),
            },
            (Decision::Sale(..), "release") => DeskDecision::Release,
            (Decision::Sale(..), "deny") => DeskDecision::Deny,
            (Decision::Claim(claim), "accept") => return self.accept(conn, claim),
            (Decision::Claim(_), "decline") => match DECLINES.into_iter().find(|reason| reason.name() == self.reason) {
                Some(reason) => DeskDecision::Decline { reason },
                None => return Ok(Read::Fault("decide-fault-reason")),
            },
            (Decision::Merge(pair), "merge") => DeskDecision::Merge { kept_id: pair.kept_id, other_id: pair.other_id },
            (Decision::Merge(_), "dismiss") => DeskDecision::Dismiss,
            (Decision::Payout(_), "paid") => DeskDecision::Paid,
            (Decision::Payout(_), "not_paid") => DeskDecision::NotPaid,
            (Decision::WriteOff(debt), "forgive") => DeskDecision::Forgive { referrer_id: debt.referrer_id, amount: debt.amount },
            (Decision::Join(_), "enrol") => DeskDecision::Enrol,
            (Decision::Join(_), "turn_down") => DeskDecision::TurnDown,
            (Decision::Unreachable(one), "new_address") => {
                if CustomerKey::email("", &self.entered.email).is_err() {
                    return Ok(Read::Fault("decide-fault-email"));
                }
                DeskDecision::NewAddress { customer_id: one.customer_id, email: self.entered.email.clone() }
            }
            _ => return Ok(Read::Over),
        };
        Ok(Read::Decision(decided))
    }

    /// Which order a claim is right about: the one named on the card, else the one the claim names.
    fn accept(&self, conn: &mut Conn<'_>, claim: &Claim) -> DbResult<Read> {
        let sale = if self.entered.order.is_empty() {
            claimed_sale(conn, claim)?
        } else {
            let mut found = lookups::orders_numbered(conn, &self.entered.order)?;
            let place = found.iter().position(|row| row.source == claim.source);
            match (place, found.len()) {
                (Some(place), _) => Some(found.swap_remove(place)),
                (None, 1) => found.pop(),
                (None, _) => None,
            }
        };
        Ok(sale.map_or(Read::Fault("decide-fault-order"), |row| Read::Decision(DeskDecision::Accept { sale_id: Some(row.id) })))
    }
}

/// The kind that a decision's `kind` names.
pub(super) fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "sale" => Kind::Sale,
        "claim" => Kind::Claim,
        "merge" => Kind::Merge,
        "payout" => Kind::Payout,
        "write_off" => Kind::WriteOff,
        "unreachable" => Kind::Unreachable,
        "join" => Kind::Join,
        _ => return None,
    })
}

/// What is still to be decided about `id`.
///
/// # Errors
/// What the database reports.
pub(super) fn open(conn: &mut Conn<'_>, now: Instant, kind: Kind, id: Uuid) -> DbResult<Option<Decision>> {
    let before = Uuid::from_u128(id.as_u128().saturating_sub(1));
    let next = list_decisions(conn, now, Some(kind), Some(before), 1)?;
    Ok(next.into_iter().find(|decision| decision.id() == id))
}
