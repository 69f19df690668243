//! Asking a shop for its orders: what to ask, and what an answer holds. A night's pull takes several
//! pages; where it stands between two of them is a text of ours.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use url::Url;

use super::connection::Kind;
use crate::domain::instant::Instant;

/// Orders on one page: few enough that a page is done within a job's lease.
pub const PAGE: usize = 50;

/// The version of Shopify's Admin API that is spoken.
pub const SHOPIFY_API: &str = "2026-07";

/// The version of Stripe's API that is spoken.
pub const STRIPE_API: &str = "2024-06-20";

/// A request to a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The address with its query.
    pub url: String,
    /// Headers, the shop's key among them.
    pub headers: Vec<(&'static str, String)>,
}

/// One order, or one event, of an answer: a message as the shop would have sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// In the shop's words.
    pub topic: &'static str,
    /// Its JSON.
    pub body: Vec<u8>,
}

/// A page of orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What it holds.
    pub items: Vec<Pulled>,
    /// Where to go on; none at the end.
    pub next: Option<String>,
}

/// What opens the shop's API.
#[must_use]
pub fn key_header(kind: Kind, key: &str) -> Vec<(&'static str, String)> {
    match kind {
        Kind::Shopify => vec![("X-Shopify-Access-Token", key.to_owned())],
        Kind::Stripe => vec![("Authorization", format!("Bearer {key}")), ("Stripe-Version", STRIPE_API.to_owned())],
        // WooCommerce's keys come in pairs, written `ck_…:cs_…`.
        _ => vec![("Authorization", format!("Basic {}", STANDARD.encode(key)))],
    }
}

/// What to ask for everything that changed since `since`; `at` is where the last page ended. None where
/// nobody can be asked.
#[must_use]
pub fn ask(kind: Kind, api_url: &str, key: &str, since: Instant, at: Option<&str>) -> Option<Ask> {
    let limit = PAGE.to_string();
    let (path, pairs): (String, Vec<(&str, String)>) = match kind {
        Kind::Woocommerce => (
            "/wp-json/wc/v3/orders".to_owned(),
            vec![
                ("modified_after", plain(since)),
                ("dates_are_gmt", "true".to_owned()),
                ("orderby", "modified".to_owned()),
                ("order", "asc".to_owned()),
                ("per_page", limit),
                ("page", at.unwrap_or("1").to_owned()),
            ],
        ),
        Kind::Shopify => {
            let path = format!("/admin/api/{SHOPIFY_API}/orders.json");
            // Shopify's own place in the list stands for every other parameter.
            let pairs = match at {
                Some(at) => vec![("limit", limit), ("page_info", at.to_owned())],
                None => vec![
                    ("status", "any".to_owned()),
                    ("updated_at_min", since.to_string()),
                    ("order", "updated_at asc".to_owned()),
                    ("limit", limit),
                ],
            };
            (path, pairs)
        }
        Kind::Stripe => {
            let kinds = [
                "checkout.session.completed",
                "checkout.session.async_payment_succeeded",
                "invoice.paid",
                "charge.refunded",
                "charge.dispute.created",
            ];
            let mut pairs = vec![("created[gte]", since.seconds().to_string()), ("limit", limit)];
            pairs.extend(kinds.map(|kind| ("types[]", kind.to_owned())));
            pairs.extend(at.map(|at| ("starting_after", at.to_owned())));
            ("/v1/events".to_owned(), pairs)
        }
        Kind::Generic | Kind::Standard => return None,
    };
    let mut url = Url::parse(&format!("{}{path}", api_url.trim_end_matches('/'))).ok()?;
    url.query_pairs_mut().extend_pairs(pairs);
    Some(Ask { url: url.into(), headers: key_header(kind, key) })
}

/// A time without its zone, as WordPress reads it.
fn plain(at: Instant) -> String {
    let text = Instant::from_micros(at.seconds().saturating_mul(1_000_000)).to_string();
    text.trim_end_matches('Z').to_owned()
}

