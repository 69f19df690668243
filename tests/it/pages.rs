//! The pages, visited as people do: with forms, cookies and, where it matters, a real browser.
#![cfg(test)]

mod first_run;
mod front;
mod home;
mod hostile;
mod house;
mod intruders;
mod join;
mod looks;
mod portal;
mod reports;
mod sales;
pub(crate) mod visit;
