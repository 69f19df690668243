//! The spine: one verb a file. Operations read the ledger, ask the law and write the ledger.

pub mod books;
pub mod create_token;
pub mod revoke_token;
