//! The rules as a form, and a filled-in form as a change of the rules. What the form does not show stays as it is.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::super::fields::{Choice, Field};
use crate::domain::field::FieldError;
use crate::domain::intake::amount::{DecimalSign, DecimalVotes, number};
use crate::domain::locale::Locale;
use crate::domain::money::{ByCurrency, Currency, Rate};
use crate::domain::program::Terms;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::words;

/// What somebody writes into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A short text.
    Text,
    /// A short text that may be left out.
    Optional,
    /// Words apart by spaces or commas.
    Words,
    /// A whole number.
    Whole,
    /// A whole number that may be left out.
    OptionalWhole,
    /// A percentage.
    Rate,
    /// Sums by currency: `25 EUR; 30 USD`.
    Sums,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Yes or no.
    YesNo,
}

/// A field of the form and its place in the rules.
struct Item {
    name: &'static str,
    pointer: &'static str,
    kind: Kind,
}

const fn item(name: &'static str, pointer: &'static str, kind: Kind) -> Item {
    Item { name, pointer, kind }
}

static SHOP: [Item; 7] = [
    item("shop_name", "/shop_name", Kind::Text),
    item("shop_url", "/shop_url", Kind::Optional),
    item("allowed_hosts", "/allowed_hosts", Kind::Words),
    item("currency", "/currency", Kind::Text),
    item("currencies", "/currencies", Kind::Words),
    item("timezone", "/timezone", Kind::Text),
    item("closed", "/closed", Kind::YesNo),
];

static REWARD: [Item; 9] = [
    item("commission_type", "/commission/type", Kind::Choice(&["percent", "flat"])),
    item("commission_rate", "/commission/rate", Kind::Rate),
    item("commission_amounts", "/commission/amounts", Kind::Sums),
    item("lifetime", "/lifetime/type", Kind::Choice(&["first_sale", "months", "forever"])),
    item("earning_months", "/lifetime/months", Kind::OptionalWhole),
    item("touch", "/touch", Kind::Choice(&["last", "first"])),
    item("window_days", "/window_days", Kind::Whole),
    item("introduction_days", "/introduction_days", Kind::Whole),
    item("minimum_sale", "/minimum_sale", Kind::Sums),
];

static PAYOUT: [Item; 6] = [
    item("hold_days", "/hold_days", Kind::Whole),
    item("payout_minimum", "/payout_minimum", Kind::Sums),
    item("schedule", "/payouts/schedule", Kind::Choice(&["none", "monthly", "weekly", "when_approved"])),
    item("approval", "/payouts/approval", Kind::Choice(&["one_person", "two_people"])),
    item("require_details", "/payouts/require_details", Kind::YesNo),
    item("sweep_month", "/payouts/sweep_month", Kind::Whole),
];

static LETTERS: [Item; 5] = [
    item("locale", "/letters/locale", Kind::Choice(&["en", "de"])),
    item("legal_name", "/letters/legal_name", Kind::Optional),
    item("postal_address", "/letters/postal_address", Kind::Optional),
    item("owner_email", "/letters/owner_email", Kind::Optional),
    item("bundle_minutes", "/letters/bundle_minutes", Kind::Whole),
];

static CAPS: [Item; 6] = [
    item("sale_floor", "/sale_floor", Kind::Sums),
    item("sale_cap", "/sale_cap", Kind::Sums),
    item("budget", "/caps/budget", Kind::Sums),
    item("code_sales", "/caps/per_code/sales", Kind::OptionalWhole),
    item("month_sales", "/caps/per_referrer_month/sales", Kind::OptionalWhole),
    item("month_amounts", "/caps/per_referrer_month/amounts", Kind::Sums),
];

static FRAUD: [Item; 9] = [
    item("similar_contact", "/fraud/similar_contact", Kind::YesNo),
    item("shared_signals", "/fraud/shared_signals", Kind::YesNo),
    item("disposable_mail", "/fraud/disposable_mail", Kind::YesNo),
    item("stuffed_clicks", "/fraud/stuffed_clicks", Kind::YesNo),
    item("click_seconds_min", "/fraud/click_seconds_min", Kind::Whole),
    item("referrer_orders_max", "/fraud/referrer_orders_max", Kind::Whole),
    item("block_orders_max", "/fraud/block_orders_max", Kind::Whole),
    item("claim_days", "/claims/days", Kind::Whole),
    item("claims_open_max", "/claims/open_max", Kind::Whole),
];

/// The friend's discount, as long as there is one for all or none.
static FRIEND: [Item; 3] = [
    item("discount_type", "/friend_discounts/0/gives/type", Kind::Choice(&["none", "percent", "flat"])),
    item("discount_rate", "/friend_discounts/0/gives/rate", Kind::Rate),
    item("discount_amounts", "/friend_discounts/0/gives/amounts", Kind::Sums),
];

