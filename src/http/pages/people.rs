//! Who is looking at a page: permission is a type here too.

use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{FromRequest, HttpRequest, web};

use super::frame::Frame;
use super::look::Look;
use crate::db::terms;
use crate::db::tokens::TokenRow;
use crate::domain::locale::Locale;
use crate::domain::principal::{Mode, Principal, Role};
use crate::domain::program::Terms;
use crate::http::app::App;
use crate::http::callers::{Caller, admitted};
use crate::http::problem::ApiError;

/// Keeps the chosen language.
const LANGUAGE: &str = "hound_language";

/// A door with a session of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The owner's desk.
    Desk,
    /// The referrer's portal.
    Portal,
}

impl Door {
    /// The cookie that holds its session. `__Host-` ties it to this host and to HTTPS (RFC 6265bis §4.1.3.2).
    fn cookie(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Desk, true) => "__Host-hound_desk",
            (Self::Desk, false) => "hound_desk",
            (Self::Portal, true) => "__Host-hound_portal",
            (Self::Portal, false) => "hound_portal",
        }
    }

    /// The cookie for a session that `token` opens. A link in a letter must find its reader signed in, so it is sent
    /// along when somebody comes from elsewhere; what changes anything checks where it was sent from.
    #[must_use]
    pub fn open(self, app: &App, row: &TokenRow, token: String) -> Cookie<'static> {
        let seconds = row.expires_at.seconds() - row.created_at.seconds();
        self.baked(app, token, actix_web::cookie::time::Duration::seconds(seconds))
    }

    /// The cookie for something else that opens the door, for so many seconds.
    #[must_use]
    pub fn hold(self, app: &App, value: String, seconds: i64) -> Cookie<'static> {
        self.baked(app, value, actix_web::cookie::time::Duration::seconds(seconds))
    }

    /// The cookie that ends the session.
    #[must_use]
    pub fn close(self, app: &App) -> Cookie<'static> {
        self.baked(app, String::new(), actix_web::cookie::time::Duration::ZERO)
    }

    fn baked(self, app: &App, value: String, age: actix_web::cookie::time::Duration) -> Cookie<'static> {
        let secure = app.base_url.starts_with("https:");
        let cookie = Cookie::build(self.cookie(secure), value).path("/").http_only(true).secure(secure);
        cookie.same_site(SameSite::Lax).max_age(age).finish()
    }

    /// The token that a request's session is.
    #[must_use]
    pub fn token(self, req: &HttpRequest, app: &App) -> Option<String> {
        let cookie = req.cookie(self.cookie(app.base_url.starts_with("https:")))?;
        Some(cookie.value().to_owned()).filter(|value| !value.is_empty())
    }
}

/// The language of whoever sent `req`: what he chose, else what his browser asks for.
#[must_use]
pub fn language(req: &HttpRequest) -> Locale {
    let chosen = req.cookie(LANGUAGE).and_then(|cookie| Locale::ALL.into_iter().find(|locale| locale.tag() == cookie.value()));
    let accepted = || req.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(Locale::accepted);
    chosen.or_else(accepted).unwrap_or_default()
}

/// Whether whoever sent `req` has chosen a language.
#[must_use]
pub fn has_chosen_language(req: &HttpRequest) -> bool {
    req.cookie(LANGUAGE).is_some()
}

/// The cookie that keeps a chosen language for a year.
#[must_use]
pub fn keep_language(app: &App, locale: Locale) -> Cookie<'static> {
    let secure = app.base_url.starts_with("https:");
    let cookie = Cookie::build(LANGUAGE, locale.tag()).path("/").http_only(true).secure(secure).same_site(SameSite::Lax);
    cookie.max_age(actix_web::cookie::time::Duration::days(365)).finish()
}

/// Anybody: no session is needed for this page, and none is looked at.
#[derive(Clone)]
pub struct Visitor {
    /// The house.
    pub app: web::Data<App>,
    /// What language he reads.
    pub locale: Locale,
    /// The number of the live program's rules.
    pub terms_version: i64,
    /// The live program's rules.
    pub terms: Terms,
    /// The shop's logo and colour.
    pub look: Arc<Look>,
}

impl Visitor {
    /// His page.
    #[must_use]
    pub fn frame(&self) -> Frame {
        Frame::new(self.locale, &self.app.base_url, &self.terms, "").wearing(&self.look)
    }
}

impl FromRequest for Visitor {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let app = state(&req)?.clone();
            let book = Arc::clone(&app.books.live);
            let read = web::block(move || book.readers.read(terms::in_force)).await;
            let (terms_version, terms) = read.map_err(|error| ApiError::internal(error.to_string()))??;
            let look = app.looks.now(&app.books.live).await?;
            Ok(Self { locale: language(&req), app, terms_version, terms, look })
        })
    }
}

/// Somebody with a session, and the rules in force in the ledger he looks at.
#[derive(Clone)]
pub struct Guest {
    caller: Caller,
    /// What language he reads.
    pub locale: Locale,
    /// The program's rules.
    pub terms: Terms,
    /// The shop's logo and colour.
    pub look: Arc<Look>,
}

impl Guest {
    /// Whoever `caller` is, on the page that `req` asks for.
    ///
    /// # Errors
    /// 503 when the ledger cannot be reached.
    pub async fn of(caller: Caller, req: &HttpRequest) -> Result<Self, ApiError> {
        let (_, terms) = caller.read(terms::in_force).await?;
        let look = caller.app.looks.now(&caller.app.books.live).await?;
        Ok(Self { caller, locale: language(req), terms, look })
    }

    /// His page; `here` is its entry in the navigation.
    #[must_use]
    pub fn frame(&self, here: &'static str) -> Frame {
        let mut frame = Frame::new(self.locale, &self.caller.app.base_url, &self.terms, here).wearing(&self.look);
        frame.sandbox = self.caller.principal.mode == Mode::Sandbox;
        frame.owner = self.caller.principal.role == Role::Owner;
        frame
    }
}

impl Deref for Guest {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

macro_rules! guests {
    ($($(#[$doc:meta])* $name:ident: $door:expr, $allows:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(pub Guest);

        impl Deref for $name {
            type Target = Guest;
            fn deref(&self) -> &Guest {
                &self.0
            }
        }

        impl FromRequest for $name {
            type Error = ApiError;
            type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

            fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
                let req = req.clone();
                Box::pin(async move { guest(&req, $door, $allows).await.map(Self) })
            }
        }
    )+};
}

guests! {
    /// Who may look at the desk: owner, accountant.
    Desk: Door::Desk, |who| matches!(who.role, Role::Owner | Role::Accountant);
    /// Who may change things at the desk: the owner.
    OwnerDesk: Door::Desk, |who| who.role == Role::Owner;
    /// A referrer in his portal.
    Portal: Door::Portal, |who| who.role == Role::Referrer && who.referrer_id.is_some();
}

async fn guest(req: &HttpRequest, door: Door, allows: fn(&Principal) -> bool) -> Result<Guest, ApiError> {
    let app = state(req)?;
    let signed_out = || ApiError::unauthorized("sign in first");
    let token = door.token(req, app).ok_or_else(signed_out)?;
    let principal = admitted(req, app, &token, allows, "your role may look but not do this; ask the owner").await?;
    Guest::of(Caller::of(app, principal).await?, req).await
}

fn state(req: &HttpRequest) -> Result<&web::Data<App>, ApiError> {
    req.app_data::<web::Data<App>>().ok_or_else(|| ApiError::internal("the app has no state"))
}
