//! What every page has: language, place, whose shop it is, and how things are written.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY};
use askama::Template;
use fluent_bundle::FluentArgs;
use jiff::civil::Date;

use super::assets::{self, Asset};
use super::look::Look;
use super::words;
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::money::{Currency, Money};
use crate::domain::program::Terms;
use crate::http::problem::ApiError;

/// Nothing comes from anywhere else, nothing runs that stands in the page itself, nobody frames us.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors ";

/// The desk's pages, as its navigation lists them.
const NAVIGATION: [(&str, &str); 8] = [
    ("home", "/desk"),
    ("decide", "/desk/decide"),
    ("sales", "/desk/sales"),
    ("referrers", "/desk/referrers"),
    ("customers", "/desk/customers"),
    ("payouts", "/desk/payouts"),
    ("reports", "/desk/reports"),
    ("settings", "/desk/settings"),
];

/// What a page is set in.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Its language.
    pub locale: Locale,
    /// Path of the base URL, without a slash at the end; stands before every address.
    pub at: String,
    /// The shop's name.
    pub shop: String,
    /// The shop's zone (IANA).
    pub timezone: String,
    /// The shop's currency.
    pub currency: Currency,
    /// Whether the page shows the sandbox.
    pub sandbox: bool,
    /// Whether the reader may change things.
    pub owner: bool,
    /// Which entry of the navigation this page is.
    pub here: &'static str,
    /// What was just done: the key of a text.
    pub done: Option<String>,
    /// The shop's colour: the address of its style sheet.
    pub shop_style: Option<String>,
    /// The shop's logo: its address.
    pub logo: Option<String>,
    /// Who may show the page in a frame, as CSP writes it.
    pub framed_by: String,
}

impl Frame {
    /// A page for somebody who reads `locale`.
    #[must_use]
    pub fn new(locale: Locale, base_url: &str, terms: &Terms, here: &'static str) -> Self {
        let at = url::Url::parse(base_url).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        Self {
            locale,
            at,
            shop: terms.shop_name.clone(),
            timezone: terms.timezone.clone(),
            currency: terms.currency,
            sandbox: false,
            owner: false,
            here,
            done: None,
            shop_style: None,
            logo: None,
            framed_by: "'none'".to_owned(),
        }
    }

    /// The same in the shop's own look.
    #[must_use]
    pub fn wearing(mut self, look: &Look) -> Self {
        self.shop_style = look.accent_version.as_ref().map(|version| format!("{}/assets/shop.css?v={version}", self.at));
        self.logo = look.logo_version.as_ref().map(|version| format!("{}/assets/logo?v={version}", self.at));
        self
    }

    /// The same after `done`, which names a text that begins with `done-`; anything else is not said.
    #[must_use]
    pub fn after(mut self, done: Option<&str>) -> Self {
        self.done = done.map(|word| format!("done-{word}")).filter(|key| words::knows(key));
        self
    }

    /// The language's tag.
    #[must_use]
    pub const fn language(&self) -> &'static str {
        self.locale.tag()
    }

    /// The text called `key`.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        words::say(self.locale, key, &FluentArgs::new())
    }

    /// The text called `key` with these values.
    #[must_use]
    pub fn tell(&self, key: &str, values: &[(&str, &str)]) -> String {
        words::say(self.locale, key, &values.iter().copied().collect())
    }

    /// The text called `key` with `$count` as a number, for its plural, and these values.
    #[must_use]
    pub fn count(&self, key: &str, count: impl Into<i64>, values: &[(&str, &str)]) -> String {
        let mut args: FluentArgs<'_> = values.iter().copied().collect();
        args.set("count", count.into());
        words::say(self.locale, key, &args)
    }

    /// Money as the language writes it.
    #[must_use]
    pub fn money(&self, money: &Money) -> String {
        self.locale.money(*money)
    }

    /// `amount` minor units of `currency`.
    #[must_use]
    pub fn amount(&self, amount: &i64, currency: &Currency) -> String {
        self.locale.money(Money { amount: *amount, currency: *currency })
    }

    /// The day in the shop's zone.
    #[must_use]
    pub fn day(&self, at: &Instant) -> String {
        self.locale.day(at.date_in(&self.timezone))
    }

    /// A calendar day.
    #[must_use]
    pub fn date(&self, date: &Date) -> String {
        self.locale.day(*date)
    }

    /// The month that `2026-11` names; as it is if it names none.
    #[must_use]
    pub fn month(&self, name: &str) -> String {
        format!("{name}-01").parse().map_or_else(|_| name.to_owned(), |date| self.locale.month(date))
    }

    /// A share as reports give it, such as `7.5`, in per cent.
    #[must_use]
    pub fn per_cent(&self, share: &str) -> String {
        self.locale.per_cent(share)
    }

    /// Day and minute in the shop's zone.
    #[must_use]
    pub fn time(&self, at: &Instant) -> String {
        format!("{}, {}", self.day(at), at.minute_in(&self.timezone))
    }

    /// A whole number, its thousands parted.
    #[must_use]
    pub fn number(&self, number: &i64) -> String {
        self.locale.whole(*number)
    }

    /// Where a file of ours stands.
    #[must_use]
    pub fn asset(&self, asset: Asset) -> String {
        format!("{}/assets/{}", self.at, assets::name(asset))
    }

    /// The desk's navigation: key and path.
    #[must_use]
    pub const fn navigation(&self) -> &'static [(&'static str, &'static str)] {
        &NAVIGATION
    }

    /// Whether this page is the entry `key` of the navigation.
    #[must_use]
    pub fn is_here(&self, key: &str) -> bool {
        self.here == key
    }

    /// The sign in a browser's tab.
    #[must_use]
    pub fn icon(&self) -> String {
        self.asset(Asset::Icon)
    }

    /// The style sheet.
    #[must_use]
    pub fn style(&self) -> String {
        self.asset(Asset::Style)
    }

    /// The script.
    #[must_use]
    pub fn script(&self) -> String {
        self.asset(Asset::Script)
    }

    /// The page.
    ///
    /// # Errors
    /// 500 when the template fails, which a string never does.
    pub fn page(&self, page: &impl Template) -> Result<HttpResponse, ApiError> {
        self.page_with(StatusCode::OK, page)
    }

    /// The page with another status, such as 422 for a form that comes back.
    ///
    /// # Errors
    /// As [`Self::page`].
    pub fn page_with(&self, status: StatusCode, page: &impl Template) -> Result<HttpResponse, ApiError> {
        let body = page.render().map_err(|error| ApiError::internal(error.to_string()))?;
        Ok(HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((CONTENT_LANGUAGE, self.language()))
            .insert_header((REFERRER_POLICY, "same-origin"))
            .insert_header((CONTENT_SECURITY_POLICY, format!("{POLICY}{}", self.framed_by)))
            .body(body))
    }

    /// On to another page of ours, by GET; `path` begins with a slash.
    #[must_use]
    pub fn go(&self, path: &str) -> HttpResponse {
        see_other(&self.at, path)
    }
}

/// On to another page of ours, by GET.
#[must_use]
pub fn see_other(at: &str, path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, format!("{at}{path}"))).insert_header((CACHE_CONTROL, "no-store")).finish()
}
