//! What the law's words are called at the desk.

use crate::db::types::AnyId;
use crate::domain::attribution::{Evidence, Reason, VerdictKind};
use crate::domain::commission::CommissionStatus;
use crate::domain::id::ReferrerId;
use crate::domain::mask::{mask_address, mask_name};
use crate::domain::money_check::{Reason as Standstill, Stuck};
use crate::domain::sale::SaleStatus;
use crate::http::pages::frame::Frame;
use crate::operations::fold::SaleView;
use crate::operations::show_sales::Buyer;

/// How far a sale is, for its list: the key's end and how it is coloured.
pub(super) fn state(view: &SaleView) -> (&'static str, &'static str) {
    let sale = &view.sale;
    match (sale.status, sale.verdict_kind) {
        _ if sale.history => ("history", ""),
        (SaleStatus::Cancelled, _) => ("order-cancelled", "bad"),
        (SaleStatus::Placed, _) => ("placed", ""),
        (SaleStatus::Paid, Some(VerdictKind::Held)) => ("held", "warn"),
        (SaleStatus::Paid, Some(VerdictKind::Attributed)) => {
            view.commission.as_ref().map_or(("nobody", ""), |row| match row.status {
                _ if row.net == 0 && row.amount > 0 => ("taken-back", "bad"),
                CommissionStatus::Pending => ("pending", ""),
                CommissionStatus::Approved => ("approved", "good"),
                CommissionStatus::InPayout => ("in-payout", ""),
                CommissionStatus::Paid => ("paid", "good"),
                CommissionStatus::Held => ("held", "warn"),
                CommissionStatus::Rejected | CommissionStatus::Cancelled => ("taken-back", "bad"),
            })
        }
        (SaleStatus::Paid, _) => ("nobody", ""),
    }
}

/// The state in words.
pub(super) fn say_state(frame: &Frame, view: &SaleView) -> String {
    frame.say(&format!("sales-state-{}", state(view).0))
}

/// Why nothing was earned, or why it waits.
pub(super) fn reason(frame: &Frame, reason: Reason) -> String {
    frame.say(&format!("sales-reason-{}", reason.as_db()))
}

/// What pointed to the referrer, in a word or two.
pub(super) fn evidence(frame: &Frame, evidence: Evidence) -> String {
    frame.say(&format!("sales-evidence-{}", evidence.as_db()))
}

/// Who did something, from the name under which acts are recorded.
pub(super) fn actor(frame: &Frame, actor: &str) -> String {
    let role = actor.split(':').next().unwrap_or_default();
    match role {
        "owner" | "storefront" | "referrer" | "accountant" | "connection" | "import" => frame.say(&format!("sales-actor-{role}")),
        _ => frame.say("sales-actor-house"),
    }
}

/// A buyer as lists show him: recognised by whoever knows him, by nobody else.
pub(super) fn masked(buyer: &Buyer) -> Option<String> {
    let name = buyer.name.as_deref().map(mask_name);
    let email = || buyer.email.as_deref().map(mask_address);
    let phone = || buyer.phone.as_deref().map(|phone| format!("…{}", last_digits(phone)));
    name.or_else(email).or_else(phone)
}

fn last_digits(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    digits.iter().skip(digits.len().saturating_sub(3)).collect()
}

/// Why money does not move.
pub(super) fn standstill(frame: &Frame, reason: Standstill) -> String {
    let word = match reason {
        Standstill::Left(reason) => reason.as_db(),
        Standstill::Stuck(stuck) => match stuck {
            Stuck::HoldOverdue => "hold_overdue",
            Stuck::HeldWithoutDecision => "held_without_decision",
            Stuck::NotInBatch => "not_in_batch",
            Stuck::PayoutFailed => "payout_failed",
            Stuck::PayoutReturned => "payout_returned",
            Stuck::BatchNotApproved => "batch_not_approved",
            Stuck::PayoutNotSettled => "payout_not_settled",
        },
    };
    frame.say(&format!("reports-stands-{word}"))
}

/// Where money that does not move is dealt with.
pub(super) const fn where_it_moves(reason: Standstill) -> &'static str {
    match reason {
        Standstill::Stuck(Stuck::HeldWithoutDecision) => "/desk/decide",
        _ => "/desk/payouts",
    }
}

/// A referrer's name, or that he has none.
pub(super) fn named(frame: &Frame, name: Option<&str>) -> String {
    name.map_or_else(|| frame.say("nobody-named"), str::to_owned)
}

/// The referrer that an event's data names.
pub(super) fn referrer_of(data: &serde_json::Value) -> Option<ReferrerId> {
    data.get("referrer_id").and_then(serde_json::Value::as_str).and_then(|id| id.parse().ok())
}

