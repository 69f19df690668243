//! What other referral programs export: accounts, whom they introduced, what they are still owed.

use std::collections::BTreeMap;

use super::amount::{DecimalSign, minor, number};
use super::columns::fold;
use crate::domain::code::Code;
use crate::domain::customer::{CustomerFacts, CustomerKey};
use crate::domain::field::short_text;
use crate::domain::money::{ByCurrency, Currency};

/// A program that people move here from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// AffiliateWP: its exports of affiliates, referrals and customers.
    AffiliateWp,
    /// Rewardful: affiliates (also one row per referred customer) and commissions.
    Rewardful,
    /// Dub Partners: partners, links, customers and commissions.
    Dub,
    /// FirstPromoter: promoters, referrals and commissions.
    FirstPromoter,
}

impl Product {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::AffiliateWp, Self::Rewardful, Self::Dub, Self::FirstPromoter];

    /// Its name for `--from`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AffiliateWp => "affiliatewp",
            Self::Rewardful => "rewardful",
            Self::Dub => "dub",
            Self::FirstPromoter => "firstpromoter",
        }
    }

    /// Headers of what a commission comes to, the surest first.
    const fn amounts(self) -> &'static [&'static str] {
        match self {
            Self::Dub => &["earnings", "commission"],
            Self::AffiliateWp => &["amount"],
            Self::Rewardful | Self::FirstPromoter => &["commissionamount", "commission", "amount"],
        }
    }

    /// What it calls a commission that is earned and not yet paid.
    fn owes(self, status: &str) -> bool {
        match self {
            Self::AffiliateWp => status == "unpaid",
            Self::Rewardful => status == "due",
            Self::Dub => matches!(status, "processed" | "approved"),
            Self::FirstPromoter => matches!(status, "approved" | "unpaid" | "due"),
        }
    }
}

const ACCOUNT: [&str; 6] = ["affiliateid", "partnerid", "promoterid", "affiliate", "promoter", "partner"];
const ACCOUNT_EMAIL: [&str; 4] = ["affiliateemail", "partneremail", "promoteremail", "referreremail"];
const CODES: [&str; 15] = [
    "token",
    "tokens",
    "linktoken",
    "linktokens",
    "refid",
    "referralid",
    "username",
    "affiliateid",
    "key",
    "linkkey",
    "couponcode",
    "coupon",
    "promocode",
    "discountcode",
    "code",
];
const LINKS: [&str; 6] = ["shortlink", "link", "links", "url", "referrallink", "affiliatelink"];
const CUSTOMER: [&str; 5] = ["stripecustomerid", "customerexternalid", "customerid", "uid", "importedid"];
const CUSTOMER_EMAIL: [&str; 4] = ["customeremail", "leademail", "referralemail", "referredemail"];
const UNPAID: [&str; 7] = ["unpaidbalance", "unpaidearnings", "unpaid", "currentbalance", "balance", "due", "dueamount"];

/// Somebody who introduced others there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// What names him there: his e-mail address, else his number.
    pub key: String,
    /// Who he is; with a key at least.
    pub facts: CustomerFacts,
    /// His codes, in the file's order.
    pub codes: Vec<Code>,
    /// Whether he was set aside there.
    pub paused: bool,
    /// What he is owed, minor units.
    pub owed: ByCurrency,
    /// Whom he introduced.
    pub friends: Vec<CustomerFacts>,
}

/// All that was found in the files.
#[derive(Debug, Clone, Default)]
pub struct Removal {
    /// By what names them.
    pub accounts: BTreeMap<String, Account>,
    /// Numbers and codes by which other files name an account.
    aliases: BTreeMap<String, String>,
    /// Earned there but not yet due, minor units: not taken over.
    pub not_due: ByCurrency,
    /// Rows that could not be understood: file, row, why.
    pub faults: Vec<(String, u32, String)>,
    /// Codes that cannot be codes here.
    pub lost_codes: Vec<String>,
}

/// The headers of one file.
#[derive(Debug, Clone)]
pub struct Table {
    product: Product,
    name: String,
    source: String,
    currency: Currency,
    headers: Vec<String>,
    /// Whether its `email` is the customer's: a list of customers with the account beside.
    of_customers: bool,
    amounts: bool,
}

