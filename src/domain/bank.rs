//! Names of bank accounts: IBAN (ISO 13616), BIC (ISO 9362) and the routing number of the American
//! Bankers Association. Each has its own check, so that a slip of the pen is caught at the door.

use super::field::FieldError;

/// How long an IBAN of each country is, and whether SEPA credit transfers reach it: the SWIFT IBAN
/// registry and the EPC's list of SEPA scheme countries (EPC409-09). Guernsey, Jersey and the Isle of Man use
/// British IBANs, French overseas territories French ones.
const IBANS: [(&str, usize, bool); 89] = [
    ("AD", 24, true),
    ("AE", 23, false),
    ("AL", 28, true),
    ("AT", 20, true),
    ("AZ", 28, false),
    ("BA", 20, false),
    ("BE", 16, true),
    ("BG", 22, true),
    ("BH", 22, false),
    ("BI", 27, false),
    ("BR", 29, false),
    ("BY", 28, false),
    ("CH", 21, true),
    ("CR", 22, false),
    ("CY", 28, true),
    ("CZ", 24, true),
    ("DE", 22, true),
    ("DJ", 27, false),
    ("DK", 18, true),
    ("DO", 28, false),
    ("EE", 20, true),
    ("EG", 29, false),
    ("ES", 24, true),
    ("FI", 18, true),
    ("FK", 18, false),
    ("FO", 18, false),
    ("FR", 27, true),
    ("GB", 22, true),
    ("GE", 22, false),
    ("GI", 23, true),
    ("GL", 18, false),
    ("GR", 27, true),
    ("GT", 28, false),
    ("HN", 28, false),
    ("HR", 21, true),
    ("HU", 28, true),
    ("IE", 22, true),
    ("IL", 23, false),
    ("IQ", 23, false),
    ("IS", 26, true),
    ("IT", 27, true),
    ("JO", 30, false),
    ("KW", 30, false),
    ("KZ", 20, false),
    ("LB", 28, false),
    ("LC", 32, false),
    ("LI", 21, true),
    ("LT", 20, true),
    ("LU", 20, true),
    ("LV", 21, true),
    ("LY", 25, false),
    ("MC", 27, true),
    ("MD", 24, true),
    ("ME", 22, true),
    ("MK", 19, true),
    ("MN", 20, false),
    ("MR", 27, false),
    ("MT", 31, true),
    ("MU", 30, false),
    ("NI", 28, false),
    ("NL", 18, true),
    ("NO", 15, true),
    ("OM", 23, false),
    ("PK", 24, false),
    ("PL", 28, true),
    ("PS", 29, false),
    ("PT", 25, true),
    ("QA", 29, false),
    ("RO", 24, true),
    ("RS", 22, true),
    ("RU", 33, false),
    ("SA", 24, false),
    ("SC", 31, false),
    ("SD", 18, false),
    ("SE", 24, true),
    ("SI", 19, true),
    ("SK", 24, true),
    ("SM", 27, true),
    ("SO", 23, false),
    ("ST", 25, false),
    ("SV", 28, false),
    ("TL", 23, false),
    ("TN", 24, false),
    ("TR", 26, false),
    ("UA", 29, false),
    ("VA", 22, true),
    ("VG", 24, false),
    ("XK", 20, false),
    ("YE", 30, false),
];

/// Reads an IBAN as people write it and gives it as banks do: upper case, without spaces.
///
/// # Errors
/// Says at `pointer` what is wrong: the country, the length, a sign, or the check digits.
pub fn iban(pointer: &str, text: &str) -> Result<String, FieldError> {
    let fault = |code, message: String| Err(FieldError::new(pointer, code, message));
    let iban = compact(text);
    let Some((_, length, _)) = iban.get(..2).and_then(country) else {
        return fault("invalid_iban", "does not begin with a country that has IBANs, such as DE".to_owned());
    };
    if iban.chars().count() != length {
        let found = iban.chars().count();
        return fault("invalid_iban", format!("has {found} characters, an IBAN of this country has {length}"));
    }
    if !iban.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return fault("invalid_iban", "holds a sign that is neither a letter nor a digit".to_owned());
    }
    // Remainders run from 2 to 98; other pairs would pass mod 97 as the twins of those (ISO 13616).
    let given = iban.get(2..4).and_then(|digits| digits.parse::<u32>().ok());
    if !given.is_some_and(|digits| (2..=98).contains(&digits)) || remainder(&iban) != 1 {
        return fault("invalid_iban", "has wrong check digits; look for a slip of the pen".to_owned());
    }
    Ok(iban)
}

