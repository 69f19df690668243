//! Who looks at a portal. A link from a letter only lets look; to change anything takes a session. Which of the two a
//! page needs is its first argument.

use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use super::shell::Shell;
use crate::db::portal::{self, Person};
use crate::domain::id::{ReferrerId, TokenId};
use crate::domain::portal_link::PortalLink;
use crate::domain::principal::{Principal, Role};
use crate::http::app::App;
use crate::http::callers::Caller;
use crate::http::limits;
use crate::http::pages::people::{Door, Guest, Portal};
use crate::http::problem::ApiError;

/// A referrer, or whoever has a link from one of his letters: he may look and share.
pub(super) struct Reader {
    guest: Guest,
    /// Whose portal it is.
    pub(super) id: ReferrerId,
    /// Who he is.
    pub(super) person: Person,
    /// Whether he has a session, and may change things.
    pub(super) full: bool,
}

/// A referrer with a session.
pub(super) struct Holder(Reader);

impl Deref for Reader {
    type Target = Guest;
    fn deref(&self) -> &Guest {
        &self.guest
    }
}

impl Deref for Holder {
    type Target = Reader;
    fn deref(&self) -> &Reader {
        &self.0
    }
}

impl Reader {
    /// His page; `here` is its entry in the navigation.
    pub(super) fn shell(&self, here: &'static str) -> Shell {
        Shell::of(&self.guest, here, self.full)
    }
}

impl FromRequest for Reader {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            match link_of(&req)? {
                Some(link) => by_link(&req, link).await,
                None => by_session(&req).await,
            }
        })
    }
}

impl FromRequest for Holder {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            // The door knows who only has a link, and offers him to be mailed another.
            if link_of(&req)?.is_some() {
                return Err(signed_out());
            }
            by_session(&req).await.map(Self)
        })
    }
}

fn signed_out() -> ApiError {
    ApiError::unauthorized("sign in first")
}

fn state(req: &HttpRequest) -> Result<&web::Data<App>, ApiError> {
    req.app_data::<web::Data<App>>().ok_or_else(|| ApiError::internal("the app has no state"))
}

/// The link that the portal's cookie holds, if it holds one and not a session.
fn link_of(req: &HttpRequest) -> Result<Option<PortalLink>, ApiError> {
    let app = state(req)?;
    Ok(Door::Portal.token(req, app).and_then(|token| PortalLink::opened(&app.links, &token)))
}

async fn by_session(req: &HttpRequest) -> Result<Reader, ApiError> {
    let Portal(mut guest) = Portal::extract(req).await?;
    let id = guest.principal.referrer_id.ok_or_else(signed_out)?;
    let person = guest.read(move |conn| portal::person(conn, id)).await?.ok_or_else(signed_out)?;
    guest.locale = person.locale.unwrap_or(guest.locale);
    Ok(Reader { guest, id, person, full: true })
}

async fn by_link(req: &HttpRequest, link: PortalLink) -> Result<Reader, ApiError> {
    let (caller, person) = opened(req, link).await?;
    let mut guest = Guest::of(caller, req).await?;
    guest.locale = person.locale.unwrap_or(guest.locale);
    Ok(Reader { guest, id: link.referrer_id, person, full: false })
}

/// Whoever comes by `link`, if it works. He is counted under his referrer, as one who always has the same token is.
pub(super) async fn opened(req: &HttpRequest, link: PortalLink) -> Result<(Caller, Person), ApiError> {
    let app = state(req)?;
    let id = link.referrer_id;
    let principal = Principal {
        token_id: TokenId::from_uuid(id.uuid()),
        role: Role::Referrer,
        mode: link.mode,
        source: None,
        referrer_id: Some(id),
        origin: None,
    };
    limits::admit(req, app, &principal)?;
    let caller = Caller::of(app, principal).await?;
    let now = caller.now();
    let person = caller.read(move |conn| portal::person(conn, id)).await?;
    let person = person.filter(|person| link.works(now, person.links_from));
    person.map(|person| (caller, person)).ok_or_else(|| limits::refused(req, app, signed_out()))
}
