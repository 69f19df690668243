//! Files for the American clearing house (NACHA Operating Rules, Appendix Three): lines of 94 signs in
//! blocks of ten, credits only; PPD entries to persons, CCD entries to firms.

use super::{Order, PaymentFile, Run, Unwritten, end_to_end, incomplete};
use crate::domain::latin::ach_text;
use crate::domain::payer::AchOrigin;
use crate::domain::payout_details::{AccountKind, HolderKind, PayoutDetails};

/// Signs of a line, and lines of a block.
const LINE: usize = 94;
const BLOCK: usize = 10;

/// The kind of payment unless the payer says otherwise.
const DESCRIPTION: &str = "REFERRAL";

/// Digits of the name under which an entry comes back.
pub(super) const KEY: usize = 15;

/// What the controls of a batch and of the file count.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    batches: u64,
    entries: u64,
    hash: u64,
    credit: i64,
}

struct Sheet<'a> {
    run: &'a Run<'a>,
    origin: &'a AchOrigin,
    company: String,
    lines: Vec<String>,
    /// Numbers entries over all batches.
    traced: u64,
}

pub(super) fn write(run: &Run<'_>) -> Result<Vec<PaymentFile>, Unwritten> {
    let (Some(name), Some(origin)) = (run.payer.name.as_deref(), run.payer.ach.as_ref()) else {
        return Err(incomplete(&[("/name", run.payer.name.is_some()), ("/ach", run.payer.ach.is_some())]));
    };
    let mut sheet = Sheet { run, origin, company: ach_text(name, 23), lines: Vec::new(), traced: 0 };
    sheet.head();
    let mut file = Sums::default();
    for (kind, class) in [(HolderKind::Person, "PPD"), (HolderKind::Business, "CCD")] {
        let orders: Vec<&Order> = run.orders.iter().filter(|order| holder_kind(order) == Some(kind)).collect();
        if orders.is_empty() {
            continue;
        }
        file.batches += 1;
        let batch = sheet.batch(class, file.batches, &orders)?;
        file.entries += batch.entries;
        file.hash += batch.hash;
        file.credit = file.credit.checked_add(batch.credit).ok_or(TOO_MUCH)?;
    }
    sheet.foot(&file)?;
    if let Some(broken) = sheet.lines.iter().find(|line| line.chars().count() != LINE || !line.is_ascii()) {
        return Err(Unwritten::Fault(format!("a line of {} signs", broken.chars().count())));
    }
    let bytes = sheet.lines.iter().flat_map(|line| [line.as_bytes(), b"\r\n"].concat()).collect();
    Ok(vec![run.file("ach", None, "text/plain; charset=us-ascii", "ach", bytes)])
}

const TOO_MUCH: Unwritten = Unwritten::Batch("is more than a file of the clearing house can say; pay it in two batches");

/// Twelve digits of cents.
const SUM_MAX: i64 = 999_999_999_999;

/// Six digits of entries in a batch.
const ENTRIES_MAX: u64 = 999_999;

impl Sheet<'_> {
    fn head(&mut self) {
        let made = self.run.made();
        // 2026-11-26T20:15:00Z as 261126 and 2015.
        let digits: String = made.chars().filter(char::is_ascii_digit).skip(2).take(10).collect();
        let origin = self.origin.immediate_origin.as_deref().unwrap_or(&self.origin.company_id);
        self.lines.push(format!(
            "101 {:9}{origin:>10}{digits:10}A094101{:23}{:23}{:8}",
            self.origin.bank_routing,
            ach_text(&self.origin.bank_name, 23),
            self.company,
            "",
        ));
    }

    fn batch(&mut self, class: &str, number: u64, orders: &[&Order]) -> Result<Sums, Unwritten> {
        let description = self.origin.entry_description.as_deref().unwrap_or(DESCRIPTION);
        let day: String = self.run.execute_on.to_string().chars().filter(char::is_ascii_digit).skip(2).collect();
        let company: String = self.company.chars().take(16).collect();
        let odfi = self.odfi();
        self.lines.push(format!(
            "5220{company:16}{:20}{:10}{class:3}{description:10}{day:6}{day:6}   1{odfi:8}{number:07}",
            "", self.origin.company_id,
        ));
        let mut sums = Sums { batches: 1, ..Sums::default() };
        for order in orders {
            self.traced += 1;
            sums.entries += 1;
            sums.credit = sums.credit.checked_add(order.amount).filter(|sum| *sum <= SUM_MAX).ok_or(TOO_MUCH)?;
            sums.hash += self.entry(order)?;
        }
        if sums.entries > ENTRIES_MAX {
            return Err(TOO_MUCH);
        }
        self.lines.push(format!(
            "8220{:06}{:010}{:012}{:012}{:10}{:19}{:6}{odfi:8}{number:07}",
            sums.entries,
            sums.hash % 10_000_000_000,
            0,
            sums.credit,
            self.origin.company_id,
            "",
            "",
        ));
        Ok(sums)
    }

    /// Writes an entry; what it adds to the hash is the bank it goes to.
    fn entry(&mut self, order: &Order) -> Result<u64, Unwritten> {
        let PayoutDetails::Ach { holder, routing, account, account_kind, .. } = &order.details else {
            return Err(Unwritten::Order(order.payout_id, "goes another way"));
        };
        let code = match account_kind {
            AccountKind::Checking => 22,
            AccountKind::Savings => 32,
        };
        let key = end_to_end(order.payout_id, KEY).to_ascii_uppercase();
        let odfi = self.odfi();
        self.lines.push(format!(
            "6{code}{routing:9}{account:17}{:010}{key:15}{:22}  0{odfi:8}{:07}",
            order.amount,
            ach_text(holder, 22),
            self.traced % 10_000_000,
        ));
        let bank = routing.get(..8).and_then(|digits| digits.parse().ok());
        bank.ok_or(Unwritten::Order(order.payout_id, "has no routing number"))
    }

    fn foot(&mut self, file: &Sums) -> Result<(), Unwritten> {
        if file.credit > SUM_MAX {
            return Err(TOO_MUCH);
        }
        let blocks = (self.lines.len() + 1).div_ceil(BLOCK);
        self.lines.push(format!(
            "9{:06}{blocks:06}{:08}{:010}{:012}{:012}{:39}",
            file.batches,
            file.entries,
            file.hash % 10_000_000_000,
            0,
            file.credit,
            "",
        ));
        self.lines.resize(blocks * BLOCK, "9".repeat(LINE));
        Ok(())
    }

    /// The bank that takes the file, without its check digit.
    fn odfi(&self) -> String {
        self.origin.bank_routing.chars().take(8).collect()
    }
}

