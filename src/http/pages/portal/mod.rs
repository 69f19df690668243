//! The referrer's portal: his link, his money, and what he may say about both. Made for a phone.

mod claims;
mod door;
mod home;
mod my_data;
mod payout;
mod reader;
mod sales;
mod settings;
mod share;
mod shell;
mod statements;

use actix_web::web::{self, ServiceConfig};

use crate::http::problem::ApiError;

pub(super) use self::door::invite_in;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    door::configure(cfg);
    home::configure(cfg);
    sales::configure(cfg);
    claims::configure(cfg);
    payout::configure(cfg);
    statements::configure(cfg);
    settings::configure(cfg);
    my_data::configure(cfg);
    cfg.default_service(web::to(unknown));
}

async fn unknown() -> Result<actix_web::HttpResponse, ApiError> {
    Err(ApiError::not_found("page"))
}