/// Whether SEPA credit transfers reach the bank of this IBAN.
#[must_use]
pub fn in_sepa(iban: &str) -> bool {
    iban.get(..2).and_then(country).is_some_and(|(_, _, sepa)| sepa)
}

/// Reads a BIC of 8 or 11 characters and gives it in upper case, without spaces.
///
/// # Errors
/// When it has another shape than bank (4), country (2 letters), place (2) and perhaps branch (3).
pub fn bic(pointer: &str, text: &str) -> Result<String, FieldError> {
    let bic = compact(text);
    let plain = bic.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let lettered = bic.bytes().skip(4).take(2).all(|byte| byte.is_ascii_uppercase());
    if !plain || !lettered || !matches!(bic.len(), 8 | 11) {
        return Err(FieldError::new(pointer, "invalid_bic", "is not a BIC of 8 or 11 characters such as COBADEFFXXX"));
    }
    Ok(bic)
}

/// Reads a routing number of nine digits, the last of which checks the others.
///
/// # Errors
/// When it has another length, belongs to no bank, or its check digit is wrong.
pub fn routing_number(pointer: &str, text: &str) -> Result<String, FieldError> {
    let fault = |message| Err(FieldError::new(pointer, "invalid_routing_number", message));
    let routing: String = text.chars().filter(|sign| !matches!(sign, ' ' | '-')).collect();
    if routing.len() != 9 || !routing.bytes().all(|byte| byte.is_ascii_digit()) {
        return fault("is not a routing number of nine digits such as 021000021");
    }
    // Federal Reserve districts, their twins for thrifts and for electronic payments only.
    let district: u32 = routing.get(..2).and_then(|text| text.parse().ok()).unwrap_or(0);
    if !(1..=12).contains(&district) && !(21..=32).contains(&district) && !(61..=72).contains(&district) {
        return fault("begins with two digits that no bank's routing number has");
    }
    let weighted: u32 = digits(&routing).zip([3, 7, 1].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    if !weighted.is_multiple_of(10) {
        return fault("has a wrong check digit; look for a slip of the pen");
    }
    Ok(routing)
}

/// An account at a bank of the United States: up to 17 letters, digits and hyphens (NACHA, field 6-5).
///
/// # Errors
/// When it is longer, holds another sign, or no digit.
pub fn account_number(pointer: &str, text: &str) -> Result<String, FieldError> {
    let account: String = text.chars().filter(|sign| *sign != ' ').collect();
    let plain = account.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !plain || account.len() > 17 || !account.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(FieldError::new(
            pointer,
            "invalid_account_number",
            "is not an account number: up to 17 digits (letters and hyphens are allowed)",
        ));
    }
    Ok(account)
}

/// Whether `text` holds the number of a payment card: 13 to 19 digits, perhaps in groups, that pass
/// the Luhn check (ISO/IEC 7812-1). Such a number has no business in free text.
#[must_use]
pub fn names_card(text: &str) -> bool {
    let signs: Vec<char> = text.chars().collect();
    let mut groups: Vec<Vec<u32>> = Vec::new();
    let mut previous = None;
    for (place, sign) in signs.iter().enumerate() {
        match (sign.to_digit(10), previous) {
            (Some(digit), Some(before)) if place == before + 1 => {
                if let Some(group) = groups.last_mut() {
                    group.push(digit);
                }
            }
            (Some(digit), Some(before)) if place == before + 2 && matches!(signs.get(before + 1), Some(' ' | '-' | '.')) => {
                groups.push(vec![digit]);
            }
            (Some(digit), _) => {
                if has_card(&groups) {
                    return true;
                }
                groups = vec![vec![digit]];
            }
            (None, _) => continue,
        }
        previous = Some(place);
    }
    has_card(&groups)
}

