//! A code that friends type must exist in the shop: what a coupon should be, and how each shop is brought
//! to have it. Always the same two steps: look, then mend what differs. So a coupon that is new, changed,
//! switched off or tampered with takes the same way, and doing it twice changes nothing.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::connection::Kind;
use super::pull::{SHOPIFY_API, key_header};
use crate::domain::money::{Money, Rate};

/// What the friend gets off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Off {
    /// Nothing: the code only tells who sent him.
    Nothing,
    /// A share of the goods.
    Percent {
        /// In percent.
        rate: Rate,
    },
    /// A sum.
    Flat {
        /// Minor units and their currency.
        amount: Money,
    },
}

/// Where a coupon stands in the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponStatus {
    /// Not yet looked after.
    Waiting,
    /// There, and as it should be.
    InShop,
    /// Switched off, or never there.
    Disabled,
    /// The shop refused; it is tried again.
    Failed,
}

/// What a coupon should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The code.
    pub code: String,
    /// Whether it counts.
    pub active: bool,
    /// What it gives.
    pub off: Off,
}

/// A request to a shop, in its own form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST` or `PUT`.
    pub method: &'static str,
    /// Where.
    pub url: String,
    /// The shop's key and the form of the body.
    pub headers: Vec<(&'static str, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
}

/// A shop's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON, null if it was none.
    pub body: Value,
}

/// Why a coupon is not as it should be, for the owner to read.
pub type Fault = String;

/// Asks the shop.
pub type Asking<'a> = &'a mut dyn FnMut(Request) -> Result<Answer, Fault>;

/// Stands in every coupon that is ours. Others of the same code are the owner's own and stay untouched.
const MARK: &str = "houndplan";

/// How to reach a shop.
#[derive(Debug, Clone)]
pub struct Shop {
    /// Which kind.
    pub kind: Kind,
    /// Where it answers.
    pub url: String,
    /// With what.
    pub key: String,
}

/// Brings the shop's coupon to what is wanted. Returns its number there; none when it is neither wanted nor there.
///
/// # Errors
/// A sentence for the owner: the shop refused, could not be reached, or cannot hold such a coupon.
pub fn sync(shop: &Shop, wanted: &Wanted, ask: Asking<'_>) -> Result<Option<String>, Fault> {
    match shop.kind {
        Kind::Woocommerce => woocommerce(shop, wanted, ask),
        Kind::Shopify => shopify(shop, wanted, ask),
        Kind::Stripe => stripe(shop, wanted, ask),
        Kind::Generic | Kind::Standard => Err("this kind of shop takes no coupons by itself; download them as CSV".to_owned()),
    }
}

impl Shop {
    fn request(&self, method: &'static str, path: &str, body: Option<&Value>) -> Request {
        let mut headers = key_header(self.kind, &self.key);
        let form = self.kind == Kind::Stripe;
        if body.is_some() {
            headers
                .push(("Content-Type", if form { "application/x-www-form-urlencoded" } else { "application/json" }.to_owned()));
        }
        let bytes = body.map(|body| if form { form_of(body) } else { body.to_string().into_bytes() });
        Request { method, url: format!("{}{path}", self.url.trim_end_matches('/')), headers, body: bytes.unwrap_or_default() }
    }
}

