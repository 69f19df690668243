//! Reading what a shop wrote: every value with the place it stands at, money without floats.

use rust_decimal::Decimal;
use serde_json::Value;

use super::event::MapFault;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;

/// A value in a shop's message and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    value: &'a Value,
    pointer: String,
}

static ABSENT: Value = Value::Null;

impl<'a> Node<'a> {
    pub(super) const fn root(value: &'a Value) -> Self {
        Self { value, pointer: String::new() }
    }

    /// The member `name`; one that is missing reads as null.
    pub(super) fn get(&self, name: &str) -> Self {
        Self { value: self.value.get(name).unwrap_or(&ABSENT), pointer: format!("{}/{name}", self.pointer) }
    }

    /// What stands at a JSON pointer (RFC 6901).
    pub(super) fn at(&self, pointer: &str) -> Self {
        Self { value: self.value.pointer(pointer).unwrap_or(&ABSENT), pointer: format!("{}{pointer}", self.pointer) }
    }

    /// The items of a list; none if it is no list.
    pub(super) fn items(&self) -> Vec<Self> {
        let items = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().enumerate().map(|(place, value)| Self { value, pointer: format!("{}/{place}", self.pointer) }).collect()
    }

    pub(super) const fn value(&self) -> &'a Value {
        self.value
    }

    pub(super) fn is_null(&self) -> bool {
        self.value.is_null()
    }

    /// The text of a string or number; an empty one is none.
    pub(super) fn text(&self) -> Option<String> {
        let text = match self.value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn flag(&self) -> bool {
        self.value.as_bool().unwrap_or(false)
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> MapFault {
        MapFault::new(self.pointer.clone(), message)
    }

    pub(super) fn need_text(&self) -> Result<String, MapFault> {
        self.text().ok_or_else(|| self.fault("is missing"))
    }

    /// A decimal number, from a string or a JSON number as it is written.
    fn decimal(&self) -> Result<Option<Decimal>, MapFault> {
        let Some(text) = self.text() else { return Ok(None) };
        let read = text.parse().or_else(|_| Decimal::from_scientific(&text));
        read.map(Some).map_err(|_| self.fault(format!("is {text:?}, which is no amount")))
    }

    /// An amount in units of `currency`, such as `"12.50"`, in minor units; finer digits are rounded
    /// half away from zero.
    pub(super) fn money(&self, currency: Currency) -> Result<Option<i64>, MapFault> {
        let minor = |amount| currency.minor(amount).ok_or_else(|| self.fault("is more than the service can hold"));
        self.decimal()?.map(minor).transpose()
    }

    /// As [`Self::money`], with 0 for a figure that is missing.
    pub(super) fn money_or_zero(&self, currency: Currency) -> Result<i64, MapFault> {
        self.money(currency).map(Option::unwrap_or_default)
    }

    /// A whole number, also as text.
    pub(super) fn integer(&self) -> Option<i64> {
        self.value.as_i64().or_else(|| self.value.as_str().and_then(|text| text.trim().parse().ok()))
    }

    /// An RFC 3339 time.
    pub(super) fn time(&self) -> Option<Instant> {
        self.text().and_then(|text| Instant::parse(&text).ok())
    }

    /// A time that is UTC without saying so, such as `2017-03-22T19:28:02`.
    pub(super) fn time_utc(&self) -> Option<Instant> {
        self.text().and_then(|text| Instant::parse(&format!("{}Z", text.trim_end_matches('Z'))).ok())
    }

    /// Seconds since 1970.
    pub(super) fn time_unix(&self) -> Option<Instant> {
        let seconds = self.integer().filter(|seconds| (0..7_289_654_400).contains(seconds))?;
        Some(Instant::from_micros(seconds.saturating_mul(1_000_000)))
    }

    /// An ISO 4217 code in any case.
    pub(super) fn currency(&self) -> Result<Option<Currency>, MapFault> {
        let Some(code) = self.text() else { return Ok(None) };
        Currency::parse(&code.to_ascii_uppercase()).map(Some).map_err(|wrong| self.fault(wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn money(value: &Value, code: &str) -> Result<Option<i64>, MapFault> {
        Node::root(value).money(Currency::parse(code).expect("a currency"))
    }

    #[test]
    fn amounts_are_read_exactly_in_any_number_of_decimals() {
        for (value, code, minor) in [
            (json!("19.99"), "EUR", 1_999),
            (json!(195.66), "USD", 19_566),
            (json!(199), "USD", 19_900),
            (json!("1000"), "JPY", 1_000),
            (json!("1000.00"), "JPY", 1_000),
            (json!("1.234"), "KWD", 1_234),
            (json!("12.345"), "EUR", 1_235),
            (json!("-10.00"), "USD", -1_000),
            (json!("0.1"), "EUR", 10),
            (json!(1e3), "EUR", 100_000),
        ] {
            assert_eq!(money(&value, code), Ok(Some(minor)), "{value} {code}");
        }
        assert_eq!(money(&json!(null), "EUR"), Ok(None));
        assert_eq!(money(&json!(""), "EUR"), Ok(None));
        for bad in [json!("ten"), json!("1e30"), json!("99999999999999999"), json!("1,50")] {
            assert!(money(&bad, "EUR").is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_beyond_2_to_the_53rd_stay_whole() {
        let value: Value = serde_json::from_str("{\"id\": 820982911946154508}").expect("JSON");
        assert_eq!(Node::root(&value).get("id").text().as_deref(), Some("820982911946154508"));
    }

    #[test]
    fn times_are_read_with_and_without_a_zone() {
        let at = |value: Value| Node::root(&value).time_utc().map(|at| at.to_string());
        assert_eq!(at(json!("2017-03-22T19:28:02")).as_deref(), Some("2017-03-22T19:28:02Z"));
        assert_eq!(Node::root(&json!(1_677_833_849)).time_unix().map(|at| at.seconds()), Some(1_677_833_849));
        assert_eq!(Node::root(&json!(-1)).time_unix(), None);
    }
}
