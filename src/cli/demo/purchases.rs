//! The purchase history that comes with the program; see PROVENANCE.md beside this file.

use std::io::Read;

use flate2::read::GzDecoder;

use crate::domain::instant::Instant;

/// One line per purchase: master id, sample id, date, CDs, dollars.
const SAMPLE: &[u8] = include_bytes!("cdnow_sample.txt.gz");

/// The first day of the history, in UTC.
pub(super) const FIRST_DAY: &str = "1997-01-01";

/// How many days the history has, up to 1998-06-30.
pub(super) const DAYS: usize = 546;

/// One purchase. Customers are numbered from 0 in the order of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Purchase {
    pub(super) customer: usize,
    /// The customer's number in the full data set.
    pub(super) master_id: String,
    /// Days since the first.
    pub(super) day: usize,
    pub(super) discs: i64,
    pub(super) cents: i64,
}

/// The first instant of the history.
pub(super) fn beginning() -> Result<Instant, String> {
    Instant::start_of_day(FIRST_DAY, "UTC").map_err(|fault| format!("{FIRST_DAY} {fault}"))
}

/// The whole history, in the order of the data.
pub(super) fn embedded() -> Result<Vec<Purchase>, String> {
    let mut text = String::new();
    GzDecoder::new(SAMPLE).read_to_string(&mut text).map_err(|error| format!("the purchase history cannot be read: {error}"))?;
    parse(&text)
}

/// Reads lines exactly of this shape, customers numbered without a gap and days ascending within each.
fn parse(text: &str) -> Result<Vec<Purchase>, String> {
    let start = beginning()?;
    let mut purchases: Vec<Purchase> = Vec::new();
    for (place, line) in text.split_terminator("\r\n").enumerate() {
        let wrong = |what: &str| format!("line {} of the purchase history {what}", place + 1);
        let purchase = purchase(line, start).ok_or_else(|| wrong("is not of the form id, id, date, CDs, dollars"))?;
        let in_order = match purchases.last() {
            None => purchase.customer == 0,
            Some(last) if last.customer == purchase.customer => last.day <= purchase.day && last.master_id == purchase.master_id,
            Some(last) => last.customer + 1 == purchase.customer && last.master_id != purchase.master_id,
        };
        if !in_order {
            return Err(wrong("does not follow from the line before"));
        }
        purchases.push(purchase);
    }
    Ok(purchases)
}

fn purchase(line: &str, start: Instant) -> Option<Purchase> {
    // A bare line feed is no line end here; the blanks between fields would hide it.
    if line.contains(['\r', '\n']) {
        return None;
    }
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let [master_id, sample_id, date, discs, dollars] = fields.as_slice() else { return None };
    let (whole, hundredths) = dollars.split_once('.')?;
    if hundredths.len() != 2 {
        return None;
    }
    Some(Purchase {
        customer: number(sample_id, 4)?.checked_sub(1)?,
        master_id: number(master_id, 5).map(|_| (*master_id).to_owned())?,
        day: day(date, start)?,
        discs: i64::try_from(number(discs, discs.len())?).ok()?,
        cents: i64::try_from(number(&format!("{whole}{hundredths}"), dollars.len() - 1)?).ok()?,
    })
}

/// Digits only, exactly `width` of them.
fn number(text: &str, width: usize) -> Option<usize> {
    let plain = text.len() == width && text.bytes().all(|sign| sign.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn day(date: &str, start: Instant) -> Option<usize> {
    number(date, 8)?;
    let dashed = format!("{}-{}-{}", date.get(..4)?, date.get(4..6)?, date.get(6..)?);
    let at = Instant::start_of_day(&dashed, "UTC").ok()?;
    let day = usize::try_from((at.seconds() - start.seconds()) / 86_400).ok()?;
    (at >= start && day < DAYS).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_is_whole() {
        let purchases = embedded().expect("the history");
        assert_eq!(purchases.len(), 6_919);
        assert_eq!(purchases.last().map(|last| last.customer + 1), Some(2_357));
        assert_eq!(purchases.iter().map(|purchase| purchase.cents).sum::<i64>(), 24_409_194);
        assert_eq!(purchases.iter().filter(|purchase| purchase.cents == 0).count(), 8);
        let first = Purchase { customer: 0, master_id: "00004".to_owned(), day: 0, discs: 2, cents: 2_933 };
        assert_eq!(purchases.first(), Some(&first));
    }

    #[test]
    fn a_line_that_is_not_as_it_should_be_is_named() {
        let good = " 00004 0001 19970101  2   29.33\r\n";
        assert_eq!(parse(good).map(|read| read.len()), Ok(1));
        for bad in [
            " 00004 0001 19970101  2   29.3\r\n",
            " 00004 0001 19970101  2   -9.33\r\n",
            " 00004 0001 19970101  2   2933\r\n",
            " 00004 0001 19970101  x   29.33\r\n",
            " 00004 0001 19961231  2   29.33\r\n",
            " 00004 0001 19980701  2   29.33\r\n",
            " 00004 0001 19970230  2   29.33\r\n",
            " 00004 0002 19970101  2   29.33\r\n",
            " 00004 0001 19970101  2   29.33 1\r\n",
            " 00004 0001 19970101  2   29.33\n",
        ] {
            let fault = parse(&format!("{good}{bad}")).expect_err(bad);
            assert!(fault.contains("line 2") || bad.ends_with("33\n"), "{bad}: {fault}");
        }
        assert!(parse(&format!("{good} 00004 0001 19961231  2 1.00\r\n")).is_err());
    }
}
