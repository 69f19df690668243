//! Where a code's link leads, and how the click's name travels there.

use url::Url;

use super::click::reference_of;
use super::id::ClickId;
use super::program::Terms;

/// The query parameter that carries the click's name to the shop.
pub const REFERENCE: &str = "ref";

/// The `utm_source` of visits that a link brought. Shops that keep only utm values, as WooCommerce does,
/// tell by it whose visit that was; `utm_campaign` then holds the code.
pub const UTM_SOURCE: &str = "houndplan";

/// An address that links may lead to, cut where the click's name goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    plain: String,
    before: String,
    after: String,
    /// Whether the owner's address has utm values of its own, which are his.
    has_utm: bool,
}

impl Target {
    /// Where a code with `destination` leads under `terms`: there, else to the shop's front page; none
    /// if neither is set or the host is not (or no longer) allowed.
    #[must_use]
    pub fn of(destination: Option<&str>, terms: &Terms) -> Option<Self> {
        let address = destination.or(terms.shop_url.as_deref())?;
        if !terms.allows(address) {
            return None;
        }
        // Parsed and written anew: what was checked is what is sent, in plain ASCII without breaks.
        let mut url = Url::parse(address).ok()?;
        let plain = url.as_str().to_owned();
        let after = url.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
        url.set_fragment(None);
        let kept: Vec<&str> =
            url.query().unwrap_or_default().split('&').filter(|part| !part.is_empty() && !names_reference(part)).collect();
        let kept = kept.iter().fold(String::new(), |kept, part| kept + part + "&");
        url.set_query(None);
        let has_utm = kept.split('&').any(|part| part.starts_with("utm_"));
        Some(Self { plain, before: format!("{url}?{kept}{REFERENCE}="), after, has_utm })
    }

    /// The address with the click's name, and with the code in utm values unless the address has its own.
    #[must_use]
    pub fn with_click(&self, click: ClickId, code: &str) -> String {
        let utm = if self.has_utm {
            String::new()
        } else {
            format!("&utm_source={UTM_SOURCE}&utm_medium=referral&utm_campaign={code}")
        };
        format!("{}{}{utm}{}", self.before, reference_of(click), self.after)
    }

    /// The address as the owner wrote it, for visits that do not count.
    #[must_use]
    pub fn plain(&self) -> &str {
        &self.plain
    }
}

/// A `ref` that stands in the destination would be taken for ours by shops that read the first one.
fn names_reference(part: &str) -> bool {
    url::form_urlencoded::parse(part.as_bytes()).next().is_some_and(|(name, _)| name == REFERENCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::instant::Instant;

    fn terms() -> Terms {
        Terms {
            shop_url: Some("https://shop.example/".to_owned()),
            allowed_hosts: vec!["blog.example".to_owned()],
            ..Terms::default()
        }
    }

    #[test]
    fn the_click_joins_what_is_there() {
        let click = ClickId::new(Instant::from_micros(1_700_000_000_000_000));
        let name = reference_of(click);
        let utm = "&utm_source=houndplan&utm_medium=referral&utm_campaign=JOE";
        let cases = [
            (None, format!("https://shop.example/?ref={name}{utm}")),
            (Some("https://shop.example"), format!("https://shop.example/?ref={name}{utm}")),
            (Some("https://shop.example/a?b=c%20d"), format!("https://shop.example/a?b=c%20d&ref={name}{utm}")),
            (Some("https://shop.example/a?ref=old&b=1"), format!("https://shop.example/a?b=1&ref={name}{utm}")),
            (Some("https://shop.example/a?r%65f=old&reference=1"), format!("https://shop.example/a?reference=1&ref={name}{utm}")),
            (Some("https://blog.example/a?#top"), format!("https://blog.example/a?ref={name}{utm}#top")),
            (Some("HTTPS://SHOP.example:8443/ä"), format!("https://shop.example:8443/%C3%A4?ref={name}{utm}")),
            (Some("https://shop.example/a\r\nSet-Cookie: x"), format!("https://shop.example/aSet-Cookie:%20x?ref={name}{utm}")),
            (Some("https://shop.example/a?utm_source=mine"), format!("https://shop.example/a?utm_source=mine&ref={name}")),
        ];
        for (destination, expected) in cases {
            let target = Target::of(destination, &terms()).expect("allowed");
            assert_eq!(target.with_click(click, "JOE"), expected);
            assert!(expected.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }

    #[test]
    fn nothing_leads_astray() {
        for bad in [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https:evil.example",
            "https:/\\evil.example",
            "https://shop.example@evil.example/",
            "https://shop.example:x@evil.example/",
            "https://shop.example.evil.example/",
            "https://evil.example/?shop.example",
            "https://evil.example#shop.example",
            "https://evil.example\\@shop.example/..",
            "https://shop.example%2eevil.example/",
            "https://shop\u{3002}example.evil.example/",
            "https://xn--shop-example.evil/",
            "java\tscript:alert(1)",
            "javascript://shop.example/%0aalert(1)",
            "data:text/html,x",
            "https://[",
            "https://[::ffff:127.0.0.1]/",
            "ftp://shop.example/",
            "/relative",
            "",
        ] {
            assert_eq!(Target::of(Some(bad), &terms()), None, "{bad}");
        }
        assert_eq!(Target::of(None, &Terms::default()), None);
    }
}
