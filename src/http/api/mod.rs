//! The API, one file per noun.

use actix_web::web::ServiceConfig;

mod adjustments;
mod claims;
pub mod codes;
mod commissions;
mod connections;
mod coupons;
pub mod customer_body;
pub mod customer_view;
pub mod customers;
mod decisions;
mod explanation_view;
mod fees;
mod imports;
mod inbound_deliveries;
mod mail_preferences;
mod payer;
mod payout_batch_view;
mod payout_batches;
mod payout_files;
mod payout_methods;
mod payout_providers;
mod payout_sending;
mod payout_view;
mod payouts;
mod periods;
pub mod program;
mod reconciliations;
mod referrals;
pub mod referrers;
mod refunds;
mod reports;
mod sale_body;
mod sale_view;
mod sales;
mod sandbox;
mod source;
mod statements;
mod tiers;
mod webhook_endpoints;

/// Adds the routes of every noun, those of orders first: most requests are for them.
pub fn configure(cfg: &mut ServiceConfig) {
    sales::configure(cfg);
    refunds::configure(cfg);
    adjustments::configure(cfg);
    claims::configure(cfg);
    codes::configure(cfg);
    commissions::configure(cfg);
    connections::configure(cfg);
    coupons::configure(cfg);
    customers::configure(cfg);
    decisions::configure(cfg);
    fees::configure(cfg);
    imports::configure(cfg);
    inbound_deliveries::configure(cfg);
    mail_preferences::configure(cfg);
    payer::configure(cfg);
    payout_batches::configure(cfg);
    payout_files::configure(cfg);
    payout_methods::configure(cfg);
    payout_providers::configure(cfg);
    payout_sending::configure(cfg);
    payouts::configure(cfg);
    periods::configure(cfg);
    program::configure(cfg);
    referrals::configure(cfg);
    referrers::configure(cfg);
    reconciliations::configure(cfg);
    reports::configure(cfg);
    sandbox::configure(cfg);
    statements::configure(cfg);
    webhook_endpoints::configure(cfg);
    tiers::configure(cfg);
}
