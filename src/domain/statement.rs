//! A referrer's statement in words: what each movement was, as he would say it. No friend is named, and
//! no basket.

use super::commission::{Account, TransferKind};
use super::money::{Currency, Money};
use super::report::Moved;

/// What stands behind a movement, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Behind {
    /// What took a commission back or raised it: `refund`, `cancel`, `revision`, `decision`.
    pub change: Option<String>,
    /// The cheque's or transfer's reference.
    pub reference: Option<String>,
}

/// What a movement adds to what the referrer is owed; 0 when the money only moves on.
#[must_use]
pub const fn effect(moved: &Moved) -> i64 {
    let from = if is_owed(moved.from_account) { moved.amount } else { 0 };
    let to = if is_owed(moved.to_account) { moved.amount } else { 0 };
    to - from
}

/// Whether a referrer is told of it: what a provider took is the shop's affair.
#[must_use]
pub const fn is_told(kind: TransferKind) -> bool {
    !matches!(kind, TransferKind::Fee)
}

/// The movement in words.
#[must_use]
pub fn words(moved: &Moved, currency: Currency, behind: &Behind) -> String {
    let sum = Money { amount: moved.amount, currency };
    match (moved.kind, moved.from_account, moved.to_account) {
        (TransferKind::Accrue, ..) if behind.change.is_some() => format!("An order was changed: {sum} more for you"),
        (TransferKind::Accrue, _, Account::OnHold) => {
            format!("A friend bought: {sum} for you, on hold until the order can no longer be returned")
        }
        (TransferKind::Accrue, ..) => format!("A friend bought: {sum} for you"),
        (TransferKind::Approve, ..) => format!("{sum} is ready: the order can no longer be returned"),
        (TransferKind::Reserve, ..) => format!("{sum} is being paid out"),
        (TransferKind::Settle, ..) => match &behind.reference {
            Some(reference) => format!("{sum} was paid out, {reference}"),
            None => format!("{sum} was paid out"),
        },
        (TransferKind::Fail, ..) => format!("A payout of {sum} was not made; the money is ready again"),
        (TransferKind::Return, ..) => format!("A payout of {sum} came back; the money is ready again"),
        (TransferKind::Reverse, ..) => {
            let why = match behind.change.as_deref() {
                Some("refund") => "An order was returned",
                Some("cancel") => "An order was cancelled",
                Some("decision") => "The shop decided otherwise about an order",
                _ => "An order was changed",
            };
            format!("{why}: {sum} taken back")
        }
        (TransferKind::Adjust, Account::Ready, _) => format!("A correction by the shop: {sum} less"),
        (TransferKind::Adjust, ..) => format!("A correction by the shop: {sum} more"),
        (TransferKind::Open, ..) => format!("Brought over from before: {sum}"),
        (TransferKind::Forfeit, ..) => format!("{sum} was given up"),
        (TransferKind::Forgive, ..) => format!("The shop forgave {sum} that had been paid too much"),
        (TransferKind::Fee, ..) => format!("A provider took {sum} from the shop"),
    }
}

/// What is said when refunds outran earnings; none while `ready` is not below 0.
#[must_use]
pub fn carried_over(ready: i64, currency: Currency) -> Option<String> {
    let sum = Money { amount: ready.saturating_neg(), currency };
    (ready < 0).then(|| {
        format!(
            "{sum} had been paid out before an order came back. It is carried over and taken off what you earn next; nobody will ask you to pay it."
        )
    })
}

const fn is_owed(account: Account) -> bool {
    matches!(account, Account::OnHold | Account::Ready | Account::InTransit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_moves_on_changes_nothing_and_the_rest_has_its_sign() {
        let moved = |kind, from_account, to_account| Moved { kind, from_account, to_account, amount: 500 };
        let euro = Currency::EUR;
        let approved = moved(TransferKind::Approve, Account::OnHold, Account::Ready);
        assert_eq!((effect(&approved), is_told(approved.kind)), (0, true));
        assert_eq!(effect(&moved(TransferKind::Accrue, Account::Expense, Account::OnHold)), 500);
        let taken = moved(TransferKind::Reverse, Account::Ready, Account::Expense);
        assert_eq!(effect(&taken), -500);
        let refund = Behind { change: Some("refund".to_owned()), reference: None };
        assert_eq!(words(&taken, euro, &refund), "An order was returned: 5.00 EUR taken back");
        let paid = moved(TransferKind::Settle, Account::InTransit, Account::Paid);
        let cheque = Behind { change: None, reference: Some("Cheque 1041".to_owned()) };
        assert_eq!((effect(&paid), words(&paid, euro, &cheque).as_str()), (-500, "5.00 EUR was paid out, Cheque 1041"));
        assert!(!is_told(TransferKind::Fee));
    }

    #[test]
    fn a_carry_over_is_said_in_words() {
        assert_eq!(carried_over(0, Currency::EUR), None);
        assert!(carried_over(-500, Currency::EUR).is_some_and(|said| said.starts_with("5.00 EUR had been paid out")));
    }
}