/// Whether some neighbouring groups of digits make a card number together.
fn has_card(groups: &[Vec<u32>]) -> bool {
    (0..groups.len()).any(|start| {
        let mut number: Vec<u32> = Vec::new();
        groups.iter().skip(start).any(|group| {
            number.extend(group);
            (13..=19).contains(&number.len()) && luhn(&number)
        })
    })
}

fn luhn(number: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 =
        number.iter().rev().enumerate().map(|(place, digit)| if place % 2 == 1 { doubled(*digit) } else { *digit }).sum();
    sum > 0 && sum.is_multiple_of(10)
}

fn country(code: &str) -> Option<(&'static str, usize, bool)> {
    IBANS.into_iter().find(|(known, _, _)| *known == code)
}

/// Without spaces (also hard ones) and in upper case.
fn compact(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace()).map(|sign| sign.to_ascii_uppercase()).collect()
}

/// The remainder of an IBAN by 97, its first four signs moved to the end and letters read as 10 to 35.
fn remainder(iban: &str) -> u32 {
    let turned = iban.chars().cycle().skip(4).take(iban.chars().count());
    let values = turned.filter_map(|sign| sign.to_digit(36));
    values.fold(0, |rest, value| (rest * if value > 9 { 100 } else { 10 } + value) % 97)
}

