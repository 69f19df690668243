//! Returns of the American clearing house: an entry (record 6) as it was sent, followed by an addenda
//! (record 7, type 99) with the reason. NACHA Operating Rules, Appendix Four.

use rust_decimal::Decimal;

use super::{Fate, LINES_MAX, Line, Report, Unread, Verdict, shown};
use crate::rails::nacha::KEY;

const LINE: usize = 94;

/// Whether `text` begins as a file of the clearing house does.
pub(super) fn is_one(text: &str) -> bool {
    text.starts_with("101") && text.lines().next().is_some_and(|line| line.trim_end_matches('\r').len() == LINE)
}

pub(super) fn read(text: &str) -> Result<Report, Unread> {
    let mut report = Report::default();
    let mut entry: Option<(String, Option<Decimal>)> = None;
    for (place, line) in text.lines().enumerate() {
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            continue;
        }
        if line.len() != LINE || !line.is_ascii() {
            return Err(Unread::Broken(format!("has {} signs in line {}, not {LINE}", line.chars().count(), place + 1)));
        }
        let field = |from: usize, to: usize| line.get(from..to).unwrap_or_default();
        match field(0, 1) {
            "6" => {
                let cents = field(29, 39).parse::<i64>().ok().map(|cents| Decimal::new(cents, 2));
                entry = Some((field(39, 39 + KEY).trim().to_owned(), cents));
            }
            "7" if field(1, 3) == "99" => {
                let Some((key, amount)) = entry.take() else { continue };
                if report.lines.len() >= LINES_MAX {
                    return Err(Unread::TooMany);
                }
                report.lines.push(Line { number: report.lines.len() + 1, key, amount, fate: returned(field(3, 6)) });
            }
            // A notification of change corrects an account and returns nothing.
            _ => {}
        }
    }
    Ok(report)
}

/// What a return code says.
pub(super) fn returned(code: &str) -> Fate {
    let words = match code {
        "R01" => "the account has too little money",
        "R02" => "the account is closed",
        "R03" => "there is no such account, or it is another person's",
        "R04" => "the account number has a wrong shape",
        "R05" => "the account is a person's and the payment was a firm's",
        "R06" => "the sending bank asked for it back",
        "R07" => "the permission was taken back",
        "R08" => "the payment was stopped",
        "R09" => "the money is not there yet",
        "R10" => "the recipient says he never agreed",
        "R11" => "the payment does not follow what was agreed",
        "R12" => "the branch was sold to another bank",
        "R13" => "the routing number is not of a bank in the clearing house",
        "R14" | "R15" => "the recipient or his trustee has died",
        "R16" => "the account is frozen",
        "R17" => "the entry has a faulty field",
        "R20" => "the account takes no transfers",
        "R23" => "the recipient refused the money",
        "R24" => "the bank has this payment already",
        "R29" => "the firm says it never agreed",
        "R31" => "the bank returns it with the consent of the sending bank",
        _ => "the bank returned it",
    };
    Fate { verdict: Verdict::Back, code: shown(code, 8), words: words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str) -> String {
        format!("622021000021{:17}{:010}{key:15}{:22}  1{:8}{:07}", "000123456789", 12_345, "JOE GIRARD", "02100002", 1)
    }

    #[test]
    fn a_return_names_its_entry_and_its_reason() {
        let file = [
            format!("101{:91}", " 021000021 123456789"),
            format!("5220{:90}", "TEA"),
            entry("DEF0123456789AB"),
            format!("799R03021000020000001      12345678{:44}021000020000009", "",).chars().take(94).collect::<String>(),
            entry("DEF0123456789AC"),
            format!("798C01{:88}", ""),
            "9".repeat(94),
        ];
        let file = file.map(|line| format!("{line:94}")).join("\r\n");
        let report = super::super::read(file.as_bytes()).expect("a report");
        assert_eq!(report.lines.len(), 1);
        assert_eq!(report.lines[0].key, "DEF0123456789AB");
        assert_eq!(report.lines[0].amount, Some(Decimal::new(12_345, 2)));
        assert_eq!((report.lines[0].fate.verdict, report.lines[0].fate.code.as_str()), (Verdict::Back, "R03"));
    }

    #[test]
    fn a_line_of_another_length_spoils_the_file() {
        let file = format!("101{:91}\n{}\n", "", &entry("DEF0123456789AB")[..90]);
        assert!(matches!(super::super::read(file.as_bytes()), Err(Unread::Broken(_))));
    }
}
