//! The customer payment status report, ISO 20022 pain.002 of any version: group, payment information and
//! transaction each have a status; the innermost counts. Namespaces and prefixes vary, so only the local
//! names are read. Document types are refused, so that no entity is ever declared, let alone unfolded.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use rust_decimal::Decimal;

use super::{Fate, LINES_MAX, Line, Report, Unread, Verdict, shown};

/// Elements inside each other: the schema has fewer than 15.
const DEPTH_MAX: usize = 32;

/// Characters of one text: the longest of the schema has 140.
const TEXT_MAX: usize = 1_000;

/// Notes of a bank on one payment that are kept.
const NOTES_MAX: usize = 400;

#[derive(Default)]
struct Found {
    status: Option<String>,
    code: Option<String>,
    notes: String,
    key: Option<String>,
    amount: Option<Decimal>,
}

#[derive(Default)]
struct Reading {
    path: Vec<String>,
    text: String,
    report: Report,
    group: Found,
    info: Found,
    transaction: Found,
    is_one: bool,
}

pub(super) fn read(xml: &str) -> Result<Report, Unread> {
    let broken = |error: &dyn std::fmt::Display| Unread::Broken(format!("is not well-formed XML: {error}"));
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut reading = Reading::default();
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(tag) => {
                if reading.path.len() >= DEPTH_MAX {
                    return Err(Unread::Hostile("elements too deep inside each other"));
                }
                let name = tag.local_name();
                reading.begin(name.as_ref());
            }
            Event::End(_) => reading.end()?,
            Event::Text(text) => reading.take(&text.xml10_content())?,
            Event::CData(text) => reading.take(&text.xml10_content())?,
            Event::GeneralRef(entity) => reading.take(&resolved(&entity)?)?,
            Event::DocType(_) => return Err(Unread::Hostile("a document type")),
            Event::Eof => break,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    if !reading.path.is_empty() {
        return Err(Unread::Broken("breaks off before its end".to_owned()));
    }
    if !reading.is_one {
        return Err(Unread::Unknown);
    }
    Ok(reading.report)
}

/// One of the five entities of XML itself, or a character by its number.
fn resolved(entity: &BytesRef<'_>) -> Result<String, Unread> {
    if let Ok(Some(sign)) = entity.resolve_char_ref() {
        return Ok(sign.to_string());
    }
    let name = entity.xml10_content();
    Ok(match name.as_ref() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => return Err(Unread::Hostile("an entity of its own")),
    }
    .to_owned())
}

impl Reading {
    fn begin(&mut self, name: &str) {
        self.path.push(name.to_owned());
        self.text.clear();
        match name {
            "CstmrPmtStsRpt" => self.is_one = true,
            "OrgnlPmtInfAndSts" => self.info = Found::default(),
            "TxInfAndSts" => self.transaction = Found::default(),
            _ => {}
        }
    }