fn digits(text: &str) -> impl Iterator<Item = u32> {
    text.chars().filter_map(|sign| sign.to_digit(10))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Examples of the SWIFT IBAN registry.
    const GOOD: [&str; 30] = [
        "AD1200012030200359100100",
        "AE070331234567890123456",
        "AT611904300234573201",
        "BE68539007547034",
        "BR1800360305000010009795493C1",
        "CH9300762011623852957",
        "CY17002001280000001200527600",
        "CZ6508000000192000145399",
        "DE89370400440532013000",
        "DK5000400440116243",
        "EE382200221020145685",
        "ES9121000418450200051332",
        "FI2112345600000785",
        "FR1420041010050500013M02606",
        "GB29NWBK60161331926819",
        "GR1601101250000000012300695",
        "HR1210010051863000160",
        "HU42117730161111101800000000",
        "IE29AIBK93115212345678",
        "IT60X0542811101000000123456",
        "LU280019400644750000",
        "MT84MALT011000012345MTLCAST001S",
        "NL91ABNA0417164300",
        "NO9386011117947",
        "PL61109010140000071219812874",
        "PT50000201231234567890154",
        "SA0380000000608010167519",
        "SE4550000000058398257466",
        "TR330006100519786457841326",
        "VA59001123000012345678",
    ];

    #[test]
    fn the_registrys_own_examples_are_ibans_however_they_are_written() {
        for good in GOOD {
            assert_eq!(iban("/iban", good).as_deref(), Ok(good));
        }
        assert_eq!(iban("/iban", " de89 3704 0044\u{a0}0532 0130 00").as_deref(), Ok("DE89370400440532013000"));
        assert!(in_sepa("DE89370400440532013000") && in_sepa("CH9300762011623852957"));
        assert!(!in_sepa("TR330006100519786457841326") && !in_sepa("") && !in_sepa("é"));
    }

    #[test]
    fn what_is_no_iban_is_told_why() {
        for (bad, word) in [
            ("", "country"),
            ("é", "country"),
            ("ZZ89370400440532013000", "country"),
            ("DE8937040044053201300", "has 21 characters"),
            ("DE893704004405320130000", "has 23 characters"),
            ("DE89370400440532013001", "check digits"),
            ("DE8937040044053201300é", "neither"),
            ("DE8937040044053201300Ⅷ", "neither"),
        ] {
            let fault = iban("/iban", bad).expect_err(bad);
            assert!(fault.message.contains(word), "{bad}: {}", fault.message);
        }
    }

    #[test]
    fn check_digits_have_no_twins() {
        // 00, 01 and 99 leave the same remainders as 97, 98 and 02.
        let of = |digits: u32| format!("DE{digits:02}370400440532013000");
        let passing: Vec<u32> = (0..100).filter(|digits| remainder(&of(*digits)) == 1).collect();
        assert_eq!(passing, [89]);
        for account in 0..2_000_u32 {
            let of = |digits: u32| format!("DE{digits:02}37040044{account:010}");
            let good = (0..100).filter(|digits| iban("/iban", &of(*digits)).is_ok()).count();
            assert_eq!(good, 1, "{account}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_says_each_country_once() {
        assert!(IBANS.is_sorted_by(|one, next| one.0 < next.0));
        assert_eq!(IBANS.iter().filter(|(_, _, sepa)| *sepa).count(), 42, "30 of the EEA and 12 others");
    }

    #[test]
    fn a_bic_has_eight_or_eleven_characters_and_a_country() {
        assert_eq!(bic("/bic", "cobadeff xxx").as_deref(), Ok("COBADEFFXXX"));
        assert!(bic("/bic", "DEUTDEFF").is_ok() && bic("/bic", "E097AEXXXXX").is_ok());
        for bad in ["", "DEUTDEF", "DEUTDEFFX", "DEUT1EFF", "DEUTDEFFXX!", "NOTPROVIDED1"] {
            assert!(bic("/bic", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_routing_number_is_checked_by_its_last_digit() {
        for good in ["021000021", "0110-0001 5", "231380104", "121042882", "322271627"] {
            assert!(routing_number("/routing", good).is_ok(), "{good}");
        }
        for bad in ["", "021000022", "02100002", "0210000210", "991000021", "000000000", "02100002a", "٠٢١٠٠٠٠٢١"] {
            assert!(routing_number("/routing", bad).is_err(), "{bad}");
        }
        assert!(account_number("/account", "12345678901234567").is_ok() && account_number("/account", "00 12-A").is_ok());
        for bad in ["", "123456789012345678", "ABC", "12;34", "１２"] {
            assert!(account_number("/account", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn card_numbers_are_seen_in_free_text() {
        for card in [
            "4111111111111111",
            "pay 4111 1111 1111 1111 please",
            "No. 12 5500-0000-0000-0004",
            "378282246310005 Amex",
            "a1 4111.1111.1111.1111",
        ] {
            assert!(names_card(card), "{card}");
        }
        for other in ["", "+49 30 901820", "4111111111111112", "Hauptstr. 12, 10115 Berlin", "0000000000000000", "1-2-3"] {
            assert!(!names_card(other), "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_single_slip_and_no_swap_of_neighbours_passes(place in 0_usize..22, digit in 0_u8..10, which in 0..GOOD.len()) {
            let good = GOOD[which];
            let mut bytes = good.as_bytes().to_vec();
            let place = place % bytes.len();
            if bytes[place].is_ascii_digit() {
                bytes[place] = b'0' + digit;
            }
            let changed = String::from_utf8(bytes.clone()).expect("ASCII");
            prop_assert_eq!(iban("/iban", &changed).is_ok(), changed == good);
            // A letter and a digit can change places unseen (B1 and 1B leave the same remainder); digits cannot.
            let mut swapped = good.as_bytes().to_vec();
            let next = (place + 1) % swapped.len();
            if swapped[place].is_ascii_digit() && swapped[next].is_ascii_digit() {
                swapped.swap(place, next);
            }
            let swapped = String::from_utf8(swapped).expect("ASCII");
            prop_assert_eq!(iban("/iban", &swapped).is_ok(), swapped == good);
        }

        #[test]
        fn nothing_makes_the_checks_panic(text in "\\PC{0,40}") {
            let _ = (iban("/x", &text), bic("/x", &text), routing_number("/x", &text), account_number("/x", &text));
            let _ = names_card(&text);
        }
    }
}
