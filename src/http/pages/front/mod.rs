//! The doors: first run, signing in, joining.

pub(in crate::http::pages) mod entry;
mod join;
mod reset;
mod setup;
mod sign_in;

use actix_web::web::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    join::configure(cfg);
    reset::configure(cfg);
    setup::configure(cfg);
    sign_in::configure(cfg);
}