impl Table {
    /// Looks at the headers of the file `name`; customer numbers are those of `source`.
    ///
    /// # Errors
    /// When it names neither accounts nor customers.
    pub fn of(product: Product, name: &str, headers: &[String], source: &str, currency: Currency) -> Result<Self, String> {
        let headers: Vec<String> = headers.iter().map(|header| fold(header)).collect();
        let has = |names: &[&str]| headers.iter().any(|header| names.contains(&header.as_str()));
        let accounts = has(&ACCOUNT) || has(&ACCOUNT_EMAIL);
        let of_customers = has(&["customerid", "uid"]) && accounts && !has(&["token", "username"]) && !has(&CUSTOMER_EMAIL);
        let amounts = has(product.amounts()) && has(&["status", "state"]) && (accounts || product == Product::Rewardful);
        if !accounts && !has(&["email", "emailaddress", "emailid"]) {
            return Err(format!(
                "{name}: no column names an affiliate, partner or promoter; is this an export of {}?",
                product.name()
            ));
        }
        Ok(Self { product, name: name.to_owned(), source: source.to_owned(), currency, headers, of_customers, amounts })
    }

    fn cell<'a>(&self, cells: &'a [String], names: &[&str]) -> Option<&'a str> {
        let place = names.iter().find_map(|name| self.headers.iter().position(|header| header == name))?;
        cells.get(place).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }
}

impl Removal {
    /// Takes in a row.
    pub fn take(&mut self, table: &Table, row: u32, cells: &[String]) {
        if let Err(said) = self.row(table, cells) {
            self.faults.push((table.name.clone(), row, said));
        }
    }

    fn row(&mut self, table: &Table, cells: &[String]) -> Result<(), String> {
        let key = self.account(table, cells)?;
        if table.amounts {
            self.amount(table, cells, &key)?;
        } else if let Some(text) = table.cell(cells, &UNPAID) {
            let currency = currency(table, cells)?;
            let owed = minor(number(text, DecimalSign::Point)?, currency)?;
            self.owe(&key, currency, owed.max(0));
        }
        if let Some(friend) = friend(table, cells)
            && let Some(account) = self.accounts.get_mut(&key)
            && !account.friends.contains(&friend)
        {
            account.friends.push(friend);
        }
        Ok(())
    }

    /// The account that the row is about, made when nobody spoke of it before.
    fn account(&mut self, table: &Table, cells: &[String]) -> Result<String, String> {
        let own = ["email", "emailaddress", "emailid"];
        let email = table.cell(cells, &ACCOUNT_EMAIL).or_else(|| table.cell(cells, &own).filter(|_| !table.of_customers));
        let number = table.cell(cells, &ACCOUNT).or_else(|| {
            table.cell(cells, &["id", "refid", "promoterrefid", "token"]).filter(|_| !table.of_customers && !table.amounts)
        });
        let alias = number.map(|number| format!("#{}", number.to_lowercase()));
        let known = alias.as_ref().and_then(|alias| self.aliases.get(alias)).cloned();
        let key = match (email, known) {
            (Some(email), _) => {
                CustomerKey::email("", email).map_err(|fault| format!("the affiliate's address {}", fault.message))?.value
            }
            (None, Some(known)) => known,
            (None, None) => {
                return Err("names an affiliate that no other file has an e-mail address of; give the list of affiliates first"
                    .to_owned());
            }
        };
        if let Some(alias) = alias {
            self.aliases.entry(alias).or_insert_with(|| key.clone());
        }
        let account = self.accounts.entry(key.clone()).or_insert_with(|| Account { key: key.clone(), ..Account::default() });
        if account.facts.keys.is_empty()
            && let Ok(parsed) = CustomerKey::email("", &key)
        {
            account.facts.keys.push((parsed, email.unwrap_or(&key).to_owned()));
        }
        if !table.of_customers && !table.amounts {
            describe(account, table, cells);
            self.lost_codes.extend(codes(account, table, cells));
        }
        let names: Vec<String> = account.codes.iter().map(|code| format!("#{}", code.as_str().to_lowercase())).collect();
        for name in names {
            self.aliases.entry(name).or_insert_with(|| key.clone());
        }
        Ok(key)
    }

    fn amount(&mut self, table: &Table, cells: &[String], key: &str) -> Result<(), String> {
        let Some(text) = table.cell(cells, table.product.amounts()) else { return Ok(()) };
        let currency = currency(table, cells)?;
        let amount = minor(number(text, DecimalSign::Point)?, currency)?;
        let status = table.cell(cells, &["status", "state"]).map(fold).unwrap_or_default();
        if table.product.owes(&status) {
            self.owe(key, currency, amount);
        } else if status == "pending" {
            *self.not_due.entry(currency).or_insert(0) += amount;
        }
        Ok(())
    }

