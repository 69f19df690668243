//! Where a referrer's money goes. What is written here is what he knows by heart or reads from a
//! statement; it is kept sealed, shown masked and compared by a keyed fingerprint of its normal form.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::bank;
use super::cell::FORMULA;
use super::customer::CustomerKey;
use super::field::FieldError;
use super::latin::has_letters;
use super::mask::mask_address;
use super::rail::Rail;

/// The longest name of an account's holder, in characters (SEPA, EPC130-08 AT-E001; other rails cut theirs).
pub const NAME_MAX: usize = 70;

/// The longest line of a postal address, in characters, and the most lines.
pub const ADDRESS_LINE_MAX: usize = 70;
/// The most lines of a postal address.
pub const ADDRESS_LINES_MAX: usize = 6;

/// The longest address of a `PayPal` account, in characters (Payouts API, `receiver`).
pub const EMAIL_MAX: usize = 127;

/// Where one referrer's payouts go: the rail and what that rail must know.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rail", rename_all = "snake_case", deny_unknown_fields)]
pub enum PayoutDetails {
    /// A cheque by post, or cash by hand.
    Manual {
        /// To whom the cheque is made out.
        name: String,
        /// Where it is sent, line by line; the country last.
        address: Vec<String>,
    },
    /// A bank account that SEPA credit transfers reach.
    Sepa {
        /// Whose account it is, as the bank knows him: the bank compares (verification of payee).
        holder: String,
        /// The account.
        iban: String,
        /// The bank; needed by hardly any bank since 2016.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bic: Option<String>,
    },
    /// A bank account in the United States.
    Ach {
        /// Whose account it is.
        holder: String,
        /// The bank's routing number.
        routing: String,
        /// The account's number.
        account: String,
        /// Which kind of account.
        account_kind: AccountKind,
        /// Whether a person or a business holds it: they are paid in different formats.
        holder_kind: HolderKind,
    },
    /// A `PayPal` account.
    Paypal {
        /// Its address.
        email: String,
    },
    /// Anybody with a bank account: Wise asks him for it by e-mail.
    Wise {
        /// Whose account it will be.
        holder: String,
        /// Where Wise writes to.
        email: String,
    },
    /// Credit in the shop; the shop knows the customer.
    StoreCredit {},
}

/// Which kind of account a bank keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// For payments.
    Checking,
    /// For savings.
    Savings,
}

/// Who holds an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolderKind {
    /// A person: paid as PPD.
    Person,
    /// A firm: paid as CCD.
    Business,
}

impl PayoutDetails {
    /// The rail that carries the money.
    #[must_use]
    pub const fn rail(&self) -> Rail {
        match self {
            Self::Manual { .. } => Rail::Manual,
            Self::Sepa { .. } => Rail::Sepa,
            Self::Ach { .. } => Rail::Ach,
            Self::Paypal { .. } => Rail::Paypal,
            Self::Wise { .. } => Rail::Wise,
            Self::StoreCredit {} => Rail::StoreCredit,
        }
    }

    /// Checks what was written, and gives it in normal form: outer spaces gone, account names as banks
    /// write them. What is in normal form comes back unchanged.
    ///
    /// # Errors
    /// Every fault, each at its field inside `pointer`.
    pub fn checked(self, pointer: &str) -> Result<Self, Vec<FieldError>> {
        let mut faults = Vec::new();
        let mut take = |found: Result<String, FieldError>| match found {
            Ok(text) => text,
            Err(fault) => {
                faults.push(fault.inside(pointer));
                String::new()
            }
        };
        let details = match self {
            Self::Manual { name, address } => Self::Manual {
                name: take(line("/name", &name, NAME_MAX)),
                address: match checked_address(&address) {
                    Ok(lines) => lines,
                    Err(fault) => vec![take(Err(fault))],
                },
            },
            Self::Sepa { holder, iban, bic } => Self::Sepa {
                holder: take(bank_name("/holder", &holder)),
                iban: take(sepa_iban(&iban)),
                bic: bic.map(|bic| take(bank::bic("/bic", &bic))),
            },
            Self::Ach { holder, routing, account, account_kind, holder_kind } => Self::Ach {
                holder: take(bank_name("/holder", &holder)),
                routing: take(bank::routing_number("/routing", &routing)),
                account: take(bank::account_number("/account", &account)),
                account_kind,
                holder_kind,
            },
            Self::Paypal { email } => Self::Paypal { email: take(address_of("/email", &email)) },
            Self::Wise { holder, email } => {
                Self::Wise { holder: take(line("/holder", &holder, NAME_MAX)), email: take(address_of("/email", &email)) }
            }
            Self::StoreCredit {} => Self::StoreCredit {},
        };
        if faults.is_empty() { Ok(details) } else { Err(faults) }
    }

