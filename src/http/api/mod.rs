//! The API, one file per noun.

use actix_web::web::ServiceConfig;

pub mod codes;
pub mod customer_body;
pub mod customer_view;
pub mod customers;
pub mod program;
pub mod referrers;

/// Adds the routes of every noun.
pub fn configure(cfg: &mut ServiceConfig) {
    codes::configure(cfg);
    customers::configure(cfg);
    program::configure(cfg);
    referrers::configure(cfg);
    super::unsubscribe::configure(cfg);
}
