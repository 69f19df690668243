//! The answers of the first run: as they were typed, and as rules.

use std::sync::LazyLock;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::domain::commission::CommissionRule;
use crate::domain::customer::CustomerKey;
use crate::domain::field::short_text;
use crate::domain::intake::amount::{DecimalVotes, number};
use crate::domain::locale::Locale;
use crate::domain::money::{Currency, Rate};
use crate::domain::payout_rules::Schedule;
use crate::domain::program::Terms;
use crate::http::pages::form::said;
use crate::http::pages::frame::Frame;
use crate::http::pages::front::reset::local_part;
use crate::http::pages::people::Visitor;
use crate::operations::set_terms::merged;

/// What the page asks for, in its order; the password is looked at by itself.
pub(super) const FIELDS: [&str; 8] =
    ["shop_name", "shop_url", "currency", "timezone", "percent", "payout_minimum", "name", "email"];

/// What the field offers; any other of ISO 4217 is taken too.
pub(super) const CURRENCIES: [&str; 12] = ["EUR", "CHF", "GBP", "USD", "CAD", "AUD", "SEK", "DKK", "NOK", "PLN", "CZK", "JPY"];

/// Where shops are. The rest of the database is old names and offsets.
const REGIONS: [&str; 10] =
    ["Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"];

static ZONES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let all = jiff::tz::db().available().map(|name| name.as_str().to_owned());
    let mut zones: Vec<String> = all.filter(|name| REGIONS.iter().any(|region| name.starts_with(region))).collect();
    zones.push("UTC".to_owned());
    zones.sort();
    zones
});

/// Every zone that the page offers.
pub(super) fn zones() -> &'static [String] {
    &ZONES
}

/// The form as it was sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) shop_name: String,
    pub(super) shop_url: String,
    pub(super) currency: String,
    pub(super) timezone: String,
    pub(super) locale: String,
    pub(super) percent: String,
    pub(super) payout_minimum: String,
    pub(super) monthly: Option<String>,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) password: String,
    /// Which button was pressed, if not the last one.
    pub(super) act: Option<String>,
}

/// The form as rules.
#[derive(Debug)]
pub(super) struct Checked {
    /// What changes in the terms.
    pub(super) patch: Map<String, Value>,
    /// The terms with all of it that can be kept.
    pub(super) terms: Terms,
    pub(super) locale: Locale,
    pub(super) name: String,
    /// Normalised; empty if it is none.
    pub(super) email: String,
    wrong: Vec<&'static str>,
}

/// Whether the schedule of payouts is one that the page knows.
pub(super) fn may_schedule(terms: &Terms) -> bool {
    matches!(terms.payouts.schedule, Schedule::None | Schedule::Monthly)
}

