//! Cheques to be written or printed: a list to work through, then a sheet for each with the amount in
//! words, the address for the window of the envelope, and a stub. No bank's line of digits is printed:
//! that stands on the shop's own stock.

use super::words::in_words;
use super::{Order, PaymentFile, Run, Unwritten, decimal, end_to_end};
use crate::domain::payer::{ChequeLanguage, ChequeStyle};
use crate::domain::payout_details::PayoutDetails;
use crate::print::{Column, Document, Paper, PrintError, Table};

/// What is printed, in one language.
struct Words {
    code: &'static str,
    title: &'static str,
    payee: &'static str,
    amount: &'static str,
    memo: &'static str,
    date: &'static str,
    number: &'static str,
    words: &'static str,
    address: &'static str,
    payer: &'static str,
    cheque: &'static str,
}

const ENGLISH: Words = Words {
    code: "en",
    title: "Cheques",
    payee: "Pay to the order of",
    amount: "Amount",
    memo: "Memo",
    date: "Date",
    number: "No.",
    words: "In words",
    address: "Address",
    payer: "Drawer",
    cheque: "Cheque",
};

const GERMAN: Words = Words {
    code: "de",
    title: "Schecks",
    payee: "Zahlen Sie an",
    amount: "Betrag",
    memo: "Verwendungszweck",
    date: "Datum",
    number: "Nr.",
    words: "In Worten",
    address: "Anschrift",
    payer: "Aussteller",
    cheque: "Scheck",
};

pub(super) fn write(run: &Run<'_>) -> Result<Vec<PaymentFile>, Unwritten> {
    let style = run.payer.cheque.unwrap_or(ChequeStyle { language: ChequeLanguage::En, letter_paper: false });
    let words = match style.language {
        ChequeLanguage::En => &ENGLISH,
        ChequeLanguage::De => &GERMAN,
    };
    let paper = if style.letter_paper { Paper::Letter } else { Paper::A4 };
    let mut list = Table::new([
        Column::left(words.number),
        Column::left(words.payee),
        Column::right(words.amount),
        Column::left(words.memo),
    ]);
    for (place, order) in run.orders.iter().enumerate() {
        let (name, _) = payee(order)?;
        let amount = format!("{} {}", decimal(order.amount, order.currency), order.currency);
        list.row([(place + 1).to_string(), name.to_owned(), amount, memo(run, order)]);
    }
    let mut document = Document::new(words.title, words.code, run.approved_at)
        .paper(paper)
        .pairs([(words.payer, run.payer.name.clone().unwrap_or_default()), (words.date, run.execute_on.to_string())])
        .table(list);
    for (place, order) in run.orders.iter().enumerate() {
        let (name, address) = payee(order)?;
        document = document.page().heading(&format!("{} {}", words.cheque, place + 1)).pairs([
            (words.date, run.execute_on.to_string()),
            (words.payee, name.to_owned()),
            (words.amount, format!("**{}** {}", decimal(order.amount, order.currency), order.currency)),
            (words.words, in_words(order.amount, order.currency, style.language)),
            (words.memo, memo(run, order)),
        ]);
        document = document.pairs(address.iter().enumerate().map(|(line, text)| {
            let label = if line == 0 { words.address } else { "" };
            (label, text.clone())
        }));
    }
    let bytes = document.render().map_err(|error: PrintError| Unwritten::Fault(error.to_string()))?;
    Ok(vec![run.file("cheques", None, "application/pdf", "pdf", bytes)])
}

fn payee(order: &Order) -> Result<(&str, &[String]), Unwritten> {
    match &order.details {
        PayoutDetails::Manual { name, address } => Ok((name, address)),
        _ => Err(Unwritten::Order(order.payout_id, "goes another way")),
    }
}

/// The reference, and enough of the payout's id to find it again.
fn memo(run: &Run<'_>, order: &Order) -> String {
    format!("{} {}", run.reference(), end_to_end(order.payout_id, 8))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{manual_order, payer, run_of};
    use super::super::{Format, Order};
    use super::*;
    use crate::domain::payer::Payer;

    #[test]
    fn cheques_are_printed_alike_for_the_same_batch() {
        let orders: Vec<Order> = (1..=60).map(|place| manual_order(place, 12_345, "USD", "Zoë Ångström 王")).collect();
        let cheque = Some(ChequeStyle { language: ChequeLanguage::De, letter_paper: true });
        let payer = Payer { cheque, ..payer() };
        let write = || Format::named("manual").expect("a format").write(&run_of(&orders, &payer)).expect("a file");
        let files = write();
        assert!(files[0].bytes.starts_with(b"%PDF-") && files[0].name.ends_with(".pdf"));
        assert_eq!(files, write());
    }
}
