//! Who pays, as payment files name him: the shop's own accounts and the shape of its own bank's tables.
//! Nothing here is secret; a payment file shows it to anybody who opens it.

use serde::{Deserialize, Serialize};

use super::bank;
use super::field::{FieldError, short_text};
use super::latin::{ach_text, has_letters};
use super::money::Currency;
use super::payout_details::NAME_MAX;

/// The shop's side of a payment. What a rail needs of it is asked for when its file is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Payer {
    /// The firm, as its bank knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The account that SEPA transfers are taken from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iban: Option<String>,
    /// That account's bank; few banks still ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bic: Option<String>,
    /// What recipients read on their statement; `{month}` becomes the month of approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What an American bank told the shop when it opened its files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ach: Option<AchOrigin>,
    /// The shop's own template of Wise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wise: Option<WiseTemplate>,
    /// The table that the shop's bank reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csv: Option<CsvLayout>,
    /// How cheques are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cheque: Option<ChequeStyle>,
}

/// What stands in the heads of a NACHA file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AchOrigin {
    /// The routing number of the bank that takes the file (immediate destination, and ODFI).
    pub bank_routing: String,
    /// Its name.
    pub bank_name: String,
    /// The company's identification, often a 1 and the tax number; up to ten characters.
    pub company_id: String,
    /// The immediate origin, where the bank wants another one than the company's identification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub immediate_origin: Option<String>,
    /// What recipients read as the kind of payment; up to ten characters, `REFERRAL` unless told otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_description: Option<String>,
}

/// A batch file of Wise, by the names of its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WiseTemplate {
    /// The first line of the template that Wise offered, as it stands; none: the one for payments by e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The currency of the balance that pays.
    pub source_currency: Currency,
}

/// A table for a bank that reads none of the other formats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvLayout {
    /// The columns, from the left.
    pub columns: Vec<CsvColumn>,
    /// Whether the first line names them.
    #[serde(default = "yes")]
    pub header: bool,
    /// Between two cells: a comma, a semicolon or a tab.
    #[serde(default = "comma")]
    pub separator: char,
    /// What stands between whole units and decimals: a full stop or a comma.
    #[serde(default = "full_stop")]
    pub decimal_sign: char,
}

/// One column: a field of the payment, or the same text in every row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvColumn {
    /// Its name.
    #[serde(default)]
    pub header: String,
    /// What of the payment it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<CsvField>,
    /// The text of every row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The most characters the bank takes; what is longer is cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest: Option<u16>,
}

/// What of a payment a column can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CsvField {
    /// The payout's id.
    PayoutId,
    /// The rail its referrer chose.
    Rail,
    /// The holder of the account, or the payee.
    Name,
    /// Whole units and decimals.
    Amount,
    /// Minor units.
    AmountMinor,
    /// ISO 4217.
    Currency,
    /// The account, international.
    Iban,
    /// Its bank, where it was told.
    Bic,
    /// The sort code inside a British IBAN.
    SortCode,
    /// The account inside a British IBAN, or the number of an American one.
    Account,
    /// The routing number of an American bank.
    Routing,
    /// The address of a PayPal account or for Wise.
    Email,
    /// The postal address, its lines joined by commas.
    Address,
    /// What the recipient reads.
    Reference,
    /// The day of execution, as 2026-11-30.
    Date,
}

/// How cheques are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChequeStyle {
    /// The language of the words.
    pub language: ChequeLanguage,
    /// Whether the printer holds sheets of 8½ × 11 inches rather than A4.
    #[serde(default)]
    pub letter_paper: bool,
}

/// Languages in which amounts can be spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChequeLanguage {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

const fn yes() -> bool {
    true
}

const fn comma() -> char {
    ','
}

const fn full_stop() -> char {
    '.'
}

/// Columns of a table: more is a mistake.
const COLUMNS_MAX: usize = 40;

/// What recipients read unless the shop says otherwise.
pub const REFERENCE: &str = "Referral commission {month}";

