//! The errand room: the only one that calls other people's servers over HTTP.
//!
//! Whoever sends something out of the house (webhooks, a shop's API) does it through [`Outbound`]:
//! it resolves names itself and connects only to addresses that the law of `domain::outward` lets
//! through, follows no redirect, uses no proxy, and bounds time and size. It blocks: call it from a
//! worker's thread, never while a transaction is open.

mod call;
mod resolve;

pub use call::{Call, CallError, Method, Outbound, Reply};
