//! The owner's desk, one file a page.

mod chart;
mod customer;
mod customer_acts;
mod customers;
mod decide;
mod decide_cards;
mod decide_form;
mod downloads;
mod erasure;
mod faults;
mod home;
mod import;
mod invite;
mod invite_letter;
mod invite_many;
mod mode;
mod naming;
mod new_sale;
mod payouts;
mod referrer;
mod referrer_acts;
mod referrer_page;
mod referrers;
mod reports;
mod sale;
mod sale_actions;
mod sales;
mod sentences;
mod settings;
mod sheet;
mod test_sale;
mod timeline;
mod typed_money;
mod who;
mod whom;
mod wording;

use actix_web::web::{self, ServiceConfig};

use crate::http::problem::ApiError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    new_sale::configure(cfg);
    invite::configure(cfg);
    home::configure(cfg);
    mode::configure(cfg);
    decide::configure(cfg);
    sales::configure(cfg);
    referrers::configure(cfg);
    erasure::configure(cfg);
    customers::configure(cfg);
    import::configure(cfg);
    payouts::configure(cfg);
    reports::configure(cfg);
    settings::configure(cfg);
    cfg.default_service(web::to(unknown));
}

async fn unknown() -> Result<actix_web::HttpResponse, ApiError> {
    Err(ApiError::not_found("page"))
}