    /// What may be shown of it: enough for its owner to know it again, too little to use it.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Manual { name, .. } => format!("cheque to {}", initials(name)),
            Self::Sepa { iban, .. } => format!("IBAN {}…{}", head(iban, 4), tail(iban, 4)),
            // Short numbers would be told whole by their last four.
            Self::Ach { account, .. } => format!("account …{}", tail(account, (account.chars().count() / 2).min(4))),
            Self::Paypal { email } => format!("PayPal {}", mask_address(email)),
            Self::Wise { email, .. } => format!("Wise {}", mask_address(email)),
            Self::StoreCredit {} => "store credit".to_owned(),
        }
    }

    /// The form by which two entries are known to be the same account, to be hashed with a key and never
    /// stored as it stands; none when nothing is named that two referrers could share.
    #[must_use]
    pub fn comparable(&self) -> Option<String> {
        match self {
            Self::Manual { name, address } => {
                let letters =
                    |text: &str| text.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect();
                let written: Vec<String> = std::iter::once(name).chain(address).map(|text| letters(text)).collect();
                Some(format!("manual:{}", written.join(":")))
            }
            Self::Sepa { iban, .. } => Some(format!("sepa:{iban}")),
            Self::Ach { routing, account, .. } => Some(format!("ach:{routing}:{}", account.to_ascii_uppercase())),
            Self::Paypal { email } => Some(format!("paypal:{}", email.to_lowercase())),
            Self::Wise { email, .. } => Some(format!("wise:{}", email.to_lowercase())),
            Self::StoreCredit {} => None,
        }
    }
}

/// Logs show what pages show.
impl fmt::Debug for PayoutDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PayoutDetails").field(&self.masked()).finish()
    }
}

/// One line of free text, without outer spaces.
fn line(pointer: &str, text: &str, longest: usize) -> Result<String, FieldError> {
    let fault = |code, message: &str| Err(FieldError::new(pointer, code, message));
    let text = text.trim();
    if text.is_empty() {
        return fault("empty", "must not be empty");
    }
    if text.chars().count() > longest {
        return fault("too_long", &format!("has more than {longest} characters"));
    }
    if text.chars().any(char::is_control) {
        return fault("control_character", "holds a control character; send plain text");
    }
    if bank::names_card(text) {
        return fault("card_number", "holds what looks like the number of a payment card; never send one");
    }
    Ok(text.to_owned())
}

/// The name of an account's holder, of which something must be left in a bank's letters.
fn bank_name(pointer: &str, text: &str) -> Result<String, FieldError> {
    let name = line(pointer, text, NAME_MAX)?;
    if has_letters(&name) {
        return Ok(name);
    }
    let message = "must be written as the bank writes it, in Latin, Greek or Cyrillic letters";
    Err(FieldError::new(pointer, "no_latin_letters", message))
}

fn checked_address(lines: &[String]) -> Result<Vec<String>, FieldError> {
    if lines.is_empty() || lines.len() > ADDRESS_LINES_MAX {
        let message = format!("must be 1 to {ADDRESS_LINES_MAX} lines, the country last");
        return Err(FieldError::new("/address", "invalid_address", message));
    }
    if bank::names_card(&lines.join(" ")) {
        let message = "holds what looks like the number of a payment card; never send one";
        return Err(FieldError::new("/address", "card_number", message));
    }
    lines.iter().enumerate().map(|(place, text)| line(&format!("/address/{place}"), text, ADDRESS_LINE_MAX)).collect()
}

