//! What a form sends. To take one is to have checked that it was sent from a page of ours: no handler can forget.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use crate::http::app::App;
use crate::http::body::RawBody;
use crate::http::problem::ApiError;
use crate::http::query;

/// A form's fields, parsed into a struct (with `serde(default)` where a field may be missing).
#[derive(Debug)]
pub struct Form<T>(pub T);

/// A form's fields as they came, for those that may stand there several times.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Fields that came in another shape than a plain form's.
    pub(super) const fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The first field of this name, without spaces around it; none if it is empty.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<&str> {
        self.all(name).next().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Every field of this name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, text)| text.as_str())
    }
}

/// A field that says something: none if it is missing or blank.
#[must_use]
pub fn said(field: Option<&str>) -> Option<&str> {
    field.map(str::trim).filter(|text| !text.is_empty())
}

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (from_us, body) = (same_origin(req), RawBody::from_request(req, payload));
        Box::pin(async move {
            from_us?;
            let body = body.await?;
            let text = std::str::from_utf8(&body.0).map_err(|_| ApiError::bad_request("broken_body", "the form is not UTF-8"))?;
            query::pairs(text).and_then(query::parse).map(Self)
        })
    }
}

impl FromRequest for Fields {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (from_us, body) = (same_origin(req), RawBody::from_request(req, payload));
        Box::pin(async move {
            from_us?;
            let body = body.await?;
            Ok(Self(url::form_urlencoded::parse(&body.0).into_owned().collect()))
        })
    }
}

/// Refuses what another site made a browser send. Browsers say where a request began (Fetch Metadata §2.3); older
/// ones name the origin of every POST (RFC 6454 §7). Who says neither is no browser that holds our cookie.
///
/// # Errors
/// 403.
pub fn same_origin(req: &HttpRequest) -> Result<(), ApiError> {
    let text = |headers: &HeaderMap, name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let headers = req.headers();
    let ours = match (text(headers, "sec-fetch-site"), text(headers, ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => is_ours(req, &origin, text(headers, HOST.as_str()).as_deref()),
        (None, None) => false,
    };
    let refused = || ApiError::forbidden("this form was sent from another site; open the page here and send it again");
    if ours { Ok(()) } else { Err(refused()) }
}

fn is_ours(req: &HttpRequest, origin: &str, host: Option<&str>) -> bool {
    let base = req.app_data::<web::Data<App>>().and_then(|app| url::Url::parse(&app.base_url).ok());
    let parsed = url::Url::parse(origin).ok();
    let named = base.zip(parsed.as_ref()).is_some_and(|(base, origin)| base.origin() == origin.origin());
    named || host.is_some_and(|host| origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host)))
}
