//! Houndplan: a self-hosted service that keeps a shop's oldest promise, "send me a customer and I
//! will pay you".
//!
//! Doors call operations; operations ask the law and write the ledger; nobody else touches the ledger.

pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod domain;
pub mod files;
pub mod http;
pub mod mail;
pub mod operations;
pub mod outbound;
pub mod passwords;
pub mod print;
pub mod rails;
pub mod telemetry;
pub mod tokens;
pub mod vault;
pub mod worker;
