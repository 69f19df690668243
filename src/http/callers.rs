//! Permissions as types: a handler that takes `Owner` cannot forget to check.

use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, ORIGIN};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use super::app::App;
use super::limits;
use super::problem::ApiError;
use super::request_log::InSandbox;
use crate::db::{Conn, DbResult, Tx, outward};
use crate::domain::instant::Instant;
use crate::domain::principal::{Mode, Principal, Role};
use crate::operations::books::Book;

/// Whoever sent the request, with the ledger his token works on.
#[derive(Clone)]
pub struct Caller {
    /// Who he is.
    pub principal: Principal,
    /// Live or sandbox.
    pub book: Arc<Book>,
    /// The rest of the house.
    pub app: web::Data<App>,
}

impl Caller {
    /// `principal` with the ledger he works on.
    ///
    /// # Errors
    /// 503 when it cannot be opened.
    pub async fn of(app: &web::Data<App>, principal: Principal) -> Result<Self, ApiError> {
        Ok(Self { book: book_of(app, principal.mode).await?, principal, app: app.clone() })
    }

    /// The same on the live ledger, where tokens and people are.
    #[must_use]
    pub fn on_live(&self) -> Self {
        Self { book: Arc::clone(&self.app.books.live), ..self.clone() }
    }

    /// This ledger's now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.book.clock.now()
    }

    /// Reads on one unchanging view of the ledger.
    ///
    /// # Errors
    /// 503 when the ledger cannot be reached, 500 when the query fails.
    pub async fn read<T, F>(&self, body: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> DbResult<T> + Send + 'static,
    {
        let book = Arc::clone(&self.book);
        let read = web::block(move || book.readers.read(body)).await;
        Ok(read.map_err(|error| ApiError::internal(error.to_string()))??)
    }

    /// Writes in one transaction; `body` may run several times and must have no other effects.
    ///
    /// # Errors
    /// 503 when nothing could be written now, 500 when a query failed.
    pub async fn write<T, F>(&self, body: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, Instant) -> DbResult<T> + Send + 'static,
    {
        Ok(self.book.writer.write(body).await?)
    }

    /// Refuses what would move money while nothing may leave the house.
    ///
    /// # Errors
    /// 409 after a restore, until somebody has looked.
    pub async fn may_go_out(&self) -> Result<(), ApiError> {
        self.read(outward::paused).await?.map_or(Ok(()), |why| Err(ApiError::paused(&why)))
    }

    /// The link of a code.
    #[must_use]
    pub fn code_url(&self, code: &str) -> String {
        format!("{}/r/{code}{}", self.app.base_url, self.book.mode.query())
    }

    /// The sandbox, for what a live storefront marks as a test.
    ///
    /// # Errors
    /// 503 when it cannot be opened.
    pub async fn sandbox(&self) -> Result<Arc<Book>, ApiError> {
        book_of(&self.app, Mode::Sandbox).await
    }
}

/// The ledger of `mode`. The sandbox is opened at its first use, off the async threads.
///
/// # Errors
/// 503 when it cannot be opened.
pub async fn book_of(app: &web::Data<App>, mode: Mode) -> Result<Arc<Book>, ApiError> {
    if mode == Mode::Live {
        return Ok(Arc::clone(&app.books.live));
    }
    let books = Arc::clone(&app.books);
    let opened = web::block(move || books.of(mode)).await.map_err(|error| ApiError::internal(error.to_string()))?;
    opened.map_err(|error| ApiError::unavailable("unavailable", error.to_string(), 2))
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident: $allows:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(pub Caller);

        impl Deref for $name {
            type Target = Caller;
            fn deref(&self) -> &Caller {
                &self.0
            }
        }

        impl FromRequest for $name {
            type Error = ApiError;
            type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

            fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
                let req = req.clone();
                Box::pin(async move { caller(&req, $allows).await.map(Self) })
            }
        }
    )+};
}

permissions! {
    /// The owner.
    Owner: |who| who.role == Role::Owner;
    /// Who may see all the money: owner, accountant.
    Auditor: |who| matches!(who.role, Role::Owner | Role::Accountant);
    /// Who reports orders, refunds and customers: owner, storefront.
    Reporter: |who| matches!(who.role, Role::Owner | Role::Storefront);
    /// Who reads the shop's affairs: owner, accountant, storefront.
    StaffReader: |who| matches!(who.role, Role::Owner | Role::Accountant | Role::Storefront);
    /// Who reads, each what is his: owner, accountant, storefront, referrer.
    AnyReader: |who| who.role != Role::Publishable;
    /// Who says "I sent her": owner, and a referrer for himself.
    Claimant: |who| matches!(who.role, Role::Owner | Role::Referrer);
    /// Who says where money goes: owner, and a referrer for himself.
    Payee: |who| matches!(who.role, Role::Owner | Role::Referrer);
    /// Who reads what concerns referrers, each what is his: owner, accountant, referrer.
    OwnReader: |who| matches!(who.role, Role::Owner | Role::Accountant | Role::Referrer);
    /// Who may look at a code: everybody with a token.
    CodeReader: |_| true;
    /// Who may move the sandbox: owner and storefront, with a sandbox token.
    SandboxUser: |who| who.mode == Mode::Sandbox && matches!(who.role, Role::Owner | Role::Storefront);
}

async fn caller(req: &HttpRequest, allows: fn(&Principal) -> bool) -> Result<Caller, ApiError> {
    let app = req.app_data::<web::Data<App>>().ok_or_else(|| ApiError::internal("the app has no state"))?;
    let token = bearer(req).map_err(|fault| limits::refused(req, app, fault))?;
    let principal = admitted(req, app, token, allows, "this token's role may not do this; use one that may").await?;
    if principal.role == Role::Publishable && !from_origin(req, principal.origin.as_deref()) {
        return Err(ApiError::forbidden("this token is bound to another origin; use it in pages of that origin"));
    }
    if principal.mode == Mode::Sandbox {
        req.extensions_mut().insert(InSandbox);
    }
    Caller::of(app, principal).await
}

/// Whoever holds `token`, counted, and allowed to do this; `no` is what anybody else is told.
///
/// # Errors
/// 401, 403 or 429.
pub async fn admitted(
    req: &HttpRequest,
    app: &App,
    token: &str,
    allows: fn(&Principal) -> bool,
    no: &'static str,
) -> Result<Principal, ApiError> {
    let principal = app.sessions.principal(token).await.map_err(|fault| limits::refused(req, app, fault))?;
    limits::admit(req, app, &principal)?;
    if allows(&principal) { Ok(principal) } else { Err(ApiError::forbidden(no)) }
}

fn bearer(req: &HttpRequest) -> Result<&str, ApiError> {
    let missing = || ApiError::unauthorized("this address needs a token; send it as Authorization: Bearer …");
    let mut given = req.headers().get_all(AUTHORIZATION);
    let (Some(value), None) = (given.next(), given.next()) else { return Err(missing()) };
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(missing()) }
}

fn from_origin(req: &HttpRequest, bound: Option<&str>) -> bool {
    let mut given = req.headers().get_all(ORIGIN);
    match (given.next(), given.next(), bound) {
        (Some(origin), None, Some(bound)) => origin.as_bytes() == bound.as_bytes(),
        _ => false,
    }
}