    fn owe(&mut self, key: &str, currency: Currency, amount: i64) {
        if let Some(account) = self.accounts.get_mut(key).filter(|_| amount != 0) {
            *account.owed.entry(currency).or_insert(0) += amount;
        }
    }

    /// Takes over by which numbers and codes the accounts of `other` are named.
    pub fn learn_names(&mut self, other: &Self) {
        for (alias, key) in &other.aliases {
            self.aliases.entry(alias.clone()).or_insert_with(|| key.clone());
        }
    }

    /// What all of them are owed.
    #[must_use]
    pub fn owed(&self) -> ByCurrency {
        let mut sums = ByCurrency::new();
        for (currency, amount) in self.accounts.values().flat_map(|account| &account.owed) {
            *sums.entry(*currency).or_insert(0) += amount;
        }
        sums
    }
}

fn currency(table: &Table, cells: &[String]) -> Result<Currency, String> {
    let named = table.cell(cells, &["currency", "currencycode"]);
    named
        .map_or(Ok(table.currency), |code| Currency::parse(&code.to_ascii_uppercase()))
        .map_err(|said| format!("the currency {said}"))
}

fn describe(account: &mut Account, table: &Table, cells: &[String]) {
    let whole = table.cell(cells, &["name", "fullname", "affiliatename", "partnername", "promotername"]);
    let parts = [table.cell(cells, &["firstname"]), table.cell(cells, &["lastname"])];
    let name = whole.map_or_else(|| parts.into_iter().flatten().collect::<Vec<_>>().join(" "), ToOwned::to_owned);
    if short_text("", &name).is_ok() {
        account.facts.name = Some(name);
    }
    let status = table.cell(cells, &["status", "state"]).map(fold).unwrap_or_default();
    account.paused |= matches!(
        status.as_str(),
        "inactive"
            | "rejected"
            | "suspended"
            | "banned"
            | "archived"
            | "deactivated"
            | "blocked"
            | "declined"
            | "denied"
            | "disabled"
            | "pending"
    );
}

/// Adds the codes of the row; returns those that cannot be codes here.
fn codes(account: &mut Account, table: &Table, cells: &[String]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for name in CODES {
        let cell = table.cell(cells, &[name]).unwrap_or_default();
        texts.extend(cell.split([',', ';', ' ']).map(str::trim).filter(|text| !text.is_empty()).map(ToOwned::to_owned));
    }
    let links = LINKS.iter().filter_map(|name| table.cell(cells, &[name])).flat_map(|cell| cell.split([',', ';', ' ']));
    texts.extend(links.filter_map(code_of_link));
    let mut lost = Vec::new();
    for text in texts {
        match Code::fold(&text) {
            Some(code) if !account.codes.contains(&code) => account.codes.push(code),
            Some(_) => {}
            None => lost.push(text),
        }
    }
    lost
}

/// What a link carries: a parameter such as `?via=joe`, else its last segment.
fn code_of_link(link: &str) -> Option<String> {
    let parsed = url::Url::parse(link.trim()).or_else(|_| url::Url::parse(&format!("https://{}", link.trim()))).ok()?;
    let named = ["ref", "via", "fpr", "aff", "code"];
    let parameter = parsed.query_pairs().find(|(name, _)| named.contains(&name.as_ref())).map(|(_, value)| value.into_owned());
    let segment = || parsed.path_segments()?.rfind(|segment| !segment.is_empty()).map(ToOwned::to_owned);
    parameter.or_else(segment)
}

/// The customer that the row's account introduced.
fn friend(table: &Table, cells: &[String]) -> Option<CustomerFacts> {
    let mut facts = CustomerFacts::default();
    let mut add = |key: Result<CustomerKey, crate::domain::field::FieldError>, text: &str| {
        facts.keys.extend(key.ok().map(|key| (key, text.to_owned())));
    };
    if let Some(id) = table.cell(cells, &CUSTOMER) {
        add(CustomerKey::external_id("", &table.source, id), id);
    }
    let email = table.cell(cells, &CUSTOMER_EMAIL).or_else(|| table.cell(cells, &["email"]).filter(|_| table.of_customers));
    if let Some(email) = email {
        add(CustomerKey::email("", email), email);
    }
    let name = table.cell(cells, &["customername", "leadname"]);
    facts.name = name.filter(|name| short_text("", name).is_ok()).map(ToOwned::to_owned);
    (!facts.keys.is_empty()).then_some(facts)
}
