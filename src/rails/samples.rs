//! Orders and a payer for the tests of this room.

use jiff::civil::date;
use uuid::Uuid;

use super::{Order, Run};
use crate::domain::id::{BatchId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payer::{AchOrigin, Payer, WiseTemplate};
use crate::domain::payout_details::{AccountKind, HolderKind, PayoutDetails};

pub(super) fn approved_at() -> Instant {
    Instant::parse("2026-11-26T20:15:00.123456Z").expect("a time")
}

/// A payer who can pay every way.
pub(super) fn payer() -> Payer {
    let ach = AchOrigin {
        bank_routing: "021000021".to_owned(),
        bank_name: "Chase Manhattan Bank".to_owned(),
        company_id: "1234567890".to_owned(),
        immediate_origin: None,
        entry_description: None,
    };
    Payer {
        name: Some("Tee & Söhne GmbH".to_owned()),
        iban: Some("DE89370400440532013000".to_owned()),
        bic: Some("COBADEFFXXX".to_owned()),
        ach: Some(ach),
        wise: Some(WiseTemplate { header: None, source_currency: Currency::EUR }),
        ..Payer::default()
    }
}

pub(super) fn run_of<'a>(orders: &'a [Order], payer: &'a Payer) -> Run<'a> {
    let batch_id = BatchId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_ffff));
    Run { batch_id, approved_at: approved_at(), execute_on: date(2026, 11, 30), payer, orders }
}

pub(super) fn sepa_order(place: u128, amount: i64, holder: &str) -> Order {
    let details = PayoutDetails::Sepa { holder: holder.to_owned(), iban: "DE89370400440532013000".to_owned(), bic: None };
    order(place, amount, "EUR", details)
}

pub(super) fn ach_order(place: u128, amount: i64, holder: &str, holder_kind: HolderKind) -> Order {
    let details = PayoutDetails::Ach {
        holder: holder.to_owned(),
        routing: "021000021".to_owned(),
        account: "000123456789".to_owned(),
        account_kind: AccountKind::Checking,
        holder_kind,
    };
    order(place, amount, "USD", details)
}

pub(super) fn paypal_order(place: u128, amount: i64, currency: &str, email: &str) -> Order {
    order(place, amount, currency, PayoutDetails::Paypal { email: email.to_owned() })
}

pub(super) fn wise_order(place: u128, amount: i64, currency: &str, holder: &str) -> Order {
    order(place, amount, currency, PayoutDetails::Wise { holder: holder.to_owned(), email: format!("wise{place}@example.com") })
}

pub(super) fn manual_order(place: u128, amount: i64, currency: &str, name: &str) -> Order {
    let address = vec!["1 Main St".to_owned(), "48201 Detroit".to_owned()];
    order(place, amount, currency, PayoutDetails::Manual { name: name.to_owned(), address })
}

pub(super) fn credit_order(place: u128, amount: i64) -> Order {
    order(place, amount, "EUR", PayoutDetails::StoreCredit {})
}

fn order(place: u128, amount: i64, currency: &str, details: PayoutDetails) -> Order {
    let id = |kind: u128| Uuid::from_u128((0x0190_0000_0000_7000_8000_0000_0000_0000 | kind << 48) + place);
    Order {
        payout_id: PayoutId::from_uuid(id(1)),
        referrer_id: ReferrerId::from_uuid(id(2)),
        amount,
        currency: Currency::parse(currency).expect("a currency"),
        details,
    }
}
