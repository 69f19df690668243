//! Batch files of Wise: the shop's own template, filled by the names of its columns. Columns that are
//! not known here stay empty; none is added, moved or renamed, for Wise refuses that.

use super::{Order, PaymentFile, Run, Unwritten, decimal, end_to_end, incomplete, table};
use crate::domain::cell::bank_cell;
use crate::domain::payout_details::PayoutDetails;

/// Transfers in one file.
const ROWS_MAX: usize = 1_000;

/// The template for payments by e-mail: Wise asks the recipient for his account.
const HEADER: &str = "name,recipientEmail,paymentReference,receiverType,amountCurrency,amount,sourceCurrency,targetCurrency";

pub(super) fn write(run: &Run<'_>) -> Result<Vec<PaymentFile>, Unwritten> {
    let Some(template) = run.payer.wise.as_ref() else { return Err(incomplete(&[("/wise", false)])) };
    let header = template.header.as_deref().unwrap_or(HEADER);
    let separator = [b';', b'\t'].into_iter().find(|sign| header.contains(char::from(*sign))).unwrap_or(b',');
    let names: Vec<String> = header.split(char::from(separator)).map(|name| name.trim().trim_matches('"').to_owned()).collect();
    let source = template.source_currency.code();
    let mut files = Vec::new();
    for (place, slice) in run.orders.chunks(ROWS_MAX).enumerate() {
        let mut rows = vec![names.clone()];
        for order in slice {
            rows.push(names.iter().map(|name| cell(name, run, order, source)).collect::<Result<_, _>>()?);
        }
        let part = (place > 0 || run.orders.len() > ROWS_MAX).then(|| (place + 1).to_string());
        files.push(run.file("wise", part.as_deref(), "text/csv; charset=utf-8; header=present", "csv", table(separator, rows)?));
    }
    Ok(files)
}

fn cell(name: &str, run: &Run<'_>, order: &Order, source: &str) -> Result<String, Unwritten> {
    let PayoutDetails::Wise { holder, email } = &order.details else {
        return Err(Unwritten::Order(order.payout_id, "goes another way"));
    };
    // Wise writes its names in camel case; people retype them.
    let plain: String = name.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    Ok(match plain.as_str() {
        "name" | "recipientname" => bank_cell(holder),
        "recipientemail" | "email" => email.clone(),
        // Without a known name of ours a status file could not be matched.
        "paymentreference" | "reference" => format!("{} {}", bank_cell(&run.reference()), end_to_end(order.payout_id, 8)),
        "amount" => decimal(order.amount, order.currency),
        // Fixed target: the recipient gets what is owed, whatever the rate.
        "amountcurrency" => "target".to_owned(),
        "sourcecurrency" => source.to_owned(),
        "targetcurrency" => order.currency.code().to_owned(),
        _ => String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{payer, run_of, wise_order};
    use super::super::{Format, Order, PaymentFile, Unwritten};
    use crate::domain::money::Currency;
    use crate::domain::payer::{Payer, WiseTemplate};

    fn files(orders: &[Order], header: Option<&str>) -> Result<Vec<PaymentFile>, Unwritten> {
        let wise = Some(WiseTemplate { header: header.map(str::to_owned), source_currency: Currency::EUR });
        let payer = Payer { wise, ..payer() };
        Format::named("wise").expect("a format").write(&run_of(orders, &payer))
    }

    fn text(files: &[PaymentFile]) -> String {
        String::from_utf8(files[0].bytes.clone()).expect("UTF-8")
    }

    #[test]
    fn the_owners_template_is_filled_by_name_and_keeps_its_columns() {
        let orders = [wise_order(1, 12_345, "GBP", "=Ann \"A\" O'Hara")];
        let filled = text(&files(&orders, Some("recipientId;name;amount;targetCurrency;myOwn;recipientEmail")).expect("a file"));
        assert_eq!(
            filled,
            "recipientId;name;amount;targetCurrency;myOwn;recipientEmail\r\n;\"Ann \"\"A\"\" O'Hara\";123.45;GBP;;wise1@example.com\r\n"
        );
    }

    #[test]
    fn without_a_template_recipients_are_asked_by_mail() {
        let filled = text(&files(&[wise_order(1, 500, "EUR", "Ann")], None).expect("a file"));
        let mut lines = filled.lines();
        assert_eq!(lines.next(), Some(super::HEADER));
        let row = lines.next().expect("a row");
        assert!(
            row.starts_with("Ann,wise1@example.com,Referral commission 2026-11 ") && row.ends_with(",,target,5.00,EUR,EUR"),
            "{row}"
        );
    }

    #[test]
    fn a_file_has_a_thousand_transfers_at_most() {
        let orders: Vec<Order> = (1..=1_001).map(|place| wise_order(place, 500, "EUR", "Ann")).collect();
        let files = files(&orders, None).expect("files");
        assert_eq!(files.len(), 2);
        assert!(files[1].name.ends_with("-2.csv"));
        assert_eq!(text(&files).lines().count(), 1_001);
    }

    #[test]
    fn the_balance_that_pays_must_be_known() {
        let payer = Payer { wise: None, ..payer() };
        let orders = [wise_order(1, 500, "EUR", "Ann")];
        let written = Format::named("wise").expect("a format").write(&run_of(&orders, &payer));
        assert!(matches!(written, Err(Unwritten::PayerIncomplete(_))));
    }
}