impl Asked {
    /// What the page proposes: the rules as they are, which are the usual ones at the first start.
    pub(super) fn first(visitor: &Visitor) -> Self {
        let terms = &visitor.terms;
        let unnamed = terms.shop_name == Terms::default().shop_name;
        let currency = terms.currency;
        let minimum = Decimal::from_i128_with_scale(terms.payout_minimum(currency).into(), currency.exponent()).normalize();
        let written = |text: String| if visitor.locale == Locale::De { text.replace('.', ",") } else { text };
        Self {
            shop_name: if unnamed { String::new() } else { terms.shop_name.clone() },
            shop_url: terms.shop_url.clone().unwrap_or_default(),
            currency: currency.code().to_owned(),
            timezone: terms.timezone.clone(),
            locale: visitor.locale.tag().to_owned(),
            percent: match &terms.commission {
                CommissionRule::Percent { rate } => written(rate.percent()),
                CommissionRule::Flat { .. } => String::new(),
            },
            payout_minimum: written(minimum.to_string()),
            monthly: may_schedule(terms).then(|| "1".to_owned()),
            email: terms.letters.owner_email.clone().unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Reads the answers on top of the rules in force.
    pub(super) fn check(&self, before: &Terms) -> Checked {
        let (mut patch, mut wrong) = (Map::new(), Vec::new());
        let mut put = |field: &'static str, value: Option<Value>, key: &str| match value {
            Some(value) => drop(patch.insert(key.to_owned(), value)),
            None => wrong.push(field),
        };
        let shop_name = self.shop_name.trim();
        put("shop_name", short_text("", shop_name).is_ok().then(|| json!(shop_name)), "shop_name");
        put("shop_url", shop_url(&self.shop_url), "shop_url");
        let currency = Currency::parse(&self.currency.trim().to_uppercase()).ok();
        put("currency", currency.map(|currency| json!(currency)), "currency");
        let zone = self.timezone.trim();
        put("timezone", jiff::tz::TimeZone::get(zone).is_ok().then(|| json!(zone)), "timezone");
        let flat = matches!(before.commission, CommissionRule::Flat { .. });
        if !(flat && self.percent.trim().is_empty()) {
            put("percent", percent(&self.percent), "commission");
        }
        let home = currency.unwrap_or(before.currency);
        let minimum = amount(&self.payout_minimum, home).map(|minor| json!({ (home.code()): minor }));
        put("payout_minimum", minimum, "payout_minimum");
        let name = self.name.trim();
        if short_text("", name).is_err() {
            wrong.push("name");
        }
        let email = CustomerKey::email("", self.email.trim()).ok();
        if email.is_none() {
            wrong.push("email");
        }
        let locale = Locale::ALL.into_iter().find(|locale| locale.tag() == self.locale).unwrap_or_default();
        patch.insert("letters".to_owned(), letters(before, locale, email.as_ref()));
        if may_schedule(before) {
            let schedule = if self.monthly.is_some() { Schedule::Monthly } else { Schedule::None };
            patch.insert("payouts".to_owned(), json!({ "schedule": schedule }));
        }
        let terms = merged(before, &patch).unwrap_or_else(|_| before.clone());
        let email = email.map(|key| key.value).unwrap_or_default();
        Checked { patch, terms, locale, name: name.to_owned(), email, wrong }
    }
}

impl Checked {
    /// What is wrong with any of `fields`, in words.
    pub(super) fn faults_of(&self, frame: &Frame, fields: &[&'static str]) -> Vec<(&'static str, String)> {
        let at_fault = fields.iter().filter(|field| self.wrong.contains(field));
        at_fault.map(|field| (*field, frame.say(&format!("setup-fault-{field}")))).collect()
    }

    /// What no password of his may be.
    pub(super) fn names(&self) -> [&str; 4] {
        [&self.name, &self.email, local_part(&self.email), &self.terms.shop_name]
    }
}

/// The shop's address, `null` for none; a bare host is meant with https.
fn shop_url(text: &str) -> Option<Value> {
    let Some(text) = said(Some(text)) else { return Some(Value::Null) };
    let address = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let terms = Terms { shop_url: Some(address.clone()), ..Terms::default() };
    terms.check_destination("", &address).is_ok().then_some(Value::String(address))
}

fn percent(text: &str) -> Option<Value> {
    let plain = text.trim().trim_end_matches('%').trim_end().replace(',', ".");
    let rate = Rate::parse_percent(&plain).ok()?;
    Some(json!({ "type": "percent", "rate": rate }))
}

/// An amount as people write it, in minor units.
fn amount(text: &str, currency: Currency) -> Option<i64> {
    let mut votes = DecimalVotes::default();
    votes.look(text);
    let value = number(text, votes.winner().ok()?).ok()?;
    currency.minor(value).filter(|minor| *minor >= 0)
}

/// Letters go out in the owner's language, and his own come to him unless somebody else gets them already.
fn letters(before: &Terms, locale: Locale, email: Option<&CustomerKey>) -> Value {
    let mut letters = json!({ "locale": locale });
    if let (None, Some(email), Value::Object(letters)) = (&before.letters.owner_email, email, &mut letters) {
        letters.insert("owner_email".to_owned(), json!(email.value));
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::words;

    #[test]
    fn answers_become_rules_as_people_write_them() {
        let asked = Asked {
            shop_name: " Blumen Bea ".to_owned(),
            shop_url: "blumen.example".to_owned(),
            currency: "chf".to_owned(),
            timezone: "Europe/Zurich".to_owned(),
            locale: "de".to_owned(),
            percent: "7,5 %".to_owned(),
            payout_minimum: "1.234,50".to_owned(),
            monthly: Some("1".to_owned()),
            name: "Bea".to_owned(),
            email: "Bea@Blumen.example".to_owned(),
            ..Asked::default()
        };
        let checked = asked.check(&Terms::default());
        assert_eq!(checked.wrong, Vec::<&str>::new());
        let terms = &checked.terms;
        assert!(terms.check().is_ok());
        assert_eq!((terms.shop_name.as_str(), terms.shop_url.as_deref()), ("Blumen Bea", Some("https://blumen.example")));
        assert_eq!((terms.currency.code(), terms.payout_minimum(terms.currency)), ("CHF", 123_450));
        assert_eq!(terms.commission.owed(10_000, terms.currency), 750);
        assert_eq!((terms.letters.locale, terms.payouts.schedule), (Locale::De, Schedule::Monthly));
        assert_eq!(terms.letters.owner_email.as_deref(), Some("bea@blumen.example"));
    }

    #[test]
    fn each_wrong_answer_is_named_and_the_others_count() {
        let checked = Asked { percent: "12.5".to_owned(), ..Asked::default() }.check(&Terms::default());
        assert_eq!(checked.wrong, ["shop_name", "currency", "timezone", "payout_minimum", "name", "email"]);
        assert_eq!(checked.terms.commission.owed(1_000, Currency::EUR), 125);
        for bad in ["javascript:alert(1)", "ftp://shop.example", "https://a b.example", "https://bea@shop.example"] {
            let wrong = Asked { shop_url: bad.to_owned(), ..Asked::default() }.check(&Terms::default()).wrong;
            assert!(wrong.contains(&"shop_url"), "{bad}");
        }
        for bad in ["", "ten", "-1", "100.1", "7.12345"] {
            assert_eq!(percent(bad), None, "{bad}");
        }
        for bad in ["", "-5", "a lot", "1.2.3", "99999999999999999999"] {
            assert_eq!(amount(bad, Currency::EUR), None, "{bad}");
        }
    }

    #[test]
    fn a_rule_that_the_page_cannot_show_stays() {
        let amounts = [(Currency::EUR, 500)].into_iter().collect();
        let before = Terms { commission: CommissionRule::Flat { amounts }, ..Terms::default() };
        let checked = Asked::default().check(&before);
        assert!(!checked.wrong.contains(&"percent"));
        assert_eq!(checked.terms.commission, before.commission);
    }

    #[test]
    fn every_fault_has_its_words() {
        let missing: Vec<&&str> = FIELDS.iter().filter(|field| !words::knows(&format!("setup-fault-{field}"))).collect();
        assert_eq!(missing, Vec::<&&str>::new());
        for part in ["title", "text", "way"] {
            assert!(["setup-closed", "setup-over", "reset-closed"].iter().all(|door| words::knows(&format!("{door}-{part}"))));
        }
    }

    #[test]
    fn zones_are_those_of_places() {
        assert!(zones().len() > 300 && zones().iter().any(|zone| zone == "Europe/Berlin"));
        assert!(zones().iter().all(|zone| jiff::tz::TimeZone::get(zone).is_ok()));
    }
}