    fn take(&mut self, text: &str) -> Result<(), Unread> {
        if self.text.len() + text.len() > TEXT_MAX {
            // White space between elements may be long; nothing else may.
            if text.trim().is_empty() {
                return Ok(());
            }
            return Err(Unread::Hostile("a text longer than any field"));
        }
        self.text.push_str(text);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Unread> {
        let Some(name) = self.path.pop() else { return Ok(()) };
        let text = std::mem::take(&mut self.text).trim().to_owned();
        let inside = |outer: &str| self.path.iter().any(|one| one == outer);
        let (in_reason, in_reference) = (inside("StsRsnInf"), inside("OrgnlTxRef"));
        let found = if inside("TxInfAndSts") {
            &mut self.transaction
        } else if inside("OrgnlPmtInfAndSts") {
            &mut self.info
        } else {
            &mut self.group
        };
        match name.as_str() {
            "OrgnlMsgId" => self.report.message = Some(shown(&text, 35)),
            "GrpSts" | "PmtInfSts" | "TxSts" => found.status = Some(shown(&text, 4)),
            "Cd" | "Prtry" if in_reason => found.code = Some(shown(&text, 35)),
            "AddtlInf" if in_reason => {
                let notes = format!("{} {text}", found.notes);
                found.notes = shown(&notes, NOTES_MAX);
            }
            "OrgnlEndToEndId" => found.key = Some(shown(&text, 35)),
            "InstdAmt" if in_reference => found.amount = text.parse().ok(),
            "TxInfAndSts" => self.line()?,
            "OrgnlPmtInfAndSts" => self.others(false),
            "CstmrPmtStsRpt" => self.others(true),
            _ => {}
        }
        Ok(())
    }

    fn line(&mut self) -> Result<(), Unread> {
        let found = std::mem::take(&mut self.transaction);
        let Some(key) = found.key.clone() else { return Ok(()) };
        if self.report.lines.len() >= LINES_MAX {
            return Err(Unread::TooMany);
        }
        // A transaction without a status of its own has that of the payment information, else of the group.
        let outer = [&self.info, &self.group].into_iter().find(|outer| outer.status.is_some());
        let status = found.status.as_deref().or_else(|| outer.and_then(|outer| outer.status.as_deref())).unwrap_or_default();
        let fate = fate(status, &found);
        self.report.lines.push(Line { number: self.report.lines.len() + 1, key, amount: found.amount, fate });
        Ok(())
    }

    /// What became of payments that the report does not name: the payment information's status, for
    /// our files have one, else the group's. `PART` says nothing of them.
    fn others(&mut self, group: bool) {
        let found = if group { &self.group } else { &self.info };
        let Some(status) = found.status.as_deref().filter(|status| *status != "PART") else { return };
        if !group || self.report.others.is_none() {
            self.report.others = Some(fate(status, found));
        }
    }
}

/// What a status means (ISO 20022 external code list, payment status; in SEPA nothing is final before ACSC or RJCT).
fn fate(status: &str, found: &Found) -> Fate {
    let (verdict, words) = match status {
        "ACSC" | "ACCC" => (Verdict::Paid, "paid"),
        "RJCT" | "CANC" => (Verdict::Back, "refused by the bank"),
        "ACSP" => (Verdict::InProgress, "accepted, settlement in process"),
        "ACWC" => (Verdict::InProgress, "accepted with a change"),
        "ACCP" | "ACTC" | "ACFC" => (Verdict::InProgress, "accepted after checks"),
        "PART" => (Verdict::InProgress, "accepted in part"),
        "PDNG" | "RCVD" => (Verdict::InProgress, "waiting at the bank"),
        _ => (Verdict::InProgress, "in a state that is not known here"),
    };
    let code = found.code.as_deref().unwrap_or(status);
    let mut said = found.code.as_deref().and_then(reason).unwrap_or(words).to_owned();
    if !found.notes.is_empty() {
        said = format!("{said}: {}", found.notes);
    }
    Fate { verdict, code: code.to_owned(), words: said }
}

/// Reasons that banks give (ISO 20022 external code list, status reason).
fn reason(code: &str) -> Option<&'static str> {
    Some(match code {
        "AC01" => "the account number is wrong",
        "AC02" => "the shop's account number is wrong",
        "AC04" => "the account is closed",
        "AC06" => "the account is blocked",
        "AC13" => "the account is of the wrong kind",
        "AG01" => "payments to this account are forbidden",
        "AG02" => "the bank does not take this kind of payment",
        "AM01" => "the amount is zero",
        "AM02" => "the amount is more than allowed",
        "AM03" => "the account takes no payments in this currency",
        "AM04" => "the shop's account has too little money",
        "AM05" => "the bank has this payment already",
        "AM09" => "the amount is wrong",
        "BE01" => "the name does not belong to the account",
        "BE04" => "the recipient's address is missing",
        "BE05" => "the payer is not known to the bank",
        "CUST" => "the shop or the recipient asked for it",
        "DT01" => "the date is wrong",
        "DUPL" => "the bank has this payment already",
        "ED05" => "settlement failed",
        "FF01" => "the file has a fault",
        "MD07" => "the recipient has died",
        "MS02" => "the recipient's bank gives no reason, at his wish",
        "MS03" => "the bank gives no reason",
        "RC01" => "the bank's code is wrong",
        "RR01" | "RR02" | "RR03" | "RR04" => "a rule of the authorities asks for more about payer or recipient",
        "TM01" => "the file came after the bank's closing time",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(body: &str) -> Result<Report, Unread> {
        super::super::read(format!(
            "<?xml version=\"1.0\"?>\n<p:Document xmlns:p=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><p:CstmrPmtStsRpt>\
             <p:GrpHdr><p:MsgId>X</p:MsgId></p:GrpHdr>{body}</p:CstmrPmtStsRpt></p:Document>"
        ).as_bytes())
    }

    #[test]
    fn each_transaction_has_its_own_fate() {
        let body = "<OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
            <OrgnlPmtInfAndSts><OrgnlPmtInfId>M1</OrgnlPmtInfId>
            <TxInfAndSts><OrgnlEndToEndId>aaaa0001</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>
            <TxInfAndSts><OrgnlEndToEndId>aaaa0002</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn>
              <AddtlInf>Konto &amp; Depot</AddtlInf><AddtlInf><![CDATA[<geschlossen>]]></AddtlInf></StsRsnInf>
              <OrgnlTxRef><Amt><InstdAmt Ccy=\"EUR\">12.50</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
            <TxInfAndSts><OrgnlEndToEndId>aaaa0003</OrgnlEndToEndId><TxSts>PDNG</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>";
        let report = report(body).expect("a report");
        assert_eq!((report.message.as_deref(), report.others.as_ref()), (Some("M1"), None));
        let fates: Vec<(Verdict, &str, &str)> =
            report.lines.iter().map(|line| (line.fate.verdict, line.fate.code.as_str(), line.fate.words.as_str())).collect();
        assert_eq!(
            fates,
            [
                (Verdict::Paid, "ACSC", "paid"),
                (Verdict::Back, "AC04", "the account is closed: Konto & Depot <geschlossen>"),
                (Verdict::InProgress, "PDNG", "waiting at the bank"),
            ]
        );
        assert_eq!(report.lines[1].amount, Some(Decimal::new(1_250, 2)));
    }

    #[test]
    fn a_whole_file_can_be_paid_or_refused_at_once() {
        let whole = |status: &str| {
            let body = format!(
                "<OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId><GrpSts>{status}</GrpSts><StsRsnInf><Rsn><Prtry>X1</Prtry></Rsn>\
                 </StsRsnInf></OrgnlGrpInfAndSts>"
            );
            report(&body).expect("a report").others.map(|fate| (fate.verdict, fate.code))
        };
        assert_eq!(whole("RJCT"), Some((Verdict::Back, "X1".to_owned())));
        assert_eq!(whole("ACSC"), Some((Verdict::Paid, "X1".to_owned())));
        assert_eq!(whole("ACCP"), Some((Verdict::InProgress, "X1".to_owned())));
        assert_eq!(whole("PART"), None);
    }

    #[test]
    fn hostile_files_are_refused_whole() {
        let bomb = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"x\"><!ENTITY c \"&b;&b;\">]><Document><CstmrPmtStsRpt>&c;</CstmrPmtStsRpt></Document>";
        assert_eq!(super::super::read(bomb.as_bytes()), Err(Unread::Hostile("a document type")));
        assert_eq!(report("<a>&b;</a>"), Err(Unread::Hostile("an entity of its own")));
        assert!(matches!(report(&"<a>".repeat(100)), Err(Unread::Hostile(_) | Unread::Broken(_))));
        assert!(matches!(report(&format!("<a>{}</a>", "x".repeat(2_000))), Err(Unread::Hostile(_))));
        assert!(matches!(report("<a></b>"), Err(Unread::Broken(_))));
        assert_eq!(super::super::read(b"<Document><Other/></Document>"), Err(Unread::Unknown));
        assert!(matches!(super::super::read(b"<Document><CstmrPmtStsRpt>"), Err(Unread::Broken(_))));
    }
}
