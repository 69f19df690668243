//! The table for every bank that reads none of the other formats: columns as the shop's settings say. A
//! British bank's, for example, is `sort_code, account, name (18), amount, reference (18), the text 99`.

use rust_decimal::Decimal;

use super::{Order, PaymentFile, Run, Unwritten, decimal, table};
use crate::domain::cell::{bank_cell, safe_cell};
use crate::domain::payer::{CsvColumn, CsvField, CsvLayout};
use crate::domain::payout_details::PayoutDetails;

pub(super) fn write(run: &Run<'_>) -> Result<Vec<PaymentFile>, Unwritten> {
    let standard;
    let layout = match run.payer.csv.as_ref() {
        Some(layout) => layout,
        None => {
            standard = everything();
            &standard
        }
    };
    let separator = u8::try_from(layout.separator).unwrap_or(b',');
    let head = layout.header.then(|| layout.columns.iter().map(|column| safe_cell(&column.header)).collect());
    let row = |order: &Order| layout.columns.iter().map(|column| cell(run, layout, column, order)).collect();
    let rows: Vec<Vec<String>> = head.into_iter().chain(run.orders.iter().map(row)).collect();
    let media_type =
        if layout.header { "text/csv; charset=utf-8; header=present" } else { "text/csv; charset=utf-8; header=absent" };
    Ok(vec![run.file("payouts", None, media_type, "csv", table(separator, rows)?)])
}

/// The table of a shop that has not said what its bank reads: all there is.
fn everything() -> CsvLayout {
    let column = |header: &str, field| CsvColumn { header: header.to_owned(), field: Some(field), text: None, longest: None };
    let columns = vec![
        column("payout_id", CsvField::PayoutId),
        column("rail", CsvField::Rail),
        column("name", CsvField::Name),
        column("amount", CsvField::Amount),
        column("currency", CsvField::Currency),
        column("iban", CsvField::Iban),
        column("bic", CsvField::Bic),
        column("routing", CsvField::Routing),
        column("account", CsvField::Account),
        column("email", CsvField::Email),
        column("address", CsvField::Address),
        column("reference", CsvField::Reference),
        column("date", CsvField::Date),
    ];
    CsvLayout { columns, header: true, separator: ',', decimal_sign: '.' }
}

fn cell(run: &Run<'_>, layout: &CsvLayout, column: &CsvColumn, order: &Order) -> String {
    let text = match (column.field, &column.text) {
        (Some(field), _) => value(run, layout, field, order).unwrap_or_default(),
        (None, text) => text.clone().unwrap_or_default(),
    };
    match column.longest {
        Some(longest) => text.chars().take(usize::from(longest)).collect(),
        None => text,
    }
}

fn value(run: &Run<'_>, layout: &CsvLayout, field: CsvField, order: &Order) -> Option<String> {
    let details = &order.details;
    match field {
        CsvField::PayoutId => Some(order.payout_id.to_string()),
        CsvField::Rail => Some(details.rail().name().to_owned()),
        CsvField::Name => name(details).map(bank_cell),
        CsvField::Amount => {
            let amount = decimal(order.amount, order.currency);
            Some(if layout.decimal_sign == ',' { amount.replace('.', ",") } else { amount })
        }
        CsvField::AmountMinor => Some(Decimal::from(order.amount).to_string()),
        CsvField::Currency => Some(order.currency.code().to_owned()),
        CsvField::Iban => iban(details).map(str::to_owned),
        CsvField::Bic => match details {
            PayoutDetails::Sepa { bic, .. } => bic.clone(),
            _ => None,
        },
        // GB, two check digits, four letters of the bank, six of the sort code, eight of the account (SWIFT registry).
        CsvField::SortCode => british(details).and_then(|iban| iban.get(8..14)).map(str::to_owned),
        CsvField::Account => match details {
            PayoutDetails::Ach { account, .. } => Some(account.clone()),
            _ => british(details).and_then(|iban| iban.get(14..22)).map(str::to_owned),
        },
        CsvField::Routing => match details {
            PayoutDetails::Ach { routing, .. } => Some(routing.clone()),
            _ => None,
        },
        CsvField::Email => match details {
            PayoutDetails::Paypal { email } | PayoutDetails::Wise { email, .. } => Some(email.clone()),
            _ => None,
        },
        CsvField::Address => match details {
            PayoutDetails::Manual { address, .. } => Some(bank_cell(&address.join(", "))),
            _ => None,
        },
        CsvField::Reference => Some(bank_cell(&run.reference())),
        CsvField::Date => Some(run.execute_on.to_string()),
    }
}