/// Where the subject of an event of this kind is shown.
pub(super) fn place_of(kind: &str, subject: AnyId, referrer: Option<ReferrerId>) -> Option<String> {
    let id = subject.uuid();
    match kind.split('.').next().unwrap_or_default() {
        "sale" => Some(format!("/desk/sales/{id}")),
        "referrer" => Some(format!("/desk/referrers/{id}")),
        "customer" => Some(format!("/desk/customers/{id}")),
        "payout_batch" => Some("/desk/payouts".to_owned()),
        "claim" => Some("/desk/decide".to_owned()),
        _ => referrer.map(|id| format!("/desk/referrers/{id}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::payout::NotPaidReason;
    use crate::domain::rail::Rail;
    use crate::domain::webhook::KINDS;
    use crate::http::pages::words;

    #[test]
    fn every_word_of_the_law_is_called_something() {
        let reasons = [
            Reason::History,
            Reason::NoEvidence,
            Reason::NoCustomer,
            Reason::UnknownCode,
            Reason::CodeRetired,
            Reason::ReferrerPaused,
            Reason::OutsideWindow,
            Reason::SelfReferral,
            Reason::NotFirstSale,
            Reason::BelowMinimum,
            Reason::ProgramClosed,
            Reason::CurrencyNotAccepted,
            Reason::ZeroBase,
            Reason::NotPaidYet,
            Reason::OrderCancelled,
            Reason::NeedsMatch,
            Reason::SuspectedFraud,
            Reason::OverCap,
            Reason::DeniedByOwner,
        ];
        let evidences = [
            Evidence::OwnerDecision,
            Evidence::AcceptedClaim,
            Evidence::Referral,
            Evidence::Code,
            Evidence::Click,
            Evidence::ReferredBy,
            Evidence::Introduction,
        ];
        let left = [
            NotPaidReason::BelowMinimum,
            NotPaidReason::NegativeBalance,
            NotPaidReason::ReferrerPaused,
            NotPaidReason::AfterCutoff,
            NotPaidReason::NoDetails,
            NotPaidReason::DetailsOnHold,
            NotPaidReason::RailDoesNotPayCurrency,
            NotPaidReason::BeyondRailLimits,
            NotPaidReason::ChangedBeforeApproval,
            NotPaidReason::LedgerDisagrees,
        ];
        let stuck = [
            "hold_overdue",
            "held_without_decision",
            "not_in_batch",
            "payout_failed",
            "payout_returned",
            "batch_not_approved",
            "payout_not_settled",
        ];
        let states =
            ["history", "order-cancelled", "placed", "held", "nobody", "taken-back", "pending", "approved", "in-payout", "paid"];
        let actors = ["owner", "storefront", "referrer", "accountant", "connection", "import", "house"];
        let keys = reasons.iter().map(|reason| format!("sales-reason-{}", reason.as_db()));
        let keys = keys.chain(evidences.iter().map(|evidence| format!("sales-evidence-{}", evidence.as_db())));
        let keys = keys.chain(evidences.iter().map(|evidence| format!("sales-found-{}", evidence.as_db())));
        let keys = keys.chain(left.iter().map(|reason| format!("reports-stands-{}", reason.as_db())));
        let keys = keys.chain(stuck.iter().map(|word| format!("reports-stands-{word}")));
        let keys = keys.chain(states.iter().map(|word| format!("sales-state-{word}")));
        let keys = keys.chain(actors.iter().map(|word| format!("sales-actor-{word}")));
        let keys = keys.chain(KINDS.iter().map(|kind| format!("home-event-{}", kind.replace('.', "-"))));
        let keys = keys.chain(Rail::ALL.iter().map(|rail| format!("reports-rail-{}", rail.name())));
        let keys =
            keys.chain(["held", "attributed", "unattributed", "placed", "cancelled"].map(|word| format!("sales-filter-{word}")));
        let missing: Vec<String> = keys.filter(|key| !words::knows(key)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn a_buyer_is_shown_to_those_who_know_him() {
        let buyer = |name: &str, email: &str, phone: &str| {
            let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            masked(&Buyer { name: text(name), email: text(email), phone: text(phone) })
        };
        assert_eq!(buyer("Anna Berg", "anna@example.com", "").as_deref(), Some("Anna B."));
        assert_eq!(buyer("", "anna@example.com", "030 1234").as_deref(), Some("a***@example.com"));
        assert_eq!(buyer("", "", "+49 30 901820").as_deref(), Some("…820"));
        assert_eq!(buyer("", "", ""), None);
    }
}
