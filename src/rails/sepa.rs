//! SEPA credit transfers as ISO 20022 pain.001.001.09, after the EPC's customer-to-bank guidelines
//! (EPC132-08): one payment information for the day and account, one transaction a payout.

use std::fmt::Write as _;

use super::{Order, PaymentFile, Run, Unwritten, decimal, end_to_end, incomplete};
use crate::domain::latin::sepa_text;
use crate::domain::money::Currency;
use crate::domain::payout_details::PayoutDetails;

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

/// Characters of a name, and of what the recipient reads (EPC132-08).
const NAME: usize = 70;
const REMITTANCE: usize = 140;

/// Where the creditor's bank is not told, for its IBAN tells it; a `BICFI` of that text would be wrong.
const NO_BANK: &str = "<Othr><Id>NOTPROVIDED</Id></Othr>";

pub(super) fn write(run: &Run<'_>) -> Result<Vec<PaymentFile>, Unwritten> {
    let (Some(name), Some(iban)) = (run.payer.name.as_deref(), run.payer.iban.as_deref()) else {
        return Err(incomplete(&[("/name", run.payer.name.is_some()), ("/iban", run.payer.iban.is_some())]));
    };
    let mut transactions = String::new();
    let mut sum: i64 = 0;
    for order in run.orders {
        sum = sum.checked_add(order.amount).ok_or(Unwritten::Batch("is more than a file can say"))?;
        transaction(&mut transactions, run, order)?;
    }
    let totals = format!("<NbOfTxs>{}</NbOfTxs><CtrlSum>{}</CtrlSum>", run.orders.len(), decimal(sum, Currency::EUR));
    // The same batch has the same name for ever, and a bank takes a name once.
    let message = run.batch_id.uuid().simple();
    let payer = escaped(&sepa_text(name, NAME));
    let bank = run.payer.bic.as_deref().map_or_else(|| NO_BANK.to_owned(), |bic| format!("<BICFI>{}</BICFI>", escaped(bic)));
    let made = run.made();
    let xml = format!(
        concat!(
            r#"<?xml version="1.0" encoding="UTF-8"?>"#,
            "\n<Document xmlns=\"{namespace}\"><CstmrCdtTrfInitn>\n",
            "<GrpHdr><MsgId>{message}</MsgId><CreDtTm>{made}</CreDtTm>{totals}<InitgPty><Nm>{payer}</Nm></InitgPty></GrpHdr>\n",
            "<PmtInf><PmtInfId>{message}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>{totals}",
            "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf><ReqdExctnDt><Dt>{day}</Dt></ReqdExctnDt>",
            "<Dbtr><Nm>{payer}</Nm></Dbtr><DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct>",
            "<DbtrAgt><FinInstnId>{bank}</FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>\n",
            "{transactions}</PmtInf>\n</CstmrCdtTrfInitn></Document>\n",
        ),
        namespace = NAMESPACE,
        message = message,
        made = made,
        totals = totals,
        payer = payer,
        day = run.execute_on,
        iban = escaped(iban),
        bank = bank,
        transactions = transactions,
    );
    Ok(vec![run.file("sepa", None, "application/xml", "xml", xml.into_bytes())])
}

fn transaction(xml: &mut String, run: &Run<'_>, order: &Order) -> Result<(), Unwritten> {
    let PayoutDetails::Sepa { holder, iban, bic } = &order.details else {
        return Err(Unwritten::Order(order.payout_id, "goes another way"));
    };
    let key = end_to_end(order.payout_id, 32);
    let bank = bic.as_deref().map(|bic| format!("<CdtrAgt><FinInstnId><BICFI>{}</BICFI></FinInstnId></CdtrAgt>", escaped(bic)));
    let text = sepa_text(&run.reference(), REMITTANCE);
    let remittance = if text.is_empty() { text } else { format!("<RmtInf><Ustrd>{}</Ustrd></RmtInf>", escaped(&text)) };
    let written = writeln!(
        xml,
        "<CdtTrfTxInf><PmtId><EndToEndId>{key}</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"EUR\">{amount}</InstdAmt></Amt>\
         {bank}<Cdtr><Nm>{name}</Nm></Cdtr><CdtrAcct><Id><IBAN>{iban}</IBAN></Id></CdtrAcct>{remittance}</CdtTrfTxInf>",
        amount = decimal(order.amount, order.currency),
        bank = bank.unwrap_or_default(),
        name = escaped(&sepa_text(holder, NAME)),
        iban = escaped(iban),
    );
    written.map_err(|error| Unwritten::Fault(error.to_string()))
}

/// Text between tags (XML 1.0 §2.4). The letters left by `sepa_text` need none of it; what is not a
/// name goes through it all the same.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            _ => safe.push(sign),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::super::samples::{payer, run_of, sepa_order};
    use super::super::{Format, Unwritten};
    use crate::domain::payer::Payer;

    fn written(orders: &[super::Order], payer: &Payer) -> Result<String, Unwritten> {
        let files = Format::named("sepa").expect("a format").write(&run_of(orders, payer))?;
        Ok(String::from_utf8(files[0].bytes.clone()).expect("UTF-8"))
    }

    #[test]
    fn a_file_says_who_pays_whom_and_adds_up() {
        let orders = [sepa_order(1, 1, "Zoë <b>&'\""), sepa_order(2, 99_999_999_999, &"Θ".repeat(70))];
        let xml = written(&orders, &payer()).expect("a file");
        assert!(xml.contains("<NbOfTxs>2</NbOfTxs><CtrlSum>1000000000.00</CtrlSum>"));
        assert!(xml.contains("<InstdAmt Ccy=\"EUR\">0.01</InstdAmt>"));
        assert!(xml.contains("<Nm>Zoe .b.+&apos;.</Nm>"), "{xml}");
        assert!(xml.contains(&format!("<Nm>{}</Nm>", "TH".repeat(35))), "the length is cut after the spelling");
        assert!(xml.contains("<ReqdExctnDt><Dt>2026-11-30</Dt></ReqdExctnDt>"));
        assert!(xml.contains("<DbtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></DbtrAgt>"));
        assert!(xml.contains("<Ustrd>Referral commission 2026-11</Ustrd>"));
        assert_eq!(written(&orders, &payer()), Ok(xml), "the same batch gives the same bytes");
    }

    #[test]
    fn the_bank_is_not_needed_and_never_made_up() {
        let xml = written(&[sepa_order(1, 5, "A")], &Payer { bic: None, ..payer() }).expect("a file");
        assert!(xml.contains("<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>"));
        assert!(!xml.contains("<CdtrAgt>") && !xml.contains("<BICFI>"));
    }

    #[test]
    fn what_is_missing_or_does_not_fit_is_told() {
        let Err(Unwritten::PayerIncomplete(faults)) = written(&[sepa_order(1, 5, "A")], &Payer::default()) else {
            panic!("a file without a payer")
        };
        assert_eq!(faults.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(), ["/name", "/iban"]);
        assert_eq!(written(&[], &payer()), Err(Unwritten::Nothing));
        assert!(matches!(written(&[sepa_order(1, 100_000_000_000, "A")], &payer()), Err(Unwritten::Order(..))));
    }
}