const fn holder_kind(order: &Order) -> Option<HolderKind> {
    match &order.details {
        PayoutDetails::Ach { holder_kind, .. } => Some(*holder_kind),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ach_order, payer, run_of};
    use super::super::{Format, Order, Unwritten};
    use super::HolderKind::{Business, Person};
    use crate::domain::payer::Payer;

    fn lines(orders: &[Order]) -> Vec<String> {
        let payer = payer();
        let files = Format::named("ach").expect("a format").write(&run_of(orders, &payer)).expect("a file");
        let text = String::from_utf8(files[0].bytes.clone()).expect("ASCII");
        text.split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn every_line_has_94_signs_and_every_block_ten_lines() {
        for count in [1, 5, 6, 7, 16, 17, 100] {
            let orders: Vec<Order> =
                (1..=count).map(|place| ach_order(place, 100, "Zoë Ångström-Quartermaine III", Person)).collect();
            let lines = lines(&orders);
            assert_eq!(lines.len() % 10, 0, "{count}");
            assert!(lines.iter().all(|line| line.len() == 94 && line.is_ascii()), "{count}");
            let blocks: usize =
                lines.iter().find(|line| line.starts_with("900")).expect("a file control")[7..13].parse().expect("digits");
            assert_eq!(blocks * 10, lines.len());
        }
    }

    #[test]
    fn persons_and_firms_are_paid_in_batches_of_their_own() {
        let orders = [
            ach_order(1, 10_000, "Joe Girard", Person),
            ach_order(2, 25_050, "Tea & Co", Business),
            ach_order(3, 1, "Ann", Person),
        ];
        let lines = lines(&orders);
        let classes: Vec<&str> = lines.iter().filter(|line| line.starts_with('5')).map(|line| &line[50..53]).collect();
        assert_eq!(classes, ["PPD", "CCD"]);
        assert_eq!(&lines[0][..40], "101 02100002112345678902611262015A094101");
        assert_eq!(&lines[2][..39], "622021000021000123456789     0000010000");
        assert_eq!(&lines[2][54..76], "JOE GIRARD            ");
        let traces: Vec<&str> = lines.iter().filter(|line| line.starts_with('6')).map(|line| &line[79..94]).collect();
        assert_eq!(traces, ["021000020000001", "021000020000002", "021000020000003"]);
        let controls: Vec<&str> = lines.iter().filter(|line| line.starts_with('8')).map(|line| &line[4..44]).collect();
        assert_eq!(controls, ["0000020004200004000000000000000000010001", "0000010002100002000000000000000000025050"]);
        let file = lines.iter().find(|line| line.starts_with("900")).expect("a file control");
        assert_eq!(&file[1..55], "000002000001000000030006300006000000000000000000035051");
    }

    #[test]
    fn what_the_bank_gave_is_needed() {
        let payer = Payer { ach: None, name: None, ..payer() };
        let orders = [ach_order(1, 1, "A", Person)];
        let Err(Unwritten::PayerIncomplete(faults)) = Format::named("ach").expect("a format").write(&run_of(&orders, &payer))
        else {
            panic!("a file without an origin")
        };
        assert_eq!(faults.len(), 2);
    }

    #[test]
    fn sums_that_do_not_fit_their_fields_are_refused() {
        let payer = payer();
        let orders: Vec<Order> = (1..=101).map(|place| ach_order(place, 9_999_999_999, "A", Person)).collect();
        let written = Format::named("ach").expect("a format").write(&run_of(&orders, &payer));
        assert!(matches!(written, Err(Unwritten::Batch(_))));
    }
}
