//! The front door: the only room that knows actix.
//!
//! A handler takes its permission as an argument (`callers`), its request parsed (`body`, `paging`),
//! reads and writes through the caller's book, and answers JSON or a problem (`problem`).

pub mod address;
pub mod api;
pub mod app;
pub mod body;
pub mod bounces;
pub mod callers;
pub mod contract;
pub mod cors;
pub mod directory;
pub mod health;
pub mod html;
pub mod idempotency;
pub mod limits;
pub mod observe;
pub mod pages;
pub mod paging;
pub mod printed;
pub mod problem;
pub mod qr;
pub mod query;
pub mod redirect;
pub mod remembered;
pub mod request_log;
pub mod server;
pub mod sessions;
pub mod snippet;
pub mod streamed;
pub mod syntax;
pub mod unsubscribe;
pub mod upload;
pub mod webhooks_in;
mod webhooks_paypal;

#[cfg(test)]
mod framework_tests;
#[cfg(test)]
mod redirect_tests;