/// Stripe reads forms; nested fields are written `a[b]`.
fn form_of(body: &Value) -> Vec<u8> {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in body.as_object().into_iter().flatten() {
        match value {
            Value::Object(inner) => {
                for (key, value) in inner {
                    form.append_pair(&format!("{name}[{key}]"), &text(value));
                }
            }
            value => {
                form.append_pair(name, &text(value));
            }
        }
    }
    form.finish().into_bytes()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn id_of(value: &Value) -> Option<String> {
    value.get("id").filter(|id| !id.is_null()).map(text)
}

fn encoded(code: &str) -> String {
    url::form_urlencoded::byte_serialize(code.as_bytes()).collect()
}

/// The answer's body if it was done, else what the shop said.
fn done(answer: Answer) -> Result<Value, Fault> {
    if (200..300).contains(&answer.status) {
        return Ok(answer.body);
    }
    let said =
        answer.body.pointer("/message").or_else(|| answer.body.pointer("/error/message")).or_else(|| answer.body.get("errors"));
    let said: String = said.map(text).unwrap_or_default().chars().filter(|sign| !sign.is_control()).take(200).collect();
    Err(format!("the shop answered {}: {said}", answer.status))
}

fn foreign(code: &str) -> Fault {
    format!("the shop has a coupon {code} of its own; rename one of the two")
}

fn amount_of(off: Off) -> String {
    match off {
        Off::Nothing => "0".to_owned(),
        Off::Percent { rate } => rate.percent(),
        Off::Flat { amount } => {
            Decimal::from_i128_with_scale(i128::from(amount.amount), amount.currency.exponent()).normalize().to_string()
        }
    }
}

/// A date in the past ends a WooCommerce coupon in every version of its API.
const LONG_AGO: &str = "2000-01-01T00:00:00";

fn woocommerce(shop: &Shop, wanted: &Wanted, ask: Asking<'_>) -> Result<Option<String>, Fault> {
    const PATH: &str = "/wp-json/wc/v3/coupons";
    let found = done(ask(shop.request("GET", &format!("{PATH}?code={}", encoded(&wanted.code)), None))?)?;
    let same = |one: &&Value| one.get("code").map(text).is_some_and(|code| code.eq_ignore_ascii_case(&wanted.code));
    let existing = found.as_array().and_then(|list| list.iter().find(same));
    let kind = if matches!(wanted.off, Off::Flat { .. }) { "fixed_cart" } else { "percent" };
    let ends = if wanted.active { Value::Null } else { json!(LONG_AGO) };
    let body = json!({
        "code": wanted.code, "discount_type": kind, "amount": amount_of(wanted.off), "date_expires_gmt": ends, "description": MARK,
    });
    match existing {
        None if !wanted.active => Ok(None),
        None => Ok(id_of(&done(ask(shop.request("POST", PATH, Some(&body)))?)?)),
        Some(coupon) if coupon.get("description").map(text).as_deref() != Some(MARK) => Err(foreign(&wanted.code)),
        Some(coupon) => {
            let id = id_of(coupon).ok_or("the shop's coupon has no number")?;
            let decimal = |value: Option<&Value>| value.map(text).and_then(|text| text.parse::<Decimal>().ok());
            let expired = coupon.get("date_expires_gmt").is_some_and(|at| !at.is_null());
            let right = coupon.get("discount_type").map(text).as_deref() == Some(kind)
                && decimal(coupon.get("amount")) == amount_of(wanted.off).parse().ok()
                && expired != wanted.active;
            if !right {
                done(ask(shop.request("PUT", &format!("{PATH}/{id}"), Some(&body)))?)?;
            }
            Ok(Some(id))
        }
    }
}

const SHOPIFY_FIND: &str = "query($code:String!){codeDiscountNodeByCode(code:$code){id codeDiscount{... on DiscountCodeBasic{title \
     status customerGets{value{... on DiscountPercentage{percentage} ... on DiscountAmount{amount{amount}}}}}}}}";
const SHOPIFY_CREATE: &str = "mutation($d:DiscountCodeBasicInput!){discountCodeBasicCreate(basicCodeDiscount:$d){codeDiscountNode{id} \
     userErrors{message}}}";
const SHOPIFY_UPDATE: &str = "mutation($id:ID!,$d:DiscountCodeBasicInput!){discountCodeBasicUpdate(id:$id,basicCodeDiscount:$d)\
     {codeDiscountNode{id} userErrors{message}}}";
const SHOPIFY_ON: &str = "mutation($id:ID!){discountCodeActivate(id:$id){codeDiscountNode{id} userErrors{message}}}";
const SHOPIFY_OFF: &str = "mutation($id:ID!){discountCodeDeactivate(id:$id){codeDiscountNode{id} userErrors{message}}}";

fn shopify(shop: &Shop, wanted: &Wanted, ask: Asking<'_>) -> Result<Option<String>, Fault> {
    let mut graph = |query: &str, variables: Value| -> Result<Value, Fault> {
        let path = format!("/admin/api/{SHOPIFY_API}/graphql.json");
        let body = done(ask(shop.request("POST", &path, Some(&json!({ "query": query, "variables": variables }))))?)?;
        let refused = body.get("errors").or_else(|| {
            let data = body.get("data")?.as_object()?.values().next()?;
            data.pointer("/userErrors/0/message")
        });
        refused.map_or(Ok(body.get("data").cloned().unwrap_or_default()), |said| Err(format!("the shop refused: {}", text(said))))
    };
    let found = graph(SHOPIFY_FIND, json!({ "code": wanted.code }))?;
    let node = found.get("codeDiscountNodeByCode").filter(|node| !node.is_null());
    let value = match wanted.off {
        Off::Nothing => None,
        Off::Percent { rate } => Some(
            json!({ "percentage": Decimal::new(rate.millionths(), 6).normalize().to_string().parse::<f64>().unwrap_or(0.0) }),
        ),
        Off::Flat { .. } => Some(json!({ "discountAmount": { "amount": amount_of(wanted.off), "appliesOnEachItem": false } })),
    };
    let title = format!("{MARK} {}", wanted.code);
    let Some(node) = node else {
        if !wanted.active {
            return Ok(None);
        }
        let value = value.ok_or_else(|| nothing_off("Shopify"))?;
        let made = graph(SHOPIFY_CREATE, json!({ "d": basic(&title, &wanted.code, &value) }))?;
        return Ok(made.pointer("/discountCodeBasicCreate/codeDiscountNode").and_then(id_of));
    };
    let id = id_of(node).ok_or("the shop's discount has no number")?;
    let discount = node.get("codeDiscount").cloned().unwrap_or_default();
    if discount.get("title").map(text).as_deref() != Some(title.as_str()) {
        return Err(foreign(&wanted.code));
    }
    if let Some(value) = value.filter(|value| wanted.active && !same_value(&discount, value)) {
        graph(SHOPIFY_UPDATE, json!({ "id": id, "d": basic(&title, &wanted.code, &value) }))?;
    }
    let active = discount.get("status").map(text).as_deref() == Some("ACTIVE");
    if active != wanted.active {
        graph(if wanted.active { SHOPIFY_ON } else { SHOPIFY_OFF }, json!({ "id": id }))?;
    }
    Ok(Some(id))
}

fn basic(title: &str, code: &str, value: &Value) -> Value {
    json!({
        "title": title, "code": code, "startsAt": "2000-01-01T00:00:00Z", "customerSelection": { "all": true },
        "customerGets": { "value": value, "items": { "all": true } }, "appliesOncePerCustomer": true,
    })
}

/// Whether the shop's discount gives what ours does; numbers come back as texts or as floats.
fn same_value(discount: &Value, value: &Value) -> bool {
    let number =
        |value: Option<&Value>| value.map(text).and_then(|text| text.parse::<Decimal>().ok()).map(|number| number.normalize());
    let there = discount.pointer("/customerGets/value");
    match value.pointer("/discountAmount/amount") {
        Some(ours) => number(there.and_then(|there| there.pointer("/amount/amount"))) == number(Some(ours)),
        None => number(there.and_then(|there| there.get("percentage"))) == number(value.get("percentage")),
    }
}

fn nothing_off(shop: &str) -> Fault {
    format!("{shop} takes no code without a discount; give friends one in the program's terms")
}

fn stripe(shop: &Shop, wanted: &Wanted, ask: Asking<'_>) -> Result<Option<String>, Fault> {
    const PATH: &str = "/v1/promotion_codes";
    let found = done(ask(shop.request("GET", &format!("{PATH}?code={}&limit=100", encoded(&wanted.code)), None))?)?;
    let list = found.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_active = |one: &Value| one.get("active").and_then(Value::as_bool).unwrap_or(false);
    let ours = |one: &Value| one.pointer("/metadata/made_by").and_then(Value::as_str) == Some(MARK);
    if list.iter().any(|one| is_active(one) && !ours(one)) {
        return Err(foreign(&wanted.code));
    }
    let coupon = coupon_id(wanted.off).filter(|_| wanted.active);
    let gives = |one: &Value| one.pointer("/coupon/id").map(text);
    let right = list.iter().find(|one| ours(one) && coupon.is_some() && gives(one) == coupon);
    let mut switch = |one: &Value, active: bool| -> Result<(), Fault> {
        let id = id_of(one).ok_or("the shop's promotion code has no number")?;
        let change = json!({ "active": active });
        done(ask(shop.request("POST", &format!("{PATH}/{id}"), Some(&change)))?).map(drop)
    };
    // A promotion code keeps its coupon for ever: another discount is another code of the same word.
    for old in list.iter().filter(|one| is_active(one) && right.and_then(id_of) != id_of(one)) {
        switch(old, false)?;
    }
    if let Some(right) = right {
        if !is_active(right) {
            switch(right, true)?;
        }
        return Ok(id_of(right));
    }
    if !wanted.active {
        return Ok(list.iter().find(|one| ours(one)).and_then(id_of));
    }
    let coupon = coupon.ok_or_else(|| nothing_off("Stripe"))?;
    let known = ask(shop.request("GET", &format!("/v1/coupons/{coupon}"), None))?;
    if known.status == 404 {
        let marked = json!({ "made_by": MARK });
        let body = match wanted.off {
            Off::Flat { amount } => json!({
                "id": coupon, "duration": "once", "name": "Referral", "metadata": marked,
                "amount_off": super::stripe::to_stripe(amount), "currency": amount.currency.code().to_lowercase(),
            }),
            off => {
                json!({ "id": coupon, "duration": "once", "name": "Referral", "metadata": marked, "percent_off": amount_of(off) })
            }
        };
        done(ask(shop.request("POST", "/v1/coupons", Some(&body)))?)?;
    } else {
        done(known)?;
    }
    let body = json!({ "coupon": coupon, "code": wanted.code, "metadata": { "made_by": MARK } });
    Ok(id_of(&done(ask(shop.request("POST", PATH, Some(&body)))?)?))
}

/// One coupon per discount serves every code.
fn coupon_id(off: Off) -> Option<String> {
    match off {
        Off::Nothing => None,
        Off::Percent { rate } => Some(format!("{MARK}-p{}", rate.millionths())),
        Off::Flat { amount } => Some(format!("{MARK}-{}-{}", amount.currency.code().to_lowercase(), amount.amount)),
    }
}

/// The coupons of all codes for shops that are not asked, as CSV: a line for each code that counts.
#[must_use]
pub fn csv_fields(wanted: &Wanted) -> [String; 4] {
    let (kind, currency) = match wanted.off {
        Off::Nothing => ("none", String::new()),
        Off::Percent { .. } => ("percent", String::new()),
        Off::Flat { amount } => ("fixed", amount.currency.code().to_owned()),
    };
    [wanted.code.clone(), kind.to_owned(), amount_of(wanted.off), currency]
}

#[cfg(test)]
mod tests;
