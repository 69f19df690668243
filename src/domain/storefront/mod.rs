//! What storefronts say, in the law's terms: raw bytes in, reports, refunds and cancels out. Pure:
//! who sent the bytes was verified before, and what they ask for is done elsewhere.

pub mod connection;
pub mod coupon;
pub mod event;
mod evidence;
mod generic;
mod order;
pub mod pull;
mod read;
mod shopify;
pub mod signature;
mod stripe;
mod woocommerce;

pub use event::{Delivered, Event, InboundStatus, MapFault, Mapped, map};
