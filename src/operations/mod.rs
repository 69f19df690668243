//! The spine: one verb a file. Operations read the ledger, ask the law and write the ledger.

pub mod advance_sandbox;
pub mod approve_batch;
pub mod books;
pub mod cancel_sale;
pub mod check_ledger;
pub mod compose_letter;
pub mod create_token;
pub mod decide_sale;
pub mod fold;
pub mod forget_requests;
pub mod mature_commissions;
pub mod post_adjustment;
pub mod prepare_payouts;
pub mod record_sales;
pub mod refund_sales;
mod release_payouts;
pub mod report_payouts;
pub mod resolve_customers;
pub mod revoke_token;
pub mod settle_payout;
pub mod show_sales;
