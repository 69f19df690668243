//! Where a code's link leads, and how the click's name travels there.

use url::Url;

use super::click::reference_of;
use super::id::ClickId;
use super::program::Terms;

/// The query parameter that carries the click's name to the shop.
pub const REFERENCE: &str = "ref";

/// The campaign's source that tells our visitors from others. Shops that only keep `utm_` values
/// (WooCommerce's order attribution) then keep code and click: `utm_campaign` and `utm_content`.
pub const UTM_SOURCE: &str = "houndplan";

/// The longest path that a link may ask for, in bytes: what every browser takes with the rest.
const PATH_MAX: usize = 1_500;

/// An address that links may lead to, cut where the click's name goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    code: String,
    plain: String,
    before: String,
    between: Option<String>,
    after: String,
}

impl Target {
    /// Where a code with `destination` leads under `terms`: there, else to the shop's front page; none
    /// if neither is set or the host is not (or no longer) allowed.
    #[must_use]
    pub fn of(destination: Option<&str>, terms: &Terms, code: &str) -> Option<Self> {
        let address = destination.or(terms.shop_url.as_deref())?;
        if !terms.allows(address) {
            return None;
        }
        Some(Self::cut(Url::parse(address).ok()?, code))
    }

    /// The same shop at `path`, which a link may name itself (`?to=/tea`); none when that is not a path
    /// of the same host.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<Self> {
        let rooted = path.starts_with('/') && !path.starts_with("//");
        // Parsers take a backslash for a slash and drop line breaks: neither is ever meant.
        let plain = !path.contains('\\') && !path.chars().any(|sign| sign.is_control() || sign.is_whitespace());
        if !rooted || !plain || path.len() > PATH_MAX {
            return None;
        }
        let home = Url::parse(&self.plain).ok()?;
        let there = home.join(path).ok()?;
        // Judged after parsing: whatever the text was, it stays with the host that the owner chose.
        let same = there.scheme() == home.scheme()
            && there.host() == home.host()
            && there.port() == home.port()
            && there.username().is_empty()
            && there.password().is_none();
        same.then(|| Self::cut(there, &self.code))
    }

    /// Parsed and written anew: what was checked is what is sent, in plain ASCII without breaks.
    fn cut(mut url: Url, code: &str) -> Self {
        let plain = url.as_str().to_owned();
        let after = url.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
        url.set_fragment(None);
        let kept: Vec<&str> =
            url.query().unwrap_or_default().split('&').filter(|part| !part.is_empty() && !names_reference(part)).collect();
        // A campaign that the owner named himself stands.
        let named = kept.iter().any(|part| part.starts_with("utm_"));
        let mut kept = kept.iter().fold(String::new(), |kept, part| kept + part + "&");
        url.set_query(None);
        if named {
            return Self { code: code.to_owned(), plain, before: format!("{url}?{kept}{REFERENCE}="), between: None, after };
        }
        kept += &format!("utm_source={UTM_SOURCE}&utm_medium=referral&utm_campaign={code}&utm_content=");
        let between = Some(format!("&{REFERENCE}="));
        Self { code: code.to_owned(), plain, before: format!("{url}?{kept}"), between, after }
    }

    /// The address with the click's name.
    #[must_use]
    pub fn with_click(&self, click: ClickId) -> String {
        let (Self { before, after, .. }, name) = (self, reference_of(click));
        match &self.between {
            Some(between) => format!("{before}{name}{between}{name}{after}"),
            None => format!("{before}{name}{after}"),
        }
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

    const CORPUS: &str = include_str!("../../tests/corpora/open_redirect.txt");

    fn terms() -> Terms {
        Terms {
            shop_url: Some("https://shop.example/".to_owned()),
            allowed_hosts: vec!["blog.example".to_owned()],
            ..Terms::default()
        }
    }

    fn click() -> ClickId {
        ClickId::new(Instant::from_micros(1_700_000_000_000_000))
    }

    #[test]
    fn the_click_joins_what_is_there() {
        let click = click();
        let name = reference_of(click);
        let utm = format!("utm_source=houndplan&utm_medium=referral&utm_campaign=JOE&utm_content={name}");
        let cases = [
            (None, format!("https://shop.example/?{utm}&ref={name}")),
            (Some("https://shop.example"), format!("https://shop.example/?{utm}&ref={name}")),
            (Some("https://shop.example/a?b=c%20d"), format!("https://shop.example/a?b=c%20d&{utm}&ref={name}")),
            (Some("https://shop.example/a?ref=old&b=1"), format!("https://shop.example/a?b=1&{utm}&ref={name}")),
            (Some("https://shop.example/a?r%65f=o&reference=1"), format!("https://shop.example/a?reference=1&{utm}&ref={name}")),
            (Some("https://blog.example/a?#top"), format!("https://blog.example/a?{utm}&ref={name}#top")),
            (Some("https://shop.example/a?utm_source=mail"), format!("https://shop.example/a?utm_source=mail&ref={name}")),
            (Some("HTTPS://SHOP.example:8443/ä"), format!("https://shop.example:8443/%C3%A4?{utm}&ref={name}")),
            (Some("https://shop.example/a\r\nSet-Cookie: x"), format!("https://shop.example/aSet-Cookie:%20x?{utm}&ref={name}")),
        ];
        for (destination, expected) in cases {
            let target = Target::of(destination, &terms(), "JOE").expect("allowed");
            assert_eq!(target.with_click(click), expected);
            assert!(expected.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }

    #[test]
    fn a_link_may_name_a_page_of_the_same_shop() {
        let home = Target::of(Some("https://shop.example:8443/start?a=1#top"), &terms(), "JOE").expect("allowed");
        for (path, plain) in [
            ("/", "https://shop.example:8443/"),
            ("/tea?size=2#more", "https://shop.example:8443/tea?size=2#more"),
            ("/tee/übersicht", "https://shop.example:8443/tee/%C3%BCbersicht"),
            ("/a/../b", "https://shop.example:8443/b"),
            ("/@evil.example", "https://shop.example:8443/@evil.example"),
            ("/https://evil.example/", "https://shop.example:8443/https://evil.example/"),
        ] {
            assert_eq!(home.at(path).expect(path).plain(), plain);
        }
        let click = click();
        let there = home.at("/tea?ref=x&utm_source=mail").expect("a page").with_click(click);
        assert_eq!(there, format!("https://shop.example:8443/tea?utm_source=mail&ref={}", reference_of(click)));
        assert_eq!(home.at(&format!("/{}", "x".repeat(PATH_MAX))), None);
    }

    /// Each case as the code's own destination and as a path that the link names, also percent-decoded
    /// as the query's parser does.
    #[test]
    fn no_case_of_the_corpus_leads_astray() {
        let home = Target::of(None, &terms(), "JOE").expect("allowed");
        let cases: Vec<&str> = CORPUS.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).collect();
        assert!(cases.len() >= 120, "{}", cases.len());
        for case in cases {
            let case = case.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r").replace("\\0", "\0");
            let decoded = url::form_urlencoded::parse(format!("to={case}").as_bytes())
                .next()
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default();
            for text in [case.as_str(), decoded.as_str()] {
                for target in [Target::of(Some(text), &terms(), "JOE"), home.at(text)].into_iter().flatten() {
                    let sent = target.with_click(click());
                    let host = Url::parse(&sent).expect("an address").host_str().map(str::to_owned);
                    assert!(matches!(host.as_deref(), Some("shop.example" | "blog.example")), "{text:?} leads to {sent}");
                    assert!(sent.starts_with("https://") && sent.bytes().all(|byte| byte.is_ascii_graphic()), "{text:?}: {sent}");
                    // As browsers read a Location: against the address that was asked for.
                    let seen = Url::parse("https://refer.example/r/JOE").and_then(|here| here.join(&sent)).expect("an address");
                    assert_eq!(seen.host_str(), host.as_deref(), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn nothing_leads_astray() {
        for bad in
            ["//evil.example", "https://shop.example@evil.example/", "javascript://shop.example/%0aalert(1)", "/relative", ""]
        {
            assert_eq!(Target::of(Some(bad), &terms(), "JOE"), None, "{bad}");
        }
        assert_eq!(Target::of(None, &Terms::default(), "JOE"), None);
    }
}