/// Each group by name, its items, and whether it is folded away at first.
fn groups(terms: &Terms) -> Vec<(&'static str, &'static [Item], bool)> {
    let mut groups = vec![("shop", SHOP.as_slice(), false), ("reward", REWARD.as_slice(), false)];
    if is_simple(terms) {
        groups.push(("friend", FRIEND.as_slice(), false));
    }
    groups.push(("payout", PAYOUT.as_slice(), false));
    groups.extend([("letters", LETTERS.as_slice(), true), ("caps", CAPS.as_slice(), true), ("fraud", FRAUD.as_slice(), true)]);
    groups
}

/// Whether the form can show the friends' discounts: none, or one for all.
pub(super) fn is_simple(terms: &Terms) -> bool {
    terms.friend_discounts.len() <= 1 && terms.friend_discounts.iter().all(|discount| discount.tiers.is_empty())
}

/// Fields that belong together.
pub(super) struct Group {
    pub(super) title: String,
    pub(super) fields: Vec<Field>,
    pub(super) folded: bool,
}

/// The form that shows `terms`.
pub(super) fn form(frame: &Frame, terms: &Terms) -> Vec<Group> {
    let document = serde_json::to_value(terms).unwrap_or_default();
    let field = |item: &Item| shown(frame, item, document.pointer(item.pointer));
    let group = |(name, items, folded): (&str, &[Item], bool)| Group {
        title: frame.say(&format!("terms-group-{name}")),
        fields: items.iter().map(field).collect(),
        folded,
    };
    groups(terms).into_iter().map(group).collect()
}

fn shown(frame: &Frame, item: &Item, value: Option<&Value>) -> Field {
    let key = format!("terms-{}", item.name.replace('_', "-"));
    let label = frame.say(&key);
    let text = value.map(|value| written(frame.locale, item.kind, value)).unwrap_or_default();
    let field = match item.kind {
        Kind::Choice(words) => {
            let choice = |word: &&str| Choice::new(*word, frame.say(&format!("{key}-{}", word.replace('_', "-"))));
            let picked = if text.is_empty() { words.first().copied().unwrap_or_default().to_owned() } else { text };
            Field::choice(item.name, label, picked, words.iter().map(choice).collect())
        }
        Kind::YesNo => Field::yes_no(frame, item.name, label, value == Some(&Value::Bool(true))),
        Kind::Whole | Kind::OptionalWhole | Kind::Rate => Field::short(item.name, label, text),
        Kind::Text | Kind::Optional | Kind::Words | Kind::Sums => Field::line(item.name, label, text),
    };
    let hint = format!("{key}-hint");
    if words::knows(&hint) { field.hint(frame.say(&hint)) } else { field }
}

