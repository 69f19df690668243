//! Tables from elsewhere: which column means what, and what a row of orders or customers says.

pub mod amount;
pub mod columns;
pub mod customer;
pub mod date;
pub mod order;
mod order_money;
pub mod outcome;
pub mod programs;

pub use columns::{Column, Mapping};
pub use outcome::{ImportKind, ImportStatus, RowFault, RowOutcome};