fn sepa_iban(text: &str) -> Result<String, FieldError> {
    let iban = bank::iban("/iban", text)?;
    if bank::in_sepa(&iban) {
        return Ok(iban);
    }
    let message = "belongs to a country that SEPA transfers do not reach; choose another way to be paid";
    Err(FieldError::new("/iban", "outside_sepa", message))
}

/// An address as it was written, if it is one.
fn address_of(pointer: &str, text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    CustomerKey::email(pointer, text)?;
    // It is written into files as it stands, and people open those in spreadsheets.
    if text.starts_with(FORMULA) {
        return Err(FieldError::new(pointer, "invalid_email", "begins with a sign that no payment file may carry there"));
    }
    if text.chars().count() > EMAIL_MAX {
        return Err(FieldError::new(pointer, "too_long", format!("has more than {EMAIL_MAX} characters")));
    }
    Ok(text.to_owned())
}

/// `Joe Girard` as `J… G…`.
fn initials(name: &str) -> String {
    let firsts = name.split_whitespace().filter_map(|word| word.chars().find(|sign| sign.is_alphanumeric()));
    firsts.map(|first| format!("{first}…")).collect::<Vec<_>>().join(" ")
}

fn head(text: &str, count: usize) -> String {
    text.chars().take(count).collect()
}