impl Payer {
    /// Checks what was written and gives it in normal form.
    ///
    /// # Errors
    /// Every fault, each at its field.
    pub fn checked(self) -> Result<Self, Vec<FieldError>> {
        let mut faults = Vec::new();
        let iban = self.iban.map(|iban| kept(sepa_account(&iban), &mut faults));
        let bic = self.bic.map(|bic| kept(bank::bic("/bic", &bic), &mut faults));
        let name = self.name.map(|name| kept(named("/name", &name, NAME_MAX), &mut faults));
        let reference = self.reference.map(|text| kept(named("/reference", &text, 100), &mut faults));
        if let Some(wise) = &self.wise {
            kept(wise.check(), &mut faults);
        }
        if let Some(csv) = &self.csv {
            kept(csv.check(), &mut faults);
        }
        let ach = self.ach.map(|ach| ach.checked(&mut faults));
        let payer = Self { name, iban, bic, reference, ach, wise: self.wise, csv: self.csv, cheque: self.cheque };
        if faults.is_empty() { Ok(payer) } else { Err(faults) }
    }
}

impl AchOrigin {
    fn checked(self, faults: &mut Vec<FieldError>) -> Self {
        let code = |pointer: &str, text: &str| {
            let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
            if plain && !text.trim().is_empty() && text.len() <= 10 {
                return Ok(text.trim().to_ascii_uppercase());
            }
            Err(FieldError::new(pointer, "invalid_code", "must be 1 to 10 letters and digits, as the bank gave it"))
        };
        let bank_routing = kept(bank::routing_number("/ach/bank_routing", &self.bank_routing), faults);
        let bank_name = kept(named("/ach/bank_name", &self.bank_name, 23), faults);
        let company_id = kept(code("/ach/company_id", &self.company_id), faults);
        let immediate_origin = self.immediate_origin.map(|text| kept(code("/ach/immediate_origin", &text), faults));
        let entry_description = self.entry_description.map(|text| kept(described(&text), faults));
        Self { bank_routing, bank_name, company_id, immediate_origin, entry_description }
    }
}

impl WiseTemplate {
    fn check(&self) -> Result<(), FieldError> {
        let Some(header) = &self.header else { return Ok(()) };
        let names = header.split([',', ';', '\t']).map(str::trim);
        let has = |wanted: &str| names.clone().any(|name| name.trim_matches('"').eq_ignore_ascii_case(wanted));
        if header.chars().count() > 2_000 || header.chars().any(|sign| sign.is_control() && sign != '\t') {
            return Err(FieldError::new(
                "/wise/header",
                "invalid_header",
                "must be the first line of the template, as Wise wrote it",
            ));
        }
        if !has("name") || !has("amount") {
            let message = "names no columns `name` and `amount`; copy the first line of the template that Wise offers";
            return Err(FieldError::new("/wise/header", "invalid_header", message));
        }
        Ok(())
    }
}

impl CsvLayout {
    fn check(&self) -> Result<(), FieldError> {
        let fault = |pointer: String, code, message: &str| Err(FieldError::new(pointer, code, message));
        if self.columns.is_empty() || self.columns.len() > COLUMNS_MAX {
            return fault("/csv/columns".to_owned(), "too_many", "must be 1 to 40 columns");
        }
        if !matches!(self.separator, ',' | ';' | '\t') {
            return fault("/csv/separator".to_owned(), "invalid_separator", "must be a comma, a semicolon or a tab");
        }
        if !matches!(self.decimal_sign, '.' | ',') {
            return fault("/csv/decimal_sign".to_owned(), "invalid_decimal_sign", "must be a full stop or a comma");
        }
        for (place, column) in self.columns.iter().enumerate() {
            let at = format!("/csv/columns/{place}");
            if column.field.is_some() == column.text.is_some() {
                return fault(at, "invalid_column", "must have either a field or a text");
            }
            for (name, text) in [("header", Some(&column.header)), ("text", column.text.as_ref())] {
                if text.is_some_and(|text| text.chars().count() > 100 || text.chars().any(char::is_control)) {
                    return fault(format!("{at}/{name}"), "invalid_text", "must be one line of at most 100 characters");
                }
            }
            if column.longest == Some(0) {
                return fault(format!("{at}/longest"), "too_short", "must be 1 at least");
            }
        }
        Ok(())
    }
}

/// The value, or its fault on the list and an empty one.
fn kept<T: Default>(found: Result<T, FieldError>, faults: &mut Vec<FieldError>) -> T {
    found.unwrap_or_else(|fault| {
        faults.push(fault);
        T::default()
    })
}

