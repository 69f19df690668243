//! `/desk/mode`: from the real shop to the sandbox and back. The session goes on under another token, since a token
//! works on one ledger.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::domain::principal::Mode;
use crate::http::callers::book_of;
use crate::http::pages::form::Form;
use crate::http::pages::front::entry::{let_in, present};
use crate::http::pages::people::Desk;
use crate::http::problem::ApiError;
use crate::operations::open_session::change_ledger;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/mode").route(web::post().to(change)));
}

#[derive(Deserialize)]
struct Wanted {
    mode: Mode,
}

async fn change(desk: Desk, req: HttpRequest, form: Form<Wanted>) -> Result<HttpResponse, ApiError> {
    let (app, mode, old) = (desk.app.clone(), form.0.mode, desk.principal.token_id);
    if desk.principal.mode == mode {
        return Ok(desk.frame("home").go("/desk"));
    }
    // Made at its first use, before anybody is sent there.
    book_of(&app, mode).await?;
    let row = app.books.live.writer.write(move |tx, now| change_ledger(tx, now, old, mode)).await?;
    let row = row.ok_or_else(|| ApiError::unauthorized("this session has ended; sign in again"))?;
    if let Some((token, _)) = present(&req, &app).await {
        app.sessions.forget(&token);
    }
    let_in(&app, &desk.frame("home"), &row, "/desk")
}