fn tail(text: &str, count: usize) -> String {
    text.chars().skip(text.chars().count().saturating_sub(count)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(json: &str) -> PayoutDetails {
        serde_json::from_str(json).expect("details")
    }

    fn check(json: &str) -> Result<PayoutDetails, Vec<(String, String)>> {
        let pairs = |faults: Vec<FieldError>| faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect();
        read(json).checked("/details").map_err(pairs)
    }

    fn faults(json: &str) -> Vec<(String, String)> {
        check(json).expect_err(json)
    }

    const GOOD: [&str; 6] = [
        r#"{"rail":"manual","name":"Joe Girard","address":["1 Main St","Detroit MI 48201","USA"]}"#,
        r#"{"rail":"sepa","holder":"Zoë Müller","iban":"DE89370400440532013000"}"#,
        r#"{"rail":"ach","holder":"Joe","routing":"021000021","account":"000123456789","account_kind":"checking","holder_kind":"person"}"#,
        r#"{"rail":"paypal","email":"Joe@Example.com"}"#,
        r#"{"rail":"wise","holder":"Joe Girard","email":"joe@example.com"}"#,
        r#"{"rail":"store_credit"}"#,
    ];

    #[test]
    fn good_details_come_back_in_normal_form_and_stay_so() {
        for good in GOOD {
            let details = check(good).expect(good);
            assert_eq!(serde_json::to_string(&details).expect("JSON"), good);
            assert_eq!(details.clone().checked(""), Ok(details));
        }
        let written = r#"{"rail":"sepa","holder":" Zoë ","iban":"de89 3704 0044 0532 0130 00","bic":"cobadeff"}"#;
        let normal = r#"{"rail":"sepa","holder":"Zoë","iban":"DE89370400440532013000","bic":"COBADEFF"}"#;
        assert_eq!(check(written), Ok(read(normal)));
    }

    #[test]
    fn every_fault_is_told_at_its_field() {
        let at = |field: &str, code: &str| (format!("/details{field}"), code.to_owned());
        assert_eq!(
            faults(r#"{"rail":"sepa","holder":"","iban":"DE88370400440532013000","bic":"X"}"#),
            [at("/holder", "empty"), at("/iban", "invalid_iban"), at("/bic", "invalid_bic")]
        );
        assert_eq!(faults(r#"{"rail":"sepa","holder":"A","iban":"TR330006100519786457841326"}"#), [at("/iban", "outside_sepa")]);
        assert_eq!(
            faults(
                r#"{"rail":"ach","holder":"J\u0007","routing":"1","account":"","account_kind":"savings","holder_kind":"business"}"#
            ),
            [
                at("/holder", "control_character"),
                at("/routing", "invalid_routing_number"),
                at("/account", "invalid_account_number")
            ]
        );
        assert_eq!(faults(r#"{"rail":"paypal","email":"joe"}"#), [at("/email", "invalid_email")]);
        assert_eq!(faults(r#"{"rail":"paypal","email":"=joe@example.com"}"#), [at("/email", "invalid_email")]);
        assert_eq!(
            faults(r#"{"rail":"sepa","holder":"王小明","iban":"DE89370400440532013000"}"#),
            [at("/holder", "no_latin_letters")]
        );
        assert_eq!(faults(r#"{"rail":"manual","name":"J","address":[]}"#), [at("/address", "invalid_address")]);
        assert_eq!(
            faults(r#"{"rail":"manual","name":"J","address":["a","b\n"]}"#.replace("b\\n", "b\\nc").as_str()),
            [at("/address/1", "control_character")]
        );
        let long = format!(r#"{{"rail":"wise","holder":"{}","email":"a@example.com"}}"#, "x".repeat(71));
        assert_eq!(faults(&long), [at("/holder", "too_long")]);
    }

    #[test]
    fn card_numbers_are_refused_even_over_two_lines() {
        let card = r#"{"rail":"manual","name":"Joe","address":["Card 4111 1111","1111 1111"]}"#;
        assert_eq!(faults(card), [("/details/address".to_owned(), "card_number".to_owned())]);
        let card = r#"{"rail":"wise","holder":"4111111111111111","email":"a@example.com"}"#;
        assert_eq!(faults(card), [("/details/holder".to_owned(), "card_number".to_owned())]);
    }

    #[test]
    fn unknown_and_missing_fields_are_refused() {
        for bad in [
            r#"{"rail":"paypal","email":"a@example.com","iban":"x"}"#,
            r#"{"rail":"store_credit","email":"a@example.com"}"#,
            r#"{"rail":"offset"}"#,
            r#"{"rail":"sepa","holder":"A"}"#,
            r#"{"email":"a@example.com"}"#,
        ] {
            assert!(serde_json::from_str::<PayoutDetails>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_shown_cannot_be_used() {
        let shown: Vec<String> = GOOD.map(|good| read(good).masked()).to_vec();
        assert_eq!(
            shown,
            [
                "cheque to J… G…",
                "IBAN DE89…3000",
                "account …6789",
                "PayPal J***@Example.com",
                "Wise j***@example.com",
                "store credit"
            ]
        );
        let short = read(&GOOD[2].replace("000123456789", "123"));
        assert_eq!(short.masked(), "account …3");
        assert_eq!(format!("{:?}", read(GOOD[1])), "PayoutDetails(\"IBAN DE89…3000\")");
    }

    #[test]
    fn the_same_account_compares_equal_however_it_is_written() {
        let same = |one: &str, other: &str| check(one).expect(one).comparable() == check(other).expect(other).comparable();
        assert!(same(GOOD[1], r#"{"rail":"sepa","holder":"Someone Else","iban":"de89 37040044 0532013000","bic":"COBADEFF"}"#));
        assert!(same(GOOD[3], r#"{"rail":"paypal","email":"joe@example.com"}"#));
        assert!(same(GOOD[0], r#"{"rail":"manual","name":"JOE GIRARD","address":["1, Main St.","Detroit, MI 48201","U.S.A."]}"#));
        assert!(!same(GOOD[3], GOOD[4]));
        assert_eq!(read(GOOD[5]).comparable(), None);
    }

    proptest! {
        #[test]
        fn nothing_that_passes_holds_a_control_character(name in "\\PC{0,80}|[\\x00-\\x7f]{0,20}") {
            let details = PayoutDetails::Manual { name, address: vec!["1 Main St".to_owned()] };
            if let Ok(PayoutDetails::Manual { name, .. }) = details.checked("") {
                prop_assert!(!name.is_empty() && name.chars().count() <= NAME_MAX);
                prop_assert!(!name.chars().any(char::is_control));
            }
        }
    }
}
