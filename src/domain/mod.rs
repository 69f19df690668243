//! The law: what an order is worth, who earned it and when it is owed. Pure functions and types;
//! nothing here reads a clock, a database, a socket or the environment.

pub mod attribution;
pub mod click;
pub mod code;
pub mod commission;
pub mod customer;
pub mod field;
pub mod id;
pub mod instant;
pub mod intake;
pub mod link;
pub mod money;
pub mod notice;
pub mod outward;
pub mod payout;
pub mod principal;
pub mod program;
pub mod referrer;
pub mod refund;
pub mod report;
pub mod robot;
pub mod sale;
pub mod signature;
pub mod webhook;
