//! The spine: one verb a file. Operations read the ledger, ask the law and write the ledger.

pub mod books;
pub mod resolve_customers;
