//! The spine: one verb a file. Operations read the ledger, ask the law and write the ledger.

pub mod advance_sandbox;
pub mod books;
pub mod cancel_sale;
pub mod change_code;
pub mod change_customer;
pub mod compose_letter;
pub mod create_token;
pub mod decide_sale;
pub mod decline_mail;
pub mod enroll_referrer;
pub mod fold;
pub mod forget_requests;
pub mod issue_code;
pub mod mature_commissions;
pub mod merge_customers;
pub mod pause_referrer;
pub mod record_customer;
pub mod record_sales;
pub mod refund_sales;
pub mod resolve_customers;
pub mod resume_referrer;
pub mod revoke_token;
pub mod set_terms;
pub mod show_sales;
pub mod track_clicks;