fn named(pointer: &str, text: &str, longest: usize) -> Result<String, FieldError> {
    short_text(pointer, text)?;
    if text.trim().chars().count() > longest {
        return Err(FieldError::new(pointer, "too_long", format!("has more than {longest} characters")));
    }
    if !has_letters(text) {
        return Err(FieldError::new(
            pointer,
            "no_latin_letters",
            "must be in Latin, Greek or Cyrillic letters, as banks write it",
        ));
    }
    Ok(text.trim().to_owned())
}

fn sepa_account(text: &str) -> Result<String, FieldError> {
    let iban = bank::iban("/iban", text)?;
    if bank::in_sepa(&iban) {
        return Ok(iban);
    }
    Err(FieldError::new("/iban", "outside_sepa", "belongs to a country that SEPA transfers do not reach"))
}

/// NACHA keeps two words for others: wages and debits of web shops (rules in force since 20 March 2026).
fn described(text: &str) -> Result<String, FieldError> {
    let pointer = "/ach/entry_description";
    let plain = ach_text(text, 11);
    if plain.is_empty() || plain.chars().count() > 10 {
        return Err(FieldError::new(pointer, "too_long", "must be 1 to 10 letters and digits such as REFERRAL"));
    }
    if ["PAYROLL", "PURCHASE"].contains(&plain.as_str()) {
        return Err(FieldError::new(pointer, "reserved", "is a word that NACHA reserves for other payments; say REFERRAL"));
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: serde_json::Value) -> Result<Payer, Vec<String>> {
        let payer: Payer = serde_json::from_value(json).expect("a payer");
        payer.checked().map_err(|faults| faults.into_iter().map(|fault| fault.pointer).collect())
    }

    #[test]
    fn a_payer_is_kept_in_normal_form() {
        let payer = check(serde_json::json!({
            "name": " Tee & Co. ", "iban": "de89 3704 0044 0532 0130 00", "bic": "cobadeff",
            "ach": {"bank_routing": "021000021", "bank_name": "Chase", "company_id": "1234567890", "entry_description": "referral"},
            "wise": {"source_currency": "EUR", "header": "name,recipientEmail,amount"},
            "csv": {"columns": [{"header": "IBAN", "field": "iban"}, {"text": "99"}], "separator": ";"},
            "cheque": {"language": "de"},
        }))
        .expect("a payer");
        assert_eq!(payer.name.as_deref(), Some("Tee & Co."));
        assert_eq!((payer.iban.as_deref(), payer.bic.as_deref()), (Some("DE89370400440532013000"), Some("COBADEFF")));
        assert_eq!(payer.ach.as_ref().and_then(|ach| ach.entry_description.as_deref()), Some("REFERRAL"));
        assert!(payer.csv.as_ref().is_some_and(|csv| csv.header && csv.decimal_sign == '.'));
        let again: Payer = serde_json::from_str(&serde_json::to_string(&payer).expect("JSON")).expect("a payer");
        assert_eq!(again.checked(), Ok(payer));
    }

    #[test]
    fn every_fault_is_told_at_its_field() {
        let bad = check(serde_json::json!({
            "name": "王", "iban": "DE00370400440532013000", "bic": "X", "reference": "",
            "ach": {"bank_routing": "1", "bank_name": "B", "company_id": "12345678901", "entry_description": "PAYROLL"},
            "wise": {"source_currency": "EUR", "header": "name,email"},
            "csv": {"columns": [{"header": "A"}]},
        }));
        let expected = [
            "/iban",
            "/bic",
            "/name",
            "/reference",
            "/wise/header",
            "/csv/columns/0",
            "/ach/bank_routing",
            "/ach/company_id",
            "/ach/entry_description",
        ];
        assert_eq!(bad, Err(expected.map(str::to_owned).to_vec()));
        for bad in [
            serde_json::json!({"csv": {"columns": []}}),
            serde_json::json!({"csv": {"columns": [{"text": "x"}], "separator": "|"}}),
            serde_json::json!({"csv": {"columns": [{"text": "x", "field": "iban"}]}}),
            serde_json::json!({"iban": "TR330006100519786457841326"}),
        ] {
            assert!(check(bad.clone()).is_err(), "{bad}");
        }
    }
}
