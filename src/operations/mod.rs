//! The spine: one verb a file. Operations read the ledger, ask the law and write the ledger.

pub mod books;
pub mod change_code;
pub mod change_customer;
pub mod create_token;
pub mod decline_mail;
pub mod enroll_referrer;
pub mod issue_code;
pub mod merge_customers;
pub mod pause_referrer;
pub mod record_customer;
pub mod resolve_customers;
pub mod resume_referrer;
pub mod revoke_token;
pub mod set_terms;
