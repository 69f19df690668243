//! Amounts in words, as cheques have them: whole units spelled, hundredths as a fraction.

use crate::domain::money::Currency;
use crate::domain::payer::ChequeLanguage;

const ENGLISH: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const ENGLISH_TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ENGLISH_POWERS: [&str; 7] = ["", " thousand", " million", " billion", " trillion", " quadrillion", " quintillion"];

const GERMAN: [&str; 20] = [
    "null",
    "ein",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
];
const GERMAN_TENS: [&str; 10] = ["", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"];
const GERMAN_POWERS: [(&str, &str); 7] = [
    ("", ""),
    ("tausend", "tausend"),
    ("eine Million", "Millionen"),
    ("eine Milliarde", "Milliarden"),
    ("eine Billion", "Billionen"),
    ("eine Billiarde", "Billiarden"),
    ("eine Trillion", "Trillionen"),
];

/// `amount` minor units in words: `One hundred twenty-three and 45/100 USD`,
/// `Einhundertdreiundzwanzig 45/100 EUR`. The sign is left out: nobody writes a cheque for less than nothing.
#[must_use]
pub fn in_words(amount: i64, currency: Currency, language: ChequeLanguage) -> String {
    let unit = currency.units(1).unsigned_abs();
    let (whole, rest) = (amount.unsigned_abs() / unit, amount.unsigned_abs() % unit);
    let digits = usize::try_from(currency.exponent()).unwrap_or(0);
    let words = match language {
        ChequeLanguage::En => english(whole),
        ChequeLanguage::De => german(whole),
    };
    let fraction = match (unit, language) {
        (1, _) => String::new(),
        (_, ChequeLanguage::En) => format!(" and {rest:0digits$}/{unit}"),
        (_, ChequeLanguage::De) => format!(" {rest:0digits$}/{unit}"),
    };
    format!("{}{fraction} {currency}", capital(&words))
}

fn english(number: u64) -> String {
    let spelled = groups(number).into_iter().map(|(group, power)| {
        let name = ENGLISH_POWERS.get(power).copied().unwrap_or_default();
        format!("{}{name}", english_below_thousand(group))
    });
    let words: Vec<String> = spelled.collect();
    if words.is_empty() { "zero".to_owned() } else { words.join(" ") }
}

fn english_below_thousand(number: u64) -> String {
    let (hundreds, rest) = (number / 100, number % 100);
    let mut words = Vec::new();
    if hundreds > 0 {
        words.push(format!("{} hundred", word(&ENGLISH, hundreds)));
    }
    if rest >= 20 {
        let one = if rest % 10 > 0 { format!("-{}", word(&ENGLISH, rest % 10)) } else { String::new() };
        words.push(format!("{}{one}", word(&ENGLISH_TENS, rest / 10)));
    } else if rest > 0 {
        words.push(word(&ENGLISH, rest).to_owned());
    }
    words.join(" ")
}

/// Below a million one word; millions and more stand apart, as nouns.
fn german(number: u64) -> String {
    let mut words = String::new();
    for (group, power) in groups(number) {
        let (one, many) = GERMAN_POWERS.get(power).copied().unwrap_or_default();
        match (power, group) {
            (0, group) => words.push_str(&german_below_thousand(group, true)),
            (1, group) => words.push_str(&format!("{}{many}", german_below_thousand(group, false))),
            (_, 1) => words.push_str(&format!("{one} ")),
            (_, group) => words.push_str(&format!("{} {many} ", german_below_thousand(group, false))),
        }
    }
    if words.is_empty() { "null".to_owned() } else { words.trim_end().to_owned() }
}

/// `last`: whether nothing follows, for then one is `eins`.
fn german_below_thousand(number: u64, last: bool) -> String {
    let (hundreds, rest) = (number / 100, number % 100);
    let hundreds = if hundreds > 0 { format!("{}hundert", word(&GERMAN, hundreds)) } else { String::new() };
    let rest = match rest {
        0 => String::new(),
        1 if last => "eins".to_owned(),
        1..=19 => word(&GERMAN, rest).to_owned(),
        _ if rest % 10 == 0 => word(&GERMAN_TENS, rest / 10).to_owned(),
        _ => format!("{}und{}", word(&GERMAN, rest % 10), word(&GERMAN_TENS, rest / 10)),
    };
    format!("{hundreds}{rest}")
}

/// Groups of three digits with their power of a thousand, the greatest first, without empty ones.
fn groups(number: u64) -> Vec<(u64, usize)> {
    let mut groups = Vec::new();
    let mut rest = number;
    let mut power = 0;
    while rest > 0 {
        if !rest.is_multiple_of(1_000) {
            groups.push((rest % 1_000, power));
        }
        rest /= 1_000;
        power += 1;
    }
    groups.reverse();
    groups
}

fn word(list: &[&'static str], place: u64) -> &'static str {
    usize::try_from(place).ok().and_then(|place| list.get(place)).copied().unwrap_or_default()
}

fn capital(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_spelled_as_on_a_cheque() {
        let usd = Currency::parse("USD").expect("a currency");
        for (amount, english, german) in [
            (1, "Zero and 01/100", "Null 01/100"),
            (100, "One and 00/100", "Eins 00/100"),
            (12_345, "One hundred twenty-three and 45/100", "Einhundertdreiundzwanzig 45/100"),
            (101_600, "One thousand sixteen and 00/100", "Eintausendsechzehn 00/100"),
            (2_100_117, "Twenty-one thousand one and 17/100", "Einundzwanzigtausendeins 17/100"),
            (100_000_000, "One million and 00/100", "Eine Million 00/100"),
            (
                345_678_901_299,
                "Three billion four hundred fifty-six million seven hundred eighty-nine thousand twelve and 99/100",
                "Drei Milliarden vierhundertsechsundfünfzig Millionen siebenhundertneunundachtzigtausendzwölf 99/100",
            ),
            (3_170_000, "Thirty-one thousand seven hundred and 00/100", "Einunddreißigtausendsiebenhundert 00/100"),
        ] {
            assert_eq!(in_words(amount, usd, ChequeLanguage::En), format!("{english} USD"));
            assert_eq!(in_words(amount, usd, ChequeLanguage::De), format!("{german} USD"));
        }
        let of = |code| Currency::parse(code).expect("a currency");
        assert_eq!(in_words(1_250, of("JPY"), ChequeLanguage::En), "One thousand two hundred fifty JPY");
        assert_eq!(in_words(1_005, of("KWD"), ChequeLanguage::En), "One and 005/1000 KWD");
        assert!(in_words(i64::MAX, usd, ChequeLanguage::De).starts_with("Zweiundneunzig Billiarden"));
    }

    #[test]
    fn no_two_amounts_read_alike() {
        let mut seen = std::collections::HashSet::new();
        for number in (0..3_000).chain((0..400).map(|step| step * 9_973)) {
            if seen.insert((number, 0, String::new())) {
                assert!(seen.insert((0, 1, english(number))), "{number}: {}", english(number));
                assert!(seen.insert((0, 2, german(number))), "{number}: {}", german(number));
            }
        }
    }
}
