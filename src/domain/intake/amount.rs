//! Amounts as people and programs write them: `1.234,56 €`, `1,234.56`, `(12.00)`, `12-`.

use rust_decimal::Decimal;

use crate::domain::money::Currency;

/// What stands between whole units and their parts in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalSign {
    /// `1,234.56`.
    Point,
    /// `1.234,56`.
    Comma,
}

/// What samples of a file's amounts say about its decimal sign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DecimalVotes {
    point: u32,
    comma: u32,
    /// A cell such as `1.234` was seen, which may be either.
    open: bool,
}

impl DecimalVotes {
    /// Looks at one cell.
    pub fn look(&mut self, text: &str) {
        let bare = strip(text).0;
        let (point, comma) = (bare.rfind('.'), bare.rfind(','));
        let last = match (point, comma) {
            (Some(point), Some(comma)) => point > comma,
            // Three digits behind a single sign may be thousands: no vote.
            (Some(point), None) if decides(&bare, point, '.') => true,
            (None, Some(comma)) if decides(&bare, comma, ',') => false,
            (None, None) => return,
            (None, Some(_)) | (Some(_), None) => {
                self.open = true;
                return;
            }
        };
        if last {
            self.point += 1;
        } else {
            self.comma += 1;
        }
    }

    /// The sign most cells vote for.
    ///
    /// # Errors
    /// When the file has amounts that could be read either way, and no other.
    pub const fn winner(self) -> Result<DecimalSign, &'static str> {
        match (self.point, self.comma) {
            (0, 0) if self.open => {
                Err("never shows whether 1.234 is a little over one or over a thousand; say --decimal point or --decimal comma")
            }
            (point, comma) if point >= comma => Ok(DecimalSign::Point),
            _ => Ok(DecimalSign::Comma),
        }
    }
}

fn decides(text: &str, place: usize, sign: char) -> bool {
    let behind = text.len() - place - 1;
    text.matches(sign).count() == 1 && (behind != 3 || text.starts_with('0') || place > 3)
}

/// The digits and signs of a cell, and whether it is negative.
fn strip(text: &str) -> (String, bool) {
    let text = text.trim();
    let wrapped = text.starts_with('(') && text.ends_with(')');
    let bare: String = text
        .chars()
        .map(|sign| if sign == '\u{2212}' { '-' } else { sign })
        .filter(|sign| sign.is_ascii_digit() || matches!(sign, '.' | ',' | '-' | '+'))
        .collect();
    let minus = bare.starts_with('-') || bare.ends_with('-');
    (bare.trim_matches(['-', '+']).to_owned(), wrapped || minus)
}

/// Whether everything beside the digits is a currency's sign or code at an end, or parts thousands.
fn plausible(text: &str) -> bool {
    let symbol = |sign: char| matches!(sign, '$' | '€' | '£' | '¥' | '₣' | '₤') || sign.is_whitespace();
    let inner = text.trim_matches(|sign: char| sign.is_alphabetic() || symbol(sign));
    let letters = text.chars().filter(|sign| sign.is_alphabetic()).count();
    let fits = |sign: char| {
        sign.is_ascii_digit() || matches!(sign, '.' | ',' | '-' | '+' | '(' | ')' | '\'' | '’' | '\u{2212}') || symbol(sign)
    };
    letters <= 3 && inner.chars().all(fits)
}

/// Reads a number written with `sign`.
///
/// # Errors
/// When it is none, or has thousands where they cannot be.
pub fn number(text: &str, sign: DecimalSign) -> Result<Decimal, &'static str> {
    const WRONG: &str = "is not a number such as 1234.56";
    const OTHER: &str = "does not fit the decimal sign of this file; say --decimal point or --decimal comma";
    if !plausible(text) {
        return Err(WRONG);
    }
    let (bare, negative) = strip(text);
    let (mark, group) = match sign {
        DecimalSign::Point => ('.', ','),
        DecimalSign::Comma => (',', '.'),
    };
    let (whole, part) = bare.split_once(mark).unwrap_or((&bare, ""));
    if part.contains(['.', ',', '-', '+']) || whole.contains(['-', '+']) || (whole.is_empty() && part.is_empty()) {
        return Err(if bare.is_empty() { WRONG } else { OTHER });
    }
    let mut groups = whole.split(group);
    let first = groups.next().unwrap_or_default();
    let mut digits = first.to_owned();
    for more in groups {
        if more.len() != 3 || first.is_empty() || first.len() > 3 {
            return Err(OTHER);
        }
        digits.push_str(more);
    }
    if digits.is_empty() {
        digits.push('0');
    }
    let written = if part.is_empty() { digits } else { format!("{digits}.{part}") };
    let value: Decimal = written.parse().map_err(|_| WRONG)?;
    Ok(if negative { -value } else { value })
}

/// `value` units of `currency` in minor units, rounded half away from zero.
///
/// # Errors
/// When it is more than the service holds.
pub fn minor(value: Decimal, currency: Currency) -> Result<i64, &'static str> {
    currency.minor(value).ok_or("is more than the service can hold")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, sign: DecimalSign) -> Option<String> {
        number(text, sign).ok().map(|value| value.normalize().to_string())
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        use DecimalSign::{Comma, Point};
        let cases = [
            ("1.234,56 €", Comma, Some("1234.56")),
            ("1,234.56", Point, Some("1234.56")),
            ("EUR 12,5", Comma, Some("12.5")),
            ("(12.00)", Point, Some("-12")),
            ("12,00-", Comma, Some("-12")),
            ("\u{2212}3", Point, Some("-3")),
            ("1'234.50", Point, Some("1234.5")),
            (".5", Point, Some("0.5")),
            ("1 234,5", Comma, Some("1234.5")),
            ("12.50", Comma, None),
            ("1.2.3", Point, None),
            ("twelve", Point, None),
            ("", Point, None),
            ("=1+1", Point, None),
            ("1e5", Point, None),
            ("-5 kr", Point, Some("-5")),
        ];
        for (text, sign, value) in cases {
            assert_eq!(read(text, sign).as_deref(), value, "{text}");
        }
    }

    #[test]
    fn a_file_tells_its_decimal_sign() {
        let votes = |cells: &[&str]| {
            let mut votes = DecimalVotes::default();
            cells.iter().for_each(|cell| votes.look(cell));
            votes.winner()
        };
        assert_eq!(votes(&["1.234", "12,50"]), Ok(DecimalSign::Comma));
        assert_eq!(votes(&["1.234,00"]), Ok(DecimalSign::Comma));
        assert_eq!(votes(&["2.55", "10"]), Ok(DecimalSign::Point));
        assert!(votes(&["1.234", "5"]).is_err());
        assert_eq!(votes(&["5"]), Ok(DecimalSign::Point));
        assert_eq!(votes(&["0.125"]), Ok(DecimalSign::Point));
    }

    #[test]
    fn minor_units_are_rounded_once() {
        let yen = Currency::parse("JPY").expect("yen");
        assert_eq!(minor("2.555".parse().expect("a number"), Currency::EUR), Ok(256));
        assert_eq!(minor("-2.555".parse().expect("a number"), Currency::EUR), Ok(-256));
        assert_eq!(minor("12".parse().expect("a number"), yen), Ok(12));
        assert!(minor("99999999999999".parse().expect("a number"), Currency::EUR).is_err());
    }
}
