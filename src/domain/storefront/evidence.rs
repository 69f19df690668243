//! Codes and click names, gathered from the places where shops keep them.

use url::Url;

use super::read::Node;
use crate::domain::click::click_named_by;
use crate::domain::field::short_text;

/// Codes kept of one order; a checkout takes one or two.
const CODES_MAX: usize = 20;

/// Names under which a code or a click's name is kept in free fields, the surest first. A leading
/// underscore or two marks a field as private to the shop.
const NAMES: [&str; 8] = ["hound_ref", "hound_code", "ref", "referral_code", "referral", "referrer_code", "via", "code"];

/// What an order brings of evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) codes: Vec<String>,
    pub(super) reference: Option<String>,
}

impl Found {
    /// Keeps a text as a click's name if it is one, else as a code. What cannot be either is left out.
    pub(super) fn keep(&mut self, text: &str) {
        let text = text.trim();
        if short_text("", text).is_err() {
            return;
        }
        if click_named_by(text).is_some() {
            self.reference.get_or_insert_with(|| text.to_owned());
        } else if self.codes.len() < CODES_MAX && !self.codes.iter().any(|known| known == text) {
            self.codes.push(text.to_owned());
        }
    }

    /// Keeps the codes at each of `nodes`.
    pub(super) fn keep_texts(&mut self, nodes: &[Node<'_>]) {
        nodes.iter().filter_map(Node::text).for_each(|text| self.keep(&text));
    }

    /// Keeps what stands under a telling name, the surest name first.
    pub(super) fn keep_named(&mut self, pairs: &[(String, String)]) {
        let bare = |name: &str| name.trim_start_matches('_').to_ascii_lowercase();
        for wanted in NAMES {
            pairs.iter().filter(|(name, _)| bare(name) == wanted).for_each(|(_, value)| self.keep(value));
        }
    }

    /// Keeps what an address carries in its query; also one without a host, as shops shorten them.
    pub(super) fn keep_address(&mut self, address: &str) {
        let base = Url::parse("https://shop.invalid/").ok();
        let Ok(url) = Url::options().base_url(base.as_ref()).parse(address) else { return };
        let pairs: Vec<(String, String)> =
            url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        self.keep_named(&pairs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_its_click_and_its_codes() {
        let mut found = Found::default();
        found.keep_address("/products/tea?utm_source=x&via=JOE&ref=0190163d8694739baea5966c26f8ad90");
        assert_eq!(found.codes, ["JOE"]);
        assert_eq!(found.reference.as_deref(), Some("0190163d8694739baea5966c26f8ad90"));
        found.keep_address("http://[broken");
        found.keep_address("http://www.example.com?source=abc");
        assert_eq!(found.codes.len(), 1);
    }

    #[test]
    fn codes_come_once_and_not_without_end() {
        let mut found = Found::default();
        (0..50).for_each(|number| found.keep(&format!("C{}", number % 30)));
        assert_eq!(found.codes.len(), CODES_MAX);
        found.keep(&"x".repeat(300));
        found.keep("\u{7}bell");
        assert_eq!(found.codes.len(), CODES_MAX);
    }
}