/// A value as people of `locale` write it.
fn written(locale: Locale, kind: Kind, value: &Value) -> String {
    let point = |text: String| if locale == Locale::De { text.replace('.', ",") } else { text };
    match (kind, value) {
        (Kind::Rate, Value::String(text)) => point(text.clone()),
        (_, Value::String(text)) => text.clone(),
        (Kind::Words, Value::Array(words)) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        (Kind::Sums, Value::Object(sums)) => {
            let sum = |(code, amount): (&String, &Value)| {
                let exponent = Currency::parse(code).map_or(2, Currency::exponent);
                let units = Decimal::from_i128_with_scale(i128::from(amount.as_i64().unwrap_or_default()), exponent);
                format!("{} {code}", point(units.to_string()))
            };
            sums.iter().map(sum).collect::<Vec<_>>().join("; ")
        }
        (_, Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A change of the rules (RFC 7396), and what could not be read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) patch: Map<String, Value>,
    pub(super) faults: Vec<FieldError>,
}

/// What somebody filled in. A field that was not sent changes nothing.
pub(super) fn read(locale: Locale, terms: &Terms, sent: &Fields) -> Draft {
    let document = serde_json::to_value(terms).unwrap_or_default();
    let home = sent.one("currency").and_then(|code| Currency::parse(&code.to_ascii_uppercase()).ok()).unwrap_or(terms.currency);
    let mut draft = Draft::default();
    let mut change = json!({});
    for item in groups(terms).into_iter().flat_map(|(_, items, _)| items) {
        let Some(text) = sent.all(item.name).next() else { continue };
        match parsed(locale, home, item, text.trim(), document.pointer(item.pointer)) {
            Ok(value) => put(&mut change, item.pointer, value),
            Err(fault) if is_asked(item, sent) => draft.faults.push(fault),
            Err(_) => {}
        }
    }
    settle(&mut change, "commission", &[("percent", "rate"), ("flat", "amounts")]);
    settle(&mut change, "lifetime", &[("months", "months")]);
    discounts(&mut change);
    if let Value::Object(patch) = change {
        draft.patch = patch;
    }
    draft
}

/// Whether a field counts beside what was chosen for its type.
fn is_asked(item: &Item, sent: &Fields) -> bool {
    match item.name {
        "commission_rate" => sent.one("commission_type") != Some("flat"),
        "commission_amounts" => sent.one("commission_type") == Some("flat"),
        "discount_rate" => sent.one("discount_type") == Some("percent"),
        "discount_amounts" => sent.one("discount_type") == Some("flat"),
        "earning_months" => sent.one("lifetime") == Some("months"),
        _ => true,
    }
}

fn parsed(locale: Locale, home: Currency, item: &Item, text: &str, before: Option<&Value>) -> Result<Value, FieldError> {
    let wrong = |code: &str, message: &str| FieldError::new(item.pointer, code, message);
    match item.kind {
        Kind::Text if item.name == "currency" => Ok(json!(text.to_ascii_uppercase())),
        Kind::Text => Ok(json!(text)),
        Kind::Optional if text.is_empty() => Ok(Value::Null),
        Kind::Optional => Ok(json!(text)),
        Kind::Words => {
            let words = text.split([',', ' ', ';', '\n', '\r', '\t']).filter(|word| !word.is_empty());
            let upper = item.name == "currencies";
            let words = words.map(|word| if upper { word.to_ascii_uppercase() } else { word.to_ascii_lowercase() });
            Ok(json!(words.collect::<Vec<String>>()))
        }
        Kind::OptionalWhole if text.is_empty() => Ok(Value::Null),
        Kind::Whole | Kind::OptionalWhole => {
            let whole: Result<i64, _> = text.parse();
            whole.map(|whole| json!(whole)).map_err(|_| wrong("whole_number", "must be a whole number"))
        }
        Kind::Rate => {
            let plain = text.trim_end_matches(['%', ' ', '\u{a0}']).replace(',', ".");
            let rate = Rate::parse_percent(&plain).map_err(|message| wrong("percentage", message))?;
            Ok(json!(rate.percent()))
        }
        Kind::Sums => {
            let sums = sums(locale, home, text).ok_or_else(|| wrong("sums", "must be sums such as 25 EUR; 30 USD"))?;
            let mut value = json!(sums);
            if let (Some(after), Some(Value::Object(before))) = (value.as_object_mut(), before) {
                for gone in before.keys() {
                    after.entry(gone.clone()).or_insert(Value::Null);
                }
            }
            Ok(value)
        }
        Kind::Choice(words) if words.contains(&text) => Ok(json!(text)),
        Kind::YesNo if text == "true" || text == "false" => Ok(json!(text == "true")),
        Kind::Choice(_) | Kind::YesNo => Err(wrong("unknown_value", "is none of the answers")),
    }
}

/// Sums by currency as people write them: `25; 30 USD`, each in `home` unless it says otherwise.
pub(super) fn sums(locale: Locale, home: Currency, text: &str) -> Option<ByCurrency> {
    let mut sums = ByCurrency::new();
    for part in text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let code: String = part.chars().filter(char::is_ascii_alphabetic).collect();
        let currency = if code.is_empty() { home } else { Currency::parse(&code.to_ascii_uppercase()).ok()? };
        let mut votes = DecimalVotes::default();
        votes.look(part);
        let own = if locale == Locale::De { DecimalSign::Comma } else { DecimalSign::Point };
        let value = number(part, votes.winner().unwrap_or(own)).ok()?.normalize();
        if value.scale() > currency.exponent() || sums.insert(currency, currency.minor(value)?).is_some() {
            return None;
        }
    }
    Some(sums)
}

fn put(document: &mut Value, pointer: &str, value: Value) {
    let mut place = document;
    for segment in pointer.split('/').skip(1) {
        if !place.is_object() {
            *place = json!({});
        }
        let Value::Object(fields) = place else { return };
        place = fields.entry(segment.to_owned()).or_insert(Value::Null);
    }
    *place = value;
}

/// Leaves in the object `name` only the member that goes with its type.
fn settle(change: &mut Value, name: &str, members: &[(&str, &str)]) {
    let Some(Value::Object(fields)) = change.get_mut(name) else { return };
    let Some(kind) = fields.get("type").and_then(Value::as_str).map(str::to_owned) else { return };
    for (of, member) in members {
        // One that was left empty stays as it is; where there is none, the rules themselves say so.
        if *of != kind || fields.get(*member).is_some_and(Value::is_null) {
            fields.remove(*member);
        }
    }
}

