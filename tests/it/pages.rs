//! The pages, visited as people do: with forms, cookies and, where it matters, a real browser.
#![cfg(test)]

mod customers;
mod decide;
mod first_run;
mod florist;
mod front;
mod home;
mod hostile;
mod house;
mod import;
mod intruders;
mod join;
mod looks;
mod payouts;
mod portal;
mod reference;
mod referrers;
mod reports;
mod sales;
mod settings;
mod settings_words;
pub(crate) mod visit;