fn name(details: &PayoutDetails) -> Option<&str> {
    match details {
        PayoutDetails::Manual { name, .. } => Some(name),
        PayoutDetails::Sepa { holder, .. } | PayoutDetails::Ach { holder, .. } | PayoutDetails::Wise { holder, .. } => {
            Some(holder)
        }
        PayoutDetails::Paypal { .. } | PayoutDetails::StoreCredit {} => None,
    }
}

fn iban(details: &PayoutDetails) -> Option<&str> {
    match details {
        PayoutDetails::Sepa { iban, .. } => Some(iban),
        _ => None,
    }
}

fn british(details: &PayoutDetails) -> Option<&str> {
    iban(details).filter(|iban| iban.starts_with("GB"))
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::samples::{ach_order, manual_order, payer, paypal_order, run_of, sepa_order};
    use super::*;
    use crate::domain::payer::Payer;
    use crate::domain::payout_details::HolderKind;

    fn text(orders: &[Order], csv: Option<serde_json::Value>) -> String {
        let csv = csv.map(|json| serde_json::from_value(json).expect("a layout"));
        let payer = Payer { csv, ..payer() }.checked().expect("a payer");
        let files = Format::named("csv").expect("a format").write(&run_of(orders, &payer)).expect("a file");
        String::from_utf8(files[0].bytes.clone()).expect("UTF-8")
    }

    #[test]
    fn a_british_table_is_a_layout_like_any_other() {
        let mut order = sepa_order(1, 12_345, "Bartholomew Featherstonehaugh");
        order.details = PayoutDetails::Sepa {
            holder: "Bartholomew Featherstonehaugh".to_owned(),
            iban: "GB29NWBK60161331926819".to_owned(),
            bic: None,
        };
        let layout = serde_json::json!({"header": false, "columns": [
            {"field": "sort_code"}, {"field": "account"}, {"field": "name", "longest": 18}, {"field": "amount"},
            {"field": "reference", "longest": 18}, {"text": "99"},
        ]});
        assert_eq!(text(&[order], Some(layout)), "601613,31926819,Bartholomew Feathe,123.45,Referral commissio,99\r\n");
    }

    #[test]
    fn without_a_layout_there_is_everything_of_every_rail() {
        let orders = [
            sepa_order(1, 100, "=Zoë"),
            ach_order(2, 200, "Joe", HolderKind::Person),
            paypal_order(3, 300, "USD", "p@example.com"),
            manual_order(4, 400, "EUR", "Ann"),
        ];
        let text = text(&orders, None);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
        assert_eq!(rows.len(), 4);
        assert_eq!((&rows[0][2], &rows[0][3], &rows[0][5]), ("Zoë", "1.00", "DE89370400440532013000"));
        assert_eq!((&rows[1][7], &rows[1][8]), ("021000021", "000123456789"));
        assert_eq!((&rows[2][1], &rows[2][9]), ("paypal", "p@example.com"));
        assert_eq!(&rows[3][10], "1 Main St, 48201 Detroit");
        assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@'])));
    }

    #[test]
    fn decimals_and_separators_are_the_banks() {
        let layout = serde_json::json!({"separator": ";", "decimal_sign": ",", "columns": [{"header": "Betrag", "field": "amount"}, {"header": "Cent", "field": "amount_minor"}]});
        assert_eq!(text(&[sepa_order(1, 123_456, "A")], Some(layout)), "Betrag;Cent\r\n1234,56;123456\r\n");
    }
}