/// The friends' discounts are a list: it is replaced as a whole.
fn discounts(change: &mut Value) {
    let Some(gives) = change.pointer("/friend_discounts/0/gives").cloned() else { return };
    let kind = gives.get("type").and_then(Value::as_str).unwrap_or("none");
    let without_nulls = |sums: &Value| -> Value {
        let kept = sums.as_object().into_iter().flatten().filter(|(_, amount)| !amount.is_null());
        kept.map(|(code, amount)| (code.clone(), amount.clone())).collect::<Map<_, _>>().into()
    };
    let list = match kind {
        "percent" => json!([{ "gives": { "type": "percent", "rate": gives.get("rate") } }]),
        "flat" => json!([{ "gives": { "type": "flat", "amounts": gives.get("amounts").map(without_nulls) } }]),
        _ => json!([]),
    };
    put(change, "/friend_discounts", list);
}

/// The field that shows what stands at `pointer`.
pub(super) fn named(pointer: &str) -> Option<&'static str> {
    let all = SHOP.iter().chain(&REWARD).chain(&FRIEND).chain(&PAYOUT).chain(&LETTERS).chain(&CAPS).chain(&FRAUD);
    let begins =
        |item: &&Item| pointer == item.pointer || pointer.strip_prefix(item.pointer).is_some_and(|rest| rest.starts_with('/'));
    let whole = match pointer {
        "/commission" => Some("commission_rate"),
        "/lifetime" => Some("lifetime"),
        _ => None,
    };
    whole.or_else(|| all.filter(begins).max_by_key(|item| item.pointer.len()).map(|item| item.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(locale: Locale, terms: &Terms, fields: &[(&str, &str)]) -> (Value, Vec<String>) {
        let sent = Fields::of(fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect());
        let draft = read(locale, terms, &sent);
        (Value::Object(draft.patch), draft.faults.into_iter().map(|fault| fault.pointer).collect())
    }

    #[test]
    fn sums_are_read_as_people_write_them() {
        let read = |locale, text: &str| sums(locale, Currency::EUR, text).map(|sums| json!(sums));
        assert_eq!(read(Locale::De, "49,90"), Some(json!({ "EUR": 4_990 })));
        assert_eq!(read(Locale::En, "49.90; 30 usd"), Some(json!({ "EUR": 4_990, "USD": 3_000 })));
        assert_eq!(read(Locale::De, "1.000 €"), Some(json!({ "EUR": 100_000 })));
        assert_eq!(read(Locale::En, ""), Some(json!({})));
        for bad in ["ten", "1.005", "5 EUR; 6 EUR", "5 QQQ"] {
            assert_eq!(read(Locale::En, bad), None, "{bad}");
        }
    }

    #[test]
    fn what_was_not_sent_stays_and_what_was_emptied_goes() {
        let mut terms = Terms::default();
        terms.payout_minimum.insert(Currency::EUR, 2_500);
        assert_eq!(change(Locale::En, &terms, &[]), (json!({}), Vec::new()));
        let (patch, faults) = change(Locale::De, &terms, &[("payout_minimum", "30 USD"), ("hold_days", "14"), ("shop_url", "")]);
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(patch, json!({ "payout_minimum": { "EUR": null, "USD": 3_000 }, "hold_days": 14, "shop_url": null }));
        let (_, faults) = change(Locale::En, &terms, &[("hold_days", "soon"), ("commission_rate", "lots")]);
        assert_eq!(faults, ["/commission/rate", "/hold_days"]);
    }

    #[test]
    fn only_what_goes_with_the_chosen_type_is_said() {
        let terms = Terms::default();
        let both = [("commission_type", "flat"), ("commission_rate", "10"), ("commission_amounts", "5")];
        assert_eq!(change(Locale::En, &terms, &both).0, json!({ "commission": { "type": "flat", "amounts": { "EUR": 500 } } }));
        let life = [("lifetime", "forever"), ("earning_months", "x")];
        assert_eq!(change(Locale::En, &terms, &life), (json!({ "lifetime": { "type": "forever" } }), Vec::new()));
        let friend = [("discount_type", "percent"), ("discount_rate", "7,5 %"), ("discount_amounts", "")];
        let expected = json!({ "friend_discounts": [{ "gives": { "type": "percent", "rate": "7.5" } }] });
        assert_eq!(change(Locale::De, &terms, &friend).0, expected);
        assert_eq!(change(Locale::De, &terms, &[("discount_type", "none")]).0, json!({ "friend_discounts": [] }));
        assert_eq!(named("/minimum_sale/EUR"), Some("minimum_sale"));
        assert_eq!(named("/commission/amounts/EUR"), Some("commission_amounts"));
        assert_eq!(named("/rules/0/name"), None);
    }
}