/// Reads an answer of 200. `header` reads its headers; `at` is where the page was asked.
///
/// # Errors
/// When it is no page of orders: a sentence for the owner.
pub fn read(kind: Kind, body: &[u8], header: &dyn Fn(&str) -> Option<String>, at: Option<&str>) -> Result<Page, String> {
    let whole: Value = serde_json::from_slice(body).map_err(|fault| format!("the shop's answer is not JSON: {fault}"))?;
    let (list, topic) = match kind {
        Kind::Shopify => (whole.get("orders"), "orders/updated"),
        Kind::Stripe => (whole.get("data"), ""),
        _ => (Some(&whole), "order.updated"),
    };
    let list = list.and_then(Value::as_array).ok_or("the shop's answer holds no list of orders")?;
    // One by one as they stood in the answer, so that their fingerprint is the same every night.
    let items = list.iter().map(|item| Pulled { topic, body: item.to_string().into_bytes() }).collect();
    let next = match kind {
        Kind::Woocommerce => {
            let page: u64 = at.and_then(|at| at.parse().ok()).unwrap_or(1);
            let pages: u64 = header("x-wp-totalpages").and_then(|text| text.parse().ok()).unwrap_or(0);
            (page < pages && !list.is_empty()).then(|| (page + 1).to_string())
        }
        Kind::Shopify => header("link").and_then(|link| next_page(&link)),
        Kind::Stripe => {
            let more = whole.get("has_more").and_then(Value::as_bool).unwrap_or(false);
            let last = list.last().and_then(|item| item.get("id")).and_then(Value::as_str);
            last.filter(|_| more).map(str::to_owned)
        }
        Kind::Generic | Kind::Standard => None,
    };
    Ok(Page { items, next })
}

/// The place that `<https://…?page_info=…>; rel="next"` names (RFC 8288). Only the place is taken, so that
/// an answer cannot send the shop's key elsewhere.
fn next_page(link: &str) -> Option<String> {
    let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
    let (_, rest) = next.split_once('<')?;
    let url = Url::parse(rest.split_once('>')?.0).ok()?;
    url.query_pairs().find(|(name, _)| name == "page_info").map(|(_, place)| place.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn since() -> Instant {
        Instant::parse("2026-03-01T10:00:00.5Z").expect("a time")
    }

    #[test]
    fn each_shop_is_asked_in_its_own_words() {
        let woo = ask(Kind::Woocommerce, "https://shop.example/blog/", "ck:cs", since(), Some("3")).expect("an ask");
        assert_eq!(
            woo.url,
            "https://shop.example/blog/wp-json/wc/v3/orders?modified_after=2026-03-01T10%3A00%3A00&dates_are_gmt=true&orderby=modified&order=asc&per_page=50&page=3"
        );
        assert_eq!(woo.headers, [("Authorization", "Basic Y2s6Y3M=".to_owned())]);
        let shopify = ask(Kind::Shopify, "https://x.myshopify.com", "t", since(), Some("abc")).expect("an ask");
        assert!(shopify.url.ends_with("/orders.json?limit=50&page_info=abc"), "{}", shopify.url);
        let stripe = ask(Kind::Stripe, "https://api.stripe.com", "sk", since(), None).expect("an ask");
        assert!(stripe.url.contains("created%5Bgte%5D=1772359200"), "{}", stripe.url);
        assert_eq!(ask(Kind::Generic, "https://x.example", "k", since(), None), None);
    }

    #[test]
    fn pages_follow_each_other_to_the_end_and_nowhere_else() {
        let none = |_: &str| None;
        let pages = |name: &str| (name == "x-wp-totalpages").then(|| "2".to_owned());
        let one = read(Kind::Woocommerce, b"[{\"id\":1}]", &pages, None).expect("a page");
        assert_eq!((one.items.len(), one.next.as_deref()), (1, Some("2")));
        assert_eq!(read(Kind::Woocommerce, b"[{\"id\":1}]", &pages, Some("2")).expect("a page").next, None);
        let link = |name: &str| {
            let text = "<https://evil.example/x?page_info=first>; rel=\"previous\", <https://evil.example/x?limit=1&page_info=two>; rel=\"next\"";
            (name == "link").then(|| text.to_owned())
        };
        assert_eq!(read(Kind::Shopify, b"{\"orders\":[]}", &link, None).expect("a page").next.as_deref(), Some("two"));
        let events = b"{\"data\":[{\"id\":\"evt_1\"},{\"id\":\"evt_2\"}],\"has_more\":true}";
        assert_eq!(read(Kind::Stripe, events, &none, None).expect("a page").next.as_deref(), Some("evt_2"));
        for bad in [&b"<html>"[..], b"{}", b"{\"orders\":{}}"] {
            assert!(read(Kind::Shopify, bad, &none, None).is_err());
        }
    }
}
