//! The API, one file per noun.

use actix_web::web::ServiceConfig;

mod commissions;
mod customer_body;
mod refunds;
mod sale_body;
mod sale_view;
mod sales;
mod sandbox;
mod source;

/// Adds the routes of every noun.
pub fn configure(cfg: &mut ServiceConfig) {
    commissions::configure(cfg);
    refunds::configure(cfg);
    sales::configure(cfg);
    sandbox::configure(cfg);
}
