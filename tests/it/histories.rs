//! Whatever happens, in whatever order: the events of one order end in one state, no history loses
//! a cent, and both engines end alike. Told to the operations, on a clock in the test's hand.

mod bulk;
mod clocks_differ;
mod closed;
mod desk;
mod orders_agree;
mod random;
mod reports_close;
mod shuffled;
